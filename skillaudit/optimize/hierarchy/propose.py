"""Propose a tree for the library as edited, and hold it against the flat list and the library's folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from skillaudit.optimize.bench import Bench
from skillaudit.optimize.board import Embed
from skillaudit.optimize.hierarchy.describing import described
from skillaudit.optimize.hierarchy.groups import BOUND, grouped
from skillaudit.optimize.hierarchy.naming import Name
from skillaudit.optimize.hierarchy.stages import Arrangement, predicted
from skillaudit.optimize.hierarchy.tree import folders_of, tree_of
from skillaudit.optimize.hierarchy.vocabulary import Vocabulary
from skillaudit.optimize.proof.state import is_local
from skillaudit.optimize.records import Hierarchy, Node, Tree
from skillaudit.optimize.words.phrasing import slug, spelled
from skillaudit.optimize.words.source import stems
from skillaudit.progress import Progress
from skillaudit.routing.profiles import find
from skillaudit.schema import Request, ScorerName, Skill
from skillaudit.scoring import make_scorer

MARGIN = 0.01
"""Gain in predicted accuracy from which on a tree is recommended."""
MAX_REQUESTS = 4_000
COVERED = 2
"""Telling words of a skill that its category's description has to say."""
STEADY = 0.05
"""Logits that a unit of ln(1 + N / kappa) costs, below which the length of a list costs a model nothing."""
LOSES_NOTHING = "this model loses nothing to a long list, so a tree has no accuracy to give it"
DOUBT = 0.1
"""Fall of the scorer's own top ranks from which on a gain rests on the profile alone, and is not recommended unseen."""


def arrange(
    skills: Sequence[Skill],
    bench: Bench,
    work: Sequence[Request],
    held_out: Sequence[Request],
    name: ScorerName,
    router: str | None,
    embed: Embed | None,
    progress: Progress,
    bound: int = BOUND,
) -> Hierarchy | None:
    """Return a tree whose every choice has at most `bound` options; None where a flat list is one already.

    `skills` are those on the list after the edits. The tree is recommended by the work half; its figures
    come from `held_out`.
    """
    if len(skills) <= bound:
        return None
    progress.update("hierarchy", 0, 2)
    texts = [skill.text for skill in skills]
    vectors = embed(texts) if embed is not None and name != "lexical" else None
    scorer = make_scorer(name, texts, vectors=vectors, embed=embed)
    row = {skill.id: at for at, skill in enumerate(skills)}
    owned = np.maximum(bench.board.per_skill(np.ones(len(bench.requests))), 1)
    traffic = [
        (row[bench.skills[a].id], row[bench.skills[b].id], count / float(owned[a] + owned[b]))
        for a, b, count in bench.confused_pairs()
        if bench.skills[a].id in row and bench.skills[b].id in row
    ]
    levels = grouped(
        scorer.similarities, len(skills), bound, np.array(traffic, dtype=np.float64).reshape(-1, 3)
    )
    root = tree_of(skills, levels)
    arrangements: list[tuple[Arrangement, tuple[Node, ...]]] = [("flat", _flat(skills))]
    if folders := _folders(skills):
        arrangements.append(("folders", folders))
    arrangements.append(("proposed", root))
    progress.update("hierarchy", 1, 2)
    parts = (work[:MAX_REQUESTS], held_out[:MAX_REQUESTS])
    walked = [predicted(arrangement, tree, parts, name, router, embed) for arrangement, tree in arrangements]
    steady = loses_nothing(router, name)
    hidden = uncovered(root, {skill.id: skill for skill in skills})
    gain = (walked[-1][0].accuracy or 0.0) - (walked[0][0].accuracy or 0.0)
    trees = tuple(found[1] for found in walked)
    progress.update("hierarchy", 2, 2)
    return Hierarchy(
        root=root,
        bound=bound,
        trees=trees,
        recommended=gain > MARGIN and not (_doubtful(trees) or steady or hidden or _firing(trees)),
        reason=(LOSES_NOTHING if steady else _reason(gain, trees) + _hiding(hidden))
        + (_firing(trees) or _calming(trees)),
    )


