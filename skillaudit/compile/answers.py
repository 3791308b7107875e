"""Decide whether an answer is right: by number, by text, by pattern, or as Python code."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import signal
import string
import subprocess
import sys
from pathlib import Path
from typing import Literal, get_args

from skillaudit.compile.crew_code import CodeError, parse_code
from skillaudit.disk.writing import scratch_folder
from skillaudit.errors import RequestError
from skillaudit.load import clean
from skillaudit.reading import JsonError, parse_json, read_text
from skillaudit.reading.limits import TASKS
from skillaudit.schema import Record

CheckKind = Literal["exact", "number", "regex", "python-syntax", "python-test"]
TEST_SECONDS = 10.0
_MAX_LINE = 1_000_000
_NUMBER = re.compile(r"[-+]?\$?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?")
_CODE = re.compile(r"```(?:python|py)?[ \t]*\n(?P<code>.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE)
_LIMITS = (
    "import resource\n"
    "for limit, value in ((resource.RLIMIT_CPU, {seconds}), (resource.RLIMIT_AS, 1 << 30),\n"
    "                     (resource.RLIMIT_FSIZE, 1 << 20)):\n"
    "    try: resource.setrlimit(limit, (value, value))\n"
    "    except (ValueError, OSError): pass\n"
    "del resource, limit, value\n"
)


class TaskRow(Record):
    """One task with the way to tell a right answer."""

    task: str
    check: CheckKind
    answer: str = ""
    """The right answer, or the pattern."""
    test: str = ""
    """Python that raises when the code before it is wrong."""


def read_tasks(path: Path) -> tuple[TaskRow, ...]:
    """Return the rows of a JSONL file with `task`, and `answer`, `regex` or `test`, and perhaps `check`.

    Raises `RequestError` with file and line.
    """
    text = read_text(path, TASKS, error=RequestError)
    rows = [_row(line, f"{path}:{number}") for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not rows:
        raise RequestError(f"{path}: holds no task; write one JSON object with `task` and `answer` a line")
    return tuple(rows)


def _row(line: str, place: str) -> TaskRow:
    try:
        data = parse_json(line, TASKS) if len(line) <= _MAX_LINE else None
    except JsonError:
        data = None
    if not isinstance(data, dict) or not isinstance(data.get("task"), str) or not data["task"].strip():
        raise RequestError(f'{place}: not a task; write {{"task": "...", "answer": "..."}}')
    values = {key: str(data[key]) for key in ("answer", "regex", "test") if data.get(key) is not None}
    kind = data.get("check") or _kind(values)
    known: tuple[CheckKind, ...] = get_args(CheckKind)
    check = next((name for name in known if name == kind), None)
    if check is None:
        raise RequestError(f"{place}: unknown check {kind!r}; known are {', '.join(known)}")
    answer = values.get("regex", values.get("answer", ""))
    if kind in ("exact", "number", "regex") and not answer:
        raise RequestError(f"{place}: a check by {kind} needs an answer; add `answer`")
    if kind == "python-test" and not values.get("test"):
        raise RequestError(f"{place}: a check by python-test needs a test; add `test`")
    if kind == "regex":
        try:
            re.compile(answer)
        except re.error as error:
            raise RequestError(f"{place}: the pattern is not valid ({error}); mend it") from None
    return TaskRow(task=clean(data["task"]), check=check, answer=answer, test=values.get("test", ""))


def _kind(values: dict[str, str]) -> str:
    if "regex" in values:
        return "regex"
    if "test" in values:
        return "python-test"
    if "answer" in values:
        return "number" if _NUMBER.fullmatch(values["answer"].strip()) else "exact"
    return "python-syntax"


def is_right(row: TaskRow, answer: str, *, run_tests: bool = False) -> bool:
    """Say whether an answer is right.

    Code is parsed, never run in this process; a test runs it in a process of its own, and only with
    `run_tests`. Without it a row with a test is judged by its syntax, as the paper does.
    """
    if row.check == "exact":
        return _plain(answer) == _plain(row.answer)
    if row.check == "number":
        return _number(answer) == _number(row.answer) is not None
    if row.check == "regex":
        return re.search(row.answer, answer) is not None
    code = code_of(answer)
    if not parses(code):
        return False
    return passes(code, row.test) if row.check == "python-test" and run_tests else True


def _plain(text: str) -> str:
    text = re.sub(r"\b(?:a|an|the)\b", " ", text.casefold())
    return " ".join(text.translate(str.maketrans("", "", string.punctuation)).split())


def _number(text: str) -> float | None:
    found = _NUMBER.findall(text)
    if not found:
        return None
    try:
        return float(found[-1].replace(",", "").replace("$", ""))
    except ValueError:
        return None


def code_of(answer: str) -> str:
    """Return the last code block of an answer, or all of it where it has none."""
    blocks = _CODE.findall(answer)
    return blocks[-1] if blocks else answer


def parses(code: str) -> bool:
    """Say whether text is non-empty Python."""
    try:
        return bool(parse_code(code).body)
    except CodeError:
        return False


def passes(code: str, test: str, seconds: float = TEST_SECONDS) -> bool:
    """Run code and its test in a fresh interpreter with an empty folder, no environment and little time.

    This keeps accidents in; it is no sandbox against malice, which is why it runs on demand only.
    """
    limits = _LIMITS.format(seconds=int(seconds) + 1) if os.name == "posix" else ""
    with scratch_folder() as folder:
        script = folder / "answer.py"
        # An exit of the code's own before the test is no pass: the last line must be this word.
        word = secrets.token_hex(16)
        script.write_text(f"{limits}{code}\n\n{test}\n\nprint({word!r})\n", encoding="utf-8")
        with (folder / "stdout").open("w+b") as out:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(script)],
                cwd=folder,
                env={"PATH": os.defpath},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            try:
                ended = process.wait(timeout=seconds) == 0
            except subprocess.TimeoutExpired:
                return False
            finally:
                _end(process)
            out.seek(0)
            return ended and out.read().rstrip().endswith(word.encode())


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the run, its children with it."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
