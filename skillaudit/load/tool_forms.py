"""The shapes that lists of tools come in, each brought to rows of `name` and `description`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

_LIST_KEYS = (
    "tools", "functions", "function_declarations", "functionDeclarations", "skills", "result",
    "toolConfig", "languageModelTools", "contributes", "server",
)  # fmt: skip
_MANY_KEYS = ("servers", "mcpServers")
"""Keys of several servers, a list of them or one under each name, each with tools of its own."""
_WRAPPERS = ("function", "toolSpec", "kwargs")
"""Keys of one tool under which its name stands: OpenAI, Bedrock, a dump of LangChain."""
_DESCRIPTIONS = ("description", "modelDescription", "userDescription", "displayName")
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_DEEPEST = 5


class Tools(NamedTuple):
    """What one JSON value holds."""

    rows: list[Any]
    """Objects with `name` and what else they had, and whatever else stood in the list, to be named as unusable."""
    partial: bool = False
    """True where the list says that more pages follow."""


def find_tools(content: Any, depth: int = 0) -> Tools | None:
    """Find the tools in a JSON value, in whatever shape they are wrapped; None where there are none.

    Known are: a bare list; MCP `tools/list` results, alone or as JSON-RPC replies, pages of them, and servers with
    their tools; OpenAI, Gemini and Bedrock functions; VS Code's `contributes.languageModelTools`; dumps and schemas of
    LangChain; an object of tools by name; OpenAPI, one tool an operation. Tools of one of several servers get its name
    as their category.
    """
    if isinstance(content, list):
        return _of_list(content, depth)
    if not isinstance(content, dict) or depth > _DEEPEST:
        return None
    if isinstance(content.get("paths"), dict) and ("openapi" in content or "swagger" in content):
        return Tools(list(_operations(content["paths"])))
    for key in _MANY_KEYS:
        if isinstance(content.get(key), list | dict):
            return _of_servers(content[key], depth)
    for key in _LIST_KEYS:
        if isinstance(content.get(key), list | dict):
            found = find_tools(content[key], depth + 1)
            if found is not None and key == "skills":  # an index of skills, or a server's `skills/list`
                found = found._replace(
                    rows=[{**row, "kind": "skill"} if isinstance(row, dict) else row for row in found.rows]
                )
            if found is not None:
                return found._replace(partial=found.partial or bool(content.get("nextCursor")))
    row = as_row(content)
    if isinstance(row.get("name"), str) and "description" in row:
        return Tools([row])
    return _by_name(content)


def as_row(item: dict[str, Any]) -> dict[str, Any]:
    """Return the object that has a tool's name, with its description under `description`."""
    inner = next((item[key] for key in _WRAPPERS if isinstance(item.get(key), dict)), None)
    if inner is not None and "name" not in item:
        item = inner
    if "name" not in item and isinstance(item.get("title"), str) and item.get("type") == "object":
        item = {**item, "name": item["title"]}  # a JSON Schema that stands for a function
    if "name" in item and not item.get("description"):
        said = next((item[key] for key in _DESCRIPTIONS[1:] if isinstance(item.get(key), str)), None)
        return item if said is None else {**item, "description": said}
    return item


def _of_list(content: list[Any], depth: int) -> Tools:
    """Return the rows of a list; items that are no tools themselves may hold some, such as pages or messages."""
    rows: list[Any] = []
    partial = False
    for item in content:
        row = as_row(item) if isinstance(item, dict) else item
        inner = None if not isinstance(row, dict) or "name" in row else find_tools(row, depth + 1)
        if inner is None:
            rows.append(row)
        else:
            rows += inner.rows
            partial = inner.partial  # the last page says whether more follow
    return Tools(rows, partial)


def _of_servers(content: list[Any] | dict[str, Any], depth: int) -> Tools | None:
    pairs: Iterable[tuple[Any, Any]] = ((_name(item), item) for item in content)
    if isinstance(content, dict):
        pairs = content.items()
    rows: list[Any] = []
    partial = False
    for name, server in pairs:
        tools = server.get("tools") if isinstance(server, dict) else None
        if not isinstance(tools, list | dict):
            continue
        found = find_tools(tools, depth + 1) or Tools([])
        partial = partial or found.partial or bool(server.get("nextCursor"))
        rows += [
            {"category": name, "server": name, **row}
            if isinstance(row, dict) and isinstance(name, str)
            else row
            for row in found.rows
        ]
    return Tools(rows, partial) if rows else None


def _name(item: Any) -> Any:
    return item.get("name") if isinstance(item, dict) else None


def _by_name(content: dict[str, Any]) -> Tools | None:
    """Return the tools of an object whose keys are their names."""
    rows = [
        {"name": name, **as_row(item)}
        for name, item in content.items()
        if isinstance(item, dict) and isinstance(as_row(item).get("description"), str)
    ]
    return Tools(rows) if rows and len(rows) == len(content) else None


def _operations(paths: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a tool for each operation of an OpenAPI document."""
    for path, methods in paths.items():
        for method, operation in (methods if isinstance(methods, dict) else {}).items():
            if method not in _METHODS or not isinstance(operation, dict):
                continue
            said = [operation.get(key) for key in ("summary", "description")]
            tags = operation.get("tags")
            yield {
                "name": operation.get("operationId") or f"{method} {path}",
                "description": " ".join(text for text in said if isinstance(text, str)),
                "category": tags[0] if isinstance(tags, list) and tags else None,
            }
