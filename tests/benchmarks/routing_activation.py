"""How often agents at work load a skill: the cells that were measured, and the profile that they make.

    python -m tests.benchmarks.routing_activation --data ../shared/data [--print-only]

Each cell is one library, one set of requests, one model. Level and spread are those of the cells' logits, the spread
widened for their small number (Student's t). Nothing of a library's text is in it: none of what was tried tells recall.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from skillaudit.routing.activation import Activation, ActivationCell
from skillaudit.routing.decisions import read_lines
from tests.benchmarks.routing_data import arguments

OUTPUT = Path("skillaudit/data/activation.json")
UNTIL = "2026-08-31"
Z90 = 1.6449


def cells(data: Path) -> Iterator[tuple[ActivationCell, int, int]]:
    """(cell, requests that need nothing, how many of them loaded a skill)."""
    routing = data / "routing"
    right = total = idle = fired = 0
    for _, line in read_lines(routing / "assay_marketing_collide" / "queries.jsonl.gz"):
        for loads in line["fired"].values():
            tries = sum(loads.values())
            if line["gold"]:
                total += tries
                right += sum(loads.get(name, 0) for name in (*line["gold"], *line.get("acceptable", ())))
            else:
                idle, fired = idle + tries, fired + tries - loads.get("none", 0)
    yield _cell("14 marketing skills", "haiku-4.5", 14, right, total), idle, fired
    alone = json.loads((routing / "assay_marketing_collide" / "single_skill_recall.json").read_text("utf-8"))
    for name, value in alone.items():
        if isinstance(value, list):
            yield _cell(f"{name.split(' ')[0]} alone", "haiku-4.5", 1, *value), 0, 0
    right = total = 0
    for _, line in read_lines(routing / "svelte_hooks" / "queries.jsonl.gz"):
        for run, loaded in line["activated"].items():
            if "+none@" in run and line["gold"]:
                total += 1
                right += bool(set(line["gold"]) & set(loaded))
    yield _cell("7 svelte skills", "not named", 7, right, total), 0, 0
    published = json.loads((routing / "uipath_measured" / "measured.json").read_text("utf-8"))
    for when, found in published.items():
        count = found["requests"]
        cell = _cell(
            f"21 uipath skills, {when}", "sonnet-4.6", 21, round(found["mean_recall"] * count), count
        )
        yield cell, 50, round(50 * (1 - found["negatives_silent"]))


def _cell(where: str, model: str, skills: int, right: int, total: int) -> ActivationCell:
    return ActivationCell(
        where=where, model=model, skills=skills, decisions=total, recall=round(right / total, 4)
    )


def spread(logits: list[float]) -> tuple[float, float]:
    """Mean, and standard deviation for a cell that nobody measured, widened for the number of cells."""
    from scipy.stats import t

    count = len(logits)
    factor = float(t.ppf(0.95, count - 1)) / Z90 * np.sqrt(1 + 1 / count)
    return round(float(np.mean(logits)), 3), round(float(np.std(logits, ddof=1) * factor), 3)


def main() -> int:
    """Print the cells and write the profile."""
    parser = arguments(__doc__)
    parser.add_argument("--print-only", action="store_true", help="leave the shipped file as it is")
    args = parser.parse_args()
    found = list(cells(args.data))
    for cell, idle, fired in found:
        print(
            f"  {cell.where:36s} {cell.model:10s} {cell.decisions:5d} recall {cell.recall:.3f}; {fired} of {idle}"
        )
    recall = spread([float(np.log(c.recall / (1 - c.recall))) for c, _, _ in found])
    silent = [float(np.log((fired + 0.5) / (idle - fired + 0.5))) for _, idle, fired in found if idle]
    trigger = spread(silent)
    ends = [1 / (1 + np.exp(-(recall[0] + sign * Z90 * recall[1]))) for sign in (-1, 1)]
    print(f"recall {recall}: 90% between {ends[0]:.2f} and {ends[1]:.2f}; trigger {trigger}")
    print(f"cells inside: {np.mean([ends[0] <= c.recall <= ends[1] for c, _, _ in found]):.2f}")
    decisions = sum(cell.decisions for cell, _, _ in found)
    source = (
        f"Agents in Claude Code that may start without a skill: {len(found)} sets of requests, {decisions:,} tries, "
        f"recall {min(c.recall for c, _, _ in found):.2f} to {max(c.recall for c, _, _ in found):.2f}, until {UNTIL}; "
        "no text of a library told which, so the width is all that is known."
    )
    made = [
        Activation(
            router=router,
            client="claude-code",
            recall=recall,
            trigger=trigger,
            source=source,
            cells=tuple(cell for cell, _, _ in found),
        )
        for router in ("frontier", "fast")
    ]
    if not args.print_only:
        OUTPUT.write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
