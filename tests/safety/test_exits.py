"""The last door: nothing that acts gets through, nothing else is touched, JSON stays the same data."""

from __future__ import annotations

import io
import json
import re
import sys

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.cli.diagnostics import guard, say
from skillaudit.cli.output import put
from skillaudit.errors import UsageError
from skillaudit.formatters import FORMATS, render
from skillaudit.safety.exits import in_json, inert, shown
from tests.reports import small_report

ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
RUNNER = re.compile(r"^\s*::|##[A-Za-z-]{0,40}\[", re.MULTILINE)
HOSTILE = st.text(
    st.one_of(st.characters(), st.sampled_from(list("\x1b\x9b\x07\r\n\t :#[]v so\u202e\u2028\ud800"))),
    max_size=80,
) | st.lists(
    st.sampled_from(
        ["::", ":", "#", "##", "[", "##vso[", "##[", " ", "\n", "\r", "\x0b", "x", "\x1b[2J", "\x85"]
    )
).map("".join)


@given(HOSTILE)
def test_nothing_that_acts_is_shown(text: str) -> None:
    found = shown(text)
    assert not ACTS.search(found)
    assert not RUNNER.search(found)
    assert shown(found) == found
    assert [c for c in found if c not in " \ufffd"] == [
        c for c in ACTS.sub("", text) if c not in " \ufffd\ufeff\ufffe\uffff"
    ]


@given(HOSTILE)
def test_json_stays_the_same_data(text: str) -> None:
    encoded = json.dumps({text: [text]}, ensure_ascii=False)
    found = in_json(encoded)
    assert json.loads(found) == {text: [text]}
    assert not ACTS.search(found)
    assert "##[" not in found
    assert "##vso[" not in found


@given(
    st.text(st.sampled_from("abc äß漢🎉-.,:;#*_()[]\n\t"), max_size=80).filter(lambda t: not RUNNER.search(t))
)
def test_what_is_harmless_passes_untouched(text: str) -> None:
    assert shown(text) == inert(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("::stop-commands::x", ": :stop-commands::x"),
        ("a\n  ::warning::x", "a\n  : :warning::x"),
        ("std::vector", "std::vector"),
        (":::x", ": ::x"),
        ("see ##[add-mask]e", "see # #[add-mask]e"),
        ("##vso[task.setvariable]x", "# #vso[task.setvariable]x"),
        ("###[x", "## #[x"),
        ("## heading [link]", "## heading [link]"),
        ("\x1b[2Jx\r\n", "\ufffd[2Jx\ufffd\n"),
    ],
)
def test_commands_of_runners_are_broken_by_a_space(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_every_writer_goes_through_the_door(capfd: pytest.CaptureFixture[str]) -> None:
    put("::stop-commands::\x1b[2J")
    sys.stdout.flush()
    say("::stop-commands::\x1b[2J")
    out, err = capfd.readouterr()
    assert out == err == ": :stop-commands::\ufffd[2J\n"


def test_what_others_write_is_guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(raw, encoding="ascii"))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    guard()
    print("warning: \x1b]0;x\x07 ä ##vso[x]", file=sys.stderr)
    sys.stderr.flush()
    assert raw.getvalue() == b"warning: ?]0;x? ? # #vso[x]\n"


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_harmless_whoever_renders_it(name: str) -> None:
    report = small_report()
    skills = [
        msgspec.structs.replace(skill, id=f"::x::##[group]\x1b[2J{skill.id}") for skill in report.skills
    ]
    finding = msgspec.structs.replace(
        report.findings[0], message="::stop-commands::x\u202e##vso[x]\x9b", evidence="\x07"
    )
    text = render(name, msgspec.structs.replace(report, skills=tuple(skills), findings=(finding,)))
    assert not ACTS.search(text)
    own = re.compile(r"^::(?:error|warning|notice) [^\n]*$", re.MULTILINE)
    assert not RUNNER.search(own.sub("", text) if name == "github" else text)


def test_errors_are_sentences_without_what_they_quote_of_controls() -> None:
    assert str(UsageError("a\x1b[2J\u202eb: mend it")) == "ab: mend it"
    assert isinstance(UsageError("a").args[0], str)
