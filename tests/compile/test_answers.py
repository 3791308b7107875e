"""Answers are judged by number, text, pattern or code, and code never runs in this process."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from skillaudit.compile.answers import CheckKind, TaskRow, code_of, is_right, parses, passes, read_tasks
from skillaudit.compile.executors import final_answer
from skillaudit.errors import RequestError
from tests.conftest import SAMPLES


@pytest.mark.parametrize(
    ("check", "answer", "said", "right"),
    [
        ("number", "49", "There are 49 rolls", True),
        ("number", "1400", "1,400", True),
        ("number", "22", "$22.00", True),
        ("number", "49", "49 of 168", False),
        ("number", "49", "none", False),
        ("number", "-3", "It is -3.", True),
        ("exact", "Lake Moor", "the lake moor.", True),
        ("exact", "Lake Moor", "Lake Moor in the north", False),
        ("regex", r"^\d{4}$", "1868", True),
        ("regex", r"^\d{4}$", "in 1868", False),
        ("python-syntax", "", "```python\nx = 1\n```", True),
        ("python-syntax", "", "x = = 1", False),
        ("python-syntax", "", "", False),
        ("python-test", "", "def f(): return 2", True),
    ],
)
def test_checks(check: CheckKind, answer: str, said: str, right: bool) -> None:
    assert is_right(TaskRow(task="t", check=check, answer=answer, test="assert f() == 1"), said) is right


@pytest.mark.parametrize(
    ("code", "test", "passed"),
    [
        ("def f(): return 1", "assert f() == 1", True),
        ("def f(): return 2", "assert f() == 1", False),
        ("import sys\nsys.exit(0)", "assert False", False),
        ("import os\nos._exit(0)", "assert False", False),
        ("raise SystemExit", "", False),
        ("import os\nassert not os.environ.get('HOME')", "", True),
        ("open('x', 'w').write('y')", "", True),
    ],
)
def test_tests_run_in_a_process_of_their_own(code: str, test: str, passed: bool) -> None:
    before = set(sys.modules)
    assert passes(code, test) is passed
    assert is_right(TaskRow(task="t", check="python-test", test=test), code, run_tests=True) is passed
    assert set(sys.modules) == before


def test_an_endless_run_is_ended_with_its_children() -> None:
    started = time.perf_counter()
    code = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'while True: pass'])\nwhile True: pass"
    assert not passes(code, "", seconds=0.5)
    assert time.perf_counter() - started < 8


def test_code_is_found_in_an_answer() -> None:
    assert code_of("Here:\n```python\na = 1\n```\nand\n```py\nb = 2\n```") == "b = 2\n"
    assert code_of("a = 1") == "a = 1"
    assert not parses("(" * 5000) and not parses("\x00")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("[SOLVE]\n7*7\n[ANSWER]\n49", "49"),
        ("so \\boxed{49} it is", "49"),
        ("steps\n#### 49", "49"),
        ("Answer: 50\nwait\nAnswer: 49", "49"),
        ("**Final answer:** Lake Moor", "Lake Moor"),
        ("The answer is: 49.", "49."),
        ("just 49", "just 49"),
        ("[ANSWER]\n```python\nx = 1\n```", "```python\nx = 1\n```"),
    ],
)
def test_final_answers(text: str, answer: str) -> None:
    assert final_answer(text) == answer


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ('{"task": "t", "answer": "49"}', "number"),
        ('{"task": "t", "answer": 49}', "number"),
        ('{"task": "t", "answer": "Lake Moor"}', "exact"),
        ('{"task": "t", "regex": "a+"}', "regex"),
        ('{"task": "t", "test": "assert f()"}', "python-test"),
        ('{"task": "t"}', "python-syntax"),
        ('{"task": "t", "answer": "49", "check": "exact"}', "exact"),
    ],
)
def test_the_check_follows_from_the_row(row: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("\n" + row + "\n")
    assert [found.check for found in read_tasks(path)] == [kind]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no task"),
        ("{}", ":1: not a task"),
        ('{"task": "t"}\nno', ":2: not a task"),
        ('{"task": "t", "check": "guess"}', ":1: unknown check 'guess'"),
        ('{"task": "t", "check": "exact"}', ":1: a check by exact needs an answer"),
        ('{"task": "t", "check": "python-test"}', ":1: a check by python-test needs a test"),
        ('{"task": "t", "regex": "("}', ":1: the pattern is not valid"),
        ("[" * 50_000, ":1: not a task"),
    ],
)
def test_bad_rows_are_named(text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(text)
    with pytest.raises(RequestError) as caught:
        read_tasks(path)
    assert says in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="cannot be read"):
        read_tasks(tmp_path / "none.jsonl")


REFERENCE = {
    "running_max": "def running_max(v):\n    out = []\n"
    "    for x in v: out.append(max(x, out[-1]) if out else x)\n    return out",
    "vowel_runs": "import re\ndef vowel_runs(t): return len(re.findall('[aeiou]+', t, re.I))",
    "second_smallest": "def second_smallest(v):\n    s = sorted(set(v))\n    return s[1] if len(s) > 1 else None",
    "rotate": "def rotate(t, n):\n    n %= len(t) or 1\n    return t[-n:] + t[:-n] if n else t",
    "balanced": "def balanced(t):\n    s = []\n    for c in t:\n        if c in '([{': s.append(c)\n"
    "        elif c in ')]}':\n            if not s or s.pop() + c not in ('()', '[]', '{}'): return False\n"
    "    return not s",
}


def test_the_sample_tasks_can_be_solved() -> None:
    rows = read_tasks(SAMPLES / "multi_agent" / "tasks" / "humaneval.jsonl")
    for row in rows:
        name = row.task.split("(")[0].removeprefix("def ")
        assert is_right(row, REFERENCE[name], run_tests=True), name
    numbers = read_tasks(SAMPLES / "multi_agent" / "tasks" / "gsm8k.jsonl")
    worked = (
        14 * 12 - 119,
        (18 + 36) + 27,
        35 * 6 * 6 + 35 * 4,
        (182 - 2 * 36) / 5,
        240 - 120 + 35,
        24 * 5 + 27 - 12,
    )
    assert [is_right(row, f"{value:g}") for row, value in zip(numbers, worked, strict=True)] == [True] * 6
