"""What a change of the library does to the forecast, and to whom."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import msgspec

from skillaudit.routing.records import Routing, SkillFlow
from skillaudit.schema import Forecast, Record, Request, Skill

SkillForecast = Callable[[Sequence[Skill], Sequence[Request]], Routing]
"""Forecasts a library for requests; the caller brings scorer, families, clusters and router."""

NOTICEABLE = 0.005
"""Least change of a rate, or of a share of all requests, that is worth a line."""


class SkillChange(Record):
    """One skill before and after; None where it is not part of the library, or no request judges it."""

    id: str
    victim_before: float | None
    victim_after: float | None
    absorbed_before: float | None
    absorbed_after: float | None

    @property
    def weight(self) -> float:
        """Size of the change, to sort by."""
        lost = abs((self.victim_after or 0.0) - (self.victim_before or 0.0))
        taken = abs((self.absorbed_after or 0.0) - (self.absorbed_before or 0.0))
        return lost + taken


class OneChange(Record):
    """One change alone, made to the library as it is."""

    kind: str
    """`add` or `remove`."""
    skill: str
    accuracy: float | None
    """Change of accuracy on the requests that are judged before and after, in [-1, 1]."""
    hijack: float | None
    hurt: tuple[SkillChange, ...]
    """Skills that lose more of their requests, worst first."""
    helped: tuple[SkillChange, ...]
    false_trigger: float | None = None
    """Change of the share of requests that need no skill on which one is taken."""


class WhatIf(Record):
    """A library before and after a set of changes."""

    before: Forecast
    after: Forecast
    """On the requests of the new library, those of added skills among them."""
    accuracy: float | None
    """Change of accuracy on the requests that both libraries are judged by; None without any."""
    hijack: float | None
    changes: tuple[SkillChange, ...]
    """Skills that are affected noticeably, most affected first; added and removed ones always."""
    steps: tuple[OneChange, ...]
    """Each change on its own."""
    false_trigger: float | None = None
    """Change of the share of requests that need no skill on which one is taken."""


def whatif(
    skills: Sequence[Skill],
    requests: Sequence[Request],
    run: SkillForecast,
    *,
    add: Sequence[Skill] = (),
    add_requests: Sequence[Request] = (),
    remove: Sequence[str] = (),
    each: bool = True,
    outline: SkillForecast | None = None,
) -> WhatIf:
    """Forecast a library with skills added and removed, and say who changes.

    `requests` speak for `skills`, `add_requests` for the skills to add; `remove` are ids. A skill to add takes
    the place of one with its id. Requests of removed skills go with them. With `each` every change is also
    tried alone. The differences rest on the same requests on both sides: those of skills that stay. `outline` is
    a cheaper `run` for what only rates and flows are read from.

    Raises ValueError when an id to remove is not in the library.
    """
    known = {skill.id for skill in skills}
    missing = [name for name in remove if name not in known]
    if missing:
        raise ValueError(f"{missing[0]!r} is not in the library")
    outline = outline or run
    before = run(skills, requests)
    changed = _changed(skills, add, remove)
    after = run(
        changed, _without(known.difference(skill.id for skill in changed), [*requests, *add_requests])
    )
    shared = _shared(requests, skills, changed)
    idle = _minus(after.forecast.false_trigger.value, before.forecast.false_trigger.value)
    alone = [("add", skill.id, _changed(skills, [skill], ())) for skill in add]
    alone += [("remove", name, _changed(skills, (), [name])) for name in remove]
    steps: list[OneChange] = []
    for kind, name, one in alone if each else ():
        step = _step(kind, name, skills, one, requests, outline)
        if alone[1:]:  # what needs no skill is asked of a whole forecast alone
            gone = known.difference(skill.id for skill in one)
            fired = run(one, _without(gone, [*requests, *add_requests])).forecast.false_trigger
            own = _minus(fired.value, before.forecast.false_trigger.value)
        else:
            own = idle
        steps.append(msgspec.structs.replace(step, false_trigger=own))
    accuracy, hijack = _difference(outline, skills, changed, shared)
    return WhatIf(
        before=before.forecast,
        after=after.forecast,
        accuracy=accuracy,
        hijack=hijack,
        changes=_changes(before, after, len(requests)),
        steps=tuple(steps),
        false_trigger=idle,
    )


def _changed(skills: Sequence[Skill], add: Sequence[Skill], remove: Sequence[str]) -> tuple[Skill, ...]:
    new = {skill.id: skill for skill in add}
    kept = [new.pop(skill.id, skill) for skill in skills if skill.id not in remove]
    return (*kept, *new.values())


def _without(gone: Collection[str], requests: Sequence[Request]) -> list[Request]:
    """Requests that do not belong to removed skills alone."""
    return [request for request in requests if not request.gold or not set(gone).issuperset(request.gold)]


def _shared(requests: Sequence[Request], *libraries: Sequence[Skill]) -> list[Request]:
    """Requests whose right skills stand in every library; the others' would shift the mix."""
    common = set.intersection(*({skill.id for skill in library} for library in libraries))
    return [request for request in requests if request.gold and common.issuperset(request.gold)]


