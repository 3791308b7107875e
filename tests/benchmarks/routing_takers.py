"""Who takes a request, and when one that needs nothing fires: recorded decisions, libraries left out.

python -m tests.benchmarks.routing_takers --data ../shared/data [--scorer hybrid]
"""

from __future__ import annotations

import sys

import numpy as np

from skillaudit.routing.decisions import UNASKED, WRONG
from skillaudit.stats.logistic import Normal, fit_logistic, logistic
from skillaudit.stats.measure import auc
from tests.benchmarks.routing_data import SCORERS, arguments
from tests.benchmarks.routing_profiles import TRIGGER_SPREAD, TRIGGER_START
from tests.benchmarks.routing_sets import Source, asked, current

WEIGHTS = (0.0, 0.25, 0.5, 1.0)
DEEP = 3


def takers(sources: list[Source]) -> None:
    """Share of errors whose taker is first, or among the first three, by the weight of the descriptors."""
    for weight in WEIGHTS:
        seen: set[tuple[str, str, int]] = set()
        found: dict[str, list[tuple[bool, bool, bool]]] = {}
        for source in sources:
            table = source.table
            order = np.argsort(-(table.rival_scores + weight * table.rival_likeness), axis=1, kind="stable")
            ranked = np.take_along_axis(table.rivals, order, axis=1)
            for column, _, _ in asked(source):
                for row in np.flatnonzero(table.routed & (table.outcomes[column] == WRONG)).tolist():
                    taken = int(table.chosen[column][row])
                    key = (source.group, source.log.decisions[row].query, taken)
                    if key in seen:
                        continue
                    seen.add(key)
                    kept = taken in table.rivals[row].tolist()
                    hit = (bool(ranked[row, 0] == taken), taken in ranked[row, :DEEP].tolist(), kept)
                    own = source.group in ("four libraries", "vexjoy")
                    for name in ("all", source.group if own else "eight whole libraries"):
                        found.setdefault(name, []).append(hit)
        for name, hits in found.items():
            first, three, kept_ = np.mean(hits, axis=0).tolist()
            print(
                f"  descriptors at {weight:.2f}, {name:21s}: first {first:.2f}, in the first three {three:.2f}, "
                f"among those kept {kept_:.2f} ({len(hits)} different errors)"
            )


def triggers(sources: list[Source]) -> None:
    """AUC of firing on requests that need nothing, by best score and catch-alls, each library left out."""
    rows = []
    for source in sources:
        table = source.table
        for column, model, _ in asked(source):
            for row in np.flatnonzero(~table.routed & (table.outcomes[column] != UNASKED)).tolist():
                x = (1.0, float(table.best[row]), float(table.catch_all[row]))
                rows.append((source.group, model, x, float(table.chosen[column][row] >= 0)))
    groups = np.array([row[0] for row in rows])
    known, y = np.array([row[2] for row in rows]), np.array([row[3] for row in rows])
    p = np.zeros(len(y))
    for group in np.unique(groups):
        away = groups != group
        prior = Normal(np.array(TRIGGER_START), TRIGGER_SPREAD)
        p[groups == group] = logistic(known[groups == group] @ fit_logistic(known[away], y[away], prior).mean)
    for name in ("all", *np.unique(groups).tolist()):
        part = np.ones(len(y), dtype=bool) if name == "all" else groups == name
        print(
            f"  {name:16s} {int(part.sum()):4d} decisions, {int(y[part].sum())} fired, AUC {auc(y[part], p[part])}"
        )


def main() -> int:
    """Print both tables."""
    parser = arguments(__doc__)
    parser.add_argument("--scorer", choices=SCORERS, default="hybrid")
    args = parser.parse_args()
    sources = current(args.data, args.scorer)
    print("who takes a request")
    takers(sources)
    print("false triggers, libraries left out")
    triggers(sources)
    return 0


if __name__ == "__main__":
    sys.exit(main())
