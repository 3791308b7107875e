"""Routers whose laws are set: they show that a study finds what is there, and nothing where nothing is."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

from skillaudit.asking.prompts import Question
from skillaudit.asking.records import StudyPlan
from skillaudit.errors import UsageError
from skillaudit.experiment.errands import Errand
from skillaudit.llm import Completion, Price

PREFIX = "simulated/"
START = 0.98
"""Accuracy with one skill on offer."""
DONE = 0.9
"""Share of the steps that it carries out right."""


def is_simulated(name: str) -> bool:
    """Whether a router's name means a simulated one."""
    return name.startswith(PREFIX)


class SimulatedRouter:
    """Chooses right with the chance `.98 - b ln N`; a result of the step before multiplies its odds by `rescue`.

    Its name says both, as in `simulated/b=0.05,rescue=4`; with `seed=1` and so on it is another of the same kind.
    """

    def __init__(self, name: str) -> None:
        """Take the name; raises `UsageError` for one that says something else."""
        self.name = name
        self._set = {"b": 0.05, "rescue": 4.0, "seed": 0.0}
        for part in filter(None, name.removeprefix(PREFIX).split(",")):
            key, _, text = part.partition("=")
            try:
                value = float(text)
            except ValueError:
                value = math.nan
            if key not in self._set or not 0 <= value <= 1000:
                raise UsageError(
                    f"no simulated router is called {name!r}; write {PREFIX}b=0.05,rescue=4, with seed=1 for another"
                )
            self._set[key] = value
        self._right: dict[str, str] = {}
        self._quoting: dict[str, str] = {}
        self._results: dict[str, int] = {}

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What it is set to."""
        return dict(self._set)

    @property
    def price(self) -> Price:
        """Nothing."""
        return Price(prompt=0.0, completion=0.0)

    def know(self, plan: StudyPlan, errands: Sequence[Errand] = ()) -> None:
        """Take what will be asked, with what is right."""
        for trial in plan.trials:
            text = trial.task or trial.query
            start, quotes, _ = text.partition("{{")
            (self._quoting if quotes else self._right)[start] = trial.gold[0]
        self._results = {errand.prompt: errand.answer for errand in errands}

    async def answer(self, question: Question) -> Completion:
        """Answer, right or wrong by chance, the same to the same question."""
        draw = self._draw(question)
        if question.query in self._results:
            result = self._results[question.query]
            return Completion(text=str(result if draw < DONE else result + 1))
        right, told = self._gold(question.query)
        chance = min(1.0, max(0.0, START - self._set["b"] * math.log(max(1, len(question.targets)))))
        if told:
            odds = self._set["rescue"] * chance
            chance = odds / max(1e-12, odds + 1 - chance)
        labels = dict(zip(question.targets, question.labels, strict=True))
        wrong = [label for target, label in labels.items() if target != right]
        if right in labels and (draw < chance or not wrong):
            return Completion(text=labels[right])
        return Completion(text=wrong[int(draw * 1e9) % len(wrong)])

    def _gold(self, query: str) -> tuple[str, bool]:
        """The right skill, and whether the task quotes what came of the step before."""
        if query in self._right:
            return self._right[query], False
        return next(gold for start, gold in self._quoting.items() if query.startswith(start)), True

    def _draw(self, question: Question) -> float:
        text = "\0".join([self.name, question.query, *question.targets])
        digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2**64
