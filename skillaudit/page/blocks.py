"""The blocks that a record becomes: what is said, and not how it looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from skillaudit.page.figures import plural
from skillaudit.page.lines import Align, Span
from skillaudit.schema import Estimate, Report

Item = TypeVar("Item")
Most = int | None
"""How many entries of a list are shown; None is all."""


class Title(NamedTuple):
    """First line of a document."""

    text: str
    badges: tuple[Span, ...] = ()


class Heading(NamedTuple):
    """Heading of a section, with a quiet note behind it; `id` is where links to the section lead."""

    text: str
    note: str = ""
    id: str = ""


class Paragraph(NamedTuple):
    """Wrapped text of one tone."""

    text: str
    tone: str = ""
    indent: int = 0


class Field(NamedTuple):
    """A label with its value."""

    label: str
    value: tuple[Span, ...]


class Bullet(NamedTuple):
    """A wrapped sentence, with where it leads (`link`, shown as `tail`) and a figure in front."""

    figure: str
    text: str
    tail: str = ""
    link: str = ""
    tone: str = ""
    origin: str = ""
    """File that the sentence comes from, and its line where that is known."""


class Column(NamedTuple):
    """Head and alignment of one column of a table; width 0 takes what is left."""

    head: str
    width: int = 0
    align: Align = "left"


class Row(NamedTuple):
    """Cells of a table's row, sentences that belong to it, and where links to it lead."""

    cells: tuple[Span, ...]
    notes: tuple[str, ...] = ()
    id: str = ""


class Table(NamedTuple):
    """Rows under heads; `left` more `what` are not in it."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    headed: bool = True
    left: int = 0
    what: str = "row"
    whole: tuple[tuple[str, ...], ...] = ()
    """The cells of all rows, those left out among them, for a page to search, and to draw as they come in sight."""
    about: tuple[str, ...] = ()
    """What is said about each row of `whole`, as much of it as there is room for."""


class More(NamedTuple):
    """What a shortened list leaves out."""

    left: int
    what: str


class Gauge(NamedTuple):
    """A labelled estimate, in figures and on a line from 0 to 1."""

    label: str
    value: Estimate
    tone: str = "accent"


class Share(NamedTuple):
    """A labelled rate with a few words, and a bar for its part of `whole`."""

    label: str
    value: float
    whole: float
    words: str
    tone: str = "accent"


class Diff(NamedTuple):
    """A text and what becomes of it, with the words marked that go and come."""

    before: str
    after: str


class Point(NamedTuple):
    """One point of a curve with the ends of its interval."""

    x: float
    value: Estimate


class Line(NamedTuple):
    """One curve; a `reference` was published by others and is drawn dashed."""

    label: str
    points: tuple[Point, ...]
    reference: bool = False


class Curve(NamedTuple):
    """Rates against something, such as the size of a library."""

    title: str
    lines: tuple[Line, ...]
    x_label: str = "skills"
    y_label: str = "accuracy"
    log: bool = False
    names: tuple[str, ...] = ()
    """What x means at 0, 1, 2 and so on, where it is no number."""
    floor: float | None = None


class Map(NamedTuple):
    """Where the skills stand; only a page that draws has it."""

    report: Report


Block = (
    Title | Heading | Paragraph | Field | Bullet | Table | More | Gauge | Share | Diff | Curve | Map
)  # fmt: skip


def field(label: str, text: str, tone: str = "") -> Field:
    """Return a field of one run of text."""
    return Field(label, (Span(text, tone),))


def link(skill: str, text: str = "") -> Span:
    """Name a skill so that it can be followed."""
    return Span(text or skill, "link", skill)


def table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Span] | Row],
    total: int | None = None,
    what: str = "row",
) -> Table:
    """Return a table of the first rows of `total`."""
    made = tuple(row if isinstance(row, Row) else Row(tuple(row)) for row in rows)
    return Table(tuple(columns), made, left=0 if total is None else total - len(made), what=what)


def head(items: Sequence[Item], most: int | None) -> Sequence[Item]:
    """Return the first `most` items; None is all."""
    return items if most is None else items[:most]


def more(shown: int, total: int, what: str) -> list[Block]:
    """Say what a shortened list leaves out; nothing when it is whole."""
    return [More(total - shown, what)] if total > shown else []


def left_out(count: int, what: str) -> str:
    """Write what a list leaves out."""
    return (
        f"and {plural(count, what)} more"
        if not what.endswith("y")
        else f"and {plural(count, what, what[:-1] + 'ies')} more"
    )
