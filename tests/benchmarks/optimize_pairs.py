"""Whether a report names the pairs that a frontier model confuses: first ten pairs, first three rivals, merge.

    python -m tests.benchmarks.optimize_pairs --data ../shared/data

The recorded choices are held against reports that never saw them: made from names and descriptions alone, and from the
same requests with their right skills. Counted are the different pairs, a right skill and the one taken instead. The
last lines say how many would be among the first ten if the pairs stood in another order, on every second library and on
the others.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from skillaudit import audit
from skillaudit.config import Config
from skillaudit.routing.decisions import read_lines
from skillaudit.schema import Pair, Report
from tests.benchmarks.routing_data import arguments
from tests.benchmarks.routing_sets import SHARED

MODEL = "frontier-2026-11"
OWN = ("marketing", "golang", "uipath", "materials")
NAMED, RIVALS = 10, 3
ORDERS: dict[str, Callable[[Pair], float]] = {
    "as reported": lambda pair: 0.0,
    "likest first": lambda pair: -(pair.cosine or 0.0),
    "by shares lost": lambda pair: -(pair.a_to_b + pair.b_to_a),
    "by the larger share": lambda pair: -max(pair.a_to_b, pair.b_to_a),
    "by the smaller share": lambda pair: -min(pair.a_to_b, pair.b_to_a),
    "by shares and likeness": lambda pair: -(pair.a_to_b + pair.b_to_a) * (pair.cosine or 0.0),
}
"""Other orders of the pairs of a report, ties as they stand in it."""
Rows = list[dict[str, object]]


def libraries(data: Path) -> Iterator[tuple[str, Rows, Rows]]:
    """Yield (name, skills, decisions): the whole libraries, then four in lists of their own."""
    for folder in sorted((data / "routing").glob("frontier_*")):
        if folder.name in SHARED[1:]:
            continue
        skills = [row for _, row in read_lines(folder / "library.jsonl.gz")]
        decisions = [row for _, row in read_lines(folder / "queries.jsonl.gz") if row["gold"]]
        if folder.name != SHARED[0]:
            yield folder.name, skills, decisions
            continue
        for name in OWN:
            own = [
                row for row in decisions if row["condition"] == "own" and str(row["source"]).startswith(name)
            ]
            listed = {int(at) for at in own[0]["candidates_idx"]}
            yield name, [row for row in skills if row["idx"] in listed], own


def confused(decisions: Rows) -> list[tuple[str, str]]:
    """Return each pair once: the name of a right skill, and of the one that the model took."""
    found: dict[frozenset[str], tuple[str, str]] = {}
    for row in decisions:
        taken, gold = row["choice"][MODEL], row["gold"]  # type: ignore[index]  # a line of the record file
        if isinstance(taken, str) and isinstance(gold, list) and taken not in gold:
            found.setdefault(frozenset((gold[0], taken)), (gold[0], taken))
    return list(found.values())


def counted(report: Report, pairs: list[tuple[str, str]]) -> tuple[int, int, int]:
    """Return how many pairs are among the first ten, how many takers among the first three rivals, how many merged."""
    ids = {skill.name: skill.id for skill in reversed(report.skills)}
    first = {frozenset((pair.a, pair.b)) for pair in report.pairs[:NAMED]}
    merged = {frozenset((pair.a, pair.b)) for pair in report.pairs if pair.merge}
    rivals = {
        skill.id: [rival.id for rival in sorted(skill.rivals, key=lambda rival: -rival.loses_to)][:RIVALS]
        for skill in report.skills
    }
    known = [(ids[gold], ids[taken]) for gold, taken in pairs]
    return (
        sum(frozenset(pair) in first for pair in known),
        sum(taken in rivals[gold] for gold, taken in known),
        sum(frozenset(pair) in merged for pair in known),
    )


def first(report: Report, pairs: list[tuple[str, str]], order: Callable[[Pair], float]) -> int:
    """Return how many pairs are among the first ten of an order."""
    ids = {skill.name: skill.id for skill in reversed(report.skills)}
    named = {frozenset((pair.a, pair.b)) for pair in sorted(report.pairs, key=order)[:NAMED]}
    return sum(frozenset((ids[gold], ids[taken])) in named for gold, taken in pairs)


def main() -> int:
    """Print the three figures of each library, and their sums."""
    args = arguments(__doc__).parse_args()
    sums: dict[tuple[str, str], list[int]] = {}
    ordered = {(how, order): [0, 0] for how in ("descriptions alone", "with requests") for order in ORDERS}
    with tempfile.TemporaryDirectory() as folder:
        for at, (name, skills, decisions) in enumerate(libraries(args.data)):
            library, asked = Path(folder) / f"{name}.jsonl", Path(folder) / f"{name}.requests.jsonl"
            _write(library, skills, ("name", "description"))
            _write(asked, decisions, ("query", "gold"))
            pairs = confused(decisions)
            for how, requests in (("descriptions alone", ()), ("with requests", (asked,))):
                report = audit([library], Config(requests=requests, law=False))
                found = counted(report, pairs)
                for order, key in ORDERS.items():
                    ordered[how, order][at % 2] += first(report, pairs, key)
                print(_line(name, how, [len(pairs), *found]), flush=True)
                kind = "four libraries" if name in OWN else "eight whole libraries"
                total = sums.setdefault((kind, how), [0, 0, 0, 0])
                sums[kind, how] = [one + two for one, two in zip(total, (len(pairs), *found), strict=True)]
    for (kind, how), values in sums.items():
        print(_line(kind, how, values))
    for (how, order), (even, odd) in ordered.items():
        print(f"{how:<19} {order:<23} {even + odd} among the first {NAMED} ({even} and {odd})")
    return 0


def _line(name: str, how: str, values: list[int]) -> str:
    pairs, first, rivals, merged = values
    return (
        f"{name:<22} {how:<19} {pairs:>3} pairs: {first} among the first {NAMED}, "
        f"{rivals} among the first {RIVALS} rivals, {merged} called merge"
    )


def _write(path: Path, rows: Rows, keys: tuple[str, ...]) -> None:
    told = "".join(json.dumps({key: row.get(key, "") for key in keys}) + "\n" for row in rows)
    path.write_text(told, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
