"""What the user said of requests: which skill was right. Kept beside the cache, by the content of the request."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from skillaudit.cache import cache_folder
from skillaudit.disk.writing import replace, reported
from skillaudit.errors import UsageError
from skillaudit.reading import follow_lines
from skillaudit.reading.limits import DECISIONS
from skillaudit.safety.cleaning import one_line
from skillaudit.schema import Record

FILE = "reviews.jsonl"


class ReviewAnswer(Record):
    """One answer; the latest of a request counts."""

    request: str
    """Digest of the request's words."""
    gold: tuple[str, ...] | None
    """Names of the right skills; empty where none was needed, None where the user passed over it."""


def request_id(query: str) -> str:
    """Return the digest by which a request is known: case and white space do not count."""
    folded = " ".join(query.casefold().split())
    return hashlib.blake2b(folded.encode("utf-8", "replace"), digest_size=8).hexdigest()


class Reviews:
    """The user's answers, in the order given; every change is written at once, so that a review can go on later."""

    def __init__(self, folder: Path | None = None) -> None:
        self.path = cache_folder(folder) / FILE
        self._given: list[ReviewAnswer] = []
        if self.path.is_file():
            for _, line in follow_lines(self.path, DECISIONS):
                try:
                    self._given.append(msgspec.json.decode(line or b"", type=ReviewAnswer))
                except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                    continue

    @property
    def answers(self) -> dict[str, tuple[str, ...]]:
        """Right skills by request, without those that were passed over."""
        return {request: gold for request, gold in self._latest().items() if gold is not None}

    @property
    def asked(self) -> frozenset[str]:
        """Requests that need not be asked again."""
        return frozenset(self._latest())

    def _latest(self) -> dict[str, tuple[str, ...] | None]:
        return {review.request: review.gold for review in self._given}

    def give(self, request: str, gold: Sequence[str] | None) -> None:
        """Keep an answer; raises UsageError where it cannot be written."""
        names = None if gold is None else tuple(one_line(name) for name in gold)
        self._given.append(ReviewAnswer(request=request, gold=names))
        self._write()

    def undo(self) -> str:
        """Take the last answer back and return its request; empty where there is none."""
        if not self._given:
            return ""
        last = self._given.pop()
        self._write()
        return last.request

    def _write(self) -> None:
        with reported(self.path):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            text = b"".join(msgspec.json.encode(review) + b"\n" for review in self._given)
            replace(self.path, text, mode=0o600)


def answer(
    said: str, fired: Sequence[str], near: Sequence[str], known: Sequence[str]
) -> tuple[str, ...] | None:
    """Return the right skills that a written answer means; None for none given.

    `right` is what was loaded, nothing included; `none` says that no skill was needed; a number is one of the
    skills `near`; anything else names skills among `known`, commas between them. Raises UsageError for a name
    that is not known.
    """
    said = said.strip().strip("`")
    match said.casefold():
        case "" | "skip" | "s" | "?":
            return None
        case "right" | "r" | "y" | "yes":
            return tuple(fired)
        case "none" | "n" | "none needed":
            return ()
    names = frozenset(known)
    places = {str(number): name for number, name in enumerate(near, 1)}
    found = []
    for part in (part.strip().strip("`") for part in said.split(",")):
        if part in places:
            found.append(places[part])
        elif part in names:
            found.append(part)
        else:
            raise UsageError(
                f"no skill is called {part!r}; write right, none, skip, the number of a skill or its name"
            )
    return tuple(found)
