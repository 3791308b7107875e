"""What prompts give away in words: sides in a debate, secrets, independence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from skillaudit.compile.system import Agent

_SIDES: tuple[tuple[str, str], ...] = (
    (
        r"proponents?|affirmative|(?:argu\w+|debat\w+) (?:in favou?r|for)\b|pro[- ]side",
        r"opponents?|(?:argu\w+|debat\w+) against|con[- ]side|opposition",
    ),
    (r"bull(?:ish)? (?:side|case|researcher|analyst)", r"bear(?:ish)? (?:side|case|researcher|analyst)"),
    (r"prosecut(?:or|ion)", r"defen[cs]e (?:counsel|attorney|lawyer)|defender"),
    (r"red[- ]team(?:er)?", r"blue[- ]team(?:er)?"),
    (r"attacker", r"defender"),
    (r"optimist", r"pessimist"),
    (r"persuader", r"sceptic|skeptic"),
    (r"buyer", r"seller"),
)
_ADVERSARY = re.compile(
    r"\b(?:debat(?:e|er|ers|ing)|oppos(?:e|es|ing|ite|ition)|argu(?:e|es|ing) (?:for|against|in favou?r)|"
    r"rebut\w*|refut(?:e|es|ing)|counter[- ]?argu\w+|win the|defeat|negotiat\w+|take the (?:other|opposite) side)\b",
    re.IGNORECASE,
)
_OTHERS = r"(?:other|another|any other|opponent\w*|agents?|players?|team|peers?|counterpart\w*|buyer|seller)"
_SECRET = re.compile(
    r"\b(?:"
    r"(?:do not|don't|never|must not) (?:reveal|disclose|share|show|tell)\b[^.\n]{0,60}\b(?:to|with) (?:the )?"
    + _OTHERS
    + r"|only you (?:know|can see|have access)"
    r"|(?:the )?other (?:agents?|players?|participants?|side) (?:do not|don't|cannot|can't|must not|never) "
    r"(?:see|know|read|access)"
    r"|your (?:secret|hidden|private) (?:\w+ )?"
    r"(?:role|word|cards?|goal|objective|information|value|budget|price|notes|memory|state|scratchpad)"
    r"|(?:secret|hidden|private) (?:role|hand|reservation price|information|scratchpad|memory) (?:that|which) "
    r"(?:only|no)"
    r"|hidden from (?:the )?(?:others?|opponent)"
    r")\b[^.\n]{0,120}",
    re.IGNORECASE,
)


def secrets(agent: Agent) -> tuple[str, ...]:
    """Return the clauses of an agent's prompt that give it knowledge or memory of its own."""
    texts = (agent.policy, *(task.text for task in agent.tasks))
    return tuple(
        dict.fromkeys(" ".join(match[0].split())[:160] for text in texts for match in _SECRET.finditer(text))
    )


_BESIDE = re.compile(
    r"\b(?:spawn|launch|run|start)\w*\b[^.\n]{0,60}\b(?:agents?|instances?|teammates?)\b[^.\n]{0,40}"
    r"\b(?:in parallel|concurrently|simultaneously)\b"
    r"|\b(?:one|your) assigned (?:hypothesis|dimension|part|slice|component|file)",
    re.IGNORECASE,
)


def runs_beside_others(agent: Agent) -> bool:
    """Whether an agent is made for a team whose members work at the same time."""
    messages = any(tool.split("(")[0].strip().casefold() == "sendmessage" for tool in agent.tools or ())
    return messages or _BESIDE.search(_text(agent)) is not None


def opposed_stances(agents: Sequence[Agent]) -> tuple[str, ...]:
    """Return the names of agents that take opposite sides, declared or in words; empty without two sides.

    Words alone count only when two agents are named for the two sides of one contest and a prompt of one
    of them speaks of contending: a critic who helps a writer is no opponent.
    """
    declared = [agent for agent in agents if agent.stance]
    if len({agent.stance.casefold() for agent in declared}) > 1:
        return tuple(agent.name for agent in declared)
    for one, other in _SIDES:
        first = [a for a in agents if _named(a, one) and not _named(a, other)]
        second = [a for a in agents if _named(a, other) and not _named(a, one)]
        if first and second and any(_ADVERSARY.search(_text(agent)) for agent in (*first, *second)):
            chosen = {agent.name for agent in (*first, *second)}
            return tuple(agent.name for agent in agents if agent.name in chosen)
    return ()


def _named(agent: Agent, side: str) -> bool:
    title = f"{agent.name.replace('_', ' ').replace('-', ' ')} {agent.role} {agent.policy[:200]}"
    return re.search(rf"\b(?:{side})\b", title, re.IGNORECASE) is not None


def _text(agent: Agent) -> str:
    return " ".join((agent.role, agent.policy, *(task.text for task in agent.tasks)))
