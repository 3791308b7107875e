"""Blocks as lines of terminal cells: what the app shows, and what plain text is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from skillaudit.page.blocks import (
    Block,
    Bullet,
    Column,
    Curve,
    Diff,
    Field,
    Gauge,
    Heading,
    More,
    Paragraph,
    Share,
    Table,
    Title,
    left_out,
)
from skillaudit.page.curve import draw
from skillaudit.page.diff import diff_lines
from skillaudit.page.figures import meter, percent, rate, whisker
from skillaudit.page.lines import EMPTY, Align, Line, Span, cells, crop, fit, line_width, printable, wrap

LABEL_WIDTH = 14
TABLE_WIDTH = 80
FIGURES_WIDTH = 22
"""Cells for `100.0% (99.9 to 100.0)`."""
ROOMY = 60
"""Cells from which on the columns of a table stand two cells apart."""
LEAST = 8
"""Cells that a column of words does not go below while figures can give way."""


def layout(blocks: Iterable[Block], width: int) -> list[Line]:
    """Draw blocks as lines of at most `width` cells."""
    lines: list[Line] = []
    for block in blocks:
        if isinstance(block, Heading) and lines:
            lines.append(EMPTY)
        lines.extend(_drawn(block, width))
    return lines


def _drawn(block: Block, width: int) -> Iterable[Line]:
    match block:
        case Title(text, badges):
            return [*((Span(row, "title"),) for row in wrap(text, width)), *_flow(badges, width)]
        case Heading(text, note):
            return _heading(text, note, width)
        case Paragraph(text, tone, indent):
            margin = " " * indent
            return [(Span(margin + row, tone),) for row in wrap(text, width - indent)]
        case Field(label, value):
            return _field(label, value, width)
        case Bullet():
            return _bullet(block, width)
        case Table():
            return _table(block, width)
        case More(count, what):
            return [(Span(row, "muted"),) for row in wrap(left_out(count, what), width)]
        case Gauge():
            return [_gauge(block, width)]
        case Share():
            return _share(block, width)
        case Diff(before, after):
            return diff_lines(before, after, width)
        case Curve():
            return draw(block, width, _gauge)
    return ()


def _heading(text: str, note: str, width: int) -> Iterator[Line]:
    """The note stands behind the heading where it fits, else below it."""
    head, tail = printable(text), printable(note)
    line = (Span(head, "heading"), Span(f"  {tail}" if tail else "", "muted"))
    if line_width(line) <= width:
        yield line
        return
    yield from ((Span(row, "heading"),) for row in wrap(head, width))
    if tail:
        yield from ((Span(row, "muted"),) for row in wrap(tail, width))


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
    return [crop(tuple(row), width) for row in rows if row]


def _labelled(label: str) -> Span:
    """A label with space behind it, however long it is."""
    return Span(fit(label, LABEL_WIDTH - 1) + " ", "muted")


def _field(label: str, value: Sequence[Span], width: int) -> list[Line]:
    """One field: the label on the left, its value wrapped beside it when it is a single span."""
    if len(value) == 1:
        (span,) = value
        margin = Span(" " * LABEL_WIDTH)
        rows = wrap(span.text, width - LABEL_WIDTH)
        return [
            (margin if index else _labelled(label), span._replace(text=row)) for index, row in enumerate(rows)
        ]
    return [crop((_labelled(label), *(span._replace(text=printable(span.text)) for span in value)), width)]


def _gauge(block: Gauge, width: int) -> Line:
    room = width - LABEL_WIDTH - FIGURES_WIDTH - 1
    figures = Span(fit(rate(block.value), FIGURES_WIDTH), "value")
    drawn = whisker(block.value, min(room, 60), block.tone)
    return crop((_labelled(block.label), figures, Span(" "), *drawn), width)


def _share(block: Share, width: int) -> Iterator[Line]:
    part = block.value / block.whole if block.whole > 0 else 0.0
    bar = meter(part, min(12, max(width - LABEL_WIDTH - 30, 4)), block.tone)
    start = (_labelled(block.label), Span(fit(percent(block.value), 7), "value"), *bar)
    used = line_width(start) + 1
    for at, row in enumerate(wrap(block.words, max(width - used, 2))):
        yield crop((*(start if not at else (Span(" " * (used - 1)),)), Span(f" {row}", "muted")), width)


def _bullet(block: Bullet, width: int) -> list[Line]:
    """A figure, a wrapped sentence, and below it where it leads."""
    margin = Span(" " * 6)
    lines: list[Line] = []
    for index, row in enumerate(wrap(block.text, width - 6)):
        head = Span(fit(block.figure, 5, "right") + " ", "value") if not index else margin
        lines.append((head, Span(row, block.tone)))
    for index, row in enumerate(wrap(block.tail, width - 8) if block.tail else ()):
        lines.append((margin, Span("  " if index else "→ ", "muted"), Span(row, "link", block.link)))
    return lines


def widths(columns: Sequence[Column], width: int, gap: int = 1) -> list[int]:
    """Cells of each column so that all fit in `width`, `gap` cells apart; flexible ones share the rest."""
    fixed = sum(column.width for column in columns) + gap * max(len(columns) - 1, 0)
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


def _sizes(table: Table, width: int, gap: int) -> list[int]:
    """Cells of each column; a width that is given is what its cells need, and gives way where there is no room."""
    columns = []
    for at, column in enumerate(table.columns):
        if not column.width:
            columns.append(column)
            continue
        texts = [column.head if table.headed else "", *(row.cells[at].text for row in table.rows)]
        needed = max(line_width([Span(printable(text).strip())]) for text in texts)
        columns.append(column._replace(width=max(1, min(column.width, needed))))
    sizes = widths(columns, width, gap)
    flexible = [at for at, column in enumerate(columns) if not column.width]
    if any(sizes[at] < LEAST for at in flexible) or sum(sizes) + gap * (len(sizes) - 1) > width:
        room = max(width - gap * (len(sizes) - 1), 2 * len(sizes))
        sizes = [max(size, LEAST) if at in flexible else size for at, size in enumerate(sizes)]
        while sum(sizes) > room:  # the widest gives way first, so that short figures stay whole
            at = max(range(len(sizes)), key=lambda at: (sizes[at], at))
            sizes[at] -= 1
    return _whole_words(table, sizes, flexible)


def _whole_words(table: Table, sizes: list[int], flexible: Sequence[int]) -> list[int]:
    """Share the room of the flexible columns anew, where one has no room for its longest word and can have it."""
    longest = {
        at: max((cells(word) for row in table.rows for word in row.cells[at].text.split()), default=1)
        for at in flexible
    }
    room = sum(sizes[at] for at in flexible)
    if all(longest[at] <= sizes[at] for at in flexible) or sum(longest.values()) > room:
        return sizes
    share, extra = divmod(room - sum(longest.values()), len(flexible))
    return [
        longest[at] + share + (extra if at == flexible[0] else 0) if at in longest else size
        for at, size in enumerate(sizes)
    ]


def _table(table: Table, width: int) -> Iterator[Line]:
    # A figure far from its name is hard to read across.
    gap = 2 if width >= ROOMY else 1
    sizes = _sizes(table, min(width, TABLE_WIDTH) if table.headed else width, gap)
    aligns = [column.align for column in table.columns]
    if table.headed:
        yield from _row([Span(column.head, "muted") for column in table.columns], sizes, aligns, gap, width)
    for row in table.rows:
        yield from _row(row.cells, sizes, aligns, gap, width)
        for note in row.notes:
            yield from ((Span("    " + text, "muted"),) for text in wrap(note, width - 4))
    if table.left:
        yield from layout([More(table.left, table.what)], width)


def _row(
    cells: Sequence[Span], sizes: Sequence[int], aligns: Sequence[Align], gap: int, width: int
) -> Iterator[Line]:
    """Draw a row; a cell that is wider than its column goes on below itself, so that nothing is cut."""
    texts = [
        [printable(cell.text)] if line_width([Span(printable(cell.text))]) <= size else wrap(cell.text, size)
        for cell, size in zip(cells, sizes, strict=True)
    ]
    for at in range(max(map(len, texts), default=0)):
        out: list[Span] = []
        for cell, size, align, rows in zip(cells, sizes, aligns, texts, strict=True):
            if out:
                out.append(Span(" " * gap))
            out.extend(_cell(cell._replace(text=rows[at] if at < len(rows) else ""), size, align))
        yield crop(tuple(out), width)


def _cell(cell: Span, size: int, align: Align) -> list[Span]:
    """Set a cell in its column; the padding is plain, so that a link is not underlined beyond its name."""
    text = fit(cell.text, size, align)
    content = text.strip(" ")
    if content == text or not content:
        return [cell._replace(text=text)]
    left, right = text.split(content, 1)
    return [span for span in (Span(left), cell._replace(text=content), Span(right)) if span.text]
