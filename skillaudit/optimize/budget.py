"""Fit a client's budget: cut the least useful text ourselves, before the client cuts the last words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from skillaudit.analysis.generic import claims
from skillaudit.clients import BY_NAME, SHORTEST, Listing, listing, profiles
from skillaudit.config import Config
from skillaudit.optimize.bench import Bench
from skillaudit.optimize.board import Embed, Floats
from skillaudit.optimize.edits import applied
from skillaudit.optimize.fitting import fitted
from skillaudit.optimize.records import Edit, Room
from skillaudit.optimize.rewrite.candidates import lead_of
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.optimize.words.phrasing import in_sentences, without_generic
from skillaudit.routing.triggers import claim_everything
from skillaudit.schema import Estimate, Skill
from skillaudit.scoring import make_scorer
from skillaudit.stats.intervals import UNKNOWN

FILLED = 2
"""Most that a text may be longer than an even share of a client's room, as a multiple."""
_TRIES = 5
TIE = 0.2
"""Requests by which a text must be better than the one that tells most for its length."""
NAMED = 6
"""Skills that a remark names."""
CLAIMS = "cut that short it would claim everything, and draw requests that need no skill"
"""Why a shorter description is not ticked."""


def as_shown(skills: Sequence[Skill], config: Config) -> tuple[tuple[Skill, ...], frozenset[str]]:
    """Return the skills with the text that the client of `config` shows, and the ids of those that it does not show."""
    shown = _listing(skills, config)
    cut = tuple(
        msgspec.structs.replace(skill, description=entry.description)
        for skill, entry in zip(skills, shown.entries, strict=True)
    )
    return cut, frozenset(entry.id for entry in shown.entries if entry.state == "invisible")


def _listing(skills: Sequence[Skill], config: Config) -> Listing:
    return listing(skills, config.client or "", context=config.context, order=config.order)


def rooms(
    skills: Sequence[Skill],
    edits: Sequence[Edit],
    config: Config,
    gained: Mapping[str, Estimate] = MappingProxyType({}),
) -> tuple[Room, ...]:
    """Return how many descriptions every current client shows whole, before the accepted edits and after.

    `gained` says for each what the edits gain.
    """
    if not any(edit.accept for edit in edits):
        return ()
    after, gone, into = applied(skills, edits)
    left = [skill for skill in after if skill.id not in gone and skill.id not in into]
    found = []
    for rule in profiles():
        if rule.current and rule.roots:  # without a folder to load from it is the prompt of a study
            chosen = msgspec.structs.replace(config, client=rule.id)
            (before, of), (then, rest) = (whole(each, chosen) for each in (skills, left))
            found.append(
                Room(
                    client=rule.id,
                    before=before,
                    skills_before=of,
                    after=then,
                    skills_after=rest,
                    gained=gained.get(rule.id, UNKNOWN),
                )
            )
    return tuple(found)


def whole(skills: Sequence[Skill], config: Config) -> tuple[int, int]:
    """Return how many descriptions the client of `config` shows whole, and of how many skills."""
    entries = _listing(skills, config).entries
    return sum(entry.state == "full" for entry in entries), len(entries)


def longest_that_fits(skills: Sequence[Skill], config: Config) -> int | None:
    """Return how long every description may be so that the client cuts none; None when none need be cut.

    Zero means that not even descriptions of `SHORTEST` characters fit.
    """

    def cut(limit: int) -> bool:
        return fits([skill.description[:limit] for skill in skills], skills, config)

    longest = max((len(skill.description) for skill in skills), default=0)
    if cut(longest):
        return None
    if not cut(SHORTEST):
        return 0
    low, high = SHORTEST, longest
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if cut(middle) else (low, middle)
    return low


def fits(texts: Sequence[str], skills: Sequence[Skill], config: Config) -> bool:
    """Whether the client of `config` shows every skill whole with these descriptions."""
    told = [
        msgspec.structs.replace(skill, description=text) for skill, text in zip(skills, texts, strict=True)
    ]
    return all(entry.state == "full" for entry in _listing(told, config).entries)


