"""The gate on the command line: formats, settings, baselines, changes, client lists."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skillaudit import gate
from skillaudit.config import Config
from skillaudit.gate import Point
from skillaudit.load import load
from skillaudit.optimize.halves import gathered
from skillaudit.pipeline import making
from skillaudit.progress import SILENT
from skillaudit.schema import Report
from tests.cli.runner import Runner
from tests.conftest import SAMPLES
from tests.pipeline.test_stages import shelf

CLEAN = SAMPLES / "clean"
LEXICAL = ("--scorer", "lexical")


def git(folder: Path, *arguments: str) -> None:
    """Run git in `folder` without anybody's settings."""
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def test_several_formats_in_one_run(skillaudit: Runner, tmp_path: Path) -> None:
    formats = ("-f", "concise", "-f", f"sarif:{tmp_path / 'o.sarif'}", "-f", f"junit:{tmp_path / 'o.xml'}")
    result = skillaudit("check", CLEAN, *formats, "-f", f"html:{tmp_path / 'o.html'}", *LEXICAL)
    assert result.code in (0, 1)
    assert json.loads((tmp_path / "o.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert (tmp_path / "o.xml").read_text(encoding="utf-8").startswith("<?xml")
    assert "Content-Security-Policy" in (tmp_path / "o.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("formats", "said"),
    [
        (("-f", "sarfi"), "did you mean sarif?"),
        (("-f", "text", "-f", "json"), "two formats would be written to stdout"),
    ],
)
def test_formats_that_cannot_be(skillaudit: Runner, formats: tuple[str, ...], said: str) -> None:
    result = skillaudit("check", CLEAN, *formats, *LEXICAL)
    assert result.code == 2
    assert said in result.err


def test_two_outputs_of_one_file_under_two_names(skillaudit: Runner, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    one, same = tmp_path / "o", tmp_path / "sub" / ".." / "o"
    for more in (("-f", f"json:{same}"), ("-f", "text", "--write-baseline", same)):
        result = skillaudit("check", CLEAN, "-f", f"sarif:{one}", *more, *LEXICAL)
        assert result.code == 2 and "two formats would be written to" in result.err
    assert not one.exists()


def test_no_output_is_written_where_one_cannot_be(skillaudit: Runner, tmp_path: Path) -> None:
    result = skillaudit(
        "check", CLEAN, "-f", f"json:{tmp_path / 'o'}", "-f", f"sarif:{tmp_path / 'none' / 'o'}", *LEXICAL
    )
    assert result.code == 2 and "cannot write" in result.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", CLEAN, "--max-hijack", "nan"),
        ("check", CLEAN, "--tolerance", "inf"),
        ("check", CLEAN, "--changed", "--since", "HEAD~1"),
        ("check", CLEAN, "--since", "HEAD", "--write-baseline", "b.json"),
        ("check", ""),
        ("report", CLEAN, "--floor", "nan"),
        ("config", "no-such-folder"),
        ("experiment", "h3", "--router", "local/lexical", "--budget", "nan"),
        ("calibrate", __file__, "--date", "2026-02-30"),
        ("listing", CLEAN, "-o", "no-such-folder/list"),
    ],
)
def test_values_that_mean_nothing_are_refused(skillaudit: Runner, arguments: tuple[object, ...]) -> None:
    result = skillaudit(*arguments)
    assert result.code == 2 and result.out == ""
    assert result.err.count("rror: ") == 1


def test_settings_come_from_the_file_that_is_named_and_flags_win(
    skillaudit: Runner, write_skill: Callable[..., Path], tmp_path: Path
) -> None:
    body = '# Import\n\n## When to use\n\n- "Put the monthly export of our shop into the sales tables"\n'
    root = write_skill("csv-import", "Imports CSV files into the warehouse.", body).parent.parent
    file = tmp_path / "skillaudit.toml"
    file.write_text('scorer = "lexical"\nmin-accuracy = 1.0\n', encoding="utf-8")
    assert skillaudit("check", root, "--config", file).code == 1
    assert skillaudit("check", root, "--config", file, "--min-accuracy", "0").code == 0
    shown = skillaudit("config", root, "--config", file).out
    assert 'scorer = "lexical"' in shown
    assert "skillaudit.toml:1" in shown


def test_an_unknown_setting_names_the_nearest(
    skillaudit: Runner, write_skill: Callable[..., Path], tmp_path: Path
) -> None:
    root = write_skill("csv-import").parent.parent
    (tmp_path / "skillaudit.toml").write_text("max-hijak = 0.1\n", encoding="utf-8")
    result = skillaudit("check", root, "--config", tmp_path / "skillaudit.toml", *LEXICAL)
    assert result.code == 2
    assert "max-hijack" in result.err
    assert "skillaudit.toml" in result.err


@pytest.mark.parametrize("standing", ["inside", "outside"])
def test_a_library_writes_no_file_and_opens_no_gate(
    skillaudit: Runner,
    write_skill: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    standing: str,
) -> None:
    write_skill("broken", extra="note: this: that\n", folder="lib/$(echo PWNED>pwned)")
    root, profile = tmp_path / "lib", tmp_path / ".bashrc"
    profile.write_text("mine", encoding="utf-8")
    settings = f'format = ["concise:{profile}"]\nfail-on = "never"\nignore = ["ALL"]\n'
    (root / "skillaudit.toml").write_text(settings, encoding="utf-8")
    monkeypatch.chdir(root if standing == "inside" else tmp_path)
    result = skillaudit("check", "." if standing == "inside" else root, "-q", *LEXICAL)
    assert result.code == 1 and "SA002" in result.out
    assert profile.read_text(encoding="utf-8") == "mine"
    assert "format (line 1), fail-on (line 2), ignore (line 3): only you can set this" in " ".join(
        result.out.split()
    )
    assert result.err == ""
    quiet = skillaudit("check", root, "-q", "-f", f"json:{tmp_path / 'o.json'}", *LEXICAL)
    assert quiet.err.startswith("note: ") and "only you can set this" in quiet.err
    assert skillaudit("check", root, "-q", "-f", f"text:{tmp_path / 'o.txt'}", *LEXICAL).err == quiet.err
    told = json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))["own_settings"]
    assert [(one["key"], one["applied"]) for one in told["keys"]] == [
        ("format", False),
        ("fail-on", False),
        ("ignore", False),
    ]


