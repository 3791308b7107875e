"""Rules: evidence in, findings out."""

from __future__ import annotations

import re

import msgspec
import pytest

from skillaudit.checks import RULES, Facts, check
from skillaudit.checks.rule import fingerprint
from skillaudit.load import DEFECT_KINDS
from skillaudit.optimize.flow import _says_when
from skillaudit.schema import (
    BlackHole,
    Cluster,
    Defect,
    Estimate,
    ForecastRow,
    Library,
    Pair,
    RequestLoss,
    Rival,
    Skill,
    SkillReport,
    Skipped,
)
from skillaudit.text.occasions import speaks
from tests.reports import skill_report, small_report

QUIET = skill_report("a", victim_rate=0.1, absorbed=0.1)


def evidence(**changes: object) -> Facts:
    """Return evidence in which nothing is wrong, with `changes`."""
    report = small_report()
    skills = tuple(Skill(id=i, name=i, description=f"Does {i}.", path=f"{i}/SKILL.md") for i in "abcdef")
    forecast = msgspec.structs.replace(
        report.forecast,
        extrapolates=False,
        coverage=msgspec.structs.replace(report.forecast.coverage, unjudged=()),
    )
    quiet = Facts(
        library=Library(sources=("x",), skills=skills),
        client=None,
        clients=(),
        forecast=forecast,
        skills=(QUIET,),
        clusters=(),
        hubness=msgspec.structs.replace(report.hubness, anti_hubs=()),
        black_holes=(),
        over_general=(),
        pairs=(),
    )
    return msgspec.structs.replace(quiet, **changes)


def codes(found: Facts) -> list[str]:
    return [finding.code for finding in check(found)]


def hole(**changes: object) -> BlackHole:
    base = BlackHole(
        skill="a", absorbed=9.0, share=0.3, expected=1.0, q_value=0.001, families=4.0, victims=("b", "c")
    )
    return msgspec.structs.replace(base, **changes)


def library(*defects: Defect, skipped: tuple[Skipped, ...] = (), skills: int = 6) -> Library:
    rows = tuple(Skill(id=f"s{i}", name=f"s{i}", description="x") for i in range(skills))
    return Library(sources=("x",), skills=rows, defects=defects, skipped=skipped)


def row(router: str, right: float, client: str | None = None) -> ForecastRow:
    """Return the forecast of one class of models."""
    rate = Estimate(value=right, low=right - 0.1, high=right)
    none = Estimate(value=0.0, low=0.0, high=0.0)
    return ForecastRow(
        router=router, client=client, situation="asked", accuracy=rate, hijack=none, no_skill=none, false_trigger=none,
        contested=none,
    )  # fmt: skip


def test_which_models_carry_the_library() -> None:
    """Guidelines of Li 2026: match the model to the library, and consider alternatives where none carries it."""
    strong, weak = row("frontier", 0.9), row("older", 0.7)
    (found,) = check(evidence(rows=(weak, strong, row("frontier", 0.2, "codex"))))
    assert (found.code, found.severity) == ("SA403", "info")
    assert found.message == "frontier 90% (80 to 90) carry this library; older 70% (60 to 70) do not."
    assert codes(evidence(rows=(strong,))) == []
    (found,) = check(evidence(rows=(weak, row("fast", 0.75))))
    assert (found.code, found.severity) == (
        "SA404",
        "warning",
    ) and "the best, fast 75% (65 to 75)" in found.message
    # The user's own floor decides, in the message too.
    (found,) = check(evidence(rows=(strong, weak), floor=0.95))
    assert found.code == "SA404" and "for 95% of the requests" in found.message
    assert codes(evidence(rows=(strong, weak), floor=0.6)) == []


def test_the_longest_of_several_lists_counts() -> None:
    door = Skill(id="door", name="door", description="x", path="door/SKILL.md", declared_router=True)
    inside = [
        Skill(id=f"s{at}", name=f"s{at}", description="x", path=f"door/s{at}/SKILL.md") for at in range(84)
    ]
    assert codes(evidence(library=Library(sources=("x",), skills=(door, *inside)))) == ["SA401"]
    half = tuple(msgspec.structs.replace(one, path=f"{one.id}/SKILL.md") for one in inside[:42])
    assert codes(evidence(library=Library(sources=("x",), skills=(door, *inside[42:], *half)))) == []


