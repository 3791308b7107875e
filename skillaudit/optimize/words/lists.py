"""What a sentence can lose and still be one: whole items of a list, what an open end adds, an aside between dashes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from skillaudit.optimize.words.source import MINUS, VERBS
from skillaudit.text.words import tokens

LONGEST = 40
"""Longest list that is shortened, in items."""
WORDS = 3
"""Longest item, in words, of a list that has no comma before its last."""
HEAD = 4
"""Words that must stand before what is left out, so that a sentence and not a label stays."""
JOIN = re.compile(r"(?:and|or|und|oder|et|ou|y|o|e)\s", re.IGNORECASE)
"""Opens the last item of a list."""
_INNER = re.compile(r"\s(and|or)\s", re.IGNORECASE)
_FIRM = re.compile(r"[:—–()\[\]{}\"“”„«»`]|\s-\s")
"""In an item that opens, closes or names something, which the rest would miss."""
_LEANS = re.compile(
    r"(?:which|who|whose|whom|that|where|when|whenever|while|if|so|then|but|not|because|since|as|such|including|like"
    r"|e\.g\.|i\.e\.|with|without|using|especially|particularly|even|also|plus|to|for|from|in|on|at|by|of|than"
    r"|into|per|via|rather|instead|it|this|they|you|see|use)\b",
    re.IGNORECASE,
)
"""Opens what is no item of a list but hangs on what stands before it, or begins anew."""
_ADDS = re.compile(
    r"(?:and|or|but|including|such as|e\.g\.|especially|particularly|plus|using|with|which|where|so)\s",
    re.IGNORECASE,
)
"""Opens an end that a sentence can do without."""
_OPENS = re.compile(
    r"(?:(?:use|also use|used) )?(?:for|if|in|on|with|without|after|before|during|by|to|from|unlike|distinct|given|as"
    r"|once|while|at|not|do not|don't|never|instead)\b",
    re.IGNORECASE,
)
"""Opens a sentence whose main clause may stand after a comma."""
_WHEN = re.compile(r"(?:(?:also |always )?use (?:this (?:skill )?)?)?when(?:ever)?\b", re.IGNORECASE)
_NUMBER = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_COUNTED = re.compile(rf"\b{_NUMBER}\b[^:—–]*(?::|\s[—–])\s", re.IGNORECASE)
"""Says how many items the list has."""
_ONE_OF = re.compile(rf"(?<![:—–] )\b(?:an?|{_NUMBER}) [\w-]+,$", re.IGNORECASE)
"""Before an item without an article the first of several adjectives: `a short, plain text and its rationale`."""
_ONE = re.compile(rf"(?:an?|the|{_NUMBER})\b", re.IGNORECASE)
QUOTED = re.compile(
    r"\"[^\"]{2,200}\"|“[^”]{2,200}”|(?<!\w)'(?:[^']|'(?=\w)){2,200}'(?!\w)|‘(?:[^’]|’(?=\w)){2,200}’(?!\w)"
)
"""A phrase in quotes."""
_ROW = re.compile(
    rf"(?:{QUOTED.pattern}),?(?:\s(?:(?:and|or)\s)?(?:{QUOTED.pattern})(?:,(?=\s(?:and\s|or\s)?[\"“'‘]))?)+"
)
"""Two quoted phrases or more in a row."""
_BEGINS = re.compile(r"(?:including|such as|e\.g\.|using|especially|particularly|like)\s", re.IGNORECASE)
"""Opens a list of its own."""
_SHARED = re.compile(r"\w+ (?:and|or|to|for|with|on|in|of)\b", re.IGNORECASE)
"""A verb without an object."""
_TO = re.compile(r"\bto\s\w[\w\s-]*,?$")
_DASH = re.compile(r"\s(?:—|–|-|--)\s")
_NEEDS = re.compile(
    r"(?:a|an|the|and|or|to|for|of|with|in|on|by|from|as|at|into|their|its|your|both|either|such|wants?|needs?"
    r"|including|like|any|all|every|each|is|are|be|that|which)$",
    re.IGNORECASE,
)
"""Ends what goes on."""


def ends_whole(text: str) -> bool:
    """Whether a sentence may end where `text` does: after no word that needs another, and no bare verb of a row."""
    words = text.rstrip(" ,;.—–-").split()
    if len(words) < HEAD or _NEEDS.search(words[-1]):
        return False
    last, before = words[-1].casefold(), words[-2].casefold().strip(",;")
    verb = last in VERBS and (before in {"to", "or", "and"} or before in VERBS or words[-2].endswith(","))
    return not verb and not (last.endswith("ing") and (before.endswith("ing") or words[-2].endswith(",")))


def lists(clauses: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of every list among the clauses of a sentence whose middle items can go.

    A list ends with an item that has an `and` or `or`, and its items are of one kind: verbs, or things.
    """
    start = 0
    for at in range(1, len(clauses)):
        joins = JOIN.match(clauses[at])
        ends = joins or (at == len(clauses) - 1 and _INNER.search(clauses[at]))  # `a, b, c or d`
        if ends and 1 < at - start <= LONGEST and _alike(clauses, start, at):
            yield start, at
        if joins or _BEGINS.match(clauses[at]) or ":" in clauses[at]:
            start = at


