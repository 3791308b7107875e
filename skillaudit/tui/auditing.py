"""The process that audits: what it does with its order, and what it says while it works."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, NoReturn

import msgspec

from skillaudit.config import Config
from skillaudit.schema import Library, Report
from skillaudit.tui.loading import Basis
from skillaudit.tui.wire import Failed, Made, News, Stopped, messages, read_order, send

if TYPE_CHECKING:
    from skillaudit.cache import Cache
    from skillaudit.gate.verdict import Change

_NEWS = 0.05
"""Seconds between two messages about one stage."""
_SOON = 20_000
"""Skills up to which what the files say is worked out twice."""
_SEEN = 0.4
"""Seconds after which a report that is not there yet is preceded by what the files say."""


class _Child:
    """The audit's side: sends news, and one last message, whichever thread has it first."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._told = ("", 0.0)
        self._by_words = False
        self.config: Config | None = None
        """Settings under which a forecast by words alone is to come first; None where there is a report to look at."""
        self.library: Library | None = None

    def update(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Pass on the news of a stage, not more often than anybody can read."""
        now = time.monotonic()
        if self._told[0] != stage or done >= total or now - self._told[1] >= _NEWS:
            self._told = (stage, now)
            with self._lock:
                send(self._out, News(stage, done, total, note))
        if stage == "embed" and self.config is not None and not self._by_words:
            from skillaudit.pipeline import partial

            if total - done > partial.MANY_TEXTS:
                self._by_words = True
                made = (partial.words_report, self.config, "words")
                threading.Thread(target=self.first, args=made, daemon=True).start()

    def end(self, *messages: msgspec.Struct) -> NoReturn:
        """Send the last messages and leave at once, whatever other threads do."""
        with self._lock:
            # Nobody may be listening any more: the app was left.
            with contextlib.suppress(BrokenPipeError):
                for message in messages:
                    send(self._out, message)
            os._exit(0)

    def made(self, report: Report, partial: bool, change: Change | None = None) -> NoReturn:
        """Send a report."""
        self.end(*messages(report, partial=partial, change=change))

    def first(self, make: Callable[[Library, Config], Report], config: Config, basis: Basis) -> None:
        """Send what can be said while the audit goes on; nothing where that cannot be said."""
        if self.library is None:
            return
        with contextlib.suppress(Exception):
            made = messages(make(self.library, config), partial=basis == "files", early=True, basis=basis)
            with self._lock, contextlib.suppress(BrokenPipeError):
                for message in made:
                    send(self._out, message)

    def watch(self, orders: IO[bytes], config: Config) -> None:
        """Wait for the end of the input; then say what the files say, without waiting for the step under way."""
        orders.read()
        if self.library is None:
            self.end(Stopped())
        try:
            from skillaudit.pipeline.partial import files_report

            report = files_report(self.library, config)
        except Exception:
            self.end(Stopped())
        self.made(report, partial=True)


def changed(before: str, library: Library, config: Config, after: Report) -> Change | None:
    """Return what changed since the report under the key `before`; None where there was none, or nothing to see."""
    from skillaudit.pipeline.memory import last_key, recall

    if not before or before == last_key(library.sources, config):
        return None
    from skillaudit.cache import Cache
    from skillaudit.gate import compare_reports

    with Cache(config.cache) as cache:
        report = recall(cache, before)
    if report is None:
        return None
    change = compare_reports(report, after, reference="the last audit")
    return None if change.silent else change


def serve() -> NoReturn:
    """Audit what the standard input says; the main function of the process."""
    if hasattr(os, "nice"):
        # Where cores are scarce the screen goes first.
        os.nice(5)
    gc.set_threshold(200_000, 20, 20)
    orders = sys.stdin.buffer
    # What libraries print must not come between the messages.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    order = read_order(orders)
    child = _Child(out)
    threading.Thread(target=child.watch, args=(orders, order.config), daemon=True).start()
    same = False

    def recalled(cache: Cache, key: str) -> Report | None:
        """Look for a report; of the one that the screen has already the head is enough."""
        nonlocal same
        same = key == order.held
        return memory.recall_head(cache, key) if same else memory.recall(cache, key)

    try:
        from skillaudit.load import load
        from skillaudit.pipeline import audit_library, memory
        from skillaudit.pipeline.partial import files_report

        child.library = load(order.sources, progress=child)
        soon = threading.Timer(_SEEN, child.first, [files_report, order.config, "files"])
        soon.daemon = True
        if not order.held:
            child.config = None if order.config.scorer == "lexical" else order.config
            if len(child.library.skills) <= _SOON:
                soon.start()
        before = memory.last_key(child.library.sources, order.config)
        report = audit_library(child.library, order.config, child, recalled=recalled)
        soon.cancel()
        if same:
            child.end(Made(report, partial=False, basis="kept"))
        change = changed(before, child.library, order.config, report)
    except BaseException as error:
        trace = "".join(traceback.format_exception(error))
        child.end(Failed(type(error).__name__, str(error), trace))
    child.made(report, partial=False, change=change)
