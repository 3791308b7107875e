"""Router profiles as blocks: what each was fitted on, and how well it predicts what it never saw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from skillaudit.page.blocks import Block, Column, Heading, Paragraph, Title, field, table
from skillaudit.page.figures import signed
from skillaudit.page.lines import Span

if TYPE_CHECKING:
    from skillaudit.routing.calibrate import Calibration
    from skillaudit.routing.profiles import Cell, RouterProfile

OWN = (
    "To save one of your own: skillaudit calibrate DECISIONS.jsonl --library LIBRARY.jsonl --save NAME, then "
    "--router NAME with any command."
)
MEASURES = ("log_loss", "log_loss_size_only", "auc", "brier", "calibration_error")
HEADS = (
    Column("router"), Column("decisions", 9, "right"), Column("log-loss", 8, "right"), Column("size only", 9, "right"),
    Column("AUC", 5, "right"), Column("Brier", 5, "right"), Column("cal. error", 10, "right"),
)  # fmt: skip
ENOUGH = 50
"""Decisions of a cell whose error is more than the luck of a few."""


def profile_blocks(profile: RouterProfile, *, default: bool) -> Iterator[Block]:
    """Yield what is known about one profile."""
    yield Title(profile.name, (Span("default", "good"),) if default else ())
    yield Paragraph(profile.description)
    if profile.kind == "local":
        return
    yield field("fitted on", f"{profile.decisions:,} decisions: {profile.training}")
    low, high = profile.sizes
    yield field("for", f"{low:,} to {high:,} skills on offer; scorers {', '.join(profile.fits)}")
    if profile.metrics:
        said = ", ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in profile.metrics.items())
        yield field("held out", said)
    yield field("dated", profile.date or "not dated")


def calibration_blocks(found: Calibration) -> Iterator[Block]:
    """Yield how well each model is predicted, then the cells."""
    yield field("scorer", found.scorer)
    yield field("held out", found.held_out)
    if found.start != "blank":
        yield Paragraph(
            f"The fits start from {found.start}; where that was fitted to these very decisions, the figures are a "
            "shade too good, and --blank has them without it."
        )
    rows = [
        (
            Span(fit.model), Span(f"{fit.decisions:,}"),
            *(
                Span("–" if value is None else f"{value:.3f}")
                for value in (
                    fit.log_loss, fit.log_loss_size_only, fit.auc, fit.brier, fit.calibration_error
                )
            ),
        )
        for fit in found.models
    ]  # fmt: skip
    yield table((HEADS[0]._replace(head="model"), *HEADS[1:]), rows)
    yield from cell_blocks(found.cells)
    covered = [fit.coverage for fit in found.models if fit.coverage is not None]
    if covered:
        yield coverage(sum(covered) / len(covered))


def stored_blocks(shipped: Sequence[RouterProfile], classes: Sequence[str]) -> Iterator[Block]:
    """Yield the shipped profiles' held-out figures: libraries left out, then requests held out.

    `classes` are sentences on each class of routers.
    """
    note = "every set of requests predicted by a fit that saw no request of its library, in whichever list it was asked"
    columns = (
        Column("list"), Column("model", 16), Column("n", 6, "right"), Column("accuracy", 20, "right"), Column("", 1),
        Column("found", 5, "right"), Column("error", 5, "right"),
    )  # fmt: skip
    rows: list[tuple[Span, ...]] = [
        (
            Span(cell.cell), Span(cell.model), Span(f"{cell.n:,}"),
            Span(f"{_percent(cell.predicted)} ({_percent(cell.low)} to {_percent(cell.high)})"),
            Span("" if cell.low <= cell.measured <= cell.high else "!", "warning"),
            Span(_percent(cell.measured), "value"), Span(signed(100 * (cell.predicted - cell.measured), 1)),
        )
        for profile in shipped
        for cell in profile.left_out
    ]  # fmt: skip
    yield Heading("Libraries left out", note)
    yield table(columns, rows)
    yield from (Paragraph(said) for said in classes)
    yield Heading(
        "Requests held out",
        "models of 2024 and 2025 on function calls, five parts by a hash of the request, each predicted from the other "
        "four",
    )
    shipped = [profile for profile in shipped if profile.cells]
    rows = [
        (
            Span(profile.name), Span(f"{profile.decisions:,}"),
            *(Span(f"{profile.metrics[key]:.3f}") for key in MEASURES),
        )
        for profile in shipped
    ]  # fmt: skip
    yield table(HEADS, rows)
    every = [cell for profile in shipped for cell in profile.cells]
    yield from cell_blocks(every)
    covered = [profile.metrics["coverage"] for profile in shipped]
    yield coverage(sum(covered) / len(covered))
    enough = [cell for cell in every if cell.decisions >= ENOUGH]
    ranked = sorted(enough, key=lambda cell: -abs(cell.predicted_accuracy - cell.measured_accuracy))[:3]
    if ranked:
        said = "; ".join(
            f"{cell.model} with {cell.n:,} on offer and {cell.decisions:,} decisions, "
            f"{_percent(cell.predicted_accuracy)} for {_percent(cell.measured_accuracy)}"
            for cell in ranked
        )
        yield Paragraph(f"furthest off: {said}")


def coverage(share: float) -> Paragraph:
    """Say what share of the held-out parts' sizes lies in its range, and why whole cells do so more often."""
    return Paragraph(
        f"size by size within each held-out part, {share:.0%} lie in their 90% range; whole cells do so more often, "
        "since each part of a cell is predicted from its other parts",
        "muted",
    )


def cell_blocks(found: Sequence[Cell]) -> list[Block]:
    """Put predicted beside measured accuracy and hijack, by model and size."""
    columns = (
        Column("model"), Column("n", 6, "right"), Column("accuracy", 20, "right"), Column("", 1),
        Column("found", 5, "right"), Column("error", 5, "right"), Column("hijack", 6, "right"),
        Column("found", 5, "right"),
    )  # fmt: skip
    rows = [
        (
            Span(cell.model), Span(f"{cell.n:,}"),
            Span(f"{_percent(cell.predicted_accuracy)} ({_percent(cell.low)} to {_percent(cell.high)})"),
            Span("" if inside(cell) else "!", "warning"), Span(_percent(cell.measured_accuracy), "value"),
            Span(signed(100 * (cell.predicted_accuracy - cell.measured_accuracy), 1)),
            Span(_percent(cell.predicted_hijack)), Span(_percent(cell.measured_hijack), "value"),
        )
        for cell in found
    ]  # fmt: skip
    note = "n skills on offer; accuracy with its 90% range and hijack as predicted, then as found, in percent"
    return [Heading("Predicted and found", note), table(columns, rows), error_line(found)]


def error_line(found: Sequence[Cell]) -> Paragraph:
    """Say how far off the cells are on average, and how many lie in their range."""
    accuracy, hijack = errors(found)
    held = sum(inside(cell) for cell in found)
    return Paragraph(
        f"mean absolute error: accuracy {accuracy:.3f}, hijack {hijack:.3f}; {held} of {len(found)} in range"
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
