"""What a multi-agent system compiles to, what stands in the way and what it saves, as blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from skillaudit.page.blocks import Block, Bullet, Column, Heading, Paragraph, Row, Title, field, head, table
from skillaudit.page.chains import chain_blocks
from skillaudit.page.figures import percent, plural, rate, some
from skillaudit.page.lines import Span

if TYPE_CHECKING:
    from skillaudit.compile.comparing import SideComparison
    from skillaudit.compile.compilability import Compilability, Condition, Obstacle
    from skillaudit.compile.compiler import Compilation, CompiledSkill
    from skillaudit.compile.costs import Costs, Side
    from skillaudit.compile.system import System
    from skillaudit.schema import Execution

CONDITIONS: dict[Condition, str] = {
    "C1": "serialisable communication",
    "C2": "shared history",
    "C3": "one backbone",
}
_HOLDS: dict[Condition, str] = {
    "C2": "holds, as far as it is written down (no memory or copy of its own is set, no prompt speaks of a secret)"
}
MOST = 12
NAMED = 6


def document(
    system: System,
    compilation: Compilation,
    cost: Costs | None = None,
    execution: Execution | None = None,
) -> Iterator[Block]:
    """Yield the whole account of a compilation; `execution` is what the audit predicts of its chains."""
    verdict = compilation.verdict
    yield Title(f"{system.name} ({system.source}): {_shape(system, verdict)}")
    yield from _verdict(verdict)
    if compilation.skills:
        yield from _skills(compilation)
    if compilation.kept:
        yield field("stay agents", ", ".join(compilation.kept))
    yield from (Paragraph(note) for note in compilation.notes)
    if compilation.removed:
        yield Paragraph(
            f"left out of the prompts: {plural(len(compilation.removed), 'piece')} (messages between agents; see "
            "mapping.json)"
        )
    if system.skipped:
        rows = [(Span(one.path), Span(one.reason, "muted")) for one in head(system.skipped, MOST)]
        yield Heading("Not taken over", plural(len(system.skipped), "thing"))
        yield table((Column("where"), Column("why")), rows, len(system.skipped), "thing")
    if cost is not None:
        yield from _cost(cost)
    yield from chain_blocks(execution, MOST)


def _shape(system: System, verdict: Compilability) -> str:
    told = plural(len(system.agents), "agent")
    if (steps := len(verdict.shape.order)) != len(system.agents):
        told += f", {steps} steps"
    model = f", on {verdict.backbone}" if verdict.backbone else ""
    return f"{verdict.architecture.replace('-', ' ')} of {told}{model}"


def _verdict(verdict: Compilability) -> Iterator[Block]:
    """Say of each condition whether it holds, and what stands in its way."""
    if verdict.compilable:
        yield Heading("Compilable", "as a whole")
    elif len(verdict.kept) < len({agent for agent, _ in verdict.shape.order}):
        yield Heading("Compilable", "in part")
    else:
        yield Heading("Not compilable")
    for condition, name in CONDITIONS.items():
        fails = verdict.failed(condition)
        said = f"{name}: {'fails' if fails else _HOLDS.get(condition, 'holds')}"
        yield Bullet(condition, said, tone="error" if fails else "good")
        yield from (_obstacle(one) for one in verdict.obstacles if one.condition == condition)


def _obstacle(obstacle: Obstacle) -> Bullet:
    mark = "" if obstacle.blocking else "note: "
    told = f"{mark}{some(obstacle.agents, NAMED)}: {obstacle.reason}."
    if obstacle.edges:
        told += f" Edges: {some([f'{a} -> {b}' for a, b in obstacle.edges], NAMED)}."
    return Bullet("-", f"{told} Instead: {obstacle.instead}.", tone="error" if obstacle.blocking else "muted")


def _skills(compilation: Compilation) -> Iterator[Block]:
    skills = compilation.skills
    agents = plural(len({skill.agent for skill in skills}), "agent")
    yield Heading(f"{agents} -> {plural(len(skills), 'skill')}")
    rows = [
        Row((Span(skill.name, "value"), Span(_origin(skill))), (skill.description,))
        for skill in head(skills, MOST)
    ]
    yield table((Column("skill"), Column("from")), rows, len(skills), "skill")
    if compilation.handovers:
        told = [f"{one.source} -> {one.target} ({one.kind})" for one in compilation.handovers]
        yield field("hand-overs", some(told, NAMED))


def _origin(skill: CompiledSkill) -> str:
    task = f" ({skill.tasks[0]})" if len(skill.tasks) == 1 and skill.name != skill.agent else ""
    return f"{skill.agent}{task}" + (f"; tools: {', '.join(skill.tools)}" if skill.tools else "")


def _cost(cost: Costs) -> Iterator[Block]:
    given = cost.assumptions
    note = f"in tokens of {cost.tokenizer}; assumed: a request of {given.task}, messages of {given.answer} tokens"
    yield Heading("Cost of one request", note)
    sides = {
        "the agents": cost.agents,
        "compiled, one call": cost.one_call,
        "compiled, skill by skill": cost.stepwise,
    }
    heads = (("calls", 5), ("read", 7), ("written", 7), ("tokens", 7), ("seconds", 7))
    columns = (Column("", 24), *(Column(name, width, "right") for name, width in heads))
    yield table(columns, [_side(name, side) for name, side in sides.items()])
    saved = 1 - cost.one_call.tokens / max(1, cost.agents.tokens)
    faster = 1 - cost.one_call.seconds / max(1e-9, cost.agents.seconds)
    yield Paragraph(f"one call saves {percent(saved)} of the tokens and {percent(faster)} of the time")
    yield Paragraph(
        f"C_mas = {cost.messages:,} + {cost.agents.calls} x {cost.synchronisation:,.0f} = {cost.c_mas:,.0f} (eq. 1); "
        f"C_sas = {cost.selection:,.0f} + {cost.execution:,.0f} = {cost.c_sas:,.0f} (eq. 2); condition 9:"
    )
    pays = cost.pays
    yield Paragraph(
        f"selection overhead {cost.selection:,.0f} {'<' if pays else '>='} communication overhead "
        f"{cost.communication:,.0f} tokens: one call {'pays' if pays else 'does not pay'} (right picks "
        f"{percent(cost.accuracy)}, by {cost.accuracy_source})"
    )
    if cost.breaks_even is None:
        yield Paragraph("it pays at every size up to 100,000 skills")
    elif pays:
        yield Paragraph(f"it stops paying at {cost.breaks_even:,} skills in the library")


def _side(name: str, side: Side) -> Sequence[Span]:
    counts = (side.calls, side.prompt_tokens, side.answer_tokens, side.tokens)
    return (Span(name), *(Span(f"{count:,}") for count in counts), Span(f"{side.seconds:.1f}"))


def compared(comparison: SideComparison) -> Iterator[Block]:
    """Yield a system and its compiled form on the same tasks, as the paper's table 3 has it."""
    yield Heading("Same tasks, same model", comparison.model)
    heads = (("tokens", 8), ("seconds", 8), ("calls", 6), ("failed", 6))
    columns = (Column("", 10), Column("right", 22, "right"), *(Column(name, w, "right") for name, w in heads))
    rows = [
        (
            Span(side.side),
            Span("not judged" if side.accuracy.value is None else rate(side.accuracy)),
            Span(f"{side.tokens:,.0f}"),
            Span(f"{side.seconds:.2f}"),
            Span(f"{side.calls:.1f}"),
            Span(f"{side.failed}"),
        )
        for side in comparison.sides
    ]
    yield table(columns, rows)
    for side in comparison.sides[1:]:
        saved = [(what, comparison.saved(what, side.side)) for what in ("tokens", "seconds", "calls")]
        told = ", ".join(f"{what} {percent(share)}" for what, share in saved if share is not None)
        yield Paragraph(f"{side.side} saves: {told}")
    yield from (Bullet("!", f"error: {message}", tone="error") for message in comparison.errors[:3])
