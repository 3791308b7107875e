"""How routing fails as a library grows: to a neighbour, to a stranger, into a skill that swallows much.

arXiv 2605.16508 names the order local, drift, capture and prints no rule. Here, of the wrong choices at one size:
capture where the chosen skill takes from several others significantly more than an even spread would give it; else
local where it is among the five most alike of those on offer; else drift. Requests that need nothing are counted apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from skillaudit.routing.decisions import UNASKED, DecisionLog
from skillaudit.schema import Estimate, Record
from skillaudit.scoring import Scorer
from skillaudit.stats.counting import benjamini_hochberg, effective_number
from skillaudit.stats.draws import Clusters, resample
from skillaudit.stats.intervals import UNKNOWN, interval, share

NEAR = 5
"""Most alike skills on offer among which a wrong choice is local."""
WRONG = ("local", "drift", "capture")
MAX_Q = 0.05
MIN_VICTIMS = 3.0
"""Least effective number of skills that a capturing one takes from."""
LEAST = 10
"""Decisions that a size needs to be shown."""
DRAWS = 600
Key = Hashable
Near = Callable[[Hashable, Sequence[Hashable]], Collection[Hashable]]
"""Returns the most alike of what is on offer beside a skill."""


class Pick(NamedTuple):
    """One choice: what was right, what was taken, and among what."""

    query: str
    gold: tuple[Key, ...]
    """Empty where nothing should be taken."""
    chosen: Key | None
    offered: Sequence[Key]


class ErrorStage(Record):
    """What became of the requests with about so many skills on offer; shares of the requests that have a right one."""

    size: int
    decisions: int
    right: Estimate
    none: Estimate
    local: Estimate
    drift: Estimate
    capture: Estimate
    by_chance: float
    """Share of wrong choices that would be local if they fell anywhere."""
    idle: int
    """Decisions on requests that need nothing."""
    idle_taken: Estimate
    """Share of those for which a skill was taken all the same: capture, whatever the skill."""
    idle_takers: float
    """Effective number of skills that took them."""


class ErrorProgress(Record):
    """How the kinds of error change with size, for one router."""

    router: str
    stages: tuple[ErrorStage, ...]
    rise: dict[str, Estimate]
    """Kind of error -> how much its share of all requests rises per unit of ln N; unknown with fewer than two sizes."""
    beyond: Estimate
    """The same of the wrong choices that are not local, as a share of the wrong choices."""


def progress_of(router: str, picks: Sequence[Pick], near: Near) -> ErrorProgress:
    """Sort the wrong choices of a router; `near` returns the most alike of what is on offer beside a skill."""
    by_size: dict[int, list[Pick]] = defaultdict(list)
    for pick in picks:
        by_size[len(pick.offered)].append(pick)
    stages: list[ErrorStage] = []
    sorted_: list[tuple[Pick, str]] = []
    for group in _merged(by_size):
        kinds = _kinds(group, near)
        stages.append(_stage(group, kinds))
        sorted_ += [(pick, kind) for pick, kind in zip(group, kinds, strict=True) if pick.gold]
    return ErrorProgress(
        router=router,
        stages=tuple(stages),
        rise={kind: _trend(sorted_, {kind}) for kind in WRONG},
        beyond=_trend([one for one in sorted_ if one[1] in WRONG], {"drift", "capture"}),
    )


def _merged(by_size: dict[int, list[Pick]]) -> list[list[Pick]]:
    """Sizes within a fifth of each other are one; those with few decisions are left out."""
    groups: list[list[Pick]] = []
    for size in sorted(by_size):
        if size < 2:
            continue
        if groups and size <= 1.2 * len(groups[-1][0].offered):
            groups[-1] += by_size[size]
        else:
            groups.append(list(by_size[size]))
    return [group for group in groups if len(group) >= LEAST]


def _kinds(group: Sequence[Pick], near: Near) -> list[str]:
    wrong = [p for p in group if p.gold and p.chosen is not None and p.chosen not in p.gold]
    captors = _captors(wrong)
    kinds = []
    for pick in group:
        if not pick.gold:
            kinds.append("idle" if pick.chosen is None else "idle taken")
        elif pick.chosen is None or pick.chosen in pick.gold:
            kinds.append("none" if pick.chosen is None else "right")
        elif pick.chosen in captors:
            kinds.append("capture")
        else:
            kinds.append(
                "local" if any(pick.chosen in near(gold, pick.offered) for gold in pick.gold) else "drift"
            )
    return kinds


def _captors(wrong: Sequence[Pick]) -> set[Key]:
    """Skills that take from several others more than an even spread of the wrong choices gives them."""
    from scipy.stats import poisson

    taken = Counter(pick.chosen for pick in wrong)
    even = sum(1 / max(1, len(pick.offered) - len(pick.gold)) for pick in wrong)
    skills = [skill for skill in taken if skill is not None]
    if not skills:
        return set()
    # Every skill on offer is a look, also those that took nothing.
    looks = max(len(skills), *(len(pick.offered) for pick in wrong))
    p = np.ones(looks)
    p[: len(skills)] = poisson.sf(np.array([taken[skill] for skill in skills]) - 1, max(even, 1e-12))
    q = benjamini_hochberg(p)[: len(skills)]
    victims = {s: effective_number([repr(p.gold[0]) for p in wrong if p.chosen == s]) for s in skills}
    return {
        s for s, value in zip(skills, q.tolist(), strict=True) if value <= MAX_Q and victims[s] >= MIN_VICTIMS
    }


def _stage(group: Sequence[Pick], kinds: Sequence[str]) -> ErrorStage:
    count = Counter(kinds)
    idle = count["idle"] + count["idle taken"]
    routed = len(group) - idle
    wrong = [p for p, kind in zip(group, kinds, strict=True) if kind in WRONG]
    return ErrorStage(
        size=int(np.median([len(pick.offered) for pick in group])),
        decisions=routed,
        **{kind: share(count[kind], routed) for kind in ("right", "none", "local", "drift", "capture")},
        by_chance=float(np.mean([min(1.0, NEAR / (len(p.offered) - 1)) for p in wrong])) if wrong else 0.0,
        idle=idle,
        idle_taken=share(count["idle taken"], idle),
        idle_takers=effective_number([repr(p.chosen) for p in group if not p.gold and p.chosen is not None]),
    )


def _trend(sorted_: Sequence[tuple[Pick, str]], kinds: Collection[str]) -> Estimate:
    """Slope in ln N of the share of some kinds, with draws that resample requests."""
    x = np.log([len(pick.offered) for pick, _ in sorted_]) if sorted_ else np.zeros(0)
    if len(x) < LEAST or x.std() < 1e-9:
        return UNKNOWN
    y = np.array([float(kind in kinds) for _, kind in sorted_])
    names = np.unique([pick.query for pick, _ in sorted_], return_inverse=True)[1].astype(np.int64)
    clusters = Clusters.of(names)
    picks = np.column_stack(
        [np.ones(len(clusters.starts)), resample(len(clusters.starts), np.random.default_rng(0), DRAWS)]
    )
    n, sx, sy, sxx, sxy = (clusters.sums(v) @ picks for v in (np.ones(len(x)), x, y, x * x, x * y))
    spread = np.maximum(n * sxx - sx**2, 1e-9)
    slopes: npt.NDArray[np.float64] = (n * sxy - sx * sy) / spread
    return interval(float(slopes[0]), slopes[1:])


def recorded_progress(log: DecisionLog, scorer: Scorer) -> tuple[ErrorProgress, ...]:
    """Return the kinds of error of every model in a log of decisions; `scorer`, over its skills, says what is alike."""
    whole = np.arange(len(log.skills))
    known: dict[Key, npt.NDArray[np.float64]] = {}

    def near(gold: Key, offered: Sequence[Key]) -> Collection[Key]:
        row = int(str(gold))
        if gold not in known:
            known[gold] = np.asarray(scorer.similarities(row, row + 1)[0], dtype=np.float64)
        rows = np.asarray([other for other in offered if other != gold], dtype=np.int64)
        order = np.argsort(-np.round(known[gold][rows], 6), kind="stable")
        return set(rows[order[:NEAR]].tolist())

    found = []
    for model in log.models:
        picks = []
        for decision in log.decisions:
            if decision.outcome(model) == UNASKED:
                continue
            row = decision.chosen[model]
            offered = (whole if decision.offered is None else decision.offered).tolist()
            picks.append(Pick(decision.query, decision.gold, None if row < 0 else row, offered))
        found.append(progress_of(model, picks, near))
    return tuple(found)
