"""Rates of decisions that a team keeps as JSONL, masked: what its agents chose, and what was right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from skillaudit.asking.rates import codes, proportion
from skillaudit.asking.records import ArmRates
from skillaudit.errors import UsageError
from skillaudit.probe.exporting import Measured
from skillaudit.requests.names import Names
from skillaudit.routing.decisions import NONE, RIGHT, WRONG, read_lines
from skillaudit.schema import Skill
from skillaudit.stats.intervals import UNKNOWN

_MAGIC = b"SQLite format 3"


def holds_decisions(path: Path) -> bool:
    """Whether a file is of decisions, one a line, and no log of a probe."""
    try:
        with path.open("rb") as file:
            return not file.read(len(_MAGIC)).startswith(_MAGIC)
    except OSError:
        return False


def measured_decisions(path: Path, skills: Sequence[Skill]) -> Measured:
    """Return the rates of the decisions in a file over a library, each counted as often as it came.

    Lines whose right skill nobody judged, and those that a correction alone judged, stay out: users correct what is
    wrong. So do those whose right skills are not in the library, and what was chosen outside it counts as nothing.
    Raises UsageError where nothing is left.
    """
    index = Names(skills)
    rows: list[tuple[str, int, bool, int]] = []
    models: dict[str, int] = {}
    for number, line in read_lines(path):
        gold, choice = line.get("gold"), line.get("choice")
        if (
            not isinstance(gold, list)
            or not isinstance(choice, dict)
            or line.get("gold_from", "review") != "review"
        ):
            continue
        right = {skill for name in gold for skill in index.find(str(name), None)}
        if gold and not right:
            continue
        count = line.get("count", 1)
        if not isinstance(count, int) or not 0 < count <= 1_000_000:
            raise UsageError(f"{path}:{number}: `count` must be a whole number above 0")
        for model, name in choice.items():
            models[str(model)] = models.get(str(model), 0) + count
            rows.append((str(line.get("query")), _outcome(name, right, index), bool(gold), count))
    if not rows:
        raise UsageError(
            f"{path}: no judged decision over this library; judge some with `skillaudit review`, then write the "
            "file again with `skillaudit sessions -o`"
        )
    return Measured(model=max(models, key=lambda name: models[name]), rates=_rates(rows), log=path.name)


def _outcome(name: Any, right: set[str], index: Names) -> int:
    chosen = set(index.find(str(name), None)) if name is not None else set()
    return NONE if not chosen else RIGHT if chosen & right else WRONG


def _rates(rows: Sequence[tuple[str, int, bool, int]]) -> ArmRates:
    groups = codes([row[0] for row in rows])
    outcome, judged, counts = (np.array(part) for part in list(zip(*rows, strict=True))[1:])
    weights = counts.astype(np.float64)

    def share(part: Any, kind: int) -> Any:
        if not part.any():
            return UNKNOWN
        return proportion(outcome[part] == kind, groups[part], weights[part])

    return ArmRates(
        decisions=int(counts[judged].sum()),
        requests=len({row[0] for row in rows}),
        accuracy=share(judged, RIGHT),
        hijack=share(judged, WRONG),
        no_skill=share(judged, NONE),
        invalid=UNKNOWN,
        refusal=UNKNOWN,
        unparsable=UNKNOWN,
        false_trigger=share(~judged, WRONG),
        no_skill_decisions=int(counts[~judged].sum()),
    )
