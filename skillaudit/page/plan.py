"""A plan as blocks: its proof, its edits with their evidence, its tree, and what is left to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from skillaudit.page.blocks import (
    Block,
    Bullet,
    Column,
    Diff,
    Field,
    Gauge,
    Heading,
    More,
    Paragraph,
    Table,
    Title,
    field,
    head,
    link,
    more,
    table,
)
from skillaudit.page.figures import percent, plural, points, signed
from skillaudit.page.lines import Span
from skillaudit.page.mending import mend_blocks, mended_blocks
from skillaudit.page.proof import (
    harmed_blocks,
    live_blocks,
    proof_blocks,
    step_blocks,
    verdict,
    working_blocks,
)

if TYPE_CHECKING:
    from skillaudit.optimize.records import (
        Edit,
        Hierarchy,
        Loadout,
        Node,
        Optimisation,
    )
    from skillaudit.schema import PlannedEdit

KINDS = {
    "describe": "another description",
    "boundary": "a boundary drawn in the description",
    "shorten": "a shorter description",
    "demote": "made manual-only: the model no longer chooses it by itself",
    "declare": "declared as a router",
    "split": "advice to its author: cut it into several",
    "fold": "folded into another skill",
}
VERBS = {"demote": "make manual-only", "fold": "fold", "describe": "rewrite", "boundary": "rewrite"}
IN_FULL = 10
"""Accepted edits that are shown with their texts, unless all are asked for."""
NAMED = 12
"""Refused edits that are named one by one, likewise."""
ALIKE = 3
"""Refused edits from which on a common reason is given once."""
LOST_LIMIT = 12


def document(found: Optimisation, *, everything: bool = False) -> Iterator[Block]:
    """Yield a whole plan: the figures first, then every edit with its reason.

    The first line is the verdict. Without `everything` a plan without accepted edits says no more than what is yours to
    decide, one that gains nothing shows its edits and no figures, and of any other the accepted edits that
    bring most are shown in full, the others and the refused ones in a line each.
    """
    accepted = len(found.accepted)
    refused = len(found.edits) - accepted
    yield Title(verdict(found, "see below" if everything else "--all shows them"))
    if accepted or everything:
        yield Paragraph(
            f"{plural(len(found.edits), 'edit')} proposed: {accepted} accepted, {refused} refused", "muted"
        )
    yield from working_blocks(found) if accepted else ()
    if not accepted and not everything:
        # Where nothing was edited, as with --only hierarchy, the tree is all there is to show.
        if found.hierarchy is not None and (found.hierarchy.recommended or not found.edits):
            yield Heading("Hierarchy", "recommended" if found.hierarchy.recommended else "not recommended")
            yield from hierarchy_blocks(found.hierarchy)
        yield from offer_blocks(found)
        if found.loadout is not None:
            yield from loadout_blocks(found.loadout)
        yield from (Paragraph(note, "muted") for note in found.notes)
        return
    if not found.gains and not everything:
        yield from _accepted(found, everything)
        yield from offer_blocks(found)
        yield from _refused(found, everything)
        if found.loadout is not None:
            yield from loadout_blocks(found.loadout)
        yield from mend_blocks(found)
        yield from (Paragraph(note, "muted") for note in found.notes)
        return
    if found.live is not None:
        yield from live_blocks(found.live)
    if found.proof is not None:
        if found.planned is None or found.planned == found.proof:
            yield from proof_blocks(found.proof)
            yield from harmed_blocks(found.proof.harmed)
        else:
            yield from proof_blocks(found.planned, "Proof of the plan as it was made")
            yield from harmed_blocks(found.planned.harmed)
            yield from proof_blocks(found.proof, "Without what harms", "so kinder than a proof")
            yield from harmed_blocks(found.proof.harmed)
    yield from step_blocks(found.steps)
    yield from _accepted(found, everything)
    yield from offer_blocks(found)
    yield from _refused(found, everything)
    if found.hierarchy is not None:
        yield Heading("Hierarchy", "recommended" if found.hierarchy.recommended else "not recommended")
        yield from hierarchy_blocks(found.hierarchy)
        yield from branches(found.hierarchy.root)
    yield from mend_blocks(found)
    if found.loadout is not None:
        yield from loadout_blocks(found.loadout)
    if found.anchor:
        yield Heading("Anchor paragraph", "for AGENTS.md or CLAUDE.md")
        yield from (Paragraph(line) for line in found.anchor.splitlines())
    yield from made_blocks(found)


def offer_blocks(found: Optimisation) -> list[Block]:
    """Show the refused edits that would help the whole library, and whom they cost what, or why else they wait."""
    if not found.offers:
        return []
    costly = all(offer.harmed for offer in found.offers)
    edits = {edit.id: edit for edit in found.edits}
    columns = (
        Column("edit"), Column("what"), Column("accuracy", 8, "right"), Column("gain", 6, "right"),
        Column("hijack", 6, "right"), Column("costs" if costly else "costs, or why it waits"),
    )  # fmt: skip
    rows = []
    for offer in found.offers:
        first = edits[offer.edits[0]]
        price = ", ".join(
            f"{harm.skill} {harm.before:.0%} → {harm.after:.0%} of {harm.requests}" for harm in offer.harmed
        )
        price = price or first.refused.removeprefix("yours to decide: ")
        what = f"{VERBS.get(first.kind, first.kind)} {first.skills[0]}"
        spares = f"; false triggers {signed(offer.triggers, 1)} of 100" if offer.triggers else ""
        rows.append(
            (
                Span(" + ".join(offer.edits)),
                Span((what if len(offer.edits) == 1 else "all of these") + spares, "link", first.skills[0]),
                Span(percent(offer.accuracy), "value"), Span(points(offer.gain)), Span(percent(offer.hijack)),
                Span(price, "warning"),
            )
        )  # fmt: skip
    why = "refused for the sake of one skill, better" if costly else "refused, though better"
    return [
        Heading("Yours to decide", f"{why} for the whole; set `accept` in a --plan file"),
        table(columns, rows),
    ]


def made_blocks(found: Optimisation) -> list[Block]:
    """Say how the plan was made."""
    blocks: list[Block] = [
        Heading("How it was made"),
        field("planned on", plural(found.work_requests, "request")),
        field("proved on", f"{plural(found.proof_requests, 'other')}, which chose no edit and none quotes"),
        field("router", f"{found.router or 'none'}, {found.scorer} scorer"),
        field("rewriter", found.rewriter),
    ]
    if found.client:
        blocks.append(field("client", found.client))
    return blocks + [Paragraph(note, "muted") for note in found.notes]


# One edit.


def change(edit: Edit | PlannedEdit) -> str:
    """Say what an edit does, and into which skill it folds one."""
    return f"folded into {edit.into}" if edit.into else KINDS.get(edit.kind, edit.kind)


def gain(edit: Edit) -> list[Block]:
    """Say what an edit brings on the work half."""
    if edit.effect is None:
        return []
    effect = edit.effect
    if edit.step == "budget":
        words = f"{signed(effect.expected, 2)} requests expected where every text is shown whole"
        return [field("gain", f"{words}; what the room brings is counted for all together")]
    said = f"{signed(effect.expected, 2)} requests expected; {effect.gained:,} gained, {effect.lost:,} lost"
    said += " where it was chosen"
    if edit.hundred:
        said += "; where it is checked, in a hundred: " + ", ".join(
            f"{name} {signed(value, 2)}" for name, value in edit.hundred
        )
    if edit.triggers is not None:
        said += f"; false triggers {signed(edit.triggers, 2)} of a hundred requests that need no skill"
    return [field("gain", said)]


def flip_blocks(edit: Edit, most: int | None = None) -> list[Block]:
    """Show the requests that change hands."""
    blocks: list[Block] = []
    for flip in head(edit.flips, most):
        sign = "+" if flip.after == flip.gold else "−" if flip.before == flip.gold else "~"
        meant = "" if flip.gold in {flip.before, flip.after} else f" (meant for {flip.gold})"
        # What a folded skill lost to the one that it is folded into goes where it went.
        instead = "" if flip.after == flip.before else f", not {flip.before}"
        blocks.append(Bullet(sign, flip.query, f"{flip.after}{instead}{meant}", flip.after))
    return blocks


def lost_blocks(edit: Edit, most: int) -> list[Block]:
    """Show what only the skill holds that an edit removes."""
    blocks: list[Block] = [Bullet("·", part) for part in edit.lost[:most]]
    return blocks + more(min(len(edit.lost), most), len(edit.lost), "part")


def touched_blocks(edit: Edit) -> list[Block]:
    """Show what an edit does to the skills that it touches."""
    if not edit.figures_before:
        return []
    after = {figures.skill: figures for figures in edit.figures_after}
    then = (Column("then", 6, "right"),) if after else ()
    columns = (
        Column("skill"), Column("reqs", 5, "right"), Column("gets", 6, "right"), *then, Column("takes", 5, "right"),
        *then,
    )  # fmt: skip
    rows = []
    for before in edit.figures_before:
        cells = [link(before.skill), Span(f"{before.requests:,}"), Span(percent(before.accuracy))]
        last = after.get(before.skill)
        if after:
            cells.append(Span(percent(last.accuracy) if last else "", "value"))
        cells.append(Span(f"{before.absorbed:,}"))
        if after:
            cells.append(Span(f"{last.absorbed:,}" if last else "", "value"))
        rows.append(tuple(cells))
    return [
        Heading("Skills it touches", "requests that the plan may look at, by first choice"),
        table(columns, rows),
    ]


def _edit(found: Optimisation, edit: Edit) -> Iterator[Block]:
    """Describe an edit among others: what it changes and why."""
    named = (skill for skill in edit.skills if skill != edit.into)
    yield Field(edit.id, (Span(f"{change(edit)}: {', '.join(named)}", "value"),))
    yield field("", edit.reason)
    if edit.refused:
        yield field("refused", edit.refused, "warning")
    yield from gain(edit)
    yield from mended_blocks(found, edit)
    if edit.after:
        yield Diff(edit.before, edit.after)
    yield from flip_blocks(edit, 2)
    if edit.lost:
        yield Paragraph("What only this skill holds:")
        yield from lost_blocks(edit, LOST_LIMIT)


def _accepted(found: Optimisation, everything: bool) -> Iterator[Block]:
    edits = found.accepted
    if not edits:
        return
    most = len(edits) if everything else IN_FULL
    yield Heading("Accepted", f"the {most} that bring most first" if len(edits) > most else "")
    best = sorted(edits, key=lambda edit: -_expected(edit)) if len(edits) > most else edits
    for edit in best[:most]:
        yield from _edit(found, edit)
    if best[most:]:
        whole = {"budget": " where all is shown whole"}
        yield _brief(
            best[most:],
            [f"{_expected(edit):+.2f} expected{whole.get(edit.step, '')}" for edit in best[most:]],
        )


def _refused(found: Optimisation, everything: bool) -> Iterator[Block]:
    edits = [edit for edit in found.edits if not edit.accept]
    if not edits:
        return
    yield Heading("Refused", "" if everything else "--all shows each with its text")
    if everything:
        for edit in edits:
            yield from _edit(found, edit)
        return
    reasons = Counter(edit.refused for edit in edits)
    for reason, count in reasons.items():
        if count >= ALIKE:
            yield field(f"{count} edits", reason)
    single = [edit for edit in edits if reasons[edit.refused] < ALIKE]
    if single:
        yield _brief(single[:NAMED], [edit.refused for edit in single])
    if len(single) > NAMED:
        yield More(len(single) - NAMED, "edit")


def _brief(edits: Sequence[Edit], words: Sequence[str]) -> Table:
    rows = [
        (
            Span(edit.id),
            Span(f"{edit.skills[0]} into {edit.into}" if edit.into else ", ".join(edit.skills)),
            Span(said),
        )
        for edit, said in zip(edits, words, strict=False)
    ]
    return table((Column("edit", 14), Column("skills", 24), Column("")), rows)._replace(headed=False)


def _expected(edit: Edit) -> float:
    return edit.effect.expected if edit.effect else 0.0


def loadout_blocks(found: Loadout) -> list[Block]:
    """Show how the skills should stand in a client, and the forecast under it."""
    counts: Counter[str] = Counter(seat.stance for seat in found.seats)
    said = {
        "pinned": "shown whole", "name": "by name alone", "project": "in one project", "manual": "on call only",
        "off": "not at all",
    }  # fmt: skip
    blocks: list[Block] = [
        Heading("Loadout", found.client),
        *(field(said[stance], plural(counts[stance], "skill")) for stance in said if counts[stance]),
        field("descriptions shown whole", f"{found.whole_before:,} → {found.whole_after:,}"),
    ]
    if found.before is not None and found.after is not None:
        blocks += [Paragraph("accuracy", "value"), Gauge("  now", found.before.accuracy, "good")]
        blocks.append(Gauge("  under it", found.after.accuracy, "good"))
    if found.idle:
        blocks.append(
            Paragraph(f"These settings gain nothing: what {found.client} leaves out by itself costs no more.")
        )
    for seat in [seat for seat in found.seats if seat.stance in ("project", "manual", "off")][:NAMED]:
        blocks.append(field(said[seat.stance], f"{seat.skill}: {seat.why}"))
    if found.projects and found.settings:
        blocks.append(Paragraph(f"{found.projects[:1].upper()}{found.projects[1:]}.", "muted"))
    if not found.settings:
        blocks.append(
            Paragraph(f"{found.client} has no such settings; make the skills manual-only.", "muted")
        )
    return blocks


# The tree.


def hierarchy_blocks(tree: Hierarchy) -> list[Block]:
    """Hold the proposed tree beside the flat list and the library's own folders."""
    columns = (
        Column("arrangement"), Column("choices", 7, "right"), Column("largest", 7, "right"),
        Column("accuracy", 8, "right"), Column("first", 8, "right"), Column("false", 8, "right"),
    )  # fmt: skip
    rows = [
        (
            Span(each.arrangement), Span(f"{each.stages:,}"), Span(f"{each.largest:,}"),
            Span(percent(each.accuracy), "value"), Span(percent(each.local)), Span(percent(each.false_trigger)),
        )
        for each in tree.trees
    ]  # fmt: skip
    blocks: list[Block] = [
        Paragraph(f"{tree.reason[:1].upper()}{tree.reason[1:]}."),
        Heading("On the requests kept back", f"at most {tree.bound} options a choice"),
        table(columns, rows),
    ]
    for each in tree.trees:
        if len(each.stage_accuracy) > 1:
            stages = " × ".join(percent(value) for value in each.stage_accuracy)
            blocks.append(Paragraph(f"{each.arrangement}, choice by choice: {stages}", "muted"))
    return blocks


def branches(nodes: Sequence[Node], indent: int = 0) -> list[Block]:
    """Draw the categories of a tree."""
    blocks: list[Block] = []
    for node in nodes:
        if node.children:
            blocks.append(Paragraph(f"{node.name} ({plural(count(node), 'skill')})", indent=indent))
            blocks += branches(node.children, indent + 2)
    return blocks


def count(node: Node) -> int:
    """Return the number of skills below a node, itself included."""
    return 1 if node.skill else sum(count(child) for child in node.children)
