"""Rules about descriptors that play the agent or the audit instead of saying what the skill does."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from skillaudit.analysis import gaming
from skillaudit.checks.rule import Facts, Rule, places
from skillaudit.clients.gateways import parents_of
from skillaudit.schema import Finding, Skill

_SHOWN = 120


def _twins(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    by_name: dict[str, list[Skill]] = {}
    for skill in evidence.library.skills:
        by_name.setdefault(skill.name, []).append(skill)
    for names in gaming.twins(by_name):
        skills = [skill.id for name in names for skill in by_name[name]]
        spelt = ", ".join(f"{name} ({ascii(name)[1:-1]})" if not name.isascii() else name for name in names)
        yield rule.finding(
            skills,
            f"These names look the same and are not: {spelt}.",
            places=places(evidence, skills),
        )


def _mixed(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    for skill in evidence.library.skills:
        if scripts := gaming.mixed_scripts(skill.name):
            yield rule.finding(
                (skill.id,),
                f"{skill.id}: one word of the name mixes letters of {' and '.join(scripts)}.",
                evidence=f"Spelt out: {ascii(skill.name)[1:-1]}.",
                places=places(evidence, (skill.id,)),
            )


def _descriptors(look: Callable[[str], str], says: str) -> Callable[[Rule, Facts], Iterator[Finding]]:
    """Return a check of what the model is shown of each skill."""

    def check(rule: Rule, evidence: Facts) -> Iterator[Finding]:
        doors = set(parents_of(evidence.library.skills).values()) if rule.code == "SA704" else set()
        for skill in evidence.library.skills:
            if (skill.declared_router and rule.code == "SA705") or skill.id in doors:
                continue
            if found := look(f"{skill.text} {skill.when_to_use}".strip()):
                yield rule.finding(
                    (skill.id,),
                    f"{skill.id}: {says}: {found[:_SHOWN]}.",
                    places=places(evidence, (skill.id,)),
                    key=found if rule.code == "SA703" else "",
                )

    return check


RULES = (
    Rule(
        code="SA701",
        slug="look-alike-names",
        severity="error",
        what="Two skills have names that a reader cannot tell apart: letters of another script, or digits for "
        "letters.",
        why="A person who allows or reviews one gets the other; a model that copies the name picks either.",
        fix="Rename one, or remove the one that nobody meant to install.",
        check=_twins,
    ),
    Rule(
        code="SA702",
        slug="mixed-scripts",
        severity="warning",
        what="One word of a skill's name mixes letters of scripts that look alike, such as Latin and Cyrillic.",
        why="No language is written so; a name is, that wants to pass for another.",
        fix="Write the name in one script.",
        check=_mixed,
    ),
    Rule(
        code="SA703",
        slug="addressed-text",
        severity="warning",
        what="A description speaks to an auditor, or gives the model orders about other skills or its instructions.",
        why="It is shown to the model beside every other skill. Such text wins requests by command and not by "
        "what the skill does, or asks a check to look away.",
        fix="Say what the skill does and when to use it; leave the rest out.",
        check=_descriptors(gaming.addressed, "the description speaks to its reader"),
    ),
    Rule(
        code="SA704",
        slug="keyword-stuffing",
        severity="warning",
        what=f"A description repeats one word {gaming.REPEATED} times or more, a fifth of all its words, or lists "
        f"{gaming.LISTED} keywords in a row. A gateway may, which lists what stands behind it.",
        why="It matches requests by weight of words: its neighbours lose theirs, and the client's budget is spent.",
        fix="Keep each trigger once, in a sentence.",
        check=_descriptors(gaming.stuffing, "the description is stuffed"),
    ),
    Rule(
        code="SA705",
        slug="claims-everything",
        severity="warning",
        what="A description claims every request, whatever it is about. Skills that are declared as routers may.",
        why="No skill is right for all; what it claims, it takes from the others (SA301 measures how much).",
        fix="Name what it is for; or declare it as a router, with a reason.",
        check=_descriptors(gaming.claim, "the description claims everything"),
    ),
)
