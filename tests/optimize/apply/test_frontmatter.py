"""One value of a frontmatter changes, and not one byte beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.load.draft import Draft
from skillaudit.load.skill_file import parse_skill
from skillaudit.optimize.apply.frontmatter import FrontmatterError, with_description, with_flag, with_router

VALUES = {
    "plain": "description: Old text of it",
    "comment": "description: Old text of it  # why",
    "double": 'description: "Old: text"  # why',
    "single": "description: 'Old ''text'''",
    "folded": "description: >-  # why\n  Old text\n  on two lines\n",
    "literal": "description: |\n    Old text\n\n    of three",
    "wrapped": "description: Old text\n  goes on\n  and on",
    "tight": 'description:   "Old"',
}


@pytest.mark.parametrize("shape", VALUES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_only_the_value_changes(shape: str, end: str, last: bool) -> None:
    value = VALUES[shape].rstrip("\n")
    head = "---\n# a comment\nname: tea # mine\n"
    more = "" if last else "license:   MIT\nmetadata: {a: 1}\n# end\n"
    tail = "---\n\n# Tea\n\nBody with description: Old text of it\n"
    data = (head + value + "\n" + more + tail).replace("\n", end).encode()
    new = with_description(data, "Brews tea: green, black & more.")
    assert new.startswith((head + "description:").replace("\n", end).encode())
    assert new.endswith((more + tail).replace("\n", end).encode())
    assert ("# why" in value) == (b"# why" in new)
    read = parse_skill(new, folder="tea")
    assert isinstance(read, Draft)
    assert read.description == "Brews tea: green, black & more."


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp", "Cn", "Co"]), min_size=1
).map(lambda text: " ".join(text.split()))


@given(TEXTS.filter(bool), st.sampled_from(sorted(VALUES)))
def test_any_text_reads_back_as_it_was_written(text: str, shape: str) -> None:
    data = f"---\nname: tea\n{VALUES[shape]}\n---\nBody\n".encode()
    try:
        new = with_description(data, text)
    except FrontmatterError:
        # The loader cleans what it shows; a text that it would change cannot be verified.
        read = parse_skill(f"---\nname: tea\ndescription: x\n---\n{text}\n".encode(), folder="tea")
        assert isinstance(read, Draft)
        return
    read = parse_skill(new, folder="tea")
    assert isinstance(read, Draft)
    assert read.description == text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"# Tea\n", "does not begin"),
        (b"---\nname: tea\ndescription: x\n", "no closing"),
        (b"---\nname: tea\n---\nBody\n", "no description"),
        (b"---\nname: tea\ndescription: x\nother: a: b: c\n---\n", "not valid YAML"),
        (b"---\nname: tea\ndescription: a: b\n  c: d: e\n---\n", "not valid YAML"),
        (b"---\nname: tea\ndescription: [a, b]\n---\nBody\n", "a list"),
        (b"---\nname: a\ndescription: x\ndescription: y\n---\nBody\n", "twice"),
    ],
)
def test_what_cannot_be_changed_alone_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(FrontmatterError, match=said):
        with_description(data, "New")


def test_bytes_that_are_no_text_survive() -> None:
    data = b"---\nname: tea\ndescription: old\n---\nBody \xff\xfe\n"
    assert with_description(data, "new") == b"---\nname: tea\ndescription: new\n---\nBody \xff\xfe\n"


def test_a_flag_is_added_last_or_changed_in_place() -> None:
    data = b"---\r\nname: tea\r\ndescription: Brews\r\n---\r\nBody\r\n"
    added = with_flag(data, "disable-model-invocation", "true")
    assert added == data.replace(b"Brews\r\n", b"Brews\r\ndisable-model-invocation: true\r\n")
    changed = with_flag(added.replace(b": true", b": false # no"), "disable-model-invocation", "true")
    assert b"disable-model-invocation: true # no\r\n" in changed


def test_a_router_is_declared_beside_other_metadata() -> None:
    data = b"---\nname: tea\ndescription: Brews\nmetadata:\n    author: me\n---\nBody\n"
    new = with_router(data, 'it "routes"')
    assert b'metadata:\n    skillaudit-router: "it \\"routes\\""\n    author: me\n' in new
    read = parse_skill(new, folder="tea")
    assert isinstance(read, Draft)
    assert read.declared_router
    alone = with_router(b"---\nname: tea\ndescription: Brews\n---\nBody\n", "it routes")
    assert b"metadata:\n  skillaudit-router: " in alone


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("more", ["license: MIT\n", ""])
def test_the_commonest_mistake_is_mended_on_the_way(end: str, more: str) -> None:
    text = f"---\nname: tea\ndescription: Use when: the user is thirsty  \n{more}---\nBody\n"
    data = text.replace("\n", end).encode()
    assert with_description(data, "Brews: tea") == data.replace(
        b"Use when: the user is thirsty  ", b'"Brews: tea"  '
    )
