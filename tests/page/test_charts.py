"""The charts of the HTML page: the report's own numbers, the same bytes each time, nothing that leads elsewhere."""

from __future__ import annotations

import base64
import gzip
from itertools import pairwise

from skillaudit.page.charts import map_chart, script
from skillaudit.schema import Cluster
from tests.formatters.reports import make_report, make_skill

from .charts import columns_of, identifiers, points_of


def test_charts_are_numbered_anew_each_time() -> None:
    found = map_chart(make_report())
    assert found is not None and found == map_chart(make_report())
    numbers = identifiers(found.chart)
    assert set(numbers) == {f"map{n}" for n in range(1, len(set(numbers)) + 1)}


def test_a_map_without_positions_is_none() -> None:
    assert map_chart(make_report([make_skill("alone")], (), clusters=(), black_holes=(), pairs=())) is None


def test_a_map_leaves_the_idle_skills_out_first() -> None:
    skills = [
        make_skill(f"skill-{n:05d}-{'x' * 60}", x=float(n), y=1.0, absorbed=float(n % 7))
        for n in range(6_000)
    ]
    found = map_chart(make_report(skills, (), clusters=(), black_holes=(), pairs=()))
    assert found is not None and found.left_out > 0
    assert found.left_out + len(found.names) == 6_000
    sizes = points_of(found.chart)["size"]
    assert sizes == sorted(sizes) and max(sizes) > min(sizes)
    kept = {skill.absorbed for skill in skills if skill.id in set(found.names)}
    assert 6.0 in kept and 0.0 not in kept


def test_labels_of_clusters_stand_clear_of_each_other() -> None:
    skills = [make_skill(f"s{n}", x=float(n), y=float(n), cluster=n // 2) for n in range(80)]
    clusters = [
        Cluster(index=n, label=f"cluster {n} <b>", skills=(f"s{2 * n}", f"s{2 * n + 1}"), cohesion=0.5)
        for n in range(40)
    ]
    found = map_chart(make_report(skills, (), clusters=tuple(clusters), black_holes=(), pairs=()))
    assert found is not None
    labels = next(part for part in columns_of(found.chart) if "text" in part)
    assert 1 < len(labels["text"]) < 40
    heights = sorted(labels["y"])
    assert min(b - a for a, b in pairwise(heights)) > 0.05 * 79


def test_the_script_is_whole_and_the_same_bytes_each_time() -> None:
    script.cache_clear()
    first = script()
    script.cache_clear()
    assert script() == first
    assert b"Bokeh" in gzip.decompress(base64.b64decode(first.text))
