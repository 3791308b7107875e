"""How well the profile `yours` predicts, on simulated agents of known rates and on recorded decisions of real ones.

    python -m tests.benchmarks.sessions_yours simulated --data DIR [--repeats 4] [--scorer lexical]
    python -m tests.benchmarks.sessions_yours recorded --data DIR [--repeats 20] [--scorer lexical]

`simulated`: agents load some skill for a share of the requests that have one (activation), the right one for a share of
those (choice, easier where the skills lie apart), and some skill for a share of those that need none; one transcript
in ten needs none. Each is judged on 20, 50 and 200 transcripts, on 20 of 200 that `review` would choose, and then on
another library. `recorded`: decisions of live agents, split by request, 20 judged, the rest predicted. DIR is the
folder of the development data (`routing/<set>/library.jsonl.gz`, `queries.jsonl.gz`).
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from skillaudit.cache import Cache
from skillaudit.config import Config
from skillaudit.pipeline.making import scorer_for
from skillaudit.progress import SILENT
from skillaudit.routing.decisions import DecisionLog, Observation, library_skill
from skillaudit.routing.profiles import DEFAULT_ROUTER, RouterProfile, find
from skillaudit.routing.rates import Rates
from skillaudit.routing.reading import Reader
from skillaudit.routing.table import tabulate
from skillaudit.schema import Estimate, Request, Skill
from skillaudit.scoring import Scorer
from skillaudit.sessions.choosing import questions
from skillaudit.sessions.deciding import Occasion
from skillaudit.sessions.yours import LEAST, fit
from skillaudit.stats.logistic import logistic

Floats = npt.NDArray[np.float64]
LIBRARIES = ("marketing_evals", "uipath_activation", "golang_evals", "materials_evals", "metatool")
ACTIVATION = (0.3, 0.5, 0.7, 0.9, 1.0)
CHOICE = (0.8, 0.93)
FALSE = 0.15
SIZES = (20, 50, 200)
IDLE = 0.1
MOST = 400


class World(NamedTuple):
    """A library, its requests, and how far its skills lie apart for each."""

    name: str
    skills: tuple[Skill, ...]
    scorer: Scorer
    requests: tuple[tuple[str, tuple[int, ...]], ...]
    idle: tuple[str, ...]
    clearance: Floats


class Drawn(NamedTuple):
    """What an agent does with every request, once."""

    chosen: npt.NDArray[np.int64]
    idle: npt.NDArray[np.bool_]
    right: float
    hijack: float
    none: float


def rows(path: Path) -> list[dict[str, Any]]:
    """Read JSON lines, gzip."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def world(data: Path, name: str, scorer: str, library: str = "library", queries: str = "queries") -> World:
    """Load a set of the development data."""
    folder = data / "routing" / name
    listed = rows(folder / f"{library}.jsonl.gz")
    skills = tuple(
        library_skill(at, row["name"], row.get("description") or "") for at, row in enumerate(listed)
    )
    row_of = {skill.name: at for at, skill in enumerate(skills)}
    found: dict[str, tuple[int, ...]] = {}
    idle: dict[str, None] = {}
    for row in rows(folder / f"{queries}.jsonl.gz"):
        gold = tuple(row_of[name] for name in row["gold"] or () if name in row_of)
        if gold:
            found.setdefault(row["query"], gold)
        elif row["gold"] == []:
            idle.setdefault(row["query"], None)
    order = np.random.default_rng(0).permutation(len(found))[:MOST]
    requests = tuple(list(found.items())[at] for at in order)
    made, _, _ = scorer_for(skills, Config(scorer=scorer), Cache(), SILENT)  # type: ignore[arg-type]  # a case
    fitted = find(DEFAULT_ROUTER, made.name).fits[made.name]
    log = DecisionLog(skills, tuple(Observation(query, gold, None, {}) for query, gold in requests))
    clearance = tabulate(log, made, fitted.contrast, fitted.kappa).x[:, 1]
    return World(name, skills, made, requests, tuple(idle), clearance)


def agent(place: World, activation: float, choice: float, rng: np.random.Generator) -> tuple[Drawn, Floats]:
    """Draw an agent's loads for all requests of a library, and its chance to choose right, by request."""
    apart = (place.clearance - place.clearance.mean()) / max(float(place.clearance.std()), 1e-9)
    level = 0.8 * apart + rng.normal(0, 1, len(apart))
    low, high = -10.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if logistic(middle + level).mean() < choice else (low, middle)
    chance = logistic(low + level)
    return draw(place, activation, chance, rng), chance