def _difference(
    run: SkillForecast, old: Sequence[Skill], new: Sequence[Skill], shared: Sequence[Request]
) -> tuple[float | None, float | None]:
    """Change of accuracy and of hijack on the same requests."""
    if not shared:
        return None, None
    first, second = run(old, shared).forecast, run(new, shared).forecast
    return (
        _minus(second.accuracy.value, first.accuracy.value),
        _minus(second.hijack.value, first.hijack.value),
    )


def _minus(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before


def _step(
    kind: str,
    name: str,
    old: Sequence[Skill],
    new: Sequence[Skill],
    requests: Sequence[Request],
    run: SkillForecast,
) -> OneChange:
    shared = _shared(requests, old, new)
    before, after = run(old, shared), run(new, shared)
    changes = [change for change in _changes(before, after, len(shared)) if change.id != name]
    changes = [change for change in changes if abs(_worse(change)) >= NOTICEABLE]
    judged = bool(shared)
    return OneChange(
        kind=kind,
        skill=name,
        accuracy=_minus(after.forecast.accuracy.value, before.forecast.accuracy.value) if judged else None,
        hijack=_minus(after.forecast.hijack.value, before.forecast.hijack.value) if judged else None,
        hurt=tuple(sorted((one for one in changes if _worse(one) > 0), key=_worse, reverse=True)),
        helped=tuple(sorted((one for one in changes if _worse(one) < 0), key=_worse)),
    )


def _worse(change: SkillChange) -> float:
    return (change.victim_after or 0.0) - (change.victim_before or 0.0)


def _changes(before: Routing, after: Routing, requests: int) -> tuple[SkillChange, ...]:
    """Skills whose rates move noticeably, and those that come or go, most affected first."""
    old: dict[str, SkillFlow] = {flow.id: flow for flow in before.flows}
    new: dict[str, SkillFlow] = {flow.id: flow for flow in after.flows}
    found = []
    for name in dict.fromkeys([*old, *new]):
        first, second = old.get(name), new.get(name)
        change = SkillChange(
            id=name,
            victim_before=first.victim_rate if first else None,
            victim_after=second.victim_rate if second else None,
            absorbed_before=first.absorbed if first else None,
            absorbed_after=second.absorbed if second else None,
        )
        lost = abs(_worse(change))
        taken = abs((change.absorbed_after or 0.0) - (change.absorbed_before or 0.0))
        if first is None or second is None or lost >= NOTICEABLE or taken >= NOTICEABLE * max(requests, 1):
            found.append(change)
    return tuple(sorted(found, key=lambda change: (-change.weight, change.id)))
