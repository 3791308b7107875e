"""Cases of `claude plugin eval` and datasets of `evaluations` become requests, or say why they do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skillaudit.load import load
from skillaudit.requests.formats import Unusable, read_rows
from skillaudit.requests.gathering import gather
from skillaudit.requests.records import LabelledLine

SKILL = "---\nname: {name}\ndescription: {text}\n---\n\n# Steps\n\nCarefully.\n"
PROMPT = "What will the sky over the harbour look like on Sunday?"


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """Return a plugin with two skills."""
    for name, text in (
        ("weather", "Forecasts rain and sun for a place."),
        ("mail", "Sends letters to people."),
    ):
        folder = tmp_path / "skills" / name
        folder.mkdir(parents=True)
        (folder / "SKILL.md").write_text(SKILL.format(name=name, text=text), encoding="utf-8")
    return tmp_path


def case(plugin: Path, name: str, **files: str) -> Path:
    folder = plugin / "evals" / name
    for file, text in files.items():
        path = folder / file.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


GRADERS = {
    "a file": {"graders__skill_md": "---\ntype: tool_used\ntool: Skill\ninput:\n  skill: sky:weather\n---\n"},
    "the case": {
        "case_yaml": "graders:\n  - {type: tool_used, tool: Skill, match: ^weather$}\n"
        "  - {type: regex, pattern: rain}\n"
    },
}


@pytest.mark.parametrize("grader", GRADERS)
def test_a_case_whose_grader_names_a_skill_is_a_request(plugin: Path, grader: str) -> None:
    case(plugin, "sunday", prompt_md=f"---\nmax_turns: 5\n---\n\n{PROMPT}\n", **GRADERS[grader])
    found = gather(load([plugin]))
    assert [(one.query, one.gold, one.source) for one in found.requests if one.source == "evals"] == [
        (PROMPT, ("weather",), "evals")
    ]
    assert found.defects == ()


def test_the_prompt_may_stand_in_the_case(plugin: Path) -> None:
    folder = case(
        plugin,
        "sunday",
        case_yaml=f"execution:\n  prompt: {PROMPT}\ngraders:\n  - {{type: tool_used, tool: Skill, skill: weather}}\n",
    )
    assert list(read_rows(folder / "case.yaml")) == [LabelledLine(PROMPT, ("weather",), 1)]


@pytest.mark.parametrize(
    ("grader", "detail"),
    [
        ("type: regex\npattern: rain", "no grader says which skill is meant"),
        ("type: tool_used\ntool: Bash\nmatch: weather", "no grader says which skill is meant"),
        ("type: tool_used\ntool: Skill\nskill: weather\nnegate: true", "no grader says which skill is meant"),
        ("type: tool_used\ntool: Skill\nskill: weather\nmax: 0", "no grader says which skill is meant"),
    ],
)
def test_a_case_that_names_no_skill_is_said(plugin: Path, grader: str, detail: str) -> None:
    case(plugin, "sunday", prompt_md=PROMPT, graders__one_md=f"---\n{grader}\n---\n")
    found = gather(load([plugin]))
    assert [one for one in found.requests if one.source == "evals"] == []
    (defect,) = found.defects
    assert (defect.path, defect.kind) == ("evals/sunday/prompt.md", "request-unreadable")
    assert detail in defect.detail


def test_a_case_without_a_prompt_is_said(plugin: Path) -> None:
    folder = case(plugin, "empty", case_yaml="name: empty\n")
    (row,) = read_rows(folder / "case.yaml")
    assert isinstance(row, Unusable) and "no prompt" in row.detail


def test_graders_outside_the_case_are_not_read(
    plugin: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.md"
    outside.write_text("---\ntype: tool_used\ntool: Skill\nskill: weather\n---\n", encoding="utf-8")
    folder = case(plugin, "sunday", prompt_md=PROMPT, graders__own_md="---\ntype: regex\n---\n")
    (folder / "graders" / "link.md").symlink_to(outside)
    (row,) = read_rows(folder / "prompt.md")
    assert isinstance(row, Unusable)


def test_broken_yaml_of_a_case_is_one_defect(plugin: Path) -> None:
    case(plugin, "sunday", prompt_md=PROMPT, case_yaml="graders: [\n")
    (defect,) = gather(load([plugin])).defects
    assert defect.path == "evals/sunday/prompt.md" and "not valid YAML" in defect.detail


def test_evaluations_say_whether_their_own_skill_should_trigger(plugin: Path) -> None:
    rows = [
        {"id": "sunday", "skill_should_trigger": True, "prompt": PROMPT},
        {"id": "poem", "skill_should_trigger": False, "prompt": "Write a poem about the harbour."},
    ]
    path = plugin / "skills" / "weather" / "evals" / "evals.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"evaluations": rows}, indent=2), encoding="utf-8")
    assert [(row.gold, row.line) for row in read_rows(path, "weather") if isinstance(row, LabelledLine)] == [
        (("weather",), 6),
        (None, 11),
    ]
    found = gather(load([plugin]))
    assert [one.gold for one in found.requests if one.source == "evals"] == [("weather",)]
    assert (found.ignored, found.defects) == (1, ())
