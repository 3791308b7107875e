"""The same forward pass in torch, for CUDA and MPS; in half precision for CUDA."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skillaudit.embedding.bert import LAYER_PARTS
from skillaudit.embedding.models import Bert
from skillaudit.errors import EmbeddingError
from skillaudit.schema import Precision

if TYPE_CHECKING:
    from torch import Tensor, dtype

_Linear: TypeAlias = "tuple[Tensor, Tensor]"

HALF = {"cuda": "float16"}
"""The nearest to single precision that a device multiplies at speed: bfloat16 where nothing is said."""


class TorchBertModel:
    """What `BertModel` computes, on a device of torch; rounding differs by about 1e-6.

    In half precision what is multiplied, weights and attention, has 11 bits, or 8 on other devices than CUDA. What is
    added up from layer to layer, its norms and the mean stay in single precision: cosines are 6e-5 off in the mean
    then, and would be 1e-4.
    """

    def __init__(self, weights: bytes, shape: Bert, device: str, precision: Precision = "single") -> None:
        import torch
        from safetensors.torch import load

        loaded: dict[str, Tensor] = load(weights)
        tensors = {name.removeprefix("bert."): tensor.to(device) for name, tensor in loaded.items()}

        def part(name: str) -> Tensor:
            return tensors[name].float().contiguous()

        def linear(name: str) -> _Linear:
            return part(f"{name}.weight"), part(f"{name}.bias")

        self._shape = shape
        self._device = torch.device(device)
        half: dtype = getattr(torch, HALF.get(self._device.type, "bfloat16"))
        self._kind = half if precision == "half" else torch.float32
        self._words = part("embeddings.word_embeddings.weight")
        # One segment only, so its embedding is a constant that the position can carry.
        segment = part("embeddings.token_type_embeddings.weight")[0]
        self._positions = part("embeddings.position_embeddings.weight") + segment
        self._norm = linear("embeddings.LayerNorm")
        self._layers = [
            _Layer([f"encoder.layer.{index}.{name}" for name in LAYER_PARTS], linear, self._kind)
            for index in range(shape.layers)
        ]

    def __call__(self, tokens: NDArray[np.int64], runs: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
        """Return one unit vector per text, shape (n, hidden).

        `tokens` has shape (2, m): the ids of all texts end to end, and each token's place in its text.
        `runs` are (count, length) of neighbouring texts of equal length; they add up to m tokens. Raises
        EmbeddingError where a number of the model's is too large for half precision.
        """
        import torch
        import torch.nn.functional as F  # noqa: N812

        with torch.inference_mode():
            ids, places = torch.from_numpy(tokens).to(self._device)
            hidden = self._normalise(self._words[ids] + self._positions[places], self._norm)
            for layer in self._layers:
                split = F.linear(hidden.to(self._kind), *layer.qkv)
                attended = F.linear(self._attention(split, runs), *layer.output)
                hidden = self._normalise(hidden + attended, layer.attention_norm)
                expanded = F.gelu(F.linear(hidden.to(self._kind), *layer.expand))
                hidden = self._normalise(hidden + F.linear(expanded, *layer.contract), layer.norm)
            sizes = [count * length for count, length in runs]
            means = [
                part.view(*run, -1).mean(1)
                for part, run in zip(torch.split(hidden, sizes), runs, strict=True)
            ]
            vectors: NDArray[np.float32] = F.normalize(torch.cat(means), dim=1).cpu().numpy()
            if self._kind != torch.float32 and not np.isfinite(vectors).all():
                raise EmbeddingError("The model does not fit into half precision; use --device cpu.")
            return vectors

    def _attention(self, qkv: Tensor, runs: Sequence[tuple[int, int]]) -> Tensor:
        """Let each text attend to itself; `qkv` has shape (m, 3 * hidden), the result (m, hidden)."""
        import torch.nn.functional as F  # noqa: N812

        context = qkv.new_empty(len(qkv), self._shape.hidden)
        heads = self._shape.heads
        start = 0
        for count, length in runs:
            end = start + count * length
            # (count, length, 3, heads, width) -> three of (count, heads, length, width)
            query, key, value = qkv[start:end].view(count, length, 3, heads, -1).permute(2, 0, 3, 1, 4)
            attended = F.scaled_dot_product_attention(query, key, value).transpose(1, 2)
            context[start:end].view(count, length, heads, -1).copy_(attended)
            start = end
        return context

    def _normalise(self, hidden: Tensor, norm: _Linear) -> Tensor:
        import torch.nn.functional as F  # noqa: N812

        return F.layer_norm(hidden, (self._shape.hidden,), *norm, self._shape.epsilon)


class _Layer:
    """The weights of one encoder layer, with query, key and value joined into one product."""

    def __init__(self, names: Sequence[str], linear: Callable[[str], _Linear], kind: dtype) -> None:
        import torch

        query, key, value, output, attention_norm, expand, contract, norm = (linear(name) for name in names)

        def multiplied(weight: Tensor, bias: Tensor) -> _Linear:
            return weight.to(kind), bias.to(kind)

        self.qkv = multiplied(
            torch.cat([query[0], key[0], value[0]]), torch.cat([query[1], key[1], value[1]])
        )
        self.output = multiplied(*output)
        self.attention_norm = attention_norm
        self.expand = multiplied(*expand)
        self.contract = multiplied(*contract)
        self.norm = norm
