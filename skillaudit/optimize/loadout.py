"""Which skills one client should show in full, by name, in one project, on call, or not at all, as its settings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np

from skillaudit.clients import BY_NAME, listing
from skillaudit.config import Config
from skillaudit.optimize.board import Floats
from skillaudit.optimize.budget import whole
from skillaudit.optimize.records import Edit, Loadout, Seat, SettingsFile, Stance
from skillaudit.routing.contested import NAMED
from skillaudit.schema import Skill

BY_PROJECT = frozenset({"claude-code"})
"""Clients whose transcripts say in which project a skill is used, and whose projects overrule the user's settings."""
PROJECTS = {
    "codex": "none is for one project only: Codex reads [[skills.config]] from your home alone",
    "openclaw": "none is for one project only: OpenClaw reads its entries from your home alone",
    "gemini-cli": "none is for one project only: what a project's list takes off adds to what your home's takes off",
    "opencode": "for one project only is a skill that ~/.config/opencode/opencode.json denies and the project's "
    "opencode.json allows; none is proposed, as the list has room for all",
}
"""What other clients with settings make of a skill for one project only: as read in Codex's `config_rules.rs` (it takes
the layers of the user and the session), in Gemini CLI 0.61 (lists of skills are joined) and in OpenCode's pages
on permissions (configurations are merged, the project's last); November 2026."""
OFTEN = 5.0
"""Uses of one skill, with none of another that does the same, which chance brings once in 32 times."""
USED = 2.0
"""What having been used at all counts beside being like another skill, in [0, 1]."""


def seats(
    skills: Sequence[Skill],
    edits: Sequence[Edit],
    config: Config,
    similarities: Callable[[int, int], Floats],
) -> tuple[Seat, ...]:
    """Return how each skill should stand in the client of `config`, those that stay as they are left out.

    What an accepted edit folds away is off, what it demotes is manual, and so is what was never used, where a skill
    that is used answers the same requests. Where the client cannot show every
    description, those stay that are needed most: of skills that are used, then of those that another skill is
    likest to; for the others the name does. In a client that knows no lists by name, skills that were never used
    are manual, if any were. `similarities` are rows of the matrix of descriptors, from start to stop.
    """
    found: dict[str, tuple[Stance, str]] = {}
    into: dict[str, str] = {}
    home: dict[str, str] = {}
    for edit in edits:
        if edit.accept and edit.kind in ("fold", "demote"):
            off = edit.kind == "fold"
            into[edit.skills[0]] = edit.into
            found[edit.skills[0]] = ("off", f"{edit.into} does the same") if off else ("manual", edit.reason)
    rest = [row for row, skill in enumerate(skills) if skill.id not in found and not skill.manual_only]
    retired = unused(skills, rest, similarities, NAMED[config.scorer][1])
    for row, other in retired.items():
        into[skills[row].id] = skills[other].id
        found[skills[row].id] = (
            "manual",
            f"it was never used, and {skills[other].id} answers the same requests",
        )
    rest = [row for row in rest if row not in retired]
    if not _fits([skills[row] for row in rest], config):
        if config.client in BY_PROJECT:
            home = {
                skills[row].id: skills[row].used_in
                for row in rest
                if skills[row].used_in and not skills[row].origin.plugin  # its overrides do not reach those
            }
            found |= {
                skill: ("project", f"it was used in {project} alone") for skill, project in home.items()
            }
            rest = [row for row in rest if skills[row].id not in home]
        need = _need(skills, rest, similarities)
        order = sorted(rest, key=lambda row: (-need[row], row))
        if config.client in BY_NAME:
            kept = _most(skills, order, config)
            for row in order[kept:]:
                found[skills[row].id] = "name", "its name tells it apart, and others need the room more"
            for row in order[:kept]:
                used = "it is used" if skills[row].used else "another skill is like it"
                found[skills[row].id] = "pinned", used
        elif any(skill.used for skill in skills):
            for row in order:
                if not skills[row].used:
                    found[skills[row].id] = "manual", "it was never used"
    return tuple(
        Seat(
            skill=skill.id,
            stance=found[skill.id][0],
            why=found[skill.id][1],
            into=into.get(skill.id, ""),
            project=home.get(skill.id, ""),
        )
        for skill in skills
        if skill.id in found
    )


def seated(
    skills: Sequence[Skill], chosen: Sequence[Seat], inside: bool = False
) -> tuple[list[Skill], frozenset[str]]:
    """Return the skills as they then stand on a list, and the ids of those that are no longer on it.

    The list is that of a project which no skill is kept for; `inside`, of one that all such are for.
    """
    stance = {seat.skill: seat.stance for seat in chosen}
    away = ("off", "manual") if inside else ("off", "manual", "project")
    gone = frozenset(skill for skill, each in stance.items() if each in away)
    listed = [
        msgspec.structs.replace(skill, description="", when_to_use="")
        if stance.get(skill.id) == "name"
        else skill
        for skill in skills
    ]
    return listed, gone


def loadout(
    skills: Sequence[Skill],
    edits: Sequence[Edit],
    config: Config,
    similarities: Callable[[int, int], Floats],
) -> Loadout | None:
    """Return the loadout of the client of `config` with its settings; None without one, or with nothing to say."""
    if config.client is None:
        return None
    chosen = seats(skills, edits, config, similarities)
    if not chosen:
        return None
    listed, gone = seated(skills, chosen)
    return Loadout(
        client=config.client,
        seats=chosen,
        settings=settings(skills, chosen, config.client),
        projects=PROJECTS.get(config.client, ""),
        whole_before=whole(skills, config)[0],
        whole_after=whole([skill for skill in listed if skill.id not in gone and skill.description], config)[
            0
        ],
    )


