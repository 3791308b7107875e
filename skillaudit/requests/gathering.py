"""Gather requests for a library from every source, clean, filter, fold and split them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from skillaudit.progress import SILENT, Progress
from skillaudit.requests import aside, mining
from skillaudit.requests.context import Context
from skillaudit.requests.leaks import LeakFilter
from skillaudit.requests.lines import Lines
from skillaudit.requests.records import Candidate, Gathered, Told
from skillaudit.requests.told import tell
from skillaudit.schema import Coverage, Library, Request, RequestSource, Skill, SourceCount
from skillaudit.text.markdown import Block

PER_SKILL = 6
_TRUST: dict[str, int] = {
    "sessions": -1,
    "file": 0,
    "evals": 1,
    "mined": 2,
    "body": 3,
    "synthetic": 4,
    "descriptor": 5,
}
_SHARED = 2


def _hash(query: str) -> int:
    return int.from_bytes(hashlib.blake2b(query.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def is_proof(query: str) -> bool:
    """Whether a request belongs to the half that optimisation never sees: by a hash of its folded text."""
    return bool(_hash(_key(query)) & 1)


def _key(query: str) -> str:
    """The form in which two requests are the same: case, white space and the end mark do not count."""
    return " ".join(query.casefold().split()).rstrip(" .!?。！？")


class _Gatherer:
    """Collects drafts and counts for one library."""

    def __init__(self, library: Library, told: Told) -> None:
        self.library = library
        self.drafts, self.aside = aside.split(library, told.drafts)
        self.leaked = self.capped = self.boilerplate = 0

    @cached_property
    def filter(self) -> LeakFilter:
        """The words of the library; indexed when the first line asks."""
        return LeakFilter(self.library.skills)

    @cached_property
    def context(self) -> Context:
        """What the skills are about; indexed when the first line asks."""
        return Context(self.library.skills)

    def written(self, skill: Skill, lines: Iterable[str], source: RequestSource, cap: int) -> None:
        """Take lines of a skill's body, at most `cap`: the mined by their hash, sentences by their place."""
        kept: dict[str, str] = {}
        for line in lines:
            if self.filter.leaks(line, skill.id) or self.filter.mentions(line, skill.id):
                self.leaked += 1
            else:
                kept.setdefault(_key(line), line)
        self.capped += max(0, len(kept) - cap)
        chosen = set((sorted(kept, key=_hash) if source == "mined" else list(kept))[:cap])
        for key, line in kept.items():
            if key in chosen:
                self.drafts.append(Candidate(line, (skill.id,), source, skill.path, skill.id))

    def labelled(self) -> None:
        """Drop the labelled requests that call one of their skills by its identifier."""
        kept = [
            draft
            for draft in self.drafts
            if not any(self.filter.names(draft.query, gold) for gold in draft.gold)
        ]
        self.leaked += len(self.drafts) - len(kept)
        self.drafts = kept

    def fold(self) -> tuple[Request, ...]:
        """Make one request of equal queries: all their skills are right, the best source stands for it."""
        groups: dict[str, list[Candidate]] = defaultdict(list)
        for draft in self.drafts:
            groups[_key(draft.query)].append(draft)
        requests = []
        for same in groups.values():
            best = min(same, key=lambda draft: _TRUST[draft.source])
            # What a person labelled overrules what was found in bodies.
            told = best.source in ("sessions", "file")
            trusted = [draft for draft in same if draft.source == best.source or not told]
            gold = tuple(dict.fromkeys(skill for draft in trusted for skill in draft.gold))
            if best.source in ("mined", "body") and len(gold) > _SHARED:
                self.boilerplate += len(same)
                continue
            query = best.query
            if best.source == "mined" and len(gold) == 1:
                query = self.context.told(query, gold[0])
            requests.append(
                Request(
                    query=query,
                    gold=gold,
                    source=best.source,
                    origin=best.origin,
                    home=best.home,
                    proof=is_proof(query),
                    weight=sum(draft.times for draft in same if draft.source == best.source) or 1.0,
                )
            )
        return tuple(requests)


def gather(
    library: Library,
    files: Sequence[Path] = (),
    *,
    asked: Sequence[Candidate] = (),
    per_skill: int = PER_SKILL,
    read: Callable[[Skill], Sequence[Block]] = mining.read,
    progress: Progress = SILENT,
) -> Gathered:
    """Gather the requests that judge a library.

    In falling order of trust: what was `asked` of agents; `files` given by the user; eval files beside the
    skills; at most `per_skill` lines mined from the body of each routable skill that the user's files say nothing
    about; and for skills with none of these, half as many sentences of the body about what the skill does. Requests
    of which no skill competes are set aside and counted; those that give their skill away, and lines of a body that
    speak of another skill, are dropped and counted; equal ones are folded, all their skills right and their counts
    added. A mined line that does not say what it is about gets a word of its skill's subject before it. Order and
    choice depend on the content alone. `read` gives the parts of a body.

    Raises `RequestError` when one of `files` cannot be read. See DESIGN section 4.
    """
    told = tell(library, files, asked=asked, progress=progress)
    return gather_told(library, told, per_skill=per_skill, lines=Lines(read), progress=progress)


def gather_told(
    library: Library,
    told: Told,
    *,
    per_skill: int = PER_SKILL,
    lines: Lines | None = None,
    progress: Progress = SILENT,
) -> Gathered:
    """Do the same with what people said as far as it was read: the rest depends on the library alone.

    `lines` takes them from bodies, and may know some from before.
    """
    lines = Lines() if lines is None else lines
    work = _Gatherer(library, told)
    labelled = {skill for draft in work.drafts if draft.source != "evals" for skill in draft.gold}
    work.labelled()
    judged = {skill for draft in work.drafts for skill in draft.gold}
    routable = library.routable
    for done, skill in enumerate(routable):
        if done % 50 == 0:
            progress.update("requests", done, len(routable), "skill bodies")
        if skill.id in labelled:
            continue
        before = len(work.drafts)
        work.written(skill, lines.mined(skill), "mined", per_skill)
        if len(work.drafts) == before and skill.id not in judged:
            work.written(skill, lines.tasks(skill), "body", (per_skill + 1) // 2)
    progress.update("requests", len(routable), len(routable))
    return Gathered(
        requests=work.fold(),
        leaked=work.leaked,
        ignored=told.ignored,
        unknown=told.unknown,
        aside=work.aside,
        boilerplate=work.boilerplate,
        capped=work.capped,
        defects=told.defects,
    )


def _judged(requests: Sequence[Request], routable: set[str]) -> Iterator[tuple[RequestSource, set[str]]]:
    for request in requests:
        yield request.source, routable.intersection(request.gold)


def coverage(library: Library, gathered: Gathered) -> Coverage:
    """Say how many routable skills the requests judge, by which source, and which none speaks for."""
    routable = {skill.id for skill in library.routable}
    counts: dict[RequestSource, int] = defaultdict(int)
    skills: dict[RequestSource, set[str]] = defaultdict(set)
    judged: set[str] = set()
    for source, gold in _judged(gathered.requests, routable):
        counts[source] += 1
        skills[source] |= gold
        judged |= gold
    return Coverage(
        requests=len(gathered.requests),
        no_skill_requests=sum(not request.gold for request in gathered.requests),
        judged_skills=len(judged),
        unjudged=tuple(skill.id for skill in library.routable if skill.id not in judged),
        sources=tuple(
            SourceCount(source=source, requests=counts[source], skills=len(skills[source]))
            for source in sorted(counts, key=_TRUST.__getitem__)
        ),
        leaked=gathered.leaked,
        aside=gathered.aside,
    )
