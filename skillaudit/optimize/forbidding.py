"""Two files of which one forbids what the other tells its reader to run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skillaudit.schema import Skill
from skillaudit.text.sentences import sentences

_DESTROYS = frozenset(["delete", "destroy", "remove", "erase", "wipe", "drop", "purge", "terminate"])
_CHANGES = _DESTROYS | frozenset(["create", "update", "edit", "modify", "write"])
"""What a file that only reads has no command for."""
_WRITES = _CHANGES | {"overwrite", "send", "post", "publish", "push", "deploy", "install"}
_WRITES |= {"transfer", "buy", "sell", "trade", "order", "pay", "cancel"}
"""What a command does that changes something, as verbs."""
_FORMS = {
    form: verb
    for verb in sorted(_WRITES)
    for form in (verb, f"{verb}s", f"{verb.removesuffix('e')}ing", f"{verb}d", f"{verb}ed")
}
_BANS = re.compile(
    r"\b(?:never|(?:do|must|should|may) not|don['’]t|cannot|forbid(?:s|den)?|prohibited)\s+(?:\w+\s+){0,2}?"
    rf"({'|'.join(_FORMS)})\b",
    re.IGNORECASE,
)
_NO_HARM = re.compile(
    r"\bdestructive (?:operations|commands|actions) are (?:forbidden|prohibited|not allowed)\b", re.IGNORECASE
)
_ONLY_READS = re.compile(
    r"\b(?:is|are|strictly|stays?|operates?|works?)\s+(?:\w+\s+)?read[- ]only\b"
    r"|\bread[- ]only\s+(?:mode|skill|access)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"`([^`\n]{1,300})`")
_FENCES = ("```", "~~~")


def contradicted(one: Skill, other: Skill) -> str:
    """Say what either of two files forbids and the other has a command for; empty where neither does."""
    return _forbids(one, other) or _forbids(other, one)


def _forbids(strict: Skill, free: Skill) -> str:
    run = _commands(free.body)
    both = set(_said(free.body)) if run else set()
    for sentence in _said(strict.body) if run else ():
        if sentence in both:
            continue
        banned = {_FORMS[match[1].casefold()] for match in _BANS.finditer(sentence)}
        banned |= _DESTROYS if _NO_HARM.search(sentence) else set()
        banned |= _CHANGES if _ONLY_READS.search(sentence) else set()
        if found := next((command for verb, command in run.items() if verb in banned), ""):
            return f"{strict.id} says “{sentence.strip('*_ ')[:80]}”, {free.id} has `{found}`"
    return ""


def _said(body: str) -> Iterator[str]:
    for line in body.splitlines():
        yield from sentences(line.strip(" \t*_>-#"))


def _commands(body: str) -> dict[str, str]:
    """Return by verb the first line of code of a body that has it as a word of its own behind the program's name."""
    found: dict[str, str] = {}
    fenced = False
    for line in body.splitlines():
        if line.lstrip().startswith(_FENCES):
            fenced = not fenced
            continue
        for code in (line,) if fenced else _CODE.findall(line):
            words = code.split()
            for word in words[1:5]:
                if word in _WRITES:
                    found.setdefault(word, " ".join(words)[:60])
    return found
