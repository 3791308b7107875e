"""Rules about chains of skills: hand-offs that lead nowhere, and chains that seldom hold."""

from __future__ import annotations

from collections.abc import Iterator

from skillaudit.checks.rule import Facts, Rule, percent, places
from skillaudit.laws.execution_chains import circles
from skillaudit.laws.execution_law import DEAD
from skillaudit.schema import ChainReport, Finding

MENDING = 0.10
"""Gain of the whole chain's chance that makes a weak link worth a finding."""
NAMED = 3


def _way(chain: ChainReport) -> str:
    return " -> ".join(step.skill for step in chain.steps)


def _fragile(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    execution = evidence.execution
    for chain in execution.chains if execution and execution.judged else ():
        success = chain.success
        if success.value is None or success.value >= DEAD:
            continue
        skills = tuple(dict.fromkeys(step.skill for step in chain.steps))
        many = "both" if len(chain.steps) == 2 else f"all {len(chain.steps)}"
        advice = ""
        if chain.restate_before:
            advice = (
                f"Restate the request and the result so far before {' and '.join(chain.restate_before)}; "
                "fold steps that always run together."
            )
        yield rule.finding(
            skills,
            f"{_way(chain)}: {many} skills are chosen right in {percent(success.value)} of runs, or "
            f"about {percent(chain.with_state)} where each finds the result of the one before.",
            evidence=f"90% interval {percent(success.low or 0.0)} to {percent(success.high or 0.0)}; "
            f"{percent(chain.pessimistic)} at worst, by a published law. {_told(chain)}",
            fix=advice,
            places=places(evidence, skills),
            key=_way(chain),
            severity="warning" if success.high is not None and success.high < DEAD else None,
        )


def _told(chain: ChainReport) -> str:
    kinds = {"declared": "Declared in", "hand-off": "Handed on in", "compiled": "Handed on as"}
    return f"{kinds[chain.source]} {chain.origin}."


def _weak(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    """One finding a skill, about the chain that gains most, however many it is in."""
    chains: dict[str, list[ChainReport]] = {}
    for chain in evidence.execution.chains if evidence.execution else ():
        judged = any(step.skill == chain.weak_link and step.judged for step in chain.steps)
        if judged and chain.mended - (chain.success.value or 0.0) >= MENDING:
            chains.setdefault(chain.weak_link, []).append(chain)
    for skill, found in chains.items():
        worst = max(found, key=lambda chain: chain.mended - (chain.success.value or 0.0))
        step = next(step for step in worst.steps if step.skill == skill)
        more = f", and {len(found) - 1} more {'chain' if len(found) == 2 else 'chains'}" if found[1:] else ""
        yield rule.finding(
            (skill,),
            f"{skill} is the weak link of {_way(worst)}{more}: it is chosen right in "
            f"{percent(step.accuracy.value or 0.0)} of cases.",
            evidence=f"As good as the other steps, it would raise the chain from "
            f"{percent(worst.success.value or 0.0)} to {percent(worst.mended)}.",
            places=places(evidence, (skill,)),
        )


def _circular(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    for group in circles(evidence.links):
        inside = [
            link for link in evidence.links if {link.source, link.target} <= set(group) and not link.returns
        ]
        yield rule.finding(
            group,
            f"{', '.join(group)} hand the work on to each other in a circle, and none says when to stop.",
            evidence="; ".join(f"{link.source}: “{link.text}”" for link in inside[:NAMED]),
            places=places(evidence, group),
        )


def _missing(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    for target in evidence.missing:
        yield rule.finding(
            (target.source,),
            f"{target.source} hands the work on to `{target.name}`, which is not in this library.",
            evidence=f"Line {target.line} of its body: “{target.text}”",
            places=places(evidence, (target.source,)),
            key=target.name,
        )


def _manual(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    manual = {skill.id for skill in evidence.library.skills if skill.manual_only}
    for link in evidence.links:
        if link.target in manual:
            yield rule.finding(
                (link.source, link.target),
                f"{link.source} hands the work on to {link.target}, which the model may not choose by itself.",
                evidence=f"Line {link.line} of {link.teller}'s body: “{link.text}”",
                places=places(evidence, (link.source, link.target)),
            )


RULES = (
    Rule(
        code="SA601",
        slug="fragile-chain",
        severity="info",
        what="A chain of hand-offs is expected to go wrong at one of its steps in half of its runs or more. It is a "
        "warning where the whole interval lies below a half.",
        why="Steps are chosen one by one, so their chances multiply: five steps at 90% make 59%.",
        fix="Fold steps that always run together, and restate the request and the result before the step named.",
        check=_fragile,
    ),
    Rule(
        code="SA602",
        slug="weak-link",
        severity="info",
        what="One step of a chain is much weaker than the others: as good as they are, it would raise the chance of "
        "the whole by ten points or more.",
        why="Mending it helps more than mending any other.",
        fix="Sharpen its description against the rivals that take its requests, or name it in the step before it.",
        check=_weak,
    ),
    Rule(
        code="SA603",
        slug="circular-hand-off",
        severity="warning",
        what="Skills hand the work on to each other in a circle, and none says when to stop.",
        why="A model that follows them goes round until its context is full.",
        fix="Say in one of them when the circle ends: after how many rounds, or on which result.",
        check=_circular,
    ),
    Rule(
        code="SA604",
        slug="missing-hand-off",
        severity="info",
        what="A skill hands the work on to a skill that the library does not have.",
        why="The model looks for it, finds none, and picks a neighbour or stops.",
        fix="Correct the name, add the skill, or say where it is installed from.",
        check=_missing,
    ),
    Rule(
        code="SA605",
        slug="hand-off-to-manual-skill",
        severity="warning",
        what="A skill hands the work on to one that the model may not choose by itself.",
        why="A manual-only skill is not in the model's list, so the chain ends there.",
        fix="Allow the model to choose it, or tell the user to run it.",
        check=_manual,
    ),
)
