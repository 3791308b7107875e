"""Nothing leaves the machine, nothing is written elsewhere, and no secret stands in what is written."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from skillaudit.cache import CACHE_VARIABLE
from skillaudit.sessions.masking import masked, words
from tests.cli.runner import Runner
from tests.sessions import transcripts
from tests.sessions.transcripts import SKILLS

SECRETS = (
    "sk-ant-api03-Zq9bV3xKw7Lm2Pt5Rc8",
    "ghp_9aB8cD7eF6gH5iJ4kL3mN2oP1qR0",
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG9bPxRfiCYEXAMPLEKEY",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    "hunter2-and-more",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "jane.doe+work@example.co.uk",
    "janedoe1983",
    "value-of-a-variable-771",
    "s3cr3tpw",
)
SAID = (
    f"plot with {SECRETS[0]} and {SECRETS[1]}, {SECRETS[2]} {SECRETS[3]} token {SECRETS[4]}; password: {SECRETS[5]} "
    f"digest {SECRETS[6]}, mail {SECRETS[7]}, in /home/{SECRETS[8]}/plots and C:\\Users\\{SECRETS[8]}\\x with "
    f"{SECRETS[9]} at postgres://joe:{SECRETS[10]}@db/x"
)


def test_secrets_are_masked_and_words_are_not() -> None:
    told = words(SAID)
    assert not [secret for secret in SECRETS if secret in told and secret != SECRETS[9]]
    assert told.startswith("plot with <secret> and <secret>, <secret>")
    assert "in ~/plots and ~\\x" in told
    plain = (
        "the password is wrong, reset the token counter and design tokens: spacing",
        "use the a-very-long-kebab-case-name-of-a-skill-2024 in src/components/ButtonGroup2024/index.tsx",
        "see https://example.com/a?b=c#d, issue #1234 and commit 3f2a91c",
    )
    for text in plain:
        assert masked(text) == text


def test_no_output_holds_a_secret(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    skillaudit: Runner,
    write_skill: Callable[..., Path],
) -> None:
    monkeypatch.setenv("DEPLOY_TOKEN", SECRETS[9])
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    from skillaudit.sessions import masking

    masking._environment.cache_clear()
    home = tmp_path / "from"
    listing = (("list", (*SKILLS, ("gamma", SAID))),)
    steps = (
        *listing,
        ("ask", SAID),
        ("load", "alpha"),
        ("ask", f"no, use beta, not {SECRETS[0]}"),
        ("answer",),
    )
    project = f"/home/{SECRETS[8]}/plots"
    transcripts.claude_code(home, "one", steps, project=project)
    transcripts.codex(home, "two", steps)
    transcripts.copilot_cli(home, "three", steps)
    transcripts.gemini_cli(home, "four", steps[1:])
    transcripts.pi(home, "five", steps)
    transcripts.opencode(home, {"six": steps[1:]})
    transcripts.openclaw(home, {"seven": steps})
    folders = sorted(home.iterdir())
    outputs = [skillaudit("sessions", *folders, "-o", tmp_path / "decisions.jsonl")]
    outputs += [skillaudit("sessions", *folders, "-f", form) for form in ("text", "json")]
    outputs += [skillaudit("sessions", *folders, "-o", "-"), skillaudit("sessions", *folders, "--dry-run")]
    for name, text in SKILLS:
        write_skill(name, text)
    library = write_skill("gamma", "Books invoices in the ledger.").parents[1]
    lexical = ("--scorer", "lexical")
    outputs.append(skillaudit("sessions", *folders, "--library", library, "-o", tmp_path / "own.jsonl"))
    asked = [option for folder in folders for option in ("--transcripts", folder)]
    outputs.append(skillaudit("review", library, *asked, "--sheet", tmp_path / "sheet.md", *lexical))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(home / ".claude"))
    for form in ("text", "json", "markdown", "html"):
        path = tmp_path / f"report.{form}"
        outputs.append(skillaudit("report", library, "--sessions", "-f", form, "-o", path, *lexical))
    assert [(result.code, result.err if result.code else "") for result in outputs] == [(0, "")] * len(
        outputs
    )
    assert "~/plots" in (tmp_path / "sheet.md").read_text(encoding="utf-8")
    masking._environment.cache_clear()
    written = [path for path in tmp_path.rglob("*") if path.is_file() and home not in path.parents]
    assert {path.name for path in written} >= {"decisions.jsonl", "cache-2.sqlite"}
    texts = [result.out + result.err for result in outputs]
    texts += [path.read_bytes().decode("utf-8", "replace") for path in written]
    found = [(secret, text[:60]) for text in texts for secret in SECRETS if secret in text]
    assert found == []
    assert "~/plots" not in texts[0]


AUDIT = """
import os, sys
events = []
CHANGES = {"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "sqlite3.connect"}
def hook(name, args):
    if name.startswith("socket.") and name not in ("socket.gethostname",):
        events.append((name, ""))
    elif name == "open" and not isinstance(args[0], int):
        if isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            events.append((name, os.fspath(args[0])))
    elif name in CHANGES:
        events.append((name, str(args[0])))
    elif name in ("subprocess.Popen", "os.system", "os.exec", "os.fork"):
        events.append((name, ""))
sys.addaudithook(hook)
from skillaudit.cli import group
from skillaudit.cli.diagnostics import run
sys.argv = ["skillaudit", *sys.argv[1:]]
code = run(group)
for name, path in events:
    print(name, path, sep="\\t", file=sys.stderr)
sys.exit(code)
"""


def test_no_network_and_no_file_but_the_output_and_the_cache(tmp_path: Path) -> None:
    home = tmp_path / "from"
    steps = (("list", SKILLS), ("ask", "plot the sales"), ("load", "alpha"))
    transcripts.claude_code(home, "one", steps)
    transcripts.opencode(home, {"six": steps[1:]})
    transcripts.openclaw(home, {"seven": steps})
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in home.rglob("*")}
    output = tmp_path / "out"
    output.mkdir()
    own = {CACHE_VARIABLE: str(tmp_path / "cache"), "SKILLAUDIT_STATE": str(tmp_path / "cache/state")}
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"} | own
    run = subprocess.run(
        [sys.executable, "-c", AUDIT, "sessions", "-o", str(output / "d.jsonl")],
        capture_output=True, text=True, env=environment, check=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    allowed = (str(tmp_path / "cache"), str(output), ":memory:", "/dev/null")
    events = [line.split("\t") for line in run.stderr.splitlines() if "\t" in line]
    strange = [
        (name, path) for name, path in events if not path.startswith(allowed) and "__pycache__" not in path
    ]
    assert strange == []
    assert before == {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in home.rglob("*")}
    assert (output / "d.jsonl").read_text(encoding="utf-8").count("\n") == 3
