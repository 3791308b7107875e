"""Fragile chains and broken hand-offs become findings, sound ones do not."""

from __future__ import annotations

from skillaudit.laws.execution_chains import hand_offs, mined_chains
from skillaudit.laws.execution_findings import CHAIN_RULES, ChainFinding, chain_findings
from skillaudit.laws.execution_law import Chain, forecast_chain
from skillaudit.schema import Skill
from tests.laws.test_execution_chains import skill


def judged(
    skills: list[Skill], accuracies: dict[str, float], default: float = 0.9
) -> tuple[ChainFinding, ...]:
    links, missing = hand_offs(skills)
    forecasts = [forecast_chain(chain, accuracies, default) for chain in mined_chains(skills, links)]
    return chain_findings(skills, forecasts, links, missing)


def line_of(*names: str) -> list[Skill]:
    bodies = [f"Then use the `{after}` skill." for after in names[1:]]
    return [skill(name, body) for name, body in zip(names, [*bodies, ""], strict=True)]


def codes(found: tuple[ChainFinding, ...]) -> list[str]:
    return [finding.code for finding in found]


def test_a_sound_chain_has_no_finding() -> None:
    assert judged(line_of("a-1", "b-1", "c-1"), {}) == ()


def test_a_long_chain_of_good_steps_is_fragile() -> None:
    found = judged(line_of(*(f"s-{n}" for n in range(7))), {})
    assert codes(found) == ["SA601"]
    (finding,) = found
    assert "all 7 steps are right in 48% of runs" in finding.message
    assert finding.skills == tuple(f"s-{n}" for n in range(7)) and finding.severity == "warning"
    assert "by the pessimistic law (gamma 1.37)" in finding.evidence and "up to" in finding.evidence
    assert finding.fix.startswith("Restate the request and the result so far before s-3")
    assert finding.path == "s-0/SKILL.md"


def test_a_weak_link_is_named_once_for_all_its_chains() -> None:
    skills = [*line_of("a-1", "b-1", "c-1"), skill("d-1", "Then use the `b-1` skill.")]
    found = [finding for finding in judged(skills, {"b-1": 0.6}) if finding.code == "SA602"]
    assert len(found) == 1 and found[0].skills == ("b-1",)
    assert "and 1 more chain: it is chosen in 60% of cases" in found[0].message
    assert "from 49% to 73%" in found[0].evidence


def test_a_circle_without_an_end() -> None:
    skills = [skill("a-1", "Then use the `b-1` skill."), skill("b-1", "Then use the `a-1` skill.")]
    assert "SA603" in codes(judged(skills, {}))
    ended = [skills[0], skill("b-1", "Then use the `a-1` skill again, at most twice.")]
    assert "SA603" not in codes(judged(ended, {}))


def test_hand_offs_to_nobody_and_to_manual_skills() -> None:
    skills = [
        skill("a-1", "Then use the `gone` skill.\nThen use the `b-1` skill."),
        skill("b-1", manual_only=True),
    ]
    found = judged(skills, {})
    assert codes(found) == ["SA604", "SA605"]
    assert found[0].skills == ("a-1",) and "`gone`" in found[0].message and found[0].severity == "info"
    assert found[1].skills == ("a-1", "b-1")


def test_the_floor_can_be_set() -> None:
    skills = line_of("a-1", "b-1")
    forecast = forecast_chain(Chain(skills=("a-1", "b-1"), source="declared", origin="x:1"), {}, 0.9)
    assert codes(chain_findings(skills, [forecast], (), (), floor=0.82)) == ["SA601"]
    assert chain_findings(skills, [forecast], (), (), floor=0.80) == ()


def test_every_code_has_its_page() -> None:
    assert [rule.code for rule in CHAIN_RULES] == ["SA601", "SA602", "SA603", "SA604", "SA605"]
    assert len({rule.slug for rule in CHAIN_RULES}) == 5
    assert all(text.endswith(".") for rule in CHAIN_RULES for text in (rule.what, rule.why, rule.fix))