def fit_budgets(bench: Bench, lexicon: Lexicon, config: Config, embed: Embed | None = None) -> list[str]:
    """Shorten descriptions for every current client that cuts some and can be fitted; return remarks."""
    skills = listed(bench)
    limits: dict[str, int] = {}
    notes = []
    for rule in profiles():
        if not rule.current:
            continue
        limit = longest_that_fits(skills, msgspec.structs.replace(config, client=rule.id))
        if limit == 0:
            notes.append(_hopeless(rule.id, len(skills)))
        elif limit is not None:
            limits[rule.id] = limit
    if limits:
        tightest = min(limits, key=lambda name: (limits[name], name))
        clients = " and ".join(sorted(limits))
        chosen = [msgspec.structs.replace(config, client=name) for name in sorted(limits)]
        notes += _Shortening(bench, lexicon, config, embed, limits[tightest], clients, chosen).run()
    return notes


def fit_budget(bench: Bench, lexicon: Lexicon, config: Config, embed: Embed | None = None) -> list[str]:
    """Shorten the descriptions that keep the list over a client's budget; return remarks.

    Of each long description stays what the work half needs most: its beginning, or the sentences and items that
    tell it most from the skills that take its requests, whichever keeps more requests. Whole sentences are left, and
    none that claim everything: a text that has no such end in time stays as it is, or keeps its first sentence.
    """
    limit = longest_that_fits(skills := listed(bench), config)
    if limit is None:
        return []
    if limit == 0:
        return [_hopeless(config.client or "", len(skills))]
    return _Shortening(bench, lexicon, config, embed, limit, config.client or "", [config]).run()


def listed(bench: Bench) -> list[Skill]:
    """Return the skills that no edit takes off the list."""
    return [skill for row, skill in enumerate(bench.skills) if row not in bench.gone]


def _hopeless(client: str, count: int) -> str:
    settings = (
        "--loadout DIR writes settings that have it list some whole, some by name and some on call alone"
    )
    helps = settings if client in BY_NAME else "make some manual-only"
    return (
        f"{client} cannot show {count:,} skills even with {SHORTEST} characters each: {helps}; "
        "--only hierarchy proposes a tree."
    )


class _Option(NamedTuple):
    text: str
    scores: Floats
    gain: float
    """Requests of the work half."""


