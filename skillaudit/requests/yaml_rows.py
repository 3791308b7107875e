"""Read YAML from strangers into plain values with line numbers: no recursion, no aliases, no types."""

from __future__ import annotations

from typing import Any

import yaml

from skillaudit.safety.cleaning import clean

LINE = "\0line"
"""Key under which a mapping keeps its line; cannot stand in a YAML text."""

MAX_EVENTS = 2_000_000
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_PLAIN = {"true": True, "false": False, "null": None, "~": None, "": None}


class YamlError(ValueError):
    """The text is not YAML, or uses what a list of requests has no need of."""

    def __init__(self, message: str, line: int) -> None:
        """Keep the 1-based line that it happened on."""
        super().__init__(message)
        self.line = line


def _scalar(event: yaml.ScalarEvent) -> Any:
    if event.style is None and event.value.casefold() in _PLAIN:
        return _PLAIN[event.value.casefold()]
    return clean(event.value)


def parse_yaml(text: str) -> Any:
    """Return the first document of `text` as lists, mappings, strings, booleans and None.

    Mappings carry their 1-based line under `LINE`. Raises `YamlError` for broken YAML, aliases (a few bytes
    of which can stand for gigabytes) and documents over two million events.
    """
    root: list[Any] = []
    stack: list[tuple[Any, list[str]]] = [(root, [])]
    try:
        for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if count > MAX_EVENTS:
                raise YamlError("the YAML is too large", line)
            if isinstance(event, yaml.AliasEvent):
                raise YamlError("YAML aliases are not read here", line)
            if isinstance(event, yaml.DocumentEndEvent):
                break
            if isinstance(event, yaml.CollectionEndEvent):
                stack.pop()
            elif isinstance(event, yaml.ScalarEvent):
                _put(stack[-1], event.value, _scalar(event))
            elif isinstance(event, yaml.CollectionStartEvent):
                value: Any = {LINE: line} if isinstance(event, yaml.MappingStartEvent) else []
                _put(stack[-1], "", value)
                stack.append((value, []))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(f"not valid YAML ({error.problem})", mark.line + 1 if mark else 1) from None
    except yaml.YAMLError:
        raise YamlError("not valid YAML", 1) from None
    return root[0] if root else None


def _put(frame: tuple[Any, list[str]], key: str, value: Any) -> None:
    """Add a value to the open list, or to the open mapping as its next key or value."""
    container, keys = frame
    if isinstance(container, list):
        container.append(value)
    elif keys:
        container[keys.pop()] = value
    else:
        keys.append(key)
