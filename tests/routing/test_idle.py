"""Requests that need no skill: everyday talk always, a subject only where no skill owns it."""

from __future__ import annotations

import pytest

from skillaudit.routing.holes import CROWD, claiming, spared_by
from skillaudit.routing.idle import everyday, made_idle
from skillaudit.routing.predict import forecast, spared
from skillaudit.schema import Request, Skill
from skillaudit.scoring import LexicalScorer
from tests.routing.conftest import coverage

CLAIM = "A universal helper for any task and all kinds of questions."
NARROW = (
    "Imports CSV files into the warehouse.",
    "Tunes violins and cellos by ear.",
    "Counts birds in photographs of gardens.",
    "Writes invoices for plumbers.",
    "Finds leaks in heating systems.",
)


def library(*descriptions: str) -> tuple[Skill, ...]:
    return tuple(Skill(id=f"s{at}", name=f"s{at}", description=text) for at, text in enumerate(descriptions))


def asked(skills: tuple[Skill, ...]) -> tuple[Request, ...]:
    return tuple(
        Request(query=f"please {skill.description.lower()}", gold=(skill.id,), source="file")
        for skill in skills
    )


@pytest.mark.parametrize(("claims", "times"), [(1, 1), (2, 1), (1, 6)])
def test_what_a_removal_spares_is_what_the_black_holes_of_the_forecast_say(claims: int, times: int) -> None:
    skills = library(*NARROW, *[CLAIM] * claims, *NARROW * (times - 1))
    requests = (*asked(skills[:5]), Request(query="hello there, how are you", gold=(), source="file"))
    scorer = LexicalScorer([skill.text for skill in skills])
    told = spared(skills, requests, scorer, None)
    assert list(told) == list(range(5, 5 + claims))
    report = forecast(
        skills, requests, scorer, families=[skill.id for skill in skills], labels=[-1] * len(skills), neighbors=None,
        coverage=coverage(requests),
    )  # fmt: skip
    by_id = {hole.skill: hole.idle for hole in report.black_holes}
    assert {skills[row].id: share for row, share in told.items()} == pytest.approx(by_id)
    # Without the only one nothing claims everything; beside another one its going changes little.
    assert min(told.values()) > 0.05 if claims == 1 else max(told.values()) < 0.05
    assert spared(skills, requests, scorer, "local") == dict.fromkeys(told, 0.0), (
        "a scorer always takes some skill"
    )


def test_nothing_is_spared_where_nothing_claims_everything_or_too_little_is_there() -> None:
    for skills in (library(*NARROW), library(*NARROW[:2], CLAIM)):
        assert spared(skills, asked(skills), LexicalScorer([skill.text for skill in skills]), None) == {}


def test_a_catch_all_stands_out_among_few() -> None:
    few, many = library(*NARROW, CLAIM), library(*NARROW * 10, CLAIM, CLAIM)
    assert claiming(few, None) == 1.0 and claiming(many, None) == pytest.approx(CROWD * 2 / 52)
    assert claiming(library(*NARROW), None) == 0.0
    seen: dict[int, float] = {}

    def heard(row: int, left: float) -> float | None:
        seen[row] = left
        return None if row == 50 else 0.25

    assert spared_by(many, None, heard) == {50: 0.0, 51: 0.25}
    assert seen == pytest.approx({50: CROWD / 51, 51: CROWD / 51})


def test_a_subject_that_a_skill_owns_is_left_out() -> None:
    talk, subjects = everyday()
    skills = [
        Skill(id="one", name="one", description=subjects[0]),
        Skill(id="two", name="two", description="zzz"),
    ]
    made = made_idle(skills, LexicalScorer([skill.text for skill in skills]))
    queries = [request.query for request in made]
    assert queries[: len(talk)] == list(talk) and subjects[0] not in queries
    assert len(talk) + len(subjects) // 2 < len(queries) < len(talk) + len(subjects)
    assert {(request.gold, request.source) for request in made} == {((), "synthetic")}


def test_a_library_without_skills_owns_nothing_that_could_be_asked_of_it() -> None:
    scorer = LexicalScorer([])
    assert [request.query for request in made_idle((), scorer)] == list(everyday()[0])
    assert claiming((), None) == 0.0
