"""Carry out the trials of a plan: many at once, each decided once, whatever is interrupted."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from skillaudit.errors import ModelError
from skillaudit.llm import Completion
from skillaudit.probe.answers import Answer, parse
from skillaudit.probe.asking import Asker, BudgetReachedError, GivenUpError
from skillaudit.probe.log import LEASE
from skillaudit.probe.prompts import Prompts, Question
from skillaudit.probe.records import Decision, Entry, Outcome, Plan, Trial
from skillaudit.progress import SILENT, Cancelled, Progress

IN_A_ROW = 3
"""So many questions given up with no answer in between end a run: the provider is down."""
TICK = 0.25
"""Seconds between looks at whether the run is to stop."""
GRACE = 10.0
"""Seconds that calls in flight have to come back once a stop was asked for: their answers are paid for."""


@dataclass(slots=True)
class Outcomes:
    """What came of the trials that were carried out."""

    decisions: list[Decision]
    """In the order of the trials."""
    failed: int = 0
    stopped: str = ""
    last_failure: str = ""


@dataclass(slots=True)
class _State:
    """What the workers of one run share."""

    queue: Iterator[tuple[int, Trial]]
    total: int
    found: dict[int, Decision] = field(default_factory=dict)
    failed: int = 0
    in_a_row: int = 0
    stopped: str = ""
    last_failure: str = ""
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


class Runner:
    """Carries out trials of one plan."""

    def __init__(
        self,
        plan: Plan,
        prompts: Prompts,
        asker: Asker,
        *,
        concurrency: int = 16,
        progress: Progress = SILENT,
        decided: Callable[[Decision], None] = lambda _: None,
    ) -> None:
        """Take the plan, what writes its questions, and what gets them answered; `decided` hears of each decision."""
        self._plan, self._prompts, self._asker = plan, prompts, asker
        self._concurrency, self._progress, self._decided = concurrency, progress, decided

    async def run(self, trials: Sequence[Trial]) -> Outcomes:
        """Decide the trials and log each decision.

        Stops early, with what it has, when the budget is reached, or when `progress` raises `Cancelled`: calls in
        flight then have `GRACE` seconds to come back. Raises a `ModelError` when further questions are useless;
        whatever was paid for is then in the log.
        """
        state = _State(queue=iter(enumerate(trials)), total=len(trials))
        heart = asyncio.create_task(self._beat())
        watch = asyncio.create_task(self._watch(state))
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._concurrency, max(1, len(trials)))):
                    state.tasks.append(group.create_task(self._work(state)))
        except BaseExceptionGroup as errors:
            raise _first(errors) from None
        finally:
            heart.cancel()
            watch.cancel()
            self._asker.log.flush()
        return Outcomes(
            decisions=[state.found[at] for at in sorted(state.found)],
            failed=state.failed,
            stopped=state.stopped,
            last_failure=state.last_failure,
        )

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(LEASE / 4)
            self._asker.log.beat()

    async def _watch(self, state: _State) -> None:
        """Notice a stop even while no decision comes in, as between the attempts at a provider that is down."""
        while not state.stopped:
            await asyncio.sleep(TICK)
            self._tell(state)
        if state.stopped == "cancelled":
            await asyncio.sleep(GRACE)
            for task in state.tasks:
                task.cancel()

    def _tell(self, state: _State) -> None:
        spent = self._asker.budget.spent
        try:
            self._progress.update("probe", len(state.found), state.total, f"${spent:.4f}" if spent else "")
        except Cancelled:
            state.stopped = state.stopped or "cancelled"

    async def _work(self, state: _State) -> None:
        try:
            await self._take(state)
        finally:
            self._asker.log.flush()  # nobody's next claim will write the last answer of this worker

    async def _take(self, state: _State) -> None:
        for at, trial in state.queue:
            if state.stopped:
                return
            try:
                decision, entries = await self._decide(trial)
            except BudgetReachedError:
                state.stopped = state.stopped or "budget"
                return
            except GivenUpError as error:
                state.failed += 1
                state.in_a_row += 1
                state.last_failure = str(error)
                if state.in_a_row >= IN_A_ROW:
                    raise ModelError(
                        f"{error}; answers so far are in {self._asker.log.path}, the same command goes on there"
                    ) from error
                continue
            state.in_a_row = 0
            state.found[at] = decision
            self._asker.log.record_decision(self._asker.run, decision, entries)
            self._decided(decision)
            self._tell(state)

    async def _decide(self, trial: Trial) -> tuple[Decision, tuple[Entry, ...]]:
        question = self._prompts.first(trial)
        answer, said, key = await self._ask(question, trial.repeat)
        answers, asked = [said], [key]
        place = _position(question, self._right_targets(trial))
        if trial.tree:
            offered, entries = trial.offered, self._entries(trial)
            if answer.failure is None:
                question = self._prompts.second(trial, int(question.targets[answer.options[0]]))
                if len(question.targets) == 1 and not trial.abstain:
                    answer = Answer((0,), None)
                else:
                    answer, said, key = await self._ask(question, trial.repeat)
                    answers.append(said)
                    asked.append(key)
        elif trial.form == "listing":
            offered = question.targets
            entries = tuple(
                Entry(name=label, description=text.removeprefix(label).removeprefix(": "))
                for label, text in zip(question.labels, question.texts, strict=True)
            )
        else:
            offered, entries = trial.offered, self._entries(trial)
        chosen = _chosen(question, answer, trial.gold)
        decision = Decision(
            key=_key(self._plan.study, trial, asked),
            study=self._plan.study,
            model=self._asker.router.name,
            condition=trial.condition,
            x=trial.x,
            query=trial.task or trial.query,
            gold=trial.gold,
            offered=offered,
            outcome=_outcome(chosen, answer, trial.gold),
            chosen=chosen,
            position=place,
            repeat=trial.repeat,
            group=trial.group,
            answers=tuple(answers),
            stage=len(answers),
            prose=answer.prose,
            stratum=trial.stratum,
            share=trial.share,
        )
        return decision, entries

    async def _ask(self, question: Question, repeat: int) -> tuple[Answer, str, str]:
        key = self._asker.key(question, repeat)
        said: Completion = await self._asker.ask(question, key)
        return parse(said.text, question.labels, question.none_word, said.finish), said.text, key

    def _entries(self, trial: Trial) -> tuple[Entry, ...]:
        texts = self._plan.texts[trial.variant]
        return tuple(texts[skill] for skill in trial.offered)

    def _right_targets(self, trial: Trial) -> set[str]:
        if not trial.tree:
            return set(trial.gold)
        tree = self._plan.trees[trial.tree]
        return {str(at) for at, branch in enumerate(tree) if set(branch.skills).intersection(trial.gold)}


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _position(question: Question, right: set[str]) -> int:
    return next((at for at, target in enumerate(question.targets, 1) if target in right), 0)


def _chosen(question: Question, answer: Answer, gold: Sequence[str]) -> str | None:
    ids = [question.targets[at] for at in answer.options]
    # Skills that share a name cannot be told apart by an answer; the right one has the benefit.
    return next((skill for skill in ids if skill in gold), ids[0] if ids else None)


def _outcome(chosen: str | None, answer: Answer, gold: Sequence[str]) -> Outcome:
    if chosen is None:
        return answer.failure or "unparsable"
    return "right" if chosen in gold else "hijack"


def _key(study: str, trial: Trial, asked: Sequence[str]) -> str:
    parts = [study, trial.condition, trial.query, *trial.gold, "", trial.group, str(trial.repeat), *asked]
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()
