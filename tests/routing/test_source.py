"""The sentence under a forecast: what it rests on, each clause where it is true and nowhere else."""

from __future__ import annotations

import msgspec
import pytest

from skillaudit.routing.profiles import find
from skillaudit.schema import Request, Skill
from tests.routing.conftest import World
from tests.routing.test_predict import run

WORLD = World(12, 3, noise=1.0)
AWAY = (*WORLD.skills, Skill(id="away", name="away", description="is hidden"))
STRAY = Request(query="request 0 of 0", gold=("away",), source="evals")
STRANGE = Request(query="сделай презентацию", gold=("s1",), source="evals")

CLAUSES = {
    "descriptors": "no request speaks for this library, so the skills' own descriptors stand in",
    "elsewhere": "on eleven other libraries they say how often it ranks real requests right",
    "lost": "the right skill of 1 of 37 requests is not on offer",
    "gone": "1 of 13 skills are not on offer",
    "often": "each request counts as often as it came",
    "written": "the requests are in the words of the skills' authors",
    "strange": "1 of the requests are in a script that no descriptor is written in",
}


def mined(requests: tuple[Request, ...]) -> tuple[Request, ...]:
    return tuple(msgspec.structs.replace(request, source="mined") for request in requests)


def weighed(requests: tuple[Request, ...]) -> tuple[Request, ...]:
    return (msgspec.structs.replace(requests[0], weight=3.0), *requests[1:])


@pytest.mark.parametrize(
    ("router", "requests", "library", "said"),
    [
        (None, WORLD.requests, None, set()),
        ("local", WORLD.requests, None, set()),
        (None, (), None, {"descriptors"}),
        ("local", (), None, {"descriptors", "elsewhere"}),
        (None, (*WORLD.requests, STRAY), AWAY, {"lost"}),
        (None, (), AWAY, {"descriptors", "gone"}),
        (None, weighed(WORLD.requests), None, {"often"}),
        (None, mined(WORLD.requests), None, {"written"}),
        ("fast", mined(WORLD.requests), None, set()),
        (None, (*mined(WORLD.requests), STRAY), None, {"lost"}),
        (None, (*WORLD.requests, STRANGE), None, {"strange"}),
    ],
)
def test_each_clause_stands_where_it_is_true(
    router: str | None, requests: tuple[Request, ...], library: tuple[Skill, ...] | None, said: set[str]
) -> None:
    source = run(WORLD, router, requests, library).forecast.source
    assert {name for name, clause in CLAUSES.items() if clause in source} == said
    begins = find(router, "hybrid").provenance
    assert source.startswith(begins) and source.endswith(".")
    if not said:
        assert source == f"{begins}."
    assert "come from an index" not in source
