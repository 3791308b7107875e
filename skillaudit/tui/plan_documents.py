"""The documents of the plan tab: its proof, an edit with its evidence, the tree, the anchor paragraph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skillaudit.page.blocks import (
    Block,
    Column,
    Diff,
    Field,
    Gauge,
    Heading,
    Paragraph,
    Title,
    link,
    more,
    table,
)
from skillaudit.page.figures import plural
from skillaudit.page.lines import Span
from skillaudit.page.mending import mended_blocks, unmended
from skillaudit.page.plan import (
    KINDS,
    LOST_LIMIT,
    branches,
    change,
    count,
    flip_blocks,
    gain,
    hierarchy_blocks,
    loadout_blocks,
    lost_blocks,
    made_blocks,
    offer_blocks,
    touched_blocks,
)
from skillaudit.page.proof import harmed_blocks, proof_blocks, step_blocks, verdict, working_blocks
from skillaudit.tui.planning import ANCHOR, TREE, PlanRow, PlanTab

if TYPE_CHECKING:
    from skillaudit.optimize.records import Edit, Hierarchy, Node, Optimisation
    from skillaudit.schema import Finding

CHILD_LIMIT = 40


def plan_document(plan: PlanTab, row: PlanRow) -> list[Block]:
    """Describe the row of the plan under the cursor."""
    found = plan.found
    if found is None:
        return []
    if row.edit is not None:
        return edit_document(plan, row.edit)
    if row.node is not None:
        return node_document(row.node)
    if row.what == "hierarchy" and found.hierarchy is not None:
        return hierarchy_document(found.hierarchy, plan.accepts(TREE), plan.as_proposed)
    if row.what == "anchor":
        return anchor_document(found.anchor, plan.accepts(ANCHOR))
    return summary_document(plan, found)


def stand(accepted: bool | None, by_hand: bool = False) -> Span:
    """Say in a word whether something is accepted, and by whom."""
    if accepted is None:
        return Span("· advice", "muted")
    who = " by you" if by_hand else ""
    return Span(f"✓ accepted{who}", "good") if accepted else Span(f"✗ refused{who}", "warning")


def accepted(plan: PlanTab) -> str:
    """Count what is accepted: the edits, and beside them what is ticked and is none."""
    edits = f"{sum(edit.accept for edit in plan.edits):,} accepted"
    beside = [name for key, name in ((TREE, "tree"), (ANCHOR, "paragraph")) if plan.accepts(key)]
    return " + ".join((edits, *beside))


# The whole.


def summary_document(plan: PlanTab, found: Optimisation) -> list[Block]:
    """Describe what is proposed, its proof as it is accepted now, and what each step brings."""
    blocks: list[Block] = [
        Title(
            plural(len(found.edits), "edit") + " proposed" if found.edits else "No edit is proposed",
            (Span(accepted(plan), "good"), Span("nothing is written", "muted")),
        )
    ]
    if not found.edits:
        blocks.append(
            Paragraph(
                "No other wording, merge or removal passed the tests on the requests there are.", "muted"
            )
        )
    else:
        blocks += [
            Paragraph(verdict(found, "the list shows them"), "" if found.gains else "warning"),
            *working_blocks(found),
        ]
    blocks += _exported(plan)
    if plan.forecast_error is not None:
        blocks += [Heading("No forecast"), Paragraph(str(plan.forecast_error), "error")]
    judged = plan.judged
    if found.proof is None and not found.edits:
        blocks.append(
            Paragraph("No request was kept back to judge this library: nothing is proved.", "warning")
        )
    elif found.proof is not None and (judged is None or judged.proof is None):
        blocks.append(Paragraph("Forecasting what is accepted now …", "muted"))
    elif judged is not None and judged.proof is not None:
        blocks += [
            *proof_blocks(judged.proof, "Proof" if plan.as_proposed else "Proof of what is accepted now"),
            *harmed_blocks(judged.proof.harmed),
            *step_blocks(judged.steps),
        ]
    blocks += offer_blocks(found)
    if found.loadout is not None:
        blocks += loadout_blocks(found.loadout)
    if found.planned is not None and found.planned != found.proof:
        blocks += [
            Heading("Before the proof refused any edit", "no selection touched it"),
            Gauge("accuracy", found.planned.after.accuracy, "good"),
            Gauge("hijack", found.planned.after.hijack, "error"),
        ]
    return blocks + made_blocks(found)


def _exported(plan: PlanTab) -> list[Block]:
    done = plan.exported
    if done is None:
        return []
    behind = f" behind {plural(done.gateways, 'gateway skill')}" if done.gateways else ""
    blocks: list[Block] = [
        Heading("Written"),
        Field("folder", (Span(str(done.folder)),)),
        Field("holds", (Span(f"{plural(done.skills, 'skill')}{behind}"),)),
    ]
    blocks += [Paragraph(f"Not changed: {each.skill}: {each.reason}", "warning") for each in done.problems]
    return blocks + [
        Paragraph(f"Left out: {path}: a link, or no regular file of the library", "muted")
        for path in done.skipped
    ]


# One edit.


def edit_document(plan: PlanTab, edit: Edit) -> list[Block]:
    """Describe an edit: what it changes word by word, why, which requests flip, whom it harms."""
    proposed = edit.id in plan.proposed
    accepted = None if edit.kind == "split" else edit.accept
    by_hand = accepted is not None and edit.accept != proposed
    blocks: list[Block] = [
        Title(edit.skills[0], (stand(accepted, by_hand), Span(edit.id, "muted"))),
        Field("kind", (Span(KINDS.get(edit.kind, edit.kind)),)),
    ]
    if edit.into:
        blocks.append(Field("into", (link(edit.into),)))
    blocks += gain(edit)
    if plan.found is not None:
        blocks += mended_blocks(plan.found, edit)
    if edit.after and edit.after != edit.before:
        blocks += [Heading("Description", "− goes, + comes"), Diff(edit.before, edit.after)]
    blocks += [Heading("Why"), Paragraph(edit.reason)]
    original = plan.original(edit.id)
    if original is not None and original.refused:
        blocks.append(Paragraph(f"Refused by the plan: {original.refused}.".replace("..", "."), "warning"))
    return [
        *blocks,
        *_harm_of(plan, edit),
        *_flips(edit),
        *touched_blocks(edit),
        *_against(edit),
        *_lost(edit),
    ]


def _harm_of(plan: PlanTab, edit: Edit) -> list[Block]:
    judged = plan.judged
    proof = judged.proof if judged is not None else None
    return (
        harmed_blocks([harm for harm in proof.harmed if edit.id in harm.edits]) if proof is not None else []
    )


def _flips(edit: Edit) -> list[Block]:
    if not edit.flips:
        return []
    return [Heading("Requests that flip", "+ won, − lost, ~ between two others"), *flip_blocks(edit)]


def _against(edit: Edit) -> list[Block]:
    known = {figures.skill for figures in edit.figures_before}
    others = [rival for rival in edit.rivals if rival not in known]
    if not others:
        return []
    rows = tuple((link(rival),) for rival in others)
    return [Heading("Drawn against"), table((Column(""),), rows)._replace(headed=False)]


def _lost(edit: Edit) -> list[Block]:
    if not edit.lost:
        return []
    return [Heading("What only this skill holds", f"{len(edit.lost):,}"), *lost_blocks(edit, LOST_LIMIT)]


# The tree, and the paragraph.


def hierarchy_document(tree: Hierarchy, accepted: bool, as_proposed: bool) -> list[Block]:
    """Describe the proposed tree beside the flat list and the library's own folders.

    It was made for the edits `as_proposed`, and says so where others are accepted.
    """
    verdict = Span("recommended", "good") if tree.recommended else Span("not recommended", "warning")
    blocks: list[Block] = [
        Title("A tree of categories", (verdict, stand(accepted, accepted != tree.recommended))),
        *hierarchy_blocks(tree),
    ]
    if not as_proposed:
        blocks.append(Paragraph("Made for the edits as proposed, not for those accepted by hand.", "muted"))
    blocks.append(Heading("Tree", "l unfolds it in the list"))
    return [*blocks, *branches(tree.root)]


def node_document(node: Node) -> list[Block]:
    """Describe a category, or a skill in one, as a model would read it."""
    blocks: list[Block] = [
        Title(node.name, () if node.skill else (Span(plural(count(node), "skill"), "muted"),)),
        Heading("What the model is shown"),
        Paragraph(node.description),
    ]
    if node.skill:
        return [*blocks, Field("skill", (link(node.id),))]
    shown = node.children[:CHILD_LIMIT]
    rows = tuple(
        (
            link(child.id) if child.skill else Span(f"▸ {child.name}"),
            Span("" if child.skill else f"{count(child):,}"),
        )
        for child in shown
    )
    blocks.append(Heading("Behind it", f"{len(node.children):,}"))
    blocks.append(table((Column("entry"), Column("skills", 6, "right")), rows))
    return blocks + more(len(shown), len(node.children), "entry")


def anchor_document(text: str, accepted: bool) -> list[Block]:
    """Show the paragraph for AGENTS.md or CLAUDE.md."""
    return [
        Title("Paragraph for AGENTS.md or CLAUDE.md", (stand(accepted, not accepted),)),
        Paragraph(
            "The boundaries that the descriptions have no room for; written beside the library.", "muted"
        ),
        Heading("Text"),
        *(Paragraph(line) for line in text.splitlines()),
    ]


# In a skill's own detail.


def proposal_blocks(plan: PlanTab, skill: str) -> list[Block]:
    """Show what the plan makes of one skill, or say how a plan is made."""
    if plan.planner is None:
        return []
    if plan.found is None:
        hint = "A plan is being made." if plan.meter is not None else "No plan yet: press i to have one made."
        return [Heading("Proposed rewrite"), Paragraph(hint, "muted")]
    edits = plan.about(skill)
    if not edits:
        return [Heading("Proposed rewrite"), Paragraph("None: the plan leaves it as it is.", "muted")]
    return _proposed(edits)


def mending_blocks(plan: PlanTab, finding: Finding) -> list[Block]:
    """Show the edits that mend a finding, or say that a step found none; nothing without a plan."""
    if plan.found is None:
        return []
    edits = plan.mending(finding.fingerprint)
    anchored = any(mend.anchored for mend in plan.found.mends if mend.fingerprint == finding.fingerprint)
    none = unmended(finding.code, plan.found, plan.found.client, anchored)
    if edits or none is None:
        return _proposed(edits)
    return [Heading("Mended by"), Paragraph(f"{none[:1].upper()}{none[1:]}.", "muted")]


def _proposed(edits: Sequence[Edit]) -> list[Block]:
    blocks: list[Block] = []
    for edit in edits:
        state = "advice" if edit.kind == "split" else "accepted" if edit.accept else "refused"
        blocks.append(Heading("Proposed rewrite" if edit.after else "Proposed change", f"{edit.id}, {state}"))
        if edit.after and edit.after != edit.before:
            blocks.append(Diff(edit.before, edit.after))
        else:
            blocks.append(Paragraph(change(edit)))
    return blocks
