"""Synthetic libraries with requests, whose right skill can be read off the request."""

from __future__ import annotations

from skillaudit.probe.ground import Ground
from skillaudit.schema import Request, Skill
from skillaudit.scoring import make_scorer
from tests.probe.rule import Asked

NOUNS = (
    "invoice", "tulip", "bridge", "kernel", "violin", "ledger", "glacier", "router", "poem", "sensor", "orchard",
    "tariff", "enzyme", "sonnet", "gearbox", "harbour", "passport", "reactor", "quilt", "comet", "anvil", "ballot",
    "canyon", "dynamo", "falcon", "goblet", "hammock", "igloo", "jacket", "kayak",
)  # fmt: skip
VERBS = ("renders", "audits", "ships", "counts", "drafts", "sorts", "repairs", "maps", "prices", "schedules")


def make_skills(count: int) -> tuple[Skill, ...]:
    """Return skills of distinct names; skills of one noun are alike, and of one category."""
    skills = []
    for at in range(count):
        noun, verb = NOUNS[at // len(VERBS) % len(NOUNS)], VERBS[at % len(VERBS)]
        series = at // (len(NOUNS) * len(VERBS))
        name = f"{noun}-{verb}" + (f"-{series}" if series else "")
        skills.append(
            Skill(
                id=name,
                name=name,
                description=f"{verb.capitalize()} every {noun} of the {noun} store, {noun} series {series}.",
                body="\n".join(f"Step {n}: {verb} the {noun} again and note the result." for n in range(60)),
                category=noun,
            )
        )
    return tuple(skills)


def make_requests(skills: tuple[Skill, ...], each: int, idle: int = 0) -> tuple[Request, ...]:
    """Return `each` requests a skill, which name it in brackets, and some that no skill fits."""
    made = [
        Request(
            query=f"Case {n} [{skill.id}]: the {skill.category} needs it {VERBS[n % len(VERBS)]} now",
            gold=(skill.id,),
            source="file",
        )
        for skill in skills
        for n in range(each)
    ]
    return (
        *made,
        *(Request(query=f"Case {n} [-]: tell me a joke", gold=(), source="file") for n in range(idle)),
    )


def make_ground(count: int = 40, each: int = 4, idle: int = 0, **more: object) -> Ground:
    """Return a library of `count` skills with its requests and a lexical scorer."""
    skills = make_skills(count)
    return Ground(
        skills=skills,
        requests=make_requests(skills, each, idle),
        scorer=make_scorer("lexical", [skill.text for skill in skills]),
        **{"repeats": 1, **more},  # type: ignore[arg-type]  # fields by name
    )


def is_right(asked: Asked, label: str, text: str) -> bool:
    """Whether an option is the skill that the task names, whatever the form of the prompt."""
    name = asked.task.partition("[")[2].partition("]")[0]
    return name != "-" and (label == name or text == name or text.startswith(f"{name}:"))
