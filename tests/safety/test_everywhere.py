"""Whatever a text comes from and whichever command prints it: nothing that acts leaves, anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from skillaudit.formatters import FORMATS
from skillaudit.gate.baseline import read_baseline
from skillaudit.load import load
from skillaudit.optimize.plan_file import read_plan
from skillaudit.requests.gathering import gather
from skillaudit.routing.decisions import read_decisions
from skillaudit.routing.profiles import built_in, profiles
from skillaudit.safety.cleaning import clean, clean_data
from skillaudit.settings import resolve
from tests.cli.runner import Result, Runner
from tests.conftest import SAMPLES
from tests.safety.planting import BAD, RUNNER, plant, poisoned, requests, spelt, text_of

ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
COMMAND = re.compile(r"^\s*::|##[A-Za-z-]{0,40}\[", re.MULTILINE)
ANNOTATION = re.compile(r"^::(?:error|warning|notice) [^\n]*$", re.MULTILINE)
LEXICAL = ("--scorer", "lexical", "-q", "--no-cache")


@pytest.fixture
def skillaudit(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Runner:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return Runner(monkeypatch, capfd)


def texts(result: Result, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield whatever a command left: what it printed, the files below `folder`, and their names."""
    yield "stdout", result.out
    yield "stderr", result.err
    for path in sorted(folder.rglob("*")) if folder.exists() else ():
        yield f"the name of {path}", path.name
        if path.is_file():
            yield str(path), path.read_text(encoding="utf-8")


def harmless(result: Result, folder: Path, *, annotations: bool = False) -> None:
    """Fail where something that acts was printed or written below `folder`."""
    assert result.code != 70, result.err
    for where, text in texts(result, folder):
        assert not (found := ACTS.search(text)), (
            f"{where}: {text[max(0, found.start() - 60) : found.end()]!r}"
        )
        if where.startswith("std"):
            rest = ANNOTATION.sub("", text) if annotations else text
            assert not (found := COMMAND.search(rest)), f"{where}: {rest[found.start() :][:120]!r}"
    assert any("add-mask" in text for _, text in texts(result, folder)), "the planted text did not get so far"


def in_files(out: Path) -> list[str]:
    """Return the arguments that write every format to a file below `out`."""
    out.mkdir()
    return [word for form in FORMATS for word in ("-f", f"{form}:{out / form}")]


def files_are_harmless(out: Path) -> None:
    """Fail where something that acts stands in one of the files that `in_files` asks for."""
    for form in FORMATS:
        text = (out / form).read_text(encoding="utf-8")
        assert not ACTS.search(text), form
        assert not COMMAND.search(ANNOTATION.sub("", text) if form == "github" else text), form
        assert "add-mask" in text, form


@pytest.mark.parametrize("command", ["check", "report"])
def test_every_format_in_a_file(skillaudit: Runner, tmp_path: Path, command: str) -> None:
    library, asked, out = plant(tmp_path), requests(tmp_path), tmp_path / "out"
    found = skillaudit(command, library, *LEXICAL, "--requests", asked, *in_files(out))
    assert found.code in (0, 1), found.err
    files_are_harmless(out)


@pytest.mark.parametrize("form", ["text", "concise", "markdown", "json", "html", "github"])
def test_formats_on_stdout(skillaudit: Runner, tmp_path: Path, form: str) -> None:
    library, out = plant(tmp_path), tmp_path / "out"
    given = ("check", library, *LEXICAL, "--requests", requests(tmp_path), "-f", form)
    harmless(skillaudit(*given), out, annotations=form == "github")


def settings(root: Path) -> Path:
    path = root / "own.toml"
    path.write_text(
        f'fail-on = "never"\n'
        f"per-path-ignores = {{'{RUNNER}drafts/*' = ['SA2']}}\n"
        f"[[suppress]]\nrules = ['SA101']\nskills = ['{RUNNER}tea']\nreason = {spelt('because')}\n"
        f"[[suppress]]\nrules = ['SA004', 'SA009', 'SA501']\nreason = {spelt('because of this')}\n"
    )
    return path


