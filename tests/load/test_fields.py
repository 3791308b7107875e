"""Values out of broken frontmatter, each with the cause that a person can act on."""

from __future__ import annotations

import pytest

from skillaudit.load.fields import read_fields

NAME = "name: a"


def read(*lines: str) -> tuple[dict[str, str], list[tuple[str, int]]]:
    got = read_fields(lines, 2)
    return {key: field.text for key, field in got.fields.items()}, [(p.kind, p.line) for p in got.problems]


@pytest.mark.parametrize(
    ("value", "expected", "kind"),
    [
        ("reads wind: direction and force", "reads wind: direction and force", "unquoted-colon"),
        ("**For web pages only.**", "**For web pages only.**", "unquoted-indicator"),
        ("[AUTO] Use before work", "[AUTO] Use before work", "unquoted-indicator"),
        ("- Define a key", "- Define a key", "unquoted-indicator"),
        ("@react/three helpers", "@react/three helpers", "unquoted-indicator"),
        ("`cli` does it", "`cli` does it", "unquoted-indicator"),
        ("{NAME}'s own voice", "{NAME}'s own voice", "unquoted-indicator"),
        ("| Use for tables.", "Use for tables.", "text-after-block-indicator"),
        (">- Use for tables.", "Use for tables.", "text-after-block-indicator"),
        (r'"a \d digit"', r"a \d digit", "bad-escape"),
        (r'"it\'s fine"', "it's fine", "bad-escape"),
        (r'"flag \ud83c\udfdb up"', r"flag \ud83c\udfdb up", "bad-escape"),
        ('"never closed', "never closed", "unclosed-quote"),
        ('"closed" and more', "closed and more", "unclosed-quote"),
        ("'it''s' so", "it's so", "unclosed-quote"),
    ],
)
def test_a_broken_description_is_recovered_with_its_cause(value: str, expected: str, kind: str) -> None:
    fields, problems = read(NAME, f"description: {value}", "license: MIT")
    assert fields["description"] == expected
    assert (fields["name"], fields["license"]) == ("a", "MIT")
    assert problems == [(kind, 3)]


def test_one_broken_value_costs_only_itself() -> None:
    fields, problems = read(
        NAME, 'metadata: {"a": ["b"}', "description: >", "  folded", "  text", "extra: a: b"
    )
    assert fields["description"].strip() == "folded text"
    assert fields["extra"] == "a: b"
    assert problems == [("broken-flow", 3)]


def test_wrapped_text_without_indentation_is_joined() -> None:
    fields, problems = read(NAME, "description: one", "two words here", "license: MIT")
    assert fields["description"] == "one two words here"
    assert problems == [("line-without-key", 3)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("description: [a, b]",), "[a, b]"),
        (("description:", "  - one", "  - two words"), "one two words"),
        (("description:", "  Use when: x", "  Not: y"), "Use when: x Not: y"),
        (("description: {TODO: write}", "license: MIT"), "{TODO: write}"),
    ],
)
def test_a_nested_description_becomes_its_source_text(lines: tuple[str, ...], expected: str) -> None:
    fields, problems = read(NAME, *lines)
    assert fields["description"] == expected
    assert problems == []


@pytest.mark.parametrize("empty", ["", '""', "~", "null", ">-", "|"])
def test_an_empty_description_is_empty(empty: str) -> None:
    fields, _ = read(NAME, f"description: {empty}")
    assert fields["description"] == ""


def test_a_quoted_null_is_text() -> None:
    assert read("name: 'null'")[0]["name"] == "null"


def test_capital_keys_count_and_are_noted() -> None:
    fields, problems = read("NAME: a", "Description: b")
    assert (fields["name"], fields["description"]) == ("a", "b")
    assert problems == [("key-case", 2), ("key-case", 3)]


def test_the_lower_case_key_wins() -> None:
    assert read("name: a", "Name: b")[0]["name"] == "a"


def test_underscores_and_hyphens_are_the_same_key() -> None:
    assert read("when_to_use: x")[0] == {"when-to-use": "x"}


def test_a_repeated_key_is_noted_where_it_stands_last() -> None:
    assert read(NAME, "description: one", "description: two") == (
        {"name": "a", "description": "two"},
        [("duplicate-key", 4)],
    )


def test_a_comment_that_cuts_a_value_is_noted() -> None:
    assert read(NAME, "description: Use C # for this")[1] == [("comment-in-value", 3)]
    assert read(NAME, "description: Use C# for this")[1] == []
    assert read(NAME, "description: 'Use C' # fine")[1] == []


@pytest.mark.parametrize(
    ("lines", "kinds"),
    [
        (("**名称：** a", "**描述：** b"), {"translated-keys", "line-without-key"}),
        (("名称：a", "描述：b"), {"translated-keys", "frontmatter-not-mapping"}),
        (("name a", "description b"), {"frontmatter-not-mapping"}),
        (("## name: a description: b metadata: {}",), {"frontmatter-not-mapping"}),
        (("name: a description: b version: 1",), {"unquoted-colon"}),
    ],
)
def test_dressed_keys_are_recognised(lines: tuple[str, ...], kinds: set[str]) -> None:
    fields, problems = read(*lines)
    assert (fields["name"], fields["description"]) == ("a", "b")
    assert {kind for kind, _ in problems} == kinds


def test_aliases_are_left_alone() -> None:
    fields, problems = read("name: &n a", "description: *n")
    assert fields["description"] == ""
    assert problems == [("yaml-alias", 2)]


def test_a_list_as_key_is_invalid_for_most_loaders() -> None:
    fields, problems = read(NAME, 'metadata: {"bins":["bc"],["touch"]}', "description: b")
    assert fields["description"] == "b"
    assert problems == [("yaml-invalid", 2)]


def test_a_huge_block_is_read_by_lines() -> None:
    fields, problems = read(NAME, "description: " + "x" * 70_000)
    assert len(fields["description"]) == 70_000
    assert problems == [("frontmatter-too-complex", 2)]
