"""The extractive rewriter: its words are the file's, its length fits, and held-out lines stay unread."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.optimize.rewrite.candidates import candidates, with_clause
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
from skillaudit.optimize.words.source import is_presentable, phrases, source_of, stems
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
    )


@settings(deadline=None, max_examples=50)
@given(SKILLS, SKILLS, st.lists(SENTENCES, max_size=4), st.integers(60, 1200), st.booleans())
def test_every_word_comes_from_the_file(
    skill: Skill, rival: Skill, queries: list[str], limit: int, shorten: bool
) -> None:
    lexicon = lexicon_of(skill, rival, queries=(tuple(queries) * 2, ()))
    own = set(tokens(f"{skill.text} {skill.body}")) | FUNCTION_WORDS
    for text in candidates(skill, 0, lexicon, (1,), limit, shorten=shorten):
        assert set(tokens(text)) <= own
        assert 0 < len(text) <= min(limit, MAX_DESCRIPTION)
        assert "\n" not in text
    clause = with_clause(skill, 0, rival, 1, lexicon, limit)
    assert set(tokens(clause)) <= own | set(tokens(rival.name))
    assert len(clause) <= max(limit, len(skill.description))


@pytest.mark.parametrize(
    ("rival", "turned"),
    [
        ("payment-reminders", " Not for payment reminders: use payment-reminders."),
        ("reminders", ""),
        ("invoice-match", ""),
    ],
)
def test_a_clause_turns_away_what_the_rival_is_named_for(rival: str, turned: str) -> None:
    skill = Skill(id="s", name="invoice-matching", description="Match invoices with bank transfers.")
    other = Skill(id="r", name=rival, description="Chases debtors.")
    lexicon = lexicon_of(skill, other)
    assert with_clause(skill, 0, other, 1, lexicon) == skill.description + turned


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
    ("phrase", "good"),
    [
        ("bank transfers", True),
        ("Apple App Store", True),
        ("JWT tokens", True),
        ("fieldId", False),
        ("parser.go", False),
        ("50K/mo", False),
        ("FINALIZE", False),
        ("Quick Start", False),
        ("Clayton et al", False),
        ("ISO 13485", True),
    ],
)
def test_what_may_stand_in_a_list(phrase: str, good: bool) -> None:
    assert is_presentable(phrase, {"13485"}) is good


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


def test_a_title_that_many_files_share_is_passed_over() -> None:
    def written(name: str) -> Skill:
        body = f"## Design Files\n\n{name} cards. {name} cards.\n\n## {name} cards\n\nDesign files, files, design.\n"
        return Skill(id=name, name=name, description=f"Prints {name}.", body=body)

    skills = [written(name) for name in ("ledger", "harbour", "orchard", "kiln", "violin")]
    assert "Design Files" in source_of(skills[0]).phrases or "design files" in source_of(skills[0]).phrases
    plain = {phrase.casefold() for phrase in lexicon_of(*skills).plain(0)}
    assert "design files" in plain
    assert "ledger cards" not in plain
    assert "design files" not in {phrase.casefold() for phrase in lexicon_of(*skills[:3]).plain(0)}


def test_one_phrase_is_no_list() -> None:
    body = "## Bank transfers\n\nBank transfers, bank transfers.\n"
    skill = Skill(id="s", name="s", description="Money in.", body=body)
    lexicon = lexicon_of(skill, skill)
    assert "Bank transfers" in lexicon.sources[0].phrases or "bank transfers" in lexicon.sources[0].phrases
    assert not any("Covers" in text for text in candidates(skill, 0, lexicon))


def test_a_text_cut_whole_ends_where_a_clause_does() -> None:
    text = "Matches bank transfers with invoices, and flags double payments for the accounts department"
    assert fit(text, 60, whole=True) == "Matches bank transfers with invoices"
    assert fit(text, 30, whole=True) == ""
    assert fit(text, 30) == "Matches bank transfers with"


def test_users_words_lead_the_phrases() -> None:
    skill = Skill(
        id="pay",
        name="pay",
        description="Helps with money matters.",
        body="## Payslips\n\n- Explain overtime pay\n- Explain overtime pay rules\n\nTax codes. Tax codes matter.\n",
    )
    other = Skill(id="tea", name="tea", description="Brews tea.", body="Tax codes of tea. Tax codes.")
    lexicon = lexicon_of(skill, other, queries=(("my overtime is wrong", "overtime on Sunday"), ()))
    first = candidates(skill, 0, lexicon, (1,))
    assert any("overtime" in text for text in first)
    assert all(text.startswith("Helps with money matters.") for text in first)


def test_held_out_lines_are_not_quoted() -> None:
    body = "- Rotate the leaked database password\n- Renew the expired certificate\n- Renew certificate\n"
    skill = Skill(id="s", name="s", description="Secrets.", body=body)
    source = source_of(skill, ["Rotate the leaked database password"])
    assert not any("password" in line for line in source.lines)
    assert "password" not in source.counts
    assert any("certificate" in phrase for phrase in source.phrases)


def test_what_a_skill_is_not_for_is_not_quoted() -> None:
    body = "## When not to use\n\n- Translating contracts, contracts\n\n## Usage\n\n- Summarise contracts, summarise\n"
    source = source_of(Skill(id="s", name="s", description="Summaries.", body=body))
    assert not any("Translating" in line for line in source.lines)


def test_phrases_stand_as_they_are_in_the_line() -> None:
    line = "Use GitHub Actions for release notes, and don't forget `npm publish --tag`; see docs/x.md"
    for phrase in phrases(line):
        assert phrase in line
    assert "GitHub Actions" in list(phrases(line))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Drafts invoices, and anything else. Use for payments.", "Drafts invoices. Use for payments."),
        ("Anything you want.", "Anything you want."),
        ("Draws charts. Always use this first.", "Draws charts."),
        ("Draws charts of sales.", "Draws charts of sales."),
        (
            "Use for 'sales chart,' 'pie chart,' or anything else. Draws.",
            "Use for 'sales chart,' 'pie chart.' Draws.",
        ),
    ],
)
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


def test_titles_lose_capitals_that_the_text_does_without() -> None:
    body = "## Expense Claims\n\n- expense claims by mail\n\n## App Store\n\n- expense rules, claims\n- store, App\n"
    source = source_of(Skill(id="s", name="s", description="Claims.", body=body))
    assert "expense claims" in source.phrases
    assert "Expense Claims" not in source.phrases


def test_runs_out_of_a_sentence_are_quoted_only_where_they_come_again() -> None:
    body = "Expense claims dramatically drop costs. Costs of expense claims rise. Travel rises.\n\nTravel costs.\n"
    source = source_of(Skill(id="s", name="s", description="Money.", body=body))
    assert not any("drop" in phrase for phrase in source.phrases)
    assert {"expense claims"} <= {phrase.casefold() for phrase in source.phrases}


def test_single_plain_words_stay_out_unless_they_are_asked_for() -> None:
    body = "- mileage of cars\n- mileage, OAuth\n- OAuth for cars\n- status, cars\n- status of mileage\n"
    skill = Skill(id="s", name="s", description="Trips.", body=body)
    lexicon = lexicon_of(skill, queries=(("my mileage", "mileage again"),))
    plain = lexicon.plain(0)
    assert "status" in plain
    assert "OAuth" in plain
    assert "mileage" not in plain
