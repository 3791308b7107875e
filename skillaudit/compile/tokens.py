"""Count tokens with the best tokenizer at hand, and say which it was."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from skillaudit.embedding.weights import PACKAGE
from skillaudit.errors import UsageError
from skillaudit.reading import read_bytes
from skillaudit.reading.limits import RANKS

_CL100K_FILE = "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
"""Name under which tiktoken keeps the ranks of `cl100k_base`: the SHA-1 of their address."""
_CL100K_PATTERN = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+"
    r"| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)


class TokenCounter(NamedTuple):
    """A way of counting, with its name for the report."""

    name: str
    count: Callable[[str], int]


@cache
def token_counter() -> TokenCounter:
    """Return the tokenizer `cl100k_base` (GPT-4) where tiktoken and its ranks are installed; else a stand-in.

    The stand-ins are the WordPiece tokenizer of the packaged embedder (a few percent more tokens on English
    prose), and four characters to a token. Nothing is ever downloaded.
    """
    return _cl100k() or _wordpiece() or TokenCounter("four characters a token (a rough guess)", _quarter)


def _cl100k() -> TokenCounter | None:
    spec = importlib.util.find_spec("litellm")
    if spec is None or importlib.util.find_spec("tiktoken") is None:
        return None
    ranks = [
        Path(place) / "litellm_core_utils" / "tokenizers" / _CL100K_FILE
        for place in spec.submodule_search_locations or ()
    ]
    path = next((path for path in ranks if path.is_file()), None)
    if path is None:
        return None
    try:
        import base64

        import tiktoken

        lines = read_bytes(path, RANKS).splitlines()
        pairs = (line.split() for line in lines if line)
        table = {base64.b64decode(token): int(rank) for token, rank in pairs}
        encoding = tiktoken.Encoding(
            name="cl100k_base", pat_str=_CL100K_PATTERN, mergeable_ranks=table, special_tokens={}
        )
    except (UsageError, ValueError, ImportError):
        return None
    return TokenCounter("cl100k_base (GPT-4)", lambda text: len(encoding.encode_ordinary(_sound(text))))


def _wordpiece() -> TokenCounter | None:
    spec = importlib.util.find_spec(PACKAGE)
    found = [
        path
        for place in (spec.submodule_search_locations or () if spec else ())
        for path in sorted(Path(place).rglob("tokenizer.json"))
    ]
    if not found:
        return None
    try:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(found[0]))
    except Exception:  # the library raises undocumented kinds; the next stand-in serves
        return None
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return TokenCounter(
        "WordPiece of all-MiniLM-L6-v2 (a stand-in for the model's own tokenizer)",
        lambda text: len(tokenizer.encode(_sound(text), add_special_tokens=False).ids),
    )


def _quarter(text: str) -> int:
    return -(-len(text) // 4)


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
