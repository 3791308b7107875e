"""Rates before and after, side by side, in three lines or in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.strip import Strip

from skillaudit.page.figures import percent, points, rate
from skillaudit.page.layout import FIGURES_WIDTH
from skillaudit.page.lines import EMPTY, Line, Span, crop, fit
from skillaudit.tui.widgets.line_view import LineDrawer

if TYPE_CHECKING:
    from skillaudit.optimize.records import RoutingRates
    from skillaudit.schema import Estimate

RATES = (("accuracy", 1), ("hijack", -1), ("no_skill", 0))
"""Names, and which way is better."""
LABELS = {"accuracy": "right", "hijack": "another", "no_skill": "none"}
INTERVALS_FROM = 74
"""Cells from which on there is room for intervals."""


class ForecastBar(LineDrawer):
    """Shows what the accepted edits do; says so where that is still being worked out."""

    def __init__(self) -> None:
        super().__init__()
        self._before: RoutingRates | None = None
        self._after: RoutingRates | None = None
        self._words = ""

    def show(self, before: RoutingRates | None, after: RoutingRates | None, words: str = "") -> None:
        """Show two sets of rates; `words` stand where there is nothing after."""
        self._before, self._after, self._words = before, after, words
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one of the three rates, or all of them where there is one line."""
        return self.strip(crop(self.line(y), self.room))

    def line(self, y: int) -> Line:
        """Return line `y` of the bar."""
        if self._before is None:
            return (Span(self._words, "muted"),) if not y else EMPTY
        if self.scrollable_content_region.height < len(RATES):
            return self._short() if not y else EMPTY
        if y >= len(RATES):
            return EMPTY
        name, better = RATES[y]
        before: Estimate = getattr(self._before, name)
        label = Span(fit(LABELS[name], 10), "muted")
        head = (label, Span(self._figures(before)), Span(" → ", "muted"))
        if self._after is None:
            return (*head, Span(self._words if not y else "…", "muted"))
        after: Estimate = getattr(self._after, name)
        change = _change(before, after)
        unit = " points" if change else ""
        return (
            *head,
            Span(self._figures(after), "value"),
            Span(f" {change}{unit}", _tone(before, after, better)),
        )

    def _figures(self, value: Estimate) -> str:
        if self.room < INTERVALS_FROM:
            return fit(percent(value.value), 6, "right")
        return fit(rate(value), FIGURES_WIDTH)

    def _short(self) -> Line:
        assert self._before is not None
        line: list[Span] = []
        for name, better in RATES[:2]:
            before: Estimate = getattr(self._before, name)
            line += [Span(f"{LABELS[name]} ", "muted"), Span(percent(before.value)), Span(" → ", "muted")]
            if self._after is None:
                return (*line, Span(self._words, "muted"))
            after: Estimate = getattr(self._after, name)
            line += [
                Span(percent(after.value), "value"),
                Span(f" {_change(before, after)}  ", _tone(before, after, better)),
            ]
        return tuple(line)


def _change(before: Estimate, after: Estimate) -> str:
    if before.value is None or after.value is None:
        return ""
    # Of the figures as they are written, so that the line adds up.
    return points((round(100 * after.value, 1) - round(100 * before.value, 1)) / 100)


def _tone(before: Estimate, after: Estimate, better: int) -> str:
    """Say in a tone whether a change is for the better; the sign before the figure says which way it goes."""
    change = ((after.value or 0.0) - (before.value or 0.0)) * better
    return "good" if change > 0.0005 else "warning" if change < -0.0005 else "muted"
