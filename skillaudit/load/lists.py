"""Read lists of tools or skills: JSONL rows, and JSON in the shapes of `tool_forms`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from skillaudit.errors import LoadError
from skillaudit.load.defects import Problem
from skillaudit.load.draft import MAX_KEPT, Draft, Rejected
from skillaudit.load.prose import first_paragraph
from skillaudit.load.spec import body_problems, description_problems, name_problems
from skillaudit.load.tool_forms import as_row, find_tools
from skillaudit.load.walk import is_skill_name, show
from skillaudit.reading import JsonError, ReadingError, named, parse_json, read_bytes, read_lines
from skillaudit.reading.limits import LINE, LIST, LIST_ROWS
from skillaudit.safety.cleaning import clean, hidden_trace, one_line, removed_classes
from skillaudit.schema import Origin, Site, Skipped

_MAX_FOLDERS = 16

FORMATS = (
    "a folder with SKILL.md files, one SKILL.md, a JSONL file (.jsonl, .jsonl.gz) of name and description, "
    "or a JSON file with an MCP tools/list, a list of functions, or OpenAPI"
)
"""What a source may be, in words."""

_NAME = re.compile(r'"name"\s*:\s*("(?:[^"\\]|\\.)*")')


def is_list_file(path: Path) -> bool:
    """Say whether the name of a file promises JSON or JSONL."""
    return path.name.lower().removesuffix(".gz").endswith((".json", ".jsonl", ".ndjson"))


def read_list(path: Path, shown: str) -> tuple[list[Draft], list[Skipped]]:
    """Return the drafts and the skipped rows of a JSON or JSONL file, in file order.

    Raises `LoadError` when the file cannot be read, is no such list, or has no usable row.
    """
    drafts: list[Draft] = []
    skipped: list[Skipped] = []
    base = show(path.name)
    lines = path.name.lower().removesuffix(".gz").endswith((".jsonl", ".ndjson"))
    try:
        for line, place, row in _rows(path) if lines else _items(path):
            got = row if isinstance(row, Rejected) else _draft(row, line)
            if isinstance(got, Rejected):
                skipped.append(Skipped(path=f"{base}{place}", reason=got.reason, code=got.code))
            else:
                listed = not lines or "#" in place or _has_schema(row)
                got.is_tool = not got.folders and listed and row.get("kind") != "skill"
                if got.is_tool:
                    named_server = row.get("server")
                    server = one_line(named_server) if isinstance(named_server, str) else _server(path)
                    got.site = Site(origin=Origin(server=server))
                got.path, got.shown, got.root = f"{base}{place}", f"{shown}{place}", shown
                drafts.append(got)
    except ReadingError as error:
        if not drafts:
            raise LoadError(str(error)) from None
        skipped.append(Skipped(path=base, reason=f"the rest of it: {error}", code="too-many"))
    if not drafts:
        if skipped:
            raise LoadError(
                f"{shown}: no usable row; {skipped[0].path}: {skipped[0].reason}; "
                "each row needs a name and a description"
            )
        raise LoadError(f"{shown}: the list is empty; give a file with at least one name and description")
    return drafts, skipped


def _server(path: Path) -> str:
    """Return what a list of tools is called: its file, or the folder of a file whose name says nothing."""
    stem = show(path.name).partition(".")[0]
    return stem if stem.lower() not in _NO_NAMES else show(path.resolve().parent.name)


_NO_NAMES = frozenset({"tools", "list", "tools-list", "index", "server", "output", "response", "mcp"})
_MORE = Rejected("partial-list", "the list says that more pages follow (nextCursor); only these were audited")


def _has_schema(row: dict[str, Any]) -> bool:
    return any(isinstance(row.get(key), dict) for key in ("inputSchema", "input_schema", "parameters"))


def _usable(row: Any) -> Any:
    return as_row(row) if isinstance(row, dict) else Rejected("bad-row", "not a JSON object")


def _rows(path: Path) -> Iterator[tuple[int, str, Any]]:
    """Yield line number, place and the parsed row, or why there is none; a row may be a message with tools."""
    partial = 0
    for number, line in read_lines(path, LIST_ROWS):
        place = f":{number}"
        if line is None:
            yield number, place, Rejected("bad-row", f"the line is longer than {LINE:,} bytes")
            continue
        text = line.decode("utf-8-sig" if number == 1 else "utf-8", "replace").strip()
        if not text:
            continue
        try:
            row = parse_json(text, LIST_ROWS)
        except JsonError as error:
            yield number, place, Rejected("bad-row", f"not JSON: {error}")
            continue
        if isinstance(row, dict) and "name" not in as_row(row) and (found := find_tools(row)) is not None:
            for index, item in enumerate(found.rows):
                yield number, f"{place}#{index}", _usable(item)
            partial = number if found.partial else 0
        elif isinstance(row, dict) and "jsonrpc" in row:
            yield number, place, Rejected("no-tools", "a message that lists no tools")
        else:
            yield number, place, _usable(row)
    if partial:
        yield partial, f":{partial}", _MORE


def _items(path: Path) -> Iterator[tuple[int, str, Any]]:
    """Yield the entries of a list of tools with the line that each one's name stands on."""
    text = read_bytes(path, LIST).decode("utf-8-sig", "replace")
    try:
        content = parse_json(text, LIST)
    except JsonError as error:
        raise LoadError(f"{error.at(named(path))}; expected {FORMATS}") from None
    found = find_tools(content)
    if found is None:
        raise LoadError(f"{named(path)}: JSON, but no list of tools{_hint(content)}; expected {FORMATS}")
    names = _NAME.finditer(text)
    position, line = 0, 1
    for index, item in enumerate(found.rows):
        name = item.get("name") if isinstance(item, dict) else None
        match = next((m for m in names if json.loads(m[1]) == name), None) if isinstance(name, str) else None
        if match:
            line += text.count("\n", position, match.start())
            position = match.start()
        yield line, f"#{index}", _usable(item)
    if found.partial:
        yield line, "", _MORE


