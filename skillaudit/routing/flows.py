"""Who is expected to take whose requests: per skill, per pair, and by kind of error."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from skillaudit.routing.evidence import Evidence
from skillaudit.routing.outcome import Outcome
from skillaudit.routing.records import SkillFlow
from skillaudit.schema import Pair, Request, RequestLoss, Skill, Taxonomy
from skillaudit.stats.draws import beta_bounds, gamma_bounds

if TYPE_CHECKING:
    from scipy.sparse import csr_array


Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EXAMPLES = 5
"""Requests shown per skill, each way."""
PAIR_LIMIT = 500
PAIR_SHARE = 0.005
"""Least share of a skill's requests that makes a pair worth reporting."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Expected losses, one entry per (request, rival) with mass, and their sum per pair of skills."""

    row: Ints
    """(E,) row of the evidence."""
    victim: Ints
    """(E,) skill that owns the request; -1 where that is missing from the list."""
    taker: Ints
    """(E,) skill that takes it."""
    mass: Floats
    """(E,) probability."""
    weight: Floats
    """(E,) how often the request comes."""
    between: csr_array
    """(N, N) expected number of requests of the row's skill taken by the column's."""
    strays: csr_array
    """(H, N) the same for skills that own requests and are missing from the list."""
    owned: Floats
    """(N,) requests per skill, each as often as it comes."""
    total: float
    """Requests that have a right skill, on offer or not."""

    @property
    def absorbed(self) -> Floats:
        """(N,) expected number of other skills' requests that each skill takes."""
        taken = self.between.sum(axis=0) + self.strays.sum(axis=0)
        return np.asarray(taken, dtype=np.float64).ravel()

    @property
    def lost(self) -> Floats:
        """(N,) expected number of its own requests that each skill loses to others."""
        return np.asarray(self.between.sum(axis=1), dtype=np.float64).ravel()


def traffic(evidence: Evidence, outcome: Outcome) -> Traffic:
    """Lay out the expected losses of all requests that some skill owns."""
    from scipy.sparse import csr_array

    mass = outcome.hijack[:, None] * outcome.shares
    mass *= evidence.judged[:, None] & (evidence.rivals >= 0)
    row, column = np.nonzero(mass > 1e-9)
    victim, taker = evidence.gold[row], evidence.rivals[row, column]
    values, weight = mass[row, column], evidence.weight[row]
    often = values * weight
    known = victim >= 0
    missing = int(evidence.hidden.max(initial=-1)) + 1
    own = evidence.routed
    owned = np.bincount(evidence.gold[own], weights=evidence.weight[own], minlength=evidence.size)
    return Traffic(
        row=row.astype(np.int64),
        victim=victim,
        taker=taker,
        mass=values,
        weight=weight,
        between=csr_array(
            (often[known], (victim[known], taker[known])), shape=(evidence.size, evidence.size)
        ),
        strays=csr_array(
            (often[~known], (evidence.hidden[row][~known], taker[~known])), shape=(missing, evidence.size)
        ),
        owned=np.asarray(owned, dtype=np.float64),
        total=float(evidence.weight[evidence.judged].sum()),
    )


def taxonomy(
    flow: Traffic, families: Sequence[str], labels: Sequence[int], near: Ints | None, holes: set[int]
) -> Taxonomy:
    """Split the hijack rate by kind of error (DESIGN section 5).

    Capture when the taker is a black hole; else local when both share a confusable cluster or a family, or
    the taker is among the owner's nearest neighbours; else drift. What skills lose that are missing from the list
    is capture or drift: nothing is near to what is not there.
    """
    pairs = flow.between.tocoo()
    victim, taker = pairs.coords
    captured = np.isin(taker, np.fromiter(holes, dtype=np.int64, count=len(holes)))
    cluster = np.asarray(labels, dtype=np.int64)
    family = np.unique(np.asarray(families, dtype=object).astype(str), return_inverse=True)[1]
    local = (cluster[victim] == cluster[taker]) & (cluster[victim] >= 0)
    local |= family[victim] == family[taker]
    for others in (
        () if near is None else near.T
    ):  # all of them at once would take a tenth of the room of an audit
        local |= others[victim] == taker
    total = max(flow.total, 1.0)
    parts = [float(pairs.data[mask].sum()) for mask in (local & ~captured, ~local & ~captured, captured)]
    gone = flow.strays.tocoo()
    taken = np.isin(gone.coords[1], list(holes))
    parts[1] += float(gone.data[~taken].sum())
    parts[2] += float(gone.data[taken].sum())
    return Taxonomy(local=parts[0] / total, drift=parts[1] / total, capture=parts[2] / total)


