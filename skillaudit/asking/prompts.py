"""The exact questions: the papers' prompts, their four protocols, and a client's own listing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from skillaudit.asking.orders import shuffled
from skillaudit.asking.records import Branch, Entry, StudyPlan, Trial
from skillaudit.clients import listing, profile
from skillaudit.schema import Skill

NONE_WORD = "NONE"


@dataclass(frozen=True, slots=True)
class Question:
    """One call to a model, with what its answer may be."""

    messages: tuple[dict[str, str], ...]
    query: str
    labels: tuple[str, ...]
    """What the model may answer, in the order shown."""
    targets: tuple[str, ...]
    """Skill id, or position of the branch, behind each label."""
    texts: tuple[str, ...]
    """Descriptors as shown, for routers that are no language model."""
    variant: str
    none_word: str
    """What stands for no skill; empty where the prompt does not offer it."""


class Prompts:
    """Writes the questions of one plan."""

    def __init__(self, plan: StudyPlan, skills: Sequence[Skill]) -> None:
        """Take the plan, and the skills that a client's listing is made of."""
        self._plan = plan
        self._skills = {skill.id: skill for skill in skills}
        self._listed: dict[tuple[str, ...], _Listed] = {}
        self._texts: dict[tuple[str, str], dict[str, str]] = {}

    def first(self, trial: Trial) -> Question:
        """Return the question that a trial begins with."""
        if trial.tree:
            return self._categories(trial)
        if trial.form == "listing":
            return self._listing(trial)
        return self._flat(trial, trial.offered, "")

    def second(self, trial: Trial, branch: int) -> Question:
        """Return the question among the skills of the chosen branch."""
        chosen = self._plan.trees[trial.tree][branch]
        inside = set(chosen.skills)
        return self._flat(trial, [skill for skill in trial.offered if skill in inside], chosen.label)

    def branches(self, trial: Trial) -> list[int]:
        """Return the branches that lead to a skill on offer, in the order shown."""
        offered = set(trial.offered)
        tree = self._plan.trees[trial.tree]
        alive = [str(at) for at, branch in enumerate(tree) if offered.intersection(branch.skills)]
        return [int(at) for at in shuffled(alive, trial.query, trial.repeat)]

    def _categories(self, trial: Trial) -> Question:
        tree = self._plan.trees[trial.tree]
        shown = self.branches(trial)
        none_word = _none_word([tree[at].label for at in shown]) if trial.abstain else ""
        lines = "\n".join(f"- {tree[at].label}: {tree[at].description}" for at in shown)
        prompt = (
            f"Select the most appropriate skill category for this task.\n\nTask: {trial.task or trial.query}\n\n"
            f"Available Categories:\n{lines}\n\nRespond with ONLY the category name." + _abstain(none_word)
        )
        return Question(
            messages=_user(prompt),
            query=trial.task or trial.query,
            labels=tuple(tree[at].label for at in shown),
            targets=tuple(str(at) for at in shown),
            texts=tuple(branch_text(tree[at]) for at in shown),
            variant=trial.tree,
            none_word=none_word,
        )

    def _flat(self, trial: Trial, ids: Sequence[str], category: str) -> Question:
        entries = self._plan.texts[trial.variant]
        read = self._texts.get((trial.variant, trial.form))
        if read is None:
            read = {skill: _text_of(entry, trial.form) for skill, entry in entries.items()}
            self._texts[trial.variant, trial.form] = read
        labels = _labels(len(ids))
        texts = tuple([read[skill] for skill in ids])
        if trial.form == "json":
            lines = _json_lines(labels, [entries[skill] for skill in ids])
        else:
            lines = "\n".join([f"- {label}: {text}" for label, text in zip(labels, texts, strict=True)])
        none_word = NONE_WORD if trial.abstain else ""
        return Question(
            messages=_user(_prompt(trial, lines, category, none_word)),
            query=trial.task or trial.query,
            labels=labels,
            targets=tuple(ids),
            texts=texts,
            variant=f"{trial.variant}\0{trial.form}",
            none_word=none_word,
        )

    def _listing(self, trial: Trial) -> Question:
        listed = self._listed.get(trial.offered)
        if listed is None:
            if len(self._listed) > 64:  # sub-libraries rarely come back
                self._listed.clear()
            listed = self._listed[trial.offered] = self._list(trial.offered)
        system = (
            "You are an agent that can use skills. These are the skills that you have:\n\n"
            f"{listed.text}\n\n"
            "Decide which one skill to use for the user's request. Respond with ONLY its name as listed, or "
            f"{listed.none_word} when no skill fits. Do not include any explanation."
        )
        return Question(
            messages=(
                {"role": "system", "content": system},
                {"role": "user", "content": trial.task or trial.query},
            ),
            query=trial.task or trial.query,
            labels=listed.labels,
            targets=listed.ids,
            texts=listed.texts,
            variant="listing",
            none_word=listed.none_word,
        )

    def _list(self, ids: Sequence[str]) -> _Listed:
        skills = [self._skills[skill] for skill in ids]
        made = listing(skills, self._plan.client, context=self._plan.context, order=self._plan.order)
        shown = [entry for entry in made.entries if entry.state != "invisible"]
        handles = {entry.id: entry.name or entry.text.partition(": ")[0] for entry in shown}
        order = profile(self._plan.client).order
        if order != "declared":
            fold = str.casefold if order == "collated" else str
            shown.sort(key=lambda entry: fold(handles[entry.id]))
        labels = tuple(handles[entry.id] for entry in shown)
        return _Listed(
            text=made.text,
            labels=labels,
            ids=tuple(entry.id for entry in shown),
            texts=tuple(entry.text for entry in shown),
            none_word=_none_word(labels),
        )


