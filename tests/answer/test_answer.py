"""The answer: what happens first, nothing that nobody judged, and at most three things to do."""

from __future__ import annotations

import msgspec
import pytest

from skillaudit import schema as s
from skillaudit.answer import answered
from skillaudit.answer.telling import hundred
from skillaudit.formatters.text import render as render_text
from skillaudit.page.answer import answer_blocks
from skillaudit.page.text import render
from tests.reports import estimate, small_report

CODE = s.ClientView(
    client="claude-code", title="Claude Code", date="2026-08", full=16, shortened=0, name_only=112, invisible=0,
    lost=9_000, unit="characters", used=8_000, whole=33_000, budget=8_000, assumption="", loaded=128,
    names=3_000, shortest=15_000,
)  # fmt: skip
OTHER = msgspec.structs.replace(CODE, client="codex", title="Codex", shortened=128, name_only=0)


def row(router: str, low: float, value: float, high: float, client: str | None = None) -> s.ForecastRow:
    found, none = estimate(value, low, high), estimate(0.0, 0.0, 0.0)
    return s.ForecastRow(
        router=router, client=client, situation="asked", accuracy=found, hijack=none, no_skill=none,
        false_trigger=none, contested=none,
    )  # fmt: skip


def report(**changes: object) -> s.Report:
    base = small_report()
    library = msgspec.structs.replace(base.library, skills=128, routable=128)
    values = {"library": library, "clients": (CODE, OTHER), "findings": (), **changes}
    return answered(msgspec.structs.replace(base, **values))


def said(found: s.Report) -> str:
    return " ".join(render(answer_blocks(found)).split())


def test_a_library_that_a_client_cuts_is_told_by_client_and_model() -> None:
    rows = (row("frontier", 0.89, 0.93, 0.96, "claude-code"), row("fast", 0.6, 0.71, 0.8, "claude-code"))
    text = said(report(forecasts=(row("frontier", 0.9, 0.97, 0.99), *rows)))
    assert "In Claude Code 112 of 128 skills lose their description. Codex cuts the list too." in text
    assert "Frontier models pick right 93 of 100 times (89 to 96); small fast models 71" in text
    assert "97" not in text
    assert "1. Choose what Claude Code lists whole, by name or not at all: 128 skills do not fit" in text
    assert "skillaudit optimize skills --client claude-code --loadout DIR" in text


@pytest.mark.parametrize("unit", ["characters", "tokens"])
def test_a_list_that_no_shortening_makes_fit_is_chosen_from(unit: str) -> None:
    wide = msgspec.structs.replace(
        CODE,
        full=0,
        name_only=100,
        loaded=100,
        whole=(60_000 if unit == "characters" else 15_000),
        names=(5_000 if unit == "characters" else 1_250),
        shortest=(15_000 if unit == "characters" else 3_750),
        budget=8_000 if unit == "characters" else 2_000,
        unit=unit,
    )
    told = tuple(
        msgspec.structs.replace(small_report().skills[0], id=f"s{at}", description="d" * 550)
        for at in range(100)
    )
    answer = report(clients=(wide,), skills=told).answer
    assert answer is not None
    assert answer.steps[0].do.startswith("Choose what Claude Code lists whole, by name or not at all")
    assert answer.steps[0].command.endswith("--client claude-code --loadout DIR")
    assert answer.steps[0].gain == "about 5 descriptions seen whole in place of 0, those that need it most"
    # Whose texts the report holds, whole ones or those that the client shows, changes nothing.
    cut = tuple(msgspec.structs.replace(skill, description="") for skill in told)
    same = report(clients=(wide,), skills=cut, client="claude-code").answer
    assert same is not None and (same.steps[0].do, same.steps[0].gain) == (
        answer.steps[0].do,
        answer.steps[0].gain,
    )
    no_more = report(clients=(msgspec.structs.replace(wide, full=6, name_only=94),), skills=told).answer
    assert no_more is not None and "no more of them than now" in no_more.steps[0].gain
    fits = report(clients=(msgspec.structs.replace(wide, shortest=wide.budget),), skills=told).answer
    assert fits is not None and fits.steps[0].do.startswith("Shorten the list")
    assert fits.steps[0].gain == "100 descriptions seen whole"
    bare = report(
        clients=(msgspec.structs.replace(wide, client="codex", title="Codex"),), skills=told, client="codex"
    ).answer
    assert bare is not None and bare.steps[0].do.startswith(
        "Make skills manual-only in Codex, or arrange them"
    )
    assert bare.steps[0].command.endswith("--only hierarchy")
    least = 15_000 if unit == "characters" else 3_750  # 100 characters each beside the names
    for budget, does in ((least, "Shorten the list to the"), (least - 1, "Choose what")):
        found = report(clients=(msgspec.structs.replace(wide, budget=budget),), skills=told).answer
        assert found is not None and found.steps[0].do.startswith(does)


