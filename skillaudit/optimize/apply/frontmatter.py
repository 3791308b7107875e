"""Change one value in the frontmatter of a skill file, and not one byte beside it."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from skillaudit.errors import UsageError
from skillaudit.load.draft import Draft
from skillaudit.load.skill_file import parse_skill
from skillaudit.load.yaml_block import (
    InvalidError,
    Mapping,
    NotMappingError,
    TooComplexError,
    Value,
    parse_mapping,
)

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""What ends a line in YAML."""
_FENCE = re.compile(r"---[ \t]*\Z")
_BLOCK_HEADER = re.compile(r"[>|][-+0-9]*([ \t]+#.*)?")
_COLON_LINE = re.compile(
    r"^description:[ \t]+([^\s\"'>|&*\[{][^\r\n]*?: [^\r\n]*?)[ \t]*(?=\r?\n(?:\S|\Z))", re.MULTILINE
)
"""A description on one line that strict YAML takes for a mapping."""
_PLAIN = re.compile(r"[A-Za-z0-9(][^\n\r\t#]*\Z")
_WORD_OF_OTHER_TYPE = re.compile(
    r"(?i:true|false|yes|no|on|off|null|none|~|y|n)\Z|[-+.0-9][-+.0-9eExXa-fA-F_:,]*\Z"
)


class FrontmatterError(UsageError):
    """A file's frontmatter cannot be changed without touching more than one value."""


class _Block(NamedTuple):
    text: str
    """The whole file; bytes that are no UTF-8 stand as lone surrogates."""
    start: int
    """Where the lines between the fences begin."""
    stop: int
    """Where the closing fence begins."""
    lines: tuple[int, ...]
    """Where each line of the block begins, as offsets into `text`."""
    values: dict[str, Value]
    end_of_line: str


def with_description(data: bytes, description: str) -> bytes:
    """Return the file with another description; everything else keeps its bytes.

    The style of the old value is kept where the new text allows, else it is double-quoted. Raises
    FrontmatterError where strict YAML cannot say where the value stands, or where the file read again
    would differ in anything else.
    """
    block = _block(data)
    value = block.values.get("description")
    if value is None:
        raise FrontmatterError("it has no description in its frontmatter; write one first")
    if value.shape not in ("plain", "quoted", "block"):
        raise FrontmatterError("its description is a list, a mapping or an alias; write it as text first")
    start, stop = _offset(block, value.start), _offset(block, value.end)
    old = block.text[start:stop]
    tail = ""
    if value.shape == "block":
        header = _BLOCK_HEADER.match(old)
        tail = ((header[1] or "") if header else "") + block.end_of_line
    lead = " " if block.text[start - 1 : start] == ":" else ""
    new = _encode(block, start, lead + _scalar(description, old) + tail, stop)
    _verify(data, new, {"description": description})
    return new


def with_flag(data: bytes, key: str, value: str) -> bytes:
    """Return the file with a top-level key set, changed in place or added as the last line of the block."""
    block = _block(data)
    old = block.values.get(key)
    if old is not None:
        if old.shape not in ("plain", "quoted"):
            raise FrontmatterError(f"its {key} is no plain value; change it by hand")
        start, stop = _offset(block, old.start), _offset(block, old.end)
        lead = " " if block.text[start - 1 : start] == ":" else ""
        new = _encode(block, start, lead + value, stop)
    else:
        new = _encode(block, block.stop, f"{key}: {value}{block.end_of_line}", block.stop)
    _verify(data, new, {key: value})
    return new


def with_router(data: bytes, reason: str) -> bytes:
    """Return the file with `metadata: {skillaudit-router: reason}`, beside other metadata where there is some."""
    block = _block(data)
    old = block.values.get("metadata")
    entry = f"skillaudit-router: {json.dumps(reason, ensure_ascii=False)}{block.end_of_line}"
    if old is None:
        new = _encode(block, block.stop, f"metadata:{block.end_of_line}  {entry}", block.stop)
    elif old.shape == "mapping" and old.start[0] > old.key_line:
        at = block.lines[old.start[0]]
        new = _encode(block, at, " " * old.start[1] + entry, at)
    else:
        raise FrontmatterError("its metadata is not an indented block; add `skillaudit-router` by hand")
    _verify(data, new, {})
    return new


