"""Skills that do the same: told by name, text and body, and made one instead of being rewritten against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache

import numpy as np

from skillaudit.analysis.clustering import Labels
from skillaudit.analysis.generic import claims
from skillaudit.analysis.names import VARIANT, alternative, folded, opposed, parts, sends_to, subject
from skillaudit.analysis.neighbors import Neighbors
from skillaudit.analysis.templates import template_families
from skillaudit.load.spec import description_problems
from skillaudit.optimize.bench import Bench
from skillaudit.optimize.board import Doubles, Floats
from skillaudit.optimize.forbidding import contradicted
from skillaudit.optimize.foreign import Foreign, lost_with
from skillaudit.optimize.joining import EMPTY, form, joined
from skillaudit.optimize.programs import other_program, two_programs
from skillaudit.optimize.records import OWNERS
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.optimize.words.phrasing import slug
from skillaudit.optimize.words.source import Source, stems
from skillaudit.schema import Skill
from skillaudit.text.sentences import sentences
from skillaudit.text.words import stem, terms, tokens

NEAREST = 8
ALIKE = 0.85
"""Share of words that two files of one skill have in common, by multiset Jaccard."""
RELATED = 0.6
"""Least share for a skill that says nothing of its own."""
SAME_TEXT = 0.9
"""Share of telling words from which on two descriptions are one."""
LIKE = {"name": 0.66, "subject": 0.71, "part": 0.74, "near": 0.9, "close": 0.83}
"""Least cosine of two descriptors, by what their names have in common."""
HARDLY = 0.5
"""Share of the words of the shorter body below which names and descriptions do not make two skills one."""
SURE = 0.8
"""Cosine from which on a merge is ticked; the names have to agree for it to be proposed at all."""
FAMILY = 3
"""Skills whose names share something, from which on that is the name of a family and not of one skill."""
SHARED = 4
"""Descriptions with one sentence from which on it is no skill's own."""
_FEWEST = 6
"""Telling words of a description that can be called the same as another one."""
_OWN = 2
"""Times that one file must say a word the other lacks, for the word to be what it is about."""


