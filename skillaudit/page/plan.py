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

if TYPE_CHECKING:
    from skillaudit.optimize.records import (
        Edit,
        Harm,
        Hierarchy,
        LiveProof,
        Loadout,
        Node,
        Optimisation,
        PairedTest,
        Proof,
        Step,
    )
    from skillaudit.schema import Estimate

RATES = (("accuracy", "good"), ("hijack", "error"), ("no_skill", "muted"), ("false_trigger", "warning"))
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

    Without `everything` the accepted edits that bring most are shown in full, and the others and the refused
    ones in a line each.
    """
    accepted = len(found.accepted)
    refused = len(found.edits) - accepted
    yield Title(f"{plural(len(found.edits), 'edit')} proposed: {accepted} accepted, {refused} refused")
    yield Paragraph(verdict(found), "value")
    if not accepted and not everything:
        if found.hierarchy is not None and found.hierarchy.recommended:
            yield Heading("Hierarchy", "recommended")
            yield from hierarchy_blocks(found.hierarchy)
        yield from offer_blocks(found)
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
    yield from _accepted(found.accepted, everything)
    yield from offer_blocks(found)
    yield from _refused([edit for edit in found.edits if not edit.accept], everything)
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


def verdict(found: Optimisation) -> str:
    """Say in a sentence what the plan comes to, by the half of the proof that refused nothing."""
    proof = found.planned or found.proof
    if found.live is not None:
        return live_verdict(found.live)
    if not found.accepted:
        return "Nothing here gains a request by any edit that was tried: keep your library."
    says_when = sum(edit.step == "activation" for edit in found.accepted)
    working = (
        f" {plural(says_when, 'description')} would say when to use the skill, which live agents go by and no "
        "forecast shows; prove it with --prove MODEL."
        if says_when
        else ""
    )
    if proof is None:
        return f"No request was kept back to judge this library: nothing is proved.{working}"
    change = proof.test.difference
    said = f"{signed(100 * (change.value or 0.0), 1)} requests in a hundred"
    if change.low is not None and change.high is not None:
        said += f" ({signed(100 * change.low, 1)} to {signed(100 * change.high, 1)})"
    if proof.proved:
        by = f", confirmed by the {proof.second} scorer" if proof.second else ""
        return f"Proved: {said}{by}.{working}"
    if proof.harmful:
        kept = found.proof
        if kept is None or kept.harmful or kept is proof:
            return f"These edits do harm: {said}; keep your library."
        rest = "what did is refused, and nothing is proved of the rest"
        return f"As planned these edits did harm: {said}; {rest}.{working}"
    if change.low is not None and change.low > 0:
        why = "less than half a request" if proof.small else f"the {proof.second} scorer does not confirm it"
        return f"Not proved: {said}; {why}.{working}"
    return f"Nothing is proved when a model is asked to choose: {said}.{working}"


def live_verdict(live: LiveProof) -> str:
    """Say in a sentence what a live model made of the edits."""
    change = live.difference
    said = f"{signed(100 * (change.value or 0.0), 1)} requests in a hundred"
    if change.low is not None and change.high is not None:
        said += f" ({signed(100 * change.low, 1)} to {signed(100 * change.high, 1)})"
    start = "Proved on" if live.proved else "Not proved on"
    counts = f"{live.gained:,} gained and {live.lost:,} lost of {live.pairs:,} asked both ways"
    return f"{start} {live.model}: {said}; {counts}."


def live_blocks(live: LiveProof) -> list[Block]:
    """Show what a live model chose before and after."""
    asked = (
        f"{live.pairs:,} of {plural(live.planned, 'request')} asked before and after, lists in the same order"
    )
    blocks: list[Block] = [Heading(f"Asked of {live.model}", asked)]
    for name, tone, before, after in (
        ("right", "good", live.before, live.after),
        ("no skill", "muted", live.silent_before, live.silent_after),
        ("false trigger", "warning", live.fired_before, live.fired_after),
    ):
        if before.value is not None:
            blocks += [
                Paragraph(name, "value"),
                Gauge("  before", before, tone),
                Gauge("  after", after, tone),
            ]
    p = "no decision changes" if live.p_value is None else f"p = {live.p_value:.2g}, by chance alone"
    blocks.append(field("changed", f"{live.gained:,} gained, {live.lost:,} lost; {p}"))
    if live.order_noise.value is not None:
        blocks.append(
            field("order", f"another order of the same list changes {percent(live.order_noise.value)}")
        )
    if live.dollars is not None:
        blocks.append(field("spent", f"${live.dollars:.4f}"))
    return blocks


# The proof.


def proof_blocks(proof: Proof, title: str = "Proof", note: str = "") -> list[Block]:
    """Show the rates before and after, and the paired test."""
    asked = f"{plural(proof.before.requests, 'request')} that chose no edit"
    blocks: list[Block] = [Heading(title, ", ".join(part for part in (asked, note) if part))]
    for name, tone in RATES:
        before = getattr(proof.before, name)
        if name == "false_trigger" and before.value is None:
            continue  # No request is there that should fire nothing.
        blocks.append(Paragraph(name.replace("_", " "), "value"))
        blocks.append(Gauge("  before", before, tone))
        blocks.append(Gauge("  after", getattr(proof.after, name), tone))
    return blocks + _test(proof.test) + class_blocks(proof)


def class_blocks(proof: Proof) -> list[Block]:
    """Show what every class of routers, and a second scorer, make of the edits."""
    rows = [
        (
            Span(change.router),
            Span(change.client or "shown in full"),
            Span(_hundred(change.difference), "value"),
        )
        for change in proof.classes
    ]
    if proof.second:
        rows.append(
            (Span(f"{proof.second} scorer"), Span("confirms"), Span(_hundred(proof.confirmed), "value"))
        )
    if not rows:
        return []
    columns = (Column("router"), Column("list"), Column("requests gained in a hundred"))
    return [table(columns, rows)]


def _hundred(change: Estimate) -> str:
    if change.value is None:
        return "unknown"
    ends = (
        ""
        if change.low is None or change.high is None
        else f" ({points(change.low)} to {points(change.high)})"
    )
    return points(change.value) + ends


def _test(test: PairedTest) -> list[Block]:
    p = "no decision changes" if test.p_value is None else f"p = {test.p_value:.2g}, by chance alone"
    blocks: list[Block] = [field("first choice", f"{test.gained:,} gained, {test.lost:,} lost; {p}")]
    for label, change in (("accuracy", test.difference), ("hijack", test.hijack)):
        if change.value is not None:
            ends = f" ({points(change.low)} to {points(change.high)})" if change.low is not None else ""
            blocks.append(field(label, f"{points(change.value)}{ends} points, paired"))
    return blocks


def harmed_blocks(harmed: Sequence[Harm]) -> list[Block]:
    """Show the skills that lose all the same."""
    if not harmed:
        return []
    columns = (Column("skill"), *(Column(name, 6, "right") for name in ("reqs", "before", "after")))
    rows = [
        (
            link(harm.skill), Span(f"{harm.requests:,}"), Span(percent(harm.before)),
            Span(percent(harm.after), "warning"),
        )
        for harm in harmed
    ]  # fmt: skip
    return [
        Heading("Harmed all the same", "own requests that go right, of those kept back for the proof"),
        table(columns, rows),
    ]


def step_blocks(steps: Sequence[Step]) -> list[Block]:
    """Show the ablation, a line for each step."""
    if len(steps) < 2:
        return []
    columns = (
        Column("after step"), Column("edits", 5, "right"),
        *(Column(name, 8, "right") for name in ("accuracy", "hijack", "no skill")), Column("gain", 6, "right"),
    )  # fmt: skip
    rows = [
        (
            Span(step.step), Span(f"{step.edits:,}" if step.edits else ""), Span(percent(step.accuracy), "value"),
            Span(percent(step.hijack)), Span(percent(step.no_skill)),
            Span("" if step.gain is None else points(step.gain)),
        )
        for step in steps
    ]  # fmt: skip
    notes: list[Block] = [Paragraph(f"{step.step}: {step.note}", "muted") for step in steps if step.note]
    return [Heading("Step by step", "each with all before it"), table(columns, rows), *notes]


def offer_blocks(found: Optimisation) -> list[Block]:
    """Show the refused edits that would help the whole library, and whom they cost what."""
    if not found.offers:
        return []
    edits = {edit.id: edit for edit in found.edits}
    columns = (
        Column("edit"), Column("what"), Column("accuracy", 8, "right"), Column("gain", 6, "right"),
        Column("hijack", 6, "right"), Column("costs"),
    )  # fmt: skip
    rows = []
    for offer in found.offers:
        first = edits[offer.edits[0]]
        price = ", ".join(
            f"{harm.skill} {harm.before:.0%} → {harm.after:.0%} of {harm.requests}" for harm in offer.harmed
        )
        what = f"{VERBS.get(first.kind, first.kind)} {first.skills[0]}"
        rows.append(
            (
                Span(" + ".join(offer.edits)),
                Span(what if len(offer.edits) == 1 else "all of these", "link", first.skills[0]),
                Span(percent(offer.accuracy), "value"), Span(points(offer.gain)), Span(percent(offer.hijack)),
                Span(price, "warning"),
            )
        )  # fmt: skip
    note = "refused for the sake of one skill, better for the whole; set `accept` in a --plan file"
    return [Heading("Yours to decide", note), table(columns, rows)]


def made_blocks(found: Optimisation) -> list[Block]:
    """Say how the plan was made."""
    blocks: list[Block] = [
        Heading("How it was made"),
        field("planned on", plural(found.work_requests, "request")),
        field("proved on", f"{plural(found.proof_requests, 'other')}, which chose no edit"),
        field("router", f"{found.router or 'none'}, {found.scorer} scorer"),
        field("rewriter", found.rewriter),
    ]
    if found.client:
        blocks.append(field("client", found.client))
    return blocks + [Paragraph(note, "muted") for note in found.notes]


# One edit.


def gain(edit: Edit) -> list[Block]:
    """Say what an edit brings on the work half."""
    if edit.effect is None:
        return []
    effect = edit.effect
    said = f"{signed(effect.expected, 2)} requests expected; {effect.gained:,} gained, {effect.lost:,} lost"
    if edit.hundred:
        said += "; in a hundred: " + ", ".join(f"{name} {signed(value, 2)}" for name, value in edit.hundred)
    return [field("gain", said)]


def flip_blocks(edit: Edit, most: int | None = None) -> list[Block]:
    """Show the requests that change hands."""
    blocks: list[Block] = []
    for flip in head(edit.flips, most):
        sign = "+" if flip.after == flip.gold else "−" if flip.before == flip.gold else "~"
        meant = "" if flip.gold in {flip.before, flip.after} else f" (meant for {flip.gold})"
        blocks.append(Bullet(sign, flip.query, f"{flip.after}, not {flip.before}{meant}", flip.after))
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


def _edit(edit: Edit) -> Iterator[Block]:
    """Describe an edit among others: what it changes and why."""
    yield Field(edit.id, (Span(f"{KINDS[edit.kind]}: {', '.join(edit.skills)}", "value"),))
    yield field("", edit.reason)
    if edit.refused:
        yield field("refused", edit.refused, "warning")
    yield from gain(edit)
    if edit.after:
        yield Diff(edit.before, edit.after)
    yield from flip_blocks(edit, 2)
    if edit.lost:
        yield Paragraph("What only this skill holds:")
        yield from lost_blocks(edit, 5)


def _accepted(edits: Sequence[Edit], everything: bool) -> Iterator[Block]:
    if not edits:
        return
    most = len(edits) if everything else IN_FULL
    yield Heading("Accepted", f"the {most} that bring most first" if len(edits) > most else "")
    best = sorted(edits, key=lambda edit: -_expected(edit)) if len(edits) > most else edits
    for edit in best[:most]:
        yield from _edit(edit)
    if best[most:]:
        yield _brief(best[most:], [f"{_expected(edit):+.2f} expected" for edit in best[most:]])


def _refused(edits: Sequence[Edit], everything: bool) -> Iterator[Block]:
    if not edits:
        return
    yield Heading("Refused", "" if everything else "--all shows each with its text")
    if everything:
        for edit in edits:
            yield from _edit(edit)
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
        (Span(edit.id), Span(", ".join(edit.skills)), Span(said))
        for edit, said in zip(edits, words, strict=False)
    ]
    return table((Column("edit", 14), Column("skills", 24), Column("")), rows)._replace(headed=False)


def _expected(edit: Edit) -> float:
    return edit.effect.expected if edit.effect else 0.0


def mend_blocks(found: Optimisation) -> list[Block]:
    """Show the findings of the audit, each with the edit that mends it."""
    if not found.mends:
        return []
    accepted = {edit.id for edit in found.accepted}
    rows = []
    for mend in found.mends:
        said = [f"{edit}" if edit in accepted else f"{edit} (not accepted)" for edit in mend.edits[:3]]
        named = ", ".join(mend.skills[:2]) + (
            f" and {len(mend.skills) - 2} more" if len(mend.skills) > 2 else ""
        )
        tone: Span = Span(", ".join(said), "value") if said else Span("nothing was found", "muted")
        rows.append((Span(mend.code), Span(named or "the library"), tone))
    columns = (Column("finding", 7), Column("skills"), Column("mended by"))
    return [Heading("Findings", "and the edits that mend them"), table(columns, rows)]


def loadout_blocks(found: Loadout) -> list[Block]:
    """Show how the skills should stand in a client, and the forecast under it."""
    counts: Counter[str] = Counter(seat.stance for seat in found.seats)
    said = {"pinned": "shown whole", "name": "by name alone", "manual": "on call only", "off": "not at all"}
    blocks: list[Block] = [
        Heading("Loadout", found.client),
        *(field(said[stance], plural(counts[stance], "skill")) for stance in said if counts[stance]),
        field("descriptions shown whole", f"{found.whole_before:,} → {found.whole_after:,}"),
    ]
    if found.before is not None and found.after is not None:
        blocks += [Paragraph("accuracy", "value"), Gauge("  now", found.before.accuracy, "good")]
        blocks.append(Gauge("  under it", found.after.accuracy, "good"))
    for seat in [seat for seat in found.seats if seat.stance in ("manual", "off")][:NAMED]:
        blocks.append(field(said[seat.stance], f"{seat.skill}: {seat.why}"))
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
        Column("accuracy", 8, "right"), Column("first", 8, "right"),
    )  # fmt: skip
    rows = [
        (
            Span(each.arrangement), Span(f"{each.stages:,}"), Span(f"{each.largest:,}"),
            Span(percent(each.accuracy), "value"), Span(percent(each.local)),
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
