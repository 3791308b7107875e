"""The plan of a session: what is proposed, what of it is accepted, and what the accepted part does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

import msgspec

from skillaudit.progress import Progress
from skillaudit.tui.loading import Meter

if TYPE_CHECKING:
    from skillaudit.optimize.apply.export import Exported
    from skillaudit.optimize.records import Edit, Node, Optimisation


class Proposal(Protocol):
    """What the optimiser proposes for one library, and what can be asked of it further."""

    @property
    def found(self) -> Optimisation:
        """The plan with its proof."""

    def judge(self, edits: Sequence[Edit], progress: Progress) -> Optimisation:
        """Prove some of the edits anew, those that are accepted; writes nothing."""

    def export(self, edits: Sequence[Edit], hierarchy: bool, anchor: bool, target: Path) -> Exported:
        """Write the library with the accepted edits to a new folder; raises UsageError."""


Planner = Callable[[Progress], Proposal]
"""Makes a plan for the library on show; writes nothing."""


class PlanRow(NamedTuple):
    """One row of the plan: its figures, an edit, the tree with its nodes, or the anchor paragraph."""

    what: Literal["summary", "edit", "hierarchy", "node", "anchor"]
    key: str
    """Identity of the row while other rows come and go."""
    accepted: bool | None = None
    """None where there is nothing to accept."""
    edit: Edit | None = None
    node: Node | None = None
    depth: int = 0
    open: bool = False


TREE = "hierarchy"
ANCHOR = "anchor"


class PlanTab:
    """The state of the plan tab; outlives an audit that finds the same library again."""

    def __init__(self, planner: Planner | None = None) -> None:
        self.planner = planner
        self.proposal: Proposal | None = None
        self.error: BaseException | None = None
        """Why there is no plan, or no new one."""
        self.meter: Meter | None = None
        """Progress of the plan that is being made."""
        self.stopped = False
        self.forecast_error: BaseException | None = None
        self.judging: Meter | None = None
        """Progress of the forecast that is being made."""
        self.exported: Exported | None = None
        self.by_gain = False
        """True to list the edits that bring most first; else they are listed as they build on each other."""
        self._accepted: frozenset[str] = frozenset()
        self._known: dict[frozenset[str], Optimisation] = {}
        self._open: set[str] = set()

    @property
    def found(self) -> Optimisation | None:
        """The plan as the optimiser made it."""
        return self.proposal.found if self.proposal is not None else None

    def take(self, proposal: Proposal) -> None:
        """Begin with what the optimiser accepts."""
        self.proposal = proposal
        self.error = self.forecast_error = self.exported = None
        self._accepted = self.proposed
        self._known = {self.wanted: proposal.found}
        self._open = set()

    # What is accepted.

    @property
    def proposed(self) -> frozenset[str]:
        """Keys of what the optimiser accepts by itself."""
        if self.found is None:
            return frozenset()
        keys = {edit.id for edit in self.found.accepted}
        if self.found.hierarchy is not None and self.found.hierarchy.recommended:
            keys.add(TREE)
        if self.found.anchor:
            keys.add(ANCHOR)
        return frozenset(keys)

    def accepts(self, key: str) -> bool:
        """Tell whether an edit, the tree or the anchor paragraph is accepted."""
        return key in self._accepted

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits as they are accepted and refused now."""
        found = self.found
        if found is None:
            return ()
        return tuple(
            edit if edit.accept == self.accepts(edit.id) else self._other_way(edit) for edit in found.edits
        )

    def original(self, edit: str) -> Edit | None:
        """An edit as the optimiser left it."""
        edits = self.found.edits if self.found is not None else ()
        return next((each for each in edits if each.id == edit), None)

    @staticmethod
    def _other_way(edit: Edit) -> Edit:
        refused = "" if not edit.accept else "refused by hand"
        return msgspec.structs.replace(edit, accept=not edit.accept, refused=refused)

    def toggle(self, row: PlanRow) -> str:
        """Accept what a row stands for, or refuse it; returns why that cannot be, or nothing."""
        hindrance = self._hindrance(row.edit) if row.edit is not None and not row.accepted else ""
        if hindrance:
            return hindrance
        if row.accepted is None:
            return "There is nothing to accept in this row."
        self._accepted ^= {row.key}
        return ""

    def toggle_all(self) -> bool:
        """Refuse all edits, or take what the optimiser accepts; True for the latter."""
        edits = {edit.id for edit in self.found.edits} if self.found is not None else set()
        keep = self._accepted - edits
        back = not self._accepted & edits
        self._accepted = keep | (self.proposed & edits) if back else keep
        return back

    def _hindrance(self, edit: Edit) -> str:
        """Say why an edit cannot be accepted; the rules are those of a plan that is read from a file."""
        if edit.kind == "split":
            return f"Cutting {edit.skills[0]} up is its author's work; it is advice only."
        for other in self.edits:
            if not other.accept or other.id == edit.id:
                continue
            if other.kind == "fold" and other.skills[0] in {edit.skills[0], edit.into}:
                return f"{other.id} folds {other.skills[0]} away: refuse that first."
            if edit.kind == "fold" and edit.skills[0] in {other.skills[0], other.into}:
                return f"{other.id} changes {edit.skills[0]}, which this edit folds away: refuse that first."
        return ""

    # What that does.

    @property
    def as_proposed(self) -> bool:
        """True while the edits that are accepted are those that the optimiser accepts."""
        return self.wanted == self.proposed - {TREE, ANCHOR}

    @property
    def wanted(self) -> frozenset[str]:
        """Ids of the edits whose forecast is wanted."""
        return self._accepted - {TREE, ANCHOR}

    @property
    def judged(self) -> Optimisation | None:
        """The proof of what is accepted now; None until it has been made."""
        return self._known.get(self.wanted)

    def learn(self, wanted: frozenset[str], judged: Optimisation) -> None:
        """Take in the proof of some accepted edits."""
        self._known[wanted] = judged

    # How it is listed.

    def about(self, skill: str) -> list[Edit]:
        """The edits that change a skill, as they are accepted and refused now."""
        return [edit for edit in self.edits if edit.skills[0] == skill]

    def mending(self, finding: str) -> list[Edit]:
        """The edits that mend the finding with a fingerprint, as they are accepted and refused now."""
        return [edit for edit in self.edits if finding in edit.mends]

    def rows(self, matching: Callable[[Edit], bool] | None = None) -> list[PlanRow]:
        """The rows of the plan; with `matching` only the edits for which it is true."""
        found = self.found
        if found is None:
            return []
        rows = [PlanRow("summary", "summary")] if matching is None else []
        edits: Sequence[Edit] = self.edits
        if self.by_gain:
            edits = sorted(edits, key=lambda edit: -edit.effect.expected if edit.effect is not None else 0.0)
        for edit in edits:
            if matching is None or matching(edit):
                accepted = None if edit.kind == "split" else edit.accept
                rows.append(PlanRow("edit", edit.id, accepted, edit))
        if matching is None and found.hierarchy is not None:
            is_open = TREE in self._open
            rows.append(PlanRow("hierarchy", TREE, self.accepts(TREE), open=is_open))
            if is_open:
                rows += self._nodes(found.hierarchy.root, 1, TREE)
        if matching is None and found.anchor:
            rows.append(PlanRow("anchor", ANCHOR, self.accepts(ANCHOR)))
        return rows

    def _nodes(self, nodes: Sequence[Node], depth: int, above: str) -> Iterator[PlanRow]:
        for node in nodes:
            key = f"{above}/{node.id}"
            yield PlanRow("node", key, node=node, depth=depth, open=key in self._open)
            if key in self._open:
                yield from self._nodes(node.children, depth + 1, key)

    def fold(self, row: PlanRow, unfold: bool) -> bool:
        """Unfold or fold the tree or one of its nodes; False for a row that has nothing inside."""
        if row.what != "hierarchy" and not (row.node is not None and row.node.children):
            return False
        (self._open.add if unfold else self._open.discard)(row.key)
        return True
