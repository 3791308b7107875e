"""Make the edits of a plan independent: one edit for each skill, from the library's text to the last one."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from skillaudit.optimize.records import Edit, Effect


def independent(edits: Sequence[Edit]) -> list[Edit]:
    """Return the edits with all accepted ones that describe one skill made into one.

    It stands where the last of them stood, under the step that brought most, goes from the first one's text to
    the last one's, and has their reasons and effects together. Refused edits stay as they are; a refused
    description of a skill that keeps an accepted one cannot be had beside it, unless it only appends.
    """
    rows: dict[str, list[int]] = {}
    for at, edit in enumerate(edits):
        if edit.accept and edit.after:
            rows.setdefault(edit.skills[0], []).append(at)
    joined = {found[-1]: _joined([edits[at] for at in found]) for found in rows.values() if len(found) > 1}
    dropped = {at for found in rows.values() for at in found[:-1]}
    return [joined.get(at, edit) for at, edit in enumerate(edits) if at not in dropped]


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
