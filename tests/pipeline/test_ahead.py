"""The import ahead starts once vectors come, and at no other time."""

from __future__ import annotations

import threading

import pytest

from skillaudit.pipeline import ahead
from skillaudit.pipeline.ahead import ImportAhead
from skillaudit.progress import SILENT, Cancelled


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    event = threading.Event()
    monkeypatch.setattr(ahead, "import_module", lambda _name: event.set())
    return event


def feed(updates: list[tuple[str, int, int]]) -> None:
    watching = ImportAhead(SILENT)
    for update in updates:
        watching.update(*update)
    for thread in threading.enumerate():
        if thread.name == "import-ahead":
            thread.join()


@pytest.mark.parametrize(
    ("updates", "starts"),
    [
        ([("embed", 0, 9), ("embed", 3, 9)], True),
        ([("embed", 4, 9), ("embed", 6, 9)], True),
        ([("embed", 9, 9)], False),
        ([("embed", 0, 9), ("embed", 0, 9)], False),
        ([("embed", 0, 9), ("embed", 9, 9)], False),
        ([("load", 0, 9), ("load", 3, 9)], False),
    ],
    ids=["first", "rest", "cached", "waiting", "all-at-once", "other-stage"],
)
def test_starts_with_the_first_vectors(
    updates: list[tuple[str, int, int]], starts: bool, started: threading.Event
) -> None:
    feed(updates)
    assert started.is_set() is starts


def test_passes_everything_on_and_lets_a_stop_through() -> None:
    seen: list[tuple[str, int, int, str]] = []

    class Stopping:
        def update(self, stage: str, done: int, total: int, note: str = "") -> None:
            seen.append((stage, done, total, note))
            if done == 2:
                raise Cancelled

    watching = ImportAhead(Stopping())
    watching.update("embed", 1, 3, "1 cached")
    with pytest.raises(Cancelled):
        watching.update("embed", 2, 3)
    assert seen == [("embed", 1, 3, "1 cached"), ("embed", 2, 3, "")]


def test_a_failing_import_is_left_to_the_stage_that_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_NEXT", "no_such_module_anywhere")
    feed([("embed", 0, 9), ("embed", 3, 9)])
