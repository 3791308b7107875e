"""The app on a real terminal: a signal gives the screen back, with nothing said but that it was one."""

from __future__ import annotations

import os
import select
import signal
import sys
from pathlib import Path

import pytest

from tests.conftest import SAMPLES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a pseudo terminal"),
]
ROOT = Path(__file__).parents[2]
ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"
PATIENCE = 60.0
"""Seconds of silence after which the app counts as stuck."""


def ended_by(number: int) -> tuple[int, bytes]:
    """Open a library, send a signal once the other screen is there, and return exit code and all that was drawn."""
    import pty

    program = [sys.executable, "-m", "skillaudit", str(SAMPLES / "clean" / "skills"), "--scorer", "lexical"]
    child, terminal = pty.fork()
    if child == 0:
        for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(one, signal.SIG_DFL)
        os.chdir(ROOT)
        os.execvpe(program[0], program, {**os.environ, "TERM": "xterm-256color"})
    drawn, sent = b"", False
    try:
        while select.select([terminal], [], [], PATIENCE)[0]:
            try:
                data = os.read(terminal, 65_536)
            except OSError:
                break
            if not data:
                break
            drawn += data
            if not sent and ENTER in drawn and len(drawn) > 4_096:
                os.kill(child, number)
                sent = True
        else:
            os.kill(child, signal.SIGKILL)
    finally:
        os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), drawn


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_gives_the_screen_back(number: signal.Signals) -> None:
    code, drawn = ended_by(number)
    assert code == 128 + number, drawn[-500:]
    assert drawn.rindex(LEAVE) > drawn.rindex(ENTER)
    assert b"Traceback" not in drawn and b"exception" not in drawn
    assert drawn.rindex(b"\x1b[?25h") > drawn.rindex(b"\x1b[?25l")
