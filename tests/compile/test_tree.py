"""YAML and JSON are read without aliases, tags, recursion or limits that an attacker could reach."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.compile.tree import TreeError, TreeNode, parse

BOMB = b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"

TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=["C"]), max_size=12)
VALUES = st.recursive(
    TEXT | st.booleans() | st.integers(-(10**9), 10**9) | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def plain(node: TreeNode) -> Any:
    if isinstance(node.value, dict):
        return {key: plain(value) for key, value in node.fields.items()}
    if isinstance(node.value, list):
        return [plain(item) for item in node.items]
    return node.text


def expected(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: expected(item) for key, item in value.items()}
    if isinstance(value, list):
        return [expected(item) for item in value]
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(TEXT, VALUES, max_size=5))
def test_json_comes_back(value: dict[str, Any]) -> None:
    assert plain(parse(json.dumps(value).encode(), "x.json", as_json=True)) == expected(value)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(TEXT.filter(lambda text: text.strip() == text), VALUES, max_size=5))
def test_yaml_of_the_reference_writer_comes_back(value: dict[str, Any]) -> None:
    data = yaml.safe_dump(value, allow_unicode=True).encode()
    assert plain(parse(data, "x.yaml")) == expected(value)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_tree_or_one_error(data: bytes) -> None:
    for as_json in (False, True):
        try:
            parse(data, "x", as_json=as_json)
        except TreeError as error:
            assert str(error).startswith("x") and "\n" not in str(error)


def test_lines_count_from_one() -> None:
    root = parse(b"a: 1\nb:\n  - x\n  - y: 2\n    z: 3\n", "x.yaml")
    assert root.get("b").line == 3
    assert root.line_of("b") == 2
    assert root.get("b").items[1].line_of("z") == 5


def test_json_knows_its_lines() -> None:
    root = parse(b'{\n  "a": 1,\n  "b": [\n    "c"\n  ]\n}', "x.json", as_json=True)
    assert root.line_of("b") == 3 and root.get("b").items[0].line == 4


def test_json_that_is_no_yaml_has_values_without_lines() -> None:
    root = parse(b'{\t"a":\t"\\ud83d\\ude00"\t}', "x.json", as_json=True)
    assert root.get("a").text == "\U0001f600" and root.line == 0


@pytest.mark.parametrize(
    ("data", "as_json", "says"),
    [
        (BOMB, False, "x:2: an alias (*a)"),
        (b"a: {b: [", False, "x:"),
        (b"a: 1\na: 2\n", False, "x:2: the key 'a' stands twice"),
        (b"? [a]\n: 1\n", False, "a key must be text"),
        (b"[" * 200 + b"]" * 200, False, "nested deeper than 64"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, True, "nested deeper than 64"),
        (b"[" * 200_000, True, "nested deeper than 64"),
        (b'{"a": 1,\n "b" 2}', True, "x:2: not valid JSON"),
        (b'{"a": 1, "a": 2}', True, "the key 'a' stands twice"),
        (b"a: 1\n" * 5 + b"b: [" + b"1," * 210_000 + b"1]", False, "more than 200,000"),
        (b"b: [" + b"1," * 210_000 + b"1]", False, "more than 200,000 values"),
        (b"x" * 5_000_000, False, "of more than 4 MiB"),
    ],
    ids=["bomb", "broken", "twice", "odd-key", "deep", "deep-json", "deeper-json", "bad-json", "twice-json",
         "twice-first", "many", "large"],
)  # fmt: skip
def test_what_is_refused(data: bytes, as_json: bool, says: str) -> None:
    with pytest.raises(TreeError) as caught:
        parse(data, "x", as_json=as_json)
    assert says in str(caught.value)


def test_control_characters_are_removed() -> None:
    root = parse('a: "x\\u001b[31my"\nb: p\u202eq\n'.encode(), "x.yaml")
    assert "\u202e" not in root.get("b").text and root.get("b").text == "pq"


def test_tags_mean_nothing() -> None:
    assert parse(b"a: !!python/object/apply:os.system [ls]\n", "x").get("a").items[0].text == "ls"


@pytest.mark.parametrize("word", ["null", "~", ""])
def test_null_is_empty_and_quoted_null_is_a_word(word: str) -> None:
    assert parse(f"a: {word}\n".encode(), "x").get("a").text == ""
    assert parse(b"a: 'null'\n", "x").get("a").text == "null"


def test_only_the_first_document_is_read() -> None:
    assert plain(parse(b"a: 1\n---\nb: 2\n", "x")) == {"a": "1"}
