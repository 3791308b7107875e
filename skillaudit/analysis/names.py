"""What the name of a skill says: its subject, apart from what is done to it and from words of quality."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from skillaudit.schema import Skill
from skillaudit.text.words import stem, terms


@lru_cache(maxsize=1 << 16)
def folded(word: str) -> str:
    """Return a word of a name without its ending; `docs` and `doc` are one, which is too short for a stem."""
    found = stem(word)
    return (
        found[:-1]
        if 3 < len(found) < 6 and found.endswith("s") and not found.endswith(("ss", "us", "is"))
        else found
    )


_VARIANT = """
skill skills expert experts automation automate automator helper tool tools toolkit best practice practices pattern
patterns guide guides guideline guidelines master mastery pro specialist engineer engineering developer development
agent assistant system generate generator builder creator writer implementation implement response responder
professional drafter editor official anthropic senior advanced core complete comprehensive ultimate modern basic simple
v2 v3 plus lite claude cc code codex based using for with and the of a an to in on your my principles essentials basics
fundamentals suite kit hub coach advisor architect consultant management
"""
VARIANT = frozenset(map(folded, _VARIANT.split()))
"""Words of a name that say how good or what kind of thing a skill is, not what it is about."""
_COMMON = "app application service project product production release code file data task"
COMMON = frozenset(map(folded, _COMMON.split()))
"""Words that many a request has, whichever skill is meant: a name that differs by one of them sets nothing apart."""
ROLES = tuple(
    frozenset(words.split())
    for words in (
        "detecting detect hunting hunt investigating monitoring triaging defending preventing hardening",
        "performing conducting executing exploiting bypassing cracking",
        "analyzing analysing reviewing auditing evaluating",
        "building implementing configuring deploying creating setting",
    )
)
"""What a name says is done; skills of two roles do not do the same to one subject."""
EVERY_ROLE = frozenset().union(*ROLES)
_KINDS = (
    "python/py java kotlin javascript/js typescript/ts dotnet/csharp/net golang/go rust/rs ruby/rb php swift cpp scala"
    " elixir dart perl julia haskell",
    "ios/iphone android windows macos linux",
    "aws/amazon azure gcp/google cloudflare",
    "react/reactjs vue/vuejs angular svelte flutter",
    "staging/stage sandbox preview/beta/alpha/experimental deprecated/legacy",
)
ALTERNATIVES = tuple(
    {folded(word): group.split("/")[0] for group in kind.split() for word in group.split("/")}
    for kind in _KINDS
)
"""Words of which a request means one, by every spelling: languages, systems, clouds, frameworks and, last, stages."""

_VERSION = re.compile(r"v?\d+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BETWEEN = re.compile(r"[\W_]+")


@lru_cache(maxsize=1 << 16)
def parts(name: str) -> tuple[str, ...]:
    """Return the words of a name in order, case folded; `webScraping` has two."""
    return tuple(part for part in _BETWEEN.split(_HUMP.sub(" ", name).casefold()) if part)


def alternative(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether two names say different words of one kind, as `sdk-java` and `sdk-py` do; a stage only one must say."""
    both = zip(ALTERNATIVES, _chosen(tuple(ours)), _chosen(tuple(theirs)), strict=True)
    return any(left != right and ((left and right) or kind is ALTERNATIVES[-1]) for kind, left, right in both)


@lru_cache(maxsize=1 << 16)
def _chosen(words: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    """Return what a name says of each of `ALTERNATIVES`; its pairs with all its neighbours ask."""
    said = list(map(folded, words))
    return tuple(frozenset(kind[word] for word in said if word in kind) for kind in ALTERNATIVES)


def opposed(ours: Skill, theirs: Skill) -> bool:
    """Whether names tell two skills apart: by words of one kind, by version, by what is done, or as there and back."""
    if alternative(parts(ours.id), parts(theirs.id)):
        return True
    left, right = parts(ours.name), parts(theirs.name)
    mine, others = ({at for at, role in enumerate(ROLES) if role & set(words)} for words in (left, right))
    if mine and others and not mine & others:
        return True
    versions = [{word for word in words if _VERSION.fullmatch(word)} for words in (left, right)]
    if all(versions) and versions[0] != versions[1]:
        return True
    there, back = (list(map(folded, words)) for words in (left, right))
    return "to" in there and "to" in back and there != back


def subject(words: Sequence[str]) -> frozenset[str]:
    """Return what a name is about, folded: its words without roles and words of quality."""
    return frozenset(folded(word) for word in words if word not in EVERY_ROLE) - VARIANT


class Named(NamedTuple):
    """What a skill is named for, and the telling words of its description, folded."""

    skill: Skill
    subject: frozenset[str]
    said: frozenset[str]


def named(skill: Skill) -> Named:
    """Read a skill's name and description."""
    said = frozenset(folded(key) for key, _ in terms(skill.description))
    return Named(skill, subject(parts(skill.name)), said)


_POINTS = re.compile(r"\b(?:use|see|try|prefer|invoke) (?:the )?[`'\"“]?\Z")
_POINTED = re.compile(r"[`'\"”]? ?(?:[.,;:()]|$|(?:skill|instead|directly|for|or|and)\b)")
_REACH = 20
"""More characters than the longest text that `_POINTS` matches has."""


def sends_to(one: Skill, other: Skill) -> bool:
    """Whether a description names another skill: one of several joined words, or as in "for tiles use histolab"."""
    name, text = other.name.casefold(), one.description.casefold()
    if name not in text or not name:
        return False
    if re.search(r"\w[-_]\w", name):
        return True
    at = text.find(name)
    while at >= 0:
        if _POINTS.search(text[max(0, at - _REACH) : at]) and _POINTED.match(text, at + len(name)):
            return True
        at = text.find(name, at + 1)
    return False


def set_apart(a: Named, b: Named) -> bool:
    """Whether a request can tell two skills apart: names are `opposed`, either description sends its reader to the
    other skill by name, or either is named for something that its description speaks of and the other's does not.

    `stripe-integration` and `paypal-integration` are a template filled in twice: a request says which is meant.
    """
    if opposed(a.skill, b.skill) or sends_to(a.skill, b.skill) or sends_to(b.skill, a.skill):
        return True
    return any(
        (one.subject - other.subject - COMMON) & (one.said - other.said) for one, other in ((a, b), (b, a))
    )
