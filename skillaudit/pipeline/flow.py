"""The audit on one screen: load, embed, look at the structure, forecast, judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from skillaudit import extras
from skillaudit.answer import answered
from skillaudit.cache import Cache
from skillaudit.clients import listing, offered, select, visibility
from skillaudit.clients.gateways import parents_of
from skillaudit.config import Config
from skillaudit.embedding import describe, embed
from skillaudit.embedding.memory import Embed, Memory
from skillaudit.laws.execution_law import Chain
from skillaudit.load import load
from skillaudit.pipeline.assemble import assemble
from skillaudit.pipeline.by_client import client_rows
from skillaudit.pipeline.chains import find_chains, stated_chains
from skillaudit.pipeline.growth import law_of
from skillaudit.pipeline.memory import keep, recall, remember, report_key
from skillaudit.pipeline.own_settings import undeclared, with_own_settings
from skillaudit.pipeline.rounding import rounded
from skillaudit.pipeline.shortlist import shortlist_rows
from skillaudit.pipeline.stages import Around, routed
from skillaudit.pipeline.structure import examine
from skillaudit.progress import SILENT, Progress
from skillaudit.requests import Gathered, coverage, gather
from skillaudit.routing.profiles import default_router, find
from skillaudit.routing.survey import survey
from skillaudit.schema import EmbeddingSummary, Library, Report, Skill
from skillaudit.scoring import Scorer, make_scorer
from skillaudit.sessions.learning import learn
from skillaudit.sessions.weighing import in_order_of_use

Recall = Callable[[Cache, str], Report | None]


def audit(
    sources: str | Path | Sequence[str | Path], config: Config | None = None, progress: Progress = SILENT
) -> Report:
    """Return everything that can be said about the library in `sources` before any model is called.

    The same sources and configuration give the same report. Raises LoadError when a source holds no
    skill, RequestError for an unreadable file of requests, EmbeddingError when there are no weights,
    MissingError where a part that the configuration needs is not installed, UsageError for an unknown
    router; `progress` may raise Cancelled.
    """
    return audit_library(load(sources, progress=progress), config or Config(), progress)


def audit_library(
    library: Library,
    config: Config,
    progress: Progress = SILENT,
    *,
    compiled: Sequence[Chain] | None = None,
    recalled: Recall = recall,
) -> Report:
    """Return the report on a library that is loaded already; see `audit`.

    `compiled` are the chains of a library that was never written; else the mapping beside it is read. `recalled`
    looks for a report that was made before.
    """
    as_asked = config
    library = select(library, config)
    if config.own_settings.isolated:
        library = undeclared(library)
    if config.map == "umap":
        extras.require("map", "A map by UMAP")
    config = msgspec.structs.replace(config, router=config.router or default_router(config.scorer))
    stated = stated_chains(library, config.chains, compiled)
    with Cache(config.cache) if config.use_cache else nullcontext() as cache:
        library = in_order_of_use(library, config.order, cache=cache, progress=progress)
        lessons = learn(library, cache=cache, progress=progress) if config.sessions else None
        asked = () if lessons is None else lessons.requests
        use = None if lessons is None else lessons.use
        gathered = gather(library, config.requests, asked=asked, progress=progress)
        key = ""
        if cache is not None:
            profile = find(config.router, config.scorer)
            key = report_key(library, gathered, config, profile, embedding_of(config), stated)
            if (known := recalled(cache, key)) is not None:
                remember(cache, library, as_asked, key)
                return msgspec.structs.replace(known, use=use)
        report = _audited(library, gathered, config, cache, progress, stated)
        if cache is not None:
            keep(cache, key, report)
            remember(cache, library, as_asked, key)
            for note in cache.notes:
                progress.update("cache", 1, 1, note)
    return msgspec.structs.replace(report, use=use)


def _audited(
    library: Library,
    gathered: Gathered,
    config: Config,
    cache: Cache | None,
    progress: Progress,
    stated: Sequence[Chain],
) -> Report:
    """Make the report from the beginning."""
    shown = competing(library, config)
    encode = embedder(config, cache, progress)
    scorer, vectors, embedding = scorer_for(shown, config, cache, progress, encode)
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


def embedding_of(config: Config) -> EmbeddingSummary:
    """Return what the vectors of an audit are made by."""
    return EmbeddingSummary(model="none") if config.scorer == "lexical" else describe(config.embedder)


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
