"""Read a folder of Claude Code subagents: Markdown files whose body is the system prompt."""

from __future__ import annotations

import re
from pathlib import Path

from skillaudit.compile.files import relative
from skillaudit.compile.system import Agent, Edge, Protocol, System, Tool
from skillaudit.errors import LoadError
from skillaudit.load import clean, collapse
from skillaudit.load.fences import split
from skillaudit.load.fields import FieldValue, read_fields
from skillaudit.reading import read_bytes
from skillaudit.reading.limits import SKILL
from skillaudit.schema import Skipped

_KEPT = frozenset(
    {"name", "description", "tools", "model", "memory", "isolation", "background", "skills", "effort"}
)
_NO_MATTER = frozenset({"color", "version", "author", "tags", "category", "license", "metadata", "effort"})
"""Keys that say nothing about what the agent does."""
_RUNTIME = {
    "permissionmode": "permissions are the client's to give; set them in its settings",
    "permission-mode": "permissions are the client's to give; set them in its settings",
    "hooks": "hooks belong to the agent's own session; move them to the project's settings",
    "mcpservers": "its servers must be configured for the session that loads the skill",
    "mcp-servers": "its servers must be configured for the session that loads the skill",
    "maxturns": "a skill has no turn limit of its own",
    "max-turns": "a skill has no turn limit of its own",
    "disallowedtools": "a skill cannot take tools away; keep the agent where that matters",
    "disallowed-tools": "a skill cannot take tools away; keep the agent where that matters",
    "background": "a skill runs in the conversation, not beside it",
}
_NO_AGENTS = frozenset({"CLAUDE", "AGENTS", "README", "CHANGELOG", "CONTRIBUTING", "LICENSE", "SECURITY"})
_INHERIT = frozenset({"", "inherit", "default"})
_HAND = re.compile(
    r"\b(?:hand(?:s|ing)?[ -]?(?:off|over)|delegat\w+|escalat\w+|invok\w+|spawn\w*|call(?:s|ing)?|us(?:e|es|ing)"
    r"|pass(?:es|ing)?)\b",
    re.IGNORECASE,
)


def agent_files(files: list[Path], root: Path) -> tuple[list[Path], list[Path]]:
    """Return the Markdown files that are agents by their place, below a folder `agents`, and those that may be."""
    markdown = [path for path in files if path.suffix.lower() == ".md" and path.name != "SKILL.md"]
    placed = [path for path in markdown if "agents" in path.relative_to(root).parts[:-1]]
    return placed, [path for path in markdown if path.stem.upper() not in _NO_AGENTS]


def read_subagents(paths: list[Path], root: Path, name: str) -> System:
    """Return the agents of these files as one system without a router of its own: the conversation routes.

    Files without a name and a description in their frontmatter, and second agents of a name, are skipped
    with the reason. Raises `LoadError` when nothing is left.
    """
    agents: dict[str, Agent] = {}
    skipped: list[Skipped] = []
    tools: dict[str, Tool] = {}
    texts: dict[str, str] = {}
    for path in paths:
        shown = relative(path, root)
        try:
            data = read_bytes(path, SKILL, error=LoadError)
        except LoadError as error:
            skipped.append(Skipped(path=shown, reason=str(error), code="unreadable"))
            continue
        got = _agent(data, shown, skipped)
        if got is None:
            skipped.append(
                Skipped(path=shown, reason="no name and description in its frontmatter", code="not-an-agent")
            )
        elif got.name in agents:
            first = agents[got.name].origin
            reason = f"same name as {first}, which comes first"
            skipped.append(Skipped(path=shown, reason=reason, code="shadowed"))
        elif (text := " ".join(got.policy.split())) in texts:
            reason = f"same instructions as {texts[text]}, which comes first"
            skipped.append(Skipped(path=shown, reason=reason, code="copy"))
        else:
            texts[text] = shown
            agents[got.name] = got
            tools.update((tool, Tool(name=tool)) for tool in got.tools or ())
    if not agents:
        first = f"; first skipped: {skipped[0].path}: {skipped[0].reason}" if skipped else ""
        raise LoadError(f"{name}: no agent found in {len(paths)} Markdown files{first}")
    return System(
        name=name,
        agents=tuple(agents.values()),
        edges=tuple(_mentions(agents)),
        protocol=Protocol(kind="router"),
        tools=tuple(tools[key] for key in sorted(tools)),
        source="claude-code",
        skipped=tuple(skipped),
    )


