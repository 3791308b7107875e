"""H3: the same libraries with short, middling and long policies in the list."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.asking.records import Decision, Entry, StudyPlan
from skillaudit.asking.samples import mean_of, slope_of
from skillaudit.experiment.inference import Account
from skillaudit.experiment.libraries import COMPLEXITIES, library, policy
from skillaudit.experiment.published import in_words
from skillaudit.experiment.records import Findings
from skillaudit.experiment.tasks import Scope, make_plan, trial, turns

SIZES = (10, 20, 50, 100, 150)


def plan(scope: Scope) -> StudyPlan:
    """Ask the same tasks of the same libraries at three lengths of policy."""
    trials, texts = [], {}
    for seed in range(scope.seeds):
        for size in SIZES:
            skills = library(size, "mixed", seed)
            for complexity in COMPLEXITIES:
                condition = f"size={size} policy={complexity}"
                texts[f"{condition} seed={seed}"] = {
                    skill.id: Entry(
                        name=skill.name,
                        description=f"{skill.description}\n  {policy(skill, complexity)}",
                    )
                    for skill in skills
                }
                trials += [
                    trial(
                        skill,
                        query,
                        skills,
                        condition,
                        seed,
                        x=float(size),
                        variant=f"{condition} seed={seed}",
                    )
                    for skill, query in turns(skills, scope.tasks, seed)
                ]
    return make_plan("policy", trials, texts)


def conclude(decisions: Sequence[Decision]) -> Findings:
    """Rule on the longest against the shortest (arXiv 2601.04748, section 5.4)."""
    sample = Account(decisions)
    found = {
        (size, level): sample.accuracy(size=size, policy=level) for size in SIZES for level in COMPLEXITIES
    }
    by_level = {level: mean_of([found[size, level] for size in SIZES]) for level in COMPLEXITIES}
    for level, drawn in by_level.items():
        sample.tell(level, drawn, f"accuracy with policies of about {COMPLEXITIES[level]} tokens")
    slope = slope_of([tokens / 100 for tokens in COMPLEXITIES.values()], list(by_level.values()))
    sample.tell("per 100 tokens", slope, "change of accuracy with 100 more tokens of policy")
    sample.rule(
        "longer policies in the list cost accuracy",
        by_level["complex"].less(by_level["simple"]),
        "accuracy with about 300 tokens of policy less that with 30",
        f"not supported: {in_words('h3', 'complex less simple')}, curves overlap",
        expected=-1,
    )
    for level in COMPLEXITIES:
        sample.line(level, {size: found[size, level] for size in SIZES})
    return sample.findings(log_x=True)