def test_nothing_wrong_nothing_found() -> None:
    assert codes(evidence()) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"black_holes": (hole(),)}, ["SA301"]),
        ({"black_holes": (hole(declared=True),)}, ["SA303"]),
        ({"over_general": (hole(evidence="structure"),)}, ["SA302"]),
        ({"over_general": (hole(evidence="structure", declared=True),)}, []),
        ({"pairs": (Pair(a="a", b="b", cosine=0.7, a_to_b=0.25, b_to_a=0.0),)}, ["SA202"]),
        ({"pairs": (Pair(a="a", b="b", cosine=0.7, a_to_b=0.05, b_to_a=0.06),)}, ["SA202"]),
        ({"pairs": (Pair(a="a", b="b", cosine=0.7, a_to_b=0.05, b_to_a=0.05),)}, []),
        ({"clusters": (Cluster(index=0, label="x", skills=tuple("abcd"), cohesion=0.9),)}, ["SA201"]),
        ({"clusters": (Cluster(index=0, label="x", skills=tuple("abc"), cohesion=0.99),)}, []),
        ({"clusters": (Cluster(index=0, label="x", skills=tuple("abcd"), cohesion=0.89),)}, []),
        (
            {"clusters": (Cluster(index=0, label="x", skills=tuple("abcd"), cohesion=0.6, template=True),)},
            ["SA201"],
        ),
        ({"skills": (skill_report("a", victim_rate=0.5, victim_low=0.25),)}, ["SA203"]),
        ({"skills": (skill_report("a", victim_rate=0.5, victim_low=0.24),)}, ["SA203"]),
        ({"skills": (skill_report("a", victim_rate=0.3, victim_low=0.3),)}, ["SA203"]),
        ({"skills": (skill_report("a", victim_rate=0.29, victim_low=0.2),)}, []),
        ({"skills": (skill_report("a", victim_rate=0.9, victim_low=0.5, requests=1),)}, ["SA203"]),
        ({"library": library(skills=83)}, []),
        ({"library": library(skills=84)}, ["SA401"]),
        ({"library": library(skipped=(Skipped(path="x", reason="empty", code="empty-file"),))}, ["SA001"]),
    ],
)
def test_each_rule_at_its_threshold(changes: dict[str, object], expected: list[str]) -> None:
    assert codes(evidence(**changes)) == expected


def test_a_pair_inside_a_clone_family_is_told_once() -> None:
    clones = Cluster(index=0, label="x", skills=tuple("abcd"), cohesion=0.95)
    inside = Pair(a="a", b="b", cosine=0.97, a_to_b=0.5, b_to_a=0.5)
    across = Pair(a="a", b="e", cosine=0.7, a_to_b=0.4, b_to_a=0.0)
    assert codes(evidence(clusters=(clones,), pairs=(inside, across))) == ["SA201", "SA202"]
    (family,) = check(evidence(clusters=(clones,)))
    assert "but for a word or two (alike in: " in family.message


def test_counts_of_a_large_library_are_written_as_elsewhere() -> None:
    (finding,) = check(evidence(library=library(skills=1_084)))
    assert finding.message.startswith("1,084 skills compete in one flat list")


def test_a_rival_that_is_a_template_is_to_be_written_or_to_go_and_not_to_be_told_apart() -> None:
    pair = Pair(a="a", b="b", cosine=0.7, a_to_b=0.25, b_to_a=0.0)
    left = library(Defect(kind="placeholder", skill="b", path="b/SKILL.md"))
    (plain,) = check(evidence(pairs=(pair,)))
    told = next(f for f in check(evidence(pairs=(pair,), library=left)) if f.code == "SA202")
    assert "what only it does" in plain.fix and told.fix.startswith(
        "Say what b does in place of what a template left"
    )