def _agent(data: bytes, shown: str, skipped: list[Skipped]) -> Agent | None:
    text = clean(data.decode("utf-8-sig", "replace"))
    block = split(text)
    if not block.found:
        return None
    fields = read_fields(block.lines, block.first_line).fields
    if "name" not in fields or not fields.get("description", FieldValue("", 0, "plain")).text.strip():
        return None
    for key, field in fields.items():
        if reason := _RUNTIME.get(key):
            skipped.append(
                Skipped(path=f"{shown}:{field.line}", reason=f"{key}: {reason}", code="runtime-key")
            )
        elif key not in _KEPT and key not in _NO_MATTER:
            skipped.append(
                Skipped(
                    path=f"{shown}:{field.line}",
                    reason=f"the key {key!r} has no place in a skill",
                    code="unknown-key",
                )
            )
    private = []
    if memory := _word(fields, "memory"):
        private.append(f"keeps a memory of its own across sessions (memory: {memory})")
    if isolation := _word(fields, "isolation"):
        private.append(f"works on a copy of the files that others do not see (isolation: {isolation})")
    model = _word(fields, "model")
    description = fields["description"].text.replace("\\n", "\n")
    return Agent(
        name=collapse(fields["name"].text),
        description=description.strip(),
        policy=block.body.strip("\n"),
        tools=_tools(fields["tools"]) if "tools" in fields else None,
        model="" if model.lower() in _INHERIT else model,
        private=tuple(private),
        origin=shown,
    )


def _word(fields: object, key: str) -> str:
    field = fields.get(key) if isinstance(fields, dict) else getattr(fields, "get")(key)  # noqa: B009
    word = collapse(field.text) if field else ""
    return "" if word.lower() in ("none", "null", "false", "~") else word


def _tools(field: FieldValue) -> tuple[str, ...]:
    if isinstance(field.data, list):
        return tuple(str(item) for item in field.data if item)
    # A comma inside brackets belongs to the tool: `Bash(git add:*, git commit:*)`.
    parts = re.split(r",(?![^()]*\))", field.text.strip().strip("[]"))
    return tuple(word for part in parts if (word := part.strip().strip("\"'")))


def _mentions(agents: dict[str, Agent]) -> list[Edge]:
    """Edges where a prompt tells its agent, in one line, to hand work to another by name."""
    names = sorted(agents, key=len, reverse=True)
    if not names:
        return []
    pattern = re.compile(r"(?<![\w/-])(?:" + "|".join(map(re.escape, names)) + r")(?![\w/-])")
    found: dict[tuple[str, str], Edge] = {}
    for agent in agents.values():
        for number, line in enumerate(agent.policy.split("\n"), 1):
            if not _HAND.search(line):
                continue
            for match in pattern.finditer(line):
                verb = _HAND.search(line[: match.start()])
                if verb and match[0] != agent.name and _is_agent(line, match, verb.group()):
                    key = (agent.name, match[0])
                    found.setdefault(
                        key,
                        Edge(
                            source=agent.name,
                            target=match[0],
                            kind="delegate",
                            origin=f"{agent.origin} body line {number}",
                        ),
                    )
    return list(found.values())


def _is_agent(line: str, match: re.Match[str], verb: str) -> bool:
    """A name of several words is no accident; a common word counts only beside `agent`, or marked as code."""
    if "-" in match[0] or "_" in match[0]:
        return True
    around = line[max(0, match.start() - 2) : match.end() + 12]
    return bool(re.search(r"`|@|\bagent\b|\bsubagent\b", around, re.IGNORECASE))
