"""A command offers what it heeds: an option that would be without effect is refused, not taken."""

from __future__ import annotations

import click
import pytest

from skillaudit.cli import COMMANDS, group
from tests.cli.runner import Runner
from tests.conftest import SAMPLES

LEXICAL = ("--scorer", "lexical")


def commands_with(option: str) -> set[str]:
    """Return the commands that offer an option."""
    found = set()
    for name in COMMANDS:
        command = group.get_command(click.Context(group), name)
        if command is not None and any(option in parameter.opts for parameter in command.params):
            found.add(name)
    return found


def test_only_what_forecasts_chains_takes_them() -> None:
    assert commands_with("--chains") == {"open", "report", "check", "compile"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", SAMPLES / "clean", "--client", "claude-code", "--client", "codex"), "--client"),
        (("route", SAMPLES / "clean", "a request", "--top", "2", "--top=3"), "--top"),
        (("report", "-o", "a.html", SAMPLES / "clean", "-o", "b.html"), "--output"),
        ((SAMPLES / "clean", "--context", "9000", "--context", "9000"), "--context"),
    ],
)
def test_a_second_value_is_refused(skillaudit: Runner, arguments: tuple[object, ...], said: str) -> None:
    result = skillaudit(*arguments)
    assert result.code == 2
    assert f"{said} is given 2 times and takes one value; give one." in result.err


def test_what_is_repeatable_or_a_switch_may_stand_twice(skillaudit: Runner) -> None:
    twice = ("--ignore", "SA0", "--ignore", "SA5", "-q", "-q", "--isolated", "--isolated")
    assert skillaudit("check", SAMPLES / "clean", *twice, *LEXICAL).code == 0


def test_one_request_is_routed_without_others() -> None:
    judged = {"open", "report", "check", "compile", "probe", "optimize", "whatif", "laws"}
    assert commands_with("--requests") == judged


@pytest.mark.parametrize(
    "arguments",
    [
        ("probe", SAMPLES / "clean", "--model", "local/lexical"),
        ("whatif", SAMPLES / "clean", "--remove", "x"),
        ("laws", SAMPLES / "clean"),
        ("optimize", SAMPLES / "clean"),
        ("route", SAMPLES / "clean", "a request"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_chains_are_refused_elsewhere(skillaudit: Runner, arguments: tuple[object, ...]) -> None:
    result = skillaudit(*arguments, "--chains", "chains.txt")
    assert result.code == 2 and "No such option" in result.err and "--chains" in result.err