def test_who_was_asked_for_stands_first() -> None:
    asked = msgspec.structs.replace(small_report().forecast, router="older")
    rows = (row("frontier", 0.89, 0.93, 0.96), row("older", 0.6, 0.71, 0.8))
    text = said(report(forecast=asked, forecasts=rows))
    assert "models of 2024 and 2025 pick right 71 of 100 times (60 to 80); frontier models 93" in text


def test_rates_of_the_whole_list_say_that_they_are() -> None:
    text = said(report(forecasts=(row("frontier", 0.89, 0.93, 0.96),)))
    assert "Shown every skill whole, frontier models pick right 93 of 100 times (89 to 96)." in text


def test_what_nobody_judged_is_said_first_and_no_rate_stands_there() -> None:
    base = small_report()
    coverage = msgspec.structs.replace(base.forecast.coverage, requests=0, judged_skills=0, sources=())
    forecast = msgspec.structs.replace(base.forecast, coverage=coverage)
    found = report(forecast=forecast, forecasts=(row("frontier", 0.0, 0.01, 0.55),))
    assert found.answer is not None and not found.answer.judged
    assert found.answer.happens[0].startswith("Nothing judges this library")
    assert "--requests FILE.jsonl" in found.answer.steps[0].command
    assert "pick right" not in said(found)
    idle = "where no skill is needed, frontier models load one 30 of 100 times (10 to 60)."
    assert found.answer.happens[0].endswith(idle)
    text = render_text(msgspec.structs.replace(found, answer=None), everything=True)
    assert "false trigger" in text and "hijack" not in text
    assert "ABSORBERS" not in text and "who gets its requests is not told" in text


def test_skills_with_one_description_are_to_be_merged_where_no_request_tells_what_they_cost() -> None:
    base = small_report()
    coverage = msgspec.structs.replace(base.forecast.coverage, requests=0, judged_skills=0, sources=())
    same = [
        msgspec.structs.replace(base.findings[0], code="SA010", skills=(name,), cost=s.Cost(harm=0.1))
        for name in ("merge-pdf", "join-pdf")
    ]
    unjudged = msgspec.structs.replace(base.forecast, coverage=coverage)
    for forecast, many in ((unjudged, 1), (base.forecast, 0)):
        found = report(findings=tuple(same), forecast=forecast).answer
        assert found is not None
        merging = [
            step for step in found.steps if step.do.startswith("Merge skills that have one description")
        ]
        assert len(merging) == many
        assert all(
            "merge-pdf first" in step.do and step.gain.startswith("2 fewer skills") for step in merging
        )


@pytest.mark.parametrize(
    ("folder", "client"),
    [(".codex/skills", "Codex"), ("skills", "Claude Code"), (".claude/skills", "Claude Code")],
)
def test_the_client_is_the_one_that_the_folders_name(folder: str, client: str) -> None:
    base = small_report()
    library = msgspec.structs.replace(base.library, sources=(folder,), skills=128)
    assert f"In {client} " in said(report(library=library))
    assert "In Codex " in said(report(library=library, client="codex"))


def test_what_has_most_at_stake_is_done_first_and_little_is_not_worth_naming() -> None:
    small = msgspec.structs.replace(
        small_report().findings[0], code="SA202", fix="Say less.", cost=s.Cost(harm=0.2, requests=0.2)
    )
    most = s.Cost(harm=9.0, requests=3.0, false_triggers=6.0)
    hole = msgspec.structs.replace(small, code="SA301", fix="Narrow it.", cost=most)
    pair = msgspec.structs.replace(
        small, code="SA204", fix="Merge them.", cost=s.Cost(harm=4.0, requests=4.0)
    )
    found = report(findings=(hole, pair, pair, small), clients=())
    assert found.answer is not None
    assert [step.do for step in found.answer.steps[:2]] == [
        "helper: Narrow it.",
        "helper: Merge them. The same for 1 more (SA204).",
    ]
    assert (
        found.answer.steps[0].gain == "up to 3.0 of 100 requests, and 6.0 of 100 requests that need no skill"
    )
    assert "Say less." not in said(found)


def test_files_that_strict_clients_refuse_are_counted_and_mended() -> None:
    broken = msgspec.structs.replace(
        small_report().findings[0], code="SA002", skills=("deploy",), cost=s.Cost(harm=1.0, breaks=1)
    )
    found = report(findings=(broken,), clients=())
    assert "1 skill has a file that strict clients refuse: there nobody gets it." in said(found)
    row = msgspec.structs.replace(
        broken, severity="error", location=s.Location(path="all.jsonl.gz:539", line=539)
    )
    answer = report(findings=(row,), clients=()).answer
    assert answer is not None
    (step, *_) = answer.steps
    assert step.do == "Mend the files that strict clients refuse, all.jsonl.gz:539 first."
    assert "helper/SKILL.md:3 first" in said(found)


