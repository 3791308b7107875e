"""Read a frontmatter's mapping: no recursion, no expansion of aliases, places kept."""

from __future__ import annotations

from typing import NamedTuple

from skillaudit.reading.limits import FRONTMATTER
from skillaudit.reading.yaml_text import Position, Shape, YamlError, YamlNode, compose
from skillaudit.safety.cleaning import clean, removed_classes


class Value(NamedTuple):
    """One value of the top-level mapping; lines count from 0 in the parsed text."""

    shape: Shape
    data: object
    """Text, or nested lists and dicts of text."""
    key_line: int
    start: Position
    end: Position


class Mapping(NamedTuple):
    """A parsed block: keys as written, and the keys that stood there twice."""

    values: dict[str, Value]
    repeated: tuple[str, ...]
    aliases: bool
    odd_key: bool
    """True when a list or a mapping stands as a key, which most loaders refuse."""
    hidden: tuple[int, tuple[str, ...]] | None = None
    """Line, from 0, of the first text whose escapes spell what `clean` removes, and the classes removed."""


class NotMappingError(Exception):
    """The block is valid YAML, but not a mapping (or holds nothing)."""

    def __init__(self, empty: bool) -> None:
        """Say whether the block held nothing at all."""
        super().__init__("not a mapping")
        self.empty = empty


class TooComplexError(Exception):
    """The block is larger or deeper than any honest frontmatter."""


class InvalidError(Exception):
    """Strict YAML rejects the block."""

    def __init__(self, problem: str, line: int | None) -> None:
        """Keep the parser's words and the line, counted from 0, that it stopped at."""
        super().__init__(problem)
        self.problem = problem
        self.line = line


def parse_mapping(text: str) -> Mapping:
    """Return the top-level mapping of `text`, every text in it cleaned after its escapes were read.

    Raises `InvalidError` when strict YAML rejects it, `NotMappingError` when it is something else, and
    `TooComplexError` over 64 KiB, 20,000 events or 64 levels.
    """
    if len(text) > FRONTMATTER.disk:
        raise TooComplexError
    try:
        root = compose(text, FRONTMATTER, aliases=True)
    except YamlError as error:
        if error.kind == "complex":
            raise TooComplexError from None
        raise InvalidError(str(error), error.line) from None
    if root is None or root.shape != "mapping":
        raise NotMappingError(empty=root is None or (isinstance(root.value, str) and not root.value.strip()))
    return _mapping(root)


def _mapping(root: YamlNode) -> Mapping:
    values: dict[str, Value] = {}
    repeated: list[str] = []
    marks = _Marks()
    for key, value in root.value:
        name = _key(key, marks)
        if name in values:
            repeated.append(name)
        values[name] = Value(value.shape, _data(value, marks), key.start.line, value.start, value.end)
    return Mapping(values, tuple(repeated), marks.aliases, marks.odd_key, marks.hidden)


class _Marks:
    """What was met on the way through the nodes."""

    def __init__(self) -> None:
        self.aliases = False
        self.odd_key = False
        self.hidden: tuple[int, tuple[str, ...]] | None = None


def _key(node: YamlNode, marks: _Marks) -> str:
    """Return a key's text; that of a nested key would double at every level, and no skill uses one."""
    data = _data(node, marks)
    marks.odd_key = marks.odd_key or not isinstance(data, str)
    return data if isinstance(data, str) else f"({node.shape})"


def _data(node: YamlNode, marks: _Marks) -> object:
    """Return a value as text, or as nested lists and dicts of text."""
    if node.shape == "alias":
        marks.aliases = True
        return ""
    if node.shape == "sequence":
        return [_data(item, marks) for item in node.value]
    if node.shape == "mapping":
        return {_key(key, marks): _data(value, marks) for key, value in node.value}
    text = clean(node.value)
    if text != node.value and marks.hidden is None and (classes := removed_classes(node.value)):
        marks.hidden = node.start.line, classes
    return text
