"""Turn a report into text: one module a format, each `render(report, verdict=None) -> str`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from skillaudit.safety.exits import Kind, harmless

if TYPE_CHECKING:
    from skillaudit.gate import Verdict
    from skillaudit.schema import Report

FORMATS = (
    "text",
    "concise",
    "markdown",
    "html",
    "json",
    "jsonl",
    "sarif",
    "junit",
    "github",
    "gitlab",
)
"""Names that `render` takes; the module of the same name does the work."""

_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("json", "jsonl", "sarif", "gitlab"), "json"),
    # Commands of a runner are what `github` writes; what it quotes from a library is escaped in them.
    **dict.fromkeys(("html", "junit", "github"), "data"),
}


def kind_of(name: str) -> Kind:
    """Return what sort of language a format is, as far as making it harmless goes."""
    return _KINDS.get(name, "text")


def render(name: str, report: Report, *, verdict: Verdict | None = None) -> str:
    """Return `report` in the format `name`, ending in a line break, with nothing in it that acts where it goes.

    `verdict` is the gate's decision where there was one. Raises KeyError for an unknown name.
    """
    if name not in FORMATS:
        raise KeyError(name)
    module = import_module(f"skillaudit.formatters.{name}")
    return harmless(module.render(report, verdict=verdict), kind_of(name))
