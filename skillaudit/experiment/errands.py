"""Steps that a model carries out, each with its one right result, and the marks that it gets for them."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from skillaudit.asking.answers import without_thoughts
from skillaudit.asking.asker import Asker
from skillaudit.asking.deciding import Coming
from skillaudit.asking.defaults import StudyName
from skillaudit.asking.prompts import Question
from skillaudit.asking.records import Decision, Entry, Outcome, StudyPlan, Trial
from skillaudit.schema import Record

_NUMBER = re.compile(r"-?\d+(?:,\d{3})*(?:\.\d+)?")
_SHOWN = 300
"""Characters of a result that a later question quotes."""


class Errand(Record):
    """One step to carry out."""

    key: str
    """Its name in the experiment; a trial's task quotes what came of it as `{{key}}`."""
    condition: str
    prompt: str
    answer: int
    """The right result."""
    group: str
    repeat: int
    x: float = 0.0

    @property
    def question(self) -> Question:
        """What the model is asked."""
        return Question(
            messages=({"role": "user", "content": self.prompt},),
            query=self.prompt,
            labels=(),
            targets=(),
            texts=(),
            variant="",
            none_word="",
        )


def mark(errand: Errand, said: str) -> Outcome:
    """Return `right` where the last number of an answer is the result, `invalid` for another, else `unparsable`."""
    numbers = _NUMBER.findall(without_thoughts(said))
    if not numbers:
        return "unparsable"
    return "right" if float(numbers[-1].replace(",", "")) == errand.answer else "invalid"


def decided(errand: Errand, outcome: Outcome, model: str, study: StudyName, said: str = "") -> Decision:
    """Return an errand as a decision: nothing was on offer, and its right result stands for the right skill."""
    return Decision(
        key=f"{errand.key}\0{errand.repeat}",
        study=study,
        model=model,
        condition=errand.condition,
        x=errand.x,
        query=errand.prompt,
        gold=(str(errand.answer),),
        offered=(),
        outcome=outcome,
        chosen=None,
        position=0,
        repeat=errand.repeat,
        group=errand.group,
        answers=(said,),
    )


def coming(errand: Errand) -> Coming:
    """Return the question that an errand is."""
    return Coming(errand.question, errand.repeat)


async def carry_out(errand: Errand, study: StudyName, asker: Asker) -> tuple[Decision, tuple[Entry, ...]]:
    """Have an errand done; raises as `Asker.ask` does."""
    answer = await asker.ask(errand.question, asker.key(errand.question, errand.repeat))
    return decided(errand, mark(errand, answer.text), asker.router.name, study, answer.text), ()


def key_of(done: Decision) -> str:
    """Return the name of the errand that a decision came of."""
    return done.key.partition("\0")[0]


def quoted(plan: StudyPlan, said: Mapping[str, str]) -> StudyPlan:
    """Return a plan whose tasks quote what came of its errands; trials of an errand without an answer are left out."""
    kept: list[Trial] = []
    for trial in plan.trials:
        before, mark_, rest = trial.task.partition("{{")
        if not mark_:
            kept.append(trial)
            continue
        key, _, after = rest.partition("}}")
        if key in said:
            result = " ".join(without_thoughts(said[key]).split())[:_SHOWN]
            kept.append(msgspec.structs.replace(trial, task=f"{before}{result}{after}"))
    return msgspec.structs.replace(plan, trials=tuple(kept))
