"""Black holes: narrow the description, take the skill off the list, or declare it as the router it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from skillaudit.analysis.generic import generic_phrases
from skillaudit.optimize.bench import Bench
from skillaudit.optimize.board import ABSENT
from skillaudit.optimize.prune import pruned
from skillaudit.optimize.rewrite.candidates import candidates
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.optimize.words.source import EVERYWHERE, Source, is_narrower
from skillaudit.requests.headings import scope_of
from skillaudit.schema import Skill
from skillaudit.text.markdown import bare

LEAST_TAKEN = 3
LEAST_ROBBED = 3
"""A hole takes at least so many requests, from at least so many skills, by top rank."""
ENOUGH = 0.6
"""Share of what taking a hole off the list would bring that a narrower description must bring."""
ROUTES = ("router", "routing", "which skill", "right skill", "meta skill", "meta-skill", "dispatch")
FEW = 8
"""Requests of its own below which nothing can show that a black hole has a right to more words."""
PRUNED = 6
"""Of the descriptions with ever less in them, how many are embedded."""
MAX_HOLES = 60
MAX_ROUNDS = 3
MAX_PARTS = 6
"""Parts of a body that are named."""


def narrow_holes(
    bench: Bench,
    lexicon: Lexicon,
    known: Sequence[int] = (),
    spared: Mapping[int, float] = MappingProxyType({}),
) -> None:
    """Propose what to do with each black hole, worst first.

    `known` are rows that the forecast calls black holes; a skill that takes much by top rank from several
    others, and claims everything or calls itself a router, is tried as well. Narrowing is preferred, never with
    more telling words than before; demotion to manual-only is accepted where the skill has nothing of its own to lose,
    or draws what needs no skill and has less to lose than it takes, in requests and in false triggers of a hundred; a
    router is left to be declared by its author.
    `spared` is the share of requests that need nothing which fire no skill without a row (`routing.predict.spared`).
    """
    tried: set[int] = set()
    for _ in range(MAX_ROUNDS):
        rows = [row for row in _suspects(bench, {*known, *spared}) if row not in tried]
        if not rows:
            return
        for row in rows:
            tried.add(row)
            _narrow(bench, lexicon, row, row in known, spared.get(row, 0.0))


def _suspects(bench: Bench, known: Collection[int]) -> list[int]:
    wrong = ~bench.board.right
    taker, owner = bench.board.rival[wrong], bench.board.owner[wrong]
    taken = np.bincount(taker, minlength=len(bench.skills))
    pairs = np.unique(np.stack([taker, owner]), axis=1)
    robbed = np.bincount(pairs[0], minlength=len(bench.skills))
    own = bench.board.per_skill(bench.board.right)
    found = (taken >= LEAST_TAKEN) & (robbed >= LEAST_ROBBED) & (taken > own)
    for row in known:
        found[row] |= taken[row] > 0
    order = np.argsort(-taken, kind="stable")
    return [
        row
        for row in order.tolist()
        if found[row] and row not in bench.gone and not bench.skills[row].declared_router
    ][:MAX_HOLES]


def _narrow(bench: Bench, lexicon: Lexicon, row: int, significant: bool, idle: float) -> None:
    skill = bench.skills[row]
    owned = bench.board.per_skill(np.ones(len(bench.requests)))[row]
    taken = int(bench.board.absorbed()[row])
    removal = bench.board.try_column(row, np.full(len(bench.requests), ABSENT))
    most = bench.gain(removal)
    phrases = generic_phrases(skill.text)
    what = f"takes {taken} requests of other skills"
    what += f", has {int(owned)} of its own" if owned else " and none is its own"
    what += f"; claims {', '.join(repr(phrase) for phrase in phrases[:3])}" if phrases else ""
    triggers = round(-100 * idle, 2) + 0.0
    what += f"; draws {-triggers:.1f} of 100 requests that need no skill" if triggers else ""
    router = any(word in skill.text.casefold() for word in ROUTES)
    if not (significant or phrases or router):
        return  # what a skill that claims nothing general says it can do is its author's to take back
    proposed = candidates(skill, row, lexicon, (), bench.limit, shorten=True)
    proposed += tuple(pruned(bench, row, lexicon)[-PRUNED:]) if owned else ()
    if significant and owned < FEW:
        bench.broad.add(row)
    claimed = set(generic_phrases(skill.description))
    # A claim that is told is what goes, and one that is left still draws what needs no skill.
    texts = [
        text
        for text in proposed
        if is_narrower(text, skill.description)
        and (not claimed or set(generic_phrases(text)) < claimed)
        and not (triggers and generic_phrases(text))
    ]
    scores = bench.columns.full([bench.text(row, text) for text in texts])
    best = None
    for at, text in enumerate(texts):
        delta = bench.board.try_column(row, scores[:, at])
        gain = bench.gain(delta)
        if gain >= bench.minimum and not bench.harmful(row, delta) and (best is None or gain > best[0]):
            best = (gain, at, text)
    if best and (best[0] >= ENOUGH * most or owned > 0):
        bench.describe(
            "describe", "narrow", row, best[2], f"{what}; a narrower description", scores[:, best[1]]
        )
        return
    harmed = bench.harmful(row, removal)
    # What others get back, less what it loses itself, and false triggers, as the report counts them.
    if harmed == skill.id and triggers and 100 * most / len(bench.requests) - triggers > 0:
        harmed = ""
    if router:
        reason = f"{what}; it calls itself a router: declare it, or make it manual-only"
        bench.remove("declare", "narrow", row, reason, "its author must say that it is one")
    refused = bench.harm(row, removal) if harmed else ""
    if not refused and router:
        refused = "declare it instead, if it is a router"
    if not refused and not any(request.source in ("file", "evals") for request in bench.requests):
        refused = "no request that a person labelled says so; yours to decide"
    if not refused and most < bench.minimum and not triggers:
        refused = "by itself it brings nothing: other skills would take the same requests"
    reason = f"{what}; manual-only, it no longer competes and can still be called by name"
    bench.remove("demote", "narrow", row, reason, refused, triggers=triggers or None)
    if refused and len(parts := _parts(skill, lexicon.sources[row])) >= LEAST_ROBBED:
        shown = ", ".join(parts[:MAX_PARTS]) + (" and others" if len(parts) > MAX_PARTS else "")
        reason = f"{what}; its body has {len(parts)} parts that could be skills of their own: {shown}"
        why = "only its author can cut it: scripts, references and steps may belong to several parts"
        bench.remove("split", "narrow", row, reason, why)


def _parts(skill: Skill, source: Source) -> list[str]:
    """Return the second-level headings of a body, but those that any skill has."""
    found = dict.fromkeys(bare(title) for depth, title in source.titles if depth == 2)
    return [title for title in found if not scope_of(title, skill.name) and not EVERYWHERE.match(title)]
