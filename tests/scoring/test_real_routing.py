"""How often the lexical scorer finds the right skill of real libraries, where the data is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from skillaudit.load import load
from skillaudit.requests.gathering import gather
from skillaudit.scoring import make_scorer

DATA = Path(os.environ.get("SKILLAUDIT_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no development data")


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("uipath_activation", 0.48),
        ("marketing_evals", 0.66),
        ("materials_evals", 0.84),
        ("golang_evals", 0.39),
    ],
)
def test_lexical_top_choice(name: str, least: float) -> None:
    folder = DATA / "routing" / name
    shelf = load([folder / "library.jsonl.gz"])
    place = {skill.id: i for i, skill in enumerate(shelf.routable)}
    requests = [
        r for r in gather(shelf, [folder / "queries.jsonl.gz"]).requests if r.gold and r.source == "file"
    ]
    scores = make_scorer("lexical", [skill.text for skill in shelf.routable]).scores(
        [r.query for r in requests]
    )
    best = scores.argmax(axis=1)
    right = [
        any(place.get(gold) == choice for gold in r.gold) for r, choice in zip(requests, best, strict=True)
    ]
    assert np.mean(right) >= least
