"""A library's own curve: falling, bounded, the same for the same input, and its room."""

from __future__ import annotations

import itertools

import msgspec
import numpy as np
import pytest

from skillaudit.laws.curve import REACH, library_law, nested_order, sizes_of
from skillaudit.laws.forms import Law, chosen_law
from skillaudit.routing.predict import forecast
from skillaudit.routing.profiles import RouterProfile, find
from skillaudit.schema import Estimate, Forecast, LibraryCurve, Request, ScorerName, Skill
from skillaudit.scoring import make_scorer
from tests.routing.conftest import World, coverage


@pytest.fixture(scope="module")
def world() -> World:
    return World(60, 3, noise=2.5)


@pytest.fixture(scope="module")
def law(world: World) -> LibraryCurve:
    return library_law(world.skills, world.requests, world.scorer)


@pytest.fixture(scope="module")
def ranked(world: World) -> LibraryCurve:
    return library_law(world.skills, world.requests, world.scorer, router="local")


def shown(rate: Estimate) -> tuple[float | None, ...]:
    return rate.value, rate.low, rate.high


def told(whole: Forecast) -> tuple[float | None, ...]:
    return (*shown(whole.accuracy), whole.hijack.value)


def ends(law: LibraryCurve) -> tuple[float | None, ...]:
    """What the whole library gets."""
    return (*shown(law.points[-1].accuracy), law.points[-1].hijack)


def test_the_curve_falls_and_ends_at_the_forecast(world: World, law: LibraryCurve) -> None:
    values = [point.accuracy.value or 0 for point in law.points]
    assert [point.n for point in law.points] == sorted({point.n for point in law.points})
    assert all(later <= earlier + 1e-9 for earlier, later in itertools.pairwise(values))
    whole = forecast(
        world.skills,
        world.requests,
        world.scorer,
        families=world.families,
        labels=world.labels,
        neighbors=None,
        coverage=coverage(world.requests),
    )
    assert ends(law) == pytest.approx(told(whole.forecast), abs=1e-6) and not law.note
    for point in law.points:
        assert (
            0 <= (point.accuracy.low or 0) <= (point.accuracy.value or 0) <= (point.accuracy.high or 0) <= 1
        )


def test_requests_of_files_are_easier_on_the_curve_as_in_the_forecast() -> None:
    world = World(40, 3, noise=2.5)
    mined = [
        msgspec.structs.replace(each, source="mined", weight=1.0 + at % 3)
        for at, each in enumerate(world.requests)
    ]
    law = library_law(world.skills, mined, world.scorer)
    whole = forecast(
        world.skills,
        mined,
        world.scorer,
        families=world.families,
        labels=world.labels,
        neighbors=None,
        coverage=coverage(mined),
    )
    assert ends(law) == pytest.approx(told(whole.forecast), abs=1e-6)


def test_a_curve_of_fewer_requests_than_the_forecast_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(40, 3)
    monkeypatch.setattr("skillaudit.laws.curve.MAX_REQUESTS", 100)
    assert "100 of 120 requests" in library_law(world.skills, world.requests, world.scorer).note
    cut = library_law(
        world.skills[:39], world.requests, make_scorer("lexical", [s.text for s in world.skills[:39]])
    )
    assert "3 requests for skills that are not shown are not in the curve" in cut.note


def test_a_local_router_ends_at_its_measured_rank(world: World, ranked: LibraryCurve) -> None:
    scores = world.scorer.scores([request.query for request in world.requests])
    measured = float((scores.argmax(axis=1) == [int(r.gold[0][1:]) for r in world.requests]).mean())
    assert ranked.points[-1].accuracy.value == pytest.approx(measured, abs=0.015)


@pytest.mark.slow
def test_who_always_loads_something_takes_the_wrong_one_wherever_it_errs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def believed(always: float) -> LibraryCurve:
        def found(name: str | None, scorer: ScorerName) -> RouterProfile:
            profile = find(name, scorer)
            fits = {key: msgspec.structs.replace(fit, always=always) for key, fit in profile.fits.items()}
            return msgspec.structs.replace(profile, fits=fits)

        monkeypatch.setattr("skillaudit.laws.curve.find", found)
        return library_law(world.skills, world.requests, world.scorer)

    never, half, ever = (believed(always) for always in (0.0, 0.5, 1.0))
    for low, middle, high in zip(never.points[1:], half.points[1:], ever.points[1:], strict=True):
        assert low.accuracy == middle.accuracy == high.accuracy
        assert low.hijack < middle.hijack < high.hijack
        assert middle.hijack == pytest.approx((low.hijack + high.hijack) / 2, abs=1e-4)
        assert high.hijack == pytest.approx(1 - (high.accuracy.value or 0), abs=1e-4)


