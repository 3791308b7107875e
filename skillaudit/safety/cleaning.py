"""Make text from strangers safe to show, to compare and to embed."""

from __future__ import annotations

import hashlib
import re
from typing import Any

_ESCAPE = re.compile(
    r"""
      (?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?                      # CSI: colours, cursor moves, erasing
    | (?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])                # OSC, DCS, SOS, PM, APC: titles, links ...
      [^\x07\x1b\x9c\r\n]*(?:\x07|\x1b\\|\x9c)?              # ... with their payload, never past the line
    | \x1b[ -/]*[0-~]?                                       # all other escapes
    """,
    re.VERBOSE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_BIDI = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Tags (U+E0000 block) and supplementary variation selectors can carry a whole hidden sentence.
_INVISIBLE = re.compile(
    r"[\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"
    r"\ufff0-\ufffb\U000e0000-\U000e0fff\U0001d173-\U0001d17a]"
)
_SELECTORS = re.compile(r"([\ufe00-\ufe0f])[\ufe00-\ufe0f]+")
_WRITTEN = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0abtnvfreNLP_])")
"""An escape in a quoted text of YAML or JSON."""
_JOINER = re.compile(r"[\u200c\u200d]")
_SUSPECT = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb"
    r"\ufffe\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_HARMLESS_ASCII = b"\t\n" + bytes(range(0x20, 0x7F))

_PICTOGRAPHS = (
    (0x1F000, 0x1FBFF),
    (0x2190, 0x21FF),
    (0x2300, 0x23FF),
    (0x2500, 0x27BF),
    (0x2900, 0x2BFF),
    (0x3030, 0x303D),
)
# Scripts in which joiners spell words: Arabic to Sinhala, Tibetan, Myanmar, Khmer, Mongolian.
_JOINING_SCRIPTS = ((0x0600, 0x0DFF), (0x0F00, 0x109F), (0x1780, 0x18AF))


def _within(character: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= ord(character) <= high for low, high in ranges)


def _joiner_belongs(text: str, index: int) -> bool:
    """Say whether the joiner at `index` holds an emoji or a word of a joining script together."""
    before, after = text[max(0, index - 2) : index], text[index + 1 : index + 2]
    if not before or not after:
        return False
    base = before[0] if before[-1] == "\ufe0f" else before[-1]
    if text[index] == "\u200d" and _within(base, _PICTOGRAPHS) and _within(after, _PICTOGRAPHS):
        return True
    return _within(before[-1], _JOINING_SCRIPTS) and _within(after, _JOINING_SCRIPTS)


def _suspicious(text: str) -> bool:
    """Say whether anything in `text` needs a closer look; fast, since most text is harmless."""
    if text.isascii():
        return bool(text.encode("ascii").translate(None, _HARMLESS_ASCII))
    # Most of what is not ASCII is a few signs in a long text: the harmless rest goes first.
    rest = text.encode("utf-8", "surrogatepass").translate(None, _HARMLESS_ASCII)
    odd = rest.decode("utf-8", "surrogatepass")
    return bool(_SUSPECT.search(odd) or (_SELECTORS.search(odd) and _SELECTORS.search(text)))


def clean(text: str) -> str:
    """Return `text` without anything that acts on a terminal or hides from a reader.

    Removed are terminal escapes (whole, with their payload), C0 and C1 controls, bidirectional
    overrides, isolates and marks, zero-width and other invisible characters, tag characters and
    noncharacters. Line ends become `\\n`; lone surrogates become U+FFFD. Kept are `\\n`, `\\t`, a
    zero-width joiner inside an emoji, and joiners between letters of scripts that need them.
    Lines keep their number. Cleaning a cleaned text changes nothing.
    """
    if not _suspicious(text):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", " ").replace("\u2029", " ")
    # Removing one character can bring two halves of an escape or two joiners together.
    while _suspicious(text):
        before = text
        text = _ESCAPE.sub("", text)
        text = text.replace("\x85", " ").replace("\x0b", " ").replace("\x0c", " ")
        text = _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))
        text = _INVISIBLE.sub("", _BIDI.sub("", text))
        text = _SELECTORS.sub(r"\1", text)
        text = _JOINER.sub(
            lambda match: match[0] if _joiner_belongs(match.string, match.start()) else "", text
        )
        if text == before:
            break
    return text


def collapse(text: str) -> str:
    """Return `text` on one line: every run of white space becomes one space, the ends are trimmed."""
    return " ".join(text.split())


def one_line(text: str) -> str:
    """Return `text` cleaned and collapsed, as names and descriptions are kept."""
    return collapse(clean(text))


def removed_classes(text: str) -> tuple[str, ...]:
    """Name the classes of character that `clean` would remove from `text`, in a fixed order.

    The classes are `escape`, `control`, `bidi`, `invisible` and `surrogate`. Characters that are
    kept, such as a joiner inside an emoji, count for nothing.
    """
    if not _suspicious(text):
        return ()
    found = []
    if _ESCAPE.search(text):
        found.append("escape")
    rest = _ESCAPE.sub("", text)
    if _CONTROL.search(rest):
        found.append("control")
    if _BIDI.search(rest):
        found.append("bidi")
    stray = any(not _joiner_belongs(rest, match.start()) for match in _JOINER.finditer(rest))
    if stray or _INVISIBLE.search(rest) or _SELECTORS.search(rest):
        found.append("invisible")
    if _SURROGATE.search(rest):
        found.append("surrogate")
    return tuple(found)


def hidden_trace(text: str) -> str:
    """Return 16 hex digits over what `clean` would remove from `text`, in its order; empty where that is nothing.

    Escapes of YAML and JSON count as well, since what they stand for is removed after decoding.
    """
    taken = [
        match[0]
        for pattern in (_ESCAPE, _CONTROL, _SURROGATE, _BIDI, _INVISIBLE, _SELECTORS, _JOINER, _WRITTEN)
        for match in pattern.finditer(text)
    ]
    if not taken:
        return ""
    return hashlib.blake2b("\0".join(taken).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def clean_data(value: Any) -> Any:
    """Return decoded JSON, TOML or YAML with every text in it cleaned, keys included.

    A key that becomes equal to another one replaces it. Lists, mappings and texts are rebuilt; all other
    values are kept. Takes nesting of any depth that the decoder let through.
    """
    if isinstance(value, str):
        return clean(value)
    if not isinstance(value, list | dict):
        return value
    root: list[Any] | dict[Any, Any] = [] if isinstance(value, list) else {}
    pending: list[tuple[Any, Any]] = [(value, root)]
    while pending:
        source, target = pending.pop()
        for key, inner in enumerate(source) if isinstance(source, list) else source.items():
            made: Any = inner
            if isinstance(inner, str):
                made = clean(inner)
            elif isinstance(inner, list | dict):
                made = [] if isinstance(inner, list) else {}
                pending.append((inner, made))
            if isinstance(source, list):
                target.append(made)
            else:
                target[clean(key) if isinstance(key, str) else key] = made
    return root
