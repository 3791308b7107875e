"""Black holes: absorbers, broad descriptors and sweeping claims are found, busy neighbours are not."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest

from skillaudit.routing.borrowed import Borrowed, borrowed
from skillaudit.routing.breadth import (
    BLOCK,
    SAMPLE,
    _request_quartile,
    breadth,
    robust_z,
    sample_starts,
    tail,
)
from skillaudit.routing.holes import broad_rows
from skillaudit.routing.predict import forecast
from skillaudit.schema import BlackHole, Request, Skill
from skillaudit.scoring import LexicalScorer
from tests.routing.conftest import VectorScorer, World, coverage, unit

SIZE = 80
CLAIM = "A universal helper for any task and all kinds of questions."


def families(size: int) -> list[str]:
    return [f"f{row // 8}" for row in range(size)]


def library(seed: int = 0, extra: np.ndarray | None = None) -> World:
    """Ten families of eight skills around a centre each; `extra` adds one more skill's vector."""
    rng = np.random.default_rng(seed)
    world = World(SIZE, 3, seed=seed)
    centres = np.repeat(rng.standard_normal((10, 48)), 8, axis=0)
    vectors = unit(centres + 0.9 * rng.standard_normal((SIZE, 48)) + 0.6 * rng.standard_normal(48))
    queries = {
        request.query: unit(vectors[row // 3] + 0.8 * rng.standard_normal(48) / np.sqrt(48) * 3)
        for row, request in enumerate(world.requests)
    }
    if extra is not None:
        vectors = np.concatenate([vectors, unit(extra)[None]])
        world.skills = (*world.skills, Skill(id="wide", name="wide", description="handles rows and columns"))
    world.scorer = VectorScorer(vectors, queries)
    return world


def holes(world: World, router: str | None = None) -> tuple[BlackHole, ...]:
    return forecast(
        world.skills,
        world.requests,
        world.scorer,
        families=[*families(SIZE), "other"][: len(world.skills)],
        labels=[-1] * len(world.skills),
        neighbors=None,
        router=router,
        coverage=coverage(world.requests),
    ).black_holes


def test_false_alarms_stay_below_one_in_a_hundred_skills() -> None:
    alarms = sum(len(holes(library(seed))) for seed in range(8))
    assert alarms <= 0.01 * 8 * SIZE


@pytest.mark.parametrize("seed", range(4))
def test_a_descriptor_that_lies_over_everything_is_found(seed: int) -> None:
    middle = library(seed).scorer.skills.sum(axis=0)
    found = holes(library(seed, extra=middle))
    hole = next(hole for hole in found if hole.skill == "wide")
    assert hole.families >= 3 and hole.q_value <= 0.05 and not hole.generic_phrases
    assert len(found) <= 2


def test_sweeping_claims_are_found_in_words() -> None:
    world = library(2)
    skills = list(world.skills)
    skills[5] = msgspec.structs.replace(skills[5], description=CLAIM)
    skills[9] = msgspec.structs.replace(skills[9], description="Converts any task list to a table.")
    world.skills = tuple(skills)
    (hole,) = holes(world)
    assert hole.skill == "s5" and hole.evidence == "structure" and len(hole.generic_phrases) >= 2


def test_a_declared_router_is_marked() -> None:
    world = library(2)
    skills = list(world.skills)
    skills[5] = msgspec.structs.replace(skills[5], description=CLAIM, declared_router=True)
    world.skills = tuple(skills)
    (hole,) = holes(world)
    assert hole.declared


def pulled(own: Sequence[Request] = ()) -> World:
    """A library whose eighth skill is asked for by `own`, and pulls at every third request of the others."""
    world = library(2)
    rng = np.random.default_rng(0)
    pull = unit(rng.standard_normal(48))
    vectors = world.scorer.skills.copy()
    vectors[7] = pull
    queries = dict(world.scorer.queries)
    for row, request in enumerate(world.requests):
        if row % 3 == 0:
            queries[request.query] = unit(vectors[row // 3] + 1.6 * pull)
    world.requests = (*world.requests, *own)
    world.scorer = VectorScorer(vectors, queries | {request.query: pull for request in own})
    return world


def test_a_skill_that_takes_from_many_families_is_found_by_requests() -> None:
    world = pulled()
    found = {hole.skill: hole for hole in holes(world, router="local")}
    assert found["s7"].evidence in ("requests", "both")
    assert found["s7"].absorbed > 10 * found["s7"].expected > 0
    assert set(found) == {"s7"} and len(found["s7"].victims) >= 10


def test_one_rival_pair_is_not_a_black_hole() -> None:
    world = library(3)
    world.requests = (
        *world.requests,
        *(Request(query=f"again {i}", gold=("s3",), source="evals") for i in range(20)),
    )
    queries = dict(world.scorer.queries)
    queries |= {f"again {i}": world.scorer.skills[4] for i in range(20)}
    world.scorer = VectorScorer(world.scorer.skills, queries)
    assert "s4" not in {hole.skill for hole in holes(world, router="local")}


def shop(size: int = 48) -> tuple[list[Skill], list[str]]:
    """Eight families, each with words of its own and each skill with three more."""
    skills = [
        Skill(
            id=f"s{row}",
            name=f"s{row}",
            description=f"Makes fam{row % 8}a from fam{row % 8}b with ink{row}x, ore{row}x and oak{row}x.",
        )
        for row in range(size)
    ]
    return skills, [f"f{row % 8}" for row in range(size)]


def test_the_words_of_many_families_are_found_and_those_of_two_are_not() -> None:
    skills, families = shop()
    assert borrowed(skills, families) == {}

    def planted(many: int) -> dict[int, Borrowed]:
        told = ", ".join(f"ink{row}x, ore{row}x" for row in range(many))
        plant = Skill(id="plant", name="bench", description=f"Works on {told}.")
        return borrowed([*skills, plant], [*families, "f0"])

    ((row, found),) = planted(12).items()
    assert row == len(skills) and found.families > 5 and set(found.owners) == set(range(12))
    assert planted(2) == {}
    assert borrowed(skills[:10], families) == {}


def test_requests_never_flag_a_skill_below_its_own_share() -> None:
    own = tuple(Request(query=f"mine {i}", gold=("s7",), source="evals") for i in range(400))
    world = pulled(own)
    taken = [hole.skill for hole in holes(world, router="local") if hole.evidence != "structure"]
    assert "s7" not in taken


def test_capture_counts_what_black_holes_take() -> None:
    middle = library(0).scorer.skills.sum(axis=0)
    world = library(0, extra=middle)
    result = forecast(
        world.skills,
        world.requests,
        world.scorer,
        families=[*families(SIZE), "other"],
        labels=[-1] * (SIZE + 1),
        neighbors=None,
        coverage=coverage(world.requests),
    )
    taken = next(flow.absorbed for flow in result.flows if flow.id == "wide")
    assert result.forecast.taxonomy.capture == pytest.approx(taken / len(world.requests))


def test_breadth_is_silent_for_small_libraries_and_flat_ones() -> None:
    small = World(10, 1)
    assert breadth(small.skills, small.requests, small.scorer) is None
    flat = World(30, 0)
    flat.scorer.skills = np.tile(flat.scorer.skills[:1], (30, 1))
    assert np.abs(breadth(flat.skills, (), flat.scorer)).max() == 0  # type: ignore[arg-type]  # a case of a table
    assert robust_z(np.ones(5)).tolist() == [0] * 5
    assert tail(np.array([-3.0]), "hybrid")[0] == 1 and tail(np.array([3.0]), "hybrid")[0] < 1e-4


def test_requests_that_lean_on_one_skill_count_half(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vague requests lie near to one skill of plain words, which is like no other skill more than they are."""
    from skillaudit.routing import breadth as module

    world = World(40, 3)
    leaning = np.zeros(len(world.skills))
    leaning[0] = 1
    monkeypatch.setattr(module, "_request_quartile", lambda *_: None)
    texts = breadth(world.skills, world.requests, world.scorer)
    monkeypatch.setattr(module, "_request_quartile", lambda *_: leaning + np.arange(len(leaning)) / 1e3)
    asked = breadth(world.skills, world.requests, world.scorer)
    assert texts is not None and asked is not None
    farthest = (len(world.skills) - 1) ** 0.5
    assert texts[0] < 3 < asked[0] <= (texts[0] + farthest + 1) / 2


def test_a_sample_of_a_large_library_gives_nearly_the_same_breadth(monkeypatch: pytest.MonkeyPatch) -> None:
    from skillaudit.routing import breadth as module

    world = World(600, 0, seed=2)
    whole = breadth(world.skills, (), world.scorer)
    monkeypatch.setattr(module, "SAMPLE", 320)
    part = breadth(world.skills, (), world.scorer)
    assert whole is not None and part is not None
    assert np.corrcoef(whole, part)[0, 1] > 0.9


def test_requests_of_its_own_do_not_make_a_skill_broad() -> None:
    world = World(30, 2, noise=2.0)
    away = Request(query=world.requests[3].query, gold=("elsewhere",), source="file")
    both = Request(query=world.requests[4].query + " again", gold=("s2", "elsewhere", "s9"), source="file")
    world.scorer.queries[both.query] = world.scorer.queries[world.requests[4].query]
    asked = (*world.requests, away, both)
    found = _request_quartile(world.skills, asked, world.scorer)
    assert found is not None
    scores = world.scorer.scores([request.query for request in asked])
    known = [at for at, request in enumerate(asked) if request is not away]
    for row in range(30):
        others = sorted(float(scores[at, row]) for at in known if f"s{row}" not in asked[at].gold)
        assert found[row] == pytest.approx(min(1.0, others[round(0.25 * (len(known) - 1))]), abs=1e-6)
    assert _request_quartile(world.skills, world.requests[:19], world.scorer) is None
    assert _request_quartile(world.skills, world.requests[:20], world.scorer) is not None


@pytest.mark.parametrize("size", [SAMPLE + 1, 2_000, 55_142])
def test_a_sample_is_taken_from_end_to_end(size: int) -> None:
    starts = sample_starts(size)
    assert starts[0] == 0 and starts[-1] == size - BLOCK and len(starts) == SAMPLE // BLOCK
    assert np.ptp(np.diff(starts)) <= 1


def test_breadth_under_a_dense_scorer_reads_the_words_too() -> None:
    world = World(40, 0, seed=3)
    subjects = ["invoices", "kernels", "orchids", "tides", "violins"]
    world.skills = tuple(
        msgspec.structs.replace(skill, description=f"sorts {subjects[row % 5]} by colour {row}")
        for row, skill in enumerate(world.skills)
    )
    wide = msgspec.structs.replace(world.skills[0], description="sorts " + ", ".join(subjects) + " by colour")
    world.skills = (wide, *world.skills[1:])
    dense = VectorScorer(world.scorer.skills, {})
    dense.name = "dense"
    alone, joined = (breadth(world.skills, (), scorer) for scorer in (world.scorer, dense))
    assert alone is not None and joined is not None
    assert joined[0] > alone[0] + 0.5
    requests = tuple(
        Request(query=f"sort my {subjects[row % 5]} please {row}", gold=(skill.id,), source="file")
        for row, skill in enumerate(world.skills)
    )
    words = LexicalScorer([skill.text for skill in world.skills])
    dense.scores = lambda queries: np.zeros((len(queries), 40), np.float32)  # type: ignore[method-assign]  # says nothing
    dense.similarities = lambda start, stop: np.zeros((stop - start, 40), np.float32)  # type: ignore[method-assign]  # nor of itself
    asked, said = (breadth(world.skills, requests, scorer) for scorer in (dense, words))
    assert asked is not None and said is not None
    assert asked == pytest.approx(said, abs=1e-4), "words alone, of whose scale nothing is left"


def test_what_is_broader_than_real_skills_are_is_found_and_nothing_in_a_small_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(200, 0)
    wide = np.zeros(200)
    wide[[7, 9]] = 4.0, 1.5
    monkeypatch.setattr("skillaudit.routing.holes.breadth", lambda *_: wide)
    assert broad_rows(world.skills, (), world.scorer) == (7,)
    monkeypatch.setattr("skillaudit.routing.holes.breadth", lambda *_: None)
    assert broad_rows(world.skills[:5], (), world.scorer) == ()
