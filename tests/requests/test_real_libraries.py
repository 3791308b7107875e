"""Requests of real libraries, where the data lies beside the checkout or `SKILLAUDIT_DATA` names it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from skillaudit.load import load
from skillaudit.requests.gathering import coverage, gather
from skillaudit.requests.wording import MAX_WORDS, words

DATA = Path(os.environ.get("SKILLAUDIT_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no development data")


@pytest.mark.parametrize(
    ("name", "judged", "mined"),
    [
        ("kdense-scientific.jsonl.gz", 0.9, 400),
        ("wshobson-agents.jsonl.gz", 0.9, 500),
        ("orchestra-ai-research.jsonl.gz", 0.8, 250),
        ("uipath-skills.jsonl", 0.8, 80),
        ("materials-simulation.jsonl", 1.0, 10),
    ],
)
def test_most_skills_are_judged(name: str, judged: float, mined: int) -> None:
    shelf = load([DATA / "libraries" / name])
    found = gather(shelf)
    cover = coverage(shelf, found)
    assert cover.judged_skills >= judged * len(shelf.routable)
    counts = {count.source: count.requests for count in cover.sources}
    assert counts["mined"] >= mined
    assert cover.requests <= 6 * len(shelf.routable)
    for request in found.requests:
        assert 3 <= words(request.query) <= MAX_WORDS
        assert not set(request.query) & set("<>{}|`")
    assert gather(shelf) == found


@pytest.mark.parametrize(
    ("name", "requests", "no_skill"),
    [("uipath_activation", 1370, 63), ("marketing_evals", 290, 0), ("materials_evals", 101, 0)],
)
def test_labelled_requests_are_read_whole(name: str, requests: int, no_skill: int) -> None:
    folder = DATA / "routing" / name
    shelf = load([folder / "library.jsonl.gz"])
    found = gather(shelf, [folder / "queries.jsonl.gz"])
    cover = coverage(shelf, found)
    assert not found.defects
    assert requests <= cover.requests <= requests + 11
    assert cover.no_skill_requests == no_skill
    proof = sum(request.proof for request in found.requests) / cover.requests
    assert 0.4 < proof < 0.6
