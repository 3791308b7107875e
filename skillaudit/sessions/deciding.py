"""Turns as decisions: what was asked, what was on offer, what the agent took, and what was right if known."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from skillaudit.schema import Record
from skillaudit.sessions.corrections import correction, named_in
from skillaudit.sessions.records import Harvest, How, Turn
from skillaudit.sessions.reviews import request_id

GoldFrom = Literal["review", "correction", "command", ""]
Names = Callable[[str], str | None]
"""The skill of the library that a name in a log stands for; None where there is none."""
LEAST_WORDS = 3
_LEAST_WIDE = 6
"""Characters that make a request where words are not parted by spaces."""
_CALL = re.compile(r"[/$](?:skill[: ])?\S+\s*")


class Occasion(Record):
    """One request as it came to an agent, with everything that is known of the choice."""

    id: str
    """Digest of the request, the client, the model and what was loaded: the same on every reading."""
    query: str
    fired: tuple[str, ...]
    """Skills that were loaded for it."""
    how: How | None
    """Of the first of them; None where none was loaded."""
    gold: tuple[str, ...] | None = None
    """Right skills; empty where none was needed, None where nobody said."""
    gold_from: GoldFrom = ""
    offered: tuple[str, ...] = ()
    """Names on offer, in the order shown; empty where the log does not say."""
    client: str = ""
    model: str = ""
    version: str = ""
    time: str = ""
    """Of the latest."""
    count: int = 1
    """How often just this came."""
    carried: bool = False
    """Whether a skill stood in the context already, so that loading none says nothing."""

    @property
    def router(self) -> str:
        """Who decided: the model and the client."""
        return f"{self.model or 'model'}@{self.client}"

    @property
    def decided(self) -> bool:
        """Whether the model chose by itself, with nothing loaded before."""
        return self.how != "command" and not (self.carried and not self.fired)


def is_request(query: str) -> bool:
    """Whether a user's words are enough to choose a skill by: "go on" and "yes please" are not."""
    words = query.split()
    return len(words) >= LEAST_WORDS or sum(ord(letter) > 0x2E7F for letter in query) >= _LEAST_WIDE


def evidence(
    harvest: Harvest,
    *,
    names: Names = lambda name: name,
    skills: Collection[str] = (),
    reviews: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[Occasion, ...]:
    """Return what the turns of a harvest say, equal ones counted once, the newest first.

    `names` finds the skill of a library by a name in a log: loads of others stay out, and with them turns at which
    nothing of the library was on offer. Where a log has no listing, those of a project count in which one of its
    skills was loaded at some time. `skills` are all that a user may call right. `reviews` are right skills by
    request (`request_id`).
    """
    found: dict[str, Occasion] = {}
    there = _places(harvest, names)
    known_listings: dict[tuple[tuple[str, str], ...], tuple[str, ...]] = {}
    for conversation in harvest.conversations:
        for listing in conversation.listings:
            if listing not in known_listings:
                known_listings[listing] = _known(listing, names)
        for before, turn, following in _around(conversation.turns):
            if turn.listing < 0 and (conversation.client, turn.project) not in there:
                continue
            offered = known_listings.get(conversation.offered(turn), ())
            made = _made(conversation.client, turn, before, following, offered, names, skills)
            if made is None:
                continue
            if reviews and (request := request_id(made.query)) in reviews:
                made = msgspec.structs.replace(made, gold=reviews[request], gold_from="review")
            if (known := found.get(made.id)) is not None:
                better = known if known.gold_from or not made.gold_from else made
                made = msgspec.structs.replace(
                    better,
                    count=known.count + 1,
                    time=max(known.time, made.time),
                    carried=known.carried and made.carried,
                )
            found[made.id] = made
    return tuple(sorted(found.values(), key=lambda one: (one.time, one.id), reverse=True))


def _places(harvest: Harvest, names: Names) -> set[tuple[str, str]]:
    """Clients and projects in which some skill was loaded: without a listing, nothing else says that any is there."""
    return {
        (conversation.client, turn.project)
        for conversation in harvest.conversations
        for turn in conversation.turns
        if any(names(load.name) is not None for load in turn.loads)
    }


def _known(listing: Iterable[tuple[str, str]], names: Names) -> tuple[str, ...]:
    """The skills of a library that stand in a listing."""
    found = (names(name) for name, _ in listing)
    return tuple(dict.fromkeys(name for name in found if name is not None))


def _around(turns: Sequence[Turn]) -> Iterable[tuple[Turn | None, Turn, Turn | None]]:
    return zip((None, *turns), turns, (*turns[1:], None), strict=False)


def _made(
    client: str,
    turn: Turn,
    before: Turn | None,
    following: Turn | None,
    offered: tuple[str, ...],
    names: Names,
    skills: Collection[str],
) -> Occasion | None:
    query = turn.query
    if turn.commanded is not None:
        query = _CALL.sub("", query, count=1).strip()
    if not is_request(query) or not turn.answered:
        return None
    loads = [(known, load.how) for load in turn.loads if (known := names(load.name)) is not None]
    if turn.listing >= 0 and not offered and not loads:
        return None
    meant = skills or offered
    if before is not None and correction(query, [load.name for load in before.loads], meant) is not None:
        return None  # the answer to a correction is no choice
    told = named_in(query, [name for name, _ in loads])
    loads = [(name, "command" if name in told else how) for name, how in loads]
    gold, gold_from = _gold(following, loads, meant)
    fired = tuple(dict.fromkeys(name for name, _ in loads))
    return Occasion(
        id=_digest(query, client, turn.model, *fired),
        query=query,
        fired=fired,
        how=loads[0][1] if loads else None,
        gold=gold,
        gold_from=gold_from,
        offered=offered,
        client=client,
        model=turn.model,
        version=turn.version,
        time=turn.time,
        carried=any(names(name) is not None for name in turn.before),
    )


def _gold(
    following: Turn | None, loads: Sequence[tuple[str, How]], skills: Collection[str]
) -> tuple[tuple[str, ...] | None, GoldFrom]:
    called = tuple(name for name, how in loads if how == "command")
    if called:
        return called, "command"
    if following is None:
        return None, ""
    taken = [name for name, _ in loads]
    right = correction(following.query, taken, skills)
    if right is not None:
        return right, "correction"
    return None, ""


def _digest(*parts: str) -> str:
    folded = [" ".join(parts[0].casefold().split()), *parts[1:]]
    return hashlib.blake2b("\0".join(folded).encode("utf-8", "replace"), digest_size=8).hexdigest()


def rows(found: Iterable[Occasion]) -> Iterable[dict[str, Any]]:
    """Return decisions as `calibrate` and `--requests` read them, one object each; nothing is in them unmasked."""
    for one in found:
        row: dict[str, Any] = {"query": one.query, "gold": None if one.gold is None else list(one.gold)}
        if one.gold_from:
            row["gold_from"] = one.gold_from
        row["fired"] = list(one.fired)
        if one.how is not None:
            row["how"] = one.how
        row["choice"] = {one.router: one.fired[0] if one.fired else None} if one.decided else {}
        if one.offered:
            row["candidates"] = list(one.offered)
        row |= {
            "client": one.client,
            "model": one.model,
            "version": one.version,
            "count": one.count,
            "id": one.id,
        }
        if one.time:
            row["date"] = one.time[:10]
        yield row
