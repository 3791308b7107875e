"""The document about chains of skills: which there are, which step breaks them, how deep this library carries."""

from __future__ import annotations

from skillaudit.formatters.chains import MARKS, chosen_columns, reach_in_words, way, whole
from skillaudit.formatters.words import plural
from skillaudit.schema import DepthBySize, Report, Zone
from skillaudit.tui.doc import Block, Bullet, Column, Heading, Paragraph, Table
from skillaudit.tui.figures import bounds, percent
from skillaudit.tui.lines import Span

WORST = 5
COLUMNS = 6
"""Sizes of the map that fit beside each other in half a window."""
_TONES: dict[Zone, str] = {"safe": "good", "between": "", "dead": "error"}


def chain_blocks(report: Report) -> list[Block]:
    """Describe the likeliest chains to break and the map of depth by size; nothing where there is neither."""
    execution = report.execution
    if execution is None:
        return []
    blocks: list[Block] = []
    if execution.chains:
        blocks.append(
            Heading(plural(len(execution.chains), "chain") + " of skills", "all steps chosen right")
        )
        for chain in execution.chains[:WORST]:
            success = chain.success
            blocks.append(
                Bullet(
                    percent(success.value),
                    way(chain),
                    f"{chain.weak_link} is the weak link",
                    chain.weak_link,
                    "error" if (success.value or 0.0) < 0.5 else "",
                )
            )
            ends = bounds(success.low, success.high)
            blocks.append(
                Paragraph(
                    f"{ends}, {percent(chain.with_state)} with state, {percent(chain.pessimistic)} by gamma"
                    + (f"; restate before {chain.restate_before[0]}" if chain.restate_before else ""),
                    "muted",
                    6,
                )
            )
        left = len(execution.chains) - WORST
        if left > 0:
            blocks.append(Paragraph(f"and {left:,} more; all are in the exported report", "muted"))
    if execution.depth_by_size is not None:
        blocks += _map(execution.depth_by_size)
    return blocks


def _map(map_: DepthBySize) -> list[Block]:
    chosen = chosen_columns(map_, COLUMNS)
    columns = (
        Column("k", 2, "right"),
        *(Column(f"n={map_.sizes[column]:,}", 7, "right") for column in chosen),
    )
    rows = tuple(
        (
            Span(str(depth), "muted"),
            *(
                Span(
                    whole(map_.success[row][column]) + MARKS[map_.zone(row, column)],
                    _TONES[map_.zone(row, column)],
                )
                for column in chosen
            ),
        )
        for row, depth in enumerate(map_.depths)
    )
    return [
        Heading("Depth by size", "chains of k steps, n skills on offer"),
        Table(columns, rows),
        Paragraph("+ safe even by gamma, - likelier to fail than not", "muted"),
        Paragraph(reach_in_words(map_), "muted"),
    ]
