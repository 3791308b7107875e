"""Formats of findings: what they say, that readers of the format accept it, and that nothing breaks it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.config import Gate
from skillaudit.formatters import concise, github, gitlab, jsonl, junit, sarif
from skillaudit.formatters.findings import uri
from skillaudit.gate import Suppression, Verdict, judge
from skillaudit.page.places import place
from skillaudit.schema import Location, Report

from .reports import HOSTILE, make_finding, make_hostile_report, make_report

Render = Callable[..., str]
RENDERERS: dict[str, Render] = {
    "concise": concise.render,
    "github": github.render,
    "gitlab": gitlab.render,
    "jsonl": jsonl.render,
    "junit": junit.render,
    "sarif": sarif.render,
}
REPORT = make_report()
VERDICT = judge(REPORT, Gate(max_hijack=0.1, min_accuracy=0.5))
MANY = make_report(
    findings=[make_finding("SA202", (f"a{n}", f"b{n}"), "warning") for n in range(30)]
    + [make_finding("SA301", ("hole",), "error", "hole takes all.")]
)


def sarif_of(report: Report, verdict: Verdict | None = None) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(sarif.render(report, verdict=verdict))
    return document


# --- concise, JSON lines ----------------------------------------------------------------------


def test_concise() -> None:
    assert concise.render(REPORT, verdict=VERDICT) == (
        "library/skills/beta/SKILL.md:3: error SA301 beta takes 20% of all requests.\n"
        "library/skills/alpha/SKILL.md:3: warning SA202 alpha and beta are taken for each other.\n"
        "library/skills/gamma/SKILL.md:1: info SA501 No request judges gamma.\n"
        "FAILED: Predicted hijack rate 12.0% is above the limit of 10.0% (max-hijack).\n"
        "FAILED: 1 error (SA301): beta takes 20% of all requests.\n"
        "FAILED: max-hijack 10.0%: 12.0%; fail-on error: 1 of 3 findings; held: min-accuracy 50.0%: 80.0%.\n"
    )
    assert concise.render(make_report(findings=())) == "no findings.\n"
    passed = judge(make_report(findings=()), Gate())
    assert concise.render(make_report(findings=()), verdict=passed) == (
        "PASSED: no limit on a rate was set; fail-on error: 0 of 0 findings.\n"
    )


def test_json_lines_hold_the_whole_report() -> None:
    records = [json.loads(line) for line in jsonl.render(REPORT, verdict=VERDICT).splitlines()]
    kinds = [record["type"] for record in records]
    assert kinds == ["report", *["skill"] * 3, "cluster", "black-hole", "pair", *["finding"] * 3, "verdict"]
    rebuilt = dict(records[0])
    for kind in ("skill", "cluster", "black-hole", "pair", "finding"):
        field = kind.replace("-", "_") + "s"
        rebuilt[field] = [record for record in records if record["type"] == kind]
    assert msgspec.convert(rebuilt, Report) == REPORT
    assert records[-1]["passed"] is False


# --- GitHub -----------------------------------------------------------------------------------


def test_github_says_why_it_failed_first_and_counts_what_is_not_shown() -> None:
    verdict = judge(MANY, Gate())
    lines = github.render(MANY, verdict=verdict).splitlines()
    assert lines[0].startswith("::error title=skillaudit::1 error (SA301)")
    shown = "::error file=library/skills/alpha/SKILL.md,line=3,title=SA301 hole::hole takes all."
    assert any(line.startswith(shown) for line in lines)
    assert sum(line.startswith("::warning ") for line in lines) == 10
    assert lines[-1] == "skillaudit: 20 warnings more than GitHub shows."
    assert github.render(make_report(findings=())) == "skillaudit: no findings.\n"


def test_github_escapes_what_ends_a_property() -> None:
    finding = make_finding("SA202", ("a:b,c", "%d"), path="x:y,z%.md", related=(), message="50%\n::error::x")
    (line,) = github.render(make_report(findings=[finding])).splitlines()
    assert line.startswith(
        "::warning file=library/x%3Ay%2Cz%25.md,line=3,title=SA202 a%3Ab%2Cc%2C %25d::50%25 ::error::x "
    )


# --- GitLab -----------------------------------------------------------------------------------


def test_gitlab_issues_have_what_gitlab_reads() -> None:
    twice = make_report(findings=[make_finding(), make_finding()])
    issues = json.loads(gitlab.render(twice))
    assert len({issue["fingerprint"] for issue in issues}) == 2
    for issue in issues:
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["check_name"] == "SA202" and issue["description"]
        assert issue["location"] == {"path": "library/skills/alpha/SKILL.md", "lines": {"begin": 3}}
    assert gitlab.render(make_report(findings=())) == "[]\n"


# --- SARIF ------------------------------------------------------------------------------------

SUBSET = json.loads(
    (Path(__file__).parent / "schemas" / "sarif-2.1.0-subset.json").read_text(encoding="utf-8")
)


def check_sarif(document: dict[str, Any]) -> None:
    """Check against the written-out subset, and against the standard's own schema where one is named."""
    checker = jsonschema.Draft7Validator.FORMAT_CHECKER
    jsonschema.Draft7Validator(SUBSET, format_checker=checker).validate(document)
    if own := os.environ.get("SKILLAUDIT_SARIF_SCHEMA"):
        schema = json.loads(Path(own).read_text(encoding="utf-8"))
        if "Root" in schema.get("definitions", {}):
            schema = {"definitions": schema["definitions"], "$ref": "#/definitions/Root"}
        jsonschema.Draft7Validator(schema, format_checker=checker).validate(document)


