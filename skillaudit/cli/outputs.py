"""`-f NAME[:FILE]`, several at once: which formats go where."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from skillaudit import extras
from skillaudit.cli.output import check_writable, colours, deliver
from skillaudit.errors import UsageError

if TYPE_CHECKING:
    from skillaudit.gate import Verdict
    from skillaudit.schema import Report


READABLE = frozenset({"text", "concise", "markdown", "github"})
"""Formats that people read where they appear."""


class Output(NamedTuple):
    """One format and its file; None is stdout."""

    form: str
    path: Path | None


def parse(values: Sequence[str], output: Path | None = None, others: Sequence[Path] = ()) -> list[Output]:
    """Return the outputs that `values` ask for; `output` is the file of those that name none.

    `others` are files that are written beside them. Raises UsageError for an unknown format, naming the
    nearest, for a file that cannot be written, and when two would mix on stdout or in one file.
    """
    from difflib import get_close_matches

    from skillaudit.formatters import FORMATS

    found = []
    for value in values or ("text",):
        name, _, file = value.partition(":")
        if name not in FORMATS:
            near = get_close_matches(name, FORMATS, 1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise UsageError(f"there is no format {name!r}; {hint}known are {', '.join(FORMATS)}")
        if name == "html":
            extras.require("html", "The HTML report")
        found.append(Output(name, Path(file) if file else output))
    paths = [*(entry.path for entry in found), *others]
    targets = [_target(path) for path in paths]
    for path, target in zip(paths, targets, strict=True):
        if targets.count(target) > 1:
            where = path if target else "stdout"
            raise UsageError(
                f"two formats would be written to {where}; give each its file, such as sarif:FILE."
            )
        check_writable(path)
    return found


def _target(path: Path | None) -> Path | None:
    """Return what two names of one file have in common; None for stdout."""
    return None if path is None or str(path) == "-" else path.resolve()


def on_screen(outputs: Sequence[Output]) -> bool:
    """Say whether a reader of stdout sees the report's notices there."""
    return any(_target(entry.path) is None and entry.form in READABLE for entry in outputs)


def pages(outputs: Sequence[Output]) -> list[Output]:
    """Return the pages that go into a file, which can be loaded again once more is known."""
    return [entry for entry in outputs if entry.form == "html" and _target(entry.path) is not None]


def write(
    outputs: Sequence[Output], report: Report, verdict: Verdict | None = None, *, everything: bool = False
) -> None:
    """Render the report once for each output and deliver it; text in short, or `everything`."""
    from skillaudit.formatters import kind_of, render
    from skillaudit.formatters.json import pieces

    for entry in outputs:
        if entry.form == "text":
            from skillaudit.formatters import text

            paint = _target(entry.path) is None and colours()
            said = text.render(report, verdict=verdict, everything=everything, paint=paint)
            deliver(said, entry.path, "painted" if paint else "text")
            continue
        if entry.form == "json":
            deliver(pieces(report, verdict=verdict), entry.path, "json")
            continue
        deliver(render(entry.form, report, verdict=verdict), entry.path, kind_of(entry.form))
