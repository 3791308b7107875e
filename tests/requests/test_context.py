"""Lines that do not say what they are about get a word of their skill's subject."""

from __future__ import annotations

from skillaudit.requests.context import Context
from skillaudit.requests.gathering import gather, is_proof
from skillaudit.schema import Skill
from tests.requests.libraries import library, skill

BODY = "Every dashboard has panels; a dashboard is shared.\n## When to use\n- {}\n"
FILLER = [skill(f"other{i}", f"Bakes bread of the {i}th kind.") for i in range(3)]


def shelf(line: str) -> list[Skill]:
    return [
        skill("grafana-boards", "Lays out a Dashboard with panels for grafana.", BODY.format(line)),
        skill("report-writer", "Writes a report about a dashboard with panels."),
        *FILLER,
    ]


def queries(line: str) -> list[str]:
    return [request.query for request in gather(library(*shelf(line))).requests if request.source == "mined"]


def test_a_line_without_its_subject_gets_it() -> None:
    assert queries("Add a filter by country") == ["Dashboard: Add a filter by country"]


def test_a_line_that_says_what_it_is_about_stays() -> None:
    assert queries("Add a filter to these panels") == ["Add a filter to these panels"]


def test_the_word_is_neither_the_name_nor_the_skills_alone() -> None:
    context = Context(shelf("x"))
    assert context.told("Add a filter", "report-writer") == "Add a filter", "its body says neither word"
    only = [skill("grafana-boards", "Lays out panels for grafana.", BODY.format("x")), *FILLER]
    assert Context(only).told("Add a filter", "grafana-boards") == "Add a filter"


def test_a_word_of_all_descriptors_says_nothing() -> None:
    many = [skill(f"kind{i}", "Lays out panels.", " panels panels") for i in range(4)]
    assert Context(many).told("Add a filter", "kind0") == "Add a filter"


def test_users_own_questions_stay() -> None:
    for line in ("Which countries bought less in May?", "Show me sales by country"):
        assert queries(line) == [line]


def test_other_scripts_stay() -> None:
    assert Context(shelf("x")).told("添加一个过滤器", "grafana-boards") == "添加一个过滤器"


def test_equal_lines_of_two_skills_are_folded_as_they_stand() -> None:
    line = "Add a filter by country"
    second = skill("report-writer", "Writes a report about a dashboard with panels.", BODY.format(line))
    found = gather(library(shelf(line)[0], second, *FILLER)).requests
    shared = [request for request in found if request.query == line]
    assert [len(request.gold) for request in shared] == [2]


def test_halves_go_by_what_is_asked() -> None:
    found = gather(library(*shelf("Add a filter by country"))).requests
    assert all(request.proof == is_proof(request.query) for request in found)


def test_short_words_of_any_language_are_no_subject() -> None:
    both = [skill(f"name{i}", "Kuchen für Gäste, SQL", " für für für SQL") for i in range(2)]
    others = [skill(f"kind{i}", f"Looks after bread {i}") for i in range(9)]
    assert Context([*both, *others]).told("Add a filter", "name0") == "SQL: Add a filter"
