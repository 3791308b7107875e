"""Exit codes, and everything that is said on stderr."""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from enum import IntEnum
from io import StringIO, TextIOWrapper
from typing import TextIO

import click

from skillaudit.cli.signals import Signals, interrupted
from skillaudit.errors import MissingError, SkillAuditError
from skillaudit.safety.exits import shown
from skillaudit.safety.secrets import LONG_PIECE, mask

_FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE}
"""What the machine cannot do just now, wherever it came up."""


class ExitCode(IntEnum):
    """What the process tells its caller."""

    CLEAN = 0
    GATE = 1
    USAGE = 2
    ENVIRONMENT = 3
    CRASH = 70
    """A defect of the program itself (EX_SOFTWARE), so that it never looks like a tripped gate."""
    INTERRUPTED = 130


def say(message: str) -> None:
    """Write one line of narration to stderr, after stdout, free of keys and of what acts on a terminal."""
    # What cannot be said is no reason to fail; what stdout could not take, its own end tells.
    with suppress(OSError):
        flush()
    try:
        click.echo(shown(mask(message, LONG_PIECE)), err=True)  # noqa: TID251 - this is the door
    except OSError:
        _drop(sys.stderr)


class Guarded(TextIOWrapper):
    """A stream whose every text is made harmless: for warnings, logs and tracebacks, which others write."""

    beneath: TextIOWrapper

    def write(self, text: str) -> int:
        """Write `text` as `shown` returns it."""
        super().write(shown(text))
        return len(text)


def guard() -> None:
    """Put a guard before stdout and stderr; a terminal that cannot show a character shows a mark for it.

    A stream that the program was started without leads nowhere.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, TextIOWrapper):
            guarded = Guarded(
                stream.buffer,
                encoding=stream.encoding,
                errors="replace",
                newline="\n",
                line_buffering=stream.line_buffering,
                write_through=stream.write_through,
            )
            guarded.beneath = stream  # it closes the buffer that both share when nobody holds it
            setattr(sys, name, guarded)


def flush() -> None:
    """Write out what waits for stdout; a program that was started without one has none."""
    if sys.stdout is not None:
        sys.stdout.flush()


def drop_stdout() -> None:
    """Send what is still written to stdout nowhere, so that Python does not complain again at exit."""
    _drop(sys.stdout)


def _drop(stream: TextIO | None) -> None:
    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def run(command: click.Command, signals: Signals | None = None) -> int:
    """Run `command` on the process's arguments and return the exit code; `signals` interrupt it."""
    signals = signals or Signals()
    try:
        signals.arm()
        _tidy()
        result = command.main(prog_name="skillaudit", standalone_mode=False)
        flush()
        signals.disarm()
        return int(result) if isinstance(result, int) else ExitCode.CLEAN
    except click.exceptions.NoArgsIsHelpError as error:
        error.show(sys.stdout)
        return ExitCode.CLEAN
    except click.ClickException as error:
        _show(error)
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt) as error:
        return _ended(error, signals.received)
    except MissingError as error:
        say(f"error: {error}")
        return ExitCode.ENVIRONMENT
    except SkillAuditError as error:
        say(f"error: {error}")
        return ExitCode.USAGE
    except BrokenPipeError:
        # The reader of stdout left, as `head` does.
        drop_stdout()
        return ExitCode.CLEAN
    except SystemExit:  # what click makes of the same
        drop_stdout()
        return ExitCode.CLEAN
    except Exception as error:
        if interrupted(error):
            return _ended(error, signals.received)
        if isinstance(error, FileNotFoundError) and _no_working_folder():
            say("error: the working folder is gone; change to one that exists")
            return ExitCode.USAGE
        if isinstance(error, OSError) and error.filename is not None:
            say(f"error: {error.filename}: {error.strerror}")
            return ExitCode.ENVIRONMENT
        if isinstance(error, OSError) and error.errno in _FULL:
            drop_stdout()
            say(f"error: {os.strerror(error.errno)}; make room, or write elsewhere")
            return ExitCode.ENVIRONMENT
        if os.environ.get("SKILLAUDIT_TRACEBACK"):
            say(traceback.format_exc().rstrip("\n"))
        say(
            f"internal error: {type(error).__name__}: {error}. Please report it with the output of the same "
            "command under SKILLAUDIT_TRACEBACK=1."
        )
        return ExitCode.CRASH


