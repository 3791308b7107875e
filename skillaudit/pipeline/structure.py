"""The geometry of a library in one record: neighbours, clusters, families, hubs, positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skillaudit.analysis.clustering import cluster
from skillaudit.analysis.families import families
from skillaudit.analysis.hubness import (
    K,
    anti_hubs,
    k_occurrence,
    skewness,
    structural_hubs,
    structure,
)
from skillaudit.analysis.naming import name_clusters
from skillaudit.analysis.neighbors import DEFAULT_K, Neighbors, nearest
from skillaudit.cache import Cache
from skillaudit.progress import Progress
from skillaudit.schema import BlackHole, Hubness, Skill
from skillaudit.scoring import Scorer


@dataclass(frozen=True, slots=True)
class Structure:
    """What the descriptors alone say; every sequence runs parallel to the competing skills."""

    neighbors: Neighbors
    labels: tuple[int, ...]
    """Cluster index, -1 for noise."""
    families: tuple[str, ...]
    names: tuple[str, ...]
    """One a cluster."""
    cohesion: tuple[float, ...]
    """One a cluster: mean pairwise similarity inside."""
    occurrence: tuple[int, ...]
    """k-occurrence N_k."""
    clarity: tuple[float | None, ...]
    radius: tuple[float | None, ...]
    hubness: Hubness
    over_general: tuple[BlackHole, ...]
    """Skills that are hubs of many families by structure alone."""
    positions: tuple[tuple[float, float], ...] | None
    """2-D map, where it was asked for."""


def examine(
    shown: Sequence[Skill], scorer: Scorer, cache: Cache | None, progress: Progress, *, positions: bool
) -> Structure:
    """Return the structure of the skills in `shown` under `scorer`."""
    neighbors = nearest(scorer.similarities, len(shown), DEFAULT_K, progress=progress)
    labels = cluster(neighbors)
    groups = families([skill.category for skill in shown], neighbors)
    texts = [skill.text for skill in shown]
    counts = k_occurrence(neighbors, K)
    measures = structure(neighbors)
    return Structure(
        neighbors=neighbors,
        labels=tuple(labels.tolist()),
        families=groups,
        names=name_clusters(texts, labels),
        cohesion=tuple(cohesion(scorer.similarities, labels)),
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
        ),
        positions=None,
    )


def _plain(values: np.ndarray[tuple[int], np.dtype[np.float32]]) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(value) else float(value) for value in values)
