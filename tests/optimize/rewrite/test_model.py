"""The model rewriter: its answers pass the same checks as the extractive one, or are not used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.optimize import optimize
from skillaudit.optimize.rewrite.model import ModelWriter, invented
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.optimize.words.source import source_of
from skillaudit.schema import Skill

SKILLS = [
    Skill(id="tea", name="tea", description="Brews tea.", body="Green tea, black tea, and matcha whisks.\n"),
    Skill(id="coffee-bar", name="coffee-bar", description="Pulls espresso.", body="Beans and milk.\n"),
]


def writer(answers: list[str], asked: list[str] | None = None) -> ModelWriter:
    lexicon = Lexicon(
        [source_of(each) for each in SKILLS], [each.text for each in SKILLS], [["matcha now"], []]
    )

    def complete(prompt: str) -> str:
        if asked is not None:
            asked.append(prompt)
        return answers.pop(0)

    return ModelWriter(complete, lexicon, SKILLS, [["matcha now"], []])


def answer(text: str) -> str:
    return json.dumps({"description": text})


def test_words_of_the_file_and_a_rivals_name_pass() -> None:
    text = "Brews green tea and matcha. Not for coffee bar: use coffee-bar."
    assert writer([f"Sure!\n```json\n{answer(text)}\n```"])(SKILLS[0], 0, (1,)) == [text]


@pytest.mark.parametrize(
    "bad", [answer("Brews kombucha."), answer("tea " * 400), "no json", "{not json}", answer(""), "[1]"]
)
def test_other_answers_are_asked_again_and_then_dropped(bad: str) -> None:
    asked: list[str] = []
    model = writer([bad, bad], asked)
    assert model(SKILLS[0], 0, (1,)) == []
    assert len(asked) == 2
    assert "was not used" in asked[1]
    assert len(model.refused) == 1
    assert writer([bad, answer("Brews matcha.")])(SKILLS[0], 0, (1,)) == ["Brews matcha."]


def test_a_model_is_shown_what_the_skill_wrongly_lost_and_took() -> None:
    asked: list[str] = []
    lexicon = Lexicon([source_of(each) for each in SKILLS], [each.text for each in SKILLS], [[], []])
    lost, taken = (
        [["- matcha now (went to coffee-bar)"], []],
        [["- espresso please (meant for coffee-bar)"], []],
    )

    def complete(prompt: str) -> str:
        asked.append(prompt)
        return answer("Brews matcha.")

    ModelWriter(complete, lexicon, SKILLS, [[], []], lost=lost, taken=taken)(SKILLS[0], 0, (1,))
    assert "matcha now (went to coffee-bar)" in asked[0]
    assert "espresso please (meant for coffee-bar)" in asked[0]


def test_invented_words_are_named() -> None:
    lexicon = Lexicon([source_of(each) for each in SKILLS], [each.text for each in SKILLS], [[], []])
    assert invented("Brews kombucha and matcha", 0, lexicon, SKILLS[0], []) == ("kombucha",)
    assert invented("espresso", 0, lexicon, SKILLS[0], [SKILLS[1]]) == ("espresso",)
    assert invented("coffee", 0, lexicon, SKILLS[0], [SKILLS[1]]) == ()


def test_the_prompt_holds_the_rivals_and_the_users_words() -> None:
    asked: list[str] = []
    writer([answer("Brews tea.")], asked)(SKILLS[0], 0, (1,))
    assert "Pulls espresso." in asked[0]
    assert "matcha now" in asked[0]
    assert "matcha whisks" in asked[0]


def test_a_whole_plan_by_a_model(tree: Path, config: Config) -> None:
    found = optimize(
        load([tree]), config, complete=lambda prompt: answer("Explain payslips, overtime pay and tax codes."),
        rewriter="fake/model",
    )  # fmt: skip
    assert found.rewriter == "fake/model"
    written = [edit for edit in found.edits if edit.after == "Explain payslips, overtime pay and tax codes."]
    assert {edit.skills for edit in written} <= {("payroll-questions",)}
    assert any("invoice-matching" in note for note in found.notes)
