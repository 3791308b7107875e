"""Every set of recorded decisions, laid out for the hierarchical fit: who decided, over which library, on what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from skillaudit.routing.decisions import RIGHT, UNASKED, DecisionLog, read_decisions, read_library, read_lines
from skillaudit.routing.profiles import CLASSES
from skillaudit.routing.table import DecisionTable, tabulate
from skillaudit.schema import ScorerName
from tests.benchmarks.routing_classes import Decisions
from tests.benchmarks.routing_data import CONTRAST, log_of, scorer_of

Mask = npt.NDArray[np.bool_]

KAPPA = 90.0
CLASS_OF = {"frontier-2026-11": "frontier", "fable-5": "frontier", "haiku-4.5": "fast"}
"""Class of each current model; all others here are older."""
OLDER = {
    "gpt-4o-2024-11-20": "gpt-4o",
    "gpt-4o-mini-2024-07-18": "gpt-4o-mini",
    "grok-3-mini-beta": "grok-3-mini",
    "openai_gpt-oss-120b@2025-11-12-main": "gpt-oss-120b",
    "openai_gpt-oss-20b@2025-11-12-main": "gpt-oss-20b",
}
SHARED = ("frontier_sizes", "frontier_names", "frontier_cut100")
"""The same 167 requests of four libraries, over several lists."""
CAPACITY: tuple[tuple[float, float], ...] = ((0.0, 0.0), (0.0, 0.4), (-1.0, 1.0))
"""Prior of the capacity coefficient by class: a frontier model loses nothing from 12 to 2,000 skills, a fast one was
measured at one size, older ones fell."""


@dataclass(frozen=True, slots=True)
class Source:
    """One log and what is known of each of its decisions."""

    name: str
    log: DecisionLog
    table: DecisionTable
    cell: list[str]
    """Per decision the list that it was asked over."""
    library: list[str]
    request_set: list[str]
    group: str
    """What is left out together: requests of one library, in whichever list."""


@dataclass(frozen=True, slots=True)
class Pool:
    """All decisions that have a right skill, in rows, with their labels."""

    data: Decisions
    cell: npt.NDArray[np.str_]
    group: npt.NDArray[np.str_]
    model: npt.NDArray[np.str_]
    size: npt.NDArray[np.int64]


def current(data: Path, scorer: ScorerName) -> list[Source]:
    """Logs of current models that were asked to choose."""
    found = []
    for folder in sorted((data / "routing").glob("frontier_*")):
        found.append(_source(folder.name, folder / "queries.jsonl.gz", folder / "library.jsonl.gz", scorer))
    folder = data / "routing" / "vexjoy_routing"
    for path in sorted(folder.glob("queries_*")):
        arm = path.name.removeprefix("queries_").removesuffix(".jsonl.gz")
        found.append(_source(f"vexjoy {arm}", path, folder / f"library_{arm}.jsonl.gz", scorer))
    return found


def _source(name: str, path: Path, library: Path, scorer: ScorerName) -> Source:
    log = read_decisions(path, read_library(library))
    table = tabulate(log, scorer_of(scorer, log.skills), CONTRAST[scorer], KAPPA)
    lines = _aligned([value for _, value in read_lines(path)], log)
    if name in SHARED:
        home = [str(line["source"]).split("/")[0] for line in lines]
        cells = [f"{name.removeprefix('frontier_')} {line['condition']}" for line in lines]
        return Source(name, log, table, cells, home, home, "four libraries")
    if name.startswith("vexjoy"):
        same = ["vexjoy"] * len(lines)
        return Source(name, log, table, [name] * len(lines), same, same, "vexjoy")
    label = name.removeprefix("frontier_")
    kinds = [f"{label}/{line.get('kind', '')}" for line in lines]
    return Source(name, log, table, [label] * len(lines), [label] * len(lines), kinds, label)


def _aligned(lines: list[dict[str, object]], log: DecisionLog) -> list[dict[str, object]]:
    """The lines of a file that became decisions, in order."""
    kept: list[dict[str, object]] = []
    for line in lines:
        if len(kept) < len(log.decisions) and line["query"] == log.decisions[len(kept)].query:
            kept.append(line)
    assert len(kept) == len(log.decisions)
    return kept


def older(data: Path, scorer: ScorerName) -> list[Source]:
    """Logs of function calls by models of 2024 and 2025."""
    found = []
    for name in ("bfcl_pool", "bfcl_live_multiple"):
        log = log_of(data, name)
        table = tabulate(log, scorer_of(scorer, log.skills), CONTRAST[scorer], KAPPA)
        same = [name] * len(log.decisions)
        found.append(Source(name, log, table, same, same, same, name))
    return found


def asked(source: Source) -> Iterator[tuple[str, str, str]]:
    """(column of the log, model, class) of everyone who decided in a log and is fitted."""
    for column in source.log.models:
        name = column.split("@")[0]
        if name in CLASS_OF:
            yield column, name, CLASS_OF[name]
        elif column in OLDER:
            yield column, OLDER[column], "older"


def pool(sources: list[Source]) -> Pool:
    """All routed decisions of some logs in rows."""
    rows: list[tuple[float, float, float, str, str, str, str, str, str, str, int]] = []
    for source in sources:
        for column, model, kind in asked(source):
            outcome = source.table.outcomes[column]
            for row in np.flatnonzero(source.table.routed & (outcome != UNASKED)).tolist():
                rows.append(
                    (
                        float(source.table.x[row, 1]),
                        float(source.table.x[row, 2]),
                        float(outcome[row] == RIGHT),
                        kind,
                        model,
                        source.library[row],
                        source.request_set[row],
                        f"{source.cell[row]} {model}" if kind != "older" else source.cell[row],
                        source.group,
                        source.log.decisions[row].query,
                        int(source.table.size[row]),
                    )
                )
    columns = list(zip(*rows, strict=True))
    times = Counter(zip(columns[4], columns[9], strict=True))
    weight = [1.0 / times[key] for key in zip(columns[4], columns[9], strict=True)]
    return Pool(
        data=Decisions(
            clearance=np.array(columns[0]),
            capacity=np.array(columns[1]),
            right=np.array(columns[2]),
            weight=np.array(weight),
            group=np.array([CLASSES.index(kind) for kind in columns[3]]),
            model=_codes(columns[4]),
            library=_codes(columns[5]),
            request_set=_codes(columns[6]),
        ),
        cell=np.array(columns[7]),
        group=np.array(columns[8]),
        model=np.array(columns[4]),
        size=np.array(columns[10]),
    )


def _codes(labels: object) -> npt.NDArray[np.int64]:
    return np.unique(np.array(labels), return_inverse=True)[1].astype(np.int64)
