"""Decay: the same requests with more and more skills on offer, in nested random parts of the library."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import cache, partial
from itertools import islice

from skillaudit.asking.curves import error_fits, size_fits
from skillaudit.asking.records import Decision, Fit, StudyPlan
from skillaudit.asking.samples import Sample
from skillaudit.errors import UsageError
from skillaudit.laws.curve import nested_order
from skillaudit.laws.stages import NEAR
from skillaudit.probe.ground import Ground
from skillaudit.probe.studies.alike import nearest_first
from skillaudit.probe.studies.common import make_plan, routed_trial, with_rivals

SIZES = (5, 10, 20, 50, 100, 200, 500)
REQUESTS = 60


def sizes_of(total: int) -> tuple[int, ...]:
    """Return the sizes below a library's own, and its own where it is at most the largest."""
    return tuple(size for size in SIZES if size < total) + ((total,) if total <= SIZES[-1] else ())


def plan(ground: Ground) -> StudyPlan:
    """Ask the same requests at every size; each repeat draws the library in another order."""
    sizes = sizes_of(len(ground.skills))
    if len(sizes) < 2:
        raise UsageError(f"{len(ground.skills)} skills are too few for a decay study; it needs 6 at least")
    ids = [skill.id for skill in ground.skills]
    trials = []
    for repeat in range(ground.repeats):
        order = [ids[row] for row in nested_order(ground.skills, ground.seed + repeat)]
        for request in ground.sample(REQUESTS):
            gold = [skill for skill in request.gold if skill in set(ids)]
            trials += [
                routed_trial(
                    ground,
                    request,
                    with_rivals(gold, order, size),
                    f"n={size}",
                    repeat,
                    x=float(size),
                )
                for size in sizes
            ]
    return make_plan("decay", ground, trials)


def conclude(ground: Ground, decisions: Sequence[Decision]) -> tuple[Fit, ...]:
    """Fit both forms of the law, with intervals from resampled skills."""
    sizes = sorted({decision.x for decision in decisions if decision.gold})
    if len(sizes) < 2:
        return ()
    sample = Sample(decisions)
    ordered = cache(partial(nearest_first, ground))

    def near(skill: Hashable, offered: Sequence[Hashable]) -> Sequence[Hashable]:
        shown = set(offered)
        return list(islice((other for other in ordered(str(skill)) if other in shown), NEAR))

    fits = size_fits(sample, sizes, [sample.accuracy(x=n) for n in sizes])
    return (*fits, *error_fits(sample.decisions, near))
