from __future__ import annotations

import json

import pytest

from skillaudit.requests.gathering import is_proof
from skillaudit.requests.synthesis import Refused, parse, prompt, synthesize
from tests.requests.libraries import skill

BOATS = skill(
    "paper-boats",
    "Fold a flat sheet of paper step by step into a little boat that floats on water.",
    "# Boats\nUse thick paper. " + "Long story. " * 100,
)
GOOD = (
    "My daughter wants something that swims in the bathtub, and all we have at home is old newspaper, any idea?",
    "We are stuck inside on a rainy day, could you show the kids how to make toy ships from printer sheets?",
)


def test_good_sentences_are_taken_as_requests() -> None:
    asked: list[str] = []

    def complete(text: str) -> str:
        asked.append(text)
        return "```json\n" + json.dumps(GOOD) + "\n```"

    found = synthesize([BOATS, skill("rafts", manual_only=True)], complete, 2)
    assert tuple(request.query for request in found) == GOOD
    assert {(request.gold, request.source, request.home) for request in found} == {
        (("paper-boats",), "synthetic", "paper-boats")
    }
    assert [request.proof for request in found] == [is_proof(query) for query in GOOD]
    assert "everyday words" in asked[0] and "exactly" in asked[0]
    assert len(asked) == 1, "manual-only skills are not asked about"


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Fold me a boat.", "4 words"),
        (" ".join(["word"] * 31), "31 words"),
        (
            "Could you use paper-boats to make my daughter happy in the bath tonight before she sleeps?",
            "names",
        ),
        ("My paper is old and I dream of boats that carry candles over the lake at night, help me", "names"),
        (
            "Please take a flat sheet of paper on my desk and make something nice out of it for me",
            "names|copies",
        ),
        ("I have a napkin here and want it to become a little boat that floats on my soup tonight", "copies"),
    ],
)
def test_bad_sentences_are_refused_with_a_reason(sentence: str, reason: str) -> None:
    refused: list[Refused] = []
    assert synthesize([BOATS], lambda _: json.dumps([sentence]), 1, refused=refused) == ()
    assert len(refused) == 2, "asked twice"
    assert any(part in refused[0].reason for part in reason.split("|"))


def test_a_second_answer_fills_up_what_is_missing() -> None:
    answers = iter([json.dumps([GOOD[0], "too short"]), json.dumps([GOOD[0], GOOD[1]])])
    prompts: list[str] = []

    def complete(text: str) -> str:
        prompts.append(text)
        return next(answers)

    assert [request.query for request in synthesize([BOATS], complete, 2)] == list(GOOD)
    assert prompts[0].startswith("Write 2 ")
    assert prompts[1].startswith("Write 1 ")


def test_never_more_than_asked_for() -> None:
    assert len(synthesize([BOATS], lambda _: json.dumps(GOOD), 1)) == 1


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ('["a b", " c "]', ["a b", "c"]),
        ('Sure:\n```json\n["a"]\n```', ["a"]),
        ("1. one\n2) two\n- three\nnothing", ["one", "two", "three"]),
        ('[1, null, ""]', []),
        ("[broken", []),
        ("", []),
    ],
)
def test_answers_of_many_shapes(answer: str, expected: list[str]) -> None:
    assert parse(answer) == expected


def test_the_prompt_shows_little_of_the_body() -> None:
    text = prompt(BOATS, 3)
    assert BOATS.description in text
    assert "\npaper-boats\n" in text
    assert "Use thick paper" in text
    assert text.count("Long story") < 40
