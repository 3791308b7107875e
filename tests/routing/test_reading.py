"""What a profile makes of the requests: shifts of their sources, requests that need nothing, and what is read once."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
import pytest

from skillaudit.routing.idle import everyday
from skillaudit.routing.profiles import RouterProfile, find
from skillaudit.routing.reading import Reader, RouterView
from skillaudit.routing.scripts import SHIFT
from skillaudit.schema import Request, RequestSource
from tests.routing.conftest import VectorScorer, World

SOURCES: dict[RequestSource, tuple[float, float]] = {
    "mined": (-0.4, 0.3),
    "evals": (0.0, 0.0),
    "body": (0.2, 0.5),
}
FIT = msgspec.structs.replace(find("frontier", "hybrid").fits["hybrid"], sources=SOURCES)
PROFILE = RouterProfile(name="mine", kind="choice", description="", fits={"hybrid": FIT})


def view(world: World, requests: Sequence[Request] | None = None, *, strangers: bool = False) -> RouterView:
    asked = world.requests if requests is None else requests
    return Reader(world.skills, asked, world.scorer, strangers=strangers).view(PROFILE)


def sourced(world: World, sources: Sequence[RequestSource], weights: Sequence[float]) -> tuple[Request, ...]:
    return tuple(
        msgspec.structs.replace(request, source=source, weight=weight)
        for request, source, weight in zip(world.requests, sources, weights, strict=True)
    )


def test_each_request_is_shifted_as_its_source_is_and_what_is_not_known_is_their_mean() -> None:
    world = World(4, 1)
    found = view(world, sourced(world, ["mined", "evals", "body", "file"], [1.0, 1.0, 5.0, 1.0]))
    assert found.judged.shift.tolist() == [-0.4, 0.0, 0.2, 0.0]
    assert found.extra_sd == pytest.approx((0.3 + 5 * 0.5) / 8)
    assert not found.evidence.shift.any(), "the evidence itself is of the words alone"
    plain = view(world, sourced(world, ["evals", "file", "evals", "file"], [1.0] * 4))
    assert plain.extra_sd == 0.0 and plain.judged is plain.evidence
    assert found.outcome.right[0] < plain.outcome.right[0] and found.supported


def test_words_in_a_script_that_no_descriptor_has_are_harder() -> None:
    world = World(3, 1)
    strange = msgspec.structs.replace(world.requests[1], query="сделай это")
    world.scorer.queries[strange.query] = world.scorer.queries[world.requests[1].query]
    found = view(
        world, (world.requests[0], strange, msgspec.structs.replace(world.requests[2], source="mined"))
    )
    assert found.judged.shift == pytest.approx([0.0, SHIFT[0], -0.4])
    assert found.extra_sd == pytest.approx((SHIFT[1] + 0.3) / 3)


def test_requests_that_need_nothing_are_made_where_none_is_given_and_they_are_wanted() -> None:
    world = World(5, 1)
    assert view(world).idle.judged.all()
    made = view(world, strangers=True)
    assert not made.idle.judged.any() and len(made.idle.gold) >= len(everyday()[0])
    assert made.evidence.judged.all()
    given = World(5, 1, idle=2)
    assert int((~view(given, strangers=True).idle.judged).sum()) == 2


def test_what_a_removal_spares_is_known_where_something_needs_nothing() -> None:
    assert view(World(5, 1)).spared(0, 0.0) is None
    lone = World(0, 0, idle=3)
    assert view(lone).spared(0, 0.0) is None
    world = World(5, 1, idle=3)
    claimed = Reader(world.skills, world.requests, world.scorer, catch_all=1.0).view(PROFILE)
    fewer = claimed.spared(0, 0.0)
    assert fewer is not None and 0 < fewer <= 1
    assert (claimed.spared(0, 1.0) or 0.0) < fewer
    assert view(world).spared(0, 1.0) == 0.0, "never below nothing"


class Counted(VectorScorer):
    """Tells how many requests it was asked about."""

    asked = 0

    def scores(self, queries: Sequence[str]) -> npt.NDArray[np.float32]:
        self.asked += len(queries)
        return super().scores(queries)


def test_profiles_that_see_scores_alike_have_them_read_once() -> None:
    world = World(5, 2)
    scorer = Counted(world.scorer.skills, world.scorer.queries)
    reader = Reader(world.skills, world.requests, scorer)
    assert reader.scorer_name == "hybrid"
    first = reader.view(PROFILE)
    again = reader.view(msgspec.structs.replace(PROFILE, name="other"))
    assert scorer.asked == 10 and again.evidence is first.evidence
    sharper = msgspec.structs.replace(FIT, beta=2 * FIT.beta)
    other = reader.view(msgspec.structs.replace(PROFILE, fits={"hybrid": sharper}))
    assert scorer.asked == 20 and not np.array_equal(other.evidence.clearance, first.evidence.clearance)


def test_without_requests_descriptors_stand_in_and_are_less_sure() -> None:
    world = World(6, 0)
    found = view(world)
    assert found.fit is not None and not found.supported and found.extra_sd == 0.0
    assert found.judged.gold.tolist() == list(range(6)) and not len(found.evidence.gold)
    shift, deviation = FIT.descriptor
    assert found.fit.coefficients == (FIT.coefficients[0] + shift, *FIT.coefficients[1:])
    assert found.fit.library_sd == pytest.approx(np.hypot(FIT.library_sd, deviation))
    empty = view(World(0, 0))
    assert empty.fit == FIT and not len(empty.judged.gold)
    # A local scorer takes some skill for sure: it errs by a wrong one, and fires on everything.
    local = Reader(world.skills, (), world.scorer).view(find("local", "hybrid"))
    assert local.outcome.right + local.outcome.hijack == pytest.approx(1.0)
    assert local.outcome.right.min() > 0 and local.outcome.right.max() < 1
