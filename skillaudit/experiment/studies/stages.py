"""H4: one flat list, against two stages by domain and by group of rivals."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.asking.records import Branch, Decision, StudyPlan
from skillaudit.asking.samples import mean_of
from skillaudit.experiment.inference import Account
from skillaudit.experiment.libraries import RivalKind, groups
from skillaudit.experiment.published import in_words
from skillaudit.experiment.records import Findings
from skillaudit.experiment.synthetic import Template, pool
from skillaudit.experiment.tasks import Scope, entries, make_plan, trial, turns

GROUPS = (4, 6, 8, 10, 20, 30, 40)
LARGE = (20, 30, 40)
"""Groups from which the paper reports a gain: 60 skills and more."""
ROUTES = ("flat", "domain", "group")
KINDS: tuple[RivalKind, ...] = ("operation", "synonym")


def plan(scope: Scope) -> StudyPlan:
    """Route the same tasks in three ways through groups of a base skill and two rivals."""
    trials, texts = [], {}
    trees: dict[str, tuple[Branch, ...]] = {}
    for kind in KINDS:
        trees |= {f"domain {kind}": _by_domain(kind), f"group {kind}": _by_group(kind)}
        for seed in range(scope.seeds):
            for count in GROUPS:
                made = groups(count, 2, kind, seed)
                offered = [skill for group in made for skill in group.skills]
                variant = f"groups={count} kind={kind} seed={seed}"
                texts[variant] = entries(offered)
                for skill, query in turns([group.base for group in made], scope.tasks, seed):
                    trials += [
                        trial(
                            skill,
                            query,
                            offered,
                            f"groups={count} kind={kind} route={route}",
                            seed,
                            x=float(len(offered)),
                            variant=variant,
                            tree="" if route == "flat" else f"{route} {kind}",
                        )
                        for route in ROUTES
                    ]
    return make_plan("hierarchy", trials, texts, trees)


def conclude(decisions: Sequence[Decision]) -> Findings:
    """Rule on both trees from 60 skills (arXiv 2601.04748, section 5.5)."""
    sample = Account(decisions)
    for kind in KINDS:
        at = {
            (count, route): sample.accuracy(groups=count, kind=kind, route=route)
            for count in GROUPS
            for route in ROUTES
        }
        found = {route: mean_of([at[count, route] for count in LARGE]) for route in ROUTES}
        for route in ROUTES:
            said = f"accuracy from 60 skills, {_WAYS[route]}, rivals by {kind}"
            sample.tell(f"{route}, {kind}", found[route], said)
            sample.line(f"{route}, {kind}", {3 * count: at[count, route] for count in GROUPS})
        for route in ROUTES[1:]:
            sample.rule(
                f"two stages {_WAYS[route]} restore accuracy from 60 skills, rivals by {kind}",
                found[route].less(found["flat"]),
                "accuracy in two stages less that of the flat list",
                in_words("h4", "gain of two stages"),
                expected=1,
            )
        gained = "what grouping by confusability gains over grouping by domain"
        sample.tell(f"group less domain, {kind}", found["group"].less(found["domain"]), gained)
    return sample.findings(log_x=True, notes=(_READING,))


_READING = (
    "The first stage shows of a group what its base skill does, as the paper's prompt does, and of a domain its name "
    "and one line. A scorer sees only those words, which is less than a model knows of what belongs there."
)
_WAYS = {"flat": "one list", "domain": "by domain", "group": "by confusability"}


def _by_domain(kind: RivalKind) -> tuple[Branch, ...]:
    found = []
    for domain, about in pool().domains.items():
        members = [skill for group in groups(40, 2, kind) for skill in group.skills if skill.domain == domain]
        found.append(Branch(label=domain, description=about, skills=_ids(members)))
    return tuple(found)


def _by_group(kind: RivalKind) -> tuple[Branch, ...]:
    """Groups as the paper shows them, by what they do: `Summation: adding numbers together`."""
    return tuple(
        Branch(label=group.base.name, description=group.base.description, skills=_ids(group.skills))
        for group in groups(40, 2, kind)
    )


def _ids(skills: Sequence[Template]) -> tuple[str, ...]:
    return tuple(skill.id for skill in skills)
