"""Requests that need no skill: everyday talk always, a subject only where no skill owns it."""

from __future__ import annotations

from skillaudit.routing.holes import claiming
from skillaudit.routing.idle import everyday, made_idle
from skillaudit.schema import Skill
from skillaudit.scoring import LexicalScorer


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