class Verdicts:
    """Says of two skills whether they do the same, and how it is known."""

    def __init__(
        self, skills: Sequence[Skill], vectors: Floats | None, sources: Sequence[Source] = ()
    ) -> None:
        """Take the library, vectors of its descriptors where there are any, and what its files say for `by_files`."""
        self._skills = skills
        self._vectors = vectors
        self._said = lru_cache(maxsize=None)(lambda row: frozenset(stems(skills[row].description)))
        self._blank = lru_cache(maxsize=None)(lambda row: _blank(skills[row]))
        self._whole = lru_cache(maxsize=1024)(lambda row: Counter(stems(skills[row].body)))
        self._bodies = [_words(skill, source) for skill, source in zip(skills, sources, strict=False)]
        words = [parts(skill.name) for skill in skills]
        self._full = [frozenset(map(folded, own)) for own in words]
        self._core = [subject(own) for own in words]
        shipped = Counter(tuple(own[:2]) for own in words if len(own) > 2)
        self._bare = [
            core if shipped[tuple(own[:2])] < 2 else frozenset(map(folded, own[2:])) - VARIANT
            for own, core in zip(words, self._core, strict=True)
        ]
        """As the core, without two words that several names begin with: those of a plugin."""
        self._stands = [parts(skill.id) for skill in skills]
        self._named = Counter(word for name in self._full for word in name)
        self._family = lru_cache(maxsize=None)(self._sharing)

    @cached_property
    def _template_of(self) -> Labels:
        """Template of each description, which merges alone ask for, and no audit."""
        return template_families([skill.description for skill in self._skills])

    def cosine(self, a: int, b: int) -> float:
        """Cosine of two descriptors; without vectors, twice the share of telling words that both say."""
        if self._vectors is not None:
            return float(self._vectors[a] @ self._vectors[b])
        return min(2 * _share(self._said(a), self._said(b)), 1.0)

    def by_files(self, goes: int, stays: int) -> tuple[str, str]:
        """Return why one file holds what another says, and why they stay two all the same; blanks where it does not."""
        if self._unsaid(goes, stays):
            return "", ""
        share = _jaccard(self._bodies[goes], self._bodies[stays])
        own = sorted(_own(self._bodies[goes], self._bodies[stays]))
        if share < ALIKE and two_programs(self._skills[goes], self._skills[stays]):
            return "", ""
        few = min(len(self._bodies[goes]), len(self._bodies[stays])) < _FEWEST
        if not self._skills[goes].body and (self._filled(goes, stays) or self._opposed(goes, stays)):
            return "", ""
        if self._template(goes, stays) or alternative(self._stands[goes], self._stands[stays]):
            return "", ""
        if few or share < RELATED or (own and share < ALIKE):
            return "", ""
        if not self._filled(goes, stays):  # one text under two names says each name
            named = set(stems(f"{self._skills[goes].name} {self._skills[stays].name}".replace("-", " ")))
            own = [word for word in own if word not in named]
        ours, theirs = self._whole(goes) or self._bodies[goes], self._whole(stays) or self._bodies[stays]
        share = (ours & theirs).total() / max(ours.total(), 1)
        why = f"{_percent(share)} of the words of {self._skills[goes].id} stand in {self._skills[stays].id}"
        return (
            why,
            f"it has words of its own: {', '.join(_spelled(self._skills[goes], own[:5]))}" if own else "",
        )

    def likely(self, a: int, b: int) -> bool:
        """Whether `by_text` may say something of two skills: their names share a word, or their texts nearly all."""
        return bool(self._full[a] & self._full[b]) or _share(self._said(a), self._said(b)) >= SAME_TEXT

    def differ(self, a: int, b: int) -> bool:
        """Whether each of two files is about something that the other does not speak of."""
        ours, theirs = self._bodies[a], self._bodies[b]
        return _jaccard(ours, theirs) < ALIKE and bool(_own(ours, theirs)) and bool(_own(theirs, ours))

    def of(self, goes: int, stays: int, mutual: bool) -> tuple[str, str]:
        """Return why two skills do the same, and why they are not merged all the same; blanks where they do not."""
        apart = self._named_apart(goes, stays)
        if apart and self._template_of[goes] == self._template_of[stays] >= 0:
            return "", ""
        why, refused = self.by_files(goes, stays)
        if why or not (why := self.by_text(min(goes, stays), max(goes, stays), mutual)):
            return why, refused or (apart if why else "")
        shared = self.shared(goes, stays)
        if (
            self.differ(goes, stays)
            if why in (SAME, NEARLY)
            else (why.startswith(CLOSE) or self.cosine(goes, stays) < SURE)
        ):
            refused = OPEN
        elif shared is not None and shared < HARDLY:
            refused = APART
        refused = apart or refused
        if shared is not None:
            why += f"; {_percent(shared)} of the words of the shorter body stand in the other"
        return why, refused

    def shared(self, a: int, b: int) -> float | None:
        """Return the share of the shorter of two bodies whose words stand in the other; None where one is empty."""
        ours, theirs = self._whole(a), self._whole(b)
        if not (ours and theirs):
            return None
        return (ours & theirs).total() / min(ours.total(), theirs.total())

    def by_text(self, a: int, b: int, mutual: bool) -> str:
        """Return why two skills do the same by their names and descriptions; blank where they do not.

        `mutual` says that each is the other's nearest.
        """
        said = self._said(a), self._said(b)
        pair = self._skills[a], self._skills[b]
        if self._unsaid(a, b) or self._opposed(a, b) or self._template(a, b) or other_program(*pair):
            return ""
        if _share(*said) >= SAME_TEXT and min(map(len, said)) >= _FEWEST and not self._filled(a, b):
            return SAME if said[0] == said[1] else NEARLY  # a copy has its own home
        if two_programs(*pair):
            return ""
        cosine = self.cosine(a, b)
        left, right = self._core[a], self._core[b]
        if self._full[a] == self._full[b] and cosine >= LIKE["name"]:
            return f"both are named for {self._spell(a, self._full[a])} and describe it alike"
        shipped = self._bare[a], self._bare[b]
        for ours, theirs, least in (
            (left, right, LIKE["subject"]),
            (shipped[0], right, LIKE["name"]),
            (left, shipped[1], LIKE["name"]),
        ):
            if ours and ours == theirs and cosine >= least:
                return f"both are about {self._spell(a, ours)}, and describe it alike"
        if not (mutual and left and right):
            return ""
        shared = left & right
        if shared in (left, right) and cosine >= LIKE["part"] and self._family(shared) <= FAMILY + 1:
            short, long = (a, b) if left < right else (b, a)
            if (self._core[long] - self._core[short]) <= (self._said(short) | self._full[short]):
                return (
                    f"what {self._skills[long].name} is named for, {self._skills[short].name} describes too"
                )
        if (
            len(shared) > 1
            and cosine >= LIKE["near"]
            and self._family(shared) <= FAMILY
            and not self._filled(a, b)
        ):
            ours, theirs = self._core[a] - shared, self._core[b] - shared
            if min(self._often(ours), self._often(theirs)) < FAMILY:
                return f"both are about {self._spell(a, shared)}, and hardly two descriptions are closer"
        if shared and cosine >= LIKE["close"] and not self._apart(a, b):
            return f"{CLOSE}, and both are named for {self._spell(a, shared)}"
        return ""

    def _unsaid(self, a: int, b: int) -> bool:
        """Whether a description says nothing of its own, so that only one and the same file makes two skills one."""
        ours, theirs = self._skills[a], self._skills[b]
        if ours.body and (ours.description, ours.body) == (theirs.description, theirs.body):
            return False
        return self._blank(a) or self._blank(b)

    def _filled(self, a: int, b: int) -> bool:
        """Whether either is named for something that its description speaks of and the other's does not."""
        ours = (self._core[a] - self._core[b]) & self._said(a) - self._said(b)
        theirs = (self._core[b] - self._core[a]) & self._said(b) - self._said(a)
        return bool(ours or theirs)

    def _template(self, a: int, b: int) -> bool:
        """Whether two descriptions differ in nothing but what the skills are named for."""
        if self._core[a] == self._core[b]:
            return False
        ours, theirs = (self._skills[row].description for row in (a, b))
        parts = sentences(ours), sentences(theirs)
        if len(parts[0]) != len(parts[1]) or tokens(ours) == tokens(theirs):
            return False
        named = f"{self._skills[a].name} {self._skills[b].name}"
        return all(form(one, named) == form(other, named) for one, other in zip(*parts, strict=True))

    def _apart(self, a: int, b: int) -> bool:
        """Whether each is named for something of its own that its description speaks of: a template filled in twice."""
        ours, theirs = self._core[a] - self._core[b], self._core[b] - self._core[a]
        return bool(ours & self._said(a) and theirs & self._said(b))

    def _named_apart(self, a: int, b: int) -> str:
        """Say what each of two skills is named for and the other is not, where their descriptions differ as well."""
        ours, theirs = self._core[a] - self._core[b], self._core[b] - self._core[a]
        one_word = "".join(parts(self._skills[a].name)) == "".join(parts(self._skills[b].name))
        if not (ours and theirs) or one_word or self._said(a) == self._said(b):
            return ""
        return f"{OWNERS}: one is named for {self._spell(a, ours)}, the other for {self._spell(b, theirs)}"

    def _opposed(self, a: int, b: int) -> bool:
        """Whether two skills are told apart on purpose: by what their names say, or by naming each other."""
        ours, theirs = self._skills[a], self._skills[b]
        return opposed(ours, theirs) or sends_to(ours, theirs) or sends_to(theirs, ours)

    def _spell(self, row: int, words: frozenset[str]) -> str:
        """Return some words of a name as they stand in it."""
        return " ".join(part for part in parts(self._skills[row].name) if folded(part) in words)

    def _often(self, words: frozenset[str]) -> int:
        return min((self._named[word] for word in words), default=0)

    def _sharing(self, words: frozenset[str]) -> int:
        return sum(words <= core for core in self._core)