def test_what_todays_models_lose_to_one_rival_is_a_note_on_the_worst_ten() -> None:
    pairs = tuple(Pair(a=f"s{i}", b="b", cosine=0.7, a_to_b=0.07 + i / 1000, b_to_a=0.0) for i in range(14))
    found = check(evidence(pairs=pairs))
    assert {(finding.code, finding.severity) for finding in found} == {("SA202", "info")} and len(found) == 10
    assert {finding.skills[0] for finding in found} == {f"s{i}" for i in range(4, 14)}
    assert "b may take 8.3% of the requests of s13." in {finding.message for finding in found}


def test_descriptions_that_no_user_would_say_are_told_where_agents_may_load_nothing() -> None:
    none = Estimate(value=0.4, low=0.1, high=0.7)
    row = ForecastRow(
        router="frontier", client="claude-code", situation="at work", accuracy=none, hijack=none, no_skill=none,
        false_trigger=none, contested=none,
    )  # fmt: skip
    skills = tuple(
        Skill(id=name, name=name, description=text)
        for name, text in (
            ("a", "Draws charts."),
            ("b", "Draws maps. Use when the user wants a map."),
            ("c", "Draws trees. “show me who reports to whom”"),
            ("d", "Draws plans. Use for floors and gardens."),
        )
    )
    skills += (Skill(id="e", name="e", description="Draws faces.", when_to_use="A portrait is asked for."),)
    # The count of a plan is of the same descriptions.
    told = _says_when(skills, ())
    assert (told.before, told.skills_before) == (4, 5)
    shelf = Library(sources=("x",), skills=skills)
    (finding,) = check(evidence(library=shelf, rows=(row,)))
    assert (finding.code, finding.skills, finding.severity) == ("SA504", ("a",), "info")
    assert "1 of 5 descriptions" in finding.message and "10% to 70%" in finding.evidence
    assert codes(evidence(library=shelf)) == []
    # A rate that no request judges is a guess.
    quiet = evidence()
    alone = msgspec.structs.replace(
        quiet.forecast, coverage=msgspec.structs.replace(quiet.forecast.coverage, requests=0)
    )
    (finding,) = check(evidence(library=shelf, rows=(row,), forecast=alone))
    assert finding.code == "SA504" and "10%" not in finding.evidence


@pytest.mark.parametrize(
    "text",
    [
        "When the user wants to track visits.",
        "Tracks visits. When you need a plan, this makes one.",
        "This skill should be used when working with tables.",
        "计算税款。当用户需要计算税款时使用。",
        "翻译合同，用户要求翻译时使用此技能。",
        "契約書を訳す。ユーザーが翻訳したいときに使う。",
        "계약서를 번역합니다. 사용자가 번역을 요청할 때 사용합니다.",
        "Rechnet Steuern aus. Verwende dies, wenn der Nutzer danach fragt.",
        "Calcule les taxes. À utiliser lorsque l’utilisateur demande un total.",
        "Calcula impuestos. Usar cuando el usuario pida un total.",
        "Calcula impostos. Use quando o usuário pedir um total.",
        "Calcola le imposte. Da usare quando l’utente chiede un totale.",
        "Считает налоги. Использовать, когда пользователь просит итог.",
    ],
)
def test_in_many_languages_a_description_says_when(text: str) -> None:
    """One table for the rule and for the edits that add such a sentence."""
    assert speaks(text)


@pytest.mark.parametrize(
    "text",
    ["当前系统的税务工具。", "在线时间统计。", "Shows when trains leave.", "Zeigt die Zeiten.", "時刻表"],
)
def test_a_word_for_time_alone_does_not_say_when(text: str) -> None:
    assert not speaks(text)


def test_no_rate_of_a_library_without_requests_is_told() -> None:
    """Its rates would be guesses: no class of models is said to carry it, and no forecast extrapolates."""
    quiet = evidence()
    rows = (row("frontier", 0.9), row("older", 0.7), row("frontier", 0.2, "codex"))
    (view,) = small_report().clients
    for requests, told in ((1, {"SA403", "SA502", "SA402"}), (0, {"SA402"})):
        forecast = msgspec.structs.replace(
            quiet.forecast,
            extrapolates=True,
            coverage=msgspec.structs.replace(quiet.forecast.coverage, requests=requests),
        )
        found = check(evidence(rows=rows, forecast=forecast, clients=(view,)))
        assert {one.code for one in found} == told
        (cut,) = (one for one in found if one.code == "SA402")
        assert (cut.cost.requests is None) is (not requests)


