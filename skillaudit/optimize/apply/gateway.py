"""The SKILL.md of a category: what stands behind it, and where to read on."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from skillaudit.optimize.records import Node
from skillaudit.optimize.words.phrasing import MAX_DESCRIPTION, fit

MAX_LINE = 240


def gateway_file(node: Node, children: Sequence[tuple[Node, str]]) -> str:
    """Return the file of a category with its children, each with its folder relative to this one.

    A client that lists nested skills finds the children itself; one that does not reads them from here.
    The file has the keys of the specification only, and declares itself as a router.
    """
    lines = [
        "---",
        f"name: {node.id}",
        f"description: {json.dumps(fit(node.description, MAX_DESCRIPTION), ensure_ascii=False)}",
        "metadata:",
        '  skillaudit-router: "category of skills"',
        "---",
        "",
        f"# {_line(node.name)}",
        "",
        "Choose the one entry below that fits the request, read the file it names, and follow that.",
        "",
    ]
    for child, folder in children:
        lines.append(
            f"- [{_line(child.name)}]({_link(folder)}/SKILL.md): {_line(fit(child.description, MAX_LINE))}"
        )
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    """Keep text from being read as Markdown structure."""
    return re.sub(r"([\\\[\]<>`*_])", r"\\\1", " ".join(text.split()))


def _link(path: str) -> str:
    from urllib.parse import quote

    return quote(path, safe="/-_.~")
