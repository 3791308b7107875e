"""Equations 1, 2 and 9, and the tokens that they are counted in."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from skillaudit.compile.compiler import compile_system
from skillaudit.compile.costs import Assumptions, Costs, cost
from skillaudit.compile.prompts import (
    agent_prompt,
    condensed,
    one_call_prompt,
    selection_prompt,
    skill_prompt,
)
from skillaudit.compile.sources import read_system
from skillaudit.compile.tokens import TokenCounter, _quarter, _wordpiece, token_counter
from skillaudit.laws.published import published
from tests.compile import generated
from tests.compile.systems import agent, system
from tests.compile.test_table1 import PIPELINE

WORDS = TokenCounter("words", lambda text: len(text.split()))
GIVEN = Assumptions(
    task=10, answer=20, section_share=1.0, call_seconds=1.0, read_per_second=100.0, write_per_second=10.0
)


def priced(accuracy: float | None = 0.9, given: Assumptions = GIVEN) -> Costs:
    return cost(PIPELINE, compile_system(PIPELINE), accuracy=accuracy, assumptions=given, counter=WORDS)


def test_the_agents_read_the_task_and_the_history_again() -> None:
    prompts = [WORDS.count(agent_prompt(a)) for a in PIPELINE.agents]
    found = priced()
    assert found.agents.calls == 3 and found.agents.answer_tokens == 60 == found.messages
    assert found.agents.prompt_tokens == sum(prompts) + 3 * 10 + (0 + 20 + 40)
    assert found.agents.tokens == pytest.approx(found.messages + 3 * found.synchronisation)
    assert found.agents.seconds == pytest.approx(3 + found.agents.prompt_tokens / 100 + 6.0)


def test_the_single_call_reads_all_once() -> None:
    skills = compile_system(PIPELINE).skills
    found = priced()
    listing = sum(WORDS.count(f"{s.name}: {s.description}\n") for s in skills)
    prompt = WORDS.count(one_call_prompt(skills, "")) + 10
    assert found.one_call.calls == 1 and found.one_call.answer_tokens == 60
    assert found.one_call.prompt_tokens == listing + prompt
    assert found.selection == pytest.approx(listing + 0.1 * (prompt + 60))
    assert found.communication == max(0, found.agents.tokens - prompt - 60)
    assert found.pays is (found.selection < found.communication)


def test_equations_1_and_2_are_sums_of_their_parts() -> None:
    found = priced()
    assert found.c_mas == pytest.approx(found.agents.tokens)
    assert found.c_sas == pytest.approx(found.selection + found.execution)
    assert found.pays is (found.c_sas < found.c_mas)
    shorter = priced(given=replace(GIVEN, section_share=0.7))
    assert shorter.one_call.answer_tokens == 42 and shorter.one_call.seconds < found.one_call.seconds


def test_stepwise_pays_for_a_selection_before_every_skill() -> None:
    found = priced()
    skills = compile_system(PIPELINE).skills
    listing = sum(WORDS.count(f"{s.name}: {s.description}\n") for s in skills)
    frame = WORDS.count(selection_prompt((), ""))
    bodies = sum(WORDS.count(skill_prompt(s)) for s in skills)
    assert found.stepwise.calls == 6 and found.stepwise.answer_tokens == 60 + 3 * 5
    assert found.stepwise.prompt_tokens == 3 * (frame + listing) + bodies + 6 * 10 + 2 * (0 + 20 + 40)


def test_measured_lengths_go_before_assumed_ones() -> None:
    found = priced(given=Assumptions(task=10, answer=20, answers=(("solve", 200),)))
    assert found.messages == 20 + 200 + 20


def test_longer_tasks_make_compiling_pay_and_larger_libraries_end_it() -> None:
    small, large = (priced(given=Assumptions(task=task, answer=100)) for task in (300, 3000))
    assert small.pays and large.pays and small.breaks_even is not None and large.breaks_even is not None
    assert 3 < small.breaks_even < large.breaks_even
    worse = priced(accuracy=0.5, given=Assumptions(task=300, answer=100))
    assert worse.breaks_even is not None and worse.breaks_even < small.breaks_even


def test_at_the_break_even_the_two_sides_of_condition_9_meet() -> None:
    given = Assumptions(task=1000, answer=100, section_share=1.0)
    found = priced(given=given)
    skills = compile_system(PIPELINE).skills
    each = sum(WORDS.count(f"{s.name}: {s.description}\n") for s in skills) / 3
    execution = WORDS.count(one_call_prompt(skills, "")) + 1000 + 300
    law = published()[0].law

    def selection(n: int) -> float:
        accuracy = min(1.0, law.accuracy(n) + 0.9 - law.accuracy(3))
        return n * each + (1 - accuracy) * execution

    size = found.breaks_even
    assert size is not None and selection(size) >= found.communication > selection(size - 1)


def test_without_a_forecast_the_published_mean_stands_in() -> None:
    found = priced(accuracy=None)
    assert found.accuracy == pytest.approx(published()[0].law.accuracy(3))
    assert "no forecast was made" in found.accuracy_source


def test_one_agent_alone_has_nothing_to_save() -> None:
    given = system([agent("a")])
    found = cost(given, compile_system(given), accuracy=0.99, counter=WORDS)
    assert not found.pays and found.communication == 0


def test_subagents_are_chosen_from_rather_than_gone_through(tmp_path: Path) -> None:
    generated.imperative_style(tmp_path)
    given = read_system(tmp_path)
    found = cost(given, compile_system(given), accuracy=0.8, assumptions=GIVEN, counter=WORDS)
    listing = sum(WORDS.count(f"{a.name}: {a.description}\n") for a in given.agents)
    lengths = sorted((len(a.policy), a.name) for a in given.agents)
    own = WORDS.count(agent_prompt(given.agent(lengths[len(lengths) // 2][1])))
    assert found.agents.prompt_tokens == (listing + 10) + (own + 10) + (listing + 10 + 10 + 20)
    assert found.agents.answer_tokens == 10 + 20 + 20
    assert found.agents.calls == 3 and found.one_call.calls == 1 and found.stepwise.calls == 2


def test_what_the_order_says_already_is_not_sent() -> None:
    body = (
        compile_system(read_system(Path("sample_libraries/multi_agent/humaneval.yaml").resolve()))
        .skills[2]
        .body
    )
    short = condensed(body)
    assert "# Refiner" in body and "# Refiner" not in short
    assert "Result of critic" in body and "Result of critic" not in short
    assert "Mend every fault on the list" in short and "use the `critic` skill again" in short


def test_token_counters() -> None:
    counter = token_counter()
    assert counter.count("") == 0 and 5 <= counter.count("Break the problem into steps.") <= 8
    assert counter.count("a \ud800 b") > 0
    stand_in = _wordpiece()
    if stand_in is not None:
        text = (Path(__file__).parent / "test_costs.py").read_text()
        assert 0.5 < stand_in.count(text) / counter.count(text) < 2.0
        assert "stand-in" in stand_in.name
    assert _quarter("abcde") == 2
