"""Requests that meet one choice after another, held against the same sums in plain loops."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.routing.profiles import RouterProfile, find
from skillaudit.routing.rates import DIMENSIONS, draw
from skillaudit.routing.reading import Reader, RouterView
from skillaudit.routing.staged import LEAST, PARTS, Joint, Level, Way, joint
from skillaudit.stats.draws import normals
from tests.routing.conftest import World

Z = normals(DIMENSIONS, 0)
FRONTIER, LOCAL = find("frontier", "hybrid"), find("local", "hybrid")


def level(world: World, asked: list[int] | None = None) -> Level:
    reader = Reader(world.skills, world.requests, world.scorer)
    return Level(reader, asked if asked is not None else list(range(len(world.requests))))


def weighed(world: World, weights: list[float]) -> World:
    """The same world, its requests coming so often."""
    world.requests = tuple(
        msgspec.structs.replace(request, weight=weight)
        for request, weight in zip(world.requests, weights, strict=True)
    )
    return world


def twins(world: World) -> World:
    """The same world, every second skill nearly the one before it."""
    world.scorer.skills[1::2] = world.scorer.skills[::2]
    world.scorer.skills[1::2, 0] += 0.05
    return world


def must(found: Joint | None) -> Joint:
    assert found is not None
    return found


def rates_at(view: RouterView, request: int) -> tuple[float, float, float]:
    """How often a request is right, is wrong, and is wrong with a skill that answers it too, at one choice."""
    row = view.judged.request.tolist().index(request)
    shares = float((view.outcome.shares[row] * view.contested[row]).sum())
    return float(view.outcome.right[row]), float(view.outcome.hijack[row]), shares


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(
    router=st.sampled_from(["frontier", "local"]),
    seeds=st.tuples(st.integers(0, 9), st.integers(0, 9)),
    straight=st.sets(st.integers(0, 11), max_size=12),
    weights=st.lists(st.sampled_from([1.0, 2.5, 4.0]), min_size=12, max_size=12),
)
def test_a_request_is_right_where_it_is_at_every_choice(
    router: str, seeds: tuple[int, int], straight: set[int], weights: list[float]
) -> None:
    profile = find(router, "hybrid")
    worlds = [weighed(twins(World(6, 2, noise=3.0, seed=seed, idle=1)), [*weights, 1.0]) for seed in seeds]
    outer, inner = map(level, worlds)
    doors = {one: ("",) if one in straight else ("", "door") for one in range(12)}
    ways = {one: Way(doors[one], owner=one // 2) for one in range(12)}
    found = must(joint({"": outer, "door": inner}, ways, profile, Z))
    views = {"": outer.reader.view(profile), "door": inner.reader.view(profile)}
    assert views[""].contested.any() and found.part > 0
    expected = []
    mass = both = 0.0
    weight = dict(enumerate(views[""].judged.weight.tolist()))
    for one in range(12):
        right, wrong = 1.0, 0.0
        for door in doors[one]:
            here, astray, shared = rates_at(views[door], one)
            mass += right * astray * weight[one]
            both += right * astray * weight[one] * shared
            right, wrong = right * here, wrong + right * astray
        expected.append((right, wrong, weight[one], one // 2))
    shown = sorted(
        zip(
            found.shown.right.tolist(),
            found.shown.hijack.tolist(),
            found.shown.weight.tolist(),
            found.shown.owners.tolist(),
            strict=True,
        )
    )
    assert np.array(shown) == pytest.approx(np.array(sorted(expected)))
    assert found.part == pytest.approx(both / max(mass, 1e-12))
    assert (found.drawn.right + found.drawn.hijack < 1 + 1e-9).all() and (found.drawn.hijack >= 0).all()
    if router == "local":
        assert found.drawn.right == pytest.approx(found.shown.mean(found.shown.right))
        assert found.drawn.hijack == pytest.approx(found.shown.mean(found.shown.hijack))
        return
    # So few requests are one part for each way: its draws are those of a library that only they ask.
    reached = hijacked = np.zeros(len(Z))
    for stops in {("",), ("", "door")} & set(doors.values()):
        asked = [one for one in range(12) if doors[one] == stops]
        through, lost = np.ones(len(Z)), np.zeros(len(Z))
        for world in worlds[: len(stops)]:
            view = Reader(world.skills, [world.requests[one] for one in asked], world.scorer).view(profile)
            drawn = draw(view.judged, view.outcome, view.fit, Z, view.extra_sd)
            through, lost = through * drawn.right, lost + through * drawn.hijack
        part = sum(weights[one] for one in asked) / sum(weights)
        reached, hijacked = reached + through * part, hijacked + lost * part
    assert found.drawn.right == pytest.approx(reached) and found.drawn.hijack == pytest.approx(hijacked)


@pytest.mark.parametrize("profile", [FRONTIER, LOCAL], ids=lambda profile: profile.name)
def test_one_choice_is_drawn_as_if_there_were_no_stages(profile: RouterProfile) -> None:
    world = weighed(World(7, 3, noise=3.0), [1.0, 3.0, 2.0] * 7)
    only = level(world)
    found = must(joint({"": only}, {one: Way(("",), one // 3) for one in range(21)}, profile, Z))
    view = only.reader.view(profile)
    plain = draw(view.judged, view.outcome, view.fit, Z, view.extra_sd)
    assert found.drawn.right == pytest.approx(plain.right, abs=1e-3)
    assert found.drawn.hijack == pytest.approx(plain.hijack, abs=1e-3)
    assert found.part == pytest.approx(view.contested_part)


def test_a_router_that_is_weaker_than_thought_is_so_at_every_choice() -> None:
    both = level(World(9, 3, noise=3.0))
    ways = {one: Way(("", "again"), one // 3) for one in range(27)}
    found = must(joint({"": both, "again": both}, ways, FRONTIER, Z))
    once = must(joint({"": both}, {one: Way(("",), way.owner) for one, way in ways.items()}, FRONTIER, Z))
    # One draw for the whole way, and hard requests hard twice: both make the product more than that of the means.
    assert found.drawn.right.mean() > once.drawn.right.mean() ** 2 + 0.01
    assert np.corrcoef(found.drawn.right, once.drawn.right)[0, 1] > 0.99


def test_requests_are_known_by_their_numbers_in_the_whole_library() -> None:
    world, other = World(5, 2, noise=3.0), World(4, 2, noise=3.0, seed=2)
    numbers = [40 + 3 * one for one in range(10)]
    shifted = {"": level(world, numbers)}
    ways = {number: Way(("",), owner=at) for at, number in enumerate(numbers)}
    plain = {at: Way(("",), owner=at) for at in range(10)}
    assert must(joint(shifted, ways, LOCAL, Z)).shown.owners.tolist() == (
        must(joint({"": level(world)}, plain, LOCAL, Z)).shown.owners.tolist()
    )
    # One that meets a choice where it is not known is left out; where all are, nothing judges the library.
    two = shifted | {"door": level(other, numbers[:8])}
    long = {number: Way(("", "door"), owner=at) for at, number in enumerate(numbers)}
    assert sorted(must(joint(two, long, LOCAL, Z)).shown.owners.tolist()) == list(range(8))
    assert joint(two, {number: long[number] for number in numbers[8:]}, LOCAL, Z) is None
    assert joint(two, {}, LOCAL, Z) is None


@pytest.mark.parametrize("count", [1, LEAST - 1, 2 * LEAST, PARTS * LEAST, 3 * PARTS * LEAST])
def test_hard_requests_are_taken_together(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    hard: list[float] = []

    def seen(evidence, outcome, fit, z, extra_sd=0.0):  # type: ignore[no-untyped-def]  # stands in for `draw`
        sizes.append(len(evidence.gold))
        hard.extend([float(evidence.clearance.min()), float(evidence.clearance.max())])
        return draw(evidence, outcome, fit, z, extra_sd)

    monkeypatch.setattr("skillaudit.routing.staged.draw", seen)
    world = World(8, -(-count // 8), noise=3.0)
    world.requests = world.requests[:count]
    joint({"": level(world)}, {one: Way(("",), 0) for one in range(count)}, FRONTIER, Z)
    assert sum(sizes) == count and len(sizes) == max(1, min(PARTS, count // LEAST))
    assert hard == sorted(hard) and max(sizes) - min(sizes) <= 1
