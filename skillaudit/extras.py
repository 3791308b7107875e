"""The optional parts of an installation: what each extra brings, and the one sentence where it is missing."""

from __future__ import annotations

import importlib.util
from typing import Literal, TypeAlias

from skillaudit.errors import MissingError

Extra: TypeAlias = Literal["live", "html", "map", "models", "ray"]

MODULES: dict[Extra, tuple[str, ...]] = {
    "live": ("litellm",),
    "html": ("bokeh",),
    "map": ("umap",),
    "models": ("sentence_transformers", "torch"),
    "ray": ("ray",),
}
"""What code imports from each extra of `pyproject.toml`, the optional `tiktoken` of `live` left out."""


def missing(extra: Extra) -> bool:
    """Say whether a part of `extra` is not installed; nothing is imported to find out."""
    return any(importlib.util.find_spec(module) is None for module in MODULES[extra])


def require(extra: Extra, purpose: str) -> None:
    """Raise a `MissingError` that names the pip line where `extra` is not installed.

    `purpose` begins the sentence, such as `A live model`.
    """
    if missing(extra):
        raise MissingError(f"{purpose} needs an optional part: pip install 'skillaudit[{extra}]'")
