"""Which skills of a library are alike: orders by similarity, groups, and the most central ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skillaudit.analysis.families import coarse_groups
from skillaudit.analysis.labels import name_clusters
from skillaudit.analysis.neighbors import Neighbors, nearest
from skillaudit.asking.records import Branch
from skillaudit.probe.ground import Ground
from skillaudit.schema import Skill
from skillaudit.scoring import Scorer

EXAMPLES = 5
"""Names that a category's description lists."""


def nearest_first(ground: Ground, skill: str) -> list[str]:
    """Return the ids of all other skills, the most similar first."""
    ids = [other.id for other in ground.skills]
    row = ids.index(skill)
    similarity = np.array(ground.scorer.similarities(row, row + 1)[0], dtype=np.float64)
    similarity[row] = -np.inf
    return [ids[at] for at in np.argsort(-np.round(similarity, 6), kind="stable") if at != row]


def neighbors_of(scorer: Scorer, count: int) -> Neighbors:
    """Return everybody's nearest skills."""
    return nearest(scorer.similarities, count)


def central(ground: Ground, share: float, least: int) -> tuple[str, ...]:
    """Return the skills with the highest mean similarity to all others (the sink score of arXiv 2605.16508)."""
    mean = neighbors_of(ground.scorer, len(ground.skills)).mean
    count = max(least, round(share * len(ground.skills)))
    order = np.argsort(-np.round(mean, 6), kind="stable")[:count]
    return tuple(ground.skills[row].id for row in order)


def folders(skills: Sequence[Skill]) -> tuple[Branch, ...]:
    """Return a branch for each category folder; skills without one share a branch."""
    groups: dict[str, list[Skill]] = {}
    for skill in skills:
        groups.setdefault(skill.category or "other", []).append(skill)
    return _branches(list(groups.values()), list(groups))


def confusable(skills: Sequence[Skill], scorer: Scorer) -> tuple[Branch, ...]:
    """Return branches of similar skills, `scorer` being over these skills."""
    labels = coarse_groups(neighbors_of(scorer, len(skills)))
    groups: dict[int, list[Skill]] = {}
    for skill, label in zip(skills, labels.tolist(), strict=True):
        groups.setdefault(label, []).append(skill)
    return _branches(list(groups.values()), None)


def _branches(groups: Sequence[Sequence[Skill]], names: Sequence[str] | None) -> tuple[Branch, ...]:
    skills = [skill for group in groups for skill in group]
    labels = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    words = name_clusters([skill.text for skill in skills], labels)
    made: list[Branch] = []
    for at, group in enumerate(groups):
        # A comma or a colon in the name would be read as the end of it.
        label = names[at] if names is not None else words[at].replace(", ", " ")
        label = label.replace(":", " ").strip() or f"group {at + 1}"
        if any(label.casefold() == branch.label.casefold() for branch in made):
            label = f"{label} {at + 1}"
        examples = ", ".join(skill.name for skill in group[:EXAMPLES])
        more = " and others" if len(group) > EXAMPLES else ""
        made.append(
            Branch(
                label=label,
                description=f"{words[at]}; such as {examples}{more}",
                skills=tuple(skill.id for skill in group),
            )
        )
    return tuple(made)
