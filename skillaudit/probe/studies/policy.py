"""Policy length: the same list, each skill followed by more and more of its own instructions."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.asking.orders import shuffled
from skillaudit.asking.records import Decision, Entry, Fit, StudyPlan
from skillaudit.asking.samples import Sample, slope_of
from skillaudit.errors import UsageError
from skillaudit.probe.ground import Ground
from skillaudit.probe.studies.common import make_plan, routed_trial, with_rivals
from skillaudit.schema import Skill
from skillaudit.scoring.ngrams import tokens as word_list

TOKENS = (0, 30, 100, 300)
SIZE = 30
REQUESTS = 60
SAME_LINE = 0.7
"""A line that has so large a share of a request's words is where the request was mined."""
_PER_TOKEN = 4


def plan(ground: Ground) -> StudyPlan:
    """Offer the right skill among 29 random others, with 0 to about 300 tokens of every body."""
    if not any(skill.body for skill in ground.skills):
        raise UsageError("no skill has a body, so there is no policy to show; point SOURCE at SKILL.md files")
    ids = [skill.id for skill in ground.skills]
    bodies = _bodies(ground)
    texts = {
        f"policy={tokens}": {skill.id: _entry(skill, bodies[skill.id], tokens) for skill in ground.skills}
        for tokens in TOKENS
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
    sample = Sample(decisions)
    levels = [sample.accuracy(x=float(tokens)) for tokens in TOKENS]
    per_hundred = slope_of([tokens / 100 for tokens in TOKENS], levels)
    said = "change of accuracy with 100 more tokens of instructions a skill"
    longest = "accuracy with about 300 tokens of instructions, less that with none"
    return (
        sample.fit("per 100 tokens", per_hundred, said),
        sample.contrast("policy=300", "policy=0", "longest", longest),
    )


def _bodies(ground: Ground) -> dict[str, str]:
    """Return the bodies on one line, without the lines that the requests themselves were found in."""
    own: dict[str, list[set[str]]] = {}
    for request in ground.routed:
        for gold in request.gold:
            own.setdefault(gold, []).append(set(word_list(request.query)))
    found = {}
    for skill in ground.skills:
        kept = []
        for line in skill.body.splitlines():
            words = set(word_list(line))
            if not any(len(query & words) >= SAME_LINE * len(query) for query in own.get(skill.id, ())):
                kept.append(line)
        found[skill.id] = " ".join(" ".join(kept).split())
    return found


def _entry(skill: Skill, body: str, tokens: int) -> Entry:
    body = body[: tokens * _PER_TOKEN].rstrip()
    return Entry(name=skill.name, description=f"{skill.description}\n  {body}" if body else skill.description)