def examples(
    flow: Traffic, evidence: Evidence, skills: Sequence[Skill], requests: Sequence[Request], by_taker: bool
) -> list[tuple[RequestLoss, ...]]:
    """For each skill its likeliest lost requests, or with `by_taker` its likeliest stolen ones."""
    if not (evidence.request >= 0).any():  # descriptors stand in, and are nobody's words
        return [()] * len(skills)
    owner = flow.taker if by_taker else flow.victim
    if not by_taker:  # a lost request is shown once, with its likeliest taker
        best = np.lexsort((flow.taker, -flow.mass, flow.row))
        _, first = np.unique(flow.row[best], return_index=True)
        entries = best[first]
    else:
        entries = np.arange(len(flow.row))
    order = entries[np.lexsort((flow.row[entries], -flow.mass[entries], owner[entries]))]
    starts = np.searchsorted(owner[order], np.arange(len(skills) + 1))
    found: list[tuple[RequestLoss, ...]] = []
    for skill in range(len(skills)):
        losses = []
        for entry in order[starts[skill] : min(starts[skill + 1], starts[skill] + EXAMPLES)]:
            position = int(evidence.request[flow.row[entry]])
            if position < 0 or flow.mass[entry] < 0.005:
                continue
            request = requests[position]
            victim = int(flow.victim[entry])
            losses.append(
                RequestLoss(
                    query=request.query,
                    gold=skills[victim].id if victim >= 0 else request.gold[0],
                    taken_by=skills[int(flow.taker[entry])].id,
                    probability=float(min(1.0, flow.mass[entry])),
                    source=request.source,
                    origin=request.origin,
                )
            )
        found.append(tuple(losses))
    return found


def skill_flows(
    skills: Sequence[Skill],
    requests: Sequence[Request],
    evidence: Evidence,
    outcome: Outcome,
    flow: Traffic,
    level_sd: float,
) -> tuple[SkillFlow, ...]:
    """Rates of each skill, in order.

    `level_sd` is the relative uncertainty of the library's whole hijack mass, shared by all skills. On top of
    it a victim rate carries the noise of its few requests, and absorbed mass that of which skills' requests
    were drawn (a Poisson bootstrap over skills, in closed form).
    """
    size = len(skills)
    lost = flow.lost
    owned = flow.owned
    judged = np.where(owned > 0, owned, 1.0)
    rate = np.clip(lost / judged, 0.0, 1.0)
    own = evidence.routed
    squared = evidence.weight**2
    spread = np.bincount(
        evidence.gold[own], weights=(squared * outcome.hijack * (1 - outcome.hijack))[own], minlength=size
    )
    low, high = beta_bounds(rate, spread / judged**2 + (rate * (1 - rate) * level_sd) ** 2)
    absorbed = flow.absorbed
    noise = np.bincount(flow.taker, weights=flow.weight**2 * flow.mass * (1 - flow.mass), minlength=size)
    squares = sum(
        np.asarray(taken.multiply(taken).sum(axis=0), dtype=np.float64).ravel()
        for taken in (flow.between, flow.strays)
    )
    took_low, took_high = gamma_bounds(absorbed, squares + noise + (absorbed * level_sd) ** 2)
    others = np.maximum(flow.total - owned, 1.0)
    real = bool((evidence.request >= 0).any())
    counted = np.bincount(evidence.gold[own], minlength=size)
    lost_examples = examples(flow, evidence, skills, requests, by_taker=False)
    stolen = examples(flow, evidence, skills, requests, by_taker=True)
    flows = []
    for row, skill in enumerate(skills):
        has = bool(owned[row] > 0) and real
        flows.append(
            SkillFlow(
                id=skill.id,
                requests=int(counted[row]) if real else 0,
                victim_rate=float(rate[row]) if has else None,
                victim_low=float(low[row]) if has else None,
                victim_high=float(high[row]) if has else None,
                absorbed=float(absorbed[row]),
                absorbed_low=float(took_low[row]),
                absorbed_high=float(took_high[row]),
                absorbed_share=float(min(1.0, absorbed[row] / others[row])),
                lost=lost_examples[row],
                stolen=stolen[row],
            )
        )
    return tuple(flows)


