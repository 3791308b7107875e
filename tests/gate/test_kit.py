"""The action for GitHub and the hooks for pre-commit: their files are sound and their script does what it says."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = ROOT / ".github" / "actions" / "skillaudit" / "action.yml"


def action() -> dict[str, Any]:
    """Return the action's definition."""
    loaded: dict[str, Any] = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    return loaded


def step(name: str) -> dict[str, Any]:
    """Return the step called `name`."""
    found: dict[str, Any] = next(one for one in action()["runs"]["steps"] if one.get("name") == name)
    return found


def test_no_script_takes_an_expression() -> None:
    for one in action()["runs"]["steps"]:
        if "run" in one:
            assert "${{" not in one["run"], one["name"]
            assert one["shell"] == "bash"


def test_every_input_is_used_and_every_expression_leads_somewhere() -> None:
    text = ACTION.read_text(encoding="utf-8")
    inputs = set(action()["inputs"])
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == inputs
    outputs = set(re.findall(r"steps\.check\.outputs\.([\w-]+)", text))
    written = set(re.findall(r'echo "?([\w-]+)=', step("Check")["run"]))
    assert outputs <= written
    for one in action()["inputs"].values():
        assert one["description"] and "default" in one


STUB = """#!/bin/sh
for argument in "$@"; do echo "arg:$argument" >> "$CALLS"; done
for argument in "$@"; do case "$argument" in markdown:*) echo "# Report" > "${argument#markdown:}";; esac; done
exit "$STUB_CODE"
"""


@pytest.mark.parametrize("code", [0, 1, 2])
def test_the_check_step(tmp_path: Path, code: int) -> None:
    stub = tmp_path / "bin" / "skillaudit"
    stub.parent.mkdir()
    stub.write_text(STUB, encoding="utf-8")
    stub.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{stub.parent}{os.pathsep}{os.environ['PATH']}",
        "RUNNER_TEMP": str(tmp_path / "runner temp"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "CALLS": str(tmp_path / "calls"),
        "STUB_CODE": str(code),
        "SOURCE": "skills more $(touch${IFS}pwned)",
        "CONFIG": "my settings.toml",
        "SINCE": "auto",
        "BASE": "main",
        "ARGS": "--max-hijack 0.1 ;exit",
        "ANNOTATIONS": "true",
        "SUMMARY": "true",
    }
    script = step("Check")["run"]
    done = subprocess.run(["bash", "-e", "-c", script], env=environment, cwd=tmp_path, check=False)
    assert done.returncode == 0
    calls = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    assert calls[:5] == ["arg:check", "arg:skills", "arg:more", "arg:$(touch${IFS}pwned)", "arg:--quiet"]
    assert calls[-7:-4] == ["arg:--max-hijack", "arg:0.1", "arg:;exit"]
    assert calls[-4:] == ["arg:--since", "arg:origin/main", "arg:--config", "arg:my settings.toml"]
    assert "arg:github" in calls and f"arg:sarif:{tmp_path}/runner temp/skillaudit/report.sarif" in calls
    assert not (tmp_path / "pwned").exists()
    assert (tmp_path / "summary.md").read_text(encoding="utf-8") == "# Report\n"
    outputs = dict(
        line.split("=", 1) for line in (tmp_path / "output").read_text(encoding="utf-8").splitlines()
    )
    assert outputs["exit-code"] == str(code)
    assert outputs["passed"] == ("true" if code == 0 else "false")


def test_hooks() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in hooks] == ["skillaudit", "skillaudit-lexical"]
    for hook in hooks:
        assert hook["pass_filenames"] is False and hook["language"] == "python"
        assert hook["entry"].startswith("skillaudit check ")
        pattern = re.compile(hook["files"])
        assert pattern.search("skills/a/SKILL.md") and pattern.search("skill.md")
        assert not pattern.search("skills/a/README.md") and not pattern.search("myskill.md")
