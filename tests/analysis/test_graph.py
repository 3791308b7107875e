"""The confusion graph and what is read off it."""

from __future__ import annotations

import pytest

from skillaudit.analysis.graph import (
    confused_groups,
    confusion_graph,
    lost_and_taken,
    mutual_groups,
    surroundings,
)
from skillaudit.schema import Pair

IDS = ("pdf", "docx", "hole", "chart", "plot", "alone")
PAIRS = (
    Pair(a="pdf", b="docx", cosine=0.8, a_to_b=0.2, b_to_a=0.1),
    Pair(a="docx", b="hole", cosine=0.5, a_to_b=0.3, b_to_a=0.0),
    Pair(a="hole", b="chart", cosine=0.4, a_to_b=0.0, b_to_a=0.02),
    Pair(a="chart", b="plot", cosine=0.9, a_to_b=0.4, b_to_a=0.4),
)


def test_edges_run_both_ways_with_their_weights() -> None:
    graph = confusion_graph(IDS, PAIRS)
    assert tuple(graph) == IDS
    assert {(a, b): data["weight"] for a, b, data in graph.edges(data=True)} == {
        ("pdf", "docx"): 0.2,
        ("docx", "pdf"): 0.1,
        ("docx", "hole"): 0.3,
        ("chart", "hole"): 0.02,
        ("chart", "plot"): 0.4,
        ("plot", "chart"): 0.4,
    }
    assert graph.edges["pdf", "docx"]["cosine"] == 0.8
    assert not confusion_graph(IDS, PAIRS, smallest=0.25).has_edge("pdf", "docx")


def test_groups_join_over_strong_losses_only() -> None:
    graph = confusion_graph(IDS, PAIRS)
    assert confused_groups(graph) == (("pdf", "docx", "hole"), ("chart", "plot"))
    assert confused_groups(graph, smallest=0.01) == (("pdf", "docx", "hole", "chart", "plot"),)
    assert mutual_groups(graph) == (("pdf", "docx"), ("chart", "plot"))
    assert mutual_groups(graph, smallest=0.15) == (("chart", "plot"),)


def test_groups_do_not_depend_on_the_order_of_pairs() -> None:
    graph = confusion_graph(IDS, PAIRS[::-1])
    assert confused_groups(graph) == confused_groups(confusion_graph(IDS, PAIRS))


def test_lost_and_taken() -> None:
    totals = lost_and_taken(confusion_graph(IDS, PAIRS))
    assert list(totals) == list(IDS)
    assert totals["docx"] == pytest.approx((0.4, 0.2))
    assert totals["hole"] == pytest.approx((0, 0.32))
    assert totals["alone"] == (0, 0)


def test_surroundings() -> None:
    graph = confusion_graph(IDS, PAIRS)
    assert set(surroundings(graph, "hole")) == {"hole", "docx", "chart"}
    assert set(surroundings(graph, "hole", steps=2)) == set(IDS) - {"alone"}
    assert set(surroundings(graph, "alone")) == {"alone"}
    assert surroundings(graph, "hole").edges["docx", "hole"]["weight"] == 0.3


def test_empty_library_and_unknown_ids() -> None:
    empty = confusion_graph((), ())
    assert confused_groups(empty) == mutual_groups(empty) == ()
    assert lost_and_taken(empty) == {}
    with pytest.raises(ValueError, match="'docx'"):
        confusion_graph(("pdf",), PAIRS[:1])
