"""A text has one vector: right, and the same bits whatever it is computed with."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Sequence
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import erf
from threadpoolctl import threadpool_info

from skillaudit.embedding import packed
from skillaudit.embedding.bert import gelu
from skillaudit.embedding.bert_torch import TorchBertModel
from skillaudit.embedding.models import MINILM, Bert
from skillaudit.embedding.packed import PackedEncoder, pack, runs
from skillaudit.embedding.stage import embed
from skillaudit.errors import EmbeddingError
from tests.embedding.conftest import TEXTS

Vectors = NDArray[np.float32]


def run(encoder: PackedEncoder, texts: Sequence[str], dimension: int = MINILM.hidden) -> Vectors:
    """Return the vectors in the order of `texts`, each position given exactly once."""
    vectors = np.full((len(texts), dimension), np.nan, dtype=np.float32)
    for positions, block in encoder.encode(texts):
        assert np.isnan(vectors[positions]).all()
        vectors[positions] = block
    assert not np.isnan(vectors).any()
    return vectors


@pytest.fixture(scope="module")
def reference(minilm: Path) -> Vectors:
    return run(PackedEncoder((minilm, MINILM), device="cpu", threads=1), TEXTS)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    "batch_tokens", [256, *(pytest.param(tokens, marks=pytest.mark.slow) for tokens in (512, 2048, 8192))]
)
def test_batches_and_threads_change_no_bit(
    minilm: Path, reference: Vectors, batch_tokens: int, threads: int
) -> None:
    encoder = PackedEncoder((minilm, MINILM), device="cpu", threads=threads, batch_tokens=batch_tokens)
    assert run(encoder, TEXTS).tobytes() == reference.tobytes()


def test_order_and_company_change_no_bit(minilm: Path, reference: Vectors) -> None:
    encoder = PackedEncoder((minilm, MINILM), device="cpu", threads=2)
    order = random.Random(3).sample(range(len(TEXTS)), len(TEXTS))
    assert run(encoder, [TEXTS[at] for at in order]).tobytes() == reference[order].tobytes()
    alone = np.concatenate([run(encoder, [text]) for text in TEXTS])
    assert alone.tobytes() == reference.tobytes()


@pytest.mark.slow
def test_many_texts_change_no_bit(minilm: Path) -> None:
    words = " ".join(TEXTS).split()
    draw = random.Random(5)
    texts = [" ".join(draw.choices(words, k=draw.randint(1, 60))) for _ in range(200)]
    expected = run(PackedEncoder((minilm, MINILM), device="cpu", threads=1), texts)
    for batch_tokens, threads in ((256, 2), (512, 1), (2048, 2), (8192, 1)):
        encoder = PackedEncoder((minilm, MINILM), device="cpu", threads=threads, batch_tokens=batch_tokens)
        order = draw.sample(range(len(texts)), len(texts))
        assert run(encoder, [texts[at] for at in order]).tobytes() == expected[order].tobytes()


def test_vectors_are_unit_and_mean_what_sentence_transformers_says(reference: Vectors) -> None:
    np.testing.assert_allclose(np.linalg.norm(reference, axis=1), 1.0, atol=1e-6)
    # First four numbers of SentenceTransformer.encode of the same texts with the official files.
    known = {
        "pdf: Read, split and merge PDF files.": [-0.03436007, -0.03546999, -0.10592456, -0.01036121],
        "": [-0.11883840, 0.04829876, -0.00254816, -0.01101123],
    }
    for text, numbers in known.items():
        np.testing.assert_allclose(reference[TEXTS.index(text), :4], numbers, atol=2e-6)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_vectors_equal_those_of_sentence_transformers(minilm: Path, reference: Vectors) -> None:
    from sentence_transformers import SentenceTransformer

    peer: Any = SentenceTransformer(str(minilm), device="cpu")
    theirs = peer.encode(list(TEXTS), normalize_embeddings=True, show_progress_bar=False)
    assert float(np.einsum("ij,ij->i", reference, theirs).min()) > 0.999999


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_another_bert_equals_sentence_transformers(tiny: Path) -> None:
    from sentence_transformers import SentenceTransformer

    texts = ["a b c", "z y x w v u t s r q p o", "q", "unknown words", ""]
    peer: Any = SentenceTransformer(str(tiny), device="cpu")
    theirs = peer.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    np.testing.assert_allclose(embed(texts, model=str(tiny), device="cpu"), theirs, atol=1e-6)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_other_pooling_runs_through_sentence_transformers(tiny: Path) -> None:
    pooling = {
        "word_embedding_dimension": 16,
        "pooling_mode_cls_token": True,
        "pooling_mode_mean_tokens": False,
    }
    mean = embed(["a b c", "d"], model=str(tiny), device="cpu")
    (tiny / "1_Pooling" / "config.json").write_text(json.dumps(pooling), encoding="utf-8")
    first = embed(["a b c", "d", "a b c"], model=str(tiny), device="cpu")
    assert first.shape == (3, 16)
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1.0, atol=1e-6)
    assert np.abs(first[:2] - mean).max() > 0.01
    assert first[0].tobytes() == first[2].tobytes()


@pytest.mark.parametrize(("kind", "tolerance"), [("float16", 0.01), ("bfloat16", 0.05), ("float64", 1e-6)])
def test_weights_saved_under_the_bert_prefix_or_in_another_precision_are_read(
    tiny: Path, kind: str, tolerance: float
) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    shape = Bert(hidden=16, heads=4, layers=2, epsilon=1e-9, max_tokens=8)
    plain = run(PackedEncoder((tiny, shape), device="cpu"), ["a b", "c"], 16)
    tensors = load_file(str(tiny / "model.safetensors"))
    other = {f"bert.{name}": tensor.to(getattr(torch, kind)) for name, tensor in tensors.items()}
    other["bert.embeddings.position_ids"] = torch.arange(32)
    save_file(other, str(tiny / "model.safetensors"))
    found = run(PackedEncoder((tiny, shape), device="cpu"), ["a b", "c"], 16)
    np.testing.assert_allclose(found, plain, atol=tolerance)


def test_weights_without_a_tensor_are_one_clear_error(tiny: Path) -> None:
    from safetensors.numpy import load_file, save_file

    tensors = load_file(str(tiny / "model.safetensors"))
    del tensors["encoder.layer.1.output.dense.bias"]
    save_file(tensors, str(tiny / "model.safetensors"))
    with pytest.raises(EmbeddingError, match=r"cannot be loaded .*output\.dense\.bias"):
        embed(["a"], model=str(tiny), device="cpu")


def test_torch_computes_the_same_vectors(minilm: Path, reference: Vectors) -> None:
    model = TorchBertModel((minilm / "model.safetensors").read_bytes(), MINILM, "cpu")
    encoder = PackedEncoder((minilm, MINILM), device="cpu", threads=1)
    encoder._model = model
    np.testing.assert_allclose(run(encoder, TEXTS), reference, atol=1e-6)


@pytest.mark.slow
def test_half_precision_gives_nearly_the_same_vectors(minilm: Path, reference: Vectors) -> None:
    found = run(PackedEncoder((minilm, MINILM), official=True, device="cpu", precision="half"), TEXTS)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-6)
    apart = np.abs(found @ found.T - reference @ reference.T)
    assert 1e-5 < apart.mean() < 1e-3 and apart.max() < 8e-3


@pytest.mark.slow
def test_a_model_too_large_for_half_precision_is_one_clear_error(tiny: Path) -> None:
    from safetensors.numpy import load_file, save_file

    tensors = load_file(str(tiny / "model.safetensors"))
    tensors["encoder.layer.0.output.dense.bias"][:] = 3.4e38  # rounds to infinity in bfloat16
    save_file(tensors, str(tiny / "model.safetensors"))
    shape = Bert(hidden=16, heads=4, layers=2, epsilon=1e-9, max_tokens=8)
    with pytest.raises(EmbeddingError, match="--device cpu"):
        run(PackedEncoder((tiny, shape), device="cpu", precision="half"), ["a b"], 16)


@pytest.mark.slow
def test_gelu_is_exact_to_single_precision() -> None:
    values = np.concatenate([np.linspace(-12, 12, 70_001), [0.0, -0.0, 1e-30, -1e-30, 80, -80]])
    exact = values * (1 + erf(values / np.sqrt(2))) / 2
    rows = values.astype(np.float32).reshape(-1, 1)
    assert np.abs(gelu(rows.copy())[:, 0] - exact).max() < 1e-6
    assert gelu(rows.copy()).tobytes() == np.concatenate([gelu(row[None].copy()) for row in rows]).tobytes()


def test_texts_are_cut_at_the_longest_the_model_reads(minilm: Path, tiny: Path) -> None:
    shape = Bert(hidden=16, heads=4, layers=2, epsilon=1e-9, max_tokens=8)
    encoder = PackedEncoder((tiny, shape), device="cpu")
    cut, whole = run(encoder, ["a b c d e f g h i j", "a b c d e f"], 16)
    assert cut.tobytes() == whole.tobytes()
    tokens = PackedEncoder((minilm, MINILM), device="cpu").tokenise(TEXTS)
    assert max(len(row) for row in tokens) == 256
    assert min(len(row) for row in tokens) == 2


def test_texts_beyond_one_segment_keep_their_places(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = list("abcdefgh")
    whole = embed(texts, model=str(tiny), device="cpu")
    monkeypatch.setattr(packed, "_SEGMENT", 3)
    assert embed(texts, model=str(tiny), device="cpu").tobytes() == whole.tobytes()


def test_a_lone_surrogate_is_no_crash(tiny: Path) -> None:
    vectors = embed(["broken \ud800 text", "fine"], model=str(tiny), device="cpu")
    assert np.isfinite(vectors).all()


def test_leaving_early_stops_the_threads(minilm: Path) -> None:
    before = threadpool_info()
    encoder = PackedEncoder((minilm, MINILM), device="cpu", threads=2, batch_tokens=256)
    blocks = encoder.encode(TEXTS)
    next(blocks)
    blocks.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("embed")]
    assert threadpool_info() == before


lengths = st.lists(st.integers(2, 300), max_size=60)


@given(lengths, st.integers(1, 1000))
def test_batches_hold_every_text_once_within_the_budget(lengths: list[int], budget: int) -> None:
    batches = pack(lengths, budget)
    flat = [int(at) for batch in batches for at in batch]
    assert sorted(flat) == list(range(len(lengths)))
    ordered = [lengths[at] for at in flat]
    assert ordered == sorted(lengths, reverse=True)
    for batch, following in zip_longest(batches, batches[1:]):
        total = sum(lengths[at] for at in batch)
        assert total <= budget or len(batch) == 1
        if following is not None:
            assert total + lengths[following[0]] > budget


@given(lengths)
def test_runs_say_the_lengths_again(lengths: list[int]) -> None:
    found = runs(lengths)
    assert [length for count, length in found for _ in range(count)] == lengths
    assert all(left[1] != right[1] for left, right in pairwise(found))
