"""TOML from strangers: its parser recurses, and reads long dotted keys over and over."""

from __future__ import annotations

import os
import re
import tomllib
from typing import Any

from skillaudit.errors import UsageError
from skillaudit.reading.files import named, read_text
from skillaudit.reading.limits import DEPTH, DIGITS, KEY_PARTS, SETTINGS

_STRING = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+(?:"""|\\?\Z)'
    r"|'''(?:[^']++|'(?!''))*+(?:'''|\Z)"
    r'|"(?:[^"\\\n]++|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|\#[^\n]*+",
    re.DOTALL,
)
_LONG_NUMBER = re.compile(rf"(?<![\d_])[\d_]{{{DIGITS + 1}}}", re.ASCII)
_DEEP_KEY = re.compile(rf"(?<![.\w -])[\w -]*+(?:\.[\w -]*+){{{KEY_PARTS}}}")


def parse_toml(text: str) -> dict[str, Any]:
    """Return the document of a TOML text.

    Raises ValueError, whose message says where, for what is no TOML, more than 64 levels, keys of more than
    16 parts, or a number of more than 400 digits.
    """
    # A string may be a key; what it says counts for nothing here.
    bones = _STRING.sub("s", text)
    if _LONG_NUMBER.search(bones):
        raise ValueError(f"a number of more than {DIGITS} digits; write it shorter")
    if _DEEP_KEY.search(bones):
        raise ValueError(f"a key of more than {KEY_PARTS} parts; write it shorter")
    if _deepest(bones) > DEPTH:
        raise ValueError(f"nested deeper than {DEPTH} levels; flatten it")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError(f"nested deeper than {DEPTH} levels; flatten it") from None


def read_toml(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the document of a TOML file; raises UsageError with one sentence for any other file."""
    text = read_text(path, SETTINGS)
    try:
        return parse_toml(text)
    except ValueError as error:
        raise UsageError(f"{named(path)}: not TOML: {error}") from None


def _deepest(bones: str) -> int:
    depth = deepest = 0
    for letter in re.findall(r"[\[\]{}]", bones):
        depth = max(0, depth + (1 if letter in "[{" else -1))
        deepest = max(deepest, depth)
    return deepest
