"""Cross-encoders: tiny ones with random weights, made here; what such a model's outputs are taken for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from skillaudit.embedding.pairs import PairReader, sides
from skillaudit.errors import EmbeddingError

pytestmark = pytest.mark.slow

WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "draw",
    "charts",
    "not",
    "maps",
    "right",
    "help",
    "request",
]
NLI = {0: "contradiction", 1: "entailment", 2: "neutral"}
TEXTS = ("charts: draw charts", "maps: draw maps. not charts")


def make(folder: Path, labels: dict[int, str]) -> str:
    """Write a BERT of random weights that tells `labels`; with one label, a ranker."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    torch.manual_seed(0)
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    BertTokenizer(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(WORDS),
        id2label=labels,
        label2id={label: at for at, label in labels.items()},
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return str(folder)


def test_inference_is_scored_by_entailment_less_contradiction(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    name = make(tmp_path / "nli", NLI)
    reader = PairReader(name, device="cpu")
    found = reader.scores("draw charts", TEXTS)
    tokens = AutoTokenizer.from_pretrained(name)
    claim = "This is the right help for the request: draw charts"
    ready = tokens(list(TEXTS), [claim] * 2, return_tensors="pt", padding=True)
    with torch.no_grad():
        share = AutoModelForSequenceClassification.from_pretrained(name).eval()(**ready).logits.softmax(-1)
    assert found == pytest.approx((share[:, 1] - share[:, 0]).numpy(), abs=1e-5)
    assert found[0] != found[1] and np.abs(found).max() <= 1
    # Another company of texts, read before or not, changes nothing.
    assert reader.scores("draw charts", TEXTS[::-1]) == pytest.approx(found[::-1])


def test_one_output_is_the_score(tmp_path: Path) -> None:
    reader = PairReader(make(tmp_path / "ranker", {0: "relevance"}), device="cpu")
    found = reader.scores("draw charts", TEXTS)
    assert found.shape == (2,) and np.isfinite(found).all()


def test_a_model_of_something_else_is_refused() -> None:
    assert sides("m", {0: "Contradiction", 1: "NEUTRAL", 2: "ENTAILMENT"}) == (2, 0)
    assert sides("m", {0: "entailment", 1: "not_entailment"}) == (0, 1)
    with pytest.raises(EmbeddingError, match="tells joy, anger; wanted is one with entailment"):
        sides("m", {0: "joy", 1: "anger"})


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        EmbeddingError, match=r"cross-encoder .* holds no model .* or another --router"
    ) as error:
        PairReader(str(tmp_path))
    assert "--scorer" not in str(error.value)


def test_a_model_that_cannot_be_had_names_what_a_cross_encoder_may_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unreachable(*_: object, **__: object) -> Path:
        raise EmbeddingError("the hub did not answer")

    monkeypatch.setattr("skillaudit.embedding.weights._download", unreachable)
    with pytest.raises(EmbeddingError) as error:
        PairReader("some/reader")
    assert str(error.value) == (
        "The cross-encoder some/reader cannot be had: the hub did not answer; "
        "name a folder with the model, cross/FOLDER, or another --router."
    )
