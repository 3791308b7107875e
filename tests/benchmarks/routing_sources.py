"""Requests of each source held against labelled ones: what the forecast says of either, and what decisions were.

    python -m tests.benchmarks.routing_sources --data ../shared/data [--scorer hybrid]

Nine libraries have labels, eight of them bodies as well; four of those have decisions of a frontier model, on requests
in exact and in everyday words. Each source's forecast is held against that for the labelled requests, as it is and
moved by the shift in logits of the other libraries. Prints what `routing_profiles` holds as SOURCES. An everyday
variant of a line, without the words that name its skill or few others have, is held against the everyday decisions.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from unittest import mock

import msgspec
import numpy as np

from skillaudit.load import load
from skillaudit.requests import mining
from skillaudit.requests.context import Context
from skillaudit.requests.gathering import gather
from skillaudit.requests.leaks import LeakFilter
from skillaudit.requests.wording import pieces
from skillaudit.routing.decisions import fold_of, read_library, read_lines
from skillaudit.routing.evidence import from_requests
from skillaudit.routing.outcome import choose, rank_first
from skillaudit.routing.profiles import find
from skillaudit.routing.stand_ins import from_descriptors
from skillaudit.schema import Library, Request, Skill
from skillaudit.text.words import stem, terms
from tests.benchmarks.routing_data import SCORERS, arguments, scorer_of

LIBRARIES = {
    "materials_evals": "materials-simulation",
    "golang_evals": "samber-golang",
    "uipath_activation": "uipath-skills",
    "marketing_evals": "marketingskills",
    "metatool": "",
    "frontier_wshobson": "wshobson-agents",
    "frontier_kdense": "kdense-scientific",
    "frontier_alireza": "alirezarezvani-claude-skills",
    "frontier_microsoft": "microsoft-agent-skills",
}
MOST, LEAST = 240, 20
COMMON = 3
LABELLED, EVERYDAY = "labelled", "everyday"
PAIRS = {"mined plain": "mined alone", "body plain": "body"}


def main() -> int:
    """Forecast each library by each source."""
    parser = arguments(__doc__)
    parser.add_argument("--scorer", choices=SCORERS, default="hybrid")
    args = parser.parse_args()
    fit = find(None, args.scorer).fits[args.scorer]
    level: dict[str, dict[str, float]] = defaultdict(dict)
    decided: dict[str, float] = {}
    for name in LIBRARIES:
        skills, sets, measured = _sets(args, name)
        decided.update(measured)
        scorer = scorer_of(args.scorer, skills)
        for source, requests in sets.items():
            chosen = requests[:: -(-len(requests) // MOST)] if requests else []
            if len(chosen) < LEAST:
                continue
            read = from_requests(skills, chosen, scorer, fit.contrast)
            level[source][name] = float(choose(read, fit).right.mean())
            first = rank_first(read).right.mean()
            print(
                f"  {name:18s} {source:12s} {len(chosen):4d}: {level[source][name]:.3f}, ranked first {first:.2f}"
            )
        read = from_descriptors(skills, scorer, fit.contrast, fit.gold_score)
        level["descriptor"][name] = float(choose(read, fit).right.mean())
    print(
        "source: libraries, error against labelled as it is and moved by the other libraries' shift, shift (sd)"
    )
    for source, found in level.items():
        if source not in (LABELLED, EVERYDAY):
            print(f"  {source:12s} {_held(found, level[LABELLED])}")
    print("everyday decisions: error of the forecast from ...")
    for source in (EVERYDAY, *PAIRS.values(), *PAIRS):
        errors = [level[source][name] - right for name, right in decided.items() if name in level[source]]
        print(
            f"  {source:12s} {np.mean(np.abs(errors)):.3f} ({np.mean(errors):+.3f}), {len(errors)} libraries"
        )
    return 0


def _sets(
    args: argparse.Namespace, name: str
) -> tuple[Sequence[Skill], dict[str, list[Request]], dict[str, float]]:
    """The skills of a library, its requests by source, and the share of everyday decisions that were right."""
    folder = args.data / "routing" / name
    if LIBRARIES[name]:
        library = load([next((args.data / "libraries").glob(f"{LIBRARIES[name]}.jsonl*"))])
    else:
        library = Library(sources=(), skills=tuple(read_library(folder / "library.jsonl.gz")))
    ids = {skill.name: skill.id for skill in library.routable}
    sets: dict[str, list[Request]] = {LABELLED: [], EVERYDAY: []}
    right = []
    for _, line in read_lines(folder / "queries.jsonl.gz"):
        gold = tuple(ids[g] for g in line["gold"] or () if g in ids)
        if not gold:
            continue
        request = Request(query=line["query"], gold=gold, source="file")
        sets[LABELLED].append(request)
        if line.get("kind") == EVERYDAY:
            sets[EVERYDAY].append(request)
            right += [taken in line["gold"] for taken in line["choice"].values()]
    sets[LABELLED].sort(key=lambda request: fold_of(request.query, 1 << 30))
    sets["mined"] = _mined(library)
    with mock.patch.object(Context, "told", lambda _, line, __: line):
        sets["mined alone"] = _mined(library)
    told = [pair for pair in zip(sets["mined alone"], sets["mined"], strict=True) if pair[0] != pair[1]]
    sets["unsaid alone"], sets["unsaid told"] = [pair[0] for pair in told], [pair[1] for pair in told]
    sets["body"] = list(_bodies(library))
    for plain, source in PAIRS.items():
        sets[plain] = _plainer(library.routable, sets[source])
    return library.routable, sets, {name: float(np.mean(right))} if right else {}


def _mined(library: Library) -> list[Request]:
    return [request for request in gather(library).requests if request.source == "mined"]


def _bodies(library: Library) -> Iterator[Request]:
    leaks = LeakFilter(library.skills)
    for skill in library.routable:
        for line in list(mining.tasks(mining.read(skill), skill.name))[:3]:
            if not leaks.leaks(line, skill.id):
                yield Request(query=line, gold=(skill.id,), source="body")


def _plainer(skills: Sequence[Skill], requests: Sequence[Request]) -> list[Request]:
    """Everyday variants: without words of the skill's name, and of its descriptor those that few others have."""
    words = {skill.id: {stem(key) for key, _ in terms(skill.text)} for skill in skills}
    used = Counter(word for own in words.values() for word in own)
    jargon = {skill.id: {word for word in words[skill.id] if used[word] < COMMON} for skill in skills}
    for skill in skills:
        jargon[skill.id] |= {stem(word) for word in pieces(skill.name)}
    found = []
    for request in requests:
        out = jargon[request.gold[0]]
        kept = [
            word for word in request.query.split() if not out.intersection(stem(k) for k, _ in terms(word))
        ]
        found.append(msgspec.structs.replace(request, query=" ".join(kept) or "this"))
    return found


def _held(found: dict[str, float], labelled: dict[str, float]) -> str:
    """How far one source's forecasts lie from those for labelled requests."""
    logit = {name: float(np.log(value / (1 - value))) for name, value in found.items()}
    gap = {name: float(np.log(labelled[name] / (1 - labelled[name]))) - logit[name] for name in found}
    before = np.mean([abs(found[name] - labelled[name]) for name in found])
    if len(found) < 2:
        return f"{len(found)}: {before:.3f}, shift {np.mean(list(gap.values())):+.2f}"
    moved = {name: np.mean([gap[other] for other in gap if other != name]) for name in found}
    after = np.mean([abs(1 / (1 + np.exp(-logit[name] - moved[name])) - labelled[name]) for name in found])
    spread = np.std(list(gap.values()), ddof=1)
    return (
        f"{len(found)}: {before:.3f}, {after:.3f}, shift {np.mean(list(gap.values())):+.2f} (sd {spread:.2f})"
    )


if __name__ == "__main__":
    sys.exit(main())
