"""What shortening costs where a client cuts a list: accuracy and false triggers as it cuts, and with texts of the plan.

    python -m tests.benchmarks.optimize_room --data ../shared/data [--clients codex,cursor,openclaw]

The lists of four libraries with labelled requests, from names and descriptions alone; judged is the half of the
requests that chose no text, under the `frontier` profile, before the plan refuses anything.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.optimize import optimize
from skillaudit.optimize.records import StepName
from tests.benchmarks.optimize_pairs import OWN, _write, libraries
from tests.benchmarks.routing_data import arguments

BUDGET: tuple[StepName, ...] = ("budget",)


def main() -> int:
    """Print one row of a table for each list and client that can be fitted."""
    parser = arguments(__doc__)
    parser.add_argument("--clients", default="codex,cursor,openclaw")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, skills, decisions in libraries(args.data):
            if name not in OWN:
                continue
            library, asked = Path(folder) / f"{name}.jsonl", Path(folder) / f"{name}.requests.jsonl"
            _write(library, skills, ("name", "description"))
            _write(asked, decisions, ("query", "gold"))
            for client in args.clients.split(","):
                config = Config(client=client, requests=(asked,))
                found = optimize(load([library]), config, only=BUDGET)
                if not found.edits or found.planned is None:
                    continue
                before, after = found.planned.before, found.planned.after
                was, now = before.accuracy.value or 0.0, after.accuracy.value or 0.0
                fired = [100 * (rates.false_trigger.value or 0.0) for rates in (before, after)]
                size = sum(len(edit.after) for edit in found.edits) / len(found.edits)
                print(
                    f"| {name} | {client} | {len(found.edits)} | {size:.0f} | {100 * was:.1f} → {100 * now:.1f} "
                    f"| {fired[0]:.1f} → {fired[1]:.1f} |",
                    flush=True,
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