def test_one_form_is_chosen_and_both_are_shown(law: LibraryCurve) -> None:
    assert [fitted.form for fitted in law.forms] == ["logarithmic", "capacity"]
    chosen = [fitted for fitted in law.forms if fitted.chosen]
    assert len(chosen) == 1 and chosen_law(law) == Law(form=chosen[0].form, **chosen[0].parameters)
    assert chosen[0].left_out_error == min(fitted.left_out_error or 9 for fitted in law.forms)


@pytest.mark.slow
def test_room_ends_at_the_floor(world: World, law: LibraryCurve) -> None:
    last = law.points[-1].accuracy.value or 0
    below = library_law(world.skills, world.requests, world.scorer, floor=last - 0.005)
    above = library_law(world.skills, world.requests, world.scorer, floor=0.97)
    assert below.room is not None and (below.room.value or 0) > 0
    assert above.room is not None and above.room.value == 0
    assert below.crossing is not None and (below.crossing.value or 0) > 60
    beyond = library_law(world.skills, world.requests, world.scorer, floor=0.4)
    assert beyond.crossing is not None and beyond.crossing.value is None and beyond.crossing.low is not None
    assert beyond.crossing.low < 60 * REACH


def test_a_profile_is_a_formula_and_ranks_are_measured(law: LibraryCurve, ranked: LibraryCurve) -> None:
    assert law.basis == "profile" and ranked.basis == "scorer" and ranked.measured == ()
    assert [point.measured for point in law.points] == [point.accuracy for point in ranked.points]
    fits = {form.form: form for form in law.measured}
    assert fits.keys() == {"logarithmic", "capacity"} and fits["capacity"].parameters["epsilon"] >= 0
    assert [form.parameters for form in law.measured] == [form.parameters for form in ranked.forms]
    assert [point.interference for point in law.points] == sorted(p.interference for p in ranked.points)


def test_a_law_can_fail() -> None:
    """A twin that joins halves the accuracy of its one skill at once, which no smooth form describes."""
    texts = [f"word{at} alone{at}" for at in range(39)] + ["word0 alone0"]
    skills = [Skill(id=f"s{at:02}", name="n", description=text) for at, text in enumerate(texts)]
    asked = [Request(query=texts[0], gold=("s00",), source="file")]
    law = library_law(skills, asked, make_scorer("lexical", [skill.text for skill in skills]))
    assert min(form.r_squared or 0 for form in law.measured) < 0.95


def test_same_input_same_law(world: World, law: LibraryCurve) -> None:
    assert library_law(world.skills, world.requests, world.scorer) == law


def test_small_or_silent_libraries_say_why() -> None:
    small = World(4, 2)
    assert "few skills" in library_law(small.skills, small.requests, small.scorer).note
    silent = World(20, 0)
    assert "no request" in library_law(silent.skills, silent.requests, silent.scorer).note


def test_a_skill_that_joins_moves_no_other() -> None:
    large = World(30, 0).skills
    small = large[:20]
    order = [large[i].id for i in nested_order(large, 3) if i < 20]
    assert order == [small[i].id for i in nested_order(small, 3)]
    assert order != [skill.id for skill in small]


@pytest.mark.parametrize("total", [8, 30, 500, 50_000])
def test_sizes_end_at_the_whole_library(total: int) -> None:
    sizes = sizes_of(total)
    assert sizes[-1] == total and sizes[0] == 5 and len(sizes) <= 12
    assert np.all(np.diff(sizes) > 0)


def test_twins_share_their_requests() -> None:
    words = ("invoice", "travel", "payroll", "contract", "warehouse", "newsletter")
    skills = [
        Skill(id=f"{word}-{side}", name=word, description=f"Handles each {word} of the firm.")
        for word in words
        for side in "ab"
    ]
    requests = [Request(query=f"please see to the {s.name}", gold=(s.id,), source="file") for s in skills]
    scorer = make_scorer("lexical", [skill.text for skill in skills])
    law = library_law(skills, requests, scorer, router="local")
    assert law.points[-1].n == 12
    assert law.points[-1].accuracy.value == pytest.approx(0.5, abs=0.06)
