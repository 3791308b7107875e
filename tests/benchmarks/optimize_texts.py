"""Every description that a plan gives to skills of real libraries, before and after, to be read as their owner would.

    python -m tests.benchmarks.optimize_texts --data ../shared/data [--libraries NAME,...] [--scorer lexical]

Names are those of files in the folder `libraries`, without what follows the first dot; the files of a library are read
where they are there, as an archive in the folder `trees`.
"""

from __future__ import annotations

import sys

from skillaudit.config import Config
from skillaudit.optimize import optimize
from tests.benchmarks.optimize_libraries import EDITS
from tests.benchmarks.optimize_merges import library_of
from tests.benchmarks.routing_data import SCORERS, arguments

SIX = (
    "orchestra-ai-research", "phuryn-pm-skills", "alirezarezvani-claude-skills", "wshobson-agents",
    "kdense-scientific", "obra-superpowers",
)  # fmt: skip


def main() -> int:
    """Print the texts, and how many there are."""
    parser = arguments(__doc__)
    parser.add_argument("--libraries", default=",".join(SIX))
    parser.add_argument("--scorer", choices=SCORERS, default="hybrid")
    args = parser.parse_args()
    for name in args.libraries.split(","):
        found = optimize(library_of(args.data, name), Config(scorer=args.scorer), only=EDITS)
        written = [edit for edit in found.accepted if edit.after and edit.after != edit.before]
        print(f"\n# {name}: {len(written)} descriptions of {len(found.edits)} edits")
        for edit in written:
            print(f"\n{edit.described} ({edit.step})\n- {edit.before}\n+ {edit.after}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
