"""The few parts of Markdown that matter for finding requests: sections, lists, tables and plain lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Kind = Literal["bullet", "number", "cell", "prose"]


class Block(NamedTuple):
    """One list item, first table cell or paragraph, with the headings that it stands under."""

    kind: Kind
    raw: str
    """As written, on one line; `bare` cleans it."""
    headings: tuple[tuple[int, str], ...]
    """Depth and cleaned title of each heading, from the outermost to the nearest."""
    intro: str
    """The label or paragraph ending in a colon that introduces this list; empty if there is none."""
    line: int
    """1-based line in the body."""


_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+)$")
_BULLET = re.compile(r"^([ \t]*)(?:[-*+•‣·–])[ \t]+(?:\[[ xX]\][ \t]+)?(.*)$")
_NUMBER = re.compile(r"^([ \t]*)\d{1,3}[.)、][ \t]*(?=\S)(.*)$")
_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})")
_TURN = re.compile(
    r"(?:user|human|you|customer|assistant|claude|agent|ai|bot|model|output|response|用户|用戶|助手|ユーザー|사용자)\s*[:：]",
    re.IGNORECASE,
)
# People set a label right under a list, where Markdown itself would go on with the last item.
_BOLD_START = re.compile(r"^(?:\*\*|__)\S")
_QUOTE = re.compile(r"^[ \t]{0,3}(?:> ?)+")
_RULE = re.compile(r"^ {0,3}(?:[-*_=][ \t]*){3,}$")
_LABEL = re.compile(r"^\*\*[^*]+\*\*$|^__[^_]+__$")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)

_IMAGE = re.compile(r"!\[[^\]\n]{0,400}\]\([^)\n]{0,1000}\)")
_LINK = re.compile(r"\[([^\[\]\n]+)\](?:\([^)\n]{0,1000}\)|\[[^\[\]\n]*\])")
_AUTOLINK = re.compile(r"<(?:https?://|mailto:)[^<>\s]*>")
# HTML only: other words in angle brackets are placeholders, which a reader of requests must see.
_TAG = re.compile(
    r"</?(?:a|b|br|code|details|div|em|h[1-6]|hr|i|img|kbd|li|ol|p|pre|small|span|strong|sub|summary|sup|u|ul)\b[^<>\n]{0,200}>",
    re.IGNORECASE,
)
_CODE = re.compile(r"`+([^`\n]*)`+")
_STRONG = re.compile(r"(?<!\\)(\*{1,3}|(?<!\w)_{1,3})(?=\S)(.{1,400}?)(?<=\S)\1(?!\w)")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~])")
# Dingbats, arrows at the start, emoji and check marks that stand before or after a sentence.
_ORNAMENT = re.compile(r"[\u2190-\u21ff\u2300-\u23ff\u2500-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]+")


def plain(text: str) -> str:
    """Return a line without Markdown: link texts stay, images, addresses, tags and ornaments go."""
    if "[" in text:
        text = _LINK.sub(r"\1", _IMAGE.sub(" ", text))
    if "<" in text:
        text = _TAG.sub(" ", _AUTOLINK.sub(" ", text))
    if "`" in text:
        text = _CODE.sub(r"\1", text)
    if "*" in text or "_" in text:
        text = _STRONG.sub(r"\2", _STRONG.sub(r"\2", text)).replace("**", "")
    if "\\" in text:
        text = _ESCAPED.sub(r"\1", text)
    return " ".join(text.replace("~~", "").split())


def bare(text: str) -> str:
    """Return cleaned text without ornaments at its ends, as headings and items are compared."""
    text = plain(text)
    match = _ORNAMENT.match(text)
    while match:
        text = text[match.end() :].lstrip(" :-")
        match = _ORNAMENT.match(text)
    return text.strip()


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


_LONGEST = 4_000
"""Characters of a line, or of a paragraph, that are read: no request, title or label is longer."""


class _Reader:
    """Line by line state of `blocks`."""

    def __init__(self) -> None:
        self.headings: list[tuple[int, str]] = []
        self.intro = ""
        self.open: tuple[Kind, list[str], int] | None = None
        self.header = False
        self.table: list[str] = []

    def close(self) -> Iterator[Block]:
        """Finish the open item or paragraph."""
        if self.open is None:
            return
        kind, lines, line = self.open
        self.open = None
        raw = " ".join(part.strip() for part in lines).strip()[:_LONGEST]
        if kind == "prose":
            self.intro = ""
            if raw.rstrip("*_ ").endswith((":", "：")) or _LABEL.match(raw):
                self.intro = bare(raw)
                return
        if raw:
            yield Block(kind, raw, tuple(self.headings), self.intro, line)

    def start(self, kind: Kind, text: str, line: int) -> Iterator[Block]:
        yield from self.close()
        self.open = (kind, [text], line)

    def row(self, line: str, number: int) -> Iterator[Block]:
        """Take a table row: its first cell, under the header's first cell as an intro."""
        yield from self.close()
        cells = _cells(line)
        if not self.table:
            self.table = cells
            return
        if all(not cell.strip(":- ") for cell in cells):
            return
        if cells and cells[0]:
            yield Block("cell", cells[0], tuple(self.headings), bare(self.table[0]), number)


def blocks(body: str) -> Iterator[Block]:
    """Yield the list items, first table cells and paragraphs of a Markdown text, in order.

    Code, HTML comments, quotations' marks and rules are left out. Works line by line, in linear time.
    """
    body = _COMMENT.sub(lambda match: "\n" * match.group().count("\n"), body)
    reader = _Reader()
    fence = ""
    for number, line in enumerate(body.splitlines(), 1):
        line = line[:_LONGEST]
        mark = _FENCE.match(line)
        if fence:
            if mark and mark.group(1)[0] == fence[0] and len(mark.group(1)) >= len(fence):
                fence = ""
            continue
        if mark:
            yield from reader.close()
            fence = mark.group(1)
            reader.intro = ""
            continue
        begin = line.lstrip()
        if begin.startswith(">"):
            line = _QUOTE.sub("", line)
            begin = line.lstrip()
        if begin.startswith("|"):
            yield from reader.row(line, number)
            continue
        reader.table = []
        if not begin or (begin[0] in "-*_=" and _RULE.match(line)):
            yield from reader.close()
            continue
        if begin[0].isalpha():
            if reader.open is None or _TURN.match(begin):
                # Every turn of a conversation is a paragraph of its own.
                yield from reader.start("prose", line, number)
            else:
                reader.open[1].append(line)
        elif heading := _HEADING.match(line):
            yield from reader.close()
            depth = len(heading.group(1))
            reader.headings = [item for item in reader.headings if item[0] < depth]
            reader.headings.append((depth, bare(heading.group(2).rstrip(" \t#") or heading.group(2)[:1])))
            reader.intro = ""
        elif item := _BULLET.match(line):
            yield from reader.start("bullet", item.group(2), number)
        elif item := _NUMBER.match(line):
            yield from reader.start("number", item.group(2), number)
        elif reader.open is not None and not _BOLD_START.match(line):
            reader.open[1].append(line)
        else:
            yield from reader.start("prose", line, number)
    yield from reader.close()