def uncovered(nodes: Sequence[Node], skills: Mapping[str, Skill]) -> tuple[str, ...]:
    """Return the skills that stand behind a category whose description does not cover them.

    It covers one whose name it says, or of whose telling words it says two or more: what is hidden behind another
    word is not found again.
    """
    found: list[str] = []
    for node in nodes:
        said = set(stems(f"{node.name} {node.description}"))
        for child in node.children:
            if not child.skill:
                continue
            skill = skills[child.id]
            named = set(stems(spelled(skill.name)))
            if not (named and named <= said) and len(set(stems(skill.text)) & said) < COVERED:
                found.append(child.id)
        found += uncovered([child for child in node.children if not child.skill], skills)
    return tuple(found)


def _hiding(hidden: Sequence[str]) -> str:
    if not hidden:
        return ""
    few = ", ".join(hidden[:3]) + (f" and {len(hidden) - 3} more" if len(hidden) > 3 else "")
    return f"; {few} would stand behind a category whose description does not cover them"


def _firing(trees: Sequence[Tree]) -> str:
    flat, proposed = trees[0].false_trigger, trees[-1].false_trigger
    if flat is None or proposed is None or proposed - flat <= MARGIN:
        return ""
    return f"; {proposed:.1%} of requests that need no skill would take a category, {flat:.1%} take a skill of the list"


def _calming(trees: Sequence[Tree]) -> str:
    """Say that a tree makes fewer requests fire that need nothing, and what it takes for that."""
    flat, proposed = trees[0], trees[-1]
    if flat.false_trigger is None or proposed.false_trigger is None:
        return ""
    if flat.false_trigger - proposed.false_trigger <= MARGIN:
        return ""
    cost = (flat.accuracy or 0.0) - (proposed.accuracy or 0.0)
    return f"; false triggers would fall from {flat.false_trigger:.1%} to {proposed.false_trigger:.1%}" + (
        f", which costs {100 * cost:.1f} points of accuracy" if cost > 0 else ""
    )


def loses_nothing(router: str | None, name: ScorerName) -> bool:
    """Say whether a router's profile loses next to nothing to a long list."""
    if is_local(router):
        return False
    fit = find(router, name).fits.get(name)
    return fit is not None and abs(fit.coefficients[2]) < STEADY


def _doubtful(trees: Sequence[Tree]) -> bool:
    proposed = next(tree for tree in trees if tree.arrangement == "proposed")
    return (trees[0].local or 0.0) - (proposed.local or 0.0) > DOUBT


def _reason(gain: float, trees: Sequence[Tree]) -> str:
    proposed = next(tree for tree in trees if tree.arrangement == "proposed")
    said = (
        f"on the work half {proposed.stages} choices instead of one change the predicted accuracy by "
        f"{100 * gain:+.1f} points"
    )
    if gain <= MARGIN:
        return f"{said}: a router that loses little to a long list gains nothing from a tree"
    if not _doubtful(trees):
        return said
    return (
        f"{said}, but the scorer's own top ranks fall from {trees[0].local or 0.0:.0%} to {proposed.local or 0.0:.0%}: "
        "a category cannot say all its members' words, and the gain is the router profile's word alone; export it "
        "with --only hierarchy, and probe it on a live model before you adopt it"
    )


def _flat(skills: Sequence[Skill]) -> tuple[Node, ...]:
    return tuple(
        Node(id=skill.id, name=skill.name, description=skill.description, skill=True) for skill in skills
    )


def _folders(skills: Sequence[Skill]) -> tuple[Node, ...]:
    """Return the library's own folders as a tree, described as the proposed categories are."""
    groups = folders_of(skills)
    if groups is None:
        return ()
    nodes = _flat(skills)
    vocabulary = Vocabulary(skills)
    found = []
    for rows in groups:
        name = skills[rows[0]].category
        if name is None:
            found += [nodes[row] for row in rows]  # what lies in no folder stands beside them
            continue
        words = " ".join(slug(name).split("-")) or name
        children = tuple(nodes[row] for row in rows)
        text = described(vocabulary, Name(name, (words,)), children, rows)
        found.append(Node(id=f"folder:{name}", name=words, description=text, children=children))
    return tuple(found)
