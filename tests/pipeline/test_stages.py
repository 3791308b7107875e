"""Libraries behind gateways are read in stages, and what was promised of a tree is what its audit says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from msgspec.structs import replace

from skillaudit.clients.gateways import parents_of
from skillaudit.config import Config
from skillaudit.formatters import html, text
from skillaudit.load import load
from skillaudit.optimize.apply.export import export
from skillaudit.optimize.flow import optimize
from skillaudit.optimize.halves import gathered
from skillaudit.optimize.plan_file import plan_of
from skillaudit.pipeline.flow import audit
from skillaudit.pipeline.stages import Around, routed
from skillaudit.pipeline.whatif import what_if
from skillaudit.progress import SILENT
from skillaudit.routing.records import Routing
from skillaudit.schema import Request, ScorerName, Skill
from tests.reports import small_report

pytestmark = pytest.mark.slow

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


class Told:
    """A scorer that was told, for each request, the ids that it finds, best first."""

    name: ScorerName = "lexical"

    def __init__(self, ids: Sequence[str], order: dict[str, Sequence[str]]) -> None:
        self._ids, self._order = ids, order

    def scores(self, queries: Sequence[str]) -> npt.NDArray[np.float32]:
        """A tenth less for each place."""
        found = np.zeros((len(queries), len(self._ids)), dtype=np.float32)
        for row, query in enumerate(queries):
            for place, one in enumerate(self._order.get(query, ())):
                if one in self._ids:
                    found[row, self._ids.index(one)] = 1 - 0.1 * place
        return found

    def similarities(self, start: int, stop: int) -> npt.NDArray[np.float32]:
        """Nothing is alike."""
        return np.eye(len(self._ids), dtype=np.float32)[start:stop]

    def pairs(self, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Nothing is alike."""
        return np.zeros(len(rows), dtype=np.float32)


def staged(order: dict[str, Sequence[str]], requests: Sequence[Request], router: str) -> Routing:
    return routed(
        SKILLS,
        requests,
        Told([one.id for one in SKILLS], order),
        parents_of(SKILLS),
        Around(["f"] * len(SKILLS), [-1] * len(SKILLS), None),
        router=router,
        coverage=COVERAGE,
        library=SKILLS,
    )


ORDER: dict[str, Sequence[str]] = {
    "dough": ("kitchen", "kitchen/bread", "kitchen/soup"),  # right, right
    "broth": ("kitchen", "kitchen/bread", "kitchen/soup"),  # right, wrong
    "thorns": ("kitchen", "garden", "garden/roses"),  # wrong, right
    "plain": ("plain", "kitchen"),  # right, and no second choice
    "hello": (),
}
GOLD = {"dough": "kitchen/bread", "broth": "kitchen/soup", "thorns": "garden/roses", "plain": "plain"}
ASKED = [Request(query=q, gold=(GOLD[q],) if q in GOLD else (), source="file") for q in ORDER]


def test_who_is_right_at_every_choice_is_right() -> None:
    found = staged(ORDER, ASKED, "local")
    rates = found.forecast
    assert rates.accuracy.value == pytest.approx(2 / 4) and rates.hijack.value == pytest.approx(2 / 4)
    assert sum((rates.taxonomy.local, rates.taxonomy.drift, rates.taxonomy.capture)) == pytest.approx(2 / 4)
    by_id = {flow.id: flow.victim_rate for flow in found.flows}
    assert by_id["kitchen/bread"] == pytest.approx(1 - 2 / 2) and by_id["kitchen/soup"] == pytest.approx(1.0)
    assert by_id["garden/x/beans"] is None and [flow.id for flow in found.flows] == [one.id for one in SKILLS]
    assert "5 entries in the first list" in rates.source


