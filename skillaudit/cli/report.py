"""`skillaudit report`: the whole audit, in formats of choice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from skillaudit.cli.options import FloatRange, audit_options, audited, settings_of, sources, tell
from skillaudit.cli.output import deliver


@click.command("report")
@sources
@click.option(
    "-f",
    "--format",
    "format",
    multiple=True,
    metavar="NAME[:FILE]",
    help="text, markdown, html, json, jsonl, concise, sarif, junit, github or gitlab.  Repeatable.  [default: text]",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to a file instead of stdout.")
@click.option("--all", "everything", is_flag=True, help="Text: show every row of every list.")
@click.option(
    "--map",
    type=click.Choice(["pca", "umap"]),
    help="Layout of the 2-D map; umap shows more and takes half a minute the first time.  [default: pca]",
)
@click.option(
    "--floor",
    type=FloatRange(0, 1),
    default=0.8,
    show_default=True,
    help="Accuracy that you will not go below; the room left is counted until then.",
)
@audit_options
def command(
    sources: tuple[str, ...],
    format: tuple[str, ...],  # noqa: A002 - the setting's own name
    output: Path | None,
    everything: bool,
    floor: float,
    quiet: bool,
    **options: Any,
) -> None:
    """Write the whole audit of the library in SOURCE."""
    import msgspec

    from skillaudit.cli.outputs import on_screen, parse, write

    outputs = parse(format, output)
    settings = settings_of(sources, **options)
    if not on_screen(outputs):
        tell(settings)
    config = msgspec.structs.replace(settings.config(), floor=floor)
    report = audited(sources, config, quiet=quiet)
    if everything:
        from skillaudit.formatters.text import render as render_text

        for entry in outputs:
            if entry.form == "text":
                deliver(render_text(report, rows=None), entry.path)
        outputs = [entry for entry in outputs if entry.form != "text"]
    write(outputs, report)
