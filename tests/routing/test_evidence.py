"""Requests become numbers: checked against the definition, one request at a time."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.routing import evidence
from skillaudit.routing.evidence import FEWER, RIVALS, Remembered, from_requests, likeness, log_sum_exp, top
from skillaudit.routing.profiles import Contrast
from skillaudit.routing.stand_ins import WHOLE, from_descriptors
from skillaudit.schema import Request
from tests.routing.conftest import VectorScorer, World, unit

BETA = 20.0


def plain_clearance(scores: np.ndarray, gold: list[int], offset: float | None = None) -> float:
    """The formula of the module's docstring, in words."""

    def strength(score: float) -> float:
        return float(score if offset is None else np.log(max(score, 0.0) + offset))

    best = max(strength(scores[row]) for row in gold)
    rivals = [strength(value) for row, value in enumerate(scores) if row not in gold]
    return float(-np.log(sum(np.exp(BETA * (value - best)) for value in [*rivals, strength(0.0)])) / BETA)


@settings(max_examples=25, deadline=None)
@given(
    size=st.integers(1, 9),
    seed=st.integers(0, 99),
    extra=st.integers(0, 2),
    offset=st.sampled_from([None, 0.05, 0.3]),
)
def test_clearance_and_rivals_follow_the_definition(
    size: int, seed: int, extra: int, offset: float | None
) -> None:
    world = World(size, 2, noise=2.0, seed=seed)
    requests = [
        Request(query=r.query, gold=(*r.gold, *(f"s{k}" for k in range(min(extra, size)))), source="evals")
        for r in world.requests
    ]
    found = from_requests(world.skills, requests, world.scorer, Contrast(BETA, offset))
    scores = world.scorer.scores([request.query for request in requests])
    for row, request in enumerate(requests):
        gold = sorted({int(name[1:]) for name in request.gold})
        assert found.clearance[row] == pytest.approx(plain_clearance(scores[row], gold, offset), abs=1e-4)
        assert found.gold_score[row] == pytest.approx(max(scores[row, gold]), abs=1e-6)
        others = [k for k in np.argsort(-scores[row], kind="stable") if k not in gold]
        assert [k for k in found.rivals[row].tolist() if k >= 0] == others[: found.rivals.shape[1]]


def test_skills_next_door_are_rivals_however_badly_they_score() -> None:
    world = World(60, 2, noise=3.0, seed=3)
    contrast = Contrast(BETA)
    alone = from_requests(world.skills, world.requests, world.scorer, contrast)
    found = from_requests(world.skills, world.requests, world.scorer, contrast, near=world.neighbors)
    assert found.rivals.shape == alone.rivals.shape == (120, 24)
    for row, gold in enumerate(found.gold.tolist()):
        rivals = [each for each in found.rivals[row].tolist() if each >= 0]
        assert set(world.neighbors[gold, :8].tolist()) <= set(rivals) and gold not in rivals
        assert len(set(rivals)) == len(rivals) and rivals[:16] == alone.rivals[row, :16].tolist()
        known = found.rival_scores[row, : len(rivals)]
        assert np.all(np.diff(known) <= 0) and np.all(np.isneginf(found.rival_scores[row, len(rivals) :]))
    assert np.array_equal(found.clearance, alone.clearance)
    assert any(
        set(a.tolist()) - {-1} - set(b.tolist()) for a, b in zip(found.rivals, alone.rivals, strict=True)
    )


def test_ratios_are_blind_to_text_that_dilutes_all_scores_alike() -> None:
    world = World(9, 3, noise=2.0)
    world.scorer.skills = np.abs(world.scorer.skills)
    world.scorer.queries = {query: np.abs(vector) for query, vector in world.scorer.queries.items()}
    ratios, differences = Contrast(BETA, 0.001), Contrast(BETA)
    whole = [
        from_requests(world.skills, world.requests, world.scorer, c).clearance for c in (ratios, differences)
    ]
    world.scorer.skills = 0.5 * world.scorer.skills
    half = [
        from_requests(world.skills, world.requests, world.scorer, c).clearance for c in (ratios, differences)
    ]
    assert half[0] == pytest.approx(whole[0], abs=0.01)
    assert np.abs(half[1] - whole[1]).max() > 0.05


