from crewai import Agent, Crew, Process, Task
from crewai.project import CrewBase, agent, crew, task
from crewai_tools import ScrapeWebsiteTool, SerperDevTool


@CrewBase
class FieldGuideCrew:
    agents_config = "config/agents.yaml"
    tasks_config = "config/tasks.yaml"

    @agent
    def naturalist(self) -> Agent:
        return Agent(config=self.agents_config["naturalist"], tools=[SerperDevTool(), ScrapeWebsiteTool()])

    @agent
    def illustrator(self) -> Agent:
        return Agent(config=self.agents_config["illustrator"], allow_delegation=False)

    @agent
    def editor(self) -> Agent:
        return Agent(config=self.agents_config["editor"], allow_delegation=False)

    @task
    def collect_species_task(self) -> Task:
        return Task(config=self.tasks_config["collect_species_task"])

    @task
    def confirm_names_task(self) -> Task:
        return Task(config=self.tasks_config["confirm_names_task"])

    @task
    def plan_plates_task(self) -> Task:
        return Task(config=self.tasks_config["plan_plates_task"], context=[self.confirm_names_task()])

    @task
    def write_entries_task(self) -> Task:
        return Task(
            config=self.tasks_config["write_entries_task"],
            context=[self.confirm_names_task(), self.plan_plates_task()],
        )

    @crew
    def crew(self) -> Crew:
        return Crew(agents=self.agents, tasks=self.tasks, process=Process.sequential, verbose=True)
