"""Single steps: duplicates, black holes, clauses, budgets, and who is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import pytest

from skillaudit.analysis.neighbors import nearest
from skillaudit.clients import profiles
from skillaudit.config import Config
from skillaudit.optimize.anchor import anchor_paragraph
from skillaudit.optimize.bench import Bench
from skillaudit.optimize.board import Columns
from skillaudit.optimize.budget import (
    _Shortening,
    fit_budget,
    fit_budgets,
    fits,
    longest_that_fits,
    opening,
    rooms,
)
from skillaudit.optimize.edits import applied, decisive, folded_into, next_text
from skillaudit.optimize.fitting import fitted
from skillaudit.optimize.merge import fold_duplicates
from skillaudit.optimize.narrow import narrow_holes
from skillaudit.optimize.records import Edit, Effect
from skillaudit.optimize.rewrite.activation import say_when
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.optimize.words.situations import situations
from skillaudit.optimize.words.source import source_of
from skillaudit.requests.mining import read
from skillaudit.schema import Request, Skill

LONG = "Match bank transfers with open invoices. Flag duplicate payments. Remind of unpaid invoices. " * 3


def skill(name: str, description: str, body: str = "", declared_router: bool = False) -> Skill:
    return Skill(id=name, name=name, description=description, body=body, declared_router=declared_router)


def bench_of(skills: Sequence[Skill], asked: Mapping[str, Sequence[str]]) -> tuple[Bench, Lexicon]:
    requests = [
        Request(query=query, gold=(name,), source="file")
        for name, queries in asked.items()
        for query in queries
    ]
    texts = [each.text for each in skills]
    bench = Bench.of(
        skills, requests, Columns("lexical", texts, [r.query for r in requests], None), 60.0, 1024
    )
    own = [list(asked.get(each.id, ())) for each in skills]
    return bench, Lexicon([source_of(each) for each in skills], texts, own)


def fold(bench: Bench, lexicon: Lexicon) -> None:
    texts = [each.text for each in bench.skills]
    columns = Columns("lexical", texts, [], None)
    fold_duplicates(bench, lexicon, nearest(columns.similarities, len(texts), 8))


def test_a_twin_is_folded_into_the_skill_with_requests() -> None:
    skills = [
        skill("invoices-plus", "Match transfers with invoices.", LONG),
        skill("invoices", "Match transfers with invoices.", LONG + "\n## Extras\nPaper."),
        skill("tea", "Brews tea.", "Green tea leaves."),
    ]
    bench, lexicon = bench_of(skills, {"invoices": ["match the invoice"], "tea": ["tea please"]})
    fold(bench, lexicon)
    (edit,) = bench.edits
    assert (edit.kind, edit.skills, edit.into, edit.accept) == (
        "fold", ("invoices-plus", "invoices"), "invoices", True,
    )  # fmt: skip
    assert bench.gone == {0}


def test_clones_of_a_template_are_shown_and_refused() -> None:
    def clone(name: str) -> Skill:
        return skill(
            name.lower(),
            f"Automate {name} tasks.",
            f"{LONG} Open {name}. Log in to {name}. Use {name}Kit, {name}Kit.",
        )

    bench, lexicon = bench_of([clone("Slack"), clone("Asana")], {"slack": ["post it"], "asana": ["plan it"]})
    fold(bench, lexicon)
    assert all(not edit.accept and "words of its own" in edit.refused for edit in bench.edits)
    assert not bench.gone


def test_what_a_fold_would_lose_is_said() -> None:
    skills = [
        skill("a", "Match transfers.", LONG),
        skill("b", "Match transfers.", LONG + "\n\n## Paper archive\n\nOld."),
    ]
    bench, lexicon = bench_of(skills, {"a": ["match transfers", "match the transfer"], "b": []})
    fold(bench, lexicon)
    (edit,) = bench.edits
    assert edit.lost == ("Paper archive", "Old.")


def test_chains_of_folds_end_at_one_skill() -> None:
    assert folded_into([("a", "b"), ("b", "c")]) == {"a": "c", "b": "c"}
    assert set(folded_into([("a", "b"), ("b", "a")])) == {"a", "b"}


HOLE = "Always use this for any task: invoices, transfers, hotel bills, mileage, payslips, pension."
ASKED = {
    "invoices": ["invoices and transfers", "open invoices transfers", "transfers invoices again"],
    "travel": ["hotel bills and mileage", "mileage hotel bills", "bills of the hotel"],
    "payroll": ["payslips and pension", "pension payslips", "the pension on payslips"],
}


def library(declared_router: bool = False) -> list[Skill]:
    return [
        skill("invoices", "Money in."),
        skill("travel", "Trips."),
        skill("payroll", "Staff."),
        skill("hole", HOLE, declared_router=declared_router),
    ]


def test_a_hole_without_requests_is_made_manual_only() -> None:
    bench, lexicon = bench_of(library(), ASKED)
    narrow_holes(bench, lexicon)
    edits = [edit for edit in bench.edits if edit.accept]
    assert [(edit.kind, edit.skills) for edit in edits] == [("demote", ("hole",))]
    assert edits[0].effect is not None
    assert edits[0].effect.lost == 0
    assert 3 in bench.gone


def test_a_hole_with_requests_of_its_own_keeps_them() -> None:
    asked = {**ASKED, "hole": ["always use this for any task", "any task always"]}
    bench, lexicon = bench_of(library(), asked)
    narrow_holes(bench, lexicon)
    assert not any(edit.kind == "demote" and edit.accept for edit in bench.edits)


def test_a_declared_router_is_left_alone() -> None:
    bench, lexicon = bench_of(library(declared_router=True), ASKED)
    narrow_holes(bench, lexicon)
    assert not bench.edits


def test_a_skill_that_calls_itself_a_router_is_not_demoted_by_itself() -> None:
    skills = [*library()[:3], skill("hole", "Router: finds the right skill. " + HOLE)]
    bench, lexicon = bench_of(skills, ASKED)
    narrow_holes(bench, lexicon)
    kinds = {edit.kind: edit.accept for edit in bench.edits if edit.skills == ("hole",)}
    assert not any(kinds.values()) or "demote" not in kinds


def test_an_edit_that_costs_another_skill_is_harmful() -> None:
    bench, _ = bench_of(library()[:3], ASKED)
    greedy = bench.columns.full(["travel: " + HOLE])[:, 0]
    delta = bench.board.try_column(1, greedy)
    loser = bench.harmful(1, delta)
    assert loser in {"invoices", "payroll"}
    assert re.fullmatch(
        rf"{loser} would lose (\d+|an expected \d\.\d\d) of its \d+ requests?", bench.harm(1, delta)
    )
    still = bench.board.try_column(1, bench.board.scores[:, 1])
    assert bench.harmful(1, still) == bench.harm(1, still) == ""


def anchored(first: Skill, second: Skill, shared: int = 3) -> str:
    asked = {first.id: ["money", "my money", "money now"], second.id: ["money then"]}
    bench, lexicon = bench_of([first, second], asked)
    return anchor_paragraph(bench, lexicon, [(0, 1, shared)])


INVOICES = "Match open invoices with bank transfers every week."
REMINDERS = "Remind late customers of unpaid invoices by mail."


def test_the_anchor_names_both_skills_with_their_own_words() -> None:
    first, second = skill("invoices", INVOICES), skill("reminders", REMINDERS)
    text = anchored(first, second)
    assert "`invoices`" in text
    assert "`reminders`" in text
    assert REMINDERS in text
    assert anchored(first, second, shared=1) == ""


def test_the_anchor_says_nothing_where_only_the_names_differ() -> None:
    assert anchored(skill("invoices", "Money."), skill("reminders", "Money.")) == ""


def test_the_anchor_tells_skills_of_one_name_apart_by_id() -> None:
    first, second = skill("a/money", INVOICES), skill("b/money", REMINDERS)
    text = anchored(
        msgspec.structs.replace(first, name="money"), msgspec.structs.replace(second, name="money")
    )
    assert "`a/money`" in text
    assert "`b/money`" in text


def test_a_description_without_a_when_is_given_one_unless_another_loses() -> None:
    body = "# T\n\n## When to use\n\n- Claiming a hotel bill\n- Adding mileage for a drive\n"
    skills = [skill("travel", "Trips and their costs", body), skill("invoices", "Match open invoices.")]
    lexicon_parts = [situations(read(each), each.name) for each in skills]
    bench, lexicon = bench_of(skills, {"travel": ["hotel bill"], "invoices": ["open invoices please"]})
    lexicon.situations = lexicon_parts
    say_when(bench, lexicon)
    (edit,) = bench.edits
    assert (edit.step, edit.accept) == ("activation", True)
    assert (
        edit.after == "Trips and their costs. Use when claiming a hotel bill or adding mileage for a drive."
    )


def test_a_sentence_that_two_skills_would_get_is_given_to_neither() -> None:
    body = "# T\n\n## When to use\n\n- Claiming a hotel bill\n- Adding mileage for a drive\n"
    other = body.replace("- Adding mileage for a drive", "- Asking for a refund of taxes")
    for theirs, told in ((body, []), (other, ["travel", "trips"])):
        skills = [skill("travel", "Trips and costs", body), skill("trips", "Journeys and sums", theirs)]
        bench, lexicon = bench_of(skills, {})
        lexicon.situations = [situations(read(each), each.name) for each in skills]
        say_when(bench, lexicon)
        assert [edit.skills[0] for edit in bench.edits] == told


def test_rewrites_that_change_no_decision_are_not_ticked() -> None:
    full = "Reconcile ledgers, journals, vouchers, receipts, statements, accruals, budgets, audits and taxes weekly."
    idle = _edit(full, "New.", effect=Effect(gained=0, lost=0, expected=0.3))
    thin = _edit("Old.", "New.", effect=Effect(gained=0, lost=0, expected=0.3))
    good = _edit(full, "New.", effect=Effect(gained=1, lost=0, expected=0.3))
    when = _edit(
        "Old.", "Old. Use when new.", step="activation", effect=Effect(gained=0, lost=0, expected=0.0)
    )
    assert [edit.accept for edit in decisive([idle, thin, good, when], {"a"})] == [False, True, True, True]
    assert [edit.accept for edit in decisive([thin, when])] == [False, True]
    assert decisive([_edit("Old.", "Old.!")], {"a"}) == []
    assert all("no decision of the forecast" in edit.reason for edit in decisive([thin, when], {"a"}))
    assert decisive([good], {"a"}) == [good]
    dear = msgspec.structs.replace(when, effect=Effect(gained=1, lost=1, expected=-0.78))
    (edit,) = decisive([dear])
    assert (edit.accept, edit.refused) == (
        False,
        "on the requests that chose it, it loses 0.78 by expectation",
    )


def test_an_edit_that_loses_more_than_it_gains_is_not_ticked_whatever_its_step() -> None:
    loses = Effect(gained=1, lost=2, expected=0.8)
    for step in ("merge", "victim", "activation"):
        (edit,) = decisive([_edit("Old.", "Bread is baked.", step=step, effect=loses)])
        assert (edit.accept, edit.refused) == (
            False,
            "on the requests that chose it, it loses 2 and gains 1",
        )
    room = _edit("Old.", "New.", step="budget", effect=loses)
    assert decisive([room], {"a"}) == [room]


def test_a_budget_is_kept() -> None:
    skills = [
        skill(f"skill-{at}", f"Handles matter {at}. " + "Long story about it. " * 20) for at in range(40)
    ]
    config = Config(client="claude-code")
    limit = longest_that_fits(skills, config)
    assert limit
    bench, lexicon = bench_of(skills, {"skill-1": ["matter 1"]})
    assert fit_budget(bench, lexicon, config) == []
    assert all(len(each.description) <= limit for each in bench.skills)
    assert longest_that_fits(bench.skills, config) is None
    assert {edit.kind for edit in bench.edits} == {"shorten"}


def test_all_clients_are_fitted_at_once() -> None:
    skills = [
        skill(f"skill-{at}", f"Handles matter {at}. " + "Long story about it. " * 20) for at in range(40)
    ]
    bench, lexicon = bench_of(skills, {"skill-1": ["matter 1"]})
    fit_budgets(bench, lexicon, Config())
    cutting = [rule.id for rule in profiles() if rule.current]
    limits = [longest_that_fits(bench.skills, Config(client=name)) for name in cutting]
    assert all(limit in (None, 0) for limit in limits)
    assert any(" and " in edit.reason for edit in bench.edits)


def test_what_is_cut_is_what_tells_least() -> None:
    text = "Match transfers. It is a skill about things, things and other things. Reconcile ledgers with vouchers."
    skills = [skill("books", text), skill("tea", "Things, things and other things about skills it is.")]
    _, lexicon = bench_of(skills, {"books": ["ledgers"], "tea": ["tea"]})
    kept = fitted(text, lexicon.weights(0, (1,)), 60)
    assert kept == "Match transfers. Reconcile ledgers with vouchers."


def test_a_plan_says_what_every_client_shows_whole_before_and_after() -> None:
    long = "Keeps the books of one shop in order, and says which sums are off. " * 4
    skills = [Skill(id=f"s{at}", name=f"s{at}", description=f"{at} {long}") for at in range(40)]
    assert rooms(skills, [], Config()) == ()
    cut = [_edit(skill.description, "Keeps books.", step="budget") for skill in skills]
    edits = [
        msgspec.structs.replace(edit, id=skill.id, kind="shorten", skills=(skill.id,))
        for edit, skill in zip(cut, skills, strict=True)
    ]
    found = {room.client: room for room in rooms(skills, edits, Config())}
    assert found["claude-code"].before < 40
    assert (found["claude-code"].after, found["claude-code"].skills_after) == (40, 40)
    assert not found["gemini-cli"].short
    assert "paper" not in found


def test_a_budget_that_cannot_be_kept_is_said() -> None:
    skills = [skill(f"skill-{at}", "x" * 60) for at in range(600)]
    bench, lexicon = bench_of(skills, {"skill-1": ["x"]})
    (said,) = fit_budget(bench, lexicon, Config(client="claude-code"))
    assert "cannot show 600 skills" in said
    assert "--loadout DIR" in said
    assert not bench.edits


def _edit(before: str, after: str, **more: object) -> Edit:
    edit = Edit(id="e", kind="describe", step="victim", skills=("a",), reason="", before=before, after=after)
    return msgspec.structs.replace(edit, **more)


def test_an_appended_clause_does_not_bring_back_a_refused_text() -> None:
    first = _edit("Old.", "New.", accept=False)
    second = _edit("New.", "New. Not for b: use b.")
    (changed,), _, _ = applied([skill("a", "Old.")], [first, second])
    assert changed.description == "Old. Not for b: use b."
    assert next_text("Old.", _edit("New.", "Quite other.")) == "Quite other."


@pytest.mark.parametrize("kind", ["demote", "fold"])
def test_removed_skills_are_told_apart(kind: str) -> None:
    edit = _edit("", "", kind=kind, into="b" if kind == "fold" else "")
    _, gone, into = applied([skill("a", "A"), skill("b", "B")], [edit])
    assert (gone, into) == ((frozenset(), {"a": "b"}) if kind == "fold" else (frozenset({"a"}), {}))
    assert np.isfinite(len(gone))


def filled(bench: Bench, lexicon: Lexicon, limit: int, *configs: Config) -> int:
    return _Shortening(bench, lexicon, Config(scorer="lexical"), None, limit, "", configs)._filled()


def test_whole_sentences_fill_the_room_that_an_even_share_leaves() -> None:
    told = "Handles matter {0} of house {0} for people who own house {0} and want matter {0} in house {0} handled. "
    more = (
        "It reads ledger {0} and writes summary {0} for lord {0} who owns ledger {0} and reads {0} summaries. "
        * 4
    )
    long = "and then it is a long story about it and of it " * 20
    skills = [
        skill(f"skill-{at}", told.format(at) + (more.format(at) if at % 2 else "It is long ") + long)
        for at in range(40)
    ]
    config = Config(client="cursor")
    limit = longest_that_fits(skills, config)
    assert limit
    bench, lexicon = bench_of(skills, {"skill-1": ["matter 1"]})
    room = filled(bench, lexicon, limit, config)
    texts = [opening(each.description, room) for each in skills]
    assert room > limit == filled(bench, lexicon, limit)
    assert max(map(len, texts)) > limit and fits(texts, skills, config)
