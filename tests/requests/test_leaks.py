from __future__ import annotations

import pytest

from skillaudit.requests.leaks import LeakFilter
from tests.requests.libraries import skill

SKILLS = (
    skill(
        "ab-testing", "Plan experiments that compare two versions of a page and read their results honestly."
    ),
    skill("pdf", "Reads and fills documents."),
    skill("docx", "Writes documents."),
    skill("invoice-approval-flow", "Moves bills past the people who sign them."),
    skill("table-approval", "Asks for approval of tables."),
    skill("form-approval", "Asks for approval of forms."),
    skill("quokkalyzer", "Counts small animals on pictures."),
    skill("核对发票", "将发票与银行流水核对并列出差异"),
)


@pytest.fixture(scope="module")
def leaks() -> LeakFilter:
    return LeakFilter(SKILLS)


@pytest.mark.parametrize(
    ("query", "skill", "named"),
    [
        ("run the ab-testing skill on this page", "ab-testing", True),
        ("AB-Testing please", "ab-testing", True),
        ("ab testing of our page", "ab-testing", False),
        ("grab-testing-kits for the lab", "ab-testing", False),
        ("merge these two pdf files", "pdf", False),
        ("use the PDF skill to merge these", "pdf", True),
        ("/pdf merge these two", "pdf", True),
        ("what does the skill `pdf` do", "pdf", True),
        ("docx to pdf please", "docx", False),
    ],
)
def test_calling_a_skill_by_its_identifier(leaks: LeakFilter, query: str, skill: str, named: bool) -> None:
    assert leaks.names(query, skill) is named


@pytest.mark.parametrize(
    ("query", "skill", "leaked"),
    [
        # two telling words of the name, in any form and order
        ("a flow for each invoice that comes in", "invoice-approval-flow", True),
        ("invoices go through many flows here", "invoice-approval-flow", True),
        # one telling word; approval belongs to three skills and tells nothing
        ("get approval for this invoice", "invoice-approval-flow", False),
        # a name of one word that nobody else uses
        ("count what is on it with quokkalyzer", "quokkalyzer", True),
        ("quokkalyzers count more than wallabies", "quokkalyzer", False),
        ("count the wallabies on my holiday pictures", "quokkalyzer", False),
        # short words tell nothing
        ("fill this pdf for me", "pdf", False),
        # cut out of the description
        ("compare two versions of a page", "ab-testing", True),
        ("please compare two versions of a page today", "ab-testing", True),
        ("two versions of one leaflet, which one sells", "ab-testing", False),
        # most of the description's words
        (
            "small pictures on which animals are counted: counts animals on small pictures",
            "quokkalyzer",
            True,
        ),
        ("将发票与银行流水核对并列出差异", "核对发票", True),
        ("这个月的账对不上", "核对发票", False),
    ],
)
def test_lines_of_the_author_are_held_to_more(
    leaks: LeakFilter, query: str, skill: str, leaked: bool
) -> None:
    assert leaks.leaks(query, skill) is leaked


def test_a_skill_without_words_leaks_nothing() -> None:
    bare = skill("!!", " ", id="x")
    assert not LeakFilter([bare]).leaks("anything at all goes here", "x")


@pytest.mark.parametrize(
    ("line", "skill", "mentioned"),
    [
        ("Assumes that invoice-approval-flow has run", "table-approval", True),
        ("Hand over to `Form-Approval`.", "table-approval", True),
        ("Ask for the signature that table-approval needs", "table-approval", False),
        ("invoice approval flow for tables", "table-approval", False),
        ("a re-invoice-approval-flow-like thing", "table-approval", False),
        ("what the pdf says", "table-approval", False),
        ("read ab-testing_results", "table-approval", False),
    ],
)
def test_lines_that_speak_of_another_skill(leaks: LeakFilter, line: str, skill: str, mentioned: bool) -> None:
    assert leaks.mentions(line, skill) is mentioned


def test_an_identifier_that_three_descriptors_use_is_the_name_of_a_thing() -> None:
    users = [skill(f"s{n}", "Trains models with scikit-learn.") for n in range(3)]
    assert not LeakFilter([skill("scikit-learn", "Learns."), *users]).mentions("fit with scikit-learn", "s0")
    assert LeakFilter([skill("scikit-learn", "Learns."), *users[1:]]).mentions("fit with scikit-learn", "s1")
    assert not LeakFilter([skill("post-processing", "Plots."), *users]).mentions(
        "before post-processing it", "s0"
    )
