"""Execution policies (pi): a prompt made into the body of a skill, and hand-overs written into it (eq. 5 and 6)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import partial

from skillaudit.compile.capabilities import Capability, is_client_tool, without_duties
from skillaudit.compile.descriptors import article, slugged, user_requests
from skillaudit.compile.prose import (
    acts_as,
    first_sentence,
    holes,
    label_of,
    lower_first,
    shorten,
    show_holes,
    stopped,
    upper_first,
)
from skillaudit.compile.system import Agent, Task, Tool
from skillaudit.schema import Record

DEFAULT_ROUNDS = 3
_ACRONYMS = frozenset(
    {"ai", "api", "aws", "ci", "cd", "css", "db", "gcp", "hr", "html", "ios", "llm", "ml", "pdf", "pr", "qa"}
    | {"mcp", "seo", "sql", "sre", "tdd", "ui", "ux"}
)
_WRITING = frozenset({"write", "edit", "multiedit", "notebookedit", "bash"})
_OPENING = re.compile(r"^(?:`{3,}|~{3,})", re.MULTILINE)
_CLOSING = re.compile(r"^(?P<mark>`{3,}+|~{3,}+)[ \t]*+$", re.MULTILINE)
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")
_CODE = re.compile(r"(^(?:`{3,}+|~{3,}+).*?^(?:`{3,}+|~{3,}+)[ \t]*+$|`[^`\n]+`)", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"(`[^`\n]+`)")
_MESSAGE = re.compile(
    r"[\"'](?:requesting_agent|target_agent|receiving_agent|from_agent|to_agent|sender_agent)[\"']\s*:"
    r"|[\"']agent[\"']\s*:\s*[\"'][\w-]+[\"']\s*,\s*\n?\s*[\"'](?:status|progress|phase|message)[\"']",
    re.IGNORECASE,
)
_CONTEXT_MANAGER = re.compile(
    r"\b(?:query|ask|request|consult|contact|notify|inform|update)(?:ing|s)? (?:the )?context[- ]manager(?: agent)?"
    r"(?: (?P<link>for|about|of|with|to get))?",
    re.IGNORECASE,
)
_OTHER_AGENTS = re.compile(
    r"\b(?P<which>other|these|those|related|specialist|specialized) (?:sub-?)?agents\b", re.IGNORECASE
)
_EXAMPLE = re.compile(r"<example>.*?</example>", re.DOTALL | re.IGNORECASE)
_WHEN_TO_DELEGATE = re.compile(r"(?<=# )When to (?:delegate|invoke|spawn)\b.*$", re.IGNORECASE | re.MULTILINE)
_THIS_AGENT = re.compile(r"\b(?P<which>this) (?:sub-?)?agent\b", re.IGNORECASE)


class Handover(Record):
    """What one skill gives to the next (an edge of the graph, made words)."""

    source: str
    """Skill."""
    target: str
    """Skill, or an agent that stays one."""
    kind: str
    passes: str = ""
    form: str = ""
    """The form that the result must have."""
    needs: str = ""
    """What the target does with it."""
    kept: bool = False
    """True when the target is an agent that was not compiled."""
    rounds: int | None = None
    stop: str = ""


class Removed(Record):
    """A piece of a prompt that has no meaning in a skill, and was left out."""

    agent: str
    reason: str
    text: str


def result_heading(skill: str) -> str:
    """Return the heading under which a skill puts what it hands over."""
    return f"Result of {skill}"


def body(
    skill: str,
    agent: Agent,
    capabilities: Sequence[Capability],
    *,
    task: Task | None,
    before: Sequence[Handover],
    after: Sequence[Handover],
    examples: Sequence[str],
    tools: Mapping[str, Tool],
    renamed: Mapping[str, str],
    removed: list[Removed],
) -> str:
    """Return the Markdown body of a skill.

    `before` and `after` are the hand-overs that end and start here, `renamed` maps agents to the skills that
    they became. What is left out of the prompt is added to `removed`.
    """
    own = [capability.text for capability in capabilities if capability.alone and not capability.task]
    policy = agent.policy if len(own) != 1 else without_duties(agent.policy, own[0])
    policy = _as_skill_prompt(agent, policy, renamed, removed)
    parts = [f"# {_title(skill)}"]
    if policy.startswith("# "):
        parts[0], _, policy = policy.partition("\n")
        policy = policy.strip("\n")
    if examples:
        parts.append("## When to use\n\n" + "\n".join(f"- {shorten(text, 200)}" for text in examples[:6]))
    parts += _work(agent, capabilities, task, policy)
    parts += _inputs(task, agent, before)
    parts += _tool_section(agent, capabilities, tools)
    form = (task.output if task else "") or agent.output
    if form:
        parts.append("## Result\n\n" + stopped(upper_first(show_holes(form))))
    if after:
        parts.append(_handover_section(skill, after))
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def _title(skill: str) -> str:
    words = slugged(skill).split()
    return upper_first(" ".join(word.upper() if word in _ACRONYMS else word for word in words))


def _work(agent: Agent, capabilities: Sequence[Capability], task: Task | None, policy: str) -> list[str]:
    """The role and the instructions; a skill of one task or capability gets those, the role before them."""
    alone = [capability for capability in capabilities if capability.alone and not capability.task]
    parts: list[str] = []
    if task is None and not alone:
        return [*_role(agent, policy), _lowered_headings(policy)]
    parts += _role(agent, policy)
    whole = task is not None or (len(alone) == 1 and alone[0].text in policy)
    parts.append(_lowered_headings(policy) if whole else first_sentence(policy))
    if whole and not task:
        return parts
    if task:
        parts.append("## Steps\n\n" + _paragraphs(show_holes(task.text)))
    else:
        listed = "\n".join(f"{number}. {stopped(upper_first(c.text))}" for number, c in enumerate(alone, 1))
        parts.append(f"## Steps\n\n{listed}")
    return parts


def _role(agent: Agent, policy: str) -> list[str]:
    """The role in a line, unless the prompt begins with it."""
    return [_role_line(agent.role)] if agent.role and not policy.startswith("Act as ") else []


def _role_line(role: str) -> str:
    role = show_holes(role).strip().rstrip(".")
    if re.match(r"(?:an?|the)\b", role, re.IGNORECASE):
        return f"Act as {lower_first(role)}."
    return f"Act as {article(role)} {role}."


def _lowered_headings(policy: str) -> str:
    """Lower headings of the first level, which is the title's alone."""
    lines, fenced = [], False
    for line in policy.split("\n"):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        lines.append("#" + line if not fenced and line.startswith("# ") else line)
    return "\n".join(lines)


