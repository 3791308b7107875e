"""A compilation as a library for the audit, and as JSON for programs."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import msgspec

from skillaudit.compile.compiler import Compilation
from skillaudit.compile.costs import Costs
from skillaudit.compile.form import as_data
from skillaudit.compile.system import System
from skillaudit.compile.writing import mapping
from skillaudit.laws.execution_chains import ways
from skillaudit.laws.execution_handoffs import HandOff
from skillaudit.laws.execution_law import Chain
from skillaudit.schema import Execution, Library, Skill


def as_library(compilation: Compilation) -> Library:
    """Return the compiled skills as the library that loading them from disk gives, but for paths."""
    return Library(
        sources=(compilation.system,),
        skills=tuple(
            Skill(
                id=skill.name,
                name=skill.name,
                description=skill.description,
                body=skill.body,
                path=f"{skill.name}/SKILL.md",
                root=compilation.system,
                declared_router=skill.router,
                digest=hashlib.blake2b(
                    "\0".join((skill.name, skill.description, skill.body)).encode(), digest_size=16
                ).hexdigest(),
            )
            for skill in compilation.skills
        ),
    )


def chains(compilation: Compilation) -> tuple[Chain, ...]:
    """Return the chains that the hand-overs of a compilation make; delegation and feedback make none."""
    links = [
        HandOff(source=h.source, target=h.target, line=1, text="", returns=h.kind != "handover")
        for h in compilation.handovers
        if not h.kept
    ]
    origin = f"compiled from {compilation.system}"
    return tuple(Chain(skills=way, source="compiled", origin=origin) for way in ways(links)[0])


def as_json(
    system: System,
    compilation: Compilation,
    cost: Costs | None = None,
    execution: Execution | None = None,
) -> str:
    """Return all that is known about a compilation: form, mapping, what was skipped, cost, forecast of chains."""
    data: dict[str, Any] = {
        "system": as_data(system),
        "compilation": mapping(compilation),
        "skipped": msgspec.to_builtins(system.skipped),
        "cost": None if cost is None else _priced(cost),
        "execution": msgspec.to_builtins(execution),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _priced(cost: Costs) -> dict[str, Any]:
    data: dict[str, Any] = msgspec.to_builtins(cost)
    for side in ("agents", "one_call", "stepwise"):
        data[side]["tokens"] = getattr(cost, side).tokens
    data |= {"pays": cost.pays, "c_mas": cost.c_mas, "c_sas": cost.c_sas}
    return data
