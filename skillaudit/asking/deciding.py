"""From a trial to a decision: one question, or two, and what their answers stand for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from skillaudit.asking.answers import Meaning, parse
from skillaudit.asking.asker import Asker
from skillaudit.asking.prompts import Prompts, Question, corpus
from skillaudit.asking.records import Decision, Entry, Outcome, StudyPlan, Trial
from skillaudit.asking.routers import LocalRouter
from skillaudit.schema import Skill


class Coming(NamedTuple):
    """A question that may be asked."""

    question: Question
    repeat: int
    calls: int = 1
    """How many it may take; later ones are taken to cost as much as the first."""


class Decider:
    """Decides the trials of one plan."""

    def __init__(self, plan: StudyPlan, asker: Asker, skills: Sequence[Skill] = ()) -> None:
        """Take the plan, what gets questions answered, and the skills that a client's listing is made of."""
        self._plan, self._asker = plan, asker
        self._prompts = Prompts(plan, skills)
        if isinstance(asker.router, LocalRouter):
            asker.router.prepare([trial.task or trial.query for trial in plan.trials], corpus(plan))

    def coming(self, trial: Trial) -> Coming:
        """Return the question that a trial begins with."""
        return Coming(self._prompts.first(trial), trial.repeat, 2 if trial.tree else 1)

    async def decide(self, trial: Trial) -> tuple[Decision, tuple[Entry, ...]]:
        """Return how a trial ends, and the texts that were on offer; raises as `Asker.ask` does."""
        question = self._prompts.first(trial)
        answer, said, key = await self._ask(question, trial.repeat)
        answers, asked = [said], [key]
        place = _position(question, self._right_targets(trial))
        if trial.tree:
            offered, entries = trial.offered, self._entries(trial)
            if answer.failure is None:
                question = self._prompts.second(trial, int(question.targets[answer.options[0]]))
                if len(question.targets) == 1 and not trial.abstain:
                    answer = Meaning((0,), None)
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
            prose=answer.prose,
            stratum=trial.stratum,
            share=trial.share,
        )
        return decision, entries

    async def _ask(self, question: Question, repeat: int) -> tuple[Meaning, str, str]:
        key = self._asker.key(question, repeat)
        said = await self._asker.ask(question, key)
        return parse(said.text, question.labels, question.none_word, said.finish), said.text, key

    def _entries(self, trial: Trial) -> tuple[Entry, ...]:
        texts = self._plan.texts[trial.variant]
        return tuple(texts[skill] for skill in trial.offered)

    def _right_targets(self, trial: Trial) -> set[str]:
        if not trial.tree:
            return set(trial.gold)
        tree = self._plan.trees[trial.tree]
        return {str(at) for at, branch in enumerate(tree) if set(branch.skills).intersection(trial.gold)}


def _position(question: Question, right: set[str]) -> int:
    return next((at for at, target in enumerate(question.targets, 1) if target in right), 0)


def _chosen(question: Question, answer: Meaning, gold: Sequence[str]) -> str | None:
    ids = [question.targets[at] for at in answer.options]
    # Skills that share a name cannot be told apart by an answer; the right one has the benefit.
    return next((skill for skill in ids if skill in gold), ids[0] if ids else None)


def _outcome(chosen: str | None, answer: Meaning, gold: Sequence[str]) -> Outcome:
    if chosen is None:
        return answer.failure or "unparsable"
    return "right" if chosen in gold else "hijack"


def _key(study: str, trial: Trial, asked: Sequence[str]) -> str:
    parts = [study, trial.condition, trial.query, *trial.gold, "", trial.group, str(trial.repeat), *asked]
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()
