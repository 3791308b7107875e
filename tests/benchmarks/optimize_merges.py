"""What merging brings on large real libraries: skills and characters of the list that go, and every merge to be read.

    python -m tests.benchmarks.optimize_merges --data ../shared/data [--libraries NAME,...] [--read]

Characters are those of names and descriptions, counted before and after the accepted merges. A library whose files are
there, as an archive in the folder `trees`, is read from them: they name the programs that skills need. Where people
labelled requests, false triggers are forecast in a hundred requests that need no skill, which are made.
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
from skillaudit.optimize.records import Optimisation, StepName
from skillaudit.schema import Library
from tests.benchmarks.routing_data import arguments

FIVE = (
    "davila7-templates", "antigravity-awesome", "mukul-cybersecurity", "openclaw-skills",
    "jeremylongshore-plugins-plus",
)  # fmt: skip
ASKED = {
    "davila7-templates": "davila7", "antigravity-awesome": "antigravity", "mukul-cybersecurity": "cyber",
    "openclaw-skills": "openclaw",
}  # fmt: skip
"""Labelled requests of a library, by the end of their folder's name."""
MERGE: tuple[StepName, ...] = ("merge",)


_UNPACKED: list[tempfile.TemporaryDirectory[str]] = []
"""Folders that stay as long as the program: what lies beside the skills is read too."""


def library_of(data: Path, name: str) -> Library:
    """Return a library by its files where they are there, else by its texts."""
    archive = data / "trees" / f"{name}.tar.gz"
    if not archive.is_file():
        return load(sorted((data / "libraries").glob(f"{name}.jsonl*"))[:1])
    folder = tempfile.TemporaryDirectory()
    _UNPACKED.append(folder)
    with tarfile.open(archive) as packed:
        packed.extractall(folder.name, filter="data")
    return load([Path(folder.name)])


def main() -> int:
    """Print one row of a table for each library; with `--read` the merges themselves."""
    parser = arguments(__doc__)
    parser.add_argument("--libraries", default=",".join(FIVE))
    parser.add_argument("--read", action="store_true")
    args = parser.parse_args()
    for name in args.libraries.split(","):
        library = library_of(args.data, name)
        asked = args.data / "routing" / f"frontier_{ASKED.get(name)}" / "queries.jsonl.gz"
        found = optimize(library, Config(requests=(asked,) if asked.is_file() else ()), only=MERGE)
        edits = found.edits
        after, _, into = applied(library.routable, edits)
        before = sum(len(skill.name) + len(skill.text) for skill in library.routable)
        left = sum(len(skill.name) + len(skill.text) for skill in after if skill.id not in into)
        merged = sum(edit.accept for edit in edits)
        print(
            f"| {name} | {len(library.routable):,} | {merged:,} | {len(edits) - merged:,} | {before - left:,} "
            f"| {_triggers(found)} |",
            flush=True,
        )
        known = {skill.id: skill.description for skill in library.routable}
        for edit in edits if args.read else ():
            print(
                f"\n{'x' if edit.accept else ' '} {edit.skills[0]} -> {edit.into}: {edit.reason}; {edit.refused}"
            )
            print(f"- {known[edit.skills[0]]}\n- {known[edit.into]}\n+ {edit.after}")
            print("".join(f"  · {line}\n" for line in edit.lost), end="")
    return 0


def _triggers(found: Optimisation) -> str:
    """Write the forecast of false triggers in a hundred, before and after; a dash where no request judges it."""
    if found.proof is None:
        return "–"
    before, after = found.proof.before.false_trigger.value, found.proof.after.false_trigger.value
    return "–" if before is None or after is None else f"{100 * before:.1f} → {100 * after:.1f}"


if __name__ == "__main__":
    sys.exit(main())
