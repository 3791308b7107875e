"""What a plan comes to as blocks: its verdict, its proof by class of routers and on a live model, step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from skillaudit.page.blocks import Block, Column, Gauge, Heading, Paragraph, field, link, table
from skillaudit.page.figures import percent, plural, points, signed
from skillaudit.page.lines import Span

if TYPE_CHECKING:
    from skillaudit.optimize.records import Harm, LiveProof, Optimisation, PairedTest, Proof, Room, Step
    from skillaudit.schema import Estimate

RATES = (("accuracy", "good"), ("hijack", "error"), ("no_skill", "muted"), ("false_trigger", "warning"))


def verdict(found: Optimisation, where: str = "--all shows them") -> str:
    """Say in a sentence what the plan comes to, by the half of the proof that refused nothing.

    `where` says where to see the edits of a plan that accepts none.
    """
    proof = found.planned or found.proof
    if found.live is not None:
        return live_verdict(found.live)
    if not found.edits and found.hierarchy is not None:
        return (
            "No edit is proposed; the tree below is."
            if found.hierarchy.recommended
            else "No edit is proposed, and the tree below is not recommended."
        )
    if not found.accepted:
        return _refused(found, where)
    working = _beside(found)
    if proof is None:
        return f"No request was kept back to judge this library: nothing is proved.{working}"
    change = proof.test.difference
    said = f"{signed(100 * (change.value or 0.0), 1)} requests in a hundred"
    if change.low is not None and change.high is not None:
        said += f" ({signed(100 * change.low, 1)} to {signed(100 * change.high, 1)})"
    left = found.proof.test.difference.value if found.proof is not None else None
    if found.proof != proof and left is not None and not proof.harmful:
        said += f" as planned, {signed(100 * left, 1)} without what the check refused"
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
    if found.gains:
        return f"Not proved: {said}.{working}"
    nothing = "No gain is sure" if (change.value or 0.0) > 0 else "Nothing is gained"
    return f"{nothing} when a model is asked to choose: {said}.{working}"


def _refused(found: Optimisation, where: str) -> str:
    """Count what was tried for nothing, and what of it only the owner can judge."""
    from skillaudit.optimize.records import OWN_CUT

    if not found.edits:
        left = sum(not mend.edits for mend in found.mends)
        if not left:
            return "No edit was found that gains a request: keep your library."
        told = f"{plural(left, 'finding')} of the report {'is' if left == 1 else 'are'} left to you"
        return f"No edit was found that gains a request; {told}: {_shows(where, left)}."
    tried = (
        f"{plural(len(found.edits), 'edit')} {'was' if len(found.edits) == 1 else 'were'} tried and refused"
    )
    if {edit.refused for edit in found.edits} == {OWN_CUT}:
        tried += f", as {OWN_CUT}"
    yours = len(found.undecided)
    one = "it is" if len(found.edits) == 1 else "one is"
    told = f", {one if yours == 1 else f'{yours:,} are'} yours to decide" if yours else ""
    return f"No gain is sure: {tried}{told}; {_shows(where, len(found.edits))}."


def _shows(where: str, count: int) -> str:
    """Say where `count` things are shown."""
    return where.replace("shows them", "shows it") if count == 1 else where


def _beside(found: Optimisation) -> str:
    """Say what the plan costs elsewhere; count what is ticked for what no forecast shows, in a plan that gains
    sentences alone.
    """
    counts = Counter(edit.step for edit in found.accepted if not found.gains or edit.step == "activation")
    told = [plural(counts["merge"], "merge")] if counts["merge"] else []
    if counts["activation"]:
        told.append(
            f"{plural(counts['activation'], 'description')} that would say when to use the skill, or what it does"
        )
    cut = plural(counts["budget"], "description") + " cut to a client's room"
    if counts["budget"] and found.proof is None:
        told.append(cut)
    said = (
        f" Ticked for what no forecast shows: {', '.join(told)}; prove it with --prove MODEL." if told else ""
    )
    if counts["budget"] and found.proof is not None:
        said += f" Ticked for fewer false triggers: {cut}."
    if spares := [-(edit.triggers or 0.0) for edit in found.accepted if edit.spares]:
        made = f"{plural(len(spares), 'skill')} made manual-only"
        said += f" {made} for false triggers: up to {max(spares):.0f} of 100 by one alone."
    return _price(found) + said


def _price(found: Optimisation) -> str:
    """Say what the accepted edits cost requests that need nothing, and for sure in other clients; empty for nothing."""
    from skillaudit.optimize.records import LEAST_PROVED

    said = ""
    if found.proof is not None:
        before, after = (rates.false_trigger.value for rates in (found.proof.before, found.proof.after))
        if before is not None and after is not None and after - before >= LEAST_PROVED:
            said = f" But false triggers rise from {percent(before)} to {percent(after)}."
    losses = [-(room.gained.value or 0.0) for room in found.rooms if (room.gained.high or 0.0) < 0]
    if losses:
        said += f" In other clients it costs up to {100 * max(losses):.1f} requests in a hundred."
    return said


def working_blocks(found: Optimisation) -> list[Block]:
    """Say what tells whether an agent loads a skill at all: descriptions that say when, requests that fire none."""
    blocks: list[Block] = []
    if (told := found.says_when) is not None:
        said = f"{told.before:,} of {told.skills_before:,} → {told.after:,} of {plural(told.skills_after, 'skill')}"
        blocks.append(field("says when", said))
    proof = found.proof
    if proof is not None:
        change = f"{percent(proof.before.no_skill.value)} → {percent(proof.after.no_skill.value)} of requests"
        blocks.append(field("fires nothing", f"{change}, in the forecast"))
        if proof.before.false_trigger.value is not None and proof.after.false_trigger.value is not None:
            fired = (
                f"{percent(proof.before.false_trigger.value)} → {percent(proof.after.false_trigger.value)}"
            )
            blocks.append(field("fires falsely", f"{fired} of requests that need no skill, in the forecast"))
    return blocks + room_blocks(found.rooms)


def room_blocks(rooms: Sequence[Room]) -> list[Block]:
    """Show for every client that has too little room what it shows whole, before and after, and what the edits gain.

    The others are one line, as they show the same list.
    """
    short = [room for room in rooms if room.short]
    if not short:
        return []
    judged = any(room.gained.value is not None for room in rooms)
    columns = (
        Column("client"), Column("before", 14, "right"), Column("after", 14, "right"),
        *((Column("gained in a hundred"),) if judged else ()),
    )  # fmt: skip
    rows = [
        (
            Span(room.client), Span(f"{room.before:,} of {room.skills_before:,}"),
            Span(f"{room.after:,} of {room.skills_after:,}", "value"),
            *((Span(_hundred(room.gained)),) if judged else ()),
        )
        for room in short
    ]  # fmt: skip
    others = [room for room in rooms if not room.short]
    note = (
        f"{plural(len(others), 'other client')} show{'s' if len(others) == 1 else ''} all" if others else ""
    )
    if others and judged:
        note += f": {_hundred(others[0].gained)} in a hundred"
    return [Heading("Descriptions shown whole", note), table(columns, rows)]


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
    blocks.append(field("changed", _flips(live)))
    if live.order_noise.value is not None:
        blocks.append(
            field("order", f"another order of the same list changes {percent(live.order_noise.value)}")
        )
    if live.dollars is not None:
        blocks.append(field("spent", f"${live.dollars:.4f}"))
    return blocks


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
        agrees = "confirms" if (proof.confirmed.value or 0.0) > 0 else "does not confirm"
        other = f"{proof.router}, {proof.second} scorer"
        rows.append((Span(other), Span(agrees), Span(_hundred(proof.confirmed), "value")))
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


def _flips(test: PairedTest | LiveProof) -> str:
    """Say how many decisions change, and how likely chance alone parts them as far."""
    how = "no decision changes" if test.p_value is None else f"so far apart by chance: p = {test.p_value:.2g}"
    return f"{test.gained:,} gained, {test.lost:,} lost; {how}"


def _test(test: PairedTest) -> list[Block]:
    blocks: list[Block] = [field("first choice", _flips(test))]
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
    return [
        Heading("Step by step", "each with all before it"),
        table(columns, rows),
        *notes,
    ]
