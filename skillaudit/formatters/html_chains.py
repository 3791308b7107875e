"""Chains of skills and the map of depth by size on the HTML page."""

from __future__ import annotations

from collections.abc import Iterator

from skillaudit.formatters.chains import advice, origin, reach_in_words, way, whole
from skillaudit.formatters.html_tables import table
from skillaudit.formatters.html_text import e, number, tag
from skillaudit.formatters.words import interval, percent, plural
from skillaudit.schema import ChainReport, DepthBySize, Report, Zone

MOST_CHAINS = 200
_MARKS: dict[Zone, str] = {"safe": "&#10003; ", "between": "", "dead": "&#10007; "}
"""What the colours say, for those who do not see them."""


def chains(report: Report) -> Iterator[str]:
    """Return the section with the map of depth by size, and the chains where there are any."""
    execution = report.execution
    if execution is None:
        return
    yield '<section id="chains"><h2>Chains of skills</h2>'
    if execution.depth_by_size is not None:
        yield from _map(execution.depth_by_size)
    if execution.chains:
        found = execution.chains
        yield f"<h3>{plural(len(found), 'chain')}</h3>"
        heads = (
            ("Chain", False), ("All steps right", True), ("At best with state", True), ("By gamma", True),
            ("What helps", False),
        )  # fmt: skip
        yield from table("chain", heads, [_row(chain) for chain in found[:MOST_CHAINS]])
        if len(found) > MOST_CHAINS:
            yield f'<p class="soft">{len(found) - MOST_CHAINS:,} more chains are in the JSON report.</p>'
        if execution.cut:
            yield '<p class="soft">Further ways through the hand-offs are not listed.</p>'
    yield f'<p class="soft">{e(execution.source)} Fitted on {e(execution.fit_range)}.</p></section>'


def _row(chain: ChainReport) -> str:
    steps = "".join(
        f"<li>{e(step.skill)}: {interval(step.accuracy)}{'' if step.judged else ', by the library'}</li>"
        for step in chain.steps
    )
    return (
        "<tr>"
        + tag(
            "td",
            f"<details><summary>{e(way(chain))}</summary><ul>{steps}</ul><p>{e(origin(chain))}</p></details>",
            name="wide",
        )
        + number(chain.success.value, interval(chain.success))
        + number(chain.with_state, percent(chain.with_state))
        + number(chain.pessimistic, percent(chain.pessimistic))
        + tag("td", e(advice(chain)), name="wide")
        + "</tr>"
    )


def _map(map_: DepthBySize) -> Iterator[str]:
    yield (
        '<p class="soft">Chance that a chain of k average skills is chosen right at every step, before any state '
        f"exists, with n of these skills on offer. &#10003; stays at {100 * map_.safe:.0f}% or more even by the "
        f"published exponent; &#10007; lies below {100 * map_.dead:.0f}%. {e(reach_in_words(map_))}</p>"
    )
    heads = "".join(f'<th scope="col" class="num">{size:,}</th>' for size in map_.sizes)
    yield (
        '<div class="scroll"><table class="depth"><caption class="soft">k steps down, n skills across</caption>'
        f'<thead><tr><th scope="col">k \\ n</th>{heads}</tr></thead><tbody>'
    )
    for row, depth in enumerate(map_.depths):
        cells = "".join(_cell(map_, row, column) for column in range(len(map_.sizes)))
        yield f'<tr><th scope="row">{depth}</th>{cells}</tr>'
    yield "</tbody></table></div>"


def _cell(map_: DepthBySize, row: int, column: int) -> str:
    zone = map_.zone(row, column)
    low, high = map_.low[row][column], map_.high[row][column]
    said = (
        f"90% interval {percent(low)} to {percent(high)}, {percent(map_.pessimistic[row][column])} by gamma"
    )
    return f'<td class="num zone-{zone}" title="{said}">{_MARKS[zone]}{whole(map_.success[row][column])}</td>'
