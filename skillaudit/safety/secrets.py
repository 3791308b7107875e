"""Keys that the process knows, taken out of whatever a server or an error says back, in any form."""

from __future__ import annotations

import base64
import json
import os
import re
import sys
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from html import escape
from typing import NamedTuple
from urllib.parse import quote, quote_plus

MASK = "***"
PIECE = 5
"""So many characters in a row of a key are taken out of what a server says of a failed call."""
LONG_PIECE = 12
"""The same for texts in which a piece may be chance: answers, and narration that quotes no server."""

_NAMED = re.compile(
    r"(?:^|_)(?:API_?KEY|ACCESS_?KEY|KEY|TOKEN|SECRET|PASS|PASSWD|PASSWORD|PASSPHRASE|CREDENTIALS?|AUTH)S?(?:_|\d|$)"
    r"|APIKEY|(?:KEY|TOKEN|SECRET|PASSWORD)S?$",
    re.IGNORECASE,
)
_LEAST = 6
"""Characters from which on the value of such a variable is a key, and no switch."""
_MOST = 4096
_USERINFO = re.compile(r"://([^\s/@?#]+)@")
_QUERY_KEY = re.compile(r"[?&][\w-]*(?:key|token|secret|sig|password)[\w-]*=([^&#\s]+)", re.IGNORECASE)
_LOOKS = re.compile(
    r"\b(?:(?:sk|pk|rk|key)[-_]|AIza|gsk_|xai-|gh[opsu]_|github_pat_|hf_|glpat-|xox[abp]-)(?=\S*[\d*…])[\w*.…-]{6,}"
)
"""Keys as providers write them, for one that is in no variable: a proxy may have sent it."""
_CUT = re.compile(r"(?:[*•…]|\.{3}|x{4})+", re.IGNORECASE)
_UNIT = re.compile(
    r"&#x(?P<hex>[0-9a-f]{1,6});?|&#(?P<decimal>[0-9]{1,7});?|(?:\\u00|\\x|%)(?P<short>[0-9a-f]{2})|.",
    re.IGNORECASE | re.DOTALL,
)
"""A character, or an escape that stands for one."""

_GIVEN: set[str] = set()


def remember(address: str) -> None:
    """Hold what stands as user, password or key in an address that the user gave to be called."""
    _GIVEN.update(_in_address(address))