def test_what_is_not_known_of_a_router_is_drawn_once_for_the_whole_way() -> None:
    """A router weaker than thought is so at both choices: the mean of the product is above the product of the means."""
    asked = [one for one in ASKED if one.query == "dough"]
    found = staged(ORDER, asked, "older").forecast
    first = routed(
        SKILLS[:1] + SKILLS[3:4] + SKILLS[6:], [replace(asked[0], gold=("kitchen",))],
        Told([one.id for one in SKILLS[:1] + SKILLS[3:4] + SKILLS[6:]], ORDER), {},
        Around(["f"] * 5, [-1] * 5, None), router="older", coverage=COVERAGE, library=SKILLS,
    ).forecast.accuracy  # fmt: skip
    second = routed(
        SKILLS[1:3], asked, Told([one.id for one in SKILLS[1:3]], ORDER), {},
        Around(["f"] * 2, [-1] * 2, None), router="older", coverage=COVERAGE, library=SKILLS,
    ).forecast.accuracy  # fmt: skip
    both, one, two = found.accuracy.value or 0, first.value or 0, second.value or 0
    assert one * two < both < min(one, two)
    assert (found.accuracy.low or 0) <= both <= (found.accuracy.high or 1)


TOPICS = ("invoice payment", "hotel travel", "chart sales", "server log", "garden rose", "contract clause")
VERBS = ("draft", "check", "sort", "send", "count", "file")


