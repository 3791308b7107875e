"""Clients that search first: what the search brings, then the choice among it."""

from __future__ import annotations

import numpy as np
import pytest

from skillaudit.pipeline.shortlist import First, shortlist_rows
from skillaudit.progress import SILENT
from skillaudit.schema import Coverage, Request, Skill
from skillaudit.scoring import make_scorer

ABOUT = ("invoices", "tables", "songs", "gardens", "letters", "maps")
SKILLS = [
    Skill(id=f"make-{word}", name=f"make-{word}", description=f"Makes {word} for people.") for word in ABOUT
]
COVERAGE = Coverage(requests=4, no_skill_requests=0, judged_skills=4, unjudged=(), sources=(), leaked=0)


def asked(query: str, gold: str) -> Request:
    return Request(query=query, gold=(gold,), source="file")


def test_what_the_search_does_not_bring_is_as_far_off_as_can_be() -> None:
    scorer = make_scorer("lexical", [skill.text for skill in SKILLS])
    scores = First(scorer, 2).scores(["draw maps of gardens"])
    assert (scores > -1).sum() == 2
    assert set(np.argsort(-scores[0])[:2]) == {3, 5}


def test_a_request_that_is_not_brought_is_never_right() -> None:
    scorer = make_scorer("lexical", [skill.text for skill in SKILLS])
    requests = [asked("write songs", "make-songs"), asked("draw maps of gardens", "make-letters")]
    requests += [asked("lay tables", "make-tables"), asked("send invoices", "make-invoices")]
    (row,) = shortlist_rows(SKILLS, requests, scorer, 2, router=None, coverage=COVERAGE, progress=SILENT)
    assert row.router.endswith(", first 2") and "3 of 4 requests (75%)" in row.source
    assert row.accuracy.value is not None and row.accuracy.value <= 0.75
    assert row.accuracy.low is not None and row.accuracy.high is not None
    assert row.accuracy.low < row.accuracy.value < row.accuracy.high


@pytest.mark.parametrize("count", [None, 6, 7])
def test_no_search_no_row(count: int | None) -> None:
    scorer = make_scorer("lexical", [skill.text for skill in SKILLS])
    requests = [asked("write songs", "make-songs")]
    assert not shortlist_rows(
        SKILLS, requests, scorer, count, router=None, coverage=COVERAGE, progress=SILENT
    )
