"""Refuses models that name code of their own, before any of it could be imported."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from skillaudit.errors import EmbeddingError

_ALLOWED = re.compile(r"sentence_transformers\.(\w+\.)*\w+|torch\.nn\.(modules\.\w+\.)?[A-Z]\w*")
_NAMING = frozenset(
    {
        "type",
        "types",
        "tokenizer_class",
        "activation_function",
        "activation_fn",
        "sbert_ce_default_activation_function",
    }
)
"""Keys under which a model's files name classes to import, by a dotted path."""
_WITHIN = "sentence_transformers"
"""Settings of a cross-encoder that stand within those of its model."""


def check_classes(name: str, folder: Path) -> None:
    """Raise EmbeddingError when a file of the model in `folder` names a class from elsewhere.

    sentence_transformers imports what `modules.json` and the modules' own configurations name; before 6.0
    it takes that from the model's folder without asking. Of a cross-encoder it calls whatever of torch the
    configuration names, `torch.distributed.run.main` too. Classes of its own and of torch.nn pass.
    """
    for path in sorted(folder.rglob("*.json")):
        for named in _named(path):
            if "." in named and not _ALLOWED.fullmatch(named):
                raise EmbeddingError(
                    f"The embedding model {name} names code of its own ({path.relative_to(folder)}: {named[:60]!r}), "
                    f"which is not run; name another, or use --scorer lexical, which needs no model."
                )


def _named(path: Path) -> Iterator[str]:
    """Yield the classes that one file of a model names."""
    try:
        entries: Any = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return
    entries = entries if isinstance(entries, list) else [entries]
    for entry in [*entries, *(entry.get(_WITHIN) for entry in entries if isinstance(entry, dict))]:
        for key in _NAMING if isinstance(entry, dict) else ():
            found = entry.get(key)
            for named in found.values() if isinstance(found, dict) else [found]:
                if isinstance(named, str):
                    yield named
