"""JSON, YAML and TOML from strangers: what is plain comes back, what is endless is refused before it is built."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.errors import UsageError
from skillaudit.reading import JsonError, parse_json, read_record
from skillaudit.reading.limits import DEPTH, DIGITS, KEY_PARTS, REQUESTS, Bounds
from skillaudit.reading.toml_text import parse_toml, read_toml
from skillaudit.reading.yaml_text import YamlError, YamlNode, compose, load

FEW = Bounds("a note", 10_000, "shorten it", values=90)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
MARKS = st.text(st.sampled_from("[]{}\",:\\'01-a \n\t#&*?|>!"), max_size=600)


@given(VALUES)
def test_json_comes_back(value: Any) -> None:
    assert parse_json(json.dumps(value), REQUESTS) == value


@given(MARKS)
def test_json_of_marks_reads_as_the_parser_does_or_is_refused(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        with pytest.raises(JsonError):
            parse_json(text, REQUESTS)
    else:
        assert parse_json(text, REQUESTS) == expected


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize("before", ["", '"]]]]]", ', '"\\"[[[[", ', "1, "])
def test_json_s_depth_is_counted_outside_of_strings(before: str) -> None:
    padding = " " * DIGITS
    assert parse_json(f"[{before}{nested(DEPTH - 1)}]{padding}", REQUESTS)
    with pytest.raises(JsonError, match="nested deeper than 64 levels; flatten it"):
        parse_json(f"[{before}{nested(DEPTH)}]{padding}", REQUESTS)


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 100_000])
def test_json_without_end_is_refused(text: str) -> None:
    with pytest.raises(JsonError, match=r"nested deeper|not valid"):
        parse_json(text, REQUESTS)


def test_json_s_numbers_and_values_are_counted() -> None:
    assert parse_json("1" * DIGITS, REQUESTS) == int("1" * DIGITS)
    for text in ("1" * (DIGITS + 1), "[1, -" + "1" * 5000 + "]", "1." + "1" * 5000):
        with pytest.raises(JsonError, match="a number of more than 400 digits"):
            parse_json(text, REQUESTS)
    assert parse_json('["' + "1" * 5000 + '"]', REQUESTS) == ["1" * 5000]
    assert len(parse_json(json.dumps(["x" * 20] * 49), FEW)) == 49
    with pytest.raises(JsonError, match="more than 90 values; shorten it"):
        parse_json(json.dumps(["x" * 20] * 100), FEW)
    assert parse_json(json.dumps([",[{:" * 200]), FEW) == [",[{:" * 200]


class Point(msgspec.Struct):
    x: int


@pytest.mark.parametrize(
    "data",
    [b"\xff", b"[]", b'{"x": "\xff"}', b'{"x": ' + b"1" * 5000 + b"}", b"[" * 100_000, b"", b'{"x": null}'],
)
def test_a_record_that_is_none_is_one_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=r"a\.json(:1)?: not a note: .*; shorten it$") as caught:
        read_record(path, Point, Bounds("a note", 200_000, "shorten it"))
    assert "\n" not in str(caught.value)


def test_a_record_comes_back(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"x": 3}', encoding="utf-8")
    assert read_record(tmp_path / "a.json", Point, FEW).x == 3


def plain(node: YamlNode | None) -> Any:
    if node is None:
        return None
    if node.shape == "sequence":
        return [plain(item) for item in node.value]
    if node.shape == "mapping":
        return {plain(key): plain(value) for key, value in node.value}
    return node.value


TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=["C"]), max_size=12)
TREES = st.recursive(
    TEXT, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=12
)


@given(TREES)
def test_yaml_comes_back(value: Any) -> None:
    text = yaml.safe_dump(value, allow_unicode=True)
    assert plain(compose(text, REQUESTS)) == value
    assert load(text, REQUESTS) == value


@given(MARKS)
def test_yaml_of_marks_reads_as_the_parser_does_or_is_refused(text: str) -> None:
    try:
        expected = next(iter([*yaml.compose_all(text, Loader=yaml.CBaseLoader)]), None)
    except yaml.YAMLError:
        return
    try:
        got = compose(text, REQUESTS)
    except YamlError as error:
        assert error.kind in ("alias", "complex")
    else:
        assert (expected is None) == (got is None)
        if isinstance(expected, yaml.ScalarNode):
            assert got and got.value == expected.value


def test_yaml_knows_its_places() -> None:
    root = compose("a: 1\nb:\n  - 'x'\n  - |\n    y\n", REQUESTS)
    assert root and root.shape == "mapping"
    (key, one), (_, more) = root.value
    assert (key.start, one.start, one.end, one.shape) == ((0, 0), (0, 3), (0, 4), "plain")
    assert [(item.shape, item.start) for item in more.value] == [("quoted", (2, 4)), ("block", (3, 4))]


@pytest.mark.parametrize(
    ("text", "says", "line", "kind"),
    [
        ("[" * 100_000, "nested deeper than 64 levels", 0, "complex"),
        ("a:\n " + "- " * 70, "nested deeper than 64 levels", 1, "complex"),
        ("\n- x" * 100, "more than 90 values; shorten it", 89, "complex"),
        ("a: &a [x]\nb: *a\n", "an alias (*a) is not read", 1, "alias"),
        ("a: {b", "did not find expected", None, "invalid"),
        ("a: b: c", "mapping values are not allowed", 0, "invalid"),
    ],
)
def test_yaml_that_is_refused(text: str, says: str, line: int | None, kind: str) -> None:
    for read in (compose, load):
        with pytest.raises(YamlError) as caught:
            read(text, FEW)
        assert says in str(caught.value) and caught.value.kind == kind
        if line is not None:
            assert caught.value.line == line


def test_an_alias_is_a_node_where_it_may_stand() -> None:
    root = compose("a: &a [*a, x]\n", REQUESTS, aliases=True)
    assert root and [item.shape for item in root.value[0][1].value] == ["alias", "plain"]


@pytest.mark.parametrize(
    "text", ["1" * 5000, "0x" + "f" * 5000, ":".join("1" * 3000), "- 2024-99-99", "? [a]\n: b"]
)
def test_yaml_s_values_that_no_type_holds(text: str) -> None:
    with pytest.raises(YamlError):
        load(text, REQUESTS)


def test_yaml_s_types() -> None:
    assert load("a: 1\nb: yes\nc: 'yes'\nd: 0.5\n---\nother\n", REQUESTS) == {
        "a": 1,
        "b": True,
        "c": "yes",
        "d": 0.5,
    }
    assert load("", REQUESTS) is None
    assert load("x: " + "1 word " * 100, REQUESTS)


@pytest.mark.parametrize(
    "text",
    [
        "a = \"[[[[\"\nb = '['\nc = [[1, 2], {x = 3}]\n[d.e]\nf = 1 # [[[[\n",
        'a = """\n[ "" [ \\""" """\nb = \'\'\'[\'\'\'\n',
        ".".join(["a"] * KEY_PARTS) + " = 1",
        "a = " + "[" * DEPTH + "]" * DEPTH,
        'url = "' + "a." * 100 + '"',
    ],
)
def test_toml_comes_back(text: str) -> None:
    assert parse_toml(text) == tomllib.loads(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = " + "[" * 65 + "]" * 65, "nested deeper"),
        ("a = " + "[" * 100_000, "nested deeper"),
        ("a = " + "{a=" * 100_000, "nested deeper"),
        ("a = " + "1" * 5000, "a number of more than 400 digits"),
        (".".join(["a"] * 3000) + " = 1", "a key of more than 16 parts"),
        (" . ".join(['"a"'] * 3000) + " = 1", "a key of more than 16 parts"),
        ("a = ", "Invalid value"),
    ],
)
def test_toml_that_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_toml(text)
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=rf"a\.toml: not TOML: .*{says}|256 KiB"):
        read_toml(tmp_path / "a.toml")
