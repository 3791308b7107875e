"""Optimisation on one screen: gather, plan on the work half, prove on the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial

from skillaudit.analysis.neighbors import Neighbors, nearest
from skillaudit.cache import Cache
from skillaudit.config import Config
from skillaudit.embedding import embed
from skillaudit.errors import UsageError
from skillaudit.optimize.applying import applied, touching
from skillaudit.optimize.bench import Bench
from skillaudit.optimize.board import SHARPNESS, Columns, Embed, Memory, rows_for
from skillaudit.optimize.merging import fold_duplicates
from skillaudit.optimize.narrowing import narrow_holes
from skillaudit.optimize.paired import harmed, paired
from skillaudit.optimize.proof import Variant, rates, variant
from skillaudit.optimize.records import (
    PLAN_VERSION,
    STEPS,
    Edit,
    Optimisation,
    Proof,
    Rates,
    Step,
    StepName,
)
from skillaudit.optimize.refusing import refuse_harm
from skillaudit.optimize.sharpening import add_clauses, boundary_tasks, sharpen, victim_tasks
from skillaudit.optimize.terms import Lexicon, source_of
from skillaudit.optimize.wording import MAX_DESCRIPTION
from skillaudit.progress import SILENT, Progress
from skillaudit.requests import gather
from skillaudit.schema import Library, Request, Skill
from skillaudit.scoring import make_scorer

MAX_CELLS = 60_000_000
"""Scores of the work half that are held at once; beyond it each skill keeps its first requests."""


def optimize(
    library: Library,
    config: Config | None = None,
    *,
    only: Collection[StepName] = STEPS,
    progress: Progress = SILENT,
) -> Optimisation:
    """Propose edits to a library, chosen on the work half of its requests and proved on the other half.

    Nothing is written. Raises UsageError when no request of the work half judges a skill, for an unknown
    router, and what `audit` raises.
    """
    config = config or Config()
    cache = Cache(config.cache) if config.use_cache else None
    try:
        maker: Embed | None = None
        if config.scorer != "lexical":
            maker = Memory(
                partial(embed, model=config.embedder, device=config.device, cache=cache, progress=progress)
            )
        return _optimize(library, config, set(only), maker, progress)
    finally:
        if cache is not None:
            cache.close()


def _optimize(
    library: Library, config: Config, only: set[StepName], maker: Embed | None, progress: Progress
) -> Optimisation:
    shown = library.routable
    gathered = gather(library, config.requests, progress=progress).requests
    work = rows_for(shown, [request for request in gathered if not request.proof])[0]
    held_out = rows_for(shown, [request for request in gathered if request.proof])[0]
    if not work:
        raise UsageError(
            "no request speaks for this library, so no edit can be judged; give some with --requests FILE."
        )
    bench = planned(shown, work, held_out, config, only, maker, progress)
    return _proved(library, shown, bench, work, held_out, config, maker, progress)


def planned(
    shown: Sequence[Skill],
    work: Sequence[Request],
    held_out: Sequence[Request],
    config: Config,
    only: set[StepName],
    maker: Embed | None,
    progress: Progress,
) -> Bench:
    """Run the steps in their order and return the bench with all edits, refused ones too."""
    texts = [skill.text for skill in shown]
    work = thinned(shown, work)
    columns = Columns(config.scorer, texts, [request.query for request in work], maker)
    bench = Bench.of(shown, work, columns, SHARPNESS[config.scorer], MAX_DESCRIPTION)
    lexicon = _lexicon(shown, bench, held_out)
    if "merge" in only:
        vectors = maker(texts) if maker is not None else None
        scorer = make_scorer(config.scorer, texts, vectors=vectors, embed=maker)
        fold_duplicates(bench, _neighbors(scorer.similarities, len(texts), progress))
    if "narrow" in only:
        narrow_holes(bench, lexicon, ())
    if "boundary" in only:
        sharpen(bench, lexicon, boundary_tasks(bench), "boundary", progress=progress)
        add_clauses(bench, progress)
    if "victim" in only:
        sharpen(bench, lexicon, victim_tasks(bench), "victim", progress=progress)
    return bench


def _neighbors(block: Callable[[int, int], object], count: int, progress: Progress) -> Neighbors:
    return nearest(block, count, 8, progress=progress)  # type: ignore[arg-type]


def thinned(shown: Sequence[Skill], work: Sequence[Request]) -> list[Request]:
    """Return as many requests as the score matrix may hold, the same number of each skill first."""
    most = MAX_CELLS // max(len(shown), 1)
    if len(work) <= most:
        return list(work)
    _, golds = rows_for(shown, work)
    seen: dict[int, int] = {}
    rank = []
    for at, gold in enumerate(golds):
        seen[gold[0]] = seen.get(gold[0], 0) + 1
        rank.append((seen[gold[0]], at))
    return [work[at] for _, at in sorted(sorted(rank)[:most], key=lambda item: item[1])]


def _lexicon(shown: Sequence[Skill], bench: Bench, held_out: Sequence[Request]) -> Lexicon:
    own: list[list[str]] = [[] for _ in shown]
    for request, gold in zip(bench.requests, bench.board.golds, strict=True):
        own[gold[0]].append(request.query)
    hidden: dict[str, list[str]] = {}
    for request in held_out:
        for skill in {*request.gold, request.home}:
            hidden.setdefault(skill, []).append(request.query)
    sources = [
        source_of(skill, [query for query in hidden.get(skill.id, ()) if _may_stand_in(query, skill)])
        for skill in shown
    ]
    return Lexicon(sources, [skill.text for skill in shown], own)


def _may_stand_in(query: str, skill: Skill) -> bool:
    """Whether a held-out request was taken from the body, in its own or another form."""
    folded = query.casefold().rstrip(" .!?")
    return folded[-40:] in skill.body.casefold() or folded[:40] in skill.body.casefold()


def _proved(
    library: Library,
    shown: Sequence[Skill],
    bench: Bench,
    work: Sequence[Request],
    held_out: Sequence[Request],
    config: Config,
    maker: Embed | None,
    progress: Progress,
) -> Optimisation:
    state = partial(_state, shown, held_out, config, maker)
    edits = bench.edits
    before = state(())
    planned_proof = proof = None
    router = config.router or ""
    steps: tuple[Step, ...] = ()
    if held_out:
        prove = partial(_prove, before, state, config)
        planned_proof = prove(edits)
        edits, proof = refuse_harm(
            config.scorer, shown, held_out, maker, edits, planned_proof, prove, progress
        )
        steps = _ablation(before, edits, state, config)
        router = proof.router
    return Optimisation(
        plan_version=PLAN_VERSION,
        sources=library.sources,
        router=router,
        scorer=config.scorer,
        rewriter="extractive",
        client="",
        work_requests=len(work),
        proof_requests=len(held_out),
        edits=tuple(edits),
        steps=steps,
        proof=proof,
        planned=planned_proof,
    )


def _state(
    shown: Sequence[Skill],
    requests: Sequence[Request],
    config: Config,
    maker: Embed | None,
    edits: Sequence[Edit],
) -> Variant:
    skills, gone, into = applied(shown, edits)
    return variant(config.scorer, skills, gone, into, requests, maker)


def _prove(
    before: Variant, state: Callable[[Sequence[Edit]], Variant], config: Config, edits: Sequence[Edit]
) -> Proof:
    after = state(edits)
    router, first = rates(before, config.scorer, config.router)
    return Proof(
        router=router,
        before=first,
        after=rates(after, config.scorer, config.router)[1],
        test=paired(before, after, config.scorer, config.router),
        harmed=harmed(before, after, config.scorer, config.router, touching(edits)),
    )


def _ablation(
    before: Variant, edits: Sequence[Edit], state: Callable[[Sequence[Edit]], Variant], config: Config
) -> tuple[Step, ...]:
    """Return the proof figures after each step and all before it."""

    def line(step: str, number: int, found: Rates, last: Rates | None) -> Step:
        gain = None
        if last is not None and found.accuracy.value is not None and last.accuracy.value is not None:
            gain = round(found.accuracy.value - last.accuracy.value, 4)
        return Step(
            step=step,
            edits=number,
            accuracy=found.accuracy.value,
            hijack=found.hijack.value,
            no_skill=found.no_skill.value,
            gain=gain,
        )

    last = rates(before, config.scorer, config.router)[1]
    lines = [line("before", 0, last, None)]
    done: list[Edit] = []
    for step in STEPS:
        new = [edit for edit in edits if edit.step == step and edit.accept]
        if not new:
            continue
        done += new
        found = rates(state(done), config.scorer, config.router)[1]
        lines.append(line(step, len(new), found, last))
        last = found
    return tuple(lines)
