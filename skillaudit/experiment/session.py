"""A whole run: make the router, open the log, do the experiments one after the other, keep what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from skillaudit.cache import Cache
from skillaudit.config import DEFAULT_EMBEDDER
from skillaudit.embedding import embed
from skillaudit.errors import UsageError
from skillaudit.experiment.records import Result
from skillaudit.experiment.running import run
from skillaudit.experiment.storage import save
from skillaudit.experiment.studies import EXPERIMENTS
from skillaudit.experiment.tasks import Scope
from skillaudit.llm import Model, Price
from skillaudit.probe.log import ProbeLog, default_path
from skillaudit.probe.records import Decision
from skillaudit.probe.routers import LiveRouter, LocalRouter, is_local, parse_local
from skillaudit.progress import SILENT, Progress
from skillaudit.schema import ScorerName
from skillaudit.scoring import Scorer, make_scorer

BUDGET = 2.50
"""Dollars for one experiment on one model when nothing is said."""
LOG = "log.sqlite"
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is to do."""

    routers: tuple[str, ...]
    scope: Scope
    out: Path | None = None
    """Folder for results; None keeps none."""
    log: Path | None = None
    """None takes the one in `out`, else the user's own."""
    budget: float | None = None
    """Dollars for each experiment; None takes `BUDGET` where the price is known."""
    no_budget: bool = False
    price: Price | None = None
    concurrency: int = 16
    timeout: float = 60.0
    api_base: str | None = None
    embedder: str = DEFAULT_EMBEDDER
    device: str | None = None
    use_cache: bool = True


def names_of(wanted: str) -> tuple[str, ...]:
    """Return the experiments that a name means: itself, or `all`. Raises `UsageError` for another name."""
    if wanted == "all":
        return tuple(EXPERIMENTS)
    if wanted.lower() in EXPERIMENTS:
        return (wanted.lower(),)
    near = get_close_matches(wanted.lower(), EXPERIMENTS, 1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise UsageError(f"there is no experiment {wanted!r}; {hint}There are {', '.join(EXPERIMENTS)}, and all.")


def session(
    names: Sequence[str],
    settings: Settings,
    *,
    before: Callable[[str, str, int, float | None], None] = lambda name, router, calls, dollars: None,
    progress: Progress = SILENT,
) -> Iterator[Result]:
    """Yield the result of each experiment on each router as it is done, saved where there is a folder.

    `before` is told experiment, router, coming calls and their price. Raises `UsageError` and `ModelError` as
    `run` does; what was answered until then is in the log.
    """
    cache = Cache() if settings.use_cache else None
    maker = _Maker(settings, cache)
    path = settings.log or (settings.out / LOG if settings.out else default_path())
    try:
        for router in settings.routers:
            _router(router, settings, maker)  # one that cannot be used is said before anything is paid
        with ProbeLog(path) as log:
            for name in names:
                for wanted in settings.routers:
                    router_made = _router(wanted, settings, maker)
                    budget = settings.budget
                    if budget is None and router_made.price is not None:
                        budget = BUDGET
                    decisions: list[Decision] = []
                    result = run(
                        name,
                        router_made,
                        log,
                        settings.scope,
                        budget=None if settings.no_budget else budget,
                        concurrency=settings.concurrency,
                        before=partial(before, name, wanted),
                        after=decisions.extend,
                        progress=progress,
                    )
                    if settings.out is not None:
                        save(result, settings.out, decisions)
                    yield result
    finally:
        if cache is not None:
            cache.close()


def _router(name: str, settings: Settings, maker: _Maker) -> LiveRouter | LocalRouter:
    if is_local(name):
        scorer, _ = parse_local(name)
        extra = {} if scorer == "lexical" else {"embedder": settings.embedder}
        return LocalRouter(name, maker.of(scorer), extra)
    model = Model(name, api_base=settings.api_base, timeout=settings.timeout)
    return LiveRouter(model, settings.price)


class _Maker:
    """Builds scorers; the same text comes back in many libraries, and is embedded once."""

    def __init__(self, settings: Settings, cache: Cache | None) -> None:
        self._settings, self._cache = settings, cache
        self._known: dict[str, Floats] = {}

    def of(self, name: ScorerName) -> Callable[[Sequence[str]], Scorer]:
        """Return what builds a scorer of this kind over descriptors."""

        def make(texts: Sequence[str]) -> Scorer:
            if name == "lexical":
                return make_scorer(name, texts)
            return make_scorer(name, texts, vectors=self.encode(texts), embed=self.encode)

        return make

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts, (texts, dimension)."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if missing:
            rows = embed(
                missing, model=self._settings.embedder, device=self._settings.device, cache=self._cache
            )
            self._known.update(zip(missing, rows, strict=True))
        return np.stack([self._known[text] for text in texts])
