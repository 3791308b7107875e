"""Find where the frontmatter of a skill file starts and ends, however it is fenced."""

from __future__ import annotations

import re
from typing import NamedTuple

from skillaudit.load.defects import Problem

_FENCE = re.compile(r"---\s*$")
_LOOSE_FENCE = re.compile(r"\s*-{3,}\s*$")
_CLOSE_WITH_TEXT = re.compile(r"---+(?P<text>[^-\s].*|\s+\S.*)$")
_CODE_FENCE = re.compile(r"\s*+(?:```|~~~)\s*+\w*+\s*+$")
_KEY = re.compile(r"[\"']?[A-Za-z_][\w.-]{0,60}[\"']?\s*[:：](?:\s|$)")
_SKILL_KEY = re.compile(r"[#*\s]*(?:name|description|名称|描述)\W{0,4}[:：]", re.IGNORECASE)
_NAME_AND_DESCRIPTION = re.compile(
    r"---\s*(?P<text>name\s*:.*\bdescription\s*:.*?)(?:\s-{3,})?\s*$", re.IGNORECASE
)

PREFACE_LINES = 40
"""How far into a file a frontmatter is looked for that something else precedes."""


class Fenced(NamedTuple):
    """A file cut in two; line numbers count from 1."""

    lines: tuple[str, ...]
    """The lines of the frontmatter without its fences; empty when there is none."""
    first_line: int
    """Number of the first of `lines`."""
    body: str
    found: bool
    """False when the file has no frontmatter at all."""
    problems: tuple[Problem, ...]


def split(text: str) -> Fenced:
    """Cut `text` (cleaned, with `\\n` line ends) into frontmatter and body; never fails."""
    lines = text.split("\n")
    problems: list[Problem] = []
    first = next((index for index, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return Fenced((), 1, "", False, ())
    if match := _NAME_AND_DESCRIPTION.match(lines[first][:4096]):
        problem = Problem("bad-opening-fence", first + 1, "the whole frontmatter stands on one line")
        return Fenced((match["text"],), first + 1, "\n".join(lines[first + 1 :]), True, (problem,))
    opening = _find_opening(lines, first, problems)
    if opening is None:
        if not re.match(r"(?:name|description)\s*[:：]\s*\S", lines[first], re.IGNORECASE):
            return Fenced((), 1, text, False, (Problem("no-frontmatter", 1),))
        problems.append(Problem("frontmatter-unfenced", first + 1))
        opening = first - 1
    start = opening + 1
    stop, body_from, glued = _find_closing(lines, start, problems)
    body = "\n".join(([glued] if glued else []) + lines[body_from:])
    if any(problem.kind == "frontmatter-in-code-fence" for problem in problems):
        body = _drop_closing_code_fence(body)
    return Fenced(tuple(lines[start:stop]), start + 1, body, True, tuple(problems))


def _find_opening(lines: list[str], first: int, problems: list[Problem]) -> int | None:
    """Return the index of the opening fence and note what is odd about it; None if there is none."""
    if _FENCE.match(lines[first]):
        if first:
            problems.append(Problem("blank-before-frontmatter", 1, f"{first} blank"))
        if lines[first] != "---":
            problems.append(Problem("fence-trailing-space", first + 1))
        return first
    for index in range(first, min(len(lines), first + PREFACE_LINES)):
        if not _LOOSE_FENCE.match(lines[index]) or not _keys_follow(lines, index + 1):
            continue
        preface = [line for line in lines[first:index] if line.strip()]
        if not preface:
            problems.append(Problem("bad-opening-fence", index + 1, repr(lines[index][:20])))
        elif all(_CODE_FENCE.match(line) for line in preface):
            problems.append(Problem("frontmatter-in-code-fence", first + 1))
        else:
            problems.append(Problem("text-before-frontmatter", first + 1, preface[0].strip()[:60]))
        return index
    return None


def _keys_follow(lines: list[str], start: int) -> bool:
    """Say whether a name or a description stands among the next lines, before any closing fence."""
    seen = 0
    for line in lines[start : start + PREFACE_LINES]:
        if not line.strip():
            continue
        if _LOOSE_FENCE.match(line):
            return False
        if _SKILL_KEY.match(line):
            return True
        seen += 1
        if seen == 1 and not _KEY.match(line):
            return False
    return False


def _find_closing(lines: list[str], start: int, problems: list[Problem]) -> tuple[int, int, str]:
    """Return the end of the frontmatter, the first line of the body, and text glued to the fence."""
    in_code = any(problem.kind == "frontmatter-in-code-fence" for problem in problems)
    for index in range(start, len(lines)):
        line = lines[index]
        if not line.startswith(("---", "...", "```")):
            continue
        if _FENCE.match(line) or re.match(r"\.\.\.\s*$", line):
            if line.rstrip() != line:
                problems.append(Problem("fence-trailing-space", index + 1))
            return index, index + 1, ""
        if match := _CLOSE_WITH_TEXT.match(line):
            problems.append(Problem("bad-closing-fence", index + 1, "text follows the dashes"))
            return index, index + 1, match["text"].strip()
        if _LOOSE_FENCE.match(line):
            problems.append(Problem("bad-closing-fence", index + 1, f"{len(line.strip())} dashes"))
            return index, index + 1, ""
        if in_code and line.startswith("```"):
            break
    problems.append(Problem("unterminated-frontmatter", start))
    stop = _last_frontmatter_line(lines, start)
    return stop, stop, ""


def _last_frontmatter_line(lines: list[str], start: int) -> int:
    """Return where an unclosed frontmatter ends: at the first blank line that prose or a heading follows."""
    for index in range(start, len(lines)):
        if _CODE_FENCE.match(lines[index]):
            return index
        if lines[index].strip():
            continue
        following = next((line for line in lines[index + 1 :] if line.strip()), "")
        if not (_KEY.match(following) or following.startswith((" ", "\t", "- "))):
            return index
    return len(lines)


def _drop_closing_code_fence(body: str) -> str:
    """Remove the line that closed the fence around the frontmatter, where it stands first or last."""
    lines = body.strip("\n").split("\n")
    if lines and _CODE_FENCE.match(lines[0]):
        lines = lines[1:]
    elif lines and _CODE_FENCE.match(lines[-1]) and sum(bool(_CODE_FENCE.match(line)) for line in lines) % 2:
        lines = lines[:-1]
    return "\n".join(lines)
