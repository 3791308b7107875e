"""Where the frontmatter starts and ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.load.fences import split

KEYS = "name: a\ndescription: b"


def kinds(text: str) -> list[str]:
    return [problem.kind for problem in split(text).problems]


@pytest.mark.parametrize(
    ("text", "lines", "first_line", "body", "problems"),
    [
        (f"---\n{KEYS}\n---\nbody", 2, 2, "body", []),
        (f"---  \n{KEYS}\n--- \nbody", 2, 2, "body", ["fence-trailing-space", "fence-trailing-space"]),
        (f"\n\n---\n{KEYS}\n---\nbody", 2, 4, "body", ["blank-before-frontmatter"]),
        (f"# Title\n\n---\n{KEYS}\n---\nbody", 2, 4, "body", ["text-before-frontmatter"]),
        (f"<!-- note -->\n---\n{KEYS}\n---\nbody", 2, 3, "body", ["text-before-frontmatter"]),
        (f"```markdown\n---\n{KEYS}\n---\n```\nbody", 2, 3, "body", ["frontmatter-in-code-fence"]),
        (f"```yaml\n---\n{KEYS}\n---\nbody\n```", 2, 3, "body", ["frontmatter-in-code-fence"]),
        (f"{KEYS}\n\n# Title", 2, 1, "\n# Title", ["frontmatter-unfenced", "unterminated-frontmatter"]),
        (f"{KEYS}\n---\nbody", 2, 1, "body", ["frontmatter-unfenced"]),
        (f"---\n{KEYS}\n\n# Title\ntext", 2, 2, "\n# Title\ntext", ["unterminated-frontmatter"]),
        (f"---\n{KEYS}\n---# Title\ntext", 2, 2, "# Title\ntext", ["bad-closing-fence"]),
        (f"---\n{KEYS}\n-----\nbody", 2, 2, "body", ["bad-closing-fence"]),
        (f"-----\n{KEYS}\n---\nbody", 2, 2, "body", ["bad-opening-fence"]),
        (f"---\n{KEYS}\n...\nbody", 2, 2, "body", []),
        ("--- name: a description: b ---\nbody", 1, 1, "body", ["bad-opening-fence"]),
        ("# Title\n\ntext", 0, 1, "# Title\n\ntext", ["no-frontmatter"]),
        ("# Title\n\n---\n\ntext", 0, 1, "# Title\n\n---\n\ntext", ["no-frontmatter"]),
        ("", 0, 1, "", []),
    ],
)
def test_split(text: str, lines: int, first_line: int, body: str, problems: list[str]) -> None:
    block = split(text)
    assert (len(block.lines), block.first_line, block.body) == (lines, first_line, body)
    assert [problem.kind for problem in block.problems] == problems
    assert block.found is (lines > 0)


def test_a_rule_inside_a_block_scalar_does_not_end_it() -> None:
    block = split("---\nname: a\ndescription: |\n  one\n  ---\n  two\n---\nbody")
    assert (len(block.lines), block.body) == (5, "body")


def test_an_unclosed_frontmatter_keeps_indented_text_after_a_blank_line() -> None:
    block = split("---\nname: a\ndescription: |\n  one\n\n  two\nlicense: MIT\n\nProse.")
    assert block.lines[-1] == "license: MIT"


@given(
    st.lists(
        st.sampled_from(
            ["---", "--- ", "name: a", "description: b", "", "# T", "```", "text", "  in", "----", "..."]
        )
    )
)
def test_lines_of_the_block_are_lines_of_the_text(parts: list[str]) -> None:
    text = "\n".join(parts)
    block = split(text)
    start = block.first_line - 1
    if block.found and block.lines != ("",):
        assert tuple(text.split("\n")[start : start + len(block.lines)]) == block.lines
    assert all(problem.line >= 0 for problem in block.problems)


@pytest.mark.parametrize(
    ("text", "line", "detail"),
    [
        (f"\n Title \n\n---\n{KEYS}\n---\nbody", 2, "Title"),
        (f"\n{'t' * 99}\n---\n{KEYS}\n---\nbody", 2, "t" * 60),
        (f"-----\n{KEYS}\n---\nbody", 1, "'-----'"),
    ],
)
def test_what_stands_before_is_quoted(text: str, line: int, detail: str) -> None:
    assert (line, detail) in {(problem.line, problem.detail) for problem in split(text).problems}
