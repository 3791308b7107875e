"""What merging brings on large real libraries: skills and characters of the list that go, and every merge to be read.

    python -m tests.benchmarks.optimize_merges --data ../shared/data [--libraries NAME,...] [--read]

Characters are those of names and descriptions, counted before and after the accepted merges. A library whose files are
there, as an archive in the folder `trees`, is read from them: they name the programs that each skill needs.
"""

from __future__ import annotations

import sys
import tarfile
import tempfile
from pathlib import Path

from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.optimize import optimize
from skillaudit.optimize.edits import applied
from skillaudit.optimize.records import StepName
from skillaudit.schema import Library
from tests.benchmarks.routing_data import arguments

FIVE = (
    "davila7-templates", "antigravity-awesome", "mukul-cybersecurity", "openclaw-skills",
    "jeremylongshore-plugins-plus",
)  # fmt: skip
MERGE: tuple[StepName, ...] = ("merge",)


def library_of(data: Path, name: str) -> Library:
    """Return a library by its files where they are there, else by its texts."""
    archive = data / "trees" / f"{name}.tar.gz"
    if not archive.is_file():
        return load(sorted((data / "libraries").glob(f"{name}.jsonl*"))[:1])
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        return load([Path(folder)])


def main() -> int:
    """Print one row of a table for each library; with `--read` the merges themselves."""
    parser = arguments(__doc__)
    parser.add_argument("--libraries", default=",".join(FIVE))
    parser.add_argument("--read", action="store_true")
    args = parser.parse_args()
    for name in args.libraries.split(","):
        library = library_of(args.data, name)
        edits = optimize(library, Config(), only=MERGE).edits
        after, _, into = applied(library.routable, edits)
        before = sum(len(skill.name) + len(skill.text) for skill in library.routable)
        left = sum(len(skill.name) + len(skill.text) for skill in after if skill.id not in into)
        merged = sum(edit.accept for edit in edits)
        print(
            f"| {name} | {len(library.routable):,} | {merged:,} | {len(edits) - merged:,} | {before - left:,} |",
            flush=True,
        )
        known = {skill.id: skill.description for skill in library.routable}
        for edit in edits if args.read else ():
            print(
                f"\n{'x' if edit.accept else ' '} {edit.skills[0]} -> {edit.into}: {edit.reason}; {edit.refused}"
            )
            print(f"- {known[edit.skills[0]]}\n- {known[edit.into]}\n+ {edit.after}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
