"""Hold the routing forecast against what was measured, on data that it was not fitted to.

python -m tests.benchmarks.routing_validation --data ../shared/data [--only SECTION ...]

Long because its sections share tables that take minutes to make.
"""

from __future__ import annotations

import hashlib
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from skillaudit.routing.calibrate import Calibration, calibrate
from skillaudit.routing.choice_fit import class_prior, requests_of, right_or_wrong
from skillaudit.routing.decisions import RIGHT, UNASKED, DecisionLog, Observation
from skillaudit.routing.predict import forecast
from skillaudit.routing.profiles import RouterProfile, built_in
from skillaudit.routing.table import DecisionTable
from skillaudit.schema import Coverage, Estimate, Request, Skill
from skillaudit.scoring import HybridScorer, Scorer
from skillaudit.stats.logistic import Normal, fit_hierarchy, fit_logistic, logistic, weak_prior
from tests.benchmarks.routing_data import (
    LABELS,
    LISTINGS,
    SCORERS,
    arguments,
    cut,
    decide,
    digest,
    local_routers,
    log_of,
    routed,
    scorer_of,
    table_of,
)
from tests.benchmarks.routing_profiles import blank
from tests.routing.conftest import World, coverage
from tests.routing.parts import subset

Floats = npt.NDArray[np.float64]
DRAWS = 400
NOTHING = Coverage(requests=0, no_skill_requests=0, judged_skills=0, unjudged=(), sources=(), leaked=0)


def report(name: str, value: float, goal: str, met: bool) -> None:
    """Print one figure beside its goal."""
    print(f"  {name:58s} {value:8.4f}   goal {goal:12s} {'met' if met else 'MISSED'}")


def figures(found: Calibration) -> dict[str, float]:
    """Means of a calibration over models and cells."""
    gains = [1 - fit.log_loss / fit.log_loss_size_only for fit in found.models]
    return {
        "accuracy": float(np.mean([abs(c.predicted_accuracy - c.measured_accuracy) for c in found.cells])),
        "hijack": float(np.mean([abs(c.predicted_hijack - c.measured_hijack) for c in found.cells])),
        "auc": float(np.mean([fit.auc or 0.5 for fit in found.models])),
        "gain": float(np.mean(gains)),
        "least": min(gains),
        "inside": float(np.mean([fit.coverage for fit in found.models if fit.coverage is not None])),
    }


def pool(data: Path) -> None:
    """bfcl_pool, judged on requests that took no part in the fit."""
    log = log_of(data, "bfcl_pool")
    print(f"bfcl_pool: {len(log.decisions)} decisions of {len(log.models)} models, five parts by request")
    for name in SCORERS:
        scorer = scorer_of(name, log.skills)
        found = calibrate(log, scorer, prior=blank(name))
        for fit in found.models:
            print(
                f"    {name:8s} {fit.model:24s} log-loss {fit.log_loss:.3f} (ln N {fit.log_loss_size_only:.3f}) "
                f"Brier {fit.brier:.3f} AUC {fit.auc or 0:.3f} calibration {fit.calibration_error:.3f}"
            )
        values = figures(found)
        report(
            f"{name}: error of accuracy over cells", values["accuracy"], "<= 0.02", values["accuracy"] <= 0.02
        )
        report(f"{name}: error of hijack over cells", values["hijack"], "<= 0.02", values["hijack"] <= 0.02)
        report(f"{name}: AUC per decision", values["auc"], ">= 0.87", values["auc"] >= 0.87)
        report(f"{name}: log-loss below ln N, mean", values["gain"], ">= 0.10", values["gain"] >= 0.10)
        report(f"{name}: log-loss below ln N, least", values["least"], "> 0", values["least"] > 0)
        report(
            f"{name}: sizes of single parts inside their interval",
            values["inside"],
            "0.85-0.95",
            0.85 <= values["inside"] <= 0.95,
        )
        if name == "hybrid":
            halves = [figures(_half(log, scorer, salt)) for salt in range(20)]
            print("    half the requests against the other half, mean (least, most) over 20 splits:")
            for key in ("accuracy", "hijack", "auc", "gain", "inside"):
                part = [half[key] for half in halves]
                print(f"      {key:9s} {np.mean(part):.3f} ({min(part):.3f}, {max(part):.3f})")


