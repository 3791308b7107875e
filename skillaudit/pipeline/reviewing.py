"""A review of a library made ready: the library loaded, its scorer made, the transcripts read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from skillaudit.cache import Cache
from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.pipeline.making import competing, scorer_for
from skillaudit.progress import SILENT, Progress
from skillaudit.sessions.finding import READERS
from skillaudit.sessions.gathering import gather
from skillaudit.sessions.reviewing import Review
from skillaudit.sessions.reviews import Reviews
from skillaudit.sessions.weighing import in_order_of_use


def open_review(
    sources: Sequence[str | Path],
    config: Config,
    transcripts: Sequence[Path] = (),
    clients: Sequence[str] = tuple(READERS),
    *,
    since: str = "",
    project: str = "",
    progress: Progress = SILENT,
) -> Review:
    """Return the review of a library; raises as `audit` does, and UsageError for transcripts that do not exist."""
    library = load(sources, progress=progress)
    cache = Cache(config.cache) if config.use_cache else None
    harvest = gather(transcripts, clients, cache=cache, since=since, project=project, progress=progress)
    library = in_order_of_use(library, config.order, cache=cache, progress=progress)
    shown = competing(library, config)
    scorer, _, _ = scorer_for(shown, config, cache, progress)
    return Review(library, shown, scorer, harvest, Reviews(config.cache))
