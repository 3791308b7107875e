"""The plan's state: what is accepted, what cannot be, what is known of it, and its rows."""

from __future__ import annotations

import msgspec

from skillaudit.optimize.records import Edit
from skillaudit.tui.planning import ANCHOR, TREE, PlanRow, PlanTab
from tests.tui import plans


def made(**found: object) -> PlanTab:
    plan = PlanTab(plans.Planner())
    plan.take(plans.StandIn(msgspec.structs.replace(plans.optimisation(anchor=plans.ANCHOR), **found)))
    return plan


def row(plan: PlanTab, key: str) -> PlanRow:
    return next(row for row in plan.rows() if row.key == key)


def test_without_a_plan_there_is_nothing() -> None:
    plan = PlanTab()
    assert plan.found is None and plan.rows() == [] and plan.edits == () and plan.judged is None
    assert plan.proposed == frozenset() and plan.about("pdf-forms") == []


def test_it_begins_with_what_the_optimiser_accepts() -> None:
    plan = made()
    assert plan.proposed == {"merge-1", "narrow-1", "boundary-1", ANCHOR}
    assert [edit.accept for edit in plan.edits] == [True, True, True, False, False]
    assert plan.edits == plans.EDITS
    assert not plan.accepts(TREE) and plan.accepts(ANCHOR)
    assert plan.judged is plan.found
    recommended = made(hierarchy=msgspec.structs.replace(plans.TREE, recommended=True))
    assert recommended.accepts(TREE)
    assert not made(anchor="").accepts(ANCHOR)


def test_an_edit_is_refused_and_accepted_by_hand() -> None:
    plan = made()
    assert plan.toggle(row(plan, "boundary-1")) == ""
    assert plan.toggle(row(plan, "boundary-2")) == ""
    edits = {edit.id: edit for edit in plan.edits}
    assert (edits["boundary-1"].accept, edits["boundary-1"].refused) == (False, "refused by hand")
    assert (edits["boundary-2"].accept, edits["boundary-2"].refused) == (True, "")
    assert plan.original("boundary-2") == plans.EDITS[3]
    assert plan.about("deploy-preview") == [edits["boundary-2"]]
    plan.toggle(row(plan, "boundary-1"))
    plan.toggle(row(plan, "boundary-2"))
    assert plan.edits == plans.EDITS


def test_the_tree_and_the_paragraph_are_accepted_apart_from_the_edits() -> None:
    plan = made()
    known = plan.judged
    plan.toggle(row(plan, TREE))
    plan.toggle(row(plan, ANCHOR))
    assert plan.accepts(TREE) and not plan.accepts(ANCHOR)
    assert plan.judged is known, "neither changes what is forecast"
    assert not plan.toggle_all() and plan.accepts(TREE)
    assert plan.toggle_all() and plan.accepts(TREE) and not plan.accepts(ANCHOR)


def test_all_off_and_back_to_what_is_proposed() -> None:
    plan = made()
    plan.toggle(row(plan, "boundary-2"))
    assert not plan.toggle_all()
    assert not any(edit.accept for edit in plan.edits)
    assert plan.toggle_all()
    assert plan.edits == plans.EDITS, "an edit that the plan refuses is not accepted in bulk"


def test_rows_that_cannot_be_accepted_say_why() -> None:
    plan = made()
    assert "nothing to accept" in plan.toggle(row(plan, "summary"))
    assert "its author's work" in plan.toggle(row(plan, "narrow-2"))
    assert row(plan, "narrow-2").accepted is None
    assert plan.edits == plans.EDITS


def test_two_edits_that_exclude_each_other_are_not_both_accepted() -> None:
    fold = plans.EDITS[0]
    rewrite = Edit(
        id="b", kind="describe", step="boundary", skills=("sql-explain",), reason="", after="x", accept=False
    )
    into = msgspec.structs.replace(fold, id="c", skills=("log-search",), into="sql-explain", accept=False)
    plan = made(edits=(fold, rewrite, into))
    assert plan.toggle(row(plan, "b")) == "merge-1 folds sql-explain away: refuse that first."
    assert plan.toggle(row(plan, "c")) == "merge-1 folds sql-explain away: refuse that first."
    plan.toggle(row(plan, "merge-1"))
    assert plan.toggle(row(plan, "b")) == "" and plan.toggle(row(plan, "merge-1")) == (
        "b changes sql-explain, which this edit folds away: refuse that first."
    )
    plan.toggle(row(plan, "b"))
    assert plan.toggle(row(plan, "merge-1")) == ""


def test_what_was_proved_is_remembered_by_what_was_accepted() -> None:
    plan = made()
    first = plan.wanted
    plan.toggle(row(plan, "boundary-1"))
    assert plan.judged is None and plan.wanted == {"merge-1", "narrow-1"}
    proved = plans.optimisation(plan.edits)
    plan.learn(plan.wanted, proved)
    assert plan.judged is proved
    plan.toggle(row(plan, "boundary-1"))
    assert plan.wanted == first and plan.judged is plan.found


def test_a_new_plan_forgets_the_old_one() -> None:
    plan = made()
    plan.toggle_all()
    plan.fold(row(plan, TREE), True)
    plan.error = ValueError("no")
    plan.take(plans.StandIn(plans.optimisation(plans.EDITS[:1], None)))
    assert plan.error is None and plan.accepts("merge-1")
    assert [row.key for row in plan.rows()] == ["summary", "merge-1"]


def test_rows_are_the_figures_the_edits_the_tree_and_the_paragraph() -> None:
    plan = made()
    edits = [edit.id for edit in plans.EDITS]
    assert [row.key for row in plan.rows()] == ["summary", *edits, TREE, ANCHOR]
    assert [row.key for row in plan.rows(lambda edit: edit.kind == "boundary")] == [
        "boundary-1",
        "boundary-2",
    ]


def test_edits_are_listed_as_they_build_on_each_other_or_by_what_they_bring() -> None:
    plan = made()
    plan.by_gain = True
    keys = [row.key for row in plan.rows()]
    assert keys == ["summary", "narrow-1", "boundary-1", "merge-1", "narrow-2", "boundary-2", TREE, ANCHOR]
    assert plan.edits == plans.EDITS, "an export keeps the plan's order"


def test_the_tree_unfolds_level_by_level() -> None:
    plan = made()
    assert plan.fold(row(plan, TREE), True)
    nodes = [row for row in plan.rows() if row.what == "node"]
    assert [(node.key, node.depth) for node in nodes] == [
        ("hierarchy/pdf-files", 1),
        ("hierarchy/shipping", 1),
    ]
    assert plan.fold(nodes[1], True) and plan.fold(row(plan, "hierarchy/shipping/risky"), True)
    leaf = row(plan, "hierarchy/shipping/risky/deploy-canary")
    assert leaf.depth == 3 and leaf.node is not None and leaf.node.skill
    assert not plan.fold(leaf, True) and not plan.fold(row(plan, "merge-1"), True)
    plan.fold(row(plan, TREE), False)
    assert not any(row.what == "node" for row in plan.rows())
