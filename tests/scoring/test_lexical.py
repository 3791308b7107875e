from __future__ import annotations

import subprocess
import sys

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy.sparse import csr_array

from skillaudit.scoring import LexicalScorer, lexical

TEXTS = (
    "invoice-check: Compare invoices with bank statements and list what does not match.",
    "slide-maker: Turn notes into a slide deck with a title for each slide.",
    "log-reader: Find the cause of a failure in server logs.",
    "table-fix: Repair broken rows in spreadsheets.",
    "发票核对: 将发票与银行流水核对，列出不一致之处。",
    "演示文稿: 把笔记变成幻灯片。",
)

WORDS = ("reports", "tables", "slides", "letters", "charts", "tests", "notes")


@pytest.fixture(scope="module")
def scorer() -> LexicalScorer:
    return LexicalScorer(TEXTS)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("make slides out of my notes", 1),
        ("why did the server fail last night", 2),
        ("does this bank statement match my invoices", 0),
        ("my spreadsheet rows are broken", 3),
        ("帮我核对发票和银行流水", 4),
        ("用笔记做幻灯片", 5),
        ("slidemaker", 1),
    ],
)
def test_finds_the_skill(scorer: LexicalScorer, query: str, index: int) -> None:
    assert scorer.scores([query])[0].argmax() == index


def test_a_text_scores_one_against_itself_and_no_text_more(scorer: LexicalScorer) -> None:
    similar = scorer.similarities(0, len(TEXTS))
    assert np.allclose(np.diag(similar), 1, atol=1e-5)
    assert np.allclose(similar, similar.T, atol=1e-6)
    assert similar.min() >= 0
    assert similar.dtype == np.float32
    assert np.array_equal(scorer.similarities(2, 4), similar[2:4])


def test_scores_of_descriptors_are_their_similarities(scorer: LexicalScorer) -> None:
    assert np.allclose(scorer.scores(TEXTS), scorer.similarities(0, len(TEXTS)), atol=1e-6)


def test_words_that_nobody_has_lower_the_score(scorer: LexicalScorer) -> None:
    plain, odd = scorer.scores(["server logs", "server logs zyzzyva quokka narwhal"])
    assert odd[2] < plain[2] / 1.2
    assert odd.argmax() == 2


def test_nothing_in_common_scores_zero(scorer: LexicalScorer) -> None:
    assert scorer.scores(["", "qqq"]).max() == 0
    assert scorer.scores([]).shape == (0, len(TEXTS))


def test_rare_words_weigh_more_than_common_ones() -> None:
    shared = [
        f"helper-{word}: Helps with {word} for the team." for word in ("taxes", "recipes", "tents", "violins")
    ]
    scores = LexicalScorer(shared).scores(["helper for the team with violins"])[0]
    assert scores.argmax() == 3


def test_explanation_adds_up_to_the_score(scorer: LexicalScorer) -> None:
    for query in (
        "does the bank statement match the invoices",
        "slides slides from NoteBook notes",
        "核对发票",
    ):
        row = scorer.scores([query])[0]
        index = int(row.argmax())
        explained = scorer.explain(query, index)
        assert sum(share for _, share in explained) == pytest.approx(float(row[index]), abs=1e-5)
        shares = [share for _, share in explained]
        assert shares == sorted(shares, reverse=True)
    words = [word for word, _ in scorer.explain("zzz the server failed quietly", 2)]
    assert words[0] == "server"
    assert "zzz" not in words
    assert any(word == "failed" for word in words), "character n-grams of failed meet failure"


def test_dense_block_changes_no_score(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [
        f"skill-{i}: Reads the {'red' if i % 2 else 'blue'} file number {i} of a project." for i in range(300)
    ]
    whole = LexicalScorer(texts).similarities(0, 300)
    monkeypatch.setattr(lexical, "_BLOCK_CELLS", 0)
    assert np.allclose(LexicalScorer(texts).similarities(0, 300), whole, atol=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=8), st.text(max_size=60))
def test_any_text_is_scored_in_range(texts: list[str], query: str) -> None:
    scorer = LexicalScorer(texts)
    scores = scorer.scores([query])
    assert np.isfinite(scores).all()
    assert scores.min() >= 0
    assert scores.max() <= 1 + 1e-5
    assert np.array_equal(scores, scorer.scores([query, *texts])[:1])


def test_row_by_row_gives_the_same_bits_as_all_rows_at_once() -> None:
    texts = [
        f"skill-{i}: writes {WORDS[i % 7]} about {WORDS[i % 5]} for {WORDS[i % 3]} {i}" for i in range(60)
    ]
    scorer = LexicalScorer(texts)
    rows = scorer.weigh(texts)
    turned = csr_array(rows[:, np.unique(rows.indices)].toarray()[:, ::-1])  # sums begin with the last column
    assert np.array_equal(scorer.similarities(0, 60), (turned @ turned.T).toarray())


def test_a_half_of_the_scores_is_the_whole_from_the_diagonal_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "_OFTEN_FLOOR", 5)
    rng = np.random.default_rng(3)
    texts = [" ".join(f"w{number}" for number in rng.zipf(1.5, 12)) for _ in range(300)]
    scorer = LexicalScorer(texts)
    for number, part in enumerate(scorer.upper(70)):
        start = 70 * number
        whole = scorer.similarities(start, min(start + 70, 300))
        np.testing.assert_allclose(part, whole[:, start:], atol=1e-6)
        assert part.shape == whole[:, start:].shape


def test_pairs_of_one_row_together_score_as_pairs_alone() -> None:
    texts = [
        f"skill-{i}: writes {WORDS[i % 7]} about {WORDS[i % 5]} for {WORDS[i % 3]} {i}" for i in range(60)
    ]
    scorer = LexicalScorer(texts)
    rows, columns = np.repeat(np.array([3, 9]), 60), np.tile(np.arange(60), 2)
    together = scorer.pairs(rows, columns)
    assert np.allclose(together, scorer.similarities(0, 60)[rows, columns], atol=1e-6)
    mixed = np.random.default_rng(0).permutation(120)
    assert np.allclose(together[mixed], scorer.pairs(rows[mixed], columns[mixed]), atol=1e-6)


def test_no_library_at_all() -> None:
    assert LexicalScorer([]).scores(["anything"]).shape == (1, 0)


def test_same_scores_in_every_process() -> None:
    program = (
        "from skillaudit.scoring import LexicalScorer\n"
        "s = LexicalScorer(['a-b: red green', 'c-d: blue green'])\n"
        "print(s.scores(['green blue sky']).tobytes().hex())\n"
        "import sys; print(sorted(m for m in ('torch', 'sklearn', 'transformers') if m in sys.modules))"
    )
    runs = {
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    }
    assert len(runs) == 1
    assert runs.pop().endswith("[]\n")


def test_what_was_let_go_is_made_again() -> None:
    scorer = LexicalScorer(["a: writes tables", "b: reads tables", "c: draws"])
    before = scorer.scores(["tables"])
    scorer.forget()
    assert scorer.pairs(np.array([0]), np.array([1])) > 0
    assert np.array_equal(scorer.scores(["tables"]), before)
