"""Read YAML of requests into plain values with line numbers: no recursion, no aliases, no types."""

from __future__ import annotations

from typing import Any

from skillaudit.reading.limits import Bounds
from skillaudit.reading.yaml_text import YamlNode, compose
from skillaudit.safety.cleaning import clean

LINE = "\0line"
"""Key under which a mapping keeps its line; cannot stand in a YAML text."""

_PLAIN = {"true": True, "false": False, "null": None, "~": None, "": None}


def parse_yaml(text: str, bounds: Bounds) -> Any:
    """Return the first document of `text` as lists, mappings, strings, booleans and None.

    Mappings carry their 1-based line under `LINE`. Raises `YamlError` for broken YAML, for aliases and for
    what goes beyond `bounds` or 64 levels.
    """
    root = compose(text, bounds)
    return None if root is None else _value(root)


def _value(node: YamlNode) -> Any:
    if node.shape == "sequence":
        return [_value(item) for item in node.value]
    if node.shape == "mapping":
        found: dict[str, Any] = {LINE: node.start.line + 1}
        found.update((_key(key), _value(value)) for key, value in node.value)
        return found
    if node.shape == "plain" and node.value.casefold() in _PLAIN:
        return _PLAIN[node.value.casefold()]
    return clean(node.value)


def _key(node: YamlNode) -> str:
    return node.value if isinstance(node.value, str) else ""
