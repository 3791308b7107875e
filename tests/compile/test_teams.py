"""Programs of the OpenAI Agents SDK and of LangGraph, and lists of agents: read by syntax, never run."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest

from skillaudit.compile.compiler import compile_system
from skillaudit.compile.sources import read_system
from skillaudit.compile.system import System
from skillaudit.errors import LoadError
from tests.compile import programs


def one(folder: Path, text: str, name: str = "main.py") -> System:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(
        "raise SystemExit('it must not run')\n" + textwrap.dedent(text), encoding="utf-8"
    )
    return read_system(folder)


def edges(system: System) -> list[tuple[str, str, str]]:
    return [(edge.source, edge.target, edge.kind) for edge in system.edges]


DESK = """
    from agents import Agent, Runner, function_tool, handoff

    @function_tool
    def find_invoice(number: str) -> str:
        '''Find an invoice by its number.'''

    PREFIX = "You work at a help desk. "
    billing = Agent(name="Billing agent", handoff_description="Questions about invoices",
                    instructions=PREFIX + "Settle invoices.", tools=[find_invoice], model="gpt-4.1-mini")
    technical = Agent(name="Technical agent", instructions="Find the fault.", model="gpt-4.1-mini")
    triage = Agent(name="Triage agent", instructions="Send the user on.", handoffs=[billing, handoff(technical)],
                   model="gpt-4.1-mini")
    billing.handoffs.append(triage)
