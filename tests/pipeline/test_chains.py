"""Chains in an audit: found, stated, forecast, remembered."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from skillaudit.compile.compiler import compile_system
from skillaudit.compile.sources import read_system
from skillaudit.compile.writing import write_library
from skillaudit.config import Config
from skillaudit.errors import LoadError
from skillaudit.laws.execution_law import Chain
from skillaudit.pipeline import audit
from skillaudit.pipeline.chains import HIDDEN, STARTED, FoundChains, execution_of, find_chains
from skillaudit.schema import ChainReport, Estimate, Execution, Forecast, LawPoint, Library, LibraryCurve
from tests.conftest import SAMPLES
from tests.laws.test_execution_handoffs import skill
from tests.reports import skill_report, small_report

CONFIG = Config(scorer="lexical", use_cache=False)


def forecast(accuracy: float = 0.8, none: float = 0.05) -> Forecast:
    return msgspec.structs.replace(
        small_report().forecast,
        accuracy=Estimate(value=accuracy, low=accuracy - 0.05, high=accuracy + 0.05),
        no_skill=Estimate(value=none, low=0.0, high=0.1),
        fit_range="3 to 512 skills",
    )


def of_chain(*skills: str) -> FoundChains:
    chain = Chain(skills=skills, source="declared", origin="chains.txt:1")
    return FoundChains(chains=(chain,), links=(), missing=(), cut=False)


def only(execution: Execution | None) -> ChainReport:
    assert execution is not None
    (chain,) = execution.chains
    return chain


# --- the forecast -------------------------------------------------------------------------------


def test_a_step_is_what_nobody_takes_less_what_is_left_alone() -> None:
    skills = [skill_report("a", victim_rate=0.2, victim_low=0.1, victim_high=0.4)]
    chain = only(execution_of(of_chain("a", "b"), skills, ["a", "b"], forecast(0.8, 0.05), None))
    taken = 0.8 / 0.85
    first, second = chain.steps
    assert first.accuracy.value == pytest.approx(0.8 * taken) and first.judged
    assert (first.accuracy.low, first.accuracy.high) == pytest.approx((0.6 * taken, 0.9 * taken))
    assert second.accuracy.value == 0.8 and not second.judged
    assert chain.success.value == pytest.approx(0.8 * taken * 0.8)
    assert chain.pessimistic < chain.success.value < chain.with_state  # type: ignore[operator]  # both are known here


def test_what_is_not_judged_is_as_uncertain_as_the_skills_differ() -> None:
    skills = [
        skill_report(f"s{n}", victim_rate=n / 10, victim_low=n / 10, victim_high=n / 10) for n in range(8)
    ]
    few = only(execution_of(of_chain("x", "y"), skills[:7], ["x", "y"], forecast(0.8, 0.0), None))
    many = only(
        execution_of(of_chain("x", "y"), skills, [one.id for one in skills], forecast(0.8, 0.0), None)
    )
    assert few.steps[0].accuracy == forecast(0.8, 0.0).accuracy
    low, high = many.steps[0].accuracy.low, many.steps[0].accuracy.high
    # Skills lie between 0.335 and 0.965, the accuracy within 0.05 of 0.8; the errors are added as lengths.
    assert low == pytest.approx(0.8 - math.hypot(0.05, 0.465))
    assert high == pytest.approx(0.8 + math.hypot(0.05, 0.165))


def test_what_is_not_known_of_the_library_widens_every_chain() -> None:
    skills = [skill_report(name, victim_rate=0.2, victim_low=0.1, victim_high=0.3) for name in "abcd"]
    sure = msgspec.structs.replace(forecast(0.8, 0.0), accuracy=Estimate(value=0.8, low=0.8, high=0.8))
    found = of_chain("a", "b", "c", "d")
    alone = only(execution_of(found, skills, "abcd", sure, None)).success
    together = only(execution_of(found, skills, "abcd", forecast(0.8, 0.0), None)).success
    assert alone.value == together.value and together.low < alone.low  # type: ignore[operator]  # both are known here
    assert together.high > alone.high  # type: ignore[operator]  # both are known here


def test_what_a_person_starts_is_never_missed_and_what_is_hidden_never_found() -> None:
    skills = [skill_report("a", manual_only=True, victim_rate=None), skill_report("b"), skill_report("c")]
    chain = only(execution_of(of_chain("a", "b", "c"), skills, ["b"], forecast(), None))
    assert chain.steps[0].accuracy == STARTED and chain.steps[2].accuracy == HIDDEN
    assert chain.success.value == 0.0 and chain.weak_link == "c"


def test_a_chain_of_skills_that_are_left_out_has_no_figure() -> None:
    skills = [skill_report("a"), skill_report("b", out="not loaded"), skill_report("c")]
    assert execution_of(of_chain("a", "b"), skills, "ac", forecast(), None) is None
    chains = (*of_chain("a", "b").chains, *of_chain("a", "c").chains)
    found = execution_of(
        FoundChains(chains=chains, links=(), missing=(), cut=False), skills, "ac", forecast(), None
    )
    assert [step.skill for step in only(found).steps] == ["a", "c"]
    assert found is not None and found.source.endswith("Chains of skills that are left out, not forecast: 1.")


def test_chains_come_least_likely_first() -> None:
    skills = [skill_report(name, victim_rate=rate) for name, rate in (("a", 0.0), ("b", 0.1), ("c", 0.5))]
    chains = tuple(
        Chain(skills=way, source="declared", origin="") for way in (("a", "b"), ("a", "c"), ("b", "c"))
    )
    found = FoundChains(chains=chains, links=(), missing=(), cut=True)
    execution = execution_of(found, skills, "abc", forecast(), None)
    assert execution is not None and execution.cut
    ways = ["".join(step.skill for step in chain.steps) for chain in execution.chains]
    assert ways == ["bc", "ac", "ab"]


def test_gamma_and_its_source_follow_the_librarys_curve() -> None:
    point = LawPoint(n=5, accuracy=Estimate(value=0.9, low=0.8, high=0.95), hijack=0.1)
    law = LibraryCurve(points=(point,), forms=(), b=Estimate(value=0.1, low=0.0, high=0.2))
    own = execution_of(of_chain("a", "b"), [], [], forecast(), law)
    mean = execution_of(of_chain("a", "b"), [], [], forecast(), None)
    assert own is not None and mean is not None
    assert only(own).pessimistic == pytest.approx(0.8 ** (2 * own.gamma))
    assert own.gamma == pytest.approx(6.7 * 0.1 + 1.09) and "this library's own curve" in own.source
    assert mean.gamma == pytest.approx(6.7 * 0.042 + 1.09) and "the published mean" in mean.source
    assert own.depth_by_size is not None and own.depth_by_size.sizes == (5,) and mean.depth_by_size is None
    assert own.fit_range.startswith("3 to 512 skills; gamma on libraries of 10 to 500 skills")


def test_without_chain_and_curve_there_is_nothing_to_say() -> None:
    nothing = FoundChains(chains=(), links=(), missing=(), cut=False)
    assert execution_of(nothing, [], [], forecast(), None) is None
    unknown = msgspec.structs.replace(forecast(), accuracy=Estimate(value=None, low=None, high=None))
    assert execution_of(of_chain("a", "b"), [], [], unknown, None) is None


# --- where chains come from ---------------------------------------------------------------------


def test_a_mined_chain_inside_a_stated_one_is_told_once() -> None:
    names = ("a-1", "b-1", "c-1", "d-1")
    bodies = ("Then use `b-1`.", "Then use `c-1`.", "", "Then use `c-1`.")
    library = Library(sources=("x",), skills=tuple(map(skill, names, bodies)))
    stated = (Chain(skills=names[:3], source="declared", origin="f:1"),) * 2
    found = find_chains(library, stated)
    assert [(chain.skills, chain.source) for chain in found.chains] == [
        (("a-1", "b-1", "c-1"), "declared"), (("d-1", "c-1"), "hand-off"),
    ]  # fmt: skip


@pytest.fixture
def trip(write_skill: Callable[..., Path]) -> Path:
    """A library of two skills, the first of which hands on to the second."""
    path = write_skill("plan-trip", "Plans a trip with dates and places.")
    path.write_text(
        path.read_text(encoding="utf-8") + "\nThen use the `book-hotel` skill.\n", encoding="utf-8"
    )
    write_skill("book-hotel", "Books a hotel for given dates.")
    return path.parent.parent


def test_an_audit_forecasts_what_bodies_hand_on(trip: Path) -> None:
    chain = only(audit([trip], CONFIG).execution)
    assert [step.skill for step in chain.steps] == ["plan-trip", "book-hotel"]
    assert chain.source == "hand-off" and "plan-trip/SKILL.md" in chain.origin


def test_declared_chains_are_read_and_mistakes_named(trip: Path, tmp_path: Path) -> None:
    path = tmp_path / "chains.txt"
    path.write_text("book-hotel -> plan-trip\n", encoding="utf-8")
    declared = msgspec.structs.replace(CONFIG, chains=(path,))
    execution = audit([trip], declared).execution
    assert execution is not None
    assert {chain.source for chain in execution.chains} == {"declared", "hand-off"}
    path.write_text("book-hotle -> plan-trip\n", encoding="utf-8")
    with pytest.raises(
        LoadError, match=r"chains\.txt:1: no skill is called 'book-hotle'; did you mean 'book-hotel'"
    ):
        audit([trip], declared)


def test_a_changed_chain_or_mapping_makes_a_new_report(trip: Path, tmp_path: Path) -> None:
    path = tmp_path / "chains.txt"
    path.write_text("book-hotel -> plan-trip\n", encoding="utf-8")
    config = Config(scorer="lexical", cache=tmp_path / "cache", chains=(path,))
    first = audit([trip], config)
    assert audit([trip], config) == first
    path.write_text("book-hotel -> plan-trip -> book-hotel\n", encoding="utf-8")
    second = audit([trip], config).execution
    assert second is not None and first.execution is not None
    assert [len(chain.steps) for chain in first.execution.chains] == [2, 2]
    assert [len(chain.steps) for chain in second.chains] == [3]
    handover = '{"source": "plan-trip", "target": "book-hotel", "kind": "handover", "kept": false}'
    (trip / "mapping.json").write_text(
        f'{{"format": "skillaudit-mapping/1", "system": "s", "handovers": [{handover}]}}', encoding="utf-8"
    )
    third = audit([trip], config).execution
    assert third is not None and {chain.source for chain in third.chains} == {"declared", "compiled"}


@pytest.mark.parametrize("name", ["crew", "gsm8k.yaml", "hotpotqa.yaml"])
def test_a_compiled_library_keeps_its_chains_on_disk(name: str, tmp_path: Path) -> None:
    compilation = compile_system(read_system(SAMPLES / "multi_agent" / name))
    execution = audit([write_library(compilation, tmp_path / "out")], CONFIG).execution
    assert execution is not None and {chain.source for chain in execution.chains} == {"compiled"}
    assert {chain.origin for chain in execution.chains} == {f"compiled from {compilation.system}"}


def test_the_sample_with_chains_says_what_it_must() -> None:
    root = SAMPLES / "chained"
    report = audit([root / "skills"], msgspec.structs.replace(CONFIG, chains=(root / "chains.txt",)))
    assert report.execution is not None
    ways = [[step.skill for step in chain.steps] for chain in report.execution.chains]
    assert sorted(ways) == [
        [
            "exhibition-plan",
            "loan-requests",
            "condition-reports",
            "hanging-plan",
            "label-texts",
            "label-editing",
        ],
        ["exhibition-plan", "opening-invitations"],
        ["loan-requests", "condition-reports", "hanging-plan"],
    ]
    found = {finding.code: finding.skills for finding in report.findings if finding.code.startswith("SA60")}
    assert found["SA603"] == ("label-editing", "label-texts")
    assert found["SA604"] == ("hanging-plan",) and found["SA605"] == ("loan-requests", "insurance-values")


def test_a_library_without_chains_has_none(write_skill: Callable[..., Path]) -> None:
    root = write_skill("csv-import", "Imports CSV files.").parent.parent
    write_skill("xml-import", "Imports XML files.")
    report = audit([root], CONFIG)
    assert report.execution is None
    assert not [finding for finding in report.findings if finding.code.startswith("SA6")]
