"""The one drawing of a curve in each medium: characters for terminals and text, SVG for pages."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from skillaudit.page.blocks import Curve, Gauge
from skillaudit.page.blocks import Line as Series
from skillaudit.page.figures import percent, rate
from skillaudit.page.lines import Line, Span, cells, wrap
from skillaudit.schema import Estimate

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a6d00", "#777777")
MARKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FEW = 6
"""Points of a single curve that are written out as figures with their intervals."""
MANY = 16
"""Different x from which on round numbers stand on the axis instead."""
HEIGHT = 13
"""Lines of a drawing in characters; every third has its label."""
_WIDTH, _HEIGHT = 720, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 210, 24, 44


class Scale:
    """Places points in a box; rates run from 0 to 1, x over what is there."""

    def __init__(self, curve: Curve) -> None:
        self._log, self._names = curve.log, curve.names
        found = sorted({point.x for line in curve.lines for point in line.points})
        self._low = self._x(found[0])
        self._span = (self._x(found[-1]) - self._low) or 1.0
        self.ticks = found if len(found) <= MANY else [found[0], *_round(found[0], found[-1]), found[-1]]

    def _x(self, x: float) -> float:
        return math.log(x) if self._log and x > 0 else x

    def across(self, x: float) -> float:
        """Where x lies, in [0, 1]."""
        return (self._x(x) - self._low) / self._span

    def name(self, x: float) -> str:
        """What a tick is called."""
        return self._names[int(x)] if self._names else marked(x)

    def kept(self, apart: float) -> list[float]:
        """Return ticks that lie so far apart, in shares of the width."""
        kept: list[float] = []
        for x in self.ticks:
            if not kept or self.across(x) - self.across(kept[-1]) >= apart:
                kept.append(x)
        return kept


def _round(low: float, high: float) -> list[float]:
    """Return round numbers between two: 1, 2 and 5 with any number of noughts."""
    powers = range(math.floor(math.log10(max(low, 1e-9))), math.ceil(math.log10(max(high, 1e-9))) + 1)
    return [n for power in powers for n in (10.0**power, 2 * 10.0**power, 5 * 10.0**power) if low < n < high]


def known(curve: Curve) -> Curve:
    """Return the curve without points that have no value, and without lines that have no point."""
    lines = (
        line._replace(points=tuple(point for point in line.points if point.value.value is not None))
        for line in curve.lines
    )
    return curve._replace(lines=tuple(line for line in lines if line.points))


def draw(curve: Curve, width: int, gauge: Callable[[Gauge, int], Line]) -> Iterator[Line]:
    """Draw a curve as lines of characters: one curve as figures by size, several as a plot with a letter each.

    `gauge` draws one figure with its interval.
    """
    curve = known(curve)
    if not curve.lines:
        return
    if len(curve.lines) == 1:
        scale = Scale(curve)
        for x, value in _thinned(curve.lines[0]):
            unit = "" if curve.names else f" {curve.x_label}"
            yield gauge(Gauge(f"{scale.name(x)}{unit}", value), width)
        return
    yield from _plot(curve, width)


def _thinned(line: Series) -> list[tuple[float, Estimate]]:
    """Return at most `FEW` points, first and last among them."""
    count = len(line.points)
    step = max((count - 1) / (FEW - 1), 1)
    return [
        line.points[at] for at in sorted({round(n * step) for n in range(FEW) if round(n * step) < count})
    ]


def _plot(curve: Curve, width: int) -> Iterator[Line]:
    wide = max(min(width - 8, 64), 10)
    scale, lines = Scale(curve), curve.lines[: len(MARKS)]
    grid = [[" "] * wide for _ in range(HEIGHT)]
    for mark, line in zip(MARKS, lines, strict=False):
        for point in line.points:
            column = round(scale.across(point.x) * (wide - 1))
            row = round((1 - min(1.0, max(0.0, point.value.value or 0.0))) * (HEIGHT - 1))
            grid[row][column] = mark if grid[row][column] in {" ", mark} else "*"
    for at, marks in enumerate(grid):
        label = f"{100 * (1 - at / (HEIGHT - 1)):.0f}%" if at % 3 == 0 else ""
        yield (Span(f"{label:>5} |{''.join(marks)}".rstrip()),)
    yield (Span(f"{'':>5} +{'-' * wide}"),)
    yield (Span(" " * 7 + _axis(scale, wide)),)
    yield from ((Span(f"{'':>7}{part}", "muted"),) for part in wrap(curve.x_label, width - 7))
    for mark, line in zip(MARKS, lines, strict=False):
        for at, part in enumerate(wrap(label_of(line), width - 9)):
            yield (Span(f"{'':>7}{mark if not at else ' '} {part}"),)


def _axis(scale: Scale, width: int) -> str:
    """Write the ticks from where they stand, each as far as the next one lets it."""
    axis = ""
    ticks = [(round(scale.across(x) * (width - 1)), scale.name(x)) for x in scale.kept(6 / width)]
    for (at, name), (end, _) in zip(ticks, [*ticks[1:], (width + 1, "")], strict=True):
        at = max(min(at, end - 1 - cells(name)), cells(axis) + 1 if axis else 0)
        if at + cells(name) <= width + 1:
            axis += " " * (at - cells(axis)) + name
    return axis


def marked(x: float) -> str:
    """Write a place on the x axis; parts of one in three digits."""
    return f"{x:,.3g}" if abs(x) < 1 else f"{x:,g}"


def label_of(line: Series) -> str:
    """Name a curve, and say where others published it."""
    return f"{line.label} (published)" if line.reference else line.label


def figure(curve: Curve) -> dict[str, Any] | None:
    """Return what a page needs to draw a curve as SVG: places in a box of 720 by 360; None without a point."""
    curve = known(curve)
    if not curve.lines:
        return None
    scale = Scale(curve)
    wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def across(x: float) -> float:
        return round(_LEFT + wide * scale.across(x), 1)

    def down(y: float | None) -> float:
        return round(_TOP + high * (1 - min(1.0, max(0.0, y or 0.0))), 1)

    lines = []
    for at, line in enumerate(curve.lines):
        dots = [
            {
                "x": across(point.x), "y": down(point.value.value), "low": down(point.value.low),
                "high": down(point.value.high), "said": f"{scale.name(point.x)}: {rate(point.value)}",
                "ends": (point.value.high or 0.0) > (point.value.low or 0.0),
            }
            for point in line.points
        ]  # fmt: skip
        lines.append(
            {
                "colour": COLOURS[at % len(COLOURS)], "dots": dots, "reference": line.reference,
                "label": label_of(line), "key": _TOP + 10 + 18 * at,
                "path": "M" + "L".join(f"{dot['x']} {dot['y']}" for dot in dots),
            }
        )  # fmt: skip
    return {
        "title": curve.title, "width": _WIDTH, "height": _HEIGHT, "left": _LEFT, "right": _LEFT + wide,
        "bottom": _TOP + high, "top": _TOP, "x_label": curve.x_label, "y_label": curve.y_label, "lines": lines,
        "rules": [(down(step / 5), f"{20 * step}%") for step in range(6)],
        "ticks": [(across(x), scale.name(x)) for x in scale.kept(0.07)],
        "floor": None if curve.floor is None else down(curve.floor),
        "said": "; ".join(
            f"{line.label}: " + ", ".join(f"{scale.name(p.x)} {percent(p.value.value)}" for p in line.points)
            for line in curve.lines
        ),
    }  # fmt: skip
