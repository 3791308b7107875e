"""How a long stage says where it is, and how it is told to stop."""

from __future__ import annotations

from typing import Protocol


class Cancelled(Exception):  # noqa: N818 - to stop on request is no error
    """Raised inside a stage after its progress object asked it to stop."""


class Progress(Protocol):
    """Receives stage news; implementations must be cheap and safe to call from a thread."""

    def update(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Say that `done` of `total` units of `stage` are finished; may raise `Cancelled`."""


class Silent:
    """Ignores everything."""

    def update(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Do nothing."""


SILENT = Silent()
