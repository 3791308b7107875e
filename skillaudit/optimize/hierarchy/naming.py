"""Name a group as its maintainer would: by its folder, or by one subject or two of most of its members."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import chain, count
from typing import NamedTuple

from skillaudit.optimize.hierarchy.vocabulary import LATER, NAMED, OPENING, WHOLE, Vocabulary
from skillaudit.optimize.words.phrasing import slug, spelled

MOST = 0.6
"""Share of a group's members from which on one folder or one subject speaks for it."""
NEARLY_ALL = 0.8
"""The same where it need only be said."""
OPEN = 0.25
"""Share of them whose description has to open with a subject that is in no name, or is all of one."""
BEHIND = " tools"
"""Stands behind a word that only describes a group."""
TELLING = 0.25
"""Logarithm of how much more a group has to be about a subject than the library."""
FEW = 0.15
"""Share of them that a second subject has to add."""
_LONGEST = 50
"""Characters of a name before anything is put behind it; the specification allows 64."""


class Name(NamedTuple):
    """What a group is called."""

    slug: str
    words: tuple[str, ...]
    """Its one or two subjects as the library writes them, amid a sentence."""


def names_of(vocabulary: Vocabulary, groups: Sequence[Sequence[int]], taken: set[str]) -> list[Name]:
    """Name each group of rows; every slug is allowed by the specification, and no two are the same.

    `taken` holds the names that are used already, folded, and is added to. The groups that one folder or one
    subject speaks for choose first.
    """
    folders = _folders(vocabulary, groups)
    found: dict[int, Name] = {}
    subjects = [_subjects(vocabulary, rows) for rows in groups]
    order = sorted(range(len(groups)), key=lambda at: (not folders[at], not subjects[at].enough, at))
    for at in order:
        found[at] = _unique(vocabulary, folders[at], subjects[at], taken, at)
    return [found[at] for at in range(len(groups))]


def _folders(vocabulary: Vocabulary, groups: Sequence[Sequence[int]]) -> list[str]:
    """Return the last part of the folder that most of a group lie in; empty where it says nothing of the group."""
    held = [Counter(vocabulary.skills[row].category or "" for row in rows) for rows in groups]
    total: Counter[str] = Counter()
    for each in held:
        total += each
    found = []
    for each, rows in zip(held, groups, strict=True):
        name, inside = each.most_common(1)[0]
        speaks = bool(name) and inside >= MOST * len(rows) and inside > total[name] / 2
        found.append(name.rsplit("/", 1)[-1] if speaks else "")
    return found


class _Subjects(NamedTuple):
    """One subject or two of a group, in words as the library writes them, best first."""

    words: tuple[str, ...] = ()
    enough: bool = False
    """The first speaks for the group by itself."""


def _subjects(vocabulary: Vocabulary, rows: Sequence[int]) -> _Subjects:
    """Return what a group is about; where nothing is shared, the two shortest of its skills' names."""
    first = _best(vocabulary, rows, (), 0.0)
    if not first:
        names = sorted((spelled(vocabulary.skills[row].name) for row in rows), key=len)
        return _Subjects(tuple(vocabulary.written(name) for name in names[:2]))
    if first.endswith(BEHIND):
        return _Subjects((_written(vocabulary, first.removesuffix(BEHIND)) + BEHIND,), True)
    speaks = vocabulary.holds(first, rows, OPENING)
    said = vocabulary.holds(first, rows, LATER)
    enough = len(speaks) >= MOST * len(rows) or len(said) >= NEARLY_ALL * len(rows)
    others = [row for row in rows if row not in speaks]
    second = _best(vocabulary, others, first.split(), FEW * len(rows), len(rows))
    return _Subjects(tuple(_written(vocabulary, each) for each in (first, second) if each), enough)


def _written(vocabulary: Vocabulary, phrase: str) -> str:
    return vocabulary.written(vocabulary.surface(phrase))


def _best(
    vocabulary: Vocabulary, rows: Sequence[int], but: Sequence[str], least: float, whole: int = 0
) -> str:
    """Return the phrase that most of some rows are about and few others; empty where there is none.

    They are the rows of a group, or those of one of `whole` rows that its first subject says nothing of. The phrase
    stands in a name that is not all of it, or opens some descriptions. For want of one a word that describes the
    group is taken, with a noun behind it.
    """
    strengths: defaultdict[str, list[float]] = defaultdict(list)
    for row in rows:
        for phrase, strength in vocabulary.subjects[row].items():
            strengths[phrase].append(strength)
    nouns: dict[str, float] = {}
    words: dict[str, float] = {}
    for phrase, found in strengths.items():
        share = sum(found) / len(rows)
        telling = vocabulary.telling(phrase, sum(found) / (whole or len(rows)))
        if len(found) < max(least, min(2, len(rows))) or telling <= TELLING or set(phrase.split()) & set(but):
            continue
        worth = share**1.5 * telling * (1 + found.count(NAMED) / len(rows))
        opens = sum(strength >= OPENING for strength in found) >= max(2.0, OPEN * len(rows))
        if (found.count(NAMED) > (phrase in vocabulary.alone) or opens) and vocabulary.is_name(phrase):
            nouns[phrase] = worth
        elif phrase not in vocabulary.alone and vocabulary.describes(phrase):
            words[phrase] = worth
    if nouns:
        best = min(nouns, key=lambda phrase: (-nouns[phrase], phrase))
        most = WHOLE * len(strengths[best])
        longer = [
            each for each in nouns if " " in each and best in each.split() and len(strengths[each]) >= most
        ]
        return min(longer, key=lambda phrase: (-len(strengths[phrase]), phrase)) if longer else best
    if words and not but:
        return min(words, key=lambda phrase: (-words[phrase], phrase)) + BEHIND
    return ""


def _unique(vocabulary: Vocabulary, folder: str, subjects: _Subjects, taken: set[str], at: int) -> Name:
    """Return the first name that nothing else has: the folder's, the subjects', or one of them with more behind it."""
    words = subjects.words
    options: list[Name] = []
    if name := slug(folder).lstrip("0123456789-")[:_LONGEST].strip("-"):
        options.append(Name(name, (vocabulary.written(name.replace("-", " ")),)))
    for parts in filter(None, (words[:1], words) if subjects.enough else (words, words[:1])):
        if vocabulary.prefix and vocabulary.prefix not in " ".join(parts).casefold().split():
            parts = (f"{vocabulary.written(vocabulary.prefix)} {parts[0]}", *parts[1:])
        if name := slug(" and ".join(parts))[:_LONGEST].strip("-"):
            options.append(Name(name, parts))
    if not options:
        options.append(Name(f"group-{at + 1}", ()))
    base = options[0]
    more = (Name(f"{base.slug}-{number}", base.words) for number in count(2))
    single = base.slug if base.slug.endswith("ss") else base.slug.removesuffix("s")
    each = chain(options, [Name(f"{single}-skills", base.words)], more)
    found = next(name for name in each if name.slug.casefold() not in taken)
    taken.add(found.slug.casefold())
    return found
