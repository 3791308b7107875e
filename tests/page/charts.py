"""Reads what a chart of the HTML page would draw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def columns_of(document: dict[str, Any]) -> list[dict[str, list[Any]]]:
    """Return the columns of every source of a chart's document, in order."""
    return [
        dict(source["attributes"]["data"]["entries"])
        for source in _objects(document)
        if source.get("name") == "ColumnDataSource"
    ]


def points_of(document: dict[str, Any]) -> dict[str, list[Any]]:
    """Return the columns of a map's points."""
    return next(columns for columns in columns_of(document) if "note" in columns)


def identifiers(document: dict[str, Any]) -> list[str]:
    """Return the numbers of a chart's models, in order and with repetitions."""
    return [value["id"] for value in _objects(document) if "id" in value]


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    if isinstance(value, list):
        for inner in value:
            yield from _objects(inner)
