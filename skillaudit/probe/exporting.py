"""Take decisions out of a log: as files of recorded decisions, as Parquet, as measured rates."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from skillaudit.asking.log import ProbeLog
from skillaudit.asking.parquet import Kind, has_parquet, parquet
from skillaudit.asking.rates import rates
from skillaudit.asking.records import ArmRates, Entry, Shown
from skillaudit.disk.writing import replace, reported
from skillaudit.errors import UsageError
from skillaudit.schema import Record, Skill

LIBRARY, QUERIES, TABLE = "library.jsonl.gz", "queries.jsonl.gz", "decisions.parquet"


class Measured(Record):
    """What a log says about a library, whatever was forecast."""

    model: str
    rates: ArmRates
    log: str = ""
    """Name of the file."""
    changed: tuple[str, ...] = ()
    """Skills whose listed text is no longer the one that was probed, or that were not probed."""


def export(log: ProbeLog, folder: Path, runs: Iterable[str] | None = None) -> tuple[Path, ...]:
    """Write `library.jsonl.gz` and `queries.jsonl.gz`, which `read_decisions` reads, and Parquet where that can be.

    One line stands for one decision; `candidates_idx` are rows of the library, in the order shown. Returns the files
    written, without the Parquet file where pyarrow is not installed.
    """
    make_folder(folder)
    found = list(log.decisions(runs))
    texts = sorted({(e.name, e.description) for shown in found for e in shown.entries})
    row_of = {text: row for row, text in enumerate(texts)}
    library = ({"name": name, "description": description} for name, description in texts)
    _write(folder / LIBRARY, library)
    _write(folder / QUERIES, (_line(shown, row_of) for shown in found))
    written = [folder / LIBRARY, folder / QUERIES]
    if has_parquet():
        _replace(folder / TABLE, parquet([_row(shown) for shown in found], _COLUMNS))
        written.append(folder / TABLE)
    return tuple(written)


def make_folder(folder: Path) -> None:
    """Make a folder for an export; raises UsageError where files cannot be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be a folder to export to ({error.strerror})") from error
    if not os.access(folder, os.W_OK):
        raise UsageError(f"{folder}: cannot be written to; name another --export")


def _line(shown: Shown, row_of: dict[tuple[str, str], int]) -> dict[str, Any]:
    decision = shown.decision
    return {
        "id": decision.key,
        "study": decision.study,
        "condition": decision.condition,
        "query": decision.query,
        "gold": shown.right,
        "candidates": None,
        "candidates_idx": [row_of[entry.name, entry.description] for entry in shown.entries],
        "choice": {decision.model: shown.choice},
        "outcome": decision.outcome,
        "position": decision.position,
        "repeat": decision.repeat,
        "answers": list(decision.answers),
    }


def _write(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    # No name and no time in the header: equal decisions make equal files.
    text = b"".join(json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n" for line in lines)
    _replace(path, gzip.compress(text, mtime=0))


def _replace(path: Path, data: bytes) -> None:
    with reported(path):
        replace(path, data)


_COLUMNS: dict[str, Kind] = {
    "run": "text", "key": "text", "study": "text", "model": "text", "condition": "text", "x": "number",
    "query": "text", "outcome": "text", "chosen": "text", "gold": "texts", "offered": "texts", "position": "whole",
    "repeat": "whole", "answers": "texts",
}  # fmt: skip


def _row(shown: Shown) -> dict[str, Any]:
    return {"run": shown.run, **{name: getattr(shown.decision, name) for name in _COLUMNS if name != "run"}}


def measured(path: Path, *, model: str | None = None, skills: Sequence[Skill] | None = None) -> Measured:
    """Return the rates of an accuracy study in a log, of `model` where several were probed.

    `skills` are the routable ones of the library in question: taken is the study that knows most of them as they
    are now, the latest of equals; those whose text differs from what was asked about are named. Raises
    `UsageError` when the log is missing or has no such study.
    """
    if not path.is_file():
        raise UsageError(f"{path}: there is no such log; `skillaudit probe --log {path}` makes one")
    with ProbeLog(path) as log:
        best: list[Shown] = []
        changed: tuple[str, ...] = ()
        for run in reversed(list(log.runs())):
            found = [
                shown
                for shown in log.decisions([run])
                if shown.decision.study == "accuracy" and model in (None, shown.decision.model)
            ]
            differ = _changed(found, skills or ())
            if found and (not best or len(differ) < len(changed)):
                best, changed = found, differ
            if best and not changed:
                break
    if not best:
        wanted = f" of {model}" if model else ""
        raise UsageError(f"{path}: holds no accuracy study{wanted}; run `skillaudit probe` on this library")
    return Measured(
        model=best[0].decision.model,
        rates=rates([shown.decision for shown in best]),
        log=path.name,
        changed=changed,
    )


def _changed(found: Sequence[Shown], skills: Sequence[Skill]) -> tuple[str, ...]:
    """Ids of the skills that were not asked about as they are now."""
    known: dict[str, set[Entry]] = {}
    for shown in found:
        for skill, entry in zip(shown.decision.offered, shown.entries, strict=True):
            known.setdefault(skill, set()).add(entry)
    return tuple(skill.id for skill in skills if not _same(skill, known.get(skill.id, set())))


def _same(skill: Skill, known: set[Entry]) -> bool:
    """Whether a skill's text is one that was shown, cut as its client may have cut it."""
    return any(
        entry.name == skill.name and skill.description.startswith(entry.description.rstrip("…."))
        for entry in known
    )
