"""Change mode: what a change did, on reports made by hand and on a real repository of twenty commits.

Long because each kind of change is made by hand once.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from skillaudit.answer import answered
from skillaudit.checks import RULES
from skillaudit.config import Config, Gate
from skillaudit.formatters import concise, github, html, jsonl, junit, sarif, text
from skillaudit.gate import (
    Change,
    Selection,
    Suppression,
    Verdict,
    answer_change,
    checkout,
    compare_reports,
    judge,
    judge_change,
    locate,
    make_baseline,
)
from skillaudit.pipeline import audit
from skillaudit.schema import Cost, Finding, Pair, Report, Rival
from tests.formatters.reports import make_finding, make_report, make_skill

from .repository import TOPICS, Repository

# --- reports by hand --------------------------------------------------------------------------

PAIR = make_finding("SA202", ("alpha", "beta"))


def library(*names: str, findings: Sequence[Finding] = (), hijack: float = 0.1, **traffic: float) -> Report:
    """Return a report; `a__b=0.3` makes a lose 30% of its requests to b."""
    skills = []
    for name in names:
        rivals = tuple(
            Rival(id=key.split("__")[1], cosine=0.5, loses_to=share)
            for key, share in traffic.items()
            if key.startswith(name + "__")
        )
        lost = sum(rival.loses_to for rival in rivals)
        skills.append(make_skill(name, rivals=rivals, victim_rate=lost, requests=10))
    return make_report(skills, findings, hijack=hijack, pairs=())


def test_nothing_changed() -> None:
    report = library("alpha", "beta", findings=[PAIR])
    change = compare_reports(report, report)
    assert change.silent and change.new_findings == () and change.gone == 0
    verdict = judge_change(change, report, Gate(fail_on="warning"))
    assert verdict.passed and verdict.conclusion.endswith("0 of 0 new findings.")
    said = "1 finding that was there before does not count; `check` without --since lists it."
    assert verdict.notes == (said,)
    ignored = judge_change(change, report, Gate(), selection=Selection(ignore=("SA2",)))
    assert ignored.notes == ()


def unjudged(report: Report) -> Report:
    coverage = msgspec.structs.replace(report.forecast.coverage, requests=0)
    return msgspec.structs.replace(
        report, forecast=msgspec.structs.replace(report.forecast, coverage=coverage)
    )


def test_without_a_request_no_rate_is_compared_that_the_report_withholds() -> None:
    before, after = library("alpha", "beta", hijack=0.1), library("alpha", "beta", "gamma", hijack=0.4)
    assert compare_reports(before, after).hijack.after.value == 0.4
    change = compare_reports(unjudged(before), unjudged(after))
    for rate in (change.hijack, change.accuracy):
        assert rate.before.value is None and rate.after.value is None
    assert change.false_trigger.after.value is not None
    verdict = judge_change(change, unjudged(after), Gate(fail_on="never", max_hijack=0.05))
    assert [one.measured for one in verdict.limits] == [None] and not verdict.passed
    page = text.render(unjudged(after), verdict=verdict)
    assert "false trigger" in page and "hijack  " not in page
    assert "The hijack rate cannot be judged" in " ".join(page.split())
    one_sided = compare_reports(unjudged(before), after)
    assert one_sided.hijack.before.value is None and one_sided.hijack.after.value == 0.4


def test_no_new_finding_is_not_called_a_clean_library() -> None:
    report = library("alpha", "beta", findings=[PAIR])
    verdict = judge_change(compare_reports(report, report), report, Gate())
    page = text.render(report, verdict=verdict)
    assert "FINDINGS  2 skills, nothing new\n" in page and "clean" not in page
    told = verdict.notes[0]
    for form in (github, junit, sarif, concise):
        assert told in form.render(report, verdict=verdict)
        assert "no findings" not in form.render(report, verdict=verdict)
    none = library("alpha", "beta")
    clean = judge_change(compare_reports(none, none), none, Gate())
    assert "FINDINGS  clean: 2 skills, nothing found\n" in text.render(none, verdict=clean)
    assert github.render(none, verdict=clean) == "skillaudit: no new findings.\n"
    left = judge(report, Gate(), selection=Selection(ignore=("SA2",)))
    assert "FINDINGS  2 skills, nothing that counts\n" in text.render(report, verdict=left)


def test_old_findings_do_not_fail_and_new_ones_do() -> None:
    before = library("alpha", "beta", findings=[PAIR])
    new = make_finding("SA203", ("beta",))
    after = library("alpha", "beta", findings=[PAIR, new, PAIR])
    change = compare_reports(before, after)
    assert change.new_findings == (new, PAIR)
    verdict = judge_change(change, after, Gate(fail_on="warning"))
    assert not verdict.passed and verdict.findings == (new, PAIR)
    assert judge_change(compare_reports(after, before), before, Gate(fail_on="warning")).passed
    assert compare_reports(after, before).gone == 2


def test_a_graver_finding_is_new() -> None:
    worse = msgspec.structs.replace(PAIR, severity="error")
    change = compare_reports(library("alpha", findings=[PAIR]), library("alpha", findings=[worse]))
    assert change.new_findings == (worse,)
    assert (
        compare_reports(library("alpha", findings=[worse]), library("alpha", findings=[PAIR])).new_findings
        == ()
    )


def test_findings_about_no_skill_are_told_apart_by_what_they_say() -> None:
    one = msgspec.structs.replace(make_finding("SA302", ()), fingerprint="1")
    other = msgspec.structs.replace(one, fingerprint="2")
    change = compare_reports(library("alpha", findings=[one]), library("alpha", findings=[one, other]))
    assert change.new_findings == (other,)


def test_each_old_finding_stands_for_one_as_grave() -> None:
    worse = msgspec.structs.replace(PAIR, severity="error")
    both = library("alpha", findings=[worse, PAIR])
    assert compare_reports(both, both).new_findings == ()
    assert compare_reports(library("alpha", findings=[PAIR, PAIR]), both).new_findings == (worse,)


def test_victims_of_a_new_skill_are_named_the_most_robbed_first() -> None:
    before = library("alpha", "beta", "gamma", beta__gamma=0.05)
    after = library(
        "alpha", "beta", "gamma", "hole", alpha__hole=0.2, beta__hole=0.4, beta__gamma=0.06, hijack=0.3
    )
    change = compare_reports(before, after)
    assert change.added == ("hole",)
    assert [(one.victim, one.absorber, one.before, one.after) for one in change.lost] == [
        ("beta", "hole", 0.0, 0.4),
        ("alpha", "hole", 0.0, 0.2),
    ]
    verdict = judge_change(change, after, Gate(max_hijack=0.5))
    assert verdict.reasons[0] == "Predicted hijack rate went from 10.0% to 30.0% with this change."
    assert verdict.reasons[-1] == "hole takes requests of beta, alpha."


def test_losses_are_read_from_either_side() -> None:
    before = library("alpha", "hole")
    hole = make_skill("hole", rivals=(Rival(id="alpha", cosine=0.5, takes_from=0.3),))
    after = make_report([make_skill("alpha"), hole], (), pairs=())
    assert [(one.victim, one.after) for one in compare_reports(before, after).lost] == [("alpha", 0.3)]


def test_losses_of_pairs_are_read_in_both_directions() -> None:
    before = library("alpha", "beta")
    pair = Pair(a="alpha", b="beta", a_to_b=0.3, b_to_a=0.2)
    after = make_report([make_skill("alpha"), make_skill("beta")], (), pairs=(pair,))
    found = {(one.victim, one.absorber, one.after) for one in compare_reports(before, after).lost}
    assert found == {("alpha", "beta", 0.3), ("beta", "alpha", 0.2)}


def test_a_skill_of_another_name_loses_what_it_lost_before() -> None:
    was = make_skill("old", "The same words.", rivals=(Rival(id="beta", cosine=0.5, loses_to=0.2),))
    now = make_skill("new", "The same words.", rivals=(Rival(id="beta", cosine=0.5, loses_to=0.5),))
    beta = make_skill("beta", rivals=(Rival(id="gamma", cosine=0.5, loses_to=0.4),))
    before = make_report([was, make_skill("beta"), make_skill("gamma")], (), pairs=())
    after = make_report([now, beta, make_skill("gamma")], (), pairs=())
    found = {(one.victim, one.before, one.after) for one in compare_reports(before, after).lost}
    assert found == {("new", 0.2, 0.5), ("beta", 0.0, 0.4)}


def test_other_words_and_another_way_to_start_are_rewrites() -> None:
    before = make_report([make_skill("a", "One."), make_skill("b", "Two."), make_skill("c")], (), pairs=())
    after = [make_skill("a", "Another."), make_skill("b", "Two.", manual_only=True), make_skill("c")]
    assert compare_reports(before, make_report(after, (), pairs=())).rewritten == ("a", "b")


@pytest.mark.parametrize(("rise", "silent"), [(0.0004, True), (0.0006, False), (-0.0006, False)])
def test_a_rate_that_moves_is_no_silent_change(rise: float, silent: bool) -> None:
    assert compare_reports(library("a", hijack=0.2), library("a", hijack=0.2 + rise)).silent is silent


@pytest.mark.parametrize(("rise", "passed"), [(0.01, True), (0.011, False), (-0.2, True)])
def test_the_tolerance(rise: float, passed: bool) -> None:
    after = library("alpha", hijack=0.5 + rise)
    change = compare_reports(library("alpha", hijack=0.5), after)
    assert judge_change(change, after, Gate(tolerance=0.01)).passed is passed


def test_easy_new_requests_do_not_hide_what_the_old_skills_lose() -> None:
    before = library("alpha", "beta", hijack=0.1)
    after = library("alpha", "beta", "easy", alpha__easy=0.3, hijack=0.1)
    verdict = judge_change(compare_reports(before, after), after, Gate())
    assert verdict.reasons[0].startswith(
        "Predicted hijack rate of the skills that were there before went from 0.0% to"
    )


def test_the_rate_of_the_old_skills_is_weighted_by_requests() -> None:
    before = make_report(
        [make_skill("a", victim_rate=0.2, requests=5), make_skill("b", victim_rate=0.6, requests=5)], ()
    )
    after = make_report(
        [make_skill("a", victim_rate=0.4, requests=30), make_skill("b", victim_rate=0.6, requests=10)], ()
    )
    change = compare_reports(before, after)
    assert change.kept_before == pytest.approx(0.3) and change.kept_after == pytest.approx(0.45)


def test_up_to_six_victims_are_named() -> None:
    names = [f"s{n}" for n in range(7)]
    before = library(*names)
    for count, end in ((6, "s0, s1, s2, s3, s4, s5."), (7, "s0, s1, s2, s3, s4, s5 and 1 more.")):
        robbed = [
            make_skill(name, rivals=(Rival(id="hole", cosine=0.5, loses_to=0.3),)) for name in names[:count]
        ]
        after = make_report([*robbed, make_skill("hole")], (), hijack=0.4, pairs=())
        verdict = judge_change(compare_reports(before, after), after, Gate())
        assert verdict.reasons[-1] == f"hole takes requests of {end}"


@pytest.mark.parametrize(("share", "named"), [(0.02, True), (0.019, False)])
def test_small_losses_are_not_named(share: float, named: bool) -> None:
    after = library("alpha", "hole", alpha__hole=share)
    assert bool(compare_reports(library("alpha"), after).lost) is named


def test_renames_carry_their_findings_along() -> None:
    old = make_report([make_skill("alpha", "The same words."), make_skill("beta")], [PAIR], pairs=())
    renamed = make_finding("SA202", ("omega", "beta"))
    new = make_report([make_skill("omega", "The same words."), make_skill("beta")], [renamed], pairs=())
    change = compare_reports(old, new)
    assert (change.added, change.removed, change.rewritten, change.new_findings) == ((), (), (), ())
    assert [(one.before, one.after) for one in change.renamed] == [("alpha", "omega")]


def test_equal_descriptions_are_no_renames() -> None:
    old = make_report([make_skill("a", "Same."), make_skill("b", "Same.")], (), pairs=())
    new = make_report([make_skill("c", "Same."), make_skill("d", "Same.")], (), pairs=())
    change = compare_reports(old, new)
    assert change.renamed == () and change.added == ("c", "d") and change.removed == ("a", "b")


def test_limits_and_suppressions_hold_in_change_mode() -> None:
    after = library("alpha", "beta", findings=[PAIR], hijack=0.4)
    change = compare_reports(library("alpha", "beta", hijack=0.4), after)
    assert not judge_change(change, after, Gate(max_hijack=0.3)).passed
    twins = Suppression(codes=("SA202",), reason="twins")
    idle = Suppression(codes=("SA301",), reason="old")
    verdict = judge_change(change, after, Gate(fail_on="warning"), suppressions=[twins, idle])
    assert verdict.passed and verdict.suppressed[0].reason == "twins"
    assert verdict.notes[-1].startswith("1 suppression is idle")


def test_new_findings_that_a_baseline_knows_do_not_fail() -> None:
    new = make_finding("SA203", ("beta",))
    before, after = library("alpha", "beta"), library("alpha", "beta", findings=[PAIR, new])
    change = compare_reports(before, after)
    gate = Gate(fail_on="warning")
    verdict = judge_change(change, after, gate, baseline=make_baseline(after, [PAIR]))
    assert not verdict.passed and verdict.findings == (new,)
    assert [(one.finding, one.by) for one in verdict.suppressed] == [(PAIR, "baseline")]
    whole = judge_change(change, after, gate, baseline=make_baseline(after, [PAIR, new, PAIR]))
    assert whole.passed and whole.findings == ()
    # What else the baseline holds is the business of a check of the whole library.
    assert whole.notes == ("2 findings known in the baseline.",)


def test_findings_of_before_use_the_baseline_up() -> None:
    before, after = library("alpha", "beta", findings=[PAIR]), library("alpha", "beta", findings=[PAIR, PAIR])
    change = compare_reports(before, after)
    gate = Gate(fail_on="warning")
    once, twice = make_baseline(after, [PAIR]), make_baseline(after, [PAIR, PAIR])
    assert judge_change(change, after, gate, baseline=once).findings == (PAIR,)
    assert judge_change(change, after, gate, baseline=twice).passed
    more = library("alpha", "beta", findings=[PAIR, PAIR, PAIR])
    assert not judge_change(compare_reports(after, more), more, gate, baseline=once).passed
    # One that is graver than what the baseline knows uses nothing up.
    graver = msgspec.structs.replace(PAIR, severity="error")
    worse = library("alpha", "beta", findings=[graver, PAIR])
    change = compare_reports(library("alpha", "beta", findings=[graver]), worse)
    assert change.new_findings == (PAIR,)
    assert judge_change(change, worse, gate, baseline=once).passed


def test_a_baseline_goes_by_the_severity_that_the_settings_give() -> None:
    after = library("alpha", "beta", findings=[PAIR])
    change = compare_reports(library("alpha", "beta"), after)
    known, raised = make_baseline(after, [PAIR]), Selection(severity={"SA202": "error"})
    assert judge_change(change, after, Gate(fail_on="warning"), baseline=known).passed
    verdict = judge_change(change, after, Gate(), baseline=known, selection=raised)
    assert not verdict.passed and verdict.findings[0].severity == "error"


def test_the_rates_of_a_baseline_are_not_the_change_s() -> None:
    after = library("alpha", "beta", hijack=0.4)
    change = compare_reports(library("alpha", "beta", hijack=0.4), after)
    better = make_baseline(library("alpha", "beta", hijack=0.1), [])
    assert judge_change(change, after, Gate(), baseline=better).passed


def test_no_library_before() -> None:
    after = library("alpha", findings=[PAIR])
    change = compare_reports(None, after, reference="main")
    assert change.added == ("alpha",) and change.new_findings == (PAIR,)
    assert change.hijack.rise is None and change.kept_before is None and not change.silent
    assert judge_change(change, after, Gate()).passed


def test_formats_show_the_change() -> None:
    after = library("alpha", "hole", alpha__hole=0.5, hijack=0.6)
    change = compare_reports(library("alpha"), after, reference="origin/main")
    verdict = judge_change(change, after, Gate())
    page = html.render(after, verdict=verdict)
    assert "since origin/main" in page and "60% (" in page
    assert '"reference":"origin/main"' in jsonl.render(after, verdict=verdict)


# --- a repository of twenty commits -----------------------------------------------------------

CONFIG = Config(scorer="lexical", use_cache=False)
GATE = Gate(fail_on="warning", tolerance=0.02)
HOLE = "Any task. " + " ".join(f"{use.capitalize()}." for _, uses in TOPICS.values() for use in uses)


def since(repository: Repository, reference: str) -> tuple[Change, Verdict]:
    """Audit the working tree against a reference."""
    with checkout(locate(reference, [repository.skills])) as revision:
        before = audit(revision.sources, CONFIG) if revision.sources else None
    after = audit([repository.skills], CONFIG)
    change = compare_reports(before, after, reference=reference, note=revision.note)
    return change, judge_change(change, after, GATE)


def rename(repository: Repository, old: str, new: str) -> None:
    """Rename a skill, folder and name."""
    remove(repository, old)
    repository.add(new, *TOPICS[old])


def remove(repository: Repository, name: str) -> None:
    """Delete a skill."""
    shutil.rmtree(repository.skills / name)


def move(repository: Repository, name: str) -> None:
    """Move a skill into another folder."""
    (repository.skills / "office").mkdir(exist_ok=True)
    shutil.move(repository.skills / name, repository.skills / "office" / name)


def write(repository: Repository, path: str, text: str) -> None:
    """Write any file."""
    target = repository.folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def start(repository: Repository) -> None:
    """Add the first four skills."""
    for name in list(TOPICS)[:4]:
        repository.add(name)


def two_at_once(repository: Repository) -> None:
    """Add two skills far from all others."""
    repository.add("logo-painter", "Paints logos as vector graphics.", ("paint a logo for my bakery",))
    repository.add("bird-namer", "Names birds from photographs.", BIRDS)


BIRDS = ("which bird is in this photograph",)
TESTER = "Writes unit tests for Python: pytest functions, fixtures, edge cases."
FIXER = "Recovers spreadsheets that Excel refuses to open."
TWIN = TOPICS["csv-cleaner"][0].replace("Cleans", "Repairs")
SCALER = (
    '---\nname: recipe-scaler\ndescription: "Scales cooking recipes to another number of servings."\n'
    "disable-model-invocation: true\n---\n\nMultiply every quantity by the ratio of servings.\n"
)
NOTHING: dict[str, object] = {"added": (), "removed": (), "rewritten": (), "renamed": [], "passed": True}
HOLE_NAMED = {"passed": False, "absorber": "all-helper", "victims": set(TOPICS)}
TWIN_NAMED = {"passed": False, "absorber": "csv-fixer", "victims": {"csv-cleaner"}}
Step = tuple[str, Callable[[Repository], None], dict[str, object]]
STEPS: tuple[Step, ...] = (
    ("first skills", start, {"added": tuple(sorted(list(TOPICS)[:4]))}),
    ("add a skill", lambda r: r.add("csv-cleaner"), {"added": ("csv-cleaner",)}),
    ("add another", lambda r: r.add("map-drawer"), {"added": ("map-drawer",)}),
    ("change the readme", lambda r: write(r, "README.md", "Read me."), {"silent": True}),
    (
        "add a black hole",
        lambda r: r.add("all-helper", HOLE, ("help me",)),
        {"added": ("all-helper",), **HOLE_NAMED},
    ),
    ("remove it", lambda r: remove(r, "all-helper"), {"removed": ("all-helper",)}),
    (
        "rename a skill",
        lambda r: rename(r, "dns-checker", "domain-checker"),
        {"renamed": [("dns-checker", "domain-checker")]},
    ),
    ("move a skill", lambda r: move(r, "csv-cleaner"), {"silent": True}),
    ("move another", lambda r: move(r, "map-drawer"), {"silent": True}),
    (
        "rewrite a skill",
        lambda r: r.add("unit-tester", TESTER, TOPICS["unit-tester"][1]),
        {"rewritten": ("unit-tester",)},
    ),
    (
        "add a twin",
        lambda r: r.add("csv-fixer", TWIN, ("repair this csv",)),
        {"added": ("csv-fixer",), **TWIN_NAMED},
    ),
    (
        "tell the twin apart",
        lambda r: r.add("csv-fixer", FIXER, ("recover my broken spreadsheet",)),
        {"rewritten": ("csv-fixer",)},
    ),
    ("nothing", lambda r: None, {"silent": True}),
    (
        "break a file",
        lambda r: write(r, "skills/bad/SKILL.md", "---\nname: bad\n---\n"),
        {"passed": False, "codes": {"SA001"}},
    ),
    ("mend it", lambda r: remove(r, "bad"), {}),
    (
        "make one manual-only",
        lambda r: write(r, "skills/recipe-scaler/SKILL.md", SCALER),
        {"rewritten": ("recipe-scaler",)},
    ),
    ("change a body", lambda r: r.add("invoice-parser", body="Be exact."), {"silent": True}),
    ("delete a skill", lambda r: remove(r, "csv-fixer"), {"removed": ("csv-fixer",)}),
    ("add two at once", two_at_once, {"added": ("bird-namer", "logo-painter")}),
    (
        "a new black hole by rewriting",
        lambda r: r.add("bird-namer", HOLE, BIRDS),
        {"rewritten": ("bird-namer",), "passed": False, "absorber": "bird-namer"},
    ),
)


@pytest.mark.slow
def test_twenty_commits(tmp_path: Path) -> None:
    assert len(STEPS) == 20
    repository = Repository(tmp_path)
    repository.commit("empty")
    for title, step, expected in STEPS:
        step(repository)
        change, verdict = since(repository, "HEAD")
        wanted = {**NOTHING, **expected}
        assert sorted(change.added) == sorted(wanted["added"]), title  # type: ignore[call-overload]  # iterable
        assert change.removed == wanted["removed"], title
        assert change.rewritten == wanted["rewritten"], title
        assert [(one.before, one.after) for one in change.renamed] == wanted["renamed"], title
        assert verdict.passed is wanted["passed"], (title, verdict.reasons)
        if wanted.get("silent"):
            assert change.silent and change.lost == () and verdict.findings == (), title
        if "absorber" in wanted:
            assert change.lost[0].absorber == wanted["absorber"], title
            robbed = {one.victim for one in change.lost if one.absorber == wanted["absorber"]}
            assert wanted.get("victims", robbed) == robbed, title
        if "codes" in wanted:
            assert {finding.code for finding in change.new_findings} == wanted["codes"], title
        if title == "add a black hole":
            assert any("all-helper takes requests of" in reason for reason in verdict.reasons)
        repository.commit(title)


def test_one_finding_about_the_whole_library_is_not_new_where_it_names_one_more() -> None:
    """Without it a new skill that no request judges made the list of all others a new finding."""
    rule = next(one for one in RULES if one.code == "SA501")
    short, long = (
        rule.finding(names, f"{len(names)} are unjudged.", whole=True)
        for names in (("alpha",), ("alpha", "beta"))
    )
    change = compare_reports(library("alpha", findings=[short]), library("alpha", "beta", findings=[long]))
    assert (change.new_findings, change.gone) == ((), 0)
    assert short.fingerprint == long.fingerprint and (short.alias, long.alias) == ("", "")
    assert long.skills == ("alpha", "beta")


def test_the_conclusion_names_all_that_failed_and_whose_doing_it_is() -> None:
    """A limit that held, or findings that never fail, do not hide what the change made worse."""
    before = library("alpha", "beta", "gamma", hijack=0.1)
    words = {skill.id: skill for skill in before.skills}
    after = library("alpha", "beta", "gamma", beta__gamma=0.4, alpha__gamma=0.1, hijack=0.3, findings=[PAIR])
    for edited, said in (
        ("beta", "since beta changed, gamma takes requests of beta, alpha"),
        ("gamma", "since gamma changed, it takes requests of beta, alpha"),
    ):
        skills = tuple(
            msgspec.structs.replace(
                skill, description=words[skill.id].description + " More." * (skill.id == edited)
            )
            for skill in after.skills
        )
        now = msgspec.structs.replace(after, skills=skills)
        change = compare_reports(before, now, reference="HEAD")
        never = judge_change(change, now, Gate(fail_on="never"))
        assert never.conclusion == (
            "FAILED: predicted hijack rate went from 10.0% to 30.0% with this change; predicted hijack rate of the "
            f"skills that were there before went from 0.0% to 16.7% with this change; {said}; no limit on a rate was "
            "set; findings never fail."
        )
        assert never.reasons[-1] == f"S{said[1:]}."
        both = judge_change(change, now, Gate(max_hijack=0.2, fail_on="info"))
        assert [reason.split()[0] for reason in both.reasons] == [
            "Predicted",
            "Predicted",
            "Predicted",
            "Since",
            "1",
        ]
        assert "above the limit" in both.reasons[0] and f"; {said}; fail-on info: 1 of 1 " in both.conclusion


def test_what_fails_a_change_is_what_to_do_first() -> None:
    old, new = (
        msgspec.structs.replace(
            make_finding("SA301", (name,), severity="error"),
            fix=f"Narrow {name}.",
            cost=Cost(harm=harm, false_triggers=harm),
        )
        for name, harm in (("beta", 9.0), ("alpha", 2.0))
    )
    before = answered(library("alpha", "beta", findings=[old]))
    first = make_skill("alpha", "Everything.", requests=10)
    now = library("alpha", "beta", findings=[old, new], hijack=0.3)
    now = answered(msgspec.structs.replace(now, skills=(first, *now.skills[1:])))
    assert now.answer is not None and "for 1 more" in now.answer.steps[0].do
    change = compare_reports(before, now, reference="HEAD")
    for gate in (Gate(), Gate(fail_on="never")):
        told = answer_change(now, judge_change(change, now, gate)).answer
        assert told is not None and told.steps[0].do == "Narrow alpha." and len(told.steps) <= 3
        assert sum("SA301" in step.command for step in told.steps) == 1
    bare = msgspec.structs.replace(change, new_findings=())
    told = answer_change(now, judge_change(bare, now, Gate())).answer
    assert told is not None and told.steps[0].command == "git diff HEAD"
    assert told.steps[0].do.startswith(
        "Narrow what changed in alpha, or take it back: predicted hijack rate went"
    )
    fine = judge_change(bare, now, Gate(tolerance=1.0))
    assert fine.passed and answer_change(now, fine) is now