def settings(skills: Sequence[Skill], chosen: Sequence[Seat], client: str) -> tuple[SettingsFile, ...]:
    """Return the files that tell a client so; none for a client that has no such settings.

    What is for one project is on call elsewhere, and on by the settings of that project.
    """
    known = {skill.id: skill for skill in skills}
    stances: dict[Stance, list[str]] = {}
    for seat in chosen:
        if client != "claude-code" or not known[seat.skill].origin.plugin:  # it takes no overrides for those
            stances.setdefault(seat.stance, []).append(known[seat.skill].name)
    off = sorted(set(stances.get("off", ())))
    manual = sorted(set(stances.get("manual", ())))
    made: list[SettingsFile] = []
    if client == "claude-code":
        values: dict[Stance, str] = {
            "name": "name-only",
            "project": "user-invocable-only",
            "manual": "user-invocable-only",
            "off": "off",
        }
        overrides = {name: value for stance, value in values.items() for name in stances.get(stance, ())}
        made.append(_json(".claude/settings.json", {"skillOverrides": dict(sorted(overrides.items()))}))
        for project in sorted({seat.project for seat in chosen if seat.project}):
            on = sorted(known[seat.skill].name for seat in chosen if seat.project == project)
            made.append(
                _json(".claude/settings.local.json", {"skillOverrides": dict.fromkeys(on, "on")}, project)
            )
    elif client == "codex":
        # Escapes of JSON for what lies beyond 16 bits are none in TOML.
        quoted = [json.dumps(name, ensure_ascii=False) for name in off]
        lines = [f"[[skills.config]]\nname = {name}\nenabled = false\n" for name in quoted]
        made.append(SettingsFile(path=".codex/config.toml", text="\n".join(lines)))
        policy = "policy:\n  allow_implicit_invocation: false\n"
        made += [
            SettingsFile(path=f"{name.replace('/', '-')}/agents/openai.yaml", text=policy) for name in manual
        ]
    elif client == "gemini-cli":
        made.append(_json(".gemini/settings.json", {"skills": {"disabled": [*off, *manual]}}))
    elif client == "opencode":
        # Keys are patterns: a name that is one would speak for other skills, too.
        denied = {name: "deny" for name in [*off, *manual] if not re.search(r"[*?]", name)}
        made.append(_json("opencode.json", {"permission": {"skill": {"*": "allow", **denied}}}))
    elif client == "openclaw":
        entries = {name: {"enabled": False} for name in [*off, *manual]}
        made.append(_json("openclaw.json", {"skills": {"entries": entries}}))
    return tuple(each for each in made if each.text.strip())


def _json(path: str, content: Mapping[str, object], project: str = "") -> SettingsFile:
    return SettingsFile(
        path=path, text=json.dumps(content, indent=2, ensure_ascii=False) + "\n", project=project
    )


def _need(skills: Sequence[Skill], rest: Sequence[int], similarities: Callable[[int, int], Floats]) -> Floats:
    """(N,) how much each skill needs its description: whether it is used, and how like another one it is."""
    nearest = np.zeros(len(skills), dtype=np.float32)
    step = 512
    for start in range(0, len(skills), step):
        rows = np.array(similarities(start, min(start + step, len(skills))))
        rows[np.arange(len(rows)), np.arange(start, start + len(rows))] = -1.0
        nearest[start : start + len(rows)] = rows.max(axis=1) if rows.shape[1] > 1 else 0.0
    most = max((skills[row].used for row in rest), default=0.0)
    used = np.array([USED * (skill.used > 0) + (skill.used / most if most else 0.0) for skill in skills])
    return np.asarray(nearest + used, dtype=np.float32)


def unused(
    skills: Sequence[Skill], rest: Sequence[int], similarities: Callable[[int, int], Floats], least: float
) -> dict[int, int]:
    """Return for each of the rows `rest` that was never used the one used `OFTEN` that is likest to it, by `least`."""
    used = [row for row in rest if skills[row].used >= OFTEN]
    found: dict[int, int] = {}
    step = 512
    for start in range(0, len(skills) if used else 0, step):
        near = np.asarray(similarities(start, min(start + step, len(skills))))[:, used]
        for row in (row for row in rest if start <= row < start + step and not skills[row].used):
            if near[row - start].max() >= least:
                found[row] = used[int(near[row - start].argmax())]
    return found


def _fits(skills: Sequence[Skill], config: Config) -> bool:
    return whole(skills, config)[0] == len(skills)


def _most(skills: Sequence[Skill], order: Sequence[int], config: Config) -> int:
    """Return of how many skills, first in `order`, the descriptions fit, the others being listed by name."""

    def fit(count: int) -> bool:
        named = set(order[count:])
        listed = [
            msgspec.structs.replace(skills[row], description="", when_to_use="")
            if row in named
            else skills[row]
            for row in sorted(order)
        ]
        shown = listing(listed, config.client or "", context=config.context, order=config.order)
        state = {entry.id: entry.state for entry in shown.entries}
        return all(state[skills[row].id] == "full" for row in order[:count])

    low, high = 0, len(order)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fit(middle) else (low, middle - 1)
    return low