SAME = "their descriptions say the same words"
NEARLY = "their descriptions say nearly the same words"
CLOSE = "each is the other's nearest"


def fold_duplicates(
    bench: Bench, lexicon: Lexicon, neighbors: Neighbors, vectors: Floats | None = None
) -> None:
    """Merge skills into a near neighbour that does the same, the one with more labelled requests staying.

    Copies of a template with another name filled in are no duplicates: each says a word, its own name
    for the thing, that the other does not have. Pairs that are merely related are proposed and refused. Where
    names and texts agree and the texts less than surely, the merge is left to the author; both are then left
    as they are.
    """
    verdicts = Verdicts(bench.skills, vectors, lexicon.sources)
    labelled = np.array([request.source in ("file", "evals") for request in bench.requests])
    owned = bench.board.per_skill(labelled)
    holders = Counter(part for each in bench.skills for part in set(sentences(each.description)))
    common = {part for part in holders if holders[part] >= SHARED}
    firsts = neighbors.indices[:, 0].tolist() if neighbors.indices.shape[1] else []
    foreign = Foreign(bench.skills)
    seen: set[tuple[int, int]] = set()
    for row in range(len(bench.skills)):
        for other in sorted(neighbors.indices[row, :NEAREST].tolist()):
            pair = (min(row, other), max(row, other))
            if pair in seen or row == other or row in bench.gone or other in bench.gone:
                continue
            seen.add(pair)
            stays, goes = sorted(pair, key=_rank(bench, owned, pair))
            mutual = firsts[row] == other and firsts[other] == row
            if not verdicts.of(goes, stays, mutual)[0]:
                continue
            if _adds(foreign, bench.skills[stays], bench.skills[goes]):
                stays, goes = goes, stays
            why, refused = verdicts.of(goes, stays, mutual)
            one, two = bench.skills[goes], bench.skills[stays]
            clash = contradicted(one, two)
            if clash and refused in ("", OPEN, APART):
                refused = f"{OWNERS}: one forbids what the other does: {clash}"
            refused = refused or foreign.forbids(one, two)
            if refused.startswith(OWNERS):
                bench.undecided |= set(pair)
            lost = lost_with(one, two, foreign.brings(one, two))
            bench.fold(goes, stays, why, lost, refused, joined(two, one, common))


