"""Phase 1 and 2: what an agent can do, piece by piece, and which tool each piece needs (eq. 3 and 4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from skillaudit.compile.prose import GENERIC_LABELS, first_sentence, label_of
from skillaudit.compile.system import Agent, Task, Tool
from skillaudit.schema import Record
from skillaudit.text.words import root

MAX_CAPABILITIES = 12


class Capability(Record):
    """One functional unit of a role (kappa), with its backend (xi)."""

    name: str
    """A few words; it may become a skill's name."""
    text: str
    """What is done, and how where the role says so."""
    tools: tuple[str, ...] = ()
    """Tools that it needs from outside; empty when the model does it by itself."""
    task: str = ""
    """The source's task that it comes from."""
    description: str = ""
    """One or two sentences for the skill's descriptor, where the decomposer wrote them."""
    alone: bool = False
    """True when it is a skill of its own; the others of an agent make one skill together."""


Decomposer = Callable[[Agent, Sequence[Tool]], tuple[Capability, ...]]

CLIENT_TOOLS = frozenset(
    {
        "read", "write", "edit", "multiedit", "notebookedit", "bash", "glob", "grep", "ls", "task", "agent",
        "todowrite", "todoread", "websearch", "webfetch", "skill", "askuserquestion", "exitplanmode",
        "notebookread", "sendmessage", "taskcreate", "tasklist", "taskupdate", "taskget", "taskstop",
        "bashoutput", "killshell", "toolsearch", "lsp", "monitor", "*",
    }
)  # fmt: skip
"""Tools of the client itself, which every skill has at hand."""

_ITEM = re.compile(r"\s{0,3}(?:[-*+•]|\d{1,2}[.)])\s+(?P<text>\S.*)$")
_DUTIES = re.compile(
    r"\b(?:responsibilit|capabilit|dut(?:y|ies)|task|you (?:can|will|must|should)|when invoked|expertise|"
    r"focus areas?|workflow|process|steps?|approach|skills)\w*",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
_LINKS = frozenset(
    {
        "a", "an", "the", "of", "to", "and", "or", "for", "with", "in", "on", "at", "by", "from", "its", "their",
        "all", "any", "each", "you", "your",
    }
)  # fmt: skip
_EMPTY = frozenset(
    {
        "tool", "tools", "api", "get", "set", "run", "use", "make", "do", "the", "and", "for", "with", "from",
        "client", "server", "custom",
    }
)  # fmt: skip


def decompose(agent: Agent, tools: Sequence[Tool]) -> tuple[Capability, ...]:
    """Return the capabilities of an agent by rules: its tasks, else the duties that its prompt lists, else one.

    A capability is a skill of its own when the source gives it as a task of several, or when it is the only
    one that needs a tool which is not the client's. Deterministic; never empty.
    """
    known = {tool.name: tool for tool in tools}
    own = [known.get(name, Tool(name=name)) for name in agent.tools or ()]
    if agent.tasks:
        several = len(agent.tasks) > 1
        return tuple(_of_task(task, own, known, several) for task in agent.tasks)
    duties = _duties(agent.policy)
    if not duties:
        text = first_sentence(agent.policy) or agent.description or agent.role or agent.name
        return (Capability(name=agent.name, text=text, tools=_foreign(own)),)
    aligned = [(text, aligned_tools(text, own)) for text in duties]
    return tuple(
        Capability(name=_name(text), text=text, tools=found, alone=_stands_alone(found, aligned, known))
        for text, found in aligned
    )


def _of_task(task: Task, own: Sequence[Tool], known: Mapping[str, Tool], several: bool) -> Capability:
    explicit = tuple(task.tools)
    # A task that names no tool of its agent may need any of them, and so may the only one.
    found = explicit or (aligned_tools(task.text, own) if several else ()) or _foreign(own)
    return Capability(name=task.name, text=task.text or task.name, tools=found, task=task.name, alone=several)


def _foreign(tools: Sequence[Tool]) -> tuple[str, ...]:
    return tuple(tool.name for tool in tools if not is_client_tool(tool.name))


def is_client_tool(name: str) -> bool:
    """Say whether a tool is one that the client has for every skill, with or without arguments."""
    return name.split("(")[0].strip().casefold() in CLIENT_TOOLS


def _stands_alone(
    found: tuple[str, ...], aligned: Sequence[tuple[str, tuple[str, ...]]], known: Mapping[str, Tool]
) -> bool:
    """A capability with a described tool that no other needs, in a role that has others with other backends."""
    if not any(name in known and known[name].description for name in found):
        return False
    others = [tools for _, tools in aligned if tools is not found]
    shared = any(set(found) & set(tools) for tools in others)
    return not shared and bool(others)


def _duties(policy: str) -> list[str]:
    """The items of the first lists that stand under a line about duties, at most twelve."""
    found: list[str] = []
    under = False
    fenced = False
    for line in policy.split("\n"):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
            continue
        if fenced or not line.strip():
            continue
        item = _ITEM.match(line)
        if item is None:
            if line.startswith((" ", "\t")):
                continue
            label = label_of(line)
            under = bool(_DUTIES.search(line)) and (bool(label) or line.rstrip().endswith(":"))
            if label and label.casefold() in GENERIC_LABELS and not under:
                under = False
        elif under and len(found) < MAX_CAPABILITIES:
            found.append(re.sub(r"[*_`]{1,2}(.+?)[*_`]{1,2}", r"\1", item["text"]).strip())
    return found


def _name(text: str) -> str:
    words = re.findall(r"[A-Za-z][A-Za-z0-9-]*", text.split(":")[0].lower())
    return " ".join([word for word in words if word not in _LINKS][:3]) or "capability"


def aligned_tools(text: str, tools: Sequence[Tool]) -> tuple[str, ...]:
    """Return the tools, not the client's own, whose names or descriptions share words with a capability.

    A word of the name suffices; of the description it takes two.
    """
    words = _stems(text)
    found = []
    for tool in tools:
        if is_client_tool(tool.name):
            continue
        if _stems(tool.name) & words or len(_stems(tool.description) & words) > 1:
            found.append(tool.name)
    return tuple(found)


def _stems(text: str) -> set[str]:
    words = (word.casefold() for word in _CAMEL.split(text))
    return {root(word) for word in words if len(word) > 2 and word not in _EMPTY}
