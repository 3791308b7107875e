"""A scorer over given vectors, and libraries made from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from skillaudit.schema import Coverage, Request, ScorerName, Skill


class VectorScorer:
    """Cosine scores between given vectors of requests and of skills."""

    name: ScorerName = "hybrid"

    def __init__(self, skills: npt.NDArray[np.float32], queries: dict[str, npt.NDArray[np.float32]]) -> None:
        self.skills = np.asarray(skills, dtype=np.float32)
        self.queries = queries

    def scores(self, queries: Sequence[str]) -> npt.NDArray[np.float32]:
        """(Q, N) cosines."""
        if not queries:
            return np.zeros((0, len(self.skills)), dtype=np.float32)
        nothing = np.zeros(self.skills.shape[1], dtype=np.float32)
        rows = [self.queries.get(query, nothing) for query in queries]
        return np.stack(rows).astype(np.float32) @ self.skills.T

    def similarities(self, start: int, stop: int) -> npt.NDArray[np.float32]:
        """(stop - start, N) cosines between skills."""
        return self.skills[start:stop] @ self.skills.T

    def pairs(self, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """(E,) cosines between skills, pair by pair."""
        return np.asarray((self.skills[rows] * self.skills[columns]).sum(axis=1), dtype=np.float32)


def unit(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Rows of length one."""
    norm = np.linalg.norm(values, axis=-1, keepdims=True)
    return (values / np.where(norm > 0, norm, 1.0)).astype(np.float32)


def coverage(requests: Sequence[Request]) -> Coverage:
    """A coverage record that claims nothing."""
    return Coverage(
        requests=len(requests), no_skill_requests=0, judged_skills=0, unjudged=(), sources=(), leaked=0
    )


class World:
    """A library with its requests and scorer."""

    def __init__(
        self, size: int, per_skill: int, *, idle: int = 0, noise: float = 1.0, seed: int = 1
    ) -> None:
        rng = np.random.default_rng(seed)
        vectors = unit(
            rng.standard_normal((size, 24)) + 0.5 * np.repeat(rng.standard_normal((size, 1)), 24, 1)
        )
        self.skills = tuple(Skill(id=f"s{i}", name=f"s{i}", description=f"does {i}") for i in range(size))
        queries: dict[str, npt.NDArray[np.float32]] = {}
        requests = []
        for i in range(size):
            for n in range(per_skill):
                text = f"request {n} of {i}"
                queries[text] = unit(vectors[i] + noise * rng.standard_normal(24) / np.sqrt(24))
                requests.append(Request(query=text, gold=(f"s{i}",), source="evals", home=f"s{i}"))
        for n in range(idle):
            text = f"idle {n}"
            queries[text] = unit(rng.standard_normal(24))
            requests.append(Request(query=text, gold=(), source="evals"))
        self.requests = tuple(requests)
        self.scorer = VectorScorer(vectors, queries)
        self.families = tuple(f"f{i % 5}" for i in range(size))
        self.labels = tuple(i // 4 for i in range(size))
        similar = vectors @ vectors.T
        np.fill_diagonal(similar, -9)
        self.neighbors = np.argsort(-similar, axis=1, kind="stable")[:, : min(10, max(size - 1, 0))]
