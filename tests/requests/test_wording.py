from __future__ import annotations

import pytest

from skillaudit.requests import wording
from skillaudit.requests.headings import is_negative_item, scope_of


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("When to Use This Skill", "use"),
        ("2. When to use", "use"),
        ("Use this skill when:", "use"),
        ("Use Cases", "use"),
        ("Trigger phrases", "use"),
        ("使用场景", "use"),
        ("Cuándo usar", "use"),
        ("Quand utiliser cette compétence", "use"),
        ("Wann verwenden", "use"),
        ("Когда использовать", "use"),
        ("언제 사용하나요", "use"),
        ("使うとき", "use"),
        ("Use acme-tables when:", "use"),
        ("Example prompts", "prompts"),
        ("Sample user requests", "prompts"),
        ("Triggers", "prompts"),
        ("Usage examples", "prompts"),
        ("Examples", "examples"),
        ("Overview", "about"),
        ("What this skill does", "about"),
        ("Key features", "about"),
        ("When NOT to use", "not"),
        ("Don't use when", "not"),
        ("When to use vs alternatives", "not"),
        ("Use other-tool when:", "not"),
        ("Out of scope", "not"),
        ("Nicht verwenden", "not"),
        ("不要使用", "not"),
        ("Proactive Triggers", "not"),
        ("Examples of what not to do", "not"),
        ("Trigger strategies for popups", ""),
        ("Installation", "not"),
        ("Metrics", "not"),
        ("Layouts", ""),
        ("Causal inference", ""),
    ],
)
def test_what_a_heading_announces(label: str, expected: str) -> None:
    assert scope_of(label, "acme-tables") == expected


@pytest.mark.parametrize(
    ("item", "negative"),
    [
        ("Don't use for tiny files", True),
        ("❌ Plain text", True),
        ("Charts: use the plot-maker skill instead", True),
        ("不要用于图片", True),
        ("Notes without headings", False),
        ("Nothing is selected and the user asks why", False),
    ],
)
def test_items_that_turn_away(item: str, negative: bool) -> None:
    assert is_negative_item(item) is negative


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("The user wants to merge two workbooks", "Merge two workbooks"),
        ("User asks you to sort the rows", "Sort the rows"),
        ("When the user mentions slow database queries", "Slow database queries"),
        ("You need to rename many files", "Rename many files"),
        ("Use this skill when planning a sprint review", "Planning a sprint review"),
        ("Need to export subsets of data", "Export subsets of data"),
        ("Fix the build → run tests first", "Fix the build"),
        ("Run the pipeline (build → test)", "Run the pipeline"),
        ("“Make a chart of sales”", "Make a chart of sales"),
        ("Users sort mail", "Users sort mail"),
        ("合并两个表格", "合并两个表格"),
    ],
)
def test_lead_ins_are_taken_off(item: str, expected: str) -> None:
    assert wording.as_request(item) == expected


@pytest.mark.parametrize(
    ("text", "plausible"),
    [
        ("Merge two workbooks into one", True),
        ("把两个表格合并成一个", True),
        ("merge files", False),
        ("合并", False),
        ("word " * 61, False),
        ("Deploy the <service> to production", False),
        ("Run the [name of thing] again today", False),
        ("python run.py with the new flag", False),
        ("call fetch() and then print the rows", False),
        ("Find the package that imports X", False),
        ("1 2 3 4 5 6 7", False),
        ("see https://example.org for the rest", False),
        ('"one word", "two words", "three words"', False),
        ('Find all jobs with "Easy Apply" on', True),
        ("asks for /start and for /stop", False),
    ],
)
def test_what_can_be_a_request(text: str, plausible: bool) -> None:
    assert wording.is_plausible(text) is plausible


def test_words_of_any_script() -> None:
    assert wording.words("don't re-run the state-of-the-art C++ job") == 6
    assert wording.words("把两个表格合并成一个") == 5
    assert wording.words("PPT 演示文稿") == 3
    assert wording.words("") == 0


def test_quotations() -> None:
    text = 'Says "turn this into slides" or “make me a deck”, «fais un diaporama s’il te plaît», "short"'
    assert wording.quoted(text) == [
        "turn this into slides",
        "make me a deck",
        "fais un diaporama s’il te plaît",
    ]
    assert wording.quoted("说「把笔记做成幻灯片」") == ["把笔记做成幻灯片"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("User: make it blue", "make it blue"),
        ("用户：把它变蓝", "把它变蓝"),
        ("User request: “make it blue”", "make it blue"),
        ("Users: many", None),
        ("The user: none", None),
    ],
)
def test_what_a_speaker_says(text: str, expected: str | None) -> None:
    assert wording.spoken(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Use when: writing user stories, planning a sprint, or estimating open work.",
            ["writing user stories", "planning a sprint", "estimating open work"],
        ),
        ("Use this skill when: the build is red on main", ["the build is red on main"]),
        ("Triggers: pricing, revenue, how to sell", []),
        ("We use it.", []),
    ],
)
def test_situations_on_one_line(text: str, expected: list[str]) -> None:
    assert wording.enumerated(text) == expected


@pytest.mark.parametrize(
    ("sentence", "task"),
    [
        ("This skill helps you to plan long walks in the hills.", "Plan long walks in the hills"),
        ("Your goal is to create pages that rank.", "Create pages that rank"),
        ("You help users draft letters to the council.", "Draft letters to the council"),
        ("This skill imagines storms and finds shelter.", "Imagines storms and finds shelter"),
        ("It enables short trips.", "It enables short trips"),
        ("Draws maps of old towns.", "Draws maps of old towns"),
    ],
)
def test_sentences_about_a_skill_become_tasks(sentence: str, task: str) -> None:
    assert wording.as_task(sentence) == task


@pytest.mark.parametrize(
    "sentence", ["See the guide.", "You are an expert.", "For charts, see plot-maker", "What is it?"]
)
def test_sentences_that_say_nothing_about_the_task(sentence: str) -> None:
    assert not wording.is_about(sentence)


def test_pieces_of_names_and_texts() -> None:
    assert wording.pieces("ResearchHelper: re-run_it, 核对 C++") == [
        "research",
        "helper",
        "re",
        "run",
        "it",
        "核",
        "对",
        "c",
    ]


@pytest.mark.parametrize(
    ("line", "states"),
    [
        ("This skill never copies a source deck", True),
        ("Polars is a lightning-fast library for tables", True),
        ("Originally contributed by a friend of the house", True),
        ("Optional: two more packages for speed", True),
        ("The operational companion to database design", True),
        ("Every 90 days", True),
        ("Automate testing and deployment", False),
        ("How is a table joined to another one?", False),
        ("My query is an hour late, why?", False),
        ("Built-in callbacks for a training loop", False),
        ("Working with agents that must not share a branch", False),
    ],
)
def test_statements_about_the_skill_itself_are_no_requests(line: str, states: bool) -> None:
    assert wording.is_statement(line) == states
