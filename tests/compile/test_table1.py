"""Table 1 of arXiv 2601.04748: each architecture, with and without the feature that stands in the way."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from skillaudit.compile.compilability import check
from skillaudit.compile.compiler import compile_system
from skillaudit.compile.graph import Architecture
from skillaudit.compile.sources import read_system
from skillaudit.compile.system import System, Task
from tests.compile.systems import agent, system
from tests.conftest import SAMPLES

PIPELINE = system(
    [agent("plan"), agent("solve"), agent("verify")], [("plan", "solve"), ("solve", "verify")], "sequential"
)
ROUTER = system(
    [agent("router"), agent("search"), agent("maths"), agent("merge")],
    [
        ("router", "search", "delegate"),
        ("router", "maths", "delegate"),
        ("search", "merge"),
        ("maths", "merge"),
    ],
    "router",
    start="router",
)
LOOP = system(
    [agent("writer"), agent("critic")],
    [("writer", "critic"), ("critic", "writer", "feedback")],
    "loop",
    rounds=3,
)
DEBATE = system(
    [agent("yes", stance="for"), agent("no", stance="against"), agent("judge")],
    [("yes", "no", "message"), ("no", "yes", "message"), ("yes", "judge"), ("no", "judge")],
    "debate",
    rounds=2,
)
SAMPLING = system(
    [agent("solver", samples=5), agent("teller")], [("solver", "teller")], "parallel", aggregate="vote"
)
PRIVATE = system(
    [agent("dealer"), agent("player", private=("its own cards",))], [("dealer", "player")], "sequential"
)

TABLE = [
    ("pipeline", PIPELINE, True),
    ("router-workers", ROUTER, True),
    ("iterative-refinement", LOOP, True),
    ("debate", DEBATE, False),
    ("parallel-sampling", SAMPLING, False),
    ("private-information", PRIVATE, False),
]


@pytest.mark.parametrize(("architecture", "given", "compilable"), TABLE, ids=[row[0] for row in TABLE])
def test_table_1(architecture: Architecture, given: System, compilable: bool) -> None:
    verdict = check(given)
    assert (verdict.architecture, verdict.compilable) == (architecture, compilable)


def without_stances() -> System:
    return replace(
        DEBATE,
        agents=tuple(replace(a, stance="") for a in DEBATE.agents),
        edges=LOOP.edges[:0] + tuple(e for e in DEBATE.edges if e.target == "judge"),
        protocol=replace(DEBATE.protocol, kind="graph"),
    )


def alone(given: System) -> System:
    return replace(
        given,
        agents=tuple(replace(a, samples=1, private=()) for a in given.agents),
        protocol=replace(given.protocol, kind="sequential", aggregate="none"),
    )


@pytest.mark.parametrize(
    "mended", [without_stances(), alone(SAMPLING), alone(PRIVATE)], ids=["debate", "sampling", "private"]
)
def test_the_uncompilable_compile_without_the_feature(mended: System) -> None:
    verdict = check(mended)
    assert verdict.compilable and verdict.kept == () and verdict.obstacles == ()


@pytest.mark.parametrize("given", [PIPELINE, ROUTER, LOOP], ids=["pipeline", "router", "loop"])
def test_the_compilable_fail_with_a_private_state(given: System) -> None:
    first = replace(given.agents[0], private=("a notebook of its own",))
    verdict = check(replace(given, agents=(first, *given.agents[1:])))
    assert verdict.architecture == "private-information" and verdict.failed("C2")
    assert verdict.kept == (first.name,)
    assert "a notebook of its own" in verdict.obstacles[0].reason


@pytest.mark.parametrize("given", [PIPELINE, ROUTER, LOOP], ids=["pipeline", "router", "loop"])
def test_the_compilable_fail_with_another_model(given: System) -> None:
    agents = tuple(replace(a, model="small") for a in given.agents)
    mixed = replace(given, agents=(*agents[:-1], replace(agents[-1], model="large")))
    verdict = check(mixed)
    assert verdict.failed("C3") and verdict.kept == (agents[-1].name,) and verdict.backbone == "small"
    accepted = check(mixed, one_model="small")
    assert accepted.compilable and [o.blocking for o in accepted.obstacles] == [False]
    assert accepted.obstacles[0].agents == (agents[-1].name,)


@pytest.mark.parametrize("given", [PIPELINE, ROUTER, LOOP], ids=["pipeline", "router", "loop"])
def test_the_compilable_fail_with_independent_samples(given: System) -> None:
    last = replace(given.agents[-1], samples=3)
    verdict = check(replace(given, agents=(*given.agents[:-1], last)))
    assert verdict.architecture == "parallel-sampling" and verdict.failed("C1")
    assert verdict.kept == (last.name,) and "3 times" in verdict.obstacles[0].reason


def test_agents_that_leave_the_model_open_share_any() -> None:
    agents = (replace(PIPELINE.agents[0], model="large"), *PIPELINE.agents[1:])
    verdict = check(replace(PIPELINE, agents=agents))
    assert verdict.compilable and verdict.backbone == "large"


def test_a_debate_names_its_edges_and_spares_the_judge() -> None:
    verdict = check(DEBATE)
    (obstacle,) = [o for o in verdict.obstacles if o.condition == "C1"]
    assert obstacle.agents == ("yes", "no") and set(obstacle.edges) == {("yes", "no"), ("no", "yes")}
    assert [skill.name for skill in compile_system(DEBATE).skills] == ["judge"]


@pytest.mark.parametrize(
    ("one", "other", "adversarial"),
    [
        (
            "You are the proponent. Argue for the motion.",
            "You are the opponent. Refute the other side.",
            True,
        ),
        ("You are a bull researcher. Argue for buying.", "You are a bear researcher. Rebut it.", True),
        ("You are the buyer. Negotiate the price down.", "You are the seller. Negotiate it up.", True),
        ("You are a writer. Write the text.", "You are a critic. Oppose weak wording.", False),
        ("You answer questions of the buyer.", "You answer questions of the seller.", False),
    ],
)
def test_sides_are_recognised_by_what_prompts_say(one: str, other: str, adversarial: bool) -> None:
    given = system([agent("first", one), agent("second", other)], [("first", "second")])
    assert (check(given).architecture == "debate") is adversarial


@pytest.mark.parametrize(
    ("policy", "secret"),
    [
        ("Keep your secret word to yourself.", True),
        ("Never reveal your hand to the other players.", True),
        ("Only you know the reservation price.", True),
        ("The other agents cannot see this note.", True),
        ("Do not share passwords in the report.", False),
        ("Handle private data with care.", False),
    ],
)
def test_secrets_are_recognised_by_what_prompts_say(policy: str, secret: bool) -> None:
    given = system([agent("first", policy), agent("second")], [("first", "second")])
    assert check(given).failed("C2") is secret


@pytest.mark.parametrize(
    ("between", "reads", "kept_back"), [(1, (), True), (1, ("deal",), False), (0, (), False)]
)
def test_what_only_its_author_reads_again_is_told(
    between: int, reads: tuple[str, ...], kept_back: bool
) -> None:
    """A result that comes back to its author after another has worked, who never saw it, by data flow alone."""
    dealer = replace(
        agent("dealer"),
        tasks=(
            Task(name="deal", text="Deal the cards.", line=1),
            Task(name="score", text="Count them.", inputs=("deal",), line=3),
        ),
    )
    player = replace(
        agent("player"), tasks=(Task(name="play", text="Play.", inputs=reads, line=4 - 2 * between),)
    )
    verdict = check(system([dealer, player], [("dealer", "player")], "sequential"))
    notes = [o for o in verdict.obstacles if o.condition == "C2"]
    assert [o.reason for o in notes if "only it reads again what came of deal" in o.reason] == [
        o.reason for o in notes
    ]
    assert bool(notes) is kept_back and verdict.compilable and not verdict.failed("C2")


def test_equal_agents_on_one_input_are_samples() -> None:
    voters = [agent(f"voter{n}", f"You are voter {n}. Solve it and give one number.") for n in (1, 2, 3)]
    given = system([*voters, agent("teller")], [(v.name, "teller") for v in voters])
    assert check(given).architecture == "parallel-sampling"
    chained = system(
        [*voters, agent("teller")], [("voter1", "voter2"), ("voter2", "voter3"), ("voter3", "teller")]
    )
    assert check(chained).compilable


def test_a_vote_makes_samples_of_any_two_and_a_merge_does_not() -> None:
    workers = [agent("a"), agent("b"), agent("teller")]
    edges = [("a", "teller"), ("b", "teller")]
    voted = check(system(workers, edges, "parallel", aggregate="vote"))
    assert voted.kept == ("a", "b") and voted.architecture == "parallel-sampling"
    assert voted.obstacles[0].edges == (("a", "teller"), ("b", "teller"))
    for aggregate in ("merge", "none"):
        assert check(system(workers, edges, "parallel", aggregate=aggregate)).compilable
    assert check(system(workers, edges, "sequential", aggregate="vote")).compilable


def test_a_sampled_agent_names_its_edges() -> None:
    assert check(SAMPLING).obstacles[0].edges == (("solver", "teller"),)


@pytest.mark.parametrize(
    ("edges", "routers"), [([("r", "a"), ("r", "b")], ("r",)), ([("r", "a"), ("a", "b")], ())]
)
def test_the_start_of_a_router_protocol_routes_when_it_has_a_choice(
    edges: list[tuple[str, str]], routers: tuple[str, ...]
) -> None:
    given = system([agent("r"), agent("a"), agent("b")], edges, "router", start="r")
    assert check(given).shape.routers == routers


def test_workers_beside_each_other_are_no_samples() -> None:
    given = system([agent("a"), agent("b"), agent("c")], [("a", "c"), ("b", "c")])
    verdict = check(given)
    assert verdict.compilable and verdict.architecture == "graph"
    assert [name for name, _ in verdict.shape.order] == ["a", "b", "c"]


def test_a_debate_without_stances_is_between_those_who_answer_each_other() -> None:
    given = replace(DEBATE, agents=tuple(replace(a, stance="") for a in DEBATE.agents))
    assert check(given).kept == ("yes", "no")
    silent = replace(given, edges=())
    assert check(silent).kept == ("yes", "no", "judge")


def test_free_talk_has_no_order() -> None:
    given = system(
        [agent("a"), agent("b")], [("a", "b", "message"), ("b", "a", "message")], "group-chat", rounds=4
    )
    verdict = check(given)
    assert verdict.kept == ("a", "b") and "no fixed order" in verdict.obstacles[0].reason


def test_a_loop_without_end_is_a_caution_only() -> None:
    verdict = check(replace(LOOP, protocol=replace(LOOP.protocol, max_rounds=None)))
    assert verdict.compilable and [o.blocking for o in verdict.obstacles] == [False]
    body = compile_system(replace(LOOP, protocol=replace(LOOP.protocol, max_rounds=None))).skills[-1].body
    assert "at most 3 rounds" in body


@pytest.mark.parametrize(
    ("policy", "tools", "beside"),
    [
        ("You are it.", ("Read", "SendMessage"), True),
        ("Spawn three agents in parallel, one for each part.", None, True),
        ("Look at your assigned hypothesis only.", None, True),
        ("Run the tests in parallel.", None, False),
    ],
)
def test_members_of_a_team_are_a_caution(policy: str, tools: tuple[str, ...] | None, beside: bool) -> None:
    verdict = check(system([agent("a", policy, tools=tools), agent("b")], [("a", "b")]))
    assert verdict.compilable and [o.agents for o in verdict.obstacles] == ([("a",)] if beside else [])


def test_a_mutual_handover_is_a_loop() -> None:
    verdict = check(system([agent("a"), agent("b")], [("a", "b"), ("b", "a")], stop="done"))
    assert verdict.architecture == "iterative-refinement" and verdict.shape.loops == (("a", "b"),)


@pytest.mark.parametrize(
    ("file", "architecture", "kept"),
    [
        ("gsm8k.yaml", "pipeline", ()),
        ("humaneval.yaml", "iterative-refinement", ()),
        ("hotpotqa.yaml", "router-workers", ()),
        ("debate.yaml", "debate", ("proponent", "opponent")),
        ("voting.yaml", "parallel-sampling", ("sampler",)),
        ("crew", "pipeline", ()),
        ("autogen-release-notes.json", "iterative-refinement", ()),
        ("subagents", "router-workers", ("incident-scribe", "license-auditor")),
    ],
)
def test_samples(file: str, architecture: str, kept: tuple[str, ...]) -> None:
    verdict = check(read_system(SAMPLES / "multi_agent" / file))
    assert (verdict.architecture, verdict.kept) == (architecture, kept)
