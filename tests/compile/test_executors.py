"""Algorithm 1: who speaks after whom, when loops end, whom routers choose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from skillaudit.compile.answers import TaskRow
from skillaudit.compile.comparing import compare
from skillaudit.compile.compiler import compile_system
from skillaudit.compile.executors import MAX_CALLS, run_agents, run_stepwise
from skillaudit.compile.system import System, Task
from skillaudit.compile.tokens import token_counter
from skillaudit.errors import ModelError, UsageError
from skillaudit.page.compile import compared
from skillaudit.page.text import render
from skillaudit.stats.intervals import share
from tests.compile.systems import Clock, CountingModel, agent, system
from tests.compile.test_table1 import DEBATE, LOOP, PIPELINE, ROUTER


def saying(**answers: str) -> Callable[[str, str], str]:
    """Answer by the agent whose name stands in the prompt."""

    def answer(prompt: str, user: str) -> str:
        return next((text for name, text in answers.items() if f"the {name}." in prompt), "fine")

    return answer


async def speakers(given: System, model: CountingModel) -> list[str]:
    return [call.name for call in (await run_agents(given, "T", model, clock=Clock())).calls]


async def test_a_loop_ends_when_the_reviewer_is_content() -> None:
    content = iter(["mend line 2", "no issues"])
    model = CountingModel(lambda prompt, user: next(content) if "the critic." in prompt else "text")
    assert await speakers(LOOP, model) == ["writer", "critic", "writer", "critic"]


async def test_a_loop_ends_after_its_rounds() -> None:
    assert await speakers(LOOP, CountingModel(saying(critic="mend it"))) == ["writer", "critic"] * 3
    twice = replace(LOOP, protocol=replace(LOOP.protocol, max_rounds=2))
    assert await speakers(twice, CountingModel(saying(critic="mend it"))) == ["writer", "critic"] * 2


async def test_a_loop_ends_at_its_own_word() -> None:
    given = replace(LOOP, protocol=replace(LOOP.protocol, stop="an answer says SHIP"))
    assert await speakers(given, CountingModel(saying(critic="Ship."))) == ["writer", "critic"]


async def test_a_router_chooses_by_name() -> None:
    assert await speakers(ROUTER, CountingModel(saying(router="Ask maths."))) == ["router", "maths", "merge"]
    both = CountingModel(saying(router="maths, then search"))
    assert await speakers(ROUTER, both) == ["router", "search", "maths", "merge"]
    none = CountingModel(saying(router="whoever"))
    assert await speakers(ROUTER, none) == ["router", "search", "maths", "merge"]


async def test_without_edges_one_call_chooses() -> None:
    given = system([agent("alpha"), agent("beta")], kind="router")
    model = CountingModel(lambda prompt, user: "beta" if prompt.startswith("Choose") else "done")
    assert await speakers(given, model) == ["router", "beta"]


async def test_an_agent_at_work_twice_speaks_twice() -> None:
    first = Task(name="draft", text="Draft.")
    second = Task(name="final", text="Finish.", inputs=("cook",))
    given = system(
        [
            agent("p", tasks=(first, second)),
            agent("c", tasks=(Task(name="cook", text="Cook.", inputs=("draft",)),)),
        ],
        [("p", "c"), ("c", "p")],
        "sequential",
    )
    model = CountingModel(saying())
    assert await speakers(given, model) == ["p", "c", "p"]
    assert "Draft." in model.prompts[0][0] and "Finish." not in model.prompts[0][0]


async def test_seconds_are_those_of_the_clock() -> None:
    run = await run_agents(PIPELINE, "T", CountingModel(saying()), clock=Clock())
    assert [call.seconds for call in run.calls] == [1.0, 1.0, 1.0] and run.seconds == 3.0


async def test_without_usage_the_tokens_are_counted_here() -> None:
    model = CountingModel(saying(), usage=False)
    run = await run_agents(PIPELINE, "T", model, clock=Clock())
    count = token_counter().count
    assert [call.prompt_tokens for call in run.calls] == [count(p) + count(u) for p, u in model.prompts]
    assert {call.answer_tokens for call in run.calls} == {count("fine")}


async def test_no_run_goes_on_for_ever() -> None:
    endless = replace(LOOP, protocol=replace(LOOP.protocol, max_rounds=1000))
    model = CountingModel(saying(critic="mend it"))
    assert len(await speakers(endless, model)) == MAX_CALLS
    skills = compile_system(PIPELINE).skills
    again = CountingModel(lambda prompt, user: "plan" if prompt.startswith("Choose") else "x")
    assert len((await run_stepwise(skills, "T", again)).calls) == 2 * 2 * len(skills)


# --- comparison ---------------------------------------------------------------------------------

TASKS = [TaskRow(task=f"task {n}", check="exact", answer="right") for n in range(4)]


async def test_a_comparison_judges_both_sides() -> None:
    def answer(prompt: str, user: str) -> str:
        single = "End with a section" in prompt
        return "Answer: right" if single or "task 0" in user else "Answer: wrong"

    found = await compare(
        PIPELINE, compile_system(PIPELINE), TASKS, CountingModel(answer), clock=Clock(), model="m"
    )
    assert found.side("agents").accuracy.value == 0.25 and found.side("one call").accuracy.value == 1.0
    assert (found.side("agents").calls, found.side("one call").calls) == (3.0, 1.0)
    assert found.saved("calls") == pytest.approx(2 / 3)
    said = render(compared(found))
    assert "SAME MODEL  m" in said and " 25% (" in said and "calls 66.7%" in said


async def test_a_failed_call_costs_its_task_and_nothing_else() -> None:
    model = CountingModel(lambda prompt, user: "Answer: right")

    async def failing(messages: Any) -> Any:
        if "task 3" in messages[1]["content"]:
            raise ModelError("the model is away")
        return await model(messages)

    found = await compare(PIPELINE, compile_system(PIPELINE), TASKS, failing, clock=Clock())
    assert [side.failed for side in found.sides] == [1, 1]
    assert found.side("agents").accuracy.value == 1.0 and found.errors == ("the model is away",)
    assert "error: the model is away" in render(compared(found))


async def test_half_a_system_is_not_compared() -> None:
    with pytest.raises(UsageError, match="not compilable as a whole"):
        await compare(DEBATE, compile_system(DEBATE), TASKS, CountingModel(saying()))


async def test_nothing_but_failures_is_not_judged() -> None:
    async def failing(messages: Any) -> Any:
        raise ModelError("away")

    found = await compare(PIPELINE, compile_system(PIPELINE), TASKS, failing)
    assert found.side("agents").accuracy.value is None and found.saved("tokens") is None
    assert "not judged" in render(compared(found))


@pytest.mark.parametrize(
    ("right", "total", "low", "high"), [(0, 10, 0.0, 0.213), (5, 10, 0.269, 0.731), (10, 10, 0.787, 1.0)]
)
def test_intervals_are_wilsons(right: int, total: int, low: float, high: float) -> None:
    found = share(right, total)
    assert found.low == pytest.approx(low, abs=1e-3) and found.high == pytest.approx(high, abs=1e-3)
