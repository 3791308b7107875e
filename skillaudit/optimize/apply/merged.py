"""The file of two skills in one: what only one body says under a heading, files moved along, names redirected."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

from skillaudit.disk.names import same
from skillaudit.disk.reading import read_file
from skillaudit.load.place import file_of
from skillaudit.load.walk import is_skill_name
from skillaudit.optimize.apply.frontmatter import FrontmatterError
from skillaudit.optimize.apply.places import loadable
from skillaudit.optimize.apply.sections import carried, sections
from skillaudit.optimize.words.phrasing import slug
from skillaudit.reading.limits import MIB, SKILL
from skillaudit.schema import Skill

MAX_FILE = 16 * MIB
"""Bytes of a skill file that is edited; longer ones are left as they are."""
MAX_FILES = 2_000
"""Files of one skill's folder that links are looked for to."""
MAX_ODD = 50
"""Of these, and of names, those that hold other characters than words and paths do."""
_FENCE = re.compile(rb"\A(?:\xef\xbb\xbf)?---[ \t]*\r?\n.*?^---[ \t]*\r?\n", re.DOTALL | re.MULTILINE)
_FROM = "## From "
_ALONE = "## "
_WORD = re.compile(r"[\w./-]+")
_TOKEN = rb"[\w./\x80-\xff-]+"
_IN_NAME = re.compile(rb"[\w-]")
_IN_PATH = re.compile(rb"[\w/.-]*[/-]|\w")
_LINK = re.compile(rb"\]\(<?([^()<>\s]{1,4096})>?\)")
_ENTRY = re.compile(rb"[ \t]{0,8}[-*+] \[[^\]\n]{0,300}\]\(<?([^()<>\s]{1,4096})>?\)")
_PLAIN_NAME = re.compile(r"\w[\w.:-]{0,99}")
"""A name that other files may be given to say."""


def whole(path: Path) -> bytes:
    """Return the bytes of a skill file; raises FrontmatterError for one that is too long to be edited."""
    data = read_file(path, MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise FrontmatterError(f"its file is longer than {MAX_FILE // MIB} MiB; shorten it first")
    return data


def with_bodies(data: bytes, stays: Skill, goes: Sequence[Skill], prefix: Callable[[Skill], str]) -> bytes:
    """Return a skill file with the bodies of `goes` after its own, each under a heading with its name.

    `prefix` leads from the file's folder to that of each of them; links to what lies there are made to follow.
    What stands in the file already, whole or section by section, is not repeated. Raises FrontmatterError where the
    file would be longer than what is read of one.
    """
    end = b"\r\n" if b"\r\n" in data[:4096] else b"\n"
    fence = _FENCE.match(data)
    text = (data[fence.end() :] if fence else data).decode("utf-8", "surrogateescape")
    whole, known = _folded(data), {part.key for part in sections(text)}
    names = Counter(skill.name for skill in (stays, *goes))
    for skill in goes:
        raw = _body(skill).strip()
        if not raw or (own := _folded(raw)) in whole:
            continue
        paths = beside(skill)
        text = raw.decode("utf-8", "surrogateescape")
        new = carried(text, known, skill.name, _leads_to(stays, skill, paths))
        whole += b" " + own
        known |= {part.key for part in sections(text)}
        if not new:
            continue
        where = os.fsencode(prefix(skill))
        links = {path: where + path for path in map(os.fsencode, paths)}
        body = _replaced(new.encode("utf-8", "surrogateescape"), links, _IN_NAME, rb"(?:\./)?")
        heading = _heading(skill.name if names[skill.name] < 2 else skill.id, new)
        data = data.rstrip() + end * 2 + heading.encode("utf-8", "replace") + end * 2 + body + end
        if len(data) > SKILL.disk:
            raise FrontmatterError(_too_long(skill.id))
    return data


def brought_along(stays: Skill, goes: Skill) -> str:
    """Return what of one body is written into the file of another skill."""
    if not goes.body.strip() or " ".join(goes.body.split()) in " ".join(stays.body.split()):
        return ""
    known = {part.key for part in sections(stays.body)}
    return carried(goes.body, known, goes.name, _leads_to(stays, goes, beside(goes)))


def _leads_to(stays: Skill, goes: Skill, paths: Sequence[str]) -> Callable[[str], bool]:
    return lambda text: bool(of_its_own(text, stays, goes, paths))


def of_its_own(text: str, stays: Skill, goes: Skill, paths: Sequence[str] | None = None) -> list[str]:
    """Return the files beside a skill that a text names and that do not stand beside the other one, byte for byte."""
    paths = beside(goes) if paths is None else paths
    named = sorted({word.removeprefix("./").rstrip(".") for word in _WORD.findall(text)}.intersection(paths))
    if not named:
        return []
    ours, theirs = file_of(goes), file_of(stays)
    if ours is None or theirs is None:
        return named
    return [path for path in named if not _alike(ours.parent / path, theirs.parent / path)]


def _alike(one: Path, other: Path) -> bool:
    try:
        size = one.stat().st_size
        return (
            size == other.stat().st_size
            and size <= MAX_FILE
            and read_file(one, size) == read_file(other, size)
        )
    except OSError:
        return False


def _heading(name: str, body: str) -> str:
    """Return the heading of a body: with a word of English where the body is in letters that English has."""
    letters = sum(map(str.isalpha, body))
    latin = sum(char < "\u0250" and char.isalpha() for char in body)
    return f"{_FROM if 2 * latin >= letters else _ALONE}{name}"


def origins(body: str) -> list[str]:
    """Return the names in the headings that `with_bodies` writes, and other headings of their level."""
    lines = (line for line in body.splitlines() if line.startswith(_ALONE))
    return [line.removeprefix(_FROM).removeprefix(_ALONE).strip() for line in lines]


def redirected(data: bytes, names: Mapping[str, str]) -> bytes:
    """Return a file whose body calls the skills of `names` by the names that stand in for them.

    Only names that cannot be plain words, those with a hyphen or an underscore, are looked for, and only a name
    of one word is written, for these are files of other skills.
    """
    fence = _FENCE.match(data)
    head, body = (data[: fence.end()], data[fence.end() :]) if fence else (b"", data)
    sure = {
        old.encode("utf-8", "replace"): new.encode("utf-8", "replace")
        for old, new in names.items()
        if re.search(r"\w[-_]\w", old) and _PLAIN_NAME.fullmatch(new)
    }
    return head + _replaced(body, sure, _IN_PATH) if sure else data


def relinked(data: bytes, path: Path, stands: Mapping[Path, Path]) -> bytes:
    """Return the file at `path` with its links to files that go led to those that stand in for them.

    `stands` maps the files that go. An entry of a list is dropped where another one leads to the same file already,
    as in a gateway that listed both.
    """
    if not stands or b"](" not in data:
        return data
    fence = _FENCE.match(data)
    start = fence.end() if fence else 0
    body = data[start:]

    def other(link: re.Match[bytes]) -> str:
        """Where a link to a file that goes leads now; empty for any other link."""
        told = unquote(os.fsdecode(link[1]))
        new = stands.get(Path(os.path.normpath(path.parent / told))) if told and "\0" not in told else None
        return "" if new is None else Path(os.path.relpath(new, path.parent)).as_posix()

    listed = {unquote(os.fsdecode(link)) for link in _LINK.findall(body)}
    lines: list[bytes] = []
    for line in body.splitlines(keepends=True):
        entry = _ENTRY.match(line)
        if entry is not None and other(entry) in listed:
            continue
        lines.append(
            _LINK.sub(lambda link: b"](" + _quoted(new) + b")" if (new := other(link)) else link[0], line)
        )
    return data[:start] + b"".join(lines)


def _quoted(path: str) -> bytes:
    """Spell a path as a link's address."""
    return quote(os.fsencode(path), safe="/-_.~").encode()


def beside(skill: Skill) -> list[str]:
    """Return the other files of a skill's own folder, relative to it; none for a row of a list."""
    path = file_of(skill)
    if path is None or not is_skill_name(path.name):
        return []
    found: list[str] = []
    for folder, folders, names in os.walk(path.parent):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not _has_skill(Path(folder) / name)
        )
        for name in sorted(names):
            if not is_skill_name(name):
                found.append((Path(folder) / name).relative_to(path.parent).as_posix())
        if len(found) >= MAX_FILES:
            break
    return found[:MAX_FILES]


