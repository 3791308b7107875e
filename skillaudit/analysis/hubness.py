"""Which skills stand near everybody: k-occurrence, the structural measures of the first paper, hubs.

All of it is read off the descriptors, before any request is known; it supports the evidence of a
forecast and cannot replace it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skillaudit.analysis.generic import generic_phrases
from skillaudit.analysis.neighbors import FloatArray, Neighbors
from skillaudit.schema import Record
from skillaudit.stats.counting import benjamini_hochberg, effective_number

K = 10
"""Neighbours that count, as in the first paper."""

Counts: TypeAlias = NDArray[np.int64]


class SkillHubness(NamedTuple):
    """The structural measures of the first paper (its F07 and F08), each of shape (N,).

    NaN throughout for a lone skill.
    """

    sink: FloatArray
    """Mean similarity to all others, also called radius or centrality: how much of the library is near."""
    victim: FloatArray
    """Mean similarity to the ten nearest: how crowded its own place is."""
    clarity: FloatArray
    """1 - victim."""


class StructuralHub(Record, frozen=True):
    """A skill that far more skills have among their nearest than its surroundings explain."""

    skill: int
    """Position in the library."""
    occurrence: int
    """N_k: how many skills list it among their k nearest."""
    expected: float
    """N_k of a skill in its neighbourhood."""
    q_value: float
    families: float
    """Effective number of families among the skills that list it: exp of the entropy."""
    listed_by: tuple[int, ...]
    generic_phrases: tuple[str, ...] = ()


def k_occurrence(neighbors: Neighbors, k: int = K) -> Counts:
    """Count for each skill how many others have it among their k nearest; the mean is min(k, N - 1)."""
    return np.bincount(neighbors.indices[:, :k].reshape(-1), minlength=neighbors.n).astype(np.int64)


def skewness(counts: Counts) -> float | None:
    """Third standardised moment; None where it is undefined (fewer than three skills, or all equal).

    About 0 in a library without hubs; above about 1 a few skills fill the neighbour lists (Radovanovic
    and others, Hubs in Space, 2010).
    """
    deviation = counts - counts.mean() if counts.size > 2 else np.zeros(1)
    variance = float(np.mean(deviation**2))
    return float(np.mean(deviation**3)) / variance**1.5 if variance > 0 else None


def anti_hubs(neighbors: Neighbors) -> NDArray[np.int64]:
    """Positions of skills that no other skill lists, at the full depth of the lists that are held.

    Stricter than N_k = 0 at k = 10, which geometry alone gives to 1% to 6% of real libraries and more
    as they grow (3.4% of 10,000); at the default depth of 32 it is 0% to 1%. An unlisted skill may
    simply be unlike all others, which is no fault.
    """
    return np.flatnonzero(k_occurrence(neighbors, neighbors.k) == 0)


def structure(neighbors: Neighbors) -> SkillHubness:
    """Compute sink, victim and clarity of every skill from its ten nearest and its mean."""
    if neighbors.k == 0:
        undefined = np.full(neighbors.n, np.nan, dtype=np.float32)
        return SkillHubness(undefined, undefined, undefined)
    sink = neighbors.mean
    victim = neighbors.similarities[:, :K].mean(axis=1)
    return SkillHubness(sink, victim, 1 - victim)


def structural_hubs(
    neighbors: Neighbors,
    families: Sequence[str],
    texts: Sequence[str] | None = None,
    *,
    k: int = K,
    q: float = 0.001,
    breadth: float = 3.0,
) -> tuple[StructuralHub, ...]:
    """Find skills that are over-general in structure, most listed first.

    N_k is held against a negative binomial around the median N_k of the skill's own neighbours, with
    the library's dispersion; flagged at false-discovery rate `q` (Benjamini and Hochberg) where the
    listing skills come from an effective number of `families` of at least `breadth`. Generic phrases
    of `texts` are attached as a hint and decide nothing. The rate is strict because the middle of any
    library is listed often; an over-general skill worded unlike the others is not near them, and only
    requests show it.
    """
    counts = k_occurrence(neighbors, k)
    if neighbors.n <= k + 1:
        return ()  # everybody lists everybody
    expected = _expected(neighbors, counts, k)
    q_values = benjamini_hochberg(_tail(counts, expected, _dispersion(counts, expected)))
    lists = neighbors.indices[:, :k]
    places, ends = np.argsort(lists, axis=None, kind="stable") // lists.shape[1], np.cumsum(counts)
    hubs = []
    for skill in np.flatnonzero(q_values <= q).tolist():
        listed_by = places[ends[skill] - counts[skill] : ends[skill]].tolist()
        families_robbed = effective_number([families[i] for i in listed_by])
        if families_robbed >= breadth:
            hubs.append(
                StructuralHub(
                    skill=skill,
                    occurrence=int(counts[skill]),
                    expected=float(expected[skill]),
                    q_value=float(q_values[skill]),
                    families=families_robbed,
                    listed_by=tuple(listed_by),
                    generic_phrases=generic_phrases(texts[skill]) if texts is not None else (),
                )
            )
    return tuple(sorted(hubs, key=lambda hub: (-hub.occurrence, hub.skill)))


def _expected(neighbors: Neighbors, counts: Counts, k: int) -> NDArray[np.float64]:
    """Median N_k around a skill (a hub's neighbours include other hubs), drawn halfway to the mean, k."""
    around = np.median(counts[neighbors.indices[:, :k]], axis=1)
    return np.asarray((around + k) / 2, dtype=np.float64)


def _dispersion(counts: Counts, expected: NDArray[np.float64]) -> float:
    """Size parameter r of the negative binomial (variance = mean + mean^2 / r), from the quartiles.

    The tail is what is to be tested, so it takes no part in the estimate.
    """
    low, high = np.quantile(counts / expected, (0.25, 0.75))
    excess = ((high - low) / 1.349) ** 2 - float(np.mean(1 / expected))
    return float(1 / max(excess, 1e-6))


def _tail(counts: Counts, expected: NDArray[np.float64], size: float) -> NDArray[np.float64]:
    """Probability of a count at least as large."""
    from scipy.special import betainc

    share = expected / (expected + size)
    tail = np.ones(counts.size)
    some = counts > 0
    tail[some] = betainc(counts[some], size, share[some])
    return tail
