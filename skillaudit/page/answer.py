"""The answer as blocks: what happens, to whom, how sure that is, and what to do first."""

from __future__ import annotations

from collections.abc import Mapping

from skillaudit.page.blocks import Block, Bullet, Heading, Most, Paragraph
from skillaudit.page.library import likeness
from skillaudit.page.sessions import evidence
from skillaudit.schema import Report


def answer_blocks(report: Report, most: Most = None, *, keys: Mapping[str, str] | None = None) -> list[Block]:
    """Say what happens and what to do; `keys` are the app's keys by action, in place of shell commands."""
    answer = report.answer
    if answer is None:
        return []
    blocks: list[Block] = [Heading("In short", id="in-short")]
    if known := evidence(report):
        blocks.append(Paragraph(known, "muted"))
    blocks += [Paragraph(said, "value") for said in answer.happens]
    blocks.append(Paragraph(answer.sure, "muted"))
    if told := likeness(report):
        blocks.append(Paragraph(told, "muted"))
    if not answer.steps:
        return [*blocks, Paragraph("Nothing needs to be done first.", "good")]
    blocks.append(Heading("Do first", id="do-first"))
    for at, step in enumerate(answer.steps, 1):
        way = step.command
        if keys is not None:
            pressed = [keys[action] for action in step.action.split() if action in keys]
            way = f"press {', then '.join(pressed)}" if pressed else ""
        blocks.append(Bullet(f"{at}.", f"{step.do} Gains {step.gain}.", way))
    return blocks
