"""Descriptions cut to some room: what tells a skill from others stays, and what room is left is filled."""

from __future__ import annotations

import pytest

from skillaudit.optimize.fitting import _acronyms, _named, fitted
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.optimize.words.source import source_of
from tests.optimize.test_steps import skill

TEXT = (
    "Match bank transfers for a shop. Covers many things that many skills cover, and other such things. "
    'Also use when the user mentions "ledger," "voucher," "reconcile," or "thing."'
)
TOLD = {
    "ledger": 3.0,
    "voucher": 2.0,
    "reconcil": 2.0,
    "match": 1.0,
    "bank": 1.0,
    "transfer": 1.0,
    "shop": 1.0,
}


def test_room_that_is_left_goes_to_what_tells_most() -> None:
    whole, least = fitted(TEXT, TOLD, 400), fitted(TEXT, TOLD, 40)
    assert whole == TEXT and least == "Match bank transfers for a shop."
    for room in (90, 100, 110):
        kept = fitted(TEXT, TOLD, room)
        assert kept.startswith('Match bank transfers for a shop. Also use when the user mentions "ledger')
        assert len(kept) <= room and "Covers" not in kept
    away = "Match transfers for a shop. For ledgers and vouchers, see books."
    assert fitted(away, TOLD, 50, lambda text: "see" in text) == "Match transfers for a shop."
    assert fitted(away, TOLD, 64) == away
    when = (
        "Match transfers for a shop. Use when the bank sends a statement. It reads every ledger and voucher."
    )
    assert fitted(when, TOLD, 70).endswith("Use when the bank sends a statement.")


def matched(text: str) -> set[str]:
    return {found.group() for pattern, _ in _acronyms(text) if (found := pattern.search(text))}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Use for 'ASO,' or 'app store optimization.'", {"ASO", "app store optimization"}),
        ('Says "pSEO" or "programmatic SEO."', {"pSEO", "programmatic SEO"}),
        ("Runs account-based marketing (ABM).", {"account-based marketing", "ABM"}),
        ("Finds jobs to be done, JTBD.", {"jobs to be done", "JTBD"}),
        ("Reads PDF files and forms.", set()),
    ],
)
def test_an_acronym_is_known_by_the_words_that_it_stands_for(text: str, found: set[str]) -> None:
    assert matched(text) == found


def test_an_acronym_stays_with_one_of_its_two_forms() -> None:
    text = "Lists apps. Use when the user says 'shop front help,' 'app store optimization,' 'ASO,' or 'more downloads.'"
    plain = dict.fromkeys(("app", "list", "shop", "front", "download"), 1.0)
    for room in (66, 76, 90):
        assert "ASO" in fitted(text, plain, room) or "app store" in fitted(text, plain, room)


def test_a_name_is_kept_as_users_say_it() -> None:
    text = 'Makes pages from data. Use when the user says "many pages," "site builder pages," or "pages at scale."'
    told = dict.fromkeys(("page", "data", "scal", "many"), 1.0)
    assert "site builder" in fitted(text, told, 90, name="site-builder")
    assert "site builder" not in fitted(text, told, 90)
    assert [len(worths) for _, worths in _named(text, "site-maker")] == [1, 1]


def test_what_users_say_is_no_sentence_that_sends_elsewhere() -> None:
    text = 'Reads figures. Use when the user says "it doesn\'t count" or "figures." It is a thing for things of a kind.'
    lexicon = Lexicon([source_of(skill("s", text))], [text], [()], ["s"])
    assert "count" in fitted(text, lexicon.weights(0), 75, lambda part: lexicon.turns_away(0, part))
