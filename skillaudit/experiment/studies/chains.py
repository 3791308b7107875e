"""F02 and F03: chains of steps, each to be routed while nothing is done yet; what compounds, and where it fails."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from skillaudit.asking.records import Decision, StudyPlan
from skillaudit.asking.samples import Drawn, Floats, Sample
from skillaudit.experiment.inference import Account
from skillaudit.experiment.published import in_words
from skillaudit.experiment.records import Findings
from skillaudit.experiment.synthetic import pool, write_task
from skillaudit.experiment.tasks import Scope, entries, make_plan, trial

SIZES = (10, 20, 50, 100)
STEPS = (1, 2, 3, 5, 10)
PLACE_SIZE = 40
PLACE_STEPS = (4, 6, 8, 10)
_GAMMAS = np.array(sorted(np.arange(0, 801) / 100, key=lambda gamma: abs(gamma - 1)))
"""Exponents tried, those near 1 first: where nothing tells them apart steps count as independent."""


def plan(scope: Scope) -> StudyPlan:
    """Route chains of 1 to 10 steps in libraries of 10 to 100 skills."""
    return _plan(scope, SIZES, STEPS)


def plan_places(scope: Scope) -> StudyPlan:
    """Route chains of 4 to 10 steps among 40 skills."""
    return _plan(scope, (PLACE_SIZE,), PLACE_STEPS)


def _plan(scope: Scope, sizes: Sequence[int], lengths: Sequence[int]) -> StudyPlan:
    """Draw chains once and offer each in libraries of every size: sizes are then compared on the same steps."""
    chains = max(4, scope.tasks // 4)
    everything = pool().skills
    trials = []
    for seed in range(scope.seeds):
        for length in lengths:
            # The others come from a stream of their own, so that F02 and F03 share chains of one length.
            rng, fill = (random.Random(f"chains\0{seed}\0{length}{part}") for part in ("", "\0others"))
            # Single steps are as cheap as they are needed: every longer chain is held against them.
            for chain in range(chains * (4 if length == 1 else 1)):
                steps = rng.sample(everything, length)
                inside = {skill.id for skill in steps}
                others = fill.sample([s.id for s in everything if s.id not in inside], max(sizes) - length)
                tasks = [write_task(skill, seed, chain) for skill in steps]
                for at, skill in enumerate(steps):
                    query = _step(tasks, at)
                    trials += [
                        trial(
                            skill, query, [*steps, *others[: size - length]],
                            f"size={size} steps={length} step={at + 1}", seed,
                            order=("chains", query, seed, size), x=float(size), group=f"{seed}/{length}/{chain}",
                        )
                        for size in sizes
                    ]  # fmt: skip
    return make_plan("rescue", trials, {"": entries(everything)})


def _step(tasks: Sequence[str], at: int) -> str:
    if len(tasks) == 1:
        return tasks[0]
    whole = " ".join(f"({number}) {task}" for number, task in enumerate(tasks, 1))
    return f"{tasks[at]}\nThis is step {at + 1} of {len(tasks)} of a plan, and no step is done yet. The plan: {whole}"


def conclude(decisions: Sequence[Decision]) -> Findings:
    """Fit the exponent of `Acc(N, K) = A(N)^(gamma K)` (arXiv 2605.16508, F02)."""
    sample = Account(decisions)
    joint = _joint(sample)
    last = np.array([d.condition.endswith(f"step={_steps(d)}") for d in sample.decisions], dtype=bool)
    found: dict[tuple[int, int], Drawn] = {
        (size, length): sample.mean(joint, sample.where(size=size, steps=length) & last)
        for size in SIZES
        for length in STEPS
    }
    gamma = _gamma(found)
    sample.tell("gamma", gamma, "exponent for each step; 1 means that steps fail independently")
    for size in SIZES:
        sample.tell(f"A({size})", found[size, 1], f"accuracy of a single step among {size}")
        sample.line(f"{size} skills", {length: found[size, length] for length in STEPS})
    sample.rule(
        "a chain loses more than the product of its steps",
        Drawn(gamma.value - 1.0, gamma.draws - 1.0),
        "gamma less 1",
        in_words("f02", "gamma"),
        expected=1,
    )
    return sample.findings(x_label="steps in the chain", y_label="whole chain right", notes=(_READING,))


_READING = (
    "A step is shown with the whole plan around it. A scorer weighs all these words and cannot follow which step is "
    "meant; only a model shows what this experiment is for."
)


def conclude_places(decisions: Sequence[Decision]) -> Findings:
    """Rule on whether the middle of a chain fails most (arXiv 2605.16508, F03)."""
    sample = Account(decisions)
    place = np.array([(_step_of(d) - 1) / max(1, _steps(d) - 1) for d in sample.decisions])
    middle = (place > 0.25) & (place < 0.75)
    inner, outer = sample.mean(sample.right, middle), sample.mean(sample.right, ~middle)
    sample.tell("middle", inner, "accuracy of the middle half of the steps")
    sample.tell("ends", outer, "accuracy of the first and last quarter")
    sample.rule(
        "the middle steps of a chain fail most",
        inner.less(outer),
        "accuracy of the middle half of the steps, less that of the ends",
        "confirmed (U-shape); the numbers are not public",
        expected=-1,
    )
    fifths = np.minimum((place * 5).astype(int), 4)
    measured = {20 * at + 10: sample.mean(sample.right, fifths == at) for at in range(5)}
    sample.line("measured", measured)
    return sample.findings(x_label="place in the chain, percent", notes=(_READING,))


def _joint(sample: Sample) -> Floats:
    """1 for every decision of a chain whose steps are all right in a library of this size."""
    right: dict[tuple[str, float], float] = defaultdict(lambda: 1.0)
    for decision, hit in zip(sample.decisions, sample.right, strict=True):
        at = (decision.group, decision.x)
        right[at] = min(right[at], float(hit))
    return np.array([right[decision.group, decision.x] for decision in sample.decisions])


def _gamma(found: dict[tuple[int, int], Drawn]) -> Drawn:
    cells = [(size, length) for size, length in found if length > 1]
    chain = np.stack([np.append(found[cell].draws, found[cell].value) for cell in cells])
    single = np.stack([np.append(found[size, 1].draws, found[size, 1].value) for size, _ in cells])
    lengths = np.array([[length] for _, length in cells], dtype=np.float64)
    single = np.clip(single, 0.0, 1.0)
    loss = np.stack([((chain - single ** (gamma * lengths)) ** 2).sum(axis=0) for gamma in _GAMMAS])
    best = _GAMMAS[np.round(loss, 12).argmin(axis=0)]
    return Drawn(float(best[-1]), best[:-1])


def _step_of(decision: Decision) -> int:
    return int(decision.condition.rpartition("step=")[2])


def _steps(decision: Decision) -> int:
    return int(decision.condition.partition("steps=")[2].split()[0])