@pytest.mark.parametrize("report", [REPORT, MANY, make_report(findings=()), make_hostile_report()])
def test_sarif_passes_the_schema(report: Report) -> None:
    check_sarif(sarif_of(report))
    check_sarif(sarif_of(report, judge(report, Gate(max_hijack=0.0))))


def test_sarif_has_what_code_scanning_asks_for() -> None:
    (run,) = sarif_of(REPORT)["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["SA202", "SA301", "SA501"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        (location,) = result["locations"]
        where = location["physicalLocation"]
        assert not re.match(r"/|[a-z]+:|.*\.\./", where["artifactLocation"]["uri"])
        assert where["region"]["startLine"] >= 1
    pair = run["results"][1]
    assert pair["relatedLocations"][0]["message"] == {"text": "beta"}
    assert (
        pair["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        == "library/skills/beta/SKILL.md"
    )
    assert pair["partialFingerprints"]["skillaudit/v1"] == REPORT.findings[1].fingerprint


def test_sarif_fingerprints_outlive_moved_lines_and_tell_twins_apart() -> None:
    moved = make_report(findings=[make_finding(line=99)])
    first = sarif_of(make_report(findings=[make_finding()]))["runs"][0]["results"][0]
    assert sarif_of(moved)["runs"][0]["results"][0]["partialFingerprints"] == first["partialFingerprints"]
    twins = sarif_of(make_report(findings=[make_finding(), make_finding()]))["runs"][0]["results"]
    assert twins[0]["partialFingerprints"] != twins[1]["partialFingerprints"]


def test_suppressed_findings_are_left_out_everywhere() -> None:
    one = Suppression(codes=("SA301",), reason="it is a router")
    verdict = judge(REPORT, Gate(), suppressions=[one])
    for name in ("sarif", "github", "gitlab", "concise", "junit"):
        assert "takes 20%" not in RENDERERS[name](REPORT, verdict=verdict).replace("%25", "%"), name
    assert "it is a router" in jsonl.render(REPORT, verdict=verdict)


# --- JUnit ------------------------------------------------------------------------------------


def check_junit(text: str) -> ElementTree.Element:
    """Check the shape that Ant's and Jenkins' schemas ask for."""
    root = ElementTree.fromstring(text.encode("utf-8"))
    assert root.tag == "testsuites" and not root.attrib
    for number, suite in enumerate(root):
        wanted = {"id", "package", "name", "timestamp", "hostname", "tests", "failures", "errors", "time"}
        assert set(suite.attrib) == wanted
        cases = suite.findall("testcase")
        assert [child.tag for child in suite] == [
            "properties",
            *["testcase"] * len(cases),
            "system-out",
            "system-err",
        ]
        assert suite.get("id") == str(number) and suite.get("tests") == str(len(cases))
        assert suite.get("failures") == str(sum(case.find("failure") is not None for case in cases))
        for case in cases:
            assert set(case.attrib) == {"classname", "name", "time"}
            assert [child.tag for child in case] in ([], ["failure"])
            for failure in case:
                assert set(failure.attrib) == {"message", "type"}
    return root


def test_junit_has_a_case_for_each_limit_and_skill() -> None:
    root = check_junit(junit.render(REPORT, verdict=VERDICT))
    gate, skills = root
    failed = {
        case.get("name"): case.find("failure") is not None
        for case in (*gate, *skills)
        if case.tag == "testcase"
    }
    assert failed == {
        "max-hijack": True, "min-accuracy": False, "verdict": True, "alpha": False, "beta": True, "gamma": False,
    }  # fmt: skip
    assert "SA202 alpha and beta" in (skills.findtext("system-out") or "")


def test_junit_fails_what_the_gate_fails() -> None:
    strict = judge(REPORT, Gate(fail_on="warning"))
    skills = check_junit(junit.render(REPORT, verdict=strict))[1]
    assert skills.get("failures") == "2"
    never = judge(REPORT, Gate(fail_on="never"))
    assert check_junit(junit.render(REPORT, verdict=never))[1].get("failures") == "0"
    assert check_junit(junit.render(REPORT))[1].get("failures") == "1"


# --- places -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sources", "location", "expected"),
    [
        (("skills",), Location(path="a/SKILL.md", line=4), ("skills/a/SKILL.md", 4)),
        ((".",), Location(path="a/SKILL.md"), ("a/SKILL.md", 1)),
        (("./skills/",), Location(path="a/SKILL.md"), ("skills/a/SKILL.md", 1)),
        (("../other",), Location(path="a/SKILL.md"), ("other/a/SKILL.md", 1)),
        (("one", "two"), Location(path="a/SKILL.md"), ("a/SKILL.md", 1)),
        (("one", "two"), Location(path="a/SKILL.md", root="two"), ("two/a/SKILL.md", 1)),
        (("data/list.jsonl",), Location(path="list.jsonl:12"), ("data/list.jsonl", 12)),
        (("skills",), None, ("skills", 1)),
        (("skills",), Location(path="a.md", line=0), ("skills/a.md", 1)),
        (("skills/a/SKILL.md",), Location(path="SKILL.md", line=2), ("skills/a/SKILL.md", 2)),
    ],
)
def test_places_are_files_from_the_working_folder(
    sources: tuple[str, ...], location: Location | None, expected: tuple[str, int]
) -> None:
    library = msgspec.structs.replace(REPORT.library, sources=sources)
    assert place(location, msgspec.structs.replace(REPORT, library=library)) == expected


def test_an_absolute_source_below_the_working_folder_becomes_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    library = msgspec.structs.replace(REPORT.library, sources=(str(tmp_path / "skills"),))
    report = msgspec.structs.replace(REPORT, library=library)
    assert place(Location(path="a/SKILL.md"), report) == ("skills/a/SKILL.md", 1)


def test_uris_are_relative_and_encoded() -> None:
    assert uri("a b/ü:c.md") == "a%20b/%C3%BC%3Ac.md"
    assert uri("") == "."


# --- hostile text and determinism -------------------------------------------------------------

BAD = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)