def test_what_is_said_of_the_whole_library_lies_in_the_source_of_its_first_skill() -> None:
    skills = tuple(
        Skill(id=i, name=i, description="Draws.", path=f"{i}/SKILL.md", root=f"two/{i}") for i in "ab"
    )
    coverage = msgspec.structs.replace(evidence().forecast.coverage, unjudged=("b",))
    forecast = msgspec.structs.replace(evidence().forecast, coverage=coverage)
    (finding,) = check(
        evidence(library=Library(sources=("two/a", "two/b"), skills=skills), forecast=forecast)
    )
    assert finding.code == "SA501" and finding.location is not None
    assert (finding.location.root, finding.location.path, finding.related) == ("two/b", "b/SKILL.md", ())


def twins(cosine: float, cluster: int = 0) -> tuple[SkillReport, ...]:
    rival = Rival(id="b", cosine=cosine)
    first = skill_report("a", victim_rate=0.0, cluster=cluster, rivals=(rival,))
    return first, skill_report("b", victim_rate=0.0, cluster=0), skill_report("c", victim_rate=0.0, cluster=0)


def test_a_hole_that_only_its_text_gives_away_is_an_error_when_it_is_sure() -> None:
    for phrases, severity in ((("any task", "everything"), "error"), (("any task",), "warning")):
        (finding,) = check(evidence(black_holes=(hole(evidence="structure", generic_phrases=phrases),)))
        assert finding.severity == severity
        assert "claims the ground of 4 families" in finding.message
        for families in (1.0, 0.2):  # a figure that the rule does not rest on
            (finding,) = check(evidence(black_holes=(hole(evidence="structure", families=families),)))
            assert "is far too broad; vague requests" in finding.message
    (finding,) = check(evidence(black_holes=(hole(q_value=0.04),)))
    assert finding.severity == "error"


def test_near_twins_are_told_by_cluster_and_scorer() -> None:
    (finding,) = check(evidence(skills=twins(0.75)))
    assert (finding.code, finding.skills) == ("SA204", ("a", "b", "c"))
    assert "with them stand c" in finding.message
    # A merge is advised first only where a plan proposes one.
    assert finding.fix.startswith("Say in each of a and b what only it does")
    pair = Pair(a="b", b="a", cosine=0.75, a_to_b=0.0, b_to_a=0.0, merge="both are about maps")
    (finding,) = check(evidence(skills=twins(0.75), pairs=(pair,)))
    assert finding.fix.startswith("Merge a and b: both are about maps. Or say in each")
    assert codes(evidence(skills=twins(0.74))) == []
    assert codes(evidence(skills=twins(0.9, cluster=1))) == []
    lexical = msgspec.structs.replace(evidence().forecast, scorer="lexical")
    assert codes(evidence(skills=twins(0.35), forecast=lexical)) == ["SA204"]


def test_skills_that_a_name_sets_apart_are_no_twins() -> None:
    def named(*names: str) -> list[str]:
        skills = tuple(
            Skill(id=at, name=name, description=f"Take payments with {name.split('-')[0]}.")
            for at, name in zip("abc", (*names, "other"), strict=True)
        )
        library = msgspec.structs.replace(evidence().library, skills=skills)
        return codes(evidence(skills=twins(0.8), library=library))

    assert named("stripe-integration", "paypal-integration") == []
    assert named("payments-guide", "payments-expert") == ["SA204"]


