"""F11: the second step carried out on nothing, on a wrong result, and on the right one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skillaudit.asking.records import Decision, StudyPlan
from skillaudit.asking.samples import Drawn, combine
from skillaudit.experiment.errands import Errand
from skillaudit.experiment.handoffs import ANSWER, WEIGHTS, Dependency, Handoff, handoff
from skillaudit.experiment.inference import Account
from skillaudit.experiment.published import in_words
from skillaudit.experiment.records import Findings
from skillaudit.experiment.tasks import Scope, make_plan

STATES = ("none", "wrong", "wrong-blind", "right")
"""No result of step 1; a wrong one, with the whole task and without; the right one."""
KINDS = 8
"""Pairs of operations."""


def errands(scope: Scope) -> tuple[Errand, ...]:
    """Have step 2 carried out in four states of the world, at three dependencies."""
    made = []
    for seed in range(scope.seeds):
        for number in range(max(KINDS, scope.tasks)):
            for dependency in WEIGHTS:
                task = handoff(number, seed, dependency)
                made += [
                    Errand(
                        key=f"{seed}-{number}-{dependency}-{state}",
                        condition=f"state={state} dependency={dependency}",
                        prompt=_prompt(task, state),
                        answer=task.final,
                        group=f"{dependency} {number}",
                        repeat=seed,
                        x=WEIGHTS[dependency],
                    )
                    for state in STATES
                ]
    return tuple(made)


def plan(scope: Scope) -> StudyPlan:
    """Nothing is routed: both steps have their skill."""
    return make_plan("rescue", (), {})


def _prompt(task: Handoff, state: str) -> str:
    parts = [f"You carry out step 2 of a task with the skill {task.second_skill!r}."]
    if state == "wrong-blind":
        parts.append(f"Step 2: {task.second[0].upper()}{task.second[1:]}.")
    else:
        parts.append(f"The whole task: {task.whole}")
    if state == "none":
        parts.append("There is no result of step 1.")
    else:
        parts.append(f"Step 1 is done. Its result: {task.result if state == 'right' else task.wrong}")
    return "\n\n".join((*parts, f"Carry out step 2. {ANSWER}"))


def conclude(decisions: Sequence[Decision]) -> Findings:
    """Fit what a wrong result costs by dependency, and rule on recovery (arXiv 2605.16508, F11)."""
    sample = Account(decisions)
    found = {
        (state, dependency): sample.accuracy(state=state, dependency=dependency)
        for state in STATES
        for dependency in WEIGHTS
    }
    loss = {d: found["wrong", d].less(found["right", d]) for d in WEIGHTS}
    at_all, at_none = _line(loss)
    blind, told, right = (found[state, "tight"] for state in ("wrong-blind", "wrong", "right"))
    recovery, room = told.less(blind), right.less(blind)
    for (state, dependency), drawn in found.items():
        sample.tell(f"{state}, {dependency}", drawn, f"step 2 right, {_SAID[state]}, {dependency} steps")
    for dependency, drawn in loss.items():
        said = "step 2 right after a wrong result, less after the right one"
        sample.tell(f"loss, {dependency}", drawn, said)
    sample.tell("loss at k = 1", at_all, "of the line u k + v (1 - k) over dependency weights")
    sample.tell("loss at k = 0", at_none, "of the same line")
    if room.value > 0.02:
        said = "share of the tight loss that knowing the whole task takes back"
        sample.tell("recovered", recovery.over(room, 0.02), said)
    sample.rule(
        "a wrong result costs the more, the more the next step depends on it",
        at_all.less(at_none),
        "change of the loss from no dependency to full dependency",
        in_words("f11", "loss at k = 1", "loss at k = 0"),
        expected=-1,
    )
    sample.rule(
        "whoever knows the whole task recovers from a wrong result",
        recovery,
        "tight steps right after a wrong result with the whole task, less without it",
        "four states are compared in the code; the values are not public",
        expected=1,
    )
    for state in STATES:
        by_weight = sorted((weight, found[state, dependency]) for dependency, weight in WEIGHTS.items())
        sample.line(_NAMES[state], dict(by_weight))
    return sample.findings(x_label="dependency weight", y_label="step 2 right", notes=(_READING,))


def _line(loss: dict[Dependency, Drawn]) -> tuple[Drawn, Drawn]:
    """Return u and v of the least-squares line u k + v (1 - k)."""
    design = np.array([[weight, 1.0 - weight] for weight in WEIGHTS.values()])
    solve = np.linalg.pinv(design)
    parts = [loss[dependency] for dependency in WEIGHTS]
    u, v = (combine(zip(row.tolist(), parts, strict=True)) for row in solve)
    return u, v


_READING = (
    "Steps are sums, products, medians and areas, so that every result is right or wrong without a judge; the wrong "
    "result is made, not asked for. The paper's steps are software work marked by a model."
)
_SAID = {
    "none": "without a result of step 1",
    "wrong": "after a wrong result, the whole task known",
    "wrong-blind": "after a wrong result, only step 2 known",
    "right": "after the right result",
}
_NAMES = {
    "none": "no result",
    "wrong": "wrong result",
    "wrong-blind": "wrong result, task unknown",
    "right": "right result",
}
