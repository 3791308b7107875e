"""Rivals are the nearest and the takers, with the words that tell them apart."""

from __future__ import annotations

import numpy as np
import pytest

from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.page.report import document
from skillaudit.page.text import render
from skillaudit.pipeline import audit, rivals
from skillaudit.pipeline.rivals import TERMS
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


@pytest.mark.parametrize("together", [1, 3, 100])
def test_the_rarest_words_come_first_then_by_the_alphabet(
    together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rivals, "_TOGETHER", together)
    rng = np.random.default_rng(3)
    vocabulary = [f"{letter}{digit}{letter}" for letter in "vwxyz" for digit in "1234"]
    texts = ["", *(" ".join(rng.choice(vocabulary, rng.integers(1, 16))) for _ in range(12))]
    held = [set(text.split()) for text in texts]
    often = {word: sum(word in own for own in held) for word in vocabulary}
    met = [rng.permutation(13)[: rng.integers(0, 5)].tolist() for _ in texts]
    told = iter(rivals._Words(texts).told(met))
    for own, others in zip(held, met, strict=True):
        ranked = sorted(own, key=lambda word: (often[word], word))
        for other in others:
            both = [word for word in ranked if word in held[other]]
            alone = [word for word in ranked if word not in held[other]]
            assert next(told) == (tuple(both[:TERMS]), tuple(alone[:TERMS]))
    assert not list(told)
    assert list(rivals._Words(["", ""]).told([[1], []])) == [((), ())]


def test_rivals_come_by_traffic_then_by_likeness() -> None:
    for report in audited().skills:
        weights = [(-(rival.loses_to + rival.takes_from), -rival.cosine) for rival in report.rivals]
        assert weights == sorted(weights)
        assert report.id not in {rival.id for rival in report.rivals}
        assert len(report.rivals) >= 4


def test_where_no_request_judges_pairs_come_by_likeness_and_without_shares() -> None:
    config = Config(scorer="lexical", use_cache=False, law=False)
    report = audit([SAMPLES / "tools" / "mcp-tools-list.json"], config)
    assert not report.forecast.coverage.requests and report.pairs
    assert {(pair.a_to_b, pair.b_to_a) for pair in report.pairs} == {(0.0, 0.0)}
    apart = [pair.cosine for pair in report.pairs if not pair.merge]
    assert apart == sorted(apart, reverse=True)
    assert not any(rival.loses_to or rival.takes_from for skill in report.skills for rival in skill.rivals)
    assert "SA202" not in {finding.code for finding in report.findings}
    text = " ".join(render(document(report)).split())
    assert "no request says who takes from whom" in text and "share of the first's requests" not in text
