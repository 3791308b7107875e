"""A library, settings and files in which every text holds what acts on a terminal or on a CI runner."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

BAD = "\x1b[2J\x1b]0;own\x07\x9b31m\x85\u202e\u2066\u2028"
RUNNER = "::stop-commands::x ##[add-mask]e ##vso[task.x]y "
TOPICS = {
    "tea": "Brew green tea at the right temperature and time each infusion for the guests.",
    "bikes": "Repair a bicycle: punctures, brakes, gears and the chain, with the parts to order.",
    "maps": "Draw hiking maps with contour lines, huts and water sources from survey data.",
    "coffee": "Brew coffee and green tea for guests, at the right temperature and time.",
}
ASKED = {
    "tea": ["how hot must the water be for green tea", "time the second infusion of my tea"],
    "bikes": ["my bicycle chain slips when I change gears", "which brake pads fit this bicycle"],
    "maps": ["draw the contour lines of this valley", "which huts have water on the hiking map"],
    "coffee": ["brew coffee for eight guests", "right temperature of water for coffee"],
}


def spelt(word: str) -> str:
    """Return a quoted scalar of JSON, TOML and YAML that decodes to hostile characters and `word`."""
    return json.dumps(f"{RUNNER}{BAD}{word}")


def text_of(word: str) -> str:
    """Return what `spelt` decodes to."""
    return f"{RUNNER}{BAD}{word}"


def skill_file(name: str, description: str, raw: bool) -> str:
    """Return a skill whose every frontmatter text is hostile; `raw` puts controls into the body too."""
    acts = BAD if raw else ""
    return f"""---
name: {spelt(name)}
description: {spelt(description)}
when_to_use: {spelt("When asked.")}
license: {spelt("MIT")}
compatibility: {spelt("any")}
{spelt("odd key")}: {spelt("odd value")}
metadata:
  skillaudit-ignore: {spelt("SA305 metadata reason")}
  skillaudit-router: {spelt("a reason")}
  {spelt("nested")}: [{spelt("one")}, {{ {spelt("two")}: {spelt("three")} }}]
---
# {acts}{RUNNER}Title

<!-- skillaudit: ignore SA306 {acts}{RUNNER}comment reason -->

## When to use

- {acts}{RUNNER}{description}
- "{acts}{description} Please do it now."

After this, use the bikes skill.
"""


def plant(root: Path, *, raw: bool = True) -> Path:
    """Write a library under `root` and return its folder; folder names hold controls where `raw`."""
    library = root / "lib"
    for index, (name, description) in enumerate(TOPICS.items()):
        folder = library / "skills" / (f"{name}\x1b[2J\x9b\u202e::x" if raw and index % 2 else name)
        folder.mkdir(parents=True)
        (folder / "SKILL.md").write_text(skill_file(name, description, raw), encoding="utf-8")
    first = library / "skills" / "tea"
    rows = [{"query": text_of(q), "should_trigger": True} for q in ASKED["tea"]]
    rows += [{"query": text_of("x"), "gold": [text_of("nobody")]}, {"prompt": 5}]
    (first / "evals").mkdir()
    (first / "evals" / "evals.json").write_text(json.dumps({"skill_name": text_of("tea"), "evals": rows}))
    (first / "evals" / "trigger_tests.yaml").write_text(
        f"{spelt('key')}: 1\nshould_trigger_prompts:\n- {spelt('water for my tea')}\nother: [{spelt('z')}\n"
    )
    plugins = [
        {"name": text_of("plug"), "source": "./skills"},
        {"name": text_of("away"), "source": {"source": "github", "repo": text_of("x/y")}},
    ]
    (library / ".claude-plugin").mkdir()
    (library / ".claude-plugin" / "marketplace.json").write_text(json.dumps({"plugins": plugins}))
    acts = BAD if raw else ""
    (library / "broken").mkdir()
    (library / "broken" / "SKILL.md").write_text(
        f"---\nname: x\ndescription: {spelt('a')} b\n{acts}: [\n---\n\nx\n"
    )
    (library / "empty\x1b[2J" if raw else library / "empty").mkdir()
    return library


def requests(root: Path) -> Path:
    """Write labelled requests, enough of them to plan by."""
    path = root / "requests.jsonl"
    rows = [
        {"query": f"{text_of('')}{query} {tail}", "gold": [name]}
        for name, queries in ASKED.items()
        for query in queries
        for tail in ("", "please", "today", "for the club", "before noon", "again")
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def poisoned(value: Any) -> Any:
    """Return decoded JSON with hostile characters before every text that is no name of a field."""
    if isinstance(value, str):
        return text_of(value)
    if isinstance(value, list):
        return [poisoned(one) for one in value]
    if isinstance(value, dict):
        return {key: poisoned(one) for key, one in value.items()}
    return value
