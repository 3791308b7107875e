"""`skillaudit route`: which skill one request would go to, and why."""

from __future__ import annotations

from typing import Any

import click

from skillaudit.cli.options import form_option, make_config, narration, setting_options, sources
from skillaudit.cli.output import deliver_json, show


@click.command("route")
@sources
@click.argument("request")
@click.option(
    "--top", type=click.IntRange(min=1), default=5, show_default=True, help="How many skills to show."
)
@form_option
@setting_options("route")
def command(sources: tuple[str, ...], request: str, top: int, form: str, quiet: bool, **options: Any) -> None:
    """Rank the skills of SOURCE for REQUEST, with scores and the words that carry them."""
    from skillaudit.pipeline import route

    with narration(quiet) as progress:
        ranking = route(sources, request, make_config(sources, **options), top=top, progress=progress)
    if form == "json":
        deliver_json(ranking)
        return
    from skillaudit.page.ranking import document

    show(document(ranking))
