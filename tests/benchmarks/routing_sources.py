"""How much easier requests of each source are than labelled ones, in logits of the forecast.

    python -m tests.benchmarks.routing_sources --data ../shared/data [--scorer hybrid]

Four libraries have labelled requests and bodies: the forecast for requests from the bodies is held against that for the
labelled ones. Prints what `routing_profiles` holds as SOURCES.
"""

from __future__ import annotations

import sys

import numpy as np

from skillaudit.load import load
from skillaudit.requests import gather, mining
from skillaudit.requests.leaks import LeakFilter
from skillaudit.routing.decisions import fold_of, read_lines
from skillaudit.routing.evidence import from_requests
from skillaudit.routing.outcome import choose
from skillaudit.routing.profiles import find
from skillaudit.schema import Request
from tests.benchmarks.routing_data import SCORERS, arguments, scorer_of

LIBRARIES = {
    "materials-simulation": "materials_evals",
    "samber-golang": "golang_evals",
    "uipath-skills": "uipath_activation",
    "marketingskills": "marketing_evals",
}
MOST = 240


def main() -> int:
    """Forecast each library by each source."""
    parser = arguments(__doc__)
    parser.add_argument("--scorer", choices=SCORERS, default="hybrid")
    args = parser.parse_args()
    fit = find(None, args.scorer).fits[args.scorer]
    shifts: dict[str, list[float]] = {}
    for name, labels in LIBRARIES.items():
        library = load([next((args.data / "libraries").glob(f"{name}.jsonl*"))])
        skills = library.routable
        ids = {skill.name: skill.id for skill in skills}
        labelled = []
        for _, line in read_lines(args.data / "routing" / labels / "queries.jsonl.gz"):
            gold = tuple(ids[g] for g in line["gold"] or () if g in ids)
            if gold:
                labelled.append(Request(query=line["query"], gold=gold, source="file"))
        labelled.sort(key=lambda request: fold_of(request.query, 1 << 30))
        leaks = LeakFilter(library.skills)
        body = [
            Request(query=line, gold=(skill.id,), source="body")
            for skill in skills
            for line in list(mining.tasks(mining.read(skill), skill.name))[:3]
            if not leaks.leaks(line, skill.id)
        ]
        mined = [request for request in gather(library).requests if request.source == "mined"]
        scorer = scorer_of(args.scorer, skills)
        level = {}
        for source, requests in (("file", labelled), ("mined", mined), ("body", body)):
            chosen = requests[:: max(1, len(requests) // MOST)]
            if len(chosen) < 20:
                continue
            right = choose(from_requests(skills, chosen, scorer, fit.contrast), fit).right.mean()
            level[source] = float(np.log(right / (1 - right)))
            print(f"  {name:22s} {source:6s} {len(chosen):4d} requests, forecast {right:.3f}", flush=True)
        for source in level:
            if source != "file":
                shifts.setdefault(source, []).append(level["file"] - level[source])
    for source, values in shifts.items():
        spread = np.std(values, ddof=1) if len(values) > 1 else np.nan
        print(f"{args.scorer} {source}: {np.mean(values):+.2f}, sd {spread:.2f} over {len(values)} libraries")
    return 0


if __name__ == "__main__":
    sys.exit(main())
