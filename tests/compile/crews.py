"""Six CrewAI projects in the shapes that such projects have, written for these tests."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

_AGENT = """\
{name}:
  role: >
    {role}
  goal: >
    {goal}
  backstory: >
    {backstory}
"""


def _agents(*rows: tuple[str, str, str, str]) -> str:
    return "".join(_AGENT.format(name=n, role=r, goal=g, backstory=b) for n, r, g, b in rows)


def _write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return root


_HEAD = "from crewai import Agent, Crew, Process, Task, LLM\nraise SystemExit('a program that is read must not run')\n"


def newsletter(root: Path) -> Path:
    """Sequential, one task each, tasks named in YAML with their agents."""
    return _write(
        root,
        {
            "src/newsletter/config/agents.yaml": _agents(
                (
                    "collector",
                    "News collector for {industry}",
                    "Find what happened this week",
                    "You are a reader of forty feeds.",
                ),
                (
                    "writer",
                    "Newsletter writer",
                    "Write a letter that people finish",
                    "You are a columnist of a small paper.",
                ),
            ),
            "src/newsletter/config/tasks.yaml": """\
                collect_news_task:
                  description: >
                    Collect the ten events of the week in {industry} that readers will be asked about.
                  expected_output: >
                    A list of ten events with date, source and one sentence each.
                  agent: collector
                write_letter_task:
                  description: >
                    Write the newsletter from the list. Open with the event that matters most.
                  expected_output: >
                    A letter of four hundred words in Markdown.
                  agent: writer
                """,
            "src/newsletter/crew.py": _HEAD
            + "crew = Crew(agents=[], tasks=[], process=Process.sequential)\n",
        },
    )


def hiring(root: Path) -> Path:
    """Fan-in: a report that reads three earlier tasks; tools and context in the program."""
    rows = (
        ("sourcer", "Talent sourcer", "Find people", "You are a sourcer."),
        ("matcher", "Candidate matcher", "Score people", "You are a matcher."),
        ("reporter", "Hiring reporter", "Report to the manager", "You are a reporter."),
    )
    tasks = "".join(
        f"{name}:\n  description: >\n    {text}\n  expected_output: >\n    {output}\n"
        for name, text, output in (
            (
                "source_task",
                "Find ten people for the role of {role_title}.",
                "A list of ten people with links.",
            ),
            (
                "score_task",
                "Score each of them against the role.",
                "The list with a score of 0 to 10 and a reason.",
            ),
            ("report_task", "Write a page for the hiring manager.", "One page with the best three."),
        )
    )
    code = """
        class HiringCrew:
            @agent
            def sourcer(self):
                return Agent(config=self.agents_config['sourcer'], tools=[SerperDevTool(), self.browser])
            @agent
            def matcher(self):
                return Agent(config=self.agents_config['matcher'])
            @agent
            def reporter(self):
                return Agent(config=self.agents_config['reporter'])
            @task
            def source_task(self):
                return Task(config=self.tasks_config['source_task'], agent=self.sourcer())
            @task
            def score_task(self):
                return Task(config=self.tasks_config['score_task'], agent=self.matcher())
            @task
            def report_task(self):
                return Task(config=self.tasks_config['report_task'], agent=self.reporter(),
                            context=[self.source_task(), self.score_task()], output_pydantic=Page)
            @crew
            def crew(self):
                return Crew(agents=self.agents, tasks=self.tasks, process=Process.sequential)
    """
    return _write(
        root,
        {
            "config/agents.yaml": _agents(*rows),
            "config/tasks.yaml": tasks,
            "crew.py": _HEAD + textwrap.dedent(code),
        },
    )


def support(root: Path) -> Path:
    """Hierarchical with a model as manager; tasks without owners are its own."""
    rows = (
        (
            "billing",
            "Billing specialist",
            "Settle questions about invoices",
            "You are a clerk who reads invoices.",
        ),
        ("technical", "Technical specialist", "Settle faults", "You are an engineer on call."),
    )
    tasks = (
        "answer_ticket:\n  description: >\n    Answer the ticket {ticket} completely.\n"
        "  expected_output: >\n    A reply to the customer.\n"
    )
    code = "crew = Crew(agents=[a, b], tasks=[t], process=Process.hierarchical, manager_llm='gpt-4o')\n"
    return _write(
        root,
        {"config/agents.yaml": _agents(*rows), "config/tasks.yaml": tasks, "main.py": _HEAD + code},
    )


def studio(root: Path) -> Path:
    """Hierarchical with an agent as manager."""
    rows = (
        (
            "producer",
            "Producer",
            "Keep the film within its budget",
            "You are a producer who plans and delegates.",
        ),
        ("scout", "Location scout", "Find places", "You are a scout with a camera."),
        ("buyer_of_props", "Props buyer", "Find props", "You are a buyer of old furniture."),
    )
    tasks = "".join(
        f"{name}:\n  description: >\n    {text}\n  expected_output: >\n    {output}\n  agent: {agent}\n"
        for name, text, output, agent in (
            (
                "find_places_task",
                "List five places for the scene {scene}.",
                "Five places with photographs.",
                "scout",
            ),
            (
                "find_props_task",
                "List the props that the scene needs.",
                "A list with prices.",
                "buyer_of_props",
            ),
        )
    )
    code = """
        @agent
        def producer(self):
            return Agent(config=self.agents_config['producer'], llm=LLM(model='gpt-4o'), allow_delegation=True)
        @crew
        def crew(self):
            return Crew(agents=self.agents, tasks=self.tasks, process=Process.hierarchical,
                        manager_agent=self.producer())
    """
    return _write(
        root,
        {
            "config/agents.yaml": _agents(*rows),
            "config/tasks.yaml": tasks,
            "crew.py": _HEAD + textwrap.dedent(code),
        },
    )


def atlas(root: Path) -> Path:
    """Tasks beside each other (`async_execution`), then one that waits for them."""
    rows = (
        ("geographer", "Geographer", "Describe land", "You are a geographer."),
        ("historian", "Historian", "Describe the past", "You are a historian."),
        ("editor", "Editor", "Join the parts", "You are an editor."),
    )
    tasks = "".join(
        f"{name}:\n  description: >\n    {text}\n  expected_output: >\n    {output}\n  agent: {agent}\n{extra}"
        for name, text, output, agent, extra in (
            (
                "land_task",
                "Describe the land of {country}.",
                "Two paragraphs.",
                "geographer",
                "  async_execution: true\n",
            ),
            (
                "past_task",
                "Describe the past of {country}.",
                "Two paragraphs.",
                "historian",
                "  async_execution: true\n",
            ),
            ("join_task", "Join both parts into an entry.", "One entry.", "editor", ""),
        )
    )
    code = "crew = Crew(agents=[], tasks=[], process=Process.sequential)\n"
    return _write(
        root, {"config/agents.yaml": _agents(*rows), "config/tasks.yaml": tasks, "crew.py": _HEAD + code}
    )


def kitchen(root: Path) -> Path:
    """One agent early and late, an agent that no task uses, quotes and models in the YAML, inline agents in code."""
    agents = '''\
        planner:
          role: >
            "Menu planner"
          goal: >
            """Plan a menu for {guests} guests"""
          backstory: >
            You're a planner of menus.
          llm: gpt-4o-mini
        cook:
          role: Cook
          goal: Cook it
          backstory: You are a cook.
          llm: gpt-4o-mini
          max_iter: 5
        taster:
          role: Taster
          goal: Taste it
          backstory: You are a taster.
        '''
    tasks = """\
        draft_menu_task:
          description: Draft a menu of three courses for {guests} guests.
          expected_output: Three courses with ingredients.
          agent: planner
        cook_menu_task:
          description: Write the steps for cooking every course.
          expected_output: Steps with times.
          agent: cook
        final_menu_task:
          description: Correct the menu by what the steps showed.
          expected_output: Your final answer must be the corrected menu.
          agent: planner
          guardrail: no nuts
        """
    code = """
        waiter = Agent(role='Waiter', goal='Serve it', backstory='You are a waiter.',
                       llm=ChatOpenAI(model_name='gpt-4o-mini'))
        serve_task = Task(description='Say in which order the courses are served.', expected_output='An order.',
                          agent=waiter)
        crew = Crew(agents=[waiter], tasks=[draft_menu_task, cook_menu_task, final_menu_task, serve_task],
                    process=Process.sequential)
    """
    return _write(
        root,
        {"config/agents.yaml": agents, "config/tasks.yaml": tasks, "crew.py": _HEAD + textwrap.dedent(code)},
    )


CREWS: dict[str, Callable[[Path], Path]] = {
    "newsletter": newsletter,
    "hiring": hiring,
    "support": support,
    "studio": studio,
    "atlas": atlas,
    "kitchen": kitchen,
}
