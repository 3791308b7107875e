"""Rules about skills that take from everybody, and skills that nobody reaches."""

from __future__ import annotations

from collections.abc import Iterator

from skillaudit.checks.rule import Facts, Rule, percent, places
from skillaudit.schema import BlackHole, Finding

NAMED = 6


SURE_CLAIMS = 2
"""Different phrases that claim everything, from which a hole is an error though no request shows it."""


def _message(hole: BlackHole) -> str:
    victims = ", ".join(hole.victims[:NAMED])
    more = f" and {len(hole.victims) - NAMED:,} more" if len(hole.victims) > NAMED else ""
    if hole.evidence == "structure":
        what = (
            f"claims the ground of {hole.families:.0f} families"
            if hole.families >= 1.5
            else "is far too broad"
        )
        return f"{hole.skill} {what}; vague requests for {victims}{more} would go to it."
    return (
        f"{hole.skill} takes {percent(hole.share)} of the requests of other skills "
        f"({hole.absorbed:.1f}, where {hole.expected:.1f} would be its share), from {victims}{more}."
    )


def _ground(hole: BlackHole) -> str:
    if hole.evidence == "structure":
        return "Its description is broader than those of skills in real libraries."
    return f"It takes from {hole.families:.1f} families."


def _luck(hole: BlackHole) -> str:
    return f"The chance that this is luck: {percent(hole.q_value) if hole.q_value >= 5e-4 else 'under 0.1%'}."


def _black_holes(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    for hole in evidence.black_holes:
        if hole.declared:
            continue
        phrases = f" General phrases: {', '.join(hole.generic_phrases)}." if hole.generic_phrases else ""
        yield rule.finding(
            (hole.skill,),
            _message(hole),
            evidence=f"{_ground(hole)} {_luck(hole)}{phrases}",
            severity="error"
            if hole.evidence != "structure" or len(hole.generic_phrases) >= SURE_CLAIMS
            else "warning",
            fix=f"Narrow {hole.skill} to what no other skill does, split it, make it manual-only, "
            "or declare it as a router.",
            places=places(evidence, (hole.skill, *hole.victims)),
        )


def _over_general(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    for hole in evidence.over_general:
        if hole.declared:
            continue
        phrases = f" General phrases: {', '.join(hole.generic_phrases)}." if hole.generic_phrases else ""
        yield rule.finding(
            (hole.skill,),
            f"{hole.skill} stands unusually near to skills of {hole.families:.0f} families; "
            "no request has shown yet that it takes theirs.",
            evidence=f"{_luck(hole)}{phrases}",
            fix=f"Name in {hole.skill} the one thing that it is for, or give requests that show it is harmless.",
            places=places(evidence, (hole.skill, *hole.victims)),
        )


def _declared(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    for hole in evidence.black_holes:
        if hole.declared:
            yield rule.finding(
                (hole.skill,),
                f"{hole.skill} is declared as a router and {_message(hole).removeprefix(hole.skill + ' ')}",
                places=places(evidence, (hole.skill,)),
            )


def _anti_hubs(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    anti_hubs = evidence.hubness.anti_hubs
    if anti_hubs:
        shown = ", ".join(anti_hubs[:NAMED])
        more = f" and {len(anti_hubs) - NAMED:,} more" if len(anti_hubs) > NAMED else ""
        yield rule.finding(
            anti_hubs,
            f"{len(anti_hubs):,} skill{'s are' if len(anti_hubs) > 1 else ' is'} in no other skill's "
            f"neighbourhood: {shown}{more}.",
            places=places(evidence, anti_hubs),
        )


RULES = (
    Rule(
        code="SA301",
        slug="black-hole",
        severity="error",
        what="A skill takes significantly more of the others' requests than a skill of its neighbourhood "
        "would, from three or more families; or its description is so much broader than those of real skills, "
        "or claims everything so often, that vague requests would go to it.",
        why="Capture by over-general skills is the last and worst stage of routing decay: every skill of the "
        "library loses to it, and adding better skills does not help.",
        fix="Narrow it, split it, make it manual-only, or declare it as a router with a reason.",
        check=_black_holes,
    ),
    Rule(
        code="SA302",
        slug="over-general",
        severity="warning",
        what="A skill's description is near to skills of many families, more than chance explains, "
        "but no request has gone to it yet.",
        why="Vague requests, which evaluation files seldom hold, go to such skills first.",
        fix="Name the one thing that it is for.",
        check=_over_general,
    ),
    Rule(
        code="SA303",
        slug="declared-router",
        severity="info",
        what="A skill takes requests of many families and is declared as a router (metadata "
        "`skillaudit-router: true`).",
        why="It is meant to; the figure is here so that the exception stays visible.",
        fix="Nothing, as long as it hands the requests on.",
        check=_declared,
    ),
    Rule(
        code="SA304",
        slug="out-of-the-way",
        severity="info",
        what="Skills that are among no other skill's nearest neighbours (anti-hubs).",
        why="They compete with nobody, which is good; but a request that is only near to them is seldom "
        "answered, so a typing error or a foreign language in the description goes unnoticed.",
        fix="Read their descriptions once; leave them if they say what they should.",
        check=_anti_hubs,
    ),
)
