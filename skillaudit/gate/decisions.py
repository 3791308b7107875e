"""What the settings decide about findings: which rules count, and which findings are lived with."""

from __future__ import annotations

from skillaudit.gate.selection import PathRule, Selection, check_selectors
from skillaudit.gate.suppressions import Suppression
from skillaudit.schema import Location
from skillaudit.settings import Settings


def selection_of(settings: Settings) -> Selection:
    """Return which rules count; raises `UsageError` for a selector that names no rule."""
    for key in ("select", "ignore", "extend-select", "extend-ignore", "severity"):
        check_selectors(settings[key], f"{settings.source(key)}: {key}")
    rules = settings.rules()
    for ignored in rules.per_path_ignores.values():
        check_selectors(ignored, f"{settings.source('per-path-ignores')}: per-path-ignores")
    return Selection(
        select=(*rules.select, *rules.extend_select),
        ignore=(*rules.ignore, *rules.extend_ignore),
        severity=rules.severity,
        per_path=tuple(
            PathRule(pattern=name, ignore=codes) for name, codes in rules.per_path_ignores.items()
        ),
    )


def suppressions_of(settings: Settings) -> tuple[Suppression, ...]:
    """Return the suppressions of the settings files."""
    entry = settings.entry("suppress")
    location = Location(path=entry.file, line=entry.line, root=".") if entry.file else None
    return tuple(
        Suppression(
            codes=one.rules,
            skills=one.skills,
            reason=one.reason,
            where="library" if entry.by_library else "config",
            location=location,
        )
        for one in settings.rules().suppress
    )
