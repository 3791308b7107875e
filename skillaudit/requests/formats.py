"""Recognise a file of labelled requests by what is in it, and read its rows.

Read are: JSONL, JSON and CSV rows of a request and its skill (`query`/`gold` and the other names in
`QUERY_KEYS` and `GOLD_KEYS`); skill-creator eval sets (`query`, `should_trigger`) and `evals.json`
(`skill_name`, `evals`); trigger tests (`should_trigger_prompts`, `should_not_trigger_prompts`); cases of
`positive` and `negative` with an `owner`; query sets with a `queries` list (`text`, `expected_skill`);
`evaluations` with `skill_should_trigger`; cases of `claude plugin eval` (see `plugin_cases`).
Any of them may be YAML.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from skillaudit.errors import RequestError
from skillaudit.load import clean
from skillaudit.reading import JsonError, parse_json, read_text
from skillaudit.reading.limits import REQUESTS, ROW, Bounds
from skillaudit.reading.yaml_text import YamlError
from skillaudit.requests.plugin_cases import is_case, read_case
from skillaudit.requests.records import LabelledLine
from skillaudit.requests.yaml_rows import LINE, parse_yaml

_LOOK = 20
_LONGEST_HEADER = 65_536
QUERY_KEYS = ("query", "request", "prompt", "text", "question", "utterance", "input", "message")
GOLD_KEYS = (
    "gold",
    "skill",
    "skills",
    "expected_skill",
    "expected_skills",
    "expected_skill_one_of",
    "expected",
    "owner",
    "owner_skill",
    "tool",
    "label",
)
_SKILL_KEYS = ("skill_name", "skillName", "skill", "target_skill", "name")
_LIST_KEYS = (
    "evals",
    "evaluations",
    "queries",
    "cases",
    "tests",
    "test_cases",
    "requests",
    "examples",
    "prompts",
    "rows",
    "data",
)
_YES = (
    "should_trigger_prompts",
    "shouldTriggerPrompts",
    "should_trigger",
    "shouldTrigger",
    "positive",
    "positives",
)
_NO = (
    "should_not_trigger_prompts",
    "shouldNotTriggerPrompts",
    "should_not_trigger",
    "shouldNotTrigger",
    "negative",
    "negatives",
)
_TRIGGER_KEYS = (
    "should_trigger",
    "skill_should_trigger",
    "shouldTrigger",
    "trigger",
    "expected_trigger",
    "should_activate",
)
MOST = 1_000_000.0
"""Times that a request may count as having come."""
_NOTHING = frozenset({"", "none", "null", "no skill", "(no skill)", "no_skill", "nothing", "[]"})


class Unusable(NamedTuple):
    """A row that could not be read, with its remedy."""

    line: int
    detail: str


def read_rows(path: Path, home: str = "", bounds: Bounds = REQUESTS) -> Iterator[LabelledLine | Unusable]:
    """Yield the rows of one file, and those that could not be used, in file order.

    `home` names the skill that the file belongs to, for formats that leave it out. Rows after the first
    `bounds.rows` are left out with one that says so. Raises `RequestError` when the file is missing, not
    UTF-8, beyond `bounds`, or of no known form.
    """
    shown = clean(str(path))
    if is_case(path):
        yield _case(path, shown, bounds)
        return
    text = read_text(path, bounds, error=RequestError)
    number = 0
    for number, row in enumerate(_rows(path, text, home, shown, bounds), 1):
        if number > bounds.rows:
            yield Unusable(row.line, f"the rest, after {bounds.rows:,} rows, is not read; {bounds.remedy}")
            return
        yield row
    if not number:
        raise RequestError(f"{shown}: no request in it; give one a line, as JSON with query and gold")


def _case(path: Path, shown: str, bounds: Bounds) -> LabelledLine | Unusable:
    prompt, skills = read_case(
        path,
        lambda file: read_text(file, bounds, error=RequestError),
        lambda text, file: _yaml(text, clean(str(file)), bounds),
    )
    if not prompt:
        return Unusable(1, "the case has no prompt; write it into prompt.md")
    if not skills:
        return Unusable(
            1, "no grader says which skill is meant; add one of the type tool_used for the tool Skill"
        )
    return LabelledLine(prompt, skills, 1)


def _rows(path: Path, text: str, home: str, shown: str, bounds: Bounds) -> Iterator[LabelledLine | Unusable]:
    stripped = text.lstrip()
    if not stripped:
        return
    if path.suffix.lower() in (".yaml", ".yml"):
        yield from _document(_yaml(text, shown, bounds), home, shown, _Lines(""))
    elif stripped[0] in "[{" or _holds_json_lines(text):
        yield from _json(text, home, shown, bounds)
    else:
        yield from _table(text, home, shown)


class _Lines:
    """Finds the line of a row in a JSON text by its query, going forward."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._missed = 0

    def find(self, row: Any, query: str) -> int:
        if isinstance(row, dict) and LINE in row:
            return int(row[LINE])
        # A text that spells its strings otherwise is given up: each miss reads all that is left of it.
        for form in (json.dumps(query), json.dumps(query, ensure_ascii=False)) if self._missed < 8 else ():
            at = self._text.find(form, self._at)
            if at >= 0:
                self._line += self._text.count("\n", self._at, at)
                self._at = at
                return self._line
        self._missed += 1
        return self._line