@dataclass(slots=True)
class _Shortening:
    """One round of cuts to `limit` characters each."""

    bench: Bench
    lexicon: Lexicon
    config: Config
    embed: Embed | None
    limit: int
    clients: str
    configs: Sequence[Config] = ()
    """One for each client; without any, none has room to spare."""

    def run(self) -> list[str]:
        """Make the edits; return what could not be cut."""
        even, self.limit = self.limit, self._filled()
        options = self._options()
        chosen, done = self._chosen(options)
        if self.limit > even and not self._whole({row: options[row][chosen[row]].text for row in done}):
            self.limit = even
            options = self._options()
            chosen, done = self._chosen(options)
        many = " and " in self.clients
        for row, found in options.items():
            best = found[chosen[row]]
            refused = "" if row in done else CLAIMS
            before = len(self.bench.skills[row].description)
            room = (
                f"{self.clients} {'have' if many else 'has'} room for texts of up to {self.limit} characters"
            )
            reason = f"{room}; this had {before}"
            if not refused and len(best.text) > self.limit:
                reason += f", and has no sentence that ends before {len(best.text)}"
            self.bench.describe("shorten", "budget", row, best.text, reason, best.scores, refused=refused)
        left = [self.bench.skills[row].id for row in self._long() if row not in options]
        return [_kept_long(left)] if left else []

    def _chosen(self, options: Mapping[int, Sequence[_Option]]) -> tuple[dict[int, int], set[int]]:
        """Return which option each row takes, and the rows that have one that does not claim everything."""
        before = self._broad({})
        chosen, done = dict.fromkeys(options, 0), set(options)
        while done:
            texts = {row: options[row][chosen[row]].text for row in done}
            worse = self._broad(texts) - before
            again = [row for row in texts if self.bench.skills[row].id in worse]
            if not again:
                break
            for row in again:
                if chosen[row] + 1 < len(options[row]):
                    chosen[row] += 1
                else:
                    done.discard(row)
        return chosen, done

    def _filled(self) -> int:
        """Return how long texts may be so that all fit: longer than an even share, as whole sentences end before it."""
        low, high = self.limit, FILLED * self.limit
        for _ in range(_TRIES if self.configs else 0):
            middle = (low + high) // 2
            texts = {row: self._likely(row, middle) for row in self._long()}
            low, high = (middle, high) if self._whole(texts) else (low, middle)
        return low

    def _likely(self, row: int, limit: int) -> str:
        """Return what is most likely chosen for so many characters."""
        made = _drafts(self.bench.skills[row], row, self.lexicon, (), limit)
        return next((text for text in made if text and len(text) <= limit), made[0])

    def _whole(self, texts: Mapping[int, str]) -> bool:
        """Whether every client shows all descriptions whole with some changed."""
        rows = [row for row in range(len(self.bench.skills)) if row not in self.bench.gone]
        told = [texts.get(row, self.bench.skills[row].description) for row in rows]
        skills = [self.bench.skills[row] for row in rows]
        return all(fits(told, skills, config) for config in self.configs)

    def _long(self) -> list[int]:
        return [
            row
            for row, skill in enumerate(self.bench.skills)
            if row not in self.bench.gone and len(skill.description) > self.limit
        ]

    def _options(self) -> dict[int, list[_Option]]:
        """Return what each long description may become, best first: what fits before what does not."""
        bench, rivals = self.bench, dict[int, list[int]]()
        for a, b, _ in bench.confused_pairs():
            rivals.setdefault(a, []).append(b)
            rivals.setdefault(b, []).append(a)
        drafts = [
            (row, text)
            for row in self._long()
            for text in _shorter(bench.skills[row], row, self.lexicon, rivals.get(row, [])[:3], self.limit)
        ]
        scores = bench.columns.full([bench.text(row, text) for row, text in drafts])
        found: dict[int, list[_Option]] = {}
        for at, (row, text) in enumerate(drafts):
            gain = bench.gain(bench.board.try_column(row, scores[:, at]))
            found.setdefault(row, []).append(_Option(text, scores[:, at], gain))
        for options in found.values():
            best = max(
                (each.gain for each in options if len(each.text) <= self.limit), default=options[0].gain
            )
            options.sort(
                key=lambda each: (max(len(each.text) - self.limit, 0), max(best - TIE - each.gain, 0.0))
            )
        return found

    def _broad(self, texts: Mapping[int, str]) -> frozenset[str]:
        """Return the ids of the skills that claim everything with some descriptions changed."""
        rows = [row for row in range(len(self.bench.skills)) if row not in self.bench.gone]
        skills = [
            msgspec.structs.replace(
                self.bench.skills[row], description=texts.get(row, self.bench.skills[row].description)
            )
            for row in rows
        ]
        words = [skill.text for skill in skills]
        vectors = self.embed(words) if self.embed is not None else None
        name = self.config.scorer if self.embed is not None else "lexical"
        scorer = make_scorer(name, words, vectors=vectors, embed=self.embed)
        return claim_everything(skills, self.bench.requests, scorer)


def _kept_long(left: Sequence[str]) -> str:
    named = ", ".join(left[:NAMED]) + (f" and {len(left) - NAMED} more" if len(left) > NAMED else "")
    return f"left as long as they are, as no shorter text of theirs would do: {named}."


def _shorter(skill: Skill, row: int, lexicon: Lexicon, rivals: Sequence[int], limit: int) -> list[str]:
    """Return descriptions of at most `limit` characters, and after them longer ones that are shorter than now."""
    before = skill.description
    found = [
        made
        for room in (limit, 3 * limit // 2, 2 * limit)
        for made in _drafts(skill, row, lexicon, rivals, room)
    ]
    claimed = claims(before)
    fitting = [text for text in dict.fromkeys(found) if text and (claimed or not claims(text))]
    least = limit if any(len(text) <= limit for text in fitting) else len(before) - 1
    return [text for text in fitting if len(text) <= max(least, 2 * limit) and len(text) < len(before)]


def _drafts(skill: Skill, row: int, lexicon: Lexicon, rivals: Sequence[int], room: int) -> list[str]:
    """Return descriptions for so many characters: what tells most, and openings, empty where none fits."""
    before = skill.description
    texts = [before, lead_of(skill, lexicon.sources[row]), without_generic(before)]
    told = fitted(
        before, lexicon.weights(row, rivals), room, lambda text: lexicon.turns_away(row, text), skill.name
    )
    return [told, *(opening(text, room) for text in texts)]


def opening(text: str, limit: int) -> str:
    """Return the sentences at the start of a text that fit in `limit` characters; empty where the first does not."""
    kept = ""
    for sentence in in_sentences(text):
        longer = f"{kept} {sentence}".strip()
        if len(longer) > limit:
            break
        kept = longer
    return kept
