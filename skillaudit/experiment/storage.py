"""Results in a folder: one record, two tidy tables and one figure for each experiment and router."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from skillaudit.errors import UsageError
from skillaudit.experiment.chart import svg
from skillaudit.experiment.inference import factors
from skillaudit.experiment.records import Result, Row
from skillaudit.experiment.studies import EXPERIMENTS
from skillaudit.probe.exporting import has_parquet
from skillaudit.probe.records import Decision
from skillaudit.safety.decoding import read_json

SUFFIX = ".experiment.json"


def save(result: Result, folder: Path, decisions: Sequence[Decision] = ()) -> tuple[Path, ...]:
    """Write a result and return its files; tables also as Parquet where pyarrow is installed.

    One table has a row for each condition and seed, the other, where `decisions` are given, one for each of them.

    Raises `UsageError` where the folder cannot be written.
    """
    stem = f"{result.name}-{re.sub(r'[^A-Za-z0-9.-]+', '-', result.router)}"
    record = msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n"
    table = [_flat(row) for row in result.rows]
    each = [_each(result.name, decision) for decision in decisions]
    figure = svg(result.findings, f"{result.title}: {result.router}").encode()
    made = [(f"{stem}{SUFFIX}", record), (f"{stem}.jsonl", _lines(table))]
    if each:
        made.append((f"{stem}.decisions.jsonl.gz", gzip.compress(_lines(each), mtime=0)))
    if has_parquet():
        tables = ((f"{stem}.parquet", table), (f"{stem}.decisions.parquet", each))
        made += [(name, _parquet(rows)) for name, rows in tables if rows]
    if figure:
        made.append((f"{stem}.svg", figure))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in made:
            part = folder / f".{name}.part"
            part.write_bytes(data)
            part.replace(folder / name)
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error.strerror}; name another --out") from error
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


def _parquet(table: list[dict[str, Any]]) -> bytes:
    from importlib import import_module
    from io import BytesIO

    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    columns = dict.fromkeys(name for row in table for name in row)
    # A factor that only some conditions have is empty in the others; one that is not always a number is text.
    values = {name: [row.get(name) for row in table] for name in columns}
    values = {
        name: column
        if len({type(value) for value in column if value is not None}) < 2
        else [None if value is None else str(value) for value in column]
        for name, column in values.items()
    }
    file = BytesIO()
    parquet.write_table(arrow.table(values), file)
    return file.getvalue()


def _flat(row: Row) -> dict[str, Any]:
    """Return a row with a column for each factor, numbers as numbers."""
    made = msgspec.structs.asdict(row)
    levels = _levels(made.pop("factors"))
    return {"experiment": made.pop("experiment"), "router": made.pop("router"), **levels, **made}


def load(folder: Path) -> tuple[Result, ...]:
    """Return the results in a folder, in the order of the experiments, then by router.

    Raises `UsageError` when there are none, or when a file is no result.
    """
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            found.append(read_json(path.read_bytes(), Result))
        except (OSError, msgspec.MsgspecError) as error:
            raise UsageError(f"{path}: is no result of an experiment ({error}); remove it") from error
    if not found:
        raise UsageError(f"{folder} holds no results; run `skillaudit experiment all --out {folder}` first")
    order = {name: at for at, name in enumerate(EXPERIMENTS)}
    return tuple(sorted(found, key=lambda result: (order.get(result.name, len(order)), result.router)))
