"""JSON from strangers: its depth, its numbers and how many values it holds are known before it is parsed."""

from __future__ import annotations

import json
import os
import re
from typing import Any, TypeVar

import msgspec

from skillaudit.errors import UsageError
from skillaudit.reading.files import named, read_bytes
from skillaudit.reading.limits import DEPTH, DIGITS, Bounds
from skillaudit.safety.decoding import read_json

T = TypeVar("T")

# Possessive throughout and with an end that always matches, so that no text is read twice.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_LONG_NUMBER = re.compile(rf"(?<!\d)\d{{{DIGITS + 1}}}", re.ASCII)
_OPENS = str.maketrans({"[": "(", "{": "(", "]": ")", "}": ")"})
_NO_BRACKET = re.compile(r"[^()]+")


class JsonError(ValueError):
    """The text is no JSON, or more of it than its kind may hold; the message ends in the remedy."""

    def __init__(self, message: str, line: int = 0) -> None:
        """Keep the line from 1, or 0 where it says nothing."""
        super().__init__(message)
        self.line = line

    def at(self, place: str) -> str:
        """Return the sentence for a file at `place`."""
        return f"{place}:{self.line}: {self}" if self.line else f"{place}: {self}"


def parse_json(text: str, bounds: Bounds, **hooks: Any) -> Any:
    """Return the value of a JSON text; `hooks` are those of `json.loads`.

    Raises `JsonError` for anything else, more than 64 levels, more than `bounds.values` values, or a number
    of more than 400 digits.
    """
    _check(text, bounds)
    try:
        return json.loads(text, **hooks)
    except json.JSONDecodeError as problem:
        raise JsonError(f"not valid JSON ({problem.msg}); correct the file", problem.lineno) from None


def read_record(path: str | os.PathLike[str], kind: type[T], bounds: Bounds) -> T:
    """Return the record in a JSON file, every text in it cleaned.

    Raises UsageError with one sentence: the file, that it is not of its kind, the place in it, the remedy.
    """
    return decode_record(read_bytes(path, bounds), kind, bounds, named(path))


def decode_record(data: bytes, kind: type[T], bounds: Bounds, shown: str) -> T:
    """Return the record in the bytes of a JSON file called `shown`; raises UsageError as `read_record`."""
    try:
        _check(data.decode("utf-8"), bounds)
        return read_json(data, kind)
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise UsageError(f"{shown}:{line}: not {bounds.what}: it is no UTF-8; {bounds.remedy}") from None
    except (msgspec.MsgspecError, JsonError, RecursionError) as problem:
        why = str(problem).partition("; ")[0]
        raise UsageError(f"{shown}: not {bounds.what}: {why}; {bounds.remedy}") from None


def _check(text: str, bounds: Bounds) -> None:
    """Raise `JsonError` for a text whose values are too many, too deep or too long to be parsed."""
    opened = text.count("[") + text.count("{")
    if opened <= DEPTH and len(text) <= DIGITS:
        return
    bones = _STRING.sub("", text)
    if _LONG_NUMBER.search(bones):
        raise JsonError(f"a number of more than {DIGITS} digits; write it shorter")
    if bones.count(",") + bones.count(":") + bones.count("[") + bones.count("{") > bounds.values:
        raise JsonError(f"more than {bounds.values:,} values; {bounds.remedy}")
    if opened > DEPTH and _depth(bones) > DEPTH:
        raise JsonError(f"nested deeper than {DEPTH} levels; flatten it")


def _depth(bones: str) -> int:
    """Return how deep brackets are nested in a text without strings."""
    brackets = _NO_BRACKET.sub("", bones.translate(_OPENS))
    depth = 0
    # Pairs that hold nothing go, a level at a time: what is left after the limit is too deep.
    while brackets and depth <= DEPTH:
        left = brackets.replace("()", "")
        if left == brackets:
            return DEPTH + 1 if brackets.count("(") > DEPTH else depth
        brackets, depth = left, depth + 1
    return depth
