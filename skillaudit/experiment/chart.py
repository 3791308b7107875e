"""Figures of accuracy curves: SVG for pages, characters for terminals."""

from __future__ import annotations

import html
import math

from skillaudit.experiment.records import Findings, Point, Series

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a6d00", "#777777")
_WIDTH, _HEIGHT = 720, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 210, 24, 44
_MARKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class _Scale:
    """Places points in a box; accuracy runs from 0 to 1, x over what is there."""

    def __init__(self, findings: Findings) -> None:
        self._log, self._names = findings.log_x, findings.x_names
        self.ticks = sorted({point.x for line in findings.series for point in line.points})
        found = [self._x(x) for x in self.ticks]
        self._low, self._span = found[0], (found[-1] - found[0]) or 1.0

    def _x(self, x: float) -> float:
        return math.log(x) if self._log and x > 0 else x

    def across(self, x: float) -> float:
        """Where x lies, in [0, 1]."""
        return (self._x(x) - self._low) / self._span

    def name(self, x: float) -> str:
        """What a tick is called."""
        return self._names[int(x)] if self._names else f"{x:g}"

    def kept(self, apart: float) -> list[float]:
        """Return ticks that lie so far apart, in shares of the width."""
        kept: list[float] = []
        for x in self.ticks:
            if not kept or self.across(x) - self.across(kept[-1]) >= apart:
                kept.append(x)
        return kept


def svg(findings: Findings, title: str) -> str:
    """Return a figure as SVG text, with error bars, published curves dashed; empty where there is no curve."""
    if not any(line.points for line in findings.series):
        return ""
    scale = _Scale(findings)
    wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def place(point: Point, y: float) -> tuple[float, float]:
        return _LEFT + wide * scale.across(point.x), _TOP + high * (1 - min(1.0, max(0.0, y)))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="12" color="#555555">',
        f"<title>{html.escape(title)}</title>",
    ]
    for step in range(6):
        y = _TOP + high * (1 - step / 5)
        parts.append(
            f'<path d="M{_LEFT} {y:.1f}H{_LEFT + wide}" stroke="currentColor" stroke-opacity="0.25"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="currentColor">{20 * step}%</text>'
        )
    for x in scale.kept(0.06):
        at = _LEFT + wide * scale.across(x)
        parts.append(
            f'<text x="{at:.1f}" y="{_TOP + high + 16}" text-anchor="middle" fill="currentColor">'
            f"{html.escape(scale.name(x))}</text>"
        )
    parts.append(
        f'<text x="{_LEFT + wide / 2}" y="{_HEIGHT - 8}" text-anchor="middle" fill="currentColor">'
        f"{html.escape(findings.x_label)}</text>"
        f'<text x="{_LEFT}" y="{_TOP - 8}" fill="currentColor">{html.escape(findings.y_label)}</text>'
    )
    for at, line in enumerate(findings.series):
        colour = _COLOURS[at % len(_COLOURS)]
        places = [place(point, point.y) for point in line.points]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        dash = ' stroke-dasharray="5 4"' if line.published else ""
        parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        for point, (x, y) in zip(line.points, places, strict=True):
            if point.high > point.low:
                low, top = place(point, point.low)[1], place(point, point.high)[1]
                parts.append(
                    f'<path d="M{x:.1f} {low:.1f}V{top:.1f}" stroke="{colour}" stroke-opacity="0.5"/>'
                )
            if not line.published:
                parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')
        key = _TOP + 10 + 18 * at
        parts.append(
            f'<path d="M{_LEFT + wide + 14} {key - 4}h22" stroke="{colour}" stroke-width="2"{dash}/>'
            f'<text x="{_LEFT + wide + 42}" y="{key}" fill="currentColor">{html.escape(_label(line))}</text>'
        )
    return "".join((*parts, "</svg>\n"))


def text(findings: Findings, width: int = 60, height: int = 13) -> list[str]:
    """Return a figure as lines of characters, a letter for each curve, `*` where curves meet."""
    lines = [line for line in findings.series if line.points][: len(_MARKS)]
    if not lines:
        return []
    scale = _Scale(Findings(series=tuple(lines), log_x=findings.log_x, x_names=findings.x_names))
    grid = [[" "] * width for _ in range(height)]
    for mark, line in zip(_MARKS, lines, strict=False):
        for point in line.points:
            column = round(scale.across(point.x) * (width - 1))
            row = round((1 - min(1.0, max(0.0, point.y))) * (height - 1))
            grid[row][column] = mark if grid[row][column] == " " else "*"
    drawn = []
    for at, row_marks in enumerate(grid):
        label = f"{100 * (1 - at / (height - 1)):.0f}%" if at % 3 == 0 else ""
        drawn.append(f"{label:>5} |{''.join(row_marks)}".rstrip())
    drawn.append(f"{'':>5} +{'-' * width}")
    drawn.append(" " * 7 + _axis(scale, width))
    drawn.append(f"{'':>7}{findings.x_label}")
    return drawn + [f"{'':>7}{mark} {_label(line)}" for mark, line in zip(_MARKS, lines, strict=False)]


def _axis(scale: _Scale, width: int) -> str:
    axis = [" "] * (width + 16)
    ticks = [(round(scale.across(x) * (width - 1)), scale.name(x)) for x in scale.kept(6 / width)]
    for (at, name), (end, _) in zip(ticks, [*ticks[1:], (width + 16, "")], strict=True):
        axis[at : at + len(name[: end - at - 1])] = name[: end - at - 1]
    return "".join(axis).rstrip()


def _label(line: Series) -> str:
    return f"{line.label} (published)" if line.published else line.label
