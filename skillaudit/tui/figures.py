"""How numbers, intervals and severities are written; one way each, everywhere."""

from __future__ import annotations

from skillaudit.formatters import words
from skillaudit.schema import Estimate, Severity
from skillaudit.tui.lines import Span

NONE = "–"
SEVERITIES: dict[Severity, tuple[str, str]] = {
    "error": ("error", "!!"),
    "warning": ("warn", "!"),
    "info": ("info", "·"),
}
"""Word and glyph of each severity; colour only ever repeats them."""


def percent(value: float | None) -> str:
    """Write a rate with one decimal; a dash for not judged."""
    return NONE if value is None else words.percent(value)


def bounds(low: float | None, high: float | None) -> str:
    """Write the ends of a 90% interval, such as `[12.0, 31.4]`; empty when there is none."""
    return "" if low is None or high is None else f"[{100 * low:.1f}, {100 * high:.1f}]"


def estimate(value: Estimate) -> str:
    """Write an estimate with its interval, such as `78.0% [71.2, 84.4]`."""
    return f"{percent(value.value)} {bounds(value.low, value.high)}".rstrip()


def amount(value: float | None) -> str:
    """Write an expected number of requests."""
    if value is None:
        return NONE
    if value < 9.95:
        return f"{value:.1f}"
    return f"{value:,.0f}"


def decimal(value: float | None) -> str:
    """Write a similarity or an index with two decimals."""
    return NONE if value is None else f"{value:.2f}"


def severity_span(severity: Severity) -> Span:
    """Write a severity as word and glyph, toned."""
    word, glyph = SEVERITIES[severity]
    return Span(f"{word:<5} {glyph:<2}", severity)


def meter(value: float | None, width: int, tone: str = "accent") -> tuple[Span, ...]:
    """Draw a rate as a bar of `width` cells, to an eighth of a cell."""
    filled = round((value or 0.0) * width * 8)
    full, part = divmod(min(max(filled, 0), width * 8), 8)
    bar = "█" * full + ("▏▎▍▌▋▊▉"[part - 1] if part else "")
    return (Span(bar, tone), Span("░" * (width - len(bar)), "faint"))


def whisker(value: Estimate, width: int, tone: str = "accent") -> tuple[Span, ...]:
    """Draw an estimate on a line from 0 to 1: a dot at the value, a stroke over the interval."""
    if value.value is None or width < 4:
        return (Span("·" * max(width, 0), "faint"),)

    def cell(rate: float) -> int:
        return min(max(round(rate * (width - 1)), 0), width - 1)

    at = cell(value.value)
    low = min(cell(value.low), at) if value.low is not None else at
    high = max(cell(value.high), at) if value.high is not None else at
    return (
        Span("·" * low, "faint"),
        Span("━" * (at - low), tone),
        Span("●", tone),
        Span("━" * (high - at), tone),
        Span("·" * (width - 1 - high), "faint"),
    )
