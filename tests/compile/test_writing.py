"""A compiled library is written whole or not at all, and never over anything."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from skillaudit.compile.compiler import compile_system
from skillaudit.compile.writing import MAX_BODY_CHARS, MAX_BODY_LINES, _split, render_skill, write_library
from skillaudit.errors import UsageError
from skillaudit.load import load
from tests.compile.systems import agent, system
from tests.compile.test_table1 import DEBATE, PIPELINE, ROUTER


def test_the_files_of_a_library(tmp_path: Path) -> None:
    target = write_library(compile_system(PIPELINE), tmp_path / "out")
    assert sorted(str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()) == [
        "mapping.json", "plan/SKILL.md", "solve/SKILL.md", "verify/SKILL.md",
    ]  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    mapping = json.loads((target / "mapping.json").read_text())
    assert mapping["agents"] == {"plan": ["plan"], "solve": ["solve"], "verify": ["verify"]}
    assert mapping["order"] == ["plan", "solve", "verify"] and mapping["architecture"] == "pipeline"
    assert mapping["kept_agents"] == [] and len(mapping["handovers"]) == 2


def test_a_mapping_names_who_stays_and_why(tmp_path: Path) -> None:
    target = write_library(compile_system(DEBATE), tmp_path / "out")
    mapping = json.loads((target / "mapping.json").read_text())
    assert mapping["kept_agents"] == ["yes", "no"] and mapping["obstacles"][0]["condition"] == "C1"


@pytest.mark.parametrize("kind", ["folder", "file", "link", "dangling"])
def test_nothing_is_written_over(kind: str, tmp_path: Path) -> None:
    target, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    if kind == "folder":
        target.mkdir()
    elif kind == "file":
        target.write_text("mine")
    else:
        target.symlink_to(elsewhere if kind == "link" else tmp_path / "nowhere")
    with pytest.raises(UsageError, match="exists already"):
        write_library(compile_system(PIPELINE), target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "out"]
    assert list(elsewhere.iterdir()) == []


def test_a_missing_parent_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no parent folder"):
        write_library(compile_system(PIPELINE), tmp_path / "no" / "out")


def test_a_failure_on_the_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(UsageError, match="No space left on device; free some space"):
        write_library(compile_system(PIPELINE), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_write_is_an_error(tmp_path: Path) -> None:
    nothing = compile_system(system([agent("a", private=("x",))]))
    with pytest.raises(UsageError, match="nothing of test-system can be compiled"):
        write_library(nothing, tmp_path / "out")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b", "..", "C:\\x", "a\x00b", ".hidden", "con", "审查", "-", "a" * 300]
)
def test_names_of_agents_never_lead_out(name: str, tmp_path: Path) -> None:
    place = tmp_path / "in"
    place.mkdir()
    target = write_library(compile_system(system([agent(name)])), place / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    (skill,) = load([target]).skills
    assert (target / skill.name / "SKILL.md").is_file() and os.sep not in skill.name


@pytest.mark.parametrize(
    "text", ['Say "yes": no # not', "yes", "- item", "a: b", "{x}", "'", "ends with \\", "é ü 字", "@x", "%y"]
)
def test_any_description_survives_its_yaml(text: str) -> None:
    skill = replace(compile_system(PIPELINE).skills[0], description=text, agent=text)
    head = render_skill(skill)["SKILL.md"].split("---\n")[1]
    data = yaml.safe_load(head)
    assert data["description"] == text and data["metadata"]["compiled-from"] == text


def test_a_router_is_declared_for_the_audit(tmp_path: Path) -> None:
    library = load([write_library(compile_system(ROUTER), tmp_path / "out")])
    assert [skill.name for skill in library.skills if skill.declared_router] == ["router"]


TAIL = "## Hand-over\n\nThen use the `b` skill."


def test_a_body_within_the_limits_is_not_cut() -> None:
    whole = "\n".join(["word"] * MAX_BODY_LINES) + "\n"
    assert _split(whole) == (whole, "")
    assert _split("x" * MAX_BODY_CHARS) == ("x" * MAX_BODY_CHARS, "")
    assert _split("\n".join(["word"] * (MAX_BODY_LINES + 1)))[1] != ""


@pytest.mark.parametrize("width", [10, 200], ids=["by lines", "by characters"])
def test_a_cut_leaves_the_first_part_within_the_limits(width: int) -> None:
    lines = [f"## Part {n}" if n % 40 == 0 else "w" * width for n in range(700)]
    first, rest = _split("\n".join([*lines, "", TAIL]))
    assert first.endswith(TAIL + "\n") and TAIL not in rest
    assert first.count("\n") <= MAX_BODY_LINES + 2 and len(first) <= MAX_BODY_CHARS
    assert rest.startswith("## Part ")
    # The part that stays is as long as whole sections allow.
    kept = first.count("\n") - TAIL.count("\n")
    assert kept > (MAX_BODY_LINES - 50 if width == 10 else MAX_BODY_CHARS // (width + 1) - 50)
    body = first.removesuffix(TAIL + "\n").rstrip("\n") + "\n" + rest.rstrip("\n")
    assert body == "\n".join(lines)


def test_a_cut_never_opens_a_code_block() -> None:
    lines = ["intro", "", *(["```", *(["", "# no heading"] * 300), "```"])]
    first, rest = _split("\n".join(lines))
    assert first == "intro\n" and rest.startswith("```\n")
    first, rest = _split("\n".join(["word"] * 1000))
    assert first.count("word") == MAX_BODY_LINES and rest.count("word") == 1000 - MAX_BODY_LINES


@pytest.mark.parametrize("lines", [600, 5000])
def test_a_long_prompt_goes_on_in_a_second_file(lines: int, tmp_path: Path) -> None:
    policy = "You are it.\n\n" + "\n".join(
        f"## Part {n}" if n % 50 == 0 else f"Rule {n} says to look twice." for n in range(lines)
    )
    given = system([agent("long", policy), agent("short")], [("long", "short")], "sequential")
    target = write_library(compile_system(given), tmp_path / "out")
    first = (target / "long" / "SKILL.md").read_text()
    rest = (target / "long" / "reference.md").read_text()
    assert first.count("\n") < MAX_BODY_LINES + 20 and len(first) < MAX_BODY_CHARS + 1000
    assert "[reference.md](reference.md)" in first and "## Hand-over" in first
    joined = first + rest
    assert all(f"Rule {n} says" in joined for n in range(lines) if n % 50)
    assert load([target]).defects == ()