def _hint(content: Any) -> str:
    if isinstance(content, dict) and isinstance(content.get("mcpServers"), dict):
        return " (it says how servers are started; save what each answers to tools/list)"
    return ""


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return " ".join(part for part in value if isinstance(part, str))
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _draft(row: dict[str, Any], line: int) -> Draft | Rejected:
    """Turn one row into a draft; rows whose `path` is a skill file are held to the specification."""
    path = clean(_text(row.get("path")))
    folders = tuple(part for part in path.replace("\\", "/").split("/") if part not in ("", "."))
    is_skill = bool(folders) and is_skill_name(folders[-1])
    folders = folders[:-1][-_MAX_FOLDERS:]
    body = clean(_text(row.get("body"))).strip("\n")
    raw_name, raw_description = _text(row.get("name")), _text(row.get("description"))
    problems: list[Problem] = []
    name = one_line(raw_name)
    if not name and is_skill and folders:
        name = one_line(folders[-1])
        problems.append(Problem("no-name", line, name))
    if not name:
        return Rejected("no-name", "the row has no name")
    description = one_line(raw_description)
    if not description:
        annotations = row.get("annotations")
        title = row.get("title") or (annotations.get("title") if isinstance(annotations, dict) else None)
        description = first_paragraph(body) or one_line(_text(title))
        missing = "empty-description" if "description" in row else "no-description"
        # The specification asks a skill file for a description; lists of tools may go without.
        problems.append(Problem(missing if is_skill else "row-no-description", line))
    if classes := removed_classes(raw := raw_name + "\n" + raw_description):
        problems.append(Problem("hidden-characters", line, ", ".join(classes), hidden_trace(raw)))
    if is_skill:
        problems += name_problems(name, one_line(folders[-1]) if folders else "", line)
    if description:
        problems += description_problems(description, name, line)
    name, description = name[:MAX_KEPT].rstrip(), description[:MAX_KEPT].rstrip()
    if body:
        problems += body_problems(body, line)
    category = row.get("category")
    return Draft(
        name=name,
        description=description,
        body=body,
        folders=folders if is_skill else (),
        category=one_line(category) or None if isinstance(category, str) else None,
        when_to_use=one_line(_text(row.get("when_to_use") or row.get("when-to-use"))),
        manual_only=row.get("disable-model-invocation") is True or row.get("manual_only") is True,
        name_line=line,
        description_line=line,
        problems=problems,
    )
