"""Read a model's answer strictly: which option, or in which way none."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from skillaudit.asking.records import Outcome

_WRAPPING = " \t\r\n\"'`*.,;:!()[]{}<>“”‘’«»-"
_PREFIX = re.compile(
    r"^(?:the\s+)?(?:final\s+)?(?:best\s+)?(?:skill|answer|id|category|choice|name|response)(?:\s+(?:id|name))?"
    r"(?:\s+is)?\s*[:=]\s*",
    re.IGNORECASE,
)
_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_NUMBERED = re.compile(r"\bskill[_ -]?\d+\b", re.IGNORECASE)
_NONE = re.compile(
    r"^\W*(?:none|null|n/?a|no[ _-]?skill|nothing)\b"
    r"|\bnone of (?:the|these|them)\b"
    r"|\bno (?:\w+ ){0,3}(?:skills?|categor(?:y|ies)|options?)\b.{0,40}"
    r"\b(?:fits?|match(?:es)?|appl(?:y|ies)|appropriate|suitable|relevant|available)\b",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\bi(?:'m| am)? ?(?:sorry|unable|afraid)\b"
    r"|\bi (?:can(?:no|')?t|won't|will not|must decline)\b"
    r"|\b(?:cannot|not able to) (?:assist|help|comply)\b",
    re.IGNORECASE,
)
_PLAIN_WORD = re.compile(r"[^\W\d_]+")


class Meaning(NamedTuple):
    """What an answer stands for."""

    options: tuple[int, ...]
    """Positions of the options that it names; several only where options share a label."""
    failure: Outcome | None
    """Why there are none: `none`, `refusal`, `invalid` or `unparsable`."""
    prose: bool = False
    """True when the label stood inside other words."""


def parse(text: str, labels: Sequence[str], none_word: str = "", finish: str = "") -> Meaning:
    """Find the one option that an answer names.

    An exact label counts, whatever quotes, marks or `Skill:` stand around it, also as a value of a JSON object.
    In prose a label counts when it is the only one that is named; one that is an everyday word must be quoted or
    stand after a colon. Two labels, or none, are `unparsable`; something shaped like a label but not on
    offer is `invalid`.
    """
    text = text.strip()
    if text.startswith("skill_") and labels.count(text) == 1:  # the common case, at once
        return Meaning((labels.index(text),), None)
    text = without_thoughts(text).strip()
    folded = [label.casefold() for label in labels]
    value = _json_value(text)
    bare = _bare(text if value is None else value)
    exact = tuple(at for at, label in enumerate(folded) if label == bare)
    if exact:
        return Meaning(exact, None)
    if finish == "content_filter":
        return Meaning((), "refusal")
    if bare and none_word and bare == none_word.casefold():
        return Meaning((), "none")
    if value is not None:
        return Meaning((), _failure(bare) if bare else "none")
    named = _named(text, folded)
    if len(named) == 1:
        return Meaning(tuple(at for at, label in enumerate(folded) if label in named), None, prose=True)
    if len(named) > 1:
        return Meaning((), "unparsable")
    return Meaning((), _failure(text))


def without_thoughts(text: str) -> str:
    """Return an answer without what a model says in marks of thinking."""
    return _THOUGHT.sub(" ", text)


def _failure(text: str) -> Outcome:
    if _NONE.search(text):
        return "none"
    if _REFUSAL.search(text):
        return "refusal"
    if _NUMBERED.search(text):
        return "invalid"
    bare = _bare(text)
    # One word, or a few without any sentence around them, is a name that somebody made up.
    if bare and "\n" not in bare and len(bare.split()) <= 4 and len(bare) <= 80:
        return "invalid"
    return "unparsable"


def _bare(text: str) -> str:
    text = text.strip(_WRAPPING)
    return _PREFIX.sub("", text).strip(_WRAPPING).casefold()


def _json_value(text: str) -> str | None:
    """The string that a JSON answer holds; None where the answer is not JSON, empty for null."""
    inner = text.strip().removeprefix("```").removeprefix("json").removesuffix("```").strip()
    if not inner.startswith(("{", "[", '"')):
        return None
    try:
        value = json.loads(inner)
    except (ValueError, RecursionError):
        return None
    for _ in range(4):
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        elif isinstance(value, dict) and value:
            keys = [key for key in ("id", "skill_id", "skill", "name", "answer", "category") if key in value]
            if not keys and len(value) != 1:
                return None
            value = value[keys[0]] if keys else next(iter(value.values()))
    if value is None or value == []:
        return ""
    return value if isinstance(value, str) else None


def _named(text: str, folded: Sequence[str]) -> set[str]:
    """Labels that stand in a text as whole words, the longest first, each stretch counted once."""
    rest = text.casefold()
    found = set()
    for label in sorted({label for label in folded if label and label in rest}, key=len, reverse=True):
        edge = rf"(?<![\w-]){re.escape(label)}(?![\w-])"
        pattern = edge
        if _PLAIN_WORD.fullmatch(label):
            pattern = rf"(?<=[`\"'“*]){re.escape(label)}(?=[`\"'”*])|(?<=: ){re.escape(label)}(?=\W*$)"
        rest, count = re.subn(pattern, " ", rest)
        if count:
            found.add(label)
    return found
