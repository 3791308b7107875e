"""F06: pairs of the most alike skills, each taken for the other, before and after their texts draw a line."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from skillaudit.asking.records import Decision, Entry, StudyPlan
from skillaudit.experiment.inference import Account
from skillaudit.experiment.likeness import likeness, row_of
from skillaudit.experiment.published import in_words
from skillaudit.experiment.records import Findings
from skillaudit.experiment.synthetic import Subtype, Template, pool, write_task
from skillaudit.experiment.tasks import Scope, entries, make_plan, trial

SIZE = 48
TEXTS = ("before", "boundary", "structured")


def plan(scope: Scope) -> StudyPlan:
    """Ask for both skills of each pair among 46 random others, with three texts of the pair."""
    pairs = [closest(subtype) for subtype in pool().subtypes]
    plain = entries(pool().skills)
    texts = {"before": plain, "boundary": dict(plain), "structured": dict(plain)}
    for pair in pairs:
        for skill, rival in (pair, pair[::-1]):
            texts["boundary"][skill.id] = _boundary(skill, rival)
            texts["structured"][skill.id] = _structured(skill, rival)
    each = max(1, scope.tasks // 20)
    trials = []
    for seed in range(scope.seeds):
        rng = random.Random(f"pairs\0{seed}")
        for pair in pairs:
            inside = {skill.id for skill in pair}
            others = rng.sample([skill for skill in pool().skills if skill.id not in inside], SIZE - 2)
            for way, (skill, rival) in zip(("there", "back"), (pair, pair[::-1]), strict=True):
                for number in range(each):
                    query = write_task(skill, seed, number + seed)
                    for text in TEXTS:
                        made = trial(
                            skill,
                            query,
                            [skill, rival, *others],
                            f"text={text} way={way}",
                            seed,
                            variant=text,
                        )
                        trials.append(made)
    return make_plan("competition", trials, texts)


def conclude(decisions: Sequence[Decision]) -> Findings:
    """Rule on boundary clauses, and on whether confusion has a direction (arXiv 2605.16508, F06)."""
    sample = Account(decisions)
    found = {text: sample.accuracy(text=text) for text in TEXTS}
    partner = partners()
    taken = sample.marks([d.chosen == partner[d.gold[0]] for d in sample.decisions])
    swapped = {text: sample.mean(taken, sample.where(text=text)) for text in TEXTS}
    for text, drawn in found.items():
        sample.tell(text, drawn, f"accuracy on pairs, {_SAID[text]}")
    for text, drawn in swapped.items():
        said = f"share of tasks that the other of the pair takes, {_SAID[text]}"
        sample.tell(f"swapped, {text}", drawn, said)
    for text in TEXTS[1:]:
        sample.rule(
            f"{_NAMES[text]} keep the skills of a pair apart",
            found[text].less(found["before"]),
            f"accuracy {_SAID[text]}, less that before",
            in_words("f06", "gain of boundary rewriting"),
            expected=1,
        )
    first, later = (
        np.array([(d.repeat == 0) == early for d in sample.decisions]) & sample.where(text="before")
        for early in (True, False)
    )
    if later.any():
        # The direction is read off the first seed and measured on the others, so that noise has none.
        pairs = [(d.gold[0], partner[d.gold[0]]) for d in sample.decisions]
        way = np.array([1 if one < other else -1 for one, other in pairs])
        lean: dict[str, float] = defaultdict(float)
        for pair, hit in zip(pairs, (taken * first * way).tolist(), strict=True):
            lean[min(pair)] += hit
        signs = way * np.sign([lean[min(pair)] for pair in pairs])
        # Every pair has as many tasks each way: twice the mean is the difference of the two rates.
        sample.rule(
            "confusion in a pair goes one way",
            sample.mean(2 * taken * signs, later),
            "rate of the direction seen first, less that of the other, on other libraries",
            "pairs are asymmetric; shares of the regimes are not public",
            expected=1,
        )
    sample.line("right", found.values())
    sample.line("taken by the other", swapped.values())
    return sample.findings(
        x_label="texts of the pair", x_names=TEXTS, y_label="share of tasks", notes=(_READING,)
    )


_READING = (
    "A boundary clause names the rival. A scorer does not read the word not, so that the clause draws the rival's "
    "tasks to the wrong skill; a model may well understand it, and a cross-encoder (--router cross/MODEL)."
)
_SAID = {
    "before": "as first written",
    "boundary": "with a boundary clause",
    "structured": "with structured texts",
}
_NAMES = {"boundary": "boundary clauses", "structured": "structured texts"}


def closest(subtype: Subtype) -> tuple[Template, Template]:
    """Return the two most alike skills of a subtype."""
    rows = [row_of()[skill.id] for skill in subtype.skills]
    part = likeness()[np.ix_(rows, rows)] - np.eye(len(rows))
    first, second = np.unravel_index(int(np.round(part, 6).argmax()), part.shape)
    return subtype.skills[int(first)], subtype.skills[int(second)]


def partners() -> dict[str, str]:
    """Return the other of its pair for each skill that is in one."""
    found = {}
    for subtype in pool().subtypes:
        one, other = closest(subtype)
        found[one.id], found[other.id] = other.id, one.id
    return found


def _boundary(skill: Template, rival: Template) -> Entry:
    return Entry(
        name=skill.name,
        description=f"{skill.description} Not for what {rival.name} does better; choose {rival.name} then.",
    )


def _structured(skill: Template, rival: Template) -> Entry:
    does = skill.description.rstrip(".").lower()
    return Entry(
        name=skill.name,
        description=f"Does: {does}. Choose it when: somebody wants to {does}. Leave it for {rival.name} when: somebody "
        f"wants to {rival.description.rstrip('.').lower()}.",
    )
