"""One rule a study, with the parameters that the study has to find."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from skillaudit.asking.defaults import StudyName
from skillaudit.asking.log import ProbeLog
from skillaudit.asking.records import Decision
from skillaudit.probe.ground import Ground
from skillaudit.probe.probing import probe
from skillaudit.probe.records import StudyResult
from skillaudit.probe.studies import STUDIES
from skillaudit.probe.studies.anchors import abstract_skills
from skillaudit.schema import Estimate
from tests.probe.libraries import is_right, make_ground
from tests.probe.rule import Asked, Chances, Law, Rule, RuleRouter


@dataclass(frozen=True)
class Case:
    """A study of a library whose router follows a known rule."""

    study: StudyName
    ground: Ground
    law: Law
    truth: dict[str, float]
    right: Callable[[Asked, str, str], bool] = is_right

    def run(self, folder: Path, seed: int = 0) -> tuple[StudyResult, tuple[Decision, ...]]:
        """Run the study once; the seed decides the answers."""
        router = RuleRouter(Rule(self.right, self.law, seed))
        with ProbeLog(folder / f"{self.study}-{seed}.sqlite") as log:
            found, decisions = asyncio.run(probe(self.ground, self.study, router, log))
        return found.result, decisions

    def recovered(self, folder: Path, seeds: Iterable[int]) -> dict[str, int]:
        """Count over several seeds how often each parameter lies in its interval."""
        counts = dict.fromkeys(self.truth, 0)
        for seed in seeds:
            result, _ = self.run(folder, seed)
            found = fits(result)
            for arm in result.arms:
                rates = arm.rates
                for name, rate in (
                    ("accuracy", rates.accuracy), ("hijack", rates.hijack), ("no skill", rates.no_skill),
                    ("invalid", rates.invalid), ("refusal", rates.refusal), ("false trigger", rates.false_trigger),
                ):  # fmt: skip
                    found[f"{name} {arm.condition}"] = rate
            for name, value in self.truth.items():
                counts[name] += holds(found[name], value)
        return counts


def holds(estimate: Estimate, value: float) -> bool:
    """Whether an interval holds a value."""
    assert estimate.low is not None and estimate.high is not None
    return estimate.low - 1e-9 <= value <= estimate.high + 1e-9


def fits(result: StudyResult) -> dict[str, Estimate]:
    """Return the fits by name."""
    return {fit.name: fit.value for fit in result.fits}


def constant(right: float, **more: float) -> Law:
    """A rule that is right with one chance."""
    return lambda asked, has: Chances(right, **more) if has else Chances(0.0, none=0.7)  # type: ignore[arg-type]  # any


def rivals_of(asked: Asked) -> tuple[int, int]:
    """How many options share the noun of the right skill, and how many there are."""
    noun = named_in(asked).partition("-")[0]
    return sum(text.startswith(f"{noun}-") for _, text in asked.options) - 1, asked.size


def named_in(asked: Asked) -> str:
    """The skill that a task names."""
    return asked.task.partition("[")[2].partition("]")[0]


def accuracy() -> Case:
    """Fixed chances of every outcome."""
    truth = {
        "accuracy all": 0.7, "hijack all": 0.14, "no skill all": 0.16, "invalid all": 0.05, "refusal all": 0.03,
        "false trigger all": 0.3, "position": 0.0,
    }  # fmt: skip
    law = constant(0.7, none=0.08, invalid=0.05, refusal=0.03)
    return Case("accuracy", make_ground(40, 5, idle=60), law, truth)


def place() -> Case:
    """The first third of the list is right more often."""

    def law(asked: Asked, has: bool) -> Chances:
        name = named_in(asked)
        at = next((at for at, (_, text) in enumerate(asked.options) if text.startswith(f"{name}:")), 0)
        return Chances(0.9 if at < asked.size / 3 else 0.6)

    return Case("accuracy", make_ground(40, 10), law, {"position": -0.3})


def line() -> Case:
    """Accuracy falls with ln N."""
    a, b = 1.02, 0.09
    return Case(
        "decay", make_ground(110, 1, limit=60), lambda asked, has: Chances(a - b * math.log(asked.size)),
        {"a": a, "b": b},
    )  # fmt: skip


def capacity() -> Case:
    """Accuracy falls beyond a capacity."""
    kappa, gamma = 60.0, 1.7
    return Case(
        "decay", make_ground(110, 1, limit=60),
        lambda asked, has: Chances(0.97 / (1 + (asked.size / kappa) ** gamma)), {"kappa": kappa, "gamma": gamma},
    )  # fmt: skip


def competition() -> Case:
    """Every rival costs the same."""
    truth = {"per rival": -0.15, "one rival": -0.15, "two rivals": -0.30, "accuracy rivals=0": 0.95}
    return Case(
        "competition", make_ground(150, 1, limit=60),
        lambda asked, has: Chances(max(0.3, 0.95 - 0.15 * rivals_of(asked)[0])), truth,
    )  # fmt: skip


def policy(slope: float = -0.08) -> Case:
    """Every hundred tokens of instructions change accuracy by `slope`."""

    def law(asked: Asked, has: bool) -> Chances:
        shown = asked.prompt.count("Step ") / asked.size  # lines of the body that fit in
        tokens = min((0, 30, 100, 300), key=lambda t: abs(t * 4 / 50 - shown))
        return Chances(0.85 + slope * tokens / 100)

    truth = {"per 100 tokens": slope, "longest": 3 * slope, "accuracy policy=0": 0.85}
    return Case("policy", make_ground(40, 2, limit=60), law, truth)


def hierarchy() -> Case:
    """Categories, and skills inside one, are easier than the whole list."""

    def law(asked: Asked, has: bool) -> Chances:
        return Chances(0.95 if asked.kind == "category" else 0.9 if asked.in_category else 0.6)

    def right(asked: Asked, label: str, text: str) -> bool:
        return named_in(asked) in members[label] if asked.kind == "category" else is_right(asked, label, text)

    ground = make_ground(60, 2, limit=120)
    trees = STUDIES["hierarchy"].plan(ground).trees.values()
    members = {branch.label: set(branch.skills) for tree in trees for branch in tree}
    both = 0.95 * 0.9
    truth = {f"{tree} {what}": value for tree in ("folder", "confusable")
             for what, value in (("gain", both - 0.6), ("accuracy", both))}  # fmt: skip
    return Case("hierarchy", ground, law, truth, right)


def anchors() -> Case:
    """Vague requests go to one abstract skill more often."""
    ground = make_ground(60, 2, limit=100)
    taker = abstract_skills(ground)[0] + ":"
    vague, concrete = 0.3, 0.05

    def law(asked: Asked, has: bool) -> Chances:
        return Chances(1 - (concrete if "[" in asked.task else vague), taker=taker)

    def right(asked: Asked, label: str, text: str) -> bool:
        if "[" in asked.task:
            return is_right(asked, label, text)
        return text.startswith(f"{named[asked.task, frozenset(t for _, t in asked.options)]}:")

    entries = ground.entries
    named = {
        (trial.task, frozenset(entries[skill].text for skill in trial.offered)): trial.gold[0]
        for trial in STUDIES["anchors"].plan(ground).trials
        if trial.task
    }
    truth = {
        "taken, vague": vague, "taken, concrete": concrete, "black-hole effect": vague - concrete,
        "accuracy": concrete - vague,
    }  # fmt: skip
    return Case("anchors", ground, law, truth, right)


def protocol() -> Case:
    """Every form of the prompt has a level of its own."""
    levels = {"list": 0.9, "json": 0.8, "names": 0.5, "descriptions": 0.75}

    def form(asked: Asked) -> str:
        if '"id"' in asked.prompt:
            return "json"
        text = asked.options[0][1]
        if ":" in text:
            return "list"
        return "descriptions" if text.endswith(".") else "names"

    def right(asked: Asked, label: str, text: str) -> bool:
        name = named_in(asked)
        return text in {name, entries[name].text, entries[name].description}

    ground = make_ground(60, 2, limit=100)
    entries = ground.entries
    truth = {name: level - levels["list"] for name, level in levels.items() if name != "list"}
    return Case("protocol", ground, lambda asked, has: Chances(levels[form(asked)]), truth, right)


def rescue() -> Case:
    """Steps that are planned, alone, and asked after the first one's result."""
    # A request stands for A in one pair and for B in another: alone, both have one chance.
    chances = {"alone": 0.7, "A planned": 0.8, "B planned": 0.5, "B after A": 0.9}

    def kind(task: str) -> str:
        if task.startswith("Step 1 ("):
            return "B after A"
        if task.startswith("Step 1:"):
            return "A planned" if "step 1 only" in task else "B planned"
        return "alone"

    def right(asked: Asked, label: str, text: str) -> bool:
        names = [part.partition("]")[0] for part in asked.task.split("[")[1:]]
        wanted = {"A planned": names[0], "B planned": names[-1], "B after A": names[-1], "alone": names[0]}
        return text.startswith(f"{wanted[kind(asked.task)]}:")

    truth = {
        "P(A)": 0.7, "P(B)": 0.7, "joint": 0.8 * 0.5, "joint - P(A) P(B)": 0.4 - 0.49, "gain": 0.4, "rescued": 0.8,
        "potential": 0.3 * 0.7,
    }  # fmt: skip
    return Case(
        "rescue",
        make_ground(60, 1, limit=60),
        lambda asked, has: Chances(chances[kind(asked.task)]),
        truth,
        right,
    )


@cache
def case(name: str) -> Case:
    """Return a case by its name; grounds take a while to make."""
    return CASES[name]()


CASES: dict[str, Callable[[], Case]] = {
    "accuracy": accuracy, "place": place, "line": line, "capacity": capacity, "competition": competition,
    "policy": policy, "hierarchy": hierarchy, "anchors": anchors, "protocol": protocol, "rescue": rescue,
}  # fmt: skip
