"""What a user wants of the app, from a file of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from skillaudit.errors import UsageError
from skillaudit.tui.preferences import Preferences, preferences, read_preferences
from skillaudit.tui.theme import LIGHT

from . import reports
from .driving import opened, screen_text


def test_a_file_says_theme_first_tab_columns_and_keys(tmp_path: Path) -> None:
    path = tmp_path / "app.toml"
    path.write_text(
        'theme = "light"\nstart = "findings"\ncolumns = ["loses"]\n[keys]\nfilter = ["ctrl+f", "slash"]\nquit = "Q"\n',
        encoding="utf-8",
    )
    keys = {"filter": ("ctrl+f", "slash"), "quit": ("Q",)}
    assert read_preferences(path) == Preferences("light", "findings", ("loses",), keys)
    assert read_preferences(tmp_path / "none.toml") == Preferences()


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"colour": "x"}, "'colour' means nothing; did you mean columns?"),
        ({"start": "finding"}, "start: 'finding' means nothing; did you mean findings?"),
        ({"columns": ["lose"]}, "did you mean loses?"),
        ({"keys": {"filtr": "x"}}, "keys: 'filtr' means nothing; did you mean filter?"),
        ({"keys": {"filter": 3}}, "keys.filter is neither a text nor a list of texts"),
        ({"keys": "x"}, "keys is no table"),
        ({"theme": 3}, "theme is no text"),
    ],
)
def test_what_means_nothing_is_named_with_the_nearest(found: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=r"app\.toml") as error:
        preferences(found)
    assert said in str(error.value)


async def test_first_tab_columns_and_theme_are_heeded() -> None:
    from skillaudit.tui.app import SkillAuditApp

    app = SkillAuditApp(lambda _: reports.small(), sources="./skills")
    app.wanted = Preferences("light", "skills", ("requests",))
    async with app.run_test(size=(160, 40)) as pilot:
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert app.current == "skills" and app.theme == LIGHT.name
        head = next(line for line in screen_text(app).splitlines() if "reqs" in line)
        assert "loses" not in head and "cluster" not in head


def test_keys_that_are_bound_anew_are_those_that_are_shown() -> None:
    program = (
        "from skillaudit.tui.actions import rebind\n"
        "rebind({'filter': ('ctrl+f',), 'export': ('q',)})\n"
        "from skillaudit.tui.app import SkillAuditApp\n"
        "from skillaudit.tui.actions import ACTIONS, key_table\n"
        "bound = {b.id: b.key for b in SkillAuditApp.BINDINGS}\n"
        "assert bound['app.filter'] == 'ctrl+f' and bound['app.export'] == 'q', bound\n"
        "assert bound['app.quit'] == 'ctrl+q', bound\n"
        "assert '`ctrl+f`' in key_table()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


async def test_keys_as_they_come_are_untouched() -> None:
    async with opened(reports.small(), keys="2 slash") as (app, _):
        assert app.situation.typing
