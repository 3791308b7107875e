from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from skillaudit.text.markdown import bare, blocks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Bold** and *soft* and `code`", "Bold and soft and code"),
        ("See [the guide](guide.md#part) now", "See the guide now"),
        ("![logo](a.png) Text", "Text"),
        ("<https://example.org> stays out", "stays out"),
        ("<b>loud</b> line<br/>next", "loud line next"),
        ("deploy <service> now", "deploy <service> now"),
        ("snake_case_name stays", "snake_case_name stays"),
        ("✅ Done well", "Done well"),
        ("🎯 - Aim", "Aim"),
        (r"escaped \*star\*", "escaped *star*"),
        ("***both***", "both"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("", ""),
    ],
)
def test_markup_is_taken_off(text: str, expected: str) -> None:
    assert bare(text) == expected


BODY = """\
# Title
First line
goes on.

## When to use **it**
Use it when:
- one
  and more
- [x] two
1. three
> - quoted

| Situation | What |
|---|:--|
| a fire | run |

```bash
- not a bullet
# not a heading
```
<!--
- hidden
-->
### Deep
**Label**
* four
---
tail
"""


def test_parts_in_order_with_what_stands_over_them() -> None:
    use = ((1, "Title"), (2, "When to use it"))
    deep = (*use, (3, "Deep"))
    assert [(block.kind, bare(block.raw), block.headings, block.intro) for block in blocks(BODY)] == [
        ("prose", "First line goes on.", ((1, "Title"),), ""),
        ("bullet", "one and more", use, "Use it when:"),
        ("bullet", "two", use, "Use it when:"),
        ("number", "three", use, "Use it when:"),
        ("bullet", "quoted", use, "Use it when:"),
        ("cell", "a fire", use, "Situation"),
        ("bullet", "four", deep, "Label"),
        ("prose", "tail", deep, ""),
    ]


def test_lines_are_counted_through_code_and_comments() -> None:
    lines = BODY.splitlines()
    for block in blocks(BODY):
        assert block.raw.split()[0] in lines[block.line - 1]


def test_an_open_fence_hides_the_rest() -> None:
    assert not list(blocks("```\n- a\n~~~\n- b"))
    assert [block.raw for block in blocks("````\n```\n- a\n````\n- b")] == ["b"]


def test_a_heading_ends_deeper_ones() -> None:
    headings = [block.headings for block in blocks("# A\n### B\nx\n## C\ny\n# D\nz")]
    assert headings == [((1, "A"), (3, "B")), ((1, "A"), (2, "C")), ((1, "D"),)]


@given(st.text(alphabet="#-*|`>~: \n\tab1.[](<!)_", max_size=200))
def test_any_text_is_read(body: str) -> None:
    for block in blocks(body):
        assert block.raw.strip()
        assert 1 <= block.line <= body.count("\n") + 1
        bare(block.raw)