"""


def test_hand_offs_make_a_router_and_its_workers(tmp_path: Path) -> None:
    system = one(tmp_path, DESK)
    assert system.source == "openai-agents" and system.protocol.kind == "router"
    billing = system.agent("Billing agent")
    assert billing.policy == "You work at a help desk. Settle invoices." and billing.tools == (
        "find_invoice",
    )
    assert billing.description == "Questions about invoices" and billing.model == "gpt-4.1-mini"
    assert [tool.description for tool in system.tools] == ["Find an invoice by its number."]
    assert edges(system)[:2] == [
        ("Triage agent", "Billing agent", "delegate"), ("Triage agent", "Technical agent", "delegate")
    ]  # fmt: skip
    compilation = compile_system(system)
    assert compilation.verdict.compilable and compilation.verdict.architecture == "router-workers"
    assert {skill.name for skill in compilation.skills} == {"billing", "technical", "triage"}


def test_agents_as_tools_clones_and_runs_in_order(tmp_path: Path) -> None:
    tools = """
        from agents import Agent
        spanish = Agent(name="spanish", instructions="Translate to Spanish.")
        french = spanish.clone(name="french", instructions="Translate to French.")
        boss = Agent(name="boss", instructions="Have it translated.", tools=[
            spanish.as_tool(tool_name="a", tool_description="b"), french.as_tool(tool_name="c", tool_description="d")])
    """
    assert edges(one(tmp_path / "tools", tools)) == [
        ("boss", "spanish", "delegate"), ("boss", "french", "delegate")
    ]  # fmt: skip
    line = """
        from agents import Agent, Runner
        async def main():
            outline = Agent(name="outline", instructions="Write an outline.")
            story = Agent(name="story", instructions="Write the story.")
            first = await Runner.run(outline, "x")
            second = await Runner.run(story, first.final_output)
    """
    system = one(tmp_path / "line", line)
    assert edges(system) == [("outline", "story", "handover")] and system.protocol.kind == "sequential"


def test_samples_are_no_steps_and_files_that_import_each_other_are_one(tmp_path: Path) -> None:
    agents = "from agents import Agent\npoet = Agent(name='poet', instructions='Write a poem.')\n"
    (tmp_path / "poets.py").write_text(agents)
    run = """
        import asyncio
        from agents import Runner
        from poets import poet
        async def main():
            await asyncio.gather(Runner.run(poet, "x"), Runner.run(poet, "x"), Runner.run(poet, "x"))
    """
    system = one(tmp_path, run)
    assert [agent.samples for agent in system.agents] == [3]
    assert compile_system(system).verdict.architecture == "parallel-sampling"
    (tmp_path / "other.py").write_text(agents)
    with pytest.raises(LoadError, match=r"holds 2 .*other.py"):
        read_system(tmp_path)


def test_runs_in_a_loop_are_turns(tmp_path: Path) -> None:
    text = """
        from agents import Agent, Runner
        async def main():
            writer = Agent(name="writer", instructions="Write.")
            judge = Agent(name="judge", instructions="Judge it.")
            while True:
                draft = await Runner.run(writer, "x")
                found = await Runner.run(judge, draft)
                if found.good:
                    break
    """
    system = one(tmp_path, text)
    assert edges(system) == [("writer", "judge", "handover"), ("judge", "writer", "feedback")]
    assert compile_system(system).verdict.architecture == "iterative-refinement"


def test_what_one_agent_has_for_itself_is_private(tmp_path: Path) -> None:
    text = """
        from crewai import Agent, Crew, Task
        a = Agent(role="Seller", goal="Sell", backstory="You sell.", knowledge_sources=[prices], memory=True)
        b = Agent(role="Buyer", goal="Buy", backstory="You buy.", memory=False)
        t = Task(description="Sell it.", expected_output="A deal.", agent=a)
        u = Task(description="Buy it.", expected_output="A deal.", agent=b)
        Crew(agents=[a, b], tasks=[t, u])
    """
    system = one(tmp_path, text)
    assert [agent.private for agent in system.agents] == [
        ("reads sources that the others do not (prices)", "keeps a memory of its own (memory)"), ()
    ]  # fmt: skip
    verdict = compile_system(system).verdict
    assert verdict.failed("C2") and verdict.kept == ("a",)


def test_agents_of_one_name_are_told_apart(tmp_path: Path) -> None:
    text = """
        from agents import Agent
        first = Agent(name="Assistant", instructions="Greet.")
        second = Agent(name="Assistant", instructions="Help.", handoffs=[first])
    """
    assert edges(one(tmp_path, text)) == [("Assistant (second)", "Assistant", "delegate")]


GRAPH = """
    from langgraph.graph import END, START, StateGraph
    from langgraph.prebuilt import ToolNode, create_react_agent

    WRITER_PROMPT = "You write a report from notes that were gathered."
    researcher = create_react_agent("openai:gpt-4o", tools=[search], prompt="You gather notes.")

    def research(state):
        return researcher.invoke(state)

    def write(state):
        return llm.invoke([("system", WRITER_PROMPT), ("human", state["notes"])])

    def critic(state):
        '''Criticise the report.'''
        return llm.invoke(state)

    def decide(state):
        if state["good"]:
            return END
        return "write"

    graph = StateGraph(State)
    graph.add_node("research", research)
    graph.add_node("tools", ToolNode([search]))
    graph.add_node(write)
    graph.add_node("critic", critic)
    graph.add_edge(START, "research")
    graph.add_edge("research", "tools")
    graph.add_edge("tools", "write")
    graph.add_edge("write", "critic")
    graph.add_conditional_edges("critic", decide)
