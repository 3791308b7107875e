"""What adding or removing skills does to a library's forecast, and to whom."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import cached_property, partial
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from skillaudit.cache import Cache
from skillaudit.clients import select
from skillaudit.config import Config
from skillaudit.embedding.stage import embed
from skillaudit.errors import UsageError
from skillaudit.load import load
from skillaudit.pipeline.making import competing, doors
from skillaudit.pipeline.stages import Around, routed
from skillaudit.pipeline.structure import Structure, examine
from skillaudit.progress import SILENT, Progress
from skillaudit.requests.gathering import coverage, gather
from skillaudit.requests.records import Gathered
from skillaudit.routing.profiles import default_router
from skillaudit.routing.records import Routing
from skillaudit.routing.whatif import WhatIf, whatif
from skillaudit.schema import Library, Request, Skill
from skillaudit.scoring import Scorer, make_scorer
from skillaudit.sessions.weighing import in_order_of_use


def what_if(
    sources: Sequence[str | Path],
    config: Config | None = None,
    add: Sequence[str | Path] = (),
    remove: Sequence[str] = (),
    progress: Progress = SILENT,
) -> WhatIf:
    """Forecast the library in `sources` with the skills of `add` and without those named in `remove`.

    `add` are sources as `load` takes them; a skill with the id of one that is there takes its place, and added
    skills bring the requests that are mined from their own folders. `remove` are ids, or names where one skill
    has it. The forecast is for the router, scorer and client of `config`.

    Raises UsageError when nothing is to change or a name is unknown or stands for several skills, and what
    `audit` raises.
    """
    if not add and not remove:
        raise UsageError("nothing to change; name skills to add or to remove.")
    config = config or Config()
    library = select(load(sources, progress=progress), config)
    gathered = gather(library, config.requests, progress=progress)
    names = [_find(library.skills, name) for name in dict.fromkeys(remove)]
    extra: dict[str, Skill] = {}
    requests: list[Request] = []
    for source in add:
        added = load([source], progress=progress)
        extra.update((skill.id, skill) for skill in added.skills)
        requests += gather(added, progress=progress).requests
    cache = Cache(config.cache) if config.use_cache else None
    try:
        library = in_order_of_use(library, config.order, cache=cache, progress=progress)
        run = _Forecaster(library, gathered, config, cache, progress)
        return whatif(
            library.skills,
            gathered.requests,
            run,
            outline=run.outline,
            add=tuple(extra.values()),
            add_requests=requests,
            remove=tuple(dict.fromkeys(names)),
        )
    finally:
        if cache is not None:
            for note in cache.notes:
                progress.update("cache", 1, 1, note)
            cache.close()


def imagine(
    sources: Sequence[str | Path],
    config: Config,
    removed: Sequence[str],
    descriptions: Mapping[str, str],
    progress: Progress = SILENT,
) -> WhatIf:
    """Forecast the library in `sources` without the skills of `removed` and with other `descriptions`.

    Both go by id. Raises ValueError for an id that is not in the library, and what `audit` raises.
    """
    library = select(load(sources, progress=progress), config)
    gathered = gather(library, config.requests, progress=progress)
    with Cache(config.cache) if config.use_cache else nullcontext() as cache:
        library = in_order_of_use(library, config.order, cache=cache, progress=progress)
        reworded = tuple(
            msgspec.structs.replace(skill, description=descriptions[skill.id])
            for skill in library.skills
            if skill.id in descriptions
        )
        run = _Forecaster(library, gathered, config, cache, progress)
        return whatif(
            library.skills,
            gathered.requests,
            run,
            outline=run.outline,
            add=reworded,
            remove=removed,
            each=False,
        )


def _find(skills: Sequence[Skill], name: str) -> str:
    """Return the id that a name stands for; UsageError for none or several."""
    if any(skill.id == name for skill in skills):
        return name
    found = [skill.id for skill in skills if skill.name == name]
    if len(found) > 1:
        raise UsageError(f"{len(found)} skills are called {name!r}; name one of {', '.join(found[:6])}.")
    if not found:
        near = difflib.get_close_matches(name, [skill.id for skill in skills], n=1, cutoff=0.0)
        raise UsageError(f"no skill is called {name!r}; did you mean {near[0]}?")
    return found[0]


class _Forecaster:
    """Forecasts any part of a library and its additions; texts are embedded once."""

    KEPT = 3
    """Libraries whose scorer and structure are kept: the old one, the new one, and the step between."""

    def __init__(
        self, library: Library, gathered: Gathered, config: Config, cache: Cache | None, progress: Progress
    ) -> None:
        self._library = library
        self._gathered = gathered
        self._config = config
        self._cache = cache
        self._progress = progress
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._known: dict[tuple[Skill, ...], tuple[Sequence[Skill], Scorer, Structure | None]] = {}
        self._whole = 2

    @cached_property
    def _corpus(self) -> tuple[str, ...]:
        """The descriptors of the library as it is: a word weighs the same before and after a change.

        Else taking a skill out would change the scores of all others, for better or for worse.
        """
        return tuple(skill.text for skill in competing(self._library, self._config))

    def outline(self, skills: Sequence[Skill], requests: Sequence[Request]) -> Routing:
        """Forecast no more than rates and flows."""
        return self(skills, requests, brief=True)

    def __call__(
        self, skills: Sequence[Skill], requests: Sequence[Request], *, brief: bool = False
    ) -> Routing:
        """Forecast `requests` over the skills that compete among `skills`."""
        library = msgspec.structs.replace(self._library, skills=tuple(skills))
        shown, scorer, structure = self._prepared(library)
        nothing = Around([""] * len(shown), [-1] * len(shown), None)
        return routed(
            shown,
            requests,
            scorer,
            doors(library, self._config),
            Around.of(structure) if structure else nothing,
            router=self._config.router or default_router(self._config.scorer),
            coverage=coverage(library, msgspec.structs.replace(self._gathered, requests=tuple(requests))),
            library=library.routable,
            brief=brief,
            progress=self._progress,
        )

    def _prepared(self, library: Library) -> tuple[Sequence[Skill], Scorer, Structure | None]:
        known = self._known.pop(library.skills, None)
        if known is None:
            shown = competing(library, self._config)
            texts = [skill.text for skill in shown]
            name = self._config.scorer
            vectors = None if name == "lexical" else self._embed(texts)
            scorer = make_scorer(name, texts, vectors=vectors, embed=self._embed, corpus=self._corpus)
            structure = None
            if self._whole and shown:
                # The old and the new library come first. Of the steps between, rates and flows are shown, which
                # need no clusters.
                self._whole -= 1
                structure = examine(shown, scorer, vectors, "pca", self._cache, self._progress)
            known = (shown, scorer, structure)
        self._known[library.skills] = known
        while len(self._known) > self.KEPT:
            del self._known[next(iter(self._known))]
        return known

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        encode = partial(
            embed,
            model=self._config.embedder,
            device=self._config.device,
            engine=self._config.engine,
            cache=self._cache,
            progress=self._progress,
        )
        if new or not texts:
            made = encode(new)
            if not texts:
                return made
            self._vectors.update(zip(new, made, strict=True))
        return np.stack([self._vectors[text] for text in texts])
