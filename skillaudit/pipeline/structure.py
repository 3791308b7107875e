"""The geometry of a library in one record: neighbours, clusters, families, hubs, positions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from skillaudit.analysis import clustering
from skillaudit.analysis.clustering import THRESHOLDS, Labels, cluster_cached
from skillaudit.analysis.families import families
from skillaudit.analysis.hubness import (
    K,
    anti_hubs,
    k_occurrence,
    skewness,
    structural_hubs,
    structure,
)
from skillaudit.analysis.labels import cohesion, name_clusters
from skillaudit.analysis.map2d import layout
from skillaudit.analysis.neighbors import DEFAULT_K, Block, Neighbors, Pairwise, nearest
from skillaudit.analysis.templates import template_families
from skillaudit.cache import Cache
from skillaudit.config import MapMethod
from skillaudit.progress import Progress
from skillaudit.routing.survey import Survey
from skillaudit.schema import BlackHole, EngineName, Hubness, Skill
from skillaudit.scoring import Scorer

CLONED = 0.9
"""Share of a cluster that one template must cover before the cluster counts as copies."""


@dataclass(frozen=True, slots=True)
class Structure:
    """What the descriptors alone say; every sequence runs parallel to the competing skills."""

    pairs: Pairwise
    neighbors: Neighbors
    labels: tuple[int, ...]
    """Cluster index, -1 for noise."""
    families: tuple[str, ...]
    names: tuple[str, ...]
    """One a cluster."""
    cohesion: tuple[float, ...]
    """One a cluster: mean pairwise similarity inside."""
    cloned: tuple[bool, ...]
    """One a cluster: all members fill in the same template."""
    occurrence: tuple[int, ...]
    """k-occurrence N_k."""
    clarity: tuple[float | None, ...]
    radius: tuple[float | None, ...]
    hubness: Hubness
    over_general: tuple[BlackHole, ...]
    """Skills that are hubs of many families by structure alone."""
    surroundings: NDArray[np.int32]
    """The nearest few of each skill, (N, k): a neighbourhood well below the size of the library."""
    positions: tuple[tuple[float, float], ...]
    """2-D map, each coordinate in [-1, 1]; near means similar."""


def examine(
    shown: Sequence[Skill],
    scorer: Scorer,
    vectors: NDArray[np.float32] | None,
    method: MapMethod,
    cache: Cache | None,
    progress: Progress,
    survey: Survey | None = None,
    engine: EngineName = "local",
) -> Structure:
    """Return the structure of the skills in `shown` under `scorer`, with a map by `method`.

    `vectors` are the rows that the map is laid out from, or None where the scorer has none; a `survey`
    of the skills may have their neighbours already.
    """
    # Vectors where there are any: what makes skills confusable is tuned on them, and a sum with the
    # cosines of words has another scale.
    similarities: Block = scorer.similarities
    pairs: Pairwise = scorer.pairs
    if vectors is not None:
        similarities, pairs = cosines(vectors), partial(_pairs, vectors)
    known = None if survey is None else survey.neighbors if vectors is None else survey.by_vectors
    neighbors = (
        nearest(similarities, len(shown), DEFAULT_K, progress=progress, engine=engine)
        if known is None
        else known.top(DEFAULT_K)
    )
    templates = template_families([skill.description for skill in shown])
    scale = THRESHOLDS["lexical" if vectors is None else "dense"]
    labels = cluster_cached(neighbors, cache, thresholds=scale, templates=templates)
    groups = families([skill.category for skill in shown], neighbors)
    texts = [skill.text for skill in shown]
    cloned = _cloned(labels, templates)
    counts = k_occurrence(neighbors, K)
    measures = structure(neighbors)
    places = layout(vectors, neighbors, cache=cache, method=method)
    found = Structure(
        pairs=pairs,
        neighbors=neighbors,
        surroundings=neighbors.top(max(1, min(K, round(math.sqrt(len(shown)))))).indices,
        labels=tuple(labels.tolist()),
        families=groups,
        names=name_clusters(texts, labels),
        cohesion=cohesion(pairs, labels, neighbors),
        cloned=cloned,
        occurrence=tuple(counts.tolist()),
        clarity=_plain(measures.clarity),
        radius=_plain(measures.sink),
        hubness=Hubness(
            k=min(K, neighbors.k),
            skewness=skewness(counts),
            anti_hubs=tuple(shown[row].id for row in anti_hubs(neighbors).tolist()),
        ),
        over_general=tuple(
            BlackHole(
                skill=shown[hub.skill].id,
                absorbed=0.0,
                share=0.0,
                expected=hub.expected,
                q_value=hub.q_value,
                families=hub.families,
                victims=tuple(shown[row].id for row in hub.listed_by),
                generic_phrases=hub.generic_phrases,
                evidence="structure",
                declared=shown[hub.skill].declared_router,
            )
            for hub in structural_hubs(neighbors, groups, texts)
            # Copies of one sentence are near to all others of it, and are reported as what they are.
            if labels[hub.skill] < 0 or not cloned[labels[hub.skill]]
        ),
        positions=tuple((float(x), float(y)) for x, y in places),
    )
    clustering.pairs.cache_clear()  # larger than the lists, and all who ask for them are done
    return found


def _cloned(labels: Labels, templates: Labels) -> tuple[bool, ...]:
    """Return per cluster whether nine members in ten fill in one template."""
    families = (templates[labels == index] for index in range(int(labels.max(initial=-1)) + 1))
    return tuple(
        bool(np.bincount(family[family >= 0], minlength=1).max() >= CLONED * family.size)
        for family in families
    )


def cosines(vectors: NDArray[np.float32]) -> Block:
    """Return the block function of unit row vectors."""
    return lambda start, stop: vectors[start:stop] @ vectors.T


def _pairs(
    vectors: NDArray[np.float32], rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> NDArray[np.float32]:
    return np.asarray(np.einsum("ij,ij->i", vectors[rows], vectors[columns]), dtype=np.float32)


def _plain(values: np.ndarray[tuple[int], np.dtype[np.float32]]) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(value) else float(value) for value in values)
