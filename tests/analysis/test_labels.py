"""Names and tightness of groups."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from skillaudit.analysis.labels import cohesion, name_clusters
from skillaudit.analysis.neighbors import FloatArray
from skillaudit.text.words import terms, tokens
from tests.analysis.cosines import nearest_vectors
from tests.analysis.samples import blobs

Positions = NDArray[np.int64]
TEXTS = (
    "pdf-fill: Use this skill to fill PDF forms. Forms, PDFs and form fields.",
    "pdf-merge: Merge PDF forms when the user has several.",
    "sql-tune: Tune slow SQL queries.",
    "sql-explain: Explain a SQL query plan, tune queries.",
    "poetry: Write a poem.",
)
LABELS = np.array([0, 0, 1, 1, -1])


def test_names_are_words_that_members_share_and_others_lack() -> None:
    first, second = name_clusters(TEXTS, LABELS)
    assert first.split(", ")[:2] == ["PDF", "forms"]
    assert "SQL" in second.split(", ")
    assert not {"use", "skill", "user"} & set(f"{first}, {second}".lower().split(", "))


def test_one_form_of_a_word_is_enough() -> None:
    texts = ("a: test tests testing tested", "b: test tests testing", "c: parse", "d: parse")
    assert name_clusters(texts, np.array([0, 0, 1, 1])) == ("test", "parse")


def test_a_word_of_one_member_does_not_name_the_group() -> None:
    texts = ("a: zebra zebra zebra vault", "b: vault", "c: other")
    assert name_clusters(texts, np.array([0, 0, -1])) == ("vault",)


def test_other_scripts_and_wordless_groups() -> None:
    texts = ("a: 生成图表和报告", "b: 生成图表", "c: разбор логов", "d: разбор файлов", "1: 2", "3: 4")
    chinese, russian, nothing = name_clusters(texts, np.array([0, 0, 1, 1, 2, 2]))
    assert "图表" in chinese
    assert russian == "разбор"
    assert nothing == "group 3"


def test_no_groups_no_names() -> None:
    assert name_clusters(TEXTS, np.full(5, -1)) == ()
    assert name_clusters((), np.zeros(0, dtype=np.int64)) == ()


def test_tokens_and_terms() -> None:
    assert tokens("Don't merge_PDFs 図表!") == ["don't", "merge", "pdfs", "図", "表"]
    assert [key for key, _ in terms("Use the PDF 7 x 図表化")] == ["pdf", "図表", "表化"]


@pytest.mark.parametrize("k", [3, 32])
def test_cohesion_is_the_mean_over_pairs_with_or_without_the_lists(k: int) -> None:
    vectors = blobs(4, 6, spread=0.8)
    labels = np.array([0] * 6 + [1] * 6 + [-1] * 4 + [2] * 2 + [-1] * 5 + [3])
    sims = vectors @ vectors.T

    def similar(rows: Positions, columns: Positions) -> FloatArray:
        return sims[rows, columns]

    expected = []
    for group in range(4):
        rows = np.flatnonzero(labels == group)
        inner = sims[np.ix_(rows, rows)]
        expected.append(float(inner[np.triu_indices(rows.size, 1)].mean()) if rows.size > 1 else 1.0)
    assert cohesion(similar, labels) == pytest.approx(expected, abs=1e-5)
    assert cohesion(similar, labels, nearest_vectors(vectors, k)) == pytest.approx(expected, abs=1e-5)
    assert cohesion(similar, np.full(24, -1)) == ()


def test_cohesion_of_a_large_group_is_estimated() -> None:
    vectors = blobs(1, 200, spread=0.8)
    sims = vectors @ vectors.T
    asked: list[int] = []

    def similar(rows: Positions, columns: Positions) -> FloatArray:
        asked.extend(rows.tolist())
        return sims[rows, columns]

    (value,) = cohesion(similar, np.zeros(200, dtype=np.int64), nearest_vectors(vectors, 10))
    assert value == pytest.approx(float(sims[np.triu_indices(200, 1)].mean()), abs=0.02)
    assert len(set(asked)) == 32


def test_cohesion_asks_for_gaps_only() -> None:
    vectors = blobs(3, 5, spread=0.8)
    sims = vectors @ vectors.T
    asked: list[int] = []

    def similar(rows: Positions, columns: Positions) -> FloatArray:
        asked.extend(rows.tolist())
        return sims[rows, columns]

    labels = np.array([g for g in range(3) for _ in range(5)])
    cohesion(similar, labels, nearest_vectors(vectors, 14))
    assert asked == []
    cohesion(similar, labels, nearest_vectors(vectors, 3))
    assert 0 < len(set(asked)) < 15
