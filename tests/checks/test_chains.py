"""Fragile chains and broken hand-offs become findings, sound ones do not."""

from __future__ import annotations

import msgspec
import pytest

from skillaudit.checks import check
from skillaudit.checks.chains import RULES
from skillaudit.laws.execution_chains import mined_chains
from skillaudit.laws.execution_handoffs import hand_offs
from skillaudit.pipeline.chains import FoundChains, execution_of
from skillaudit.schema import Estimate, Finding, Library, Skill
from tests.checks.test_rules import evidence
from tests.laws.test_execution_handoffs import skill
from tests.reports import skill_report


def judged(
    skills: list[Skill], victims: dict[str, float], accuracy: float = 0.9, requests: int = 8
) -> list[Finding]:
    """Return the findings about chains; each skill loses the given share, the others are not judged."""
    links, missing = hand_offs(skills)
    chains, cut = mined_chains(skills, links)
    reports = [
        skill_report(
            one.id, victim_rate=victims[one.id], victim_low=victims[one.id], victim_high=victims[one.id]
        )
        if one.id in victims
        else skill_report(one.id, victim_rate=None, victim_low=None, victim_high=None, requests=0)
        for one in skills
    ]
    quiet = evidence()
    forecast = msgspec.structs.replace(
        quiet.forecast,
        accuracy=Estimate(value=accuracy, low=accuracy - 0.02, high=accuracy + 0.02),
        no_skill=Estimate(value=0.0, low=0.0, high=0.0),
        coverage=msgspec.structs.replace(quiet.forecast.coverage, requests=requests),
    )
    found = FoundChains(chains=chains, links=links, missing=missing, cut=cut)
    execution = execution_of(found, reports, [one.id for one in skills], forecast, None)
    known = evidence(
        library=Library(sources=("x",), skills=tuple(skills)),
        execution=execution,
        links=links,
        missing=missing,
    )
    return [finding for finding in check(known) if finding.code.startswith("SA6")]


def line_of(*names: str) -> list[Skill]:
    bodies = [f"Then use the `{after}` skill." for after in names[1:]]
    return [skill(name, body) for name, body in zip(names, [*bodies, ""], strict=True)]


def codes(found: list[Finding]) -> list[str]:
    return [finding.code for finding in found]


def test_a_sound_chain_has_no_finding() -> None:
    assert judged(line_of("a-1", "b-1", "c-1"), {}) == []


def test_a_long_chain_of_good_steps_is_fragile() -> None:
    names = tuple(f"s-{n}" for n in range(7))
    (finding,) = judged(line_of(*names), {})
    assert finding.code == "SA601" and finding.skills == names and finding.severity == "info"
    assert "all 7 skills are chosen right in 48% of runs, or about 76% where" in finding.message
    assert "90% interval" in finding.evidence and "at worst, by a published law" in finding.evidence
    assert "Handed on in s-0/SKILL.md, body line 1." in finding.evidence
    assert finding.fix.startswith("Restate the request and the result so far before s-3")
    assert finding.location is not None and finding.location.path == "s-0/SKILL.md"


def test_no_chain_is_called_fragile_on_guesses() -> None:
    assert judged(line_of(*(f"s-{n}" for n in range(7))), {}, requests=0) == []


def test_a_chain_that_is_surely_fragile_is_a_warning() -> None:
    (finding,) = judged(line_of("a-1", "b-1"), {"a-1": 0.4, "b-1": 0.4})
    assert (finding.code, finding.severity) == ("SA601", "warning")
    assert "both skills are chosen right in 36% of runs" in finding.message


@pytest.mark.parametrize(("accuracy", "found"), [(0.70, ["SA601"]), (0.71, [])])
def test_a_chain_is_fragile_below_a_half(accuracy: float, found: list[str]) -> None:
    assert codes(judged(line_of("a-1", "b-1"), {}, accuracy)) == found


def test_two_ways_through_the_same_skills_are_two_findings() -> None:
    skills = [skill("a-1"), skill("b-1"), skill("t-1", "`a-1` → `b-1`"), skill("u-1", "`b-1` → `a-1`")]
    links, _ = hand_offs(skills)
    chains, _ = mined_chains(skills, links)
    assert len(chains) == 1
    found = judged(line_of("a-1", "b-1", "c-1"), {}, 0.6) + judged(line_of("c-1", "b-1", "a-1"), {}, 0.6)
    assert len({finding.fingerprint for finding in found}) == 2


def test_a_weak_link_is_named_once_for_all_its_chains() -> None:
    skills = [*line_of("a-1", "b-1", "c-1"), skill("d-1", "Then use the `b-1` skill.")]
    found = [finding for finding in judged(skills, {"b-1": 0.4}) if finding.code == "SA602"]
    assert len(found) == 1 and found[0].skills == ("b-1",)
    assert "and 1 more chain: it is chosen right in 60% of cases" in found[0].message
    assert "from 49% to 73%" in found[0].evidence


def test_a_skill_that_nothing_judges_is_no_weak_link() -> None:
    skills = line_of("a-1", "b-1", "c-1")
    assert "SA602" not in codes(judged(skills, {"a-1": 0.0, "c-1": 0.0}, 0.6))
    assert "SA602" in codes(judged(skills, {"a-1": 0.0, "b-1": 0.4, "c-1": 0.0}, 0.6))


def test_a_circle_without_an_end() -> None:
    skills = [skill("a-1", "Then use the `b-1` skill."), skill("b-1", "Then use the `a-1` skill.")]
    (finding,) = [finding for finding in judged(skills, {}) if finding.code == "SA603"]
    assert finding.severity == "warning" and finding.skills == ("a-1", "b-1")
    assert "a-1: “Then use the `b-1` skill.”" in finding.evidence
    ended = [skills[0], skill("b-1", "Then use the `a-1` skill again, at most twice.")]
    assert "SA603" not in codes(judged(ended, {}))


def test_hand_offs_to_nobody_and_to_manual_skills() -> None:
    skills = [
        skill("a-1", "Then use the `gone` skill.\nThen use the `lost` skill.\nThen use the `b-1` skill."),
        skill("b-1", manual_only=True),
    ]
    found = judged(skills, {})
    assert codes(found) == ["SA605", "SA604", "SA604"]
    assert found[0].skills == ("a-1", "b-1")
    assert found[0].evidence == "Line 3 of a-1's body: “Then use the `b-1` skill.”"
    assert found[1].evidence == "Line 1 of its body: “Then use the `gone` skill.”"
    assert found[1].skills == ("a-1",) and "`gone`" in found[1].message and found[1].severity == "info"
    assert found[1].fingerprint != found[2].fingerprint


def test_every_code_has_its_page() -> None:
    assert [rule.code for rule in RULES] == ["SA601", "SA602", "SA603", "SA604", "SA605"]
    assert len({rule.slug for rule in RULES}) == 5
    assert all(text.endswith(".") for rule in RULES for text in (rule.what, rule.why, rule.fix))
