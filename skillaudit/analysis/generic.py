"""Phrases with which a description claims everything: a hint at a black hole, never a proof of one."""

from __future__ import annotations

import re
from functools import lru_cache

from skillaudit.load.spec import placeholder
from skillaudit.text.caseless import Caseless

GENERIC_PHRASES: tuple[str, ...] = (
    r"any(?: and all)? (?:task|request|question|problem|topic|project|job|situation|purpose|work|need)s?",
    r"all (?:kinds|sorts|types) of",
    r"all (?:your|other|user) (?:\w+ )?(?:task|request|question|problem|need|work|job)s?",
    r"(?:every|each) (?:task|request|question|message|conversation|session|prompt)",
    r"anything(?: else| related)?",
    r"everything(?: else| related)?",
    r"whatever (?:you|the user|users)",
    r"(?:wide|broad) (?:range|variety|array) of",
    r"(?:various|many different|multiple kinds of) tasks?",
    r"general[- ]purpose",
    r"all[- ]in[- ]one",
    r"one[- ]stop",
    r"universal(?:ly)?",
    r"catch[- ]all",
    # `Always invoke this for .x files` says when, and is what raises recall; without a limit it claims everything.
    r"always (?:use|invoke|load|trigger|call|start with|read) this(?: skill| tool)?"
    r"(?!(?: skill| tool)? (?:when|whenever|if|for|with|on|before|after|to)\b)",
    r"must (?:always )?be (?:used|invoked|loaded|called) (?:first|always|before)",
    r"before (?:any|every|each|doing anything|starting any)",
    r"use this (?:skill )?(?:first|by default|for all|for any|for every)",
    r"(?:when|if) (?:in doubt|unsure|nothing else|no other)",
    r"do(?:es)? it all",
)

_PATTERN = Caseless(r"(?<!\w)(?:" + "|".join(GENERIC_PHRASES) + r")(?!\w)")


def generic_phrases(text: str) -> tuple[str, ...]:
    """List the all-claiming phrases of a descriptor in lower case, each once, in order of appearance."""
    return tuple(dict.fromkeys(phrase.lower() for phrase in _PATTERN.found(text)))


