"""The program: `python -m skillaudit`, and `skillaudit` where it is installed."""

from __future__ import annotations

import os
import signal


def _leave(number: int, frame: object) -> None:
    """End at once: nothing is begun or all is done, and an exception in an import may be lost or told."""
    os._exit(128 + number)


# Who started the program with a signal ignored, as `nohup` does, wants it ignored.
SIGNALS = tuple(
    number
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if (number := getattr(signal, name, None)) is not None
    and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler)
)
"""What ends the program, with 128 and its number as exit code. Handled from here on, imports included."""
for _number in SIGNALS:
    signal.signal(_number, _leave)


# A file that is opened must not get the number of a stream that was closed: what is told would be written to it.
for _stream in range(3):
    try:
        os.fstat(_stream)
    except OSError:
        os.open(os.devnull, os.O_RDWR)


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from skillaudit.cli import main as run

        run(dict.fromkeys(SIGNALS, _leave))
    finally:
        # Python remembers an interrupt inside the `exec` of a text, of which imports are full, until the next
        # one, and would end `python -m` by the signal although the exit code is 130.
        exec("")


if __name__ == "__main__":
    main()
