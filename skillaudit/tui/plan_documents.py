"""The documents of the plan tab: its proof, an edit with its evidence, the tree, the anchor paragraph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skillaudit.formatters.words import plural
from skillaudit.tui.details import link, more
from skillaudit.tui.doc import Block, Bullet, Column, Diff, Field, Gauge, Heading, Paragraph, Table, Title
from skillaudit.tui.figures import percent
from skillaudit.tui.lines import Span
from skillaudit.tui.plan_proof import harmed_blocks, offer_blocks, proof_blocks, signed, step_blocks
from skillaudit.tui.planning import ANCHOR, TREE, Plan, PlanRow

if TYPE_CHECKING:
    from skillaudit.optimize.records import Edit, Hierarchy, Node, Optimisation

KINDS = {
    "describe": "another description",
    "boundary": "a boundary drawn in the description",
    "shorten": "a shorter description",
    "demote": "made manual-only: the model no longer chooses it by itself",
    "declare": "declared as a router",
    "split": "advice to its author: cut it into several",
    "fold": "folded into another skill",
}
CHILD_LIMIT = 40
LOST_LIMIT = 12


def plan_document(plan: Plan, row: PlanRow) -> list[Block]:
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


# The whole.


def summary_document(plan: Plan, found: Optimisation) -> list[Block]:
    """Describe what is proposed, its proof as it is accepted now, and what each step brings."""
    accepted = sum(edit.accept for edit in plan.edits)
    blocks: list[Block] = [
        Title(
            plural(len(found.edits), "edit") + " proposed" if found.edits else "No edit is proposed",
            (Span(f"{accepted:,} accepted", "good"), Span("nothing is written", "muted")),
        )
    ]
    if not found.edits:
        blocks.append(
            Paragraph(
                "No other wording, fold or removal passed the tests on the requests there are.", "muted"
            )
        )
    blocks += _exported(plan)
    if plan.forecast_error is not None:
        blocks += [Heading("No forecast"), Paragraph(str(plan.forecast_error), "error")]
    judged = plan.judged
    if found.proof is None:
        blocks.append(
            Paragraph("No request of the proof half judges this library: nothing is proved.", "warning")
        )
    elif judged is None or judged.proof is None:
        blocks.append(Paragraph("Forecasting what is accepted now …", "muted"))
    else:
        blocks += [
            *proof_blocks(judged.proof),
            *harmed_blocks(judged.proof.harmed),
            *step_blocks(judged.steps),
        ]
    blocks += offer_blocks(found)
    if found.planned is not None and found.planned != found.proof:
        blocks += [
            Heading("Before the proof refused any edit", "no selection touched it"),
            Gauge("accuracy", found.planned.after.accuracy, "good"),
            Gauge("hijack", found.planned.after.hijack, "error"),
        ]
    blocks += [
        Heading("How it was made"),
        Field("planned on", (Span(plural(found.work_requests, "request")),)),
        Field("proved on", (Span(f"{plural(found.proof_requests, 'other')}, which chose no edit"),)),
        Field("router", (Span(f"{found.router or 'none'}, {found.scorer} scorer"),)),
        Field("rewriter", (Span(found.rewriter),)),
    ]
    if found.client:
        blocks.append(Field("client", (Span(found.client),)))
    return blocks + [Paragraph(note, "muted") for note in found.notes]


def _exported(plan: Plan) -> list[Block]:
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


def edit_document(plan: Plan, edit: Edit) -> list[Block]:
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
    if edit.effect is not None:
        effect = edit.effect
        figures = (
            f"{signed(effect.expected, 2)} requests expected; {effect.gained:,} gained, {effect.lost:,} lost"
        )
        blocks.append(Field("gain", (Span(figures),)))
    if edit.after and edit.after != edit.before:
        blocks += [Heading("Description", "− goes, + comes"), Diff(edit.before, edit.after)]
    blocks += [Heading("Why"), Paragraph(edit.reason)]
    original = plan.original(edit.id)
    if original is not None and original.refused:
        blocks.append(Paragraph(f"Refused by the plan: {original.refused}.".replace("..", "."), "warning"))
    return [*blocks, *_harm_of(plan, edit), *_flips(edit), *_touched(edit), *_against(edit), *_lost(edit)]


def _harm_of(plan: Plan, edit: Edit) -> list[Block]:
    judged = plan.judged
    proof = judged.proof if judged is not None else None
    return (
        harmed_blocks([harm for harm in proof.harmed if edit.id in harm.edits]) if proof is not None else []
    )


def _flips(edit: Edit) -> list[Block]:
    if not edit.flips:
        return []
    blocks: list[Block] = [Heading("Requests that flip", "+ won, − lost, ~ between two others")]
    for flip in edit.flips:
        sign = "+" if flip.after == flip.gold else "−" if flip.before == flip.gold else "~"
        meant = "" if flip.gold in {flip.before, flip.after} else f" (meant for {flip.gold})"
        blocks.append(Bullet(sign, flip.query, f"{flip.after}, not {flip.before}{meant}", flip.after))
    return blocks


def _touched(edit: Edit) -> list[Block]:
    if not edit.figures_before:
        return []
    after = {figures.skill: figures for figures in edit.figures_after}
    then = (Column("then", 6, "right"),) if after else ()
    columns = (
        Column("skill"),
        Column("reqs", 5, "right"),
        Column("gets", 6, "right"),
        *then,
        Column("takes", 5, "right"),
        *then,
    )
    rows = []
    for before in edit.figures_before:
        cells = [link(before.skill), Span(f"{before.requests:,}"), Span(percent(before.accuracy))]
        last = after.get(before.skill)
        if last is not None:
            cells.append(Span(percent(last.accuracy), "value"))
        cells.append(Span(f"{before.absorbed:,}"))
        if last is not None:
            cells.append(Span(f"{last.absorbed:,}", "value"))
        cells += [Span("")] * (len(columns) - len(cells))
        rows.append(tuple(cells))
    return [Heading("Skills it touches", "work half, by top rank"), Table(columns, tuple(rows))]


def _against(edit: Edit) -> list[Block]:
    known = {figures.skill for figures in edit.figures_before}
    others = [rival for rival in edit.rivals if rival not in known]
    if not others:
        return []
    rows = tuple((link(rival),) for rival in others)
    return [Heading("Drawn against"), Table((Column(""),), rows, headed=False)]


def _lost(edit: Edit) -> list[Block]:
    if not edit.lost:
        return []
    blocks: list[Block] = [Heading("What only this skill holds", f"{len(edit.lost):,}")]
    blocks += [Bullet("·", part) for part in edit.lost[:LOST_LIMIT]]
    return blocks + more(min(len(edit.lost), LOST_LIMIT), len(edit.lost), "part")


# The tree, and the paragraph.


def hierarchy_document(tree: Hierarchy, accepted: bool, as_proposed: bool) -> list[Block]:
    """Describe the proposed tree beside the flat list and the library's own folders.

    It was made for the edits `as_proposed`, and says so where others are accepted.
    """
    verdict = Span("recommended", "good") if tree.recommended else Span("not recommended", "warning")
    columns = (
        Column("arrangement"),
        Column("choices", 7, "right"),
        Column("largest", 7, "right"),
        Column("accuracy", 8, "right"),
        Column("top rank", 8, "right"),
    )
    rows = tuple(
        (
            Span(each.arrangement),
            Span(f"{each.stages:,}"),
            Span(f"{each.largest:,}"),
            Span(percent(each.accuracy), "value"),
            Span(percent(each.local)),
        )
        for each in tree.trees
    )
    blocks: list[Block] = [
        Title("A tree of categories", (verdict, stand(accepted, accepted != tree.recommended))),
        Paragraph(f"{tree.reason[:1].upper()}{tree.reason[1:]}."),
        Heading("On the proof half", f"at most {tree.bound} options a choice"),
        Table(columns, rows),
    ]
    for each in tree.trees:
        if len(each.stage_accuracy) > 1:
            stages = " × ".join(percent(value) for value in each.stage_accuracy)
            blocks.append(Paragraph(f"{each.arrangement}, choice by choice: {stages}", "muted"))
    if not as_proposed:
        blocks.append(Paragraph("Made for the edits as proposed, not for those accepted by hand.", "muted"))
    blocks.append(Heading("Tree", "l unfolds it in the list"))
    return [*blocks, *_branches(tree.root)]


def _branches(nodes: Sequence[Node], indent: int = 0) -> list[Block]:
    blocks: list[Block] = []
    for node in nodes:
        if node.children:
            blocks.append(Paragraph(f"{node.name} ({plural(count(node), 'skill')})", indent=indent))
            blocks += _branches(node.children, indent + 2)
    return blocks


def count(node: Node) -> int:
    """Return the number of skills below a node, itself included."""
    return 1 if node.skill else sum(count(child) for child in node.children)


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
    blocks.append(Table((Column("entry"), Column("skills", 6, "right")), rows))
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


def proposal_blocks(plan: Plan, skill: str) -> list[Block]:
    """Show what the plan makes of one skill, or say how a plan is made."""
    if plan.planner is None:
        return []
    if plan.found is None:
        hint = "A plan is being made." if plan.meter is not None else "No plan yet: press i to have one made."
        return [Heading("Proposed rewrite"), Paragraph(hint, "muted")]
    edits = plan.about(skill)
    if not edits:
        return [Heading("Proposed rewrite"), Paragraph("None: the plan leaves it as it is.", "muted")]
    blocks: list[Block] = []
    for edit in edits:
        state = "advice" if edit.kind == "split" else "accepted" if edit.accept else "refused"
        blocks.append(Heading("Proposed rewrite" if edit.after else "Proposed change", f"{edit.id}, {state}"))
        if edit.after and edit.after != edit.before:
            blocks.append(Diff(edit.before, edit.after))
        else:
            into = f": {edit.into}" if edit.into else ""
            blocks.append(Paragraph(f"{KINDS.get(edit.kind, edit.kind)}{into}"))
    return blocks
