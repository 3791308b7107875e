"""How much harder real requests are than descriptors that stand in for them, in logits.

    python -m tests.benchmarks.routing_descriptors --data ../shared/data

Prints the mean and spread that `skillaudit.routing.predict` holds as DESCRIPTOR_SHIFT and DESCRIPTOR_SD.
"""

from __future__ import annotations

import sys
from unittest.mock import patch

import numpy as np

from skillaudit.cache import Cache
from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.pipeline.flow import scorer_for
from skillaudit.progress import SILENT
from skillaudit.requests import coverage, gather
from skillaudit.routing import forecast
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
    return 0


if __name__ == "__main__":
    sys.exit(main())
