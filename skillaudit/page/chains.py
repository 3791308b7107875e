"""Chains of skills and the depth that a library carries."""

from __future__ import annotations

from skillaudit.page.blocks import Block, Column, Heading, Paragraph, Row, head, table
from skillaudit.page.figures import UNJUDGED, percent, plural, rate
from skillaudit.page.lines import Span
from skillaudit.schema import ChainReport, DepthBySize, Execution, Zone

MARKS: dict[Zone, str] = {"safe": "+", "between": " ", "dead": "-"}
LEGEND = "+ safe even at worst, - likelier to fail than not"
COLUMNS = 7
"""Sizes of the map that fit beside each other in 80 cells."""
_TONES: dict[Zone, str] = {"safe": "good", "between": "", "dead": "error"}


def way(chain: ChainReport) -> str:
    """Return the skills of a chain with arrows between them."""
    return " -> ".join(step.skill for step in chain.steps)


def origin(chain: ChainReport) -> str:
    """Return where a chain comes from, such as `declared in chains.txt:2`."""
    if chain.source == "compiled":
        return chain.origin or "compiled"
    return f"{'declared' if chain.source == 'declared' else 'handed on'} in {chain.origin or 'a body'}"


def advice(chain: ChainReport) -> str:
    """Return which step is weak, which lies in the dip, and before which restating helps most."""
    parts = [f"weak link {chain.weak_link}"]
    if chain.mended - (chain.success.value or 0.0) >= 0.005:
        parts[0] += f" (as good as the others, {percent(chain.mended)})"
    if chain.dip and chain.dip != chain.weak_link:
        parts.append(f"most exposed in the middle {chain.dip}")
    if chain.restate_before:
        parts.append(f"say the request again before {', then '.join(chain.restate_before)}")
    return "; ".join(parts)


def whole(value: float) -> str:
    """Return a chance in whole per cent, rounded down: what is shown as 50% has not failed more often than not."""
    return f"{int(100 * value + 1e-9)}%"


def reach(map_: DepthBySize, column: int) -> int:
    """Return how many steps a chain may have at a size before it is likelier to fail than not."""
    alive = [depth for depth, row in zip(map_.depths, map_.success, strict=True) if row[column] >= map_.dead]
    return max(alive, default=0)


def reach_in_words(map_: DepthBySize) -> str:
    """Return the reach at the library's whole size and at a fraction of it, as a sentence."""

    def steps(column: int) -> str:
        found = reach(map_, column)
        more = " or more" if found == map_.depths[-1] else ""
        return f"{found}{more} {'step' if found == 1 and not more else 'steps'}"

    last = len(map_.sizes) - 1
    told = f"A chain of average skills is likelier right than wrong up to {steps(last)}"
    told += f" with all {map_.sizes[last]:,} skills on offer"
    small = next((column for column, size in enumerate(map_.sizes) if 5 * size >= map_.sizes[last]), last)
    return f"{told}, {steps(small)} with {map_.sizes[small]:,}." if small != last else f"{told}."


def chosen_columns(map_: DepthBySize, most: int = COLUMNS) -> list[int]:
    """Return at most `most` columns of the map, the first and the last among them."""
    count = len(map_.sizes)
    if count <= most:
        return list(range(count))
    return sorted({round(at * (count - 1) / (most - 1)) for at in range(most)})


def chain_blocks(execution: Execution | None, most: int | None) -> list[Block]:
    """Describe the likeliest chains to break and the map of depth by size; nothing where there is neither."""
    if execution is None:
        return []
    blocks: list[Block] = []
    found = execution.chains
    if found and not execution.judged:
        rows = [Row((Span(way(chain)),), (origin(chain),)) for chain in head(found, most)]
        blocks += [
            Heading(f"{plural(len(found), 'chain')} of skills", id="chains"),
            table((Column("chain"),), rows, len(found), "chain"),
            Paragraph(UNJUDGED, "muted"),
        ]
    elif found:
        columns = (
            Column("chain"), Column("all steps right", 19, "right"), Column("one by one", 10, "right"),
            Column("at worst", 8, "right"),
        )  # fmt: skip
        rows = [_row(chain, most is None) for chain in head(found, most)]
        note = "all steps chosen right; one by one: each finds the last one's result; at worst: all planned ahead"
        blocks += [
            Heading(plural(len(found), "chain") + " of skills", note, "chains"),
            table(columns, rows, len(found), "chain"),
        ]
        if execution.cut:
            blocks.append(Paragraph("Further ways through the hand-offs are not listed.", "muted"))
        blocks.append(Paragraph(f"{execution.source} Fitted on {execution.fit_range}.", "muted"))
    map_ = execution.depth_by_size
    if map_ is not None:
        if found or most is None:
            blocks += _map(map_)
        else:
            blocks.append(Heading("Depth by size", "chains of skills", "depth"))
        blocks.append(Paragraph(reach_in_words(map_), "muted"))
    return blocks


def _row(chain: ChainReport, everything: bool) -> Row:
    steps = (
        f"{step.skill}: {rate(step.accuracy)}{'' if step.judged else ', by the library'}"
        for step in chain.steps
    )
    notes = (f"{advice(chain)}; {origin(chain)}", *(steps if everything else ()))
    cells = (
        Span(way(chain), "error" if (chain.success.value or 0.0) < 0.5 else ""), Span(rate(chain.success), "value"),
        Span(percent(chain.with_state)), Span(percent(chain.pessimistic)),
    )  # fmt: skip
    return Row(cells, notes)


def _map(map_: DepthBySize) -> list[Block]:
    chosen = chosen_columns(map_)
    columns = (
        Column("k", 2, "right"), *(Column(f"n={map_.sizes[column]:,}", 8, "right") for column in chosen)
    )  # fmt: skip
    rows = [
        (Span(str(depth), "muted"), *(_zone(map_, row, column) for column in chosen))
        for row, depth in enumerate(map_.depths)
    ]
    return [
        Heading(
            "Depth by size",
            "chance that k average steps are all chosen right, with n skills on offer",
            "depth",
        ),
        table(columns, rows),
        Paragraph(LEGEND, "muted"),
    ]


def _zone(map_: DepthBySize, row: int, column: int) -> Span:
    zone = map_.zone(row, column)
    low, high = (percent(ends[row][column]) for ends in (map_.low, map_.high))
    tip = f"90% interval {low} to {high}, at worst {percent(map_.pessimistic[row][column])}"
    return Span(whole(map_.success[row][column]) + MARKS[zone], _TONES[zone], tip=tip)
