from __future__ import annotations

import gzip
import json
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from skillaudit.errors import RequestError
from skillaudit.reading.limits import REQUESTS
from skillaudit.requests.formats import MOST, Unusable, read_rows
from skillaudit.requests.records import LabelledLine


def rows(
    tmp_path: Path, text: str, name: str = "requests.txt", home: str = ""
) -> list[LabelledLine | Unusable]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return list(read_rows(path, home))


def brief(found: list[LabelledLine | Unusable]) -> list[tuple[str, tuple[str, ...] | None, int, str]]:
    assert all(isinstance(row, LabelledLine) for row in found), found
    return [(row.query, row.gold, row.line, row.home) for row in found if isinstance(row, LabelledLine)]


def test_json_lines_of_query_and_gold(tmp_path: Path) -> None:
    text = (
        '{"query": "a b", "gold": ["x", "y"]}\n\n{"query": "c", "gold": []}\n{"query": "d", "gold": null}\n'
    )
    assert brief(rows(tmp_path, text)) == [("a b", ("x", "y"), 1, ""), ("c", (), 3, ""), ("d", None, 4, "")]


def test_json_lines_packed_and_marked(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl.gz"
    path.write_bytes(gzip.compress(b'\xef\xbb\xbf{"request": "a", "skill": "x"}\n'))
    assert brief(list(read_rows(path))) == [("a", ("x",), 1, "")]


def test_one_object_is_one_line(tmp_path: Path) -> None:
    assert brief(rows(tmp_path, '{"prompt": "a", "expected_skill": "x"}')) == [("a", ("x",), 1, "")]


def test_broken_lines_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    text = '{"query": "a", "gold": "x"}\nnot json\n[1]\n{"gold": "x"}\n{"query": "b", "gold": 3}\n{"query": "c"}\n'
    found = rows(tmp_path, text)
    assert [(row.line, type(row)) for row in found] == [(1, LabelledLine)] + [
        (n, Unusable) for n in (2, 3, 4, 5, 6)
    ]
    details = [row.detail for row in found if isinstance(row, Unusable)]
    for detail, part in zip(
        details,
        ("not valid JSON", "not an object", "no request", "neither a name", "no skill named"),
        strict=True,
    ):
        assert part in detail
        assert ";" in detail, "the remedy is missing"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_tables(tmp_path: Path, separator: str) -> None:
    text = 'Query,Skill\n"two\nlines",x\nplain,\nmany,y|z\n'.replace(",", separator)
    assert brief(rows(tmp_path, text, "r.csv")) == [
        ("two\nlines", ("x",), 2, ""),
        ("plain", (), 4, ""),
        ("many", ("y", "z"), 5, ""),
    ]


def test_eval_set_of_one_skill(tmp_path: Path) -> None:
    text = """[
  {"query": "make \\u00e9clairs", "should_trigger": true},
  {"query": "fix my car", "should_trigger": false}
]"""
    assert brief(rows(tmp_path, text, home="bakery")) == [
        ("make éclairs", ("bakery",), 2, "bakery"),
        ("fix my car", None, 3, "bakery"),
    ]
    assert all(isinstance(row, Unusable) for row in rows(tmp_path, text)), "nobody says whose they are"


def test_evals_json(tmp_path: Path) -> None:
    document = {
        "skill_name": "bakery",
        "evals": [
            {"id": 1, "prompt": "a cake", "expected_output": "cake", "expectations": ["is sweet"]},
            {"id": 2, "prompt": "a car", "should_trigger": False},
            {"id": 3, "prompt": "a tart", "expected_skill": "pastry"},
            {"id": 4, "prompt": "the weather", "expected_skill": None},
        ],
    }
    assert brief(rows(tmp_path, json.dumps(document, indent=1))) == [
        ("a cake", ("bakery",), 6, "bakery"),
        ("a car", None, 14, "bakery"),
        ("a tart", ("pastry",), 19, "bakery"),
        ("the weather", (), 24, "bakery"),
    ]


def test_trigger_tests(tmp_path: Path) -> None:
    text = """\
name: bakery-triggers
skill: bakery
should_trigger_prompts:
  - prompt: "Bake a cake"
    reason: cake
  - Bake a tart
should_not_trigger_prompts:
  - prompt: Fix my car
    confidence: high
"""
    assert brief(rows(tmp_path, text, "trigger_tests.yaml")) == [
        ("Bake a cake", ("bakery",), 4, "bakery"),
        ("Bake a tart", ("bakery",), 1, "bakery"),
        ("Fix my car", None, 8, "bakery"),
    ]


def test_trigger_tests_in_camel_case(tmp_path: Path) -> None:
    text = '{"skill": "bakery", "shouldTriggerPrompts": ["a cake"], "shouldNotTriggerPrompts": ["a car"]}'
    assert brief(rows(tmp_path, text)) == [("a cake", ("bakery",), 1, "bakery"), ("a car", None, 1, "bakery")]


def test_positive_and_negative_with_owner(tmp_path: Path) -> None:
    document = {
        "skill_name": "bakery",
        "trigger": {
            "positive": [{"prompt": "a cake", "top_k": 3}],
            "negative": [{"prompt": "a car"}, {"prompt": "a lamp", "owner": "lights"}],
        },
        "evals": [{"prompt": "a tart"}],
    }
    assert [row[:2] for row in brief(rows(tmp_path, json.dumps(document)))] == [
        ("a cake", ("bakery",)),
        ("a car", None),
        ("a lamp", ("lights",)),
        ("a tart", ("bakery",)),
    ]


def test_query_sets(tmp_path: Path) -> None:
    document = {
        "catalog_id": "all",
        "queries": [
            {"id": "q1", "text": "a cake", "kind": "implicit", "expected_skill": "bakery"},
            {"id": "q2", "text": "a car", "kind": "out_of_scope", "expected_skill": None},
        ],
    }
    expected = [("a cake", ("bakery",)), ("a car", ())]
    assert [row[:2] for row in brief(rows(tmp_path, json.dumps(document)))] == expected
    table = "id,text,kind,expected_skill\nq1,a cake,implicit,bakery\nq2,a car,out_of_scope,\n"
    assert [row[:2] for row in brief(rows(tmp_path, table, "q.csv"))] == expected
    text = "queries:\n- text: a cake\n  expected_skill: bakery\n- text: a car\n  kind: out_of_scope\n"
    assert [row[:2] for row in brief(rows(tmp_path, text, "q.yml"))] == expected


def test_cases_in_yaml(tmp_path: Path) -> None:
    text = """\
skill: bakery
test_cases:
  - {id: 1, prompt: a cake, expected: trigger}
  - {id: 2, prompt: a car, expected: no_trigger}
"""
    assert [row[:2] for row in brief(rows(tmp_path, text, "t.yaml"))] == [
        ("a cake", ("bakery",)),
        ("a car", None),
    ]


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b" \n", "a.jsonl", "no request in it"),
        (b"[]", "a.json", "no request in it"),
        (b"query,gold\n", "a.csv", "no request in it"),
        (b"\xff\xfe\x00", "a.jsonl", "a.jsonl:1: not UTF-8"),
        (b"\x1f\x8bbroken", "a.gz", "gzip"),
        (b'{"query": \n "a",\n oops}', "a.json", "a.json:1: not valid JSON|a.json:3: not valid JSON"),
        (b'{"library": []}', "a.json", "no list of requests"),
        (b'"words"', "a.json", "neither JSON"),
        (b"just prose\nin lines", "a.txt", "neither JSON, YAML nor a table"),
        (b"a: [1", "a.yaml", "not valid YAML"),
        (b"a: &x [1]\nb: *x", "a.yaml", r"a.yaml:2: an alias \(\*x\)"),
        (b"[" * 200_000, "a.json", "nested deeper than 64"),
    ],
)
def test_files_of_no_use(tmp_path: Path, content: bytes, name: str, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(RequestError, match=message) as caught:
        list(read_rows(path))
    assert "; " in str(caught.value), "the remedy is missing"


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no such file"):
        list(read_rows(tmp_path / "none.jsonl"))
    with pytest.raises(RequestError, match="a folder"):
        list(read_rows(tmp_path))


def test_too_large_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"query": "a", "gold": []}\n' * 5, encoding="utf-8")
    with pytest.raises(RequestError, match=r"a file of requests of more than 0 KiB; split it"):
        list(read_rows(path, bounds=REQUESTS._replace(disk=10)))
    *used, last = read_rows(path, bounds=REQUESTS._replace(rows=3))
    assert len(used) == 3 and isinstance(last, Unusable) and "after 3 rows, is not read" in last.detail


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet='{}[]":,\n-abc &*|#qgold\t;', max_size=80),
    st.sampled_from([".json", ".yaml", ".csv", ".jsonl"]),
)
def test_any_text_gives_rows_or_one_clear_error(
    tmp_path_factory: pytest.TempPathFactory, text: str, suffix: str
) -> None:
    path = tmp_path_factory.mktemp("any") / f"a{suffix}"
    path.write_text(text, encoding="utf-8")
    try:
        found = list(read_rows(path, "home"))
    except RequestError:
        return
    assert all(isinstance(row, LabelledLine | Unusable) and row.line >= 1 for row in found)


def test_how_often_a_request_came(tmp_path: Path) -> None:
    path = tmp_path / "asked.jsonl"
    given = {"one": 3, "two": "2.5", "three": True, "four": -1, "five": "often", "six": None, "seven": 1e300}
    path.write_text("\n".join(json.dumps({"query": q, "gold": ["a"], "count": n}) for q, n in given.items()))
    counts = {row.query: row.times for row in read_rows(path) if isinstance(row, LabelledLine)}
    assert counts == {"one": 3, "two": 2.5, "three": 1, "four": 0, "five": 0, "six": 0, "seven": MOST}
