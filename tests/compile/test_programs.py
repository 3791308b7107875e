"""CrewAI crews in Python alone: read by syntax, never run, and what stays unknown is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.compile import syntax
from skillaudit.compile.answers import parses
from skillaudit.compile.compiler import compile_system
from skillaudit.compile.crew_program import is_program, read_program
from skillaudit.compile.sources import read_system
from skillaudit.compile.system import System
from skillaudit.errors import LoadError
from tests.compile import crews, programs
from tests.test_growth import SECONDS, limited

HEAD = "from crewai import Agent, Crew, Task\n"


def read(name: str, tmp_path: Path) -> System:
    return read_system(programs.PROGRAMS[name](tmp_path / name))


def one(tmp_path: Path, text: str) -> System:
    path = tmp_path / "team.py"
    path.write_text(HEAD + text, encoding="utf-8")
    return read_system(path)


def said(system: System) -> list[tuple[str, str]]:
    return [(item.path, item.reason) for item in system.skipped]


def test_everything_at_the_top_of_one_file(tmp_path: Path) -> None:
    system = read("garden", tmp_path)
    assert (system.name, system.source, system.protocol.kind) == ("garden", "crewai", "sequential")
    surveyor, planter = system.agents
    assert surveyor.name == "surveyor" and surveyor.role == "Garden surveyor"
    assert surveyor.description == "Find out what the ground of {place} can carry in {season}"
    assert surveyor.policy.startswith(
        "You have kept allotments for thirty years and judge soil by its smell.\n"
    )
    assert surveyor.tools == ("soil_map", "WeatherTool") and surveyor.model == planter.model == "gpt-4o"
    assert surveyor.origin == "garden.py:10"
    assert planter.policy.startswith("You plan beds so that something flowers in every month.")
    assert [task.inputs for agent in system.agents for task in agent.tasks] == [(), ("survey",)]
    assert [(edge.source, edge.target) for edge in system.edges] == [("surveyor", "planter")]
    assert system.skipped == ()


def test_agents_and_tasks_that_methods_of_other_files_make(tmp_path: Path) -> None:
    system = read("voyage", tmp_path)
    assert system.name == "voyage"
    assert [agent.name for agent in system.agents] == ["harbour_master", "navigator"]
    assert [agent.model for agent in system.agents] == ["gpt-4o-mini"] * 2
    tasks = {task.name: (agent.name, task) for agent in system.agents for task in agent.tasks}
    assert {name: owner for name, (owner, _) in tasks.items()} == {
        "harbours": "harbour_master",
        "lay_course": "navigator",
    }
    assert tasks["lay_course"][1].inputs == ("harbours",)
    assert tasks["harbours"][1].text == "Choose three harbours on the coast {coast}.\n  Prefer sandy ground."
    assert system.agents[1].tools == ("ChartTools",)
    assert system.agents[0].origin == "app/voyage_agents.py:10" and system.skipped == ()


def test_agents_in_lists_and_a_manager(tmp_path: Path) -> None:
    system = read("market", tmp_path)
    assert system.protocol.kind == "router" and system.protocol.start == "head"
    assert [agent.name for agent in system.agents] == ["head", "fruit_seller", "fish_seller"]
    assert {(edge.source, edge.target, edge.kind) for edge in system.edges} == {
        ("head", "fruit_seller", "delegate"), ("head", "fish_seller", "delegate"),
    }  # fmt: skip
    assert [task.name for task in system.agents[0].tasks] == ["price_list"]


def test_what_only_running_would_tell_is_said_with_its_line(tmp_path: Path) -> None:
    system = read("foundry", tmp_path)
    assert [agent.name for agent in system.agents] == ["founder", "tuner"]
    assert said(system) == [
        ("foundry.py:5", "`backstory` of founder is computed"),
        ("foundry.py:6", "smith is made in a loop; it is taken once"),
        ("foundry.py:7", "`**` of tuner hands in arguments that only running would tell"),
        ("foundry.py:13", "a further crew is not taken over"),
        ("foundry.py:12", "the list of the crew's agents is computed; all agents are taken in order"),
        ("foundry.py:12", "the list of the crew's tasks is computed; all tasks are taken in order"),
        ("task hang", "its agent 'stranger' does not exist"),
        ("foundry.py:6", "agent 'smith' is in the files, but no task uses it"),
    ]
    assert {item.code for item in system.skipped} == {"computed", "no-agent", "idle-agent"}


@pytest.mark.parametrize("name", programs.PROGRAMS)
def test_programs_compile(name: str, tmp_path: Path) -> None:
    compilation = compile_system(read(name, tmp_path))
    assert compilation.verdict.compilable and len(compilation.skills) >= 2
    if name == "garden":
        assert compilation.skills[0].tools == ("soil_map", "WeatherTool")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("'a' 'b'", "ab"),
        ("'a' + ('b' + 'c')", "abc"),
        ("'a' + x", ""),
        ("KNOWN", "a constant"),
        ("dedent('  a')", "  a"),
        ("'''a '''.strip().format(place=1)", "a"),
        ("'a {place}'.format(place=1)", "a {place}"),
        ("f'a {where.place}'", "a {place}"),
        ("f'{KNOWN} {known} {told()} {asked(1)}'", "a constant {known} as told {asked}"),
        ("open('x').read()", ""),
        ("', '.join(names)", ""),
    ],
)
def test_texts(expression: str, text: str, tmp_path: Path) -> None:
    code = "known = 'x'\ndef told():\n  return 'as told'\ndef asked(x):\n  y = x\n  return 'z'\n"
    code += f"KNOWN = 'a constant'\na = Agent(role='R', goal={expression}, backstory='B')\n"
    code += "Crew(agents=[a], tasks=[Task(description='D', expected_output='E', agent=a)])\n"
    (agent,) = one(tmp_path, code).agents
    assert agent.description == text.strip()


AGENT = "Agent(role='R', goal='G', backstory='B')"
SHAPES = (
    f"a = {AGENT}\nt = Task(description='D', agent=a)\nteam = [a]\nCrew(agents=team, tasks=[t])",
    f"def a():\n  return {AGENT}\nCrew(agents=[a()], tasks=[Task(description='D', agent=a())])",
    f"def a():\n  x = {AGENT}\n  return x\nm = a()\nCrew(agents=[m], tasks=[Task(description='D', agent=m)])",
    f"class C:\n  def __init__(self):\n    self.a = {AGENT}\n"
    "  def crew(self):\n    t = Task(description='D', agent=self.a)\n    return Crew(agents=[self.a], tasks=[t])",
    f"Crew(tasks=[Task(description='D', agent={AGENT})])",
    f"async def a():\n  return {AGENT}\n"
    "if (m := a()):\n  Crew(agents=[m] + [], tasks=[Task(description='D', agent=m)])",
    "def t(agent, /, *, more):\n  return Task(description='D', agent=agent, context=[more])\n"
    f"m = {AGENT}\nCrew(agents=[m], tasks=[t(m, more=None)])",
)


@pytest.mark.parametrize("code", SHAPES)
def test_shapes_of_one_agent_with_one_task(code: str, tmp_path: Path) -> None:
    (agent,) = one(tmp_path, code + "\n").agents
    assert (agent.role, [task.text for task in agent.tasks]) == ("R", ["D"])


def test_two_agents_of_one_name_are_two(tmp_path: Path) -> None:
    code = "".join(
        f"def {name}():\n  x = Agent(role='{name.upper()}', goal='G')\n  return x\n" for name in "ab"
    )
    code += "Crew(agents=[a(), b()], tasks=[Task(description='D', agent=a()), Task(description='E', agent=b())])\n"
    assert [(agent.name, agent.role) for agent in one(tmp_path, code).agents] == [("a", "A"), ("b", "B")]


def test_a_folder_with_yaml_goes_before_and_several_programs_are_not_one(tmp_path: Path) -> None:
    crews.newsletter(tmp_path / "yaml")
    assert [agent.name for agent in read_system(tmp_path / "yaml").agents] == ["collector", "writer"]
    programs.garden(tmp_path / "two")
    programs.voyage(tmp_path / "two")
    with pytest.raises(LoadError, match=r"holds 2 crews \(app/main\.py, garden\.py\); give the file of one"):
        read_system(tmp_path / "two")
    assert read_system(tmp_path / "two" / "garden.py").name == "garden"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("Crew(agents=load())\n", "no agent can be read without running the program"),
        ("a = Agent(**row)\nCrew(agents=[a])\n", "made from nothing that can be read"),
    ],
)
def test_a_program_without_a_readable_agent_is_refused(code: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=why):
        one(tmp_path, code)


@pytest.mark.parametrize(
    "text",
    [
        "import crewai\n",
        "Crew()\n",
        "from crewai import Crew\n'Crew('\n",
        "from crewai import Crew\nCrew((\n",
        "\x00",
    ],
)
def test_other_programs_are_no_crews(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text(text, encoding="utf-8")
    assert not is_program(path)
    with pytest.raises(LoadError, match=r"no program that makes agents of a framework that is known"):
        read_system(path)


def test_a_broken_file_that_is_imported_is_said(tmp_path: Path) -> None:
    (tmp_path / "parts.py").write_text("def (", encoding="utf-8")
    system = one(tmp_path, "import parts\na = Agent(role='R', goal='G')\nCrew(agents=[a])\n")
    assert said(system)[0] == ("parts.py", "the program cannot be parsed: line 1: invalid syntax; mend it")


def test_links_are_not_followed(tmp_path: Path) -> None:
    programs.garden(tmp_path / "real")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "garden.py").symlink_to(tmp_path / "real" / "garden.py")
    assert not is_program(tmp_path / "linked" / "garden.py")


def test_more_programs_than_can_be_parsed_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syntax, "PROGRAMS", 4_000)
    for name in "abc":
        (tmp_path / f"{name}.py").write_text("import crewai\n" + "x = 1\n" * 300, encoding="utf-8")
        (tmp_path / f"{name}-apart.py").write_text("x = 1\n" * 300, encoding="utf-8")
    with pytest.raises(LoadError, match="MiB of programs; give the file of one"):
        read_system(tmp_path)


def test_a_text_of_fields_without_end_is_not_parsed(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text('from crewai import Crew\nx = f"' + "{x}" * 150_000 + '"\nCrew()\n')
    with limited(SECONDS), pytest.raises(LoadError, match="no program that makes agents"):
        read_system(tmp_path / "x.py")
    assert not parses('x = f"' + "{x}" * 150_000 + '"')
    assert parses('x = f"{y}"\n' + "x = {}\n" * 1_000)


def test_names_that_go_round_and_deep_texts_come_to_an_end(tmp_path: Path) -> None:
    code = "a = b\nb = a\nm = Agent(role='R', goal='G')\nl = [*l]\nl.append(l)\n"
    assert len(one(tmp_path, code + "Crew(agents=[a, m, *l], tasks=l)\n").agents) == 1
    deep = "'x'" + ".strip()" * 3_000
    with pytest.raises(LoadError, match=r"nested too deeply|cannot be parsed|no program"):
        one(tmp_path, f"m = Agent(role='R', goal={deep})\nCrew(agents=[m])\n")


PIECES = (
    "a = ", "b = ", "Agent(", "Task(", "Crew(", "role='R'", "agents=[", "tasks=[", "agent=a", "]", ")", ", ", "\n",
    "a", "b", "*", "**", "def f(x):\n  return ", "f(a)", "for a in b:\n  ", "lambda: ", "a.append(b)", "'t'",
)  # fmt: skip


@pytest.mark.slow
@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_any_program_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    path = tmp_path_factory.getbasetemp() / "any_program.py"
    path.write_text(HEAD + "".join(parts), encoding="utf-8")
    try:
        code, unread = read_program(path, path.parent)
    except LoadError as error:
        assert "any_program.py" in str(error)
    else:
        assert code.agents and all(one.place.startswith("any_program.py") for one in unread)


@pytest.mark.parametrize("stem", ["tasks", "agents"])
def test_a_file_that_is_a_link_out_of_its_folder_is_not_read(stem: str, tmp_path: Path) -> None:
    """Whoever names `agents.yaml` has not named what a stranger lets `tasks.yaml` point to."""
    folder = tmp_path / "crew" / "config"
    folder.mkdir(parents=True)
    agents = "cook:\n  role: Cook\n  goal: Cook soup of the season\n  backstory: You cook.\n"
    tasks = "cooking:\n  description: Cook the soup\n  expected_output: a soup\n  agent: cook\n"
    for name, text in (("agents", agents), ("tasks", tasks)):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    assert read_system(folder / "agents.yaml").agents[0].tasks
    secret = tmp_path / "hosts.yml"
    secret.write_text((tasks if stem == "tasks" else agents) + "  oauth_token: SECRET\n", encoding="utf-8")
    for ending in ("yaml", "yml"):
        (folder / f"{stem}.{ending}").unlink()
        (folder / f"{stem}.{ending}").symlink_to(secret)
    for source in (folder / "agents.yaml", folder):
        with pytest.raises(LoadError) as told:
            read_system(source)
        assert "SECRET" not in str(told.value)


def test_a_number_of_many_digits_is_no_text(tmp_path: Path) -> None:
    digits = "0x" + "f" * 5_000
    text = (
        f"a = Agent(role='Cook', goal='Cook soup', backstory='b', max_iter={digits}, config=c[{digits}], "
        f"llm=LLM({digits}))\nt = Task(description=f'Cook {{{digits}}} soups', expected_output='x', agent=a)\n"
        "Crew(agents=[a], tasks=[t])\n"
    )
    assert one(tmp_path, text).agents[0].role == "Cook"


def test_thousands_of_names_are_looked_for_without_a_pattern_each(tmp_path: Path) -> None:
    nodes = "".join(f"g.add_node('n{at}', work)\ng.add_edge('n{at}', 'n{at + 1}')\n" for at in range(700))
    path = tmp_path / "graph.py"
    path.write_text(
        "from langgraph.graph import StateGraph\n"
        "def work(state):\n    return SystemMessage(content='You cook the soup of the day for guests.')\n"
        f"g = StateGraph(dict)\n{nodes}",
        encoding="utf-8",
    )
    system = read_system(path)
    assert len(system.agents) == 700
    with limited(SECONDS):
        compile_system(system)
