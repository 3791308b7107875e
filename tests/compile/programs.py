"""CrewAI crews in Python alone, in the shapes that such programs have, written for these tests."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

_HEAD = (
    "from crewai import Agent, Crew, Process, Task\nraise SystemExit('a program that is read must not run')\n"
)


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return root


def _program(text: str) -> str:
    return _HEAD + textwrap.dedent(text)


def garden(root: Path) -> Path:
    """Everything at the top of one file; texts are constants, sums, f-strings; a task names its context."""
    code = """
        from langchain_openai import ChatOpenAI

        PATIENCE = "You have kept allotments for thirty years "
        season = "spring"
        model = ChatOpenAI(model="gpt-4o")

        surveyor = Agent(
            role="Garden surveyor",
            goal=f"Find out what the ground of {place} can carry in {season}",
            backstory=PATIENCE + "and judge soil by its smell.",
            tools=[soil_map, WeatherTool()],
            llm=model,
            verbose=True,
        )
        planter: Agent = Agent(
            role="Planting planner",
            goal="Choose plants that suit the ground",
            backstory='''
                You plan beds so that something flowers in every month.
            '''.strip(),
            llm=model,
            allow_delegation=False,
        )
        survey = Task(
            description="Survey the ground and list sun, soil and water for each bed.",
            expected_output="A table of beds with sun, soil and water.",
            agent=surveyor,
        )
        plan = Task(
            description="Plan what to plant in each bed from the survey.",
            expected_output="A plan of beds and plants.",
            agent=planter,
            context=[survey],
        )
        crew = Crew(agents=[surveyor, planter], tasks=[survey, plan], process=Process.sequential)
        print(crew.kickoff())
    """
    return _write(root, {"garden.py": _program(code)})


def voyage(root: Path) -> Path:
    """Agents and tasks made by methods in files of their own; the program hands agents into tasks."""
    agents = """
        from textwrap import dedent
        from crewai import Agent

        class VoyageAgents:
            def __init__(self):
                self.model = "gpt-4o-mini"

            def harbour_master(self):
                return Agent(
                    role="Harbour master",
                    goal="Choose harbours that the boat can enter",
                    backstory=dedent(\"\"\"\\
                        You know the depth of every harbour on this coast.\"\"\"),
                    llm=self.model,
                )

            def navigator(self):
                mate = Agent(
                    role="Navigator",
                    goal="Lay a course between the harbours",
                    backstory="You plot courses with tide tables.",
                    tools=ChartTools.tools(),
                    llm=self.model,
                )
                return mate
    """
    tasks = """
        from crewai import Task

        class VoyageTasks:
            def choose_harbours(self, agent, coast):
                return Task(
                    description=dedent(f\"\"\"
                        Choose three harbours on the coast {coast}.
                          Prefer sandy ground.\"\"\"),
                    expected_output="Three harbours with depth and shelter.",
                    agent=agent,
                )

            def lay_course(self, agent, harbours, weather="fair"):
                return Task(
                    description="Lay a course from harbour to harbour for {weather} weather.",
                    expected_output="A course with bearings and times.",
                    agent=agent,
                    context=[harbours],
                )
    """
    main = """
        from voyage_agents import VoyageAgents
        from voyage_tasks import VoyageTasks
        import unrelated

        class VoyageCrew:
            def run(self):
                agents = VoyageAgents()
                tasks = VoyageTasks()
                master = agents.harbour_master()
                mate = agents.navigator()
                harbours = tasks.choose_harbours(master, self.coast)
                lay_course = tasks.lay_course(agent=mate, harbours=harbours)
                crew = Crew(agents=[master, mate], tasks=[harbours, lay_course], verbose=True)
                return crew.kickoff()
    """
    return _write(
        root,
        {
            "app/voyage_agents.py": agents,
            "app/voyage_tasks.py": tasks,
            "app/main.py": _program(main),
            "app/unrelated.py": "from crewai import Agent, Task\nagent = Agent(role=text())\ntask = Task(agent=agent)\n"
            "# imported, and no part of the crew\n",
            "app/unrelated_agents.py": "from crewai import Agent\nspy = Agent(role='Spy', goal='Spy')\n",
        },
    )


def market(root: Path) -> Path:
    """Agents inside the call of the crew, lists that grow, a manager that is an agent."""
    code = """
        head = Agent(role="Market head", goal="Share out the stalls", backstory="You run a market.",
                     allow_delegation=True)
        team = [Agent(role="Fruit seller", goal="Sell fruit", backstory="You sell apples by their names.")]
        team.append(Agent(role="Fish seller", goal="Sell fish", backstory="You sell what the boats bring."))
        todo = []
        todo.append(Task(name="price list", description="Write the price list of the day.", expected_output="A list."))
        Crew(agents=[*team], tasks=todo, process="hierarchical", manager_agent=head).kickoff()
    """
    return _write(root, {"src/market.py": _program(code)})


def foundry(root: Path) -> Path:
    """Much that only running would tell: loops, handed-in arguments, computed texts and lists, a second crew."""
    code = """
        import yaml
        founder = Agent(role="Founder", goal="Cast bells", backstory=load("founder.txt"))
        smiths = [Agent(role="Smith", goal="Forge", backstory="You forge.") for _ in range(3)]
        tuner = Agent(role="Tuner", **settings)
        stranger = make_agent("stranger")
        cast = Task(description="Cast the bell.", expected_output="A bell.", agent=founder)
        tune = Task(description="Tune the bell.", expected_output="A note.", agent=tuner)
        hang = Task(description="Hang the bell.", expected_output="A hung bell.", agent=stranger)
        crew = Crew(agents=everybody(), tasks=pick(), process=Process.sequential)
        other = Crew(agents=[founder])
    """
    return _write(root, {"foundry.py": _program(code)})


PROGRAMS: dict[str, Callable[[Path], Path]] = {
    "garden": garden,
    "voyage": voyage,
    "market": market,
    "foundry": foundry,
}
