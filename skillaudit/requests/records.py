"""What gathering hands on."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from skillaudit.schema import Defect, Record, Request, RequestSource, SetAside


class LabelledLine(NamedTuple):
    """One labelled line of a file, before its names are looked up."""

    query: str
    gold: tuple[str, ...] | None
    """Names of the right skills; empty when nothing should fire; None when only a wrong one is known."""
    line: int
    home: str = ""
    """Name of the skill that the file or entry was written for."""
    acceptable: tuple[str, ...] = ()
    """Names of skills that are no mistake either, where some skill is right."""
    times: float = 0.0
    """How often the request came; 0 where nobody said."""


class Candidate(NamedTuple):
    """A request that has ids and waits for the leak filter, folding and the split."""

    query: str
    gold: tuple[str, ...]
    source: RequestSource
    origin: str
    home: str
    times: float = 0.0
    """How often it came; 0 where nobody said."""


class Told(Record):
    """What people say is right, before it is filtered and folded."""

    drafts: tuple[Candidate, ...]
    ignored: int = 0
    """Rows that only say which skill is wrong, so that nothing can be counted on them."""
    unknown: int = 0
    """Rows dropped because none of their skills is in the library."""
    defects: tuple[Defect, ...] = ()
    """Lines that could not be used, each with file, line and remedy."""


class Gathered(Record):
    """Requests for one library, and what was left out on the way."""

    requests: tuple[Request, ...]
    leaked: int = 0
    """Dropped because they name a skill or repeat its description."""
    ignored: int = 0
    """Rows that only say which skill is wrong, so that nothing can be counted on them."""
    unknown: int = 0
    """Rows dropped because none of their skills is in the library."""
    aside: tuple[SetAside, ...] = ()
    """Given rows dropped because none of their skills competes, by reason."""
    boilerplate: int = 0
    """Lines that stand in the bodies of more than two skills and so speak for none."""
    capped: int = 0
    """Mined and body lines beyond the number kept for each skill."""
    defects: tuple[Defect, ...] = ()
    """Lines that could not be used, each with file, line and remedy."""

    def once_each(self) -> Gathered:
        """Return the same with every request of one weight, for what compares requests one by one."""
        even = tuple(msgspec.structs.replace(request, weight=1.0) for request in self.requests)
        return msgspec.structs.replace(self, requests=even)
