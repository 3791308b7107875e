"""Refuse the edits that harm a skill on the proof half: as few as undo the harm, the cheapest first.

Which edit is to blame is read off a score matrix, one column an edit; whether the harm is gone is then
judged by figures made anew. Refusing is the only use of the proof half that touches the plan, so the figures
before it stand beside those after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from skillaudit.optimize.board import ABSENT, SHARPNESS, Board, Columns, Embed, Floats, rows_for
from skillaudit.optimize.edits import applied
from skillaudit.optimize.records import Edit, Harm
from skillaudit.progress import Progress
from skillaudit.schema import Request, ScorerName, Skill

Judge = Callable[[Sequence[Edit]], Sequence[Harm]]
"""Says whom some edits harm, with figures made anew."""

REFUSED = "on the requests kept aside to check the plan"
"""How the reason of a refusal made here begins."""
ROUNDS = 6
_STUBBORN = 4
"""Harmed skills for which more than one edit at a time is refused."""
_FEWEST, _MOST = 4, 60
_CELLS = 20_000_000
"""Scores that the single refusals at the end may make anew."""
_LEAST = 0.01
"""Least part of a request that a refusal must give back."""


@dataclass(slots=True)
class _Court:
    """The proof half as a score matrix, for weighing single edits."""

    shown: Sequence[Skill]
    board: Board
    columns: Columns
    row: Mapping[str, int]

    @classmethod
    def of(
        cls, name: ScorerName, shown: Sequence[Skill], requests: Sequence[Request], embed: Embed | None
    ) -> _Court:
        kept, golds = rows_for(shown, requests)
        texts = [skill.text for skill in shown]
        columns = Columns(name, texts, [request.query for request in kept], embed)
        row = {skill.id: at for at, skill in enumerate(shown)}
        return cls(shown, Board(columns.full(texts), golds, SHARPNESS[name]), columns, row)

    def column(self, skill: str, edits: Sequence[Edit]) -> Floats:
        """Scores of one skill under some edits."""
        own = [edit for edit in edits if skill in edit.skills[:1] or (edit.after and edit.described == skill)]
        (changed,), gone, into = applied([self.shown[self.row[skill]]], own)
        if changed.id in gone or changed.id in into:
            return np.full(len(self.board.scores), ABSENT)
        return self.columns.full([changed.text])[:, 0]

    def apply(self, edits: Sequence[Edit]) -> None:
        """Bring the matrix into the state that the accepted edits make."""
        for edit in edits:
            if edit.accept and edit.kind == "fold":
                self.board.fold(self.row[edit.skills[0]], self.row[edit.into])
        changed = {edit.skills[0] for edit in edits if edit.accept and edit.kind != "fold"}
        changed |= {edit.described for edit in edits if edit.accept and edit.after}
        for skill in sorted(changed):
            self.board.set_column(self.row[skill], self.column(skill, edits))

    def blame(self, harm: Harm, edits: Sequence[Edit]) -> Edit | None:
        """Return the accepted edit whose refusal helps the harmed skill most for what it costs the rest."""
        owned = self.board.owner == self.row[harm.skill]
        best: tuple[float, Edit] | None = None
        for edit in edits:
            if not edit.accept or edit.id not in harm.edits:
                continue
            without = [other for other in edits if other.id != edit.id]
            delta = self.board.try_column(self.row[edit.skills[0]], self.column(edit.skills[0], without))
            back = float(delta.hard[owned].sum() + delta.soft[owned].sum()) / 2
            cost = -float(delta.hard[~owned].sum() + delta.soft[~owned].sum()) / 2
            need = max((harm.before - harm.after - 0.05) * harm.requests, _LEAST)
            worth = min(back, need) - 0.1 * cost
            if back >= _LEAST and (best is None or worth > best[0]):
                best = (worth, edit)
        return best[1] if best else None


def refuse_harm(
    name: ScorerName,
    shown: Sequence[Skill],
    requests: Sequence[Request],
    embed: Embed | None,
    edits: Sequence[Edit],
    harms: Sequence[Harm],
    judge: Judge,
    progress: Progress,
) -> list[Edit]:
    """Return the edits with those refused that harm a skill on `requests`.

    `harms` are those of the edits as they stand. A skill may stay harmed whatever is refused; what was refused
    for it alone is then accepted again, and the harm is listed.
    """
    edits = list(edits)
    because: dict[str, str] = {}
    for round_ in range(ROUNDS):
        if not harms:
            break
        court = _Court.of(name, shown, requests, embed)
        court.apply(edits)
        refused = 0
        for harm in harms:
            guilty = court.blame(harm, edits)
            if guilty is None:
                continue
            refused += 1
            because[guilty.id] = harm.skill
            edits = [_refused(edit, harm) if edit.id == guilty.id else edit for edit in edits]
            if guilty.kind != "fold":
                skill = guilty.skills[0]
                court.board.set_column(court.row[skill], court.column(skill, edits))
        progress.update("proof", round_ + 1, ROUNDS, f"{refused} edits refused")
        if not refused:
            break
        harms = judge(edits)
    for harm in harms[:_STUBBORN]:
        edits, harms = _all_of(harm, edits, harms, judge)
    edits, harms = _one_by_one(edits, harms, judge, _trials(len(shown), len(requests)))
    for harm in harms:
        edits = _restored(
            edits, {edit for edit, skill in because.items() if skill == harm.skill}, harms, judge
        )
    return edits


def _restored(edits: list[Edit], ids: set[str], harms: Sequence[Harm], judge: Judge) -> list[Edit]:
    """Take back refusals that were for nothing, since their skill is harmed without these edits too."""
    trial = [
        msgspec.structs.replace(edit, accept=True, refused="") if edit.id in ids and edit.refused else edit
        for edit in edits
    ]
    if trial == edits or {each.skill for each in judge(trial)} - {each.skill for each in harms}:
        return edits
    return trial


def _all_of(
    harm: Harm, edits: list[Edit], harms: Sequence[Harm], judge: Judge
) -> tuple[list[Edit], Sequence[Harm]]:
    """Refuse every edit of the harmed skill, or those of its takers too, if that undoes the harm."""
    own = {edit.id for edit in edits if edit.accept and harm.skill in edit.skills}
    for guilty in (own, set(harm.edits)):
        trial = [_refused(edit, harm) if edit.accept and edit.id in guilty else edit for edit in edits]
        if trial == edits:
            continue
        found = judge(trial)
        if len(found) < len(harms) and harm.skill not in {each.skill for each in found}:
            return trial, found
    return edits, harms


def _trials(skills: int, requests: int) -> int:
    """Return how many single refusals may be judged."""
    return max(_FEWEST, min(_MOST, _CELLS // max(skills * requests, 1)))


def _one_by_one(
    edits: list[Edit], harms: Sequence[Harm], judge: Judge, trials: int
) -> tuple[list[Edit], Sequence[Harm]]:
    """Refuse the single edit after which least harm is left, again and again while that helps.

    Any accepted edit is tried where none that is named touches the harmed skill: words that came into the
    library with it weigh less for everybody.
    """
    while harms:
        named = {edit: harm for harm in harms for edit in harm.edits}
        blind = next((harm for harm in harms if not harm.edits), None)
        options = [edit for edit in edits if edit.accept and edit.id in named]
        if blind is not None:
            options += [edit for edit in edits if edit.accept and edit.id not in named]
        best: tuple[float, list[Edit], Sequence[Harm]] | None = None
        for guilty in options[:trials]:
            harm = named.get(guilty.id, blind)
            assert harm is not None
            trial = [_refused(edit, harm) if edit.id == guilty.id else edit for edit in edits]
            found = judge(trial)
            left = _excess(found)
            if best is None or left < best[0]:
                best = (left, trial, found)
        trials -= len(options)
        if best is None or best[0] >= _excess(harms):
            break
        _, edits, harms = best
    return edits, harms


def _excess(harms: Sequence[Harm]) -> float:
    """Return the requests that harmed skills lose."""
    return sum((harm.before - harm.after) * harm.requests for harm in harms)


def _refused(edit: Edit, harm: Harm) -> Edit:
    return msgspec.structs.replace(
        edit,
        accept=False,
        refused=f"{REFUSED}, {harm.skill} falls from {harm.before:.0%} to {harm.after:.0%}",
    )
