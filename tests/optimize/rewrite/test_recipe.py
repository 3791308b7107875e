"""One recipe for all: taken when all requests together prove it, left where they do not."""

from __future__ import annotations

import msgspec
import numpy as np

from skillaudit.optimize.bench import Bench
from skillaudit.optimize.board import Columns
from skillaudit.optimize.rewrite.boundary import boundary_tasks
from skillaudit.optimize.rewrite.candidates import by_recipe
from skillaudit.optimize.rewrite.recipe import rewrite_together
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.optimize.words.source import source_of
from skillaudit.schema import Request, Skill

WORDS = ("invoice", "payslip", "mileage", "contract", "shipment", "vaccine")
FORMS = ("the {} is late again", "please look at my {} today", "who signs a {} here")


def _skill(word: str, body: str) -> Skill:
    return Skill(
        id=f"{word[:2]}-desk", name=f"{word[:2]}-desk", description="Helps the office desk.", body=body
    )


def _bench(bodies: dict[str, str]) -> tuple[Bench, Lexicon]:
    skills = [_skill(word, body) for word, body in bodies.items()]
    requests = [
        Request(
            query=form.format(word), gold=(skill.id,), source="file", origin="f:1", home=skill.id, proof=False
        )
        for word, skill in zip(bodies, skills, strict=True)
        for form in FORMS
    ]
    columns = Columns("lexical", [skill.text for skill in skills], [each.query for each in requests], None)
    bench = Bench.of(skills, requests, columns, 60.0, 1024)
    own = [[form.format(word) for form in FORMS] for word in bodies]
    return bench, Lexicon([source_of(each) for each in skills], [each.text for each in skills], own)


def _telling(word: str) -> str:
    about = f"Sorts every {word} of the office by date and by sender."
    return f"# Desk\n\n{about}\n\n## {word.title()} rules\n\n- {word} dates\n"


def test_skills_with_few_requests_are_rewritten_together() -> None:
    bench, lexicon = _bench({word: _telling(word) for word in WORDS})
    before = bench.board.right.sum()
    assert rewrite_together(bench, lexicon, boundary_tasks(bench)) >= len(WORDS) - 1
    assert bench.board.right.sum() > before
    assert all(edit.accept and edit.step == "boundary" and edit.before != edit.after for edit in bench.edits)
    for edit in bench.edits:
        row = next(at for at, skill in enumerate(bench.skills) if skill.id == edit.skills[0])
        assert WORDS[row] in edit.after.casefold()
        assert np.allclose(
            bench.board.scores[:, row], bench.columns.full([bench.text(row, edit.after)])[:, 0], atol=1e-6
        )


def test_a_recipe_that_does_not_help_changes_nothing() -> None:
    bench, lexicon = _bench(dict.fromkeys(WORDS, "# Desk\n\n## Opening hours\n\n- Opening hours\n"))
    scores = bench.board.scores.copy()
    assert rewrite_together(bench, lexicon, boundary_tasks(bench)) == 0
    assert not bench.edits
    assert (bench.board.scores == scores).all()


def test_a_skill_that_the_recipe_harms_keeps_its_description() -> None:
    bodies = {word: _telling(word) for word in WORDS}
    # This file speaks of what others are asked for.
    bodies[WORDS[0]] = (
        "# Desk\n\n## Payslip, mileage, contract\n\n- Shipment and payslip\n- Mileage, contract\n"
    )
    bench, lexicon = _bench(bodies)
    rewrite_together(bench, lexicon, boundary_tasks(bench))
    assert WORDS[0][:2] + "-desk" not in {edit.skills[0] for edit in bench.edits}


def test_rewrites_start_from_the_authors_text() -> None:
    bench, lexicon = _bench({word: _telling(word) for word in WORDS})
    bench.start = [msgspec.structs.replace(skill, description="Another start.") for skill in bench.skills]
    rewrite_together(bench, lexicon, boundary_tasks(bench))
    assert bench.edits
    assert all(edit.after.startswith("Another start.") for edit in bench.edits)


def test_recipes_stay_within_the_limit_and_keep_what_stands() -> None:
    bench, lexicon = _bench({word: _telling(word) for word in WORDS})
    for limit in (30, 90, 1024):
        for text in by_recipe(bench.skills[0], 0, lexicon, (1,), limit).values():
            assert len(text) <= limit
            assert text.startswith("Helps the office desk.")
