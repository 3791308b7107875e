"""A plan as a file that a person reads and edits: written, and checked when it comes back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from skillaudit.errors import UsageError
from skillaudit.optimize.apply.merged import origins
from skillaudit.optimize.edits import folded_into
from skillaudit.optimize.records import PLAN_VERSION, Edit, Optimisation, Plan
from skillaudit.optimize.words.phrasing import MAX_DESCRIPTION
from skillaudit.reading import decode_record, named, read_bytes
from skillaudit.reading.limits import PLAN
from skillaudit.safety.cleaning import clean_data
from skillaudit.schema import Library, Skill

_YAML = (".yaml", ".yml")
_FOLDERS = 16
"""Folders of an id, from its end, that may tell a skill apart."""
_INTRODUCTION = (
    "# Set `accept` to true or false, and correct `after` where you like; nothing else is read back.\n"
    "# `skillaudit optimize SOURCE --plan THIS-FILE --export DIR` makes the accepted edits.\n"
)


def plan_of(found: Optimisation, library: Library) -> Plan:
    """Return what of an optimisation can be handed back."""
    return Plan(
        plan_version=PLAN_VERSION,
        sources=found.sources,
        edits=found.edits,
        anchor=found.anchor,
        hierarchy=found.hierarchy.root if found.hierarchy else (),
        accept_hierarchy=bool(found.hierarchy and found.hierarchy.recommended),
        library=digest(library.skills),
    )


def digest(skills: Sequence[Skill]) -> str:
    """Return a hash of the descriptors that a plan was made for."""
    content = "\0".join(f"{skill.id}\0{skill.description}" for skill in skills)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def dump(plan: Plan, *, yaml: bool = False) -> str:
    """Return a plan as JSON, or as YAML with a word on how to edit it."""
    if yaml:
        import yaml as library

        data = msgspec.to_builtins(plan)
        return _INTRODUCTION + library.safe_dump(data, allow_unicode=True, sort_keys=False, width=110)
    return msgspec.json.format(msgspec.json.encode(plan), indent=2).decode() + "\n"


def is_yaml(path: Path) -> bool:
    """Say whether a file's name asks for YAML."""
    return path.suffix.lower() in _YAML


def read_plan(path: Path, library: Library) -> Plan:
    """Read a plan and check it against the library.

    Raises UsageError, naming the file, the edit and the remedy, for a file that cannot be read, a key or
    type that does not belong there, another version, a skill that is not in the library, a text that is
    empty or too long, for edits that were made for other descriptions than the library's, and for a plan
    whose accepted edits all stand in the library.
    """
    data = read_bytes(path, PLAN)
    plan = _from_yaml(data, path) if is_yaml(path) else decode_record(data, Plan, PLAN, named(path))
    if plan.plan_version != PLAN_VERSION:
        raise UsageError(f"{path}: a plan of version {plan.plan_version}; this program reads {PLAN_VERSION}.")
    if _is_applied(plan, library):
        raise UsageError(
            f"{path}: this plan has been applied: its accepted edits stand in the library. Plan again with --plan "
            "NEW-FILE; `optimize SOURCE --undo` takes the last --apply back."
        )
    _check(path, plan, library)
    return plan


def _from_yaml(data: bytes, path: Path) -> Plan:
    from skillaudit.reading.yaml_text import YamlError, load

    try:
        return msgspec.convert(clean_data(load(data.decode("utf-8"), PLAN)), type=Plan)
    except YamlError as error:
        raise UsageError(f"{error.at(named(path))}: not YAML that is read here; correct that line.") from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise UsageError(f"{named(path)}: not a plan: {error}; write one with --plan NEW-FILE.") from None