def _yaml(text: str, shown: str, bounds: Bounds) -> Any:
    try:
        return parse_yaml(text, bounds)
    except YamlError as error:
        line = 1 if error.line is None else error.line + 1
        said = f"not valid YAML ({error}); correct it" if error.kind == "invalid" else str(error)
        raise RequestError(f"{shown}:{line}: {said}") from None


def _json(text: str, home: str, shown: str, bounds: Bounds) -> Iterator[LabelledLine | Unusable]:
    """One JSON document, or one a line."""
    try:
        document = parse_json(text, bounds)
    except JsonError as error:
        if _holds_json_lines(text):
            yield from _json_lines(text, home)
            return
        raise RequestError(error.at(shown)) from None
    if isinstance(document, dict) and _query_of(document) is not None and "\n" not in text.strip():
        yield _row(document, home, 1)
        return
    yield from _document(document, home, shown, _Lines(text))


def _holds_json_lines(text: str) -> bool:
    """Whether one of the first lines is an object by itself."""
    for line in itertools.islice(filter(None, map(str.strip, io.StringIO(text))), _LOOK):
        if line.startswith("{"):
            try:
                return isinstance(parse_json(line, ROW), dict)
            except JsonError:
                continue
    return False


def _json_lines(text: str, home: str) -> Iterator[LabelledLine | Unusable]:
    for number, line in enumerate(io.StringIO(text), 1):
        if not line.strip():
            continue
        try:
            value = parse_json(line, ROW)
        except JsonError as error:
            said = "not valid JSON" if error.line else str(error)
            yield Unusable(number, f"{said}; write one object with query and gold a line")
            continue
        yield _row(value, home, number)