def _block(data: bytes) -> _Block:
    text = data.decode("utf-8", "surrogateescape")
    begin = 1 if text.startswith("\ufeff") else 0
    ends = [match.end() for match in _BREAK.finditer(text)]
    starts = [begin, *ends]
    stops = [match.start() for match in _BREAK.finditer(text)] + [len(text)]
    rows = list(zip(starts, stops, strict=True))
    first = next((at for at, (start, stop) in enumerate(rows) if text[start:stop].strip()), None)
    if first is None or not _FENCE.match(text[slice(*rows[first])]):
        raise FrontmatterError("it does not begin with a `---` line; give it a frontmatter first")
    last = next((at for at in range(first + 1, len(rows)) if _FENCE.match(text[slice(*rows[at])])), None)
    if last is None:
        raise FrontmatterError("its frontmatter has no closing `---` line; add it first")
    start, stop = rows[first + 1][0], rows[last][0]
    try:
        values = _parse(text[start:stop])
    except (InvalidError, NotMappingError, TooComplexError) as error:
        raise FrontmatterError(f"its frontmatter is not valid YAML ({error}); correct that first") from error
    if values.repeated:
        raise FrontmatterError(f"its frontmatter has the key {values.repeated[0]!r} twice; delete one first")
    end = _BREAK.search(text, rows[first][0])
    return _Block(
        text=text,
        start=start,
        stop=stop,
        lines=tuple(row[0] for row in rows[first + 1 : last + 1]),
        values=values.values,
        end_of_line=end.group() if end else "\n",
    )


def _parse(text: str) -> Mapping:
    """Parse a block; a description whose only fault is an unquoted colon is read as the line that it is."""
    try:
        return parse_mapping(text)
    except InvalidError:
        match = _COLON_LINE.search(text)
        if match is None:
            raise
        # As many plain letters as the value has, so that every mark stays where it is.
        return parse_mapping(text[: match.start(1)] + "x" * len(match[1]) + text[match.end(1) :])


def _offset(block: _Block, mark: tuple[int, int]) -> int:
    line, column = mark
    return min(block.lines[min(line, len(block.lines) - 1)] + column, block.stop)


def _encode(block: _Block, start: int, new: str, stop: int) -> bytes:
    return (block.text[:start] + new + block.text[stop:]).encode("utf-8", "surrogateescape")


def _scalar(text: str, old: str) -> str:
    """Write one line of text as YAML, quoted as the old value was where that is possible."""
    printable = all(character.isprintable() or character == " " for character in text)
    if old.startswith("'") and printable:
        return "'" + text.replace("'", "''") + "'"
    plain = (
        printable
        and not old.startswith(('"', "'", ">", "|"))
        and _PLAIN.match(text)
        and ": " not in text
        and " #" not in text
        and not text.endswith((":", " "))
        and not _WORD_OF_OTHER_TYPE.match(text)
    )
    if plain:
        return text
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character == " " or character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def _verify(before: bytes, after: bytes, changed: dict[str, str]) -> None:
    """Raise FrontmatterError unless the file reads as before, but for what was meant to change."""
    old, new = (parse_skill(data, folder="", fallback="-") for data in (before, after))
    if not isinstance(old, Draft) or not isinstance(new, Draft):
        raise FrontmatterError("it cannot be read as a skill")
    same = old.name == new.name and old.body == new.body and old.when_to_use == new.when_to_use
    first, second = _block(before).values, _block(after).values
    keys = [key for key in second if key not in changed and key != "metadata"]
    same = same and all(first[key].data == second[key].data for key in keys if key in first)
    same = same and not set(first) - set(second)
    if "description" in changed:
        same = same and new.description == changed["description"]
    else:
        same = same and new.description == old.description
    if not same:
        raise FrontmatterError("it would read otherwise in more than what is to change; change it by hand")
