"""Find black holes: skills that take significantly more than their share, from several families."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from skillaudit.analysis.generic import claims, generic_phrases
from skillaudit.routing.borrowed import RATE, Borrowed, borrowed
from skillaudit.routing.breadth import breadth, tail
from skillaudit.routing.flows import Traffic
from skillaudit.schema import BlackHole, Request, Skill
from skillaudit.stats.counting import benjamini_hochberg

if TYPE_CHECKING:
    from skillaudit.scoring import Scorer

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MAX_Q = 0.05
"""False-discovery rate that is accepted."""
WIDTH_Q = 0.1
"""The same for breadth alone, whose tail real libraries seldom reach: of thirteen, no skill is flagged at 0.05."""
MIN_FAMILIES = 3.0
"""Least effective number of families robbed."""
CLAIM_RATE = 1 / 500
"""Share of real skills that claim everything, rounded up."""
MIN_SKILLS = 4
CROWD = 20.0
"""Skills among which one catch-all stands out fully."""
MAX_VICTIMS = 50


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
    skills: Sequence[Skill],
    flow: Traffic,
    families: Sequence[str],
    near: Ints | None,
    width: Floats | None,
    spared: Callable[[int, float], float | None] | None = None,
) -> tuple[BlackHole, ...]:
    """Find the skills that take, or by their text would take, more than their share from several families.

    `spared` says by how much fewer requests that need nothing fire a skill when a row goes and so much of the
    others claims everything (`RouterView.spared`). Four tests, in falling order of trust:

    - `requests`: the absorbed mass against the neighbourhood's (overdispersed Poisson), Benjamini-Hochberg at
      `MAX_Q`, and never below its own share: it takes no smaller part of the others' requests than it owns of all;
    - `structure`: the breadth of the descriptor against that of skills of real libraries (`width`, (N,)
      p-values or None), Benjamini-Hochberg at `WIDTH_Q`. A scorer that weighs words cannot see how a model
      is drawn to a broad claim, so this stands for requests that were never asked;
    - `structure`: words of several families (`routing.borrowed`);
    - `structure`: a claim on everything in the text itself (`analysis.generic.claims`).

    The first asks for an effective number of families of at least `MIN_FAMILIES`.
    """
    size = len(skills)
    if size < MIN_SKILLS or not flow.between.nnz:
        return ()
    absorbed = flow.absorbed
    expected = expected_share(absorbed, near)
    by_requests = benjamini_hochberg(_excess(absorbed, expected))
    by_width = np.ones(size) if width is None else benjamini_hochberg(width)
    found_claims = [claims(skill.description) for skill in skills]
    claiming_all = np.array([bool(found) for found in found_claims])
    robbed = families_robbed(flow, families, size)
    wide = robbed >= MIN_FAMILIES
    others = np.maximum(flow.total - flow.owned, 1.0)
    own_share = absorbed / others >= flow.owned / max(flow.total, 1.0)
    taken, broad = (by_requests <= MAX_Q) & wide & own_share, by_width <= WIDTH_Q
    lent = borrowed(skills, families)
    lending = np.isin(np.arange(size), list(lent))
    by_text = np.minimum(by_width, np.where(claiming_all, CLAIM_RATE, np.where(lending, RATE, 1.0)))
    structural = broad | claiming_all | lending
    catching = broad | claiming_all
    between = flow.between.tocsc()
    found = []
    for row in np.flatnonzero(taken | structural).tolist():
        start, stop = between.indptr[row], between.indptr[row + 1]
        victims, masses = between.indices[start:stop], between.data[start:stop]
        order = victims[np.lexsort((victims, -masses))]
        left = _standing_out(int(catching.sum()) - int(catching[row]), size - 1)
        by_structure, owners = bool(structural[row]), lent.get(row, Borrowed(0.0, ()))
        robbing = [*dict.fromkeys([*order.tolist(), *owners.owners])]
        found.append(
            BlackHole(
                skill=skills[row].id,
                absorbed=float(absorbed[row]),
                share=float(min(1.0, absorbed[row] / others[row])),
                idle=None if spared is None else spared(row, left),
                expected=float(expected[row]),
                q_value=float(by_requests[row] if taken[row] else by_text[row]),
                families=max(float(robbed[row]), owners.families),
                victims=tuple(skills[victim].id for victim in robbing[:MAX_VICTIMS]),
                generic_phrases=found_claims[row] or generic_phrases(skills[row].text),
                evidence="both" if taken[row] and by_structure else "requests" if taken[row] else "structure",
                declared=skills[row].declared_router,
            )
        )
    return tuple(sorted(found, key=lambda hole: (-hole.absorbed, hole.skill)))


def catch_alls(skills: Sequence[Skill], width: Floats | None) -> list[int]:
    """Return the rows of the skills that claim everything by their text: broad, or in so many words."""
    broad = np.zeros(len(skills), dtype=bool) if width is None else benjamini_hochberg(width) <= WIDTH_Q
    return [row for row, skill in enumerate(skills) if broad[row] or claims(skill.description)]


def claiming(skills: Sequence[Skill], width: Floats | None) -> float:
    """How much of a list claims everything, in [0, 1]: catch-alls draw strangers' requests where they stand out."""
    return _standing_out(len(catch_alls(skills, width)), len(skills))


def spared_by(
    skills: Sequence[Skill], width: Floats | None, spared: Callable[[int, float], float | None]
) -> dict[int, float]:
    """Return what `black_holes` says of false triggers, in [0, 1], by row of each skill that claims everything."""
    rows = catch_alls(skills, width)
    left = _standing_out(len(rows) - 1, len(skills) - 1)
    return {row: spared(row, left) or 0.0 for row in rows}


def _standing_out(catching: int, size: int) -> float:
    return min(1.0, CROWD * catching / size) if size else 0.0


def broad_rows(skills: Sequence[Skill], requests: Sequence[Request], scorer: Scorer) -> tuple[int, ...]:
    """Return the rows of the skills whose descriptors are broader than those of real skills, at `MAX_Q`.

    The second test of `black_holes` without its families; no rows for a library too small to tell.
    """
    width = breadth(skills, requests, scorer)
    if width is None:
        return ()
    return tuple(np.flatnonzero(benjamini_hochberg(tail(width, scorer.name)) <= MAX_Q).tolist())


def _excess(absorbed: Floats, expected: Floats) -> Floats:
    """Probability of absorbing so much or more, were a skill like its neighbourhood."""
    from scipy.special import gammainc

    positive = np.maximum(expected, 1e-9)
    # The dispersion is taken from the middle of the library: losses come in bursts, one pair at a time.
    dispersion = max(1.0, float(np.median((absorbed - expected) ** 2 / positive) / 0.455))
    tails = gammainc(np.maximum(absorbed / dispersion, 1e-9), positive / dispersion)
    return np.where(absorbed > 0, tails, 1.0)
