"""State: filter, sort, marks, selection and the cluster tree, without a screen."""

from __future__ import annotations

import pytest

from skillaudit.page.index import NOISE, Index
from skillaudit.tui.sieve import Sieve, matches
from skillaudit.tui.state import SORT_BY_ID, SORTS, ClusterRow, ReportState, sort_skills
from tests.tui import reports


@pytest.fixture
def session() -> ReportState:
    """Return a session on the small library."""
    return ReportState(reports.small())


def ids(rows: object) -> list[str]:
    """Return the ids of skill rows."""
    return [row.id for row in rows]  # type: ignore[attr-defined]  # as it comes


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("pdf", True),
        ("PDF forms", True),
        ("pdf zebra", False),
        ("!zebra", True),
        ("!pdf", False),
        ("fill !forms", False),
        ("!", False),
    ],
)
def test_every_word_must_be_there_and_negated_ones_absent(query: str, found: bool) -> None:
    assert matches("pdf-forms\nfill in forms", query) is found


def test_what_is_typed_on_is_found_among_what_was_found() -> None:
    words = ["pdf forms", "pdf", "forms", "form", "other"]
    sieve = Sieve(range(len(words)), words)
    for query in (
        "f",
        "fo",
        "for",
        "form",
        "forms",
        "form !pdf",
        "form !p",
        "fo",
        "",
        "p f",
        "!form",
        "x",
        "pdf",
    ):
        alone = [at for at, text in enumerate(words) if matches(text, query)]
        assert list(sieve.find(query)) == alone, query


def test_filter_looks_into_name_description_category_and_cluster(session: ReportState) -> None:
    for query in ("pdf-redact", "black out names", "pages"):
        session.query = query
        assert "pdf-redact" in ids(session.skill_rows())
    session.query = "zebra"
    assert list(session.skill_rows()) == []


def test_skills_without_a_value_come_last_in_both_directions(session: ReportState) -> None:
    sort = SORT_BY_ID["loses"]
    down = sort_skills(session.index, session.report.skills, sort, reverse=False)
    up = sort_skills(session.index, session.report.skills, sort, reverse=True)
    assert down[-1].id == up[-1].id == "legacy-import"
    rates = [skill.victim_rate for skill in down[:-1]]
    assert rates == sorted(rates, key=lambda rate: -(rate or 0.0))
    assert ids(up[:-1])[0] == ids(down[:-1])[-1]


@pytest.mark.parametrize("sort", SORTS, ids=lambda sort: sort.id)
def test_each_sort_orders_by_its_value(session: ReportState, sort: object) -> None:
    order = sort_skills(session.index, session.report.skills, sort, reverse=False)  # type: ignore[arg-type]  # a case
    values = [sort.value(session.index, skill) for skill in order]  # type: ignore[attr-defined]  # as it comes
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=sort.descending)  # type: ignore[attr-defined]  # as it comes
    assert values[len(known) :] == [None] * (len(values) - len(known))


def test_sorting_goes_round_and_back_to_the_natural_direction(session: ReportState) -> None:
    session.reverse = True
    seen = []
    for _ in SORTS:
        session.next_sort()
        seen.append(session.sort.id)
        assert session.reverse is False
    assert seen == [*(sort.id for sort in SORTS[1:]), SORTS[0].id]


def test_asking_for_the_same_sort_turns_it_round(session: ReportState) -> None:
    session.sort_by("name")
    assert session.sort_label == "name ↑"
    first = ids(session.skill_rows())[0]
    session.sort_by("name")
    assert session.sort_label == "name ↓"
    assert ids(session.skill_rows())[-1] == first
    session.sort_by("takes")
    assert session.sort_label == "takes ↓"


def test_clusters_are_folded_until_opened(session: ReportState) -> None:
    rows = session.cluster_rows()
    assert [row.cluster.index if row.cluster else NOISE for row in rows] == [0, 1, 2, 3, 4, NOISE]
    session.open_clusters.add(1)
    rows = session.cluster_rows()
    inside = [row for row in rows if row.skill]
    assert {row.skill.id for row in inside if row.skill} == set(session.report.clusters[1].skills)
    rates = [row.skill.victim_rate or 0.0 for row in inside if row.skill]
    assert rates == sorted(rates, reverse=True)


def test_a_filter_opens_the_clusters_on_their_matches(session: ReportState) -> None:
    session.query = "canary"
    rows = session.cluster_rows()
    assert [row.key for row in rows] == ["cluster:1", "deploy-canary"]
    assert rows[0].size == 1


def test_manual_only_skills_are_not_counted_as_in_no_cluster(session: ReportState) -> None:
    last = session.cluster_rows()[-1]
    assert isinstance(last, ClusterRow) and last.cluster is None
    assert last.size == session.report.noise == 5


def test_black_holes_come_by_weight_then_by_structure_then_declared(session: ReportState) -> None:
    assert [hole.skill for hole in session.black_hole_rows()] == ["assistant-helper", "unit-tests", "router"]
    session.query = "router"
    assert [hole.skill for hole in session.black_hole_rows()] == ["router"]


def test_findings_come_worst_first_and_filter_by_code_and_skill(session: ReportState) -> None:
    assert [finding.severity for finding in session.finding_rows()] == ["error"] * 2 + ["warning"] * 4 + [
        "info"
    ]
    session.query = "sa202"
    assert [finding.code for finding in session.finding_rows()] == ["SA202"]
    session.query = "pdf-sign"
    assert [finding.code for finding in session.finding_rows()] == ["SA202"]


def test_selecting_ignores_what_is_not_there(session: ReportState) -> None:
    session.select("pdf-forms")
    session.select("nobody")
    assert session.selected == "pdf-forms"


def test_reveal_clears_only_a_filter_that_hides(session: ReportState) -> None:
    session.query = "pdf"
    assert session.reveal("pdf-sign") is False
    assert session.query == "pdf"
    assert session.reveal("router") is True
    assert session.query == ""


def test_marks_toggle_and_copy_in_the_order_of_the_report(session: ReportState) -> None:
    for skill in ("pdf-sign", "router", "pdf-forms", "router"):
        session.toggle_mark(skill)
    assert session.marked_text() == "pdf-forms\tpdf-forms/SKILL.md\npdf-sign\tpdf-sign/SKILL.md\n"


def test_a_new_report_keeps_the_place_as_far_as_it_still_exists(session: ReportState) -> None:
    session.query = "pdf"
    session.sort_by("name")
    session.marks = {"pdf-forms", "router"}
    session.select("router")
    session.open_clusters = {0, NOISE, 99}
    later = ReportState(reports.one())
    later.carry_over(session)
    assert (later.query, later.sort.id, later.marks, later.selected) == ("pdf", "name", {"pdf-forms"}, None)
    assert later.open_clusters == set()


def test_index_knows_pairs_inside_clusters_and_losses() -> None:
    index = Index(reports.small())
    pairs = index.pairs_inside[0]
    weights = [pair.a_to_b + pair.b_to_a for pair in pairs]
    assert weights == sorted(weights, reverse=True) and len(pairs) == 4
    rival = index.skills["pdf-forms"].rivals[0]
    assert index.loss("pdf-forms", rival.id) == rival.loses_to
    assert index.loss("pdf-forms", "router") is None
    assert index.has_map and not Index(reports.small(positions=False)).has_map
