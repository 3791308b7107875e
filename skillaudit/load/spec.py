"""Hold one loaded skill against the specification and against common sense."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from skillaudit.load.defects import Problem
from skillaudit.load.fields import FieldValue

MAX_NAME = 64
MAX_DESCRIPTION = 1024
MIN_DESCRIPTION = 20
MAX_COMPATIBILITY = 500
MAX_BODY_CHARS = 40_000
MAX_BODY_LINES = 500

SPEC_KEYS = frozenset({"name", "description", "license", "compatibility", "metadata", "allowed-tools"})
CLIENT_KEYS = frozenset(
    {
        "agent",
        "argument-hint",
        "arguments",
        "context",
        "disable-model-invocation",
        "effort",
        "hooks",
        "model",
        "paths",
        "shell",
        "user-invocable",
        "when-to-use",
        "homepage",
        "command-dispatch",
        "command-tool",
        "command-arg-mode",
        "disallowed-tools",
    }
)
"""Keys that Claude Code, Codex, OpenClaw or another client documents beyond the specification."""

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*$")
_MARKUP = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>")
_PLACEHOLDER = re.compile(
    r"""
      \[\s*(?:TODO|TBD|FIXME|describe\b|insert\b|your\b|add\b|待办)[^\]]*\]?
    | ^\W*(?:TODO|TBD|FIXME|XXX|待办事项)['"]?\s*(?:[:：.!-]|$)
    | \{\{\s*[A-Za-z_][\w .-]*\}\} | (?<![$\w])\{[A-Z][A-Z0-9]*_[A-Z0-9_]+\}
    | <\s*(?:your|insert|todo|description|describe)\b[^>]*>
    | \b(?:your|the)\s+description\s+(?:goes\s+)?here\b | \bdescription\s+goes\s+here\b
    | \breplace\s+(?:this\s+)?with\s+(?:a\s+|the\s+|your\s+)?description\b | \blorem\s+ipsum\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SIGNS = ("[", "{", "<", "todo", "tbd", "xme", "xxx", "待办", "desc", "lorem")
"""One of these stands in every placeholder, in letters that no other letter folds to but their capitals."""
_PLACEHOLDER_CASED = re.compile(r"(?<![$\w])\{[A-Z][A-Z0-9]*_[A-Z0-9_]+\}")


def name_problems(name: str, folder: str, line: int) -> Iterable[Problem]:
    """Yield what is wrong with a name; `folder` is empty where there is none to compare with."""
    if len(name) > MAX_NAME:
        yield Problem("name-too-long", line, f"{len(name)} characters")
    if not _NAME.match(name):
        yield Problem("name-pattern", line, name[:80])
    if folder and name != folder:
        yield Problem("name-differs-from-folder", line, f"{name[:80]} in folder {folder[:80]}")


def description_problems(description: str, name: str, line: int) -> Iterable[Problem]:
    """Yield what is wrong with a description that is not empty."""
    if len(description) > MAX_DESCRIPTION:
        yield Problem("description-too-long", line, f"{len(description)} characters")
    if len(description) < MIN_DESCRIPTION and _width(description) < MIN_DESCRIPTION:
        yield Problem("description-too-short", line, description)
    if len(description) <= 4 * len(name) and _letters(description) == _letters(name):
        yield Problem("description-repeats-name", line, description[:80])
    if match := placeholder(description):
        yield Problem("placeholder", line, match[:80])
    if found := _MARKUP.search(description):
        yield Problem("markup-in-description", line, found[0][:80])
    if "\\n" in description:
        yield Problem("literal-escape", line)


def key_problems(fields: dict[str, FieldValue]) -> Iterable[Problem]:
    """Yield at most one problem for unknown keys and one for keys of single clients."""
    unknown = sorted(key for key in fields if key not in SPEC_KEYS and key not in CLIENT_KEYS)
    client = sorted(key for key in fields if key in CLIENT_KEYS)
    if unknown:
        yield Problem("unknown-keys", min(fields[key].line for key in unknown), ", ".join(unknown)[:200])
    if client:
        yield Problem("client-keys", min(fields[key].line for key in client), ", ".join(client)[:200])
    compatibility = fields.get("compatibility")
    if compatibility and len(compatibility.text) > MAX_COMPATIBILITY:
        yield Problem("compatibility-too-long", compatibility.line, f"{len(compatibility.text)} characters")


def body_problems(body: str, line: int) -> Iterable[Problem]:
    """Yield what is wrong with a body that starts at `line`."""
    if not body.strip():
        yield Problem("no-body", line)
        return
    count = body.count("\n") + 1
    over = [
        f"{size:,} {unit}, where {most:,} are the most"
        for size, unit, most in ((count, "lines", MAX_BODY_LINES), (len(body), "characters", MAX_BODY_CHARS))
        if size > most
    ]
    if over:
        yield Problem("body-too-long", line, "; ".join(over))


def placeholder(text: str) -> str:
    """Return the words that a template left in a text; else empty."""
    folded = text.casefold()
    if not any(sign in folded for sign in _SIGNS):
        return ""
    match = _PLACEHOLDER.search(text)
    if match is None:
        return ""
    if match[0].startswith("{") and match[0][1:2].isalpha():
        cased = _PLACEHOLDER_CASED.search(text)
        return cased[0] if cased else ""
    return match[0]


def _width(text: str) -> int:
    """Count columns: a wide character, such as a Chinese one, says about as much as two letters."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
