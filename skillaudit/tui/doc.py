"""Small documents of headings, fields, paragraphs and tables: drawn as lines, copied as Markdown.

Views describe what they show as blocks; the two renderings here keep the screen and the clipboard
saying the same thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from skillaudit.safety.exits import in_markdown as escape
from skillaudit.schema import Estimate
from skillaudit.tui.figures import estimate, meter, percent, whisker
from skillaudit.tui.lines import EMPTY, Align, Line, Span, crop, fit, line_width, printable, wrap
from skillaudit.tui.plan_diff import diff_lines


class Title(NamedTuple):
    """First line of a document."""

    text: str
    badges: tuple[Span, ...] = ()


class Heading(NamedTuple):
    """Heading of a section, with a quiet note behind it."""

    text: str
    note: str = ""


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


class Column(NamedTuple):
    """Head and alignment of one column of a table; width 0 takes what is left."""

    head: str
    width: int = 0
    align: Align = "left"


class Table(NamedTuple):
    """Rows of cells under heads."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Span, ...], ...]
    headed: bool = True


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


Block = Title | Heading | Paragraph | Field | Bullet | Table | Gauge | Share | Diff
LABEL_WIDTH = 12
TABLE_WIDTH = 78


def layout(blocks: Iterable[Block], width: int) -> list[Line]:
    """Draw blocks as lines of at most `width` cells."""
    lines: list[Line] = []
    for block in blocks:
        match block:
            case Title(text, badges):
                lines.extend((Span(row, "title"),) for row in wrap(text, width))
                if badges:
                    lines.extend(_flow(badges, width))
            case Heading(text, note):
                if lines:
                    lines.append(EMPTY)
                head = (Span(text, "heading"), Span(f"  {note}" if note else "", "muted"))
                lines.append(crop(head, width))
            case Paragraph(text, tone, indent):
                margin = " " * indent
                lines.extend((Span(margin + row, tone),) for row in wrap(text, width - indent))
            case Field(label, value):
                lines.extend(_field(label, value, width))
            case Bullet():
                lines.extend(_bullet(block, width))
            case Table():
                lines.extend(_table(block, width))
            case Gauge():
                lines.append(_gauge(block, width))
            case Share():
                lines.append(_share(block, width))
            case Diff(before, after):
                lines.extend(diff_lines(before, after, width))
    return lines


def _flow(spans: Sequence[Span], width: int) -> list[Line]:
    """Set spans side by side, two cells apart, going to the next line before one would be cut."""
    rows: list[list[Span]] = [[]]
    for span in spans:
        span = span._replace(text=printable(span.text))
        if rows[-1] and line_width(rows[-1]) + 2 + line_width([span]) > width:
            rows.append([])
        if rows[-1]:
            rows[-1].append(Span("  "))
        rows[-1].append(span)
    return [crop(tuple(row), width) for row in rows]


def _field(label: str, value: Sequence[Span], width: int) -> list[Line]:
    """One field: the label on the left, its value wrapped beside it when it is a single span."""
    room = width - LABEL_WIDTH
    head = Span(fit(label, LABEL_WIDTH), "muted")
    if len(value) == 1:
        (span,) = value
        rows = wrap(span.text, room)
        margin = Span(" " * LABEL_WIDTH)
        return [(margin if index else head, span._replace(text=row)) for index, row in enumerate(rows)]
    return [crop((head, *(span._replace(text=printable(span.text)) for span in value)), width)]


FIGURES_WIDTH = 21
"""Cells for `100.0% [99.9, 100.0]`."""


def _gauge(block: Gauge, width: int) -> Line:
    room = width - LABEL_WIDTH - FIGURES_WIDTH - 1
    head = Span(fit(block.label, LABEL_WIDTH), "muted")
    figures = Span(fit(estimate(block.value), FIGURES_WIDTH), "value")
    return crop((head, figures, Span(" "), *whisker(block.value, min(room, 60), block.tone)), width)


def _share(block: Share, width: int) -> Line:
    head = Span(fit(block.label, LABEL_WIDTH), "muted")
    part = block.value / block.whole if block.whole > 0 else 0.0
    bar = meter(part, min(12, max(width - LABEL_WIDTH - 30, 4)), block.tone)
    return crop(
        (head, Span(fit(percent(block.value), 7), "value"), *bar, Span(f" {block.words}", "muted")), width
    )


