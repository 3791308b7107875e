"""What in a descriptor plays the agent or the audit: look-alike names, orders, stuffing, claims on everything.

Every pattern is strict, for an honest description is sometimes pushy: what is found here hardly stands in
real libraries (see the tests of the rules for the counts).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from skillaudit.text.caseless import Caseless

# Letters of other scripts that a reader takes for Latin ones, after NFKD and case folding
# (Unicode Technical Standard 39, confusables).
_ALIKE = str.maketrans(
    "аеорсухѕіјԁԛԝһкмтвпгӏєαορνκτιυχγβηοեօսոցհզқҳɑɡıɩɪʋʏℓßøđħłŧ",
    "aeopcyxsijdqwhkmtbnrleaopvktiuxybnoeouoghqkhagiiiuylbodhlt",
)
_DIGITS = str.maketrans("0135", "olse")
_PAIRS = (("rn", "m"), ("vv", "w"))
_WORD = re.compile(r"[^\W_]+")
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
"""Scripts whose letters pass for one another; others (Han with Latin, say) are mixed by honest authors."""


def skeleton(name: str) -> str:
    """Return what is left of a name when look-alikes are one: equal for names that a reader confuses.

    Digits count as letters (`dep1oy`, `t00l`) in words that have letters.
    """
    plain = unicodedata.normalize("NFKD", name).replace("I", "l").casefold().translate(_ALIKE)
    plain = _WORD.sub(lambda word: word[0] if word[0].isdecimal() else word[0].translate(_DIGITS), plain)
    for pair, single in _PAIRS:
        plain = plain.replace(pair, single)
    return plain


def mixed_scripts(name: str) -> tuple[str, ...]:
    """Return the scripts of the first word whose letters are of several that look alike; empty for none."""
    for word in _WORD.findall(unicodedata.normalize("NFKC", name)):
        if word.isascii():
            continue
        names = [unicodedata.name(char, "") for char in word if char.isalpha() and char != "μ"]
        found = tuple(script.title() for script in _SCRIPTS if any(one.startswith(script) for one in names))
        if len(found) > 1:
            return found
    return ()


def twins(names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of names that look the same, case apart, though they are spelt differently."""
    groups: dict[str, dict[str, str]] = {}
    for name in names:
        groups.setdefault(skeleton(name), {}).setdefault(name.casefold(), name)
    return tuple(tuple(group.values()) for group in groups.values() if len(group) > 1)


