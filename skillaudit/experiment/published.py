"""The papers' own numbers, each with its source."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from skillaudit.experiment.records import PublishedValue
from skillaudit.schema import Record


class _File(Record):
    values: tuple[PublishedValue, ...]


@cache
def _file() -> _File:
    data = files("skillaudit").joinpath("data", "published.json").read_bytes()
    return msgspec.json.decode(data, type=_File)


def published_values(experiment: str) -> tuple[PublishedValue, ...]:
    """Return what was published for an experiment, in the order of the data."""
    return tuple(value for value in _file().values if value.experiment == experiment)


def in_words(experiment: str, *names: str) -> str:
    """Return published numbers as one clause, such as `kappa 91.8 (gpt-4o-mini), 83.5 (gpt-4o)`; no name means all."""
    parts: dict[str, list[str]] = {}
    for value in published_values(experiment):
        if not names or value.name in names:
            number = f"{value.value:g}" if value.value is not None else f"{value.low:g} to {value.high:g}"
            parts.setdefault(value.name, []).append(f"{number} ({value.model})")
    return "; ".join(f"{name} {', '.join(numbers)}" for name, numbers in parts.items())