def _bullet(block: Bullet, width: int) -> list[Line]:
    """A figure, a wrapped sentence, and below it where it leads."""
    margin = Span(" " * 6)
    lines: list[Line] = []
    for index, row in enumerate(wrap(block.text, width - 6)):
        head = Span(fit(block.figure, 5, "right") + " ", "value") if not index else margin
        lines.append((head, Span(row, block.tone)))
    if block.tail:
        lines.append(
            (margin, Span("→ ", "muted"), Span(fit(block.tail, width - 8).rstrip(), "link", block.link))
        )
    return lines


def widths(columns: Sequence[Column], width: int) -> list[int]:
    """Cells of each column so that all fit in `width`, one cell apart; flexible ones share the rest."""
    fixed = sum(column.width for column in columns) + max(len(columns) - 1, 0)
    flexible = sum(1 for column in columns if not column.width)
    share, extra = divmod(max(width - fixed, 0), flexible) if flexible else (0, 0)
    out = []
    for column in columns:
        if column.width:
            out.append(column.width)
        else:
            out.append(share + (1 if extra > 0 else 0))
            extra -= 1
    return out


def _table(table: Table, width: int) -> list[Line]:
    columns = table.columns
    # A figure far from its name is hard to read across.
    sizes = widths(columns, min(width, TABLE_WIDTH) if table.headed else width)

    def row_line(cells: Sequence[Span]) -> Line:
        out: list[Span] = []
        for column, size, cell in zip(columns, sizes, cells, strict=True):
            if out:
                out.append(Span(" "))
            out.extend(_cell(cell, size, column.align))
        return crop(tuple(out), width)

    if not table.headed:
        return [line for row in table.rows for line in _wrapped(row, sizes, row_line)]
    head = row_line([Span(column.head, "muted") for column in columns])
    return [head, *(row_line(row) for row in table.rows)]


def _wrapped(
    row: Sequence[Span], sizes: Sequence[int], draw: Callable[[Sequence[Span]], Line]
) -> Iterator[Line]:
    """Draw a row whose last cell is a sentence: it goes on below itself."""
    *cells, last = row
    for at, text in enumerate(wrap(last.text, sizes[-1])):
        yield draw([*(cell if not at else Span("") for cell in cells), last._replace(text=text)])


def _cell(cell: Span, size: int, align: Align) -> list[Span]:
    """Set a cell in its column; the padding is plain, so that a link is not underlined beyond its name."""
    text = fit(cell.text, size, align)
    content = text.strip(" ")
    if content == text or not content:
        return [cell._replace(text=text)]
    left, right = text.split(content, 1)
    return [span for span in (Span(left), cell._replace(text=content), Span(right)) if span.text]


def to_markdown(blocks: Iterable[Block]) -> str:
    """Write blocks as Markdown, ending with a newline."""
    parts: list[str] = []
    listing = False
    for block in blocks:
        item = ""
        match block:
            case Title(text, badges):
                parts.append(f"# {escape(text)}\n")
                if badges:
                    parts.append(" · ".join(escape(badge.text.strip()) for badge in badges) + "\n")
            case Heading(text, note):
                parts.append(f"## {escape(text)}\n" if not note else f"## {escape(text)} ({escape(note)})\n")
            case Paragraph(text, _, _):
                parts.append(f"{escape(text)}\n")
            case Field(label, value):
                item = f"- {escape(label)}: {escape(''.join(span.text for span in value).strip())}"
            case Bullet(figure, text, tail, _, _):
                item = f"- {escape(figure)} {escape(text)}" + (f" → {escape(tail)}" if tail else "")
            case Table(columns, rows, _):
                parts.append(_markdown_table(columns, rows))
            case Gauge(label, value):
                item = f"- {escape(label)}: {estimate(value)}"
            case Share(label, share, _, words):
                item = f"- {escape(label)}: {percent(share)}, {escape(words)}"
            case Diff(before, after):
                # One line each, so that no text can end the fence.
                parts.append(f"```diff\n- {_one_line(before)}\n+ {_one_line(after)}\n```\n")
        if item and listing:
            parts[-1] += item + "\n"
        elif item:
            parts.append(item + "\n")
        listing = bool(item)
    return "\n".join(parts)


def _one_line(text: str) -> str:
    return " ".join(printable(text).split())


def _markdown_table(columns: Sequence[Column], rows: Sequence[Sequence[Span]]) -> str:
    rule = ["---:" if column.align == "right" else "---" for column in columns]
    cells = [[escape(column.head) for column in columns], rule]
    cells += [[escape(cell.text.strip()) for cell in row] for row in rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)
