"""Which words of a skill's own file tell it from its rivals, and in which phrases they stand there."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from skillaudit.analysis.words import STOP_WORDS, is_unspaced, terms
from skillaudit.requests.markdown import Block, bare
from skillaudit.requests.mining import read, scoped, tasks
from skillaudit.requests.wording import is_about, split_sentences
from skillaudit.schema import Skill

MAX_PHRASES = 600
_LEAD = 4
"""Telling words that a sentence must have to say what a skill does."""
_LONGEST_ABOUT = 240
_WORDS_IN_PHRASE = 4
_PHRASE_LENGTH = 48
_SAME = 0.6
"""Share of a held-out request's words that make a line of the body its source."""
_CUT = re.compile(r"[^\w\s'’+#&/.-]+|[.](?=\s|$)|\s[-–—/&]\s")
_CODE = re.compile(r"[{}<>|\\=$`]|\w\(|://|\w_\w|\w/\w+/|\w/.*\.\w|^[-~/.]|--")
_CLUTTER = re.compile(
    r"(?<!\w)(?:et al|pmid|doi|isbn|see|just|steps?|phases?|critical|hard|quick|related|references?|mandatory"
    r"|important|notes?|todo|examples?|overviews?|appendix|rules?|always|never|step-by-step|output|input"
    r"|further|additional|already|usage|instructions?|everything|suggest|available|core)(?!\w)",
    re.IGNORECASE,
)
"""Words that say where in a file one is, or how to read it, not what it is about."""
_SHOUTED = 5
"""Letters from which on a word in capitals is a heading that shouts, and no abbreviation."""
MINUS = re.compile(
    r"\b(?:not|never|no|don[’']t|doesn[’']t|can[’']t|isn[’']t|avoid|without|unless|except|instead|warning"
    r"|kein\w*|nicht|nie|pas|jamais|nunca|não|non)\b|[不勿没]|ない",
    re.IGNORECASE,
)
"""What a sentence says that tells what a skill is not for."""
_ARROW = re.compile(r"[→⇒]|[-=]>")
_IDENTIFIER = re.compile(r"\w+(?:[-_]\w+)+")
_SENDS = re.compile(r"\b(?:use|see|prefer|try)\s+((?:[`'\"]?[\w-]+[`'\"]?(?:,\s*|\s+or\s+|\s+and\s+)?){1,3})")
"""Sends a reader to something that may be a skill."""
_TALK = re.compile(
    r"\b(?:i|we|my|our|you are|skills?|must|should|see|ask|let[’']s|claude|e\.g|i\.e)\b|[→:]|\?$",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"(?:this|that|these|those|it|they|there|here|if|then|but|and|so|also|both|each|many|most|within|otherwise"
    r"|when|however|for example|note)\b",
    re.IGNORECASE,
)
"""Opens a sentence that needs the one before it, or that says when and not what."""
_INSTRUCTS = re.compile(
    r"^(?:use|load|stop|inform|indicate|close|say|tell|wait|assume|remember|prefer|pick|choose|follow|start|begin"
    r"|show|help|treat|report|return|apply|consider|include|avoid|put|go|let|make)\b"
    r"|,\s*(?:say|use|refer|see|check|ask|do|run|read)\b"
    r"|\b(?:these|those|that context|them|their|they|above|below|takes? precedence|supersedes?)\b|[#%]",
    re.IGNORECASE,
)
"""Tells whoever carries the skill out what to do next, or leans on what stands around it."""
OPENING = 6
"""Lines of prose from the top that may be quoted: what comes later is detail of one step."""
_SHORTEST_SENTENCE, _LONGEST_SENTENCE = 30, 220
MAX_SENTENCES = 60
_BODY_WEIGHT = 0.25
_PROMINENCE = (1.0, 0.8, 0.6, 0.6)
"""Of a phrase in a heading, an item, a paragraph, the description."""
_COMMON = 0.35
"""Share of the files that hold a word, beyond which the word alone tells nothing."""
_TEMPLATE = 0.15
"""Share of the files that hold a phrase, beyond which it belongs to how they are laid out."""
_SUPPORT = 2
"""Work requests of a skill that must say a word, before it counts as a word of its users."""


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Fold the commonest English endings, so that `reports` and `reporting` are one word."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)]
            break
    return word.removesuffix("e") if len(word) > 4 else word


def stems(text: str) -> list[str]:
    """Return the telling words of a text, folded, in order."""
    return [stem(key) for key, _ in terms(text)]


