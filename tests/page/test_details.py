"""Documents about skills, clusters, black holes and findings: they say what the report says."""

from __future__ import annotations

import pytest

from skillaudit.page.blocks import Block
from skillaudit.page.details import place_text
from skillaudit.page.forecast import law_words
from skillaudit.page.index import Index
from skillaudit.page.layout import layout
from skillaudit.page.lines import Span
from skillaudit.page.markdown import render as to_markdown
from skillaudit.page.report import document, pane
from skillaudit.schema import BlackHole, Finding, LawForm, Location, Report, SkillReport
from skillaudit.tui.state import ClusterRow, ReportState, row_document
from skillaudit.tui.status import empty_blocks
from tests.tui import reports

Row = SkillReport | ClusterRow | BlackHole | Finding


def drawn(index: Index, row: Row | None, width: int = 80) -> tuple[str, list[Span]]:
    """Return a row's document as text, and its links."""
    lines = layout(row_document(index, row), width)
    links = [span for line in lines for span in line if span.link]
    return "\n".join("".join(span.text for span in line).rstrip() for line in lines), links


@pytest.fixture
def index() -> Index:
    """Return an index of the small library."""
    return Index(reports.small())


def test_a_skill_shows_text_rivals_and_requests(index: Index) -> None:
    skill = index.skills["pdf-forms"]
    text, links = drawn(index, skill)
    assert f"pdf-forms: {skill.description}" in text.replace("\n", " ")
    assert "loses         34% (26 to 44) of its 8 requests" in text
    rival = skill.rivals[0]
    assert {span.link for span in links} >= {rival.id for rival in skill.rivals}
    assert "its own" in text and rival.own_terms[0] in text
    assert skill.lost[0].query in text and f"→ {skill.lost[0].taken_by}" in text
    assert f"→ meant for {skill.stolen[0].gold}" in text
    assert "SA202" in text and "Remedy: Say in each" in text


def test_a_manual_skill_has_no_forecast(index: Index) -> None:
    text, _ = drawn(index, index.skills["legacy-import"])
    assert "does not compete" in text
    assert "Forecast" not in text


def test_an_unjudged_skill_says_so(index: Index) -> None:
    import msgspec

    skill = msgspec.structs.replace(index.skills["pdf-forms"], victim_rate=None)
    assert "not judged" in drawn(index, skill)[0]


def test_a_small_cluster_shows_who_takes_from_whom(index: Index) -> None:
    cluster = index.report.clusters[0]
    text, links = drawn(index, ClusterRow(cluster, None))
    assert "lost inside   31.0%" in text
    first, second = cluster.skills[:2]
    loss = index.loss(first, second)
    row = next(line for line in text.splitlines() if line.split()[:2] == ["1", first])
    assert loss and f"{100 * loss:.0f}%" in row
    assert "which of" in text
    assert {span.link for span in links} == set(cluster.skills)


def test_a_large_cluster_shows_pairs_and_members_only(index: Index) -> None:
    import msgspec

    cluster = msgspec.structs.replace(index.report.clusters[0], skills=tuple(index.skills)[:29] * 2)
    text, _ = drawn(index, ClusterRow(cluster, None))
    assert "share of a row's requests" not in text
    assert "and 28 skills more" in text


def test_black_holes_name_victims_and_phrases(index: Index) -> None:
    hole, declared = index.report.black_holes
    text, links = drawn(index, hole)
    assert "takes         21 requests of others, 8.3% of all" in text
    assert "any task · whenever the user needs help" in text
    assert [span.link for span in links][: len(hole.victims)] == list(hole.victims)
    assert "declared router" in drawn(index, declared)[0]
    assert "no request shows it yet" in drawn(index, index.report.over_general[0])[0]


def test_findings_name_places_evidence_and_remedy(index: Index) -> None:
    text, links = drawn(index, index.report.findings[1])
    assert "pdf-forms/SKILL.md:3" in text and "pdf-sign/SKILL.md:3" in text
    assert "21% of pdf-forms' requests" in text and "1c9e77d0" in text
    assert [span.link for span in links] == ["pdf-forms", "pdf-sign"]


def test_nothing_is_said_about_no_row(index: Index) -> None:
    assert row_document(index, None) == []


def every_document(report: Report) -> list[list[Block]]:
    """Return the documents of all rows of all lists."""
    session = ReportState(report)
    session.open_clusters = set(session.index.clusters) | {-1}
    rows: list[Row] = [
        *session.skill_rows(),
        *session.cluster_rows(),
        *session.black_hole_rows(),
        *session.finding_rows(),
    ]
    documents: list[list[Block]] = [list(row_document(session.index, row)) for row in rows]
    return [*documents, pane(report, "forecast"), pane(report, "library"), empty_blocks(report)]