def _half(log: DecisionLog, scorer: Scorer, salt: int) -> Calibration:
    def first(query: str) -> bool:
        return hashlib.blake2b(f"{salt}\0{query}".encode(), digest_size=2).digest()[0] < 128

    rows = range(len(log.decisions))
    train = subset(log, [row for row in rows if first(log.decisions[row].query)])
    test = subset(log, [row for row in rows if not first(log.decisions[row].query)])
    return calibrate(train, scorer, test, prior=blank("hybrid"))


def unseen_router(data: Path) -> None:
    """Fit the class on two models, predict the third from fifty of its decisions."""
    print("leave one router out (bfcl_pool, 50 decisions of the third, 20 draws of the 50)")
    log = log_of(data, "bfcl_pool")
    for name in SCORERS:
        table = table_of(log, name)
        inside: list[bool] = []
        blind: list[bool] = []
        errors: list[float] = []
        first_errors: list[float] = []
        widths: list[float] = []
        for held in log.models:
            others = [model for model in log.models if model != held]
            prior = fit_hierarchy(
                [right_or_wrong(table, model) for model in others],
                clusters=[requests_of(table, model) for model in others],
            )
            x, y = right_or_wrong(table, held)
            keys = [f"{d.query}\0{n}" for d, n in zip(log.decisions, table.size, strict=True)]
            for salt in range(20):
                order = sorted(range(len(keys)), key=lambda row: digest(f"{salt}\0{keys[row]}"))
                known, rest = np.array(order[:50]), np.array(order[50:])
                for posterior, into, error in (
                    (prior, blind, first_errors),
                    (fit_logistic(x[known], y[known], prior), inside, errors),
                ):
                    rng = np.random.default_rng(salt)
                    for size in np.unique(table.size):
                        rows = rest[table.size[rest] == size]
                        low, high, value = _interval(posterior, x[rows], rng)
                        into.append(bool(low <= y[rows].mean() <= high))
                        error.append(float(abs(value - y[rows].mean())))
                        if into is inside:
                            widths.append(high - low)
        value = float(np.mean(inside))
        report(f"{name}: cells inside, 50 decisions", value, ">= 0.85", value >= 0.85)
        print(
            f"      error {np.mean(errors):.3f}, width {np.mean(widths):.3f}; with no decision at all: "
            f"inside {np.mean(blind):.3f}, error {np.mean(first_errors):.3f}"
        )


def _interval(posterior: Normal, x: Floats, rng: np.random.Generator) -> tuple[float, float, float]:
    """90% interval and value of the accuracy that decisions at `x` will show."""
    slopes = rng.multivariate_normal(posterior.mean, posterior.covariance, DRAWS, method="eigh")
    draws = rng.binomial(len(x), logistic(x @ slopes.T).mean(axis=0)) / len(x)
    low, high = np.quantile(draws, [0.05, 0.95])
    return float(low), float(high), float(logistic(x @ posterior.mean).mean())


