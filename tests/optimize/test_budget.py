"""Descriptions cut to a client's room: sentences, no claims on everything, and no list that grows."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from skillaudit.analysis.generic import claims
from skillaudit.config import Config
from skillaudit.optimize.budget import CLAIMS, _Shortening, _shorter, fit_budget, opening
from skillaudit.optimize.proof.calm import calmed
from skillaudit.optimize.records import Edit
from skillaudit.schema import Estimate
from tests.optimize.test_steps import bench_of, skill
from tests.optimize.words.test_lists import ADS, COPY, SMS, SOCIAL, every

MORE = (
    ' Also use when the user says "one thing," "another thing," or "a third thing." For the rest, see others.'
)


@pytest.mark.parametrize("text", [SOCIAL, COPY, SMS, ADS])
@pytest.mark.parametrize("limit", [60, 100, 150])
def test_every_shorter_text_is_made_of_whole_sentences(text: str, limit: int) -> None:
    one = skill("one", text + MORE)
    _, lexicon = bench_of([one, skill("tea", "Brews tea.")], {"one": ["social"], "tea": ["tea"]})
    found = _shorter(one, 0, lexicon, (1,), limit)
    assert found
    for each in found:
        assert len(each) < len(one.description)
        assert each.endswith((".", '."'))
        assert not any(
            bad in each for bad in ("creating, Ins", " plan, or", "headlines, or full", "feature pages.")
        )


def test_an_opening_is_as_many_sentences_as_fit() -> None:
    assert opening("Cuts wood. Oils it. Sells it.", 20) == "Cuts wood. Oils it."
    assert opening("Cuts wood and oils it. Sells it.", 10) == ""


CONTENT = "When the user wants to plan a content strategy, decide what posts to create, or find what topics to cover."
CLAIMING = "When the user wants to plan a content strategy or find what topics to cover."


def test_a_text_that_would_claim_everything_is_not_tried() -> None:
    one = skill("one", f'{CONTENT} Also use for "editorial calendar," "blog posts," or "topic clusters."')
    assert claims(CLAIMING)
    assert not claims(one.description)
    assert CLAIMING in every(CONTENT)
    _, lexicon = bench_of([one, skill("tea", "Brews tea.")], {"one": ["content"], "tea": ["tea"]})
    found = _shorter(one, 0, lexicon, (), 90)
    assert found
    assert not any(claims(text) for text in found)


class _Wide(_Shortening):
    """One that finds every shortened text too broad."""

    def _broad(self, texts: object) -> frozenset[str]:
        return frozenset({"one"} if texts else ())


def test_a_text_that_lies_over_the_whole_list_is_told_and_not_ticked() -> None:
    one = skill("one", SOCIAL + MORE)
    bench, lexicon = bench_of([one, skill("tea", "Brews tea.")], {"one": ["social"], "tea": ["tea"]})
    _Wide(bench, lexicon, Config(scorer="lexical"), None, 110, "claude-code").run()
    (edit,) = bench.edits
    assert (edit.accept, edit.refused) == (False, CLAIMS)
    assert bench.skills[0].description == one.description


def test_no_description_grows_where_the_list_is_cut() -> None:
    bench, _ = bench_of(
        [skill("a", "Keeps books."), skill("b", "Brews tea.")], {"a": ["books"], "b": ["tea"]}
    )
    assert bench.allows(0, "Keeps the books of shops.")
    bench.tight = True
    assert not bench.allows(0, "Keeps the books of shops.")
    assert bench.allows(0, "Books.")


def test_a_list_that_fits_is_left() -> None:
    bench, lexicon = bench_of(
        [skill("a", "Keeps books."), skill("b", "Brews tea.")], {"a": ["books"], "b": ["tea"]}
    )
    assert fit_budget(bench, lexicon, Config(client="claude-code", scorer="lexical")) == []
    assert not bench.edits


def test_what_adds_most_false_triggers_is_refused_until_no_rise_is_noticed() -> None:
    adds = {"a": 0.1, "b": 0.015, "c": 0.0}
    edits = [
        Edit(
            id=name,
            kind="shorten",
            step="budget",
            skills=(name,),
            reason="",
            before="Old text.",
            after="Text.",
        )
        for name in adds
    ]

    def fired(given: Sequence[Edit]) -> Estimate:
        rate = 0.05 + sum(adds[edit.id] for edit in given if edit.accept)
        return Estimate(value=rate, low=None, high=None)

    kept = calmed(edits, fired)
    assert [edit.accept for edit in kept] == [False, True, True]
    assert "10.0 false triggers of a hundred" in kept[0].refused
    assert calmed(edits[1:], fired) == edits[1:]