@pytest.mark.parametrize("report", [reports.hostile(), reports.small(), reports.one(), reports.broken()])
@pytest.mark.parametrize("width", [24, 56, 100])
def test_no_document_lets_control_characters_through(report: Report, width: int) -> None:
    for blocks in every_document(report):
        text = "".join(span.text for line in layout(blocks, width) for span in line)
        assert all(char.isprintable() or char == "\u200d" for char in text)
        markdown = to_markdown(blocks)
        assert all(char.isprintable() or char in "\n\u200d" for char in markdown)


def test_overview_says_what_the_forecast_rests_on() -> None:
    report = reports.small()
    text = to_markdown([*pane(report, "forecast"), *pane(report, "library")]).replace("\\", "")
    assert "- right skill: 84% (78 to 90)" in text
    assert "black holes: 3.7%, that swallow" in text
    assert "29 of 29 skills that compete have requests" in text and "7 that name a skill" in text
    assert "| drafts/SKILL.md | empty file |" in text
    assert "| 29 | 84% (" in text and "with size: each doubling of the library loses" in text
    assert "right falls below 80.0% at 68 (31 to 4,100) skills" in text
    assert "39 (2 to 4,071) more skills of this kind fit" in text
    assert "| Narrow Client | 20 | 6 | 2 | 1 | 119% | 600 tokens |" in text
    assert "outside the range" not in text
    assert "outside the range" in to_markdown(pane(reports.large(500), "forecast"))


def test_an_empty_library_says_where_it_was_looked_for() -> None:
    text = to_markdown(empty_blocks(reports.broken()))
    assert "No skills found." in text and "./skills" in text
    assert "| skill-3/SKILL.md | no name and no description |" in text


def test_a_fitted_form_is_said_in_plain_words() -> None:
    near = {"alpha": 0.97, "kappa": 812.0, "gamma": 0.9, "epsilon": 0.0}
    told = law_words(
        LawForm(form="capacity", parameters=near, r_squared=None, left_out_error=None, chosen=True)
    )
    assert told == "right starts near 97.0% and is at half of that with 812 skills"
    far = law_words(
        LawForm(
            form="capacity",
            parameters={**near, "kappa": 9e6},
            r_squared=0.5,
            left_out_error=None,
            chosen=True,
        )
    )
    assert far.endswith("its half lies beyond 100,000 skills; that explains 50% of the differences")


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (Location(path="a/SKILL.md", line=3), "a/SKILL.md:3"),
        (Location(path="a/SKILL.md", line=3, root="lib/"), "lib/a/SKILL.md:3"),
        (Location(path="all.jsonl.gz:186", line=186), "all.jsonl.gz:186"),
        (
            Location(path="all.jsonl.gz:186", line=186, root="../data/all.jsonl.gz"),
            "../data/all.jsonl.gz:186",
        ),
        (Location(path="all.jsonl:5#2", line=5, root="all.jsonl"), "all.jsonl:5#2"),
        (Location(path="lists/all.jsonl:5", line=5, root="lib"), "lib/lists/all.jsonl:5"),
    ],
)
def test_a_place_names_its_file_and_line_once(place: Location, said: str) -> None:
    assert place_text(place) == said


def test_a_hole_by_its_text_alone_is_said_to_take_nothing(index: Index) -> None:
    import msgspec

    broad = msgspec.structs.replace(index.report.black_holes[0], evidence="structure", families=0.0)
    text, _ = drawn(index, broad)
    assert "too broad by its text alone; no request shows it yet" in text
    assert "takes  " not in text and "expected  " not in text and "0.0  " not in text
    claiming = msgspec.structs.replace(broad, families=3.1)
    assert "3.1 that it claims the ground of" in drawn(index, claiming)[0]
    report = msgspec.structs.replace(index.report, black_holes=(broad,), findings=())
    page = to_markdown(list(document(report, most=None)))
    assert "# Black holes" not in page and "# Too broad" in page and "by their text alone" in page
    assert "| 0.0 |" not in page


def test_where_nothing_judges_no_skill_is_said_to_take_requests(index: Index) -> None:
    import msgspec

    coverage = msgspec.structs.replace(index.report.forecast.coverage, requests=0)
    forecast = msgspec.structs.replace(index.report.forecast, coverage=coverage)
    bare = Index(msgspec.structs.replace(index.report, forecast=forecast))
    assert "takes         not judged" in drawn(bare, index.skills["assistant-helper"])[0]
    assert "takes         not judged" not in drawn(index, index.skills["assistant-helper"])[0]
    page = to_markdown(list(document(bare.report, page=True)))
    assert "(by name)" in page and "(largest first;" in page
    assert "most confused first" not in page and "most requests lost or taken first" not in page
    judged = to_markdown(list(document(index.report, page=True)))
    assert "most confused first" in judged and "most requests lost or taken first" in judged