def test_blocks_do_not_change_the_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(11, 3, idle=4)
    texts = dict(zip((skill.text for skill in world.skills), world.scorer.skills, strict=True))
    world.scorer.queries |= texts
    world.scorer.skills, shown = world.scorer.skills[:6], world.skills[:6]
    bare = from_descriptors(shown, world.scorer, Contrast(BETA), 0.5, library=world.skills)
    world.scorer.skills = np.stack([texts[skill.text] for skill in world.skills])
    whole = from_requests(world.skills, world.requests, world.scorer, Contrast(BETA))
    monkeypatch.setattr(evidence, "BLOCK_CELLS", 23)
    parts = from_requests(world.skills, world.requests, world.scorer, Contrast(BETA))
    assert np.array_equal(whole.rivals, parts.rivals)
    assert np.allclose(whole.clearance, parts.clearance, atol=1e-5)
    world.scorer.skills = world.scorer.skills[:6]
    again = from_descriptors(shown, world.scorer, Contrast(BETA), 0.5, library=world.skills)
    assert np.array_equal(bare.rivals, again.rivals) and np.allclose(
        bare.clearance, again.clearance, atol=1e-5
    )


def test_home_owns_a_request_with_several_right_skills() -> None:
    world = World(5, 1)
    query = world.requests[0].query
    requests = [
        Request(query=query, gold=("s1", "s3"), source="evals", home="s3"),
        Request(query=query, gold=("s1", "s3"), source="evals", home="s4"),
        Request(query=query, gold=("gone", "s2"), source="evals"),
        Request(query=query, gold=(), source="evals"),
    ]
    found = from_requests(world.skills, requests, world.scorer, Contrast(BETA))
    assert found.gold.tolist() == [3, 1, 2, -1]
    assert found.routed.tolist() == [True, True, True, False]


def test_a_missing_skill_hides_its_requests_and_each_missing_skill_counts_once() -> None:
    world = World(5, 1)
    query = world.requests[0].query
    requests = [
        Request(query=query, gold=("gone",), source="evals"),
        Request(query=query, gold=("s1",), source="evals"),
        Request(query=query, gold=("lost", "gone"), source="evals", home="gone"),
        Request(query=query, gold=("lost",), source="evals"),
        Request(query=query, gold=(), source="evals"),
    ]
    found = from_requests(world.skills, requests, world.scorer, Contrast(BETA))
    assert found.hidden.tolist() == [0, -1, 0, 1, -1]
    assert found.gold.tolist() == [-1, 1, -1, -1, -1]
    assert found.judged.tolist() == [True, True, True, True, False]
    assert found.owners.tolist() == [5, 1, 5, 6, -1]
    named = from_requests(world.skills, requests, world.scorer, Contrast(BETA), hidden={"lost"})
    assert named.request.tolist() == [1, 2, 3, 4] and named.hidden.tolist() == [-1, 0, 0, -1]


def test_descriptors_stand_in_and_crowded_ones_have_less_clearance() -> None:
    world = World(12, 0)
    vectors = world.scorer.skills.copy()
    vectors[1] = vectors[0]
    world.scorer.skills = vectors
    found = from_descriptors(world.skills, world.scorer, Contrast(BETA), 0.5)
    assert found.clearance[0] == found.clearance.min()
    assert found.rivals[0, 0] == 1 and found.rivals[1, 0] == 0


