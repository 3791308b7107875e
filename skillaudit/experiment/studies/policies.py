"""H3: the same libraries with short, middling and long policies in the list."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.asking.records import Decision, Entry, Plan
from skillaudit.experiment.inference import Sample, combine, mean_of
from skillaudit.experiment.libraries import COMPLEXITIES, library, policy
from skillaudit.experiment.published import in_words
from skillaudit.experiment.records import Findings, Series
from skillaudit.experiment.tasks import Scope, make_plan, trial, turns

SIZES = (10, 20, 50, 100, 150)


def plan(scope: Scope) -> Plan:
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
    sample = Sample(decisions)
    by_level = {
        level: mean_of([sample.accuracy(size=size, policy=level) for size in SIZES]) for level in COMPLEXITIES
    }
    middle = sum(COMPLEXITIES.values()) / len(COMPLEXITIES)
    spread = sum((tokens - middle) ** 2 for tokens in COMPLEXITIES.values())
    slope = combine(
        (100 * (tokens - middle) / spread, by_level[level]) for level, tokens in COMPLEXITIES.items()
    )
    fits = [
        sample.fit(level, drawn, f"accuracy with policies of about {COMPLEXITIES[level]} tokens")
        for level, drawn in by_level.items()
    ]
    fits.append(sample.fit("per 100 tokens", slope, "change of accuracy with 100 more tokens of policy"))
    verdict = sample.verdict(
        "longer policies in the list cost accuracy",
        by_level["complex"].plus(by_level["simple"], -1.0),
        "accuracy with about 300 tokens of policy less that with 30",
        f"not supported: {in_words('h3', 'complex less simple')}, curves overlap",
        expected=-1,
    )
    series = tuple(
        Series(
            label=level,
            points=tuple(
                sample.point(float(size), sample.accuracy(size=size, policy=level)) for size in SIZES
            ),
        )
        for level in COMPLEXITIES
    )
    return Findings(fits=tuple(fits), verdicts=(verdict,), series=series, log_x=True)
