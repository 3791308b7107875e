"""Edits as a set: each skill given one, and what the accepted ones make of a library, without touching a file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from skillaudit.optimize.records import Edit, Effect
from skillaudit.optimize.words.source import is_thin, stems
from skillaudit.schema import Skill


def next_text(current: str, edit: Edit) -> str:
    """Return what an edit makes of a description that earlier edits may or may not have changed.

    An edit that only appends is appended to whatever stands there, so that it does not bring back the
    text of an edit that was refused; any other one puts its own text.
    """
    if edit.before and edit.after.startswith(edit.before) and edit.after != edit.before:
        added = edit.after[len(edit.before) :]
        return current if current.endswith(added) else current + added
    return edit.after


def applied(
    skills: Sequence[Skill], edits: Iterable[Edit]
) -> tuple[tuple[Skill, ...], frozenset[str], dict[str, str]]:
    """Return the skills with their new descriptions, the ids made manual-only, and where folded ones went.

    Edits that are not accepted are passed over. Folded skills stay in the sequence.
    """
    texts: dict[str, str] = {skill.id: skill.description for skill in skills}
    gone: set[str] = set()
    folds: list[tuple[str, str]] = []
    for edit in edits:
        if not edit.accept:
            continue
        if edit.kind == "fold":
            folds.append((edit.skills[0], edit.into))
            if edit.described in texts:
                texts[edit.into] = edit.after
        elif edit.kind == "demote":
            gone.add(edit.skills[0])
        elif edit.after and edit.skills[0] in texts:
            texts[edit.skills[0]] = next_text(texts[edit.skills[0]], edit)
    changed = tuple(
        skill
        if texts[skill.id] == skill.description
        else msgspec.structs.replace(skill, description=texts[skill.id])
        for skill in skills
    )
    return changed, frozenset(gone), folded_into(folds)


def touching(edits: Iterable[Edit]) -> dict[str, list[str]]:
    """Return the ids of the accepted edits of each skill."""
    found: dict[str, list[str]] = {}
    for edit in edits:
        if edit.accept:
            for skill in edit.skills:
                found.setdefault(skill, []).append(edit.id)
    return found


def folded_into(edits: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Follow chains of (folded, into) to the skill that stays."""
    into = dict(edits)

    def last(skill: str) -> str:
        seen = {skill}
        while skill in into and into[skill] not in seen:
            skill = into[skill]
            seen.add(skill)
        return skill

    return {skill: last(skill) for skill in into}


def independent(edits: Sequence[Edit]) -> list[Edit]:
    """Return the edits with all accepted ones that describe one skill made into one.

    It stands where the last of them stood, under the step that brought most, goes from the first one's text to
    the last one's, and has their reasons and effects together. Refused edits stay as they are; a refused
    description of a skill that keeps an accepted one cannot be had beside it, unless it only appends.
    """
    rows: dict[str, list[int]] = {}
    for at, edit in enumerate(edits):
        if edit.accept and edit.after and edit.kind != "fold":
            rows.setdefault(edit.skills[0], []).append(at)
    joined = {found[-1]: _joined([edits[at] for at in found]) for found in rows.values() if len(found) > 1}
    dropped = {at for found in rows.values() for at in found[:-1]}
    return [joined.get(at, edit) for at, edit in enumerate(edits) if at not in dropped]


HALF = 0.5
"""Expected requests that a sentence on when to use a skill may not cost where no decision gets better by it."""
UNDECIDED = "no decision of the work half changes for the better"
"""Why an edit that was tried and brings nothing is not ticked."""
LOADING = "no decision of the forecast gets better by it, and it is for agents that load no skill at all"
THIN = "no decision of the forecast gets better by it, and it says what the description left out"


def decisive(edits: Sequence[Edit], labelled: Collection[str] = ()) -> list[Edit]:
    """Return the edits with those refused that lose more requests than they gain, or change none for the better.

    Fitting a client's room may lose some, and so may, until it is weighed with the others, a rewrite of a description
    that says next to nothing, where people's requests speak for its skill, one of `labelled`. Where as many are gained
    as lost, that one and sentences on when to use a skill stay with a reason that says it, those that cost less than
    `HALF`, and what takes a skill off the list stays. A rewrite that says no other word than before is dropped.
    """
    return [
        _decided(edit, labelled)
        for edit in edits
        if edit.step not in ("boundary", "victim") or set(stems(edit.before)) != set(stems(edit.after))
    ]


def _decided(edit: Edit, labelled: Collection[str]) -> Edit:
    effect = edit.effect
    if (
        not edit.accept
        or effect is None
        or effect.gained > effect.lost
        or edit.step == "budget"
        or edit.spares
    ):
        return edit
    rewrite = edit.kind in ("describe", "boundary") and edit.step != "activation"
    thin = rewrite and is_thin(edit.before) and edit.skills[0] in labelled
    if effect.lost > effect.gained and not thin:
        why = f"on the requests that chose it, it loses {effect.lost:,} and gains {effect.gained:,}"
        return msgspec.structs.replace(edit, accept=False, refused=why)
    if edit.step == "activation" and effect.expected <= -HALF:
        why = f"on the requests that chose it, it loses {-effect.expected:.2f} by expectation"
        return msgspec.structs.replace(edit, accept=False, refused=why)
    if rewrite and not thin:
        return msgspec.structs.replace(edit, accept=False, refused=UNDECIDED)
    if edit.step != "activation" and not rewrite:
        return edit
    return msgspec.structs.replace(edit, reason=f"{edit.reason}; {THIN if rewrite else LOADING}")


def _joined(edits: Sequence[Edit]) -> Edit:
    most = max(edits, key=lambda edit: _expected(edit))
    first, last = edits[0], edits[-1]
    effects = [edit.effect for edit in edits if edit.effect is not None]
    flips = {flip.query: flip for edit in edits for flip in edit.flips}
    return msgspec.structs.replace(
        last,
        id=most.id,
        kind=most.kind,
        step=most.step,
        reason="; then ".join(dict.fromkeys(edit.reason for edit in edits)),
        before=first.before,
        rivals=tuple(dict.fromkeys(rival for edit in edits for rival in edit.rivals)),
        figures_before=first.figures_before,
        effect=Effect(
            gained=sum(effect.gained for effect in effects),
            lost=sum(effect.lost for effect in effects),
            expected=round(sum(effect.expected for effect in effects), 3),
        ),
        flips=tuple(flips.values())[:5],
    )


def _expected(edit: Edit) -> float:
    return edit.effect.expected if edit.effect else 0.0
