"""Template families, and clusters of clones."""

from __future__ import annotations

import numpy as np

from skillaudit.analysis.clustering import THRESHOLDS, cluster
from skillaudit.analysis.neighbors import nearest
from skillaudit.analysis.templates import template_families

CLONES = [f"Automate {name} tasks via the gateway. Always look up the schema first." for name in "abcdefghij"]
PLAIN = [
    "Fill in and merge forms that arrive as PDF files.",
    "Write unit tests for a Go package, table style.",
    "Plan a sprint from a list of tickets.",
]


def test_clones_are_one_family_and_free_text_is_none() -> None:
    assert template_families([*PLAIN, *CLONES]).tolist() == [-1] * 3 + [0] * 10


def test_two_templates_are_two_families() -> None:
    others = [f"This agent keeps the {name} ledger in good order every day." for name in "klmnopq"]
    assert template_families(CLONES + others).tolist() == [0] * 10 + [1] * 7


def test_a_shared_tail_is_not_a_template() -> None:
    texts = [f"{text} {text[::-1]} Not for other kinds of file." for text in PLAIN * 2]
    assert template_families(texts[:4]).tolist() == [-1] * 4


def test_fewer_than_five_are_no_family() -> None:
    assert template_families(CLONES[:4]).tolist() == [-1] * 4
    assert template_families(CLONES, smallest=11).tolist() == [-1] * 10


def test_a_phrase_that_one_description_repeats_is_no_template() -> None:
    assert template_families(["again and again and " * 6, *PLAIN], smallest=1).tolist() == [-1] * 4


def test_scripts_without_spaces_need_longer_phrases() -> None:
    clones = [f"当用户需要预订{name}服务时可以使用此功能" for name in "清水电木车船"]
    free = [
        "图表を生成するときに使う",
        "表計算を行うときに使う",
        "数式を書くときに使う",
        "地図を描くときに使う",
        "詩を書くときに使う",
    ]
    assert template_families(clones + free).tolist() == [0] * 6 + [-1] * 5


def test_odd_texts() -> None:
    assert template_families([]).tolist() == []
    assert template_families(["", "one", "one two three four"] * 5).tolist() == [-1, -1, 0] * 5


def test_evenly_spaced_clones_are_one_cluster_and_structured_ones_are_not() -> None:
    n = 60
    templates = np.array([0] * 40 + [-1] * 20)
    rng = np.random.default_rng(0)
    even = np.full((n, n), 0.05, dtype=np.float32)
    even[:40, :40] = 0.6 + rng.uniform(0, 0.1, size=(40, 40))
    even = np.maximum(even, even.T)
    paired = even.copy()
    for i in range(0, 40, 2):
        paired[i, i + 1] = paired[i + 1, i] = 0.84
    for sims, clusters in ((even, 1), (paired, 20)):
        np.fill_diagonal(sims, 1)
        found = nearest(lambda a, b, sims=sims: sims[a:b], n)  # type: ignore[misc]  # a default is no argument
        labels = cluster(found, thresholds=THRESHOLDS["dense"], templates=templates)
        assert labels.max() + 1 == clusters
        assert (labels[40:] == -1).all()