def _replaced(
    body: bytes, found: Mapping[bytes, bytes], inside: re.Pattern[bytes], lead: bytes = b""
) -> bytes:
    """Replace in one pass what stands as a word of its own, so that nothing is replaced in what was put there.

    No word ends where `inside` goes on. Raises FrontmatterError where the text would outgrow a skill file.
    """
    word = re.compile(_TOKEN)
    plain = {old for old in found if word.fullmatch(old)}
    lengths = sorted({len(old) for old in plain}, reverse=True)
    odd = sorted((old for old in found if old not in plain and old in body), key=len, reverse=True)[:MAX_ODD]
    left = SKILL.disk

    def put(old: bytes, rest: bytes) -> bytes:
        nonlocal left
        left -= len(found[old])
        if left < 0:
            raise FrontmatterError(_too_long("what is merged"))
        return found[old] + rest

    def swap(match: re.Match[bytes]) -> bytes:
        if (old := match[1]) is not None:
            return match[0] if inside.match(body, match.end()) else put(old, b"")
        token = match[2]
        for length in lengths:
            if token[:length] in plain and length <= len(token) and not inside.match(token, length):
                return put(token[:length], token[length:])
        return match[0]

    either = b"|".join(map(re.escape, odd)) or rb"(?!)"
    return re.sub(
        rb"(?<![\w./\x80-\xff-])" + lead + rb"(?:(" + either + rb")|(" + _TOKEN + rb"))", swap, body
    )


def _has_skill(folder: Path) -> bool:
    try:
        return any(is_skill_name(entry.name) for entry in folder.iterdir())
    except OSError:
        return True


def _body(skill: Skill) -> bytes:
    path = file_of(skill)
    if path is None:
        return skill.body.encode("utf-8", "replace")
    data = read_file(path, SKILL.disk + 1)
    if len(data) > SKILL.disk:
        raise FrontmatterError(_too_long(skill.id))
    fence = _FENCE.match(data)
    return data[fence.end() :] if fence else data


def _too_long(what: str) -> str:
    return f"with {what} in it the file would be longer than the {SKILL.disk // MIB} MiB that are read of one"


def _folded(data: bytes) -> bytes:
    return b" ".join(data.split())


def folders_for(goes: Iterable[Skill], taken: Iterable[str]) -> dict[str, str]:
    """Return a folder for the files of each folded skill, by its id: none of the names `taken`, and no two alike."""
    used = set(map(same, taken))
    found: dict[str, str] = {}
    for skill in goes:
        name = unique = loadable(slug(skill.name) or "folded")
        number = 2
        while same(unique) in used:
            unique = f"{name}-{number}"
            number += 1
        used.add(same(unique))
        found[skill.id] = f"{unique}/"
    return found
