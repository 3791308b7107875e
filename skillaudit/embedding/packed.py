"""Runs a BERT model over texts laid end to end: no padding, batches of like length, one batch a thread."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skillaudit.embedding.blocks import Block
from skillaudit.embedding.devices import (
    choose_device,
    choose_precision,
    choose_threads,
    failures_named,
    fixed_arithmetic,
)
from skillaudit.embedding.models import Bert
from skillaudit.embedding.weights import read_part
from skillaudit.errors import EmbeddingError
from skillaudit.schema import Precision

_CPU_TOKENS = 1024
"""Tokens in one batch: enough to keep the matrix products busy, few enough to stay near the caches."""
_GPU_TOKENS = 65_536
_SEGMENT = 8_192
"""Texts that are tokenised and sorted together; bounds the wait before the first vectors."""
_LEAST_TOKENS = 256
"""A batch is not made smaller than this to give every thread one."""
_Forward: TypeAlias = Callable[[NDArray[np.int64], Sequence[tuple[int, int]]], NDArray[np.float32]]


class PackedEncoder:
    """A loaded BERT model with mean pooling, on one device.

    Texts of a batch are laid end to end, and those of equal length run together, so that no text sees
    padding. Threads work on different batches, each on its own:
    threads that share one product wait for the slowest after every step, and a busy neighbour makes
    two of them slower than one; here it costs no more than the time that it takes.
    """

    def __init__(
        self,
        source: tuple[Path, Bert],
        *,
        official: bool = False,
        device: str | None = None,
        threads: int | None = None,
        batch_tokens: int | None = None,
        precision: Precision | None = None,
    ) -> None:
        """Load the model of a folder; `precision` None takes what suits the device. Raises EmbeddingError."""
        from tokenizers import Tokenizer

        folder, shape = source
        self._device = choose_device(device)
        on_cpu = self._device == "cpu"
        self._threads = choose_threads(threads) if on_cpu else 1
        self._batch_tokens = batch_tokens or (_CPU_TOKENS if on_cpu else _GPU_TOKENS)
        try:
            self._tokenizer: Any = Tokenizer.from_buffer(
                read_part(folder, "tokenizer.json", official=official)
            )
            weights = read_part(folder, "model.safetensors", official=official)
            self._model = _load(weights, shape, self._device, precision or choose_precision(self._device))
        except Exception as error:  # both libraries raise their own, undocumented kinds
            raise EmbeddingError(
                f"The model in {folder} cannot be loaded ({error}); "
                f"name another, or use --scorer lexical, which needs no model."
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_length=shape.max_tokens)

    def encode(self, texts: Sequence[str]) -> Generator[Block]:
        """Yield positions and unit vectors, batch by batch; every position exactly once."""
        for start in range(0, len(texts), _SEGMENT):
            ids = self.tokenise(texts[start : start + _SEGMENT])
            with failures_named(self._device), fixed_arithmetic(self._device):
                yield from self._run(ids, start)

    def tokenise(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Return the token ids of each text, cut to what the model reads, special tokens included."""
        # A lone surrogate cannot be written as UTF-8, which the tokenizer needs.
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        encodings = self._tokenizer.encode_batch_fast(clean)
        return [np.array(encoding.ids, dtype=np.int64) for encoding in encodings]

    def _run(self, ids: Sequence[NDArray[np.int64]], start: int) -> Generator[Block]:
        share = sum(len(row) for row in ids) // self._threads + 1
        batches = pack([len(row) for row in ids], min(self._batch_tokens, max(share, _LEAST_TOKENS)))

        def forward(batch: NDArray[np.intp]) -> Block:
            rows = [ids[position] for position in batch]
            lengths = [len(row) for row in rows]
            tokens = np.stack([np.concatenate(rows), np.concatenate([_COUNT[:n] for n in lengths])])
            return batch + start, self._model(tokens, runs(lengths))

        yield from _in_threads(forward, batches, self._threads)


_COUNT = np.arange(8192, dtype=np.int64)


def _load(weights: bytes, shape: Bert, device: str, precision: Precision) -> _Forward:
    if device == "cpu" and precision == "single":
        from skillaudit.embedding.bert import BertModel

        return BertModel(weights, shape)
    from skillaudit.embedding.bert_torch import TorchBertModel

    return TorchBertModel(weights, shape, device, precision)


def pack(lengths: Sequence[int], budget: int) -> list[NDArray[np.intp]]:
    """Split the positions 0..n-1 into batches of at most `budget` tokens, longest texts first.

    A text longer than the budget gets a batch of its own. Ties keep their order.
    """
    order = np.argsort(-np.asarray(lengths, dtype=np.intp), kind="stable")
    batches: list[NDArray[np.intp]] = []
    first = total = 0
    for at, position in enumerate(order):
        if at > first and total + lengths[position] > budget:
            batches.append(order[first:at])
            first, total = at, 0
        total += lengths[position]
    if len(order):
        batches.append(order[first:])
    return batches


def runs(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Return (count, length) of each run of equal lengths, in order."""
    return [(len(list(group)), length) for length, group in groupby(lengths)]


def _in_threads(
    work: Callable[[NDArray[np.intp]], Block], batches: Sequence[NDArray[np.intp]], threads: int
) -> Generator[Block]:
    """Yield work(batch) for each batch in order; leaving early drops what has not begun."""
    pool = ThreadPoolExecutor(min(threads, max(len(batches), 1)), thread_name_prefix="embed")
    try:
        yield from pool.map(work, batches)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