def _alike(clauses: Sequence[str], start: int, last: int) -> bool:
    if _COUNTED.search(clauses[start]) or (
        _ONE_OF.search(clauses[start]) and not _ONE.match(clauses[start + 1])
    ):
        return False
    items = [*clauses[start + 1 : last], JOIN.sub("", clauses[last], count=1)]
    return not any(_FIRM.search(item) for item in items[:-1]) and _one_kind(clauses[start], start, items)


def _one_kind(opening: str, start: int, items: Sequence[str]) -> bool:
    if any(_LEANS.match(item) for item in items[:-1]):
        return False
    kinds = [_kinds(item) for item in items]
    common = set.intersection(*kinds)
    if not start and (_OPENS.match(opening) or _WHEN.match(opening)) and "do" in kinds[0]:
        return "do" in common and _TO.search(opening) is not None  # `For tracking, use a, b, or c`
    return bool(common)


def _kinds(item: str) -> set[str]:
    first = (tokens(item) or [""])[0]
    found = {"thing"}
    if first in VERBS:
        found.add("do")
    if first.endswith("ing"):
        found.add("doing")
    if {first.removesuffix("s"), first.removesuffix("es"), first.removesuffix("ies") + "y"} & VERBS - {first}:
        found.add("does")
    return found


def shorter(clauses: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield a sentence, given as its clauses, with one part less: an item of a list, an open end, an aside.

    The first item of a list stays, which has what comes before all of them, and so does the last, which may have
    what comes after all, but where each is a verb with what it is done to.
    """
    for start, last in lists(clauses):
        joins = JOIN.match(clauses[last])
        for cut in range(start + 1, last):
            rest = [*clauses[:cut], *clauses[cut + 1 :]]
            if joins and last - start == 2:  # two items take no comma
                rest[start] = rest[start].rstrip(",;")
            yield tuple(rest)
        if joins and last == len(clauses) - 1 and _acts(clauses[start], clauses[start + 1 : last + 1]):
            rest = [*clauses[:last]]
            rest[-1] = joins.group() + rest[-1].rstrip(",;")
            if last - start == 2:
                rest[start] = rest[start].rstrip(",;")
            yield tuple(rest)
    yield from _quotes(" ".join(clauses))
    yield from _inner(clauses)
    yield from _ends(clauses)
    yield from _asides(" ".join(clauses))


def _quotes(sentence: str) -> Iterator[tuple[str, ...]]:
    """Yield a sentence with one phrase less of a row of quoted ones, of which two stay: one alone reads as all.

    The comma stands within the quotes or after them, as it did; the last keeps its `or`, and the stop within.
    """
    for run in _ROW.finditer(sentence):
        items = [match.group() for match in QUOTED.finditer(run.group())]
        inside = items[0][-2] == ","
        join = next((word for word in ("or", "and") if f" {word} " in f" {run.group()} "), "")
        bare = [f"{item[0]}{item[1:-1].rstrip(',.;')}{item[-1]}" for item in items]
        stop = items[-1][-2] if items[-1][-2] in ".,;" else ""
        for cut in range(len(bare) if len(bare) > 2 else 0):
            left = [*bare[:cut], *bare[cut + 1 :]]
            text = _row(left, join, inside, stop)
            yield (f"{sentence[: run.start()]}{text}{sentence[run.end() :]}",)


def _row(items: Sequence[str], join: str, inside: bool, stop: str) -> str:
    """Write quoted phrases as a row: `"a," "b," or "c."` where commas stand inside."""
    joined = join if len(items) > 1 else ""
    commas = len(items) > 2 or not joined
    found = []
    for item in items[:-1]:
        comma = "," if commas else ""
        found.append(f"{item[:-1]}{comma}{item[-1]}" if inside else f"{item}{comma}")
    last = f"{items[-1][:-1]}{stop}{items[-1][-1]}"
    return " ".join([*found, *([joined] if joined else []), last])


def _acts(opening: str, items: Sequence[str]) -> bool:
    """Whether every item of a list is a verb with an object of its own."""
    texts = [JOIN.sub("", item, count=1) for item in items]
    verbs = [_kinds(text) & {"do", "does"} for text in texts]
    objects = all(len(text.split()) > 1 and not _SHARED.match(text) for text in texts)
    return objects and bool(set.intersection(*verbs)) and len(opening.split()) > 1 and _bare(opening)


def _bare(opening: str) -> bool:
    words = [word.casefold().strip(",;") for word in opening.split()]
    return not (words[-1] in VERBS and words[-2] in {"to", "and", "or"})


def _inner(clauses: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield `a or c` for `a, b or c` at the end of a sentence."""
    if len(clauses) < 2 or JOIN.match(clauses[-1]):
        return
    item, join, last = _INNER.split(clauses[-1], maxsplit=1) if _INNER.search(clauses[-1]) else ("", "", "")
    plain = item and len(item.split()) <= WORDS and not _FIRM.search(item) and not _INNER.search(last)
    if plain and _one_kind(clauses[-2], len(clauses) - 2, [item, last]):
        yield (*clauses[:-2], clauses[-2].rstrip(",;"), f"{join} {last}")


def _ends(clauses: Sequence[str]) -> Iterator[tuple[str, ...]]:
    if _OPENS.match(clauses[0]):
        return
    for cut in range(1, len(clauses)):
        closed = cut == 1 or JOIN.match(clauses[cut - 1])
        if not closed or not _ADDS.match(clauses[cut]) or not _balanced(head := " ".join(clauses[:cut])):
            continue
        joins = JOIN.match(clauses[cut]) is not None
        if ends_whole(head) and not (
            joins and cut == 1 and any(JOIN.match(each) for each in clauses[cut + 1 :])
        ):
            yield (*clauses[: cut - 1], clauses[cut - 1].rstrip(" ,;"))


def _asides(sentence: str) -> Iterator[tuple[str, ...]]:
    match = re.search(r"\s\([^()]*\)", sentence)
    # `(not account creation)` tells it from another skill.
    if match is not None and not MINUS.search(match.group()):
        yield (sentence[: match.start()] + sentence[match.end() :],)
    dashes = list(_DASH.finditer(sentence))
    if not dashes or len(dashes) > 2:
        return
    head = sentence[: dashes[0].start()]
    if ends_whole(head) and _balanced(head):
        if len(dashes) == 2 and _balanced(tail := sentence[dashes[1].end() :]):
            yield (f"{head} {tail}",)
        else:
            yield (head,)


def _balanced(text: str) -> bool:
    pairs = all(text.count(a) == text.count(b) for a, b in ("()", "[]", "{}", "“”", "«»"))
    return pairs and text.count('"') % 2 == 0 and text.count("`") % 2 == 0
