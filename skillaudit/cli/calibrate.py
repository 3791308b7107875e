"""`skillaudit calibrate`: fit router profiles to recorded decisions, and say how good they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from skillaudit.cli.options import form_option, narration, quiet_option
from skillaudit.cli.output import deliver_json, show

if TYPE_CHECKING:
    from skillaudit.progress import Progress
    from skillaudit.routing.decisions import DecisionLog
    from skillaudit.schema import ScorerName
    from skillaudit.scoring import Scorer

_FILE = click.Path(path_type=Path)


@click.command("calibrate")
@click.argument("decisions", type=_FILE, metavar="DECISIONS.jsonl")
@click.option(
    "--library",
    type=_FILE,
    metavar="LIBRARY",
    help="Names and descriptions of the skills, as JSONL or a folder; not needed where every line brings its own.",
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
@form_option
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache of vectors.")
@quiet_option
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
    from skillaudit.load import load
    from skillaudit.routing.calibrate import blank_prior, calibrate, save
    from skillaudit.routing.decisions import read_decisions, read_library
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
    skills = None
    if library is not None:
        skills = load([library]).routable if library.is_dir() else read_library(library)
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
    from skillaudit.page.profiles import calibration_blocks

    show(calibration_blocks(found))


def scorer_over(log: DecisionLog, scorer: ScorerName, progress: Progress, *, cached: bool = True) -> Scorer:
    """Return a scorer over the skills of a log."""
    from skillaudit.cache import Cache
    from skillaudit.config import Config
    from skillaudit.errors import UsageError
    from skillaudit.pipeline.making import scorer_for

    if not log.skills:
        raise UsageError("the log has no skill on offer; give the library it was asked with as --library.")
    return scorer_for(log.skills, Config(scorer=scorer), Cache() if cached else None, progress)[0]