def test_a_library_that_is_mostly_left_out_says_so_first() -> None:
    base, told = small_report(), ""
    for out in (1, 2):
        skills = [
            msgspec.structs.replace(base.skills[0], out="not loaded" if n < out else "") for n in range(3)
        ]
        library = msgspec.structs.replace(base.library, skills=3, routable=3 - out, out=out)
        answer = report(skills=tuple(skills), library=library).answer
        assert answer is not None
        assert answer.steps[0].command.endswith("--files all") == (out == 2)
        told = answer.steps[0].do
    assert "2 of 3 skills are not audited" in told


def test_given_requests_that_judge_nothing_are_told_and_no_others_are_asked_for() -> None:
    base = small_report()
    aside = (s.SetAside(reason="not loaded", requests=80),)
    mined = (s.SourceCount(source="body", requests=12, skills=2),)
    coverage = msgspec.structs.replace(base.forecast.coverage, aside=aside, sources=mined)
    text = said(report(forecast=msgspec.structs.replace(base.forecast, coverage=coverage)))
    assert "none of them given by people" in text
    assert "80 given requests are not counted: their skills are not loaded" in text and "--files all" in text
    assert "Write down what users ask" not in text
    one = msgspec.structs.replace(coverage, requests=1, judged_skills=1)
    assert "1 request judges 1 of" in said(
        report(forecast=msgspec.structs.replace(base.forecast, coverage=one))
    )
    none = msgspec.structs.replace(coverage, requests=0, sources=())
    text = said(report(forecast=msgspec.structs.replace(base.forecast, coverage=none)))
    assert "80 given requests are not counted" in text


def test_an_audit_that_was_stopped_says_so() -> None:
    found = answered(small_report(), forecast=False).answer
    assert found is not None and found.happens[0].startswith("There is no forecast yet")
    assert all("requests" not in step.gain for step in found.steps[1:])


def test_numbers_have_the_decimals_that_their_range_carries() -> None:
    assert hundred(estimate(0.9342, 0.89, 0.96)) == "93 of 100 times (89 to 96)"
    assert hundred(estimate(0.9342, 0.921, 0.944)) == "93.4 of 100 times (92.1 to 94.4)"


def test_in_the_app_keys_stand_for_commands() -> None:
    text = render(answer_blocks(report(), keys={"plan": "i"}))
    assert "press i" in text and "skillaudit optimize" not in text


def test_a_command_names_its_sources_however_deep_they_lie() -> None:
    deep = "/srv/checkouts/of/everybody/who/works here/on/agents/skills"
    library = msgspec.structs.replace(small_report().library, sources=(deep,), skills=128)
    found = report(library=library)
    assert found.answer is not None
    assert all(f"'{deep}'" in step.command for step in found.answer.steps)


def test_a_remedy_that_names_no_skill_is_told_with_its_skill() -> None:
    finding = msgspec.structs.replace(
        small_report().findings[0], code="SA705", skills=("helper",), fix="Name what it is for.",
        cost=s.Cost(harm=2.0, requests=2.0),
    )  # fmt: skip
    found = report(findings=(finding,))
    assert found.answer is not None
    assert "helper: Name what it is for." in [step.do for step in found.answer.steps]


def test_two_rules_about_one_skill_make_one_step() -> None:
    hole, claim = (
        msgspec.structs.replace(
            small_report().findings[0], code=code, skills=("helper",), fix=f"Narrow helper ({code}).",
            cost=s.Cost(harm=2.0, requests=2.0),
        )
        for code in ("SA301", "SA705")
    )  # fmt: skip
    found = report(findings=(hole, claim), clients=())
    assert found.answer is not None
    assert [step.do for step in found.answer.steps if "Narrow" in step.do] == ["Narrow helper (SA301)."]


def test_a_library_that_no_client_loads_is_called_so() -> None:
    lost = [
        msgspec.structs.replace(one, full=0, shortened=0, name_only=0, invisible=128, loaded=0)
        for one in (CODE, OTHER)
    ]
    text = said(report(clients=tuple(lost)))
    assert "No client loads any of the 128 skills from where they lie." in text
    assert "cut" not in text and "not loaded" not in text
    one = said(report(clients=(CODE, lost[1])))
    assert "112 of 128 skills lose their description" in one and "Codex" not in one