"""


def test_a_graph_is_read_with_the_texts_of_its_functions(tmp_path: Path) -> None:
    system = one(tmp_path, GRAPH)
    assert {agent.name: agent.policy for agent in system.agents} == {
        "research": "You gather notes.",
        "write": "You write a report from notes that were gathered.",
        "critic": "Criticise the report.",
    }
    assert edges(system) == [
        ("write", "critic", "handover"), ("critic", "write", "handover"), ("research", "write", "handover")
    ]  # fmt: skip
    assert system.source == "langgraph" and system.protocol.start == "research"
    assert [(item.path, item.code) for item in system.skipped] == [("node tools", "no-prompt")]
    assert compile_system(system).verdict.architecture == "iterative-refinement"


def test_supervisors_choose_and_workers_come_back_by_themselves(tmp_path: Path) -> None:
    made = """
        from langgraph_supervisor import create_supervisor
        from langgraph.prebuilt import create_react_agent
        maths = create_react_agent(model="gpt-4o", tools=[add], name="maths", prompt="You do sums.")
        web = create_react_agent(model="gpt-4o", tools=[search], name="web", prompt="You search.")
        boss = create_supervisor([maths, web], model=llm, prompt="You manage two experts.")
    """
    system = one(tmp_path / "made", made)
    assert edges(system) == [("boss", "maths", "delegate"), ("boss", "web", "delegate")]
    written = """
        from typing import Literal
        from langgraph.graph import StateGraph
        from langgraph.types import Command
        def boss(state) -> Command[Literal["maths", "web"]]:
            '''Choose who works next.'''
            return Command(goto=pick(state))
        def maths(state):
            '''You do sums.'''
            return Command(goto="boss")
        def web(state):
            '''You search.'''
            return Command(goto="boss")
        g = StateGraph(S)
        g.add_node(boss).add_node(maths).add_node(web)
        g.add_conditional_edges("boss", boss, {"m": "maths", "w": "web"})
    """
    system = one(tmp_path / "written", written)
    assert ("boss", "maths", "delegate") in edges(system) and system.protocol.kind == "router"


def test_what_is_computed_is_said_and_nothing_is_an_error(tmp_path: Path) -> None:
    text = """
        from agents import Agent
        a = Agent(name="a", instructions=make())
        b = Agent(name="b", instructions="Do b.")
    """
    system = one(tmp_path / "some", text)
    assert [item.code for item in system.skipped] == ["no-prompt"]
    with pytest.raises(LoadError, match="no agents found"):
        one(tmp_path / "other", "from agents import Thing\nAgent(name='a', instructions='x')\n")


def test_a_readme_beside_a_program_is_no_agent(tmp_path: Path) -> None:
    folder = programs.garden(tmp_path / "garden")
    (folder / "README.md").write_text("# Garden\n\nA crew.\n")
    (folder / "NOTES.md").write_text("# Notes\n\nOn gardens.\n")
    assert read_system(folder).source == "crewai"


LISTED = [
    {
        "name": "planner",
        "system_message": "You plan trips.",
        "llm_config": {"config_list": [{"model": "gpt-4"}]},
    },
    {"name": "booker", "instructions": "You book rooms.", "tools": [{"function": {"name": "book"}}], "x": 1},
    {"name": "ghost"},
]


def test_a_list_of_agents_is_read(tmp_path: Path) -> None:
    path = tmp_path / "trip.json"
    path.write_text(json.dumps(LISTED))
    system = read_system(path)
    assert [(a.name, a.policy, a.model, a.tools) for a in system.agents] == [
        ("planner", "You plan trips.", "gpt-4", ()), ("booker", "You book rooms.", "", ("book",))
    ]  # fmt: skip
    assert [item.code for item in system.skipped] == ["unknown-key", "no-prompt"]
    assert read_system(tmp_path).name == "trip"
    path.write_text(json.dumps([{"model": "gpt-4", "api_key": "x"}]))
    with pytest.raises(LoadError, match="nor a list of agents"):
        read_system(path)


DUTIES = """\
format: skillaudit-agents/1
name: office
agents:
  - name: clerk
    policy: |
      You are an office clerk. Keep dates in ISO form.

      Your duties:
      - Translates incoming letters into German, with the tone kept
      - Check invoices against orders and list what differs
      - Book meeting rooms

      Never send anything.
"""


def test_an_agent_of_three_duties_becomes_three_skills(tmp_path: Path) -> None:
    path = tmp_path / "office.yaml"
    path.write_text(DUTIES)
    skills = compile_system(read_system(path)).skills
    assert [skill.name for skill in skills] == [
        "translate-incoming-letters", "check-invoices-orders", "book-meeting-rooms"
    ]  # fmt: skip
    assert [skill.description for skill in skills] == [
        "Translates incoming letters into German, with the tone kept. Use when asked to translate incoming letters "
        "into German.",
        "Check invoices against orders and list what differs. Use when asked to check invoices against orders.",
        "Book meeting rooms. Use when asked to book meeting rooms.",
    ]
    for skill, other in zip(skills, ("invoices", "rooms", "letters"), strict=True):
        assert "Keep dates in ISO form." in skill.body and "Never send anything." in skill.body
        assert other not in skill.body


@pytest.mark.parametrize("label", ["When invoked:", "Workflow:", "Focus areas:"])
def test_steps_and_topics_are_no_duties(label: str, tmp_path: Path) -> None:
    path = tmp_path / "office.yaml"
    path.write_text(DUTIES.replace("Your duties:", label))
    assert [skill.name for skill in compile_system(read_system(path)).skills] == ["clerk"]
