"""An optimisation as plain text: the figures first, then every edit with its reason."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from skillaudit.optimize.records import Edit, Hierarchy, Optimisation, Proof
from skillaudit.schema import Estimate

WIDTH = 100


def render(found: Optimisation) -> str:
    """Return the whole optimisation as text, lines of at most `WIDTH` where words allow."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Optimisation) -> Iterator[str]:
    accepted = len(found.accepted)
    yield f"{accepted} edits proposed and accepted, {len(found.edits) - accepted} refused"
    yield from _wrap(
        f"router {found.router or 'none'}, scorer {found.scorer}, rewriter {found.rewriter}; planned on "
        f"{found.work_requests:,} requests, proved on {found.proof_requests:,} others",
        "",
    )
    yield ""
    if found.proof is None:
        yield "No request of the proof half judges this library: nothing is proved."
    else:
        yield from _proof("Proof", found.proof)
        if found.planned is not None and found.planned != found.proof:
            yield from _proof("Before the proof half refused any edit", found.planned)
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
    for title, edits in (
        ("Edits", found.accepted),
        ("Refused", tuple(edit for edit in found.edits if not edit.accept)),
    ):
        if edits:
            yield title
            for edit in edits:
                yield from _edit(edit)
            yield ""
    if found.hierarchy is not None:
        yield from _hierarchy(found.hierarchy)
    if found.anchor:
        yield "Anchor paragraph for AGENTS.md or CLAUDE.md"
        yield ""
        yield from found.anchor.splitlines()
        yield ""
    for note in found.notes:
        yield from _wrap(note, "")


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