@dataclass(frozen=True, slots=True)
class _Listed:
    """A client's listing of one set of skills."""

    text: str
    labels: tuple[str, ...]
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    none_word: str


def branch_text(branch: Branch) -> str:
    """Return a category's descriptor."""
    return f"{branch.label}: {branch.description}"


def corpus(plan: StudyPlan) -> dict[str, tuple[str, ...]]:
    """Return every text that the plan's flat and two-stage questions can show, by `Question.variant`."""
    found: dict[str, dict[str, None]] = {}
    for form, variant in {(trial.form, trial.variant) for trial in plan.trials if trial.form != "listing"}:
        pool = found.setdefault(f"{variant}\0{form}", {})
        for entry in plan.texts[variant].values():
            pool.setdefault(_text_of(entry, form))
    for name, tree in plan.trees.items():
        found[name] = dict.fromkeys(branch_text(branch) for branch in tree)
    return {variant: tuple(texts) for variant, texts in sorted(found.items())}


@cache
def _labels(count: int) -> tuple[str, ...]:
    width = max(3, len(str(count)))
    return tuple(f"skill_{number:0{width}d}" for number in range(1, count + 1))


def _json_lines(labels: Sequence[str], shown: Sequence[Entry]) -> str:
    rows = [
        {"id": label, "name": entry.name, "description": entry.description}
        for label, entry in zip(labels, shown, strict=True)
    ]
    return json.dumps(rows, ensure_ascii=False, indent=0)


def _text_of(entry: Entry, form: str) -> str:
    if form == "names":
        return entry.name
    return entry.description or entry.name if form == "descriptions" else entry.text


def _prompt(trial: Trial, lines: str, category: str, none_word: str) -> str:
    """The flat prompt of arXiv 2601.04748, appendix C.5, and its variants."""
    opening = f"Select the most appropriate skill for {'this' if category else 'the given'} task."
    heading = f'Available Skills in "{category}" category:' if category else "Available Skills:"
    answer = "Respond with ONLY the skill ID."
    if trial.form == "json":
        answer = 'Respond with ONLY a JSON object such as {"id": "skill_001"}.'
    elif not category:
        answer = "Respond with ONLY the skill ID (e.g., skill_001). Do not include any explanation."
    return f"{opening}\n\nTask: {trial.task or trial.query}\n\n{heading}\n{lines}\n\n{answer}{_abstain(none_word)}"


def _abstain(none_word: str) -> str:
    return f" If none of them fits the task, respond with {none_word}." if none_word else ""


def _none_word(labels: Sequence[str]) -> str:
    taken = {label.casefold() for label in labels}
    return next(
        word for word in (NONE_WORD, "NO_SKILL", "NO_SKILL_FITS", "-") if word.casefold() not in taken
    )


def _user(prompt: str) -> tuple[dict[str, str], ...]:
    return ({"role": "user", "content": prompt},)


def entries_of(skills: Sequence[Skill]) -> Mapping[str, Entry]:
    """Return every skill as its library describes it."""
    return {skill.id: Entry(name=skill.name, description=skill.description) for skill in skills}
