"""One forecast for each client that a library is made for."""

from __future__ import annotations

from pathlib import Path

from skillaudit.config import Config
from skillaudit.pipeline import audit
from tests.load.trees import text, write

LEXICAL = Config(scorer="lexical", use_cache=False, law=False)


def test_each_client_is_forecast_with_what_it_loads(tmp_path: Path) -> None:
    for number in range(6):
        about = f"Does job {number} with the {'abcdef'[number] * 5} machine. Use when job {number} is due."
        write(tmp_path, f".claude/skills/job-{number}/SKILL.md", text(f"job-{number}", about))
    write(tmp_path, ".gemini/skills/other/SKILL.md", text("other", "Writes songs about machines and jobs."))
    report = audit([tmp_path], LEXICAL)
    assert report.library.made_for == ("claude-code", "gemini-cli")
    rows = {row.client: row.source for row in report.forecasts if row.client and row.situation == "asked"}
    assert "6 of 7 skills" in rows["claude-code"] and "1 of 7 skills" in rows["gemini-cli"]
    views = {view.client: (view.made_for, view.loaded) for view in report.clients}
    assert (
        views["claude-code"] == (True, 6)
        and views["gemini-cli"] == (True, 1)
        and views["codex"] == (False, 0)
    )
    found = [finding.message for finding in report.findings if finding.code == "SA016"]
    assert found[0].startswith("Gemini CLI does not load job-0, job-1") or found[1].startswith("Gemini CLI")


def test_a_named_client_is_the_only_one(tmp_path: Path) -> None:
    write(tmp_path, ".claude/skills/a/SKILL.md")
    write(tmp_path, ".gemini/skills/b/SKILL.md")
    report = audit([tmp_path], Config(scorer="lexical", use_cache=False, law=False, client="gemini-cli"))
    assert [skill.id for skill in report.skills if not skill.out] == ["b"]
    assert not [row for row in report.forecasts if row.client and row.situation == "asked"]


def test_a_client_that_loads_nothing_still_gets_a_report(tmp_path: Path) -> None:
    write(tmp_path, ".claude/skills/a/SKILL.md")
    report = audit([tmp_path], Config(scorer="lexical", use_cache=False, client="gemini-cli"))
    assert report.law is not None and report.law.note == "no request speaks for this library"
    assert (report.library.routable, report.library.out) == (0, 1)
    assert report.library.left_out[0].fix == "copy it to .gemini/skills/NAME"
