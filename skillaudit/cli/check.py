"""`skillaudit check`: the gate that people put in CI."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from skillaudit.cli.options import audit_options, audited, make_config, sources
from skillaudit.formatters import FORMATS


@click.command("check")
@sources
@click.option(
    "--max-hijack", type=click.FloatRange(0, 1), help="Fail when the predicted hijack rate is higher."
)
@click.option(
    "--min-accuracy", type=click.FloatRange(0, 1), help="Fail when the predicted accuracy is lower."
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="Lowest severity of a finding that fails.",
)
@click.option("-f", "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to a file instead of stdout.")
@audit_options
def command(
    sources: tuple[str, ...],
    max_hijack: float | None,
    min_accuracy: float | None,
    fail_on: str,
    form: str,
    output: Path | None,
    quiet: bool,
    **options: Any,
) -> int:
    """Audit SOURCE and exit with 1 when a limit is exceeded or a finding is severe enough."""
    from skillaudit.cli.diagnostics import ExitCode
    from skillaudit.cli.output import deliver
    from skillaudit.config import Gate
    from skillaudit.formatters import render
    from skillaudit.gate import judge

    report = audited(sources, make_config(law=False, **options), quiet=quiet)
    verdict = judge(report, Gate(max_hijack=max_hijack, min_accuracy=min_accuracy, fail_on=fail_on))
    deliver(render(form, report, verdict=verdict), output)
    return ExitCode.CLEAN if verdict.passed else ExitCode.GATE
