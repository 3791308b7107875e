"""Read the chains that files state: a list that a person wrote, and the mapping beside a compiled library."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from skillaudit.disk.names import expanded
from skillaudit.errors import LoadError, UsageError
from skillaudit.laws.execution_chains import ways
from skillaudit.laws.execution_handoffs import HandOff
from skillaudit.laws.execution_law import Chain
from skillaudit.load import clean
from skillaudit.reading import JsonError, limits, named, parse_json, read_bytes, read_text
from skillaudit.schema import Library, Skill

MAPPING = "mapping.json"
MAPPING_FORMAT = "skillaudit-mapping/1"


def stated_chains(
    library: Library, files: Iterable[Path] = (), compiled: Sequence[Chain] | None = None
) -> tuple[Chain, ...]:
    """Return the chains that somebody states: in `files`, and those of a compiled library.

    Without `compiled` these are looked for in the mapping beside it. Raises LoadError, with file and line, for a
    chain that names no skill of the library.
    """
    declared = [chain for path in files for chain in read_chains(path, library.skills)]
    if compiled is None:
        compiled = compiled_chains(library.sources, library.skills)
    return (*declared, *compiled)


def read_chains(path: Path, skills: Sequence[Skill]) -> tuple[Chain, ...]:
    """Return the chains that a file declares.

    A line is `a -> b -> c`, or a JSON list of names, or an object with the list under `chain`; empty lines and
    those that begin with # are passed over. Raises `LoadError` with file, line and the nearest name.
    """
    text = read_text(path, limits.CHAINS, error=LoadError)
    shown = named(path)
    known: dict[str, str] = {}
    for skill in skills:
        known.setdefault(skill.name, skill.id)
    known.update((skill.id, skill.id) for skill in skills)
    found = []
    for number, line in enumerate(clean(text).split("\n"), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        place = f"{shown}:{number}"
        names = _names(line, place)
        for name in names:
            if name not in known:
                near = get_close_matches(name, known, 1)
                hint = f"did you mean {near[0]!r}?" if near else "name a skill of the library"
                raise LoadError(f"{place}: no skill is called {name[:60]!r}; {hint}")
        if len(names) < 2:
            raise LoadError(f"{place}: a chain needs two skills; write `first -> second`")
        found.append(Chain(skills=tuple(known[name] for name in names), source="declared", origin=place))
    return tuple(found)


def _names(line: str, place: str) -> list[str]:
    if line[0] in "[{":
        try:
            data = parse_json(line, limits.CHAINS)
        except JsonError:
            raise LoadError(f"{place}: not valid JSON; write `first -> second -> third`") from None
        listed = data.get("chain") if isinstance(data, dict) else data
        if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
            raise LoadError(f'{place}: no chain in it; write {{"chain": ["first", "second"]}}')
        return [name.strip() for name in listed]
    return [name.strip() for name in re.split(r"\s*(?:->|→|=>)\s*", line)]


def compiled_chains(sources: Sequence[str], skills: Sequence[Skill]) -> tuple[Chain, ...]:
    """Return the chains in the mappings that `skillaudit compile` left in those of `sources` that are folders.

    A file of another form under that name is somebody else's and is passed over; hand-overs to skills that are
    gone since are left out, and so are delegation, feedback and agents that were kept.
    """
    found: list[Chain] = []
    for source in sources:
        root = expanded(source)
        data = _mapping(root / MAPPING)
        if data is None:
            continue
        known = {skill.name: skill.id for skill in skills if skill.root == source or len(sources) == 1}
        links = [
            HandOff(source=known[one["source"]], target=known[one["target"]], line=1, text="")
            for one in data["handovers"]
            if isinstance(one, dict)
            and one.get("kind") == "handover"
            and not one.get("kept")
            and isinstance(one.get("source"), str)
            and one["source"] in known
            and isinstance(one.get("target"), str)
            and one["target"] in known
        ]
        origin = f"compiled from {clean(str(data.get('system', '')))[:80] or 'agents'}"
        found += [Chain(skills=way, source="compiled", origin=origin) for way in ways(links)[0]]
    return tuple(found)


def _mapping(path: Path) -> dict[str, Any] | None:
    """Return the mapping in a file, or None where there is none."""
    try:
        data = parse_json(read_bytes(path, limits.MAPPING, follow=False).decode("utf-8"), limits.MAPPING)
    except (UsageError, ValueError):
        return None
    if not isinstance(data, dict) or data.get("format") != MAPPING_FORMAT:
        return None
    return data if isinstance(data.get("handovers"), list) else None