def _adds(foreign: Foreign, stays: Skill, goes: Skill) -> bool:
    """Whether the skill that would stay alone has its reader do something more, and the other one is of use.

    An impostor is its model and more, and evals that it ships are labelled requests too: so what the two files have
    their reader do says first which of them may be handed the other's requests.
    """
    if EMPTY.search(goes.description) or not foreign.brings(stays, goes):
        return False
    return not foreign.brings(goes, stays)


OPEN = f"{OWNERS}: names and texts agree, but not surely"
APART = f"{OWNERS}: names and descriptions agree, but the files have little in common"
"""Why a merge is proposed and not ticked."""


def _rank(bench: Bench, owned: Doubles, pair: Sequence[int]) -> Callable[[int], tuple[float, ...]]:
    """Return what orders two skills: the first one stays."""
    both = [bench.skills[at] for at in pair]
    said = {word for skill in both for word in tokens(skill.description)}
    named = frozenset.intersection(*(subject(parts(skill.name)) for skill in both))

    def key(at: int) -> tuple[float, ...]:
        skill = bench.skills[at]
        idle = EMPTY.search(skill.description) is not None
        about = subject(parts(skill.name))
        spoken = sum(own in named or any(word.startswith(own) for word in said) for own in about)
        plain = slug(skill.name) == skill.name
        return (
            idle,
            -float(owned[at]),
            not plain,
            -spoken / max(len(about), 1),
            len(skill.name),
            len(skill.id),
            at,
        )

    return key


def _blank(skill: Skill) -> bool:
    """Whether a description is missing, a template's, its skill's name or a claim on everything."""
    text = skill.description.strip()
    found = {problem.kind for problem in description_problems(text, skill.name, 0)}
    return not text or bool(found & {"placeholder", "description-repeats-name"}) or bool(claims(text))


def _percent(share: float) -> str:
    """Write a share so that all is said of nothing but all."""
    return f"{int(100 * share)}%"


def _share(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / max(len(a | b), 1)


def _words(skill: Skill, source: Source) -> Counter[str]:
    # The name is what tells clones apart by definition, so it takes no part.
    named = set(stems(skill.name))
    return Counter({word: count for word, count in source.counts.items() if word not in named})


def _jaccard(a: Counter[str], b: Counter[str]) -> float:
    shared = sum(min(count, b[word]) for word, count in a.items() if word in b)
    total = a.total() + b.total() - shared
    return shared / total if total else 0.0


def _own(a: Counter[str], b: Counter[str]) -> set[str]:
    least = _OWN if sum(a.values()) > 40 else 1
    return {word for word, count in a.items() if count >= least and word not in b}


def _spelled(skill: Skill, found: Sequence[str]) -> list[str]:
    """Return stems as the first words of a file that have them."""
    words = reversed(list(terms(f"{skill.text}\n{skill.body}")))
    surface = {stem(key): word.casefold() for key, word in words}
    return [surface.get(one, one) for one in found]
