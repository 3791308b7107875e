"""Lists of tools in the shapes that servers, clients and libraries write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skillaudit.clients import visibility
from skillaudit.config import Config
from skillaudit.errors import LoadError
from skillaudit.load import load
from skillaudit.load.tool_forms import find_tools
from skillaudit.pipeline import audit
from skillaudit.schema import Library
from tests.load.test_lists import OTHER, TOOL, save

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
DUMP = {"lc": 1, "type": "constructor", "id": ["langchain", "tools", "Tool"]}
OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "Greenhouse", "description": "All of it."},
    "paths": {
        "/weather": {
            "parameters": [],
            "get": {"operationId": "get_weather", "summary": TOOL["description"], "tags": ["sky"]},
        },
        "/mail": {"post": {"operationId": "send_mail", "description": OTHER["description"]}},
    },
}
FORMS: dict[str, Any] = {
    "servers": {"servers": [{"name": "sky", "tools": [TOOL]}, {"name": "post", "tools": [OTHER]}]},
    "server": {"server": {"tools": [TOOL, OTHER]}},
    "mcpServers": {"mcpServers": {"sky": {"command": "x", "tools": [TOOL]}, "post": {"tools": [OTHER]}}},
    "bedrock": {
        "toolConfig": {
            "tools": [{"toolSpec": {**TOOL, "inputSchema": {"json": SCHEMA}}}, {"toolSpec": OTHER}],
            "toolChoice": {"auto": {}},
        }
    },
    "vscode": {
        "name": "an-extension",
        "description": "No tool itself.",
        "contributes": {
            "commands": [],
            "languageModelTools": [
                {"name": tool["name"], "displayName": "Short", "modelDescription": tool["description"]}
                for tool in (TOOL, OTHER)
            ],
        },
    },
    "langchain dump": [{**DUMP, "kwargs": TOOL}, {**DUMP, "kwargs": OTHER}],
    "langchain schema": [
        {"title": tool["name"], "description": tool["description"], **SCHEMA} for tool in (TOOL, OTHER)
    ],
    "by name": {tool["name"]: {"description": tool["description"]} for tool in (TOOL, OTHER)},
    "openapi": OPENAPI,
    "pages": [{"tools": [TOOL], "nextCursor": "2"}, {"tools": [OTHER]}],
    "replies": [
        {"jsonrpc": "2.0", "id": 1, "result": {"tools": [TOOL], "nextCursor": "2"}},
        {"jsonrpc": "2.0", "id": 2, "result": {"tools": [OTHER]}},
    ],
}


def told(library: Library) -> list[tuple[str, str]]:
    return [(skill.name, skill.description) for skill in library.skills]


WANTED = [(tool["name"], tool["description"]) for tool in (TOOL, OTHER)]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_tools(tmp_path: Path, form: str) -> None:
    library = load([save(tmp_path, "tools.json", FORMS[form])])
    assert told(library) == WANTED
    assert [skill.path for skill in library.skills] == ["tools.json#0", "tools.json#1"]
    assert all(skill.is_tool for skill in library.skills)
    assert library.skipped == ()


@pytest.mark.parametrize(
    ("form", "groups"),
    [("servers", ["sky", "post"]), ("mcpServers", ["sky", "post"]), ("openapi", ["sky", None])],
)
def test_a_tool_knows_its_server(tmp_path: Path, form: str, groups: list[str | None]) -> None:
    library = load([save(tmp_path, "tools.json", FORMS[form])])
    assert [skill.category for skill in library.skills] == groups


def test_replies_line_by_line_are_read_and_other_messages_named(tmp_path: Path) -> None:
    messages = [
        {"jsonrpc": "2.0", "id": 0, "result": {"protocolVersion": "2025-11-25", "serverInfo": {"name": "x"}}},
        {"jsonrpc": "2.0", "id": 1, "result": {"tools": [TOOL], "nextCursor": "b"}},
        {"jsonrpc": "2.0", "id": 2, "result": {"tools": [OTHER]}},
    ]
    library = load([save(tmp_path, "log.jsonl", "\n".join(map(json.dumps, messages)))])
    assert told(library) == WANTED
    assert [(skill.path, skill.name_line, skill.is_tool) for skill in library.skills] == [
        ("log.jsonl:2#0", 2, True),
        ("log.jsonl:3#0", 3, True),
    ]
    assert [(item.path, item.code) for item in library.skipped] == [("log.jsonl:1", "no-tools")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tools.json", {"jsonrpc": "2.0", "result": {"tools": [TOOL, OTHER], "nextCursor": "b"}}),
        (
            "tools.json",
            {"servers": [{"name": "a", "tools": [TOOL], "nextCursor": "b"}, {"name": "c", "tools": [OTHER]}]},
        ),
        ("log.jsonl", json.dumps({"result": {"tools": [TOOL, OTHER], "nextCursor": "b"}})),
    ],
)
def test_a_list_that_goes_on_is_said(tmp_path: Path, name: str, content: object) -> None:
    library = load([save(tmp_path, name, content)])
    assert told(library) == WANTED
    (item,) = library.skipped
    assert item.code == "partial-list"
    assert "nextCursor" in item.reason


def test_names_without_descriptions_are_audited_as_names(tmp_path: Path) -> None:
    library = load(
        [save(tmp_path, "tools.json", {"tools": [{"name": "get_weather"}, {"name": "b", "description": ""}]})]
    )
    assert told(library) == [("get_weather", ""), ("b", "")]
    assert [(defect.skill, defect.kind) for defect in library.defects] == [
        ("get_weather", "row-no-description"),
        ("b", "row-no-description"),
    ]
    report = audit([tmp_path / "tools.json"], Config(scorer="lexical", use_cache=False))
    assert report.library.routable == 2
    assert not [finding for finding in report.findings if finding.severity == "error" or finding.cost.breaks]


def test_servers_that_are_only_started_say_what_to_save(tmp_path: Path) -> None:
    content = {"mcpServers": {"sky": {"command": "npx", "args": ["sky"]}}}
    with pytest.raises(LoadError, match=r"no list of tools \(.*save what each answers to tools/list\)"):
        load([save(tmp_path, "mcp.json", content)])


def test_no_client_lists_tools_as_skills(tmp_path: Path) -> None:
    tools = load([save(tmp_path, "tools.json", [TOOL, OTHER])])
    assert visibility(tools.skills).columns == ()
    assert len(visibility(tools.skills, ["codex"]).columns) == 1
    rows = load([save(tmp_path, "rows.jsonl", "\n".join(map(json.dumps, [TOOL, OTHER])))])
    assert visibility(rows.skills).columns


@pytest.mark.parametrize(
    "content", [{}, {"a": 1}, {"a": {"b": 1}}, {"paths": {}}, {"tools": 3}, 7, "x", None]
)
def test_other_json_is_no_list(content: object) -> None:
    assert find_tools(content) is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["name", "description", "tools", "servers", "mcpServers", "result", "kwargs", "toolSpec", "paths",
             "openapi", "get", "title", "type", "nextCursor", "function", "x"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault
@given(values)
def test_any_json_gives_rows_or_none(content: object) -> None:
    found = find_tools(content)
    assert found is None or isinstance(found.rows, list)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault
@given(values)
def test_what_lies_in_rows_is_an_object_with_a_name_or_is_named(content: object) -> None:
    assert find_tools([TOOL, content]) is not None