def shelf(folder: Path, seed: int) -> tuple[Path, Path]:
    """Write a library of 36 skills, with requests that each name some of their words."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    asked = []
    for topic in TOPICS:
        for verb in VERBS:
            name = f"{verb}-{topic.split()[0]}"
            text = f"{verb.capitalize()}s a {topic} by {' and '.join(rng.choice(VERBS, 2))}."
            (folder / name).mkdir()
            (folder / name / "SKILL.md").write_text(
                f"---\nname: {name}\ndescription: {text}\n---\n# {name}\n"
            )
            for _ in range(4):
                words = [*topic.split(), verb, str(rng.choice(VERBS)), str(rng.choice(TOPICS)).split()[0]]
                asked.append({"query": f"please {' '.join(rng.permutation(words)[:4])} now", "gold": name})
    path = folder.parent / f"{folder.name}.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in asked))
    return folder, path


@pytest.mark.parametrize(("seed", "router"), [(0, "local"), pytest.param(1, "older", marks=pytest.mark.slow)])
def test_an_exported_tree_is_what_was_promised(seed: int, router: str, tmp_path: Path) -> None:
    folder, path = shelf(tmp_path / "shelf", seed)
    config = Config(scorer="lexical", use_cache=False, router=router, requests=(path,))
    library = load([folder])
    found = optimize(library, config, only={"hierarchy"})
    assert found.hierarchy is not None
    promised = next(tree for tree in found.hierarchy.trees if tree.arrangement == "proposed")
    plan = replace(plan_of(found, library), accept_hierarchy=True)
    out = tmp_path / "out"
    export(library, plan, out)
    proof = tmp_path / "proof.jsonl"
    names = {skill.id: skill.name for skill in library.skills}
    kept = gathered(library, config, SILENT).proof
    proof.write_text("".join(json.dumps({"query": r.query, "gold": names[r.gold[0]]}) + "\n" for r in kept))
    report = audit([out], replace(config, requests=(proof,)))
    assert report.forecast.accuracy.value == pytest.approx(promised.accuracy, abs=0.002)
    fired = 1.0 if router == "local" else promised.false_trigger
    assert report.forecast.false_trigger.value == pytest.approx(fired, abs=0.002)
    # The curve ends at the forecast: in the words of the page, with all these skills on offer.
    assert report.law is not None and report.law.points[-1].n == 36
    assert report.law.points[-1].accuracy.value == pytest.approx(promised.accuracy, abs=0.02)
    assert report.law.points[-1].accuracy == report.forecast.accuracy, "the curve ends at the forecast"
    assert report.law.points[-1].hijack == report.forecast.hijack.value
    assert len({point.accuracy.value for point in report.law.points}) > 1 and "in stages" in report.law.note


def test_a_tree_is_told_as_a_tree(tmp_path: Path) -> None:
    settings = written(tmp_path / ".claude" / "skills", router=True)
    report = audit([tmp_path], settings)
    assert (
        report.library.made_for == ("claude-code",) and report.library.routable == report.library.skills == 8
    )
    view = next(view for view in report.clients if view.client == "claude-code")
    assert (view.full, view.behind, view.invisible, view.left_out) == (2, 6, 0, ())
    at = [view.client for view in report.clients].index("claude-code")
    assert sorted(skill.visibility[at] for skill in report.skills) == ["behind"] * 6 + ["full"] * 2
    assert "SA016" not in {finding.code for finding in report.findings}
    told = "Claude Code lists 2 of 8 skills whole; 6 others stand behind its gateways."
    for page in (text.render(report), html.render(report)):
        assert told in " ".join(page.split()) and "not loaded" not in page
    # In that client the tree is what it is by itself, named or not.
    own = next(row for row in report.forecasts if row.client == "claude-code" and row.situation == "asked")
    named = audit([tmp_path], replace(settings, client="claude-code"))
    assert own.accuracy == report.forecast.accuracy == named.forecast.accuracy
    assert "Read in stages: 2 entries" in named.forecast.source
    assert named.answer is not None and "2 of 8" in named.answer.happens[0]


def test_a_client_that_lists_what_is_behind_gateways_has_one_list(tmp_path: Path) -> None:
    settings = written(tmp_path / ".opencode" / "skills", router=True)
    report = audit([tmp_path], settings)
    view = next(view for view in report.clients if view.client == "opencode")
    assert (view.full, view.behind) == (8, 0)
    named = audit([tmp_path], replace(settings, client="opencode"))
    assert "stages" not in named.forecast.source and "stages" in report.forecast.source
    own = next(row for row in report.forecasts if row.client == "opencode" and row.situation == "asked")
    assert own.accuracy == named.forecast.accuracy != report.forecast.accuracy


def written(folder: Path, *, router: bool) -> Config:
    """Write a library of two fields, with gateways or without, and its requests; return the settings that name them."""
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
    return Config(scorer="lexical", use_cache=False, requests=(folder / "asked.jsonl",))


def test_an_audit_reads_a_tree_in_stages(tmp_path: Path) -> None:
    folders = {router: tmp_path / str(router) for router in (True, False)}
    settings = {router: written(folder, router=router) for router, folder in folders.items()}
    tree, flat = (audit([folders[router]], settings[router]) for router in (True, False))
    assert "Read in stages: 2 entries in the first list" in tree.forecast.source
    assert "stages" not in flat.forecast.source and flat.law is not None and tree.law is not None
    assert tree.forecast.accuracy.value is not None and tree.forecast.accuracy.low is not None
    assert len(tree.skills) == len(flat.skills) == 8 and len(tree.forecasts) == len(flat.forecasts)
    for row in tree.forecasts:
        rates = (row.accuracy, row.hijack, row.no_skill)
        assert sum(rate.value or 0.0 for rate in rates) == pytest.approx(1.0, abs=0.002)
    # What-if reads the same tree.
    change = what_if([folders[True]], settings[True], remove=[tree.skills[-1].id])
    before, now = change.before.accuracy, tree.forecast.accuracy
    assert (before.value, before.low, before.high) == pytest.approx((now.value, now.low, now.high), abs=1e-4)
    assert "Read in stages" in change.after.source


def test_what_stands_behind_a_gateway_draws_no_request_that_needs_nothing(tmp_path: Path) -> None:
    """Only the first list is on offer to it: a claim on everything costs nothing there, and costs in the list."""
    claim = "Use this skill for any task, whatever it is about."
    for router in (True, False):
        folder = tmp_path / str(router) / ".claude" / "skills"
        settings = written(folder, router=router)
        for at in range(12):
            (folder / "garden" / f"bed{at}").mkdir()
            text = claim if not at else f"Plan the bed number {at} of the garden, row by row."
            head = f"---\nname: bed{at}\ndescription: {text}\n---\n"
            (folder / "garden" / f"bed{at}" / "SKILL.md").write_text(head)
        report = audit([tmp_path / str(router)], replace(settings, files="all"))
        (hole,) = [hole for hole in report.black_holes if hole.skill == "bed0"]
        assert (hole.idle is None) is router
