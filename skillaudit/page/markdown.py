"""Blocks as GitHub-flavoured Markdown: for comments on pull requests, summaries of steps, the clipboard."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from skillaudit.page.blocks import (
    Block,
    Bullet,
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
from skillaudit.page.curve import known, label_of, marked
from skillaudit.page.figures import percent, rate
from skillaudit.page.lines import printable
from skillaudit.safety.exits import in_markdown

_FIGURES = re.compile(r"[+-]?[0-9][0-9.,]*%?(?: \([0-9][0-9.,]*%? to [0-9][0-9.,]*\))?")
"""A number, and one with its interval, which read better without backslashes."""


def escape(text: str) -> str:
    """Return `text` so that Markdown shows it as it is: no link, mention, tag or table cell arises."""
    return text if _FIGURES.fullmatch(text) else in_markdown(printable(text))


def render(blocks: Iterable[Block], *, level: int = 1) -> str:
    """Return blocks as Markdown, ending with a line break; titles are headings of `level`."""
    parts: list[str] = []
    listing = False
    for block in blocks:
        item = _item(block)
        if item and listing:
            parts[-1] += f"{item}\n"
        elif item:
            parts.append(f"{item}\n")
        else:
            parts += [f"{part}\n" for part in _parts(block, "#" * level) if part]
        listing = bool(item)
    return "\n".join(parts)


def _item(block: Block) -> str:
    """One line of a list, for the blocks that are one."""
    match block:
        case Field(label, value):
            said = escape("".join(span.text for span in value))
            return f"- {escape(label)}: {said}" if label else f"- {said}"
        case Bullet(figure, text, tail):
            figure = "" if figure == "·" else f"{escape(figure)} "
            return f"- {figure}{escape(text)}" + (f" → {escape(tail)}" if tail else "")
        case Gauge(label, value):
            return f"- {escape(label)}: {rate(value)}"
        case Share(label, share, _, words):
            return f"- {escape(label)}: {percent(share)}, {escape(words)}"
    return ""


def _parts(block: Block, marks: str) -> list[str]:
    match block:
        case Title(text, badges):
            said = " · ".join(escape(badge.text) for badge in badges)
            return [f"{marks} {escape(text)}", *([said] if said else [])]
        case Heading(text, note):
            return [f"{marks}# {escape(text)}" + (f" ({escape(note)})" if note else "")]
        case Paragraph(text):
            return [escape(text)]
        case More(count, what):
            return [f"... {escape(left_out(count, what))}."]
        case Table():
            return _table(block)
        case Diff(before, after):
            # One line each, so that no text can end the fence.
            return [f"```diff\n- {_one_line(before)}\n+ {_one_line(after)}\n```"]
        case Curve():
            return _curve(block)
    return []


def _one_line(text: str) -> str:
    return " ".join(printable(text).split())


def _table(block: Table) -> list[str]:
    noted = any(row.notes for row in block.rows)
    heads = [escape(column.head) for column in block.columns] + ([""] if noted else [])
    rule = ["---:" if column.align == "right" else "---" for column in block.columns] + (
        ["---"] if noted else []
    )
    lines = [heads, rule]
    for row in block.rows:
        notes = ["<br>".join(escape(note) for note in row.notes)] if noted else []
        lines.append([escape(cell.text) for cell in row.cells] + notes)
    drawn = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return [drawn, *([f"... {escape(left_out(block.left, block.what))}."] if block.left else [])]


def _curve(curve: Curve) -> list[str]:
    """One row for each x, one column for each curve."""
    curve = known(curve)
    if not curve.lines:
        return []
    xs = sorted({point.x for line in curve.lines for point in line.points})
    found = [{point.x: point.value for point in line.points} for line in curve.lines]

    def name(x: float) -> str:
        return curve.names[int(x)] if curve.names else marked(x)

    rows = [[name(x), *(rate(line[x]) if x in line else "" for line in found)] for x in xs]
    return [_piped([[curve.x_label, *(label_of(line) for line in curve.lines)], *rows])]


def _piped(rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *("---:" for _ in rows[0][1:])]
    lines = [[escape(cell) for cell in rows[0]], rule, *([escape(cell) for cell in row] for row in rows[1:])]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
