"""`skillaudit whatif`: what adding or removing skills does to the forecast, and to whom."""

from __future__ import annotations

from typing import Any

import click

from skillaudit.cli.options import form_option, make_config, narration, setting_options, sources
from skillaudit.cli.output import deliver_json, show

SHOWN = 12
"""Skills listed for the whole change."""


@click.command("whatif")
@sources
@click.option("--add", multiple=True, metavar="DIR", help="Skills to add.  Repeatable.")
@click.option("--remove", multiple=True, metavar="NAME", help="Skill to remove, by id or name.  Repeatable.")
@form_option
@setting_options("whatif")
def command(
    sources: tuple[str, ...],
    add: tuple[str, ...],
    remove: tuple[str, ...],
    form: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Forecast the library in SOURCE with skills added and removed, and say who gains and who loses."""
    from skillaudit.pipeline.whatif import what_if

    with narration(quiet) as progress:
        found = what_if(sources, make_config(sources, **options), add, remove, progress)
    if form == "json":
        deliver_json(found)
        return
    from skillaudit.page.blocks import field
    from skillaudit.page.whatif import whatif_blocks

    blocks = [field("router", found.after.source), *whatif_blocks(found, SHOWN)]
    show(blocks, hint="-f json has them")
