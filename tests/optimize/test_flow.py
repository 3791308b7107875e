"""The whole of planning and proving on a library that fits on a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.optimize import Optimisation, optimize
from skillaudit.optimize.board import rows_for
from skillaudit.optimize.flow import steps_named
from skillaudit.optimize.halves import Halves, workbench
from skillaudit.requests.gathering import gather
from skillaudit.text.markdown import Block, blocks


@pytest.fixture
def found(optimised: Optimisation) -> Optimisation:
    """The library optimised."""
    return optimised


def test_proof_improves_and_nobody_is_harmed(found: Optimisation) -> None:
    assert found.proof is not None
    before, after = found.proof.before, found.proof.after
    assert before.requests == after.requests == found.proof_requests
    assert before.accuracy.value is not None
    assert after.accuracy.value is not None
    assert after.accuracy.value >= before.accuracy.value + 0.15
    assert found.proof.harmed == ()
    assert found.proof.test.gained > found.proof.test.lost


def test_the_black_hole_is_dealt_with(found: Optimisation) -> None:
    assert any(edit.skills == ("helper",) and edit.accept and edit.step == "narrow" for edit in found.edits)


def test_steps_start_from_the_library_and_end_at_the_proof(found: Optimisation) -> None:
    assert found.proof is not None
    assert found.steps[0].step == "before"
    assert found.steps[0].accuracy == found.proof.before.accuracy.value
    assert found.steps[-1].accuracy == found.proof.after.accuracy.value
    total = sum(step.gain for step in found.steps if step.gain is not None)
    assert total == pytest.approx((found.steps[-1].accuracy or 0) - (found.steps[0].accuracy or 0), abs=1e-3)


def test_rates_sum_to_one(found: Optimisation) -> None:
    assert found.proof is not None
    for rates in (found.proof.before, found.proof.after):
        parts = [rates.accuracy.value, rates.hijack.value, rates.no_skill.value]
        assert sum(part or 0 for part in parts) == pytest.approx(1, abs=1e-3)


def test_rates_have_four_decimals_as_the_audits_have(found: Optimisation) -> None:
    for proof in (found.proof, found.planned):
        assert proof is not None
        for rates in (proof.before, proof.after):
            for rate in (rates.accuracy, rates.hijack, rates.no_skill, rates.false_trigger):
                for value in (rate.value, rate.low, rate.high):
                    assert value is None or value == round(value, 4)


def test_same_input_same_plan(tree: Path, config: Config) -> None:
    library = load([tree])
    first = msgspec.json.encode(optimize(library, config))
    assert first == msgspec.json.encode(optimize(library, config))
    assert msgspec.json.encode(msgspec.json.decode(first, type=Optimisation)) == first


def test_only_some_steps(tree: Path, config: Config) -> None:
    found = optimize(load([tree]), config, only=steps_named("narrow"))
    assert {edit.step for edit in found.edits} == {"narrow"}


def test_a_library_that_nothing_speaks_for(tmp_path: Path) -> None:
    (tmp_path / "list.jsonl").write_text('{"name": "a", "description": "Does a thing"}\n', encoding="utf-8")
    found = optimize(load([tmp_path / "list.jsonl"]), Config(scorer="lexical", use_cache=False))
    assert (found.proof, found.edits) == (None, ())
    assert "--requests" in found.notes[0]


def test_lines_that_requests_were_taken_from_are_not_quoted(tmp_path: Path) -> None:
    folder = tmp_path / "skills"
    for name, subject in (
        ("stock", "warehouse shelves"),
        ("fleet", "delivery vans"),
        ("desk", "office chairs"),
    ):
        lines = [f"- Count the {subject} in hall {place}" for place in ("north", "south", "east", "west")]
        text = f"---\nname: {name}\ndescription: Helps with things.\n---\n\n# {name}\n\n## When to use\n\n"
        (folder / name).mkdir(parents=True)
        (folder / name / "SKILL.md").write_text(text + "\n".join(lines) + "\n", encoding="utf-8")
    library = load([folder])
    requests = gather(library).requests
    work = rows_for(library.routable, [request for request in requests if not request.proof])[0]
    assert {request.source for request in work} == {"mined"}
    config = Config(scorer="lexical", router="local", use_cache=False)
    lexicon = workbench(Halves(library.routable, work, [], []), config, None)[1]
    quotable = {line for source in lexicon.sources for line in source.lines}
    assert quotable
    assert not {request.query for request in work} & quotable


def test_each_body_is_read_once(tree: Path, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(body: str) -> Iterator[Block]:
        read.append(body)
        return blocks(body)

    monkeypatch.setattr("skillaudit.requests.mining.blocks", counted)
    library = load([tree])
    optimize(library, config)
    assert sorted(read) == sorted(skill.body for skill in library.skills)
