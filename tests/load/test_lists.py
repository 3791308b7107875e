"""Lists of tools and rows of skills."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.errors import LoadError
from skillaudit.load import load
from skillaudit.load.lists import read_list
from tests.load.trees import write

TOOL = {"name": "get_weather", "description": "Reports the weather of a city for today."}
OTHER = {"name": "send_mail", "description": "Sends a mail to one or more people."}


def save(tmp_path: Path, name: str, content: object) -> Path:
    path = tmp_path / name
    text = content if isinstance(content, str) else json.dumps(content, indent=2)
    data = text.encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


@pytest.mark.parametrize(
    "content",
    [
        [TOOL, OTHER],
        {"tools": [{**TOOL, "inputSchema": {"type": "object"}}, OTHER]},
        {"jsonrpc": "2.0", "id": 1, "result": {"tools": [TOOL, OTHER]}},
        [{"type": "function", "function": TOOL}, {"type": "function", "function": OTHER}],
        {"functions": [TOOL, OTHER]},
        {"tools": [{"functionDeclarations": [TOOL, OTHER]}]},
        [{"function_declarations": [TOOL]}, {"function_declarations": [OTHER]}],
        {"model": "x", "tools": [{"type": "function", "function": {**TOOL, "parameters": {}}}, OTHER]},
    ],
)
def test_shapes_of_tool_lists(tmp_path: Path, content: object) -> None:
    library = load([save(tmp_path, "tools.json", content)])
    assert [(skill.id, skill.description) for skill in library.skills] == [
        ("get_weather", TOOL["description"]),
        ("send_mail", OTHER["description"]),
    ]
    assert library.defects == ()
    assert [skill.path for skill in library.skills] == ["tools.json#0", "tools.json#1"]


def test_one_function_is_a_list_of_one(tmp_path: Path) -> None:
    assert len(load([save(tmp_path, "tool.json", {"type": "function", "function": TOOL})]).skills) == 1


def test_tools_know_the_line_of_their_name(tmp_path: Path) -> None:
    lines = ["[", '{"name": "a", "description": "Does the first thing well."},', '{"description":']
    lines += ['"Has a \\"name\\": \\"b\\" inside.",', '"name" : "b\\u00e9"}', "]"]
    library = load([save(tmp_path, "tools.json", "\n".join(lines))])
    assert [(skill.name, skill.name_line) for skill in library.skills] == [("a", 2), ("bé", 5)]


def test_a_tool_without_description_takes_its_title_or_is_a_name(tmp_path: Path) -> None:
    content = [{"name": "a", "annotations": {"title": "Read all of the files"}}, {"name": "b"}, 7, {"x": 1}]
    library = load([save(tmp_path, "tools.json", content)])
    assert [(skill.name, skill.description) for skill in library.skills] == [
        ("a", "Read all of the files"),
        ("b", ""),
    ]
    assert [(item.path, item.code) for item in library.skipped] == [
        ("tools.json#2", "bad-row"),
        ("tools.json#3", "no-name"),
    ]


FORM = "Fills in forms\n of PDF files."
ROWS = [
    {"name": "pdf", "description": FORM, "category": "office", "body": "# How\n", "when_to_use": "forms"},
    {
        "name": "xls",
        "description": "Edits tables of numbers.",
        "path": "skills/xls/SKILL.md",
        "category": None,
    },
]


@pytest.mark.parametrize("name", ["l.jsonl", "l.jsonl.gz", "l.ndjson"])
def test_rows(tmp_path: Path, name: str) -> None:
    path = save(tmp_path, name, "\n\n".join(json.dumps(row) for row in ROWS))
    library = load([path])
    pdf, xls = library.skills
    assert (pdf.id, pdf.description, pdf.category, pdf.body) == (
        "pdf",
        "Fills in forms of PDF files.",
        "office",
        "# How",
    )
    assert (pdf.path, pdf.root, pdf.name_line, pdf.when_to_use) == (f"{name}:1", str(path), 1, "forms")
    assert (xls.path, xls.category, xls.description_line) == (f"{name}:3", None, 3)
    assert (library.defects, library.skipped) == ((), ())


def test_bad_rows_are_skipped_with_their_line(tmp_path: Path) -> None:
    lines = [
        json.dumps(TOOL),
        "{broken",
        '["list"]',
        '{"name": "x"}',
        '{"description": "y"}',
        "[" * 100_000,
        json.dumps(OTHER),
    ]
    library = load([save(tmp_path, "l.jsonl", "\n".join(lines))])
    assert [skill.name for skill in library.skills] == ["get_weather", "x", "send_mail"]
    assert [(item.path, item.code) for item in library.skipped] == [
        ("l.jsonl:2", "bad-row"),
        ("l.jsonl:3", "bad-row"),
        ("l.jsonl:5", "no-name"),
        ("l.jsonl:6", "bad-row"),
    ]


def test_rows_of_skill_files_are_held_to_the_specification(tmp_path: Path) -> None:
    row = {"name": "Get_Weather", "description": "Reports the weather of a city."}
    rows = [row, {**row, "name": "Send_Mail", "path": "skills/mail/SKILL.md"}]
    library = load([save(tmp_path, "l.jsonl", "\n".join(map(json.dumps, rows)))])
    found = [(d.skill, d.kind, d.line) for d in library.defects if d.kind != "duplicate-description"]
    assert found == [("Send_Mail", "name-differs-from-folder", 2), ("Send_Mail", "name-pattern", 2)]


def test_rows_without_bodies_fold_by_name_and_description(tmp_path: Path) -> None:
    rows = [{**TOOL, "path": "a/SKILL.md"}, OTHER, {**TOOL, "path": "b/SKILL.md"}]
    library = load([save(tmp_path, "l.jsonl", "\n".join(map(json.dumps, rows)))])
    assert [(skill.name, skill.copies) for skill in library.skills] == [
        ("get_weather", ("l.jsonl:3",)),
        ("send_mail", ()),
    ]


def test_equal_names_are_told_apart_by_path_or_content(tmp_path: Path) -> None:
    rows = [
        {"name": "run", "description": "Runs it here and now.", "path": "aws/run/SKILL.md"},
        {"name": "run", "description": "Runs it there and later.", "path": "gcp/run/SKILL.md"},
        {"name": "go", "description": "Goes to the left side."},
        {"name": "go", "description": "Goes to the right side."},
    ]
    ids = {}
    for name, order in (("a.jsonl", rows), ("b.jsonl", rows[::-1])):
        library = load([save(tmp_path, name, "\n".join(map(json.dumps, order)))])
        ids[name] = {skill.description: skill.id for skill in library.skills}
    assert ids["a.jsonl"] == ids["b.jsonl"]
    assert ids["a.jsonl"]["Runs it here and now."] == "aws/run"
    assert len(set(ids["a.jsonl"].values())) == 4
    assert all(id_.startswith("go@") for text, id_ in ids["a.jsonl"].items() if "Goes" in text)


def test_hostile_rows(tmp_path: Path) -> None:
    row = '{"name": "a\\u001b[31mb\\nc\\ud800", "description": "one\\u202e two\\u0000 three four five six"}'
    library = load([save(tmp_path, "l.jsonl", row)])
    (skill,) = library.skills
    assert (skill.name, skill.description) == ("ab c\ufffd", "one two three four five six")
    (hidden,) = [defect for defect in library.defects if defect.kind == "hidden-characters"]
    assert hidden.detail == "escape, control, bidi, surrogate"


@pytest.mark.parametrize("key", ["when_to_use", "when-to-use"])
def test_rows_may_say_when(tmp_path: Path, key: str) -> None:
    row = json.dumps({"name": "a", "description": "Does it.", key: "When asked\nfor it."})
    assert load([save(tmp_path, "l.jsonl", row)]).skills[0].when_to_use == "When asked for it."


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", "{broken", "a.json:1: not valid JSON"),
        ("a.json", {"x": 1}, "no list of tools"),
        ("a.json", "[]", "the list is empty"),
        ("a.json", "[" * 100_000, "nested deeper than 64 levels"),
        ("a.json", "3", "no list of tools"),
        ("a.jsonl", "", "the list is empty"),
        ("a.jsonl", '{"query": "x", "gold": []}', "no usable row; a.jsonl:1: the row has no name"),
    ],
)
def test_files_that_are_no_list(tmp_path: Path, name: str, content: object, message: str) -> None:
    with pytest.raises(LoadError) as caught:
        load([save(tmp_path, name, content)])
    assert message in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_broken_archive_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(TOOL).encode() * 50)[:-20])
    with pytest.raises(LoadError, match="the gzip data is broken"):
        load([path])
    path.write_bytes(b"no archive at all")
    with pytest.raises(LoadError, match="no usable row"):
        load([path])


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["name", "description", "tools", "function", "result", "path", "body", "category", "x"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from(["a.json", "a.jsonl"]))
def test_no_json_crashes_the_reader(
    tmp_path_factory: pytest.TempPathFactory, content: object, name: str
) -> None:
    path = tmp_path_factory.mktemp("list") / name
    path.write_text(json.dumps(content), encoding="utf-8")
    try:
        drafts, _ = read_list(path, name)
    except LoadError:
        return
    for draft in drafts:
        assert draft.name
        missing = {problem.kind for problem in draft.problems} & {
            "no-description",
            "empty-description",
            "row-no-description",
        }
        assert draft.description or missing


def test_an_index_of_skills_holds_skills(tmp_path: Path) -> None:
    rows = [
        {
            "name": "git-workflow",
            "type": "skill-md",
            "description": "Follows the team's branches.",
            "url": "/x",
        }
    ]
    index = write(tmp_path, ".well-known/agent-skills/index.json", json.dumps({"skills": rows}))
    reply = {"jsonrpc": "2.0", "id": 1, "result": {"skills": rows}}
    for path in (index, write(tmp_path, "skills-list.json", json.dumps(reply))):
        (skill,) = load([path]).skills
        assert (skill.name, skill.is_tool) == ("git-workflow", False)
