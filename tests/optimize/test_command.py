"""`skillaudit optimize` from the command line: dry by default, then plan, export, apply and undo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from skillaudit.cli.optimize import command
from tests.optimize.conftest import write_requests
from tests.optimize.test_writing import snapshot


@pytest.fixture
def run(tree: Path, tmp_path: Path):  # type: ignore[no-untyped-def]
    requests = write_requests(tmp_path / "requests.jsonl")
    shared = [
        "--scorer",
        "lexical",
        "--router",
        "local",
        "--no-cache",
        "--quiet",
        "--requests",
        str(requests),
    ]

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(command, [str(tree), *shared, *arguments])

    return invoke


def test_a_plan_is_made_exported_applied_and_undone(run, tree: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    before = snapshot(tree)
    plan = tmp_path / "plan.json"
    dry = run("--plan", str(plan), "-f", "json", "--export", str(tmp_path / "out"))
    assert dry.exit_code == 0, dry.output
    found = json.loads(dry.stdout)
    assert {"edits", "steps", "proof"} <= set(found)
    for side in ("before", "after"):
        assert {"accuracy", "hijack", "no_skill", "requests"} <= set(found["proof"][side])
    assert snapshot(tree) == before
    assert (tmp_path / "out" / "helper" / "SKILL.md").is_file()
    applied = run("--plan", str(plan), "--apply")
    assert applied.exit_code == 0, applied.output
    assert "files changed" in applied.stderr
    assert snapshot(tree) != before
    undone = run("--undo")
    assert undone.exit_code == 0, undone.output
    assert snapshot(tree) == before


def test_export_and_apply_exclude_each_other(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("--apply", "--export", str(tmp_path / "x")).exit_code == 2


def test_text_says_what_is_proved(run) -> None:  # type: ignore[no-untyped-def]
    found = run("--only", "narrow")
    assert "Proof:" in found.stdout
    assert "Step by step" in found.stdout