def test_whole_descriptors_stand_in_for_cut_ones_and_for_missing_skills() -> None:
    world = World(6, 0)
    own = tuple(msgspec.structs.replace(skill, description="in full") for skill in world.skills)
    listed = (own[0], *(msgspec.structs.replace(skill, description="") for skill in own[1:5]))
    asked = unit(np.random.default_rng(3).standard_normal((6, 24)))
    world.scorer.skills = world.scorer.skills[:5]
    world.scorer.queries = dict(zip((skill.text for skill in own), asked, strict=True))
    found = from_descriptors(listed, world.scorer, Contrast(BETA), 0.5, library=own)
    assert found.gold.tolist() == [0, 1, 2, 3, 4, -1] and found.hidden.tolist() == [-1] * 5 + [0]
    assert found.owners.tolist() == [0, 1, 2, 3, 4, 5] and found.judged.all()
    scores = 0.5 * world.scorer.scores([skill.text for skill in own])
    listed_scores = 0.5 * world.scorer.similarities(0, 5)
    share = WHOLE["hybrid"]
    scores[1:5] = share * scores[1:5] + (1 - share) * listed_scores[1:5]
    assert found.gold_score[:5] == pytest.approx([0.5, *scores[range(1, 5), range(1, 5)]], abs=1e-6)
    for row in range(1, 5):
        assert found.clearance[row] == pytest.approx(plain_clearance(scores[row], [row]), abs=1e-4)
    assert found.rivals[5].tolist() == np.argsort(-scores[5], kind="stable").tolist()
    assert found.rival_scores[5] == pytest.approx(np.sort(scores[5])[::-1], abs=1e-6)
    # The first is listed whole: its own similarities say it all, and its text need not be read again.
    assert found.clearance[0] == from_descriptors(listed, world.scorer, Contrast(BETA), 0.5).clearance[0]


@pytest.mark.parametrize("levels", [1, 3, 40, 1 << 20])
@pytest.mark.parametrize("count", [0, 3])
def test_the_best_of_a_long_row_are_those_of_all_of_it(levels: int, count: int) -> None:
    scores = (np.random.default_rng(levels).integers(0, levels, (count, 1_500)) / levels).astype(np.float32)
    scores[:, 7] = -np.inf
    columns, values = top(scores, 24)
    assert values.tolist() == np.sort(scores, axis=1)[:, :-25:-1].tolist()
    assert np.take_along_axis(scores, columns, axis=1).tolist() == values.tolist()
    if levels == 1 << 20:
        assert columns.tolist() == np.argsort(-scores, axis=1, kind="stable")[:, :24].tolist()


def test_top_breaks_ties_by_column_and_pads() -> None:
    columns, values = top(np.array([[0.5, 0.7, 0.5, -np.inf]], dtype=np.float32), 4)
    assert columns.tolist() == [[1, 0, 2, -1]]
    assert values[0, :3].tolist() == pytest.approx([0.7, 0.5, 0.5])


