"""YAML and JSON as a tree that knows its lines: no aliases, no tags, no recursion, bounded."""

from __future__ import annotations

from typing import Any, NamedTuple

from skillaudit.errors import LoadError
from skillaudit.load import clean
from skillaudit.reading import JsonError, parse_json
from skillaudit.reading.limits import AGENTS
from skillaudit.reading.yaml_text import YamlError, YamlNode, compose


class TreeNode(NamedTuple):
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
    def items(self) -> list[TreeNode]:
        """The elements of a list; nothing for anything else."""
        return self.value if isinstance(self.value, list) else []

    @property
    def fields(self) -> dict[str, TreeNode]:
        """The entries of a mapping; nothing for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    def get(self, key: str) -> TreeNode:
        """Return the entry under `key`, or an empty node on this line."""
        return self.fields.get(key, TreeNode("", self.line))

    def line_of(self, key: str) -> int:
        """Return the line of a key, or of the mapping when it has no such key."""
        return dict(self.key_lines).get(key, self.line)


class TreeError(LoadError):
    """The text is no YAML or JSON that this program will read."""


def parse(data: bytes, name: str, *, as_json: bool = False) -> TreeNode:
    """Return the tree of one document; scalars stay text, control characters are removed.

    Raises `TreeError` naming `name` and the line for invalid text, aliases (which can grow a small file
    without bound), repeated keys, other keys than text, more than 4 MiB, 200,000 events or 64 levels.
    """
    if len(data) > AGENTS.disk:
        raise TreeError(f"{name}: {AGENTS.what} of more than 4 MiB; {AGENTS.remedy}")
    text = data.decode("utf-8-sig", "replace")
    if as_json:
        return _parse_json(text, name)
    return _parse_yaml(_printable(text), name)


def _printable(text: str) -> str:
    # libyaml refuses control characters, and line ends must stay where they are.
    return clean(text)


def _parse_json(text: str, name: str) -> TreeNode:
    """Read JSON strictly, and take the lines from its YAML events where they tell the same."""
    try:
        value = parse_json(text, AGENTS, object_pairs_hook=_no_repeats)
    except JsonError as error:
        raise TreeError(error.at(name)) from None
    except _RepeatedKeyError as error:
        raise TreeError(f"{name}: the key {error} stands twice in one object; keep one") from None
    plain = _from_values(value)
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


def _from_values(value: Any) -> TreeNode:
    if isinstance(value, dict):
        return TreeNode({clean(k): _from_values(v) for k, v in value.items()}, 0)
    if isinstance(value, list):
        return TreeNode([_from_values(item) for item in value], 0)
    if value is None:
        return TreeNode("", 0)
    if isinstance(value, bool):
        return TreeNode("true" if value else "false", 0)
    return TreeNode(clean(str(value)), 0, (), isinstance(value, str))


def _same(plain: TreeNode, lined: TreeNode) -> bool:
    if isinstance(plain.value, dict):
        ours, theirs = plain.fields, lined.fields
        return ours.keys() == theirs.keys() and all(_same(ours[key], theirs[key]) for key in ours)
    if isinstance(plain.value, list):
        return len(plain.items) == len(lined.items) and all(
            _same(a, b) for a, b in zip(plain.items, lined.items, strict=True)
        )
    return isinstance(lined.value, str) and (plain.text == lined.text or not plain.quoted)


def _parse_yaml(text: str, name: str) -> TreeNode:
    try:
        root = compose(text, AGENTS)
    except YamlError as error:
        if error.kind != "invalid":
            raise TreeError(error.at(name)) from None
        problem = clean(str(error))[:120]
        remedy = "save it as plain UTF-8" if error.line is None else "mend that line"
        place = name if error.line is None else f"{name}:{error.line + 1}"
        raise TreeError(f"{place}: not valid YAML: {problem}; {remedy}") from None
    return TreeNode("", 1) if root is None else _from_yaml(root, name)


def _from_yaml(node: YamlNode, name: str) -> TreeNode:
    line = node.start.line + 1
    if node.shape == "sequence":
        return TreeNode([_from_yaml(item, name) for item in node.value], line)
    if node.shape != "mapping":
        return TreeNode(clean(node.value), line, (), node.shape != "plain")
    store: dict[str, TreeNode] = {}
    key_lines: list[tuple[str, int]] = []
    for key, value in node.value:
        at = key.start.line + 1
        if not isinstance(key.value, str):
            raise TreeError(f"{name}:{at}: a key must be text; write it as a word")
        if key.value in store:
            raise TreeError(f"{name}:{at}: the key {key.value[:60]!r} stands twice in one mapping; keep one")
        store[key.value] = _from_yaml(value, name)
        key_lines.append((key.value, at))
    return TreeNode(store, line, tuple(key_lines))
