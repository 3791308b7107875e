"""A whole probe of a library: load, gather requests, ask, compare with the forecast, fit a profile."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from skillaudit.asking.defaults import StudyName
from skillaudit.asking.engine import Preview, closing
from skillaudit.asking.log import ProbeLog, default_path
from skillaudit.asking.records import Decision
from skillaudit.asking.routers import LocalRouter, is_local, parse_local
from skillaudit.asking.scorers import Scorers
from skillaudit.asking.terms import Terms
from skillaudit.cache import Cache
from skillaudit.clients import listing, select, shown_skills
from skillaudit.config import Config
from skillaudit.disk.writing import replace, reported
from skillaudit.errors import UsageError
from skillaudit.llm import completer
from skillaudit.load import load
from skillaudit.probe.comparing import compare
from skillaudit.probe.exporting import export, make_folder
from skillaudit.probe.fitting import fit_profile
from skillaudit.probe.ground import PAPER, Ground
from skillaudit.probe.probing import ProbeLimits, probe, run_id
from skillaudit.probe.records import ProbeResult
from skillaudit.progress import SILENT, Progress
from skillaudit.reading import read_record
from skillaudit.reading.limits import WRITTEN_REQUESTS
from skillaudit.requests.gathering import coverage, gather
from skillaudit.requests.records import Gathered
from skillaudit.requests.synthesis import synthesize
from skillaudit.routing.calibrate import save
from skillaudit.routing.predict import forecast
from skillaudit.routing.profiles import check_name
from skillaudit.routing.records import Routing
from skillaudit.schema import Library, Request, Skill
from skillaudit.sessions.weighing import in_order_of_use

WRITTEN = 3
"""Requests that a model writes for each skill that none speaks for."""

PROFILED: tuple[StudyName, ...] = ("accuracy", "decay", "competition")
"""Studies whose decisions the forecast's choice model describes: one list, one request as its user wrote it."""
_READING: dict[StudyName, str] = {
    "rescue": "A scorer weighs words and cannot follow which step is meant; only a model shows what this study is for.",
    "hierarchy": "A scorer sees only the words of a category's name and description, which is less than a model does.",
}
_ITSELF = "The forecast is this scorer's own, so that the two agree is no evidence."


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTerms(Terms):
    """What one probe is to do, beside what the audit's configuration says."""

    model: str
    study: StudyName = "accuracy"
    repeats: int = 3
    limit: int | None = None
    seed: int = 0
    precision: float | None = None
    resume: bool = False
    log: Path | None = None
    """None takes the user's own."""
    export: Path | None = None
    synthesize: str | None = None
    """Model that writes requests for the skills that none speaks for."""
    save_profile: str | None = None


def run(
    sources: Sequence[str | Path],
    config: Config,
    settings: ProbeTerms,
    *,
    before: Callable[[Preview], None] = lambda _: None,
    decided: Callable[[Decision], None] = lambda _: None,
    progress: Progress = SILENT,
) -> ProbeResult:
    """Probe the library in `sources`; `before`, `decided` and `progress` as in `probe`; see DESIGN section 7.

    Raises `UsageError` and `ModelError` as `probe` does, `LoadError` and `RequestError` as an audit does.
    """
    if settings.synthesize and settings.synthesize == settings.model:
        raise UsageError(
            "a model that writes the requests cannot be judged by them; name another --synthesize"
        )
    if settings.save_profile is not None and settings.study not in PROFILED:
        raise UsageError(
            f"a router profile is fitted to one flat choice; use --study {', '.join(PROFILED)}, not {settings.study}"
        )
    # What can only fail at the end is tried before anything is paid for.
    if settings.save_profile is not None:
        check_name(settings.save_profile)
    if settings.export is not None:
        make_folder(settings.export)
    if settings.resume and not (settings.log or default_path()).is_file():
        raise UsageError(f"{settings.log or default_path()}: no such log to resume; leave --resume out")
    cache = Cache(config.cache) if config.use_cache else None
    try:
        with ProbeLog(settings.log or default_path()) as log:
            return _Session(sources, config, settings, log, cache, progress).run(before, decided)
    finally:
        if cache is not None:
            cache.close()