def top_pairs(
    skills: Sequence[Skill],
    requests: Sequence[Request],
    evidence: Evidence,
    flow: Traffic,
    contested: npt.NDArray[np.bool_],
) -> tuple[Pair, ...]:
    """Pairs that lose most requests to each other, both ways; at most `PAIR_LIMIT`. Cosines are left to the caller."""
    size = len(flow.owned)
    share = flow.between.multiply(1.0 / np.where(flow.owned > 0, flow.owned, 1.0)[:, None]).tocsr()
    # Of two that add up to so much, one is half of it or more.
    some = np.flatnonzero(share.data >= PAIR_SHARE / 2)
    if not len(some):
        return ()
    one, other = (end[some].astype(np.int64) for end in share.tocoo().coords)
    left, right = np.divmod(np.unique(np.minimum(one, other) * size + np.maximum(one, other)), size)
    keep = (left < right) & (share[left, right] + share[right, left] >= PAIR_SHARE)
    left, right = left[keep], right[keep]
    if not len(left):
        return ()
    lost = flow.between[left, right] + flow.between[right, left]
    order = np.lexsort((right, left, -np.round(lost, 12)))[:PAIR_LIMIT]
    left, right = left[order], right[order]
    flow = _among(flow, np.union1d(left, right))
    moved = _flips(left, right, skills, requests, evidence, flow)
    shared = _contested_pairs(left, right, evidence, flow, contested)
    pairs = []
    for index, (a, b) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        pairs.append(
            Pair(
                a=skills[a].id,
                b=skills[b].id,
                a_to_b=float(min(1.0, share[a, b])),
                b_to_a=float(min(1.0, share[b, a])),
                requests=moved[index],
                contested=bool(shared[index]),
            )
        )
    return tuple(pairs)


def _among(flow: Traffic, some: Ints) -> Traffic:
    """The entries between `some` skills alone."""
    chosen = np.isin(np.arange(len(flow.owned)), some)
    kept = np.flatnonzero((flow.victim >= 0) & chosen[flow.victim] & chosen[flow.taker])
    entries = ("row", "victim", "taker", "mass", "weight")
    return dataclasses.replace(flow, **{name: getattr(flow, name)[kept] for name in entries})


def _contested_pairs(
    left: Ints, right: Ints, evidence: Evidence, flow: Traffic, contested: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Which pairs exchange, for the most part, requests that both answer."""
    size = evidence.size
    row, column = np.nonzero(contested)
    answered = row * size + evidence.rivals[row, column]
    key = np.minimum(flow.victim, flow.taker) * size + np.maximum(flow.victim, flow.taker)
    inside = np.isin(flow.row * size + flow.taker, answered)
    keys, place = np.unique(key, return_inverse=True)
    often = flow.mass * flow.weight
    total = np.bincount(place, weights=often, minlength=len(keys))
    shared = np.bincount(place, weights=often * inside, minlength=len(keys))
    at = np.searchsorted(keys, left * size + right)
    return np.asarray(shared[at] >= 0.5 * np.maximum(total[at], 1e-12))


def _flips(
    left: Ints,
    right: Ints,
    skills: Sequence[Skill],
    requests: Sequence[Request],
    evidence: Evidence,
    flow: Traffic,
) -> list[tuple[RequestLoss, ...]]:
    """Requests of each pair that change hands, likeliest first."""
    size = evidence.size
    key = np.minimum(flow.victim, flow.taker) * size + np.maximum(flow.victim, flow.taker)
    order = np.lexsort((flow.row, -flow.mass, key))
    wanted = left * size + right
    starts = np.searchsorted(key[order], wanted)
    stops = np.searchsorted(key[order], wanted, side="right")
    found = []
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        moved = []
        for entry in order[start : min(stop, start + EXAMPLES)]:
            position = int(evidence.request[flow.row[entry]])
            if position >= 0 and flow.mass[entry] >= 0.005:
                moved.append(
                    RequestLoss(
                        query=requests[position].query,
                        gold=skills[int(flow.victim[entry])].id,
                        taken_by=skills[int(flow.taker[entry])].id,
                        probability=float(min(1.0, flow.mass[entry])),
                        source=requests[position].source,
                        origin=requests[position].origin,
                    )
                )
        found.append(tuple(moved))
    return found
