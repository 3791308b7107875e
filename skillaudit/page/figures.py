"""How numbers, counts, intervals and severities are written; one way each, everywhere."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.page.lines import Span
from skillaudit.schema import BlackHole, Cost, Estimate, RequestLoss, Severity

NONE = "–"
UNJUDGED = "No request judges the library: who gets its requests is not told."
"""Stands for rates that would be guesses; false triggers are none."""
FAR = 1e5
"""Sizes beyond this are told apart by no fit."""
SEVERITIES: dict[Severity, tuple[str, str]] = {
    "error": ("error", "!!"),
    "warning": ("warn", "!"),
    "info": ("info", "·"),
}
"""Word and glyph of each severity, gravest first; colour only ever repeats them."""
SEVERITY_ORDER: dict[Severity, int] = {severity: at for at, severity in enumerate(SEVERITIES)}

SOURCES = {
    "sessions": "your own sessions",
    "file": "your request files",
    "evals": "eval files beside the skills",
    "mined": "example lines in the skills' bodies",
    "body": "sentences of the skills' bodies",
    "synthetic": "requests written by a model",
    "descriptor": "the descriptions themselves",
}


HUES = 16
"""Colours that a screen has for clusters."""
FIRST = 8
"""Clusters that colour alone tells apart."""
MARKS = "●▲■▼★✚"
"""Marks of the clusters: another one after every `FIRST`, so that colours that look alike never meet."""


def cluster_mark(index: int) -> str:
    """Return the mark of a cluster; with its hue, `index % HUES`, it is the only one among 48."""
    return MARKS[max(index, 0) // FIRST % len(MARKS)]


def percent(value: float | None) -> str:
    """Write a rate without an interval with one decimal; a dash for not judged."""
    return NONE if value is None else f"{100 * value:.1f}%"


def rate(value: Estimate) -> str:
    """Write a rate with its interval, such as `72% (22 to 94)`, in the decimals that the interval carries."""
    if value.value is None or value.low is None or value.high is None:
        return percent(value.value)
    width = 100 * (value.high - value.low)
    decimals = 0 if width >= 5 else 1 if width >= 0.5 or not width else 2
    one, low, high = (f"{100 * end:.{decimals}f}" for end in (value.value, value.low, value.high))
    # A scorer that always answers alike has ends that agree in every decimal: one figure says it.
    return percent(value.value) if width < 0.005 and width else f"{one}% ({low} to {high})"


def between(value: float | None, low: float | None, high: float | None) -> str:
    """Write a rate that stands in three fields as `rate` does."""
    return rate(Estimate(value=value, low=low, high=high))


def points(change: float | None) -> str:
    """Write a difference of rates in points, with its sign; a dash for not judged."""
    return NONE if change is None else signed(100 * change, 1)


def signed(value: float, decimals: int) -> str:
    """Write a change with its sign; what rounds to nothing has none."""
    text = f"{value:+.{decimals}f}"
    return text[1:] if float(text) == 0 else text


def amount(value: float | None) -> str:
    """Write an expected number of requests."""
    if value is None:
        return NONE
    return f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"


def claimed(hole: BlackHole) -> str:
    """Write how many families' ground a skill claims; a dash where its words are of none in particular."""
    return f"{hole.families:.1f}" if hole.families >= 1.5 else NONE


def size(value: Estimate) -> str:
    """Write an estimated number of skills with its interval: `52 (0 to 92,188)`, `more than 10 (likeliest 60)`."""
    if value.value is None:
        return "any number"
    low = value.low or 0.0
    if value.high is None:
        return f"more than {low:,.0f} (likeliest {value.value:,.0f})"
    return f"{value.value:,.0f} ({low:,.0f} to {value.high:,.0f})"


def number(value: Estimate) -> str:
    """Write an estimate of no particular unit in three significant digits, with its interval."""
    if value.value is None:
        return "not found"
    if value.low == value.high:
        return three(value.value)
    return f"{three(value.value)} ({three(value.low)} to {three(value.high)})"


def three(value: float | None) -> str:
    """Write a number in three significant digits, four behind the point at most."""
    if value is None or value >= FAR:
        return "beyond reach"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{round(value, 4) + 0.0:.3g}"


def decimal(value: float | None) -> str:
    """Write a similarity or an index with two decimals."""
    return NONE if value is None else f"{value:.2f}"


def dollars(value: float) -> str:
    """Write an amount of money; small ones with four decimals."""
    return f"${value:,.2f}" if value >= 1 or value == 0 else f"${value:.4f}"


def plural(count: int, noun: str, many: str | None = None) -> str:
    """Return `1 skill`, `2 skills`; `many` is the plural where it is not `noun` + s."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def some(names: Sequence[str], limit: int | None) -> str:
    """Return the first `limit` names and how many more there are."""
    if limit is None or len(names) <= limit:
        return ", ".join(names)
    return ", ".join(names[:limit]) + f" and {len(names) - limit:,} more"


def cut(text: str, length: int) -> str:
    """Return the first words of `text`, with an ellipsis where some were lost."""
    if len(text) <= length:
        return text
    start = text[: length - 1]
    return f"{start.rpartition(' ')[0].rstrip() or start[:-1]} …"


def flip(loss: RequestLoss, length: int | None = None) -> str:
    """Write a request that goes to another skill, cut to `length`, with from and to."""
    query = loss.query if length is None else cut(loss.query, length)
    return f"“{query}” {loss.gold} → {loss.taken_by}, {100 * loss.probability:.0f}%"


def cost_text(cost: Cost) -> str:
    """Write what a finding costs in a few words; empty where the audit cannot tell."""
    parts = []
    if cost.breaks:
        parts.append(f"breaks {plural(cost.breaks, 'skill')}")
    if cost.unseen:
        parts.append(f"{plural(cost.unseen, 'text')} cut")
    for value, what in ((cost.requests, ""), (cost.false_triggers, " false")):
        if value is not None and value >= 0.05:
            parts.append(f"{amount(value)} in 100{what}")
    return ", ".join(parts)


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
