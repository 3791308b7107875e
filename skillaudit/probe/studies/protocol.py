"""Protocol: four forms of the same prompt."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.asking.orders import shuffled
from skillaudit.asking.records import Decision, Fit, Form, StudyPlan
from skillaudit.asking.samples import Sample
from skillaudit.probe.ground import Ground
from skillaudit.probe.studies.common import make_plan, routed_trial, with_rivals

FORMS: tuple[Form, ...] = ("list", "json", "names", "descriptions")
SIZE = 50
REQUESTS = 60


def plan(ground: Ground) -> StudyPlan:
    """Offer the same up to 50 skills as a plain list, as JSON, by name alone, and by description alone."""
    ids = [skill.id for skill in ground.skills]
    trials = []
    for request in ground.sample(REQUESTS):
        gold = [skill for skill in ids if skill in request.gold]
        for repeat in range(ground.repeats):
            offered = with_rivals(gold, shuffled(ids, ground.seed, "protocol", request.query, repeat), SIZE)
            trials += [
                routed_trial(ground, request, offered, form, repeat, x=float(at), form=form)
                for at, form in enumerate(FORMS)
            ]
    return make_plan("protocol", ground, trials)


def conclude(ground: Ground, decisions: Sequence[Decision]) -> tuple[Fit, ...]:
    """Say what each form changes against the plain list."""
    sample = Sample(decisions)
    return tuple(
        sample.contrast(form, "list", form, f"accuracy with the form {form}, less that with the plain list")
        for form in FORMS[1:]
    )
