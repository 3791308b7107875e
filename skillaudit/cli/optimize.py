"""`skillaudit optimize`: propose a better library, with proof."""

from __future__ import annotations

from typing import Any

import click

from skillaudit.cli.options import audit_options, make_config, narration, sources


@click.command("optimize")
@sources
@click.option(
    "--only",
    metavar="STEP,...",
    help="Steps to run: merge, narrow, boundary, victim, budget, anchor, hierarchy.  [default: all]",
)
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@audit_options
def command(sources: tuple[str, ...], only: str | None, form: str, quiet: bool, **options: Any) -> None:
    """Propose edits to the library in SOURCE and prove them on requests that chose none of them."""
    import msgspec

    from skillaudit.load import load
    from skillaudit.optimize import optimize
    from skillaudit.optimize.records import steps_named

    wanted = steps_named(only)
    with narration(quiet) as progress:
        library = load(sources, progress=progress)
        found = optimize(library, make_config(sources, **options), only=wanted, progress=progress)
    if form == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return
    from skillaudit.optimize.text import render

    click.echo(render(found), nl=False)
