"""Policy length: the same list, each skill followed by more and more of its own instructions."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.errors import UsageError
from skillaudit.probe.ground import Ground
from skillaudit.probe.prompts import shuffled
from skillaudit.probe.records import Decision, Entry, Fit, Plan
from skillaudit.probe.studies.common import contrast, make_plan, routed_trial, slope, with_rivals
from skillaudit.schema import Skill

TOKENS = (0, 30, 100, 300)
SIZE = 30
REQUESTS = 60
_PER_TOKEN = 4


def plan(ground: Ground) -> Plan:
    """Offer the right skill among 29 random others, with 0 to about 300 tokens of every body."""
    if not any(skill.body for skill in ground.skills):
        raise UsageError("no skill has a body, so there is no policy to show; point SOURCE at SKILL.md files")
    ids = [skill.id for skill in ground.skills]
    texts = {
        f"policy={tokens}": {skill.id: _entry(skill, tokens) for skill in ground.skills} for tokens in TOKENS
    }
    trials = []
    for request in ground.sample(REQUESTS):
        gold = [skill for skill in ids if skill in request.gold]
        for repeat in range(ground.repeats):
            offered = with_rivals(gold, shuffled(ids, ground.seed, "policy", request.query, repeat), SIZE)
            trials += [
                routed_trial(
                    ground,
                    request,
                    offered,
                    f"policy={tokens}",
                    repeat,
                    x=float(tokens),
                    variant=f"policy={tokens}",
                    form="list",
                )
                for tokens in TOKENS
            ]
    return make_plan("policy", ground, trials, texts=texts)


def conclude(ground: Ground, decisions: Sequence[Decision]) -> tuple[Fit, ...]:
    """Say what instructions in the list do; arXiv 2601.04748 finds nothing."""
    return (
        slope(
            decisions,
            [float(tokens) for tokens in TOKENS],
            "per 100 tokens",
            "change of accuracy with 100 more tokens of instructions a skill",
            unit=100.0,
        ),
        contrast(
            decisions,
            "policy=300",
            "policy=0",
            "longest",
            "accuracy with about 300 tokens of instructions, less that with none",
        ),
    )


def _entry(skill: Skill, tokens: int) -> Entry:
    body = " ".join(skill.body.split())[: tokens * _PER_TOKEN].rstrip()
    return Entry(name=skill.name, description=f"{skill.description}\n  {body}" if body else skill.description)
