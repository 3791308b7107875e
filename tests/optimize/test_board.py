"""The score matrix: what a changed column does is what a matrix made anew says."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skillaudit.embedding.memory import Memory
from skillaudit.optimize.board import ABSENT, Board, Columns, rows_for
from skillaudit.schema import Request, Skill
from skillaudit.scoring import make_scorer

Case = tuple[Board, int, NDArray[np.float32]]


@st.composite
def boards(draw: st.DrawFn) -> Case:
    rows, columns = draw(st.integers(1, 12)), draw(st.integers(1, 6))
    grid = st.sampled_from([-0.1, 0.0, 0.1, 0.25, 0.25, 0.5, 0.9])
    scores = np.array([[draw(grid) for _ in range(columns)] for _ in range(rows)], dtype=np.float32)
    golds = [sorted(draw(st.sets(st.integers(0, columns - 1), min_size=1, max_size=2))) for _ in range(rows)]
    column = draw(st.integers(0, columns - 1))
    new = np.array([draw(grid) for _ in range(rows)], dtype=np.float32)
    return Board(scores, golds, 20.0), column, new


def fresh(board: Board, scores: NDArray[np.float32]) -> Board:
    return Board(scores.copy(), board.golds, board.sharpness)


@given(boards())
def test_a_trial_says_what_the_change_would_do(
    case: Case,
) -> None:
    board, column, new = case
    changed = board.scores.copy()
    changed[:, column] = new
    after = fresh(board, changed)
    delta = board.try_column(column, new)
    np.testing.assert_allclose(delta.soft, after.chance - board.chance, atol=1e-6)
    np.testing.assert_array_equal(delta.hard, after.right.astype(int) - board.right.astype(int))


@given(boards(), st.integers(0, 3))
def test_a_change_leaves_the_board_as_if_made_anew(case: Case, other: int) -> None:
    board, column, new = case
    board.set_column(column, new)
    board.set_column(other % board.scores.shape[1], new[::-1].copy())
    after = fresh(board, board.scores)
    np.testing.assert_allclose(board.chance, after.chance, atol=1e-6)
    np.testing.assert_array_equal(board.right, after.right)
    np.testing.assert_array_equal(board.winner[~board.right], after.winner[~board.right])


def test_a_folded_skill_hands_its_requests_over() -> None:
    board = Board(np.array([[0.9, 0.5, 0.2], [0.4, 0.5, 0.9]], dtype=np.float32), [(0,), (1, 0)], 20.0)
    board.fold(0, 1)
    assert board.golds == [(1,), (1,)]
    assert board.right.tolist() == [True, False]
    assert board.owner.tolist() == [1, 1]
    assert (board.scores[:, 0] == ABSENT).all()


def test_a_tie_is_not_right() -> None:
    board = Board(np.array([[0.5, 0.5]], dtype=np.float32), [(0,)], 20.0)
    assert not board.right[0]
    assert board.winner[0] == 1


TEXTS = ["tea: brews green tea", "pdf: fills in PDF forms", "chart: draws charts of sales"]
QUERIES = ["a cup of tea", "fill this form", "sales chart", "nothing of it"]


def _vectors(texts: Iterable[str]) -> NDArray[np.float32]:
    rows = [[len(text), text.count("e") + 1, text.count("a")] for text in texts]
    array = np.array(rows, dtype=np.float32)
    return np.asarray(array / np.linalg.norm(array, axis=1, keepdims=True), dtype=np.float32)


@pytest.mark.parametrize("name", ["lexical", "dense", "hybrid"])
def test_columns_score_as_the_scorer_does(name: str) -> None:
    scorer = make_scorer(name, TEXTS, vectors=_vectors(TEXTS), embed=_vectors)  # type: ignore[arg-type]  # a case
    columns = Columns(name, TEXTS, QUERIES, _vectors)  # type: ignore[arg-type]  # a case of a table
    np.testing.assert_allclose(columns.full(TEXTS), scorer.scores(QUERIES), atol=1e-5)
    np.testing.assert_allclose(columns.full(TEXTS[1:2])[:, 0], scorer.scores(QUERIES)[:, 1], atol=1e-5)


def test_vectors_are_made_once() -> None:
    asked: list[str] = []

    def make(texts: Iterable[str]) -> NDArray[np.float32]:
        asked.extend(texts)
        return _vectors(texts)

    memory = Memory(make)
    first = memory(["a", "bb", "a"])
    np.testing.assert_array_equal(memory(["bb", "a"]), first[[1, 0]])
    assert asked == ["a", "bb"]


def test_the_home_skill_owns_a_request() -> None:
    skills = [Skill(id=name, name=name, description=name) for name in "abc"]
    requests = [
        Request(query="x", gold=("a", "c"), source="file", home="c"),
        Request(query="y", gold=(), source="file"),
        Request(query="z", gold=("nobody",), source="file"),
    ]
    kept, golds = rows_for(skills, requests)
    assert [request.query for request in kept] == ["x"]
    assert golds == [(2, 0)]
