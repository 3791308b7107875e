"""How much harder real requests are than descriptors that stand in for them.

    python -m tests.benchmarks.routing_descriptors --data ../shared/data

Prints what `skillaudit.routing.predict` holds as DESCRIPTOR_SHIFT and DESCRIPTOR_SD, in logits, and as LOCAL: how often
a scorer ranks a request right, given the descriptor of its skill.
"""

from __future__ import annotations

import sys
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from skillaudit.cache import Cache
from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.pipeline.making import scorer_for
from skillaudit.progress import SILENT
from skillaudit.requests.gathering import coverage, gather
from skillaudit.requests.records import Gathered
from skillaudit.routing.evidence import from_requests
from skillaudit.routing.outcome import design, rank_first
from skillaudit.routing.predict import forecast
from skillaudit.routing.profiles import find
from skillaudit.routing.stand_ins import from_descriptors
from skillaudit.schema import Library, ScorerName
from skillaudit.stats.logistic import fit_logistic, logistic, weak_prior
from tests.benchmarks.routing_black_holes import PLANTED_IN
from tests.benchmarks.routing_data import SCORERS, arguments

WITH_REQUESTS = (
    *PLANTED_IN,
    "phuryn-pm-skills",
    "uipath-skills",
    "marketingskills",
    "samber-golang",
    "materials-simulation",
    "anthropics-skills",
)


WEIGHT = 300.0
"""Requests that each library counts as, however many it has."""

Floats = npt.NDArray[np.float64]


def _ranked(library: Library, gathered: Gathered, kind: ScorerName, cache: Cache) -> tuple[Floats, Floats]:
    """Regressors read off descriptors, one row a request, and whether the scorer ranks it right."""
    shown = library.routable
    scorer, _, _ = scorer_for(shown, Config(scorer=kind), cache, SILENT)
    fit = find(None, kind).fits[kind]
    known = {skill.id for skill in shown}
    asked = from_requests(shown, gathered.requests, scorer, fit.contrast, hidden=known)
    stood_in = design(from_descriptors(shown, scorer, fit.contrast, fit.gold_score), fit.kappa)
    return stood_in[asked.gold[asked.routed]], rank_first(asked).right[asked.routed]


def _fit(data: list[tuple[Floats, Floats]]) -> Floats:
    """Coefficients over several libraries, each with the same weight."""
    weights = np.concatenate([np.full(len(y), WEIGHT / len(y)) for _, y in data])
    x, y = np.concatenate([x for x, _ in data]), np.concatenate([y for _, y in data])
    return fit_logistic(x, y, weak_prior(3), weights).mean


def main() -> int:
    """Forecast every library with its requests and without."""
    args = arguments(__doc__).parse_args()
    cache = Cache()
    folder = args.data / "libraries"
    libraries = {name: load([next(folder.glob(f"{name}.jsonl*"))]) for name in WITH_REQUESTS}
    gathered = {name: gather(library) for name, library in libraries.items()}
    for kind in SCORERS:
        shifts = []
        for name, library in libraries.items():
            shown = library.routable
            scorer, _, _ = scorer_for(shown, Config(scorer=kind), cache, SILENT)
            values = []
            for requests in (gathered[name].requests, ()):
                with patch("skillaudit.routing.predict.DESCRIPTOR_SHIFT", dict.fromkeys(SCORERS, 0.0)):
                    found = forecast(
                        shown,
                        requests,
                        scorer,
                        families=["one"] * len(shown),
                        labels=[-1] * len(shown),
                        neighbors=None,
                        coverage=coverage(library, gathered[name]),
                    )
                value = found.forecast.accuracy.value or 0.5
                values.append(float(np.log(value / (1 - value))))
            shifts.append(values[0] - values[1])
            print(f"  {kind:8s} {name:30s} {shifts[-1]:+.2f}")
        print(f"{kind}: mean {np.mean(shifts):+.2f}, standard deviation {np.std(shifts):.2f}")
        ranked = {name: _ranked(library, gathered[name], kind, cache) for name, library in libraries.items()}
        errors, levels = [], []
        for name, (x, y) in ranked.items():
            guess = logistic(x @ _fit([other for key, other in ranked.items() if key != name])).mean()
            found_rate = y.mean()
            errors.append(abs(guess - found_rate))
            levels.append(np.log(found_rate / (1 - found_rate)) - np.log(guess / (1 - guess)))
            print(f"  {kind:8s} {name:30s} ranked right {found_rate:.2f}, predicted {guess:.2f}")
        spread = float(np.sqrt(np.mean(np.square(levels))))
        coefficients = ", ".join(f"{value:.2f}" for value in _fit(list(ranked.values())))
        print(f"{kind}: LOCAL {coefficients}, {spread:.2f}; mean absolute error {np.mean(errors):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
