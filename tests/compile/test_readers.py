"""CrewAI, subagents and AutoGen are read into one form, and everything else is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from skillaudit.compile.crew_code import CrewCode
from skillaudit.compile.crew_program import Unknown, read_program
from skillaudit.compile.sources import read_system
from skillaudit.compile.system import System
from skillaudit.errors import LoadError
from tests.compile import crews
from tests.conftest import SAMPLES


def edges(system: System) -> list[tuple[str, str, str]]:
    return [(edge.source, edge.target, edge.kind) for edge in system.edges]


# --- CrewAI -------------------------------------------------------------------------------------


def test_a_crew_in_sequence(tmp_path: Path) -> None:
    system = read_system(crews.newsletter(tmp_path))
    assert (system.name, system.source, system.protocol.kind, system.protocol.start) == (
        "newsletter", "crewai", "sequential", "collector",
    )  # fmt: skip
    assert edges(system) == [("collector", "writer", "handover")]
    collector = system.agent("collector")
    assert collector.role == "News collector for {industry}"
    assert collector.policy == "You are a reader of forty feeds.\n\nGoal: Find what happened this week"
    assert [task.name for task in collector.tasks] == ["collect_news_task"]
    assert system.agent("writer").tasks[0].inputs == ("collect_news_task",)
    assert system.skipped == ()


def test_context_tools_and_typed_output_come_from_the_program(tmp_path: Path) -> None:
    system = read_system(crews.hiring(tmp_path))
    assert edges(system) == [
        ("sourcer", "matcher", "handover"), ("sourcer", "reporter", "handover"), ("matcher", "reporter", "handover"),
    ]  # fmt: skip
    assert system.agent("sourcer").tools == ("SerperDevTool", "browser")
    assert (
        system.agent("reporter")
        .tasks[0]
        .output.endswith("best three. Give it as a JSON object of type Page.")
    )


def test_a_manager_that_is_a_model(tmp_path: Path) -> None:
    system = read_system(crews.support(tmp_path))
    assert system.protocol.kind == "router" and system.protocol.start == "manager"
    assert edges(system) == [("manager", "billing", "delegate"), ("manager", "technical", "delegate")]
    assert system.agent("manager").model == "gpt-4o"
    assert [task.name for task in system.agent("manager").tasks] == ["answer_ticket"]


def test_a_manager_that_is_an_agent(tmp_path: Path) -> None:
    system = read_system(crews.studio(tmp_path))
    assert edges(system) == [("producer", "scout", "delegate"), ("producer", "buyer_of_props", "delegate")]
    assert system.agent("producer").model == "gpt-4o"


def test_tasks_beside_each_other_meet_in_the_next(tmp_path: Path) -> None:
    system = read_system(crews.atlas(tmp_path))
    assert edges(system) == [("geographer", "editor", "handover"), ("historian", "editor", "handover")]


def test_quotes_models_inline_agents_and_idle_ones(tmp_path: Path) -> None:
    system = read_system(crews.kitchen(tmp_path))
    planner = system.agent("planner")
    assert planner.role == "Menu planner" and "Goal: Plan a menu for {guests} guests" in planner.policy
    assert [agent.name for agent in system.agents] == ["planner", "cook", "waiter"]
    assert {agent.model for agent in system.agents} == {"gpt-4o-mini"}
    assert {item.code for item in system.skipped} == {"idle-agent", "unknown-key"}
    assert next(item.path for item in system.skipped if item.code == "unknown-key") == "config/tasks.yaml:13"
    # An agent at work early and late makes no circle of steps.
    assert ("cook", "planner", "handover") in edges(system)


def test_a_program_without_a_crew_is_said(tmp_path: Path) -> None:
    crews.newsletter(tmp_path)
    (tmp_path / "src/newsletter/crew.py").write_text("x = 1\n")
    (tmp_path / "src/newsletter/broken.py").write_text("def (\n")
    system = read_system(tmp_path)
    assert {item.code for item in system.skipped} == {"no-crew", "unreadable-code"}
    assert edges(system) == [("collector", "writer", "handover")]


def test_several_crews_are_not_one(tmp_path: Path) -> None:
    crews.newsletter(tmp_path / "a")
    crews.atlas(tmp_path / "b")
    with pytest.raises(
        LoadError, match=r"holds 2 crews \(a/src/newsletter/config, b/config\); give the folder of one"
    ):
        read_system(tmp_path)


def test_a_yaml_bomb_in_a_crew_is_refused(tmp_path: Path) -> None:
    crews.newsletter(tmp_path)
    (tmp_path / "src/newsletter/config/agents.yaml").write_text("a: &a {role: x}\nb: *a\n")
    with pytest.raises(LoadError, match=r"agents.yaml:2: an alias"):
        read_system(tmp_path)


def program(folder: Path, text: str) -> tuple[CrewCode, tuple[Unknown, ...]]:
    (folder / "crew.py").write_text(text)
    return read_program(folder / "crew.py", folder)


def test_what_is_computed_is_said(tmp_path: Path) -> None:
    code, unread = program(
        tmp_path,
        "class C:\n  @agent\n  def a(self):\n    return Agent(role=make(), llm=pick(), goal=f'do {x}')\n",
    )
    assert code.agents[0].texts == {"goal": "do {x}"}
    assert [(one.place, one.reason) for one in unread] == [
        ("crew.py:4", "`role` of a is computed"), ("crew.py:4", "`llm` of a is computed")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "model"),
    [
        ("'gpt-4o'", "gpt-4o"),
        ("LLM(model='gpt-4o')", "gpt-4o"),
        ("LLM('gpt-4o')", "gpt-4o"),
        ("ChatOpenAI(model_name='gpt-4o')", "gpt-4o"),
        ("self.llm", "gpt-4o"),
        ("chosen", "gpt-4o"),
        ("unknown", ""),
    ],
)
def test_models_in_programs(expression: str, model: str, tmp_path: Path) -> None:
    head = "class C:\n  llm = LLM(model='gpt-4o')\nchosen = 'gpt-4o'\n"
    code, _ = program(tmp_path, f"{head}a = Agent(role='r', llm={expression})\n")
    assert code.agents[0].texts.get("llm", "") == model


@pytest.mark.parametrize("text", ["def (", "x = " + "(" * 500, "\x00"])
def test_broken_programs_are_one_error(text: str, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"crew\.py: "):
        program(tmp_path, text)


# --- Claude Code subagents ----------------------------------------------------------------------


def write_agent(folder: Path, name: str, head: str, body: str = "You are it.") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(f"---\nname: {name}\n{head}---\n\n{body}\n", encoding="utf-8")


def test_the_fields_of_a_subagent(tmp_path: Path) -> None:
    head = (
        "description: Does it.\ntools: Read, Bash(git add:*, git commit:*), mcp__x__y\nmodel: opus\n"
        "permissionMode: plan\nmemory: user\nisolation: worktree\nunheard: of\ncolor: red\n"
    )
    write_agent(tmp_path / ".claude" / "agents", "one", head)
    system = read_system(tmp_path)
    (agent,) = system.agents
    assert agent.tools == ("Read", "Bash(git add:*, git commit:*)", "mcp__x__y")
    assert agent.model == "opus" and len(agent.private) == 2
    assert [(item.path, item.code) for item in system.skipped] == [
        (".claude/agents/one.md:6", "runtime-key"), (".claude/agents/one.md:9", "unknown-key"),
    ]  # fmt: skip
    assert system.name == tmp_path.name


@pytest.mark.parametrize(
    ("line", "tools"),
    [
        ("", None),
        ("tools: []\n", ()),
        ("tools:\n  - Read\n  - Grep\n", ("Read", "Grep")),
        ("tools: Read\n", ("Read",)),
    ],
)
def test_tools_of_a_subagent(line: str, tools: tuple[str, ...] | None, tmp_path: Path) -> None:
    write_agent(tmp_path, "one", "description: Does it.\n" + line)
    assert read_system(tmp_path).agents[0].tools == tools


@pytest.mark.parametrize("model", ["inherit", "INHERIT", "", "default"])
def test_an_inherited_model_is_none(model: str, tmp_path: Path) -> None:
    write_agent(tmp_path, "one", f"description: Does it.\nmodel: {model}\n")
    assert read_system(tmp_path).agents[0].model == ""


def test_second_names_copies_and_other_files_are_said(tmp_path: Path) -> None:
    write_agent(tmp_path / "agents" / "a", "one", "description: Does it.\n", "You are the first.")
    write_agent(tmp_path / "agents" / "b", "one", "description: Does it.\n", "You are another.")
    write_agent(tmp_path / "agents" / "c", "two", "description: Does more.\n", "You are  the first.")
    (tmp_path / "agents" / "README.md").write_text("# About\n")
    system = read_system(tmp_path)
    assert [agent.name for agent in system.agents] == ["one"]
    assert {item.path: item.code for item in system.skipped} == {
        "agents/README.md": "not-an-agent", "agents/b/one.md": "shadowed", "agents/c/two.md": "copy",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Hand over to the test-runner agent when it is done.", True),
        ("Delegate to `test-runner` for this.", True),
        ("Invoke test-runner next.", True),
        ("Collaborate with test-runner on coverage.", False),
        ("The test-runner is fast.", False),
        ("Use my-test-runner for this.", False),
        ("Use writer style.", False),
        ("Use the writer agent.", True),
    ],
)
def test_hand_offs_between_subagents(line: str, found: bool, tmp_path: Path) -> None:
    write_agent(tmp_path, "first", "description: Does it.\n", line)
    write_agent(tmp_path, "test-runner", "description: Runs tests.\n", "You run.")
    write_agent(tmp_path, "writer", "description: Writes.\n", "You write.")
    assert bool(read_system(tmp_path).edges) is found


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    write_agent(outside, "secret", "description: Outside.\n")
    inside = tmp_path / "inside" / "agents"
    write_agent(inside, "one", "description: Does it.\n")
    (inside / "linked.md").symlink_to(outside / "secret.md")
    (inside / "folder").symlink_to(outside)
    system = read_system(tmp_path / "inside")
    assert [agent.name for agent in system.agents] == ["one"]
    assert {item.path for item in system.skipped} == {"agents/linked.md", "agents/folder"}


def test_escapes_are_removed_from_prompts(tmp_path: Path) -> None:
    write_agent(tmp_path, "one", "description: Does \u202eit.\n", "You are \x1b[31mit.")
    (agent,) = read_system(tmp_path).agents
    assert agent.description == "Does it." and agent.policy == "You are it."


def test_skills_beside_agents_are_no_agents(tmp_path: Path) -> None:
    write_agent(tmp_path / "agents", "one", "description: Does it.\n")
    skill = tmp_path / "agents" / "x" / "SKILL.md"
    skill.parent.mkdir()
    skill.write_text("---\nname: x\ndescription: A skill.\n---\n\nBody.\n")
    assert [agent.name for agent in read_system(tmp_path).agents] == ["one"]


# --- AutoGen ------------------------------------------------------------------------------------


def component(kind: str, **config: Any) -> dict[str, Any]:
    return {"provider": f"autogen_agentchat.x.{kind}", "component_type": "x", "config": config}


def assistant(name: str, **more: Any) -> dict[str, Any]:
    return component(
        "AssistantAgent", name=name, system_message=f"You are {name}.",
        model_client=component("Client", model="gpt-4o"), **more,
    )  # fmt: skip


def read_json(tmp_path: Path, data: object) -> System:
    path = tmp_path / "team.json"
    path.write_text(json.dumps(data))
    return read_system(path)


def test_a_round_robin_with_an_end_is_a_line(tmp_path: Path) -> None:
    team = component("RoundRobinGroupChat", participants=[assistant("a"), assistant("b")], max_turns=2)
    system = read_json(tmp_path, team)
    assert system.protocol.kind == "sequential" and edges(system) == [("a", "b", "handover")]
    assert system.name == "round-robin-group-chat" and {a.model for a in system.agents} == {"gpt-4o"}


def test_a_round_robin_that_goes_on_is_a_loop(tmp_path: Path) -> None:
    stop = component(
        "OrTerminationCondition",
        conditions=[
            component("TextMentionTermination", text="DONE"),
            component("MaxMessageTermination", max_messages=9),
        ],
    )
    team = component(
        "RoundRobinGroupChat", participants=[assistant("a"), assistant("b")], termination_condition=stop
    )
    system = read_json(tmp_path, team)
    assert edges(system) == [("a", "b", "handover"), ("b", "a", "feedback")]
    assert (system.protocol.kind, system.protocol.max_rounds) == ("loop", 4)
    assert system.protocol.stop == "an answer says DONE or 9 messages are exchanged"


def test_a_swarm_has_its_hand_offs(tmp_path: Path) -> None:
    handoff = {"target": "b", "description": "to b"}
    team = component("Swarm", participants=[assistant("a", handoffs=[handoff, "nobody"]), assistant("b")])
    system = read_json(tmp_path, team)
    assert edges(system) == [("a", "b", "delegate")]
    assert [item.code for item in system.skipped] == ["loose-edge"]


def test_a_graph_flow_has_its_edges(tmp_path: Path) -> None:
    nodes = {
        "a": {"name": "a", "edges": [{"target": "b", "condition": "ok"}]},
        "b": {"name": "b", "edges": []},
    }
    team = component("GraphFlow", participants=[assistant("a"), assistant("b")], graph={"nodes": nodes})
    system = read_json(tmp_path, team)
    assert system.edges[0].passes == "when the answer holds ok" and system.protocol.kind == "graph"


def test_people_code_and_inner_teams(tmp_path: Path) -> None:
    inner = component("RoundRobinGroupChat", participants=[assistant("c")], max_turns=1)
    parts = [
        assistant("a"), component("UserProxyAgent", name="user"), component("CodeExecutorAgent", name="runner"),
        component("SocietyOfMindAgent", name="society", team=inner), assistant("a"),
    ]  # fmt: skip
    system = read_json(tmp_path, component("SelectorGroupChat", participants=parts))
    assert [agent.name for agent in system.agents] == ["a", "c"] and system.protocol.kind == "router"
    assert [item.code for item in system.skipped] == ["human", "no-prompt", "inner-team", "shadowed"]


def test_memory_is_private_and_a_cut_history_is_said(tmp_path: Path) -> None:
    cut = component("BufferedChatCompletionContext", buffer_size=2)
    agent = assistant("a", memory=[component("ListMemory")], model_context=cut)
    system = read_json(tmp_path, component("Swarm", participants=[agent]))
    assert system.agents[0].private == ("keeps a memory of its own (ListMemory)",)
    assert [item.code for item in system.skipped] == ["context"]


def test_the_first_team_of_a_gallery(tmp_path: Path) -> None:
    teams = [
        {**component("Swarm", participants=[assistant(name)]), "label": f"team {name}"} for name in ("a", "b")
    ]
    system = read_json(tmp_path, {"components": {"teams": teams}})
    assert system.name == "team a" and [item.code for item in system.skipped] == ["second-team"]


def test_tools_of_a_workbench_keep_their_descriptions() -> None:
    system = read_system(SAMPLES / "multi_agent" / "autogen-release-notes.json")
    assert [tool.name for tool in system.tools] == ["list_merged_changes"]
    assert system.tools[0].description.startswith("List the changes")


# --- what is no source --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("x.json", "{}", "nor a list of agents"),
        ("x.yaml", "a: 1\n", "start the file with `format: skillaudit-agents/1`"),
        ("x.txt", "hello", "not a description of agents"),
        ("x.json", '{"provider": "autogen.Swarm"}', "no agent that runs on a model"),
        ("x.md", "# Title\n", "no agent found in 1 Markdown files"),
        ("x.json", "{", "not valid JSON"),
    ],
)
def test_other_files_are_refused(name: str, text: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(LoadError) as caught:
        read_system(path)
    assert says in str(caught.value)


def test_missing_and_empty_sources_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="no such file or folder"):
        read_system(tmp_path / "nothing")
    with pytest.raises(LoadError, match="no agents found in 0 files"):
        read_system(tmp_path)
    with pytest.raises(LoadError):
        read_system("bad\x00name")
