"""The 2-D map: shape, scale, signs, cache."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from skillaudit.analysis import map2d
from skillaudit.analysis.map2d import layout
from skillaudit.analysis.neighbors import FloatArray
from tests.analysis.cosines import nearest_vectors
from tests.analysis.samples import blobs, scatter


class Memory:
    """A cache in a dictionary."""

    def __init__(self) -> None:
        self.blobs: dict[tuple[str, str], bytes] = {}

    def get_blob(self, kind: str, key: str) -> bytes | None:
        return self.blobs.get((kind, key))

    def put_blob(self, kind: str, key: str, value: bytes) -> None:
        self.blobs[kind, key] = value


def spread_ratio(positions: FloatArray, groups: int, size: int) -> float:
    """Mean distance inside groups over mean distance between their centres."""
    grouped = positions.reshape(groups, size, 2)
    centres = grouped.mean(axis=1)
    inside = np.linalg.norm(grouped - centres[:, None], axis=2).mean()
    between = np.linalg.norm(centres[:, None] - centres[None], axis=2)[np.triu_indices(groups, 1)].mean()
    return float(inside / between)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7])
@pytest.mark.parametrize("dense", [True, False])
def test_small_libraries_need_no_umap(n: int, dense: bool) -> None:
    vectors = scatter(n)
    found = nearest_vectors(vectors)
    positions = layout(vectors if dense else None, found)
    assert positions.shape == (n, 2)
    assert np.isfinite(positions).all()
    if n > 1 and dense:
        assert np.abs(positions).max() == pytest.approx(1, abs=1e-5)
        assert len({tuple(row) for row in positions.round(4).tolist()}) == n


@pytest.mark.parametrize("dense", [True, False])
def test_pca_keeps_groups_together(dense: bool) -> None:
    vectors = blobs(3, 20, spread=0.3)
    positions = layout(vectors if dense else None, nearest_vectors(vectors), method="pca")
    assert spread_ratio(positions, 3, 20) < 0.3


def test_pca_is_the_svd_and_its_signs_are_fixed() -> None:
    vectors = scatter(50)
    positions = layout(vectors, nearest_vectors(vectors), method="pca")
    centred = vectors - vectors.mean(axis=0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    for axis in range(2):
        assert abs(np.corrcoef(positions[:, axis], u[:, axis] * s[axis])[0, 1]) == pytest.approx(1, abs=1e-4)
    order = np.random.default_rng(0).permutation(50)
    again = layout(vectors[order], nearest_vectors(vectors[order]), method="pca")
    np.testing.assert_allclose(again, positions[order], atol=1e-4)


def test_degenerate_vectors() -> None:
    for value in (0.0, 0.5):
        vectors = np.full((9, 4), value, dtype=np.float32)
        positions = layout(vectors, nearest_vectors(vectors), method="pca")
        assert positions.tolist() == [[0.0, 0.0]] * 9


def test_a_known_map_is_not_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def fake(neighbors: object, start: FloatArray, seed: int) -> FloatArray:
        calls.append(seed)
        return start + 1

    monkeypatch.setattr(map2d, "_umap", fake)
    memory = Memory()
    vectors = scatter(20)
    found = nearest_vectors(vectors)
    first = layout(vectors, found, cache=memory)
    assert layout(vectors, found, cache=memory).tolist() == first.tolist()
    assert calls == [map2d.SEED]
    layout(vectors, found, cache=memory, seed=1)
    layout(vectors[::-1].copy(), nearest_vectors(vectors[::-1].copy()), cache=memory)
    assert calls == [map2d.SEED, 1, map2d.SEED]
    assert len(memory.blobs) == 3
    (kind, key), _ = next(iter(memory.blobs.items()))
    memory.blobs[kind, key] = b"torn"
    assert layout(vectors, found, cache=memory).tolist() == first.tolist()


@pytest.mark.parametrize("dense", [True, False])
def test_known_components_are_not_computed_again(dense: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = scatter(20)
    found = nearest_vectors(vectors)
    given = vectors if dense else None
    memory = Memory()
    monkeypatch.setattr(map2d, "_umap", lambda neighbors, start, seed: start[::-1].copy())
    plain = layout(given, found, method="pca")
    assert layout(given, found, cache=memory, method="pca").tolist() == plain.tolist()
    other = layout(given, found, cache=memory)  # another method, another entry
    assert other.tolist() != plain.tolist()
    assert len(memory.blobs) == 2

    def refuse(*_: object) -> FloatArray:
        raise AssertionError("computed again")

    monkeypatch.setattr(map2d, "_principal", refuse)
    monkeypatch.setattr(map2d, "_spectral", refuse)
    assert layout(given, found, cache=memory, method="pca").tolist() == plain.tolist()
    assert layout(given, found, cache=memory).tolist() == other.tolist()
    if dense:  # the same neighbours do not make the same components
        with pytest.raises(AssertionError, match="computed again"):
            layout(2 * vectors, found, cache=memory, method="pca")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_umap_is_seeded_and_keeps_groups_together() -> None:
    vectors = blobs(4, 25, spread=0.4)
    found = nearest_vectors(vectors)
    first = layout(vectors, found)
    assert layout(vectors, found).tolist() == first.tolist()
    assert spread_ratio(first, 4, 25) < 0.4


def test_numba_takes_no_settings_from_the_working_folder(tmp_path: Path) -> None:
    """A stranger's `.numba_config.yaml` would name a folder of pickles to load."""
    pytest.importorskip("numba", reason="numba is not installed: it comes with umap-learn")
    (tmp_path / ".numba_config.yaml").write_text("cache_dir: .planted\n", encoding="utf-8")
    code = (
        "import sys, warnings, yaml; warnings.simplefilter('ignore'); from skillaudit.analysis import map2d\n"
        "map2d._import_numba(); from numba.core import config; config.reload_config()\n"
        "print(repr(config.CACHE_DIR), sys.modules['yaml'] is yaml)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["''", "True"]
