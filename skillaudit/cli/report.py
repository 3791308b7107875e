"""`skillaudit report`: the whole audit, in a format of choice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from skillaudit.cli.options import audit_options, audited, make_config, sources
from skillaudit.formatters import FORMATS


@click.command("report")
@sources
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="Output format.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to a file instead of stdout.")
@click.option("--all", "everything", is_flag=True, help="Text: show every row of every list.")
@click.option(
    "--map",
    type=click.Choice(["pca", "umap"]),
    default="pca",
    show_default=True,
    help="Layout of the 2-D map; umap shows more and takes half a minute the first time.",
)
@click.option(
    "--floor",
    type=click.FloatRange(0, 1),
    default=0.8,
    show_default=True,
    help="Accuracy that you will not go below; the room left is counted until then.",
)
@audit_options
def command(
    sources: tuple[str, ...], form: str, output: Path | None, everything: bool, quiet: bool, **options: Any
) -> None:
    """Write the whole audit of the library in SOURCE."""
    from skillaudit.cli.output import deliver
    from skillaudit.formatters import render

    report = audited(sources, make_config(**options), quiet=quiet)
    if form == "text" and everything:
        from skillaudit.formatters.text import render as render_text

        deliver(render_text(report, rows=None), output)
        return
    deliver(render(form, report), output)
