"""Requests that a skill's author wrote down outside the description."""

from __future__ import annotations

from collections.abc import Iterator

from skillaudit.requests import wording
from skillaudit.requests.markdown import Block, blocks
from skillaudit.schema import Skill

BODY_LIMIT = 100_000
"""Characters of a body that are read; what lies beyond is reference material."""

_SCENE = frozenset({"bullet", "number", "cell"})


def _scope(block: Block, own: str) -> str:
    """What the headings and the label over a block make of it: `use`, `examples`, `not` or nothing."""
    scope = ""
    for heading in block.headings:
        if wording.is_negative(heading):
            scope = "not"
        elif wording.is_use(heading, own):
            scope = "use"
        elif wording.is_examples(heading):
            scope = "examples"
    if not block.intro:
        return scope
    if wording.is_negative(block.intro) or wording.names_other(block.intro, own):
        return "not"
    if wording.is_use(block.intro, own):
        return "use"
    return "examples" if wording.is_examples(block.intro) else scope


def mined(skill: Skill) -> Iterator[str]:
    """Yield the requests found in a skill's body, in order.

    Three kinds: quoted prompts where examples or triggers are given; what a `User:` line says; and the
    items of lists under headings such as "When to use", rid of lead-ins such as "the user wants to".
    Lists of when not to use the skill yield nothing.
    """
    for block in blocks(skill.body[:BODY_LIMIT]):
        scope = _scope(block, skill.name)
        if scope in ("", "not") or wording.is_negative_item(block.text):
            continue
        said = wording.spoken(block.text)
        if said is not None:
            said = said.strip(" \"'“”")
            if wording.is_plausible(said, wording.MIN_QUOTED):
                yield said
            continue
        phrases = [
            phrase
            for phrase in wording.quoted(block.text)
            if wording.is_plausible(phrase, wording.MIN_QUOTED)
        ]
        if phrases:
            yield from phrases
        elif scope == "use" and block.kind in _SCENE and not wording.quoted(block.text):
            request = wording.as_request(block.text)
            if wording.is_plausible(request):
                yield request


def sentences(skill: Skill) -> Iterator[str]:
    """Yield sentences of a body that say what the skill does, in order: its first plain paragraphs."""
    found = 0
    for block in blocks(skill.body[:BODY_LIMIT]):
        if found >= 12:
            return
        if block.kind not in ("prose", "bullet") or _scope(block, skill.name) == "not":
            continue
        for sentence in wording.split_sentences(block.text):
            if wording.is_about(sentence) and wording.is_plausible(sentence, wording.MIN_SENTENCE):
                found += 1
                yield sentence
