"""Finds out which model is meant, where its files are and what identifies its vectors; never loads it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from skillaudit.cache import Cache
from skillaudit.config import DEFAULT_EMBEDDER
from skillaudit.disk.names import expanded
from skillaudit.embedding import weights
from skillaudit.embedding.devices import choose_precision
from skillaudit.errors import EmbeddingError, UsageError
from skillaudit.reading import parse_json, read_bytes
from skillaudit.reading.limits import MODEL_SETTINGS
from skillaudit.schema import EmbeddingSummary, EngineName, Precision, Record

VECTOR_FORMAT = 2
"""Raised when the same model and text would no longer give the same vector."""
_HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")
_PARTS = (".json", ".safetensors", ".bin", ".txt", ".model")
_OTHER_FORMATS = {"onnx", "openvino"}


class Bert(Record, frozen=True, kw_only=True):
    """What must be known of a BERT model with mean pooling to run it."""

    hidden: int
    heads: int
    layers: int
    epsilon: float
    """Of the layer norms."""
    max_tokens: int
    """Longer texts are cut, the two special tokens counted in."""


MINILM = Bert(hidden=384, heads=12, layers=6, epsilon=1e-12, max_tokens=256)


class EmbeddingModel(Record, frozen=True, kw_only=True):
    """One embedding model, identified."""

    name: str
    """As the user wrote it."""
    key: str
    """Identifies the model: equal keys, precisions and texts give equal vectors."""
    revision: str
    dimension: int
    """0 where only loading would tell."""
    folder: Path | None = None
    """Where its files are; None for the default, whose files are looked for only when needed."""
    bert: Bert | None = None
    """None when the model must run through sentence_transformers."""

    @property
    def packable(self) -> bool:
        """Whether the packed forward can run it."""
        return self.bert is not None

    def precision(self, device: str | None, engine: EngineName) -> Precision:
        """Return what its products are made in on a device: half on CUDA where the packed forward runs it."""
        return choose_precision(device, engine) if self.packable else "single"

    def key_in(self, precision: Precision) -> str:
        """Return what identifies its vectors in that precision."""
        return self.key if precision == "single" else f"{self.key}/{precision}"

    def load(self, cache: Cache | None) -> tuple[Path, Bert]:
        """Return the folder that holds model.safetensors and tokenizer.json, verified for the default."""
        if self.bert is None:
            raise ValueError(f"{self.name} is no BERT model with mean pooling")
        return self.folder or weights.default_folder(cache), self.bert


def resolve(model: str, cache: Cache | None = None) -> EmbeddingModel:
    """Identify `model`: the default by either of its names, a folder, or a Hugging Face id.

    The default is identified without touching a file. Raises EmbeddingError for anything else that
    is not there.
    """
    if model in (DEFAULT_EMBEDDER, DEFAULT_EMBEDDER.partition("/")[2]):
        return EmbeddingModel(
            name=DEFAULT_EMBEDDER,
            key=f"{weights.WEIGHTS_SHA256}/{weights.TOKENIZER_SHA256}/{MINILM.max_tokens}/{VECTOR_FORMAT}",
            revision=weights.REVISION,
            dimension=MINILM.hidden,
            bert=MINILM,
        )
    folder = expanded(model)
    if model and folder.is_dir():
        return _from_folder(model, folder, cache)
    if not _HUB_ID.fullmatch(model) or model.startswith("."):
        raise EmbeddingError(
            f"The embedding model {model!r} is neither a folder nor a Hugging Face id; "
            f"name one that exists, or use --scorer lexical, which needs no model."
        )
    return _from_hub(model)


def _from_folder(name: str, folder: Path, cache: Cache | None) -> EmbeddingModel:
    if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
        raise EmbeddingError(
            f"The folder {name} holds no embedding model (no config.json or modules.json); "
            f"name a sentence-transformers folder, or use --scorer lexical, which needs no model."
        )
    identity = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.suffix in _PARTS and not _OTHER_FORMATS.intersection(inside.parts) and path.is_file():
            identity.update(f"{inside.as_posix()}\0{weights.file_sha256(path, cache)}\n".encode())
    digest = identity.hexdigest()
    bert = read_bert(folder)
    return EmbeddingModel(
        name=name,
        key=f"folder:{digest}/{VECTOR_FORMAT}",
        revision=digest[:16],
        dimension=bert.hidden if bert else read_dimension(folder),
        folder=folder,
        bert=bert,
    )


def _from_hub(name: str) -> EmbeddingModel:
    folder = weights.hub_folder(name)
    bert = read_bert(folder)
    return EmbeddingModel(
        name=name,
        key=f"hub:{name}@{folder.name}/{VECTOR_FORMAT}",
        revision=folder.name,
        dimension=bert.hidden if bert else read_dimension(folder),
        folder=folder,
        bert=bert,
    )


def read_bert(folder: Path) -> Bert | None:
    """Return how to run the model in `folder`, or None unless it is a plain BERT with mean pooling.

    None is always safe: it means that sentence_transformers runs the model. So everything that the
    packed forward does not do, or that is not known here, gives None.
    """
    config = _read_json(folder / "config.json")
    settings = _read_json(folder / "sentence_bert_config.json")
    modules = _read_list(folder / "modules.json")
    kinds = [str(module.get("type", "")).rpartition(".")[2] for module in modules]
    pooling = _read_json(folder / str(modules[1].get("path", "")) / "config.json") if len(modules) > 1 else {}
    modes = {key for key, value in pooling.items() if key.startswith("pooling_mode_") and value}
    max_tokens = settings.get("max_seq_length")
    plain = (
        config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and not config.get("is_decoder", False)
        and kinds in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
        and not modules[0].get("path")
        and (modes == {"pooling_mode_mean_tokens"} or pooling.get("pooling_mode") == "mean")
        and isinstance(max_tokens, int)
        and not settings.get("do_lower_case", False)
        and not _read_json(folder / "config_sentence_transformers.json").get("default_prompt_name")
        and (folder / "tokenizer.json").is_file()
        and (folder / "model.safetensors").is_file()
    )
    try:
        return (
            Bert(
                hidden=int(config["hidden_size"]),
                heads=int(config["num_attention_heads"]),
                layers=int(config["num_hidden_layers"]),
                epsilon=float(config["layer_norm_eps"]),
                max_tokens=min(int(max_tokens or 0), int(config["max_position_embeddings"])),
            )
            if plain
            else None
        )
    except (KeyError, TypeError, ValueError):
        return None


def read_dimension(folder: Path) -> int:
    """Return the length of the vectors as the module list tells it, 0 where it does not."""
    dimension = _read_json(folder / "config.json").get("hidden_size", 0)
    for module in _read_list(folder / "modules.json"):
        settings = _read_json(folder / str(module.get("path", "")) / "config.json")
        kind = str(module.get("type", "")).rpartition(".")[2]
        if kind == "Dense":
            dimension = settings.get("out_features", 0)
        elif kind == "Pooling":
            # Several pooling modes at once lay their vectors end to end.
            modes = sum(1 for key, value in settings.items() if key.startswith("pooling_mode_") and value)
            dimension = settings.get("word_embedding_dimension", 0) * max(modes, 1)
    return dimension if isinstance(dimension, int) else 0


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data = parse_json(read_bytes(path, MODEL_SETTINGS).decode("utf-8"), MODEL_SETTINGS)
    except (UsageError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _read_list(path: Path) -> list[dict[str, Any]]:
    try:
        data = parse_json(read_bytes(path, MODEL_SETTINGS).decode("utf-8"), MODEL_SETTINGS)
    except (UsageError, ValueError):
        return []
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def describe(
    model: str = DEFAULT_EMBEDDER,
    *,
    device: str | None = None,
    engine: EngineName = "local",
    cache: Cache | None = None,
) -> EmbeddingSummary:
    """Say what vectors `embed` gives for `model`, without loading it; `cache` spares hashing a folder again.

    Raises EmbeddingError when the model cannot be found.
    """
    source = resolve(model, cache)
    return EmbeddingSummary(
        model=source.name,
        revision=source.revision,
        dimension=source.dimension,
        precision=source.precision(device, engine),
    )
