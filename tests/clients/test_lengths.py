"""Lists are measured without being written: each measure against the text itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.clients import listing, profiles
from skillaudit.clients.entries import Item, make_items, render_entry
from skillaudit.clients.lengths import Lengths, length
from skillaudit.clients.loading import Loaded
from skillaudit.clients.profiles import ClientProfile, ListBudget, Measure

from .libraries import shown_of, skill

TEXT = st.text(st.sampled_from("ab <>&\"'{%é中\u0301\U0001f600\ud800"), max_size=12)
ITEMS = st.lists(
    st.builds(
        Item, at=st.just(0), name=TEXT, description=TEXT, whole=st.just(""), location=TEXT, number=TEXT
    ),
    max_size=5,
)
MEASURES: tuple[Measure, ...] = ("code-points", "utf16", "columns")


@pytest.mark.parametrize("rule", profiles(), ids=lambda rule: rule.id)
@given(items=ITEMS)
def test_an_entry_is_as_long_as_its_text(rule: ClientProfile, items: list[Item]) -> None:
    items = [shown_of(item, rule) for item in items]
    made = make_items([(0, skill("a", "Does it."), Loaded(id="a", state="loads", name="a"))], rule, "/b")
    assert [shown_of(item, rule) for item in made] == made
    for measure in MEASURES:
        budget = ListBudget(unit="characters", measure=measure, counts="block", overflow="stop")
        lengths = Lengths(items, rule, budget, "characters", "/b")
        texts = [render_entry(item, item.description, rule) for item in items]
        assert lengths.full == [length(text, measure) for text in texts]
        assert lengths.bare == [length(render_entry(item, "", rule), measure) for item in items]
        assert sum(lengths.full) == length("".join(texts), measure)


@given(st.lists(TEXT.map(lambda text: text.replace("\ud800", "")), max_size=6))
def test_a_list_without_a_budget_is_as_long_as_its_text(texts: list[str]) -> None:
    library = [skill(f"s{number}", text) for number, text in enumerate(texts)]
    for rule in profiles():
        if rule.budget is None:
            shown = listing(library, rule.id, base="/b")
            assert shown.used == shown.whole == len(shown.text)


@given(TEXT)
def test_columns_of_a_text_are_those_of_its_characters(text: str) -> None:
    assert length(text, "columns") == sum(length(char, "columns") for char in text)
    assert length("中e\u0301x", "columns") == 4
    assert length(text, "bytes") == len(text.encode("utf-8", "surrogatepass"))
