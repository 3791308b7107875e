"""Loading: stages are heard, a stop is heeded, and every end has its own outcome."""

from __future__ import annotations

import pytest

from skillaudit.errors import LoadError
from skillaudit.page.markdown import render as to_markdown
from skillaudit.progress import Cancelled, Progress
from skillaudit.schema import Report
from skillaudit.tui.loading import Ending, Meter, Stage, StoppedAudit, in_thread, load_report
from skillaudit.tui.status import cancelled_blocks, error_blocks, loading_blocks, stage_text
from tests.tui import reports


def test_stages_keep_their_order_and_their_last_news() -> None:
    meter = Meter()
    meter.update("load", 3, 3)
    meter.update("embed", 1, 9)
    meter.update("embed", 5, 9, "4 cached")
    assert meter.stages == (Stage("load", 3, 3), Stage("embed", 5, 9, "4 cached"))


def test_a_stop_is_raised_at_the_next_news() -> None:
    meter = Meter()
    meter.update("load", 0, 3)
    meter.cancel()
    with pytest.raises(Cancelled):
        meter.update("load", 1, 3)
    assert meter.cancelled
    assert meter.stages == (Stage("load", 1, 3),)


def test_outcomes() -> None:
    report, error = reports.one(), LoadError("no such folder")

    def stopped(progress: Progress) -> Report:
        raise Cancelled

    def stopped_with_a_part(progress: Progress) -> Report:
        raise StoppedAudit(report)

    def failed(progress: Progress) -> Report:
        raise error

    assert load_report(lambda progress: report, Meter()) == Ending(report=report)
    assert load_report(stopped, Meter()) == Ending(cancelled=True)
    assert load_report(stopped_with_a_part, Meter()) == Ending(report=report, cancelled=True)
    assert load_report(failed, Meter()) == Ending(error=error)


async def test_the_loader_runs_in_another_thread() -> None:
    import threading

    names: list[str] = []

    def load(progress: Progress) -> Report:
        names.append(threading.current_thread().name)
        return reports.empty()

    assert await in_thread(load, Meter()) == reports.empty()
    assert names == ["work"]


@pytest.mark.parametrize(
    ("stage", "text"),
    [
        (Stage("embed", 120, 212, "88 cached"), "embed 120/212 (88 cached)"),
        (Stage("load", 12, 0), "load 12"),
        (Stage("map", 0, 0), "map"),
    ],
)
def test_stage_text(stage: Stage, text: str) -> None:
    assert stage_text(stage) == text


def test_a_running_audit_shows_every_stage_with_its_count() -> None:
    text = to_markdown(loading_blocks("./skills", [Stage("load", 30, 30), Stage("embed", 5, 20)], False))
    assert "✓ load" in text and "30 of 30" in text
    assert "▸ embed" in text and "5 of 20" in text
    assert "Press esc to stop" in text
    assert "Stopping after this step" in to_markdown(loading_blocks("./skills", [], True))


def test_a_stopped_audit_says_where() -> None:
    text = to_markdown(cancelled_blocks([Stage("embed", 5, 20)]))
    assert "stopped at embed 5/20" in text and "Press r" in text


def test_errors_of_ours_are_shown_as_they_are_and_faults_with_a_trace() -> None:
    ours = to_markdown(error_blocks(LoadError("./x is no folder. Name one."), earlier=True))
    assert "./x is no folder. Name one." in ours and "fault" not in ours
    assert "back to the earlier result" in ours
    try:
        raise KeyError("boom")
    except KeyError as error:
        fault = to_markdown(error_blocks(error, earlier=False))
    assert "KeyError: 'boom'" in fault and "fault in skillaudit" in fault
    assert "in test\\_errors\\_of\\_ours" in fault
    assert "earlier result" not in fault


async def test_two_threads_leave_the_interpreter_as_it_was() -> None:
    import asyncio
    import sys
    import threading

    before, first, second = sys.getswitchinterval(), threading.Event(), threading.Event()
    one = asyncio.create_task(in_thread(lambda _: first.wait(20), Meter()))
    await asyncio.sleep(0)
    two = asyncio.create_task(in_thread(lambda _: second.wait(20), Meter()))
    await asyncio.sleep(0)
    assert sys.getswitchinterval() < before
    first.set()
    await one
    second.set()
    await two
    assert sys.getswitchinterval() == pytest.approx(before)
