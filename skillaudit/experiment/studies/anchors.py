"""F07: the same needs in ever vaguer words, where abstract skills lie in wait."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from skillaudit.asking.records import Decision, Entry, StudyPlan
from skillaudit.asking.samples import Floats
from skillaudit.experiment.inference import Account
from skillaudit.experiment.libraries import general_skills
from skillaudit.experiment.likeness import by_clarity, clarity, nearest_first
from skillaudit.experiment.published import in_words
from skillaudit.experiment.records import Findings
from skillaudit.experiment.synthetic import Template, pool, vague_task, write_task
from skillaudit.experiment.tasks import Scope, entries, make_plan, trial

SIZE = 100
NEAREST = 20
WORDINGS = ("descriptor", "close", "paraphrase", "vague")
_GENERAL = "general/"


def plan(scope: Scope) -> StudyPlan:
    """Ask for skills of every clarity in four wordings, among their neighbours, abstract skills and others."""
    trials = []
    for seed in range(scope.seeds):
        for number, skill in enumerate(by_clarity(scope.tasks, seed)):
            offered = crowd(skill, SIZE, NEAREST, f"anchors\0{seed}\0{number}")
            for at, wording in enumerate(WORDINGS):
                query = _query(skill, wording, seed, number)
                trials.append(
                    trial(
                        skill, query, offered, f"wording={wording}", seed, order=("anchors", query, seed), x=float(at)
                    )
                )  # fmt: skip
    return make_plan("anchors", trials, {"": with_general()})


def crowd(skill: Template, size: int, nearest: int, seed: str) -> list[str]:
    """Return a skill, those most alike, the abstract ones, and random others, `size` ids in all."""
    near = nearest_first(skill)
    made = [skill.id, *(other.id for other in near[:nearest]), *general_skills()]
    rest = [other.id for other in near[nearest:]]
    random.Random(seed).shuffle(rest)
    return [*made, *rest][:size]


def with_general() -> dict[str, Entry]:
    """Return the pool and the abstract skills as prompts show them."""
    return {**entries(pool().skills), **general_skills()}


def _query(skill: Template, wording: str, seed: int, number: int) -> str:
    if wording == "descriptor":
        return skill.description
    if wording == "vague":
        return vague_task(skill, seed, number)
    return write_task(skill, seed, number, wording=0 if wording == "close" else 1)


def conclude(decisions: Sequence[Decision]) -> Findings:
    """Rule on what abstract skills take with and without anchors, and on clarity (arXiv 2605.16508, F07)."""
    sample = Account(decisions)
    general = sample.marks([(d.chosen or "").startswith(_GENERAL) for d in sample.decisions])
    wrong = np.array([d.outcome == "hijack" and d.chosen not in d.gold for d in sample.decisions], dtype=bool)
    right = {wording: sample.accuracy(wording=wording) for wording in WORDINGS}
    took = {wording: sample.mean(general * wrong, sample.where(wording=wording)) for wording in WORDINGS}
    for wording in WORDINGS:
        sample.tell(wording, right[wording], f"accuracy, {_SAID[wording]}")
    for wording in WORDINGS:
        said = f"share that abstract skills take, {_SAID[wording]}"
        sample.tell(f"taken, {wording}", took[wording], said)
    share: Floats = np.array(
        [
            sum(s.startswith(_GENERAL) for s in d.offered) / max(1, len(d.offered) - 1)
            for d in sample.decisions
        ]
    )
    lost = wrong & sample.where(wording="vague")
    fair = share[lost]
    clear = np.array([clarity()[d.gold[0]] for d in sample.decisions])
    sample.rule(
        "abstract skills take more once a request has lost its anchors",
        took["vague"].less(took["paraphrase"]),
        "share that abstract skills take of vague requests, less that of anchored ones",
        in_words("f07", "taken by abstract skills, ambiguous", "taken by abstract skills, anchored"),
        expected=1,
    )
    sample.rule(
        "wrong choices of vague requests gather on abstract skills",
        sample.mean(general - share, lost),
        "share of abstract skills among wrong choices, less their share of the list",
        "capture by black holes is named as the last stage of failure; no cut-off is public",
        expected=1,
        least=float(np.sqrt((fair * (1 - fair)).sum()) / max(1, len(fair))),
    )
    sample.rule(
        "a skill that stands apart from its neighbours is found more often",
        sample.correlation(sample.right, clear, sample.where(wording=("close", "paraphrase"))),
        "rank correlation of right choices with clarity, 1 less the mean likeness of the ten nearest",
        "computed in the code; the values are not public",
        expected=1,
    )
    sample.line("right", right.values())
    sample.line("taken by abstract skills", took.values())
    return sample.findings(
        x_label="wording of the request", x_names=WORDINGS, y_label="share of requests", notes=(_READING,)
    )


_READING = (
    "A vague request says of which kind the need is and no more: the skill that it came from counts as right, though "
    "nobody could know. The abstract skills are made, one for each domain; the paper's library has its own."
)
_SAID = {
    "descriptor": "asked in the words of the descriptor",
    "close": "in words close to it",
    "paraphrase": "in other words",
    "vague": "without what makes the request concrete",
}