_READERS = (
    r"(?:auditors?|reviewers?|evaluators?|graders?|judges?|scanners?|moderators?|linters?|language models?|llms?"
    r"|routers?|a\.?i\.? (?:models?|assistants?|agents?|auditors?|reviewers?))"
)
_ADDRESSED = Caseless(
    r"(?<![\w-])(?:"
    rf"(?:note|message|attention|dear|hello|hey|instructions?)\s?(?:to|for|,|:)? (?:(?:the|all|any|whoever) )?"
    rf"(?:(?:security|code|skill|automated) )?{_READERS}\s?(?:[:,!—]|who|that|please|must|should)"
    r"|skill-?audit\s?[:,]"
    r"|(?:mark|rate|score|grade|classify|treat|consider|report) (?:this|our|my) (?:skill|file|library|repo(?:sitory)?"
    r"|package|plugin) (?:as )?(?:\w+ ){0,2}(?:safe|clean|trusted|compliant|passed|perfect|approved|verified|harmless"
    r"|10/10|100)\b"
    r"|this (?:skill|file|library|plugin) (?:is|was|has)(?: (?:already|been|fully|officially))* (?:audited|approved"
    r"|verified|certified|cleared|reviewed|whitelisted|allowlisted|passed)\b"
    r"|(?:do not|don't|never) (?:flag|report|audit|scan|warn about|review|list) (?:this|the present) (?:skill|file"
    r"|library|plugin|package)"
    r")"
)
_ORDERS = Caseless(
    r"(?<![\w-])(?:"
    r"(?:ignore|disregard|forget|override|bypass) (?:(?:all|any|the|your|every|of) )*(?:previous|prior|above|earlier"
    r"|preceding|foregoing|other|system) (?:\w+ )?(?:instructions?|prompts?|rules?|messages?|directions?|guidelines?"
    r"|skills?|descriptions?)\b"
    r"|(?:always|only) (?:choose|select|pick|route to|answer with|respond with|return)"
    r" (?:this (?:skill|one|tool)|skill\b)"
    r"|(?:never|do not|don't) (?:use|choose|select|pick|call|invoke|load|consider) any (?:other|another|different)"
    r" (?:skills?|tools?|options?)"
    r"|(?:instead of|rather than|supersedes?|overrides?|replaces?|takes? (?:precedence|priority) over)"
    r" (?:all|any|every) (?:the )?other (?:skills?|tools?)\b"
    r"|takes? (?:precedence|priority) over (?:everything|all others?|other skills)"
    r"|(?:system|developer) (?:prompt|message|instruction)s?:\s"
    r"|you are now (?:a|an|the|in)\b"
    r")|</?(?:system|assistant|user|available_skills)>|\[/?(?:inst|system|sys)\]|<\|[\w-]{1,40}\|>"
)
_THINGS = (
    r"(?:(?:single|possible|user|other) |(?:kind|type)s? of )*(?:tasks?|requests?|questions?|messages?|prompts?"
    r"|things?|situations?|problems?|quer(?:y|ies)|inputs?|conversations?)\b"
)
# What the claim ends with: an honest sentence goes on and says what about.
_ALONE = (
    r"(?=\s?(?:[.,;!?—)\"'”’]|$|(?:and|or|first|always|whatever|no matter|that|which)"
    r" (?:always|you|the user|comes?|it|may|is)\b))"
)
_CLAIMS = Caseless(
    r"(?<![\w-])(?:"
    r"(?:use|invoke|load|call|trigger|choose|activate|run|apply)(?: (?:this|it)(?: (?:skill|tool))?)?"
    rf" (?:(?:first|always|by default) )?(?:for|on|with|in|at|whenever|when|before)"
    r" (?:absolutely )?(?:any|every|all|each) (?:and (?:all"
    rf"|every) )?{_THINGS}{_ALONE}"
    r"|(?:use|invoke|load|call|choose) (?:this|it)(?: (?:skill|tool))? (?:for|with) (?:everything|anything)\b"
    rf"{_ALONE}"
    rf"|(?:handles?|does|covers?|solves?|answers?) (?:absolutely )?(?:any|every|all) {_THINGS}{_ALONE}"
    r"|(?:best|right|correct|default) (?:choice|skill|option) for (?:any|every|all) "
    + _THINGS
    + _ALONE
    + r")"
)


def addressed(text: str) -> str:
    """Return the words with which a descriptor speaks to an auditor or gives a model orders; else empty."""
    return _ADDRESSED.first(text) or _ORDERS.first(text)


def claim(text: str) -> str:
    """Return the words with which a descriptor claims every request, whatever it is about; else empty."""
    return _CLAIMS.first(text)


REPEATED, SHARE = 8, 0.2
"""A word is stuffed when it stands so often and makes up so much of the words of three letters and more."""
LISTED = 50
"""So many short items in a row are a list of keywords, and no sentence."""
_SHORT = 3
_KEYWORD = re.compile(r"[^\W\d_]{3,}")
_ENDS = re.compile(r"[.!?;:\n()—](?=\s|$)|[。；：！？（）]")
_COMMAS = ",/|、，"
_BETWEEN = re.compile(f"[{_COMMAS}]")
_PLAIN_WORDS = """
the and for with use when this that skill skills from any are you your user users not via into also can will has have
such like how what where which while all one should they them their its other tool tools code data
"""
_PLAIN = frozenset(_PLAIN_WORDS.split())


def stuffing(text: str) -> str:
    """Say how a descriptor is stuffed with keywords: a word that comes back, or a list without end; else empty."""
    words = [word.casefold() for word in _KEYWORD.findall(text)]
    # Most texts need no counting: where no more words come back than these, none stands so often.
    often = len(words) - len(set(words)) >= REPEATED - 1
    counts = Counter(word for word in words if word not in _PLAIN) if often else None
    if counts:
        word, count = min(counts.items(), key=lambda one: (-one[1], one[0]))
        if count >= REPEATED and count >= SHARE * len(words):
            return f"{count} of its {len(words)} words are “{word[:40]}”"
    if sum(map(text.count, _COMMAS)) < LISTED - 1:
        return ""
    run = best = 0
    for sentence in _ENDS.split(text):
        for item in _BETWEEN.split(sentence):
            run = run + 1 if item.strip() and len(item.split()) <= _SHORT else 0
            best = max(best, run)
        run = 0
    return f"{best} keywords stand in a row" if best >= LISTED else ""
