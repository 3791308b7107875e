"""Requests that a skill's author wrote down outside the description."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from skillaudit.requests import wording
from skillaudit.requests.headings import Scope, is_negative_item, is_pointer, scope_of
from skillaudit.schema import Skill
from skillaudit.text.markdown import Block, bare, blocks
from skillaudit.text.sentences import sentences

BODY_LIMIT = 100_000
"""Characters of a body that are read; what lies beyond is reference material."""

_DEPTH = 2
"""Headings deeper than this speak of a part of the skill: `When to use` there chooses between its methods."""

_COLON = re.compile("[:：]")
_ABOUT_LINES = 12
_LEAD_LENGTH = 60
"""A line such as `Use this skill when: ...` has its colon within so many characters."""


def read(skill: Skill) -> Sequence[Block]:
    """Return the parts of a skill's body."""
    return tuple(blocks(skill.body[:BODY_LIMIT]))


class Bodies:
    """Reads the parts of bodies, each skill's once."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._known: dict[str, Sequence[Block]] = {}

    def __call__(self, skill: Skill) -> Sequence[Block]:
        """Return the parts of a skill's body."""
        if skill.id not in self._known:
            self._known[skill.id] = read(skill)
        return self._known[skill.id]


def _scope(block: Block, own: str) -> Scope:
    """What the headings and the label over a block make of it."""
    scope: Scope = ""
    for depth, title in block.headings:
        here = scope_of(title, own)
        if here in ("use", "about") and depth > _DEPTH and scope != here:
            here = ""
        # A subheading that announces nothing leaves what stands over it in force.
        scope = here or scope
    if not block.intro:
        return scope
    label = scope_of(block.intro, own)
    if block.kind == "cell":
        # The first column of a table counts where the section is about use, unless its title turns away.
        return "not" if label == "not" else scope
    if label == "use" and block.headings and block.headings[-1][0] > _DEPTH and scope != "use":
        label = ""
    return label or scope


def scoped(parts: Sequence[Block], own: str) -> Iterator[tuple[Block, Scope]]:
    """Yield every part with its scope."""
    known: dict[tuple[object, ...], Scope] = {}
    for part in parts:
        place = (part.headings, part.intro, part.kind == "cell")
        if place not in known:
            known[place] = _scope(part, own)
        yield part, known[place]


def mined(parts: Sequence[Block], own: str) -> Iterator[str]:
    """Yield the requests in the body of the skill called `own`, in order.

    Quoted prompts where prompts, triggers or uses are given; what a `User:` line says; the items of lists
    and tables under headings such as "When to use", rid of lead-ins such as "the user wants to"; and lines
    such as "Use when: ...". Lists of when not to use the skill yield nothing.
    """
    for part, scope in scoped(parts, own):
        if scope == "not":
            continue
        if scope in ("", "about"):
            if part.kind == "prose" and _COLON.search(part.raw, 0, _LEAD_LENGTH):
                yield from _plausible(
                    map(wording.as_request, wording.enumerated(bare(part.raw))), wording.MIN_QUOTED
                )
            continue
        text = bare(part.raw)
        if not (is_negative_item(text) or is_pointer(part.raw)):
            yield from _from_item(text, scope, part)


def _from_item(text: str, scope: Scope, part: Block) -> Iterator[str]:
    said = wording.spoken(text)
    if said is not None:
        yield from _plausible([said], wording.MIN_QUOTED)
        return
    phrases = wording.quoted(text)
    if scope == "examples" and not wording.is_reported(text):
        return
    if phrases:
        yield from _plausible(phrases, wording.MIN_QUOTED)
    elif scope == "use" and part.kind != "prose":
        if not wording.is_statement(text):
            yield from _plausible([wording.as_request(text)], wording.MIN_WORDS)
    elif part.kind == "prose":
        yield from _plausible(map(wording.as_request, wording.enumerated(text)), wording.MIN_QUOTED)


def _plausible(lines: Iterator[str] | list[str] | map[str], least: int) -> Iterator[str]:
    return (line for line in lines if wording.is_plausible(line, least))


def tasks(parts: Sequence[Block], own: str) -> Iterator[str]:
    """Yield sentences about what the skill called `own` does: of its opening, overview and features."""
    found = 0
    first = next((part.headings[:1] for part in parts if part.headings), ())
    for part, scope in scoped(parts, own):
        if found >= _ABOUT_LINES:
            return
        opening = part.headings in ((), first)
        if scope == "not" or not (scope == "about" or (opening and part.kind == "prose")):
            continue
        for sentence in sentences(bare(part.raw)):
            task = wording.as_task(sentence)
            if wording.is_statement(task):
                continue
            if wording.is_about(task) and wording.is_plausible(task, wording.MIN_SENTENCE):
                found += 1
                yield task
