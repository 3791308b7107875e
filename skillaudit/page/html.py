"""Blocks as one HTML page that needs nothing else: no network, no server, no second file.

Jinja escapes everything that a template is given. Everything is readable without scripts; the page's own script
sorts and searches tables and has Bokeh draw the map. A content security policy admits these two scripts by their
hashes and no other, so that markup which got past the escaping still could not run. Styles may stand in the page,
since Bokeh writes its own.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from skillaudit.page.blocks import Block, Curve, Heading, Map, Table, left_out
from skillaudit.page.charts import MapChart, Packed, map_chart, script
from skillaudit.page.curve import figure
from skillaudit.page.encode import to_json
from skillaudit.page.figures import SEVERITY_ORDER, cut, percent, rate, severity_span
from skillaudit.safety.cleaning import one_line
from skillaudit.safety.exits import in_markup

MOST_BYTES = 3_000_000
LIMITS = ((1_000, 1_000), (1_000, 300), (1_000, 100), (300, 50), (300, 0), (50, 0))
"""Rows of a table, and rows with their notes, that a page is tried with until it is small enough."""
SOME_NOTED = 300
"""Rows with their notes where not all rows are drawn at first."""
LETTERS = (600, 300, 200, 150, 100, 75, 50, 40, 30, 20)
"""Letters about each row that is not drawn at first, of which a page takes as many as there is room for."""
SAMPLE = 20
"""The size of all rows is judged by every so many of them."""
SPARE = 0.95
"""Share of the room that the estimate may fill."""


def render(build: Callable[[int], Iterable[Block]], *, title: str) -> str:
    """Return a page under 3 MB of the blocks that `build` makes of at most so many rows a list."""
    kept = _Kept()
    built: tuple[int, list[Block]] = 0, []
    for rows, noted in LIMITS:
        if rows != built[0]:
            built = rows, list(build(rows))
        blocks = built[1]
        if noted > SOME_NOTED and any(len(table.rows) > SOME_NOTED for table in _long(blocks)):
            continue  # what can be found comes before notes
        page = _page(blocks, title, noted, kept)
        if (room := MOST_BYTES - len(page.encode())) > 0:
            kept.letters = _letters(blocks, room)
            return _page(blocks, title, noted, kept) if kept.letters else page
    return page


def _letters(blocks: Sequence[Block], room: int) -> int:
    """Return how many letters about each row fit into so many bytes."""
    samples = [(table.whole[::SAMPLE], table.about[::SAMPLE]) for table in _long(blocks)]
    bare = sum(len(_packed(*sample, 0)) for sample in samples)
    for letters in LETTERS if samples else ():
        if (sum(len(_packed(*sample, letters)) for sample in samples) - bare) * SAMPLE < room * SPARE:
            return letters
    return 0


def _long(blocks: Sequence[Block]) -> list[Table]:
    """Return the tables whose rows are packed."""
    return [block for block in blocks if isinstance(block, Table) and block.whole]


class _Kept:
    """What is the same in a page of any length, and dear to make: the map, and the rows to search."""

    def __init__(self) -> None:
        self._places: MapChart | None = None
        self._mapped = False
        self._rows: dict[tuple[object, ...], str] = {}
        self.letters = 0

    def places(self, blocks: Sequence[Block]) -> MapChart | None:
        """Return the map of the blocks, where they have one."""
        if not self._mapped:
            self._places = next((map_chart(block.report) for block in blocks if isinstance(block, Map)), None)
            self._mapped = True
        return self._places

    def rows(self, table: Table) -> str:
        """Return the rows of a table packed."""
        key = table.what, table.columns, len(table.whole), self.letters
        if key not in self._rows:
            self._rows[key] = _packed(table.whole, table.about, self.letters)
        return self._rows[key]


def _page(blocks: Sequence[Block], title: str, noted: int, kept: _Kept) -> str:
    places = kept.places(blocks)
    found = [row.id for block in blocks if isinstance(block, Table) for row in block.rows if row.id]
    anchors = {name: f"row-{at}" for at, name in enumerate(dict.fromkeys(found))}
    drawn = {
        "charts": [places.chart] if places else [],
        "rows": [anchors.get(name, "") for name in places.names] if places else [],
        "links": places.links if places else [],
        "severities": {one_line(severity_span(severity).text): at for severity, at in SEVERITY_ORDER.items()},
        "whole": {
            f"table-{at}": kept.rows(block)
            for at, block in enumerate(blocks, 1)
            if isinstance(block, Table) and block.whole
        },
    }
    bokeh = script() if places else Packed("", "")
    style, code = asset("page.css"), asset("page.js")
    return environment().get_template("page.html").render(
        title=title, blocks=blocks, anchors=anchors, taken=set(), noted=noted, places=places,
        headings=[block for block in blocks if isinstance(block, Heading) and block.id],
        style=Markup(style), code=Markup(code), data=_json(drawn), bokeh=bokeh.text,
        admitted=" ".join(filter(None, (bokeh.policy, _source(code)))),
    )  # fmt: skip


def svg(curve: Curve) -> str:
    """Return a curve as an SVG file; empty where it has no point."""
    macros: Any = environment().get_template("blocks.html").make_module({"anchors": {}})
    return str(macros.curve(curve)).strip()


@cache
def asset(name: str) -> str:
    """Return a file of the package's data."""
    return resources.files("skillaudit").joinpath(f"data/{name}").read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """Return what fills templates: everything is escaped, and cleaned of what acts on a reader."""
    made = Environment(
        loader=DictLoader({name: asset(name) for name in ("page.html", "blocks.html")}), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_clean,
    )  # fmt: skip
    made.filters |= {
        "percent": percent,
        "rate": rate,
        "figure": figure,
        "kind": lambda block: type(block).__name__,
    }
    made.globals |= {"left_out": left_out, "severities": SEVERITY_ORDER}
    return made


def _clean(value: Any) -> Any:
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return Markup(in_markup(str(escape(one_line(value)))))


def _packed(rows: Sequence[Sequence[str]], about: Sequence[str], letters: int) -> str:
    """Return the columns of a long table, and the start of what is said about each row, as a page unpacks them."""
    columns = [[one_line(cell) for cell in column] for column in zip(*rows, strict=True)]
    told = [cut(one_line(text), letters) for text in about] if letters else []
    return base64.b64encode(gzip.compress(to_json([columns, told]).encode(), mtime=0)).decode("ascii")


def _json(value: Any) -> Markup:
    """Return JSON that can stand in a script element: nothing in it can end the element or open a comment."""
    text = to_json(value).replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Markup(text)


def _source(code: str) -> str:
    """Return the source expression that admits this inline script."""
    digest = hashlib.sha256(code.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
