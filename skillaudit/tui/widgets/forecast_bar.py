"""Rates before and after, side by side, a line each or all in one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.strip import Strip

from skillaudit.page.figures import percent, points, rate
from skillaudit.page.layout import FIGURES_WIDTH
from skillaudit.page.lines import EMPTY, Line, Span, crop, fit, line_width
from skillaudit.tui.widgets.line_view import LineDrawer

if TYPE_CHECKING:
    from skillaudit.optimize.records import RoutingRates
    from skillaudit.schema import Estimate

RATES = (("accuracy", 1), ("hijack", -1), ("no_skill", 0), ("false_trigger", -1))
"""Names, and which way is better."""
WIDEST = 13
"""Cells of the longest name."""
SHORT = ("accuracy", "hijack", "false_trigger")
"""What stands in one line, as far as there is room."""
INTERVALS_FROM = 76
"""Cells from which on there is room for intervals."""


class ForecastBar(LineDrawer):
    """Shows what the accepted edits do; says so where that is still being worked out."""

    def __init__(self) -> None:
        super().__init__()
        self._before: RoutingRates | None = None
        self._after: RoutingRates | None = None
        self._words = ""
        self._paired: Mapping[str, Estimate] = {}

    def show(
        self,
        before: RoutingRates | None,
        after: RoutingRates | None,
        words: str = "",
        paired: Mapping[str, Estimate] | None = None,
    ) -> None:
        """Show two sets of rates; `words` stand where there is nothing after, `paired` changes where they are known."""
        self._before, self._after, self._words, self._paired = before, after, words, paired or {}
        self.set_class(len(self._rates) == len(RATES), "-all-rates")
        self.refresh()

    @property
    def _rates(self) -> tuple[tuple[str, int], ...]:
        """The rates that are known before: without a request that needs no skill none fires falsely."""
        before = self._before
        if before is None:
            return ()
        return tuple(
            each for each in RATES if each[0] != "false_trigger" or before.false_trigger.value is not None
        )

    def render_line(self, y: int) -> Strip:
        """Draw one of the rates, or all of them where there is one line."""
        return self.strip(crop(self.line(y), self.room))

    def line(self, y: int) -> Line:
        """Return line `y` of the bar."""
        if self._before is None:
            return (Span(self._words, "muted"),) if not y else EMPTY
        rates = self._rates
        if self.scrollable_content_region.height < len(rates):
            return self._short() if not y else EMPTY
        if y >= len(rates):
            return EMPTY
        name, better = rates[y]
        before: Estimate = getattr(self._before, name)
        label = Span(fit(_label(name), WIDEST), "muted")
        head = (label, Span(" "), Span(self._figures(before)), Span(" → ", "muted"))
        if self._after is None:
            return (*head, Span(self._words if not y else "…", "muted"))
        after: Estimate = getattr(self._after, name)
        change = self._change(name, before, after)
        unit = " points" if change is not None else ""
        return (
            *head,
            Span(self._figures(after), "value"),
            Span(f" {_written(change)}{unit}", _tone(change, better)),
        )

    def _change(self, name: str, before: Estimate, after: Estimate) -> float | None:
        """The paired change, as the plan's text has it; else that of the figures as they are written."""
        if name in self._paired:
            return self._paired[name].value
        if before.value is None or after.value is None:
            return None
        return (round(100 * after.value, 1) - round(100 * before.value, 1)) / 100

    def _figures(self, value: Estimate) -> str:
        if self.room < INTERVALS_FROM:
            return fit(percent(value.value), 6, "right")
        return fit(rate(value), FIGURES_WIDTH)

    def _short(self) -> Line:
        assert self._before is not None
        line: list[Span] = []
        for name, better in self._rates:
            if name not in SHORT:
                continue
            before: Estimate = getattr(self._before, name)
            said = [Span(f"{_label(name)} ", "muted"), Span(percent(before.value)), Span(" → ", "muted")]
            if self._after is None:
                return (*said, Span(self._words, "muted"))
            after: Estimate = getattr(self._after, name)
            change = self._change(name, before, after)
            said += [
                Span(percent(after.value), "value"),
                Span(f" {_written(change)}  ", _tone(change, better)),
            ]
            if line and line_width((*line, *said)) > self.room + 2:  # the last two are blank
                break
            line += said
        return tuple(line)


def _label(name: str) -> str:
    """The name of a rate as the plan's text has it."""
    return name.replace("_", " ")


def _written(change: float | None) -> str:
    return "" if change is None else points(change)


def _tone(change: float | None, better: int) -> str:
    """Say in a tone whether a change is for the better; the sign before the figure says which way it goes."""
    gain = (change or 0.0) * better
    return "good" if gain > 0.0005 else "warning" if gain < -0.0005 else "muted"
