"""The texts that the two executors send, so that what is counted is what is sent (algorithms 1 and 2)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from skillaudit.compile.compiler import CompiledSkill
from skillaudit.compile.system import Agent

ANSWER = "ANSWER"
_IMPLIED = re.compile(r"(?:- The part headed “|Put what was worked out under|Then use the `)")


def agent_prompt(agent: Agent, task: str = "") -> str:
    """Return the system prompt of one agent, for one of its tasks where it has several."""
    parts = [f"You are {agent.name}: {agent.role}." if agent.role else "", agent.policy]
    for given in agent.tasks:
        if task in ("", given.name):
            parts.append(given.text)
            parts.append(f"Expected output: {given.output}" if given.output else "")
    if agent.output:
        parts.append(f"Answer in this form: {agent.output}")
    return "\n\n".join(part for part in parts if part.strip())


def user_message(task: str, history: Sequence[tuple[str, str]]) -> str:
    """Return the task with everything said so far."""
    said = "\n\n".join(f"[{name}]\n{text}" for name, text in history)
    return f"Task: {task}" + (f"\n\nSo far:\n\n{said}" if said else "")


def section(name: str) -> str:
    """Return the tag of a skill's section in a one-call answer."""
    return name.upper().replace("-", "_")


def skill_prompt(skill: CompiledSkill) -> str:
    """Return the policy of one skill, for a call that performs it."""
    return f"Perform the skill {skill.name}.\n\n{skill.body}"


def one_call_prompt(skills: Sequence[CompiledSkill], listing: str) -> str:
    """Return the system prompt of a single agent that works through its skills in one answer."""
    tags = ", ".join(f"[{section(skill.name)}]" for skill in skills)
    parts = [
        "Solve the task in one answer, using these skills one after another. Write the work of each skill in a "
        f"section of its own: {tags}. End with a section [{ANSWER}] that holds the final result and nothing else."
    ]
    if listing:
        parts.append(f"Skills:\n{listing}")
    parts += [f"[{section(skill.name)}]\n{condensed(skill.body)}" for skill in skills]
    return "\n\n".join(parts)


def condensed(body: str) -> str:
    """Return a policy without what the order of sections in one answer says already.

    The title goes, and of input and hand-over the lines that only name the section before or after; slots
    to fill, loops and choices stay.
    """
    blocks = re.split(r"\n(?=## )", body.strip())
    kept = []
    for block in blocks:
        head, _, rest = block.partition("\n")
        if head.startswith("# "):
            block = rest.strip()
        elif head in ("## Input", "## Hand-over"):
            lines = [line for line in rest.split("\n") if line.strip() and not _IMPLIED.match(line)]
            block = f"{head}\n" + "\n".join(lines) if lines else ""
        if block.strip():
            kept.append(block.strip())
    return "\n".join(kept)


def selection_prompt(skills: Sequence[CompiledSkill], done: str) -> str:
    """Return the system prompt of a selection: the descriptors, never the policies (definition 2.4)."""
    listing = "\n".join(f"- {skill.name}: {skill.description}" for skill in skills)
    said = f"\nDone so far: {done}." if done else ""
    return (
        f"Choose the skill to use next for the task.{said}\n\nSkills:\n{listing}\n\n"
        "Answer with the skill's name only, or with DONE when the task is solved."
    )
