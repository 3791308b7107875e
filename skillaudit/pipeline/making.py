"""A report from the beginning: vectors, structure, forecast, laws, findings."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial

import msgspec
import numpy as np
from numpy.typing import NDArray

from skillaudit.answer import answered
from skillaudit.cache import Cache
from skillaudit.clients import listing, offered, visibility
from skillaudit.clients.gateways import parents_of
from skillaudit.config import Config
from skillaudit.embedding.devices import fixed_arithmetic
from skillaudit.embedding.memory import Embed, Memory
from skillaudit.embedding.stage import embed
from skillaudit.laws.execution_law import Chain
from skillaudit.pipeline.assemble import assemble
from skillaudit.pipeline.by_client import client_rows
from skillaudit.pipeline.chains import find_chains
from skillaudit.pipeline.flow import embedding_of
from skillaudit.pipeline.growth import law_of
from skillaudit.pipeline.memory import keep_lines, recall_lines
from skillaudit.pipeline.own_settings import with_own_settings
from skillaudit.pipeline.rounding import rounded
from skillaudit.pipeline.shortlist import shortlist_rows
from skillaudit.pipeline.stages import Around, routed
from skillaudit.pipeline.structure import examine
from skillaudit.progress import Progress
from skillaudit.requests.gathering import coverage, gather_told
from skillaudit.requests.lines import Lines
from skillaudit.requests.records import Gathered, Told
from skillaudit.routing.survey import survey
from skillaudit.schema import EmbeddingSummary, Library, Report, Skill
from skillaudit.scoring import HybridScorer, LexicalScorer, Scorer, make_scorer


def make_report(
    library: Library,
    told: Told,
    config: Config,
    cache: Cache | None,
    progress: Progress,
    stated: Sequence[Chain],
) -> Report:
    """Return the report on a library, by what people `told` of it and the chains that are `stated`."""
    known = {} if cache is None else recall_lines(cache, library.sources)
    lines = Lines(known=known)
    gathered = gather_told(library, told, lines=lines, progress=progress)
    if cache is not None and lines.said != known:
        keep_lines(cache, library.sources, lines.said)
    # Words alone make no product that is worth a second thread: one would spin for more than it computes.
    with fixed_arithmetic("cpu") if config.scorer == "lexical" else nullcontext():
        return _made(library, gathered, config, cache, progress, stated)


def _made(
    library: Library,
    gathered: Gathered,
    config: Config,
    cache: Cache | None,
    progress: Progress,
    stated: Sequence[Chain],
) -> Report:
    shown = competing(library, config)
    encode = embedder(config, cache, progress)
    scorer, vectors, embedding = scorer_for(shown, config, cache, progress, encode)
    with fixed_arithmetic("cpu"):  # the largest products are shared out among threads by themselves
        around = survey(scorer, len(shown), progress, config.engine)
    structure = examine(shown, scorer, vectors, config.map, cache, progress, around, config.engine)
    parents = doors(library, config)
    routing = routed(
        shown,
        gathered.requests,
        scorer,
        parents,
        Around.of(structure),
        router=config.router,
        coverage=coverage(library, gathered),
        library=library.routable,
        survey=around,
        progress=progress,
    )
    rows = client_rows(
        library,
        gathered,
        config,
        (shown, routing.forecast, parents),
        lambda skills: scorer_for(skills, config, cache, progress, encode)[0],
        coverage(library, gathered),
        progress,
    )
    searched = shortlist_rows(
        shown,
        gathered.requests,
        scorer,
        config.shortlist,
        router=config.router,
        coverage=coverage(library, gathered),
        progress=progress,
    )
    del around  # half as large as all that is held beside it, and no longer needed
    routing = msgspec.structs.replace(routing, rows=(*routing.rows, *rows, *searched))
    views = visibility(library.skills, context=config.context, order=config.order)
    law = None
    if config.law:
        law = rounded(
            law_of(
                shown,
                gathered.requests,
                scorer,
                parents,
                router=config.router,
                floor=config.floor,
                progress=progress,
            )
        )
    if isinstance(scorer, HybridScorer | LexicalScorer):
        scorer.forget()  # as large as the library's words, beside a report that is larger still
    report = assemble(
        library,
        shown,
        gathered.defects,
        embedding,
        structure,
        routing,
        views,
        config.client,
        law,
        find_chains(library, stated),
        config.floor,
        vectors,
    )
    return answered(with_own_settings(report, config.own_settings))


def competing(library: Library, config: Config) -> tuple[Skill, ...]:
    """Return the skills that compete for requests, as the client of `config` shows them."""
    return _offered(library, config)[0]


def doors(library: Library, config: Config) -> dict[str, str]:
    """Return the gateway above each skill that competes behind one, by id; some clients list all the same."""
    return _offered(library, config)[1]


def _offered(library: Library, config: Config) -> tuple[tuple[Skill, ...], dict[str, str]]:
    if config.client is None:
        return library.routable, parents_of(library.routable)
    made = listing(library.skills, config.client, context=config.context, order=config.order)
    return offered(library.skills, made)


def embedder(config: Config, cache: Cache | None, progress: Progress) -> Embed:
    """Return what makes vectors, each once; nothing is made for the lexical scorer, which asks for none."""
    return Memory(
        partial(
            embed,
            model=config.embedder,
            device=config.device,
            engine=config.engine,
            cache=cache,
            progress=progress,
        )
    )


def scorer_for(
    shown: Sequence[Skill],
    config: Config,
    cache: Cache | None,
    progress: Progress,
    encode: Embed | None = None,
) -> tuple[Scorer, NDArray[np.float32] | None, EmbeddingSummary]:
    """Return the scorer over the descriptors of `shown`, their vectors where it has any, and what those are.

    `encode` makes vectors where another scorer needs some of the same.
    """
    texts = [skill.text for skill in shown]
    if config.scorer == "lexical":
        return make_scorer("lexical", texts), None, embedding_of(config)
    encode = encode or embedder(config, cache, progress)
    vectors = encode(texts)
    scorer = make_scorer(config.scorer, texts, vectors=vectors, embed=encode)
    return scorer, vectors, embedding_of(config)
