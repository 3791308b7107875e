"""The YAML reader: values with their places, and nothing that can blow up."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.load.yaml_block import InvalidError, NotMappingError, TooComplexError, parse_mapping


def test_values_keep_text_shape_and_line() -> None:
    block = parse_mapping("name: 8004\ndescription: |\n  one\n  two\nwhen: 2024-13-45\nflag: yes\nq: 'x'\n")
    assert {key: (value.shape, value.data, value.key_line) for key, value in block.values.items()} == {
        "name": ("plain", "8004", 0),
        "description": ("block", "one\ntwo\n", 1),
        "when": ("plain", "2024-13-45", 4),
        "flag": ("plain", "yes", 5),
        "q": ("quoted", "x", 6),
    }


def test_nested_values() -> None:
    block = parse_mapping("metadata: {a: {b: [c, d]}}\nlist:\n  - x\n  - y: z\n")
    assert block.values["metadata"].data == {"a": {"b": ["c", "d"]}}
    assert block.values["list"].data == ["x", {"y": "z"}]
    assert (block.aliases, block.odd_key, block.repeated) == (False, False, ())


def test_the_last_of_two_equal_keys_counts() -> None:
    block = parse_mapping("a: 1\nb: 2\na: 3\n")
    assert (block.values["a"].data, block.values["a"].key_line, block.repeated) == ("3", 2, ("a",))


def test_an_alias_bomb_is_never_expanded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 40)]
    block = parse_mapping("\n".join(lines) + "\n")
    assert block.aliases
    assert block.values["a39"].data == [""] * 10


def test_a_recursive_alias_ends() -> None:
    assert parse_mapping("a: &a [*a]\n").values["a"].data == [""]


@pytest.mark.parametrize(
    "text", ["a:\n " + "- " * 30_000, "a: " + "[" * 500, "a:\n " + "? " * 30_000, "a: 'x'\n" * 30_000]
)
def test_depth_and_size_are_limited(text: str) -> None:
    with pytest.raises((TooComplexError, InvalidError)):
        parse_mapping(text + "\n")


def test_nested_keys_do_not_double() -> None:
    block = parse_mapping("? " * 60 + "a\n")
    assert block.odd_key
    assert len(repr(block.values)) < 1000


@pytest.mark.parametrize(
    ("text", "empty"),
    [("", True), ("# only a comment\n", True), ("word\n", False), ("- a\n", False), ("*a\n", False)],
)
def test_what_is_no_mapping_says_so(text: str, empty: bool) -> None:
    with pytest.raises((NotMappingError, InvalidError)) as caught:
        parse_mapping(text)
    if isinstance(caught.value, NotMappingError):
        assert caught.value.empty is empty


def test_an_error_has_its_line() -> None:
    with pytest.raises(InvalidError) as caught:
        parse_mapping("name: x\ndescription: a: b\n")
    assert caught.value.line == 1
    assert "mapping values" in caught.value.problem


@given(st.text(st.sampled_from("ab:-?[]{}&*|>!%@`'\"# \n\t,~0x"), max_size=80))
def test_no_text_gets_past_the_three_errors(text: str) -> None:
    with suppress(InvalidError, NotMappingError, TooComplexError):
        parse_mapping(text)


def test_the_depth_limit_is_its_own() -> None:
    assert parse_mapping("a:\n " + "- " * 60 + "x\n").values["a"].shape == "sequence"
    with pytest.raises(TooComplexError):
        parse_mapping("a:\n " + "- " * 70 + "x\n")
