"""`skillaudit validate`: predicted against measured, on decisions that took no part in the fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from skillaudit.cli.options import narration, quiet_option
from skillaudit.cli.output import deliver_json, put, show

if TYPE_CHECKING:
    from skillaudit.progress import Progress
    from skillaudit.routing.calibrate import Calibration
    from skillaudit.routing.decisions import DecisionLog
    from skillaudit.routing.profiles import LeftOutSet
    from skillaudit.schema import ScorerName

LIMITS = """
## What the figures do not say

- Requests written from the skills may be easier than users' own; one public set, `vexjoy`, whose labels follow house
  rules that no listing states, was answered right in seven of ten, by a strong model and a fast one alike. It is one
  set in thirteen, and it is why the ranges are as wide as they are.
- Which library will do worse than another can hardly be said beforehand: of libraries with 80 requests each, most of
  the difference is chance. Which requests go wrong, and to which skill, can.
- Half of what counts as wrong is a fair choice: two skills answer the request. The report calls these contested.
- Fifty decisions of your own narrow the range by a third, more than anything in a text does: `skillaudit calibrate`.
"""


@click.command("validate")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Recompute on logs of decisions: DIR/routing/*/queries.jsonl.gz, with library.jsonl.gz beside each.",
)
@click.option(
    "--scorer",
    type=click.Choice(["hybrid", "dense", "lexical"]),
    help="With --data: the scorer that the decisions are predicted by.  [default: hybrid]",
)
@click.option(
    "--errors",
    is_flag=True,
    help="With --data: which kinds of error come with size: to a neighbour, to a stranger, into a black hole.",
)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
)
@quiet_option
def command(data: Path | None, scorer: str | None, errors: bool, form: str, quiet: bool) -> None:
    """Say how well routing is predicted, and where not: the stored figures, or new ones from logs in DIR."""
    if data is None:
        if scorer is not None:
            raise click.UsageError(
                "--scorer is for new figures from --data; the stored ones are shown as they are"
            )
        if errors:
            raise click.UsageError("--errors sorts the decisions of --data, which is not given")
        _stored(form)
        return
    wanted = cast("ScorerName", scorer or "hybrid")
    if errors:
        _errors(data, wanted, form, quiet)
        return
    with narration(quiet) as progress:
        found = recompute(data, wanted, progress)
    if form == "json":
        deliver_json(found)
        return
    from skillaudit.page.blocks import Heading, Title
    from skillaudit.page.profiles import calibration_blocks, error_line

    for name, calibration in found.items():
        show([Title(name), *calibration_blocks(calibration)])
    if len(found) > 1:
        cells = [cell for calibration in found.values() for cell in calibration.cells]
        show([Heading("all together"), error_line(cells)])


def _errors(data: Path, scorer: ScorerName, form: str, quiet: bool) -> None:
    """Show how the kinds of error change with size in each log."""
    from skillaudit.cli.calibrate import scorer_over
    from skillaudit.laws.stages import recorded_progress
    from skillaudit.page.blocks import Paragraph
    from skillaudit.page.laws import ERRORS, error_blocks

    with narration(quiet) as progress:
        found = {
            name: recorded_progress(log, scorer_over(log, scorer, progress)) for name, log in logs_in(data)
        }
    if form == "json":
        deliver_json(found)
        return
    for name, routers in found.items():
        for one in routers:
            show(error_blocks(name, one))
    show([Paragraph(ERRORS, "muted")])


def recompute(data: Path, scorer: ScorerName, progress: Progress) -> dict[str, Calibration]:
    """Return per log in `data` what a fit to four fifths of its requests says about the fifth.

    Fits start from nothing, since the shipped profiles may have seen these very decisions. Raises UsageError
    when there is no log.
    """
    from skillaudit.cli.calibrate import scorer_over
    from skillaudit.routing.calibrate import blank_prior, calibrate

    return {
        name: calibrate(log, scorer_over(log, scorer, progress), prior=blank_prior(scorer))
        for name, log in logs_in(data)
    }


def logs_in(data: Path) -> Iterator[tuple[str, DecisionLog]]:
    """Yield the logs of decisions below a folder that can be judged; raises UsageError when there is none."""
    from skillaudit.cli.diagnostics import say
    from skillaudit.errors import RequestError, UsageError
    from skillaudit.routing.decisions import read_decisions, read_library

    found = False
    for path in sorted(path for end in ("", ".gz") for path in data.glob(f"routing/*/queries.jsonl{end}")):
        name = path.parent.name
        beside = [path.parent / f"library.jsonl{end}" for end in ("", ".gz")]
        library = next((each for each in beside if each.exists()), None)
        try:
            log = read_decisions(path, None if library is None else read_library(library))
        except RequestError as error:
            if library is not None:
                raise
            say(f"{name}: no library.jsonl beside it, left out ({error})")
            continue
        if not log.models:
            say(f"{name}: no recorded decision, left out")
        elif not any(decision.gold for decision in log.decisions):
            say(f"{name}: no request with a right skill on offer, left out")
        else:
            found = True
            yield name, log
    if not found:
        raise UsageError(f"no log of decisions under {data / 'routing'}; see `skillaudit calibrate --help`.")


def _stored(form: str) -> None:
    from skillaudit.routing.profiles import built_in

    if form == "json":
        rows = [
            {
                "name": profile.name,
                "metrics": profile.metrics,
                "left_out": profile.left_out,
                "cells": profile.cells,
            }
            for profile in built_in()
        ]
        deliver_json(rows)
        return
    if form == "markdown":
        put("\n".join(page()))
        return
    from skillaudit.page.profiles import stored_blocks

    show(stored_blocks(built_in(), [f"{title}: {summary(rows)}" for title, rows in _classes()]))


def _classes() -> Iterator[tuple[str, list[LeftOutSet]]]:
    """Each class with its cells, then all of them together."""
    from skillaudit.routing.profiles import built_in

    every: list[LeftOutSet] = []
    for profile in built_in():
        if profile.left_out:
            every += profile.left_out
            yield profile.name, list(profile.left_out)
    yield "all current models", every


def summary(cells: Sequence[LeftOutSet]) -> str:
    """Return error, coverage, width and log loss of some cells as one clause."""
    count = max(len(cells), 1)
    decisions = max(sum(cell.decisions for cell in cells), 1)
    error = sum(abs(cell.predicted - cell.measured) for cell in cells) / count
    width = sum(cell.high - cell.low for cell in cells) / count
    losses = [
        sum(getattr(cell, name) * cell.decisions for cell in cells) / decisions
        for name in ("log_loss", "constant")
    ]
    return (
        f"{len(cells)} lists, mean absolute error {error:.3f}, {sum(map(_inside, cells))} of {len(cells)} inside a 90% "
        f"range of mean width {width:.3f}, log-loss {losses[0]:.3f} (a constant {losses[1]:.3f})"
    )


def _inside(cell: LeftOutSet) -> bool:
    return cell.low <= cell.measured <= cell.high


def page() -> Iterator[str]:
    """Yield the page about accuracy, in Markdown: what is predicted how well, and what is not known."""
    from skillaudit.routing.activation import activations
    from skillaudit.routing.profiles import built_in

    yield "# How right the forecast is\n"
    yield "Printed by `skillaudit validate -f markdown`; `tests/benchmarks/routing_profiles.py` fits and judges anew.\n"
    yield "## Libraries left out\n"
    yield (
        "Each row is one list of skills and one set of requests, predicted by a fit that saw no request of that "
        "library. `!` marks what fell outside its 90% range.\n"
    )
    yield "| list | model | on offer | decisions | predicted | 90% range | measured |"
    yield "|---|---|---|---|---|---|---|"
    for profile in built_in():
        for cell in profile.left_out:
            yield (
                f"| {cell.cell} | {cell.model} | {cell.n:,} | {cell.decisions} | {cell.predicted:.3f} | "
                f"{cell.low:.2f} to {cell.high:.2f}{'' if _inside(cell) else ' !'} | {cell.measured:.3f} |"
            )
    yield ""
    yield from (f"- {title}: {summary(rows)}" for title, rows in _classes())
    yield "\n## Where each class comes from\n"
    yield from (f"- {profile.provenance}." for profile in built_in()[:3])
    yield "\n## Agents at work\n"
    yield activations()[0].source + "\n"
    yield "| where | model | skills | tries | a right skill was loaded |"
    yield "|---|---|---|---|---|"
    for found in activations()[0].cells:
        yield f"| {found.where} | {found.model} | {found.skills} | {found.decisions:,} | {found.recall:.2f} |"
    yield "\n## Models of 2024 and 2025, requests held out\n"
    yield "| model | on offer | predicted | 90% range | measured |"
    yield "|---|---|---|---|---|"
    for profile in built_in():
        for each in profile.cells:
            yield (
                f"| {each.model} | {each.n:,} | {each.predicted_accuracy:.3f} | {each.low:.2f} to {each.high:.2f} | "
                f"{each.measured_accuracy:.3f} |"
            )
    yield LIMITS.rstrip()
