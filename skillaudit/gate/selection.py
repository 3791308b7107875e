"""Which findings count, and how much: codes selected, ignored, re-graded, and left out by path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

import msgspec

from skillaudit.checks import RULES
from skillaudit.errors import UsageError
from skillaudit.gate.rules import GATE_RULES
from skillaudit.schema import Finding, Record, Severity


class PathRule(Record):
    """Codes that do not count for files whose path matches."""

    pattern: str
    """A glob on the path relative to its source; `*` also matches slashes."""
    ignore: tuple[str, ...]


class Selection(Record):
    """Which rules count; codes, slugs, or the first letters of codes, such as `SA2`."""

    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = {}
    per_path: tuple[PathRule, ...] = ()

    def keep(self, finding: Finding) -> Finding | None:
        """Return the finding with its severity in force, or None when it does not count.

        Where several selectors match a code, the longest decides; of two alike, the one that ignores.
        """
        chosen = _strength(self.select, finding.code)
        if chosen == 0 or _strength(self.ignore, finding.code) >= chosen:
            return None
        path = finding.location.path if finding.location else ""
        for rule in self.per_path:
            if path and fnmatchcase(path, rule.pattern) and _strength(rule.ignore, finding.code):
                return None
        graded = [(_strength((name,), finding.code), name) for name in self.severity]
        strength, name = max(graded, default=(0, ""))
        return msgspec.structs.replace(finding, severity=self.severity[name]) if strength else finding


def known_rules() -> dict[str, str]:
    """Return the slug of every rule by its code."""
    return {rule.code: rule.slug for rule in (*RULES, *GATE_RULES)}


def check_selectors(selectors: Iterable[str], where: str) -> None:
    """Raise `UsageError`, naming the nearest rule, for a selector that matches no rule."""
    rules = known_rules()
    for selector in selectors:
        if not any(_strength((selector,), code) for code in rules):
            from difflib import get_close_matches

            near = get_close_matches(selector, [*rules, *rules.values()], n=1, cutoff=0.5)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            raise UsageError(f"{where}: no rule is called {selector!r}{meant}")


def _strength(selectors: Iterable[str], code: str) -> int:
    """Return how many letters of the code the best selector names: 0 for none, 1 for `ALL`."""
    slug = known_rules().get(code, "")
    best = 0
    for selector in selectors:
        if selector.upper() == "ALL":
            best = max(best, 1)
        elif selector == slug:
            best = max(best, len(code) + 1)
        elif selector and code.startswith(selector.upper()):
            best = max(best, len(selector) + 1)
    return best
