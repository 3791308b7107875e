"""Ask only as much as a wanted precision needs, and most where the forecast is least sure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from skillaudit.asking.orders import hash_of
from skillaudit.asking.rates import rates
from skillaudit.asking.records import Decision, Trial
from skillaudit.schema import Estimate

STRATA = 3
FIRST = 60
GROWTH = 1.6
"""Each round is so much larger than all before it, less one: few looks, so that looking does not mislead."""


class Sampler:
    """Picks trials round by round, from strata of the forecast's uncertainty (Neyman allocation).

    Every stratum counts by its share of all trials, whatever its share of the sample.
    """

    def __init__(self, trials: Sequence[Trial], doubt: Mapping[str, float], precision: float) -> None:
        """Take all trials, each group's doubt (sd of its outcome, 0 to 0.5), and the half-width wanted.

        A group without a forecast counts as most doubtful.
        """
        self.precision = precision
        self._stratum = _strata(trials, doubt)
        self._sd = np.full(STRATA, 0.5)
        for stratum in range(STRATA):
            values = [doubt.get(t.group, 0.5) for t in trials if self._stratum[t.group] == stratum]
            self._sd[stratum] = np.clip(np.mean(values), 0.1, 0.5) if values else 0.0
        self._left: list[list[Trial]] = [[] for _ in range(STRATA)]
        for trial in sorted(trials, key=lambda t: (t.repeat, hash_of(t.query), t.query)):
            self._left[self._stratum[trial.group]].append(trial)
        self._size = Counter({stratum: len(part) for stratum, part in enumerate(self._left)})
        self._asked = 0

    def precise(self, decisions: Sequence[Decision]) -> bool:
        """Whether the intervals of accuracy and hijack are as narrow as wanted."""
        found = rates(decisions)
        return all(_half(estimate) <= self.precision for estimate in (found.accuracy, found.hijack))

    def next(self, decisions: Sequence[Decision]) -> tuple[Trial, ...]:
        """Return the trials of the next round; none when the rates are known well enough or all is asked."""
        if decisions and self.precise(decisions):
            return ()
        for stratum in range(STRATA):
            right = [d.outcome == "right" for d in decisions if self._stratum[d.group] == stratum]
            if right:
                p = (sum(right) + 1) / (len(right) + 2)
                self._sd[stratum] = np.sqrt(p * (1 - p))
        count = FIRST if not self._asked else int(np.ceil(self._asked * (GROWTH - 1)))
        picked: list[Trial] = []
        share = np.array([self._size[s] for s in range(STRATA)]) * self._sd
        for stratum in range(STRATA):
            part = self._left[stratum]
            want = int(np.ceil(count * share[stratum] / max(share.sum(), 1e-12)))
            want = max(want, min(2, len(part)))  # no stratum may stay unseen
            weight = self._size[stratum] / sum(self._size.values())
            picked += [msgspec.structs.replace(t, stratum=stratum, share=weight) for t in part[:want]]
            self._left[stratum] = part[want:]
        self._asked += len(picked)
        return tuple(picked)


def _strata(trials: Sequence[Trial], doubt: Mapping[str, float]) -> dict[str, int]:
    """Stratum of each group: thirds of the trials by doubt."""
    order = sorted(trials, key=lambda t: (doubt.get(t.group, 0.5), t.group))
    found: dict[str, int] = {}
    for at, trial in enumerate(order):
        found.setdefault(trial.group, at * STRATA // max(1, len(order)))
    return found


def _half(estimate: Estimate) -> float:
    if estimate.low is None or estimate.high is None:
        return 0.0
    return (estimate.high - estimate.low) / 2
