"""`skillaudit calibrate`: fit router profiles to recorded decisions, and say how good they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from skillaudit.cli.options import narration
from skillaudit.cli.output import deliver_json, put

if TYPE_CHECKING:
    from skillaudit.progress import Progress
    from skillaudit.routing import Calibration, Cell, DecisionLog
    from skillaudit.schema import ScorerName
    from skillaudit.scoring import Scorer

_FILE = click.Path(path_type=Path)


@click.command("calibrate")
@click.argument("decisions", type=_FILE, metavar="DECISIONS.jsonl")
@click.option(
    "--library",
    type=_FILE,
    metavar="LIBRARY.jsonl",
    help="Names and descriptions of the skills; not needed where every line brings its own.",
)
@click.option("--test", type=_FILE, metavar="MORE.jsonl", help="Decisions to judge by, of the same library.")
@click.option(
    "--save", "name", metavar="NAME", help="Keep the profiles; NAME/MODEL each, NAME for all models."
)
@click.option(
    "--date",
    metavar="YYYY-MM-DD",
    help="Day of the decisions, kept in the profiles; else what the lines say in `date` or `timestamp`.",
)
@click.option(
    "--scorer", type=click.Choice(["hybrid", "dense", "lexical"]), default="hybrid", show_default=True
)
@click.option("--blank", is_flag=True, help="Start from nothing instead of the shipped class of models.")
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache of vectors.")
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
def command(
    decisions: Path,
    library: Path | None,
    test: Path | None,
    name: str | None,
    date: str | None,
    scorer: str,
    blank: bool,
    form: str,
    no_cache: bool,
    quiet: bool,
) -> None:
    """Fit a router profile to each model of DECISIONS and judge it on decisions that it never saw.

    A line of DECISIONS has `query`, `gold` (a list of right names), `choice` ({model: name or null}), and what
    was on offer as `candidates_idx` or `candidates`; without either it is the whole library.
    """
    import msgspec

    from skillaudit.errors import UsageError
    from skillaudit.routing import calibrate, read_decisions, read_library, save
    from skillaudit.routing.calibrate import blank_prior
    from skillaudit.routing.profiles import check_name

    if name is not None:
        check_name(name)
    if date is not None:
        import datetime

        try:
            datetime.date.fromisoformat(date)
        except ValueError as error:
            raise UsageError(f"--date {date!r} is no day; write it as YYYY-MM-DD") from error
    if test is not None and library is None:
        raise UsageError("--test needs --library, so that both logs are over the same skills.")
    skills = None if library is None else read_library(library)
    log = read_decisions(decisions, skills)
    trial = None if test is None else read_decisions(test, log.skills)
    kind = cast("ScorerName", scorer)
    with narration(quiet) as progress:
        ranks = scorer_over(log, kind, progress, cached=not no_cache)
        prior = blank_prior(kind) if blank else None
        found = calibrate(log, ranks, trial, prior=prior, name=name or "calibrated")
    if name is not None:
        from skillaudit.cli.diagnostics import say

        day = date or log.date
        if not day:
            say("no line says when it was recorded: the profiles are not dated; --date YYYY-MM-DD dates them")
        for profile in found.profiles:
            path = save(msgspec.structs.replace(profile, date=day))
            say(f"saved {profile.name} to {path}; use --router {profile.name}")
    if form == "json":
        deliver_json(found)
        return
    put("\n".join(render(found)))


def scorer_over(log: DecisionLog, scorer: ScorerName, progress: Progress, *, cached: bool = True) -> Scorer:
    """Return a scorer over the skills of a log."""
    from skillaudit.cache import Cache
    from skillaudit.config import Config
    from skillaudit.errors import UsageError
    from skillaudit.pipeline.flow import scorer_for

    if not log.skills:
        raise UsageError("the log has no skill on offer; give the library it was asked with as --library.")
    return scorer_for(log.skills, Config(scorer=scorer), Cache() if cached else None, progress)[0]


def render(found: Calibration) -> Iterator[str]:
    """Yield the lines of the text: how well each model is predicted, then the cells."""
    from skillaudit.formatters.layout import squeeze, table, wrap

    yield from wrap(f"scorer {found.scorer}; held out: {found.held_out}")
    if found.start != "blank":
        yield from wrap(
            f"The fits start from the profile {found.start}; where that was fitted to these very decisions, the "
            "figures are a shade too good, and --blank has them without it."
        )
    yield ""
    yield from table(
        ("model", "decisions", "log-loss", "size only", "AUC", "Brier", "cal. error"),
        (
            (
                squeeze(fit.model, 20),
                f"{fit.decisions:,}",
                f"{fit.log_loss:.3f}",
                f"{fit.log_loss_size_only:.3f}",
                "n/a" if fit.auc is None else f"{fit.auc:.3f}",
                f"{fit.brier:.3f}",
                f"{fit.calibration_error:.3f}",
            )
            for fit in found.models
        ),
        (20, 9, 8, 9, 5, 5, 10),
        right=frozenset(range(1, 7)),
    )
    yield ""
    yield from cells(found.cells)
    covered = [fit.coverage for fit in found.models if fit.coverage is not None]
    if covered:
        yield from coverage(sum(covered) / len(covered))


def coverage(share: float) -> Iterator[str]:
    """Yield what share of the held-out parts' sizes lies in its range, and why whole cells do so more often."""
    from skillaudit.formatters.layout import wrap

    yield from wrap(
        f"size by size within each held-out part, {share:.0%} lie in their 90% range; whole cells do so more often, "
        "since each part of a cell is predicted from its other parts",
        first="  ",
        indent="  ",
    )


def cells(found: Sequence[Cell]) -> Iterator[str]:
    """Yield predicted against measured accuracy and hijack per model and size, and the mean absolute errors."""
    from skillaudit.formatters.layout import squeeze, table

    yield from table(
        ("model", "n", "acc.", "90% range", "found", "error", "hijack", "found"),
        (
            (
                squeeze(cell.model, 20),
                f"{cell.n:,}",
                _percent(cell.predicted_accuracy),
                f"{_percent(cell.low)}-{_percent(cell.high)}" + (" " if inside(cell) else "!"),
                _percent(cell.measured_accuracy),
                f"{100 * (cell.predicted_accuracy - cell.measured_accuracy):+.1f}",
                _percent(cell.predicted_hijack),
                _percent(cell.measured_hijack),
            )
            for cell in found
        ),
        (20, 5, 5, 11, 5, 5, 6, 5),
        right=frozenset(range(1, 8)),
    )
    yield "  n skills on offer; accuracy and hijack as predicted, then as found, in percent"
    accuracy, hijack = errors(found)
    held = sum(inside(cell) for cell in found)
    yield (
        f"  mean absolute error: accuracy {accuracy:.3f}, hijack {hijack:.3f}; "
        f"{held} of {len(found)} in range"
    )


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def inside(cell: Cell) -> bool:
    """Whether the measured accuracy lies in the predicted 90% range."""
    return cell.low <= cell.measured_accuracy <= cell.high


def errors(found: Sequence[Cell]) -> tuple[float, float]:
    """Return the mean absolute errors of accuracy and hijack over the cells."""
    count = max(len(found), 1)
    return (
        sum(abs(cell.predicted_accuracy - cell.measured_accuracy) for cell in found) / count,
        sum(abs(cell.predicted_hijack - cell.measured_hijack) for cell in found) / count,
    )