def _show(error: click.ClickException) -> None:
    """Say what click would, usage and hint included; the values that it quotes come from anywhere."""
    text = StringIO()
    error.show(text)
    say(text.getvalue().rstrip("\n"))


def _ended(error: BaseException, number: int) -> int:
    """Say that a signal ended the run, and return its code; click's `Abort` has the words in its cause."""
    told = error.__cause__ if isinstance(error, click.Abort) else error
    words = str(told) if isinstance(told, KeyboardInterrupt) else ""
    what = "interrupted" if number == signal.SIGINT else "terminated"
    say(f"{what}; {words}" if words else what)
    return 128 + number


def _tidy() -> None:
    """Remove what killed runs left, unless help is all that is asked for."""
    if len(sys.argv) > 1 and not {"--help", "--version"} & set(sys.argv):
        from skillaudit.disk.unfinished import collect

        collect()


def _no_working_folder() -> bool:
    """Say whether the folder that the process was started in was removed."""
    try:
        os.getcwd()  # noqa: PTH109 - Path.cwd() is the same call
    except FileNotFoundError:
        return True
    return False


class Notes:
    """Passes on what the cache could not do, and where a long run is, for a stderr that nobody watches live."""

    EVERY = 20.0
    """Seconds between two lines on where it is, and before the first."""

    def __init__(self) -> None:
        """Start the clock."""
        self._said_at = self._started = time.monotonic()

    def update(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Say `note` when it comes from the cache, else the stage when nothing was said for a while."""
        if stage == "cache":
            say(f"note: {note}")
            return
        now = time.monotonic()
        if now - self._said_at >= self.EVERY:
            self._said_at = now
            count = f" {done:,}/{total:,}" if total > 1 else ""
            say(f"{now - self._started:.0f} s: {stage}{count}{f' ({note})' if note else ''}")


class ProgressBar:
    """A progress bar with counts on stderr, redrawn at most ten times a second."""

    WIDTH = 24

    def __init__(self) -> None:
        """Start with nothing drawn."""
        self._drawn_at = 0.0
        self._stage = ""
        self._width = 0

    def update(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Draw `stage done/total (note)` when it is new, finished, or a tenth of a second has passed."""
        if stage == "cache":
            self.close()
            say(f"note: {note}")
            return
        now = time.monotonic()
        if stage == self._stage and done < total and now - self._drawn_at < 0.1:
            return
        self._stage, self._drawn_at = stage, now
        filled = self.WIDTH if total <= 0 else min(self.WIDTH, self.WIDTH * done // total)
        bar = "#" * filled + "." * (self.WIDTH - filled)
        line = f"{stage:<12.12} [{bar}] {done:,}/{total:,}{f' ({note})' if note else ''}"
        self._redraw(shown(line)[:78].ljust(self._width))
        self._width = min(78, len(line))

    def close(self) -> None:
        """Wipe the bar."""
        if self._width:
            self._redraw(" " * self._width + "\r")
            self._width = 0

    @staticmethod
    def _redraw(line: str) -> None:
        """Write over the line that the cursor stands on, past the guard, which lets no carriage return by."""
        if sys.stderr is not None:
            try:
                sys.stderr.flush()
                sys.stderr.buffer.write(f"\r{line}".encode(sys.stderr.encoding or "utf-8", "replace"))
                sys.stderr.buffer.flush()
            except OSError:
                _drop(sys.stderr)
