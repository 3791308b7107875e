"""The documents that stand in for a report: stages while it is made, and why there is none."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence

from skillaudit.errors import SkillAuditError
from skillaudit.page.blocks import Block, Field, Heading, Paragraph, Title, field
from skillaudit.page.figures import NONE, meter
from skillaudit.page.library import skipped_blocks
from skillaudit.page.lines import Span
from skillaudit.schema import Report
from skillaudit.tui.loading import Stage

BAR = 20


def stage_text(stage: Stage) -> str:
    """Write where a stage is, such as `embed 120/212 (88 cached)`."""
    count = f" {stage.done:,}/{stage.total:,}" if stage.total else f" {stage.done:,}" if stage.done else ""
    left = f", {_seconds(stage.left)} left" if stage.left is not None else ""
    return f"{stage.name}{count}{left}{f' ({stage.note})' if stage.note else ''}"


def _seconds(left: float) -> str:
    """Write a time that is left."""
    return f"{left:.0f} s" if left < 90 else f"{left / 60:.0f} min"


def loading_blocks(sources: str, stages: Sequence[Stage], stopping: bool) -> list[Block]:
    """Describe a running audit: every stage heard of, with its count."""
    hint = "Stopping after this step …" if stopping else "No model is called. Press esc to stop."
    return stage_blocks(f"Auditing {sources}", stages, hint)


def stage_blocks(title: str, stages: Sequence[Stage], hint: str) -> list[Block]:
    """Describe work that goes on, stage by stage, with a hint on what can be done about it."""
    blocks: list[Block] = [Title(title), Paragraph(""), *_stages(stages)]
    if not stages:
        blocks.append(Paragraph("Starting …", "muted"))
    return [*blocks, Paragraph(""), Paragraph(hint, "muted")]


def _stages(stages: Sequence[Stage]) -> Iterator[Block]:
    for at, stage in enumerate(stages):
        # A stage may go on inside a later one, as embedding does; without a total, the next one ends it.
        finished = stage.done >= stage.total > 0 or (not stage.total and at < len(stages) - 1)
        yield Field(("✓ " if finished else "▸ ") + stage.name, _count(stage, finished))


def _count(stage: Stage, finished: bool) -> tuple[Span, ...]:
    note = Span(f"  {stage.note}" if stage.note else "", "muted")
    if not stage.total:
        return (Span(f"{stage.done:,}" if stage.done else "", "value"), note)
    share = stage.done / stage.total
    counts = f" {stage.done:,} of {stage.total:,}"
    if stage.left is not None and not finished:
        counts += f", {_seconds(stage.left)} left"
    return (*meter(share, BAR, "good" if finished else "accent"), Span(counts, "value"), note)


def cancelled_blocks(stages: Sequence[Stage]) -> list[Block]:
    """Say that the audit was stopped, and where."""
    where = f" at {stage_text(stages[-1])}" if stages else ""
    return [
        Title("Stopped"),
        Paragraph(""),
        Paragraph(f"The audit was stopped{where}. There is no result to show."),
        Paragraph(
            "What was embedded so far is cached, so the next run is shorter. Press r to run it again.",
            "muted",
        ),
    ]


def error_blocks(
    error: BaseException, earlier: bool, what: str = "The audit", again: str = "r"
) -> list[Block]:
    """Say what went wrong and what helps; `earlier` tells that an earlier result is still there.

    `what` failed, and the key `again` tries it once more.
    """
    blocks: list[Block] = [Title(f"{what} failed", (Span("error !!", "error"),)), Paragraph("")]
    if isinstance(error, SkillAuditError):
        blocks.append(Paragraph(str(error)))
    else:
        blocks.append(Paragraph(f"{type(error).__name__}: {error}"))
        blocks.append(
            Paragraph(
                "This is a fault in skillaudit, not in your library. Press Y to copy the trace for a report.",
                "muted",
            )
        )
        frames = traceback.extract_tb(error.__traceback__)[-6:]
        if frames:
            blocks.append(Heading("Trace", "innermost last"))
            blocks += [
                Paragraph(f"{frame.filename}:{frame.lineno} in {frame.name}", "muted") for frame in frames
            ]
    blocks += [Heading("Keys"), Field(again, (Span("run again"),)), Field("y", (Span("copy the message"),))]
    if earlier:
        blocks.append(Field("esc", (Span("back to the earlier result"),)))
    return [*blocks, Field("q", (Span("quit"),))]


def stopped_blocks() -> list[Block]:
    """Say that the audit was stopped, what there is all the same, and how to get the rest."""
    return [
        Paragraph("Stopped before a forecast was made.", "value"),
        Paragraph("What the files say is here: skills, findings about files, what each client shows."),
        Paragraph(
            "What was embedded is cached, so that the next run is shorter. Press r to run it again.", "muted"
        ),
    ]


def pending_blocks(stages: Sequence[Stage]) -> list[Block]:
    """Say that the forecast is being made, stage by stage, and what there is already."""
    return [
        Paragraph("The forecast is being made.", "value"),
        *_stages(stages),
        Paragraph("What the files say is here already. Press esc to stop.", "muted"),
    ]


def empty_blocks(report: Report) -> list[Block]:
    """Say that no skill was loaded, where that was looked for, and what to try."""
    return [
        Paragraph("No skills found.", "value"),
        field("searched", ", ".join(report.library.sources) or NONE),
        Paragraph(
            "A skill is a folder with a SKILL.md in it: name the folder that holds such folders.", "muted"
        ),
        *skipped_blocks(report),
    ]