class _Session:
    """What one probe has loaded."""

    def __init__(
        self,
        sources: Sequence[str | Path],
        config: Config,
        settings: ProbeTerms,
        log: ProbeLog,
        cache: Cache | None,
        progress: Progress,
    ) -> None:
        self._config, self._settings, self._log = config, settings, log
        self._progress = progress
        self._scorers = Scorers(config.embedder, config.device, cache)
        # A model that cannot be used is said before anything is loaded.
        self._router = settings.router(settings.model, self._scorers, config.engine)
        library = select(load(sources, progress=progress), config)
        self._library = in_order_of_use(library, config.order, cache=cache, progress=progress)
        gathered = gather(self._library, config.requests, progress=progress).once_each()
        self._gathered = self._with_written(gathered)
        make = self._scorers.maker(config.scorer)
        skills = _listable(self._library, config)
        self._ground = Ground(
            skills=skills,
            requests=self._gathered.requests,
            scorer=make([skill.text for skill in skills]),
            client=config.client or PAPER,
            context=config.context,
            order=config.order,
            repeats=settings.repeats,
            seed=settings.seed,
            limit=settings.limit,
        )

    def run(self, before: Callable[[Preview], None], decided: Callable[[Decision], None]) -> ProbeResult:
        """Ask, compare, fit, export."""
        wanted, router = self._settings, self._router
        terms = wanted.limits(router)
        limits = ProbeLimits(
            budget=terms.budget,
            concurrency=terms.concurrency,
            precision=wanted.precision,
            resume=wanted.resume,
        )
        routing = self._forecast() if wanted.study == "accuracy" else None
        doubt = {}
        if routing is not None:
            rates = {flow.id: flow.victim_rate for flow in routing.flows if flow.victim_rate is not None}
            doubt = {skill: float(np.sqrt(rate * (1 - rate))) for skill, rate in rates.items()}
        asked = probe(
            self._ground,
            wanted.study,
            router,
            self._log,
            limits,
            doubt=doubt,
            before=before,
            decided=decided,
            progress=self._progress,
        )
        found, decisions = asyncio.run(closing(router, asked))
        name = "" if routing is None else routing.forecast.router
        if routing is not None:
            compared = msgspec.structs.replace(found.result, comparison=compare(routing, decisions))
            found = msgspec.structs.replace(found, result=compared)
        precision = limits.precision if wanted.study == "accuracy" else None
        runs = [run_id(self._ground, wanted.study, router, precision)]
        if isinstance(router, LocalRouter) and (wanted.study in _READING or name == router.name):
            notes = (*found.result.notes, _READING.get(wanted.study, _ITSELF))
            found = msgspec.structs.replace(found, result=msgspec.structs.replace(found.result, notes=notes))
        if wanted.export is not None:
            export(self._log, wanted.export, runs)
        if wanted.save_profile is not None:
            profile = fit_profile(
                self._log, runs, self._scorers.maker(self._config.scorer), wanted.save_profile
            )
            save(profile)
            found = msgspec.structs.replace(found, profile=profile.name)
        return found

    def _forecast(self) -> Routing:
        """Forecast the same requests over the same list, for the same router where there is a profile of it."""
        config = self._config
        shown: Sequence[Skill] = self._ground.skills
        if config.client is not None:
            made = listing(shown, config.client, context=config.context, order=config.order)
            shown = shown_skills(shown, made)
        scorer, name = config.scorer, config.router
        if is_local(self._settings.model):
            scorer, _ = parse_local(self._settings.model)
            name = name or f"local/{scorer}"
        return forecast(
            shown,
            self._gathered.requests,
            self._scorers.maker(scorer)([skill.text for skill in shown]),
            families=[skill.category or "" for skill in shown],
            labels=[-1] * len(shown),
            neighbors=None,
            router=name,
            coverage=coverage(self._library, self._gathered),
            progress=self._progress,
        )

    def _with_written(self, gathered: Gathered) -> Gathered:
        """Add requests that a second model writes, once: they are kept beside the log, for the next run."""
        model = self._settings.synthesize
        if model is None:
            return gathered
        judged = {skill for request in gathered.requests for skill in request.gold}
        missing = [skill for skill in self._library.routable if skill.id not in judged]
        if not missing:
            return gathered
        digest = hashlib.blake2b(
            json.dumps([model, [skill.digest or skill.text for skill in missing]]).encode(), digest_size=8
        ).hexdigest()
        path = self._log.path.with_name(f"{self._log.path.stem}-written-{digest}.json")
        if path.is_file():
            written = read_record(path, tuple[Request, ...], WRITTEN_REQUESTS)
        else:
            ask = completer(model, api_base=self._settings.api_base)
            written = synthesize(missing, ask, WRITTEN, progress=self._progress)
            with reported(path):
                replace(path, msgspec.json.encode(written))
        return msgspec.structs.replace(gathered, requests=(*gathered.requests, *written))


def _listable(library: Library, config: Config) -> tuple[Skill, ...]:
    """Return the skills that compete, or that the client shows all the same."""
    if config.client is None:
        return library.routable
    made = listing(library.skills, config.client, context=config.context, order=config.order)
    visible = {entry.id for entry in made.entries if entry.state != "invisible"}
    return tuple(skill for skill in library.skills if not skill.manual_only or skill.id in visible)
