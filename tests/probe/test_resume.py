"""A run that is killed goes on where it was, and ends as if nothing had happened."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from skillaudit.asking.asker import EXPECTED_TOKENS
from skillaudit.asking.defaults import StudyName
from skillaudit.asking.log import ProbeLog
from skillaudit.llm import Price
from skillaudit.probe.exporting import QUERIES, export
from skillaudit.probe.probing import ProbeLimits, probe
from tests.probe.libraries import is_right, make_ground
from tests.probe.rule import Chances, Rule, RuleRouter

PRICE = Price(prompt=1e-6, completion=1e-5)
KILLED = """
import asyncio, os, sys
from pathlib import Path
from tests.probe.test_resume import PRICE, make_router, make_ground, probe, ProbeLog, ProbeLimits
path, study, at = sys.argv[1:]
def stop(calls):
    Path(path + ".calls").open("a").write("x")
    if calls > int(at):
        os.kill(os.getpid(), 9)
with ProbeLog(Path(path)) as log:
    asyncio.run(probe(make_ground(24, 2, idle=6), study, make_router(stop), log, ProbeLimits(concurrency=4)))
"""


def make_router(on_call: object = None) -> RuleRouter:
    """Return a router by a rule; `on_call` sees the number of each call."""
    law = Chances(0.7, none=0.1)
    watch = on_call if callable(on_call) else (lambda calls: None)
    return RuleRouter(Rule(is_right, lambda asked, has: law), price=PRICE, on_call=watch)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs signals")
@pytest.mark.parametrize("study", ["accuracy", "hierarchy"])
def test_a_killed_run_ends_like_an_unbroken_one(tmp_path: Path, study: StudyName) -> None:
    ground = make_ground(24, 2, idle=6)
    whole_router = make_router()
    with ProbeLog(tmp_path / "whole") as log:
        whole, _ = asyncio.run(probe(ground, study, whole_router, log, ProbeLimits(concurrency=4)))
        export(log, tmp_path / "whole-export")
    path = tmp_path / "broken"
    for at in (9, 17):
        run = subprocess.run(
            [sys.executable, "-c", KILLED, str(path), study, str(at)], cwd=Path(__file__).parents[2]
        )
        assert run.returncode == -9
    asked_before = len(path.with_name("broken.calls").read_text())
    last = make_router()
    with ProbeLog(path) as log:
        found, _ = asyncio.run(probe(ground, study, last, log, ProbeLimits(resume=True)))
        export(log, tmp_path / "broken-export")
    assert found.result == whole.result
    assert (tmp_path / "broken-export" / QUERIES).read_bytes() == (
        tmp_path / "whole-export" / QUERIES
    ).read_bytes()
    # Calls under way at a kill, one at least and four at most, may be on the bill: they count at their expected price.
    lost = found.spending.dollars - whole.spending.dollars
    assert 2 * PRICE.of(100, EXPECTED_TOKENS) < lost < 2 * 4 * PRICE.of(2000, EXPECTED_TOKENS)
    # Only calls that were under way when it was killed are put again: at most four each time.
    assert whole_router.calls <= asked_before + last.calls <= whole_router.calls + 2 * 4
