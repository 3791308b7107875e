"""Requests in a script that no descriptor is written in: a scorer that compares words cannot read them."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from skillaudit.schema import Request, Skill

LETTERS = 60
"""Letters of a text that are looked at."""
SHARE = 0.02
"""Least share of the descriptors that makes a script the library's own."""
SHIFT = (-1.5, 1.5)
"""Shift of the level, in logits, and its standard deviation: models read other scripts, how well nobody measured."""
_TOGETHER = {
    "HIRAGANA": "CJK",
    "KATAKANA": "CJK",
    "BOPOMOFO": "CJK",
    "FULLWIDTH": "LATIN",
    "HALFWIDTH": "CJK",
}


def script_of(text: str) -> str:
    """Return the script that most letters of a text belong to; empty for a text without letters."""
    if text.isascii():
        return "LATIN"
    found: Counter[str] = Counter()
    for ch in text:
        if ch.isalpha():
            found[_script(ch)] += 1
            if found.total() >= LETTERS:
                break
    return found.most_common(1)[0][0] if found else ""


@lru_cache(maxsize=1 << 14)
def _script(letter: str) -> str:
    name = unicodedata.name(letter, "").partition(" ")[0]
    return _TOGETHER.get(name, name)


def foreign(requests: Sequence[Request], skills: Sequence[Skill]) -> npt.NDArray[np.bool_]:
    """(R,) which requests are in a script that hardly any descriptor is in."""
    if not requests:
        return np.zeros(0, dtype=bool)
    known = Counter(script_of(skill.text) for skill in skills)
    own = {script for script, count in known.items() if count >= SHARE * len(skills)} | {""}
    return np.array([script_of(request.query) not in own for request in requests], dtype=bool)
