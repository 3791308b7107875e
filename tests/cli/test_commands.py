"""The commands as a shell sees them: output, files, exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.runner import Runner
from tests.conftest import SAMPLES

CLEAN = SAMPLES / "clean"
LEXICAL = ("--scorer", "lexical")


def test_report_is_text_on_stdout_and_nothing_on_stderr(skillaudit: Runner) -> None:
    result = skillaudit("report", CLEAN, *LEXICAL)
    assert result.code == 0
    assert result.out.startswith("skillaudit ")
    assert "IN SHORT" in result.out
    assert result.err == ""


def test_a_source_alone_prints_the_text_report_where_there_is_no_terminal(skillaudit: Runner) -> None:
    assert skillaudit(CLEAN, *LEXICAL).out == skillaudit("report", CLEAN, *LEXICAL).out
    assert skillaudit(*LEXICAL, CLEAN).code == 0


def test_the_same_input_gives_the_same_bytes(skillaudit: Runner) -> None:
    first = skillaudit("report", CLEAN, "-f", "json", "--no-cache", *LEXICAL)
    assert first.out == skillaudit("report", CLEAN, "-f", "json", *LEXICAL).out


def test_output_goes_to_a_file_whole(skillaudit: Runner, tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    assert skillaudit("report", CLEAN, "-f", "json", "-o", path, *LEXICAL) == (0, "", "")
    assert json.loads(path.read_text(encoding="utf-8"))["schema_version"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.json"]


def test_requests_of_the_user_judge_first(skillaudit: Runner) -> None:
    result = skillaudit("report", CLEAN, "-f", "json", "--requests", CLEAN / "requests.jsonl", *LEXICAL)
    sources = {s["source"]: s["requests"] for s in json.loads(result.out)["forecast"]["coverage"]["sources"]}
    assert sources["file"] >= 30
    assert json.loads(result.out)["forecast"]["false_trigger"]["value"] is not None


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (("--max-hijack", "1"), 0),
        (("--max-hijack", "0"), 1),
        (("--min-accuracy", "0"), 0),
        (("--min-accuracy", "1"), 1),
        (("--max-hijack", "0", "--fail-on", "never"), 1),
        (("--max-hijack", "1.5"), 2),
    ],
)
def test_check_exits_by_its_limits(skillaudit: Runner, limits: tuple[str, ...], code: int) -> None:
    assert skillaudit("check", CLEAN, *limits, *LEXICAL).code == code


@pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 1), ("never", 0)])
def test_check_exits_by_the_severity_of_findings(
    skillaudit: Runner, write_skill: Callable[..., Path], fail_on: str, code: int
) -> None:
    root = write_skill("csv-import", "Imports CSV files into the warehouse.").parent.parent
    write_skill("pdf", "pdf")
    assert skillaudit("check", root, "--fail-on", fail_on, *LEXICAL).code == code


def test_route_ranks_and_says_why(skillaudit: Runner, write_skill: Callable[..., Path]) -> None:
    root = write_skill("slides", "Turns documents into slide decks for a talk.").parent.parent
    write_skill("invoices", "Checks supplier invoices against orders.")
    result = skillaudit("route", root, "make slides out of this document", *LEXICAL)
    assert result.code == 0
    assert result.out.index("1.  slides") < result.out.index("2.  invoices")
    assert "because of: slides" in result.out
    ranking = json.loads(skillaudit("route", root, "make slides", "-f", "json", *LEXICAL).out)
    chances = [choice["probability"] for choice in ranking["choices"]] + [ranking["no_skill"]]
    assert ranking["choices"][0]["id"] == "slides"
    assert sum(chances) == pytest.approx(1, abs=0.01)


def test_rule_explains_by_code_and_slug_and_suggests_the_nearest(skillaudit: Runner) -> None:
    assert skillaudit("rule", "SA301").out == skillaudit("rule", "black-hole").out
    assert "SA301" in skillaudit("rule").out
    wrong = skillaudit("rule", "black-whole")
    assert wrong.code == 2
    assert "did you mean black-hole?" in wrong.err


def test_help_and_version(skillaudit: Runner) -> None:
    assert "skillaudit check" in skillaudit("--help").out
    assert skillaudit("--version").out.startswith("skillaudit 0.")
    assert skillaudit("report", "--help").code == 0
    assert skillaudit().out.startswith("Usage:")
