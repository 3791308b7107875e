"""Settings: precedence, provenance, and errors that name the line and the nearest key."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from skillaudit.errors import UsageError
from skillaudit.gate import Suppression, selection_of, suppressions_of
from skillaudit.schema import Location
from skillaudit.settings import dump, own_file, resolve

FILE = """\
# limits
max-hijack = 0.1
min_accuracy = 0.8
fail-on = "warning"
select = ["SA2", "SA3"]
ignore = "SA203"
requests = ["evals/requests.jsonl"]
baseline = "skillaudit-baseline.json"

[severity]
SA202 = "error"

[per-path-ignores]
"drafts/*" = ["ALL"]

[[suppress]]
rules = ["SA202"]
skills = ["a", "b"]
reason = "twins  by design"
"""


def own_folder() -> Path:
    """Return the folder of the user's own file."""
    file = own_file()
    assert file is not None
    return file.parent


def write(folder: Path, text: str, name: str = "skillaudit.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_a_file_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = resolve(config=write(tmp_path, FILE), environ={})
    gate = settings.gate()
    assert (gate.max_hijack, gate.min_accuracy, gate.fail_on, gate.tolerance) == (0.1, 0.8, "warning", 0.01)
    selection = selection_of(settings)
    assert (selection.select, selection.ignore) == (("SA2", "SA3"), ("SA203",))
    assert selection.severity == {"SA202": "error"}
    assert [(rule.pattern, rule.ignore) for rule in selection.per_path] == [("drafts/*", ("ALL",))]
    assert settings.config().requests == (Path("evals/requests.jsonl"),)
    assert settings["baseline"] == "skillaudit-baseline.json"
    assert suppressions_of(settings) == (
        Suppression(
            codes=("SA202",),
            skills=("a", "b"),
            reason="twins by design",
            location=Location(path="skillaudit.toml", line=16, root="."),
        ),
    )
    places = {entry.key: entry.source for entry in settings.entries}
    assert places["max-hijack"] == "skillaudit.toml:2"
    assert places["min-accuracy"] == "skillaudit.toml:3"
    assert places["severity"] == "skillaudit.toml:10"
    assert places["suppress"] == "skillaudit.toml:16"
    assert places["scorer"] == "default"


def test_flags_before_environment_before_file_before_default(tmp_path: Path) -> None:
    file = write(tmp_path, "max-hijack = 0.1\nfail-on = 'warning'\nscorer = 'lexical'\n")
    environ = {
        "SKILLAUDIT_MAX_HIJACK": "0.2",
        "SKILLAUDIT_SELECT": "SA2, SA3",
        "SKILLAUDIT_NO_CACHE": "yes",
        "OTHER": "1",
    }
    settings = resolve({"max_hijack": 0.3, "min_accuracy": None}, config=file, environ=environ)
    assert (settings["max-hijack"], settings.source("max-hijack")) == (0.3, "flag --max-hijack")
    assert (settings["select"], settings.source("select")) == (
        ("SA2", "SA3"),
        "environment SKILLAUDIT_SELECT",
    )
    assert settings["fail-on"] == "warning" and settings.config().scorer == "lexical"
    assert settings.config().use_cache is False
    assert settings["min-accuracy"] is None and settings.source("min-accuracy") == "default"
    assert resolve(config=file, environ=environ)["max-hijack"] == 0.2


def test_severity_flags_add_to_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, 'severity = {SA202 = "error", SA203 = "info"}\n')
    settings = resolve({"severity": {"SA203": "error"}}, config=file, environ={})
    assert settings["severity"] == {"SA202": "error", "SA203": "error"}


def test_the_users_own_file_stands_below_all_that_is_nearer(tmp_path: Path) -> None:
    write(own_folder(), "max-hijack = 0.1\nmin-accuracy = 0.9\ntolerance = 0.5\n")
    project = write(tmp_path, "max-hijack = 0.2\nmin-accuracy = 0.8\n")
    settings = resolve({"min_accuracy": 0.7}, config=project, environ={})
    assert [settings[key] for key in ("max-hijack", "min-accuracy", "tolerance")] == [0.2, 0.7, 0.5]


