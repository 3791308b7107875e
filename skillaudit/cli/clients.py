"""`skillaudit clients`: what is known of each client, since when, and what is not."""

from __future__ import annotations

import click

from skillaudit.cli.options import form_option
from skillaudit.cli.output import deliver_json, show


@click.command("clients")
@click.argument("names", nargs=-1)
@form_option
def command(names: tuple[str, ...], form: str) -> None:
    """Say which skills each client loads and how it lists them, with the date and the source of what is known.

    NAMES are clients, or versions as NAME@VERSION; without any, all current ones.
    """
    from skillaudit.clients import profile, profiles

    rules = [profile(name) for name in names] or [rule for rule in profiles() if rule.current]
    if form == "json":
        import msgspec

        deliver_json([msgspec.to_builtins(rule) for rule in rules])
        return
    from skillaudit.clients.age import is_old, today
    from skillaudit.page.clients import client_profile_blocks

    day = today()
    show([block for rule in rules for block in client_profile_blocks(rule, old=is_old(rule, day))])
