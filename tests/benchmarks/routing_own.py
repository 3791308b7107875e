"""What decisions of one's own bring: a class that never saw the library, moved by 0, 20 or 50 of its decisions.

python -m tests.benchmarks.routing_own --data ../shared/data
"""

from __future__ import annotations

import sys

import msgspec
import numpy as np

from skillaudit.routing.choice_fit import class_prior
from skillaudit.routing.fitting import fit_logistic
from skillaudit.routing.hierarchy import fit_classes
from skillaudit.routing.profiles import CLASSES
from tests.benchmarks.routing_data import arguments
from tests.benchmarks.routing_profiles import class_fit, predicted, start
from tests.benchmarks.routing_sets import CAPACITY, current, older, pool

DRAWS = 20


def main() -> int:
    """Fit without each library, add some decisions, judge on the rest."""
    args = arguments(__doc__).parse_args()
    everything = pool([*current(args.data, "hybrid"), *older(args.data, "hybrid")])
    data = everything.data
    now = data.group < CLASSES.index("older")
    found: dict[int, list[tuple[float, bool, float]]] = {}
    for group in np.unique(everything.group[now]).tolist():
        fitted = fit_classes(data.rows(everything.group != group), CAPACITY)
        for cell in np.unique(everything.cell[everything.group == group]).tolist():
            rows = np.flatnonzero(everything.cell == cell)
            prior = class_fit(fitted, CLASSES[int(data.group[rows[0]])], start("hybrid"))
            x = np.column_stack([np.ones(len(rows)), data.clearance[rows], data.capacity[rows]])
            y = data.right[rows]
            for count in (0, 20, 50):
                if len(rows) < count + 20:
                    continue
                for draw in range(DRAWS if count else 1):
                    order = np.random.default_rng([draw, count]).permutation(len(rows))
                    own, rest = order[:count], order[count:]
                    fit = prior
                    if count:
                        normal = fit_logistic(x[own], y[own], class_prior(prior))
                        fit = msgspec.structs.replace(
                            prior,
                            coefficients=tuple(normal.mean.tolist()),
                            covariance=tuple(map(tuple, normal.covariance.tolist())),
                            library_sd=0.0,
                            set_sd=0.0,
                        )
                    value, low, high, _ = predicted(fit, x[rest])
                    truth = float(y[rest].mean())
                    found.setdefault(count, []).append((abs(value - truth), low <= truth <= high, high - low))
    for count, rows_ in found.items():
        error, inside, width = (float(np.mean([row[k] for row in rows_])) for k in range(3))
        print(f"{count:3d} own decisions: error {error:.3f}, inside {inside:.2f}, width {width:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