def test_a_librarys_word_for_itself_is_left_out_on_request(
    skillaudit: Runner, write_skill: Callable[..., Path]
) -> None:
    body = "<!-- skillaudit: ignore SA002 because it is so -->"
    root = write_skill("broken", body=body, extra="note: this: that\n").parent.parent
    result = skillaudit("check", root, *LEXICAL)
    assert result.code == 0 and "1 finding does not count because the library itself says so" in result.out
    result = skillaudit("check", root, "--isolated", *LEXICAL)
    assert result.code == 1 and "Nothing counts that the library says about its own audit" in result.out


def test_a_baseline_forgives_what_it_knows(
    skillaudit: Runner, write_skill: Callable[..., Path], tmp_path: Path
) -> None:
    root = write_skill("pdf", "pdf").parent.parent
    known = tmp_path / "baseline.json"
    strict = ("--fail-on", "warning", *LEXICAL)
    assert skillaudit("check", root, *strict, "--write-baseline", known).code == 1
    assert skillaudit("check", root, *strict, "--baseline", known).code == 0
    write_skill("csv", "csv")
    assert skillaudit("check", root, *strict, "--baseline", known).code == 1


def test_rules_are_ignored_and_regraded(skillaudit: Runner, write_skill: Callable[..., Path]) -> None:
    root = write_skill("pdf", "pdf").parent.parent
    strict = ("--fail-on", "warning", *LEXICAL)
    assert skillaudit("check", root, *strict, "--ignore", "SA0").code == 0
    assert skillaudit("check", root, *LEXICAL, "--severity", "SA009=error").code == 1
    assert skillaudit("check", root, *LEXICAL, "--severity", "SA009").code == 2


def test_a_change_is_judged_by_what_it_did(skillaudit: Runner, write_skill: Callable[..., Path]) -> None:
    root = write_skill("csv-import", "Imports CSV files into the warehouse.", "Steps.").parent.parent
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    silent = skillaudit("check", root, "--changed", *LEXICAL)
    assert silent.code == 0
    assert "nothing that the audit can see changed" in silent.out
    write_skill("broken", extra="note: this: that\n")
    result = skillaudit("check", root, "--changed", *LEXICAL)
    assert result.code == 1
    assert "CHANGE  since HEAD\n  added         broken\n" in result.out
    assert "SA002" in result.out


