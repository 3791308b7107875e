"""Write the parts of `docs/` that come from the program: `python -m tests.docs`; a test holds them to it.

Each part is the table, or the block of text, after a line `<!-- written by: python -m tests.docs -->`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from skillaudit.cli.schema import RECORDS
from skillaudit.clients.profiles import profiles
from skillaudit.experiment.session import ExperimentTerms, session
from skillaudit.experiment.tasks import Scope
from skillaudit.formatters import FORMATS
from skillaudit.page import text
from skillaudit.page.experiment import document
from skillaudit.tui.actions import key_table

DOCS = Path(__file__).parents[1] / "docs"
MARK = "<!-- written by: python -m tests.docs -->"
_PART = re.compile(rf"(?<={re.escape(MARK)}\n\n)(?:(?:\|.*\n)+|```text\n(?:(?!```).*\n)*```\n|)")


def clients() -> str:
    """Return the clients whose lists are known, with the date and source of what is known."""
    rows = [
        "| `--client` | client | version | as of | looks in | source |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for profile in profiles():
        name = f"`{profile.name}`" if profile.current else f"`{profile.name}@{profile.version}`"
        roots = ", ".join(f"`{root}`" if "/" in root and " " not in root else root for root in profile.roots)
        rows.append(
            f"| {name} | {profile.title} | {profile.version} | {profile.date} | {roots} | {profile.source} |"
        )
    return "\n".join(rows) + "\n"


def reports() -> str:
    """Return the formats of a report, each in the words of its module."""
    rows = ["| `-f` | what it is |", "| --- | --- |"]
    for name in FORMATS:
        words = (import_module(f"skillaudit.formatters.{name}").__doc__ or "").partition("\n\n")[0]
        rows.append(f"| `{name}` | {' '.join(words.split())} |")
    return "\n".join(rows) + "\n"


def records() -> str:
    """Return the records that have a schema."""
    rows = ["| record | class |", "| --- | --- |"]
    rows += [f"| `{name}` | `{module}.{kind}` |" for name, (module, kind) in RECORDS.items()]
    return "\n".join(rows) + "\n"


def coupling() -> str:
    """Return whether b couples the laws, of simulated routers whose rescue grows with b; takes seconds."""
    with TemporaryDirectory() as folder:
        routers = tuple(f"simulated/b={b},rescue={odds}" for b, odds in COUPLED)
        terms = ExperimentTerms(
            routers=routers, scope=Scope(seeds=3, tasks=90), out=Path(folder), use_cache=False
        )
        *_, found = session(["f01", "f10"], terms)
    return f"```text\n{text.render(document(found), width=110)}```\n"


COUPLED = ((0.02, 1), (0.04, 2), (0.06, 4), (0.08, 8), (0.1, 16))
"""b and the rescue of the routers."""
PARTS: dict[str, tuple[Callable[[], str], ...]] = {
    "app.md": (key_table,),
    "clients.md": (clients,),
    "experiments.md": (coupling,),
    "formats.md": (reports, records),
}
"""Page -> what makes its parts, in order."""


def page(name: str) -> str:
    """Return the text of a page with its parts made anew."""
    parts = [make() for make in PARTS[name]]
    text = (DOCS / name).read_text(encoding="utf-8")
    assert text.count(MARK) == len(parts), name
    left = iter(parts)
    return _PART.sub(lambda _: next(left), text)


def main() -> None:
    """Write all pages."""
    for name in PARTS:
        (DOCS / name).write_text(page(name), encoding="utf-8", newline="\n")
        print(DOCS / name)


if __name__ == "__main__":
    main()
