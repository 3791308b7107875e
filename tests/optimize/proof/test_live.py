"""The proof on a live model: pairs in one order, what an order alone changes, and its verdict first."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillaudit.asking.records import Decision, Outcome, Trial
from skillaudit.asking.terms import Terms
from skillaudit.config import Config
from skillaudit.errors import UsageError
from skillaudit.llm import Price
from skillaudit.optimize.halves import Halves
from skillaudit.optimize.proof.live import concluded, plan_of, prover
from skillaudit.optimize.records import Edit
from skillaudit.schema import Request, Skill
from tests.probe.rule import Asked, Chances, Rule
from tests.probe.server import Server

NAMES = ("invoices", "travel", "payroll", "payroll-plus")
SKILLS = tuple(Skill(id=name, name=name, description=f"About {name}.") for name in NAMES)
EDITS = (
    Edit(
        id="1", kind="describe", step="victim", skills=("invoices",), reason="",
        before="About invoices.", after="Bills.",
    ),
    Edit(id="2", kind="fold", step="merge", skills=("payroll-plus", "payroll"), reason="", into="payroll"),
)  # fmt: skip
PROOF = [
    *(
        Request(query=f"{name} question {at}", gold=(name,), source="file")
        for name in NAMES
        for at in range(12)
    ),
]
HALVES = Halves(
    skills=SKILLS, work=[], proof=PROOF, idle=[Request(query="how is the weather", gold=(), source="file")]
)


def test_pairs_stand_side_by_side_in_one_order() -> None:
    plan = plan_of(HALVES, EDITS, Config())
    assert [trial.condition for trial in plan.trials[:3]] == ["before", "after", "order"]
    before, after, again = plan.trials[:3]
    assert [skill for skill in before.offered if skill != "payroll-plus"] == list(after.offered)
    assert sorted(again.offered) == sorted(before.offered)
    assert plan.texts["after"]["invoices"].description == "Bills."
    assert all(trial.gold != ("payroll-plus",) for trial in plan.trials if trial.condition == "after")
    assert {trial.query for trial in plan.trials} == {each.query for each in (*PROOF, *HALVES.idle)}


@pytest.mark.parametrize(("edits", "proof"), [((), PROOF), (EDITS, [])])
def test_nothing_to_prove_is_said_before_anything_is_paid(
    edits: tuple[Edit, ...], proof: list[Request]
) -> None:
    with pytest.raises(UsageError):
        plan_of(Halves(skills=SKILLS, work=[], proof=proof, idle=[]), edits, Config())


def test_a_request_counts_where_it_was_decided_both_ways() -> None:
    plan = plan_of(HALVES, EDITS, Config())

    def decided(trial: Trial, outcome: Outcome) -> Decision:
        chosen = trial.gold[0] if outcome == "right" else "travel" if outcome == "hijack" else None
        return Decision(
            key="", study="accuracy", model="m", condition=trial.condition, x=0, query=trial.query, gold=trial.gold,
            offered=trial.offered, outcome=outcome, chosen=chosen, position=1, repeat=0, group=trial.group, answers=(),
        )  # fmt: skip

    trials = [trial for trial in plan.trials if trial.gold and trial.condition != "order"]
    found = [
        decided(trial, "hijack" if trial.condition == "before" and trial.group == "payroll-plus" else "right")
        for trial in trials
    ]
    live = concluded("m", plan, found[:-1], None)
    assert live.pairs == len(found) // 2 - 1
    assert live.lost == 0
    assert live.before.value == pytest.approx(1 - live.gained / live.pairs)
    assert live.difference.value == pytest.approx(live.gained / live.pairs, abs=1e-3)
    assert live.fired_before.value is None


def law(asked: Asked, has: bool) -> Chances:
    """A router that confuses the two skills of payroll while both are there, and looks at the order."""
    return Chances(0.5 if asked.size == len(NAMES) and asked.task.startswith("payroll") else 1.0)


@pytest.mark.slow
def test_a_model_is_asked_before_and_after_and_its_order_noise_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nothing")

    def right(asked: Asked, label: str, text: str) -> bool:
        return text.startswith(f"{asked.task.split()[0]}:") or (
            asked.task.startswith("payroll-plus") and asked.size < len(NAMES) and text.startswith("payroll:")
        )

    with Server(Rule(right, law)) as server:
        terms = Terms(price=Price(prompt=1e-6, completion=1e-6), budget=2.5, api_base=server.url)
        live = prover("openai/known", terms, log=tmp_path / "log.sqlite")(HALVES, EDITS, Config())
    assert live.pairs == live.planned == len(PROOF) + 1
    assert live.gained > 0 and live.lost == 0
    assert live.after.value == 1.0
    assert live.order_noise.value is not None and live.order_noise.value > 0
    assert live.dollars is not None and 0 < live.dollars < 2.5
