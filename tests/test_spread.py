"""Work over chunks: in order here and on a cluster, and a lost worker costs its chunk."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

import skillaudit
from skillaudit.analysis.neighbors import FloatArray, Neighbors, nearest
from skillaudit.config import Config
from skillaudit.errors import MissingError
from skillaudit.pipeline import audit
from skillaudit.progress import SILENT
from skillaudit.routing import survey
from skillaudit.schema import EngineName, ScorerName
from skillaudit.scoring import DenseScorer, HybridScorer, LexicalScorer, make_scorer
from skillaudit.spread import spread
from tests.conftest import SAMPLES


def power(base: int, exponent: int) -> int:
    return int(base**exponent)


def dies_once(folder: str, number: int) -> int:
    """Leave without a word at the first attempt at the third chunk."""
    mark = Path(folder) / "died"
    if number == 2 and not mark.exists():
        mark.touch()
        os._exit(1)
    return number


def fails(_: int, number: int) -> int:
    raise MissingError(f"no {number}")


def bits(found: Neighbors | None) -> bytes:
    """All that is known of neighbours, to the last bit."""
    return (
        b""
        if found is None
        else b"".join(part.tobytes() for part in (found.indices, found.similarities, found.mean))
    )


def test_results_come_in_order() -> None:
    assert list(spread(power, 2, range(5))) == [1, 2, 4, 8, 16]


def test_a_cluster_is_joined_from_outside_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ray has its workers import from where the driver stood when it joined: a stranger's `numpy.py` among them."""
    stood: list[Path] = []

    def join(**_: object) -> None:
        stood.append(Path.cwd())
        raise ConnectionError

    ray = SimpleNamespace(is_initialized=lambda: False, init=join)
    monkeypatch.setitem(sys.modules, "ray", ray)
    monkeypatch.setattr("skillaudit.extras.require", lambda *_: None)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MissingError, match="ray start"):
        list(spread(power, 2, range(5), "ray"))
    assert stood == [Path(skillaudit.__file__).parents[1]] and Path.cwd() == tmp_path


@pytest.fixture(scope="module")
def cluster() -> Iterator[EngineName]:
    ray = pytest.importorskip("ray", reason="ray is not installed: it serves a cluster alone")
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")
    yield "ray"
    ray.shutdown()


@pytest.mark.slow
def test_a_cluster_gives_the_same(cluster: EngineName, tmp_path: Path) -> None:
    assert list(spread(power, 2, range(20), cluster)) == [2**at for at in range(20)]
    assert list(spread(dies_once, str(tmp_path), range(6), cluster)) == list(range(6))
    assert (tmp_path / "died").exists()
    with pytest.raises(MissingError, match="no 0"):
        list(spread(fails, 0, range(3), cluster))
    texts = [f"tool {at}: turns files of kind {at % 7} into tables of kind {at % 11}" for at in range(700)]
    scorer = make_scorer("lexical", texts)
    here = nearest(scorer.similarities, len(texts), 8, block_size=256)
    there = nearest(scorer.similarities, len(texts), 8, block_size=256, engine=cluster)
    assert bits(here) == bits(there)
    config = Config(scorer="lexical", use_cache=False)
    report = audit([SAMPLES / "confusable"], config)
    assert audit([SAMPLES / "confusable"], msgspec.structs.replace(config, engine=cluster)) == report


class Embedder:
    """Makes vectors that lie as near as those of copies do; like a cache, it cannot be sent anywhere."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> FloatArray:
        rng = np.random.default_rng(3)
        around = rng.normal(size=(len(texts) // 9 + 1, 24))
        rows = around[rng.integers(len(around), size=len(texts))] + 0.3 * rng.normal(size=(len(texts), 24))
        rows[500:900] = rows[500]  # a crowd, of which no bar lets only a few through
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "size", "exact"),
    [
        ("dense", 9_216, survey.EXACT),
        ("dense", 9_300, 9_000),
        ("hybrid", 4_300, survey.EXACT),
        ("hybrid", 9_300, 9_000),
        ("lexical", 4_300, 4_200),
    ],
)
def test_a_large_library_is_surveyed_to_the_same_bits(
    cluster: EngineName, name: ScorerName, size: int, exact: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond what is held against all, and up to it: the same blocks, and sums in the same order."""
    monkeypatch.setattr(survey, "EXACT", exact)
    texts = [f"tool {at}: turns files of kind {at % 7} into tables of kind {at % 11}" for at in range(size)]
    scorer = make_scorer(name, texts, vectors=Embedder()(texts), embed=Embedder())
    assert isinstance(scorer, DenseScorer | HybridScorer | LexicalScorer)
    here, there = (survey.survey(scorer, size, SILENT, engine) for engine in ("local", cluster))
    assert here is not None and there is not None
    assert bits(here.neighbors) == bits(there.neighbors)
    assert bits(here.by_vectors) == bits(there.by_vectors)
    assert here.held.tobytes() == there.held.tobytes() and here.recall == there.recall
