"""`skillaudit optimize` from the command line: dry by default, then plan, export, apply and undo."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from skillaudit.cli.optimize import command
from skillaudit.cli.report import command as report
from skillaudit.errors import UsageError
from skillaudit.load import load
from skillaudit.optimize.apply.files import changes
from skillaudit.optimize.apply.in_place import apply
from tests.optimize.apply.test_in_place import edit, snapshot
from tests.optimize.conftest import write_requests


@pytest.fixture
def run(tree: Path, tmp_path: Path) -> Any:
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


def test_a_plan_is_made_exported_applied_and_undone(run: Any, tree: Path, tmp_path: Path) -> None:
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
    assert re.match(r"(1 file|\d+ files) changed; --undo puts back", applied.stderr)
    assert snapshot(tree) != before
    again = CliRunner().invoke(report, [str(tree), "--scorer", "lexical", "--no-cache", "--plan", str(plan)])
    for refused in (again, run("--plan", str(plan), "--apply")):
        assert isinstance(refused.exception, UsageError)
        assert "this plan has been applied: its accepted edits stand in the library" in str(refused.exception)
    undone = run("--undo")
    assert undone.exit_code == 0, undone.output
    assert snapshot(tree) == before


def test_export_and_apply_exclude_each_other(run: Any, tmp_path: Path) -> None:
    assert run("--apply", "--export", str(tmp_path / "x")).exit_code == 2


def test_text_says_what_is_proved(run: Any) -> None:
    found = run("--only", "narrow")
    assert "PROOF" in found.stdout
    assert "STEP BY STEP" in found.stdout


@pytest.mark.parametrize("only", [pytest.param(None, marks=pytest.mark.slow), "hierarchy"])
def test_a_tree_is_written_where_its_step_is_named(tmp_path: Path, only: str | None) -> None:
    source = tmp_path / "skills"
    words = ("ledger", "harbour", "orchard", "kiln", "violin")
    for at in range(35):
        topic = words[at % 5]
        folder = source / f"{topic}-{at}"
        folder.mkdir(parents=True)
        text = f"---\nname: {topic}-{at}\ndescription: Keeps the {topic} number {at}.\n---\n\n# {topic}\n\n"
        text += (
            " ".join(
                f"{mark}{chr(97 + at % 26)}{chr(97 + at // 26)}" for mark in ("red", "dry", "old", "low")
            )
            * 2
        )
        (folder / "SKILL.md").write_text(text, encoding="utf-8")
    asked = tmp_path / "asked.jsonl"
    rows = [
        {"query": f"look after {words[at % 5]} {at} {day}", "gold": [f"{words[at % 5]}-{at}"]}
        for at in range(35)
        for day in ("today", "tomorrow")
    ]
    asked.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    plan = tmp_path / "plan.json"
    arguments = [
        str(source),
        "--scorer",
        "lexical",
        "--router",
        "frontier",
        "--no-cache",
        "--quiet",
        "--plan",
        str(plan),
        "--requests",
        str(asked),
    ]
    done = CliRunner().invoke(command, [*arguments, *(("--only", only) if only else ())])
    assert done.exit_code == 0, done.output
    found = json.loads(plan.read_text(encoding="utf-8"))
    assert found["hierarchy"]
    recommended = "HIERARCHY  recommended" in done.stdout
    assert ("HIERARCHY" in done.stdout) is (only is not None or recommended)
    assert only is None or "No edit is proposed" in done.stdout
    assert found["accept_hierarchy"] is (only is not None or recommended)


def test_labels_of_unknown_skills_are_said(run: Any, tmp_path: Path) -> None:
    strangers = tmp_path / "strangers.jsonl"
    strangers.write_text('{"query": "mend my bicycle", "gold": ["bicycles"]}\n', encoding="utf-8")
    found = run("--only", "narrow", "--requests", str(strangers))
    assert found.exit_code == 0, found.output
    assert "1 label of requests names no skill" in " ".join(found.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (("--loadout", "out"), "--client NAME"),
        (("--budget", "3"), "--budget is for --prove MODEL"),
        (("--no-budget",), "--no-budget is for --prove MODEL"),
        (("--api-base", "http://localhost"), "--api-base is for --prove MODEL"),
    ],
)
def test_an_option_that_nothing_would_read_is_refused(
    run: Any, arguments: tuple[str, ...], remedy: str
) -> None:
    found = run("--only", "narrow", *arguments)
    assert found.exit_code == 2 and remedy in found.stderr


def test_requests_for_skills_that_are_left_out_are_said(run: Any, tmp_path: Path) -> None:
    asked = tmp_path / "asked.jsonl"
    asked.write_text('{"query": "lend me a hand here", "gold": ["helper"]}\n', encoding="utf-8")
    found = run("--only", "narrow", "--requests", str(asked), "--exclude", "helper/**")
    assert found.exit_code == 0, found.output
    assert "1 given request is not counted: its skills you leave out" in " ".join(found.stdout.split())


def test_one_file_behind_a_link_is_undone_by_the_same_name(tree: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere" / "SKILL.md"
    link.parent.mkdir()
    link.symlink_to(tree / "helper" / "SKILL.md")
    before = snapshot(tree)
    made, problems = changes(load([link]).skills, [edit("helper", "A new text.")])
    assert not problems
    apply(made)
    assert snapshot(tree) != before
    assert CliRunner().invoke(command, [str(link), "--undo"]).exit_code == 0
    assert snapshot(tree) == before