def is_narrower(text: str, before: str) -> bool:
    """Whether `text` speaks of less than `before`: it has fewer different telling words."""
    return len({key for key, _ in terms(text)}) < len({key for key, _ in terms(before)})


@dataclass(frozen=True, slots=True)
class Source:
    """What may be quoted of one skill: its file, without the lines that held-out requests were taken from."""

    lines: tuple[str, ...]
    """Plain lines of the body, headings first, then items and prose."""
    phrases: Mapping[str, float]
    """Short runs of words of the file, with how prominent their place is, in (0, 1]."""
    counts: Mapping[str, int]
    """Telling words of the whole file, folded, with how often they stand there."""
    words: Mapping[str, frozenset[str]]
    """Of each phrase, its telling words, folded."""
    about: str = ""
    """First sentence of the body that says what the skill does; empty where none may be quoted."""
    sentences: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Whole sentences of the body that could stand in a description, in order, with their telling words."""


def source_of(skill: Skill, held_out: Sequence[str] = ()) -> Source:
    """Read what may be quoted of `skill`; lines that repeat a request of `held_out` are left out.

    Requests are mined from bodies, so a rewriter that read all of a body would be shown the answers.
    """
    hidden = [set(stems(query)) for query in held_out]
    headings: dict[str, None] = {}
    items: list[str] = []
    prose: list[str] = []
    parts = read(skill)
    for part, scope in scoped(parts, skill.name):
        if scope == "not":
            continue  # what the skill is not for belongs to others
        headings.update(dict.fromkeys(bare(title) for _, title in part.headings))
        (prose if part.kind == "prose" else items).append(bare(part.raw))
    if skill.when_to_use:
        items.insert(0, skill.when_to_use)
    kept = [
        [line for line in lines if line and not _repeats(line, hidden)] for lines in (headings, items, prose)
    ]
    every = [line for lines in kept for line in lines]
    counts = Counter(word for line in (*every, skill.text) for word in stems(line))
    found: dict[str, float] = {}
    again = Counter(
        run
        for line in (*kept[1], *kept[2], skill.description)
        for phrase in phrases(line)
        for run in _runs(phrase)
    )
    spoken = frozenset(phrase_words(skill.text))
    small = frozenset(word for line in (*kept[1], *kept[2]) for word in line.split() if word.islower())
    for lines, prominence in zip((*kept, [skill.description]), _PROMINENCE, strict=True):
        for line in lines:
            for phrase in phrases(line):
                # A word that stands once in a file is seldom what the file is about, and a run of words
                # out of a sentence is a name for something only where it comes again.
                if len(found) >= MAX_PHRASES or max((counts[word] for word in stems(phrase)), default=0) < 2:
                    continue
                for name in (phrase,) if prominence == 1.0 else _recurring(phrase, again):
                    if is_presentable(name, spoken):
                        found.setdefault(_small(name, small), prominence)
    return Source(
        lines=tuple(every),
        phrases=found,
        counts=counts,
        words={phrase: frozenset(stems(phrase)) for phrase in found},
        about=_about(parts, skill.name, every),
        sentences=_sentences(kept[2], counts),
    )


def phrase_words(text: str) -> Iterable[str]:
    """Yield the words of a text as phrases have them, in the case that they stand in."""
    return (word for phrase in phrases(text) for word in phrase.split())


def is_presentable(phrase: str, spoken: Collection[str] = ()) -> bool:
    """Whether a phrase could stand in a description: no code, no number, no label of a part of the file.

    What the author's own descriptor has, the words of `spoken`, is always good enough.
    """
    for word in phrase.split():
        if word in spoken:
            continue
        if any(letter.isdigit() for letter in word) or re.search(r"[._/]\w", word):
            return False
        if (len(word) >= _SHOUTED and word.isupper()) or re.match(r"[^\W\d_]*?[a-z][A-Z]", word):
            return False
    return not _CLUTTER.search(phrase)


def _small(phrase: str, small: frozenset[str]) -> str:
    """Take the capitals off a title whose words the running text writes without: those of names stay."""
    lower = phrase.lower()
    return lower if all(word in small for word in lower.split()) else phrase


def _runs(phrase: str) -> Iterable[str]:
    words = phrase.casefold().split()
    for start in range(len(words)):
        for stop in range(start + 1, len(words) + 1):
            yield " ".join(words[start:stop])


def _recurring(phrase: str, again: Mapping[str, int]) -> Iterable[str]:
    """Yield the longest parts of a run of words that come again, adverbs left out."""
    words = phrase.split()
    start = 0
    while start < len(words):
        for stop in range(len(words), start, -1):
            part = " ".join(words[start:stop])
            if again[part.casefold()] > 1 and not part.endswith("ly"):
                yield part
                break
        else:
            stop = start + 1
        start = stop


def _sentences(prose: Sequence[str], counts: Mapping[str, int]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in prose[:OPENING]:
        for sentence in split_sentences(line):
            if len(found) == MAX_SENTENCES:
                return found
            plain = (
                _SHORTEST_SENTENCE <= len(sentence) <= _LONGEST_SENTENCE
                and sentence[-1] in ".。！!"
                and not sentence[0].islower()
                and not (MINUS.search(sentence) or _TALK.search(sentence) or _CODE.search(sentence))
                and not (_POINTS_BACK.match(sentence) or _INSTRUCTS.search(sentence))
                and is_about(sentence)
            )
            words = frozenset(stems(sentence)) if plain else frozenset()
            if len(words) >= _LEAD and sum(counts[word] > 1 for word in words) >= len(words) / 2:
                found.setdefault(sentence, words)
    return found


def _about(parts: Sequence[Block], name: str, lines: Sequence[str]) -> str:
    quotable = [line.casefold() for line in lines]
    for task in tasks(parts, name):
        wanted = task.rstrip(".").casefold()
        long_enough = len(set(stems(task))) >= _LEAD and len(task) < _LONGEST_ABOUT
        if ":" in task or MINUS.search(task) or _CODE.search(task) or _INSTRUCTS.search(task):
            continue
        if long_enough and any(wanted in line for line in quotable):
            return task
    return ""


def _repeats(line: str, hidden: Sequence[set[str]]) -> bool:
    words = set(stems(line))
    return bool(words) and any(
        query and len(words & query) >= _SAME * min(len(query), len(words)) and len(words & query) > 1
        for query in hidden
    )


def phrases(line: str) -> Iterable[str]:
    """Yield the runs of up to four telling words between stop words and marks, as they stand in a line."""
    for piece in _CUT.split(line):
        run: list[str] = []
        for word in [*piece.split(), ""]:
            plain = word.strip(".-/&'’")
            telling = (
                bool(plain)
                and plain.casefold() not in STOP_WORDS
                and not plain.isdigit()
                and "'" not in plain
                and "’" not in plain
                and not _CODE.search(word)
                and (len(plain) > 1 or is_unspaced(plain))
            )
            if telling and plain == word and len(run) < _WORDS_IN_PHRASE:
                run.append(word)
                continue
            if run:
                yield from _whole(run)
            run = [plain] if telling else []


def _whole(run: list[str]) -> Iterable[str]:
    phrase = " ".join(run)
    if len(phrase) <= _PHRASE_LENGTH:
        yield phrase


WHEN = re.compile(
    r"\b(?:use|apply|invoke|trigger\w*|load)\b[^.]{0,40}\b(?:when|whenever|if|for|on|before|after|to)\b"
    r"|\bwhen(?:ever)? (?:the )?users?\b|^triggers?\b|\b(?:verwenden|utiliser|usar)\b",
    re.IGNORECASE,
)
"""Says when a skill is to be used."""


class Lexicon:
    """Counts of words over a library and its work requests, for weighing one skill's words."""

    def __init__(
        self,
        sources: Sequence[Source],
        texts: Sequence[str],
        queries: Sequence[Sequence[str]],
        names: Sequence[str] = (),
    ) -> None:
        """Take every skill's source and descriptor, its own work requests and its name, all in parallel."""
        self.sources = sources
        self._names = [name.casefold() for name in names]
        self._all = set(self._names)
        self._known = {name for name in self._names if _IDENTIFIER.fullmatch(name)}
        self.described = [set(stems(text)) for text in texts]
        self._shared = Counter(
            phrase for source in sources for phrase in {each.casefold() for each in source.phrases}
        )
        self.holders: Counter[str] = Counter()
        for source, words in zip(sources, self.described, strict=True):
            self.holders.update(words | set(source.counts))
        self.asked = [Counter(word for query in own for word in set(stems(query))) for own in queries]
        self.number = [len(own) for own in queries]
        self.total: Counter[str] = Counter()
        for counts in self.asked:
            self.total.update(counts)
        self.requests = max(sum(self.number), 1)

    def turns_away(self, skill: int, text: str) -> bool:
        """Say whether a text tells what a skill is not for: by a negation, an arrow, or another skill's name."""
        if MINUS.search(text) or _ARROW.search(text):
            return True
        own = self._names[skill] if skill < len(self._names) else ""
        folded = text.casefold()
        named = {word.strip("-_") for word in _IDENTIFIER.findall(folded)}
        sent = {word for run in _SENDS.findall(folded) for word in re.split(r"\W+", run)}
        return bool(((named & self._known) | (sent & self._all)) - {own, ""})

    def plain(self, skill: int) -> set[str]:
        """Return the phrases that say too little: titles that many files share, and most single words.

        A single word needs users who ask for it, and must not stand in most files.
        """
        asked, most = self.asked[skill], max(len(self.sources) * _COMMON, 2)
        shared = max(len(self.sources) * _TEMPLATE, 3)
        return {
            phrase
            for phrase, words in self.sources[skill].words.items()
            if self._shared[phrase.casefold()] > shared
            or (
                " " not in phrase
                and not is_unspaced(phrase)
                and not any(asked[word] >= _SUPPORT and self.holders[word] <= most for word in words)
            )
        }

    def weights(self, skill: int, rivals: Sequence[int] = ()) -> dict[str, float]:
        """Weigh the words of one skill's file: what its users say, and what its body says, more than others.

        Both parts are contributions to a Kullback-Leibler divergence: the share here times the log of its
        ratio to the share in the library; words of a rival's descriptor count half.
        """
        source = self.sources[skill]
        size = len(self.sources)
        rare = math.log(size + 1) or 1.0
        contested = set().union(*(self.described[rival] for rival in rivals)) if rivals else set()
        loud = max(source.counts.values(), default=1)
        found: dict[str, float] = {}
        for word, count in source.counts.items():
            here = self.asked[skill][word] / max(self.number[skill], 1)
            there = (self.total[word] - self.asked[skill][word] + 0.5) / (self.requests + 1)
            said = here * max(0.0, math.log((here + 1e-3) / (there + 1e-3)))
            said *= self.asked[skill][word] >= _SUPPORT
            seldom = math.log((size + 1) / self.holders[word]) / rare if self.holders[word] else 1.0
            weight = said + _BODY_WEIGHT * seldom**2 * math.log1p(count) / math.log1p(loud)
            found[word] = weight * (0.5 if word in contested and not said else 1.0)
        return found


