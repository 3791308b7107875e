"""The sample libraries hold what they promise, and the audit says about each what it must say.

`expected.json` of a sample is the truth about it: what is loaded, what is skipped and why, what must
be flagged and what must not. Where the audit falls short of it, the case stands in `MISSES` as a
strict xfail, so that mending the audit is noticed.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
import yaml

from skillaudit.clients import listing
from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.pipeline import audit
from skillaudit.requests.gathering import coverage, gather
from skillaudit.requests.leaks import LeakFilter
from skillaudit.schema import Library, Report
from tests.conftest import SAMPLES

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")

KINDS = {
    "black-hole": ("SA301", "SA302"),
    "confusable": ("SA201", "SA202", "SA204"),
    "duplicate": ("SA006", "SA010"),
    "spec": tuple(f"SA0{number:02}" for number in range(2, 15)),
}
"""Kind of trouble in `expected.json` -> codes of the findings that report it; a budget has none yet."""


class Case(NamedTuple):
    """One audit that a sample asks for."""

    name: str
    folder: Path
    expected: dict[str, Any]

    @property
    def sources(self) -> list[Path]:
        return [self.folder / source for source in self.expected["sources"]]

    @property
    def requests(self) -> Path | None:
        return self.folder / self.expected["requests"] if "requests" in self.expected else None


def _cases() -> Iterator[Case]:
    for path in sorted(SAMPLES.glob("*/expected.json")):
        expected = json.loads(path.read_text(encoding="utf-8"))
        for audited in expected.get("audits", [expected]):
            source = Path(audited["sources"][0]).stem
            yield Case(f"{path.parent.name}-{source}".rstrip("-."), path.parent, audited)


CASES = tuple(_cases())
BY_NAME = {case.name: case for case in CASES}
SOUND = ("clean", "confusable", "black_hole", "oversized", "multilingual")
"""Samples whose every file is meant to follow the specification, but for the lengths in `oversized`."""

every_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
every_sound = pytest.mark.parametrize("name", SOUND)


@cache
def loaded(name: str) -> Library:
    return load(BY_NAME[name].sources)


@cache
def audited(name: str) -> Report:
    case = BY_NAME[name]
    requests = (case.requests,) if case.requests else ()
    return audit(case.sources, Config(requests=requests, use_cache=False))


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def skill_files(name: str) -> list[Path]:
    return sorted((SAMPLES / name / "skills").rglob("SKILL.md"))


# --- the files ----------------------------------------------------------------------------------


def test_all_samples_are_here() -> None:
    names = {case.folder.name for case in CASES}
    assert names == {
        "black_hole",
        "clean",
        "confusable",
        "hostile",
        "multilingual",
        "oversized",
        "tools",
    }


@every_case
def test_expected_says_what_it_is_about_and_names_real_skills(case: Case) -> None:
    about = json.loads((case.folder / "expected.json").read_text(encoding="utf-8"))["about"]
    assert about.endswith(".")
    ids = {skill.id for skill in loaded(case.name).skills}
    for entry in (*case.expected["must_flag"], *case.expected["must_not_flag"]):
        if entry["skills"] != "any":
            assert set(entry["skills"]) <= ids


@every_sound
def test_files_follow_the_specification(name: str) -> None:
    files = skill_files(name)
    assert len(files) == BY_NAME[name].expected["skills"]
    too_long = set()
    for path in files:
        _, front, _ = path.read_text(encoding="utf-8").split("---\n", 2)
        fields = yaml.safe_load(front)
        assert NAME.fullmatch(fields["name"]) and fields["name"] == path.parent.name
        assert set(fields) <= {"name", "description", "metadata"}
        if len(fields["description"]) > 1024:
            too_long.add(fields["name"])
    flagged = [e["skills"] for e in BY_NAME[name].expected["must_flag"] if e["kind"] == "spec"]
    assert too_long == {skill for group in flagged for skill in group}


@every_sound
def test_bodies_have_uses_steps_and_pitfalls(name: str) -> None:
    for path in skill_files(name):
        lines = path.read_text(encoding="utf-8").splitlines()
        body = lines[lines.index("---", 1) + 1 :]
        headings = [number for number, line in enumerate(body) if line.startswith("## ")]
        assert 20 <= len(body) <= 60 and len(headings) >= 3, path
        uses = [line for line in body[headings[0] : headings[1]] if line.startswith("- ")]
        assert 3 <= len(uses) <= 6, path


@every_sound
def test_no_line_of_prose_stands_in_two_skills(name: str) -> None:
    lines = Counter(
        line
        for skill in loaded(name).skills
        for line in {line.strip() for line in skill.body.splitlines()}
        if len(line) > 30 and line[0] in "-123456789"
    )
    assert [line for line, count in lines.items() if count > 1] == []


@pytest.mark.parametrize("case", [c for c in CASES if c.requests], ids=[c.name for c in CASES if c.requests])
def test_requests_are_fair(case: Case) -> None:
    assert case.requests is not None
    asked = rows(case.requests)
    skills = loaded(case.name).skills
    ids = {skill.id for skill in skills}
    assert len({row["query"].casefold() for row in asked}) == len(asked)
    assert any(not row["gold"] for row in asked)
    assert {gold for row in asked for gold in row["gold"]} <= ids
    leaks = LeakFilter(skills)
    assert [row["query"] for row in asked for gold in row["gold"] if leaks.names(row["query"], gold)] == []


@pytest.mark.parametrize("name", ["clean", "confusable", "black_hole", "oversized", "multilingual"])
def test_there_are_enough_requests(name: str) -> None:
    asked = rows(SAMPLES / name / "requests.jsonl")
    assert 40 <= len(asked) <= 80
    assert sum(not row["gold"] for row in asked) >= 6


def test_hostile_bytes_survived_version_control() -> None:
    skills = SAMPLES / "hostile" / "skills"
    marks = {
        "terminal-escape": b"\x1b]0;owned\x07",
        "bidi-override": "\u202e".encode(),
        "rich-markup": b"[/foo]",
        "html-injection": b"<script>alert(1)</script>",
        "ci-commands": b"::error file=",
        "invalid-utf8": b"caf\xe9",
        "nul-byte": b"\x00",
        "windows-notepad": b"\xef\xbb\xbf---\r\n",
    }
    for name, mark in marks.items():
        assert mark in (skills / name / "SKILL.md").read_bytes(), name
    assert (skills / "empty-file" / "SKILL.md").stat().st_size == 0
    assert max(map(len, (skills / "very-long-line" / "SKILL.md").read_bytes().split(b"\n"))) > 50_000
    assert [path.name for path in (skills / "lower-case-file").iterdir()] == ["skill.md"]


def test_hostile_links_lead_where_they_should() -> None:
    skills = SAMPLES / "hostile" / "skills"
    root = skills.parent.resolve()
    for name in ("outside-folder", "outside-file/SKILL.md"):
        link = skills / name
        assert link.is_symlink() and not link.readlink().is_absolute()
        assert link.resolve().exists() and not link.resolve().is_relative_to(root)
    assert (skills / "loop").resolve() == root
    for name in ("ring-a", "ring-b", "nowhere"):
        assert (skills / name).is_symlink() and not (skills / name).exists()


# --- what is loaded -----------------------------------------------------------------------------


@every_case
def test_counts(case: Case) -> None:
    library = loaded(case.name)
    assert len(library.skills) == case.expected["skills"]
    assert len(library.routable) == case.expected["routable"]


@every_case
def test_skipped(case: Case) -> None:
    found = {skipped.path: skipped.code for skipped in loaded(case.name).skipped}
    wanted = {
        entry["path"]: [entry["why"]] if isinstance(entry["why"], str) else entry["why"]
        for entry in case.expected["skipped"]
    }
    assert found.keys() == wanted.keys()
    assert {path: code for path, code in found.items() if code not in wanted[path]} == {}


@every_case
def test_defects_and_copies(case: Case) -> None:
    library = loaded(case.name)
    found: dict[str, set[str]] = {}
    for defect in library.defects:
        found.setdefault(defect.path, set()).add(defect.kind)
    for entry in case.expected.get("defects", []):
        assert set(entry["kinds"]) <= found.get(entry["path"], set()), entry["path"]
    copies = {skill.path: list(skill.copies) for skill in library.skills if skill.copies}
    assert copies == case.expected.get("copies", {})


@every_case
def test_categories(case: Case) -> None:
    found = Counter(skill.category for skill in loaded(case.name).skills if skill.category)
    assert dict(found) == case.expected.get("categories", {})


def test_hostile_text_is_clean_after_loading() -> None:
    library = loaded("hostile")
    shown = json.loads(msgspec.json.encode((library.skills, library.skipped, library.defects)))

    def strings(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from (text for item in value.values() for text in strings(item))
        elif isinstance(value, list):
            yield from (text for item in value for text in strings(item))

    assert [text[:80] for text in strings(shown) if CONTROL.search(text.replace("\n", ""))] == []
    assert [skill.id for skill in library.skills if "\n" in skill.id + skill.name + skill.description] == []


# --- what the client shows ----------------------------------------------------------------------


@every_case
def test_budget(case: Case) -> None:
    shown = listing(loaded(case.name).skills, "claude-code")
    cut = [entry.id for entry in shown.entries if entry.state != "full"]
    if any(entry["kind"] == "budget" for entry in case.expected["must_flag"]):
        assert cut and shown.budget is not None and shown.whole > 2 * shown.budget
    if any(entry["kind"] == "budget" for entry in case.expected["must_not_flag"]):
        assert cut == []


# --- what the audit says ------------------------------------------------------------------------


_NO_TWINS = "no two descriptors of the group reach the twins' cosine, and no pair a loss of a quarter"
_BROAD = "one skill of the library is broad enough for a warning, and no request shows that it is harmless"
_TOO_CALM = "recorded models got 63% right of what the scorer ranks wrong, as the forecast says"

MISSES = {
    ("clean", "must_not_flag black-hole:any"): _BROAD,
    ("oversized", "must_not_flag black-hole:any"): _BROAD,
    ("black_hole", "hijack_at_least"): _TOO_CALM,
    ("confusable", "must_flag confusable:code-review"): _NO_TWINS,
    ("confusable", "must_flag confusable:email-drafter"): _NO_TWINS,
    ("confusable", "hijack_at_least"): _TOO_CALM,
    ("tools-mcp-tools-list", "must_flag confusable:search_issues"): _NO_TWINS,
}
"""(sample, check) -> why the audit does not say yet what it should."""


def skills_named(report: Report, kind: str, notes: bool = False) -> list[tuple[str, ...]]:
    """Return the skills of each finding of a kind, with or without those that are mere notes."""
    codes = KINDS.get(kind, ())
    return [f.skills for f in report.findings if f.code in codes and (notes or f.severity != "info")]


def _expectations(key: str) -> list[Any]:
    found = []
    for case in CASES:
        for entry in case.expected[key]:
            if entry["kind"] == "budget" or "needs" in entry:
                continue
            check = f"{entry['kind']}:{entry['skills'] if entry['skills'] == 'any' else entry['skills'][0]}"
            reason = MISSES.get((case.name, f"{key} {check}"))
            marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
            found.append(pytest.param(case.name, entry, id=f"{case.name}-{check}", marks=marks))
    return found


def _bounds() -> list[Any]:
    found = []
    for case in CASES:
        for bound in ("accuracy_at_least", "hijack_at_most", "hijack_at_least", "hijack_above"):
            if bound in case.expected:
                reason = MISSES.get((case.name, bound))
                marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
                found.append(pytest.param(case.name, bound, id=f"{case.name}-{bound}", marks=marks))
    return found


@pytest.mark.parametrize(("name", "entry"), _expectations("must_flag"))
def test_flags(name: str, entry: dict[str, Any]) -> None:
    named = skills_named(audited(name), entry["kind"], notes=entry["kind"] == "spec")
    if entry["kind"] != "confusable":
        assert set(entry["skills"]) <= {skill for group in named for skill in group}
        return
    # The group is flagged when findings tie all its members together.
    reached, grown = {entry["skills"][0]}, True
    while grown:
        more = {s for group in named if reached & set(group) for s in group} & set(entry["skills"])
        grown = not more <= reached
        reached |= more
    assert reached == set(entry["skills"])


@pytest.mark.parametrize(("name", "entry"), _expectations("must_not_flag"))
def test_does_not_flag(name: str, entry: dict[str, Any]) -> None:
    named = {skill for group in skills_named(audited(name), entry["kind"]) for skill in group}
    assert named & set(entry["skills"]) == set() if entry["skills"] != "any" else named == set()


@pytest.mark.parametrize(("name", "bound"), _bounds())
def test_forecast(name: str, bound: str) -> None:
    expected = BY_NAME[name].expected[bound]
    forecast = audited(name).forecast
    assert forecast.accuracy.value is not None and forecast.hijack.value is not None
    if bound == "accuracy_at_least":
        assert forecast.accuracy.value >= expected
    elif bound == "hijack_at_most":
        assert forecast.hijack.value <= expected
    elif bound == "hijack_at_least":
        assert forecast.hijack.value >= expected
    else:
        for other, times in expected.items():
            calm = audited(other).forecast.hijack.value
            assert calm is not None and forecast.hijack.value >= times * calm


def test_twins_share_a_cluster_and_nobody_else_does() -> None:
    case = BY_NAME["confusable"]
    groups = {frozenset(e["skills"]) for e in case.expected["must_flag"] if e["kind"] == "confusable"}
    assert {frozenset(cluster.skills) for cluster in audited("confusable").clusters} == groups


def test_black_holes_absorb_most() -> None:
    report = audited("black_hole")
    most = sorted(report.skills, key=lambda skill: -skill.absorbed)[:2]
    assert {skill.id for skill in most} == set(BY_NAME["black_hole"].expected["absorbers"])


def test_declared_router_is_known_as_one() -> None:
    declared = [skill.id for skill in loaded("black_hole").skills if skill.declared_router]
    assert declared == ["skill-finder"]
    flagged = {skill for group in skills_named(audited("black_hole"), "black-hole") for skill in group}
    assert "skill-finder" not in flagged


@every_sound
def test_every_skill_is_judged_without_a_request_file(name: str) -> None:
    library = loaded(name)
    mined = coverage(library, gather(library, ()))
    assert mined.unjudged == ()
    assert mined.requests >= 3 * len(library.routable)
