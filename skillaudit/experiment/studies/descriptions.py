"""F04: one skill described better and better, among rivals that stay as they are."""

from __future__ import annotations

import random
from collections.abc import Sequence

from skillaudit.asking.records import Decision, Entry, StudyPlan
from skillaudit.asking.samples import mean_of
from skillaudit.experiment.inference import Account
from skillaudit.experiment.likeness import nearest_first
from skillaudit.experiment.published import in_words
from skillaudit.experiment.records import Findings
from skillaudit.experiment.synthetic import Template, pool, write_task
from skillaudit.experiment.tasks import Scope, entries, make_plan, trial

SIZES = (30, 80, 150)
LEVELS = ("1", "2", "3", "4", "5", "control")
TARGETS = 40
RIVALS = 4
SHORT = 4
"""Words of the one-line level."""
_FILLER = (
    "It works in a careful and dependable way and fits well into everyday work of many kinds and sizes too."
)


def plan(scope: Scope) -> StudyPlan:
    """Describe 40 targets at five levels and one control; rivals of their own kind come first."""
    plain = entries(pool().skills)
    texts: dict[str, dict[str, Entry]] = {level: dict(plain) for level in LEVELS}
    each = max(1, scope.tasks // TARGETS)
    trials = []
    for seed in range(scope.seeds):
        rng = random.Random(f"descriptions\0{seed}")
        for skill in rng.sample(list(pool().skills), TARGETS):
            kin = [other for other in nearest_first(skill) if other.subtype == skill.subtype][:RIVALS]
            rest = [other for other in pool().skills if other.subtype != skill.subtype]
            rng.shuffle(rest)
            for level in LEVELS:
                # The target stands under a name of its own, so that the same skill can be a plain rival elsewhere.
                texts[level][_target(skill)] = describe(skill, level, kin)
            for size in SIZES:
                offered = [_target(skill), *(other.id for other in [*kin, *rest][: size - 1])]
                for number in range(each):
                    query = write_task(skill, seed, number, wording=1)
                    order = ("descriptions", query, seed)
                    trials += [
                        trial(
                            skill, query, offered, f"size={size} level={level}", seed, order=order, x=float(size),
                            gold=(_target(skill),), variant=level,
                        )
                        for level in LEVELS
                    ]  # fmt: skip
    return make_plan("policy", trials, texts)


def describe(skill: Template, level: str, rivals: Sequence[Template]) -> Entry:
    """Return a skill at one level: name, one line, full, with an example, with a boundary; or as long without one."""
    words = skill.description.split()
    if level == "1":
        return Entry(name=skill.name, description="")
    if level == "2":
        return Entry(name=skill.name, description=" ".join(words[:SHORT]).rstrip(".,") + ".")
    if level == "3":
        return Entry(name=skill.name, description=skill.description)
    example = f"{skill.description} Use it for tasks such as: {write_task(skill, 'example', 0, wording=0)}"
    if level == "4":
        return Entry(name=skill.name, description=example)
    boundary = f"Not for: {'; '.join(rival.name for rival in rivals)}."
    if level == "5":
        return Entry(name=skill.name, description=f"{example} {boundary}")
    return padded(Entry(name=skill.name, description=example), len(example) + 1 + len(boundary))


def padded(entry: Entry, length: int) -> Entry:
    """Return a skill whose description says nothing more but is filled up to about `length` characters."""
    room = length - len(entry.description) - 1
    if room < len("It."):
        return entry
    filler = (f"{_FILLER} " * (room // len(_FILLER) + 1))[:room].rsplit(" ", 1)[0].rstrip(" .")
    return Entry(name=entry.name, description=f"{entry.description} {filler}.")


def conclude(decisions: Sequence[Decision]) -> Findings:
    """Rule on description quality, and on the boundary clause against a text as long (arXiv 2605.16508, F04)."""
    sample = Account(decisions)
    at = {(size, level): sample.accuracy(size=size, level=level) for size in SIZES for level in LEVELS}
    found = {level: mean_of([at[size, level] for size in SIZES]) for level in LEVELS}
    for level, drawn in found.items():
        sample.tell(_names(level), drawn, f"accuracy of skills with {_SAID[level]}")
        sample.line(_names(level), {size: at[size, level] for size in SIZES})
    sample.rule(
        "better descriptions raise accuracy",
        found["5"].less(found["1"]),
        "accuracy with the best description, less that with the name alone",
        in_words("f04", "accuracy gap of description quality"),
        expected=1,
    )
    sample.rule(
        "a boundary clause does more than its length",
        found["5"].less(found["control"]),
        "accuracy with the boundary, less that with a text as long",
        "the numbers are not public",
        expected=1,
    )
    return sample.findings(log_x=True)


_SAID = {
    "1": "a name alone",
    "2": "one short line",
    "3": "a full description",
    "4": "a description and an example",
    "5": "description, example and boundary",
    "control": "description, example and filler as long as the boundary",
}


def _names(level: str) -> str:
    return f"L{level}" if level.isdigit() else level


def _target(skill: Template) -> str:
    return f"{skill.id}/target"