def _table(text: str, home: str, shown: str) -> Iterator[LabelledLine | Unusable]:
    """Comma, semicolon or tab separated values with a header line."""
    header = text[:_LONGEST_HEADER].splitlines()[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = {name: (name or "").strip().casefold() for name in reader.fieldnames or ()}
    if not any(name in QUERY_KEYS for name in names.values()):
        raise RequestError(
            f"{shown}:1: neither JSON, YAML nor a table with a column named query; "
            "give one JSON object with query and gold a line"
        )
    line = 2
    try:
        for cells in reader:
            row: dict[str, Any] = {names[key]: value for key, value in cells.items() if key in names}
            for key in GOLD_KEYS:
                if isinstance(row.get(key), str):
                    row[key] = _names_in_cell(row[key])
            yield _row(row, home, line)
            line = reader.line_num + 1
    except csv.Error as error:
        yield Unusable(line, f"the table breaks off here ({error}); quote the cell")


def _names_in_cell(cell: str) -> Any:
    """Names in a table cell: a JSON list, or names between `|`, `;` or commas."""
    if cell.strip().startswith("["):
        try:
            return parse_json(cell, ROW)
        except JsonError:
            return cell
    for separator in "|;,":
        if separator in cell:
            return [part.strip() for part in cell.split(separator) if part.strip()]
    return cell


def _document(value: Any, home: str, shown: str, lines: _Lines) -> Iterator[LabelledLine | Unusable]:
    """Rows of a whole JSON or YAML document, whatever its layout."""
    if isinstance(value, list):
        yield from _entries(value, home, lines)
        return
    if not isinstance(value, dict):
        raise RequestError(f"{shown}: no list of requests in it; give rows with query and gold")
    home = _first_string(value, _SKILL_KEYS) or home
    found = False
    for part in (value, value.get("trigger"), value.get("triggers"), value.get("routing")):
        if not isinstance(part, dict):
            continue
        for keys, expected in ((_YES, True), (_NO, False)):
            for key in keys:
                if isinstance(part.get(key), list):
                    found = True
                    yield from _entries(part[key], home, lines, expected)
    for key in _LIST_KEYS:
        if isinstance(value.get(key), list):
            found = True
            yield from _entries(value[key], home, lines)
    if not found:
        raise RequestError(f"{shown}: no list of requests in it; give rows with query and gold")


def _entries(
    rows: list[Any], home: str, lines: _Lines, expected: bool | None = None
) -> Iterator[LabelledLine | Unusable]:
    for row in rows:
        query = row if isinstance(row, str) else _query_of(row)
        line = lines.find(row, query or "")
        yield _row({"query": row} if isinstance(row, str) else row, home, line, expected)


def _first_string(row: dict[str, Any], keys: tuple[str, ...]) -> str:
    for key in keys:
        if isinstance(row.get(key), str) and row[key].strip():
            return str(row[key]).strip()
    return ""


def _query_of(row: Any) -> str | None:
    if not isinstance(row, dict):
        return None
    for key in QUERY_KEYS:
        value = row.get(key)
        if isinstance(value, dict):
            value = _query_of(value)
        if isinstance(value, str) and value.strip():
            return str(value)
    return None


def _expects(row: dict[str, Any]) -> bool | None:
    """Whether a row says that its own skill should fire."""
    for key in _TRIGGER_KEYS:
        value = row.get(key)
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().casefold() in ("true", "yes", "1", "trigger"):
            return True
        if isinstance(value, str) and value.strip().casefold() in ("false", "no", "0", "no_trigger"):
            return False
    if isinstance(row.get("expected"), str) and row["expected"] in ("trigger", "no_trigger"):
        return bool(row["expected"] == "trigger")
    return None


def _gold_of(row: dict[str, Any]) -> tuple[bool, tuple[str, ...] | None]:
    """Whether a row labels its skills itself, and which; raises ValueError for a label of a wrong type."""
    if row.get("kind") == "out_of_scope":
        return True, ()
    for key in GOLD_KEYS:
        if key not in row or (key == "expected" and row[key] in ("trigger", "no_trigger")):
            continue
        value = row[key]
        if value is None:
            # A missing owner says nothing; a skill that is expected to be none says that none should fire.
            return (True, ()) if key.startswith("expected_skill") else (True, None)
        if isinstance(value, str):
            return True, () if value.strip().casefold() in _NOTHING else (value.strip(),)
        if isinstance(value, list) and all(isinstance(name, str) for name in value):
            return True, tuple(name.strip() for name in value if name.strip().casefold() not in _NOTHING)
        raise ValueError(
            f"{key} is neither a name nor a list of names; write it as a list, empty when nothing should fire"
        )
    return False, None


def _acceptable(row: dict[str, Any]) -> tuple[str, ...]:
    """Names that a row calls acceptable beside the right ones; raises ValueError for another type."""
    value = row.get("acceptable") or ()
    names = _names_in_cell(value) if isinstance(value, str) else value
    names = (names,) if isinstance(names, str) else names
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise ValueError("acceptable is no list of names; write one, or leave it out")
    return tuple(name.strip() for name in names if name.strip())


def _count(row: dict[str, Any]) -> float:
    """How often a row says that its request came, at most `MOST`; 0 where it gives no number above zero."""
    try:
        count = float(row.get("count") or 0)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return min(count, MOST) if count > 0 else 0.0


def _row(row: Any, home: str, line: int, expected: bool | None = None) -> LabelledLine | Unusable:
    """Read one entry; `expected` is what the list that it stands in says of the file's skill."""
    if not isinstance(row, dict):
        return Unusable(line, "not an object; write one with query and gold")
    query = _query_of(row)
    if query is None:
        return Unusable(line, "no request in it; put the sentence under query")
    try:
        labelled, gold = _gold_of(row)
        fair = _acceptable(row)
    except ValueError as error:
        return Unusable(line, str(error))
    own = _first_string(row, ("skill_name", "skillName", "home_skill")) or home
    fires = _expects(row) if expected is None else expected
    times = _count(row)
    if labelled:
        if fires is False and gold and "skill" in row and "owner" not in row and "gold" not in row:
            # `skill` beside should_trigger: false names the skill that is tested, not the right one.
            return LabelledLine(query, None, line, gold[0])
        return LabelledLine(query, gold, line, own, fair, times)
    if not own:
        return Unusable(
            line, "no skill named for it; add gold, a list of names, empty when nothing should fire"
        )
    return LabelledLine(query, None if fires is False else (own,), line, own, fair, times)
