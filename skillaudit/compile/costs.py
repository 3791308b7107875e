"""What a system costs, what its compiled form costs, and when compiling stops paying (eq. 1, 2 and 9).

Every call of the system reads the agent's prompt, the task and the history so far, and writes a message:

    C_mas = sum of |y_t| + T c_sync          c_sync = what a round reads again, the mean over rounds    (1)
    C_sas = sum of C_select + C_exec         C_select = the list of skills, and what wrong picks waste  (2)
    compiling pays while  sum of C_select < sum of C_comm = C_mas - sum of C_exec                       (9)

The compiled form is counted twice: as one call that works through all its skills (the paper's table 2),
and stepwise, with a selection before every skill, as a client that loads skills one by one does it.
"""

from __future__ import annotations

from collections.abc import Callable

from skillaudit.compile.compiler import Compilation, CompiledSkill
from skillaudit.compile.graph import recognise
from skillaudit.compile.prompts import agent_prompt, one_call_prompt, selection_prompt, skill_prompt
from skillaudit.compile.system import System
from skillaudit.compile.tokens import TokenCounter, token_counter
from skillaudit.laws.published import published
from skillaudit.schema import Record

LARGEST = 100_000
"""Sizes of library beyond this are not told apart."""


class Assumptions(Record):
    """What cannot be read from the files."""

    task: int = 120
    """Tokens of the request."""
    answer: int = 150
    """Tokens of each message."""
    section_share: float = 0.7
    """Length of a section of the one answer, as a share of the message that it stands for. Messages repeat what
    they answer, so this is below 1: the paper's GSM8K figures imply about 0.7."""
    call_seconds: float = 0.5
    """Fixed time of a call: network, queue, first token."""
    read_per_second: float = 4000.0
    """Prompt tokens."""
    write_per_second: float = 60.0
    """Answer tokens."""
    answers: tuple[tuple[str, int], ...] = ()
    """Measured tokens of single agents' messages, which go before `answer`."""

    def of(self, agent: str) -> int:
        """Return the tokens of a message of an agent."""
        return dict(self.answers).get(agent, self.answer)


class Side(Record):
    """Cost of one request on one side."""

    calls: int
    prompt_tokens: int
    answer_tokens: int
    seconds: float

    @property
    def tokens(self) -> int:
        """Tokens in both directions."""
        return self.prompt_tokens + self.answer_tokens


class Costs(Record):
    """Both sides, and where the line between them lies."""

    tokenizer: str
    assumptions: Assumptions
    agents: Side
    """The system as it is."""
    one_call: Side
    stepwise: Side
    messages: int
    """Sum of |y_t|."""
    synchronisation: float
    """c_sync: tokens that a round reads beside what it writes, the mean over rounds."""
    selection: float
    """Sum of C_select for the one call: the list of skills, and the expected waste of wrong picks."""
    execution: float
    """C_exec of the one call: the policies, the task and the answer."""
    communication: float
    """Sum of C_comm: what the system spends beyond the work itself."""
    accuracy: float
    """Chance of a right pick that the waste is counted with."""
    accuracy_source: str
    breaks_even: int | None
    """Smallest library at which selection costs what communication did; None below 100,000 skills."""

    @property
    def c_mas(self) -> float:
        """C_mas of equation 1: what is written, and T rounds of what is read again."""
        return self.messages + self.agents.calls * self.synchronisation

    @property
    def c_sas(self) -> float:
        """C_sas of equation 2: the selection, and the execution of the one call."""
        return self.selection + self.execution

    @property
    def pays(self) -> bool:
        """Whether condition 9 holds: selecting costs less than communicating."""
        return self.selection < self.communication


def cost(
    system: System,
    compilation: Compilation,
    *,
    accuracy: float | None = None,
    assumptions: Assumptions | None = None,
    counter: TokenCounter | None = None,
) -> Costs:
    """Return the cost of one request on both sides.

    `accuracy` is the routing forecast of the compiled library, in [0, 1]; without it the mean of 15 models
    of arXiv 2605.16508 at its size stands in. Kept agents cost the same on both sides and are left out.
    """
    given = assumptions or Assumptions()
    counter = counter or token_counter()
    count = counter.count
    order = _agents_in_order(system, compilation)
    mas = _agents_side(system, order, given, count)
    descriptors = sum(count(f"{skill.name}: {skill.description}\n") for skill in compilation.skills)
    used = _used(system, compilation)
    writes = [given.of(skill.agent) for skill in used]
    bodies = [count(skill_prompt(skill)) for skill in used]
    size = len(compilation.skills)
    law = _anchored(accuracy, size)
    execution_read = count(one_call_prompt(used, "")) + given.task
    # One skill alone repeats nobody.
    one_answer = round((given.section_share if len(used) > 1 else 1.0) * sum(writes))
    one_exec = execution_read + one_answer
    waste = (1.0 - law(size)) * one_exec
    stepwise = _stepwise(descriptors, count(selection_prompt((), "")), bodies, writes, given)
    communication = max(0.0, float(mas.tokens - one_exec))
    return Costs(
        tokenizer=counter.name,
        assumptions=given,
        agents=mas,
        one_call=_side(given, [(descriptors + execution_read, one_answer)]),
        stepwise=stepwise,
        messages=mas.answer_tokens,
        synchronisation=mas.prompt_tokens / max(1, mas.calls),
        selection=descriptors + waste,
        execution=float(one_exec),
        communication=communication,
        accuracy=law(size),
        accuracy_source=_law_source(accuracy),
        breaks_even=_break_even(descriptors / max(1, size), one_exec, communication, law),
    )


