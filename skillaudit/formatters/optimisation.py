"""An optimisation as plain text: the figures first, then every edit with its reason."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from skillaudit.formatters.words import plural
from skillaudit.optimize.proof.refusal import REFUSED
from skillaudit.optimize.records import Edit, Hierarchy, Optimisation, Proof
from skillaudit.schema import Estimate

WIDTH = 100
_VERBS = {"demote": "make manual-only", "fold": "fold", "describe": "rewrite", "boundary": "rewrite"}


IN_FULL = 10
"""Accepted edits that are shown with their texts, unless all are asked for."""
NAMED = 12
"""Refused edits that are named one by one, likewise."""
ALIKE = 3
"""Refused edits from which on a common reason is given once."""


def render(found: Optimisation, *, everything: bool = False) -> str:
    """Return an optimisation as text, lines of at most `WIDTH` where words allow.

    Without `everything` the accepted edits that bring most are shown in full, and the others and the refused
    ones in a line each.
    """
    return "\n".join(_lines(found, everything)) + "\n"


def _lines(found: Optimisation, everything: bool) -> Iterator[str]:
    accepted = len(found.accepted)
    yield f"{plural(len(found.edits), 'edit')} proposed: {accepted} accepted, {len(found.edits) - accepted} refused"
    yield from _wrap(
        f"router {found.router or 'none'}, scorer {found.scorer}, rewriter {found.rewriter}; planned on "
        f"{found.work_requests:,} requests, proved on {found.proof_requests:,} others",
        "",
    )
    if found.proof is None:
        yield ""
        yield "No request of the proof half judges this library: nothing is proved."
    elif found.planned is None or found.planned == found.proof:
        yield from _verdict(found, found.proof)
        yield from _proof("Proof", found.proof)
    else:
        refused = sum(edit.refused.startswith(REFUSED) for edit in found.edits)
        yield from _verdict(found, found.planned)
        yield from _proof("Proof of the plan as it was made", found.planned)
        title = f"Without {plural(refused, 'edit')} that harm a skill on this half, so kinder than a proof"
        yield from _proof(title, found.proof)
    if found.steps:
        yield "Step by step, on the proof half"
        yield f"  {'step':<10} {'edits':>5} {'accuracy':>9} {'hijack':>7} {'no skill':>9} {'gain':>7}"
        for step in found.steps:
            gain = "" if step.gain is None else f"{100 * step.gain:+.1f}"
            yield (
                f"  {step.step:<10} {step.edits:>5} {_percent(step.accuracy):>9} {_percent(step.hijack):>7} "
                f"{_percent(step.no_skill):>9} {gain:>7}"
            )
        yield ""
    yield from _accepted(found.accepted, everything)
    yield from _offers(found)
    yield from _refused([edit for edit in found.edits if not edit.accept], everything)
    if found.hierarchy is not None:
        yield from _hierarchy(found.hierarchy)
    if found.anchor:
        yield "Anchor paragraph for AGENTS.md or CLAUDE.md"
        yield ""
        yield from found.anchor.splitlines()
        yield ""
    for note in found.notes:
        yield from _wrap(note, "")


def _verdict(found: Optimisation, proof: Proof) -> Iterator[str]:
    change = proof.test.difference
    if not found.accepted:
        yield "no edit passes the tests on these requests: keep your library"
    elif change.value is not None:
        if change.low is not None and change.low > 0:
            said = "proved: the interval of the gain in accuracy lies above zero"
        elif change.high is not None and change.high < 0:
            said = "these edits do harm: the interval of the change in accuracy lies below zero; keep your library"
        else:
            said = (
                "nothing is proved: the interval of the change in accuracy reaches zero; take an edit for its text, "
                "or give more requests with --requests"
            )
        yield from _wrap(said, "")
    yield ""


def _accepted(edits: Sequence[Edit], everything: bool) -> Iterator[str]:
    if not edits:
        return
    most = len(edits) if everything else IN_FULL
    yield "Accepted" if len(edits) <= most else f"Accepted, the {most} that bring most first"
    best = sorted(edits, key=lambda edit: -_expected(edit)) if len(edits) > most else edits
    for edit in best[:most]:
        yield from _edit(edit)
    for edit in best[most:]:
        yield f"  {edit.id}  {edit.kind}  {', '.join(edit.skills)}  {_expected(edit):+.2f} expected"
    if len(edits) > most:
        yield f"  (--all shows the texts of these {len(edits) - most} too)"
    yield ""


def _offers(found: Optimisation) -> Iterator[str]:
    if not found.offers:
        return
    yield "Yours to decide: refused for the sake of one skill, better for the whole, on the proof half"
    skills = {edit.id: edit for edit in found.edits}
    for offer in found.offers:
        what = "; ".join(f"{_VERBS[skills[name].kind]} {skills[name].skills[0]}" for name in offer.edits)
        price = ", ".join(
            f"{harm.skill} {harm.before:.0%} -> {harm.after:.0%} of {harm.requests}" for harm in offer.harmed
        )
        text = (
            f"{' + '.join(offer.edits)}: {what}: accuracy {_percent(offer.accuracy)} "
            f"({100 * offer.gain:+.1f}), hijack {_percent(offer.hijack)}"
        )
        yield from _wrap(text + (f"; costs {price}" if price else ""), "  ")
    yield from _wrap("(set `accept` of these edits in a --plan file, and run again with it)", "  ")
    yield ""


def _refused(edits: Sequence[Edit], everything: bool) -> Iterator[str]:
    if not edits:
        return
    yield "Refused"
    if everything:
        for edit in edits:
            yield from _edit(edit)
    else:
        reasons = Counter(edit.refused for edit in edits)
        for reason, count in reasons.items():
            if count >= ALIKE:
                yield from _wrap(f"{count} edits: {reason}", "  ")
        single = [edit for edit in edits if reasons[edit.refused] < ALIKE]
        for edit in single[:NAMED]:
            yield from _wrap(f"{edit.id}  {edit.kind}  {', '.join(edit.skills)}: {edit.refused}", "  ")
        if len(single) > NAMED:
            yield f"  and {plural(len(single) - NAMED, 'other')}"
        yield "  (--all shows each with its text)"
    yield ""


def _expected(edit: Edit) -> float:
    return edit.effect.expected if edit.effect else 0.0


def _proof(title: str, proof: Proof) -> Iterator[str]:
    yield f"{title}: {proof.before.requests} requests, router {proof.router}"
    for name in ("accuracy", "hijack", "no_skill", "false_trigger"):
        before, after = getattr(proof.before, name), getattr(proof.after, name)
        if name != "false_trigger" or before.value is not None:
            yield f"  {name.replace('_', ' '):<13} {_interval(before)}  ->  {_interval(after)}"
    test = proof.test
    p = "no decision changes" if test.p_value is None else f"exact McNemar p = {test.p_value:.3g}"
    yield f"  top rank: {test.gained} requests gained, {test.lost} lost, {p}"
    if test.difference.value is not None:
        yield (
            f"  difference in accuracy {100 * test.difference.value:+.1f} points "
            f"({100 * (test.difference.low or 0):+.1f} to {100 * (test.difference.high or 0):+.1f})"
        )
    for harm in proof.harmed:
        yield f"  harmed: {harm.skill} {harm.before:.0%} -> {harm.after:.0%} of {harm.requests}"
    yield ""


def _hierarchy(found: Hierarchy) -> Iterator[str]:
    verdict = "recommended" if found.recommended else "not recommended"
    yield f"Hierarchy, at most {found.bound} options a choice: {verdict}"
    yield from _wrap(found.reason, "  ")
    yield f"  {'arrangement':<12} {'choices':>7} {'largest':>8} {'accuracy':>9} {'top rank':>9}  by choice"
    for tree in found.trees:
        stages = " x ".join(_percent(value) for value in tree.stage_accuracy)
        yield (
            f"  {tree.arrangement:<12} {tree.stages:>7} {tree.largest:>8} {_percent(tree.accuracy):>9} "
            f"{_percent(tree.local):>9}  {stages}"
        )
    for node in found.root:
        yield from _wrap(f"{node.id}: {', '.join(child.id for child in node.children)}", "  ")
    yield ""


def _edit(edit: Edit) -> Iterator[str]:
    yield f"  {edit.id}  {edit.kind}  {', '.join(edit.skills)}"
    yield from _wrap(edit.reason, "      ")
    if edit.refused:
        yield from _wrap(f"refused: {edit.refused}", "      ")
    if edit.effect is not None:
        yield (
            f"      work half: {edit.effect.gained} gained, {edit.effect.lost} lost, "
            f"{edit.effect.expected:+.2f} expected"
        )
    if edit.after:
        yield from _wrap(edit.before, "      - ")
        yield from _wrap(edit.after, "      + ")
    for flip in edit.flips[:2]:
        yield from _wrap(f"“{flip.query[:160]}” {flip.before} -> {flip.after}", "      ")
    for part in edit.lost[:5]:
        yield from _wrap(f"lost: {part[:160]}", "      ")


def _wrap(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=" " * len(indent))


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}%"


def _interval(estimate: Estimate) -> str:
    if estimate.value is None:
        return "unknown"
    return f"{_percent(estimate.value)} ({_percent(estimate.low)} to {_percent(estimate.high)})"