MAX_LISTED = 8
"""Phrases of one list: a reader takes in no more."""


def choose(
    source: Source,
    weights: Mapping[str, float],
    known: set[str],
    limit: int,
    plain: Collection[str] = (),
) -> list[str]:
    """Pick phrases that bring the most weight in words that are not `known`, at most `limit` characters.

    A word counts once; a phrase pays for its length. Phrases in `plain` are passed over.
    """
    texts = {phrase: weight for phrase, weight in source.phrases.items() if phrase not in plain}
    return _pick(texts, source.words, weights, known, limit)[:MAX_LISTED]


def choose_sentences(
    source: Source, weights: Mapping[str, float], known: set[str], limit: int, most: int = 3
) -> list[str]:
    """Pick sentences as `choose` picks phrases, at most `most` of them, in the order of the file."""
    equal = dict.fromkeys(source.sentences, 1.0)
    chosen = set(_pick(equal, source.sentences, weights, known, limit)[:most])
    return [sentence for sentence in source.sentences if sentence in chosen]


def _pick(
    texts: Mapping[str, float],
    words_of: Mapping[str, frozenset[str]],
    weights: Mapping[str, float],
    known: set[str],
    limit: int,
) -> list[str]:
    gains = []
    for place, (text, prominence) in enumerate(texts.items()):
        words = words_of[text] - known
        if words and (gain := prominence * sum(weights.get(word, 0.0) for word in words)) > 0:
            gains.append((-gain / math.sqrt(8 + len(text)), place, text))
    gains.sort()
    chosen: list[str] = []
    covered = set(known)
    used = 0
    for bound, _, text in gains:
        words = words_of[text] - covered
        gain = texts[text] * sum(weights.get(word, 0.0) for word in words)
        # A text whose best word another one has brought already is worth too little to read.
        if gain / math.sqrt(8 + len(text)) < 0.5 * -bound:
            continue
        if used + len(text) + 2 > limit:
            continue
        chosen.append(text)
        covered |= words
        used += len(text) + 2
    return chosen
