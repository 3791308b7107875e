"""Optimisation on one screen: gather, plan on the work half, prove on the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from skillaudit.analysis.neighbors import Neighbors, nearest
from skillaudit.cache import Cache
from skillaudit.config import Config
from skillaudit.embedding import embed
from skillaudit.errors import UsageError
from skillaudit.optimize.anchor import anchor_paragraph
from skillaudit.optimize.applying import applied, touching
from skillaudit.optimize.arranging import arrange
from skillaudit.optimize.bench import Bench
from skillaudit.optimize.board import SHARPNESS, Columns, Embed, Memory, rows_for
from skillaudit.optimize.budget import as_shown, fit_budget
from skillaudit.optimize.joining import independent
from skillaudit.optimize.merging import fold_duplicates
from skillaudit.optimize.model import Complete, ModelWriter
from skillaudit.optimize.narrowing import narrow_holes
from skillaudit.optimize.offers import offers
from skillaudit.optimize.paired import harmed, paired
from skillaudit.optimize.proof import Variant, rates, variant
from skillaudit.optimize.quoting import source_of
from skillaudit.optimize.records import (
    PLAN_VERSION,
    STEPS,
    Edit,
    Harm,
    Offer,
    Optimisation,
    Plan,
    Proof,
    Rates,
    Step,
    StepName,
)
from skillaudit.optimize.refusing import refuse_harm
from skillaudit.optimize.sharpening import add_clauses, boundary_tasks, confused_pairs, sharpen, victim_tasks
from skillaudit.optimize.terms import Lexicon
from skillaudit.optimize.together import rewrite_together
from skillaudit.optimize.wording import MAX_DESCRIPTION
from skillaudit.progress import SILENT, Progress
from skillaudit.requests import gather
from skillaudit.routing.holes import broad_rows
from skillaudit.schema import Library, Request, Skill
from skillaudit.scoring import make_scorer

MAX_CELLS = 60_000_000
"""Scores of the work half that are held at once; beyond it each skill keeps its first requests."""
VICTIM_ROUNDS = (400, 200)
"""Most candidates that are embedded in each round: a skill rewritten against one rival may lose to another."""


def optimize(
    library: Library,
    config: Config | None = None,
    *,
    only: Collection[StepName] = STEPS,
    plan: Plan | None = None,
    complete: Complete | None = None,
    rewriter: str = "extractive",
    progress: Progress = SILENT,
) -> Optimisation:
    """Propose edits to a library, chosen on the work half of its requests and proved on the other half.

    Nothing is written. With a `plan` its edits are proved as they stand, and none is made or refused.
    The client of `config` is whose budget the list has to keep, and whose cut text is judged. `complete`
    sends a prompt to the model called `rewriter`, which then writes the descriptions.

    Raises UsageError when no request of the work half judges a skill, for an unknown router or client, and
    what `audit` raises.
    """
    config = config or Config()
    task = Task(library, config, frozenset(only), plan, complete, rewriter)
    cache = Cache(config.cache) if config.use_cache else None
    try:
        maker: Embed | None = None
        if config.scorer != "lexical":
            maker = Memory(
                partial(embed, model=config.embedder, device=config.device, cache=cache, progress=progress)
            )
        return _optimize(task, maker, progress)
    finally:
        if cache is not None:
            cache.close()


@dataclass(frozen=True, slots=True)
class Task:
    """What was asked for."""

    library: Library
    config: Config
    only: frozenset[StepName]
    plan: Plan | None
    complete: Complete | None
    rewriter: str


def _optimize(task: Task, maker: Embed | None, progress: Progress) -> Optimisation:
    shown = task.library.routable
    config = task.config
    found = gather(task.library, config.requests, progress=progress)
    gathered = found.requests
    work = rows_for(shown, [request for request in gathered if not request.proof])[0]
    held_out = rows_for(shown, [request for request in gathered if request.proof])[0]
    idle = [request for request in gathered if request.proof and not request.gold]
    if not work:
        raise UsageError(
            "no request speaks for this library, so no edit can be judged; give some with --requests FILE."
        )
    notes: list[str] = []
    if found.unknown:
        labels = (
            "1 label of requests names"
            if found.unknown == 1
            else f"{found.unknown:,} labels of requests name"
        )
        notes.append(
            f"{labels} no skill of this library and {'is' if found.unknown == 1 else 'are'} not counted."
        )
    bench, lexicon = _workbench(shown, work, held_out, config, maker)
    if task.plan is None:
        _plan(task, bench, lexicon, maker, notes, progress)
    pairs = confused_pairs(bench)
    edits = independent(bench.edits) if task.plan is None else list(task.plan.edits)
    state = partial(_state, shown, held_out, idle, config, maker)
    before = state(())
    planned_proof = proof = None
    steps: tuple[Step, ...] = ()
    offered: tuple[Offer, ...] = ()
    if held_out:
        progress.update("proof", 0, 1)
        prove = partial(_prove, before, state, config)
        planned_proof = proof = prove(edits)
        if task.plan is None and planned_proof.harmed:
            judge = partial(_judge, before, state, config, {})
            edits = refuse_harm(
                config.scorer, shown, held_out, maker, edits, planned_proof.harmed, judge, progress
            )
            proof = prove(edits)
        steps = _ablation(before, edits, state, config)
        offered = offers(edits, proof, prove) if task.plan is None else ()
    hierarchy = None
    if "hierarchy" in task.only:
        after, gone, into = applied(shown, edits)
        listed = [skill for skill in after if skill.id not in gone and skill.id not in into]
        hierarchy = arrange(
            listed, bench, _renamed(work, into), _renamed(held_out, into), config.scorer, config.router, maker,
            progress,
        )  # fmt: skip
    anchor = task.plan.anchor if task.plan else ""
    if "anchor" in task.only and task.plan is None:
        anchor = anchor_paragraph(bench, lexicon, pairs)
    return Optimisation(
        plan_version=PLAN_VERSION,
        sources=task.library.sources,
        router=proof.router if proof else config.router or "",
        scorer=config.scorer,
        rewriter=task.rewriter,
        client=config.client or "",
        work_requests=len(work),
        proof_requests=len(held_out),
        edits=tuple(edits),
        steps=steps,
        proof=proof,
        planned=planned_proof,
        offers=offered,
        anchor=anchor,
        hierarchy=hierarchy,
        notes=tuple(notes),
    )


def _renamed(requests: Sequence[Request], into: Mapping[str, str]) -> list[Request]:
    return [
        msgspec.structs.replace(
            request,
            gold=tuple(dict.fromkeys(into.get(gold, gold) for gold in request.gold)),
            home=into.get(request.home, request.home),
        )
        for request in requests
    ]


def _workbench(
    shown: Sequence[Skill],
    work: Sequence[Request],
    held_out: Sequence[Request],
    config: Config,
    maker: Embed | None,
) -> tuple[Bench, Lexicon]:
    work = thinned(shown, work)
    texts = [skill.text for skill in shown]
    columns = Columns(config.scorer, texts, [request.query for request in work], maker)
    bench = Bench.of(shown, work, columns, SHARPNESS[config.scorer], MAX_DESCRIPTION)
    return bench, _lexicon(shown, bench, held_out)


def _plan(
    task: Task, bench: Bench, lexicon: Lexicon, maker: Embed | None, notes: list[str], progress: Progress
) -> None:
    """Run the steps in their order; the bench then has all edits, refused ones too."""
    only = task.only
    write = None
    if task.complete is not None:
        write = ModelWriter(task.complete, lexicon, bench.skills, _own_requests(bench), bench.limit)
    if only & {"merge", "narrow"}:
        texts = [skill.text for skill in bench.skills]
        vectors = maker(texts) if maker is not None else None
        scorer = make_scorer(task.config.scorer, texts, vectors=vectors, embed=maker)
        broad = broad_rows(bench.skills, bench.requests, scorer) if "narrow" in only else ()
        if "merge" in only:
            fold_duplicates(bench, lexicon, _neighbors(scorer.similarities, len(texts), progress))
        if "narrow" in only:
            narrow_holes(bench, lexicon, broad)
    bench.start = list(bench.skills)
    if "boundary" in only:
        if write is None:
            rewrite_together(bench, lexicon, progress)
        sharpen(bench, lexicon, boundary_tasks(bench), "boundary", write, progress)
        add_clauses(bench, lexicon, progress)
    if "victim" in only:
        for most in VICTIM_ROUNDS:
            sharpen(bench, lexicon, victim_tasks(bench), "victim", write, progress, most)
    if "budget" in only and task.config.client is not None:
        notes += filter(None, [fit_budget(bench, lexicon, task.config)])
    if write is not None:
        notes += write.refused


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
    hidden: dict[str, list[str]] = {}
    # A line that is quoted answers the request that was taken from it: on the work half that proves nothing.
    taken = [request for request in bench.requests if request.source in ("mined", "body")]
    for request in (*held_out, *taken):
        for skill in {*request.gold, request.home}:
            hidden.setdefault(skill, []).append(request.query)
    sources = [
        source_of(skill, [query for query in hidden.get(skill.id, ()) if _may_stand_in(query, skill)])
        for skill in shown
    ]
    return Lexicon(
        sources, [skill.text for skill in shown], _own_requests(bench), [skill.name for skill in shown]
    )


def _own_requests(bench: Bench) -> list[list[str]]:
    own: list[list[str]] = [[] for _ in bench.skills]
    for request, gold in zip(bench.requests, bench.board.golds, strict=True):
        own[gold[0]].append(request.query)
    return own


def _may_stand_in(query: str, skill: Skill) -> bool:
    """Whether a held-out request was taken from the body, in its own or another form."""
    folded = query.casefold().rstrip(" .!?")
    return folded[-40:] in skill.body.casefold() or folded[:40] in skill.body.casefold()


def _state(
    shown: Sequence[Skill],
    requests: Sequence[Request],
    idle: Sequence[Request],
    config: Config,
    maker: Embed | None,
    edits: Sequence[Edit],
) -> Variant:
    skills, gone, into = applied(shown, edits)
    if config.client is not None:
        listed = [skill for skill in skills if skill.id not in gone and skill.id not in into]
        cut, hidden = as_shown(listed, config)
        text = {skill.id: skill for skill in cut}
        skills, gone = tuple(text.get(skill.id, skill) for skill in skills), gone | hidden
    return variant(config.scorer, skills, gone, into, requests, maker, idle)


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


def _judge(
    before: Variant,
    state: Callable[[Sequence[Edit]], Variant],
    config: Config,
    known: dict[tuple[int, ...], float],
    edits: Sequence[Edit],
) -> tuple[Harm, ...]:
    return harmed(before, state(edits), config.scorer, config.router, touching(edits), known)


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
