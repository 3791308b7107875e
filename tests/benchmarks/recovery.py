"""How often the interval of a fit holds what was planted: every simulated law, experiment, coupling and taxonomy.

    python -m tests.benchmarks.recovery --seeds 40

Routers whose laws are set decide the experiments' own tasks, another draw for each seed. An interval of 90% holds the
truth in 36 of 40 seeds on average, and in 31 to 40 of them 99 times in 100.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from skillaudit.asking.records import Trial
from skillaudit.asking.samples import factors
from skillaudit.experiment.errands import Errand
from skillaudit.experiment.handoffs import WEIGHTS
from skillaudit.experiment.studies import EXPERIMENTS
from skillaudit.laws.coupling import couple
from skillaudit.laws.curve import library_law
from skillaudit.laws.forms import fit as fit_law
from skillaudit.schema import Estimate, Request, ScorerName, Skill
from tests.experiment.simulated import carry_out, errands, everything, planned, simulate, towed
from tests.laws.test_coupling import routers
from tests.laws.test_stages import simulated

Found = Iterator[tuple[str, Estimate | None, float]]
"""Name of a number, its interval, and the truth."""
TASKS = 60
HALF, PER_SKILL = 81.0, 4
"""Of a planted library: skills at which half of what it could route is lost, and requests of each skill."""
Scores = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


def _has(trial: Trial | Errand, name: str) -> str:
    return factors(trial.condition)[name]


def _capacity(trial: Trial) -> float:
    return 0.97 / (1 + math.pow(len(trial.offered) / 80.0, 1.6))


def _line(trial: Trial) -> float:
    return 0.95 - 0.1 * math.log(len(trial.offered))


def _rivals(trial: Trial) -> float:
    return 0.95 - (0.2 if _has(trial, "kind") == "synonym" else 0.1) * int(_has(trial, "rivals"))


def _length(trial: Trial) -> float:
    return 0.7 - 0.06 * {"simple": 30, "medium": 100, "complex": 300}[_has(trial, "policy")] / 100


def _plans(trial: Trial) -> float:
    single = 0.95 - 0.0006 * len(trial.offered)
    return float(single ** (1.41 if " steps=1 " not in trial.condition else 1.0))


def _place(trial: Trial) -> float:
    place = (int(_has(trial, "step")) - 1) / (int(_has(trial, "steps")) - 1)
    return PLACES["middle" if 0.25 < place < 0.75 else "ends"]


def _by(name: str, table: Mapping[str, float]) -> Callable[[Trial], float]:
    return lambda trial: table[_has(trial, name)]


ROUTES = {"flat": 0.5, "domain": 0.6, "group": 0.7}
LEVELS = {"1": 0.3, "2": 0.45, "3": 0.6, "4": 0.7, "5": 0.85, "control": 0.7}
BANDS = {"low": 0.9, "mid": 0.8, "high": 0.6, "random": 0.8}
TEXTS = {"before": 0.6, "boundary": 0.8, "structured": 0.7}
WORDINGS = {"descriptor": 0.95, "close": 0.85, "paraphrase": 0.7, "vague": 0.3}
FORMS = {"list": 0.8, "json": 0.75, "names": 0.5, "descriptions": 0.6}
PLACES = {"middle": 0.5, "ends": 0.7}
PLANTED: dict[str, tuple[int, Callable[[Trial], float], dict[str, float]]] = {
    "h1": (150, _capacity, {"kappa": 80.0, "gamma": 1.6}),
    "f01": (150, _line, {"a": 0.95, "b": 0.1}),
    "h2": (
        TASKS,
        _rivals,
        {"no rival": 0.95, "1 by operation": -0.1, "2 by operation": -0.2, "2 by synonym": -0.4},
    ),
    "h3": (TASKS, _length, {"per 100 tokens": -0.06}),
    "h4": (TASKS, _by("route", ROUTES), {f"{name}, synonym": value for name, value in ROUTES.items()}),
    "f02": (160, _plans, {"gamma": 1.41}),
    "f03": (TASKS, _place, PLACES),
    "f04": (
        80,
        _by("level", LEVELS),
        {name if name == "control" else f"L{name}": value for name, value in LEVELS.items()},
    ),
    "f05": (TASKS, _by("band", BANDS), {name: BANDS[name] for name in ("low", "mid", "high")}),
    "f06": (TASKS, _by("text", TEXTS), TEXTS),
    "f07": (TASKS, _by("wording", WORDINGS), WORDINGS),
    "f08": (
        TASKS,
        lambda trial: FORMS[trial.form],
        {**FORMS, "hijack among 100": 0.2, "hijack among 200": 0.2},
    ),
    "f09": (
        120,
        lambda trial: 0.8 if "alone" in trial.condition else 0.6,
        {"joint": 0.36, "product": 0.64},
    ),
}
"""By experiment: tasks, the chance of each trial, and what the fits should return."""


def experiments(seed: int, only: str | None = None) -> Found:
    """What an experiment finds of a router that is right with a set chance; `only` of one where it is named."""
    for name in PLANTED if only is None else (only,):
        tasks, chance, truth = PLANTED[name]
        fits = EXPERIMENTS[name].conclude(simulate(planned(name, tasks), chance, seed)).fits
        for fit in fits:
            if fit.name in truth:
                yield f"{name} {fit.name}", fit.value, truth[fit.name]


def rescue(seed: int) -> Found:
    """F10: a right result lifts the next step from .3 to .8, a wrong one ends it."""
    carried = carry_out(errands("f10", 120), lambda errand: 0.8, seed)
    right = {(d.group, d.repeat, d.x) for d in carried if d.outcome == "right"}

    def chance(trial: Trial) -> float:
        if _has(trial, "step") == "B-after":
            return 0.8 * ((trial.group, trial.repeat, trial.x) in right)
        return 0.3 if _has(trial, "step").startswith("B") else 0.9

    truth = {"A done": 0.8, "A alone": 0.9, "gain, plain": 0.5, "B after": 0.64}
    truth["ln odds"] = math.log(0.8 / 0.2) - math.log(0.3 / 0.7)
    made = (*carried, *simulate(planned("f10", 120), chance, seed + 1000))
    for fit in EXPERIMENTS["f10"].conclude(made).fits:
        if fit.name in truth:
            yield f"f10 {fit.name}", fit.value, truth[fit.name]


def recovery(seed: int) -> Found:
    """F11: what a wrong result costs, by how closely the next step hangs on it."""

    def done(errand: Errand) -> float:
        weight = WEIGHTS[_has(errand, "dependency")]  # type: ignore[index]  # a condition holds text
        wrong = -0.5 * weight + 0.05 * (1 - weight)
        return 0.9 + {"right": 0.0, "wrong": wrong, "wrong-blind": -0.8, "none": -0.3}[_has(errand, "state")]

    truth = {"loss at k = 1": -0.5, "loss at k = 0": 0.05, "loss, tight": -0.5}
    for fit in EXPERIMENTS["f11"].conclude(everything("f11", lambda _: 0.0, done, 150, seed)).fits:
        if fit.name in truth:
            yield f"f11 {fit.name}", fit.value, truth[fit.name]


def tow(seed: int) -> Found:
    """F12: a strong neighbour takes half of a weak skill's tasks, and unlike steps do better than their product."""
    strength, right = {"easy": 0.9, "hard": 0.3}, {"weak": 0.8, "long": 0.75, "strong": 0.5}

    def done(errand: Errand) -> float:
        one, other = (strength[level] for level in errand.group.split()[1:])
        return {"A": one, "B": other, "joint": one * other + 0.5 * abs(one - other)}[_has(errand, "part")]

    truth = {f"right, {rival}": share for rival, share in right.items()}
    truth |= {f"towed, {rival}": 1 - share for rival, share in right.items()}
    truth |= {"beyond length": 0.25, "S(A)": 0.6, "S(B)": 0.6, "S(joint)": 0.51, "synergy": 0.15}
    truth |= {"synergy, small": 0.0, "synergy, large": 0.3}
    made = everything("f12", lambda trial: right[_has(trial, "rival")], done, 480, seed)
    for fit in EXPERIMENTS["f12"].conclude(towed(made)).fits:
        if fit.name in truth:
            yield f"f12 {fit.name}", fit.value, truth[fit.name]


