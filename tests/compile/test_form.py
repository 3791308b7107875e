"""The intermediate form: what is written is read back, and what is wrong is named with its line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from skillaudit.compile.form import FormError, read_form, render_form
from skillaudit.compile.system import Agent, Edge, Protocol, System, Task, Tool
from skillaudit.compile.tree import TreeError, parse
from skillaudit.errors import LoadError
from tests.conftest import SAMPLES

WORD = st.text(st.characters(categories=["L", "N"], max_codepoint=0x17F), min_size=1, max_size=8)
LINE = st.lists(WORD, max_size=4).map(" ".join)
PROSE = st.lists(LINE, max_size=3).map("\n".join).map(str.strip)
NUMBER = st.none() | st.floats(0, 2).map(lambda value: round(value, 2))


@st.composite
def systems(draw: st.DrawFn) -> System:
    names = draw(st.lists(WORD, min_size=1, max_size=4, unique=True))
    tools = draw(st.lists(WORD, max_size=3, unique=True))
    pick = st.lists(st.sampled_from(tools), max_size=2).map(tuple) if tools else st.just(())
    agents = tuple(
        Agent(
            name=name,
            role=draw(LINE),
            description=draw(LINE),
            policy=draw(PROSE),
            tasks=tuple(
                Task(name=task, text=draw(PROSE), output=draw(LINE), tools=draw(pick), inputs=())
                for task in draw(st.lists(WORD, max_size=2, unique=True))
            ),
            tools=draw(st.none() | pick),
            output=draw(LINE),
            model=draw(LINE),
            private=tuple(draw(st.lists(LINE.filter(bool), max_size=2))),
            stance=draw(LINE),
            samples=draw(st.integers(1, 5)),
            temperature=draw(NUMBER),
        )
        for name in names
    )
    ends = st.sampled_from(names)
    kinds = st.sampled_from(["handover", "delegate", "feedback", "message"])
    edges = st.lists(st.builds(Edge, source=ends, target=ends, kind=kinds, passes=LINE), max_size=4).map(
        tuple
    )
    protocol = st.builds(
        Protocol,
        kind=st.sampled_from(["unspecified", "sequential", "router", "loop", "debate", "parallel", "graph"]),
        start=st.sampled_from(["", *names]),
        max_rounds=st.none() | st.integers(1, 9),
        stop=LINE,
        aggregate=st.sampled_from(["none", "merge", "vote", "best", "judge"]),
    )
    return System(
        name=draw(WORD),
        agents=agents,
        edges=draw(edges),
        protocol=draw(protocol),
        tools=tuple(Tool(name=tool, description=draw(LINE)) for tool in tools),
        source="form",
    )


def bare(system: System) -> System:
    """Without the places that things were read from."""
    agents = tuple(
        replace(agent, origin="", tasks=tuple(replace(task, line=0) for task in agent.tasks))
        for agent in system.agents
    )
    return replace(system, agents=agents, edges=tuple(replace(edge, origin="") for edge in system.edges))


@settings(max_examples=40, deadline=None)
@given(systems())
def test_a_system_comes_back(system: System) -> None:
    text = render_form(system)
    assert bare(read_form(parse(text.encode(), "x.json", as_json=True), "x.json")) == system
    # JSON of these characters is YAML too.
    assert bare(read_form(parse(text.encode(), "x.yaml"), "x.yaml")) == system


@pytest.mark.parametrize("name", ["gsm8k", "humaneval", "hotpotqa", "debate", "voting"])
def test_samples_come_back(name: str) -> None:
    data = (SAMPLES / "multi_agent" / f"{name}.yaml").read_bytes()
    system = read_form(parse(data, "x.yaml"), "x.yaml")
    assert bare(read_form(parse(render_form(system).encode(), "x.json", as_json=True), "x.json")) == bare(
        system
    )


HEAD = "format: skillaudit-agents/1\n"
WRONG = [
    ("agents: [{name: a}]\n", "f.yaml:1: format is 'missing'"),
    ("format: skillaudit-agents/9\nagents: [{name: a}]\n", "f.yaml:1: format is 'skillaudit-agents/9'"),
    (HEAD + "agents: []\n", "f.yaml:2: there are no agents"),
    (HEAD, "there are no agents"),
    (HEAD + "agents: {a: b}\n", "f.yaml:2: `agents` must be a list"),
    (HEAD + "agents: [a]\n", "f.yaml:2: an entry of `agents` must be a mapping"),
    (HEAD + "agents:\n  - role: x\n", "f.yaml:3: an agent has no name"),
    (HEAD + "agents:\n  - name: a\n    rol: x\n", "f.yaml:4: unknown key 'rol' in an entry of `agents`; did you mean"),
    (HEAD + "agents:\n  - name: a\n  - name: a\n", "f.yaml:4: a second agent is called 'a'"),
    (HEAD + "agnets: []\nagents: [{name: a}]\n", "f.yaml:2: unknown key 'agnets' in the file; did you mean 'agents'?"),
    (HEAD + "agents: [{name: a}]\nedges:\n  - {from: a, to: b}\n", "f.yaml:4: no agent is called 'b'"),
    (HEAD + "agents: [{name: writer}]\nedges:\n  - {from: witer, to: writer}\n", "did you mean 'writer'?"),
    (HEAD + "agents: [{name: a}]\nedges: [{from: a, to: a, kind: feedbak}]\n", "did you mean 'feedback'?"),
    (HEAD + "agents: [{name: a, samples: many}]\n", "`samples` is 'many'; write a whole number of at least 1"),
    (HEAD + "agents: [{name: a, samples: 0}]\n", "`samples` is '0'"),
    (HEAD + "agents: [{name: a, temperature: nan}]\n", "`temperature` is 'nan'"),
    (HEAD + "agents: [{name: a, policy: [x]}]\n", "`policy` must be text"),
    (HEAD + "agents: [{name: a, tools: {x: y}}]\n", "`tools` must be a list of words"),
    (HEAD + "agents: [{name: a}]\nprotocol: {kind: seqential}\n", "f.yaml:3: `kind` is 'seqential'; did you mean"),
    (HEAD + "agents: [{name: a}]\nprotocol: {start: b}\n", "no agent is called 'b'"),
    (HEAD + "agents: [{name: a}]\nprotocol: loop\n", "`protocol` must be a mapping"),
    (HEAD + "tools: [{name: t}]\nagents: [{name: a, tools: [u]}]\n", "no tool is called 'u'"),
    (HEAD + "agents:\n  - name: a\n    tasks: [{name: t, tool: x}]\n", "f.yaml:4: unknown key 'tool' in an entry"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), WRONG)
def test_mistakes_are_named_with_their_line(text: str, says: str) -> None:
    with pytest.raises(FormError) as caught:
        read_form(parse(text.encode(), "f.yaml"), "f.yaml")
    assert says in str(caught.value) and str(caught.value).startswith("f.yaml")


def test_an_alias_is_refused() -> None:
    with pytest.raises(TreeError, match="alias"):
        parse(b"format: skillaudit-agents/1\nagents: &x [{name: a}]\nedges: *x\n", "f.yaml")


def test_both_errors_reach_the_user_as_one_kind() -> None:
    assert issubclass(FormError, LoadError) and issubclass(TreeError, LoadError)
