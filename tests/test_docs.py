"""README and docs say what the program does: made parts are as it makes them, links lead somewhere, names exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from click import Context

from skillaudit import extras
from skillaudit.cli import COMMANDS, group
from skillaudit.experiment.studies import EXPERIMENTS
from skillaudit.requests.formats import QUERY_KEYS
from tests import docs

ROOT = docs.DOCS.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("[A-Z]*.md")), *sorted(docs.DOCS.glob("*.md"))]
ALL = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


SLOW = {"experiments.md"}
"""Made by a study."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in docs.PARTS]
)
def test_made_parts_are_as_the_program_makes_them(name: str) -> None:
    assert (docs.DOCS / name).read_text(encoding="utf-8") == docs.page(name), "python -m tests.docs writes it"


@pytest.mark.slow
def test_the_readmes_program_runs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (program,) = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(ROOT)
    exec(program, {})
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_readme_is_short_links_no_picture_and_names_every_page() -> None:
    assert README.count("\n") <= 150
    assert "![" not in README, "a link to a picture breaks where a package index shows the page"
    for page in docs.DOCS.glob("*.md"):
        assert f"docs/{page.name})" in README or f"({page.name})" in ALL, page.name


def test_the_picture_is_the_one_that_was_taken() -> None:
    assert (ROOT / ".github" / "screenshots" / "overview.txt").read_text(encoding="utf-8") in README


def test_the_readme_names_every_extra_and_only_commands_that_there_are() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)) >= {*extras.MODULES, "all"}
    for line in re.findall(r"^skillaudit ([a-z |]+)", README, re.MULTILINE):
        for name in line.split("  ")[0].split("|"):
            assert name.split()[0] in COMMANDS, line


def test_the_page_of_the_papers_names_every_experiment_and_only_commands_that_there_are() -> None:
    """Each command of its tables with the options that it is shown with."""
    page = (docs.DOCS / "papers.md").read_text(encoding="utf-8")
    cells = [
        row.split(" | ")[1] for row in page.splitlines() if row.startswith("| ") and row.count(" | ") > 2
    ]
    lines = [line for cell in cells for line in re.findall(r"`([a-z][^`]*)`", cell)]
    assert len(lines) > 25
    named = set()
    for line in lines:
        name, *words = line.split()
        if name in EXPERIMENTS:  # `the same with f10`
            named.add(name)
            continue
        assert name in COMMANDS, line
        command = group.get_command(Context(group), name)
        assert command is not None, line
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, line
        named.update(words[:1] if name == "experiment" else ())
    assert named - {"report"} == set(EXPERIMENTS)


def test_the_page_of_formats_names_every_name_of_a_request() -> None:
    page = (docs.DOCS / "formats.md").read_text(encoding="utf-8")
    assert all(f"`{key}`" in page for key in QUERY_KEYS)


def test_the_threat_model_names_tests_that_there_are_and_all_of_safety() -> None:
    page = (docs.DOCS / "threat-model.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", page))
    assert {name for name in named if not (ROOT / name).is_file()} == set()
    assert named >= {path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/safety/test_*.py")}


def test_the_map_of_the_house_has_its_rooms_in_the_order_of_imports() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = page[page.index("| room |") : page.index("A library goes through it")]
    rows = [re.findall(r"`(\w+)`", line.split("|")[1]) for line in table.splitlines()[2:] if line]
    layers = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ][0]["layers"]
    assert rows == [re.findall(r"skillaudit\.(\w+)", layer) for layer in layers]
    rooms = {path.stem for path in (ROOT / "skillaudit").iterdir() if not path.name.startswith("_")}
    assert {room for row in rows for room in row} == rooms - {"data", "py"}


def test_what_the_next_person_is_told_to_type_is_there() -> None:
    told = "\n".join(
        (ROOT / name).read_text(encoding="utf-8")
        for name in ("justfile", ".pre-commit-config.yaml", "CONTRIBUTING.md", ".github/workflows/ci.yml")
    )
    for module in re.findall(r"-m (tests[\w.]*\w)(?!\w*\{)", told):
        if not module.endswith("benchmarks"):
            assert (ROOT / f"{module.replace('.', '/')}.py").exists(), module
    recipes = set(
        re.findall(r"^(\w+)(?: [*\w ]+)?:$", (ROOT / "justfile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert {"default", "setup", "test", "lint", "check", "docs"} <= recipes
    assert set(re.findall(r"`just (\w+)`", told)) <= recipes
    for template in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"):
        form = yaml.safe_load(template.read_text(encoding="utf-8"))
        assert "blank_issues_enabled" in form or {"name", "description", "body"} <= set(form)
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    assert "bash .ci/run" in [step.get("run") for step in workflow["jobs"]["everything"]["steps"]]
