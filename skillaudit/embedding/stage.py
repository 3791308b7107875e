"""The embedding stage: each distinct text once, cached ones not at all, new ones stored as they come."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Generator, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from skillaudit.cache import Cache
from skillaudit.config import DEFAULT_EMBEDDER
from skillaudit.embedding.blocks import Block, Encoder
from skillaudit.embedding.models import EmbeddingModel, resolve
from skillaudit.progress import SILENT, Progress
from skillaudit.schema import EngineName, Precision
from skillaudit.spread import spread

_PROGRESS_SECONDS = 0.1
_TOGETHER = 256
"""Texts that another machine is given at a time: some seconds of work."""
_UNIT = 1e-3
"""Squared norms of unit vectors stray less from 1, in single precision too."""
_STORE_SECONDS = 2.0
"""At most so much work is lost when the process is killed; every other end stores what is there."""


def embed(
    texts: Sequence[str],
    *,
    model: str = DEFAULT_EMBEDDER,
    device: str | None = None,
    threads: int | None = None,
    engine: EngineName = "local",
    cache: Cache | None = None,
    progress: Progress = SILENT,
) -> NDArray[np.float32]:
    """Return the L2-normalised vectors of `texts`, shape (n, d), row i for text i.

    Equal texts are computed once. Texts that the cache knows are not computed, and when it knows all
    of them nothing heavy is imported. On the CPU a BERT model with mean pooling gives the same bits
    whatever the company a text is in, the batch size and the number of threads; on MPS, and for other kinds of
    model, rounding may differ by about 1e-6. On CUDA such a model multiplies in half precision: cosines differ by 6e-5
    in the mean, by 6e-4 at most, and the cache keeps these vectors apart from the others.

    `threads` None takes what this process may use of the machine; with another `engine` vectors are made on other
    machines. Raises EmbeddingError when the
    model cannot be had or does not run, and whatever `progress` raises; what was computed until then
    is in the cache.
    """
    source = resolve(model, cache)
    precision = source.precision(device, engine)
    key = source.key_in(precision)
    digests = [digest_of(text) for text in texts]
    distinct = dict(zip(digests, texts, strict=True))
    known = cache.get_vectors(key, list(distinct)) if cache else {}
    known = {digest: row for digest, row in known.items() if _fits(row, source.dimension)}
    missing = [digest for digest in distinct if digest not in known]
    report = _Throttle(progress, len(distinct), f"{len(known)} cached" if known else "")
    report(len(known), always=True)
    if missing:
        encoder = (
            _encoder(source, device, threads, cache, precision)
            if engine == "local"
            else _Afar(model, device, precision, engine)
        )
        _compute(missing, distinct, known, encoder, key, cache, report)
    if not digests:
        return np.empty((0, source.dimension), dtype=np.float32)
    return np.stack([known[digest] for digest in digests]).astype(np.float32, copy=False)


def _fits(row: NDArray[np.float32], dimension: int) -> bool:
    """Whether a cached vector can be one of the model's: of its length, and of unit norm."""
    return dimension in (0, len(row)) and abs(float(row @ row) - 1) < _UNIT


def _compute(
    missing: Sequence[str],
    distinct: dict[str, str],
    known: dict[str, NDArray[np.float32]],
    encoder: Encoder,
    key: str,
    cache: Cache | None,
    report: _Throttle,
) -> None:
    """Add the vectors of `missing` to `known` and the cache; an interruption keeps what was computed."""
    pending: list[str] = []
    stored = time.monotonic()

    def store() -> None:
        nonlocal stored
        if cache and pending:
            cache.put_vectors(key, pending, np.stack([known[digest] for digest in pending]))
        pending.clear()
        stored = time.monotonic()

    try:
        with contextlib.closing(encoder.encode([distinct[digest] for digest in missing])) as blocks:
            for positions, vectors in blocks:
                batch = [missing[position] for position in positions]
                known.update(zip(batch, vectors, strict=True))
                pending.extend(batch)
                if time.monotonic() - stored > _STORE_SECONDS:
                    store()
                report(len(known))
    finally:
        store()
    report(len(known), always=True)


_KEPT: dict[tuple[str, str | None, int | None, Precision], Encoder] = {}
"""The last encoder: an audit asks for the vectors of skills, of requests and of parts, one after the other."""


def _encoder(
    source: EmbeddingModel, device: str | None, threads: int | None, cache: Cache | None, precision: Precision
) -> Encoder:
    if source.packable:
        from skillaudit.embedding.packed import PackedEncoder

        wanted = (source.key, device, threads, precision)
        if wanted not in _KEPT:
            _KEPT.clear()
            _KEPT[wanted] = PackedEncoder(
                source.load(cache),
                official=source.folder is None,
                device=device,
                threads=threads,
                precision=precision,
            )
        return _KEPT[wanted]
    from skillaudit.embedding.sentence import SentenceEncoder

    return SentenceEncoder(source, device=device, threads=threads)


class _Afar:
    """Has vectors made by the encoders of other machines."""

    def __init__(self, model: str, device: str | None, precision: Precision, engine: EngineName) -> None:
        self._where = model, device, precision
        self._engine = engine

    def encode(self, texts: Sequence[str]) -> Generator[Block]:
        """Yield the vectors of some texts at a time."""
        starts = range(0, len(texts), _TOGETHER)
        chunks = [texts[start : start + _TOGETHER] for start in starts]
        made = spread(_encoded, self._where, chunks, self._engine)
        for start, vectors in zip(starts, made, strict=True):
            yield np.arange(start, start + len(vectors)), vectors


def _encoded(where: tuple[str, str | None, Precision], texts: Sequence[str]) -> NDArray[np.float32]:
    """The vectors of texts, by an encoder that this process keeps."""
    rows: dict[int, NDArray[np.float32]] = {}
    for positions, vectors in _kept_encoder(*where).encode(texts):
        rows.update(zip(positions.tolist(), vectors, strict=True))
    return np.stack([rows[at] for at in range(len(texts))])


@lru_cache(1)
def _kept_encoder(model: str, device: str | None, precision: Precision) -> Encoder:
    return _encoder(resolve(model), device, 1, None, precision)


def digest_of(text: str) -> str:
    """Return what the cache knows a text by."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class _Throttle:
    """Passes progress on at most ten times a second."""

    def __init__(self, progress: Progress, total: int, note: str) -> None:
        self._progress = progress
        self._total = total
        self._note = note
        self._last = 0.0

    def __call__(self, done: int, *, always: bool = False) -> None:
        now = time.monotonic()
        if always or now - self._last >= _PROGRESS_SECONDS:
            self._last = now
            self._progress.update("embed", done, self._total, self._note)
