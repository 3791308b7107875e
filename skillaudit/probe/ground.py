"""What a study is planned on: a library, its requests, and how much may be asked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from skillaudit.asking.orders import hash_of
from skillaudit.asking.prompts import entries_of
from skillaudit.asking.records import Entry
from skillaudit.config import DropOrder
from skillaudit.errors import UsageError
from skillaudit.schema import Request, Skill
from skillaudit.scoring import Scorer

PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Ground:
    """A library and the settings of a study on it."""

    skills: tuple[Skill, ...]
    """The routable skills, in their order."""
    requests: tuple[Request, ...]
    scorer: Scorer
    """Over the descriptors of `skills`, in that order; says which skills are alike."""
    client: str = PAPER
    """A client profile whose listing is shown, or `paper` for the published prompts."""
    context: int | None = None
    order: DropOrder = "declared"
    """Whose description the client drops first, where only it knows."""
    repeats: int = 3
    seed: int = 0
    limit: int | None = None
    """Most requests in one condition; None for all."""

    @property
    def routed(self) -> tuple[Request, ...]:
        """Requests with a right skill in the library, that skill's ids only."""
        known = {skill.id for skill in self.skills}
        return tuple(request for request in self.requests if known.intersection(request.gold))

    @property
    def idle(self) -> tuple[Request, ...]:
        """Requests that should fire nothing, at most `limit`."""
        found = [request for request in self.requests if not request.gold]
        if self.limit is not None and len(found) > self.limit:
            found = by_hash(found, self.seed)[: self.limit]
        return tuple(found)

    @property
    def entries(self) -> dict[str, Entry]:
        """Every skill as the library describes it."""
        return dict(entries_of(self.skills))

    def sample(self, default: int | None = None) -> tuple[Request, ...]:
        """Return at most `limit` (else `default`) routed requests, spread over as many skills as can be.

        Raises `UsageError` when no request speaks for the library.
        """
        routed = self.routed
        if not routed:
            raise UsageError(
                "no request speaks for this library; name a file with --requests, or write some with --synthesize"
            )
        count = self.limit if self.limit is not None else default
        return spread(routed, count, self.seed)

    def digest(self) -> str:
        """Return a hash of everything that decides what is asked."""
        parts = [
            self.client,
            str(self.context),
            self.order,
            str(self.repeats),
            str(self.seed),
            str(self.limit),
        ]
        parts += [f"{skill.id}\0{skill.text}" for skill in self.skills]
        if self.order == "sessions":
            parts += [f"{skill.used:.9g}" for skill in self.skills]
        parts += ["\0".join((request.query, *request.gold)) for request in self.requests]
        return hashlib.blake2b("\1".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def spread(requests: Sequence[Request], count: int | None, seed: int) -> tuple[Request, ...]:
    """Return `count` requests: each skill's first by hash, then each skill's second, and so on."""
    if count is None or count >= len(requests):
        return tuple(requests)
    turns: dict[str, int] = {}
    ranked = []
    for request in by_hash(requests, seed):
        owner = request.gold[0]
        turns[owner] = turns.get(owner, -1) + 1
        ranked.append((turns[owner], request))
    chosen = {request.query for _, request in sorted(ranked, key=lambda pair: pair[0])[:count]}
    return tuple(request for request in requests if request.query in chosen)


def by_hash(requests: Iterable[Request], seed: int) -> list[Request]:
    """Return requests in an order that depends on their words and the seed alone."""
    return sorted(requests, key=lambda request: hash_of(request.query, seed))


def owned(request: Request, known: Iterable[str]) -> tuple[str, ...]:
    """Return the right skills of a request that the library has."""
    wanted = set(known)
    return tuple(skill for skill in request.gold if skill in wanted)
