"""Say in plain text what was read, what can be compiled, what came out, and what it saves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from skillaudit.compile.compilability import Condition, Verdict
from skillaudit.compile.compiler import Compilation
from skillaudit.compile.costs import Cost, Side
from skillaudit.compile.system import System
from skillaudit.schema import Execution, Skipped

_CONDITIONS: dict[Condition, str] = {
    "C1": "serialisable communication",
    "C2": "shared history",
    "C3": "one backbone",
}
_WIDTH = 100
_ROWS = 12


def summary(
    system: System,
    compilation: Compilation,
    cost: Cost | None = None,
    execution: Execution | None = None,
) -> str:
    """Return the whole account of a compilation; lists of more than twelve are cut, and say so.

    `execution` is what the audit of the compiled library predicts of its chains.
    """
    lines = [*_head(system, compilation.verdict), *_verdict(compilation.verdict)]
    if compilation.skills:
        lines += ["", *_skills(system, compilation)]
    if compilation.kept:
        lines += ["", *_wrapped(f"stay agents: {', '.join(compilation.kept)}", "  ")]
    for note in compilation.notes:
        lines += ["", *_wrapped(note, "")]
    if compilation.removed:
        count = len(compilation.removed)
        piece = "piece" if count == 1 else "pieces"
        lines += ["", f"left out of the prompts: {count} {piece} (messages between agents; see mapping.json)"]
    if system.skipped:
        lines += ["", *_skipped(system.skipped)]
    if cost is not None:
        lines += ["", *_cost(cost)]
    if execution is not None and execution.chains:
        lines += ["", *_chains(execution)]
    return "\n".join(lines) + "\n"


def _head(system: System, verdict: Verdict) -> list[str]:
    agents = len(system.agents)
    steps = len(verdict.shape.order)
    told = f"{agents} {'agent' if agents == 1 else 'agents'}"
    if steps != agents:
        told += f", {steps} steps"
    model = f", on {verdict.backbone}" if verdict.backbone else ""
    return [f"{system.name} ({system.source}): {verdict.architecture.replace('-', ' ')} of {told}{model}"]


def _verdict(verdict: Verdict) -> list[str]:
    lines = []
    for condition, name in _CONDITIONS.items():
        mine = [o for o in verdict.obstacles if o.condition == condition]
        state = "fails" if verdict.failed(condition) else "holds"
        lines.append(f"  {condition} {name}: {state}")
        for obstacle in mine:
            who = _some(obstacle.agents)
            mark = "-" if obstacle.blocking else "note:"
            lines += _wrapped(f"{mark} {who}: {obstacle.reason}.", "     ")
            if obstacle.edges:
                edges = _some([f"{a} -> {b}" for a, b in obstacle.edges])
                lines += _wrapped(f"edges: {edges}", "       ")
            lines += _wrapped(f"instead: {obstacle.instead}.", "       ")
    if verdict.compilable:
        lines.append("  compilable as a whole")
    elif len(verdict.kept) < len({pair[0] for pair in verdict.shape.order}):
        lines.append("  compilable in part")
    else:
        lines.append("  not compilable")
    return lines


def _skills(system: System, compilation: Compilation) -> list[str]:
    skills = compilation.skills
    agents = len({skill.agent for skill in skills})
    lines = [
        f"{agents} {'agent' if agents == 1 else 'agents'} -> {len(skills)} "
        f"{'skill' if len(skills) == 1 else 'skills'}"
    ]
    width = min(36, max(len(skill.name) for skill in skills[:_ROWS]))
    for skill in skills[:_ROWS]:
        backend = f"  tools: {', '.join(skill.tools)}" if skill.tools else ""
        task = f" ({', '.join(skill.tasks)})" if len(skill.tasks) == 1 and skill.name != skill.agent else ""
        lines.append(f"  {skill.name:<{width}}  <- {skill.agent}{task}{backend}"[: _WIDTH + 40])
    if len(skills) > _ROWS:
        lines.append(f"  and {len(skills) - _ROWS} more")
    if compilation.handovers:
        told = [f"{h.source} -> {h.target} ({h.kind})" for h in compilation.handovers]
        lines += _wrapped("hand-overs: " + _some(told, 8), "  ")
    return lines


def _skipped(skipped: Sequence[Skipped]) -> list[str]:
    kinds = Counter(item.code for item in skipped)
    count = len(skipped)
    lines = [
        f"{count} {'thing was' if count == 1 else 'things were'} not taken over: "
        + ", ".join(f"{number} {code}" for code, number in sorted(kinds.items()))
    ]
    for item in skipped[:_ROWS]:
        lines += _wrapped(f"{item.path}: {item.reason}", "  ")
    if count > _ROWS:
        lines.append(f"  and {count - _ROWS} more; -f json lists all")
    return lines


def _cost(cost: Cost) -> list[str]:
    given = cost.assumptions
    lines = [
        f"cost of one request, in tokens of {cost.tokenizer}; assumed: a request of {given.task}, messages of "
        f"{given.answer} tokens",
        f"  {'':<24}{'calls':>7}{'read':>9}{'written':>9}{'tokens':>9}{'seconds':>9}",
        _side("the agents", cost.agents),
        _side("compiled, one call", cost.one_call),
        _side("compiled, skill by skill", cost.stepwise),
    ]
    lines += _wrapped(
        f"selection overhead {cost.selection:,.0f} {'<' if cost.pays else '>='} communication overhead "
        f"{cost.communication:,.0f} tokens: one call {'pays' if cost.pays else 'does not pay'} "
        f"(right picks {100 * cost.accuracy:.0f}%, by {cost.accuracy_source})",
        "  ",
    )
    if cost.breaks_even is None:
        lines.append("  it pays at every size up to 100,000 skills")
    elif cost.pays:
        lines.append(f"  it stops paying at {cost.breaks_even:,} skills in the library")
    return lines


def _chains(execution: Execution) -> list[str]:
    """Say how likely a run of the compiled skills, chosen one by one, takes every step right."""
    lines = ["predicted success, skill by skill: every step of a chain is chosen right"]
    for chain in execution.chains[:_ROWS]:
        lines += _wrapped(" -> ".join(step.skill for step in chain.steps), "  ")
        success = chain.success
        ends = (
            ""
            if success.low is None or success.high is None
            else f" [{100 * success.low:.0f}, {100 * success.high:.0f}]"
        )
        told = (
            f"{100 * (success.value or 0.0):.0f}%{ends} from the request alone, about {100 * chain.with_state:.0f}% "
            f"when each finds the result of the one before; weak link {chain.weak_link}"
        )
        if chain.restate_before:
            told += f"; restate before {', then '.join(chain.restate_before)}"
        lines += _wrapped(told, "    ")
    if len(execution.chains) > _ROWS:
        lines.append(f"  and {len(execution.chains) - _ROWS} more; -f json lists all")
    lines += _wrapped(f"{execution.source} Fitted on {execution.fit_range}.", "  ")
    return lines


def _side(name: str, side: Side) -> str:
    return (
        f"  {name:<24}{side.calls:>7,}{side.prompt_tokens:>9,}{side.answer_tokens:>9,}{side.tokens:>9,}"
        f"{side.seconds:>9.1f}"
    )


def _some(items: Sequence[str], limit: int = 6) -> str:
    told = ", ".join(items[:limit])
    return f"{told} and {len(items) - limit} more" if len(items) > limit else told


def _wrapped(text: str, indent: str) -> list[str]:
    import textwrap

    return textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
