"""Whole sources compiled: what comes out is a sound library, read and judged by the audit."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from skillaudit.compile.account import as_library
from skillaudit.compile.compiler import compile_system
from skillaudit.compile.sources import read_system
from skillaudit.compile.writing import write_library
from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.pipeline import audit
from tests.compile import crews, generated
from tests.conftest import SAMPLES

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
WHEN = re.compile(r"\b(?:[Uu]se|[Ww]hen|[Ii]nvoke|[Bb]efore|[Aa]fter)\b")
LEFT_OVER = re.compile(
    r"\{[a-z_]+\}|<example>|<commentary>|requesting_agent|\bYou are (?:an?|the) |\bthis agent\b|\bMUST BE USED\b"
)

STYLES = [generated.imperative_style, generated.expert_style]


def source(name: str, tmp_path: Path) -> Path:
    """Return where a source lies, made on the spot where it is not a sample."""
    if name in SAMPLE_FILES:
        return SAMPLES / "multi_agent" / name
    if name in crews.CREWS:
        return crews.CREWS[name](tmp_path / name)
    folder = tmp_path / name
    folder.mkdir()
    next(style for style in STYLES if style.__name__ == name)(folder)
    return folder


SAMPLE_FILES = (
    "gsm8k.yaml", "humaneval.yaml", "hotpotqa.yaml", "debate.yaml", "voting.yaml", "crew", "subagents",
    "autogen-release-notes.json",
)  # fmt: skip
EVERY = [*SAMPLE_FILES, *crews.CREWS, *(style.__name__ for style in STYLES)]


@pytest.mark.parametrize("name", EVERY)
def test_the_compiled_library_breaks_no_rule_of_the_specification(name: str, tmp_path: Path) -> None:
    compilation = compile_system(read_system(source(name, tmp_path)))
    target = write_library(compilation, tmp_path / "compiled")
    library = load([target])
    assert library.skipped == () and library.defects == ()
    report = audit([target], Config(scorer="lexical", use_cache=False))
    assert [f.message for f in report.findings if f.code.startswith("SA0")] == []
    assert {skill.name for skill in library.skills} == {skill.name for skill in compilation.skills}
    for skill in library.skills:
        assert NAME.fullmatch(skill.name) and len(skill.name) <= 64
        assert 40 <= len(skill.description) <= 1024 and WHEN.search(skill.description), skill.description
        assert LEFT_OVER.search(skill.description + skill.body) is None, skill.name


@pytest.mark.parametrize("name", EVERY)
def test_the_library_in_memory_is_the_one_on_disk(name: str, tmp_path: Path) -> None:
    compilation = compile_system(read_system(source(name, tmp_path)))
    loaded = {skill.name: skill for skill in load([write_library(compilation, tmp_path / "out")]).skills}
    for skill in as_library(compilation).skills:
        twin = loaded[skill.name]
        assert (twin.description, twin.declared_router) == (skill.description, skill.declared_router)
        assert twin.body.strip() == skill.body.strip()


@pytest.mark.parametrize("style", STYLES)
def test_two_folders_of_subagents(style: Callable[[Path], list[str]], tmp_path: Path) -> None:
    names = style(tmp_path)
    assert len(names) >= 40
    system = read_system(tmp_path)
    assert sorted(agent.name for agent in system.agents) == sorted(names)
    compilation = compile_system(system)
    assert compilation.verdict.compilable and compilation.verdict.backbone == "sonnet"
    assert sorted(skill.name for skill in compilation.skills) == sorted(names)
    assert len({skill.description for skill in compilation.skills}) == len(names)
    assert any("skillaudit optimize" in note for note in compilation.notes)


def test_the_first_style_hands_over_between_skills(tmp_path: Path) -> None:
    generated.imperative_style(tmp_path)
    compilation = compile_system(read_system(tmp_path))
    by_name = {skill.name: skill for skill in compilation.skills}
    body = by_name["rust-architect"].body
    assert "the `rust-reviewer` skill" in body and "Integration with other skills:" in body
    assert "Gather the state of the Rust crates" in body and "```json" not in body
    assert "Of the client's own tools, use only `Read`, `Grep`, `Glob`." in body and "changes no file" in body
    assert "changes no file" not in by_name["rust-writer"].body
    assert "- Look at the type hints of our Python services" in by_name["python-writer"].body
    assert by_name["rust-architect"].description == (
        "Work on Rust crates as an architect, above all on ownership and ownership. Use for ownership review, error "
        "types analysis, unsafe blocks design and benchmarks checks."
    )
    assert len(compilation.removed) == 48


def test_the_second_style_reports_what_has_no_place(tmp_path: Path) -> None:
    generated.expert_style(tmp_path)
    system = read_system(tmp_path)
    codes = {item.code for item in system.skipped}
    assert codes == {"not-an-agent", "runtime-key"} or codes == {"runtime-key"}
    assert (
        sum("permissionMode" in item.reason or "permissionmode" in item.reason for item in system.skipped)
        == 11
    )
    description = next(s.description for s in compile_system(system).skills if s.name == "docs-reviewer-pro")
    assert description == (
        "Expert reviewer who reviews technical documents. Masters tutorials and references. Use proactively for "
        "references of technical documents."
    )


def test_the_audit_judges_a_compiled_library(tmp_path: Path) -> None:
    target = write_library(compile_system(read_system(source("expert_style", tmp_path))), tmp_path / "out")
    report = audit([target], Config(scorer="lexical", use_cache=False))
    assert report.library.routable == 44
    assert report.forecast.accuracy.value is not None and 0.5 < report.forecast.accuracy.value < 1.0


def test_compiling_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    generated.imperative_style(tmp_path)
    first = write_library(compile_system(read_system(tmp_path)), tmp_path / "a")
    # The first output lies below the source and must not be read as agents.
    second = write_library(compile_system(read_system(tmp_path)), tmp_path / "b")
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert len(files) == 49
    assert all((first / path).read_bytes() == (second / path).read_bytes() for path in files)
