"""Rivals are the nearest and the takers, with the words that tell them apart."""

from __future__ import annotations

from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.pipeline import audit
from skillaudit.schema import Report
from tests.conftest import SAMPLES


def audited() -> Report:
    return audit([SAMPLES / "confusable"], Config(scorer="lexical", use_cache=False, law=False))


def test_rivals_share_telling_words_and_own_others() -> None:
    skills = {skill.id: skill for skill in load([SAMPLES / "confusable"]).skills}
    seen = 0
    for report in audited().skills:
        own = skills[report.id].text.lower()
        for rival in report.rivals:
            other = skills[rival.id].text.lower()
            assert all(word in own and word in other for word in rival.shared_terms)
            assert all(word in own and word not in other.split() for word in rival.own_terms)
            assert not {"use", "when", "the", "with", "for"} & {*rival.shared_terms, *rival.own_terms}
            seen += len(rival.shared_terms)
    assert seen > 20


def test_rivals_come_by_traffic_then_by_likeness() -> None:
    for report in audited().skills:
        weights = [(-(rival.loses_to + rival.takes_from), -rival.cosine) for rival in report.rivals]
        assert weights == sorted(weights)
        assert report.id not in {rival.id for rival in report.rivals}
        assert len(report.rivals) >= 4
