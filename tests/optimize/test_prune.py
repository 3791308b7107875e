"""Descriptions with less in them: grammar stays whole, and no boundary of the author goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.optimize.narrow import narrow_holes
from skillaudit.optimize.prune import clauses_of, joined, less, pruned
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.optimize.words.source import is_narrower, source_of
from skillaudit.text.words import tokens
from tests.optimize.test_steps import bench_of, skill

TOOLBOX = "Posts invoices, claims hotel bills, explains payslips, and waters plants. Made in Leeds."
ASKED = {
    "invoices": ["claims hotel bills of invoices", "post hotel bills", "invoices hotel claims"],
    "travel": ["claims for hotel bills", "hotel bills", "claims hotel"],
    "payroll": ["explain the payslips", "payslips explain hotel bills", "explains payslips"],
    "toolbox": ["waters plants", "plants in Leeds", "waters the plants in Leeds"],
}


def options(text: str) -> set[str]:
    lexicon = Lexicon([source_of(skill("s", text))], [text], [()], ["wood-shop"])
    return {joined(option) for option in less(clauses_of(text), lambda part: lexicon.turns_away(0, part))}


def test_a_clause_or_a_sentence_goes_and_a_list_keeps_its_end() -> None:
    assert options("Cuts wood, sorts it, and sells it. For joiners.") == {
        "Cuts wood and sells it. For joiners.",
        "Cuts wood and sorts it. For joiners.",
        "Cuts wood, sorts it, and sells it.",
    }


def test_the_first_sentence_goes_only_where_it_claims_everything() -> None:
    assert options("Cuts wood. For joiners.") == {"Cuts wood."}
    assert options("Helps with any task. Cuts wood.") == {"Helps with any task.", "Cuts wood."}


REFACTORING = "Go refactoring — the safe, at-scale process: a net"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Cuts wood (oak, ash, or elm), and sells it.", {"Cuts wood (oak, ash, or elm).", "Cuts wood, and sells it."}),
        ("Cuts `a, b, and c` for all.", set()),
        ("Fast, reliable, tested joints for tables.", set()),
        (f"{REFACTORING}, tools, and a catalogue of moves.", {f"{REFACTORING} and a catalogue of moves."}),
    ],
)  # fmt: skip
def test_what_would_leave_half_a_sentence_stays(text: str, left: set[str]) -> None:
    assert options(text) == left


def test_a_single_clause_is_all_there_is() -> None:
    assert options("Cuts wood") == set()


def test_what_a_skill_is_not_for_stays() -> None:
    assert options("Helps with any task. Not for metal, use the lathe.") == {"Not for metal, use the lathe."}
    assert options("Do not use for glass, wood, or stone.") == set()
    assert options("Any task. Tables, chairs, and beds → joinery.") == {"Tables, chairs, and beds → joinery."}
    lexicon = Lexicon([], [], [], ["wood-shop", "metal-shop"])
    assert lexicon.turns_away(0, "For lathes see metal-shop.")
    assert not lexicon.turns_away(1, "For lathes see metal-shop.")
    assert not lexicon.turns_away(0, "Best wood in town.")
    assert not lexicon.turns_away(
        0, 'Also use when the user says "my saw isn\'t cutting" or wants to avoid dust.'
    )
    assert lexicon.turns_away(0, "Use when wood is cut, not for metal.")


def test_pruning_lets_go_of_what_others_are_asked_for() -> None:
    skills = [skill("invoices", "Money in."), skill("travel", "Trips."), skill("payroll", "Staff.")]
    bench, lexicon = bench_of([*skills, skill("toolbox", TOOLBOX)], ASKED)
    texts = pruned(bench, 3, lexicon)
    assert texts
    assert "hotel" not in texts[-1]
    assert "plants" in texts[-1]
    assert all(is_narrower(after, before) for before, after in zip([TOOLBOX, *texts], texts, strict=False))
    narrow_holes(bench, lexicon, [3])
    (edit,) = [edit for edit in bench.edits if edit.accept]
    assert edit.kind == "describe"
    assert is_narrower(edit.after, TOOLBOX)
    assert "plants" in edit.after


@given(st.lists(st.sampled_from(["cuts wood", "oils it,", "and sands it", "or not.", "one; two", "。", ","])))
def test_less_is_shorter_and_made_of_the_same_words(pieces: list[str]) -> None:
    text = " ".join(pieces)
    for option in options(text):
        assert len(option) <= len(text) + 1
        assert set(tokens(option)) <= set(tokens(text))
