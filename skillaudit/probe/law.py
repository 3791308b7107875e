"""The law of a library as a probe measured it: the router's own choices among growing parts of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from msgspec.structs import replace

from skillaudit.asking.log import ProbeLog
from skillaudit.asking.records import Decision
from skillaudit.asking.samples import Sample
from skillaudit.errors import UsageError
from skillaudit.laws.curve import fitted_curve
from skillaudit.schema import LawPoint, LibraryCurve

LEAST = 2
"""Sizes that a law needs."""


def measured_law(path: Path, *, model: str | None = None, floor: float | None = None) -> LibraryCurve:
    """Return the law of the latest decay study in a log, of `model` where several were probed.

    Raises `UsageError` when the log is missing or has no such study.
    """
    if not path.is_file():
        raise UsageError(
            f"{path}: there is no such log; `skillaudit probe --study decay --log {path}` makes one"
        )
    decisions: list[Decision] = []
    with ProbeLog(path) as log:
        for run in reversed(list(log.runs())):
            found = [shown.decision for shown in log.decisions([run])]
            decisions = [d for d in found if d.study == "decay" and model in (None, d.model)]
            if decisions:
                break
    sample = Sample(decisions)
    sizes = sorted({int(decision.x) for decision in sample.decisions})
    if len(sizes) < LEAST:
        wanted = f" of {model}" if model else ""
        raise UsageError(f"{path}: holds no decay study{wanted}; run `skillaudit probe --study decay`")
    hijack = sample.marks([decision.outcome == "hijack" for decision in sample.decisions])
    rates = [sample.accuracy(x=size) for size in sizes]
    points = tuple(
        LawPoint(n=n, accuracy=sample.estimate(right), hijack=sample.mean(hijack, sample.where(x=n)).value)
        for n, right in zip(sizes, rates, strict=True)
    )
    law = fitted_curve(sample.decisions[0].model, points, np.stack([one.draws for one in rates]), floor)
    return replace(law, basis="probe")