def _paragraphs(text: str) -> str:
    """Set prose flush left, and lists too, their levels kept: an indent of four would make them code."""
    lines = text.strip().split("\n")
    items = [line for line in lines if _ITEM.match(line)]
    margin = min((len(line) - len(line.lstrip()) for line in items), default=0)
    flush = [line.rstrip()[margin:] if _ITEM.match(line) else line.strip() for line in lines]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(flush))


def _as_skill_prompt(agent: Agent, policy: str, renamed: Mapping[str, str], removed: list[Removed]) -> str:
    """Re-word a system prompt: who you are becomes how to act, messages between agents go."""
    text = _without_messages(agent.name, show_holes_outside_code(policy), removed)
    opening = first_sentence(text)
    if opening and acts_as(opening) != opening:
        # The sentence may run over several lines of the source.
        pattern = re.compile(r"\s+".join(map(re.escape, opening.split())))
        text = pattern.sub(lambda _: acts_as(opening), text, count=1)
    text = _EXAMPLE.sub(_as_requests, text)
    text = _WHEN_TO_DELEGATE.sub("When to use", text)
    text = _CONTEXT_MANAGER.sub(_gather, text)
    text = _OTHER_AGENTS.sub(lambda m: f"{m['which']} skills", text)
    text = _THIS_AGENT.sub(lambda m: f"{m['which']} skill", text)
    for name, skill in sorted(renamed.items(), key=lambda item: -len(item[0])):
        if name not in text:
            continue  # a pattern for each of thousands of names would be compiled for each of as many texts
        marked = rf"(?<![\w/-])[`@]?{re.escape(name)}`?(?P<word>(?: (?:sub-?)?agent)\b)?(?![\w/-])"
        text = re.sub(marked, partial(_renamed, skill=skill, name=name), text)
    text = re.sub(r"\A(# .+?) (?:sub-?)?agent$", r"\1", text.lstrip("\n"), flags=re.IGNORECASE | re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def _renamed(match: re.Match[str], *, skill: str, name: str) -> str:
    if match["word"]:
        return f"`{skill}` skill"
    # A plain word such as `writer` is no name unless the text says that it is.
    return f"`{skill}`" if ("-" in name or "_" in name) and name != skill else match[0]


def _as_requests(match: re.Match[str]) -> str:
    """An example of a delegation, made the request that it begins with."""
    return "\n".join(f"- {shorten(said, 200)}" for said in user_requests(match[0]))


def _gather(match: re.Match[str]) -> str:
    verb = "Gather" if match[0][:1].isupper() else "gather"
    return verb if match["link"] else f"{verb} the context"


def show_holes_outside_code(text: str) -> str:
    """Show `{placeholders}` in prose only; braces in code blocks and inline code mean something else."""
    parts = _split_at_code(text)
    return "".join(part if number % 2 else show_holes(part) for number, part in enumerate(parts))


def _split_at_code(text: str) -> list[str]:
    """Return prose and code in turn, prose first; a fence that nothing closes is prose."""
    # Behind the last closing fence no block ends, and looking for one at every opening would take its square.
    end = max((match.end() for match in _CLOSING.finditer(text)), default=0)
    *before, between = _CODE.split(text[:end])
    first, *after = _INLINE.split(text[end:])
    return [*before, between + first, *after]


def _fenced(text: str) -> list[tuple[int, int]]:
    """Return where each block of code starts and ends, its closing fence as long as the opening one, or shorter."""
    closing: dict[str, list[tuple[int, int]]] = {}
    for match in _CLOSING.finditer(text):
        closing.setdefault(match["mark"], []).append(match.span())
    marks = sorted(closing, key=len, reverse=True)
    found: list[tuple[int, int]] = []
    for opening in _OPENING.finditer(text):
        if found and opening.start() < found[-1][1]:
            continue
        for mark in marks:
            ends = closing[mark]
            at = bisect_right(ends, (opening.start(), len(text)))
            if opening[0].startswith(mark) and at < len(ends):
                found.append((opening.start(), ends[at][1]))
                break
    return found


def _without_messages(agent: str, text: str, removed: list[Removed]) -> str:
    """Leave out code blocks that are messages between agents, with the line that announces them."""

    for start, end in reversed(_fenced(text)):
        block = text[start:end]
        if not _MESSAGE.search(block):
            continue
        before = text[:start].rstrip("\n").split("\n")
        while before and (not before[-1].strip() or _announces(before[-1])):
            start -= len(before.pop()) + 1
            while start > 0 and text[start - 1 : start] != "\n" and before:
                start -= 1
        removed.append(
            Removed(agent=agent, reason="a message to another agent, which is no more", text=block[:400])
        )
        kept = "\n".join(before)
        text = (kept + "\n\n" if kept else "") + text[end:].lstrip("\n")
    return text


def _announces(line: str) -> bool:
    label = label_of(line)
    return bool(label) and line.rstrip().endswith(":") and not line.startswith("#")


def _inputs(task: Task | None, agent: Agent, before: Sequence[Handover]) -> list[str]:
    lines = []
    for handover in before:
        if handover.kind == "feedback":
            lines.append(
                f"- From `{handover.source}`, when it comes back: what to mend. Mend that and nothing else."
            )
        elif handover.kind == "handover":
            lines.append(f"- The part headed “{result_heading(handover.source)}” in this conversation.")
    told = "\n".join((task.text if task else "", agent.policy, agent.role))
    prose = " ".join(_split_at_code(told)[::2])
    named = holes(prose)
    lines += [f"- [{slugged(name)}]: from the request; ask when it is missing." for name in named]
    lines = list(dict.fromkeys(lines))
    return ["## Input\n\n" + "\n".join(lines)] if lines else []


def _tool_section(agent: Agent, capabilities: Sequence[Capability], tools: Mapping[str, Tool]) -> list[str]:
    needed = list(dict.fromkeys(name for capability in capabilities for name in capability.tools))
    lines = []
    for name in needed:
        described = tools[name].description if name in tools else ""
        lines.append(f"- `{name}`{': ' + stopped(described) if described else ''}")
    parts = []
    if lines:
        parts.append("Call these tools for what the model cannot know by itself:\n\n" + "\n".join(lines))
    client = [name for name in agent.tools or () if is_client_tool(name)]
    if client:
        told = ", ".join(f"`{name}`" for name in client)
        parts.append(f"Of the client's own tools, use only {told}.")
        if not _WRITING & {name.split("(")[0].strip().casefold() for name in client}:
            parts.append("This skill reads and reports; it changes no file.")
    return ["## Tools\n\n" + "\n\n".join(parts)] if parts else []


def _handover_section(skill: str, after: Sequence[Handover]) -> str:
    """Hand-over constraints: whom to use next, on what, and in which form it must be written down."""
    forward = [h for h in after if h.kind in ("handover", "message")]
    lines: list[str] = []
    if forward or any(h.kind == "feedback" for h in after):
        shape = ", in the form given above" if any(h.form for h in after) else ""
        lines.append(f"Put what was worked out under the heading “{result_heading(skill)}”{shape}.")
    lines += [_forward(h) for h in forward]
    lines += [_back(h) for h in after if h.kind == "feedback"]
    delegated = [h for h in after if h.kind == "delegate"]
    if delegated:
        lines.append(_choice(delegated))
    return "## Hand-over\n\n" + "\n\n".join(lines)


def _forward(handover: Handover) -> str:
    passes = f", passing on {handover.passes}" if handover.passes else ""
    if handover.kept:
        return f"Then give it to the agent `{handover.target}`, which stays an agent of its own{passes}."
    needs = f" It will {handover.needs}" if handover.needs else ""
    return f"Then use the `{handover.target}` skill{passes}.{needs and ' ' + stopped(needs.strip())}"


def _back(handover: Handover) -> str:
    rounds = handover.rounds or DEFAULT_ROUNDS
    until = f"until {handover.stop}" if handover.stop else "until nothing is left to mend"
    return (
        f"When something must be mended, list it and use the `{handover.target}` skill again, {until}, at most "
        f"{rounds} {'round' if rounds == 1 else 'rounds'}; then stop and say what is left."
    )


def _choice(delegated: Sequence[Handover]) -> str:
    lines = []
    for handover in delegated:
        what = f": {stopped(handover.needs)}" if handover.needs else ""
        kept = " (an agent of its own)" if handover.kept else ""
        lines.append(f"- `{handover.target}`{kept}{what}")
    return "Where the work calls for it, use one of these, or several one after another:\n\n" + "\n".join(
        lines
    )
