"""`skillaudit report`: the whole audit, in formats of choice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from skillaudit.cli.options import audited, setting_options, settings_of, sources, tell
from skillaudit.cli.output import deliver


@click.command("report")
@sources
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to a file instead of stdout.")
@click.option("--all", "everything", is_flag=True, help="Text: show everything.")
@setting_options("report")
def command(
    sources: tuple[str, ...],
    output: Path | None,
    everything: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Write the whole audit of the library in SOURCE."""
    from skillaudit.cli.outputs import on_screen, parse, write

    settings = settings_of(sources, **options)
    outputs = parse(settings.rules().format, output)
    if not on_screen(outputs):
        tell(settings)
    report = audited(sources, settings.config(), quiet=quiet)
    if everything:
        from skillaudit.formatters.text import render as render_text

        for entry in outputs:
            if entry.form == "text":
                deliver(render_text(report, everything=True), entry.path)
        outputs = [entry for entry in outputs if entry.form != "text"]
    write(outputs, report)
