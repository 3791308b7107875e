"""The library with some edits as clients show it, and what the edits gain under each of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import msgspec

from skillaudit.clients import profiles
from skillaudit.config import Config
from skillaudit.optimize.budget import as_shown
from skillaudit.optimize.edits import applied
from skillaudit.optimize.proof.state import Variant
from skillaudit.optimize.records import Edit
from skillaudit.schema import Estimate, Skill

Listed = tuple[tuple[Skill, ...], Collection[str], dict[str, str]]
"""Skills with the text that is shown, the ids that are not shown, and folded ids with those that stand in for them."""


def shown(skills: Sequence[Skill], edits: Sequence[Edit], config: Config) -> Listed:
    """Return the library with the accepted edits, as the client of `config` shows it, or whole without one."""
    after, gone, into = applied(skills, edits)
    if config.client is not None:
        listed = [skill for skill in after if skill.id not in gone and skill.id not in into]
        cut, hidden = as_shown(listed, config)
        text = {skill.id: skill for skill in cut}
        after, gone = tuple(text.get(skill.id, skill) for skill in after), gone | hidden
    return after, gone, into


def by_client(
    skills: Sequence[Skill],
    edits: Sequence[Edit],
    config: Config,
    score: Callable[[Listed], Variant],
    gain: Callable[[Variant, Variant], Estimate],
) -> dict[str, Estimate]:
    """Return what the accepted edits gain under every current client, worked out once for lists that say the same."""
    found: dict[str, Estimate] = {}
    known: dict[object, Estimate] = {}
    for rule in profiles():
        if not (rule.current and rule.roots):
            continue
        chosen = msgspec.structs.replace(config, client=rule.id)
        before, after = shown(skills, (), chosen), shown(skills, edits, chosen)
        key = tuple(
            (tuple(skill.description for skill in listed), frozenset(gone))
            for listed, gone, _ in (before, after)
        )
        if key not in known:
            known[key] = gain(score(before), score(after))
        found[rule.id] = known[key]
    return found
