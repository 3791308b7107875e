"""A whole run: make the router, open the log, do the experiments one after the other, keep what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from skillaudit.asking.engine import Preview
from skillaudit.asking.log import ProbeLog, default_path
from skillaudit.asking.records import Decision
from skillaudit.asking.routers import LiveRouter, LocalRouter
from skillaudit.asking.scorers import Scorers
from skillaudit.asking.terms import Terms
from skillaudit.cache import Cache
from skillaudit.config import DEFAULT_EMBEDDER
from skillaudit.errors import UsageError
from skillaudit.experiment.coupling import with_coupling
from skillaudit.experiment.records import Result
from skillaudit.experiment.running import run
from skillaudit.experiment.simulated import SimulatedRouter, is_simulated
from skillaudit.experiment.storage import save
from skillaudit.experiment.studies import EXPERIMENTS
from skillaudit.experiment.tasks import Scope
from skillaudit.progress import SILENT, Progress

LOG = "log.sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentTerms(Terms):
    """What a run is to do."""

    routers: tuple[str, ...]
    scope: Scope
    out: Path | None = None
    """Folder for results; None keeps none."""
    log: Path | None = None
    """None takes the one in `out`, else the user's own."""
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
    settings: ExperimentTerms,
    *,
    before: Callable[[str, str, Preview], None] = lambda name, router, preview: None,
    progress: Progress = SILENT,
    draw: Callable[[Result], str] = lambda _: "",
) -> Iterator[Result]:
    """Yield the result of each experiment on each router as it is done, saved where there is a folder.

    At the end comes that of the coupling, where enough routers did both F01 and F10.
    `before` is told experiment, router, and what is coming. Raises `UsageError` and `ModelError` as
    `run` does; what was answered until then is in the log.
    """
    cache = Cache() if settings.use_cache else None
    scorers = Scorers(settings.embedder, settings.device, cache)
    path = settings.log or (settings.out / LOG if settings.out else default_path())
    done: list[Result] = []
    try:
        for wanted in settings.routers:
            _router(wanted, settings, scorers)  # one that cannot be used is said before anything is paid
        with ProbeLog(path) as log:
            for name in names:
                for wanted in settings.routers:
                    router = _router(wanted, settings, scorers)
                    decisions: list[Decision] = []
                    result = run(
                        name,
                        router,
                        log,
                        settings.scope,
                        settings.limits(router),
                        before=partial(before, name, wanted),
                        after=decisions.extend,
                        progress=progress,
                    )
                    if settings.out is not None:
                        save(result, settings.out, decisions, draw(result))
                    done.append(result)
                    yield result
        yield from with_coupling(done)[len(done) :]
    finally:
        if cache is not None:
            cache.close()


def _router(
    name: str, settings: ExperimentTerms, scorers: Scorers
) -> LiveRouter | LocalRouter | SimulatedRouter:
    return SimulatedRouter(name) if is_simulated(name) else settings.router(name, scorers)
