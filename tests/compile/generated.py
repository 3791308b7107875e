"""Folders of realistic Claude Code subagents: two house styles, every field that such files have in the wild."""

from __future__ import annotations

from pathlib import Path

DOMAINS = (
    ("python", "Python services", ("type hints", "packaging", "async code", "profiling")),
    ("rust", "Rust crates", ("ownership", "error types", "unsafe blocks", "benchmarks")),
    ("react", "React interfaces", ("component state", "rendering cost", "accessibility", "forms")),
    ("postgres", "PostgreSQL schemas", ("indexes", "migrations", "locks", "query plans")),
    ("terraform", "Terraform modules", ("state files", "drift", "module layout", "provider pins")),
    ("kubernetes", "Kubernetes clusters", ("resource limits", "rollouts", "network policies", "probes")),
    ("mobile", "mobile apps", ("offline storage", "battery use", "store rules", "crash reports")),
    ("payments", "payment flows", ("refunds", "idempotent calls", "reconciliation", "card data")),
    ("search", "search indexes", ("analysers", "relevance", "reindexing", "synonyms")),
    ("pipelines", "data pipelines", ("late records", "backfills", "schema changes", "lineage")),
    ("docs", "technical documents", ("tutorials", "references", "diagrams", "stale pages")),
    ("release", "software releases", ("changelogs", "tags", "rollback plans", "signing")),
)
ROLES = (
    ("architect", "designs", "an architect", ("Read", "Grep", "Glob")),
    ("reviewer", "reviews", "a reviewer", ("Read", "Grep", "Glob", "Bash")),
    ("debugger", "traces faults in", "a debugger", ("Read", "Edit", "Bash", "Grep")),
    ("writer", "writes and changes", "a developer", ("Read", "Write", "Edit", "Bash")),
)
MODELS = ("inherit", "sonnet", "", "sonnet")


def imperative_style(folder: Path) -> list[str]:
    """Write 48 subagents whose descriptions begin `Use this agent when`, with checklists and JSON messages."""
    names = []
    for number, (domain, subject, topics) in enumerate(DOMAINS):
        for place, (role, verb, title, tools) in enumerate(ROLES):
            name = f"{domain}-{role}"
            other = f"{domain}-{ROLES[(place + 1) % len(ROLES)][0]}"
            model = MODELS[(number + place) % len(MODELS)]
            sections = "\n\n".join(
                f"{topic.capitalize()} {aspect}:\n- Look at {topic} first\n- Compare with the project's rules\n"
                f"- Note what {topic} cost"
                for topic, aspect in zip(topics, ("review", "analysis", "design", "checks"), strict=True)
            )
            example = (
                f" Examples:\\n<example>\\nContext: work on {subject}.\\nuser: 'Look at the {topics[0]} of our "
                f"{subject}'\\nassistant: 'I will use the {name} agent'\\n<commentary>It {verb} {subject}."
                "</commentary>\\n</example>"
                if number % 3 == 0
                else ""
            )
            head = [
                "---",
                f"name: {name}",
                f'description: "Use this agent when you need to work on {subject} as {title}, above all on '
                f'{topics[place]} and {topics[0]}.{example}"',
                f"tools: {', '.join(tools)}",
                *([f"model: {model}"] if model else []),
                "---",
            ]
            body = (
                f"You are {title} with long experience of {subject}. Your focus spans {', '.join(topics)}.\n\n"
                f"When invoked:\n1. Query context manager for the state of the {subject}\n2. {verb.capitalize()} the "
                f"part that was named\n3. Report what was found\n\n{sections}\n\n## Communication Protocol\n\n"
                f'Context query:\n```json\n{{\n  "requesting_agent": "{name}",\n  "request_type": "get"\n}}\n```\n\n'
                f"Integration with other agents:\n- Hand over to the {other} agent when {topics[1]} are concerned\n"
            )
            (folder / f"{name}.md").write_text("\n".join(head) + "\n\n" + body, encoding="utf-8")
            names.append(name)
    return names


def expert_style(folder: Path) -> list[str]:
    """Write 44 subagents in plugin folders, described as experts, with capability headings and odd fields."""
    names = []
    for number, (domain, subject, topics) in enumerate(DOMAINS[:11]):
        for place, (role, verb, _, _) in enumerate(ROLES):
            name = f"{domain}-{role}-pro"
            place_in = folder / "plugins" / domain / "agents"
            place_in.mkdir(parents=True, exist_ok=True)
            extra = ("color: green\n", "permissionMode: plan\n", "tools: []\n", "maxTurns: 12\n")[
                (number + place) % 4
            ]
            capabilities = "\n\n".join(
                f"### {topic.capitalize()} of {subject}\n\n- {verb.capitalize()} {topic}\n- Measure {topic} twice"
                for topic in topics
            )
            text = (
                f"---\nname: {name}\ndescription: Expert {role} who {verb} {subject}. Masters {topics[0]} and "
                f"{topics[place]}. Use PROACTIVELY for {topics[place]} of {subject}.\nmodel: sonnet\n{extra}---\n\n"
                f"You are an expert {role} specializing in {subject}.\n\n## Purpose\n\n{role.capitalize()} of "
                f"{subject} with care for {topics[1]}.\n\n## Capabilities\n\n{capabilities}\n\n## Response Approach\n\n"
                f"1. Read what is there\n2. Say what is wrong with {topics[2]}\n3. Propose the smallest change\n"
            )
            (place_in / f"{name}.md").write_text(text, encoding="utf-8")
            names.append(name)
        (folder / "plugins" / domain / "README.md").write_text(f"# {subject}\n", encoding="utf-8")
    return names