def _side(given: Assumptions, calls: list[tuple[int, int]]) -> Side:
    read, wrote = sum(call[0] for call in calls), sum(call[1] for call in calls)
    seconds = len(calls) * given.call_seconds + read / given.read_per_second + wrote / given.write_per_second
    return Side(calls=len(calls), prompt_tokens=read, answer_tokens=wrote, seconds=seconds)


def _agents_in_order(system: System, compilation: Compilation) -> list[tuple[str, str]]:
    """The steps of one request; of agents that the conversation chooses from, the typical one."""
    order = [pair for pair in recognise(system).order if pair[0] not in compilation.kept]
    if _chooses_one(system) and order:
        middle = _typical(system, [pair[0] for pair in order])
        return [pair for pair in order if pair[0] == middle][:1]
    return order


def _chooses_one(system: System) -> bool:
    """Whether a request goes to one of the agents rather than through all of them."""
    return system.protocol.kind == "router" and not any(edge.kind != "delegate" for edge in system.edges)


def _typical(system: System, names: list[str]) -> str:
    """The agent whose prompt has the median length."""
    lengths = sorted((len(system.agent(name).policy), name) for name in dict.fromkeys(names))
    return lengths[len(lengths) // 2][1]


def _used(system: System, compilation: Compilation) -> tuple[CompiledSkill, ...]:
    if _chooses_one(system) and compilation.skills:
        middle = _typical(system, [skill.agent for skill in compilation.skills])
        return tuple(skill for skill in compilation.skills if skill.agent == middle)[:1]
    # Duties of one agent are no steps: a request calls for one of them.
    duties: dict[str, list[CompiledSkill]] = {}
    for skill in compilation.skills:
        if not skill.tasks:
            duties.setdefault(skill.agent, []).append(skill)
    typical = {
        agent: sorted(skills, key=lambda skill: (len(skill.body), skill.name))[len(skills) // 2].name
        for agent, skills in duties.items()
    }
    return tuple(s for s in compilation.skills if s.tasks or typical[s.agent] == s.name)


def _agents_side(
    system: System, order: list[tuple[str, str]], given: Assumptions, count: Callable[[str], int]
) -> Side:
    calls: list[tuple[int, int]] = []
    history = 0
    if _chooses_one(system):
        # The conversation reads the list of agents to delegate, and once more to report what came back.
        listing = sum(count(f"{agent.name}: {agent.description}\n") for agent in system.agents)
        for name, task in order:
            own = count(agent_prompt(system.agent(name), task))
            brief, answer = given.task, given.of(name)
            calls = [
                (listing + given.task, brief),
                (own + brief, answer),
                (listing + given.task + brief + answer, answer),
            ]
        return _side(given, calls)
    for name, task in order:
        prompt = count(agent_prompt(system.agent(name), task)) + given.task + history
        calls.append((prompt, given.of(name)))
        history += given.of(name)
    return _side(given, calls)


def _stepwise(descriptors: int, frame: int, bodies: list[int], writes: list[int], given: Assumptions) -> Side:
    calls: list[tuple[int, int]] = []
    history = 0
    for own, answer in zip(bodies, writes, strict=True):
        calls.append((frame + descriptors + given.task + history, 5))
        calls.append((own + given.task + history, answer))
        history += answer
    return _side(given, calls)


def _anchored(accuracy: float | None, size: int) -> Callable[[float], float]:
    """Accuracy against size: the published mean slope, through the library's own forecast where there is one."""
    law = published()[0].law
    shift = 0.0 if accuracy is None else accuracy - law.accuracy(max(1, size))

    def at(n: float) -> float:
        return min(1.0, max(0.0, law.accuracy(max(1.0, n)) + shift))

    return at


def _law_source(accuracy: float | None) -> str:
    law = published()[0]
    if accuracy is None:
        return f"{law.name}: {law.router} ({law.source}); no forecast was made"
    return f"the routing forecast of the compiled library, falling with its size like {law.name}"


def _break_even(
    each: float, one_exec: int, communication: float, law: Callable[[float], float]
) -> int | None:
    """Smallest n with n skills' descriptors and the waste of wrong picks at least the communication saved."""

    def loses(n: int) -> bool:
        return n * each + (1.0 - law(n)) * one_exec >= communication

    if not loses(LARGEST):
        return None
    low, high = 0, LARGEST
    while high - low > 1:
        middle = (low + high) // 2
        if loses(middle):
            high = middle
        else:
            low = middle
    return high
