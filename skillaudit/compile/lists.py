"""Read a plain list of agents, as many programs keep them: entries with a name and a prompt, in YAML or JSON."""

from __future__ import annotations

from skillaudit.compile.system import Agent, Protocol, System, Tool
from skillaudit.compile.tree import TreeError, TreeNode
from skillaudit.load import collapse
from skillaudit.schema import Skipped

_PROMPTS = ("system_message", "system_prompt", "instructions", "prompt", "policy", "backstory", "goal")
_MODELS = ("model", "llm", "model_name")
_KNOWN = frozenset(
    {"name", "id", "role", "description", "tools", "llm_config", "temperature", *_PROMPTS, *_MODELS}
)


def is_list(root: TreeNode) -> bool:
    """Say whether a document is a list of agents, bare or under `agents`: most entries have a name and a prompt."""
    entries = _entries(root)
    agents = [entry for entry in entries if _name(entry) and _prompt(entry)]
    return bool(agents) and 2 * len(agents) > len(entries)


def read_list(root: TreeNode, file: str) -> System:
    """Return the agents of a list; who comes after whom is not said there.

    Entries without name or prompt, and second ones of a name, are skipped with the reason.
    """
    agents: dict[str, Agent] = {}
    skipped: list[Skipped] = []
    for entry in _entries(root):
        place = f"{file}:{entry.line}" if entry.line else file
        name = _name(entry)
        if not name or not _prompt(entry) or name in agents:
            reason = (
                f"a second agent called {name!r}"
                if name in agents
                else "an entry without a name and a prompt"
            )
            skipped.append(
                Skipped(path=place, reason=reason, code="shadowed" if name in agents else "no-prompt")
            )
            continue
        skipped += [
            Skipped(path=place, reason=f"the key {key!r} has no place in a skill", code="unknown-key")
            for key in entry.fields
            if key not in _KNOWN
        ]
        agents[name] = Agent(
            name=name,
            role=collapse(entry.get("role").text),
            description=collapse(entry.get("description").text),
            policy=_prompt(entry),
            tools=tuple(_tool(tool) for tool in entry.get("tools").items if _tool(tool)),
            model=collapse(_model(entry)),
            origin=place,
        )
    if not agents:
        raise TreeError(f"{file}: no agent with a name and a prompt in this list")
    tools = sorted({tool for agent in agents.values() for tool in agent.tools or ()})
    return System(
        name=file.rpartition(".")[0],
        agents=tuple(agents.values()),
        protocol=Protocol(kind="router" if len(agents) > 1 else "unspecified"),
        tools=tuple(Tool(name=tool) for tool in tools),
        source="list",
        skipped=tuple(skipped),
    )


def _entries(root: TreeNode) -> list[TreeNode]:
    held = root.items or root.get("agents").items
    named = [entry._replace(value={**entry.fields, "name": TreeNode(key, entry.line)})
             for key, entry in root.get("agents").fields.items() if entry.fields]  # fmt: skip
    return held or named


def _name(entry: TreeNode) -> str:
    return collapse(entry.get("name").text or entry.get("id").text)


def _prompt(entry: TreeNode) -> str:
    return next((text for key in _PROMPTS if (text := entry.get(key).text)), "")


def _model(entry: TreeNode) -> str:
    own = next((text for key in _MODELS if (text := entry.get(key).text)), "")
    config = entry.get("llm_config")
    return (
        own
        or config.get("model").text
        or next((c.get("model").text for c in config.get("config_list").items), "")
    )


def _tool(node: TreeNode) -> str:
    return collapse(node.text or node.get("name").text or node.get("function").get("name").text)
