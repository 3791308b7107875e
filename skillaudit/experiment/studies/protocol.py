"""F08: four forms of one list, and whether likeness tells who loses requests and who takes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skillaudit.asking.records import Decision, Form, StudyPlan
from skillaudit.asking.samples import Floats, Mask, mean_of
from skillaudit.experiment.inference import Account
from skillaudit.experiment.likeness import by_clarity, clarity, row_of, sink
from skillaudit.experiment.records import Findings
from skillaudit.experiment.studies.anchors import crowd, with_general
from skillaudit.experiment.synthetic import write_task
from skillaudit.experiment.tasks import Scope, make_plan, trial

SIZES = {100: 20, 150: 30, 200: 40}
"""Skills on offer, and how many of them are the most alike; the paper goes on to 250."""
FORMS: tuple[Form, ...] = ("list", "json", "names", "descriptions")


def plan(scope: Scope) -> StudyPlan:
    """Ask for skills of every clarity, in other words than theirs, in three sizes and four forms."""
    trials = []
    for seed in range(scope.seeds):
        for number, skill in enumerate(by_clarity(scope.tasks, seed)):
            query = write_task(skill, seed, number, wording=1)
            for size, nearest in SIZES.items():
                offered = crowd(skill, size, nearest, f"protocol\0{seed}\0{number}")
                order = ("protocol", query, seed)
                trials += [
                    trial(
                        skill, query, offered, f"size={size} form={form}", seed, order=order, x=float(size), form=form
                    )
                    for form in FORMS
                ]  # fmt: skip
    return make_plan("protocol", trials, {"": with_general()})


def conclude(decisions: Sequence[Decision]) -> Findings:
    """Rule on the forms, on victims, and on sinks (arXiv 2605.16508, F08)."""
    sample = Account(decisions)
    at = {(size, form): sample.accuracy(size=size, form=form) for size in SIZES for form in FORMS}
    found = {form: mean_of([at[size, form] for size in SIZES]) for form in FORMS}
    wrong = np.array([d.outcome == "hijack" and d.chosen not in d.gold for d in sample.decisions], dtype=bool)
    hijack = sample.marks([d.outcome == "hijack" for d in sample.decisions])
    for form in FORMS:
        sample.tell(form, found[form], f"accuracy, {_SAID[form]}")
        sample.line(form, {size: at[size, form] for size in SIZES})
    for size in SIZES:
        taken = sample.mean(hijack, sample.where(size=size, form="list"))
        said = f"share of requests that another skill takes among {size}, in a plain list"
        sample.tell(f"hijack among {size}", taken, said)
    for form in FORMS[1:]:
        sample.rule(
            _CLAIMS[form],
            found[form].less(found["list"]),
            f"accuracy {_SAID[form]}, less that in a plain list",
            "four protocols are compared in the code; the values are not public",
            expected=-1,
        )
    victim = np.array([1.0 - clarity()[d.gold[0]] for d in sample.decisions])
    full = sample.where(form=("list", "json"))
    pull, real = _pull(sample, wrong)
    sample.rule(
        "skills with close neighbours lose more of their requests",
        sample.correlation(hijack, victim, full),
        "rank correlation of hijacks with the victim score, the mean likeness of the ten nearest",
        "computed in the code; the values are not public",
        expected=1,
    )
    sample.rule(
        "skills that are like many others take more of what is lost",
        sample.mean(pull, real & full),
        "sink score of the skill that was wrongly chosen, less that of the others on offer, in standard deviations",
        "computed in the code; the values are not public",
        expected=1,
    )
    return sample.findings()


def _pull(sample: Account, wrong: Mask) -> tuple[Floats, Mask]:
    """Sink score of what was chosen less the mean of what could have been, and where the pool knows the chosen."""
    scores = sink()
    spread = float(np.std(list(scores.values())))
    pull, known = np.zeros(len(wrong)), np.zeros(len(wrong), dtype=bool)
    for at, decision in enumerate(sample.decisions):
        if wrong[at] and decision.chosen in row_of():
            others = [scores[s] for s in decision.offered if s in scores and s not in decision.gold]
            pull[at] = (scores[decision.chosen] - float(np.mean(others))) / spread
            known[at] = True
    return pull, known


_SAID = {
    "list": "in a plain list",
    "json": "in a JSON list with a JSON answer",
    "names": "with names alone",
    "descriptions": "with descriptions under neutral labels",
}
_CLAIMS = {
    "json": "a strict JSON form costs accuracy",
    "names": "names alone cost accuracy",
    "descriptions": "descriptions without names cost accuracy",
}
