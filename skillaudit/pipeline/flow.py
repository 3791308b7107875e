"""The audit on one screen: load, see what is asked, and find the report that is kept or make it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

import msgspec

from skillaudit import extras
from skillaudit.cache import Cache
from skillaudit.clients import select
from skillaudit.config import Config
from skillaudit.laws.execution_declared import stated_chains
from skillaudit.laws.execution_law import Chain
from skillaudit.load import load
from skillaudit.load.walk import show
from skillaudit.pipeline.memory import keep, recall, recall_state, remember, report_key, state_key
from skillaudit.pipeline.own_settings import undeclared
from skillaudit.progress import SILENT, Progress
from skillaudit.requests.told import tell
from skillaudit.routing.profiles import default_router, find
from skillaudit.schema import EmbeddingSummary, Library, Report
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
    state: str = "",
) -> Report:
    """Return the report on a library that is loaded already; see `audit`.

    `compiled` are the chains of a library that was never written; else the mapping beside it is read. `recalled`
    looks for a report that was made before. By the `state` of its sources, where that has a name, the report is
    found again without them.
    """
    as_asked = config
    library = select(library, config)
    if config.own_settings.isolated:
        library = undeclared(library)
    if config.map == "umap":
        extras.require("map", "A map by UMAP")
    config = _with_router(config)
    stated = stated_chains(library, config.chains, compiled)
    with Cache(config.cache) if config.use_cache else nullcontext() as cache:
        library = in_order_of_use(library, config.order, cache=cache, progress=progress)
        lessons = None
        if config.sessions:
            from skillaudit.sessions.learning import learn

            lessons = learn(library, cache=cache, progress=progress)
        asked = () if lessons is None else lessons.requests
        use = None if lessons is None else lessons.use
        told = tell(library, config.requests, asked=asked, progress=progress)
        key = by_state = ""
        if cache is not None:
            profile, embedding = find(config.router, config.scorer), embedding_of(config)
            key = report_key(library, told, config, profile, embedding, stated)
            by_state = state_key(library.sources, state, config, profile, embedding)
            if (known := recalled(cache, key)) is not None:
                remember(cache, library, as_asked, key, by_state)
                return msgspec.structs.replace(known, use=use)
        from skillaudit.pipeline.making import make_report

        report = make_report(library, told, config, cache, progress, stated)
        if cache is not None:
            keep(cache, key, report)
            remember(cache, library, as_asked, key, by_state)
            for note in cache.notes:
                progress.update("cache", 1, 1, note)
    return msgspec.structs.replace(report, use=use)


def audited_before(sources: Sequence[str], state: str, config: Config) -> Report | None:
    """Return the report that was made of `sources` in a `state`, without loading them; None where none is kept.

    Raises what `audit_library` raises for a router or an embedder that is not there.
    """
    if not state or not config.use_cache:
        return None
    config = _with_router(config)
    profile, embedding = find(config.router, config.scorer), embedding_of(config)
    with Cache(config.cache) as cache:
        key = state_key(tuple(map(show, sources)), state, config, profile, embedding)
        return recall_state(cache, key)


def _with_router(config: Config) -> Config:
    return msgspec.structs.replace(config, router=config.router or default_router(config.scorer))


def embedding_of(config: Config) -> EmbeddingSummary:
    """Return what the vectors of an audit are made by."""
    if config.scorer == "lexical":
        return EmbeddingSummary(model="none")
    from skillaudit.embedding.models import describe

    return describe(config.embedder, device=config.device, engine=config.engine)
