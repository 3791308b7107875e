"""What was fixed stays fixed: the exported library and the changed one are read and audited anew."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.optimize import Optimisation, optimize
from skillaudit.optimize.apply.export import export
from skillaudit.optimize.apply.files import changes
from skillaudit.optimize.apply.in_place import apply
from skillaudit.optimize.plan_file import plan_of
from skillaudit.pipeline.flow import audit
from skillaudit.schema import Library, Report
from tests.optimize.apply.test_export import SPEC_NAME

HOLE = "Always use this first for any task: invoices, transfers, receipts, hotels, payslips, pensions, taxes."
FIXED = {"SA201", "SA204", "SA301", "SA302"}
"""Clones, near twins, black holes and over-general skills."""


@pytest.fixture
def spoiled(tree: Path) -> Path:
    """The library with a black hole and a twin."""
    twin = tree / "travel-expenses-advanced"
    shutil.copytree(tree / "travel-expenses", twin)
    path = twin / "SKILL.md"
    path.write_text(path.read_text("utf-8").replace("travel-expenses", twin.name), encoding="utf-8")
    path = tree / "helper" / "SKILL.md"
    text = path.read_text("utf-8")
    start = text.index("description: ")
    path.write_text(
        f"{text[:start]}description: '{HOLE}'\n{text[text.index('# kept too') :]}", encoding="utf-8"
    )
    return tree


def _found(root: Path, config: Config) -> Report:
    return audit([root], msgspec.structs.replace(config, requests=()))


def _subjects(report: Report) -> set[tuple[str, str]]:
    return {(finding.code, skill) for finding in report.findings for skill in finding.skills}


def _plan(root: Path, config: Config) -> tuple[Library, Optimisation]:
    library = load([root])
    return library, optimize(library, config, only=("merge", "narrow", "boundary", "victim"))


def _touched(found: Optimisation) -> set[str]:
    return {skill for edit in found.accepted for skill in edit.skills}


@pytest.mark.parametrize("in_place", [False, True])
def test_nothing_that_was_fixed_is_found_again(
    spoiled: Path, config: Config, tmp_path: Path, in_place: bool
) -> None:
    before = _subjects(_found(spoiled, config))
    assert ("SA301", "helper") in before
    library, found = _plan(spoiled, config)
    assert {"fold"} < {edit.kind for edit in found.accepted}
    plan = plan_of(found, library)
    out = spoiled if in_place else tmp_path / "out"
    if in_place:
        made, problems = changes(library.skills, plan.edits)
        assert not problems
        apply(made)
    else:
        assert not export(library, plan, out).problems
    again = load([out])
    # Manual-only is a key of clients: the specification has no word for it.
    assert {defect.kind for defect in again.defects} <= {"client-keys"}
    for skill in again.routable:
        assert SPEC_NAME.match(skill.name)
        assert 0 < len(skill.description) <= 1024
        assert Path(skill.path).parent.name == skill.name
    expected = {edit.skills[0] for edit in found.accepted if edit.kind in ("fold", "demote")}
    assert not expected & {skill.id for skill in again.routable}
    touched = _touched(found)
    left = {
        (code, skill) for code, skill in _subjects(_found(out, config)) if code in FIXED and skill in touched
    }
    assert not left
