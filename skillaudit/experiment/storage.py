"""Results in a folder: one record, one tidy table and one figure for each experiment and router."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from skillaudit.errors import UsageError
from skillaudit.experiment.chart import svg
from skillaudit.experiment.records import Result, Row
from skillaudit.experiment.studies import EXPERIMENTS

SUFFIX = ".experiment.json"


def save(result: Result, folder: Path) -> tuple[Path, ...]:
    """Write a result and return its files; raises `UsageError` where the folder cannot be written."""
    stem = f"{result.name}-{re.sub(r'[^A-Za-z0-9.-]+', '-', result.router)}"
    record = msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n"
    table = b"".join(msgspec.json.encode(_flat(row)) + b"\n" for row in result.rows)
    figure = svg(result.findings, f"{result.title}: {result.router}").encode()
    made = [(f"{stem}{SUFFIX}", record), (f"{stem}.jsonl", table)]
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


def _flat(row: Row) -> dict[str, Any]:
    """Return a row with a column for each factor, numbers as numbers."""
    made = msgspec.structs.asdict(row)
    found = made.pop("factors")
    levels = {name: int(level) if level.isdigit() else level for name, level in found.items()}
    return {"experiment": made.pop("experiment"), "router": made.pop("router"), **levels, **made}


def load(folder: Path) -> tuple[Result, ...]:
    """Return the results in a folder, in the order of the experiments, then by router.

    Raises `UsageError` when there are none, or when a file is no result.
    """
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            found.append(msgspec.json.decode(path.read_bytes(), type=Result))
        except (OSError, msgspec.MsgspecError) as error:
            raise UsageError(f"{path}: is no result of an experiment ({error}); remove it") from error
    if not found:
        raise UsageError(f"{folder} holds no results; run `skillaudit experiment all --out {folder}` first")
    order = {name: at for at, name in enumerate(EXPERIMENTS)}
    return tuple(sorted(found, key=lambda result: (order.get(result.name, len(order)), result.router)))
