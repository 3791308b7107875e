"""Phase 1 and 2: what an agent can do, piece by piece, and which tool each piece needs (eq. 3 and 4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from skillaudit.compile.prose import first_sentence, label_of
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
_APART = re.compile(
    r"\b(?:responsibilit|capabilit|dut(?:y|ies)\b|jobs?\b|tasks?\b|you (?:can|will)\b)", re.IGNORECASE
)
_MARKED = re.compile(r"[*_`]{1,2}(.+?)[*_`]{1,2}")
MOST_APART = 6
"""Duties of one agent that become skills of their own; more are the details of one."""
_VERB_LIST = """
add analyse analyze answer archive arrange assess assign audit backup book build calculate catalogue check classify
clean collect compare compile compose compute convert correct count create debug decide define deploy design detect
diagnose document draft draw edit estimate evaluate explain export extract file fill filter find fix forecast format
gather generate group handle identify import inspect install inventory investigate invite list locate log maintain
make manage measure merge migrate monitor negotiate order organise organize pack plan predict prepare price print
prioritise prioritize process produce profile propose proofread publish query rank read recommend record refactor
register remind reply report research resolve respond review revise rewrite route run scan schedule score search
select send settle set sort split suggest summarise summarize teach test track transcribe translate triage update
upload validate verify watch weigh write
"""
_VERBS = frozenset(_VERB_LIST.split())
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
_LINKS = frozenset(
    {
        "a", "about", "against", "an", "the", "of", "to", "and", "or", "for", "with", "in", "on", "at", "by", "from",
        "its", "their", "all", "any", "each", "you", "your",
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

    A capability is a skill of its own when the source gives it as a task of several, when it is one of a few duties
    that say what to do, or when it alone needs a tool which is not the client's. Deterministic; never empty.
    """
    known = {tool.name: tool for tool in tools}
    own = [known.get(name, Tool(name=name)) for name in agent.tools or ()]
    if agent.tasks:
        several = len(agent.tasks) > 1
        return tuple(_of_task(task, own, known, several) for task in agent.tasks)
    duties, separate = duties_of(agent.policy)
    if not duties:
        text = first_sentence(agent.policy) or agent.description or agent.role or agent.name
        return (Capability(name=agent.name, text=text, tools=_foreign(own)),)
    aligned = [(text, aligned_tools(text, own)) for text in duties]
    return tuple(
        Capability(
            name=_name(text), text=text, tools=found, alone=separate or _stands_alone(found, aligned, known)
        )
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


def duties_of(policy: str) -> tuple[list[str], bool]:
    """Return the items of the first lists that stand under a line about duties, at most twelve, and whether each is one
    of its own: two to six that begin with a verb, under a line that speaks of duties and not of steps."""
    found: list[str] = []
    under = separate = fenced = False
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
            under = bool(_DUTIES.search(line)) and (bool(label_of(line)) or line.rstrip().endswith(":"))
            if under:
                separate = (separate or not found) and _APART.search(line) is not None
        elif under and len(found) < MAX_CAPABILITIES:
            found.append(_MARKED.sub(r"\1", item["text"]).strip())
    return found, separate and 1 < len(found) <= MOST_APART and all(map(_is_deed, found))


def without_duties(policy: str, kept: str) -> str:
    """Return a prompt without its separate duties but the one that is kept, for a skill that has no other."""
    others = {duty for duty in duties_of(policy)[0] if duty != kept}
    lines = policy.split("\n")
    items = (_ITEM.match(line) for line in lines)
    texts = (_MARKED.sub(r"\1", item["text"]).strip() if item else "" for item in items)
    return "\n".join(line for line, text in zip(lines, texts, strict=True) if text not in others or not text)


def _is_deed(text: str) -> bool:
    """Whether a duty says what to do: a verb and what it is done to."""
    return len(text.split()) > 2 and bare_verb(text) != ""


def bare_verb(text: str) -> str:
    """Return the verb that a duty begins with, as it stands after `to`; empty where none is known."""
    first = next(iter(re.findall(r"[a-z]+", text.casefold())), "")
    forms = (first, first.removesuffix("s"), first.removesuffix("es"), re.sub(r"ies$", "y", first))
    return next((form for form in forms if form in _VERBS), "")


def _name(text: str) -> str:
    words = re.findall(r"[A-Za-z][A-Za-z0-9-]*", text.split(":")[0].lower())
    words[:1] = [bare_verb(text) or word for word in words[:1]]
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
