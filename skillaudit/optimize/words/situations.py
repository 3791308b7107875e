"""When a skill is to be used, in whole phrases of its own file or of its users, and the sentence that says so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Literal, NamedTuple

from skillaudit.optimize.words.source import MINUS, VAGUE, VERBS, is_thin, stems
from skillaudit.requests.headings import is_negative_item, scope_of
from skillaudit.requests.mining import scoped
from skillaudit.requests.wording import quoted, words
from skillaudit.text.markdown import Block, bare
from skillaudit.text.occasions import SAYS_WHEN as SAYS_WHEN
from skillaudit.text.sentences import sentences
from skillaudit.text.words import stem

Form = Literal["doing", "clause", "to", "before", "said", "do", "does", "topic"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CALLS = re.compile(
    r"(?:always |must )?(?:use|invoke|trigger|apply|activate|load|when|whenever|should be used)s?\b",
    re.IGNORECASE,
)
"""A sentence that opens by calling for the skill."""


class Situation(NamedTuple):
    """One occasion to use a skill, ready to stand in a list of its form."""

    form: Form
    """`doing`: building a chart; `clause`: the user asks for a chart; `to`: build a chart; `before`: after a
    merge; `said`: words of a user, quoted; `do` and `does`: draw a chart, draws a chart, of the skill itself;
    `topic`: what a part of the file is about."""
    text: str
    where: int = 0
    """Which list of the file it stands in; lists are not mixed."""
    example: bool = False
    """Of examples of what users ask, which a list of when to use the skill goes before."""


PARTICULAR = 4
"""Telling words of a quoted request that need not say a word of the description."""
TITLE = 6
"""Telling words of a description that is no more than a title."""
MAX_LISTED = 4
"""Situations of one sentence: a reader takes in no more."""
ROOM = 280
"""Characters of the sentence."""
LONGEST = 110
"""Characters of one situation."""
_QUOTE = 90
"""Characters of a quoted request."""
_MOST: dict[Form, int] = {"do": 3, "does": 3, "topic": 8}
"""Of these so many, in place of `MAX_LISTED`."""
_TEMPLATE = 3
"""Files that name a situation, from which on it belongs to how they are laid out."""
_HANDLING = re.compile(
    r"\b(?:handling|workflows?|steps?|process(?:es)?|procedures?|guidelines?|approach(?:es)?|instructions?"
    r"|respon(?:se|ses|d|ding)|best practices)\b",
    re.IGNORECASE,
)
"""A heading over what an agent does, not over what it is asked."""
_SEVERAL = re.compile(r"\b(?:each|which)\b", re.IGNORECASE)
"""A heading over what several skills, tools or modes are for."""
NO_GERUND = _set(
    "string thing something anything everything nothing during pricing marketing engineering banking billing "
    "onboarding branding advertising manufacturing landing existing missing failing breaking recurring "
    "ongoing conflicting competing emerging incoming outgoing pending remaining leading interesting according "
    "regarding including following spring ring king wing being long-running training networking accounting "
    "housing clothing lightning morning evening meeting building-block upcoming growing rising shipping "
    "trading gaming streaming machine-learning"
)
"""Words that end as a gerund does and name a thing."""
_PURPOSE = re.compile(r"(?:^|[.,;] )for (?!example\b|instance\b)[a-z]", re.IGNORECASE)
"""Says what a skill is for: `For evolutionary analysis`, or `, for pipelines`."""
_LEARNS = re.compile(
    r"(?:(?:you(?:['’]re| are)|the user is) )?(?:getting (?:started|familiar)\b|new to\b|familiari[sz]ing\b"
    r"|learning\b.*\b(?:concepts?|workflows?|basics|fundamentals|syntax|api)\b)",
    re.IGNORECASE,
)
"""Learning to work with what a skill is about, which is no use of the skill."""
_SHARED = (
    "the user wants to ",
    "the user asks to ",
    "the user asks about ",
    "you need to ",
    "you want to ",
    "you need ",
    "the user ",
    "you ",
)
"""Beginnings that a list of situations says once."""
_CUT = re.compile(r"\s+(?:[—–]|--?|→|⇒|=>|->)\s+|(?<=\w)[:;]\s+|\s*\(e\.g\.[^)]*\)|\s*[→⇒]\s*")
LABEL = re.compile(r"^\*\*[^*]{1,60}\*\*\s*[:：—–-]\s*|^\*\*[^*]{1,60}:\*\*\s*")
_USER = re.compile(
    r"^(?:the |a |your )?(?:users?|customers?|clients?|developers?|someone)\s+"
    r"(wants?|asks?|needs?|mentions?|says|requests?|describes?|has|provides?|reports?|shares?|uploads?|wishes)\b\s*(.*)$",
    re.IGNORECASE,
)
_TURNS = re.compile(r"\b(?:and|but|or) (?:you |we )?(?:need|want|have|must|are|is)\b", re.IGNORECASE)
"""Where what began with a gerund goes on with another verb."""
_YOU = re.compile(r"^(?:you (?:need|want|have|are|must)|you['’]re)\b.{8,}$", re.IGNORECASE)
_NEED = re.compile(r"^(?:need|want|needing|wanting)(?:s)? (to )?(.{6,})$", re.IGNORECASE)
_BARE = re.compile(
    r"(?!(?:an?|the|your|one|some|any|more|no)\b)[^()]*\b(?:model|tool|framework|library|system|solution|platform|pipeline"
    r"|server|api|service|script|workflow|database|way|approach|high \w+|better \w+)\s*(?:\(.*)?$",
    re.IGNORECASE,
)
"""What one has and does not need when: a thing without an article, or a quality."""
_WHEN = re.compile(
    r"^(?:(?:use|apply|invoke) (?:this |it )?(?:skill )?)?(?:when(?:ever)?|if)\s+(.{8,})$", re.IGNORECASE
)
_BEFORE = re.compile(r"^(?:before|after) (?:\w+ing|an?|the|every|each|major|any)\b.{4,}$", re.IGNORECASE)
_ODD = re.compile(
    r"[{}<>|=\\$]|://|\[|\]|\.\.\.|…|\b(?:etc|e\.g|i\.e|claude|this skill|skill|above|below|see)\b|[?!]"
    r"|\b(?:I|my|me|we|our)\b"
    r"|\w_\w+_|^\W|[\u2190-\u21ff\u2600-\u27bf\U0001f000-\U0001faff]|\w\(\)|--\w",
    re.IGNORECASE,
)
_HALF = re.compile(
    r"\b(?:and|or|the|a|an|of|to|with|for|in|on|by|from|as|that|your)$|[,:;(/&-]$", re.IGNORECASE
)
_WISH = re.compile(
    r"(?:can|could|would|how|what|why|where|which|who|when|is|are|do|does|should|help|please|let|give|show|tell|turn|get"
    r"|i (?:want|need|would like|have to)|i'd like|we (?:want|need|would like))\b",
    re.IGNORECASE,
)
_SAID_ODD = re.compile(
    r"\b(?:it|that|this|these|those|them|they)\b|[{}<>|=\\$\[\]_/]|://|\.\.\.|…|\b[XYZN]\b|\d{3,}|:|\n|^\W|\(|—"
    r"|\s-\s|\s--?\w|\b[Aa]sk (?:which|whether|if|the user|them)\b"
)


_SINGLE = re.compile(r"[\"“‘']([a-z]+)[\"”’']")
"""A single word, quoted."""
_YOURS = re.compile(r"\byou(?:r|rs|rself)?\b", re.IGNORECASE)


def cues(description: str, others: Collection[str]) -> int:
    """Count what makes an agent at work load a skill, in [0, 4]: it says when, says so first, and sends elsewhere.

    The last counts twice where it sends to several of the skills called `others`. What these are worth is known from
    one rewrite that was measured, so they order two descriptions of one skill and forecast nothing.
    """
    first = next(iter(sentences(description)), "")
    sent = sum(other != "" and other in description for other in others)
    return bool(SAYS_WHEN.search(description)) + bool(_CALLS.match(first)) + min(sent, 3) // 2 + (sent > 0)


def calls(sentence: str) -> bool:
    """Whether a sentence opens by calling for its skill, in one way or another."""
    plain = re.sub(r"^(?:also |this skill (?:should|can|must) be )", "", sentence, flags=re.IGNORECASE)
    return _CALLS.match(plain) is not None and SAYS_WHEN.search(plain) is not None


def situations(parts: Sequence[Block], own: str) -> tuple[Situation, ...]:
    """Return the occasions that a body names for the skill called `own`, in order.

    Read are lists under headings such as "When to use"; of an item stays what can stand in a sentence whole,
    and an item that turns away or that is code is passed over.
    """
    found: dict[str, Situation] = {}
    places: dict[object, int] = {}
    for part, scope in scoped(parts, own):
        if scope not in ("use", "prompts") or part.kind == "prose" or _is_work(part, own):
            continue
        place = places.setdefault((part.headings, part.intro, part.kind), len(places))
        for form, text in _of_item(part.raw, scope == "prompts"):
            if part.kind == "number" and (form == "to" or (form == "said" and not quoted(bare(part.raw)))):
                continue  # a step of what is done
            found.setdefault(text.casefold(), Situation(form, text, place, scope == "prompts"))
    return tuple(found.values())


def _is_work(part: Block, own: str) -> bool:
    titles = [*(title for depth, title in part.headings if depth > 1), part.intro or ""]
    return any(
        _SEVERAL.search(title) or (_HANDLING.search(title) and scope_of(title, own) != "use")
        for title in titles
    )


def particular(found: Sequence[Sequence[Situation]], names: Sequence[str]) -> list[tuple[Situation, ...]]:
    """Return the situations of each skill but those that a template has put into several files.

    Two are the same that differ in the skills' names alone: `debugging X code` says nothing of X.
    """

    def key(situation: Situation, name: str) -> frozenset[str]:
        return frozenset(stems(situation.text)) - set(stems(f"{name} {name.replace('-', ' ')}"))

    keys = [[key(situation, name) for situation in own] for own, name in zip(found, names, strict=True)]
    holders = Counter(each for own in keys for each in set(own))
    return [
        tuple(
            situation for situation, each in zip(own, mine, strict=True) if each and holders[each] < _TEMPLATE
        )
        for own, mine in zip(found, keys, strict=True)
    ]


def said(query: str, least: int = 4) -> Situation | None:
    """Return what a request asks as a phrase that a description may quote: the whole of it, else its shortest question.

    None where all is too long, too particular, or has fewer than `least` telling words.
    """
    parts = sentences(query)
    asked = sorted((part for part in parts if part.endswith("?")), key=len)
    for part in (*asked, *parts[:1]):
        text = " ".join(part.split()).strip(" .\"'“”")
        odd = _SAID_ODD.search(text) or _HALF.search(text) or not text.isascii()
        told = _YOURS.search(text) and not _WISH.match(text)  # by the file, to its reader
        telling = len(set(stems(text))) >= least and (part.endswith("?") or _asks(text)) and not told
        if len(text) <= _QUOTE and 2 <= words(text) <= 16 and not odd and telling:
            return Situation("said", text)
    return None


def _asks(text: str) -> bool:
    return bool(_WISH.match(text)) or text.split()[0].casefold() in VERBS


def sentence(
    chosen: Sequence[Situation], known: Collection[str], room: int = ROOM, *, least: int = 2, beside: str = ""
) -> str:
    """Return one sentence that says when to use a skill; empty where fewer than `least` situations can stand in it.

    All are of one form and one list, the one with most, examples of requests last; each brings a telling word that is
    not `known`. Where the text that it stands `beside` names uses that the list has no more, it opens with `also`.
    """
    groups: dict[tuple[Form, int], list[Situation]] = {}
    for situation in chosen:
        groups.setdefault((situation.form, situation.where), []).append(situation)
    best: tuple[bool, int, str] = (False, 0, "")
    for (form, _), group in groups.items():
        texts = _telling(group, known, room - 20, _MOST.get(form, MAX_LISTED))
        rank = (not group[0].example, len(texts))
        if len(texts) >= least and rank > best[:2]:
            best = (*rank, _joined(form, texts, _is_more(texts, chosen, set(known), beside)))
    return best[2]


def _is_more(texts: Sequence[str], chosen: Sequence[Situation], known: set[str], beside: str) -> bool:
    """Whether a list of occasions is less than a skill is used for, by what a description says or the file lists."""
    if is_thin(beside, TITLE) or not all(_is_new(text, known) for text in texts):
        return False
    return _PURPOSE.search(beside) is not None or not all(_is_new(each.text, known) for each in chosen)


def _is_new(text: str, known: set[str]) -> bool:
    own = set(stems(text))
    return len(own - known) * 3 >= len(own) * 2


def _telling(group: Sequence[Situation], known: Collection[str], room: int, most: int) -> list[str]:
    covered = set(known)
    texts: list[str] = []
    for situation in group:
        own = set(stems(situation.text))
        if len(texts) == most or sum(map(len, texts)) + len(situation.text) > room:
            continue
        if situation.form == "said" and len(own) < PARTICULAR and not own & set(known):
            continue  # `how am I doing?` may be asked of anybody
        # What a skill does stands in its description already; when it is wanted seldom does.
        if len(own - covered) >= max(1, len(own) * (0.5 if situation.form == "to" else 0.34)):
            texts.append(situation.text)
            covered |= own
    return texts


def _joined(form: Form, texts: Sequence[str], more: bool = False) -> str:
    if form == "said":
        return "Use for requests such as " + _list([f'"{text}"' for text in texts]) + "."
    if form == "topic":
        return "Covers " + _list(texts, "and") + "."
    if form in ("do", "does"):
        said = _list(texts, "and")
        return f"{said[:1].upper()}{said[1:]}."
    opening = {"to": "Use to ", "before": "Use "}.get(form, "Use when ")
    opening = f"Also {opening.lower()}" if more else opening
    shared = next((start for start in _SHARED if all(text.startswith(start) for text in texts)), "")
    if len({text.startswith("to ", len(shared)) for text in texts}) > 1:
        shared = ""  # to do one thing or another thing
    return opening + shared + _list([text.removeprefix(shared) for text in texts]) + "."


def _list(texts: Sequence[str], last: str = "or") -> str:
    """Join phrases; by semicolons where one of them has commas of its own."""
    mark = ";" if any("," in re.sub(r"\([^)]*\)|\"[^\"]*\"", "", text) for text in texts) else ","
    if len(texts) == 1:
        return texts[0]
    if len(texts) == 2:
        pause = (mark == ";" and "," in texts[0]) or any(re.search(r" or ", text) for text in texts)
        return f"{texts[0]}{',' if pause else ''} {last} {texts[1]}"
    return f"{mark} ".join(texts[:-1]) + f"{mark} {last} {texts[-1]}"


def _of_item(raw: str, prompts: bool) -> Iterator[tuple[Form, str]]:
    text = bare(raw)
    if is_negative_item(text) or MINUS.search(text):
        return
    quotes = quoted(text)
    if quotes or prompts:
        for phrase in quotes or [text]:
            if (found := said(phrase, least=2)) is not None:
                yield "said", found.text
        return
    rest = bare(LABEL.sub("", raw))
    for candidate in dict.fromkeys((text, rest)):
        if (made := _formed(candidate)) is not None:
            yield made
            return


def _formed(item: str) -> tuple[Form, str] | None:
    """Return the form of an item and the item as it stands in a list of that form; None where it fits none."""
    text = next(iter(sentences(item)), "")
    text = _CUT.split(text)[0].strip(" .,;:*_`")
    if len(text) > LONGEST:
        text = re.sub(r"\s*\([^)]*\)", "", text)
    if not tidy(text) or len(text) > LONGEST or not 2 <= words(text) <= 18 or _everybody(text):
        return None
    flat = re.sub(r"\([^)]*\)", "", text)
    if "," in flat and not re.search(r"\b(?:and|or)\b", flat):
        return None  # a list without an end
    first, _, tail = text.partition(" ")
    verb = first.casefold().strip(",")
    lower = text[:1].lower() + text[1:]
    if _LEARNS.match(text):
        return None
    if re.fullmatch(r"[a-z-]{2,}ing", verb) and verb not in NO_GERUND and tail:
        return None if _TURNS.search(tail) else ("doing", lower)
    if match := _USER.match(text):
        done = match.group(1).casefold()
        done = done if done.endswith("s") else done + "s"
        return ("clause", f"the user {done} {match.group(2)}") if words(match.group(2)) >= 2 else None
    if _YOU.match(text):
        return "clause", lower
    if (match := _NEED.match(text)) and (match.group(1) or not _BARE.match(match.group(2))):
        return "clause", f"you need {match.group(1) or ''}{match.group(2)}"
    if match := _WHEN.match(text):
        clause = match.group(1)
        inner = _formed(clause)
        if inner is not None and inner[0] in ("doing", "clause"):
            return inner
        starts = re.match(r"(?:the|an?|you|your|there|code|tests?|it)\b", clause, re.IGNORECASE)
        return ("clause", clause[:1].lower() + clause[1:]) if starts else None
    if _BEFORE.match(text):
        return "before", lower
    states = re.search(r"\b(?:is|are|was|were|has|have|can|should|must|will|their|they|them)\b", flat)
    if (
        verb in VERBS - {"use"}
        and words(text) >= 3
        and not states
        and re.match(r"[A-Z]?[a-z-]+$", first.strip(","))
    ):
        return "to", lower
    return None


def _everybody(text: str) -> bool:
    """Whether a phrase quotes single words that anybody may say: `mentions "save", "add"` calls for any skill."""
    return any(word in VERBS or stem(word) in VAGUE for word in _SINGLE.findall(text))


def tidy(text: str) -> bool:
    """Whether a phrase can stand in a sentence: no code, no address, no half of anything, nothing of the file's own."""
    odd = _ODD.search(text) or _HALF.search(text) or text.count("(") != text.count(")")
    return not odd and text.count('"') % 2 == 0
