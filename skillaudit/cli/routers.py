"""`skillaudit routers`: the router profiles that a forecast can be made for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from skillaudit.cli.output import deliver_json, put

if TYPE_CHECKING:
    from skillaudit.routing import RouterProfile

OWN = (
    "To save one of your own: skillaudit calibrate DECISIONS.jsonl --library LIBRARY.jsonl --save NAME, then "
    "--router NAME with any command."
)


@click.command("routers")
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
def command(form: str) -> None:
    """List the router profiles: what each was fitted on, how well it predicts, and which is the default."""
    from skillaudit.routing import profiles
    from skillaudit.routing.profiles import DEFAULT_ROUTER, user_folder

    found = profiles()
    if form == "json":
        import msgspec

        rows = [
            msgspec.to_builtins(profile) | {"default": profile.name == DEFAULT_ROUTER} for profile in found
        ]
        deliver_json(rows)
        return
    from skillaudit.formatters.layout import wrap

    for profile in found:
        put("\n".join(describe(profile, default=profile.name == DEFAULT_ROUTER)) + "\n")
    put("\n".join(wrap(OWN)))
    with suppress(OSError):  # a user without a home folder
        put("\n".join(wrap(f"Profiles of your own lie in {user_folder()}.")))


def describe(profile: RouterProfile, *, default: bool) -> Iterator[str]:
    """Yield the lines about one profile."""
    from skillaudit.formatters.layout import wrap

    yield profile.name + ("  (default)" if default else "")
    yield from wrap(profile.description, first="  ", indent="  ")
    if profile.kind == "local":
        return
    fitted = f"fitted on {profile.decisions:,} decisions: {profile.training}"
    yield from wrap(fitted, first="  ", indent="  ")
    yield f"  {profile.sizes[0]:,} to {profile.sizes[1]:,} skills on offer; scorers {', '.join(profile.fits)}"
    if profile.metrics:
        text = ", ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in profile.metrics.items())
        yield from wrap(text, first="  held out: ", indent="            ")
    yield f"  dated {profile.date}" if profile.date else "  not dated"