def test_where_nothing_competes_nobody_is_sent_for_requests() -> None:
    base = small_report()
    coverage = msgspec.structs.replace(base.forecast.coverage, requests=0)
    forecast = msgspec.structs.replace(base.forecast, coverage=coverage)
    library = msgspec.structs.replace(base.library, skills=128, routable=0)
    text = said(report(library=library, forecast=forecast))
    assert "No skill competes for requests" in text and "requests.jsonl" not in text.lower()
    assert "Write down what users ask" not in text and "without requests" not in text
    asked_for = said(report(forecast=forecast))
    assert "Nothing judges this library" in asked_for and "Write down what users ask" in asked_for


def test_clients_that_show_few_descriptions_whole_stand_in_one_sentence() -> None:
    """No budget cuts them: their rules say what every entry may hold."""

    def client(title: str, full: int, invisible: int = 0) -> s.ClientView:
        return msgspec.structs.replace(
            CODE, client=title, title=title, full=full, name_only=128 - full - invisible, invisible=invisible,
            loaded=128 - invisible, budget=None,
        )  # fmt: skip

    whole = msgspec.structs.replace(CODE, full=128, name_only=0, whole=7_000)
    views = (whole, client("Cline", 0), client("Hermes", 0), client("Crush", 127, 1), client("Goose", 128))
    text = said(report(clients=views))
    assert (
        "shows all 128 skills whole. Cline and Hermes show no description whole; Crush shows all but 1 whole."
        in text
    )
    text = said(report(clients=(whole, client("Cline", 2), client("Crush", 126, 2), client("Pi", 125))))
    assert "Cline shows few descriptions whole, or none; Crush and Pi show all but 2 to 3 whole." in text
    # Most of a library that lies in another client's folders is no matter of its descriptions.
    assert "Crush" not in said(report(clients=(whole, client("Crush", 8, 120))))
    many = tuple(client(f"C{at}", 0) for at in range(7))
    assert "C4 and 2 more show no description whole." in said(report(clients=(whole, *many)))


def test_a_client_that_cuts_one_long_text_alone_does_not_cut_the_list() -> None:
    """The sentence and SA402 count alike."""
    roomy = msgspec.structs.replace(OTHER, shortened=1, whole=7_000)
    assert (OTHER.cuts_list, roomy.cuts_list) == (True, False)
    assert "cuts the list" not in said(report(clients=(CODE, roomy)))
    short = msgspec.structs.replace(CODE, name_only=0, shortened=1, whole=7_000)
    assert "Codex cuts the list." in said(report(clients=(short, OTHER)))


@pytest.mark.parametrize(
    ("scorer", "told"),
    [
        ("lexical", "What is alike is told by words alone (scorer lexical)"),
        ("dense", "What is alike is told by vectors of all-MiniLM-L6-v2 alone (scorer dense)"),
        ("hybrid", "What is alike is told by both words and vectors of all-MiniLM-L6-v2 (scorer hybrid)"),
    ],
)
def test_what_is_alike_is_told_by_which_scorer_and_how_well_its_index_finds_it(
    scorer: str, told: str
) -> None:
    base = small_report()
    forecast = msgspec.structs.replace(base.forecast, scorer=scorer)
    assert f"{told}." in said(report(forecast=forecast))
    searched = msgspec.structs.replace(forecast, nearest_found=0.989)
    assert f"{told}; its index finds 98.9% of the 20 nearest." in said(report(forecast=searched))
    stopped = report(hubness=s.Hubness(k=0, skewness=None, anti_hubs=()))
    assert "What is alike" not in said(stopped)


def test_what_a_tenth_of_the_library_breaks_is_a_step_with_its_number() -> None:
    one = msgspec.structs.replace(
        small_report().findings[0],
        code="SA006",
        severity="warning",
        fix="Give each a name.",
        cost=s.Cost(breaks=1),
    )
    many = tuple(msgspec.structs.replace(one, skills=(f"s{at}",)) for at in range(13))
    found = report(findings=many, clients=()).answer
    assert found is not None
    assert found.steps[0].do == "Give each a name. SA006 holds for 13 of 128 skills, s0 first."
    assert found.steps[0].gain == "13 skills with a name of their own"
    few = report(findings=many[:12], clients=()).answer
    assert few is not None and not any("SA006" in step.do for step in few.steps)


def test_a_description_that_never_was_is_not_lost() -> None:
    blank = tuple(
        msgspec.structs.replace(small_report().skills[0], id=f"s{at}", description="") for at in range(100)
    )
    text = said(report(skills=blank))
    assert "In Claude Code 100 of 128 skills have no description and 12 lose their description." in text
    assert "have no description" not in said(report(skills=blank, client="claude-code"))


def test_a_list_that_names_alone_fill_is_not_offered_a_choice_of_descriptions() -> None:
    full = msgspec.structs.replace(CODE, names=9_000, full=0, name_only=128)
    answer = report(clients=(full,)).answer
    assert answer is not None and answer.steps[0].do.startswith("Make skills manual-only in Claude Code")
    assert not any("--loadout" in step.command for step in answer.steps)
