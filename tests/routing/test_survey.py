"""A large library is read off the nearest skills and a sample, and says what holding all against all says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from zlib import crc32

import numpy as np
import pytest
from numpy.typing import NDArray

from skillaudit.analysis.neighbors import nearest
from skillaudit.progress import SILENT
from skillaudit.routing import survey
from skillaudit.routing.breadth import _WithWords, breadth
from skillaudit.routing.evidence import Evidence, Remembered
from skillaudit.routing.predict import forecast
from skillaudit.routing.profiles import Contrast
from skillaudit.routing.stand_ins import from_descriptors
from skillaudit.schema import Coverage, Forecast, ScorerName, Skill
from skillaudit.scoring import DenseScorer, HybridScorer, LexicalScorer, lexical, make_scorer
from skillaudit.scoring.part import Part

SIZE = 1_600
Quick = DenseScorer | HybridScorer | LexicalScorer
NOTHING = Coverage(requests=0, no_skill_requests=0, judged_skills=0, unjudged=(), sources=(), leaked=0)


@cache
def library(size: int = SIZE) -> tuple[Skill, ...]:
    """Skills of made-up words that are as unevenly common as those of a language."""
    rng = np.random.default_rng(7)
    letters = np.array(list("abdefgiklmnoprstuv"))
    words = ["".join(rng.choice(letters, rng.integers(4, 9))) for _ in range(2_000)]
    common = 1 / np.arange(1, len(words) + 1)
    drawn = rng.choice(len(words), (size, 20), p=common / common.sum())
    return tuple(
        Skill(id=f"s{row}", name=f"s{row}", description=" ".join(words[w] for w in line), path="", digest="")
        for row, line in enumerate(drawn.tolist())
    )


@cache
def direction(word: str) -> NDArray[np.float32]:
    return np.random.default_rng(crc32(word.encode())).normal(size=48).astype(np.float32)


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of words, added up."""
    return np.stack([sum(map(direction, text.split()), np.zeros(48, dtype=np.float32)) for text in texts])


@cache
def made(name: ScorerName) -> Quick:
    texts = [skill.text for skill in library()]
    return make_scorer(name, texts, vectors=embed(texts), embed=embed)


@pytest.fixture(
    scope="module",
    params=[
        "exact lexical",
        "index lexical",
        "index hybrid",
        pytest.param("exact dense", marks=pytest.mark.slow),
    ],
)
def found(request: pytest.FixtureRequest) -> Iterator[tuple[Quick, survey.Survey]]:
    """A survey in which all are compared, and one by an index that forgets half of the common words."""
    how, name = request.param.split()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(survey, "LARGE", SIZE - 1)
        patch.setattr(survey, "EXACT", SIZE if how == "exact" else 0)
        patch.setattr(lexical, "_POSTINGS", 2.5)
        scorer = made(name)
        around = survey.survey(scorer, SIZE, SILENT)
        assert around is not None
        assert (around.recall == 1) == (how == "exact")
        assert (around.by_vectors is None) == (name == "lexical")
        yield scorer, around


@cache
def evidence(scorer: Quick, around: survey.Survey | None = None) -> Evidence:
    """What is read off a scorer without requests, all held against all unless there is a survey."""
    return from_descriptors(library(), scorer, Contrast(24.0, 0.15), 0.3, survey=around)


@cache
def told(scorer: Quick, around: survey.Survey | None = None) -> Forecast:
    """The forecast of the library, all held against all unless there is a survey."""
    return forecast(
        library(), (), scorer, families=[""] * SIZE, labels=[-1] * SIZE, neighbors=None, coverage=NOTHING,
        survey=around,
    ).forecast  # fmt: skip


def test_the_nearest_are_found(found: tuple[Quick, survey.Survey]) -> None:
    scorer, around = found
    exact = nearest(scorer.similarities, SIZE, survey.TOP)
    hits = (around.neighbors.indices[:, : survey.TOP, None] == exact.indices[:, None, :]).any(axis=2).mean()
    assert hits > 0.9
    assert abs(hits - around.recall) < 0.05
    np.testing.assert_allclose(around.neighbors.mean, exact.mean, atol=1e-6)
    assert not (around.neighbors.indices == np.arange(SIZE)[:, None]).any()


def test_what_is_known_better_is_left_out_of_the_sample(found: tuple[Quick, survey.Survey]) -> None:
    scorer, around = found
    row, column = around.known(100, 140)
    own = around.sample[column] == row + 100
    listed = (around.neighbors.indices[row + 100] == around.sample[column][:, None]).any(axis=1)
    assert (own ^ listed).all()
    np.testing.assert_allclose(around.tail(3, 5), scorer.similarities(3, 5)[:, around.sample], atol=1e-3)


def test_the_evidence_is_that_of_all_against_all(found: tuple[Quick, survey.Survey]) -> None:
    scorer, around = found
    exact, quick = evidence(scorer), evidence(scorer, around)
    assert np.abs(exact.clearance - quick.clearance).max() < 0.02
    assert (exact.rivals[:, :8] == quick.rivals[:, :8]).mean() > 0.9
    np.testing.assert_allclose(exact.rival_likeness, quick.rival_likeness, atol=0.05)
    wide, again = (breadth(library(), (), scorer, one) for one in (None, around))
    assert wide is not None and again is not None
    np.testing.assert_allclose(wide, again, atol=0.01)


def test_vectors_with_words_are_held_against_a_sample_alone() -> None:
    sample = np.array([5, 900, 17])
    whole = _WithWords(library(), made("dense")).similarities(3, 40)[:, sample]
    for scorer in (made("dense"), Remembered(made("dense"), SIZE)):
        np.testing.assert_allclose(_WithWords(library(), scorer).against(sample)(3, 40), whole, atol=1e-6)


@pytest.mark.slow
def test_the_forecast_hardly_moves(found: tuple[Quick, survey.Survey]) -> None:
    scorer, around = found
    exact, quick = told(scorer), told(scorer, around)
    for rate in ("accuracy", "hijack", "no_skill", "false_trigger"):
        assert getattr(exact, rate).value == pytest.approx(getattr(quick, rate).value, abs=0.002)
    assert ("come from an index" in quick.source) == (around.recall < 1)
    assert quick.nearest_found == (around.recall if around.recall < 1 else None)


@pytest.mark.slow
def test_a_cut_list_is_read_whole(found: tuple[Quick, survey.Survey]) -> None:
    _, around = found
    own = library()
    shown = (Skill(id="s0", name="s0", description="", path="", digest=""), *own[1:])
    scorer = LexicalScorer([skill.text for skill in shown])
    cut = [
        from_descriptors(shown, scorer, Contrast(24.0, 0.15), 0.3, library=own, survey=one)
        for one in (None, around)
    ]
    assert (cut[0].clearance == cut[1].clearance).all()


def test_small_libraries_and_parts_of_scorers_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    scorer = LexicalScorer([skill.text for skill in library(50)])
    assert survey.survey(scorer, 50, SILENT) is None
    monkeypatch.setattr(survey, "LARGE", 2)
    assert survey.survey(Part(scorer, range(3)), 3, SILENT) is None
