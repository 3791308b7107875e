"""Turn a report into text: one module a format, each `render(report, verdict=None) -> str`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

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


def render(name: str, report: Report, *, verdict: Verdict | None = None) -> str:
    """Return `report` in the format `name`, ending in a line break.

    `verdict` is the gate's decision where there was one. Raises KeyError for an unknown name.
    """
    if name not in FORMATS:
        raise KeyError(name)
    module = import_module(f"skillaudit.formatters.{name}")
    return cast(str, module.render(report, verdict=verdict))
