"""Deterministic plans to show, and a planner that stands in for the optimiser."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec

from skillaudit.errors import UsageError
from skillaudit.optimize.apply.export import Exported
from skillaudit.optimize.apply.files import Unmade
from skillaudit.optimize.records import (
    PLAN_VERSION,
    Edit,
    Effect,
    Figures,
    Flip,
    Harm,
    Hierarchy,
    Node,
    Optimisation,
    PairedTest,
    Proof,
    RoutingRates,
    Step,
    Tree,
)
from skillaudit.progress import Progress
from skillaudit.schema import Estimate
from tests.tui import reports
from tests.tui.reports import estimate

REFUSED = "on the requests kept aside to check the plan, deploy-canary falls from 80% to 60%"
BEFORE = 0.713
PER_EDIT = 0.031

EDITS = (
    Edit(
        id="merge-1",
        kind="fold",
        step="merge",
        skills=("sql-explain",),
        reason="it does what sql-tuning does, which says more",
        into="sql-tuning",
        lost=("Reading a plan aloud", "A glossary of joins"),
        effect=Effect(gained=2, lost=0, expected=1.75),
    ),
    Edit(
        id="narrow-1",
        kind="demote",
        step="narrow",
        skills=("assistant-helper",),
        reason="no narrower description keeps it from the requests of five families",
        effect=Effect(gained=9, lost=1, expected=8.2),
        flips=(
            Flip(query="fill in this form", gold="pdf-forms", before="assistant-helper", after="pdf-forms"),
            Flip(
                query="help me out here",
                gold="assistant-helper",
                before="assistant-helper",
                after="mail-triage",
            ),
            Flip(
                query="look through my logs",
                gold="log-search",
                before="assistant-helper",
                after="data-quality",
            ),
        ),
    ),
    Edit(
        id="boundary-1",
        kind="boundary",
        step="boundary",
        skills=("pdf-forms",),
        reason="3 requests change hands with pdf-sign",
        before="Fill in the fields of PDF forms and save them, keeping the layout of every page.",
        after="Fill in the fields of PDF forms, keeping the layout. Not for signatures: use pdf-sign.",
        rivals=("pdf-sign", "pdf-redact"),
        figures_before=(
            Figures(skill="pdf-forms", requests=8, accuracy=0.5, absorbed=3),
            Figures(skill="pdf-sign", requests=6, accuracy=0.6667, absorbed=4),
        ),
        figures_after=(
            Figures(skill="pdf-forms", requests=8, accuracy=0.875, absorbed=1),
            Figures(skill="pdf-sign", requests=6, accuracy=0.8333, absorbed=1),
        ),
        effect=Effect(gained=4, lost=0, expected=3.41),
        flips=(
            Flip(query="type my address into it", gold="pdf-forms", before="pdf-sign", after="pdf-forms"),
        ),
    ),
    Edit(
        id="boundary-2",
        kind="boundary",
        step="boundary",
        skills=("deploy-preview",),
        reason="2 requests change hands with deploy-canary",
        accept=False,
        refused=REFUSED,
        before="Put up a throw-away preview of a branch for reviewers to click through.",
        after="Put up a throw-away preview of a branch for reviewers to click through. Covers canary.",
        rivals=("deploy-canary",),
        figures_before=(Figures(skill="deploy-preview", requests=4, accuracy=None, absorbed=0),),
        effect=Effect(gained=1, lost=1, expected=-0.002),
    ),
    Edit(
        id="narrow-2",
        kind="split",
        step="narrow",
        skills=("data-quality",),
        reason="its requests fall into two families",
        accept=False,
        refused="splitting is its author's work",
    ),
)

TREE = Hierarchy(
    root=(
        Node(
            id="pdf-files",
            name="pdf, forms",
            description="Work on PDF files: forms, pages, tables.",
            children=(
                Node(id="pdf-forms", name="pdf-forms", description="Fill in forms.", skill=True),
                Node(id="pdf-split", name="pdf-split", description="Split a PDF.", skill=True),
            ),
        ),
        Node(
            id="shipping",
            name="deploy, release",
            description="Bring changes to users.",
            children=(
                Node(
                    id="risky",
                    name="canary",
                    description="Step by step.",
                    children=(
                        Node(id="deploy-canary", name="deploy-canary", description="Roll out.", skill=True),
                    ),
                ),
            ),
        ),
    ),
    bound=30,
    trees=(
        Tree(arrangement="flat", stages=1, largest=30, accuracy=0.8, local=0.75),
        Tree(
            arrangement="proposed", stages=2, largest=8, accuracy=0.79, stage_accuracy=(0.9, 0.88), local=0.7
        ),
    ),
    recommended=False,
    reason="on the work half 2 choices instead of one change the predicted accuracy by -1.0 points",
)


def rates(accuracy: float) -> RoutingRates:
    """Return rates that sum to one."""
    return RoutingRates(
        accuracy=estimate(accuracy),
        hijack=estimate(round(0.9 * (1 - accuracy), 4)),
        no_skill=estimate(round(0.1 * (1 - accuracy), 4)),
        requests=212,
    )


def proof(accepted: int, harmed: bool = False) -> Proof:
    """Return a proof whose accuracy rises with every accepted edit."""
    gain = PER_EDIT * accepted
    harm = Harm(skill="deploy-canary", requests=5, before=0.8, after=0.6, edits=("boundary-2",))
    return Proof(
        router="frontier",
        before=rates(BEFORE),
        after=rates(BEFORE + gain),
        test=PairedTest(
            gained=7 * accepted,
            lost=accepted,
            p_value=0.0021 if accepted else None,
            difference=Estimate(value=gain, low=gain - 0.01, high=gain + 0.01),
            hijack=Estimate(value=-0.9 * gain, low=None, high=None),
        ),
        harmed=(harm,) if harmed else (),
    )


def steps(edits: Sequence[Edit]) -> tuple[Step, ...]:
    """Return one line for every step with accepted edits."""
    lines = [Step(step="before", edits=0, accuracy=BEFORE, hijack=0.26, no_skill=0.03, gain=None)]
    for at, step in enumerate(dict.fromkeys(edit.step for edit in edits if edit.accept), 1):
        lines.append(
            Step(
                step=step, edits=1, accuracy=BEFORE + PER_EDIT * at, hijack=0.2, no_skill=0.03, gain=PER_EDIT
            )
        )
    return tuple(lines)


def optimisation(
    edits: Sequence[Edit] = EDITS, hierarchy: Hierarchy | None = TREE, anchor: str = ""
) -> Optimisation:
    """Return a plan with these edits and its proof."""
    accepted = sum(edit.accept for edit in edits)
    harmed = any(edit.accept for edit in edits if edit.id == "boundary-2")
    return Optimisation(
        plan_version=PLAN_VERSION,
        sources=("./skills",),
        router="frontier",
        scorer="hybrid",
        rewriter="extractive",
        client="",
        work_requests=240,
        proof_requests=212,
        edits=tuple(edits),
        steps=steps(edits),
        proof=proof(accepted, harmed),
        planned=proof(accepted + 1, True),
        anchor=anchor,
        hierarchy=hierarchy,
        notes=("A note of the optimiser.",),
    )


ANCHOR = "When a form is to be signed, use pdf-sign.\nWhen it is to be filled in, use pdf-forms."


class StandIn:
    """A proposal that proves by counting and remembers what it was asked to write."""

    def __init__(self, found: Optimisation) -> None:
        self.found = found
        self.judged: list[tuple[str, ...]] = []
        self.written: list[tuple[tuple[str, ...], bool, bool, Path]] = []
        self.problems: list[Unmade] = []
        self.error: Exception | None = None
        self.go = threading.Event()
        self.go.set()

    def judge(self, edits: Sequence[Edit], progress: Progress) -> Optimisation:
        """Count the accepted edits."""
        accepted = tuple(edit.id for edit in edits if edit.accept)
        self.judged.append(accepted)
        assert self.go.wait(10)
        progress.update("proof", 1, 1)
        if self.error is not None:
            raise self.error
        return optimisation(edits, self.found.hierarchy, self.found.anchor)

    def export(self, edits: Sequence[Edit], hierarchy: bool, anchor: bool, target: Path) -> Exported:
        """Remember what was to be written; a folder called `taken` exists."""
        if target.name == "taken":
            raise UsageError(f"{target} exists; name a new folder.")
        self.written.append((tuple(edit.id for edit in edits if edit.accept), hierarchy, anchor, target))
        return Exported(folder=target, skills=30, gateways=2 * hierarchy, problems=self.problems)


class Planner:
    """Hands over a proposal after two stages, an error if it has one, and waits where it is told to."""

    def __init__(self, found: Optimisation | None = None) -> None:
        self.proposal = StandIn(found or optimisation(anchor=ANCHOR))
        self.error: Exception | None = None
        self.calls = 0
        self.reached = threading.Event()
        self.go = threading.Event()
        self.go.set()

    def __call__(self, progress: Progress) -> StandIn:
        """Make the plan."""
        self.calls += 1
        progress.update("requests", 30, 30)
        progress.update("optimize", 3, 12, "boundary")
        self.reached.set()
        assert self.go.wait(10)
        progress.update("proof", 0, 1)
        if self.error is not None:
            raise self.error
        return self.proposal


def hostile() -> Optimisation:
    """Return a plan whose every text tries to break the screen."""
    nasty = [f"{name} {description}" for name, description in reports.HOSTILE]
    ids = [name for name, _ in reports.HOSTILE]
    edits = [
        Edit(
            id=f"boundary-{at}",
            kind="boundary",
            step="boundary",
            skills=(skill,),
            reason=nasty[at],
            refused="" if at % 2 else nasty[at],
            accept=bool(at % 2),
            before=reports.HOSTILE[at][1],
            after=f"{nasty[-at]} ``` \x1b[2J {reports.HOSTILE[at][1][:30]}",
            rivals=tuple(ids[:2]),
            lost=(nasty[0],),
            flips=(Flip(query=nasty[at], gold=skill, before=ids[0], after=ids[1]),),
            effect=Effect(gained=1, lost=0, expected=0.1),
        )
        for at, skill in enumerate(ids)
    ]
    children = tuple(
        Node(id=skill, name=skill, description=nasty[at], skill=True) for at, skill in enumerate(ids)
    )
    tree = msgspec.structs.replace(
        TREE, root=(Node(id="[x]", name=nasty[1], description=nasty[2], children=children),), reason=nasty[3]
    )
    return msgspec.structs.replace(optimisation(edits, tree, "\n".join(nasty)), notes=tuple(nasty))
