"""Scripts: what a text is written in, and what a forecast says of requests that the scorer cannot read."""

from __future__ import annotations

import msgspec
import pytest

from skillaudit.routing.scripts import LETTERS, foreign, script_of
from skillaudit.schema import Request
from tests.routing.conftest import World
from tests.routing.test_predict import run


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("plain words", "LATIN"),
        ("Füße über Wasser", "LATIN"),
        ("把这份报告做成幻灯片", "CJK"),
        ("プレゼンを作って", "CJK"),
        ("сделай презентацию", "CYRILLIC"),
        ("用 PowerPoint 做一份介绍我们全部产品的演示文稿给客户看", "CJK"),
        ("12 + 30", "LATIN"),
        ("¿?¡!", ""),
        ("é" * LETTERS + "я" * (LETTERS + 1), "LATIN"),
        ("é" * (LETTERS // 2 - 1) + "я" * (LETTERS // 2 + 1) + "é" * LETTERS, "CYRILLIC"),
    ],
)
def test_script_of(text: str, script: str) -> None:
    assert script_of(text) == script


def test_requests_in_another_script_do_not_pass_as_read() -> None:
    world = World(20, 2, noise=2.0)
    queries = dict(world.scorer.queries)
    chinese = []
    for number, request in enumerate(world.requests):
        text = f"请求第{number}号"
        queries[text] = queries[request.query]
        chinese.append(msgspec.structs.replace(request, query=text))
    world.scorer.queries = queries
    plain, strange = run(world).forecast, run(world, requests=tuple(chinese)).forecast
    assert foreign(chinese, world.skills).all() and not foreign(world.requests, world.skills).any()
    assert (strange.accuracy.value or 1) < (plain.accuracy.value or 0) - 0.08
    widths = [(f.accuracy.high or 0) - (f.accuracy.low or 0) for f in (plain, strange)]
    assert widths[1] > 1.5 * widths[0]
    assert "40 of the requests are in a script" in strange.source and "script" not in plain.source


def test_a_library_of_two_scripts_knows_both() -> None:
    world = World(4, 1)
    mixed = (
        *world.skills,
        msgspec.structs.replace(world.skills[0], id="z", name="幻灯片", description="做演示文稿"),
    )
    request = Request(query="请把报告做成幻灯片", gold=(), source="file")
    assert not foreign([request], mixed).any() and foreign([request], world.skills).all()
