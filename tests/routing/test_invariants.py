"""What must hold for any library: a copy never raises accuracy, a removal takes no request from another skill."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.routing.predict import forecast
from skillaudit.routing.records import Routing
from skillaudit.schema import Request, ScorerName, Skill
from skillaudit.scoring import make_scorer
from tests.routing.conftest import coverage

pytestmark = pytest.mark.slow

WORDS = ("tea", "bike", "map", "coffee", "chain", "brake", "water", "hut", "guest", "repair", "draw", "brew")
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
LIBRARIES = st.lists(TEXTS, min_size=3, max_size=7)
QUERIES = st.lists(st.tuples(TEXTS, st.integers(0, 6)), max_size=5)
NAMES: tuple[ScorerName, ...] = ("lexical", "hybrid")
ROUTERS = ("local", "frontier", "older")


def vectors(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Counts of words as vectors: what stands in for a model."""
    found = np.array([[text.split().count(word) for word in WORDS] for text in texts], dtype=np.float32)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.maximum(lengths, 1e-9), dtype=np.float32)


def judged(
    skills: Sequence[Skill],
    requests: Sequence[Request],
    name: ScorerName,
    router: str,
    corpus: Sequence[str] | None = None,
) -> Routing:
    texts = [skill.description for skill in skills]
    dense = None if name == "lexical" else vectors(texts)
    scorer = make_scorer(name, texts, vectors=dense, embed=vectors, corpus=corpus)
    return forecast(
        skills,
        requests,
        scorer,
        families=[""] * len(skills),
        labels=[-1] * len(skills),
        neighbors=None,
        router=f"local/{name}" if router == "local" else router,
        coverage=coverage(requests),
        brief=True,
    )


def made(texts: Sequence[str], queries: Sequence[tuple[str, int]]) -> tuple[list[Skill], list[Request]]:
    skills = [Skill(id=f"s{at}", name=f"s{at}", description=text) for at, text in enumerate(texts)]
    requests = [
        Request(query=f"{query} {at}", gold=(skills[row % len(skills)].id,), source="file")
        for at, (query, row) in enumerate(queries)
    ]
    return skills, requests


@settings(max_examples=30, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    router=st.sampled_from(ROUTERS),
    texts=LIBRARIES,
    queries=QUERIES,
    row=st.integers(0, 6),
    right=st.booleans(),
)
def test_a_copy_never_raises_accuracy(
    name: ScorerName, router: str, texts: list[str], queries: list[tuple[str, int]], row: int, right: bool
) -> None:
    skills, requests = made(texts, queries)
    twin = skills[row % len(skills)]
    before = judged(skills, requests, name, router).forecast.accuracy.value
    if right:  # it has the name of the first, so that labels mean both
        requests = [
            msgspec.structs.replace(one, gold=(*one.gold, "copy")) if twin.id in one.gold else one
            for one in requests
        ]
    copy = msgspec.structs.replace(twin, id="copy")
    after = judged([*skills, copy], requests, name, router).forecast.accuracy.value
    assert before is not None and after is not None
    assert after <= before + 1e-6


@settings(max_examples=30, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    router=st.sampled_from(ROUTERS),
    texts=LIBRARIES,
    queries=QUERIES.filter(bool),
    row=st.integers(0, 6),
)
def test_a_removal_takes_no_request_from_another_skill(
    name: ScorerName, router: str, texts: list[str], queries: list[tuple[str, int]], row: int
) -> None:
    skills, requests = made(texts, queries)
    gone = skills[row % len(skills)]
    before = {flow.id: flow.victim_rate for flow in judged(skills, requests, name, router).flows}
    rest = [skill for skill in skills if skill is not gone]
    kept = [one for one in requests if gone.id not in one.gold]
    if not kept:
        return
    for flow in judged(rest, kept, name, router, texts).flows:
        lost = before[flow.id]
        assert (flow.victim_rate is None) == (lost is None)
        assert flow.victim_rate is None or lost is None or flow.victim_rate <= lost + 1e-6


def test_a_copy_changes_no_weight_of_a_word() -> None:
    texts = ["brew tea", "draw maps", "repair bikes and chains"]
    one, two = make_scorer("lexical", texts), make_scorer("lexical", [*texts, texts[0], texts[0]])
    queries = ["tea maps bikes", "chains"]
    assert np.allclose(one.scores(queries), two.scores(queries)[:, :3], atol=1e-6)
    part = make_scorer("lexical", texts[:2], corpus=texts)
    assert np.allclose(part.scores(queries), one.scores(queries)[:, :2], atol=1e-6)
