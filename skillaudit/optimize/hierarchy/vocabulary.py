"""What a library calls its things: its subjects, and how it writes their words."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from skillaudit.optimize.words.phrasing import MAX_NAME, in_sentences, spelled
from skillaudit.optimize.words.source import MINUS, VAGUE, VERB_STEMS
from skillaudit.schema import Skill
from skillaudit.text.words import STOP_WORDS, stem, tokens

NAMED, OPENING, LATER = 1.0, 0.7, 0.3
"""How much a skill is about a word of its name, of the sentence that its description opens with, and of the others."""
HEAD = 0.3
"""Share of a word's places where it closes a phrase, from which on it is taken for a noun."""
WHOLE = 0.6
"""Share of a word's holders that say it in the same two words, from which on both are its name."""
PLURAL = 0.25
"""How often a plural is said for each time that the word itself is, from which on it is the group's."""
TITLES = 3
"""How much oftener a word stands among others with a capital than by itself, when the capital is its own."""
PREFIX = 0.7
"""Share of a library's names that open with one word, from which on it tells none of them from another."""

_LOOSE = re.compile(r"(?:ing|[^s]ic|al|ive|ous|ble|ary|ful|ed|ly|less)$")
"""Ends a word that describes another or says what is done; one that ends a name is a noun all the same."""
_KIND = re.compile(
    r"(?:(?:an?|the|comprehensive|complete|standard|lightweight|full-featured|unified) )*"
    r"(?P<kind>[^\W\d_][\w-]*(?: [\w-]+){1,4}?)"
    r"(?=[,;:.(—–]| (?:for|with|to|in|of|that|which|using|via|from|on)\b| [(—–-])",
    re.IGNORECASE,
)
"""Opens a description with what its skill is, of two to five words."""
_ACT = re.compile(
    r"(?:access|accelerate|compress|extend|gate|infer|segment|simulate)\b"
    r"|\w+(?:ies|ed|ly) |.* (?:provides|built|based|optimized|for)\b",
    re.IGNORECASE,
)
"""Opens with what is done, not with what it is."""
_THING = re.compile(
    r"(?:toolkit|library|framework|platform|pipeline|engine|wrapper|interface|client|compiler|fuzzer|simulator"
    r"|database|designer|tool|algorithm|network|model|filter|[a-z]{3}ing|[a-z]{3}[st]ion|sis|ics|stry)s?$",
    re.IGNORECASE,
)
"""Ends with a kind of thing or with a field of work."""
COMMON = 0.1
"""Share of a library's skills from which on a word tells nothing of the one that says it."""
RARE = 2
"""Skills that may say a word of a name which tells nothing to who does not know it."""
_ELSEWHERE = re.compile(r"\bsee\b|\bnot\b|\binstead\b|\b(?:use|try|load) [\w/:]+-[\w-]+", re.IGNORECASE)
"""Sends its reader to another skill."""
_RUN = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_GAP = re.compile(r"[\s-]*")
_DETERMINES = frozenset(tokens("a an the your their its this these those any all my our his her every each"))


