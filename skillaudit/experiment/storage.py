"""Results in a folder: one record, two tidy tables and one figure for each experiment and router."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from skillaudit.asking.parquet import Kind, has_parquet, parquet
from skillaudit.asking.records import Decision
from skillaudit.asking.samples import factors
from skillaudit.disk.writing import replace, reported
from skillaudit.errors import UsageError
from skillaudit.experiment.coupling import with_coupling
from skillaudit.experiment.records import ConditionRow, Result
from skillaudit.experiment.studies import EXPERIMENTS
from skillaudit.reading import read_record
from skillaudit.reading.limits import RESULTS

SUFFIX = ".experiment.json"


def save(
    result: Result, folder: Path, decisions: Sequence[Decision] = (), figure: str = ""
) -> tuple[Path, ...]:
    """Write a result and return its files; tables also as Parquet where pyarrow is installed.

    One table has a row for each condition and seed, the other, where `decisions` are given, one for each of them.
    `figure` is SVG.

    Raises `UsageError` where the folder cannot be written.
    """
    stem = f"{result.name}-{re.sub(r'[^A-Za-z0-9.-]+', '-', result.router)}"
    record = msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n"
    table = [_flat(row) for row in result.rows]
    each = [_each(result.name, decision) for decision in decisions]
    made = [(f"{stem}{SUFFIX}", record), (f"{stem}.jsonl", _lines(table))]
    if each:
        made.append((f"{stem}.decisions.jsonl.gz", gzip.compress(_lines(each), mtime=0)))
    if has_parquet():
        tables = ((f"{stem}.parquet", table), (f"{stem}.decisions.parquet", each))
        made += [(name, _table(rows)) for name, rows in tables if rows]
    if figure:
        made.append((f"{stem}.svg", figure.encode()))
    with reported(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in made:
            replace(folder / name, data)
    return tuple(folder / name for name, _ in made)


def _lines(table: Sequence[dict[str, Any]]) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in table)


def _each(experiment: str, decision: Decision) -> dict[str, Any]:
    """Return a decision with a column for each factor; of a step that was carried out, `gold` is the right result."""
    return {
        "experiment": experiment,
        "router": decision.model,
        **_levels(factors(decision.condition)),
        "seed": decision.repeat,
        "x": decision.x,
        "group": decision.group,
        "query": decision.query,
        "offered": len(decision.offered),
        "position": decision.position,
        "gold": decision.gold[0],
        "chosen": decision.chosen,
        "outcome": decision.outcome,
    }


def _levels(found: Mapping[str, str]) -> dict[str, Any]:
    """Return factors with numbers as numbers."""
    return {name: int(level) if level.isdigit() else level for name, level in found.items()}


def _columns(table: Sequence[Mapping[str, Any]]) -> dict[str, Kind]:
    """Return the kind of every column that any row has; one that is not always a number is text."""
    found: dict[str, set[type]] = {}
    for row in table:
        for name, value in row.items():
            found.setdefault(name, set()).update(() if value is None else {type(value)})
    kinds: dict[frozenset[type], Kind] = {frozenset({int}): "whole", frozenset({float}): "number"}
    return {name: kinds.get(frozenset(types), "text") for name, types in found.items()}


def _table(table: Sequence[Mapping[str, Any]]) -> bytes:
    kinds = _columns(table)

    def fit(name: str, value: Any) -> Any:
        return str(value) if kinds[name] == "text" and value is not None else value

    return parquet([{name: fit(name, value) for name, value in row.items()} for row in table], kinds)


def _flat(row: ConditionRow) -> dict[str, Any]:
    """Return a row with a column for each factor, numbers as numbers."""
    made = msgspec.structs.asdict(row)
    levels = _levels(made.pop("factors"))
    return {"experiment": made.pop("experiment"), "router": made.pop("router"), **levels, **made}


def load(folder: Path) -> tuple[Result, ...]:
    """Return the results in a folder, in the order of the experiments, then by router, and that of the coupling.

    Raises `UsageError` when there are none, or when a file is no result.
    """
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        found.append(read_record(path, Result, RESULTS))
    if not found:
        raise UsageError(f"{folder} holds no results; run `skillaudit experiment all --out {folder}` first")
    order = {name: at for at, name in enumerate(EXPERIMENTS)}
    found.sort(key=lambda result: (order.get(result.name, len(order)), result.router))
    return with_coupling(found)
