"""Steps that a model carries out, each with its one right result, and the marks that it gets for them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from skillaudit.errors import ModelError
from skillaudit.probe.asking import Asker, BudgetReachedError, GivenUpError
from skillaudit.probe.prompts import Question
from skillaudit.probe.records import Decision, Outcome, Plan, StudyName, Trial
from skillaudit.progress import SILENT, Progress
from skillaudit.schema import Record

IN_A_ROW = 3
"""So many errands given up with no answer in between end a run: the provider is down."""
_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
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
    numbers = _NUMBER.findall(_THOUGHT.sub(" ", said))
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


@dataclass(slots=True)
class Carried:
    """What came of the errands."""

    decisions: list[Decision] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    """Answers by the errand's key."""
    failed: int = 0
    stopped: str = ""
    in_a_row: int = 0


async def carry_out(
    errands: Sequence[Errand],
    study: StudyName,
    asker: Asker,
    *,
    concurrency: int = 16,
    progress: Progress = SILENT,
) -> Carried:
    """Have the errands done; answers that the log knows are not asked again.

    Ends early when the budget is reached. Raises a `ModelError` when further questions are useless.
    """
    found: dict[int, Decision] = {}
    state = Carried()

    async def work(queue: Iterator[tuple[int, Errand]]) -> None:
        try:
            await take(queue)
        finally:
            asker.log.flush()  # nobody's next claim will write the last answer of this worker

    async def take(queue: Iterator[tuple[int, Errand]]) -> None:
        for at, errand in queue:
            if state.stopped:
                return
            try:
                answer = await asker.ask(errand.question, asker.key(errand.question, errand.repeat))
            except BudgetReachedError:
                state.stopped = "budget"
                return
            except GivenUpError as error:
                state.failed += 1
                state.in_a_row += 1
                if state.in_a_row >= IN_A_ROW:
                    raise ModelError(
                        f"{error}; answers so far are in {asker.log.path}, the same command goes on there"
                    ) from error
                continue
            state.in_a_row = 0
            state.said[errand.key] = answer.text
            found[at] = decided(errand, mark(errand, answer.text), asker.router.name, study, answer.text)
            asker.log.record_decision(asker.run, found[at], ())
            progress.update("probe", len(found), len(errands), "")

    queue = iter(enumerate(errands))
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(concurrency, max(1, len(errands)))):
                group.create_task(work(queue))
    except BaseExceptionGroup as errors:
        error: BaseException = errors
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None
    state.decisions = [found[at] for at in sorted(found)]
    return state


def quoted(plan: Plan, said: Mapping[str, str]) -> Plan:
    """Return a plan whose tasks quote what came of its errands; trials of an errand without an answer are left out."""
    kept: list[Trial] = []
    for trial in plan.trials:
        before, mark_, rest = trial.task.partition("{{")
        if not mark_:
            kept.append(trial)
            continue
        key, _, after = rest.partition("}}")
        if key in said:
            result = " ".join(_THOUGHT.sub(" ", said[key]).split())[:_SHOWN]
            kept.append(msgspec.structs.replace(trial, task=f"{before}{result}{after}"))
    return msgspec.structs.replace(plan, trials=tuple(kept))