_ANY = r"(?:any|every|each|all|whatever|whichever)"
_OF = (
    r"(?: (?:other|kinds? of|sorts? of|types? of|pieces? of|bits? of|possible|user|single|user's|your|given|new"
    r"|incoming))*"
)
_ASKED = r"(?:tasks?|requests?|messages?|jobs?|conversations?|prompts?)"
_THING = (
    r"(?:tasks?|requests?|questions?|messages?|works?|jobs?|conversations?|sessions?|prompts?|quer(?:y|ies)|help"
    r"|writing|problems?|projects?|topics?|subjects?|domains?|fields?|needs?|goals?|things?|situations?|issues?"
    r"|matters?|purposes?|occasions?|challenges?|disciplines?)"
)
# An honest sentence goes on and says what about.
_DONE = (
    r"(?=\s?(?:[.,;!?—–)\"'”’:]|$|(?:and|or|first|always|whatever|no matter|that|which|from) (?:always|you|the user"
    r"|users?|comes?|it|may|is|they|anything|everything|more|beyond)\b))"
)
_USE = (
    r"(?:(?:use|invoke|load|call|trigger|choose|activate|run|apply|reach for|start)(?:d|ed)?"
    r"(?: (?:this|it|me|with this)(?: (?:skill|tool|one))?)?(?: (?:first|always|by default|also|proactively"
    r"|automatically))*)"
)
_WHEN = (
    r"(?:for|on|with|in|at|whenever|when|before|during)(?: (?:the (?:start|beginning) of|starting|answering|executing"
    r"|doing|working on|handling|responding to|asked|facing|given|there is))*"
)
_SWEEPING = Caseless(
    r"(?<![\w-])(?:"
    rf"{_USE} {_WHEN} {_ANY}{_OF} {_THING}\b{_DONE}"
    rf"|{_ANY}(?: and all)?{_OF} {_ASKED}\b{_DONE}"
    rf"|{_THING} of (?:all|any|every|each|whatever|whichever) (?:kinds?|sorts?|types?)\b"
    r"|(?:whatever|no matter|regardless of|irrespective of|independent of|whichever)(?: what)?"
    rf"(?: the| its| their| your)? (?:subject|topic|domain|task|request|question|area|field)s?\b{_DONE}"
    rf"|(?:at|from) the (?:start|beginning) of {_ANY}{_OF} {_THING}\b{_DONE}"
    r"|before (?:(?:any|all|using|trying|loading|considering) )*(?:of the )?other (?:skill|tool)s?\b"
    r"|(?:should|must|is|are) (?:always )?(?:be )?(?:loaded|used|invoked|triggered|called) by default\b"
    r"|(?:invoke|load|trigger|call) (?:this |it )?(?:skill |tool )?first(?=[.,;!]| and| then)"
    r"|(?:whenever|when|if) (?:someone|anyone|anybody|a user|the user|users?|you|people) (?:asks?|needs?|wants?"
    r"|requires?) (?:for )?(?:any )?(?:kind of )?(?:help|assistance|support|something|advice)(?: done)?"
    r"(?= ?(?:[.;!]|$| with (?:their|your|his|her|any|a) \w+(?:, (?:or )?(?:their|your)| or (?:their|your))))"
    r"|(?:does|do|handles?|covers?|solves?|answers?|ask (?:it|me|this)) (?:it all|(?:almost |nearly )?everything"
    rf"|(?:almost |nearly )?anything)\b{_DONE}"
    r")"
)
_KIND_OF = Caseless(rf"(?<![\w-]){_USE} {_WHEN} {_ANY}{_OF}(?: [\w-]+){{1,2}}? {_THING}\b")
_EMPTY_WORDS = """
a about across adapt adapts after again all almost also always am an and another any anybody anyone anything apply
are around as ask asked asking asks assist assistance assistant assistants assists at attention be beginner
beginners beginning best better big both bring brings but by can care careful carefully carry cases chat choose come
comes companion complete completes complex conversation conversations cover covers day decide decides default
deliver delivers discipline disciplines do does doing domain domains done down each easier easily easy else end ends
ensure ensures every everybody everyday everyone everything excellent expert expertise experts few find first fit
fits flexible for friendly from gather gathers general get gets getting give gives goal goals good great guide
guides handle handles handling have he help helper helpful helping helps her high his how however i if improve
improves in intelligent into invoke is it its job jobs just keep kind kinds know knows large less let like little
load loaded make makes many matter matters may me message messages might more most much must my necessary need
needed needs never new no not nothing now of off often on once one ones only or other others our out outcome over
people perfect person piece pieces plan plans please possible powerful precision problem problems professional
professionals project projects prompt prompts proper provide provides purpose quality question questions quick
quickly range reach ready rely request requested requests require requires response responses result results right
same say says see seem seems sees session sessions should simple situation situations size skill skills small smart
so solution solutions solve solver solves some somebody someone something sort sorts start started starting starts
step steps subject subjects such support supports sure take takes task tasks technical than that the their them then
there these they thing things this those through time times to together tool tools topic topics trigger triggers try
type types understand understands universal up use used useful user users uses using various very want wanted wants
was way ways well what whatever when whenever where whether which while who whoever whole will with within without
work working works would you your yourself
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
"""English words that fit any subject."""
SPEAKS, SUBJECTS = 12, 3
"""So many different words of which so few name a subject say nothing."""
LISTED = 5
"""So many plain words in a row make a claim on a whole field of work (`any cloud question`) one on everything."""
ENDLESS = 20
"""So many are one by themselves; a list ten times as long is stuffing, and told as that."""
_STOPS = re.compile(r"[.!?;:\n()—](?=\s|$)")
_ITEMS = re.compile(r",\s*(?:and |or )?|(?<!\s)\s+(?:and|or)\s+")
_ENGLISH = re.compile(r"[a-z][a-z']*")
_PLAIN = re.compile(r"(?:\w+ )?[a-z][a-z-]*")


@lru_cache(maxsize=1 << 20)
def claims(text: str) -> tuple[str, ...]:
    """List the words with which a descriptor claims everything beyond doubt; empty for an honest one.

    Either one sweeping claim on when to use it, or two of `generic_phrases`, or a claim on every question of a field
    beside a list of what is done there, or a list without end, or no subject at all: 85 of 55,001 descriptions of a
    public corpus, most of them meant to be loaded before everything else. What a template left there claims nothing.
    """
    phrases = generic_phrases(text)
    sweeping = tuple(dict.fromkeys(words.lower() for words in _SWEEPING.found(text)))
    if sweeping or len(phrases) > 1:
        return tuple(dict.fromkeys((*sweeping, *phrases)))
    listed = longest_list(text)
    if listed and (field := _KIND_OF.first(text)):
        return (field.lower(), *phrases)
    if ENDLESS <= listed <= 10 * ENDLESS:
        return (f"a list of {listed} things", *phrases)
    words = set(_ENGLISH.findall(text.lower())) if text.isascii() else set()
    return (
        ("no word that names a subject",)
        if len(words) >= SPEAKS and len(words - _EMPTY) <= SUBJECTS and not placeholder(text)
        else ()
    )


def longest_list(text: str) -> int:
    """Return how many items of one or two plain words stand in a row at most; 0 where that is below `LISTED`."""
    # Every break has one of these in it, and they are counted sooner than the breaks.
    words = text.split()
    if text.count(",") + words.count("and") + words.count("or") < LISTED - 1:
        return 0
    best = 0
    for sentence in _STOPS.split(text):
        run, items = 0, _ITEMS.split(sentence.strip())
        if len(items) < max(LISTED, best):
            continue
        for at, item in enumerate(items):
            # A list may begin at the end of a clause: `Helps teams with strategy, content, copy`.
            run = run + 1 if _PLAIN.fullmatch(item) or (at == 0 and item[-1:].isalpha()) else 0
            best = max(best, run)
    return best if best >= LISTED else 0
