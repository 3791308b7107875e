"""One field is one setting: option, key, variable, record and page come from it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import click
import msgspec
import pytest

from skillaudit.cli import COMMANDS, group
from skillaudit.cli.options import option_of
from skillaudit.config import About, Config, Gate
from skillaudit.schema import Record
from skillaudit.settings import dump, keys_page, resolve
from skillaudit.settings.keys import KEYS, keys_of
from skillaudit.settings.kinds import kind_of
from skillaudit.settings.rules import Rules

PAGE = Path(__file__).parents[2] / "docs" / "keys.md"
FOR_PROGRAMS = {"law", "cache", "own_settings"}


class Toy(Record):
    """A table with settings that there are not."""

    most_toys: Annotated[int | None, About("Fail when there are more toys.", commands=("check",))] = None
    use_toys: Annotated[bool, About("Play with nothing.", name="no-toys")] = True
    hidden: int = 3


def test_every_field_is_a_setting_or_for_programs_alone() -> None:
    fields = {field for table in (Config, Gate, Rules) for field in table.__struct_fields__}
    assert {key.field for key in KEYS} == fields - FOR_PROGRAMS
    assert len({key.name for key in KEYS}) == len(KEYS)


def test_a_new_field_is_a_key_and_an_option() -> None:
    most, none = keys_of(Toy)
    assert (most.name, most.default, most.kind.read(4)) == ("most-toys", None, 4)
    assert (none.name, none.default, none.kind.make(none.kind.read(True))) == ("no-toys", False, False)

    @click.command()
    @option_of(most)
    @option_of(none)
    def command(**options: object) -> None:
        click.echo(repr(sorted(options.items())))

    context = command.make_context("toy", ["--most-toys", "4"])
    assert context.params == {"most_toys": 4, "no_toys": None}
    assert "Fail when there are more toys." in command.get_help(context)
    with pytest.raises(click.UsageError):
        command.make_context("toy", ["--most-toys", "0"])


def test_a_type_that_nobody_can_read_is_the_programs_fault() -> None:
    with pytest.raises(TypeError, match="give it a reader"):
        kind_of(bytes, About(help="x"))


def test_nothing_given_gives_the_records_defaults() -> None:
    settings = resolve(environ={})
    assert settings.config() == Config()
    assert settings.gate() == Gate()
    assert settings.rules() == Rules()


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_a_default_is_a_value_that_its_key_accepts(key: object) -> None:
    assert key in KEYS
    one = KEYS[KEYS.index(key)]
    if one.default is not None:
        given = msgspec.to_builtins(one.default)
        assert one.kind.read(list(given) if isinstance(given, tuple) else given) == one.default


@pytest.mark.parametrize("name", sorted({name for key in KEYS for name in key.about.commands}))
def test_a_command_offers_the_options_that_name_it_and_no_other_setting(name: str) -> None:
    command = group.get_command(click.Context(group), name)
    assert name in COMMANDS and command is not None
    offered = {option.lstrip("-") for one in command.params for option in one.opts}
    named = {key.name for key in KEYS if key.about.flag and name in key.about.commands}
    own = (
        {"format", "requests"}
        if name in {"route", "optimize", "probe", "whatif", "laws", "compile"}
        else set()
    )
    assert offered & {key.name for key in KEYS} - own == named - own


def test_every_setting_survives_the_way_through_a_file(tmp_path: Path) -> None:
    file = tmp_path / "skillaudit.toml"
    file.write_text(
        dump(resolve({"severity": ("SA202=error",), "select": ("SA2",)}, environ={})), encoding="utf-8"
    )
    again = resolve(config=file, environ={})
    assert again.rules().severity == {"SA202": "error"} and again.rules().select == ("SA2",)
    assert again.config() == Config() and again.gate() == Gate()
    assert set(tomllib.loads(file.read_text(encoding="utf-8"))) >= {"scorer", "fail-on", "suppress"}


def test_the_environment_can_give_severities() -> None:
    settings = resolve(environ={"SKILLAUDIT_SEVERITY": "SA202=error, SA203=info", "SKILLAUDIT_CONTEXT": "9"})
    assert settings.rules().severity == {"SA202": "error", "SA203": "info"}
    assert settings.config().context == 9


def test_the_page_of_keys_is_the_one_that_the_command_prints() -> None:
    assert PAGE.read_text(encoding="utf-8") == keys_page(), "skillaudit config --keys > docs/keys.md"
    assert all(f"| `{key.name}`" in keys_page() for key in KEYS)
