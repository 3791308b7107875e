"""`skillaudit check`: the gate that people put in CI."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skillaudit.cli.options import narration, output_option, setting_options, settings_of, sources, tell
from skillaudit.cli.output import deliver

if TYPE_CHECKING:
    from skillaudit.config import Config
    from skillaudit.gate import Point, Verdict
    from skillaudit.probe.exporting import Measured
    from skillaudit.progress import Progress
    from skillaudit.schema import Library, Report
    from skillaudit.settings import Settings


@click.command("check")
@sources
@click.option("--write-baseline", type=click.Path(path_type=Path), help="Write today's findings to a file.")
@click.option("--since", metavar="REF", help="Judge what changed since this git revision.")
@click.option("--changed", is_flag=True, help="The same as --since HEAD: what is not committed yet.")
@click.option(
    "--measured",
    type=click.Path(path_type=Path),
    metavar="LOG",
    help="Hold the limits against what a probe measured, or decisions of your sessions, not the forecast.",
)
@output_option
@click.option("--all", "everything", is_flag=True, help="Text: everything, not 60 lines.")
@setting_options("check")
def command(
    sources: tuple[str, ...],
    write_baseline: Path | None,
    since: str | None,
    changed: bool,
    measured: Path | None,
    output: Path | None,
    everything: bool,
    quiet: bool,
    **options: Any,
) -> int:
    """Audit SOURCE and exit with 1 when a limit is exceeded or a finding is severe enough."""
    import msgspec

    from skillaudit.cli.outputs import on_screen, parse, write

    if changed and since is not None:
        raise click.UsageError("--changed means --since HEAD; give one of the two")
    if write_baseline is not None and (changed or since is not None):
        raise click.UsageError(
            "--write-baseline takes all findings in, --since judges new ones; give one of the two"
        )
    if measured is not None and (changed or since is not None):
        raise click.UsageError(
            "--measured is of the library as it was probed, --since compares two forecasts; give one of the two"
        )
    settings = settings_of(sources, **options)
    outputs = parse(settings.rules().format, output, [] if write_baseline is None else [write_baseline])
    if not on_screen(outputs):
        tell(settings)
    config = msgspec.structs.replace(settings.config(), law=False)
    with narration(quiet) as progress:
        report, verdict = _judged(sources, settings, config, "HEAD" if changed else since, measured, progress)
    if write_baseline is not None:
        from skillaudit.gate import encode, make_baseline

        deliver(encode(make_baseline(report, verdict.findings)), write_baseline, "json")
    write(outputs, report, verdict, everything=everything)
    return verdict.exit_code


def _judged(
    sources: tuple[str, ...],
    settings: Settings,
    config: Config,
    since: str | None,
    log: Path | None,
    progress: Progress,
) -> tuple[Report, Verdict]:
    """Return the report and the gate's decision on it, or on the change since a revision."""
    from skillaudit.clients import listing, select
    from skillaudit.gate import (
        answer_change,
        compare_reports,
        inline_suppressions,
        judge,
        judge_change,
        locate,
        read_baseline,
        selection_of,
        suppressions_of,
    )
    from skillaudit.load import load
    from skillaudit.pipeline import audit_library
    from skillaudit.sessions.weighing import in_order_of_use

    # What may be missing or misspelt is looked at before the work is done.
    selection, config_suppressions = selection_of(settings), suppressions_of(settings)
    baseline = settings.rules().baseline
    known = None if baseline is None else read_baseline(Path(baseline))
    point = None if since is None else locate(since, sources)
    library = select(load(sources, progress=progress), config)
    library = in_order_of_use(library, config.order, progress=progress)
    found = None if log is None else _read_log(log, library)
    before, note = (None, "") if point is None else _before(point, config, progress)
    report = audit_library(library, config, progress)
    if found is not None:
        report = _measured(report, found)
    suppressions = config_suppressions
    if not settings.own.isolated:
        suppressions = (*suppressions, *inline_suppressions(library.skills))
    shown = None
    if config.client is not None:
        shown = listing(library.skills, config.client, context=config.context, order=config.order)
    if point is not None:
        change = compare_reports(before, report, reference=point.reference, note=note)
        verdict = judge_change(
            change,
            report,
            settings.gate(),
            selection=selection,
            suppressions=suppressions,
            baseline=known,
            listing=shown,
        )
        return answer_change(report, verdict), verdict
    return report, judge(
        report,
        settings.gate(),
        selection=selection,
        suppressions=suppressions,
        baseline=known,
        listing=shown,
    )


def _before(point: Point, config: Config, progress: Progress) -> tuple[Report | None, str]:
    """Return the report on the library at `point`, None where it held none, and what the reader should know of it."""
    from skillaudit.errors import LoadError
    from skillaudit.gate import checkout
    from skillaudit.load import load
    from skillaudit.pipeline import audit_library, audited_before

    known = audited_before([name for name, _ in point.places], point.state, config)
    if known is not None:
        return known, point.note
    with checkout(point) as revision:
        if not revision.sources:
            return None, revision.note
        try:
            # Called as they are now, they are the library that was audited then, whose report may be kept.
            then = load(revision.sources, called=revision.names, progress=progress)
        except LoadError as error:  # such as a folder that held no skill yet
            new = f"All of it counts as new, as {point.reference} holds no library there: {error}"
            return None, f"{revision.note} {new}".strip()
        return audit_library(then, config, progress, state=revision.state), revision.note


def _read_log(log: Path, library: Library) -> Measured:
    """Return what a probe measured, or the agents of a team chose.

    Raises UsageError when the log is of another library: a limit must not pass on old answers.
    """
    from skillaudit.errors import UsageError
    from skillaudit.probe.decided import holds_decisions, measured_decisions
    from skillaudit.probe.exporting import measured

    if holds_decisions(log):
        return measured_decisions(log, library.routable)
    found = measured(log, skills=library.routable)
    if found.changed:
        raise UsageError(
            f"{log}: {len(found.changed)} skills are not as they were probed, {found.changed[0]} among them; "
            "probe this library again."
        )
    return found


def _measured(report: Report, found: Measured) -> Report:
    """Return `report` with the rates that a probe measured in place of those that were forecast."""
    import msgspec

    from skillaudit.answer import answered
    from skillaudit.answer.telling import MEASURED

    coverage = report.forecast.coverage
    if not coverage.requests:  # the answers judge a library that no request of its own speaks for
        coverage = msgspec.structs.replace(coverage, requests=found.rates.requests)
    forecast = msgspec.structs.replace(
        report.forecast,
        coverage=coverage,
        router=f"{MEASURED}{found.model}",
        accuracy=found.rates.accuracy,
        hijack=found.rates.hijack,
        no_skill=found.rates.no_skill,
        false_trigger=found.rates.false_trigger,
        source=f"{found.model} answered {found.rates.requests:,} requests; the log is {found.log}.",
        fit_range="",
        extrapolates=False,
    )
    return answered(msgspec.structs.replace(report, forecast=forecast, forecasts=()))
