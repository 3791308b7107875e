"""The requests of a library in two halves: one to choose edits by, one to prove them on."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from skillaudit.config import Config
from skillaudit.optimize.bench import QUOTED, Bench
from skillaudit.optimize.board import SHARPNESS, Columns, Embed, rows_for
from skillaudit.optimize.records import Edit
from skillaudit.optimize.words.abilities import abilities
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.optimize.words.phrasing import MAX_DESCRIPTION
from skillaudit.optimize.words.situations import Situation, particular, said, situations
from skillaudit.optimize.words.source import is_thin, source_of, stems
from skillaudit.optimize.words.topics import Writing, topics
from skillaudit.progress import Progress
from skillaudit.requests.aside import alone, not_counted
from skillaudit.requests.gathering import gather
from skillaudit.requests.mining import Bodies, read
from skillaudit.schema import Library, Request, Skill
from skillaudit.text.markdown import Block

MAX_CELLS = 60_000_000
"""Scores of the work half that are held at once; beyond it each skill keeps its first requests."""
MOST = 3_000
"""Requests of one half that are judged: a vector costs 17 ms, and a rate of so many errs by one in a hundred."""
EACH = 2
"""Requests that every skill may keep however many there are."""


@dataclass(frozen=True, slots=True)
class Halves:
    """What is known of a library before anything is proposed."""

    skills: tuple[Skill, ...]
    """Those that compete."""
    work: list[Request]
    proof: list[Request]
    idle: list[Request]
    """Requests of the proof half that no skill should answer."""
    notes: tuple[str, ...] = ()
    read: Callable[[Skill], Sequence[Block]] = read
    """Gives the parts of a body, each read once."""


def gathered(library: Library, config: Config, progress: Progress) -> Halves:
    """Gather the requests that judge a library; where none of the work half does, a note says so."""
    skills, bodies = library.routable, Bodies()
    found = gather(library, config.requests, read=bodies, progress=progress).once_each()
    every = [
        rows_for(skills, [each for each in found.requests if each.proof is kept])[0] for kept in (False, True)
    ]
    most = max(MOST, EACH * len(skills))
    work, proof = (_thinned(skills, half, most) for half in every)
    notes: tuple[str, ...] = ()
    if not work:
        notes = (
            "no request speaks for this library, so nothing is judged and only merges, sentences on when to use a "
            "skill, and a client's budget are proposed; give some with --requests FILE.",
        )
    if found.unknown:
        one = found.unknown == 1
        labels = "1 label of requests names" if one else f"{found.unknown:,} labels of requests name"
        notes += (f"{labels} no skill of this library and {'is' if one else 'are'} not counted.",)
    notes += (*not_counted(found.aside), *alone([request.source for request in found.requests]))
    if len(work) + len(proof) < (whole := sum(map(len, every))):
        notes += (
            f"of {whole:,} requests {len(work) + len(proof):,} are judged, the same number of each skill first.",
        )
    return Halves(
        skills=skills,
        work=work,
        proof=proof,
        idle=[request for request in found.requests if request.proof and not request.gold],
        notes=notes,
        read=bodies,
    )


def workbench(halves: Halves, config: Config, embed: Embed | None) -> tuple[Bench, Lexicon]:
    """Return the library on the bench, scored on the work half, and the words that it may be told by."""
    work = _thinned(halves.skills, halves.work, MAX_CELLS // max(len(halves.skills), 1))
    texts = [skill.text for skill in halves.skills]
    columns = Columns(config.scorer, texts, [request.query for request in work], embed)
    bench = Bench.of(halves.skills, work, columns, SHARPNESS[config.scorer], MAX_DESCRIPTION)
    return bench, _lexicon(halves, bench)


def labelled(requests: Sequence[Request]) -> frozenset[str]:
    """Return the ids of the skills that a person's requests speak for."""
    return frozenset(
        gold for request in requests if request.source in ("file", "evals") for gold in request.gold
    )


def asked_of(bench: Bench) -> list[list[str]]:
    """Return the work requests of each skill on the bench."""
    own: list[list[str]] = [[] for _ in bench.skills]
    for request, gold in zip(bench.requests, bench.board.golds, strict=True):
        own[gold[0]].append(request.query)
    return own


