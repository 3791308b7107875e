"""The program: `python -m skillaudit`, and `skillaudit` where it is installed."""

from __future__ import annotations

import os
import signal


def main() -> None:
    """Run the command line and exit with its code; Ctrl-C is quiet from here on, imports included."""
    # Who started the program with interrupts ignored, as `nohup` in a script does, wants them ignored.
    handled = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if handled:
        signal.signal(signal.SIGINT, _leave)
    from skillaudit.cli import diagnostics  # noqa: F401 - the rest of what comes before its own handling
    from skillaudit.cli import main as run

    if handled:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run()
    finally:
        # Python remembers an interrupt inside the `exec` of a text, of which imports are full, until the next
        # one, and would end `python -m` by the signal although the exit code is 130.
        exec("")


def _leave(number: int, frame: object) -> None:
    """End at once: nothing is begun, and an exception in the middle of an import may be lost or told."""
    os._exit(130)


if __name__ == "__main__":
    main()
