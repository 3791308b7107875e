"""Escaping for the HTML page: the only ways that text from a library gets into it."""

from __future__ import annotations

from html import escape
from typing import Any

from skillaudit.formatters.findings import plain, to_json
from skillaudit.safety.exits import in_markup


def e(text: str) -> str:
    """Return `text` for use between tags or in a double-quoted attribute, on one line."""
    return in_markup(escape(plain(text), quote=True))


def html_json(value: Any) -> str:
    """Return JSON that can stand in a script element: nothing in it can end the element or open a comment."""
    return to_json(value).replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def tag(element: str, inside: str, *, name: str = "", value: float | str | None = None) -> str:
    """Return an element around markup that is already safe; `value` is what a column sorts by."""
    attributes = f' class="{name}"' if name else ""
    if value is not None:
        attributes += f' data-v="{in_markup(escape(str(value), quote=True))}"'
    return f"<{element}{attributes}>{inside}</{element}>"


def number(value: float | None, shown: str) -> str:
    """Return a table cell that sorts by `value`; None sorts last."""
    return tag("td", shown, name="num", value="" if value is None else f"{value:.6g}")


def cut(text: str, length: int) -> str:
    """Return the start of `text`, with an ellipsis where something was lost."""
    text = plain(text)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
