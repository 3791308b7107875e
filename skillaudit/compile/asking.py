"""Phase 1 by a model: ask it for an agent's capabilities, check the answer, fall back to the rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from skillaudit.compile.capabilities import (
    MAX_CAPABILITIES,
    Capability,
    Decomposer,
    aligned_tools,
    decompose,
)
from skillaudit.compile.prompts import agent_prompt
from skillaudit.compile.system import Agent, Tool
from skillaudit.reading import JsonError, parse_json
from skillaudit.reading.limits import ANSWER
from skillaudit.safety.cleaning import clean, clean_data, collapse
from skillaudit.safety.prompts import Quote

Complete = Callable[[str], str]
"""Sends one prompt to a model and returns its answer."""

_ASK = """Below are the instructions of one agent of a multi-agent system. List the separate capabilities that they \
give it: things that it can be asked to do on their own. Most agents have one; give several only when their inputs \
or results differ. Do not invent any.

Answer with JSON only:
{{"capabilities": [{{"name": "verb and object, at most four words", "description": "one sentence on what it does, \
then one that begins with: Use when", "steps": "what to do, taken from the instructions", "tools": ["names from the \
list of tools"]}}]}}

{rule}

{tools}
{name}
{prompt}"""
_MAX_PROMPT = 24_000


def model_decomposer(complete: Complete, note: Callable[[str], None] = lambda _: None) -> Decomposer:
    """Return a decomposer that asks a model, and the rules where its answer cannot be used.

    `note` gets one sentence for each agent that fell back. Tasks that the source names stay as they are.
    """

    def decomposer(agent: Agent, tools: Sequence[Tool]) -> tuple[Capability, ...]:
        by_rules = decompose(agent, tools)
        if agent.tasks or not agent.policy.strip():
            return by_rules
        answer = complete(_question(agent, tools))
        try:
            return _read(answer, agent, tools)
        except ValueError as error:
            note(f"{agent.name}: the model's answer cannot be used ({error}); the rules stood in")
            return by_rules

    return decomposer


def _question(agent: Agent, tools: Sequence[Tool]) -> str:
    names = agent.tools if agent.tools is not None else tuple(tool.name for tool in tools)
    listed, asked = ", ".join(names) or "none", agent_prompt(agent)[:_MAX_PROMPT]
    quote = Quote(listed, agent.name, asked)
    return _ASK.format(
        rule=quote.rule,
        tools=quote("tools", listed),
        name=quote("agent", agent.name),
        prompt=quote("instructions", asked),
    )


def _read(answer: str, agent: Agent, tools: Sequence[Tool]) -> tuple[Capability, ...]:
    match = re.search(r"\{.*\}", clean(answer), re.DOTALL)
    if match is None:
        raise ValueError("no JSON in it")
    try:
        data: Any = clean_data(parse_json(match[0], ANSWER))
    except JsonError:
        raise ValueError("its JSON is broken") from None
    rows = data.get("capabilities") if isinstance(data, dict) else None
    if not isinstance(rows, list) or not rows:
        raise ValueError("it lists no capabilities")
    several = len(rows) > 1
    return tuple(_capability(row, agent, tools, several) for row in rows[:MAX_CAPABILITIES])


def _capability(row: Any, agent: Agent, tools: Sequence[Tool], several: bool) -> Capability:
    if not isinstance(row, dict):
        raise ValueError("an entry is no object")
    texts = {key: row.get(key, "") for key in ("name", "description", "steps")}
    if any(not isinstance(value, str) for value in texts.values()) or not texts["steps"].strip():
        raise ValueError("an entry lacks its steps")
    own = {name: next((t for t in tools if t.name == name), Tool(name=name)) for name in agent.tools or ()}
    wanted = row.get("tools")
    named = tuple(name for name in (wanted if isinstance(wanted, list) else ()) if name in own)
    return Capability(
        name=collapse(texts["name"])[:60] or agent.name,
        text=texts["steps"].strip(),
        tools=named or (() if several else aligned_tools(texts["steps"], list(own.values()))),
        description=collapse(texts["description"])[:600],
        alone=several,
    )
