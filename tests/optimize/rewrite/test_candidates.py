"""The extractive rewriter: its words are the file's, its length fits, and held-out lines stay unread."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.optimize.rewrite.candidates import about_of, asked_for, by_recipe, candidates, when_of
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.optimize.words.phrasing import (
    BOOKS,
    FUNCTION_WORDS,
    MAX_DESCRIPTION,
    fit,
    language,
    spelled,
    without_generic,
)
from skillaudit.optimize.words.situations import said, situations
from skillaudit.optimize.words.source import brings, restates, source_of, stems
from skillaudit.requests.mining import read
from skillaudit.schema import Skill
from skillaudit.text.words import tokens

WORDS = st.sampled_from(
    (
        "invoice",
        "payment",
        "transfer",
        "hotel",
        "receipt",
        "payslip",
        "report",
        "any",
        "task",
        "请款",
        "для",
        "über",
    )
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=9).map(lambda words: " ".join(words) + ".")
BODIES = st.lists(
    st.one_of(SENTENCES, SENTENCES.map(lambda s: "- " + s), SENTENCES.map(lambda s: "## " + s)), max_size=8
).map("\n".join)
SKILLS = st.builds(
    lambda name, sentences, body: Skill(id=name, name=name, description=" ".join(sentences), body=body),
    st.sampled_from(["invoice-matching", "travel", "pay_roll"]),
    st.lists(SENTENCES, min_size=1, max_size=3),
    BODIES,
)


def lexicon_of(*skills: Skill, queries: tuple[tuple[str, ...], ...] | None = None) -> Lexicon:
    return Lexicon(
        [source_of(skill) for skill in skills],
        [skill.text for skill in skills],
        queries or ((),) * len(skills),
        [skill.name for skill in skills],
        [[phrase for query in own if (phrase := said(query))] for own in queries or ((),) * len(skills)],
        [situations(read(skill), skill.name) for skill in skills],
    )


@settings(deadline=None, max_examples=50)
@given(SKILLS, SKILLS, st.lists(SENTENCES, max_size=4), st.integers(60, 1200), st.booleans())
def test_every_word_comes_from_the_file(
    skill: Skill, rival: Skill, queries: list[str], limit: int, shorten: bool
) -> None:
    lexicon = lexicon_of(skill, rival, queries=(tuple(queries) * 2, ()))
    own = set(tokens(f"{skill.text} {skill.body} {' '.join(queries)}")) | FUNCTION_WORDS
    for text in candidates(skill, 0, lexicon, (1,), limit, shorten=shorten):
        assert set(tokens(text)) <= own
        assert 0 < len(text) <= min(limit, MAX_DESCRIPTION)
        assert "\n" not in text


def test_a_shortened_description_keeps_what_the_skill_is_not_for() -> None:
    skill = Skill(
        id="s",
        name="ledger",
        description="Post supplier invoices in the ledger. Handy at month end. Never for payroll.",
    )
    lexicon = lexicon_of(skill, skill)
    texts = candidates(skill, 0, lexicon, (1,), shorten=True)
    assert "Post supplier invoices in the ledger. Never for payroll." in texts
    assert all("Never for payroll." in text for text in texts)


@pytest.mark.parametrize(
    "line",
    [
        "Load these references as needed when users require invoices, bank invoices, and transfers.",
        "A company skill on bank transfers and invoices takes precedence over invoices here.",
        "Inform the bank of transfers and invoices and wait for invoices and transfers.",
    ],
)
def test_orders_to_the_reader_are_not_quoted(line: str) -> None:
    plain = "Bank transfers and open invoices are matched by amount and by date of transfers."
    body = f"{plain}\n\n{line}\n\n- Open, matched by amount and date: users, company, precedence, bank."
    sentences = source_of(Skill(id="s", name="s", description="Money.", body=body)).sentences
    assert plain in sentences
    assert line not in sentences


def test_a_text_cut_whole_ends_where_a_clause_does() -> None:
    text = "Matches bank transfers with invoices, and flags double payments for the accounts department"
    assert fit(text, 60, whole=True) == "Matches bank transfers with invoices"
    assert fit(text, 30, whole=True) == ""
    assert fit(text, 30) == "Matches bank transfers with"


def test_held_out_lines_are_not_quoted() -> None:
    body = "- Rotate the leaked database password\n- Renew the expired certificate\n- Renew certificate\n"
    skill = Skill(id="s", name="s", description="Secrets.", body=body)
    source = source_of(skill, ["Rotate the leaked database password"])
    assert not any("password" in line for line in source.lines)
    assert "password" not in source.counts
    assert "certificat" in source.counts


def test_what_a_skill_is_not_for_is_not_quoted() -> None:
    body = "## When not to use\n\n- Translating contracts, contracts\n\n## Usage\n\n- Summarise contracts, summarise\n"
    source = source_of(Skill(id="s", name="s", description="Summaries.", body=body))
    assert not any("Translating" in line for line in source.lines)


@pytest.mark.parametrize(
    ("text", "base", "count"),
    [
        (
            "Scan your auth implementation for security holes.",
            "Audit authentication flows for security flaws",
            2,
        ),
        ("Generate video clips using Google's Veo API.", "Generate video using Google Veo (Veo 3.1).", 1),
        ("Provides common string manipulation functions.", "Helpful string manipulation utilities", 1),
        ("Sets up KV namespaces and R2 bindings.", "Generate Cloudflare Workers configuration", 4),
        ("Validates JSON, YAML, and TOML files.", "Parse and validate configuration files", 3),
        ("Manage tasks via td tools.", "Manages tasks.", 0),
    ],
)
def test_what_a_sentence_brings(text: str, base: str, count: int) -> None:
    assert brings(text, base) == count


@pytest.mark.parametrize(
    ("text", "base", "again"),
    [
        ("Validates JSON, YAML and TOML configuration files.", "Parse and validate configuration files", True),
        ("Search and retrieve channel information, growth and prices.", "Search and get channel information", True),
        ("Formats JS, Python and shell scripts.", "Format and lint code files", False),
        ("Merge coverage reports by configuration files.", "Parse and validate configuration files", False),
    ],
)  # fmt: skip
def test_a_sentence_that_says_its_description_again_is_not_added(text: str, base: str, again: bool) -> None:
    assert restates(text, base) is again
    body = f"# Tool\n\n{text}\n"
    helper = Skill(id="s", name="s", description=base, body=body)
    lexicon = Lexicon([source_of(helper)], [helper.text], [()])
    assert (text in about_of(0, lexicon, base)) is (not again)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Drafts invoices, and anything else. Use for payments.", "Drafts invoices. Use for payments."),
        ("Anything you want.", "Anything you want."),
        ("Draws charts. Always use this first.", "Draws charts."),
        ("Draws charts of sales.", "Draws charts of sales."),
        ('Use for "memo", or any request to sum up work.', 'Use for "memo", or any request to sum up work.'),
        ("Draws — bars, or any task that has bars.", "Draws — bars, or any task that has bars."),
        ("Tries ways at once — drafts, and anything else. Draws.", "Tries ways at once — drafts. Draws."),
        (
            "Use for 'sales chart,' 'pie chart,' or anything else. Draws.",
            "Use for 'sales chart,' 'pie chart.' Draws.",
        ),
    ],
)  # fmt: skip
def test_generic_clauses_go_as_a_whole(text: str, left: str) -> None:
    assert without_generic(text) == left


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Use this when the user asks for a report", "en"),
        ("Erstellt Berichte und Tabellen für die Buchhaltung, wenn der Nutzer das will", "de"),
        ("Crée des rapports pour les équipes avec une mise en page", "fr"),
        ("用于创建报告和表格", "zh"),
        ("レポートを作成する", "ja"),
        ("Создаёт отчёты и таблицы", ""),
        ("invoice matching", "en"),
        ("Platform ops → auth, folders, assets, queues, buckets, roles", "en"),
    ],
)
def test_the_authors_language_is_kept(text: str, found: str) -> None:
    assert language(text) == found
    assert found in BOOKS


@given(st.text(max_size=300), st.integers(1, 200))
def test_a_cut_text_is_a_beginning_within_the_limit(text: str, limit: int) -> None:
    cut = fit(text, limit)
    assert len(cut) <= limit or cut == text
    assert text.startswith(cut)


def test_names_are_spelled() -> None:
    assert spelled("keyword-research_toolKit") == "keyword research tool Kit"
    assert stems("reports reporting") == ["report", "report"]


def test_sentences_that_lean_on_others_or_turn_away_are_not_quoted() -> None:
    body = (
        "Matches bank transfers with open invoices by amount and date.\n\n"
        "This matches transfers with invoices of another bank.\n\n"
        "Invoices without transfers never match other bank transfers.\n\n"
        "You must ask the user which invoices match transfers.\n\n"
        "Run `match --all` for transfers and invoices of the bank.\n"
    )
    source = source_of(Skill(id="s", name="s", description="Invoices and transfers.", body=body))
    assert list(source.sentences) == ["Matches bank transfers with open invoices by amount and date."]


PAYROLL = (
    "# Payroll\n\n## When to use\n\n- Explaining overtime pay to staff\n- Checking a pension deduction\n"
    "- Correcting a wrong tax code\n\n## When not to use\n\n- Paying suppliers by bank transfer\n"
)


def test_a_description_is_told_when_in_the_files_own_phrases() -> None:
    skill = Skill(id="pay", name="pay", description="Payroll for staff", body=PAYROLL)
    lexicon = lexicon_of(skill)
    assert when_of(skill, 0, lexicon, "Payroll for staff.") == (
        "Use when explaining overtime pay to staff, checking a pension deduction, or correcting a wrong tax code."
    )
    assert any(text.startswith("Payroll for staff. Use when") for text in candidates(skill, 0, lexicon))


@pytest.mark.parametrize(
    "description",
    [
        "Payroll for staff. Use when a payslip is wrong.",
        "Payroll. Triggers: payslip",
        "Lohn und Gehalt für alle",
    ],
)
def test_what_says_when_already_or_in_another_language_is_left(description: str) -> None:
    skill = Skill(id="pay", name="lohn", description=description, body=PAYROLL)
    assert when_of(skill, 0, lexicon_of(skill), description) == ""


def test_requests_that_were_lost_are_quoted() -> None:
    skill = Skill(id="pay", name="pay", description="Helps with money matters.")
    lost = (
        "Why is overtime pay missing on my payslip?",
        "ok",
        "Fix it for me, is it the pension payslip code?",
    )
    lexicon = lexicon_of(skill, queries=(lost,))
    quoted = 'Use for requests such as "Why is overtime pay missing on my payslip?".'
    assert asked_for(0, lexicon, skill.description) == quoted
    assert by_recipe(skill, 0, lexicon)["requests"] == f"{skill.description} {quoted}"


def test_nothing_is_added_sentence_by_sentence_to_a_description_that_says_what_it_does() -> None:
    body = "Matches bank transfers with open invoices by amount and date, for transfers and invoices.\n"
    full = "Reconciles ledgers, journals, vouchers, receipts, statements, accruals, budgets, audits and taxes weekly."
    for description, grows in (("Money.", True), (full, False)):
        skill = Skill(id="s", name="s", description=description, body=body)
        assert any("bank transfers" in text for text in candidates(skill, 0, lexicon_of(skill))) is grows
