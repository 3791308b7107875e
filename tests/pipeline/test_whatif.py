"""What-if from folders: names are found, added skills bring their requests, a client's cut is honoured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from skillaudit.config import Config
from skillaudit.errors import UsageError
from skillaudit.page.text import render
from skillaudit.page.whatif import whatif_blocks
from skillaudit.pipeline import audit
from skillaudit.pipeline.whatif import imagine, what_if

LEXICAL = Config(scorer="lexical", law=False)
WHEN = "## When to use\n\n"
SKILLS = {
    "presenter": (
        "Turns documents into slide decks for a talk.",
        ["Make a deck of slides from this report", "I need slides for my talk on Monday"],
    ),
    "invoices": (
        "Checks supplier invoices against purchase orders.",
        ["Does this bill from the supplier match our order?", "Check the totals of these bills"],
    ),
    "weather": (
        "Looks up the weather forecast of a city.",
        ["Will it rain in Paris tomorrow?", "How warm will Rome be this weekend?"],
    ),
    "recipes": (
        "Finds cooking recipes for given ingredients.",
        ["What can I cook with rice and beans?", "Find me a dinner with salmon"],
    ),
}
TWIN = ("Turns documents into slide decks for any talk.", ["Build some pages to show my boss"])

Write = Callable[..., Path]


def body(lines: list[str]) -> str:
    return WHEN + "".join(f"- {line}\n" for line in lines)


@pytest.fixture
def library(write_skill: Write) -> Path:
    for name, (description, lines) in SKILLS.items():
        write_skill(name, description, body(lines))
    return write_skill("presenter", SKILLS["presenter"][0], body(SKILLS["presenter"][1])).parent.parent


@pytest.fixture
def twin(write_skill: Write) -> Path:
    return write_skill("decks", TWIN[0], body(TWIN[1]), folder="more").parent.parent


def test_before_is_what_the_audit_says(library: Path) -> None:
    found = what_if([library], LEXICAL, remove=["weather"])
    whole = audit([library], LEXICAL).forecast
    assert found.before.accuracy.value == pytest.approx(whole.accuracy.value, abs=1e-4)
    assert found.before.taxonomy.local == pytest.approx(whole.taxonomy.local, abs=1e-4)
    assert found.before.coverage == whole.coverage


def test_an_added_twin_hurts_its_original_and_brings_its_requests(library: Path, twin: Path) -> None:
    found = what_if([library], LEXICAL, add=[twin])
    assert found.accuracy is not None and found.accuracy < 0
    assert [(step.kind, step.skill) for step in found.steps] == [("add", "decks")]
    assert found.steps[0].hurt[0].id == "presenter"
    assert found.after.coverage.requests == found.before.coverage.requests + 1
    added = next(change for change in found.changes if change.id == "decks")
    assert added.victim_before is None and added.victim_after is not None


def test_an_added_skill_takes_the_place_of_its_namesake(library: Path, write_skill: Write) -> None:
    source = write_skill("presenter", "Prints letters on paper.", folder="more").parent.parent
    found = what_if([library], LEXICAL, add=[source])
    assert len({change.id for change in found.changes}) == len(found.changes)
    assert found.accuracy is not None and found.accuracy < 0
    assert found.after.coverage.judged_skills == 4


def test_several_changes_are_tried_together_and_alone(library: Path, twin: Path) -> None:
    found = what_if([library], LEXICAL, add=[twin], remove=["weather", "presenter", "weather"])
    assert [(step.kind, step.skill) for step in found.steps] == [
        ("add", "decks"),
        ("remove", "weather"),
        ("remove", "presenter"),
    ]
    assert {"decks", "weather", "presenter"} <= {change.id for change in found.changes}
    assert "not on offer" not in found.after.source
    # Of requests that need nothing, each alone says what it alone does.
    for step in found.steps:
        add, remove = ([twin], []) if step.kind == "add" else ([], [step.skill])
        assert step.false_trigger == what_if([library], LEXICAL, add=add, remove=remove).false_trigger
    assert any(step.false_trigger for step in found.steps)
    assert render(whatif_blocks(found, 5)).count("false triggers") == 3


def test_the_same_change_gives_the_same_answer(library: Path, twin: Path) -> None:
    first = what_if([library], LEXICAL, add=[twin], remove=["recipes"])
    assert first == what_if([library], LEXICAL, add=[twin], remove=["recipes"])


def test_a_library_can_be_emptied(library: Path) -> None:
    found = what_if([library], LEXICAL, remove=list(SKILLS))
    assert found.after.accuracy.value is None and found.accuracy is None


def test_an_unknown_name_suggests_the_nearest(library: Path) -> None:
    with pytest.raises(UsageError, match="no skill is called 'invoice'; did you mean invoices"):
        what_if([library], LEXICAL, remove=["invoice"])


def test_a_name_of_two_skills_is_not_guessed(tmp_path: Path, write_skill: Write) -> None:
    for folder in ("a", "b"):
        write_skill("slides", f"Turns {folder} into decks.", folder=f"all/{folder}")
    with pytest.raises(UsageError, match="2 skills are called 'slides'; name one of"):
        what_if([tmp_path / "all"], LEXICAL, remove=["slides"])
    ids = [skill.id for skill in audit([tmp_path / "all"], LEXICAL).skills]
    assert what_if([tmp_path / "all"], LEXICAL, remove=[ids[1]]).steps[0].skill == ids[1]


def test_nothing_to_change_is_refused(library: Path) -> None:
    with pytest.raises(UsageError, match="nothing to change"):
        what_if([library], LEXICAL)


def test_a_manual_only_skill_neither_competes_nor_loses(library: Path, write_skill: Write) -> None:
    extra = "disable-model-invocation: true\n"
    source = write_skill("decks", TWIN[0], folder="more", extra=extra).parent.parent
    labelled = source / "requests.jsonl"
    lines = (
        '{"query": "Build some pages for me", "gold": "decks"}',
        '{"query": "Is it dry?", "gold": "weather"}',
    )
    labelled.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert what_if([library], LEXICAL, add=[source]).accuracy == 0
    config = msgspec.structs.replace(LEXICAL, requests=(labelled,))
    found = what_if([library, source], config, remove=["recipes"])
    assert "not on offer" not in found.before.source, "its requests are nobody's loss"


def test_a_description_that_is_only_imagined_moves_the_forecast_and_writes_nothing(
    write_skill: Callable[..., Path],
) -> None:
    body = "## When to use\n\n- Load the ledger of last month\n- Bring a bank statement into the books\n"
    path = write_skill("books", "Bakes bread and cakes.", body)
    write_skill("slides", "Turns documents into slide decks for a talk.")
    before = path.read_bytes()
    config = Config(scorer="lexical", use_cache=False)
    better = imagine(
        [path.parent.parent], config, (), {"books": "Loads bank statements into the ledger and books."}
    )
    assert better.accuracy is not None and better.accuracy > 0
    alone = imagine([path.parent.parent], config, ("slides",), {})
    assert {change.id for change in alone.changes} >= {"slides"}
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", sorted(SKILLS))
def test_a_removal_hurts_nobody(library: Path, name: str) -> None:
    (step,) = what_if([library], LEXICAL, remove=[name]).steps
    assert step.hurt == ()
    assert step.accuracy is None or step.accuracy >= 0


def test_no_rate_is_shown_of_a_library_without_requests(write_skill: Write) -> None:
    """The record keeps what the profile says of descriptors; a person is shown no guess, but false triggers."""
    for name, (description, _) in SKILLS.items():
        source = write_skill(name, description, "Does it.\n")
    found = what_if([source.parent.parent], LEXICAL, remove=["weather"])
    assert found.before.accuracy.value is not None
    text = render(list(whatif_blocks(found, 9)))
    assert "No request judges the library: who gets its requests is not told." in text
    assert "FALSE TRIGGER" in text and "EACH CHANGE ALONE" not in text
    assert not {"ACCURACY", "HIJACK", "NO SKILL"} & {line.strip() for line in text.splitlines()}
    assert "will lose" not in text and "then" not in text


def test_rates_stand_where_requests_judge(library: Path) -> None:
    text = render(list(whatif_blocks(what_if([library], LEXICAL, remove=["weather"]), 9)))
    assert all(head in text for head in ("ACCURACY", "HIJACK", "EACH CHANGE ALONE"))
