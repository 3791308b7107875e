"""Find black holes: skills that take significantly more than their share, from several families."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from skillaudit.routing.flows import Traffic
from skillaudit.schema import BlackHole, Skill

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MAX_Q = 0.05
"""False-discovery rate that is accepted."""
MIN_FAMILIES = 3.0
"""Least effective number of families robbed."""


def adjusted(p_values: Floats) -> Floats:
    """Benjamini-Hochberg q-values."""
    count = len(p_values)
    order = np.argsort(p_values, kind="stable")
    scaled = p_values[order] * count / np.arange(1, count + 1)
    q_values = np.empty(count)
    q_values[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q_values


def expected_share(absorbed: Floats, near: Ints | None) -> Floats:
    """What a skill of the same neighbourhood takes: the mean over its neighbours, never below half
    the library's mean."""
    overall = float(absorbed.mean()) if len(absorbed) else 0.0
    if near is None or not near.size:
        return np.full(len(absorbed), overall)
    valid = near >= 0
    total = np.where(valid, absorbed[np.maximum(near, 0)], 0.0).sum(axis=1)
    return np.asarray(
        np.maximum((total + overall) / (valid.sum(axis=1) + 1), 0.5 * overall), dtype=np.float64
    )


def families_robbed(flow: Traffic, families: Sequence[str], size: int) -> Floats:
    """(N,) exp of the entropy of the families that each skill takes from, its own apart."""
    from scipy.sparse import csr_array

    family = np.unique(np.asarray(families, dtype=object).astype(str), return_inverse=True)[1]
    pairs = flow.between.tocoo()
    victim, taker = pairs.coords
    table = csr_array((pairs.data, (taker, family[victim])), shape=(size, int(family.max()) + 1)).tocoo()
    row = table.coords[0]
    total = np.bincount(row, weights=table.data, minlength=size)
    share = table.data / np.where(total[row] > 0, total[row], 1.0)
    entropy = np.bincount(row, weights=-share * np.log(np.maximum(share, 1e-300)), minlength=size)
    return np.where(total > 0, np.exp(entropy), 0.0)


def black_holes(
    skills: Sequence[Skill], flow: Traffic, families: Sequence[str], near: Ints | None
) -> tuple[BlackHole, ...]:
    """Test every skill's absorbed mass against its neighbourhood's, false-discovery rate controlled."""
    from scipy.special import gammainc

    size = len(skills)
    if size < 4 or not flow.between.nnz:
        return ()
    absorbed = flow.absorbed
    expected = expected_share(absorbed, near)
    positive = np.maximum(expected, 1e-9)
    # Pearson dispersion, robust: losses come in bursts, one rival pair at a time.
    dispersion = max(1.0, float(np.median((absorbed - expected) ** 2 / positive) / 0.455))
    p_values = np.where(
        absorbed > 0, gammainc(np.maximum(absorbed / dispersion, 1e-9), positive / dispersion), 1.0
    )
    q_values = adjusted(p_values)
    robbed = families_robbed(flow, families, size)
    others = np.maximum(flow.owned.sum() - flow.owned, 1.0)
    between = flow.between.tocsc()
    found = []
    for row in np.nonzero((q_values <= MAX_Q) & (robbed >= MIN_FAMILIES))[0].tolist():
        start, stop = between.indptr[row], between.indptr[row + 1]
        victims, masses = between.indices[start:stop], between.data[start:stop]
        order = np.lexsort((victims, -masses))
        found.append(
            BlackHole(
                skill=skills[row].id,
                absorbed=float(absorbed[row]),
                share=float(min(1.0, absorbed[row] / others[row])),
                expected=float(expected[row]),
                q_value=float(q_values[row]),
                families=float(robbed[row]),
                victims=tuple(skills[int(v)].id for v in victims[order] if masses.size),
                declared=skills[row].declared_router,
            )
        )
    return tuple(sorted(found, key=lambda hole: (-hole.absorbed, hole.skill)))
