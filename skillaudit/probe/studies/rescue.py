"""Rescue: two steps alone, planned together, and the second once the first is done."""

from __future__ import annotations

import re
from collections.abc import Sequence

from skillaudit.asking.orders import hash_of
from skillaudit.asking.records import Decision, Fit, StudyPlan, Trial
from skillaudit.asking.samples import Sample
from skillaudit.errors import UsageError
from skillaudit.probe.ground import Ground, owned
from skillaudit.probe.studies.alike import nearest_first
from skillaudit.probe.studies.common import make_plan, routed_trial, with_rivals
from skillaudit.schema import Request, Skill

PAIRS = 60
SIZE = 30
CONDITIONS = ("A alone", "B alone", "A planned", "B planned", "B after A")
_NAME = re.compile(r"(?<![a-z0-9])[a-z0-9]++(?:[-_:][a-z0-9]++)++")


def plan(ground: Ground) -> StudyPlan:
    """Offer the right skills and the nearest others of both steps, 30 in all, to each wording."""
    pairs, declared = _pairs(ground)
    if not pairs:
        raise UsageError("a rescue study needs requests for two skills at least; add some with --requests")
    trials: list[Trial] = []
    by_id = {skill.id: skill for skill in ground.skills}
    for one, other in pairs:
        gold = (owned(one, by_id)[0], owned(other, by_id)[0])
        near = [
            skill for both in zip(*(nearest_first(ground, g) for g in gold), strict=True) for skill in both
        ]
        offered = with_rivals(gold, near, SIZE)
        tasks = _tasks(one.query, other.query, by_id[gold[0]])
        for repeat in range(ground.repeats):
            for at, condition in enumerate(CONDITIONS):
                trials.append(
                    routed_trial(
                        ground,
                        one if condition.startswith("A") else other,
                        offered,
                        condition,
                        repeat,
                        x=float(at),
                        task=tasks[condition],
                        group=f"{gold[0]} > {gold[1]} | {one.query} | {other.query}",
                    )
                )
    notes = (
        f"{declared} of {len(pairs)} pairs are hand-offs that the skills' own texts declare; the others are drawn.",
        "What step A left behind is said in the words of its skill's description; nothing was executed.",
    )
    return make_plan("rescue", ground, trials, notes)


def _tasks(one: str, other: str, first: Skill) -> dict[str, str]:
    both = f"Step 1: {one} Step 2: {other}"
    state = f"Step 1 ({one}) is done: the skill {first.name} was used. It reports: {first.description[:300]}"
    return {
        "A alone": "",
        "B alone": "",
        "A planned": f"{both} Select the skill for step 1 only.",
        "B planned": f"{both} Select the skill for step 2 only.",
        "B after A": f"{state} Now select the skill for step 2: {other}",
    }


def _pairs(ground: Ground) -> tuple[list[tuple[Request, Request]], int]:
    """Requests of skills that hand over to each other, then of skills drawn by hash; at most `PAIRS`."""
    count = ground.limit or PAIRS
    first: dict[str, Request] = {}
    ids = {skill.id for skill in ground.skills}
    for request in sorted(ground.routed, key=lambda r: hash_of(r.query, ground.seed)):
        first.setdefault(owned(request, ids)[0], request)
    names = {skill.name.casefold(): skill.id for skill in ground.skills}
    found: dict[tuple[str, str], None] = {}
    for skill in ground.skills:
        said = dict.fromkeys(_NAME.findall(skill.body.casefold()))
        targets = [names[name] for name in said if name in names]
        found.update({(skill.id, to): None for to in targets if to != skill.id})
    usable = [pair for pair in found if pair[0] in first and pair[1] in first]
    usable.sort(key=lambda pair: hash_of(" > ".join(pair), ground.seed))
    declared = usable[:count]
    order = sorted(first, key=lambda skill: hash_of(skill, ground.seed))
    drawn = [(one, other) for one, other in zip(order, order[1:] + order[:1], strict=True) if one != other]
    pairs = list(dict.fromkeys([*declared, *drawn]))[:count]
    return [(first[one], first[other]) for one, other in pairs], min(len(declared), len(pairs))


def conclude(ground: Ground, decisions: Sequence[Decision]) -> tuple[Fit, ...]:
    """Say whether joint routing is the product of the steps, and what a finished first step is worth."""
    sample = Sample(decisions)
    if {d.condition for d in sample.decisions} != set(CONDITIONS):
        return ()
    a, b, _, planned, after = (sample.accuracy(condition) for condition in CONDITIONS)
    right: dict[tuple[str, int], dict[str, bool]] = {}
    for d in sample.decisions:
        right.setdefault((d.group, d.repeat), {})[d.condition] = d.outcome == "right"
    both = sample.marks(
        [
            all(right[d.group, d.repeat].get(c, False) for c in ("A planned", "B planned"))
            for d in sample.decisions
        ]
    )
    joint = sample.mean(both, sample.where("A planned"))
    gain = after.less(planned)
    found = {
        "P(A)": (a, "step A alone"),
        "P(B)": (b, "step B alone"),
        "joint": (joint, "both steps right when planned together"),
        "joint - P(A) P(B)": (joint.less(a.times(b)), "0 when steps are independent"),
        "gain": (gain, "step B after A is done, less B planned ahead"),
        "rescued": (gain.over(planned.missing), "share of B's planned errors that a finished A repairs"),
        "potential": (b.missing.times(a), "(1 - P(B)) P(A)"),
    }
    return tuple(sample.fit(name, drawn, meaning) for name, (drawn, meaning) in found.items())
