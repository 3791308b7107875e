"""Imports what the stage after the vectors needs while the vectors are computed."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from threading import Thread

from skillaudit.progress import Progress

_NEXT = "hdbscan"
"""Takes a second and a half to import, as long as a hundred descriptors take to embed."""


class ImportAhead:
    """Passes progress on, and starts the import of hdbscan once the first vectors have come.

    Not before: until then the model's own libraries are being imported, and two threads that import
    parts of one another can wait for each other. An audit whose vectors are cached starts nothing.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._begun: int | None = None
        self._started = False

    def update(self, stage: str, done: int, total: int, note: str = "") -> None:
        """See `Progress.update`."""
        self._progress.update(stage, done, total, note)
        if self._started or stage != "embed":
            return
        if self._begun is None:
            self._begun = done
        elif self._begun < done < total:
            self._started = True
            # An import that fails here is tried, and reported, where it is needed.
            Thread(target=_import_quietly, name="import-ahead", daemon=True).start()


def _import_quietly() -> None:
    with suppress(Exception):
        import_module(_NEXT)