def test_remembered_similarities_are_the_scorers_own(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(9, 0)
    kept = Remembered(world.scorer, 9)
    for start, stop in ((0, 9), (3, 5), (8, 9)):
        assert np.allclose(kept.similarities(start, stop), world.scorer.similarities(start, stop), atol=1e-6)
    monkeypatch.setattr(Remembered, "LARGEST", 2)
    assert np.array_equal(Remembered(world.scorer, 9).similarities(2, 4), world.scorer.similarities(2, 4))


def test_pairs_are_the_scorers_own_however_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(40, 0)
    rows, columns = np.array([3, 0, 39] * 10), np.array([5, 39, 39] * 10)
    own = world.scorer.pairs(rows, columns)
    for largest in (2000, 40, 39):
        monkeypatch.setattr(Remembered, "LARGEST", largest)
        kept = Remembered(world.scorer, 40)
        for count in (1, 30, 1):
            assert kept.pairs(rows[:count], columns[:count]) == pytest.approx(own[:count], abs=1e-6)


def test_likeness_is_that_of_descriptors_and_of_very_many_rivals_only_the_best_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(60, 1, idle=1)
    monkeypatch.setattr(evidence, "PAIR_BLOCK", 7)
    found = from_requests(world.skills, world.requests, world.scorer, Contrast(BETA))
    similar = world.scorer.similarities(0, 60)
    for row, gold in enumerate(found.gold.tolist()):
        expected = [
            0.0 if gold < 0 or rival < 0 else similar[gold, rival] for rival in found.rivals[row].tolist()
        ]
        assert found.rival_likeness[row] == pytest.approx(expected, abs=1e-6)
    read = int((found.rival_likeness != 0).sum())
    monkeypatch.setattr(evidence, "PAIRS", read)
    assert np.array_equal(likeness(world.scorer, found.gold, found.rivals), found.rival_likeness)
    monkeypatch.setattr(evidence, "PAIRS", read - 1)
    fewer = likeness(world.scorer, found.gold, found.rivals)
    assert not fewer[:, FEWER:].any() and np.array_equal(fewer[:, :FEWER], found.rival_likeness[:, :FEWER])


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(
        st.lists(st.one_of(st.floats(-50, 50), st.just(-np.inf)), min_size=2, max_size=2), max_size=3
    )
)
def test_a_log_of_a_sum_of_powers_is_that(rows: list[list[float]]) -> None:
    with np.errstate(divide="ignore"):
        expected = np.log(np.exp(np.array(rows, dtype=np.float64).reshape(-1, 2)).sum(axis=1))
    assert log_sum_exp(np.array(rows, dtype=np.float32).reshape(-1, 2)) == pytest.approx(expected, abs=1e-3)
    assert log_sum_exp(np.zeros((2, 0), dtype=np.float32)).tolist() == [-np.inf] * 2


def test_few_pairs_are_asked_for_and_many_are_read_off_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(40, 0)
    calls: list[tuple[int, int]] = []

    def similarities(start: int, stop: int) -> np.ndarray:
        calls.append((start, stop))
        return world.scorer.skills[start:stop] @ world.scorer.skills.T

    monkeypatch.setattr(world.scorer, "similarities", similarities)
    kept = Remembered(world.scorer, 40)
    kept.pairs(np.zeros(RIVALS, dtype=np.int64), np.ones(RIVALS, dtype=np.int64))
    assert not calls
    kept.pairs(np.zeros(RIVALS + 1, dtype=np.int64), np.ones(RIVALS + 1, dtype=np.int64))
    monkeypatch.setattr(world.scorer, "pairs", lambda *_: pytest.fail("they are known"))
    kept.pairs(np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64))
    kept.similarities(3, 9)
    assert calls == [(0, 40)]


class Heard:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, int, int]] = []

    def update(self, stage: str, done: int, total: int, note: str = "") -> None:
        self.steps.append((stage, done, total))


def test_how_far_it_is_rises_to_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(6, 2)
    world.scorer.queries |= dict(zip((s.text for s in world.skills), world.scorer.skills, strict=True))
    monkeypatch.setattr(evidence, "BLOCK_CELLS", 24)
    monkeypatch.setattr("skillaudit.routing.stand_ins.BLOCK_CELLS", 24)
    asked, alone = Heard(), Heard()
    from_requests(world.skills, world.requests, world.scorer, Contrast(BETA), asked)
    from_descriptors(world.skills, world.scorer, Contrast(BETA), 0.5, alone)
    assert asked.steps == [("routing", done, 12) for done in (0, 4, 8, 12)]
    assert alone.steps == [("routing", done, 6) for done in (0, 4)]
    cut = VectorScorer(world.scorer.skills[:3], world.scorer.queries)
    listed = Heard()
    from_descriptors(world.skills[:3], cut, Contrast(BETA), 0.5, listed, library=world.skills)
    assert listed.steps == [("routing", done, 6) for done in (0, 3)]
