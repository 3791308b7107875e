"""From the bytes of a file to a draft, whatever the bytes are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.load.defects import DEFECT_KINDS, SKIP_CODES
from skillaudit.load.draft import Draft, Rejected
from skillaudit.load.prose import first_paragraph
from skillaudit.load.skill_file import implicit_invocation_allowed, parse_skill
from skillaudit.safety.cleaning import clean
from tests.load.trees import DESCRIPTION, text


def parse(content: str | bytes, folder: str = "pdf-forms", complete: bool = True) -> Draft:
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    got = parse_skill(data, folder=folder, complete=complete)
    assert isinstance(got, Draft), got
    return got


def kinds(draft: Draft) -> list[str]:
    return [problem.kind for problem in draft.problems]


def test_a_clean_file_has_no_defect() -> None:
    draft = parse(text())
    assert (draft.name, draft.description, draft.body) == (
        "pdf-forms",
        DESCRIPTION,
        "# How\n\nOpen the form.",
    )
    assert (draft.name_line, draft.description_line, draft.problems) == (2, 3, [])
    assert not draft.manual_only
    assert draft.user_invocable
    assert not draft.declared_router


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xef\xbb\xbf" + text().encode(), ["byte-order-mark"]),
        (text().replace("\n", "\r\n").encode(), ["crlf-line-ends"]),
        (text().replace("\n", "\r\n", 2).encode(), ["mixed-line-ends"]),
        (text(body="caf\xe9").encode("latin-1"), ["not-utf8"]),
        (text().encode("utf-16"), ["not-utf8"]),
        (text(body="a\x00b").encode(), ["nul-bytes"]),
        (text(body="a\u202eb").encode(), ["hidden-characters"]),
        (text(body="").encode(), ["no-body"]),
        (text(body="x\n" * 501).encode(), ["body-too-long"]),
        (text(body="word " * 8001).encode(), ["body-too-long"]),
        (text(version="1", author="me").encode(), ["unknown-keys"]),
        (text(model="opus").encode(), ["client-keys"]),
        (text(compatibility="x" * 501).encode(), ["compatibility-too-long"]),
        (text(license="MIT", allowed_tools="Read", metadata="{a: b}").encode(), []),
        (text(name="other").encode(), ["name-differs-from-folder"]),
        (text(name="yes").encode(), ["name-not-text", "name-differs-from-folder"]),
        (text(name="8004").encode(), ["name-not-text", "name-differs-from-folder"]),
        (text(name="[a, b]").encode(), ["name-not-text", "name-pattern", "name-differs-from-folder"]),
        (text(name='"8004"').encode(), ["name-differs-from-folder"]),
        (text(description="").encode(), ["empty-description", "description-too-short"]),
        (text(description="[one long list, of many words]").encode(), ["description-not-text"]),
        (text(description="Fill forms").encode(), ["description-too-short"]),
        (text(description="x" * 1025).encode(), ["description-too-long"]),
        (text(description="PDF Forms").encode(), ["description-too-short", "description-repeats-name"]),
        (text(description="Fills in <b>forms</b> for people").encode(), ["markup-in-description"]),
        (text(description="Fills in forms.\\nUse for forms").encode(), ["literal-escape"]),
        (text(description="'[TODO: say what this does]'").encode(), ["placeholder"]),
        (text(description="Replace with description of the skill").encode(), ["placeholder"]),
        (text(description="\"{'TODO': 'say what this does'}\"").encode(), ["placeholder"]),
    ],
)
def test_each_defect_is_found(content: bytes, expected: list[str]) -> None:
    assert kinds(parse(content)) == expected


@pytest.mark.parametrize(
    "description",
    [
        "Keeps a TODO list across sessions. Use to add or check off items.",
        "Fills {{}} expressions of n8n; use ${CLAUDE_PLUGIN_ROOT} in hooks.",
        "Compares a < b and b > c for numbers in tables.",
        "查询全球主要城市实时天气，支持中文查询",
    ],
)
def test_honest_descriptions_are_left_in_peace(description: str) -> None:
    assert kinds(parse(text(description=description))) == []


@pytest.mark.parametrize(
    "name", ["Pdf", "pdf_forms", "pdf forms", "-pdf", "pdf--x", "pdf/x", "pdf:x", "näme"]
)
def test_names_outside_the_pattern(name: str) -> None:
    assert kinds(parse(text(name=name), folder=name)) == ["name-pattern"]


def test_long_names() -> None:
    name = "a" * 65
    assert kinds(parse(text(name=name), folder=name)) == ["name-too-long"]


def test_a_missing_name_is_the_folder() -> None:
    draft = parse(f"---\ndescription: {DESCRIPTION}\n---\nbody")
    assert (draft.name, kinds(draft)) == ("pdf-forms", ["no-name"])


def test_a_name_of_nothing_visible_is_missing() -> None:
    assert parse(text(name='"\u200b\u202e"')).name == "pdf-forms"


def test_a_missing_description_is_the_first_paragraph() -> None:
    draft = parse("---\nname: pdf-forms\n---\n# Title\n\n**Fills** in\nPDF forms quickly.\n\nMore.")
    assert (draft.description, kinds(draft)) == ("Fills in PDF forms quickly.", ["no-description"])


def test_a_file_without_frontmatter_is_kept() -> None:
    draft = parse("# PDF forms\n\nFills in PDF forms for people.\n\n---\n\nMore.")
    assert (draft.name, draft.description) == ("pdf-forms", "Fills in PDF forms for people.")
    assert kinds(draft) == ["no-frontmatter", "no-name", "no-description"]
    assert draft.body.endswith("More.")


def test_a_rule_at_the_top_is_no_frontmatter() -> None:
    draft = parse("---\n\n# PDF forms\n\nFills in PDF forms for people.\n\n---\n\nMore.")
    assert "no-frontmatter" in kinds(draft)
    assert draft.description == "Fills in PDF forms for people."
    assert draft.body.startswith("---")


def test_an_empty_frontmatter_says_so() -> None:
    assert "empty-frontmatter" in kinds(parse("---\n---\nFills in PDF forms for people."))


@pytest.mark.parametrize("content", [b"", b" \n\t\r\n", b"\xef\xbb\xbf", b"\x00\x00\x00"])
def test_nothing_is_an_empty_file(content: bytes) -> None:
    assert parse_skill(content, folder="x") == Rejected("empty-file", "empty file")


def test_neither_description_nor_body_is_rejected() -> None:
    got = parse_skill(b"---\nname: x\n---\n", folder="x")
    assert isinstance(got, Rejected)
    assert got.code == "no-description"


def test_no_name_anywhere_is_rejected() -> None:
    got = parse_skill(b"---\ndescription: Fills in forms\n---\n", folder="")
    assert isinstance(got, Rejected)
    assert got.code == "no-name"


def test_a_name_with_a_line_break_is_one_line() -> None:
    draft = parse('---\nname: "pdf\\nforms\\x1b[31m"\ndescription: "one\\n\\n  two \\u202e three"\n---\nb')
    assert draft.name == "pdf forms"
    assert draft.description == "one two three"


def test_a_cut_file_is_read_as_far_as_it_goes() -> None:
    data = text(body="é" * 100).encode()
    draft = parse(data[:-4], complete=False)
    assert kinds(draft) == ["file-too-large"]
    assert "\ufffd" not in draft.body
    assert "not-utf8" in kinds(parse(data[:-4] + b"\xc3"))


@pytest.mark.parametrize(
    ("keys", "manual", "invocable"),
    [
        ("disable-model-invocation: true", True, True),
        ("disable_model_invocation: yes", True, True),
        ("disable-model-invocation: 'TRUE'", True, True),
        ("disable-model-invocation: false", False, True),
        ("disable-model-invocation: maybe", False, True),
        ("user-invocable: false", False, False),
        ("user-invocable: no", False, False),
        ("user-invocable:", False, True),
    ],
)
def test_invocation_flags(keys: str, manual: bool, invocable: bool) -> None:
    draft = parse(f"---\nname: pdf-forms\ndescription: {DESCRIPTION}\n{keys}\n---\nb")
    assert (draft.manual_only, draft.user_invocable) == (manual, invocable)


@pytest.mark.parametrize(
    ("metadata", "declared"),
    [
        ("{skillaudit-router: true}", True),
        ("{skillaudit-router: 'entry point of the pdf family'}", True),
        ("{skillaudit: {router: yes}}", True),
        ("{skillaudit-router: false}", False),
        ("{skillaudit: {router: 'no'}}", False),
        ("{skillaudit: router}", False),
        ("router", False),
        ("{router: true}", False),
    ],
)
def test_a_router_declares_itself(metadata: str, declared: bool) -> None:
    assert parse(text(metadata=metadata)).declared_router is declared


@pytest.mark.parametrize("key", ["when_to_use", "when-to-use"])
def test_when_to_use(key: str) -> None:
    draft = parse(f"---\nname: pdf-forms\ndescription: {DESCRIPTION}\n{key}: |\n  when\n  forms\n---\nb")
    assert draft.when_to_use == "when forms"


@pytest.mark.parametrize(
    ("lines", "allowed"),
    [
        (["allow_implicit_invocation: false"], False),
        (["policy:", "  allow_implicit_invocation: no"], False),
        (["policy: {allow_implicit_invocation: false}"], False),
        (["allow_implicit_invocation: true"], True),
        (["# allow_implicit_invocation: false"], True),
        ([], True),
    ],
)
def test_codex_policy(lines: list[str], allowed: bool) -> None:
    assert implicit_invocation_allowed(lines) is allowed


def test_lines_are_lines_of_the_file() -> None:
    draft = parse(
        "\ufeff# Title\r\n\r\n---\r\nlicense: MIT\r\nname: pdf-forms\r\ndescription:\r\n  Fills: forms\r\n---\r\nb"
    )
    assert (draft.name_line, draft.description_line) == (5, 6)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("# T\n\nOne\ntwo.\n\nThree.", "One two."),
        ("```\ncode\n```\n\n> quoted text", "quoted text"),
        ("![badge](x)\n<div>\n| a | b |\n---\nProse at last", "Prose at last"),
        ("- first\n- second", "first second"),
        ("## Only a heading ##", "Only a heading"),
        ("```\ncode", ""),
        ("~~~\ncode\n~~~\nSaid.", "Said."),
        ("", ""),
    ],
)
def test_first_paragraph(body: str, expected: str) -> None:
    assert first_paragraph(body) == expected


PIECES = [
    *(
        "---\n",
        "name: a\n",
        "description: b c d\n",
        "name:",
        "description:",
        "\n",
        ": ",
        "- ",
        "? ",
        "  ",
        "# ",
    ),
    *("|", ">", '"', "'", "&a ", "*a", "[", "{", "!!python/object ", "...\n", "```\n"),
    *("\x00", "\x1b[31m", "\r\n", "\u202e", "\ufeff", "\u2028"),
]


@settings(max_examples=400)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.lists(st.sampled_from(PIECES), max_size=40).map(lambda p: "".join(p).encode()),
    )
)
def test_no_bytes_crash_the_parser(data: bytes) -> None:
    got = parse_skill(data, folder="f")
    if isinstance(got, Rejected):
        assert got.code in SKIP_CODES
        return
    assert got.name
    assert got.description
    assert "\n" not in got.name + got.description + got.when_to_use
    for shown in (got.name, got.description, got.body, got.when_to_use):
        assert clean(shown) == shown
    lines = data.count(b"\n") + data.count(b"\r") + 1
    assert all(problem.kind in DEFECT_KINDS and 1 <= problem.line <= lines for problem in got.problems)


@pytest.mark.parametrize(
    ("lines", "programs", "homepage"),
    [
        ('metadata: {"clawdbot":{"requires":{"bins":["td","Curl"]}}}', ("td",), ""),
        ("metadata:\n  requires:\n    bins:\n      - TD\n", ("td",), ""),
        ("homepage: https://www.Example.com/a/\n", (), "example.com/a"),
        ("repository: https://example.com/me/tool.git\n", (), "example.com/me/tool"),
        ('metadata: {"any":{"homepage":"http://example.com?x=1"}}', (), "example.com"),
        ("metadata: {requires: {bins: curl}}\nhomepage: [https://example.com]\n", (), ""),
    ],
)
def test_a_frontmatter_tells_what_program_a_skill_is_for(
    lines: str, programs: tuple[str, ...], homepage: str
) -> None:
    found = parse(f"---\nname: a\ndescription: Do a.\n{lines}\n---\nBody.\n", folder="a")
    assert (found.programs, found.homepage) == (programs, homepage)
