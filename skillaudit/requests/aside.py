"""Requests that do not count: those for skills that do not compete, and what stands back for people's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from skillaudit.requests.records import Candidate
from skillaudit.schema import Bystanding, Library, RequestSource, SetAside

GIVEN = ("sessions", "file")
"""Sources whose rows a person gave for this audit; eval files beside skills that do not compete are nobody's slip."""
_WHY: dict[Bystanding, str] = {
    "not loaded": "are not loaded by the clients that are audited; --files all counts them",
    "excluded": "you leave out with --exclude",
    "manual-only": "are manual-only: no request brings them, only their name does",
}


def split(library: Library, drafts: Sequence[Candidate]) -> tuple[list[Candidate], tuple[SetAside, ...]]:
    """Return the drafts for nothing or for some skill that competes, and how many given ones were not, by reason."""
    if len(library.routable) == len(library.skills):
        return list(drafts), ()
    why = {skill.id: skill.out or "manual-only" for skill in library.skills if skill.out or skill.manual_only}
    kept: list[Candidate] = []
    aside: Counter[Bystanding] = Counter()
    for draft in drafts:
        if draft.gold and all(gold in why for gold in draft.gold):
            aside[why[draft.gold[0]]] += draft.source in GIVEN
        else:
            kept.append(draft)
    return kept, tuple(SetAside(reason=reason, requests=aside[reason]) for reason in _WHY if aside[reason])


def not_counted(aside: Sequence[SetAside]) -> tuple[str, ...]:
    """Return one sentence for each reason why given requests do not count."""
    return tuple(
        f"{each.requests:,} given {'request is' if each.requests == 1 else 'requests are'} not counted: "
        f"{'its skills' if each.requests == 1 else 'their skills'} {_WHY[each.reason]}."
        for each in aside
    )


def alone(sources: Collection[RequestSource]) -> tuple[str, ...]:
    """Say that files stand back for people, where requests of both are there: giving some makes them fewer."""
    both = not set(GIVEN).isdisjoint(sources) and not {"mined", "body"}.isdisjoint(sources)
    return (
        ("a skill that people gave requests for is judged by these alone, not by lines of its file.",)
        if both
        else ()
    )
