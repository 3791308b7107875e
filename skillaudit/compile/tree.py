"""YAML and JSON as a tree that knows its lines: no aliases, no tags, no recursion, bounded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from skillaudit.errors import LoadError
from skillaudit.load import clean

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

MAX_BYTES = 4_194_304
MAX_EVENTS = 200_000
MAX_DEPTH = 64


class Node(NamedTuple):
    """A scalar as cleaned text, a list of nodes, or a mapping of nodes, with the line it starts on."""

    value: Any
    line: int
    """From 1; 0 where it is not known."""
    key_lines: tuple[tuple[str, int], ...] = ()
    """For mappings: the line of each key."""
    quoted: bool = False

    @property
    def text(self) -> str:
        """The scalar, trimmed; empty for collections and null."""
        if not isinstance(self.value, str):
            return ""
        return (
            ""
            if not self.quoted and self.value.strip() in ("", "~", "null", "Null", "NULL")
            else self.value.strip()
        )

    @property
    def items(self) -> list[Node]:
        """The elements of a list; nothing for anything else."""
        return self.value if isinstance(self.value, list) else []

    @property
    def fields(self) -> dict[str, Node]:
        """The entries of a mapping; nothing for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    def get(self, key: str) -> Node:
        """Return the entry under `key`, or an empty node on this line."""
        return self.fields.get(key, Node("", self.line))

    def line_of(self, key: str) -> int:
        """Return the line of a key, or of the mapping when it has no such key."""
        return dict(self.key_lines).get(key, self.line)


class TreeError(LoadError):
    """The text is no YAML or JSON that this program will read."""


def parse(data: bytes, name: str, *, as_json: bool = False) -> Node:
    """Return the tree of one document; scalars stay text, control characters are removed.

    Raises `TreeError` naming `name` and the line for invalid text, aliases (which can grow a small file
    without bound), repeated keys, other keys than text, more than 4 MiB, 200,000 events or 64 levels.
    """
    if len(data) > MAX_BYTES:
        raise TreeError(f"{name}: larger than 4 MiB, which no description of agents is; give a smaller file")
    text = data.decode("utf-8-sig", "replace")
    if as_json:
        return _parse_json(text, name)
    return _parse_yaml(_printable(text), name)


def _printable(text: str) -> str:
    # libyaml refuses control characters, and line ends must stay where they are.
    return clean(text)


def _parse_json(text: str, name: str) -> Node:
    """Read JSON strictly, and take the lines from its YAML events where they tell the same."""
    try:
        value = json.loads(text, object_pairs_hook=_no_repeats)
    except json.JSONDecodeError as error:
        raise TreeError(f"{name}:{error.lineno}: not valid JSON: {error.msg}; mend that line") from None
    except _RepeatedKeyError as error:
        raise TreeError(f"{name}: the key {error} stands twice in one object; keep one") from None
    except (RecursionError, ValueError):
        raise TreeError(f"{name}: nested too deeply or holds a number without end; simplify it") from None
    plain = _from_values(value, name)
    try:
        lined = _parse_yaml(_printable(text), name)
    except TreeError:
        return plain
    return lined if _same(plain, lined) else plain


class _RepeatedKeyError(Exception):
    """A key that stands twice."""


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _RepeatedKeyError(repr(key[:60]))
        found[key] = value
    return found


def _from_values(value: Any, name: str, depth: int = 0) -> Node:
    if depth > MAX_DEPTH:
        raise TreeError(f"{name}: nested deeper than {MAX_DEPTH} levels; simplify it")
    if isinstance(value, dict):
        return Node({clean(k): _from_values(v, name, depth + 1) for k, v in value.items()}, 0)
    if isinstance(value, list):
        return Node([_from_values(item, name, depth + 1) for item in value], 0)
    if value is None:
        return Node("", 0)
    if isinstance(value, bool):
        return Node("true" if value else "false", 0)
    return Node(clean(str(value)), 0, (), isinstance(value, str))


def _same(plain: Node, lined: Node) -> bool:
    if isinstance(plain.value, dict):
        ours, theirs = plain.fields, lined.fields
        return ours.keys() == theirs.keys() and all(_same(ours[key], theirs[key]) for key in ours)
    if isinstance(plain.value, list):
        return len(plain.items) == len(lined.items) and all(
            _same(a, b) for a, b in zip(plain.items, lined.items, strict=True)
        )
    return isinstance(lined.value, str) and (plain.text == lined.text or not plain.quoted)


class _Frame:
    """A collection under construction."""

    __slots__ = ("is_map", "key", "key_line", "key_lines", "line", "store")

    def __init__(self, is_map: bool, line: int) -> None:
        self.is_map = is_map
        self.store: Any = {} if is_map else []
        self.key: str | None = None
        self.key_line = 0
        self.key_lines: list[tuple[str, int]] = []
        self.line = line


def _parse_yaml(text: str, name: str) -> Node:
    frames: list[_Frame] = []
    root = Node("", 1)
    for event in _events(text, name):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            raise TreeError(
                f"{name}:{line}: an alias (*{clean(event.anchor or '')[:40]}) is not read, since aliases can make "
                "a small file endless; write the value out"
            )
        if isinstance(event, yaml.CollectionStartEvent):
            if len(frames) >= MAX_DEPTH:
                raise TreeError(f"{name}:{line}: nested deeper than {MAX_DEPTH} levels; simplify it")
            frames.append(_Frame(isinstance(event, yaml.MappingStartEvent), line))
            continue
        if isinstance(event, yaml.ScalarEvent):
            node = Node(clean(event.value), line, (), bool(event.style))
        elif isinstance(event, yaml.CollectionEndEvent):
            frame = frames.pop()
            node = Node(frame.store, frame.line, tuple(frame.key_lines))
        else:
            continue
        if frames:
            _put(frames[-1], node, name)
        else:
            root = node
    return root


def _events(text: str, name: str) -> Iterator[Any]:
    documents = 0
    try:
        for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
            if count > MAX_EVENTS:
                raise TreeError(f"{name}: more than {MAX_EVENTS:,} values; split the file")
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                return
            yield event
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1}" if mark else name
        problem = clean(str(error.problem or error.context or "invalid"))[:120]
        raise TreeError(f"{place}: not valid YAML: {problem}; mend that line") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = clean(str(error).split("\n")[0])[:120]
        raise TreeError(f"{name}: not valid YAML: {problem}; save it as plain UTF-8") from None


def _put(frame: _Frame, node: Node, name: str) -> None:
    if not frame.is_map:
        frame.store.append(node)
    elif frame.key is None:
        if not isinstance(node.value, str):
            raise TreeError(f"{name}:{node.line}: a key must be text; write it as a word")
        frame.key, frame.key_line = node.value, node.line
    else:
        if frame.key in frame.store:
            raise TreeError(
                f"{name}:{frame.key_line}: the key {frame.key[:60]!r} stands twice in one mapping; keep one"
            )
        frame.store[frame.key] = node
        frame.key_lines.append((frame.key, frame.key_line))
        frame.key = None