class Chances:
    """A scorer whose right skill is beaten by each other one with a chance of its own.

    That chance is drawn from an exponential of mean 1 / `HALF` in logarithms, and a share of the requests of each
    skill is beyond reach, so that a library of n is right in `alpha / (1 + n / kappa)` whichever skills it holds.
    """

    name: ScorerName = "hybrid"

    def __init__(self, skills: int, seed: int) -> None:
        """Draw how each request of each skill is scored."""
        rng = np.random.default_rng(seed)
        self.ids = [f"s{row}" for row in range(skills)]
        reached = rng.beta(27, 3, skills).repeat(PER_SKILL) > rng.random(skills * PER_SKILL)
        gold = np.where(reached, np.exp(-rng.exponential(1 / HALF, skills * PER_SKILL)), -1.0)
        self._scores = rng.random((skills * PER_SKILL, skills))
        self._scores[np.arange(len(gold)), np.arange(skills).repeat(PER_SKILL)] = gold
        self.skills = tuple(Skill(id=name, name=name, description=name) for name in self.ids)
        self.requests = tuple(
            Request(query=str(row), gold=(self.ids[row // PER_SKILL],), source="evals")
            for row in range(len(gold))
        )

    def scores(self, queries: Sequence[str]) -> Scores:
        """(Q, N), by the number that a request consists of."""
        return self._scores[[int(query) for query in queries]].astype(np.float32)

    def similarities(self, start: int, stop: int) -> Scores:
        """(stop - start, N): nothing is alike."""
        return np.zeros((stop - start, len(self.skills)), dtype=np.float32)

    def pairs(self, rows: Rows, columns: Rows) -> Scores:
        """(E,) likewise."""
        return np.zeros(len(rows), dtype=np.float32)


def own_law(seed: int) -> Found:
    """A library's own law, from nested parts of it."""
    made = Chances(160, seed)
    law = library_law(made.skills, made.requests, made, router="local", seed=seed)
    sizes = [point.n for point in law.points]
    due = [0.9 / (1 + (size - 1) / HALF) for size in sizes]
    line = fit_law("logarithmic", sizes, due)
    assert line.a is not None and line.b is not None
    yield "own law, a", law.a, line.a
    yield "own law, b", law.b, line.b
    for at in (0, len(sizes) // 2, -1):
        yield f"own law, right among {sizes[at]}", law.points[at].accuracy, due[at]
    yield "own law, kappa", law.kappa, HALF - 1
    yield "own law, gamma", law.gamma, 1.0


def coupling(seed: int) -> Found:
    """The line between b and the rescue, of fourteen routers that are measured with noise."""
    for slope in (0.0, 15.0, -15.0):
        yield f"coupling, slope {slope:g}", couple(routers(slope, seed)).slope, slope


def taxonomy(seed: int) -> Found:
    """Kinds of error by size: a tenth lost next door at each, drift and capture growing with ln N."""
    found = simulated(seed, drift=0.2, capture=0.2)
    slope = 0.2 / 8 / math.log(2)
    for kind, truth in {"local": 0.0, "drift": slope, "capture": slope}.items():
        yield f"kinds of error, rise of {kind}", found.rise[kind], truth
    yield "kinds of error, capture at 64", found.stages[1].capture, 0.2 * 6 / 8


PARTS: dict[str, Callable[[int], Found]] = {
    part.__name__: part for part in (experiments, rescue, recovery, tow, own_law, coupling, taxonomy)
}


def table(seeds: int, only: str | None = None) -> dict[str, int]:
    """Return by number in how many seeds its interval held the truth; `only` names a part, or one of `PLANTED`."""
    held: dict[str, int] = defaultdict(int)
    parts = list(PARTS.values())
    if only is not None:
        parts = [PARTS[only] if only in PARTS else partial(experiments, only=only)]
    for seed in range(seeds):
        for part in parts:
            for name, value, truth in part(seed):
                assert value is not None and value.low is not None and value.high is not None, name
                held[name] += value.low <= truth <= value.high
    return dict(held)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--only", choices=[*PARTS, *PLANTED])
    args = parser.parse_args()
    for name, held in table(args.seeds, args.only).items():
        print(f"  {name:34s} {held:3d} of {args.seeds}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
