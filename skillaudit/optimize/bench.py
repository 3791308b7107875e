"""The workbench of planning: the library as edited so far, and the tests that an edit has to pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from skillaudit.optimize.board import ABSENT, Board, Columns, Delta, Doubles, Floats, rows_for
from skillaudit.optimize.records import Edit, Effect, Figures, Flip, Kind, StepName
from skillaudit.optimize.words.situations import said
from skillaudit.optimize.words.source import is_narrower, stems
from skillaudit.schema import Request, Skill

TOLERANCE = 0.05
"""Largest share of its own work requests that an edit may cost another skill."""
MIN_GAIN = 0.05
"""Least expected number of requests that an edit must bring, or it is not worth a reader's time."""
CERTAINTY = 1.5
"""Least gain in standard errors: two requests that rise alike are 1.41, and prove little."""
QUOTED = 0.9
"""Share of a request's telling words in a description that quotes it."""
FLIPS = 5
MAX_PAIRS = 400


@dataclass(slots=True)
class Bench:
    """Skills as they are after the edits so far, with the scores of the work half."""

    skills: list[Skill]
    """In the library's order; folded and demoted ones keep their place."""
    requests: list[Request]
    board: Board
    columns: Columns
    limit: int
    start: list[Skill] = field(default_factory=list)
    """Skills with the descriptions that rewriting starts from, so that no rewrite is built on another."""
    gone: set[int] = field(default_factory=set)
    """Rows of skills that are no longer on the list."""
    broad: set[int] = field(default_factory=set)
    """Rows of black holes with few requests of their own: none may be given a description that speaks of more."""
    tight: bool = False
    """Whether a client has too little room for the list: no description may grow then."""
    undecided: set[int] = field(default_factory=set)
    """Rows of skills that may have to be merged: none is rewritten against the other."""
    edits: list[Edit] = field(default_factory=list)
    tolerance: float = TOLERANCE
    minimum: float = MIN_GAIN
    certainty: float = CERTAINTY
    _asked: list[frozenset[str]] | None = None
    _phrases: list[str] = field(default_factory=list)
    """What a description may quote of each request."""

    @classmethod
    def of(
        cls,
        skills: Sequence[Skill],
        requests: Sequence[Request],
        columns: Columns,
        sharpness: float,
        limit: int,
    ) -> Bench:
        """Set up the bench for work `requests`, in the order that `columns` has them."""
        kept, golds = rows_for(skills, requests)
        scores = columns.full([skill.text for skill in skills])
        board = Board(scores, golds, sharpness, _weights(skills, kept, golds))
        return cls(list(skills), kept, board, columns, limit, list(skills))

    def text(self, row: int, description: str) -> str:
        """Return the descriptor that a router would read."""
        return f"{self.skills[row].name}: {description}"

    def allows(self, row: int, description: str) -> bool:
        """Say whether a skill may be given a description."""
        if self.tight and len(description) > len(self.skills[row].description):
            return False
        return row not in self.undecided and (
            row not in self.broad or is_narrower(description, self.skills[row].description)
        )

    def harmful(self, row: int, delta: Delta) -> str:
        """Say which skill an edit of `row` costs more than the tolerance; empty for none."""
        loser = self._loser(row, delta)
        return "" if loser is None else self.skills[loser].id

    def harm(self, row: int, delta: Delta) -> str:
        """Say what an edit of `row` costs the skill that loses most by it; empty where that is within the tolerance."""
        loser = self._loser(row, delta)
        if loser is None:
            return ""
        owned = int(self.board.per_skill(np.ones(len(self.requests)))[loser])
        lost = -float(self.board.per_skill(delta.hard)[loser])
        soft = -float(self.board.per_skill(delta.soft)[loser])
        much = f"{lost:.0f}" if lost > 0 else f"an expected {soft:.2f}"
        return f"{self.skills[loser].id} would lose {much} of its {owned:,} request{'s' * (owned != 1)}"

    def _loser(self, row: int, delta: Delta) -> int | None:
        owned = self.board.per_skill(np.ones(len(self.requests)))
        hard = self.board.per_skill(delta.hard)
        soft = self.board.per_skill(delta.soft)
        allowed = -self.tolerance * owned - 1e-9
        worst = np.flatnonzero((hard < allowed) | (soft < np.minimum(allowed, -0.05)))
        worst = worst[worst != row] if hard[row] >= 0 and soft[row] >= -0.05 else worst
        return int(worst[np.argmin(hard[worst] + soft[worst])]) if worst.size else None

    def judge(self, row: int, text: str, scores: Floats) -> Delta:
        """Return what another description does to the work half, requests that it quotes left out."""
        return self.unquoted({row: text}, self.board.try_column(row, scores))

    def unquoted(self, texts: Mapping[int, str], delta: Delta) -> Delta:
        """Return a change without what it brings on requests that the new descriptions quote: that proves nothing."""
        if self._asked is None:
            self._asked = [frozenset(stems(request.query)) for request in self.requests]
            self._phrases = [
                quote.text if (quote := said(request.query)) else "" for request in self.requests
            ]
        soft, hard = delta.soft, delta.hard
        for row, text in texts.items():
            words = set(stems(text))
            for at in np.flatnonzero(
                (self.board.owner == row) & ((delta.soft > 0) | (delta.hard > 0))
            ).tolist():
                asked, phrase = self._asked[at], self._phrases[at]
                if len(asked & words) >= QUOTED * max(len(asked), 1) or (phrase and phrase in text):
                    soft, hard = (soft.copy(), hard.copy()) if soft is delta.soft else (soft, hard)
                    soft[at], hard[at] = 0.0, 0
        return Delta(soft, hard)

    def gain(self, delta: Delta) -> float:
        """Expected number of requests brought, half by the soft choice and half by top rank."""
        return float(delta.soft.sum() + delta.hard.sum()) / 2

    def convincing(self, delta: Delta) -> bool:
        """Say whether a gain is worth an edit: large enough, and not the doing of a request or two.

        The sum of the changes is held against the root of the sum of their squares, the standard error of
        a sum whose terms may as well have had the other sign.
        """
        total = float(delta.soft.sum())
        noise = float(np.sqrt((delta.soft**2).sum()))
        return self.gain(delta) >= self.minimum and total >= self.certainty * noise and delta.hard.sum() >= 0

    def effect(self, delta: Delta) -> Effect:
        """Return the change that an edit makes to the whole work half."""
        return Effect(
            gained=int((delta.hard > 0).sum()),
            lost=int((delta.hard < 0).sum()),
            expected=round(float(delta.soft.sum()), 3),
        )

    def confused_pairs(self) -> list[tuple[int, int, int]]:
        """Return (a, b, requests that change hands between them by top rank), most first."""
        wrong = ~self.board.right
        counts: Counter[tuple[int, int]] = Counter()
        for owner, taker in zip(
            self.board.owner[wrong].tolist(), self.board.rival[wrong].tolist(), strict=True
        ):
            counts[min(owner, taker), max(owner, taker)] += 1
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [(a, b, count) for (a, b), count in ranked if not {a, b} & self.gone][:MAX_PAIRS]

    def mistakes(self) -> tuple[list[list[str]], list[list[str]]]:
        """Return for each skill the requests that it lost, and those that it took, each with the other's name."""
        lost: list[list[str]] = [[] for _ in self.skills]
        taken: list[list[str]] = [[] for _ in self.skills]
        for at in np.flatnonzero(~self.board.right).tolist():
            owner, taker = int(self.board.owner[at]), int(self.board.rival[at])
            query = self.requests[at].query[:200]
            lost[owner].append(f"- {query} (went to {self.skills[taker].name})")
            taken[taker].append(f"- {query} (meant for {self.skills[owner].name})")
        return lost, taken

    def figures(self, rows: Sequence[int]) -> tuple[Figures, ...]:
        """Return what the work half says now about some skills."""
        owned = self.board.per_skill(np.ones(len(self.requests)))
        right = self.board.per_skill(self.board.right)
        absorbed = self.board.absorbed()
        return tuple(
            Figures(
                skill=self.skills[row].id,
                requests=int(owned[row]),
                accuracy=round(float(right[row] / owned[row]), 4) if owned[row] else None,
                absorbed=int(absorbed[row]),
            )
            for row in rows
        )

    def describe(
        self,
        kind: Kind,
        step: StepName,
        row: int,
        after: str,
        reason: str,
        scores: Floats,
        rivals: Sequence[int] = (),
        refused: str = "",
    ) -> Edit:
        """Record an edit that gives `row` another description, and make it unless it is refused."""
        return self._record(
            Edit(
                id=self.next_id(step),
                kind=kind,
                step=step,
                skills=(self.skills[row].id,),
                reason=reason,
                accept=not refused,
                refused=refused,
                before=self.skills[row].description,
                after=after,
                rivals=tuple(self.skills[rival].id for rival in rivals),
            ),
            row,
            scores,
        )

    def remove(
        self, kind: Kind, step: StepName, row: int, reason: str, refused: str = "", **more: object
    ) -> Edit:
        """Record an edit that takes `row` off the list without another skill standing in for it."""
        edit = Edit(
            id=self.next_id(step),
            kind=kind,
            step=step,
            skills=(self.skills[row].id,),
            reason=reason,
            accept=not refused,
            refused=refused,
        )
        edit = msgspec.structs.replace(edit, **more)
        return self._record(edit, row, np.full(len(self.requests), ABSENT))

    def fold(
        self, row: int, into: int, reason: str, lost: tuple[str, ...], refused: str = "", text: str = ""
    ) -> Edit:
        """Record that `row` is folded into `into`, which counts as right for its requests from now on.

        `text` is the description of both together; empty for that of `into` as it is.
        """
        edit = Edit(
            id=self.next_id("merge"),
            kind="fold",
            step="merge",
            skills=(self.skills[row].id, self.skills[into].id),
            reason=reason,
            accept=not refused,
            refused=refused,
            into=self.skills[into].id,
            lost=lost,
            before=self.skills[into].description if text else "",
            after=text if text != self.skills[into].description else "",
        )
        if refused:
            self.edits.append(edit)
            return edit
        before, right, winner = self.figures((row, into)), self.board.right.copy(), self.board.winner
        chance = self.board.chance.sum()
        self.board.fold(row, into)
        self.gone.add(row)
        if edit.after:
            self.board.set_column(into, self.columns.full([self.text(into, edit.after)])[:, 0])
            self.skills[into] = msgspec.structs.replace(self.skills[into], description=edit.after)
        hard = self.board.right.astype(np.int64) - right.astype(np.int64)
        edit = msgspec.structs.replace(
            edit,
            figures_before=before,
            figures_after=self.figures((into,)),
            effect=Effect(
                gained=int((hard > 0).sum()),
                lost=int((hard < 0).sum()),
                expected=round(float(self.board.chance.sum() - chance), 3),
            ),
            flips=self._flips(hard, winner),
        )
        self.edits.append(edit)
        return edit

    def next_id(self, step: str) -> str:
        """Return a fresh id for an edit of `step`."""
        return f"{step}-{sum(edit.step == step for edit in self.edits) + 1}"

    def _record(self, edit: Edit, row: int, scores: Floats) -> Edit:
        delta = self.board.try_column(row, scores)
        touched = [row, *(self._row(rival) for rival in edit.rivals[:2])]
        before, winner = self.figures(touched), self.board.winner
        edit = msgspec.structs.replace(edit, figures_before=before, effect=self.effect(delta))
        if edit.accept:
            self.board.set_column(row, scores)
            if edit.kind == "demote":
                self.gone.add(row)
            elif edit.after:
                self.skills[row] = msgspec.structs.replace(self.skills[row], description=edit.after)
            edit = msgspec.structs.replace(
                edit, figures_after=self.figures(touched), flips=self._flips(delta.hard, winner)
            )
        self.edits.append(edit)
        return edit

    def _row(self, skill: str) -> int:
        return next(row for row, each in enumerate(self.skills) if each.id == skill)

    def _flips(
        self, hard: np.ndarray[tuple[int, ...], np.dtype[np.int64]], winner: object
    ) -> tuple[Flip, ...]:
        before, after = np.asarray(winner), self.board.winner
        changed = np.flatnonzero(hard)
        order = changed[np.argsort(-hard[changed], kind="stable")][:FLIPS]
        return tuple(
            Flip(
                query=self.requests[at].query,
                gold=self.skills[self.board.owner[at]].id,
                before=self.skills[before[at]].id,
                after=self.skills[after[at]].id,
            )
            for at in order.tolist()
        )


def _weights(skills: Sequence[Skill], requests: Sequence[Request], golds: Sequence[Sequence[int]]) -> Doubles:
    """(R,) how much each request counts, 1 on the mean: how often it comes, and how much its skill is used."""
    often = np.array([request.weight for request in requests], dtype=np.float64)
    often *= [1.0 + max(skills[row].used for row in gold) for gold in golds]
    return often / often.mean() if len(often) and np.ptp(often) else np.ones(len(often))
