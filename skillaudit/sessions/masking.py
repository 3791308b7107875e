"""Take out of a user's words what nobody else should read: keys, addresses, the home folder."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from itertools import pairwise

from skillaudit.disk.names import expanded
from skillaudit.safety.cleaning import clean, collapse
from skillaudit.safety.secrets import known_secrets, without_userinfo

SECRET = "<secret>"
EMAIL = "<email>"
HOME = "~"
MOST = 4_000
"""Characters of a user's words that are kept."""
_WHOLE = 64_000
"""Characters of them that are looked at."""

_ARMOR = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL
)
_EMAIL = re.compile(r"[\w.+%-]{1,64}+@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}\b")
_HOMES = re.compile(
    r"(?:/home|/Users|/var/home)/[^/\s\"'`<>|:;,()]+|\b[A-Za-z]:\\{1,2}Users\\{1,2}[^\\\s\"'`<>|:;,()]+|/root(?=[/\s\"']|$)"
)
_PROVIDER = re.compile(
    r"\b(?:sk|pk|rk|key|sess|whsec|live|test)[-_][\w-]{12,}|\bAIza[\w-]{20,}|\b(?:AKIA|ASIA|AGPA|AROA)[A-Z0-9]{12,}"
    r"|\bgh[opsur]_\w{16,}|\bgithub_pat_\w{16,}|\bglpat-[\w-]{12,}|\bxox[abeprs]-[\w-]{8,}|\b(?:hf|npm|gsk|dop_v1|shpat|figd)[_-][\w-]{16,}"
    r"|\bxai-[\w-]{16,}|\beyJ[\w-]{8,2000}\.[\w-]{8,}(?:\.[\w-]*)?|\bSG\.[\w-]{10,}\.[\w-]{10,}|\bya29\.[\w-]{16,}"
)
"""Keys as their providers write them; a JSON web token among them."""
_NAMED = re.compile(
    r"(?i)\b([\w-]{0,40}?(?:password|passwd|passphrase|secret|token|api[-_ ]?key|access[-_ ]?key|credential|auth)"
    r"[\w-]{0,20}[\"'`]?\s{0,3}(?:[:=]|\bis\b|=>)\s{0,3}[\"'`]?)((?:bearer\s|basic\s)?[^\s\"'`,;<>]{6,})"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{12,}")
_FORTY = re.compile(
    r"(?<![\w/+=])(?=\S{0,39}\d)(?=\S{0,39}[a-z])(?=\S{0,39}[A-Z])[A-Za-z0-9/+]{40}(?![\w/+=])"
)
"""A secret key of AWS, which no mark tells from a path but its length."""
_LONG = re.compile(r"(?<![\w/.+-])[\w+=-]{24,}(?![\w/.-])")
"""A run that may be a key; `_random` tells."""


def words(text: str, most: int = MOST) -> str:
    """Return a user's words on one line, cleaned, masked and at most `most` characters long."""
    return collapse(masked(text[:_WHOLE]))[:most]


def masked(text: str) -> str:
    """Return `text` without keys, tokens, e-mail addresses and the names of home folders.

    Masked is what looks like a key, what stands behind a name such as password or token, every value of an
    environment variable that is named so, and long runs of letters and digits that no word has.
    """
    text = clean(text)
    if not text:
        return text
    for secret in _environment():
        # Whole and as it is: a piece of it in every form costs a second for each hundred sentences.
        text = text.replace(secret, SECRET)
    text = _ARMOR.sub(SECRET, text)
    text = without_userinfo(text) if "://" in text else text
    text = _BEARER.sub(rf"\1 {SECRET}", _PROVIDER.sub(SECRET, text))
    text = _NAMED.sub(lambda match: match[1] + SECRET if _is_value(match[2]) else match[0], text)
    if "@" in text:
        text = _EMAIL.sub(EMAIL, text)
    if (home := _own_home()) and home in text:
        text = text.replace(home, HOME)
    text = _FORTY.sub(SECRET, _HOMES.sub(HOME, text))
    return _LONG.sub(lambda match: SECRET if _random(match[0]) else match[0], text)


@lru_cache(maxsize=1)
def _environment() -> tuple[str, ...]:
    return known_secrets()


@lru_cache(maxsize=1)
def _own_home() -> str:
    home = os.fspath(expanded("~"))
    return home if len(home) > 2 and home != "~" else ""


def _is_value(word: str) -> bool:
    """Whether what stands behind a name is a value and no word of a sentence: "the password is wrong"."""
    return not word.isalpha() or (word.lower() != word and word.upper() != word)


def _random(run: str) -> bool:
    """Whether a run of 24 or more characters is no word, name or path: digits among letters, many changes."""
    digits = sum(character.isdigit() for character in run)
    letters = sum(character.isalpha() for character in run)
    if digits < 4 or letters < 4:
        return False
    kinds = ["d" if c.isdigit() else "u" if c.isupper() else "l" for c in run if c.isalnum()]
    changes = sum(a != b for a, b in pairwise(kinds))
    return changes * 5 >= len(run)
