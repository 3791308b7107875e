"""Skills for the tests of clients: made by hand, and real ones where they are at hand."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import msgspec
import pytest

from skillaudit.clients.entries import Item
from skillaudit.clients.profiles import ClientProfile
from skillaudit.schema import Skill

REAL = (
    "kdense-scientific",
    "wshobson-agents",
    "marketingskills",
    "samber-golang",
    "openclaw-skills",
    "uipath-skills",
)


def skill(name: str, description: str, **fields: object) -> Skill:
    """Return a skill in a folder of its own name."""
    values: dict[str, object] = {"id": name, "path": f"skills/{name}/SKILL.md", **fields}
    return Skill(name=name, description=description, **values)  # type: ignore[arg-type]  # fields by name


def shown_of(item: Item, rule: ClientProfile) -> Item:
    """Return an item with no more than what the client's entries show, as `make_items` makes it."""
    return msgspec.structs.replace(
        item,
        name=item.name if "{name}" in rule.entry else "",
        location=item.location if "{location}" in rule.entry else "",
        number=item.number if "{number}" in rule.entry else "",
    )


def many(count: int, length: int) -> list[Skill]:
    """Return `count` skills in alphabetical order whose descriptions have `length` characters."""
    return [
        skill(f"skill-{number:03d}", (f"Does job {number:03d}. " * length)[:length])
        for number in range(count)
    ]


def real(name: str) -> list[Skill]:
    """Return a real library, or skip the test where the data is not at hand."""
    folder = Path(os.environ.get("SKILLAUDIT_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
    found = sorted((folder / "libraries").glob(f"{name}.jsonl*")) if folder.is_dir() else []
    if not found:
        pytest.skip(f"no data for {name}")
    raw = found[0].read_bytes()
    text = gzip.decompress(raw) if found[0].suffix == ".gz" else raw
    rows = [json.loads(line) for line in text.decode("utf-8").splitlines()]
    return [
        Skill(id=row["path"], name=row["name"], description=row["description"] or "", path=row["path"])
        for row in rows
    ]
