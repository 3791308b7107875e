"""The log pays no question twice, survives kills, and is shared."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from skillaudit.asking.log import LEASE, ProbeLog, answer_key, under_way
from skillaudit.asking.records import Decision, Entry
from skillaudit.errors import UsageError
from skillaudit.llm import Completion

ANSWER = Completion(text="skill_001", finish="stop", prompt_tokens=5, completion_tokens=2)


def decision(key: str = "k", **more: object) -> Decision:
    """Return a decision between two skills."""
    fields: dict[str, object] = {
        "key": key, "study": "accuracy", "model": "m", "condition": "all", "x": 0.0, "query": "q", "gold": ("a",),
        "offered": ("b", "a"), "outcome": "right", "chosen": "a", "position": 2, "repeat": 0, "group": "a",
        "answers": ("skill_002",),
    }  # fmt: skip
    return Decision(**{**fields, **more})  # type: ignore[arg-type]  # fields by name


SHOWN = (Entry(name="b", description="Bees."), Entry(name="a", description="Ants."))


@pytest.mark.parametrize(
    "other",
    [
        ("other", [{"role": "user", "content": "x"}], {"temperature": 0}, 0),
        ("m", [{"role": "user", "content": "y"}], {"temperature": 0}, 0),
        ("m", [{"role": "user", "content": "x"}], {"temperature": 1}, 0),
        ("m", [{"role": "user", "content": "x"}], {"temperature": 0}, 1),
    ],
)
def test_the_key_of_an_answer_depends_on_model_prompt_parameters_and_repeat(
    other: tuple[object, ...],
) -> None:
    key = answer_key("m", ({"role": "user", "content": "x"},), {"temperature": 0}, 0)
    assert key == answer_key("m", [{"content": "x", "role": "user"}], {"temperature": 0}, 0)
    assert key != answer_key(*other)  # type: ignore[arg-type]  # a case of a table


def test_answers_money_and_decisions_come_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "log.sqlite"
    with ProbeLog(path) as log:
        assert log.answer("k") is None
        log.record_answer("run", "k", "m", ANSWER, 0.25)
        log.record_loss("run", "k", 0.05)
        log.record_loss("other", "k", 9.0)
        log.record_decision("run", decision(), SHOWN)
        log.record_decision("run", decision(), SHOWN)
    with ProbeLog(path) as log:
        assert log.answer("k") == ANSWER
        assert log.spent("run") == pytest.approx(0.30)
        (shown,) = log.decisions()
        assert shown.decision == decision() and shown.entries == SHOWN and shown.run == "run"
        assert log.runs() == {"run": 1}
        assert log.has("run") and log.has("other") and not log.has("none")


def test_decisions_come_in_an_order_of_their_content(log: ProbeLog) -> None:
    for key in ("c", "a", "b"):
        log.record_decision("run", decision(key), SHOWN)
    assert [shown.decision.key for shown in log.decisions()] == ["a", "b", "c"]
    assert list(log.decisions(["other"])) == []


def test_two_processes_never_hold_one_question(tmp_path: Path) -> None:
    with ProbeLog(tmp_path / "l") as one, ProbeLog(tmp_path / "l") as two:
        assert one.claim("k") and one.claim("k")
        assert not two.claim("k")
        assert two.claim("other")
        one.release("k")
        assert two.claim("k")
        two.record_answer("run", "k", "m", ANSWER, 0.0)
        assert two.answer("k") == ANSWER and not one.claim("k")
        two.flush()
        assert not one.claim("k") and one.answer("k") == ANSWER


def test_an_answer_is_written_with_the_next_claim(tmp_path: Path) -> None:
    with ProbeLog(tmp_path / "l") as one, ProbeLog(tmp_path / "l") as two:
        assert one.claim("k")
        one.record_answer("run", "k", "m", ANSWER, 0.25)
        assert two.answer("k") is None and one.claim("next")
        assert two.answer("k") == ANSWER and two.spent("run") == pytest.approx(0.25)
        assert not one.claim("k")


def test_what_cannot_be_written_yet_is_kept(tmp_path: Path) -> None:
    with ProbeLog(tmp_path / "l") as log:
        log.record_answer("run", "k", "m", ANSWER, 0.25)
        log.record_decision("run", decision(), (*SHOWN, *SHOWN))  # not parallel to what was offered
        with pytest.raises(ValueError, match="zip"):
            log.flush()
        log._waiting.clear()
        assert log.spent("run") == pytest.approx(0.25) and log.answer("k") == ANSWER


def test_keys_are_those_of_the_json_of_what_was_asked() -> None:
    messages = [{"role": "system", "content": 'é\n"\x1b😀'}, {"role": "user", "content": ""}]
    said = [[m["role"], m["content"]] for m in messages]
    text = json.dumps(["m/é", said, {"b": 1, "a": None}, 2])
    text = text.replace('{"b": 1, "a": null}', '{"a": null, "b": 1}')
    expected = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    assert answer_key("m/é", messages, {"b": 1, "a": None}, 2) == expected


def test_what_is_booked_counts_until_it_is_known(tmp_path: Path) -> None:
    with ProbeLog(tmp_path / "l") as log:
        assert log.claim("k", "run", 0.5) and log.spent("run") == pytest.approx(0.5)
        log.record_answer("run", "k", "m", ANSWER, 0.2 - 0.5)
        assert log.spent("run") == pytest.approx(0.2)
        assert not log.claim("k", "run", 0.5) and log.spent("run") == pytest.approx(0.2)
        assert log.claim("other", "run", 0.5)
        log.release("other", "run", 0.5)
        assert log.spent("run") == pytest.approx(0.2)
        assert log.claim("other", "run", 0.5)
        log.leave("other", 0.5)
        assert log.spent("run") == pytest.approx(0.7) and log.left == [0.5]
        assert log.claim("other", "run", 0.5) and log.spent("run") == pytest.approx(1.2)


@pytest.mark.parametrize(
    ("left", "says"),
    [
        ([0.0], "1 call was under way, and may be on the bill;"),
        ([0.1, 0.02], "2 calls were under way and count as $0.12"),
    ],
)
def test_calls_that_were_left_are_said(left: list[float], says: str) -> None:
    assert says in under_way(left)


def test_a_closed_log_gives_up_its_claims(tmp_path: Path) -> None:
    with ProbeLog(tmp_path / "l") as one:
        with ProbeLog(tmp_path / "l") as two:
            assert two.claim("k")
        assert one.claim("k")


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    code = (
        "import os, pathlib; from skillaudit.asking.log import ProbeLog\n"
        f"log = ProbeLog(pathlib.Path({str(tmp_path / 'l')!r})); print(log.claim('k'), flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout == "True\n" and run.returncode == -9
    with ProbeLog(tmp_path / "l") as log:
        assert log.claim("k")


def test_a_silent_process_elsewhere_holds_its_claim_for_a_while_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    with (
        ProbeLog(tmp_path / "l", clock=lambda: now[0]) as there,
        ProbeLog(tmp_path / "l", clock=lambda: now[0]) as here,
    ):
        monkeypatch.setattr("skillaudit.asking.log.platform.node", lambda: "elsewhere")
        assert there.claim("k")
        monkeypatch.setattr("skillaudit.asking.log.platform.node", lambda: "here")
        now[0] += LEASE - 1
        assert not here.claim("k")
        there.beat()
        now[0] += LEASE - 1
        assert not here.claim("k")
        now[0] += 2
        assert here.claim("k")


@pytest.mark.parametrize("content", [b"not a database, but long enough to be one" * 100, None])
def test_a_file_that_is_something_else_is_a_usage_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "log"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(UsageError, match="--log"):
        ProbeLog(path)
    assert content is None or path.read_bytes() == content


def test_a_log_of_another_format_is_left_alone(tmp_path: Path) -> None:
    import contextlib
    import sqlite3

    path = tmp_path / "log"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(UsageError, match="99"):
        ProbeLog(path)