def check_format(name: str, text: str) -> None:
    """Check that a reader of the format reads `text`, and that it does nothing to a terminal."""
    assert not BAD.search(text), name
    assert "\r" not in text and text.endswith("\n"), name
    if name == "sarif":
        check_sarif(json.loads(text))
    elif name == "gitlab":
        assert isinstance(json.loads(text), list)
    elif name == "jsonl":
        assert all(isinstance(json.loads(line), dict) for line in text.splitlines())
    elif name == "junit":
        check_junit(text)
    elif name == "github":
        for line in text.splitlines():
            assert re.match(
                r"::(error|warning|notice) (file=[^:,]+,line=\d+,)?title=[^:,]*::|skillaudit: ", line
            )


@pytest.mark.parametrize("name", RENDERERS)
def test_hostile_libraries_break_no_format(name: str) -> None:
    report = make_hostile_report()
    verdict = judge(
        report, Gate(max_hijack=0.0), suppressions=[Suppression(codes=(HOSTILE[0],), reason=HOSTILE[4])]
    )
    for decided in (None, verdict):
        text = RENDERERS[name](report, verdict=decided)
        check_format(name, text)
        if name in {"concise", "github"}:
            extra = 0 if decided is None else len(decided.reasons)
            assert len(text.splitlines()) <= len(verdict.findings) + extra + 2


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=4), st.sampled_from(sorted(RENDERERS)))
def test_any_text_breaks_no_format(texts: list[str], name: str) -> None:
    check_format(name, RENDERERS[name](make_hostile_report(texts)))


