"""`skillaudit validate`: predicted against measured, on decisions that took no part in the fit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from skillaudit.cli.options import narration
from skillaudit.cli.output import deliver_json, put

if TYPE_CHECKING:
    from skillaudit.progress import Progress
    from skillaudit.routing import Calibration, Cell
    from skillaudit.schema import ScorerName

ENOUGH = 50
"""Decisions of a cell whose error is more than the luck of a few."""


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
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
def command(data: Path | None, scorer: str | None, form: str, quiet: bool) -> None:
    """Say how well routing is predicted, and where not: the stored figures, or new ones from logs in DIR."""
    if data is None:
        if scorer is not None:
            raise click.UsageError(
                "--scorer is for new figures from --data; the stored ones are shown as they are"
            )
        _stored(form)
        return
    with narration(quiet) as progress:
        found = recompute(data, cast("ScorerName", scorer or "hybrid"), progress)
    if form == "json":
        deliver_json(found)
        return
    from skillaudit.cli.calibrate import cells, render

    for name, calibration in found.items():
        put(name)
        put("\n".join(render(calibration)) + "\n")
    if len(found) > 1:
        *_, last = cells([cell for calibration in found.values() for cell in calibration.cells])
        put(f"all together\n{last}")


def recompute(data: Path, scorer: ScorerName, progress: Progress) -> dict[str, Calibration]:
    """Return per log in `data` what a fit to four fifths of its requests says about the fifth.

    Fits start from nothing, since the shipped profiles may have seen these very decisions. Raises UsageError
    when there is no log.
    """
    from skillaudit.cli.calibrate import scorer_over
    from skillaudit.cli.diagnostics import say
    from skillaudit.errors import RequestError, UsageError
    from skillaudit.routing import calibrate, read_decisions, read_library
    from skillaudit.routing.calibrate import blank_prior

    found = {}
    paths = sorted(path for end in ("", ".gz") for path in data.glob(f"routing/*/queries.jsonl{end}"))
    for path in paths:
        beside = [path.parent / f"library.jsonl{end}" for end in ("", ".gz")]
        library = next((each for each in beside if each.exists()), None)
        try:
            log = read_decisions(path, None if library is None else read_library(library))
        except RequestError as error:
            if library is not None:
                raise
            say(f"{path.parent.name}: no library.jsonl beside it, left out ({error})")
            continue
        if not log.models:
            say(f"{path.parent.name}: no recorded decision, left out")
        elif not any(decision.gold for decision in log.decisions):
            say(f"{path.parent.name}: no request with a right skill on offer, left out")
        else:
            ranks = scorer_over(log, scorer, progress)
            found[path.parent.name] = calibrate(log, ranks, prior=blank_prior(scorer))
    if not found:
        raise UsageError(f"no log of decisions under {data / 'routing'}; see `skillaudit calibrate --help`.")
    return found


def _stored(form: str) -> None:
    from skillaudit.routing.profiles import built_in

    if form == "json":
        rows = [
            {"name": profile.name, "metrics": profile.metrics, "cells": profile.cells}
            for profile in built_in()
        ]
        deliver_json(rows)
        return
    put("\n".join(stored()))


def stored() -> Iterator[str]:
    """Yield the lines of the shipped profiles' held-out figures."""
    from skillaudit.cli.calibrate import cells, coverage
    from skillaudit.formatters.layout import table, wrap
    from skillaudit.routing.profiles import built_in

    shipped = built_in()
    yield from wrap(
        "The shipped profiles on requests held out of their fit: five parts, split by a hash of the request, each "
        "predicted from the other four."
    )
    yield ""
    yield from table(
        ("router", "decisions", "log-loss", "size only", "AUC", "Brier", "cal. error"),
        (
            (
                profile.name,
                f"{profile.decisions:,}",
                *(
                    f"{profile.metrics[key]:.3f}"
                    for key in ("log_loss", "log_loss_size_only", "auc", "brier", "calibration_error")
                ),
            )
            for profile in shipped
        ),
        (20, 9, 8, 9, 5, 5, 10),
        right=frozenset(range(1, 7)),
    )
    yield ""
    every = [cell for profile in shipped for cell in profile.cells]
    yield from cells(every)
    covered = [profile.metrics["coverage"] for profile in shipped if profile.cells]
    yield from coverage(sum(covered) / len(covered))
    yield from _worst(every)


def _worst(every: list[Cell]) -> Iterator[str]:
    from skillaudit.formatters.layout import wrap

    enough = [cell for cell in every if cell.decisions >= ENOUGH]
    ranked = sorted(enough, key=lambda cell: -abs(cell.predicted_accuracy - cell.measured_accuracy))[:3]
    if ranked:
        text = "; ".join(
            f"{cell.model} with {cell.n:,} on offer and {cell.decisions:,} decisions, "
            f"{100 * cell.predicted_accuracy:.1f} for {100 * cell.measured_accuracy:.1f}"
            for cell in ranked
        )
        yield from wrap(f"furthest off: {text}", first="  ", indent="  ")
