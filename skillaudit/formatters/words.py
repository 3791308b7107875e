"""How numbers and findings are put into words, the same in every format for people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from skillaudit.schema import Estimate, Finding, Severity

SEVERITY_ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}

SOURCES = {
    "file": "your request files",
    "evals": "eval files beside the skills",
    "mined": "example lines in the skills' bodies",
    "body": "sentences of the skills' bodies",
    "synthetic": "requests written by a model",
    "descriptor": "the descriptors themselves",
}


def percent(value: float | None) -> str:
    """Return a share as `12.3%`, or `n/a` where nothing was judged."""
    return "n/a" if value is None else f"{100 * value:.1f}%"


def interval(estimate: Estimate) -> str:
    """Return `12.3% [9.8, 15.1]`, or `n/a`."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "n/a"
    return f"{100 * estimate.value:.1f}% [{100 * estimate.low:.1f}, {100 * estimate.high:.1f}]"


def span(low: float | None, high: float | None) -> str:
    """Return an interval of shares as `10-25%`, or `n/a`."""
    return "n/a" if low is None or high is None else f"{100 * low:.0f}-{100 * high:.0f}%"


def plural(count: int, noun: str, many: str | None = None) -> str:
    """Return `1 skill`, `2 skills`; `many` is the plural where it is not `noun` + s."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings by severity; the audit's own order, worst first, is kept inside each."""
    return sorted(findings, key=lambda finding: SEVERITY_ORDER[finding.severity])


def some(names: Sequence[str], limit: int) -> str:
    """Return the first `limit` names and how many more there are."""
    if len(names) <= limit:
        return ", ".join(names)
    return ", ".join(names[:limit]) + f" and {len(names) - limit:,} more"
