"""Optimisation on one screen: gather, plan on the work half, prove on the other, and arrange in a tree."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from skillaudit.analysis.neighbors import nearest
from skillaudit.cache import Cache
from skillaudit.clients import select
from skillaudit.clients.gateways import parents_of
from skillaudit.config import Config
from skillaudit.embedding.memory import Embed, Memory
from skillaudit.embedding.stage import embed
from skillaudit.errors import UsageError
from skillaudit.optimize.anchor import anchor_paragraph
from skillaudit.optimize.bench import Bench
from skillaudit.optimize.budget import fit_budget, fit_budgets, listed, longest_that_fits, rooms
from skillaudit.optimize.edits import applied, decisive, independent
from skillaudit.optimize.halves import Halves, asked_of, gathered, labelled, renamed, unquoted, workbench
from skillaudit.optimize.hierarchy.propose import arrange
from skillaudit.optimize.merge import NEAREST, fold_duplicates
from skillaudit.optimize.narrow import narrow_holes
from skillaudit.optimize.proof.prove import Prove, prove
from skillaudit.optimize.records import (
    PLAN_VERSION,
    STEPS,
    UNJUDGED,
    Edit,
    Hierarchy,
    Optimisation,
    Plan,
    SaysWhen,
    StepName,
)
from skillaudit.optimize.retire import retire
from skillaudit.optimize.rewrite.activation import say_when
from skillaudit.optimize.rewrite.boundary import draw_boundaries
from skillaudit.optimize.rewrite.model import Complete, ModelWriter
from skillaudit.optimize.rewrite.victim import help_victims
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.progress import SILENT, Progress
from skillaudit.routing.holes import broad_rows
from skillaudit.routing.predict import spared
from skillaudit.schema import Library, Skill
from skillaudit.scoring import make_scorer
from skillaudit.sessions.weighing import in_order_of_use
from skillaudit.text.occasions import speaks

EVERYDAY: frozenset[StepName] = frozenset({"boundary", "victim", "activation"})
"""Steps that a plan for no client in particular consists of."""


@dataclass(frozen=True, slots=True)
class _Order:
    """What was asked for, and with what to make it."""

    config: Config
    only: frozenset[StepName]
    complete: Complete | None
    embed: Embed | None
    progress: Progress


def optimize(
    library: Library,
    config: Config | None = None,
    *,
    only: Collection[StepName] = STEPS,
    plan: Plan | None = None,
    complete: Complete | None = None,
    rewriter: str = "extractive",
    live: Prove | None = None,
    written: bool = False,
    progress: Progress = SILENT,
) -> Optimisation:
    """Propose edits to a library, chosen on the work half of its requests and proved on the other half.

    Nothing is written. With a `plan` its edits are proved as they stand, and none is made or refused.
    The client of `config` is whose budget the list has to keep, and whose cut text is judged. `complete`
    sends a prompt to the model called `rewriter`, which then writes the descriptions. `live` has a model route
    the proof half before and after the accepted edits. Where they are `written`, a client's loadout is for the library
    as they leave it, else for the library as it is.

    Raises UsageError for an unknown router or client, and what `audit` raises.
    """
    config = config or Config()
    library = select(library, config)
    cache = Cache(config.cache) if config.use_cache else None
    try:
        library = in_order_of_use(library, config.order, cache=cache, progress=progress)
        maker: Embed | None = None
        if config.scorer != "lexical":
            maker = Memory(
                partial(
                    embed,
                    model=config.embedder,
                    device=config.device,
                    engine=config.engine,
                    cache=cache,
                    progress=progress,
                )
            )
        halves = gathered(library, config, progress)
        steps = frozenset(only) if halves.work else frozenset(only) & UNJUDGED
        order = _Order(config, steps, complete, maker, progress)
        bench, lexicon = workbench(halves, config, maker)
        notes = list(halves.notes)
        if plan is None:
            notes += _propose(order, bench, lexicon)
        edits = decisive(independent(bench.edits), labelled(halves.work)) if plan is None else plan.edits
        halves = unquoted(halves, edits)
        proven = prove(halves, config, maker, edits, plan is None, progress, written)
        asked = live(halves, proven.edits, config) if live is not None else None
        hierarchy = None
        if doors := len(set(parents_of(library.routable).values())):
            notes.append(
                f"this library is a tree already (gateways: {doors:,}), so no other one is proposed. The figures here "
                "are of one list of all its skills; those of the report are of one choice after another."
            )
        else:
            hierarchy = _arrange(order, halves, bench, proven.edits)
        anchor = plan.anchor if plan is not None else ""
        if plan is None and "anchor" in order.only:
            anchor = anchor_paragraph(bench, lexicon, bench.confused_pairs())
    finally:
        if cache is not None:
            cache.close()
    return Optimisation(
        plan_version=PLAN_VERSION,
        sources=library.sources,
        router=proven.proof.router if proven.proof else config.router or "",
        scorer=config.scorer,
        rewriter=rewriter,
        client=config.client or "",
        work_requests=len(halves.work),
        proof_requests=len(halves.proof),
        edits=proven.edits,
        steps=proven.steps,
        proof=proven.proof,
        planned=proven.planned,
        offers=proven.offers,
        anchor=anchor,
        hierarchy=hierarchy,
        notes=tuple(notes),
        loadout=proven.loadout,
        says_when=_says_when(halves.skills, proven.edits),
        rooms=rooms(halves.skills, proven.edits, config, proven.by_client),
        live=asked,
        tried=tuple(step for step in STEPS if step in steps) if plan is None else (),
    )


def steps_named(names: str | None) -> tuple[StepName, ...]:
    """Return the steps that a comma-separated list names, in their order; None takes all.

    Raises UsageError for a name that is no step.
    """
    if names is None:
        return STEPS
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    for name in wanted:
        if name not in STEPS:
            raise UsageError(f"there is no step {name!r}; the steps are {', '.join(STEPS)}.")
    return tuple(step for step in STEPS if step in wanted)


def _says_when(skills: Sequence[Skill], edits: Sequence[Edit]) -> SaysWhen:
    after, gone, into = applied(skills, edits)
    left = [skill for skill in after if skill.id not in gone and skill.id not in into]
    before, then = (
        sum(speaks(skill.description, skill.when_to_use) for skill in each) for each in (skills, left)
    )
    return SaysWhen(before=before, skills_before=len(skills), after=then, skills_after=len(left))


def _propose(order: _Order, bench: Bench, lexicon: Lexicon) -> list[str]:
    """Run the steps that edit, in their order; the bench then has all edits, refused ones too. Return remarks."""
    only, progress = order.only, order.progress
    notes: list[str] = []
    write = None
    if order.complete is not None:
        write = ModelWriter(
            order.complete, lexicon, bench.skills, asked_of(bench), bench.limit, *bench.mistakes()
        )
    if only & {"merge", "retire", "narrow"}:
        texts = [skill.text for skill in bench.skills]
        vectors = order.embed(texts) if order.embed is not None else None
        scorer = make_scorer(order.config.scorer, texts, vectors=vectors, embed=order.embed)
        broad = broad_rows(bench.skills, bench.requests, scorer) if "narrow" in only else ()
        config = order.config
        idle = spared(bench.skills, bench.requests, scorer, config.router) if "narrow" in only else {}
        if "merge" in only:
            neighbors = nearest(scorer.similarities, len(texts), NEAREST, progress=progress)
            fold_duplicates(bench, lexicon, neighbors, vectors)
        if "retire" in only:
            retire(bench, scorer.similarities, order.config.scorer)
        if "narrow" in only:
            narrow_holes(bench, lexicon, broad, idle)
    bench.start = list(bench.skills)
    bench.tight = (
        order.config.client is not None and longest_that_fits(listed(bench), order.config) is not None
    )
    if bench.tight:
        notes.append(f"{order.config.client} cuts this list, so no description is made longer.")
    if "boundary" in only:
        draw_boundaries(bench, lexicon, write, progress)
    if "victim" in only:
        help_victims(bench, lexicon, write, progress)
    if "activation" in only:
        rewritten = {edit.described for edit in bench.edits if edit.accept}
        apart = {row for row, skill in enumerate(bench.skills) if skill.id in rewritten}
        say_when(bench, lexicon, progress, apart)
    if "budget" in only and order.config.client is not None:
        notes += fit_budget(bench, lexicon, order.config, order.embed)
    elif "budget" in only and not only & EVERYDAY:  # asked for by name: for all clients at once
        notes += fit_budgets(bench, lexicon, order.config, order.embed)
    if write is not None:
        notes += write.refused
    return notes


def _arrange(order: _Order, halves: Halves, bench: Bench, edits: Sequence[Edit]) -> Hierarchy | None:
    """Propose a tree for what is on the list after the accepted edits."""
    if "hierarchy" not in order.only:
        return None
    after, gone, into = applied(halves.skills, edits)
    listed = [skill for skill in after if skill.id not in gone and skill.id not in into]
    return arrange(
        listed,
        bench,
        renamed(halves.work, into),
        renamed(halves.proof, into),
        order.config.scorer,
        order.config.router,
        order.embed,
        order.progress,
    )