def unquoted(halves: Halves, edits: Sequence[Edit]) -> Halves:
    """Return the halves without the proof requests that a new description quotes: answering those proves nothing."""
    said: dict[str, set[str]] = {}
    for edit in edits:
        if edit.accept and edit.after:
            said.setdefault(edit.described, set()).update(stems(edit.after))

    def is_quoted(request: Request) -> bool:
        words = set(stems(request.query))
        return any(len(words & said[gold]) >= QUOTED * len(words) for gold in request.gold if gold in said)

    kept = [
        request
        for request in halves.proof
        if request.source not in ("mined", "body") or not is_quoted(request)
    ]
    return dataclasses.replace(halves, proof=kept) if len(kept) < len(halves.proof) else halves


def renamed(requests: Sequence[Request], into: Mapping[str, str]) -> list[Request]:
    """Return requests with the right skills renamed where `into` says that one was folded into another."""
    return [
        msgspec.structs.replace(
            request,
            gold=tuple(dict.fromkeys(into.get(gold, gold) for gold in request.gold)),
            home=into.get(request.home, request.home),
        )
        for request in requests
    ]


def _thinned(skills: Sequence[Skill], work: Sequence[Request], most: int) -> list[Request]:
    """Return at most so many requests, the same number of each skill first."""
    if len(work) <= most:
        return list(work)
    _, golds = rows_for(skills, work)
    seen: dict[int, int] = {}
    rank = []
    for at, gold in enumerate(golds):
        seen[gold[0]] = seen.get(gold[0], 0) + 1
        rank.append((seen[gold[0]], at))
    return [work[at] for _, at in sorted(sorted(rank)[:most], key=lambda item: item[1])]


def _lexicon(halves: Halves, bench: Bench) -> Lexicon:
    held: dict[str, list[str]] = {}
    own: dict[str, list[str]] = {}
    # A sentence that is quoted answers the request that was taken from it: on the work half that proves nothing.
    taken = [request for request in bench.requests if request.source in ("mined", "body")]
    for requests, found in ((halves.proof, held), (taken, own)):
        for request in requests:
            for skill in {*request.gold, request.home}:
                found.setdefault(skill, []).append(request.query)
    skills = halves.skills
    sources = [
        source_of(skill, _stand_in([*held.get(skill.id, ()), *own.get(skill.id, ())], skill), halves.read)
        for skill in skills
    ]
    names = [skill.name for skill in skills]
    occasions = [situations(halves.read(skill), skill.name) for skill in skills]
    writing = Writing(sources)
    titled = [topics(source, name, writing) for source, name in zip(sources, names, strict=True)]
    able = [abilities(halves.read(skill), skill.name) for skill in skills]
    return Lexicon(
        sources,
        [skill.text for skill in skills],
        asked_of(bench),
        names,
        _lost(bench),
        particular(occasions, names),
        particular(able, names),
        particular(titled, names),
    )


def _lost(bench: Bench) -> list[list[Situation]]:
    """Return what can be quoted of what users asked of each skill in vain; of all, where its description is thin."""
    found: list[list[Situation]] = [[] for _ in bench.skills]
    thin = [is_thin(skill.description) for skill in bench.skills]
    for at, (request, gold) in enumerate(zip(bench.requests, bench.board.golds, strict=True)):
        labelled = request.source in ("file", "evals")
        wanted = labelled and (thin[gold[0]] or not bench.board.right[at])
        if wanted and (phrase := said(request.query)) is not None:
            found[gold[0]].append(phrase)
    return found


def _stand_in(queries: Sequence[str], skill: Skill) -> list[str]:
    return [query for query in queries if _may_stand_in(query, skill)]


def _may_stand_in(query: str, skill: Skill) -> bool:
    """Whether a held-out request was taken from the body, in its own or another form."""
    folded = query.casefold().rstrip(" .!?")
    return folded[-40:] in skill.body.casefold() or folded[:40] in skill.body.casefold()