def test_what_was_audited_before_a_change_is_not_audited_again(
    skillaudit: Runner, write_skill: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_skill("csv-import", "Imports CSV files into the warehouse.", "Steps.").parent.parent
    monkeypatch.setenv("SKILLAUDIT_CACHE", str(root.parent / "cache"))
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    assert skillaudit("check", root, *LEXICAL).code == 0
    write_skill("slides", "Turns documents into decks.", "Steps.")
    made: list[Report] = []
    original = making.make_report

    def counted(*args: Any) -> Report:
        made.append(original(*args))
        return made[-1]

    monkeypatch.setattr(making, "make_report", counted)
    result = skillaudit("check", root, "--changed", "--tolerance", "0.5", *LEXICAL)
    assert "  added         slides\n" in result.out
    assert [len(report.skills) for report in made] == [len(load(root).skills)]


def test_what_was_audited_at_a_commit_is_not_even_laid_out_again(
    skillaudit: Runner, write_skill: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_skill("csv-import", "Imports CSV files into the warehouse.", "Steps.").parent.parent
    monkeypatch.setenv("SKILLAUDIT_CACHE", str(tmp_path / "cache"))
    requests = tmp_path / "requests.jsonl"
    requests.write_text('{"query": "load this table", "gold": ["csv-import"]}\n', encoding="utf-8")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    slides = write_skill("slides", "Turns documents into decks.", "Steps.")
    lain: list[str] = []
    original = gate.checkout

    def counted(point: Point) -> Any:
        lain.append(point.commit)
        return original(point)

    monkeypatch.setattr(gate, "checkout", counted)
    check = ("check", root, "--changed", "--tolerance", "1", "--requests", requests, *LEXICAL)

    def agrees() -> int:
        """Check with what is kept and without; return how often the first laid the commit out."""
        lain.clear()
        got = skillaudit(*check)
        times = len(lain)
        assert "  added         slides\n" in got.out and "accuracy" in got.out
        assert got == skillaudit(*check, "--no-cache") and len(lain) == times + 1
        return times

    assert agrees() == 1
    slides.write_text(slides.read_text(encoding="utf-8").replace("decks", "pictures"), encoding="utf-8")
    assert agrees() == 0
    requests.write_text('{"query": "load that table", "gold": ["csv-import"]}\n', encoding="utf-8")
    assert agrees() == 1
    git(root, "commit", "-qam", "second", "--allow-empty")
    assert agrees() == 0, "another commit of the same content"


def test_a_change_may_add_what_the_baseline_knows(
    skillaudit: Runner, write_skill: Callable[..., Path], tmp_path: Path
) -> None:
    root = write_skill("csv-import", "Imports CSV files into the warehouse.", "Steps.").parent.parent
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    write_skill("broken", extra="note: this: that\n")
    known = tmp_path / "baseline.json"
    lenient = ("--tolerance", "0.5", *LEXICAL)  # a second skill is the first rival
    skillaudit("check", root, "--write-baseline", known, *LEXICAL)
    result = skillaudit("check", root, "--changed", *lenient, "--baseline", known)
    assert result.code == 0 and "known in the baseline" in result.out
    write_skill("other", extra="note: this: that\n")
    result = skillaudit("check", root, "--changed", *lenient, "--baseline", known)
    assert result.code == 1 and "1 new error (SA002)" in result.out
    assert skillaudit("check", root, "--changed", "--baseline", tmp_path / "none", *LEXICAL).code == 2


def test_a_revision_that_does_not_exist(skillaudit: Runner, write_skill: Callable[..., Path]) -> None:
    root = write_skill("csv-import").parent.parent
    git(root, "init", "-q")
    result = skillaudit("check", root, "--since", "nowhere", *LEXICAL)
    assert result.code == 2 and "no commit yet" in result.err
    git(root, "commit", "-q", "--allow-empty", "-m", "one")
    result = skillaudit("check", root, "--since", "nowhere", *LEXICAL)
    assert result.code == 2 and "'nowhere' is no commit" in result.err


def test_a_folder_that_gets_its_first_skill(skillaudit: Runner, write_skill: Callable[..., Path]) -> None:
    root = write_skill("csv-import").parent.parent
    (root / "README.md").write_text("Skills of the team.", encoding="utf-8")
    git(root, "init", "-q")
    git(root, "add", "README.md")
    git(root, "commit", "-q", "-m", "one")
    result = skillaudit("check", root, "--since", "HEAD", *LEXICAL)
    assert result.code == 0
    assert "All of it counts as new, as HEAD holds no library there" in " ".join(result.out.split())
    write_skill("broken", extra="note: this: that\n")
    assert skillaudit("check", root, "--since", "HEAD", *LEXICAL).code == 1


def test_the_list_of_a_client_goes_to_stdout_and_its_losses_to_stderr(skillaudit: Runner) -> None:
    result = skillaudit("listing", SAMPLES / "oversized", "--client", "copilot-cli")
    assert result.code == 0
    assert result.out.startswith("<available_skills>")
    assert "invisible (over budget)" in result.err
    table = skillaudit("listing", SAMPLES / "oversized")
    assert "copilot-cli: Copilot CLI" in table.out
    assert skillaudit("listing", SAMPLES / "clean", "--client", "nobody").code == 2


def test_a_listing_of_all_files_takes_what_no_client_loads(
    skillaudit: Runner, write_skill: Callable[..., Path], tmp_path: Path
) -> None:
    write_skill("slides", "Turns documents into decks.", folder=".gemini/skills")
    options = ("listing", tmp_path, "--client", "claude-code")
    assert "slides" not in skillaudit(*options).out
    assert "- slides: Turns documents into decks." in skillaudit(*options, "--files", "all").out


def test_an_audit_for_a_client_takes_what_it_shows(skillaudit: Runner) -> None:
    whole = json.loads(skillaudit("report", SAMPLES / "oversized", "-f", "json", *LEXICAL).out)
    client = ("--client", "claude-code")
    cut = json.loads(skillaudit("report", SAMPLES / "oversized", "-f", "json", *client, *LEXICAL).out)
    assert cut["client"] == "claude-code"
    assert cut["forecast"]["accuracy"]["value"] < whole["forecast"]["accuracy"]["value"]
    codes = {f["code"]: f["severity"] for f in cut["findings"] if "Claude" in f["message"]}
    assert codes == {"SA402": "warning"}


def test_the_gate_holds_what_a_probe_measured(
    skillaudit: Runner, write_skill: Callable[..., Path], tmp_path: Path
) -> None:
    body = "## When to use\n\n- Load the ledger of last month\n- Bring a bank statement into the books\n"
    path = write_skill("ledger-import", "Loads bank statements into the ledger and books.", body)
    write_skill(
        "slides", "Turns documents into slide decks.", "## When to use\n\n- Make a deck for my talk\n"
    )
    root, log = path.parent.parent, tmp_path / "probe.sqlite"
    assert skillaudit("probe", root, "--model", "local/lexical", "--log", log).code == 0
    result = skillaudit("check", root, "--measured", log, "--max-hijack", "0", "-f", "json", *LEXICAL)
    forecast = json.loads(result.out)["forecast"]
    assert forecast["router"] == "measured: local/lexical"
    assert result.code == (0 if forecast["hijack"]["value"] == 0 else 1)
    for change in (("--changed",), ("--since", "HEAD")):
        mixed = skillaudit("check", root, "--measured", log, *change, *LEXICAL)
        assert mixed.code == 2 and "--since compares two forecasts" in mixed.err
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("bank statements", "receipts"), encoding="utf-8")
    stale = skillaudit("check", root, "--measured", log, *LEXICAL)
    assert stale.code == 2
    assert "ledger-import" in stale.err


@pytest.mark.slow
def test_a_limit_holds_an_exported_tree_to_what_was_promised(skillaudit: Runner, tmp_path: Path) -> None:
    folder, asked = shelf(tmp_path / "shelf", 1)
    settings = (*LEXICAL, "--router", "older", "--no-cache", "--quiet")
    out, proof = tmp_path / "out", tmp_path / "proof.jsonl"
    made = skillaudit(
        "optimize",
        folder,
        "--requests",
        asked,
        "--only",
        "hierarchy",
        "--export",
        out,
        "-f",
        "json",
        *settings,
    )
    trees = json.loads(made.out)["hierarchy"]["trees"]
    promised = next(tree["accuracy"] for tree in trees if tree["arrangement"] == "proposed")
    config = Config(scorer="lexical", use_cache=False, router="older", requests=(asked,))
    library = load([folder])
    names = {skill.id: skill.name for skill in library.skills}
    kept = gathered(library, config, SILENT).proof
    proof.write_text("".join(json.dumps({"query": r.query, "gold": names[r.gold[0]]}) + "\n" for r in kept))
    check = ("check", out, "--requests", proof, *settings)
    assert skillaudit(*check, "--min-accuracy", f"{promised - 0.005:.4f}").code == 0
    failed = skillaudit(*check, "--min-accuracy", f"{promised + 0.005:.4f}", "-f", "json")
    assert failed.code == 1
    whole = json.loads(failed.out)
    assert whole["forecast"]["accuracy"]["value"] == pytest.approx(promised, abs=0.002)
    said = json.loads(skillaudit("report", out, "--requests", proof, "-f", "json", *settings).out)
    codes = [[(one["code"], one["skills"]) for one in found["findings"]] for found in (whole, said)]
    assert codes[0] == codes[1] and "SA014" not in {code for code, _ in codes[0]}
