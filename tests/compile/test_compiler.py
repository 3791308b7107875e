"""The three phases: capabilities, backends, and the topology written into the policies."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from skillaudit.compile.account import chains
from skillaudit.compile.asking import Complete, model_decomposer
from skillaudit.compile.capabilities import aligned_tools, decompose
from skillaudit.compile.compiler import Compilation, compile_system
from skillaudit.compile.sources import read_system
from skillaudit.compile.system import Task, Tool
from tests.compile.systems import agent, system
from tests.compile.test_table1 import LOOP, PIPELINE, ROUTER
from tests.conftest import SAMPLES


def body(compilation: Compilation, name: str) -> str:
    return next(skill.body for skill in compilation.skills if skill.name == name)


# --- phase 1 and 2 ------------------------------------------------------------------------------


def test_tasks_are_capabilities() -> None:
    tasks = (Task(name="find", text="Find facts on the web."), Task(name="sum up", text="Sum them up."))
    found = decompose(agent("a", tasks=tasks, tools=("WebSearch", "web_search_api")), ())
    assert [(c.name, c.alone, c.tools) for c in found] == [
        ("find", True, ("web_search_api",)), ("sum up", True, ("web_search_api",)),
    ]  # fmt: skip
    (only,) = decompose(agent("a", tasks=tasks[:1]), ())
    assert not only.alone


def test_duties_of_a_prompt_are_capabilities_of_one_skill() -> None:
    fenced = "```\nSteps:\n- no\n```\n"
    policy = f"You are it.\n\nWhen invoked:\n1. **Read** the code\n2. Judge it\n\nTone:\n- kind\n\n{fenced}"
    found = decompose(agent("a", policy), ())
    assert [c.text for c in found] == ["Read the code", "Judge it"] and not any(c.alone for c in found)
    assert len(compile_system(system([agent("a", policy)])).skills) == 1


def test_a_prompt_without_lists_is_one_capability() -> None:
    (found,) = decompose(agent("a", "You are it. Do that."), ())
    assert found.text == "You are it."


def test_a_duty_with_a_tool_of_its_own_is_a_skill_of_its_own() -> None:
    policy = "You are a guide.\n\nResponsibilities:\n- Fetch the weather for the route\n- Plan the stages\n"
    tools = (Tool(name="weather_api", description="Forecast for a place."),)
    given = replace(system([agent("guide", policy, tools=("weather_api", "Read"))]), tools=tools)
    compilation = compile_system(given)
    assert [(s.name, s.tools) for s in compilation.skills] == [
        ("guide", ()),
        ("fetch-weather-route", ("weather_api",)),
    ]
    text = body(compilation, "fetch-weather-route")
    assert (
        "- `weather_api`: Forecast for a place." in text and "Act as a guide." in text and "Plan" not in text
    )
    undescribed = replace(given, tools=())
    assert [s.name for s in compile_system(undescribed).skills] == ["guide"]


@pytest.mark.parametrize(
    ("text", "tool", "description", "aligned"),
    [
        ("Fetch the weather", "weather_api", "", True),
        ("Forecasting the weather", "get_weather_forecast", "", True),
        ("Write a letter", "weather_api", "", False),
        ("Use the tool", "api_tool", "", False),
        ("Sum the invoices of a customer", "lookup", "Find invoices by customer.", True),
        ("Sum the invoices", "lookup", "Find invoices by customer.", False),
        ("Read the file", "Read", "Reads files.", False),
    ],
)
def test_alignment_of_tools(text: str, tool: str, description: str, aligned: bool) -> None:
    assert bool(aligned_tools(text, [Tool(name=tool, description=description)])) is aligned


def answering(*answers: str) -> tuple[Complete, list[str]]:
    asked: list[str] = []
    queue = iter(answers)

    def complete(prompt: str) -> str:
        asked.append(prompt)
        return next(queue)

    return complete, asked


def test_a_model_decomposes_when_asked() -> None:
    rows = [
        {"name": "check sums", "description": "Checks sums. Use when a bill is long.", "steps": "Add up.", "tools": []},
        {"name": "fetch rates", "description": "Fetches rates. Use when money changes.", "steps": "Ask.",
         "tools": ["fx", "no"]},
    ]  # fmt: skip
    complete, asked = answering("Sure:\n```json\n" + json.dumps({"capabilities": rows}) + "\n```")
    given = system([agent("clerk", "You add and ask.", tools=("fx",))])
    compilation = compile_system(given, decomposer=model_decomposer(complete))
    assert [(s.name, s.description, s.tools) for s in compilation.skills] == [
        ("check-sums", "Checks sums. Use when a bill is long.", ()),
        ("fetch-rates", "Fetches rates. Use when money changes.", ("fx",)),
    ]
    assert "You add and ask." in asked[0] and "fx" in asked[0]


@pytest.mark.parametrize(
    "answer",
    [
        "no",
        "{broken",
        '{"capabilities": []}',
        '{"capabilities": [1]}',
        '{"capabilities": [{"name": "x"}]}',
        "[" * 9999,
    ],
)
def test_the_rules_stand_in_for_an_answer_that_cannot_be_used(answer: str) -> None:
    notes: list[str] = []
    complete, _ = answering(answer)
    given = system([agent("clerk", "You add.")])
    assert (
        compile_system(given, decomposer=model_decomposer(complete, notes.append)).skills
        == compile_system(given).skills
    )
    assert len(notes) == 1 and notes[0].startswith("clerk: the model's answer cannot be used")


def test_named_tasks_are_not_asked_about() -> None:
    complete, asked = answering()
    given = system([agent("a", tasks=(Task(name="t", text="Do it."),))])
    compile_system(given, decomposer=model_decomposer(complete))
    assert asked == []


# --- phase 3 ------------------------------------------------------------------------------------


def test_a_pipeline_hands_over_in_both_policies() -> None:
    compilation = compile_system(PIPELINE)
    assert [(h.source, h.target, h.kind) for h in compilation.handovers] == [
        ("plan", "solve", "handover"), ("solve", "verify", "handover"),
    ]  # fmt: skip
    assert "under the heading “Result of plan”" in body(compilation, "plan")
    assert "Then use the `solve` skill." in body(compilation, "plan")
    assert "The part headed “Result of plan” in this conversation." in body(compilation, "solve")
    assert "Hand-over" not in body(compilation, "verify")
    assert compilation.skills[1].description.endswith("Runs after plan, on its result.")


def test_formats_and_what_is_passed_are_matched() -> None:
    compilation = compile_system(read_system(SAMPLES / "multi_agent" / "gsm8k.yaml"))
    first = body(compilation, "decomposer")
    assert "## Result\n\nA list of quantities, the question in one line, and numbered steps.\n" in first
    assert "“Result of decomposer”, in the form given above." in first
    assert "Then use the `solver` skill, passing on the numbered steps." in first


def test_a_loop_says_when_it_ends() -> None:
    compilation = compile_system(replace(LOOP, protocol=replace(LOOP.protocol, stop="the text is clear")))
    assert "use the `writer` skill again, until the text is clear, at most 3 rounds" in body(
        compilation, "critic"
    )
    assert "From `critic`, when it comes back: what to mend." in body(compilation, "writer")


@pytest.mark.parametrize(("rounds", "told"), [(1, "at most 1 round;"), (5, "at most 5 rounds;")])
def test_the_rounds_of_a_loop_are_told(rounds: int, told: str) -> None:
    compilation = compile_system(replace(LOOP, protocol=replace(LOOP.protocol, max_rounds=rounds)))
    assert told in body(compilation, "critic") and "until nothing is left to mend" in body(
        compilation, "critic"
    )


def test_only_one_heading_of_the_first_level_stays() -> None:
    policy = "# First\n\nDo it.\n\n# Second\n\n```\n# a comment\n```\n\n# Third\n"
    text = body(compile_system(system([agent("a", policy)])), "a")
    assert text == "# First\n\nDo it.\n\n## Second\n\n```\n# a comment\n```\n\n## Third\n"


def test_the_title_comes_before_the_examples() -> None:
    given = agent(
        "a", "# Mender\n\nYou are a mender.", description='Mends. Use now. Examples: user: "Mend it please"'
    )
    text = body(compile_system(system([given])), "a")
    assert text.startswith("# Mender\n\n## When to use\n\n- Mend it please\n\nAct as a mender.")


@pytest.mark.parametrize(
    ("role", "told"),
    [
        ("the Best Analyst", "Act as the Best Analyst."),
        ("HR clerk", "Act as an HR clerk."),
        ("{x} guide", "Act as a [x] guide."),
    ],
)
def test_a_role_is_acted(role: str, told: str) -> None:
    assert told in body(compile_system(system([agent("a", "Do it.", role=role)])), "a")


def test_a_router_lists_its_workers_and_is_declared() -> None:
    compilation = compile_system(ROUTER)
    router = next(skill for skill in compilation.skills if skill.name == "router")
    assert router.router and not any(s.router for s in compilation.skills if s.name != "router")
    assert "- `search`" in router.body and "- `maths`" in router.body


def test_a_neighbour_that_stays_an_agent_is_named_as_one() -> None:
    agents = (PIPELINE.agents[0], replace(PIPELINE.agents[1], private=("notes",)), PIPELINE.agents[2])
    compilation = compile_system(replace(PIPELINE, agents=agents))
    assert [skill.name for skill in compilation.skills] == ["plan", "verify"] and compilation.kept == (
        "solve",
    )
    assert "Then give it to the agent `solve`, which stays an agent of its own." in body(compilation, "plan")


def test_a_crew_runs_in_the_order_of_its_tasks() -> None:
    compilation = compile_system(read_system(SAMPLES / "multi_agent" / "crew"))
    assert [skill.name for skill in compilation.skills] == [
        "collect-species", "confirm-names", "illustrator", "editor",
    ]  # fmt: skip
    assert [chain.skills for chain in chains(compilation)] == [
        ("collect-species", "confirm-names", "illustrator", "editor"), ("collect-species", "confirm-names", "editor"),
    ]  # fmt: skip
    text = body(compilation, "collect-species")
    assert "[region]: from the request" in text and "`SerperDevTool`" in text


def test_feedback_and_delegation_make_no_chain() -> None:
    assert [chain.skills for chain in chains(compile_system(LOOP))] == [("writer", "critic")]
    assert all("router" not in chain.skills for chain in chains(compile_system(ROUTER)))


def test_agents_are_renamed_in_the_prompts_of_others() -> None:
    writer = agent("letter_writer_agent", "Ask the letter_writer_agent or the editor agent. An editor edits.")
    editor = agent("editor", "You edit.")
    compilation = compile_system(system([writer, editor]))
    assert "the `letter-writer` or the `editor` skill. An editor edits." in body(compilation, "letter-writer")


def test_lists_of_a_task_are_set_flush() -> None:
    task = Task(name="t", text="Do it:\n\n    - first\n      - inner\n    - second {x}\n\n\n\nEnd `{y}`.")
    text = body(compile_system(system([agent("a", tasks=(task,))])), "a")
    assert "## Steps\n\nDo it:\n\n- first\n  - inner\n- second [x]\n\nEnd" in text
    assert "- [x]: from the request" in text and "- [y]:" not in text


@pytest.mark.parametrize("title", ["Review Agent", "Review Subagent", "Review"])
def test_a_title_names_the_work_and_no_agent(title: str) -> None:
    assert body(compile_system(system([agent("a", f"# {title}\n\nDo it.")])), "a").startswith("# Review\n")


def test_examples_in_a_prompt_become_requests() -> None:
    policy = (
        'You are it.\n\n## When to Delegate\n\n<example>\nContext: x\nuser: "Mend the red test"\n'
        'assistant: "I will use the agent"\n</example>\n\n## Rules\n\n- None\n'
    )
    text = body(compile_system(system([agent("a", policy)])), "a")
    assert "## When to use\n\n- Mend the red test\n\n## Rules" in text and "<example>" not in text


def test_code_and_its_braces_are_left_alone() -> None:
    policy = "You are it. Fill {name}.\n\n```python\nprint(f'{name}')\n```\n\nUse `{name}` too."
    text = body(compile_system(system([agent("a", policy)])), "a")
    assert "Fill [name]." in text and "print(f'{name}')" in text and "`{name}`" in text


def test_messages_between_agents_are_left_out_and_kept_on_record() -> None:
    message = 'Context query:\n```json\n{"requesting_agent": "a"}\n```'
    policy = f'You are it.\n\n{message}\n\nSample:\n```json\n{{"x": 1}}\n```\n'
    compilation = compile_system(system([agent("a", policy)]))
    text = body(compilation, "a")
    assert "requesting_agent" not in text and "Context query" not in text and '{"x": 1}' in text
    assert [removed.agent for removed in compilation.removed] == ["a"]


def test_an_agent_without_a_word_gets_no_skill() -> None:
    given = system([agent("a"), agent("b")])
    silent = replace(given, agents=(given.agents[0], replace(given.agents[1], policy="")))
    compilation = compile_system(silent)
    assert [skill.name for skill in compilation.skills] == ["a"]
    assert compilation.notes == ("Without instructions, and so without a skill: b.",)


def test_equal_descriptions_are_told_apart() -> None:
    given = system(
        [
            agent("a", "Do one thing.", description="Does it. Use now."),
            agent("b", "Do two.", description="Does it. Use now."),
        ]
    )
    assert len({skill.description for skill in compile_system(given).skills}) == 2


@pytest.mark.parametrize("tools", [("Read", "Grep"), ("Read", "Bash")])
def test_a_role_that_only_reads_says_so(tools: tuple[str, ...]) -> None:
    text = body(compile_system(system([agent("a", "You look.", tools=tools)])), "a")
    assert ("changes no file" in text) is ("Bash" not in tools)