def draw(place: World, activation: float, chance: Floats, rng: np.random.Generator) -> Drawn:
    """Draw once more what an agent with these chances does."""
    count = len(chance)
    fires, right = rng.random(count) < activation, rng.random(count) < chance
    other = rng.integers(len(place.skills), size=count)
    gold = np.array([gold[0] for _, gold in place.requests])
    all_gold = [set(gold) for _, gold in place.requests]
    wrong = np.array(
        [o if o not in g else (o + 1) % len(place.skills) for o, g in zip(other, all_gold, strict=True)]
    )
    chosen = np.where(fires, np.where(right, gold, wrong), -1)
    idle = rng.random(max(len(place.idle), 1)) < FALSE
    hit = fires & right
    return Drawn(chosen, idle, hit.mean(), (fires & ~right).mean(), (~fires).mean())


def evidence(place: World, drawn: Drawn, some: Sequence[int], idle: Sequence[int]) -> list[Occasion]:
    """Requests as a user would have judged them."""
    found = []
    for at in some:
        query, gold = place.requests[at]
        fired = () if drawn.chosen[at] < 0 else (place.skills[drawn.chosen[at]].id,)
        found.append(_evidence(query, fired, tuple(place.skills[row].id for row in gold)))
    for at in idle:
        fired = (place.skills[at % len(place.skills)].id,) if drawn.idle[at] else ()
        found.append(_evidence(place.idle[at], fired, ()))
    return found


def _evidence(query: str, fired: tuple[str, ...], gold: tuple[str, ...]) -> Occasion:
    return Occasion(
        id=query, query=query, fired=fired, how="model" if fired else None, gold=gold, gold_from="review",
        client="claude-code", model="simulated", time="2026-11-30T00:00:00Z",
    )  # fmt: skip


def forecast(place: World, profile: RouterProfile, requests: Sequence[tuple[str, tuple[int, ...]]]) -> Rates:
    """Forecast requests of a library for a profile."""
    asked = [
        Request(query=query, gold=tuple(place.skills[row].id for row in gold), source="file")
        for query, gold in requests
    ]
    reader = Reader(
        place.skills, asked, place.scorer, known=None, library=place.skills, catch_all=0.0, strangers=False, near=None,
        progress=SILENT,
    )  # fmt: skip
    return reader.view(profile.at([skill.name for skill in place.skills])).rates(0)


def covers(estimate: Estimate, value: float) -> bool:
    """Whether a 90% interval holds a rate."""
    assert estimate.low is not None and estimate.high is not None
    return estimate.low <= value <= estimate.high


def width(estimate: Estimate) -> float:
    """Width of an interval."""
    return (estimate.high or 0.0) - (estimate.low or 0.0)


def judge(found: Rates, shown: Drawn) -> tuple[float, ...]:
    """Coverage of accuracy, hijack and none, width and error of accuracy."""
    value = found.accuracy.value or 0.0
    return (
        covers(found.accuracy, shown.right), covers(found.hijack, shown.hijack), covers(found.no_skill, shown.none),
        width(found.accuracy), abs(value - shown.right),
    )  # fmt: skip


