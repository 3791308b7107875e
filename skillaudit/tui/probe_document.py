"""The documents about a probe: what it would ask, what it costs, how far it is, what it found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillaudit.asking.defaults import TITLES
from skillaudit.errors import SkillAuditError
from skillaudit.page.blocks import Block, Field, Paragraph, Title
from skillaudit.page.figures import dollars, meter, plural
from skillaudit.page.lines import Span
from skillaudit.page.probe import document as result_document
from skillaudit.page.probe import so_far_blocks
from skillaudit.tui.probe_form import Form
from skillaudit.tui.probe_run import Probing, Run
from skillaudit.tui.status import stage_blocks

if TYPE_CHECKING:
    from skillaudit.asking.engine import Preview

BAR = 20
KEEP = "Every answer is kept: the same settings go on from there, and no question is paid twice."


def document(probing: Probing) -> list[Block]:
    """Describe the last run, or what a run would do."""
    run = probing.run
    if run is None:
        return idle_blocks(probing.form)
    notes: list[Block] = []
    if run.outdated:
        notes.append(Paragraph("! Begun before the last audit, which found the library changed.", "warning"))
    if run.phase == "over" and probing.form.rows != run.form.rows:
        notes.append(Paragraph("This run had other settings; p begins one with those on the left.", "accent"))
    return [*notes, Paragraph(""), *_run_blocks(run)] if notes else _run_blocks(run)


def _run_blocks(run: Run) -> list[Block]:
    if run.error is not None:
        return error_blocks(run)
    if run.result is not None:
        form = run.form
        return list(result_document(run.result, _name(form), local=form.local, budget=form.budget))
    match run.phase:
        case "preparing":
            return preparing_blocks(run)
        case "waiting" if run.preview is not None:
            return [*preview_blocks(run.preview, run.form), Paragraph(""), *_leave(run.form)]
        case "over":
            return [
                _title(run.form, "stopped"),
                Paragraph(""),
                Paragraph("Stopped before anything was asked."),
            ]
        case _:
            return asking_blocks(run)


def _title(form: Form, state: str, tone: str = "muted") -> Title:
    return Title(_name(form), (Span(state, tone),))


def _name(form: Form) -> str:
    return f"{form['study'].capitalize()}: {TITLES[form['study']]}"


def idle_blocks(form: Form) -> list[Block]:
    """Say what the study asks, and of whom."""
    asked = (
        "A stand-in that scores words answers; nothing is sent, nothing is paid. Press p to begin."
        if form.local
        else "Press p to see what it costs. Nothing is sent before you have said yes."
    )
    return [
        _title(form, "not run"),
        Paragraph(""),
        Field("model", (Span(form["model"], "value"),)),
        Paragraph(""),
        Paragraph(asked),
        Paragraph("enter changes a setting, h and l step through studies and stand-ins.", "muted"),
        Paragraph(f"{KEEP} `skillaudit probe` has more options.", "muted"),
    ]


def preparing_blocks(run: Run) -> list[Block]:
    """Say how far the plan is; nothing is asked yet."""
    hint = "Stopping after this step …" if run.cancelled else "Nothing is asked yet. P drops it."
    return stage_blocks("Preparing the questions", run.stages, hint)


def preview_blocks(preview: Preview, form: Form) -> list[Block]:
    """Describe the estimate."""
    cost = "not known" if preview.dollars is None else f"about {dollars(preview.dollars)}"
    log = "; the log holds the other answers" if preview.questions < preview.trials else ""
    blocks: list[Block] = [
        _title(form, "estimate", "accent"),
        Paragraph(""),
        Field("model", (Span(form["model"], "value"),)),
        Field("decisions", (Span(f"{preview.trials:,}"),)),
        Field("calls", (Span(f"about {preview.questions:,}{log}"),)),
        Field("cost", (Span(cost, "value"),)),
        Field("budget", (Span(f"{dollars(form.budget)}, {dollars(preview.spent)} of it spent before"),)),
    ]
    if short(preview, form):
        blocks.append(
            Paragraph("! That is more than the budget: the run stops there; a higher one goes on.", "warning")
        )
    return blocks


def short(preview: Preview, form: Form) -> bool:
    """Tell whether the budget ends the run before its end."""
    return preview.dollars is not None and preview.dollars > form.budget - preview.spent


def _leave(form: Form) -> list[Block]:
    return [
        Paragraph("Nothing is sent yet."),
        Field("p", (Span(f"send the questions to {form['model']}; asks once more"),)),
        Field("P", (Span("drop it"),)),
    ]


def asking_blocks(run: Run) -> list[Block]:
    """Describe a run that goes on: decisions and money so far, and the rates that they give."""
    state = "stopping: calls in flight come back first" if run.cancelled else "running"
    blocks: list[Block] = [_title(run.form, state, "accent"), Paragraph("")]
    asked = run.asked
    done, total = (asked.done, asked.total) if asked else (0, run.preview.trials if run.preview else 0)
    if total:
        counts = Span(f" {done:,} of {total:,}", "value")
        blocks.append(Field("decisions", (*meter(done / total, BAR), counts)))
    blocks.append(Field("model", (Span(run.form["model"]),)))
    if not run.form.local:
        spent = asked.note if asked and asked.note else "$0.00"
        blocks.append(
            Field("spent", (Span(spent, "value"), Span(f" of {dollars(run.form.budget)}", "muted")))
        )
    blocks += so_far_blocks(run.arms)
    return [*blocks, Paragraph(""), Paragraph(f"P stops. {KEEP}", "muted")]


def error_blocks(run: Run) -> list[Block]:
    """Say in a sentence what went wrong, and show what was decided until then."""
    error = run.error
    said = str(error) if isinstance(error, SkillAuditError) else f"{type(error).__name__}: {error}"
    if said.split(" ")[0].isalpha():  # not the name of a model
        said = said[0].upper() + said[1:]
    blocks: list[Block] = [
        _title(run.form, "failed !!", "error"),
        Paragraph(""),
        Paragraph(f"{said}.", "error"),
    ]
    if not isinstance(error, SkillAuditError):
        blocks.append(Paragraph("This is a fault in skillaudit, not in your library.", "muted"))
    if run.decided:
        blocks += [Paragraph(""), Paragraph(f"{plural(run.decided, 'decision')} until then. {KEEP}")]
        blocks += so_far_blocks(run.arms)
    else:
        blocks += [Paragraph(""), Paragraph("Nothing is lost. p tries again.", "muted")]
    return blocks
