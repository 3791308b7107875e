"""What decisions of one's own bring: a class that never saw the library, moved by 0, 20 or 50 of its decisions.

python -m tests.benchmarks.routing_own --data ../shared/data
"""

from __future__ import annotations

import sys
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from skillaudit.routing.calibrate import BELIEF, blank_prior
from skillaudit.routing.choice_fit import class_prior
from skillaudit.routing.profiles import CLASSES, ChoiceFit
from skillaudit.stats.logistic import fit_averaged
from tests.benchmarks.routing_classes import fit_classes
from tests.benchmarks.routing_data import arguments
from tests.benchmarks.routing_profiles import class_fit, predicted, start
from tests.benchmarks.routing_sets import CAPACITY, current, older, pool

DRAWS = 20

Floats = npt.NDArray[np.float64]


class Judged(NamedTuple):
    """Means over the draws of one list."""

    group: str
    error: float
    inside: float
    width: float
    chance: float


def main() -> int:
    """Fit without each library, add some decisions, judge on the rest."""
    args = arguments(__doc__).parse_args()
    everything = pool([*current(args.data, "hybrid"), *older(args.data, "hybrid")])
    data = everything.data
    now = data.group < CLASSES.index("older")
    blank = blank_prior("hybrid").fits["hybrid"]
    found: dict[int, list[Judged]] = {}
    for group in np.unique(everything.group[now]).tolist():
        fitted = fit_classes(data.rows(everything.group != group), CAPACITY)
        fits = [class_fit(fitted, name, start("hybrid")) for name in CLASSES]
        for cell in np.unique(everything.cell[everything.group == group]).tolist():
            rows = np.flatnonzero(everything.cell == cell)
            x = np.column_stack([np.ones(len(rows)), data.clearance[rows], data.capacity[rows]])
            known = fits[int(data.group[rows[0]])]
            for count in (0, 20, 50):
                if len(rows) >= count + 20:
                    judged = drawn(x, data.right[rows], known, [*fits, blank], count)
                    found.setdefault(count, []).append(Judged(group, *np.mean(judged, axis=0).tolist()))
    for count, rows_ in found.items():
        by_library = [
            float(np.mean([row.error for row in rows_ if row.group == group]))
            for group in sorted({row.group for row in rows_})
        ]
        print(
            f"{count:3d} own decisions: error {np.mean([row.error for row in rows_]):.3f} over {len(rows_)} lists "
            f"({np.mean(by_library):.3f} over {len(by_library)} libraries, of which chance alone makes "
            f"{np.mean([row.chance for row in rows_]):.3f}), inside {np.mean([row.inside for row in rows_]):.2f}, "
            f"width {np.mean([row.width for row in rows_]):.3f}"
        )
    return 0


def drawn(x: Floats, y: Floats, known: ChoiceFit, fits: list[ChoiceFit], count: int) -> list[list[float]]:
    """(error, inside, width, chance) of the rest of a list for each draw of `count` decisions."""
    found = []
    for draw in range(DRAWS if count else 1):
        order = np.random.default_rng([draw, count]).permutation(len(y))
        own, rest = order[:count], order[count:]
        fit = known
        if count:
            normal, _ = fit_averaged(
                x[own], y[own], [class_prior(each) for each in fits], list(BELIEF.values()), own
            )
            fit = msgspec.structs.replace(
                known,
                coefficients=tuple(normal.mean.tolist()),
                covariance=tuple(map(tuple, normal.covariance.tolist())),
                library_sd=0.0,
                set_sd=0.0,
            )
        value, low, high, _ = predicted(fit, x[rest])
        truth = float(y[rest].mean())
        # The mean error of someone who knew the rate itself, on as many decisions.
        rate = (y.sum() + 0.5) / (len(y) + 1)
        chance = float(np.sqrt(2 / np.pi * rate * (1 - rate) / len(rest)))
        found.append([abs(value - truth), low <= truth <= high, high - low, chance])
    return found


if __name__ == "__main__":
    sys.exit(main())
