"""Whatever goes wrong on the way, every question is decided once and paid once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from skillaudit.asking.defaults import StudyName
from skillaudit.asking.engine import Preview
from skillaudit.asking.log import ProbeLog
from skillaudit.asking.pacing import Budget, Pace
from skillaudit.asking.prompts import Question
from skillaudit.asking.records import Decision
from skillaudit.errors import ModelError, UsageError
from skillaudit.llm import AuthError, Completion, Price, RetryableError, UnreachableError
from skillaudit.probe.ground import Ground
from skillaudit.probe.probing import ProbeLimits, probe
from skillaudit.probe.records import ProbeResult
from skillaudit.progress import Cancelled
from tests.probe.conftest import Waits
from tests.probe.libraries import is_right, make_ground
from tests.probe.rule import Asked, Chances, Rule, RuleRouter

PRICE = Price(prompt=1e-6, completion=1e-5)
COST = PRICE.of(1000, 10)
"""Of one answer of the rule, in dollars."""


def law(asked: Asked, has: bool) -> Chances:
    """Right in three cases of four."""
    return Chances(0.75, none=0.05, invalid=0.04, refusal=0.02) if has else Chances(0.0, none=0.6)


def run(
    ground: Ground,
    router: RuleRouter,
    log: ProbeLog,
    waits: Waits,
    limits: ProbeLimits | None = None,
    study: StudyName = "accuracy",
    seen: list[Preview] | None = None,
) -> tuple[ProbeResult, tuple[Decision, ...]]:
    """Run a study with waits that take no time."""
    before = seen.append if seen is not None else (lambda _: None)
    return asyncio.run(probe(ground, study, router, log, limits, pace=waits.pace(), before=before))


def outcomes(decisions: Sequence[Decision]) -> list[tuple[str, str | None]]:
    """What was decided, without what it cost."""
    return [(decision.query, decision.chosen) for decision in decisions]


def test_faults_lose_no_decision_and_count_none_twice(log: ProbeLog, waits: Waits, tmp_path: Path) -> None:
    ground = make_ground(20, 3, idle=5)
    faults: list[RetryableError | Completion | None] = [
        RetryableError("429"), RetryableError("429", retry_after=7.0), RetryableError("500", billed=True),
        UnreachableError("reset"), Completion(text=""), None, RetryableError("timeout", billed=True),
        RetryableError("broken JSON", billed=True), Completion(text="  \n"), None,
    ]  # fmt: skip
    calm = RuleRouter(Rule(is_right, law))
    with ProbeLog(tmp_path / "calm") as other:
        _, expected = run(ground, calm, other, waits)
    rough = RuleRouter(Rule(is_right, law), faults=faults * 3)
    found, decisions = run(ground, rough, log, waits)
    assert outcomes(decisions) == outcomes(expected)
    assert len(decisions) == 65 and found.spending.failed == 0
    assert len(rough.asked) == len(set(rough.asked)) == found.spending.calls == 65
    assert rough.calls == 65 + 24


def test_waits_double_and_a_wait_that_is_asked_for_holds_everybody(log: ProbeLog, waits: Waits) -> None:
    ground = make_ground(8, 1)
    plain = [RetryableError("500")] * 3
    run(ground, RuleRouter(Rule(is_right, law), faults=plain), log, waits, ProbeLimits(concurrency=1))
    assert len(waits) == 3
    assert all(0.5 * 2**at <= wait <= 2**at for at, wait in enumerate(waits))


def test_a_pause_in_the_headers_is_kept(log: ProbeLog, waits: Waits) -> None:
    first = Completion(text="skill_001", prompt_tokens=1, completion_tokens=1, pause=30.0)
    run(
        make_ground(8, 1),
        RuleRouter(Rule(is_right, law), faults=[first]),
        log,
        waits,
        ProbeLimits(concurrency=1),
    )
    assert waits == [30.0]


def test_pauses_do_not_end_early_and_do_not_add_up() -> None:
    waits = Waits()
    pace = waits.pace()
    pace.pause(10)
    pace.pause(4)
    asyncio.run(pace.ready())
    assert waits == [10.0]


def test_jitter_is_seeded() -> None:
    def sequence(seed: int) -> list[float]:
        waits = Waits()
        pace = Pace(seed=seed, sleep=waits.sleep, clock=waits.clock)
        for attempt in range(9):
            asyncio.run(pace.after_failure(attempt, None))
        return list(waits)

    assert sequence(1) == sequence(1) != sequence(2)
    assert max(sequence(1)) <= 60


def test_a_question_without_any_answer_is_left_for_the_next_run(log: ProbeLog, waits: Waits) -> None:
    ground = make_ground(10, 1)
    faults = [RetryableError("overloaded")] * 6
    router = RuleRouter(Rule(is_right, law), faults=faults)
    found, decisions = run(ground, router, log, waits, ProbeLimits(concurrency=1))
    assert found.spending.failed == 1 and len(decisions) == 9
    assert "overloaded" in found.result.notes[-1]
    again, decisions = run(ground, router, log, waits)
    assert len(decisions) == 10 and again.spending.calls == 1 and again.spending.known == 9


def test_an_outage_ends_the_run_with_the_reason_and_keeps_the_answers(log: ProbeLog, waits: Waits) -> None:
    ground = make_ground(10, 1)
    faults = [None, None, *[UnreachableError("no connection to the provider")] * 100]
    with pytest.raises(ModelError, match=r"no connection to the provider.*the same command goes on"):
        run(ground, RuleRouter(Rule(is_right, law), faults=faults), log, waits, ProbeLimits(concurrency=1))
    assert len(list(log.decisions())) == 2


def test_a_wrong_key_ends_the_run_at_once(log: ProbeLog, waits: Waits) -> None:
    router = RuleRouter(Rule(is_right, law), faults=[None, AuthError("the key is refused; set X_API_KEY")])
    with pytest.raises(AuthError, match="X_API_KEY"):
        run(make_ground(10, 1), router, log, waits, ProbeLimits(concurrency=1))
    assert router.calls == 2 and waits == []
    assert len(list(log.decisions())) == 1


def test_an_answer_that_stays_empty_is_a_decision(log: ProbeLog, waits: Waits) -> None:
    router = RuleRouter(Rule(is_right, law), faults=[Completion(text="")] * 3)
    _, decisions = run(make_ground(8, 1), router, log, waits, ProbeLimits(concurrency=1))
    assert sum(decision.answers == ("",) and decision.outcome == "unparsable" for decision in decisions) == 1
    assert router.calls == 8 + 2


def test_equal_questions_are_paid_once_in_one_run_and_in_the_next(log: ProbeLog, waits: Waits) -> None:
    ground = make_ground(12, 2)
    brief = tuple(msgspec.structs.replace(skill, body="One line.") for skill in ground.skills)
    ground = replace(ground, skills=brief)  # so that all lengths of policy but none look the same
    router = RuleRouter(Rule(is_right, law), price=PRICE)
    first, decisions = run(ground, router, log, waits, study="policy")
    assert len(decisions) == len({d.key for d in decisions}) == 24 * 4
    assert router.calls == len(set(router.asked)) == 24 * 2
    second, again = run(ground, router, log, waits, study="policy")
    assert again == decisions and second.result == first.result
    assert second.spending.calls == 0
    assert second.spending.dollars == pytest.approx(first.spending.dollars)


@pytest.mark.parametrize("concurrency", [1, 4, 16])
def test_the_budget_holds(log: ProbeLog, waits: Waits, concurrency: int) -> None:
    ground = make_ground(30, 3)
    router = RuleRouter(Rule(is_right, law), price=PRICE)
    limits = ProbeLimits(budget=20.5 * COST, concurrency=concurrency)
    found, decisions = run(ground, router, log, waits, limits)
    assert found.spending.stopped == "budget"
    assert found.spending.dollars <= limits.budget + concurrency * COST  # type: ignore[operator]  # both are known here
    assert found.spending.dollars == pytest.approx(router.calls * COST)
    assert len(decisions) == router.calls >= 20 - concurrency
    spent = router.calls
    run(ground, router, log, waits, limits)
    assert router.calls <= spent + 1, "what was spent before counts"
    more, decisions = run(ground, router, log, waits, ProbeLimits(budget=1000 * COST))
    assert len(decisions) == 90 == router.calls and more.spending.stopped == ""


def test_broken_answers_count_against_the_budget(log: ProbeLog, waits: Waits) -> None:
    router = RuleRouter(
        Rule(is_right, law), price=PRICE, faults=[RetryableError("timeout", billed=True)] * 10_000
    )
    limits = ProbeLimits(budget=3 * COST, attempts=10_000, concurrency=1)
    found, _ = run(make_ground(30, 1), router, log, waits, limits)
    assert found.spending.stopped == "budget" and 0 < found.spending.dollars <= 3 * COST


def test_without_a_price_there_is_no_budget_to_keep(log: ProbeLog, waits: Waits) -> None:
    router = RuleRouter(Rule(is_right, law))
    router.price = None  # type: ignore[assignment]  # a case
    with pytest.raises(UsageError, match="--price"):
        run(make_ground(8, 1), router, log, waits, ProbeLimits(budget=1.0))
    found, _ = run(make_ground(8, 1), router, log, waits)
    assert not found.spending.priced


def test_the_estimate_comes_before_the_first_call(log: ProbeLog, waits: Waits) -> None:
    ground = make_ground(30, 2)
    router = RuleRouter(Rule(is_right, law), price=PRICE)
    seen: list[Preview] = []
    found, _ = run(ground, router, log, waits, ProbeLimits(budget=100), seen=seen)
    assert seen[0].trials == seen[0].questions == 60 and seen[0].spent == 0
    length = sum(map(len, router.asked)) / 4
    assert seen[0].dollars == pytest.approx(PRICE.of(length, 60 * 16), rel=0.05)
    run(ground, router, log, waits, ProbeLimits(budget=100), seen=seen)
    assert seen[1].questions == 0 and seen[1].dollars == 0
    assert seen[1].spent == pytest.approx(found.spending.dollars)


def test_nothing_is_asked_when_the_estimate_is_refused(log: ProbeLog, waits: Waits) -> None:
    def refuse(_: Preview) -> None:
        raise Cancelled

    router = RuleRouter(Rule(is_right, law))
    with pytest.raises(Cancelled):
        asyncio.run(probe(make_ground(8, 1), "accuracy", router, log, before=refuse))
    assert router.calls == 0


def test_to_resume_there_must_be_something(log: ProbeLog, waits: Waits) -> None:
    router = RuleRouter(Rule(is_right, law))
    with pytest.raises(UsageError, match="--resume"):
        run(make_ground(8, 1), router, log, waits, ProbeLimits(resume=True))
    run(make_ground(8, 1), router, log, waits)
    found, _ = run(make_ground(8, 1), router, log, waits, ProbeLimits(resume=True))
    assert found.spending.calls == 0


class Stop:
    """Asks to stop once so many decisions are there."""

    def __init__(self, after: int) -> None:
        self.after = after

    def update(self, stage: str, done: int, total: int, note: str = "") -> None:
        if stage == "probe" and done >= self.after:
            raise Cancelled


def test_a_cancelled_run_keeps_what_it_has(log: ProbeLog) -> None:
    ground, heard = make_ground(20, 1), list[Decision]()
    router = RuleRouter(Rule(is_right, law))
    found, decisions = asyncio.run(
        probe(
            ground,
            "accuracy",
            router,
            log,
            ProbeLimits(concurrency=1),
            progress=Stop(5),
            decided=heard.append,
        )
    )
    assert len(list(log.decisions())) == len(decisions) == len(heard) == router.calls == 5
    assert found.spending.stopped == "cancelled" and found.result.arms[0].rates.decisions == 5
    assert any("Stopped after 5 of 20 decisions" in note for note in found.result.notes)
    again, _ = asyncio.run(probe(ground, "accuracy", router, log))
    assert (again.spending.known, again.spending.calls) == (5, 15)


def test_calls_in_flight_come_back_before_a_cancelled_run_ends(log: ProbeLog) -> None:
    """All eight calls are under way when the first comes back."""
    router = Slow(Rule(is_right, law), together=8)
    found, decisions = asyncio.run(
        probe(make_ground(20, 1), "accuracy", router, log, ProbeLimits(concurrency=8), progress=Stop(1))
    )
    assert found.spending.calls == len(decisions) == router.calls == 8


def test_a_cancelled_run_does_not_wait_for_ever(log: ProbeLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skillaudit.asking.workers.TICK", 0.0)
    monkeypatch.setattr("skillaudit.asking.workers.GRACE", 0.0)
    router = Slow(Rule(is_right, law), together=100)
    found, decisions = asyncio.run(
        probe(make_ground(20, 1), "accuracy", router, log, ProbeLimits(concurrency=8), progress=Stop(0))
    )
    assert not decisions and found.spending.stopped == "cancelled"


def test_calls_under_way_at_the_end_are_in_the_budget_and_said(
    log: ProbeLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skillaudit.asking.workers.TICK", 0.0)
    monkeypatch.setattr("skillaudit.asking.workers.GRACE", 0.0)
    router = Slow(Rule(is_right, law), together=100)
    router.price = PRICE
    ground = make_ground(20, 1)
    found, _ = asyncio.run(
        probe(ground, "accuracy", router, log, ProbeLimits(concurrency=8), progress=Stop(0))
    )
    assert router.calls == 8 == len(log.left)
    assert found.spending.dollars == pytest.approx(sum(log.left)) and found.spending.dollars > 8e-4
    said = (
        f"8 calls were under way and count as ${sum(log.left):.4f} spent; the same command goes on from there"
    )
    assert found.result.notes[-1] == f"{said}."
    plain = RuleRouter(Rule(is_right, law), price=PRICE)
    again, decisions = asyncio.run(probe(ground, "accuracy", plain, log))
    assert len(decisions) == 20 == plain.calls
    assert again.spending.dollars == pytest.approx(20 * COST + sum(log.left)), "they may be on the bill"


def test_an_interrupted_run_says_what_was_under_way(tmp_path: Path) -> None:
    router = Slow(Rule(is_right, law), together=100)
    router.price = PRICE

    async def interrupted(log: ProbeLog) -> None:
        run = asyncio.create_task(
            probe(make_ground(20, 1), "accuracy", router, log, ProbeLimits(concurrency=3))
        )
        while router.calls < 3:
            await asyncio.sleep(0)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"3 calls were under way and count as \$0\.00\d\d spent"):  # noqa: SIM117
        with ProbeLog(tmp_path / "log") as log:
            asyncio.run(interrupted(log))
    with ProbeLog(tmp_path / "log") as log:
        (run,) = {row[0] for row in log._store.rows(tuple[str], "SELECT run FROM spending")}
        assert log.spent(run) > 0
        assert not list(log._store.rows(tuple[str], "SELECT key FROM claims"))


class Slow(RuleRouter):
    """Answers only once so many calls have come."""

    def __init__(self, rule: Rule, together: int) -> None:
        super().__init__(rule)
        self._together, self._all = together, asyncio.Event()

    async def answer(self, question: Question) -> Completion:
        if self.calls + 1 == self._together:
            self._all.set()
        found = await super().answer(question)
        await self._all.wait()
        return found


def test_two_runs_at_once_share_the_work(tmp_path: Path, waits: Waits) -> None:
    ground = make_ground(15, 2)
    one, two = (RuleRouter(Rule(is_right, law)) for _ in range(2))

    async def both() -> tuple[tuple[ProbeResult, tuple[Decision, ...]], ...]:
        with ProbeLog(tmp_path / "l") as first, ProbeLog(tmp_path / "l") as second:
            return await asyncio.gather(
                probe(ground, "accuracy", one, first, pace=waits.pace()),
                probe(ground, "accuracy", two, second, pace=waits.pace()),
            )

    (_, a), (_, b) = asyncio.run(both())
    assert outcomes(a) == outcomes(b) and len(a) == 30
    assert one.calls + two.calls == 30


def test_a_reservation_counts_until_it_is_settled() -> None:
    budget = Budget(1.0, spent=0.5)
    assert budget.reserve(0.3) and not budget.reserve(0.3)
    budget.settle(0.3, 0.1)
    assert budget.spent == pytest.approx(0.6) and budget.reserve(0.4) and not budget.reserve(0.01)
    assert Budget(None).reserve(1e9)


def test_positions_and_wrong_ids_are_recorded(log: ProbeLog, waits: Waits) -> None:
    ground = make_ground(12, 2, idle=4)
    always = {"none": "NONE", "invalid": "skill_777", "refusal": "I'm sorry, I can't help with that."}
    faults = [Completion(text=text, prompt_tokens=1, completion_tokens=1) for text in always.values()]
    router = RuleRouter(Rule(is_right, lambda asked, has: Chances(1.0)), faults=faults)
    found, decisions = run(ground, router, log, waits, ProbeLimits(concurrency=1))
    assert {d.outcome for d in decisions} == {"right", "hijack", *always}
    for decision in decisions:
        if decision.gold:
            assert decision.offered[decision.position - 1] == decision.gold[0]
        else:
            assert decision.position == 0 and decision.outcome in {"none", "hijack", "invalid", "refusal"}
    assert len({d.position for d in decisions}) > 5, "the list is shuffled"
    rates = found.result.arms[0].rates
    total = sum(e.value or 0 for e in (rates.accuracy, rates.hijack, rates.no_skill))
    assert total == pytest.approx(1.0)