def _is_applied(plan: Plan, library: Library) -> bool:
    """Say whether the library is what the plan's accepted edits make of it.

    A merge of files that say the same leaves no trace but that one of them is gone: it counts as made where the
    other edits are seen to be, and where all are such merges and the library is not the one that they were made for.
    """
    skills = {skill.id: skill for skill in library.skills}
    edits = [edit for edit in plan.edits if edit.accept and edit.skills]
    into = folded_into([(edit.skills[0], edit.into) for edit in edits if edit.kind == "fold"])
    last = {edit.described: edit.after for edit in edits if edit.after != edit.before}
    texts = {id_: text for id_, text in last.items() if id_ and id_ not in into}
    made = [(one := _now(id_, skills)) is not None and one.description == text for id_, text in texts.items()]
    headings: dict[str, set[str]] = {}
    other = plan.library not in ("", digest(library.skills))
    silent = False
    for edit in edits:
        one = _now(edit.skills[0], skills)
        if edit.kind == "fold":
            stays = _now(into[edit.skills[0]], skills)
            if edit.skills[0] in skills or stays is None:
                return False
            if stays.id not in headings:
                headings[stays.id] = set(origins(stays.body))
            if not headings[stays.id].isdisjoint(_called(edit.skills[0])):
                made.append(True)
            elif edit.lost and edit.described not in texts:
                return False
            silent = True
        elif edit.kind == "demote":
            made.append(one is not None and one.manual_only)
        elif edit.kind == "declare":
            made.append(one is not None and one.declared_router)
    return (bool(made) or (silent and other)) and all(made)


def _now(id_: str, skills: Mapping[str, Skill]) -> Skill | None:
    """Return the skill that an id of a plan means in a library in which namesakes of it may be gone."""
    return next((skills[name] for name in _called(id_) if name in skills), None)


def _called(id_: str) -> list[str]:
    """Return an id, what it becomes without namesakes, with fewer folders or no digest, and so its skill's name."""
    words = id_.split("/")[-_FOLDERS:]
    return [id_, *("/".join(words[at:]) for at in range(len(words))), id_.rpartition("@")[0]]


def _check(path: Path, plan: Plan, library: Library) -> None:
    skills = {skill.id: skill for skill in library.skills}
    seen: set[str] = set()
    # An edit may start from the text of an earlier one, accepted or not.
    texts = {skill.id: {skill.description} for skill in library.skills}
    for edit in plan.edits:
        if edit.after and edit.skills and edit.described in texts:
            texts[edit.described].add(edit.after)
    planned_for = {
        edit.described
        for edit in plan.edits
        if edit.skills and edit.described in skills and edit.before == skills[edit.described].description
    }
    folded: set[str] = set()
    for edit in plan.edits:
        where = f"{path}: edit {edit.id}"
        if edit.id in seen:
            raise UsageError(f"{where} stands there twice; delete one.")
        seen.add(edit.id)
        unknown = [
            skill for skill in (*edit.skills, *([edit.into] if edit.into else [])) if skill not in skills
        ]
        if unknown or not edit.skills:
            raise UsageError(
                f"{where}: no skill {unknown[0] if unknown else ''!r} in this library; delete the edit."
            )
        if not edit.accept:
            continue
        if folded & {edit.skills[0], edit.into}:
            raise UsageError(
                f"{where}: it edits a skill that an earlier edit folds away; accept one of the two."
            )
        if edit.kind == "split":
            raise UsageError(f"{where}: splitting is its author's work; set accept to false.")
        if edit.kind == "fold":
            if not edit.into or edit.into == edit.skills[0]:
                raise UsageError(f"{where}: `into` must name the skill that stays.")
            folded.add(edit.skills[0])
            if edit.after:
                _check_text(where, edit, skills[edit.into])
        if edit.kind in ("describe", "boundary", "shorten"):
            _check_text(where, edit, skills[edit.skills[0]])
        if not edit.described:
            continue
        appends = bool(edit.before) and edit.after.startswith(edit.before)
        known = edit.before in texts[edit.described] or appends
        if edit.described not in planned_for or not known:
            raise UsageError(
                f"{where}: the description of {edit.described} is no longer the one it was made for; plan again."
            )


def _check_text(where: str, edit: Edit, skill: Skill) -> None:
    if not edit.after.strip() or "\n" in edit.after:
        raise UsageError(f"{where}: `after` must be one line of text.")
    if len(edit.after) > max(MAX_DESCRIPTION, len(skill.description)):
        raise UsageError(
            f"{where}: `after` has {len(edit.after):,} characters; the limit is {MAX_DESCRIPTION:,}."
        )
