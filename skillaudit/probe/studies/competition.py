"""Competition: the same number of skills on offer, with none, one or two rivals, or more and more alike."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.asking.records import Decision, Fit, StudyPlan, Trial
from skillaudit.asking.samples import Sample, slope_of
from skillaudit.errors import UsageError
from skillaudit.probe.ground import Ground
from skillaudit.probe.studies.alike import nearest_first
from skillaudit.probe.studies.common import make_plan, routed_trial, with_rivals

SIZE = 30
REQUESTS = 100
RIVALS = (0, 1, 2)
BANDS = {"mid": 10.0, "high": 11.0}


def plan(ground: Ground) -> StudyPlan:
    """Offer the right skill among 29 others, a different 29 in each condition.

    `rivals=K`: the K most similar skills, the rest as far as can be. `mid` and `high`: all from the middle of the
    order of similarity, or from its top; `rivals=0` is the low end.
    """
    count = len(ground.skills)
    size = min(SIZE, count // 2)
    if size < 4:
        raise UsageError(f"{count} skills are too few for a competition study; it needs 8 at least")
    near: dict[str, list[str]] = {}
    trials: list[Trial] = []
    for request in ground.sample(REQUESTS):
        gold = [skill.id for skill in ground.skills if skill.id in request.gold]
        order = near.setdefault(gold[0], nearest_first(ground, gold[0]))
        others = [skill for skill in order if skill not in gold]
        middle = max(0, (len(others) - size) // 2)
        offers = {f"rivals={k}": others[:k] + others[: k - 1 if k else None : -1] for k in RIVALS}
        offers |= {"mid": others[middle:], "high": others}
        for repeat in range(ground.repeats):
            for condition, chosen in offers.items():
                trials.append(
                    routed_trial(
                        ground,
                        request,
                        with_rivals(gold, chosen, size),
                        condition,
                        repeat,
                        x=BANDS.get(condition, float(condition[-1:]) if condition[-1:].isdigit() else 0.0),
                    )
                )
    notes = (
        f"{size} skills on offer in every condition; what is alike was said by the {ground.scorer.name} scorer.",
    )
    return make_plan("competition", ground, trials, notes)


def conclude(ground: Ground, decisions: Sequence[Decision]) -> tuple[Fit, ...]:
    """Say what a rival costs, and what likeness costs at the same size."""
    sample = Sample(decisions)
    per_rival = slope_of(RIVALS, [sample.accuracy(x=float(k)) for k in RIVALS])
    return (
        sample.fit("per rival", per_rival, "change of accuracy with each rival added"),
        *(
            sample.contrast(arm, "rivals=0", name, f"accuracy {said}")
            for arm, name, said in (
                ("rivals=1", "one rival", "with one rival, less that with none"),
                ("rivals=2", "two rivals", "with two rivals, less that with none"),
                ("mid", "mid", "among middling others, less that among the least"),
                ("high", "high", "among the most alike, less that among the least"),
            )
        ),
    )
