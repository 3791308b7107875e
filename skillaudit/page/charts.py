"""The map of the HTML page, as a document that Bokeh's script draws in the browser.

Bokeh numbers its models across the whole process, so the numbers are given anew: the same report gives the
same bytes. Text of the library reaches a chart only as values of columns, which the script writes as text.
"""

from __future__ import annotations

import gzip
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from skillaudit.page.encode import to_json
from skillaudit.page.figures import FIRST
from skillaudit.safety.cleaning import one_line
from skillaudit.schema import Report, SkillReport

if TYPE_CHECKING:
    from bokeh.models import ColumnDataSource
    from bokeh.plotting import figure

_POINT_SHARE = 300_000
"""Bytes that the map may take of a page."""
_LABEL_ROOM = (0.55, 0.05)
"""Width of a label of 32 letters and height of a line, as shares of a map on a small screen."""
_MOST_LABELS = 40
_BESIDE = 4
"""Names of others of a cluster that stand in the note of a point."""
_MARKERS = ("circle", "square", "triangle", "diamond", "inverted_triangle", "star", "hex")
"""Marks of the clusters: another one after every `FIRST`, so that colours that look alike never meet."""
_RED, _GREY = "#d64545", "#8a949e"


class MapChart(NamedTuple):
    """The map, and what the page needs to follow a click on it."""

    chart: dict[str, Any]
    names: list[str]
    """Id of the skill of each point."""
    links: list[list[int]]
    """Points that each point meets: a black hole's victims and the nearest rivals."""
    left_out: int
    """Skills that did not fit."""


class Packed(NamedTuple):
    """Bokeh's script as it stands in a page."""

    text: str
    """Base64 of its gzip form: a third of its 1.3 MB."""
    policy: str
    """The source expression by which a content security policy admits it, and nothing else, once it is unpacked."""


@cache
def script() -> Packed:
    """Return the script that draws the charts."""
    found = resources.files("bokeh").joinpath("server/static/js/bokeh.min.js").read_bytes()
    packed = b64encode(gzip.compress(found, 9, mtime=0))
    return Packed(packed.decode("ascii"), f"'sha256-{b64encode(sha256(found).digest()).decode('ascii')}'")


def _note(skill: SkillReport, hole: bool, judged: bool) -> str:
    takes = f"takes {skill.absorbed:.1f} requests" if judged else f"near to {skill.hubness:,} skills"
    return f"black hole, {takes}" if hole else takes


