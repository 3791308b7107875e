"""H2: base skills alone, and with one or two rivals each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skillaudit.asking.records import Decision, StudyPlan
from skillaudit.asking.samples import Drawn, mean_of
from skillaudit.experiment.inference import Account
from skillaudit.experiment.libraries import RivalKind, groups
from skillaudit.experiment.published import in_words
from skillaudit.experiment.records import Findings
from skillaudit.experiment.tasks import Scope, entries, make_plan, trial, turns

BASES = (5, 10, 15, 20)
KINDS: tuple[RivalKind, ...] = ("operation", "synonym")
SAME_SIZE = (((10, 0), (5, 1)), ((20, 0), (10, 1)), ((15, 0), (5, 2)))
"""(bases, rivals) without and with rivals, as many skills in all."""


def plan(scope: Scope) -> StudyPlan:
    """Ask for the base skills, with 0, 1 or 2 rivals each, of both kinds."""
    trials, texts = [], {}
    for seed in range(scope.seeds):
        for bases in BASES:
            for rivals, kind in ((0, None), *((k, kind) for kind in KINDS for k in (1, 2))):
                made = groups(bases, rivals, kind or "operation", seed)
                offered = [skill for group in made for skill in group.skills]
                condition = f"bases={bases} rivals={rivals} kind={kind or 'none'}"
                texts[f"{condition} seed={seed}"] = entries(offered)
                trials += [
                    trial(
                        skill,
                        query,
                        offered,
                        condition,
                        seed,
                        x=float(len(offered)),
                        variant=f"{condition} seed={seed}",
                    )
                    for skill, query in turns([group.base for group in made], scope.tasks, seed)
                ]
    return make_plan("competition", trials, texts)


def conclude(decisions: Sequence[Decision]) -> Findings:
    """Rule on rivals at one size of the library (arXiv 2601.04748, section 5.3)."""
    sample = Account(decisions)

    def at(bases: int | tuple[int, ...], rivals: int, kind: str) -> Drawn:
        return sample.accuracy(bases=bases, rivals=rivals, kind=kind if rivals else "none")

    none = {bases: at(bases, 0, "none") for bases in BASES}
    sample.tell("no rival", mean_of(list(none.values())), "accuracy of base skills alone, over all sizes")
    sample.line("no rival", none)
    for kind in KINDS:
        for rivals in (1, 2):
            found = {bases: at(bases, rivals, kind) for bases in BASES}
            drop = mean_of([found[bases].less(none[bases]) for bases in BASES])
            said = f"change of accuracy with {rivals} more skills for each base, rivals by {kind}"
            sample.tell(f"{rivals} by {kind}", drop, said)
            sample.line(f"{rivals} by {kind}", found)
        what = "do something else" if kind == "operation" else "say the same in other words"
        sample.rule(
            f"rivals that {what} cost accuracy at the same number of skills",
            mean_of([_same_size(sample, here, there, kind) for here, there in SAME_SIZE]),
            "change of accuracy when unlike skills are replaced by rivals, at 10, 15 and 20 skills in all",
            in_words("h2", "change at 20 skills in all, 1 rival", "change with 2 rivals"),
            expected=-1,
        )
    notes = (
        "Rivals by operation are those of the paper's section 5.3: alike in words, right for other tasks. Synonyms are "
        "those of its table 6: nothing in a task tells them from the base, so that a router without knowledge of "
        "which one is meant is right in 1 of 2 or 3.",
    )
    return sample.findings(x_label="base skills", notes=notes)


def _same_size(sample: Account, here: tuple[int, int], there: tuple[int, int], kind: str) -> Drawn:
    """Accuracy with rivals less that without, on the base skills that both libraries have."""
    with_rivals = sample.where(bases=there[0], rivals=there[1], kind=kind)
    both = {(d.repeat, d.group) for d, inside in zip(sample.decisions, with_rivals, strict=True) if inside}
    shared = np.array([(d.repeat, d.group) in both for d in sample.decisions], dtype=bool)
    without = sample.where(bases=here[0], rivals=here[1]) & shared
    return sample.mean(sample.right, with_rivals).less(sample.mean(sample.right, without))
