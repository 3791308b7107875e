"""Logs of decisions: every way to say what was on offer, and one sentence for each mistake."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from skillaudit.errors import RequestError
from skillaudit.routing.decisions import (
    NONE,
    RIGHT,
    UNASKED,
    WRONG,
    fold_of,
    read_decisions,
    read_library,
    read_lines,
)

LIBRARY = [
    {"name": "a", "description": "does\n  a"},
    {"name": "b", "description": "does b"},
    {"name": "a#2", "fn_name": "a", "description": "does a otherwise"},
]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    if path.suffix == ".gz":
        with gzip.open(path, "wt", encoding="utf-8") as handle:
            handle.write(text)
    else:
        path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz"])
def test_a_log_is_read_plain_or_packed(tmp_path: Path, suffix: str) -> None:
    library = read_library(write(tmp_path / f"library.{suffix}", LIBRARY))
    assert [skill.name for skill in library] == ["a", "b", "a"]
    assert library[0].description == "does a"
    rows: list[dict[str, Any]] = [
        {"query": "q", "gold": ["a"], "candidates_idx": [1, 2], "choice": {"m": "a", "n": "b", "o": None}},
        {"query": "r", "gold": ["b"], "candidates": ["b", "a"], "choice": {"m": "invented"}},
        {"query": "s", "gold": ["b"], "candidates": None, "choice": {"m": "b"}},
        {"query": "t", "gold": [], "choice": {"m": None}},
    ]
    log = read_decisions(write(tmp_path / f"log.{suffix}", rows), library)
    first, second, third, fourth = log.decisions
    assert log.models == ("m", "n", "o")
    assert first.gold == (2,) and first.offered is not None and first.offered.tolist() == [1, 2]
    assert [first.outcome(m) for m in "mnop"] == [RIGHT, WRONG, NONE, UNASKED]
    assert second.offered is not None and second.offered.tolist() == [1, 0, 2]
    assert second.outcome("m") == NONE, "a name that is not on offer is an invalid id"
    assert third.offered is None and third.outcome("m") == RIGHT
    assert fourth.gold == ()


def test_an_acceptable_skill_is_right_where_one_is_needed_and_nothing_where_none_is(tmp_path: Path) -> None:
    library = read_library(write(tmp_path / "library.jsonl", LIBRARY))
    choice = {"m": "b", "n": "a", "o": None}
    rows: list[dict[str, Any]] = [
        {"query": "q", "gold": ["a"], "candidates_idx": [0, 1], "acceptable": ["b"], "choice": choice},
        {"query": "r", "gold": [], "candidates_idx": [0, 1], "acceptable": ["b"], "choice": choice},
    ]
    needed, idle = read_decisions(write(tmp_path / "log.jsonl", rows), library).decisions
    assert needed.gold == (0, 1)
    assert [needed.outcome(model) for model in "mno"] == [RIGHT, RIGHT, NONE]
    assert idle.gold == () and idle.chosen == {"m": -1, "n": 0, "o": -1}


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ({"date": "2026-11-30T05:40:19Z"}, "2026-11-30"),
        ({"timestamp": 1_764_482_400}, "2025-11-30"),
        ({"timestamp": 1_764_482_400.5}, "2025-11-30"),
        ({"date": None, "timestamp": "2026-01-02"}, "2026-01-02"),
        ({}, ""),
    ],
)
def test_the_day_of_a_log_is_that_of_its_lines(tmp_path: Path, said: dict[str, Any], day: str) -> None:
    library = read_library(write(tmp_path / "library.jsonl", LIBRARY))
    rows = [{"query": "q", "gold": ["b"], "choice": {"m": "b"}, **said}]
    assert read_decisions(write(tmp_path / "log.jsonl", rows), library).date == day


@pytest.mark.parametrize("moment", [True, "yesterday", [2026], 1e30, {"day": 1}])
def test_what_is_no_day_is_told(tmp_path: Path, moment: Any) -> None:
    library = read_library(write(tmp_path / "library.jsonl", LIBRARY))
    rows = [{"query": "q", "gold": ["b"], "choice": {"m": "b"}, "timestamp": moment}]
    with pytest.raises(RequestError, match="must be an ISO day or time"):
        read_decisions(write(tmp_path / "log.jsonl", rows), library)


def test_rows_that_cannot_be_judged_are_left_out(tmp_path: Path) -> None:
    library = read_library(write(tmp_path / "library.jsonl", LIBRARY))
    rows: list[dict[str, Any]] = [
        {"query": "q", "gold": None, "choice": {"m": "a"}},
        {"query": "q", "gold": ["b"], "candidates_idx": [0], "choice": {"m": "a"}},
    ]
    assert read_decisions(write(tmp_path / "log.jsonl", rows), library).decisions == ()


def test_candidates_may_bring_their_descriptions(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"query": "q", "gold": ["a"], "candidates": ["a", "b"], "candidate_descriptions": ["x", "y"]},
        {"query": "r", "gold": ["a"], "candidates": ["a", "c"], "candidate_descriptions": ["x", "z"]},
    ]
    log = read_decisions(write(tmp_path / "log.jsonl", rows))
    assert [skill.text for skill in log.skills] == ["a: x", "b: y", "c: z"]
    assert log.decisions[1].offered is not None and log.decisions[1].offered.tolist() == [0, 2]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"gold": ["a"]}, "`query` is missing"),
        ({"query": "q", "gold": "a"}, "`gold` must be a list"),
        ({"query": "q", "gold": ["a"], "choice": ["a"]}, "`choice` must be an object"),
        (
            {"query": "q", "gold": [], "choice": dict.fromkeys(map(str, range(201)))},
            "more than 200 models; split",
        ),
        ({"query": "q", "gold": ["a"], "candidates_idx": [7]}, "rows of the library, below 3"),
        ({"query": "q", "gold": ["a"], "candidates_idx": [True]}, "rows of the library"),
        ({"query": "q", "gold": ["a"], "candidates": "a"}, "`candidates` must be a list"),
        ({"query": "q", "gold": ["a"], "acceptable": "b"}, "`acceptable` must be a list of names"),
        ({"query": "q", "gold": ["a"], "candidates_idx": 1}, "rows of the library"),
        ({"query": "q", "gold": ["a"], "candidates_idx": [-1]}, "rows of the library"),
        ({"query": " ", "gold": ["a"]}, "`query` is missing or not text"),
        ({"query": "q", "gold": ["a"], "candidates": ["a", "zz"]}, "'zz' is not in the library"),
    ],
)
def test_a_mistake_names_file_and_line(tmp_path: Path, row: dict[str, Any], message: str) -> None:
    library = read_library(write(tmp_path / "library.jsonl", LIBRARY))
    path = write(tmp_path / "log.jsonl", [{"query": "fine", "gold": []}, row])
    with pytest.raises(RequestError, match=message) as error:
        read_decisions(path, library)
    assert "log.jsonl:2" in str(error.value)


def test_broken_files_are_request_errors(tmp_path: Path) -> None:
    (tmp_path / "broken.jsonl").write_text('{"query": 1}\n{oops', encoding="utf-8")
    (tmp_path / "torn.jsonl.gz").write_bytes(gzip.compress(b'{"query": "q", "gold": []}\n')[:-6])
    (tmp_path / "list.jsonl").write_text("[1]\n", encoding="utf-8")
    for name in ("broken.jsonl", "torn.jsonl.gz", "list.jsonl", "missing.jsonl"):
        with pytest.raises(RequestError, match=name):
            read_library(tmp_path / name)
    with pytest.raises(RequestError, match="candidate_descriptions"):
        read_decisions(write(tmp_path / "bare.jsonl", [{"query": "q", "gold": ["a"]}]))


def test_lines_are_counted_with_the_blank_ones_and_told_what_ails_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fine = b'{"query": "q", "gold": []}'
    (tmp_path / "gaps.jsonl").write_bytes(b"\n" + fine + b"\n \n" + fine)
    library = read_library(write(tmp_path / "library.jsonl", LIBRARY))
    assert len(read_decisions(tmp_path / "gaps.jsonl", library).decisions) == 2
    assert [number for number, _ in read_lines(tmp_path / "gaps.jsonl")] == [2, 4]
    (tmp_path / "latin.jsonl").write_bytes(fine + b'\n{"query": "\xe9"}\n')
    (tmp_path / "long.jsonl").write_bytes(fine + b"\n" + fine + b" " * 200 + b"\n")
    monkeypatch.setattr("skillaudit.reading.files.LINE", 100)
    for name, says in (
        ("latin", r"latin\.jsonl:2: .*no UTF-8"),
        ("long", r"long\.jsonl:2: the line is longer"),
    ):
        with pytest.raises(RequestError, match=says):
            read_decisions(tmp_path / f"{name}.jsonl", library)


def test_folds_are_even_and_fixed() -> None:
    parts = [fold_of(f"request {i}", 5) for i in range(2000)]
    assert all(350 < parts.count(k) < 450 for k in range(5))
    assert fold_of("the same words", 5) == fold_of("the same words", 5)
