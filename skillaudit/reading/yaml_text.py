"""YAML from strangers: one guarded pass over its events, and one tree of nodes that knows its places.

libyaml's own composer recurses on the C stack and can be made to overflow it, and aliases let a kilobyte
stand for gigabytes; its event stream can do neither. The base loader leaves every scalar a string: no dates,
no huge integers, no yes or no.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import yaml

from skillaudit.reading.limits import DEPTH, DIGITS, Bounds

Shape = Literal["plain", "quoted", "block", "sequence", "mapping", "alias"]

_Events: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_Values: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"[-+]?[0-9a-fA-FxXoO_:.,]+")


class YamlError(ValueError):
    """The text is no YAML that is read here; the message ends in no full stop and names no place."""

    def __init__(self, message: str, line: int | None, kind: Literal["invalid", "complex", "alias"]) -> None:
        """Keep the line from 0, or None, and whether YAML's rules or a limit were broken."""
        super().__init__(message)
        self.line = line
        self.kind = kind

    def at(self, place: str) -> str:
        """Return the sentence's beginning for a file at `place`."""
        return f"{place}: {self}" if self.line is None else f"{place}:{self.line + 1}: {self}"


class Position(NamedTuple):
    """A place in a text; both count from 0."""

    line: int
    column: int


class YamlNode(NamedTuple):
    """One value, with the places where it starts and ends."""

    shape: Shape
    value: Any
    """Text, a list of nodes, or for a mapping a list of pairs of nodes; the anchor's name for an alias."""
    start: Position
    end: Position


def events(text: str, bounds: Bounds, *, aliases: bool = False) -> Iterator[Any]:
    """Yield the events of the first document; raises `YamlError` at the first that breaks a rule or a limit."""
    depth = documents = 0
    try:
        event: Any
        for count, event in enumerate(yaml.parse(text, Loader=_Events)):
            line = event.start_mark.line
            if count > bounds.values:
                raise YamlError(f"more than {bounds.values:,} values; {bounds.remedy}", line, "complex")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > DEPTH:
                    raise YamlError(f"nested deeper than {DEPTH} levels; flatten it", line, "complex")
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            elif isinstance(event, yaml.AliasEvent) and not aliases:
                name = "".join(letter for letter in str(event.anchor or "")[:40] if letter.isprintable())
                raise YamlError(
                    f"an alias (*{name}) is not read, since aliases can make a small file endless; "
                    "write the value out",
                    line,
                    "alias",
                )
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
            if documents > 1:
                return
            yield event
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = str(error.problem or error.context or "invalid YAML")
        raise YamlError(said, mark.line if mark else None, "invalid") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, YamlError):
            raise
        raise YamlError(str(error).split("\n")[0] or type(error).__name__, None, "invalid") from None


def compose(text: str, bounds: Bounds, *, aliases: bool = False) -> YamlNode | None:
    """Return the first document of a text as nodes, or None where it holds nothing.

    An alias, where `aliases` lets them stand, is a node of its own and is never expanded. Raises `YamlError`
    for what is no YAML and for what goes beyond `bounds` or 64 levels.
    """
    root: YamlNode | None = None
    # Of each open collection: its event, its values so far, and the key that waits for a value.
    frames: list[tuple[Any, list[Any], list[YamlNode]]] = []
    for event in events(text, bounds, aliases=aliases):
        if isinstance(event, yaml.CollectionStartEvent):
            frames.append((event, [], []))
            continue
        if isinstance(event, yaml.ScalarEvent):
            shape: Shape = "plain" if not event.style else "block" if event.style in "|>" else "quoted"
            node = YamlNode(shape, event.value, *_places(event, event))
        elif isinstance(event, yaml.AliasEvent):
            node = YamlNode("alias", event.anchor, *_places(event, event))
        elif isinstance(event, yaml.CollectionEndEvent):
            opened, values, _ = frames.pop()
            shape = "mapping" if isinstance(opened, yaml.MappingStartEvent) else "sequence"
            node = YamlNode(shape, values, *_places(opened, event))
        else:
            continue
        if not frames:
            root = node
            continue
        opened, values, waiting = frames[-1]
        if isinstance(opened, yaml.SequenceStartEvent):
            values.append(node)
        elif waiting:
            values.append((waiting.pop(), node))
        else:
            waiting.append(node)
    return root


def _places(first: Any, last: Any) -> tuple[Position, Position]:
    start, end = first.start_mark, last.end_mark
    return Position(start.line, start.column), Position(end.line, end.column)


def load(text: str, bounds: Bounds) -> Any:
    """Return the first document as plain values of YAML's own types: text, numbers, dates, lists, dicts.

    Raises `YamlError` as `compose`, for a number of more than 400 digits, and for what no such value is.
    """
    for event in events(text, bounds):
        plain = isinstance(event, yaml.ScalarEvent) and not event.style
        if plain and len(event.value) > DIGITS and _NUMBER.fullmatch(event.value):
            line = event.start_mark.line
            raise YamlError(f"a number of more than {DIGITS} digits; write it shorter", line, "complex")
    try:
        return next(yaml.load_all(text, Loader=_Values), None)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(
            str(error.problem or "invalid YAML"), mark.line if mark else None, "invalid"
        ) from None
    except (yaml.YAMLError, ValueError, OverflowError, TypeError, RecursionError) as error:
        raise YamlError(str(error).split("\n")[0] or type(error).__name__, None, "invalid") from None
