"""Real decision logs and label sets, and scorers over them, for the routing benchmarks."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from skillaudit.cache import Cache
from skillaudit.embedding.stage import embed
from skillaudit.routing.decisions import DecisionLog, Observation, read_decisions, read_library, read_lines
from skillaudit.routing.profiles import Contrast
from skillaudit.routing.table import DecisionTable, tabulate
from skillaudit.schema import ScorerName, Skill
from skillaudit.scoring import LexicalScorer, Scorer, make_scorer
from tests.routing.parts import subset

SCORERS: tuple[ScorerName, ...] = ("hybrid", "dense", "lexical")
CONTRAST: dict[ScorerName, Contrast] = {
    "hybrid": Contrast(24.0, 0.3),
    "dense": Contrast(24.0, 0.8),
    "lexical": Contrast(24.0, 0.15),
}
"""How the clearance is read off the scores. The held-out log-loss on bfcl_pool is flat around these; for vectors, whose
cosines are never near zero, differences (a large offset) are best, for words ratios."""
DIFFERENCES: dict[ScorerName, Contrast] = {
    "hybrid": Contrast(60.0),
    "dense": Contrast(30.0),
    "lexical": Contrast(60.0),
}
"""The same without ratios, to compare."""
LABELS = ("metatool", "uipath_activation", "marketing_evals", "materials_evals", "golang_evals")
LISTINGS: dict[str, int | None] = {"names": 0, "cut 40": 40, "cut 80": 80, "full": None}
MAX_REQUESTS = 1500

Floats = npt.NDArray[np.float64]
Rank = Callable[[Sequence[str]], npt.NDArray[np.float32]]


def arguments(text: str | None) -> argparse.ArgumentParser:
    """A parser with the option that every benchmark takes."""
    parser = argparse.ArgumentParser(description=text)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the real data")
    return parser


@cache
def _cache() -> Cache:
    return Cache()


def encoder() -> Callable[[Sequence[str]], npt.NDArray[np.float32]]:
    """The default embedder, with its cache."""
    return partial(embed, cache=_cache())


def scorer_of(name: ScorerName, skills: Sequence[Skill]) -> Scorer:
    """A scorer over some skills."""
    texts = [skill.text for skill in skills]
    if name == "lexical":
        return LexicalScorer(texts)
    return make_scorer(name, texts, vectors=encoder()(texts), embed=encoder())


def log_of(data: Path, name: str) -> DecisionLog:
    """A decision log or label set by its folder's name."""
    folder = data / "routing" / name
    library = folder / "library.jsonl.gz"
    skills = read_library(library) if library.exists() else None
    log = read_decisions(folder / "queries.jsonl.gz", skills)
    if len(log.decisions) <= MAX_REQUESTS or log.models:
        return log
    order = sorted(range(len(log.decisions)), key=lambda row: digest(log.decisions[row].query))
    return subset(log, sorted(order[:MAX_REQUESTS]))


def routed(log: DecisionLog) -> DecisionLog:
    """Only the requests that some skill is right for."""
    return subset(log, [row for row, decision in enumerate(log.decisions) if decision.gold])


def digest(text: str) -> str:
    """Hash of a text, for order and splits."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def cut(log: DecisionLog, length: int | None) -> DecisionLog:
    """The same requests over descriptions cut to some length."""
    if length is None:
        return log
    skills = tuple(msgspec.structs.replace(s, description=s.description[:length]) for s in log.skills)
    return DecisionLog(skills=skills, decisions=log.decisions)


def table_of(log: DecisionLog, scorer: ScorerName, contrast: Contrast | None = None) -> DecisionTable:
    """A log as regressors under one scorer."""
    return tabulate(log, scorer_of(scorer, log.skills), contrast or CONTRAST[scorer])


def local_routers(skills: Sequence[Skill]) -> dict[str, Rank]:
    """Local scorers of three kinds, which stand in for routers whose every decision can be known."""
    lexical = LexicalScorer([skill.text for skill in skills])
    return {
        "dense": scorer_of("dense", skills).scores,
        "lexical": lexical.scores,
        "hybrid": scorer_of("hybrid", skills).scores,
    }


def decide(log: DecisionLog, routers: dict[str, Rank]) -> DecisionLog:
    """Let local routers take their best-ranked skill among those on offer."""
    queries = list(dict.fromkeys(decision.query for decision in log.decisions))
    row_of = {query: row for row, query in enumerate(queries)}
    scores = {
        name: np.concatenate([rank(queries[i : i + 256]) for i in range(0, len(queries), 256)])
        for name, rank in routers.items()
    }
    everything = np.arange(len(log.skills))
    decisions = []
    for decision in log.decisions:
        offered = everything if decision.offered is None else decision.offered
        row = row_of[decision.query]
        chosen = {name: int(offered[int(values[row, offered].argmax())]) for name, values in scores.items()}
        decisions.append(
            Observation(query=decision.query, gold=decision.gold, offered=decision.offered, chosen=chosen)
        )
    return DecisionLog(skills=log.skills, decisions=tuple(decisions))


def library_of(data: Path, name: str) -> tuple[tuple[Skill, ...], tuple[str, ...]]:
    """A real library's skills, and their categories (empty text where it has none)."""
    folder = data / "libraries"
    path = next(path for path in sorted(folder.iterdir()) if path.name.split(".jsonl")[0] == name)
    skills, categories = [], []
    for row, (_, value) in enumerate(read_lines(path)):
        text = " ".join(str(value.get("description") or "").split())
        skills.append(
            Skill(
                id=f"{row}:{value['name']}",
                name=str(value["name"]),
                description=text,
                body=str(value.get("body") or ""),
                category=value.get("category"),
            )
        )
        categories.append(str(value.get("category") or ""))
    return tuple(skills), tuple(categories)