def test_a_pair_names_who_loses_and_what() -> None:
    back = RequestLoss(query="redo it", gold="a", taken_by="b", probability=0.9, source="mined")
    flip = RequestLoss(query="undo it", gold="b", taken_by="a", probability=0.8, source="mined")
    pair = Pair(a="a", b="b", cosine=0.7, a_to_b=0.1, b_to_a=0.4, requests=(back, flip))
    (finding,) = check(evidence(pairs=(pair,)))
    assert finding.message == "a is expected to take 40% of the requests of b, and 10% go the other way."
    assert "“undo it” goes to a and not to b" in finding.evidence
    assert finding.location is not None
    assert finding.location.path == "b/SKILL.md"
    (finding,) = check(evidence(pairs=(msgspec.structs.replace(pair, requests=(back,)),)))
    assert "For example" not in finding.evidence, "an example of the other way contradicts the message"


def test_a_victim_names_its_takers_and_an_example() -> None:
    loss = RequestLoss(query="undo it", gold="a", taken_by="c", probability=0.8, source="mined")
    rivals = (Rival(id="b", cosine=0.5, loses_to=0.2), Rival(id="c", cosine=0.4, loses_to=0.6))
    victim = skill_report("a", victim_rate=0.8, victim_low=0.4, rivals=rivals, lost=(loss,))
    (finding,) = check(evidence(skills=(victim,)))
    assert "c 60%, b 20%" in finding.evidence
    assert "“undo it” goes to c and not to a" in finding.evidence


def test_every_kind_of_defect_has_one_rule() -> None:
    for kind in DEFECT_KINDS:
        found = check(evidence(library=library(Defect(kind=kind, skill="s1", path="s1/SKILL.md", line=2))))
        assert len(found) == 1, kind
        assert found[0].skills == (() if kind.startswith("manifest-") else ("s1",))
        assert DEFECT_KINDS[kind] in found[0].message


def test_defects_of_one_rule_in_one_file_make_one_finding_as_grave_as_the_worst() -> None:
    defects = [Defect(kind=kind, skill="s1", path="p", line=line) for kind, line in
               (("crlf-line-ends", 9), ("duplicate-key", 3))]  # fmt: skip
    (finding,) = check(evidence(library=library(*defects)))
    assert finding.severity == "warning"
    assert finding.location is not None
    assert finding.location.line == 3


def test_a_list_over_a_client_s_budget_warns_when_the_audit_is_for_that_client() -> None:
    (view,) = small_report().clients
    (finding,) = check(evidence(clients=(view,)))
    assert (finding.code, finding.severity) == ("SA402", "info")
    assert "1 not shown at all, 2 cut short" in finding.message
    (finding,) = check(evidence(clients=(view,), client="codex"))
    assert finding.severity == "warning"
    assert codes(evidence(clients=(msgspec.structs.replace(view, whole=400),))) == []
    other = msgspec.structs.replace(view, client="openclaw", title="OpenClaw", invisible=0, shortened=9)
    (both,) = check(evidence(clients=(view, other)))
    assert (
        both.message.startswith("2 clients have no room")
        and "in OpenClaw 9 cut short; in Codex" in both.message
    )
    assert both.cost.unseen == 9 and both.severity == "info"
    assert [f.severity for f in check(evidence(clients=(view, other), client="codex"))] == ["warning", "info"]
    assert codes(evidence(clients=(msgspec.structs.replace(view, budget=None),))) == []


def test_errors_come_first() -> None:
    found = evidence(
        library=library(Defect(kind="no-description", skill="s1", path="p"), skills=90), black_holes=(hole(),)
    )
    assert [f.severity for f in check(found)] == ["error", "error", "info"]


def test_a_fingerprint_forgets_order_and_remembers_code_skills_and_key() -> None:
    base = fingerprint("SA202", ("a", "b"))
    assert base == fingerprint("SA202", ("b", "a"))
    others = [
        fingerprint("SA203", ("a", "b")),
        fingerprint("SA202", ("a",)),
        fingerprint("SA202", ("a", "b"), "k"),
    ]
    assert len({base, *others}) == 4
    assert re.fullmatch(r"[0-9a-f]{16}", base)


def test_codes_and_slugs_are_unique_and_explained() -> None:
    assert len({rule.code for rule in RULES}) == len({rule.slug for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert re.fullmatch(r"SA\d{3}", rule.code)
        assert all(len(text) > 20 for text in (rule.what, rule.why, rule.fix)), rule.code