def map_chart(report: Report) -> MapChart | None:
    """Return the skills in the plane, black holes and the greatest takers on top; None without positions."""
    from bokeh.models import ColumnDataSource, HoverTool, WheelZoomTool

    holes = {hole.skill: hole for hole in report.black_holes}
    placed = [
        (row, skill) for row, skill in enumerate(report.skills) if skill.x is not None and skill.y is not None
    ]
    if not placed:
        return None
    placed.sort(key=lambda pair: (pair[1].id not in holes, -pair[1].absorbed, pair[0]))
    names = {skill.id: skill.name for skill in report.skills}
    groups = {
        one.index: (
            one.label,
            [names[other] for other in one.skills[: _BESIDE + 1] if other in names],
            len(one.skills),
        )
        for one in report.clusters
    }
    points = []
    used = 0
    for row, skill in placed:
        point = (
            round(skill.x or 0.0, 4),
            round(skill.y or 0.0, 4),
            round(6 + min(18.0, 4 * skill.absorbed**0.5), 1) if report.judged else 8.0,
            _colour(skill.cluster),
            one_line(skill.name)[:80],
            _note(skill, skill.id in holes, report.judged),
            _MARKERS[max(skill.cluster, 0) // FIRST % len(_MARKERS)],
            _beside(skill.name, groups.get(skill.cluster)),
        )
        # A point also carries its row and a few links.
        used += len(to_json(point).encode()) + 24
        if used > _POINT_SHARE:
            break
        points.append((row, skill, point))
    points.reverse()  # what comes last is drawn on top
    shown = [(row, skill) for row, skill, _ in points]
    columns: dict[str, list[Any]] = {
        name: [point[at] for _, _, point in points]
        for at, name in enumerate(("x", "y", "size", "colour", "name", "note", "mark", "group"))
    }
    place = {skill.id: at for at, (_, skill) in enumerate(shown)}
    data = ColumnDataSource(columns, name="points")
    chart = _figure(
        height=560, match_aspect=True, tools="pan,box_zoom,zoom_in,zoom_out,reset,tap", active_drag="pan"
    )
    chart.segment(
        "x0",
        "y0",
        "x1",
        "y1",
        source=_named("links", ("x0", "y0", "x1", "y1")),
        line_color=_RED,
        line_alpha=0.8,
    )
    marks = chart.scatter(
        "x",
        "y",
        size="size",
        color="colour",
        marker="mark",
        source=data,
        fill_alpha=0.8,
        line_color=None,
        nonselection_fill_alpha=0.2,
    )
    rings = [at for at, (_, skill) in enumerate(shown) if skill.id in holes]
    chart.scatter(
        [columns["x"][at] for at in rings],
        [columns["y"][at] for at in rings],
        size=[columns["size"][at] + 8 for at in rings],
        fill_color=None,
        line_color=_RED,
        line_width=2,
    )
    words = chart.text(
        "x",
        "y",
        "text",
        source=ColumnDataSource(_labels(report, place, columns)),
        text_font_size="12px",
        x_offset=8,
        y_offset=6,
    )
    words.glyph.name = "words"
    chart.add_tools(
        HoverTool(renderers=[marks], tooltips=[("", "@name: @note"), ("", "@group")]),
        WheelZoomTool(modifiers="ctrl"),
    )
    chart.axis.visible = False
    chart.grid.visible = False
    links = []
    for _, skill in shown:
        victims = holes[skill.id].victims if skill.id in holes else ()
        others = (*victims, *(rival.id for rival in skill.rivals[:5]))
        links.append([place[other] for other in others if other in place])
    return MapChart(
        _document(chart, "map"), [skill.id for _, skill in shown], links, len(placed) - len(shown)
    )


def _labels(report: Report, place: dict[str, int], columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return names of black holes and of the largest clusters, as many as stand clear of each other."""
    wanted: list[tuple[float, float, str]] = [
        (columns["x"][place[hole.skill]], columns["y"][place[hole.skill]], hole.skill)
        for hole in report.black_holes
        if hole.skill in place
    ]
    for cluster in sorted(report.clusters, key=lambda one: (-len(one.skills), one.index)):
        members = [place[name] for name in cluster.skills if name in place]
        if members:
            middle = [sum(columns[axis][at] for at in members) / len(members) for axis in ("x", "y")]
            wanted.append((round(middle[0], 4), round(middle[1], 4), cluster.label))
    width = _LABEL_ROOM[0] * (max(columns["x"]) - min(columns["x"]) or 1.0)
    height = _LABEL_ROOM[1] * (max(columns["y"]) - min(columns["y"]) or 1.0)
    kept: dict[str, list[Any]] = {"x": [], "y": [], "text": []}
    for x, y, text in wanted:
        if len(kept["x"]) == _MOST_LABELS:
            break
        if all(
            abs(x - other_x) > width * min(len(text), 32) / 32 or abs(y - other_y) > height
            for other_x, other_y in zip(kept["x"], kept["y"], strict=True)
        ):
            kept["x"].append(x)
            kept["y"].append(y)
            kept["text"].append(_cut(text, 32))
    return kept


def _beside(name: str, group: tuple[str, list[str], int] | None) -> str:
    """Name a point's cluster and some of those that are in it as well."""
    if group is None:
        return "in no cluster"
    label, members, size = group
    others = [other for other in members if other != name][:_BESIDE]
    more = size - 1 - len(others)
    told = ", ".join(_cut(one_line(other), 32) for other in others)
    return f"{_cut(one_line(label), 32)}: with {told}" + (f" and {more:,} more" if more > 0 else "")


def _colour(cluster: int) -> str:
    """Return a colour that is apart from those of the clusters before it and readable on light and dark."""
    from colorsys import hls_to_rgb

    if cluster < 0:
        return _GREY
    rgb = hls_to_rgb((cluster * 0.381966) % 1, 0.53, 0.55)
    return "#" + "".join(f"{round(255 * part):02x}" for part in rgb)


def _named(name: str, columns: Iterable[str]) -> ColumnDataSource:
    from bokeh.models import ColumnDataSource

    return ColumnDataSource({column: [] for column in columns}, name=name)


def _figure(**settings: Any) -> figure:
    """Return an empty figure as wide as the page, transparent, with nothing that leads off it."""
    from bokeh.plotting import figure

    chart = figure(sizing_mode="stretch_width", **settings)
    chart.background_fill_color = chart.border_fill_color = chart.outline_line_color = None
    chart.toolbar.logo = None
    return chart


def _document(chart: figure, target: str) -> dict[str, Any]:
    """Return the chart as JSON values for the element `target`, its models numbered from one."""
    from bokeh.core.types import ID
    from bokeh.embed import json_item

    given: dict[str, str] = {}

    def renumbered(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: given.setdefault(inner, f"{target}{len(given) + 1}")
                if key in {"id", "root_id"} and isinstance(inner, str)
                else renumbered(inner)
                for key, inner in value.items()
            }
        return [renumbered(inner) for inner in value] if isinstance(value, list) else value

    found: dict[str, Any] = renumbered(json_item(chart, ID(target)))
    return found


def _cut(text: str, length: int) -> str:
    text = one_line(text)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
