"""Parse a YAML mapping from its events: no recursion, no expansion of aliases, lines kept."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import yaml

from skillaudit.safety.cleaning import clean, removed_classes

# libyaml's own composer recurses on the C stack and can be made to overflow it; its event stream
# cannot. The base loader leaves every scalar a string: no dates, no huge integers, no yes/no.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

MAX_CHARS = 65_536
MAX_EVENTS = 20_000
MAX_DEPTH = 64

Shape = Literal["plain", "quoted", "block", "sequence", "mapping", "alias"]


class Value(NamedTuple):
    """One value of the top-level mapping; lines count from 0 in the parsed text."""

    shape: Shape
    data: object
    """Text, or nested lists and dicts of text."""
    key_line: int
    start: tuple[int, int]
    end: tuple[int, int]


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


class _Frame:
    """A collection under construction."""

    __slots__ = ("entry", "is_map", "key", "key_line", "store")

    def __init__(self, is_map: bool, entry: tuple[Shape, int, tuple[int, int]]) -> None:
        self.is_map = is_map
        self.store: Any = {} if is_map else []
        self.key: object = None
        self.key_line = 0
        self.entry = entry


def parse_mapping(text: str) -> Mapping:
    """Return the top-level mapping of `text`, every text in it cleaned after its escapes were read.

    Raises `InvalidError` when strict YAML rejects it, `NotMappingError` when it is something else, and
    `TooComplexError` over 64 KiB, 20,000 events or 64 levels.
    """
    if len(text) > MAX_CHARS:
        raise TooComplexError
    builder = _Builder()
    try:
        for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
            if count > MAX_EVENTS:
                raise TooComplexError
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise InvalidError(
            error.problem or error.context or "invalid YAML", mark.line if mark else None
        ) from None
    except yaml.YAMLError as error:
        raise InvalidError(str(error).split("\n")[0], None) from None
    except (ValueError, RecursionError) as error:
        raise InvalidError(type(error).__name__, None) from None
    if not builder.found_mapping:
        raise NotMappingError(empty=builder.empty)
    return Mapping(builder.values, tuple(builder.repeated), builder.aliases, builder.odd_key, builder.hidden)


class _Builder:
    """Turns events into the top-level mapping of the first document."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.repeated: list[str] = []
        self.aliases = False
        self.odd_key = False
        self.hidden: tuple[int, tuple[str, ...]] | None = None
        self.found_mapping = False
        self.empty = True
        self._frames: list[_Frame] = []
        self._documents = 0

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
        if self._documents != 1:
            return
        start = (event.start_mark.line, event.start_mark.column)
        end = (event.end_mark.line, event.end_mark.column)
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, start, end)
        elif isinstance(event, yaml.AliasEvent):
            self.aliases, self.empty = True, False
            self._put("alias", "", start, end)
        elif isinstance(event, yaml.CollectionStartEvent):
            self.empty = False
            is_map = isinstance(event, yaml.MappingStartEvent)
            if len(self._frames) >= MAX_DEPTH:
                raise TooComplexError
            self.found_mapping = self.found_mapping or (is_map and not self._frames)
            self._frames.append(_Frame(is_map, ("mapping" if is_map else "sequence", start[0], start)))
        elif isinstance(event, yaml.CollectionEndEvent):
            frame = self._frames.pop()
            if self._frames:
                self._put(frame.entry[0], frame.store, frame.entry[2], end)

    def _scalar(self, event: Any, start: tuple[int, int], end: tuple[int, int]) -> None:
        if not self._frames:
            self.empty = self.empty and not event.value.strip()
            return
        shape: Shape = "plain" if not event.style else "block" if event.style in "|>" else "quoted"
        text = clean(event.value)
        if text != event.value and self.hidden is None and (classes := removed_classes(event.value)):
            self.hidden = start[0], classes
        self._put(shape, text, start, end)

    def _put(self, shape: Shape, data: object, start: tuple[int, int], end: tuple[int, int]) -> None:
        if not self._frames:
            return
        frame = self._frames[-1]
        if not frame.is_map:
            frame.store.append(data)
            return
        if frame.key is None:
            self.odd_key = self.odd_key or not isinstance(data, str)
            # The text of a nested key would double at every level; no skill uses one.
            frame.key = data if isinstance(data, str) else f"({shape})"
            frame.key_line = start[0]
            return
        key, frame.key = frame.key, None
        if len(self._frames) == 1:
            if key in self.values:
                self.repeated.append(str(key))
            self.values[str(key)] = Value(shape, data, frame.key_line, start, end)
        else:
            frame.store[key] = data