def simulated(data: Path, scorer: str, repeats: int) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Yield (condition, figures) of every simulated agent."""
    worlds = [world(data, name, scorer) for name in LIBRARIES]
    strangers = tuple(query for place in worlds for query, _ in place.requests)
    for number, (activation, choice, repeat) in enumerate(
        itertools.product(ACTIVATION, CHOICE, range(repeats))
    ):
        for at, place in enumerate(worlds):
            rng = np.random.default_rng([number, at, repeat])
            if not place.idle:
                own = {query for query, _ in place.requests}
                place = place._replace(idle=tuple(q for q in strangers if q not in own)[at::7][:80])
            seen, chance = agent(place, activation, choice, rng)
            shown = draw(place, activation, chance, rng)
            other = worlds[(at + 1 + repeat) % len(worlds)]
            moved_choice = float(logistic(np.log(choice / (1 - choice)) + rng.normal(0, 0.5)))
            away, _ = agent(other, activation, moved_choice, rng)
            yield from _sizes(place, seen, shown, other, away, rng)


def _sizes(
    place: World, seen: Drawn, shown: Drawn, other: World, away: Drawn, rng: np.random.Generator
) -> Iterator[tuple[str, tuple[float, ...]]]:
    order, idle = rng.permutation(len(place.requests)), rng.permutation(len(place.idle))
    for size in SIZES:
        none = round(IDLE * size)
        if size - none > len(order) or none > len(idle):
            continue
        found = evidence(place, seen, order[: size - none].tolist(), idle[:none].tolist())
        profile = fit(found, place.skills, place.scorer)
        yield f"{size} transcripts", judge(forecast(place, profile, place.requests), shown)
        yield f"{size}, moved", judge(forecast(other, profile, other.requests), away)
        if size == max(SIZES):
            prior = find(DEFAULT_ROUTER, place.scorer.name).fits[place.scorer.name]
            asked = questions(found, place.skills, place.scorer, prior, count=20)
            few = [question.evidence for question in asked]
            if sum(bool(one.gold) for one in few) >= LEAST:
                profile = fit(few, place.skills, place.scorer)
                yield "20 of 200 by review", judge(forecast(place, profile, place.requests), shown)


RECORDED = (
    ("vexjoy_routing", "library_tiered-v1-full", "queries_tiered-v1-full"),
    ("vexjoy_routing", "library_tiered-v1-tiered", "queries_tiered-v1-tiered"),
    ("vexjoy_routing", "library_self-route-v1-haiku", "queries_self-route-v1-haiku"),
    ("vexjoy_routing", "library_self-route-v1-self-route", "queries_self-route-v1-self-route"),
    ("assay_marketing_collide", "library", "queries"),
    ("svelte_hooks", "library", "queries"),
)


def recorded(data: Path, scorer: str, repeats: int) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Yield (set and router, figures): 20 requests judged, one decision each, the decisions on all others predicted."""
    for name, library, queries in RECORDED:
        place = world(data, name, scorer, library, queries)
        told: dict[str, dict[str, list[str | None]]] = defaultdict(dict)
        for row in rows(data / "routing" / name / f"{queries}.jsonl.gz"):
            for router, choices in _choices(row).items():
                told[router.partition("@2")[0]].setdefault(row["query"], []).extend(choices)
        for router, by_query in told.items():
            for repeat in range(repeats):
                made = _recorded(place, by_query, np.random.default_rng(repeat))
                if made is not None:
                    yield f"{name}: {router}", made


def _choices(row: dict[str, Any]) -> dict[str, list[str | None]]:
    if row.get("fired"):
        return {
            router: [None if name == "none" else name for name, count in told.items() for _ in range(count)]
            for router, told in row["fired"].items()
        }
    return {router: [choice] for router, choice in (row.get("choice") or {}).items()}


def _recorded(
    place: World, told: dict[str, list[str | None]], rng: np.random.Generator
) -> tuple[float, ...] | None:
    asked = [at for at, (query, _) in enumerate(place.requests) if told.get(query)]
    count = min(20, len(asked) // 2)
    if count < LEAST:
        return None
    order = rng.permutation(asked)
    row_of = {skill.name: row for row, skill in enumerate(place.skills)}
    chosen = np.full(len(place.requests), -1)
    for at in asked:
        name = rng.choice(np.array(told[place.requests[at][0]], dtype=object))
        chosen[at] = row_of.get(name, -1) if name is not None else -1
    mine, rest = order[:count].tolist(), order[count:].tolist()
    seen = Drawn(chosen, np.zeros(1, dtype=bool), 0.0, 0.0, 0.0)
    profile = fit(evidence(place, seen, mine, ()), place.skills, place.scorer)
    found = forecast(place, profile, [place.requests[at] for at in rest])
    hits = [(c is not None and row_of.get(c, -1) in place.requests[at][1], c is None or c not in row_of)
            for at in rest for c in told[place.requests[at][0]]]  # fmt: skip
    weights = [1 / len(told[place.requests[at][0]]) for at in rest for _ in told[place.requests[at][0]]]
    right, none = (float(np.average([hit[part] for hit in hits], weights=weights)) for part in (0, 1))
    return judge(found, Drawn(chosen, seen.idle, right, 1 - right - none, none))


def main() -> None:
    """Print the mean figures of every condition."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("study", choices=("simulated", "recorded"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--repeats", type=int, default=4)
    parser.add_argument("--scorer", default="lexical")
    given = parser.parse_args()
    study = simulated if given.study == "simulated" else recorded
    found: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for condition, figures in study(given.data, given.scorer, given.repeats):
        found[condition].append(figures)
    print(f"{'':48} runs  covers: right  another  none | width  error")
    for condition, listed in found.items():
        right, hijack, none, wide, error = np.mean(np.array(listed, dtype=np.float64), axis=0)
        print(
            f"{condition[:48]:48} {len(listed):4}  {right:13.3f} {hijack:8.3f} {none:5.3f} | {wide:.3f}  {error:.3f}"
        )


if __name__ == "__main__":
    main()
