"""What an experiment finds, as frozen records that survive JSON."""

from __future__ import annotations

from typing import Literal

from skillaudit.asking.records import Fit, Spending
from skillaudit.laws.coupling import RouterLaws
from skillaudit.schema import Estimate, Record

Ruling = Literal["supported", "partly", "no effect", "opposite"]


class Judgement(Record):
    """How one hypothesis fared on one router."""

    hypothesis: str
    """One clause."""
    ruling: Ruling
    effect: Estimate
    """The number that the ruling rests on, with its 90% interval."""
    unit: str
    """What the number is, in one clause."""
    p: float
    """Two-sided."""
    test: str
    paper: str
    """What the paper found, in its own numbers; empty where nothing was published."""


class Mark(Record):
    """One mark of a figure."""

    x: float
    y: float
    low: float
    high: float


class Series(Record):
    """One line of a figure; `published` lines are drawn apart."""

    label: str
    points: tuple[Mark, ...]
    published: bool = False


class Findings(Record):
    """What the decisions of one experiment say."""

    fits: tuple[Fit, ...] = ()
    verdicts: tuple[Judgement, ...] = ()
    series: tuple[Series, ...] = ()
    x_label: str = "skills on offer"
    x_names: tuple[str, ...] = ()
    """What x = 0, 1, ... stand for; empty where x is a number."""
    y_label: str = "accuracy"
    log_x: bool = False
    notes: tuple[str, ...] = ()
    routers: tuple[RouterLaws, ...] = ()
    """Of the coupling: each router by both laws."""


class ConditionRow(Record):
    """One condition of one seed, for a table in which every column is one thing."""

    experiment: str
    router: str
    seed: int
    factors: dict[str, str]
    offered: float
    """Mean number of skills on offer."""
    decisions: int
    right: int
    hijack: int
    no_skill: int
    """Nothing chosen; of a step that was carried out, a result that is not right."""


class Result(Record):
    """One experiment on one router."""

    name: str
    title: str
    router: str
    seeds: int
    tasks: int
    """Per condition and seed."""
    findings: Findings
    rows: tuple[ConditionRow, ...]
    planned: int
    spending: Spending
    not_applicable: str = ""
    """Why the experiment says nothing about this router, in one sentence; nothing was asked then."""


class PublishedValue(Record):
    """A number that a paper prints."""

    experiment: str
    name: str
    model: str
    value: float | None
    """None where the source gives a range alone."""
    source: str
    low: float | None = None
    high: float | None = None
    note: str = ""
