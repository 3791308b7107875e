"""`skillaudit clients`: what is known of each client."""

from __future__ import annotations

import json

from tests.cli.runner import Runner


def test_clients_are_dated_and_say_what_is_not_known(skillaudit: Runner) -> None:
    said = skillaudit("clients", "claude-code", "codex").out
    assert "Claude Code 2.1.332" in said and "as of         2026-11" in said
    assert "not known" in said and "PLUGIN:NAME" in said
    rules = json.loads(skillaudit("clients", "-f", "json").out)
    assert [rule["name"] for rule in rules if rule["name"] == "openclaw"] == ["openclaw"]


def test_an_unknown_client(skillaudit: Runner) -> None:
    result = skillaudit("clients", "codexx")
    assert result.code == 2 and "did you mean 'codex'" in result.err
