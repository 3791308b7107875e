"""Libraries behind gateways are read in stages, and their chances multiply."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from skillaudit.config import Config
from skillaudit.load.gateways import parents_of
from skillaudit.pipeline.flow import audit
from skillaudit.pipeline.stages import in_stages
from skillaudit.routing import Routing, SkillFlow
from skillaudit.schema import Estimate, Forecast, Report, Request, Skill, Taxonomy
from tests.reports import small_report

COVERAGE = small_report().forecast.coverage
FIELDS = {
    "kitchen": ("bread", "soup", "salad"),
    "garden": ("roses", "beans", "hedges"),
}


def skill(path: str, router: bool = False) -> Skill:
    return Skill(
        id=path, name=path, description=path, path=f"{path}/SKILL.md", root="r", declared_router=router
    )


SKILLS = (
    skill("kitchen", True), skill("kitchen/bread"), skill("kitchen/soup"), skill("garden", True),
    skill("garden/roses"), skill("garden/x/beans"), skill("alone", True), skill("alone/only"), skill("plain"),
)  # fmt: skip


def test_skills_below_a_gateway_are_behind_it() -> None:
    assert parents_of(SKILLS) == {
        "kitchen/bread": "kitchen", "kitchen/soup": "kitchen", "garden/roses": "garden", "garden/x/beans": "garden"
    }  # fmt: skip
    assert parents_of([replace(one, declared_router=False) for one in SKILLS]) == {}


def exact(value: float) -> Estimate:
    return Estimate(value=value, low=value, high=value)


def routed(ids: Sequence[str], requests: Sequence[Request], right: float) -> Routing:
    """Every request meets its skill with the same chance; the rest goes to another."""
    asked = {one: sum(request.gold[0] == one for request in requests if request.gold) for one in ids}
    nothing = exact(0.0)
    forecast = Forecast(
        router="r", scorer="lexical", accuracy=exact(right), hijack=exact(1 - right), no_skill=nothing,
        false_trigger=nothing, taxonomy=Taxonomy(local=1 - right, drift=0.0, capture=0.0),
        coverage=COVERAGE, source="Told.",
    )  # fmt: skip
    flows = tuple(
        SkillFlow(
            id=one, requests=count, victim_rate=1 - right if count else None, victim_low=1 - right,
            victim_high=1 - right, absorbed=0.0, absorbed_low=0.0, absorbed_high=0.0, absorbed_share=0.0,
        )
        for one, count in asked.items()
    )  # fmt: skip
    return Routing(forecast=forecast, flows=flows, pairs=(), black_holes=())


def test_chances_multiply_where_there_are_two_choices() -> None:
    requests = [
        Request(query=one, gold=(one,), source="file") for one in ("kitchen/bread", "garden/roses", "plain")
    ]
    requests.append(Request(query="nothing", gold=(), source="file"))
    seen: dict[int, list[Request]] = {}

    def part(rows: Sequence[int], some: Sequence[Request]) -> Routing:
        seen[len(rows)] = list(some)
        return routed([SKILLS[row].id for row in rows], some, 0.9 if len(rows) > 2 else 0.8)

    found = in_stages(SKILLS, requests, parents_of(SKILLS), part)
    assert [request.gold for request in seen[5]] == [("kitchen",), ("garden",), ("plain",), ()]
    assert found.forecast.accuracy.value == pytest.approx(0.9 * (2 / 3 * 0.8 + 1 / 3))
    rates = found.forecast
    total = [rate.value or 0.0 for rate in (rates.accuracy, rates.hijack, rates.no_skill)]
    assert sum(total) == pytest.approx(1.0)
    by_id = {flow.id: flow.victim_rate for flow in found.flows}
    assert by_id["kitchen/bread"] == pytest.approx(1 - 0.9 * 0.8) and by_id["plain"] == pytest.approx(0.1)
    assert by_id["garden/x/beans"] is None and [flow.id for flow in found.flows] == [one.id for one in SKILLS]
    assert "5 entries in the first list" in found.forecast.source


def written(folder: Path, *, router: bool) -> Report:
    mark = "metadata:\n  skillaudit-router: category\n" if router else ""
    for field, words in FIELDS.items():
        (folder / field).mkdir(parents=True)
        head = f"---\nname: {field}\ndescription: Everything about the {field}.\n{mark}---\n# {field}\n"
        (folder / field / "SKILL.md").write_text(head)
        for word in words:
            (folder / field / word).mkdir()
            head = f"---\nname: {word}\ndescription: Help with {word} in the {field}.\n---\n"
            text = f'{head}- "{word} for ten people please"\n'
            (folder / field / word / "SKILL.md").write_text(text)
    (folder / "asked.jsonl").write_text(
        "".join(f'{{"query": "{w} in the {f}", "gold": "{w}"}}\n' for f, ws in FIELDS.items() for w in ws)
    )
    config = Config(scorer="lexical", use_cache=False, requests=(folder / "asked.jsonl",))
    return audit([folder], config)


def test_an_audit_reads_a_tree_in_stages(tmp_path: Path) -> None:
    tree, flat = (written(tmp_path / str(router), router=router) for router in (True, False))
    assert "Read in stages: 2 entries in the first list" in tree.forecast.source
    assert "stages" not in flat.forecast.source and flat.law is not None and tree.law is None
    assert tree.forecast.accuracy.value is not None and tree.forecast.accuracy.low is not None
    assert len(tree.skills) == len(flat.skills) == 8 and len(tree.forecasts) == len(flat.forecasts)
    for row in tree.forecasts:
        rates = (row.accuracy, row.hijack, row.no_skill)
        assert sum(rate.value or 0.0 for rate in rates) == pytest.approx(1.0, abs=0.002)