SCRIPT = """
import sys, importlib
from tests.formatters.reports import make_hostile_report, make_report
for name in sys.argv[1:]:
    module = importlib.import_module("skillaudit.formatters." + name)
    for report in (make_report(), make_hostile_report()):
        sys.stdout.buffer.write(module.render(report).encode("utf-8"))
"""


@pytest.mark.slow
def test_bytes_do_not_depend_on_locale_time_zone_or_hash_seed() -> None:
    names = [*RENDERERS, "html"]
    root = Path(__file__).parents[2]
    outputs = set()
    for settings in (
        {"LC_ALL": "C", "TZ": "UTC", "PYTHONHASHSEED": "0"},
        {"LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "4711", "PYTHONUTF8": "1"},
    ):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, *names],
            cwd=root,
            env={**os.environ, **settings},
            capture_output=True,
            check=True,
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1 and len(outputs.pop()) > 10_000


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository, with the working folder in a folder of it."""
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / "tools" / "ci").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repo" / "tools" / "ci")
    return tmp_path / "repo"


@pytest.mark.parametrize(
    ("sources", "location", "from_root", "from_here"),
    [
        (("a",), Location(path="x/SKILL.md"), "tools/ci/a/x/SKILL.md", "a/x/SKILL.md"),
        (("../..",), Location(path="x/SKILL.md"), "x/SKILL.md", "../../x/SKILL.md"),
        (("../../b", "a"), Location(path="x/SKILL.md", root="../../b"), "b/x/SKILL.md", "../../b/x/SKILL.md"),
        (("../../b", "a"), Location(path="x/SKILL.md", root="a"), "tools/ci/a/x/SKILL.md", "a/x/SKILL.md"),
        (("{repo}/b",), Location(path="x/SKILL.md"), "b/x/SKILL.md", "{repo}/b/x/SKILL.md"),
        (("{repo}/b",), None, "b", "{repo}/b"),
        (
            ("../../../elsewhere",),
            Location(path="x/SKILL.md"),
            "elsewhere/x/SKILL.md",
            "../../../elsewhere/x/SKILL.md",
        ),
    ],
)
def test_ci_is_told_files_from_the_root_of_the_repository(
    repository: Path,
    sources: tuple[str, ...],
    location: Location | None,
    from_root: str,
    from_here: str,
) -> None:
    whole = tuple(source.format(repo=repository) for source in sources)
    report = msgspec.structs.replace(REPORT, library=msgspec.structs.replace(REPORT.library, sources=whole))
    assert place(location, report)[0] == from_root
    assert place(location, report, here=True)[0] == from_here.format(repo=repository)


@pytest.mark.parametrize("form", ["github", "gitlab", "sarif", "concise", "junit"])
@pytest.mark.parametrize(
    ("path", "line"),
    [("tools.json#3", 7), ("log.jsonl:5#2", 5), ("list.jsonl.gz:4", 4), ("tools.JSON.gz#0", 7)],
)
def test_an_entry_of_a_list_is_a_place_in_its_file(form: str, path: str, line: int) -> None:
    name = path.split("#")[0].split(":")[0]
    finding = msgspec.structs.replace(
        REPORT.findings[0], location=Location(path=path, line=7, root=f"data/{name}"), related=()
    )
    library = msgspec.structs.replace(REPORT.library, sources=(f"data/{name}",))
    report = msgspec.structs.replace(REPORT, findings=(finding,), library=library)
    assert place(finding.location, report) == (f"data/{name}", line)
    told = RENDERERS[form](report)
    assert f"data/{name}" in told
    assert f"{name}#" not in told and f"{name}/" not in told and f"{name}%23" not in told
