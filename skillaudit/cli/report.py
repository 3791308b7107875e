"""`skillaudit report`: the whole audit, in formats of choice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from skillaudit.cli.options import audited, output_option, setting_options, settings_of, sources, tell


@click.command("report")
@sources
@output_option
@click.option("--all", "everything", is_flag=True, help="Text: everything, not 60 lines.")
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
    write(outputs, report, everything=everything)
