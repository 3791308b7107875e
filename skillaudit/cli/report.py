"""`skillaudit report`: the whole audit, in formats of choice."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from skillaudit.cli.options import audited, output_option, setting_options, settings_of, sources, tell


@click.command("report")
@sources
@output_option
@click.option("--all", "everything", is_flag=True, help="Text: everything, not 60 lines.")
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="A plan that `optimize --plan FILE` wrote: each finding then names the edit that mends it.",
)
@setting_options("report")
def command(
    sources: tuple[str, ...],
    output: Path | None,
    everything: bool,
    plan_file: Path | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Write the whole audit of the library in SOURCE."""
    from skillaudit.cli.outputs import on_screen, pages, parse, write

    settings = settings_of(sources, **options)
    outputs = parse(settings.rules().format, output)
    if not on_screen(outputs):
        tell(settings)
    early = partial(write, pages(outputs)) if pages(outputs) else None
    report = audited(sources, settings.config(), quiet=quiet, early=early)
    if plan_file is not None:
        from skillaudit.load import load
        from skillaudit.optimize.mending import with_plan
        from skillaudit.optimize.plan_file import read_plan

        report = with_plan(report, read_plan(plan_file, load(sources)).edits)
    write(outputs, report, everything=everything)