def transfer(data: Path) -> None:
    """Fit on function calls, predict other libraries, other requests, other listings."""
    from scipy.stats import spearmanr

    print("transfer: fitted on bfcl_pool alone, predicted elsewhere")
    source, live = log_of(data, "bfcl_pool"), log_of(data, "bfcl_live_multiple")
    labels = {name: routed(log_of(data, name)) for name in LABELS}
    cells = {
        (name, listing): cut(log, length)
        for name, log in labels.items()
        for listing, length in LISTINGS.items()
    }
    decided = {key: decide(log, local_routers(log.skills)) for key, log in cells.items()}
    local_source = decide(source, local_routers(source.skills))
    for scorer in SCORERS:
        table = table_of(source, scorer)
        group = fit_hierarchy([right_or_wrong(table, model) for model in source.models])
        live_table = table_of(live, scorer)
        predicted = [_mean(live_table, model, group.mean) for model in live.models]
        measured = [float((live_table.outcomes[m] == RIGHT).mean()) for m in live.models]
        print(f"    {scorer}: bfcl_live predicted {np.mean(predicted):.3f}, measured {np.mean(measured):.3f}")
        tables = {key: table_of(log, scorer) for key, log in decided.items()}
        local_table = table_of(local_source, scorer)
        routers = [name for name in local_source.models if name != scorer]
        truth = {key: np.mean([_measured(tables[key], r) for r in routers]) for key in tables}
        # Local routers, the truth here, have no capacity to exceed: held against them is the class without its own.
        forecasts = {key: float(logistic(t.x[:, :2] @ group.mean[:2]).mean()) for key, t in tables.items()}
        with_capacity = {key: float(logistic(t.x @ group.mean).mean()) for key, t in tables.items()}
        ordered, within = 0, []
        for name in labels:
            values = [forecasts[name, listing] for listing in LISTINGS]
            ordered += all(np.diff(values) > 0)
            within.append(spearmanr(values, [truth[name, listing] for listing in LISTINGS])[0])
        report(f"{scorer}: libraries whose listings come in order", ordered, "5 of 5", ordered == 5)
        report(
            f"{scorer}: rank correlation over listings",
            float(np.mean(within)),
            ">= 0.8",
            bool(np.mean(within) >= 0.8),
        )
        between = float(
            spearmanr([forecasts[n, "full"] for n in labels], [truth[n, "full"] for n in labels])[0]
        )
        report(f"{scorer}: rank correlation over the 5 libraries", between, ">= 0.8", between >= 0.8 - 1e-9)
        everything = float(spearmanr(list(forecasts.values()), list(truth.values()))[0])
        report(f"{scorer}: rank correlation, all 20 listings", everything, ">= 0.8", everything >= 0.8)
        sized = float(spearmanr(list(with_capacity.values()), list(truth.values()))[0])
        print(f"      with the capacity of language models, which these routers have not: {sized:.2f}")
        own, errors = [], []
        for router in routers:
            # A scorer has no capacity to exceed, so size drops out.
            x, y = right_or_wrong(local_table, router)
            fit = fit_logistic(x[:, :2], y, weak_prior(2)).mean
            guesses = [float(logistic(t.x[:, :2] @ fit).mean()) for t in tables.values()]
            real = [_measured(t, router) for t in tables.values()]
            own.append(float(spearmanr(guesses, real)[0]))
            errors.append(float(np.mean(np.abs(np.array(guesses) - real))))
        names = ", ".join(f"{r} {c:.2f}" for r, c in zip(routers, own, strict=True))
        report(
            f"{scorer}: same router moved, mean rank correlation",
            float(np.mean(own)),
            ">= 0.8",
            bool(np.mean(own) >= 0.8),
        )
        print(f"      {names}; absolute error {np.mean(errors):.3f}")


def _measured(table: DecisionTable, model: str) -> float:
    return float((table.outcomes[model] == RIGHT).mean())


def _mean(table: DecisionTable, model: str, coefficients: Floats) -> float:
    x, _ = right_or_wrong(table, model)
    return float(logistic(x @ coefficients).mean())


def simulated(data: Path) -> None:
    """Intervals against the truth of 200 simulated libraries, for the class and for one known router."""
    print("simulated libraries: 90% intervals against the known truth (200 each)")
    class_profile = built_in()[0]
    known = msgspec.structs.replace(
        built_in()[1],
        fits={name: msgspec.structs.replace(fit, library_sd=0.0) for name, fit in built_in()[1].fits.items()},
    )
    for title, profile in (("class of routers", class_profile), ("one measured router", known)):
        inside: dict[str, list[bool]] = {"accuracy": [], "hijack": [], "no_skill": []}
        for seed in range(200):
            _simulate(profile, seed, inside)
        for name, hits in inside.items():
            share = float(np.mean(hits))
            report(f"{title}: {name} inside", share, "0.85-0.95", 0.85 <= share <= 0.95)


def _simulate(profile: RouterProfile, seed: int, inside: dict[str, list[bool]]) -> None:
    from unittest.mock import patch

    rng = np.random.default_rng([7, seed])
    fit = profile.fits["hybrid"]
    size = int(rng.integers(20, 120))
    world = World(size, 12, noise=float(rng.uniform(0.8, 3.0)), seed=seed)
    by_skill = np.arange(len(world.requests)).reshape(size, 12)
    asked = [by_skill[row, k] for row in range(size) for k in range(int(rng.integers(1, 5)))]
    prior = class_prior(fit)
    truth = rng.multivariate_normal(prior.mean, prior.covariance)
    real = msgspec.structs.replace(fit, coefficients=(float(truth[0]), float(truth[1]), float(truth[2])))
    with patch("skillaudit.routing.predict.find", return_value=profile):
        guess = _forecast(world, tuple(world.requests[i] for i in asked))
    exact = msgspec.structs.replace(profile, fits={"hybrid": real})
    # What a live measurement with as many requests of the same skills would show.
    fresh = [int(rng.choice(by_skill[row])) for row in rng.integers(0, size, len(asked))]
    with patch("skillaudit.routing.predict.find", return_value=exact):
        rates = _forecast(world, tuple(world.requests[i] for i in fresh))
    shares = np.array([rates.accuracy.value or 0, rates.hijack.value or 0, rates.no_skill.value or 0])
    shown = rng.multinomial(len(fresh), shares / shares.sum()) / len(fresh)
    for name, value in zip(inside, shown, strict=True):
        estimate: Estimate = getattr(guess, name)
        inside[name].append((estimate.low or 0.0) - 1e-9 <= value <= (estimate.high or 0.0) + 1e-9)


