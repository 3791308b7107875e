"""The forward pass of a BERT encoder in NumPy, over texts of many lengths without padding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skillaudit.embedding.models import Bert
from skillaudit.embedding.tensors import read_tensors

Floats: TypeAlias = NDArray[np.float32]
Pair: TypeAlias = tuple[Floats, Floats]
"""Weight and bias."""

LAYER_PARTS = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "attention.output.LayerNorm",
    "intermediate.dense",
    "output.dense",
    "output.LayerNorm",
)
_ROWS = 8
_CHUNK_ROWS = 64
"""Rows of the widest matrix that are taken through GELU together: they stay in the cache."""
_FOLD = np.float32(0.3275911 / np.sqrt(2))
_SERIES = [
    np.float32(term / 2) for term in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
]


class BertModel:
    """BERT (Devlin et al. 2019) with absolute positions, exact GELU, mean pooling and L2 norm, in float32."""

    def __init__(self, weights: bytes, shape: Bert) -> None:
        """Read the weights; raises what reading them raises, and KeyError for a tensor that is not there."""
        tensors = {name.removeprefix("bert."): tensor for name, tensor in read_tensors(weights).items()}

        def linear(name: str) -> Pair:
            return tensors[f"{name}.weight"].T.copy(), tensors[f"{name}.bias"]

        self._shape = shape
        self._words = tensors["embeddings.word_embeddings.weight"]
        # One segment only, so its embedding is a constant that the position can carry.
        segment = tensors["embeddings.token_type_embeddings.weight"][0]
        self._positions = tensors["embeddings.position_embeddings.weight"] + segment
        self._norm = linear("embeddings.LayerNorm")
        self._layers = [
            _layer([f"encoder.layer.{index}.{name}" for name in LAYER_PARTS], linear)
            for index in range(shape.layers)
        ]

    def __call__(self, tokens: NDArray[np.int64], runs: Sequence[tuple[int, int]]) -> Floats:
        """Return one unit vector per text, shape (n, hidden).

        `tokens` has shape (2, m): the ids of all texts end to end, and each token's place in its text.
        `runs` are (count, length) of neighbouring texts of equal length; they add up to m tokens.
        """
        means, start = [], 0
        for count, length in runs:
            end = start + count * length
            # Rows that nobody reads, up to a size at which matrix products are at their fastest.
            room = (0, -length % _ROWS)
            ids, places = np.pad(tokens[:, start:end].reshape(2, count, length), [(0, 0), (0, 0), room])
            means.append(self._forward(ids, places, length)[:, :length].mean(1))
            start = end
        vectors: Floats = np.concatenate(means)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))
        return vectors

    def _forward(self, ids: NDArray[np.int64], places: NDArray[np.int64], length: int) -> Floats:
        """Return the last hidden state, shape (count, rows, hidden), from `ids` and `places`, (count, rows)."""
        hidden = self._normalise(self._words[ids] + self._positions[places], self._norm)
        for layer in self._layers:
            attended = _linear(self._attention(_linear(hidden, layer.qkv), length), layer.output)
            attended += hidden
            hidden = self._normalise(attended, layer.attention_norm)
            contracted = _linear(gelu(_linear(hidden, layer.expand)), layer.contract)
            contracted += hidden
            hidden = self._normalise(contracted, layer.norm)
        return hidden

    def _attention(self, qkv: Floats, length: int) -> Floats:
        """Let each text attend to its `length` tokens; (count, rows, 3 * hidden) -> (count, rows, hidden)."""
        count, rows, _ = qkv.shape
        heads = self._shape.heads
        # -> three of (count, heads, rows, width)
        split = qkv.reshape(count, rows, 3, heads, -1).transpose(2, 0, 3, 1, 4)
        query, key, value = np.ascontiguousarray(split)
        query *= np.float32(query.shape[-1] ** -0.5)
        scores = query @ key[:, :, :length].swapaxes(-1, -2)
        scores -= scores.max(-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(-1, keepdims=True)
        mixed: Floats = (scores @ value[:, :, :length]).swapaxes(1, 2).reshape(count, rows, -1)
        return mixed

    def _normalise(self, hidden: Floats, norm: Pair) -> Floats:
        """Layer norm of each row, in place."""
        rows = hidden.reshape(-1, hidden.shape[-1])
        rows -= rows.mean(1, keepdims=True)
        spread = np.einsum("ij,ij->i", rows, rows) / np.float32(rows.shape[1])
        rows *= (1 / np.sqrt(spread + np.float32(self._shape.epsilon)))[:, None]
        rows *= norm[0]
        rows += norm[1]
        return hidden


def gelu(values: Floats) -> Floats:
    """Return x * (1 + erf(x / sqrt 2)) / 2 of each value, in place; off by at most 4e-7.

    Written as max(x, 0) - |x| * erfc(|x| / sqrt 2) / 2, where nothing cancels, with formula 7.1.26 of
    Abramowitz and Stegun (1964) for erfc: a third of the time of `scipy.special.erf`.
    """
    rows = values.reshape(-1, values.shape[-1])
    size, fold, tail = np.empty((3, min(len(rows), _CHUNK_ROWS), rows.shape[1]), dtype=np.float32)
    for start in range(0, len(rows), _CHUNK_ROWS):
        chunk = rows[start : start + _CHUNK_ROWS]
        x, t, r = size[: len(chunk)], fold[: len(chunk)], tail[: len(chunk)]
        np.abs(chunk, out=x)
        np.multiply(x, _FOLD, out=t)
        t += 1
        np.divide(1, t, out=t)
        np.multiply(t, _SERIES[0], out=r)
        for term in _SERIES[1:]:
            r += term
            r *= t
        r *= x
        np.multiply(x, x, out=t)
        t *= np.float32(-0.5)
        np.exp(t, out=t)
        r *= t
        np.maximum(chunk, 0, out=chunk)
        chunk -= r
    return values


def _linear(rows: Floats, pair: Pair) -> Floats:
    """Each text is a product of its own: in one for all, a row's sums depend on where in the matrix it lies."""
    product: Floats = rows @ pair[0]
    product += pair[1]
    return product


class _Layer(NamedTuple):
    """The weights of one encoder layer, with query, key and value joined into one product."""

    qkv: Pair
    output: Pair
    attention_norm: Pair
    expand: Pair
    contract: Pair
    norm: Pair


def _layer(names: Sequence[str], linear: Callable[[str], Pair]) -> _Layer:
    query, key, value, *rest = (linear(name) for name in names)
    qkv = tuple(np.concatenate(parts, axis=-1) for parts in zip(query, key, value, strict=True))
    return _Layer((qkv[0], qkv[1]), *rest)
