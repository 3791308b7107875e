"""What commands print for people fits 80 cells, at any width of the terminal, and no word or number is cut."""

from __future__ import annotations

import pytest

from skillaudit.page.blocks import Table
from skillaudit.page.lines import cells
from skillaudit.page.report import document
from skillaudit.page.text import render
from skillaudit.safety.exits import shown
from tests.cli.runner import Runner
from tests.conftest import SAMPLES
from tests.numbers import PINNED, audited

LEXICAL = ("--scorer", "lexical", "-q")
COMMANDS: dict[str, tuple[object, ...]] = {
    "report": ("report", SAMPLES / "oversized", *LEXICAL),
    "report --all": ("report", SAMPLES / "hostile", "--all", *LEXICAL),
    "check": ("check", SAMPLES / "black_hole", "--max-hijack", "0.1", *LEXICAL),
    "check --all": ("check", SAMPLES / "confusable", "--all", *LEXICAL),
    "route": ("route", SAMPLES / "confusable", "deploy it " * 20, "--scorer", "lexical"),
    "listing": ("listing", SAMPLES / "hostile"),
    "whatif": ("whatif", SAMPLES / "confusable", "--remove", "deploy-app", *LEXICAL),
    "optimize": ("optimize", SAMPLES / "confusable", *LEXICAL),
    "rule": ("rule", "SA301"),
    "rules": ("rule",),
    "routers": ("routers",),
    "laws": ("laws",),
    "experiments": ("experiment", "list"),
    "validate": ("validate",),
}
SLOW = frozenset({"report --all", "check --all", "whatif", "optimize", "route"})


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        pytest.param(name, columns, marks=[pytest.mark.slow] if name in SLOW else [])
        for name in COMMANDS
        for columns in ("80", "200")
        # The width of a terminal is asked for nowhere else.
        if columns == "80" or name in {"report", "listing", "rule"}
    ],
)
def test_no_line_is_wider_than_80_cells(
    name: str, columns: str, skillaudit: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    result = skillaudit(*COMMANDS[name])
    assert result.code in {0, 1}, result.err
    for line in result.out.splitlines():
        assert cells(line) <= 80 and line == shown(line), line
    assert "…" not in result.out.replace(" …", "")


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name in {"hostile", "black_hole"} else [pytest.mark.slow])
        for name, pin in PINNED.items()
        if pin.scorer == "lexical"
    ],
)
def test_no_word_of_a_table_is_cut(name: str, width: int) -> None:
    for block in document(audited(name), None, None):
        if isinstance(block, Table):
            words = set(render([block], width=width).split())
            for word in (word for row in block.rows for cell in row.cells for word in cell.text.split()):
                assert word in words or cells(word) > 24, word


def test_colours_are_for_terminals(skillaudit: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    painted = skillaudit("rule", "SA301").out
    monkeypatch.setenv("FORCE_COLOR", "0")
    plain = skillaudit("rule", "SA301").out
    assert "\x1b[1m" in painted and "\x1b" not in plain
    for look in ("\x1b[0m", "\x1b[1m", "\x1b[2m"):
        painted = painted.replace(look, "")
    assert painted == plain
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    assert skillaudit("rule", "SA301").out == plain
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.delenv("FORCE_COLOR")
    assert skillaudit("rule", "SA301").out == plain


def test_no_colour_of_a_library_gets_through(skillaudit: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    result = skillaudit("report", SAMPLES / "hostile", "--all", *LEXICAL)
    looks = {part.split("m", 1)[0] for part in result.out.split("\x1b[")[1:]}
    assert looks <= {"0", "1", "2", "1;31", "1;36", "31", "32", "33", "35", "36"}
