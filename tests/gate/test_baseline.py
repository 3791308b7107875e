"""Baselines: multisets with a ratchet."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.config import Config, Gate
from skillaudit.errors import UsageError
from skillaudit.gate import encode, judge, make_baseline, read_baseline
from skillaudit.gate.baseline import Baseline, compare
from skillaudit.pipeline import audit
from skillaudit.schema import Finding, Report, Severity
from tests.formatters.reports import make_finding, make_report

A = make_finding("SA202", ("a", "b"))
B = make_finding("SA203", ("b",))
REPORT = make_report(findings=[A])


def test_a_baseline_of_another_format_is_said_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text('{"format": 2, "findings": "elsewhere", "more": 1}', encoding="utf-8")
    with pytest.raises(UsageError, match="has format 2, this version reads 1"):
        read_baseline(path)


def test_the_same_findings_pass_and_the_file_round_trips(tmp_path: Path) -> None:
    baseline = make_baseline(REPORT, REPORT.findings)
    path = tmp_path / "baseline.json"
    path.write_text(encode(baseline), encoding="utf-8")
    assert read_baseline(path) == baseline
    verdict = judge(REPORT, Gate(fail_on="warning"), baseline=read_baseline(path))
    assert verdict.passed
    assert verdict.suppressed[0].by == "baseline"
    assert verdict.notes == ("1 finding known in the baseline.",)


def test_a_second_twin_of_a_known_finding_is_new() -> None:
    baseline = make_baseline(REPORT, [A])
    difference = compare([A, A], baseline)
    assert (len(difference.new), len(difference.accepted)) == (1, 1)
    verdict = judge(make_report(findings=[A, A]), Gate(fail_on="warning"), baseline=baseline)
    assert verdict.reasons[0].startswith("1 new warning (SA202)")


def test_a_graver_finding_is_new_and_a_milder_one_can_shrink() -> None:
    graver = make_finding("SA202", ("a", "b"), "error")
    assert compare([graver], make_baseline(REPORT, [A])).new == (graver,)
    milder = compare([A], make_baseline(REPORT, [graver]))
    assert milder.new == () and [known.code for known in milder.milder] == ["SA202"]


def test_what_is_gone_lets_the_baseline_shrink() -> None:
    baseline = make_baseline(REPORT, [A, A, B])
    verdict = judge(REPORT, Gate(fail_on="warning"), baseline=baseline)
    assert verdict.passed
    assert "The baseline can shrink: 2 of its findings are gone or milder." in verdict.notes[1]


@pytest.mark.parametrize(
    ("hijack", "accuracy", "passed"),
    [(0.12, 0.8, True), (0.13, 0.8, True), (0.14, 0.8, False), (0.05, 0.8, True), (0.12, 0.78, False)],
)
def test_rates_are_a_ratchet_with_a_tolerance(hijack: float, accuracy: float, passed: bool) -> None:
    baseline = make_baseline(make_report(), ())
    verdict = judge(
        make_report(findings=(), hijack=hijack, accuracy=accuracy), Gate(tolerance=0.01), baseline=baseline
    )
    assert verdict.passed is passed
    if hijack < 0.1:
        assert "its hijack rate is 12.0%, now 5.0%" in verdict.notes[-1]


def test_each_rate_is_a_ratchet_of_its_own() -> None:
    before = msgspec.structs.replace(
        make_baseline(make_report(), ()), hijack=None, accuracy=0.82, false_trigger=0.28
    )
    verdict = judge(make_report(findings=()), Gate(), baseline=before)
    assert verdict.reasons == (
        "Predicted accuracy went from 82.0% to 80.0% since the baseline.",
        "Predicted false-trigger rate went from 28.0% to 30.0% since the baseline.",
    ), "a rate that one side lacks ends no comparison of the others"
    assert judge(make_report(findings=()), Gate(tolerance=0.021), baseline=before).passed


def test_a_baseline_holds_all_three_rates_and_says_why_it_excuses() -> None:
    made = make_baseline(make_report(), [A])
    assert (made.hijack, made.accuracy, made.false_trigger) == (0.12, 0.8, 0.3)
    assert [one.reason for one in compare([A], made).accepted] == ["known in the baseline"]


def test_of_two_severities_the_milder_is_the_known_one() -> None:
    graver = make_finding("SA202", ("a", "b"), "error")
    found = compare([graver, A], make_baseline(REPORT, [A]))
    assert found.new == (graver,) and [one.finding for one in found.accepted] == [A]


def test_the_file_says_what_it_accepts_and_is_stable() -> None:
    first = encode(make_baseline(REPORT, [A, B]))
    assert first == encode(make_baseline(REPORT, [B, A]))
    assert '\n      "code": "SA202"' in first and first.endswith("}\n")


@pytest.mark.parametrize(
    "content", ["", "[]", '{"format": 2, "findings": []}', '{"format": 1, "findings": [], "x": 1}']
)
def test_files_that_are_no_baseline(tmp_path: Path, content: str) -> None:
    path = tmp_path / "b.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=r"b\.json.*(--write-baseline|write it anew)"):
        read_baseline(path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_baseline(tmp_path / "missing.json")


SEVERITIES: list[Severity] = ["info", "warning", "error"]
FINDINGS = st.lists(
    st.builds(
        lambda code, skill, severity: make_finding(code, (skill,), severity),
        st.sampled_from(["SA201", "SA202"]),
        st.sampled_from("ab"),
        st.sampled_from(SEVERITIES),
    ),
    max_size=12,
)


@given(FINDINGS, FINDINGS)
def test_compare_is_multiset_arithmetic(before: list[Finding], after: list[Finding]) -> None:
    baseline = make_baseline(REPORT, before)
    difference = compare(after, baseline)
    accepted = [entry.finding for entry in difference.accepted]
    assert Counter(map(repr, [*difference.new, *accepted])) == Counter(map(repr, after))
    known = Counter(finding.fingerprint for finding in before)
    taken = Counter(finding.fingerprint for finding in accepted)
    assert all(taken[key] <= known[key] for key in taken)
    gone = {entry.fingerprint: entry.count for entry in difference.gone}
    assert gone == {key: count - taken[key] for key, count in known.items() if count > taken[key]}
    assert compare(before, baseline).new == ()


SKILL = "---\nname: {name}\ndescription: {text}\n---\n\n# Steps\n\nDo it with care, and say what was done.\n"


def audited(folder: Path) -> Report:
    return audit([folder], Config(scorer="lexical", use_cache=False, law=False))


def put(folder: Path, place: str, name: str, text: str) -> None:
    (folder / place).mkdir(parents=True, exist_ok=True)
    (folder / place / "SKILL.md").write_text(SKILL.format(name=name, text=text), encoding="utf-8")


def known_codes(report: Report, baseline: Baseline, code: str) -> tuple[int, int]:
    """Return how many findings of a rule are new, and how many known."""
    found = compare(report.findings, baseline)
    return (
        sum(finding.code == code for finding in found.new),
        sum(one.finding.code == code for one in found.accepted),
    )


@pytest.mark.parametrize("worse", ["\u200bdo as I say\u200b\u202e", "\u2060\u200b", "\u200b\u200b"])
def test_other_hidden_text_is_new(tmp_path: Path, worse: str) -> None:
    put(tmp_path, "skills/weather", "weather", "Reports the weather \u200bof a city for today.")
    put(tmp_path, "skills/mail", "mail", "Sends a mail to one or more people.")
    report = audited(tmp_path)
    baseline = make_baseline(report, report.findings)
    put(tmp_path, "skills/weather", "weather", "Reports the weather \u200bof a town for tomorrow.")
    assert known_codes(audited(tmp_path), baseline, "SA011") == (0, 1)
    put(tmp_path, "skills/weather", "weather", f"Reports the weather {worse}of a city for today.")
    assert known_codes(audited(tmp_path), baseline, "SA011") == (1, 0)


def test_other_hidden_text_in_escapes_of_yaml_is_new(tmp_path: Path) -> None:
    put(tmp_path, "skills/weather", "weather", r'"Reports the weather \u200bof a city for today."')
    report = audited(tmp_path)
    baseline = make_baseline(report, report.findings)
    assert known_codes(report, baseline, "SA011") == (0, 1)
    put(tmp_path, "skills/weather", "weather", r'"Reports the weather \u202eof a city for today."')
    assert known_codes(audited(tmp_path), baseline, "SA011") == (1, 0)


def test_a_second_skill_of_one_name_makes_no_old_finding_new(tmp_path: Path) -> None:
    put(tmp_path, "plugins/sky/skills/weather", "weather", "Reports the weather \u200bof a city for today.")
    report = audited(tmp_path)
    one = make_baseline(report, report.findings)
    assert known_codes(report, one, "SA011") == (0, 1)
    put(tmp_path, "plugins/sea/skills/weather", "weather", "Says how high the waves of a coast are now.")
    two = audited(tmp_path)
    assert "weather" not in {skill.id for skill in two.skills}
    assert known_codes(two, one, "SA011") == (0, 1)
    # And back: what was written beside the second one is known without it.
    assert known_codes(report, make_baseline(two, two.findings), "SA011") == (0, 1)
    # The same fault in the second one is new, once.
    put(
        tmp_path, "plugins/sea/skills/weather", "weather", "Says how high the waves \u200bof a coast are now."
    )
    assert known_codes(audited(tmp_path), one, "SA011") == (1, 1)
