"""A command offers what it heeds: an option that would be without effect is refused, not taken."""

from __future__ import annotations

import click
import pytest

from skillaudit.cli import COMMANDS, group
from tests.cli.runner import Runner
from tests.conftest import SAMPLES


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