def test_the_environment_names_a_file_too_and_a_flag_another(tmp_path: Path) -> None:
    one, other = write(tmp_path / "a", "max-hijack = 0.1"), write(tmp_path / "b", "max-hijack = 0.2")
    environ = {"SKILLAUDIT_CONFIG": str(one)}
    assert resolve(environ=environ)["max-hijack"] == 0.1
    assert resolve(config=other, environ=environ)["max-hijack"] == 0.2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\nmax-hijak = 0.1", r"skillaudit\.toml:2: unknown key 'max-hijak'; did you mean 'max-hijack'\?"),
        ("qqqq = 1", r"unknown key 'qqqq'; known are max-hijack"),
        ("max-hijack = 10", r"skillaudit\.toml:1: max-hijack must be a number from 0 to 1, not 10"),
        ("max-hijack = true", "from 0 to 1, not True"),
        ("fail-on = 'errors'", "must be one of 'error', 'warning', 'info', 'never', not 'errors'"),
        ("select = [1]", "select must be a list of texts"),
        ("context = 0", "a whole number above 0"),
        ("severity = {SA202 = 'fatal'}", "severity must be one of 'error', 'warning', 'info'"),
        ("severity = 1", "must be rules and severities"),
        ("per-path-ignores = []", "a table of patterns"),
        ("no-cache = 1", "true or false"),
        ("[[suppress]]\nreason = 'x'", "tables with rules, skills and a reason"),
        ("[[suppress]]\nrules = ['SA1']\nskill = 'x'", "and nothing else"),
        ("suppress = 3", r"list of \[\[suppress\]\] tables"),
        ("a = [", "not TOML"),
        ("a = " + "[" * 9000, "nested deeper|not TOML"),
        ("max-budget = " + "9" * 5000, "not TOML"),
        ("max-hijack = " + "[" * 90 + "]" * 90, "nested deeper than 64 levels"),
        ("a" + ".a" * 9000 + " = 1", "a key of more than 16 parts"),
        ("\n".join(f"k{n}" + ".a" * 190 + " = 1" for n in range(600)), "a key of more than 16 parts"),
        ("".join(f"k{n} = 1\n" for n in range(101)), "101 keys"),
        ("#" * 262_145, "more than 262,144 bytes"),
        ('requests = ["a\\u0000b"]', "requests must be a list of texts"),
        ('baseline = "a\\u001b[2J"', "baseline must be a text"),
        ("format = ['text', 'json:out.json']", "format names no files here; give those with -f NAME:FILE"),
        ("trust = ['/']", "counts only in your own file"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as told:
        resolve(config=write(tmp_path, text), environ={})
    assert len(str(told.value)) < 700 and str(told.value).isprintable()


def test_unknown_rules_are_named_with_their_source(tmp_path: Path) -> None:
    file = write(tmp_path, "max-hijack = 0.1\nignore = ['black-hol']")
    with pytest.raises(UsageError, match=r"skillaudit\.toml:2: ignore: no rule is called 'black-hol'"):
        selection_of(resolve(config=file, environ={}))


def test_files_that_are_not_there_or_say_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        resolve(config=tmp_path / "none.toml", environ={})
    with pytest.raises(UsageError, match=r"no \[tool\.skillaudit\] table"):
        resolve(config=write(tmp_path, "", "pyproject.toml"), environ={})
    with pytest.raises(UsageError, match="SKILLAUDIT_MAX_HIJACK must be a number"):
        resolve(environ={"SKILLAUDIT_MAX_HIJACK": "lots"})


def test_what_is_in_force_is_valid_toml_that_says_where_from(tmp_path: Path) -> None:
    text = dump(resolve({"tolerance": 0.0}, config=write(tmp_path, FILE), environ={}))
    assert "tolerance = 0.0  # flag --tolerance" in text
    assert "# device is not set" in text
    parsed = tomllib.loads(text)
    assert parsed["severity"] == {"SA202": "error"} and parsed["suppress"][0]["skills"] == ["a", "b"]
    assert resolve(config=write(tmp_path / "copy", text), environ={})["select"] == ("SA2", "SA3")


def test_a_byte_order_mark_and_a_tool_that_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "skillaudit.toml"
    path.write_bytes(b"\xef\xbb\xbfmax-hijack = 0.1\r\nmap = 'pca'\r\n")
    found = resolve(config=path, environ={})
    assert (found["max-hijack"], found.source("map")) == (0.1, "skillaudit.toml:2")
    for text in ("tool = 3\n", "tool = 3  # skillaudit\n"):
        with pytest.raises(UsageError, match=r"no \[tool\.skillaudit\] table"):
            resolve(config=write(tmp_path / "inner", text, "pyproject.toml"), environ={})


def test_what_is_no_file_is_not_read() -> None:
    with pytest.raises(UsageError, match="/dev/zero: the configuration cannot be read: not a regular file"):
        resolve(config=Path("/dev/zero"), environ={})


def test_a_name_that_no_file_can_have() -> None:
    with pytest.raises(
        UsageError, match=r"a\\x00b: the configuration cannot be read: no file can have this name"
    ):
        resolve(config=Path("a\0b"), environ={})


def test_the_tilde_of_a_users_file_is_the_users_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    file = write(tmp_path / "inner", 'requests = ["~/mine.jsonl", "own.jsonl"]')
    assert resolve(config=file, environ={})["requests"] == ("home/mine.jsonl", "inner/own.jsonl")


@pytest.mark.parametrize("text", ["trust = '/'", "trust = [1]", "trust = ['']"])
def test_trust_is_a_list_of_folders(text: str) -> None:
    write(own_folder(), text)
    with pytest.raises(UsageError, match=r"skillaudit\.toml:1: trust must be a list of folders"):
        resolve(environ={})


def test_lines_of_a_project_file_are_those_of_the_tools_table(tmp_path: Path) -> None:
    text = (
        "[tool.other]\nscorer = 1\n[ tool.skillaudit ]\n'scorer' = 'lexical'\n\"fail-on\" = 'info'\n"
        "[tool.skillaudit.severity]\nSA202 = 'error'\n[[tool.skillaudit.suppress]]\nrules = ['SA202']\n"
        "[tool.skillaudits]\nmap = 'pca'\n"
    )
    settings = resolve(config=write(tmp_path, text, "pyproject.toml"), environ={})
    lines = {entry.key: entry.line for entry in settings.entries if entry.file}
    assert lines == {"scorer": 4, "fail-on": 5, "severity": 6, "suppress": 8}