def known_secrets(environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the keys that the process could send, the longest first.

    They are the values of variables whose name says key, token, secret, password or the like, and what
    stands as user and password, or as a key in the query, in any address of the environment or that was
    given (`remember`). A value that is the path of a file is a place, not a key.
    """
    found = set(_GIVEN)
    for name, value in (os.environ if environ is None else environ).items():
        if "://" in value:
            found.update(_in_address(value))
        elif _NAMED.search(name) and not value.startswith(("/", "~", "./")):
            found.add(value.strip())
    return tuple(
        sorted((one[:_MOST] for one in found if len(one) >= _LEAST), key=lambda one: (-len(one), one))
    )


def _in_address(text: str) -> Iterable[str]:
    for match in _USERINFO.finditer(text):
        user, _, password = match[1].partition(":")
        yield from (match[1], password or user)
    for match in _QUERY_KEY.finditer(text):
        yield match[1]


def without_userinfo(address: str) -> str:
    """Return an address as it may be kept and shown: without user, password and keys in its query."""
    return _QUERY_KEY.sub(
        lambda m: m[0][: m.start(1) - m.start()] + MASK, _USERINFO.sub(f"://{MASK}@", address)
    )


def mask(text: str, least: int = PIECE, secrets: Collection[str] | None = None) -> str:
    """Return `text` with every piece of `least` or more characters of a secret replaced by `***`.

    Secrets are those that the process knows, or `secrets`. Each is looked for as it is, in either case,
    URL-encoded once or twice, as JSON, HTML, hexadecimal, and base64 with anything before it; where it is
    shorter than `least`, as a whole. Runs of `LONG_PIECE` are found backwards too, as character references,
    escapes or codes, and with anything between that is no letter or digit. With the shortest `least`, its
    ends go too where they stand beside a mark that something was left out (`sk-ab***yz`), and so does what
    looks like a provider's key.
    """
    if not text:
        return text
    hidden = bytearray(len(text))
    folded, bare = _fold(text), _bared(text)
    for secret in known_secrets() if secrets is None else secrets:
        for form in _forms(secret):
            _cover(folded, form, min(least, len(form)), hidden)
        if least <= PIECE:
            _cover_ends(folded, secret, hidden)
        _cover_apart(bare, secret, hidden)
    for match in _LOOKS.finditer(text) if least <= PIECE else ():
        hidden[match.start() : match.end()] = b"\1" * (match.end() - match.start())
    return _masked(text, hidden)


def _fold(text: str) -> str:
    """Return `text` in lower case, character for character."""
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


@lru_cache(maxsize=256)
def _forms(secret: str) -> frozenset[str]:
    data = secret.encode("utf-8", "replace")
    forms = {secret, quote(secret, safe=""), quote_plus(secret), quote(quote(secret, safe=""), safe="")}
    forms |= {
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        escape(secret),
        repr(secret)[1:-1],
    }
    forms.add(data.hex())
    for before in range(3):
        # The first and last characters of base64 depend on what stands beside the secret.
        whole = base64.b64encode(b"\0" * before + data)
        inner = whole[-(-before * 8 // 6) : (before + len(data)) * 8 // 6].decode()
        forms |= {inner, inner.replace("+", "-").replace("/", "_")}
    return frozenset(_fold(form) for form in forms if form)


def _cover(text: str, form: str, least: int, hidden: bytearray) -> None:
    """Mark every run of `least` characters of `text` that stands in `form`."""
    pieces = {form[at : at + least] for at in range(len(form) - least + 1)}
    for at in range(len(text) - least + 1):
        if text[at : at + least] in pieces:
            hidden[at : at + least] = b"\1" * least


class _Bared(NamedTuple):
    """The letters and digits of a text, escapes read, and what part of the text each stands for."""

    text: str
    parts: list[tuple[int, int]]


def _bared(text: str) -> _Bared:
    letters: list[str] = []
    parts: list[tuple[int, int]] = []
    for match in _UNIT.finditer(text):
        code, decimal = match["hex"] or match["short"], match["decimal"]
        number = int(code, 16) if code else int(decimal or 0)
        letter = chr(number) if 0 < number <= sys.maxunicode else match[0]
        for one in unicodedata.normalize("NFKC", letter).casefold():
            if one.isalnum():
                letters.append(one)
                parts.append(match.span())
    return _Bared("".join(letters), parts)


@lru_cache(maxsize=256)
def _bare_forms(secret: str) -> frozenset[str]:
    data = secret.encode("utf-8", "replace")
    codes = "".join(str(ord(letter)) for letter in secret)
    packed = (base64.b64encode(data).decode(), base64.b32encode(data).decode())
    bare = [_bared(form).text for form in (secret, data.decode("latin-1"), data.hex(), codes, *packed)]
    return frozenset(one for form in bare for one in (form, form[::-1]) if len(one) >= LONG_PIECE)


def _cover_apart(bare: _Bared, secret: str, hidden: bytearray) -> None:
    """Mark every run of `LONG_PIECE` letters and digits that stands in a secret, with all that is between them."""
    for form in _bare_forms(secret):
        pieces = {form[at : at + LONG_PIECE] for at in range(len(form) - LONG_PIECE + 1)}
        for at in range(len(bare.text) - LONG_PIECE + 1):
            if bare.text[at : at + LONG_PIECE] in pieces:
                start, end = bare.parts[at][0], bare.parts[at + LONG_PIECE - 1][1]
                hidden[start:end] = b"\1" * (end - start)


def _cover_ends(text: str, secret: str, hidden: bytearray) -> None:
    """Mark the start and the end of a secret beside a mark that its middle was left out."""
    folded = _fold(secret)
    for cut in _CUT.finditer(text):
        before, after = text[max(0, cut.start() - 12) : cut.start()], text[cut.end() : cut.end() + 12]
        head = next((n for n in range(min(12, len(before)), 1, -1) if folded.startswith(before[-n:])), 0)
        tail = next((n for n in range(min(12, len(after)), 1, -1) if folded.endswith(after[:n])), 0)
        hidden[cut.start() - head : cut.start()] = b"\1" * head
        hidden[cut.end() : cut.end() + tail] = b"\1" * tail


def _masked(text: str, hidden: bytearray) -> str:
    if not any(hidden):
        return text
    parts: list[str] = []
    for at, character in enumerate(text):
        if not hidden[at]:
            parts.append(character)
        elif not at or not hidden[at - 1]:
            parts.append(MASK)
    return "".join(parts)
