"""Describe a category as a person does: what the group is, its members by name, and when to load it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from skillaudit.optimize.hierarchy.naming import Name
from skillaudit.optimize.hierarchy.vocabulary import Vocabulary
from skillaudit.optimize.records import Node
from skillaudit.optimize.words.phrasing import MAX_DESCRIPTION, MAX_NAME, language, spelled

SUBJECTS = 3
"""Subjects of a category inside another that are named behind it."""
_SAMPLE = 20


class _Sentences(NamedTuple):
    """How one language says what is inside, and when to load it."""

    colon: str
    comma: str
    joint: str
    """Before the last of an enumeration."""
    more: str
    """In the place of the last where not all have room; takes their number."""
    load: str
    """Takes the number of skills."""
    stop: str = "."


_ENGLISH = _Sentences(
    ": ", ", ", " and ", "{} more", "Load it for any of these, to find the right one of {} skills."
)
_BOOKS = {
    "en": _ENGLISH,
    "de": _Sentences(": ", ", ", " und ", "{} weitere", "Dafür laden, um den richtigen von {} Skills zu finden."),
    "fr": _Sentences(" : ", ", ", " et ", "{} autres", "À charger pour ces sujets, afin de choisir parmi {} skills."),
    "es": _Sentences(": ", ", ", " y ", "{} más", "Cárgalo para estos temas y elige entre {} skills."),
    "pt": _Sentences(": ", ", ", " e ", "mais {}", "Carregue para estes temas e escolha entre {} skills."),
    "it": _Sentences(": ", ", ", " e ", "altre {}", "Da caricare per questi temi, per scegliere fra {} skill."),
    "zh": _Sentences("：", "、", "和", "其他 {} 项", "涉及以上内容时加载，再从 {} 个技能中选择。", "。"),
    "ja": _Sentences("：", "、", "、", "ほか{}件", "以上のいずれかに使い、{}個のスキルから選ぶ。", "。"),
}  # fmt: skip


def described(vocabulary: Vocabulary, name: Name, children: Sequence[Node], rows: Sequence[int]) -> str:
    """Return two sentences on a category of some children, with the skills `rows` below them.

    Of a child that is a category some subjects stand behind its name, where there is room.
    """
    spoken = language(" ".join(vocabulary.skills[row].description for row in rows[:_SAMPLE]))
    book = _BOOKS.get(spoken, _ENGLISH)
    load = book.load.format(len(rows))
    said = book.joint.join(name.words)
    head = _upper(said if 0 < len(said) <= MAX_NAME else name.slug.replace("-", " "))
    room = MAX_DESCRIPTION - len(head) - len(book.colon) - len(book.stop) - 1 - len(load)
    listed = next(each for each in _enumerations(vocabulary, book, children) if len(each) <= room)
    space = "" if book.stop == "。" else " "
    return f"{head}{book.colon}{listed}{book.stop}{space}{load}"


def _enumerations(vocabulary: Vocabulary, book: _Sentences, children: Sequence[Node]) -> Iterator[str]:
    """Yield enumerations of a category's children, the fullest first; the last is short enough for any room."""
    yield _joined(book, [_glossed(vocabulary, book, child) for child in children])
    for most in range(SUBJECTS, 0, -1):
        yield _joined(book, [_child(vocabulary, book, child, most) for child in children])
    subjects = [_child(vocabulary, book, child, 0) for child in children]
    yield _joined(book, subjects)
    for most in range(len(subjects) - 1, 0, -1):
        yield _joined(book, [*subjects[:most], book.more.format(len(subjects) - most)])
    yield book.more.format(len(subjects))


def _joined(book: _Sentences, parts: Sequence[str]) -> str:
    parts = list(dict.fromkeys(parts))
    return book.joint.join(filter(None, (book.comma.join(parts[:-1]), parts[-1])))


def _child(vocabulary: Vocabulary, book: _Sentences, child: Node, most: int) -> str:
    """Return what a child is called in its category, without the word that nearly all names open with."""
    subject = (
        vocabulary.called(child.name, child.description)
        if child.skill
        else vocabulary.written(spelled(child.name))
    )
    words = subject.split()
    if len(words) > 1 and words[0].casefold() == vocabulary.prefix:
        subject = " ".join(words[1:])
    if child.skill or not most:
        return subject
    inside = [_child(vocabulary, book, each, 0) for each in child.children[:most]]
    return f"{subject} ({book.comma.join(inside)})"


def _glossed(vocabulary: Vocabulary, book: _Sentences, child: Node) -> str:
    subject = _child(vocabulary, book, child, SUBJECTS)
    gloss = vocabulary.gloss(child.name, child.description) if child.skill else ""
    return f"{subject} ({gloss})" if gloss else subject


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
