"""Fit a client's budget: cut the least useful text ourselves, before the client cuts the last words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from skillaudit.clients import Listing, listing, profiles
from skillaudit.config import Config
from skillaudit.optimize.bench import Bench
from skillaudit.optimize.edits import applied
from skillaudit.optimize.prune import Clauses, clauses_of, joined, less
from skillaudit.optimize.records import Edit, Room
from skillaudit.optimize.rewrite.candidates import lead_of
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.optimize.words.phrasing import fit, without_generic
from skillaudit.optimize.words.source import stems
from skillaudit.schema import Skill

SHORTEST = 100
"""Characters of a description below which a list says too little to choose by: most first sentences fit, just."""


def as_shown(skills: Sequence[Skill], config: Config) -> tuple[tuple[Skill, ...], frozenset[str]]:
    """Return the skills with the text that the client of `config` shows, and the ids of those that it does not show."""
    shown = _listing(skills, config)
    cut = tuple(
        msgspec.structs.replace(skill, description=entry.description)
        for skill, entry in zip(skills, shown.entries, strict=True)
    )
    return cut, frozenset(entry.id for entry in shown.entries if entry.state == "invisible")


def _listing(skills: Sequence[Skill], config: Config) -> Listing:
    return listing(skills, config.client or "", context=config.context, order=config.order)


def rooms(skills: Sequence[Skill], edits: Sequence[Edit], config: Config) -> tuple[Room, ...]:
    """Return how many descriptions every current client shows whole, before the accepted edits and after."""
    if not any(edit.accept for edit in edits):
        return ()
    after, gone, into = applied(skills, edits)
    left = [skill for skill in after if skill.id not in gone and skill.id not in into]
    found = []
    for rule in profiles():
        if rule.current and rule.roots:  # without a folder to load from it is the prompt of a study
            chosen = msgspec.structs.replace(config, client=rule.id)
            (before, of), (then, rest) = (whole(each, chosen) for each in (skills, left))
            found.append(Room(client=rule.id, before=before, skills_before=of, after=then, skills_after=rest))
    return tuple(found)


def whole(skills: Sequence[Skill], config: Config) -> tuple[int, int]:
    """Return how many descriptions the client of `config` shows whole, and of how many skills."""
    entries = _listing(skills, config).entries
    return sum(entry.state == "full" for entry in entries), len(entries)


def longest_that_fits(skills: Sequence[Skill], config: Config) -> int | None:
    """Return how long every description may be so that the client cuts none; None when none need be cut.

    Zero means that not even descriptions of `SHORTEST` characters fit.
    """

    def whole(limit: int) -> bool:
        cut = [
            skill
            if len(skill.description) <= limit
            else msgspec.structs.replace(skill, description=skill.description[:limit])
            for skill in skills
        ]
        return all(entry.state == "full" for entry in _listing(cut, config).entries)

    longest = max((len(skill.description) for skill in skills), default=0)
    if whole(longest):
        return None
    if not whole(SHORTEST):
        return 0
    low, high = SHORTEST, longest
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if whole(middle) else (low, middle)
    return low


def fit_budgets(bench: Bench, lexicon: Lexicon, config: Config) -> list[str]:
    """Shorten descriptions for every current client that cuts some and can be fitted; return remarks."""
    skills = [bench.skills[row] for row in range(len(bench.skills)) if row not in bench.gone]
    limits: dict[str, int] = {}
    notes = []
    for rule in profiles():
        if not rule.current:
            continue
        limit = longest_that_fits(skills, msgspec.structs.replace(config, client=rule.id))
        if limit == 0:
            notes.append(_hopeless(rule.id, len(skills)))
        elif limit is not None:
            limits[rule.id] = limit
    if limits:
        tightest = min(limits, key=lambda name: (limits[name], name))
        _shorten(bench, lexicon, limits[tightest], " and ".join(sorted(limits)))
    return notes


def fit_budget(bench: Bench, lexicon: Lexicon, config: Config) -> str:
    """Shorten the descriptions that keep the list over a client's budget; return a remark, or nothing.

    Of each long description stays what the work half needs most: its beginning, or the sentences and items that
    tell it most from the skills that take its requests, whichever keeps more requests. No text ends within a
    clause: one that has no shorter end stays as long as it is.
    """
    rows = [row for row in range(len(bench.skills)) if row not in bench.gone]
    limit = longest_that_fits([bench.skills[row] for row in rows], config)
    if limit is None:
        return ""
    if limit == 0:
        return _hopeless(config.client or "", len(rows))
    _shorten(bench, lexicon, limit, config.client or "")
    return ""


def _hopeless(client: str, count: int) -> str:
    return (
        f"{client} cannot show {count:,} skills even with {SHORTEST} characters each; "
        "make some manual-only, use --loadout, or use the hierarchy."
    )


def _shorten(bench: Bench, lexicon: Lexicon, limit: int, clients: str) -> None:
    rows = [row for row in range(len(bench.skills)) if row not in bench.gone]
    long = [row for row in rows if len(bench.skills[row].description) > limit]
    rivals: dict[int, list[int]] = {}
    for a, b, _ in bench.confused_pairs():
        rivals.setdefault(a, []).append(b)
        rivals.setdefault(b, []).append(a)
    drafts = [
        (row, text)
        for row in long
        for text in _shorter(bench.skills[row], row, lexicon, rivals.get(row, [])[:3], limit)
    ]
    scores = bench.columns.full([bench.text(row, text) for row, text in drafts])
    options: dict[int, list[tuple[str, int]]] = {}
    for at, (row, text) in enumerate(drafts):
        options.setdefault(row, []).append((text, at))
    for row, found in options.items():
        gains = [bench.gain(bench.board.try_column(row, scores[:, at])) for _, at in found]
        text, at = found[int(np.argmax(gains))]
        before = len(bench.skills[row].description)
        many = " and " in clients
        reason = f"{clients} {'have' if many else 'has'} room for {limit} characters each; this had {before}"
        bench.describe("shorten", "budget", row, text, reason, scores[:, at])


def _shorter(skill: Skill, row: int, lexicon: Lexicon, rivals: Sequence[int], limit: int) -> list[str]:
    found = [
        _kept(skill.description, lexicon.weights(row, rivals), limit),
        fit(lead_of(skill, lexicon.sources[row]), limit, whole=True),
        fit(skill.description, limit, whole=True),
        fit(without_generic(skill.description), limit, whole=True),
    ]
    return [text for text in dict.fromkeys(found) if text and len(text) <= limit]


def _kept(text: str, weights: Mapping[str, float], limit: int) -> str:
    """Return a description of at most `limit` characters, rid of whole sentences and items of lists.

    What goes first is what tells least for its length, by the words that no other part says; the first sentence
    stays. Empty where nothing more can be left out.
    """
    parts = clauses_of(text)
    words = {clause: frozenset(stems(clause)) for clauses in parts for clause in clauses}

    def told(option: Clauses) -> float:
        said = {
            word for clauses in option for clause in clauses for word in words.get(clause) or stems(clause)
        }
        return math.fsum(weights.get(word, 0.0) for word in sorted(said))

    while len(whole := joined(parts)) > limit:
        options = [option for option in less(parts, lambda _: False) if joined(option)]
        if not options:
            return ""
        now = told(parts)
        parts = min(options, key=lambda each: (now - told(each)) / max(len(whole) - len(joined(each)), 1))
    return whole