def _forecast(world: World, requests: tuple[Request, ...]) -> Any:
    return forecast(
        world.skills,
        requests,
        world.scorer,
        families=world.families,
        labels=world.labels,
        neighbors=world.neighbors,
        coverage=coverage(requests),
    ).forecast


def cost(data: Path) -> None:
    """Time of a cached forecast, and memory with 10,000 skills."""
    print("cost (vectors at hand, as after a cached run)")
    for size, count in ((1000, 5000), (10_000, 5000)):
        skills, requests, scorer = _large(data, size, count)
        began, used = time.perf_counter(), time.process_time()
        forecast(
            skills,
            requests,
            scorer,
            families=[skill.category or "" for skill in skills],
            labels=[-1] * size,
            neighbors=None,
            coverage=NOTHING,
        )
        spent, used = time.perf_counter() - began, time.process_time() - used
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        goal = spent < 5 if size == 1000 else peak < 2
        report(
            f"{size:,} skills x {count:,} requests: {'seconds' if size == 1000 else 'GiB at the peak'}",
            spent if size == 1000 else peak,
            "< 5 s" if size == 1000 else "< 2 GiB",
            goal,
        )
        print(
            f"      {spent:.1f} s on the clock, {used:.1f} s of processor time over all threads, {peak:.2f} GiB"
        )


def _large(data: Path, size: int, count: int) -> tuple[tuple[Skill, ...], tuple[Request, ...], HybridScorer]:
    """Real texts with made-up vectors and owners: what costs time is the same."""
    from skillaudit.routing.decisions import read_lines

    skills: list[Skill] = []
    for path in sorted((data / "corpus").glob("*.jsonl.gz")):
        for row, (_, value) in enumerate(read_lines(path)):
            if len(skills) == size:
                break
            text = str(value.get("description") or "")
            skills.append(
                Skill(
                    id=f"{path.stem}:{row}", name=str(value["name"]), description=text, category=str(row % 40)
                )
            )
    queries = [decision.query for decision in log_of_all(data)][:count]
    queries += [f"{queries[i % len(queries)]} {i}" for i in range(count - len(queries))]
    rng = np.random.default_rng(0)
    table = {query: i for i, query in enumerate(queries)}
    vectors = rng.standard_normal((size + len(queries), 384)).astype(np.float32)

    def encode(texts: object) -> npt.NDArray[np.float32]:
        return vectors[[size + table[text] for text in texts]]  # type: ignore[attr-defined]  # as it comes

    requests = tuple(
        Request(query=query, gold=(skills[int(digest(query), 16) % size].id,), source="evals")
        for query in queries
    )
    return tuple(skills), requests, HybridScorer([s.text for s in skills], vectors[:size], encode)


def recovered(data: Path) -> None:
    """Print how often recorded models are right where a scorer ranks a wrong skill first."""
    sources = ("bfcl_pool", "bfcl_live_multiple")
    for name in SCORERS:
        tables = [table_of(routed(log_of(data, source)), name) for source in sources]
        for limit in (None, 64):
            right = asked = 0
            for table in tables:
                lost = table.routed & (table.best > table.gold_score)
                lost &= np.ones(len(lost), bool) if limit is None else table.size <= limit
                for outcome in table.outcomes.values():
                    kept = lost & (outcome != UNASKED)
                    asked += int(kept.sum())
                    right += int((outcome[kept] == RIGHT).sum())
            shown = "" if limit is None else f", at most {limit} on offer"
            print(
                f"  {name}: models right in {right / asked:.2f} of {asked} decisions that it ranks wrong{shown}"
            )


def log_of_all(data: Path) -> list[Observation]:
    """Decisions of all label sets."""
    return [decision for name in LABELS for decision in log_of(data, name).decisions]


SECTIONS: dict[str, Callable[[Path], None]] = {
    "pool": pool,
    "unseen_router": unseen_router,
    "transfer": transfer,
    "simulated": simulated,
    "recovered": recovered,
    "cost": cost,
}


def main() -> int:
    """Run the sections that were asked for."""
    parser = arguments(__doc__)
    parser.add_argument("--only", nargs="*", choices=list(SECTIONS), default=list(SECTIONS))
    args = parser.parse_args()
    for name in args.only:
        SECTIONS[name](args.data)
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
