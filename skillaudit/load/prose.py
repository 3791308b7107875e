"""Find the sentence that stands in for a description that nobody wrote."""

from __future__ import annotations

import re

from skillaudit.safety.cleaning import one_line

MAX_CHARS = 1024
_READ = 20_000

_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(?P<text>.*)$")
_NOT_PROSE = re.compile(r"\s*(?:```|~~~|<!--|-{3,}\s*$|\*{3,}\s*$|={3,}\s*$|\||!\[|\[!\[|</?\w+[^>]*>\s*$)")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")


def first_paragraph(body: str) -> str:
    """Return the first paragraph of prose on one line, else the first heading, else nothing."""
    heading, paragraph = "", list[str]()
    in_code = False
    for line in body.split("\n"):
        stripped = line.strip()
        if stripped.startswith(("```", "~~~")):
            in_code = not in_code
            if paragraph:
                break
            continue
        match = _HEADING.match(line)
        if in_code or not stripped or match or _NOT_PROSE.match(line):
            if paragraph:
                break
            if match and not in_code:
                heading = heading or match["text"].rstrip().rstrip("#").rstrip()
            continue
        paragraph.append(re.sub(r"^(?:>\s*|[-*+]\s+|\d+[.)]\s+)", "", stripped))
    text = one_line(" ".join(paragraph)[:_READ])[:MAX_CHARS] or one_line(heading)
    return _EMPHASIS.sub(r"\2", text).strip()
