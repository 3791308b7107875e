"""`skillaudit routers`: the router profiles that a forecast can be made for."""

from __future__ import annotations

from contextlib import suppress

import click

from skillaudit.cli.options import form_option
from skillaudit.cli.output import deliver_json, show


@click.command("routers")
@form_option
def command(form: str) -> None:
    """List the router profiles: what each was fitted on, how well it predicts, and which is the default."""
    from skillaudit.routing.profiles import DEFAULT_ROUTER, profiles, user_folder

    found = profiles()
    if form == "json":
        import msgspec

        rows = [
            msgspec.to_builtins(profile) | {"default": profile.name == DEFAULT_ROUTER} for profile in found
        ]
        deliver_json(rows)
        return
    from skillaudit.page.blocks import Block, Heading, Paragraph
    from skillaudit.page.profiles import OWN, profile_blocks

    blocks = [
        block
        for profile in found
        for block in profile_blocks(profile, default=profile.name == DEFAULT_ROUTER)
    ]
    own: list[Block] = [Heading("Your own"), Paragraph(OWN)]
    with suppress(OSError):  # a user without a home folder
        own.append(Paragraph(f"Profiles of your own lie in {user_folder()}."))
    show([*blocks, *own])