def test_reasons_of_settings(skillaudit: Runner, tmp_path: Path) -> None:
    library, out = plant(tmp_path), tmp_path / "out"
    found = skillaudit("check", library, *LEXICAL, "--config", settings(tmp_path), *in_files(out))
    assert found.code in (0, 1), found.err
    assert "because of this" in (out / "json").read_text(encoding="utf-8")
    files_are_harmless(out)


BAD_SETTINGS = (
    f"{spelt('no-such-key')} = 1",
    f"ignore = [{spelt('SA9')}]",
    f"per-path-ignores = {{'x' = [{spelt('SA9')}]}}",
    f"scorer = {spelt('x')}",
    f"router = {spelt('x')}",
    f"client = {spelt('x')}",
    f"requests = [{spelt('x.jsonl')}]",
    f"format = [{spelt('text')}]",
    f"baseline = {spelt('x.json')}",
    f"chains = [{spelt('x.txt')}]",
    f"severity = {{{spelt('SA101')} = 'error'}}",
    f"severity = {{SA101 = {spelt('grave')}}}",
    f"suppress = [{{rules = ['SA1'], {spelt('why')} = 1}}]\nignore = [{spelt('q')}]",
)


@pytest.mark.parametrize("line", BAD_SETTINGS)
def test_refused_settings(skillaudit: Runner, tmp_path: Path, line: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(line)
    found = skillaudit("check", plant(tmp_path), *LEXICAL, "--config", path)
    assert found.code in (0, 1, 2)
    assert not ACTS.search(found.out + found.err)
    assert not COMMAND.search(found.out + found.err)


COMMANDS = (
    ("listing",),
    ("listing", "--client", "claude-code"),
    ("whatif", "--remove", RUNNER + "tea"),
    ("whatif", "--remove", RUNNER + "tea", "-f", "json"),
    ("laws",),
    ("laws", "-f", "json"),
    ("probe", "--router", "local/lexical"),
    ("probe", "--router", "local/lexical", "-f", "json"),
    ("config",),
    ("open",),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_other_commands(skillaudit: Runner, tmp_path: Path, command: tuple[str, ...]) -> None:
    library = plant(tmp_path)
    name, *rest = command
    quiet = {"listing": ("-q",), "config": ("--config", settings(tmp_path))}.get(name, LEXICAL)
    more = ("--requests", requests(tmp_path)) if name in ("probe", "whatif") else ()
    found = skillaudit(name, library, *rest, *quiet, *more)
    assert not ACTS.search(found.out + found.err)
    assert not COMMAND.search(found.out + found.err)
    assert found.code != 70


@pytest.mark.parametrize("form", ["text", "json"])
def test_route(skillaudit: Runner, tmp_path: Path, form: str) -> None:
    found = skillaudit("route", plant(tmp_path), text_of("green tea"), *LEXICAL, "-f", form)
    harmless(found, tmp_path / "out")


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_plans(skillaudit: Runner, tmp_path: Path, suffix: str) -> None:
    library, out = plant(tmp_path, raw=False), tmp_path / "out"
    out.mkdir()
    plan, export = out / f"plan.{suffix}", tmp_path / "exported"
    given = ("optimize", library, *LEXICAL, "--requests", requests(tmp_path), "--all")
    found = skillaudit(*given, "--plan", plan, "--export", export)
    assert found.code == 0, found.err
    harmless(found, export)
    assert not ACTS.search(plan.read_text(encoding="utf-8"))
    assert not ACTS.search(skillaudit(*given, "-f", "json").out)
    data = load([library])
    back = msgspec.to_builtins(read_plan(plan, data))
    edit = {"kind": "demote", "step": "narrow", "accept": False, "skills": [data.skills[0].id]}
    edit |= {word: text_of(word) for word in ("id", "reason", "refused", "before", "after")}
    plan.write_text(json.dumps({**back, "edits": [edit], "anchor": text_of("anchor")}))
    assert clean_in(read_plan(plan, data))
    found = skillaudit(*given, "--plan", plan)
    assert found.code == 0, found.err
    harmless(found, out / "nothing")
    plan.write_text(json.dumps({**back, "edits": [{**edit, "kind": text_of("demote")}]}))
    found = skillaudit(*given, "--plan", plan)
    assert found.code == 2
    harmless(found, out / "nothing")


SYSTEMS = {
    "form.yaml": f"""format: skillaudit-agents/1
name: {spelt("team")}
protocol: {{kind: sequential, stop: {spelt("when done")}}}
tools: [{{name: {spelt("search")}, description: {spelt("Searches.")}}}]
agents:
  - name: {spelt("writer")}
    role: {spelt("Writer of notes")}
    description: {spelt("Writes release notes.")}
    policy: {spelt("Write release notes from the changes. Name breaking changes first.")}
    tools: [{spelt("search")}]
    output: {spelt("notes")}
    model: {spelt("m")}
    tasks: [{{name: {spelt("write-notes")}, text: {spelt("Write the notes of a release.")}}}]
  - {{name: checker, policy: {spelt("Check the release notes against the list of changes.")}}}
edges: [{{from: {spelt("writer")}, to: checker, passes: {spelt("notes")}}}]
""",
    "crew.py": f"""from crewai import Agent, Crew, Process, Task
writer = Agent(role={spelt("Writer")}, goal={spelt("Write notes.")}, backstory={spelt("Knows words.")})
task = Task(description={spelt("Write the release notes.")}, expected_output={spelt("Notes.")}, agent=writer)
crew = Crew(agents=[writer], tasks=[task], process=Process.sequential)
""",
    "agent.md": f"""---
name: {spelt("writer")}
description: {spelt("Writes release notes when a version is cut.")}
tools: [{spelt("Read")}]
model: {spelt("m")}
---
You write release notes. {BAD}{RUNNER} Name breaking changes first.
""",
}


@pytest.mark.parametrize("name", [*SYSTEMS, "autogen.json", "crew"])
def test_compiled_systems(skillaudit: Runner, tmp_path: Path, name: str) -> None:
    source = tmp_path / "systems" / name
    source.parent.mkdir()
    if name == "crew":
        folder = source / "config"
        folder.mkdir(parents=True)
        (folder / "agents.yaml").write_text(
            f"writer:\n  role: {spelt('Writer')}\n  goal: {spelt('Write notes.')}\n  backstory: {spelt('Knows.')}\n"
        )
        (folder / "tasks.yaml").write_text(
            f"notes:\n  description: {spelt('Write notes.')}\n  expected_output: {spelt('Notes')}\n  agent: writer\n"
        )
    elif name == "autogen.json":
        team = json.loads((SAMPLES / "multi_agent" / "autogen-release-notes.json").read_text())
        team["label"] = text_of("team")
        for one in team["config"]["participants"]:
            one["config"] = {
                key: text_of(value) if key in ("description", "system_message") else value
                for key, value in one["config"].items()
            }
        source.write_text(json.dumps(team))
    else:
        source.write_text(SYSTEMS[name], encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    for form in ("text", "json"):
        harmless(skillaudit("compile", source, *LEXICAL, "-f", form, "-o", out / form), out)
        harmless(
            skillaudit("compile", source, *LEXICAL, "-f", form, "--check-only", "--export", out / "x.json"),
            out,
        )
    assert (out / "text").is_dir()
    named = skillaudit("compile", source, *LEXICAL, "-o", out / f"{RUNNER}\x1b[2J".replace("/", ""))
    assert not ACTS.search(named.out + named.err)
    broken = tmp_path / "systems" / f"broken{source.suffix}"
    broken.write_text(f"format: skillaudit-agents/1\nagents: [{{name: {spelt('a')}, {spelt('odd')}: 1}}]\n")
    found = skillaudit("compile", broken, *LEXICAL)
    assert not ACTS.search(found.out + found.err)


WORDS = (
    ("check", text_of("nowhere")),
    ("report", "lib", "-f", text_of("text")),
    ("report", "lib", "--scorer", "lexical", "-o", f"no/{RUNNER}\x1b[2J"),
    ("report", "lib", text_of("--flag")),
    ("check", "lib", f"--{BAD}"),
    ("check", "lib", "--since", text_of("ref")),
    ("check", "lib", "--baseline", text_of("b.json")),
    ("check", "lib", "--router", text_of("r")),
    ("check", "lib", "--severity", text_of("x")),
    ("rule", text_of("SA101")),
    ("route", "lib", "x", "--router", text_of("r")),
    ("compile", text_of("x")),
    ("calibrate", text_of("x.jsonl")),
    ("validate", text_of("x")),
    ("whatif", "lib", "--remove", text_of("nobody")),
    ("experiment", text_of("nothing")),
    ("optimize", "lib", "--only", text_of("step")),
    ("optimize", "lib", "--scorer", "lexical", "--plan", f"no/{RUNNER}\x1b.json"),
)


@pytest.mark.parametrize("words", WORDS, ids=lambda words: words[0])
def test_errors_quote_nothing_that_acts(skillaudit: Runner, tmp_path: Path, words: tuple[str, ...]) -> None:
    plant(tmp_path)
    found = skillaudit(*(word.replace("\0", "") for word in words))
    assert found.code in (2, 3)
    assert not ACTS.search(found.out + found.err)
    assert not COMMAND.search(found.out + found.err)


def clean_in(value: object) -> bool:
    return not ACTS.search(json.dumps(msgspec.to_builtins(value), ensure_ascii=False))


def test_records_hold_clean_text(tmp_path: Path) -> None:
    library = load([plant(tmp_path)])
    assert len(library.skills) >= len(("tea", "bikes", "maps", "coffee"))
    assert clean_in(library)
    assert clean_in(gather(library, [requests(tmp_path)]))
    kinds = {(defect.kind, defect.skill) for defect in library.defects}
    assert {kind for kind, _ in kinds} >= {"hidden-characters", "unknown-keys"}
    tools = tmp_path / "tools.json"
    rows = [
        {"name": f"tool-{i}", "description": f"Does {i}.", "category": "c", "path": "a/b"} for i in range(3)
    ]
    tools.write_text(json.dumps(poisoned(rows)))
    assert clean_in(load([tools]))
    assert all(clean_in(entry) for entry in resolve(config=settings(tmp_path), environ={}).entries)


def test_stored_files_are_read_clean(tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    known = {"fingerprint": "f", "code": "SA101", "severity": "error", "skills": ["tea"]}
    baseline.write_text(json.dumps({"format": 1, "findings": [{**poisoned(known), "severity": "error"}]}))
    assert clean_in(read_baseline(baseline))
    profile = msgspec.to_builtins(built_in()[0])
    own = {**profile, "name": text_of("own"), "description": text_of("mine"), "training": text_of("x")}
    folder = tmp_path / "routers"
    folder.mkdir()
    (folder / "own.json").write_text(json.dumps(own))
    assert all(clean_in(one) for one in profiles(folder))
    log = tmp_path / "decisions.jsonl"
    row = {"query": "q", "gold": ["a"], "choice": {"m": "a"}, "candidates": ["a", "b"]}
    log.write_text(json.dumps(poisoned({**row, "candidate_descriptions": ["A thing.", "Another."]})) + "\n")
    found = read_decisions(log)
    assert clean_in([*found.skills, found.models, [decision.query for decision in found.decisions]])


def test_nesting_of_any_depth_is_cleaned() -> None:
    value: object = BAD
    for _ in range(20_000):
        value = [value]
    found = clean_data(value)
    while isinstance(found, list):
        found = found[0]
    assert found == clean(BAD)
    assert clean_data({"\x1b[2Ja": {"b": ["\x07c", 1, None]}}) == {"a": {"b": ["c", 1, None]}}
