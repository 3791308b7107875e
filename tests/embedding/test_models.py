"""A model is identified without being loaded, and taken for plain BERT only when it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skillaudit.embedding import weights
from skillaudit.embedding.models import MINILM, Bert, describe, read_bert, read_dimension, resolve
from skillaudit.embedding.stage import embed
from skillaudit.errors import EmbeddingError

TINY = Bert(hidden=16, heads=4, layers=2, epsilon=1e-9, max_tokens=8)


def change(file: Path, **values: Any) -> None:
    data = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**data, **values}), encoding="utf-8")


def test_the_official_folder_is_what_the_default_is_taken_to_be(minilm: Path) -> None:
    assert read_bert(minilm) == MINILM


def test_a_plain_bert_is_known(tiny: Path) -> None:
    assert read_bert(tiny) == TINY
    change(tiny / "sentence_bert_config.json", max_seq_length=4000)
    longest = read_bert(tiny)
    assert longest is not None
    assert longest.max_tokens == 32
    (tiny / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode": "mean"}), encoding="utf-8")
    assert read_bert(tiny) is not None


UNKNOWN: dict[str, Callable[[Path], object]] = {
    "another architecture": lambda tiny: change(tiny / "config.json", model_type="roberta"),
    "another activation": lambda tiny: change(tiny / "config.json", hidden_act="relu"),
    "relative positions": lambda tiny: change(tiny / "config.json", position_embedding_type="relative_key"),
    "a decoder": lambda tiny: change(tiny / "config.json", is_decoder=True),
    "no heads": lambda tiny: change(tiny / "config.json", num_attention_heads=None),
    "another pooling": lambda tiny: change(
        tiny / "1_Pooling" / "config.json", pooling_mode_mean_tokens=False, pooling_mode_cls_token=True
    ),
    "two poolings": lambda tiny: change(tiny / "1_Pooling" / "config.json", pooling_mode_max_tokens=True),
    "lower casing outside": lambda tiny: change(tiny / "sentence_bert_config.json", do_lower_case=True),
    "no length": lambda tiny: change(tiny / "sentence_bert_config.json", max_seq_length=None),
    "a further module": lambda tiny: (tiny / "modules.json").write_text(
        json.dumps(
            [*json.loads((tiny / "modules.json").read_text()), {"path": "2_Dense", "type": "x.Dense"}]
        ),
        encoding="utf-8",
    ),
    "a prompt": lambda tiny: (tiny / "config_sentence_transformers.json").write_text(
        json.dumps({"default_prompt_name": "query"}), encoding="utf-8"
    ),
    "no tokenizer": lambda tiny: (tiny / "tokenizer.json").unlink(),
    "no weights": lambda tiny: (tiny / "model.safetensors").unlink(),
    "broken JSON": lambda tiny: (tiny / "config.json").write_text("{", encoding="utf-8"),
    "a list for a mapping": lambda tiny: (tiny / "config.json").write_text("[]", encoding="utf-8"),
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_what_the_packed_forward_does_not_do_is_left_to_the_library(tiny: Path, what: str) -> None:
    UNKNOWN[what](tiny)
    assert read_bert(tiny) is None


def test_the_dimension_is_read_from_the_modules(tiny: Path) -> None:
    assert read_dimension(tiny) == 16
    change(tiny / "1_Pooling" / "config.json", pooling_mode_max_tokens=True)
    assert read_dimension(tiny) == 32
    UNKNOWN["a further module"](tiny)
    (tiny / "2_Dense").mkdir()
    (tiny / "2_Dense" / "config.json").write_text(json.dumps({"out_features": 5}), encoding="utf-8")
    assert read_dimension(tiny) == 5
    assert read_dimension(tiny / "nowhere") == 0


def test_a_folder_is_identified_by_what_its_files_hold(tiny: Path) -> None:
    model = resolve(str(tiny))
    copied = Path(shutil.copytree(tiny, tiny.with_name("copied")))
    assert resolve(str(copied)).key == model.key
    assert model.bert == TINY
    keys = {model.key}
    for file in ("vocab.txt", "model.safetensors", "1_Pooling/config.json"):
        (copied / file).write_bytes((copied / file).read_bytes() + b" ")
        keys.add(resolve(str(copied)).key)
    assert len(keys) == 4
    (copied / "onnx").mkdir()
    (copied / "onnx" / "model.json").write_text("unused", encoding="utf-8")
    (copied / "README.md").write_text("unused", encoding="utf-8")
    assert resolve(str(copied)).key in keys
    assert describe(str(tiny)).dimension == 16
    assert describe(str(tiny)).revision == model.revision


def test_a_named_folder_of_the_same_model_gives_the_same_vectors(minilm: Path) -> None:
    assert (
        embed(["one text"], model=str(minilm), device="cpu").tobytes()
        == embed(["one text"], device="cpu").tobytes()
    )


@pytest.mark.parametrize("name", ["./nowhere", "a/b/c", "", "a b", "../x", "https://x/y"])
def test_what_is_neither_folder_nor_id_is_refused(name: str) -> None:
    with pytest.raises(EmbeddingError, match="neither a folder nor a Hugging Face id"):
        resolve(name)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="holds no embedding model"):
        resolve(str(tmp_path))


def test_a_broken_folder_is_one_clear_error(tiny: Path) -> None:
    (tiny / "model.safetensors").write_bytes(b"broken")
    with pytest.raises(EmbeddingError, match="cannot be loaded"):
        embed(["a"], model=str(tiny), device="cpu")


def test_a_hub_model_is_pinned_to_its_commit(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "hub_folder", lambda _: tiny)
    model = resolve("someone/tiny")
    assert model.revision == "tiny"
    assert model.key.startswith("hub:someone/tiny@tiny/")
    assert model.bert == TINY