class Vocabulary:
    """The words of each skill's descriptor, how much it is about them, and how telling they are in the library."""

    def __init__(self, skills: Sequence[Skill]) -> None:
        """Read the descriptors of a library."""
        self.skills = skills
        self._forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._titles: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._said: Counter[str] = Counter()
        self._closing: Counter[str] = Counter()
        self._surface: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._heads: set[str] = set()
        self._names = {spelled(skill.name).casefold() for skill in skills}
        self.subjects = [self._read(skill) for skill in skills]
        self._strength: defaultdict[str, float] = defaultdict(float)
        self._holders: Counter[str] = Counter()
        for found in self.subjects:
            self._holders.update(found)
            for phrase, strength in found.items():
                self._strength[phrase] += strength
        self.alone = {" ".join(map(stem, tokens(spelled(skill.name)))) for skill in skills}
        """Whole names, stemmed."""
        opening = Counter(names[0] for skill in skills if len(names := tokens(spelled(skill.name))) > 1)
        word, count = opening.most_common(1)[0] if opening else ("", 0)
        self.prefix = word if count >= max(2, PREFIX * len(skills)) and word not in STOP_WORDS else ""
        """Word that nearly all names open with; empty where there is none."""

    def telling(self, phrase: str, strength: float) -> float:
        """Return the logarithm of how much more a group is about a phrase than the library; 0 where it is not more.

        `strength` is the mean over the group, in (0, 1].
        """
        return max(0.0, math.log(strength * len(self.skills) / self._strength[phrase]))

    def holds(self, phrase: str, rows: Sequence[int], least: float) -> set[int]:
        """Return those of some rows that are at least so much about a phrase."""
        return {row for row in rows if self.subjects[row].get(phrase, 0.0) >= least}

    def surface(self, phrase: str) -> str:
        """Return the words that a phrase of stems is most often said in; the plural where it is usual."""
        forms = self._surface[phrase]
        best = min(forms, key=lambda form: (-forms[form], form))
        several = f"{best}s"
        plural = forms[several] >= PLURAL * forms[best] or several in self._names
        return several if plural else best

    def written(self, words: str) -> str:
        """Return words as the library writes them amid a sentence: `seo audit` gives `SEO audit`."""
        return " ".join(self._form(word) for word in words.split())

    def called(self, name: str, description: str) -> str:
        """Return a skill's name as its own description writes it, else as the library writes its words."""
        name = spelled(name)
        letters = [re.escape(letter) for letter in name if letter.isalnum()]
        if not letters or len(letters) > MAX_NAME:
            return self.written(name)
        own = re.compile(rf"(?<!\w){'[ /-]?'.join(letters)}(?!\w)", re.IGNORECASE)
        for match in own.finditer(description):
            said = match[0]
            before = description[: match.start()].rstrip()[-1:]
            amid = bool(before) and before not in ".!?:"
            if (amid or _is_mixed(said)) and not _is_title(said):
                return said
        return self.written(name)

    def _form(self, word: str) -> str:
        found, titles = self._forms[word.casefold()], self._titles[word.casefold()]
        if titles.total() >= TITLES * max(1, found.total()):
            found = titles
        return min(found, key=lambda form: (-found[form], form)) if found else word

    def _read(self, skill: Skill) -> dict[str, float]:
        """Return the words and pairs of words of a descriptor, stemmed, each with how much the skill is about it."""
        found: dict[str, float] = {}
        name = tokens(spelled(skill.name))
        for phrase, words in _phrases([word for word in name if word not in STOP_WORDS and len(word) > 1]):
            found[phrase] = NAMED
            self._surface[phrase][words] += 1
        last = [stem(word) for word in name[-1:]]
        self._said.update(last)
        self._closing.update(last)
        self._heads.update(last)
        for at, sentence in enumerate(in_sentences(skill.description)):
            runs = list(self._runs(sentence))
            if MINUS.search(sentence) or _ELSEWHERE.search(sentence):
                continue
            for run in runs:
                for phrase, words in _phrases(run):
                    self._surface[phrase][words] += 1
                    found.setdefault(phrase, OPENING if at == 0 else LATER)
        return found

    def _runs(self, sentence: str) -> Iterator[list[str]]:
        """Yield the runs of telling words of a sentence, and remember how each is written and what closes a phrase."""
        run: list[str] = []
        places = list(_RUN.finditer(sentence))
        for at, place in enumerate(places):
            follows = places[at + 1] if at + 1 < len(places) else None
            joined = (
                follows is not None and _GAP.fullmatch(sentence, place.end(), follows.start()) is not None
            )
            parts = place[0].split("-")
            for word in parts:
                key = word.casefold()
                if _is_mixed(word) or (at and word[:1].islower() and len(parts) == 1):
                    self._forms[key][word] += 1
                elif at and word[:1].isupper():
                    near = [places[each][0] for each in (at - 1, at + 1) if 0 < each < len(places)]
                    titled = any(each[:1].isupper() and not _is_mixed(each) for each in near)
                    (self._titles if titled else self._forms)[key][word] += 1
                if key in STOP_WORDS or key.isdigit() or len(key) < 2:
                    if run:
                        yield run
                    run = []
                    continue
                run.append(key)
            key = parts[-1].casefold()
            if key in STOP_WORDS:
                continue
            self._said[stem(key)] += 1
            after = follows[0].casefold() if follows is not None and joined else ""
            if after not in _DETERMINES and (not after or after in STOP_WORDS):
                self._closing[stem(key)] += 1
            if not joined and run:
                yield run
                run = []
        if run:
            yield run

    def gloss(self, name: str, description: str) -> str:
        """Return what kind of thing a skill is of which its name tells nothing, as its description opens; else nothing.

        `Cheminformatics toolkit for ...` gives `cheminformatics toolkit` for a skill called `rdkit`.
        """
        words = [stem(word) for word in tokens(spelled(name)) if word != self.prefix]
        if any(self._holders[word] > RARE for word in words):
            return ""
        opening = _KIND.match(description)
        if opening is None:
            return ""
        found = [stem(word) for word in tokens(opening["kind"]) if word not in STOP_WORDS]
        telling = [
            word
            for word in found
            if word not in (*words, stem(self.prefix))
            and word not in VAGUE
            and self._holders[word] < COMMON * len(self.skills)
        ]
        first = stem(tokens(opening["kind"])[0])
        if (
            not telling
            or first in VERB_STEMS
            or _ACT.match(opening["kind"])
            or not _THING.search(opening["kind"])
        ):
            return ""
        head, *rest = opening["kind"].split()
        return " ".join([head if _is_mixed(head) else self._form(head.casefold()), *rest])

    def describes(self, phrase: str) -> bool:
        """Say whether a word of a phrase could stand before a noun in a group's name."""
        return " " not in phrase and phrase not in VAGUE and phrase not in VERB_STEMS

    def is_name(self, phrase: str) -> bool:
        """Say whether a phrase of stems could name a group: a noun at its end, no verb before it, not all vague."""
        words = phrase.split()
        last = words[-1]
        if self._closing[last] < HEAD * self._said[last] or (words[0] in VERB_STEMS and len(words) > 1):
            return False
        if len(words) > 1 and self.surface(phrase).split()[0].endswith("ing") and words[0] not in self._heads:
            return False
        if any(self.prefix.startswith(word) for word in words):
            return False
        if len(words) == 1:
            if last not in self._heads and _LOOSE.search(self.surface(last)):
                return False
            return last not in VAGUE and (last not in VERB_STEMS or last in self._heads)
        return not all(word in VAGUE for word in words)


def _is_mixed(word: str) -> bool:
    return any(letter.isupper() for letter in word[1:])


def _is_title(words: str) -> bool:
    """Say whether words stand as in a title, each with a capital and small letters behind it."""
    return all(part[:1].isupper() and part[1:].islower() for part in words.split())


def _phrases(run: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the words of a run and its pairs of neighbours, stemmed and as they stand."""
    folded = [stem(word) for word in run]
    yield from zip(folded, run, strict=True)
    for at in range(len(run) - 1):
        yield f"{folded[at]} {folded[at + 1]}", f"{run[at]} {run[at + 1]}"
