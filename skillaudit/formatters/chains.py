"""Chains of skills and the depth that a library carries, in words, plain text and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skillaudit.formatters.layout import WIDTH, wrap
from skillaudit.formatters.words import interval, percent, plural
from skillaudit.safety.exits import in_markdown as escape
from skillaudit.schema import ChainReport, DepthBySize, Execution, Zone

MARKS: dict[Zone, str] = {"safe": "+", "between": " ", "dead": "-"}
LEGEND = "+ safe even by the pessimistic value, - likelier to fail than not"
WORST = 5
_BRIEF = (0, 1, 2, 4, 7)
"""Depths that the short text shows: 1, 2, 3, 5 and 8."""
_COLUMNS = 9
"""Sizes that a line of plain text has room for."""


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
        parts.append(f"restate before {', then '.join(chain.restate_before)}")
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


def chosen_columns(map_: DepthBySize, most: int = _COLUMNS) -> list[int]:
    """Return at most `most` columns of the map, the first and the last among them."""
    count = len(map_.sizes)
    if count <= most:
        return list(range(count))
    return sorted({round(at * (count - 1) / (most - 1)) for at in range(most)})


def text(execution: Execution | None, rows: int | None) -> Iterator[str]:
    """Return the section of the plain-text report: one line where the library has no chain."""
    if execution is None:
        return
    map_ = execution.depth_by_size
    if not execution.chains:
        if map_ is not None:
            yield from wrap(reach_in_words(map_), first="DEPTH  ", indent="  ")
        return
    chains = execution.chains
    shown = len(chains) if rows is None else min(rows, WORST)
    yield f"CHAINS  {plural(len(chains), 'chain')} of skills: how likely all steps are chosen right, least first"
    for chain in chains[:shown]:
        yield from wrap(way(chain), first="  ", indent="    ")
        yield from wrap(
            f"{interval(chain.success)}, with state about {percent(chain.with_state)}, "
            f"by gamma {percent(chain.pessimistic)}; "
            + (f"weak link {chain.weak_link}" if rows is not None else f"{advice(chain)}; {origin(chain)}"),
            first="    ",
            indent="    ",
        )
    if len(chains) > shown:
        yield f"  ... and {len(chains) - shown:,} more (--all shows them)"
    if execution.cut:
        yield "  ... and further ways through the hand-offs, which are not listed"
    yield from wrap(f"{execution.source} Fitted on {execution.fit_range}.", first="  ", indent="  ")
    if map_ is not None:
        yield "  k steps with n skills on offer"
        yield from _grid(map_, range(len(map_.depths)) if rows is None else _BRIEF)
        yield from wrap(f"{LEGEND}. {reach_in_words(map_)}", first="  ", indent="  ")


def _grid(map_: DepthBySize, rows: Sequence[int]) -> Iterator[str]:
    columns = chosen_columns(map_)
    yield ("     n " + "".join(f"{map_.sizes[column]:>7,} " for column in columns)).rstrip()[:WIDTH]
    for row in rows:
        if row >= len(map_.depths):
            break
        cells = "".join(
            f"{whole(map_.success[row][column]):>7}{MARKS[map_.zone(row, column)]}" for column in columns
        )
        yield f"  k {map_.depths[row]:>2} {cells}".rstrip()


def markdown(execution: Execution | None, rows: int) -> Iterator[str]:
    """Return the blocks of the Markdown report: one sentence where the library has no chain."""
    from skillaudit.formatters.markdown import table

    if execution is None:
        return
    map_ = execution.depth_by_size
    if not execution.chains:
        if map_ is not None:
            yield reach_in_words(map_)
        return
    yield f"### {plural(len(execution.chains), 'chain')} of skills"
    yield table(
        ("chain", "all steps right, 90% interval", "with state", "by gamma", "what helps", "from"),
        (
            (
                escape(way(chain)),
                interval(chain.success),
                percent(chain.with_state),
                percent(chain.pessimistic),
                escape(advice(chain)),
                escape(origin(chain)),
            )
            for chain in execution.chains[:rows]
        ),
    )
    if len(execution.chains) > rows:
        yield f"... and {len(execution.chains) - rows:,} more."
    if execution.cut:
        yield "Further ways through the hand-offs are not listed."
    yield escape(f"{execution.source} Fitted on {execution.fit_range}.")
    if map_ is not None:
        columns = chosen_columns(map_)
        yield table(
            ("steps", *(f"{map_.sizes[column]:,} skills" for column in columns)),
            (_markdown_row(map_, row, columns) for row in range(len(map_.depths))),
        )
        yield f"{LEGEND}. {reach_in_words(map_)}".replace("+ safe", "\\+ safe")


def _markdown_row(map_: DepthBySize, row: int, columns: Sequence[int]) -> tuple[str, ...]:
    cells = (
        f"{whole(map_.success[row][column])} {MARKS[map_.zone(row, column)]}".rstrip() for column in columns
    )
    return (str(map_.depths[row]), *cells)
