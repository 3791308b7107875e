"""A user who corrects the agent names the right skill: "no, use the release-notes skill"."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

_NO = (
    "no", "nope", "nah", "wrong", "stop", "wait", "not that", "not this", "not the", "that'?s not", "that is not",
    "this is not", "don'?t use", "do not use", "i meant?", "i wanted", "instead", "actually", "you should have",
    "why did(?: you|n't)", "nein", "falsch", "non", "nej", "nee", "não", "нет", "不对", "不是", "いいえ", "違う",
)  # fmt: skip
_VERBS = (
    "use", "using", "load", "invoke", "run", "try", "with", "meant", "want(?:ed)?", "needs?", "skill", "nimm", "nutze",
    "verwende", "utilise", "usa",
)  # fmt: skip
_REFUSALS = (
    r"\bnot", r"n't\s+use", r"n't\s+need", r"\bnever use", r"\bwithout", r"\binstead of", r"\brather than", r"\bnicht",
    r"\bpas", "不要", "不用",
)  # fmt: skip
_WRONG = re.compile(rf"(?i)^\W*(?:{'|'.join(_NO)})\b|^(?:不|いや)")
_USE = re.compile(rf"(?i)\b(?:{'|'.join(_VERBS)})\b|用|使")
_NOT = re.compile(rf"(?i)(?:{'|'.join(_REFUSALS)})\W+(?:the\s+|a\s+|an\s+|use\s+|using\s+)?[`'\"/$]?$")
_NONE = re.compile(
    r"(?i)\b(?:no|without(?: an?y?)?|don'?t (?:need|use|load)(?: an?y?)?|not need(?: an?y?)?) skills?\b"
)
_BEFORE = re.compile(r"(?:use|load|invoke|try|run|meant|nimm|utilise|usa)\s+(?:the\s+)?$")
_FAR = 400
"""Characters of the user's next words in which a correction stands."""


def correction(said: str, loaded: Sequence[str], names: Collection[str]) -> tuple[str, ...] | None:
    """Return the skills that a user's next words call right; empty where none was needed, None for no correction.

    `loaded` is what the agent had taken, `names` the skills that can be meant. A name counts where it stands as a
    word, hyphens or spaces between its parts.
    """
    head = said[:_FAR]
    if not _WRONG.search(head):
        return None
    if _NONE.search(head):
        return ()
    right: list[tuple[int, str]] = []
    folded = head.casefold()
    for name in names:
        places = [at for at in _places(folded, name) if not _NOT.search(head[max(0, at - 40) : at])]
        if places and name not in loaded and (_USE.search(head) or not loaded):
            right.append((places[0], name))
    return tuple(name for at, name in sorted(right) if not _inside(at, name, right)) or None


def _inside(at: int, name: str, others: Collection[tuple[int, str]]) -> bool:
    """Whether a name stands within a longer one, such as pdf in pdf-forms."""
    return any(
        name != other and name in other and start <= at <= start + len(other) for start, other in others
    )


def named_in(said: str, names: Collection[str]) -> tuple[str, ...]:
    """Return the skills that a user calls by name in a request, which no router has to find."""
    folded = said[:_FAR].casefold()
    return tuple(name for name in names if _places(folded, name))


def _places(folded: str, name: str) -> list[int]:
    """Where a name stands in a text as a word of its own; a name of one common word must be marked as a skill."""
    plain = name.rpartition(":")[2].casefold()
    found = []
    for form in {plain, plain.replace("-", " ").replace("_", " ")}:
        if form not in folded:  # a pattern for each of thousands of skills takes seconds
            continue
        for match in re.finditer(rf"(?<![\w-]){re.escape(form)}(?![\w-])", folded):
            before, after = folded[: match.start()], folded[match.end() :]
            if (
                "-" in form
                or before[-1:] in ("`", "'", '"', "/", "$")
                or re.match(r"\W{0,3}skill", after)
                or _BEFORE.search(before[-20:])
            ):
                found.append(match.start())
    return sorted(found)
