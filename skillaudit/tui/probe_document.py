"""The documents about a probe: what it would ask, what it costs, how far it is, what it found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skillaudit.asking.defaults import TITLES
from skillaudit.errors import SkillAuditError
from skillaudit.formatters.words import plural
from skillaudit.tui.doc import Block, Column, Field, Gauge, Heading, Paragraph, Table, Title
from skillaudit.tui.figures import bounds, estimate, meter, percent
from skillaudit.tui.lines import Span
from skillaudit.tui.probe_form import Form
from skillaudit.tui.probe_run import Probing, Run
from skillaudit.tui.status import stage_blocks

if TYPE_CHECKING:
    from skillaudit.asking.engine import Preview
    from skillaudit.asking.records import Arm, Fit
    from skillaudit.probe.records import Comparison, ProbeResult, SideBySide
    from skillaudit.schema import Estimate

SKILL_LIMIT = 60
TAKER_LIMIT = 12
BAR = 20
KEEP = "Every answer is kept: the same settings go on from there, and no question is paid twice."


def dollars(value: float) -> str:
    """Write an amount of money; small ones with four decimals."""
    return f"${value:,.2f}" if value >= 1 or value == 0 else f"${value:.4f}"


def document(probing: Probing) -> list[Block]:
    """Describe the last run, or what a run would do."""
    run = probing.run
    if run is None:
        return idle_blocks(probing.form)
    notes: list[Block] = []
    if run.outdated:
        notes.append(Paragraph("! Begun before the last audit, which found the library changed.", "warning"))
    if run.phase == "over" and probing.form.rows != run.form.rows:
        notes.append(Paragraph("The settings are others now; p begins a run with them.", "accent"))
    return [*notes, Paragraph(""), *_run_blocks(run)] if notes else _run_blocks(run)


def _run_blocks(run: Run) -> list[Block]:
    if run.error is not None:
        return error_blocks(run)
    if run.result is not None:
        return result_blocks(run.result, run.form)
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
    return Title(f"{form['study'].capitalize()}: {TITLES[form['study']]}", (Span(state, tone),))


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


def so_far_blocks(found: Sequence[Arm]) -> list[Block]:
    """Show the rates so far: of the one condition in full, of several in a table."""
    if not found:
        return []
    if len(found) > 1:
        return [Heading("So far"), *arm_blocks(found)]
    rates = found[0].rates
    return [
        Heading("So far", plural(rates.decisions + rates.no_skill_decisions, "decision")),
        Gauge("accuracy", rates.accuracy, "good"),
        Gauge("hijack", rates.hijack, "error"),
        Gauge("no skill", rates.no_skill, "muted"),
    ]


def arm_blocks(found: Sequence[Arm]) -> list[Block]:
    """One row a condition, then what else was answered."""
    columns = (
        Column("condition"),
        Column("accuracy", 20, "right"),
        *(Column(head, width, "right") for head, width in (("hijack", 6), ("none", 6), ("asked", 6))),
    )
    rows = tuple(
        (
            Span(arm.condition),
            Span(estimate(arm.rates.accuracy), "value"),
            Span(percent(arm.rates.hijack.value)),
            Span(percent(arm.rates.no_skill.value), "muted"),
            Span(f"{arm.rates.decisions:,}", "muted"),
        )
        for arm in found
    )
    return [Table(columns, rows), *odd_blocks(found)] if found else []


def odd_blocks(found: Sequence[Arm]) -> list[Block]:
    """Say what is in no column: answers that are no choice, and choices where there should be none."""
    blocks: list[Block] = []
    for arm in found:
        rates = arm.rates
        odd = (("an id that was not on offer", rates.invalid), ("refused", rates.refusal),
               ("no readable id", rates.unparsable))  # fmt: skip
        said = [f"{what} {percent(share.value)}" for what, share in odd if share.value]
        if said:
            blocks.append(Paragraph(f"{arm.condition}, among no skill: {', '.join(said)}", "muted"))
        if rates.no_skill_decisions:
            blocks.append(
                Paragraph(
                    f"{arm.condition}: false triggers {estimate(rates.false_trigger)} of "
                    f"{rates.no_skill_decisions:,}",
                    "muted",
                )
            )
    return blocks


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


def result_blocks(probe: ProbeResult, form: Form) -> list[Block]:
    """Describe what a study found: rates, fits, forecast beside measurement, money."""
    result, spending = probe.result, probe.spending
    asked = sum(arm.rates.decisions + arm.rates.no_skill_decisions for arm in result.arms)
    state = {"": "done", "precision": "done: precise enough", "budget": "budget reached !",
             "cancelled": "stopped"}[spending.stopped]  # fmt: skip
    blocks: list[Block] = [_title(form, state, "warning" if spending.stopped == "budget" else "good")]
    blocks.append(Field("model", (Span(result.model, "value"),)))
    blocks.append(Field("decisions", (Span(f"{asked:,} of {probe.planned:,}"),)))
    calls = f"{plural(spending.calls, 'call')}, {plural(spending.known, 'answer')} from the log"
    blocks.append(Field("asked", (Span(calls),)))
    if not form.local:
        blocks.append(
            Field(
                "spent",
                (Span(dollars(spending.dollars), "value"), Span(f" of {dollars(form.budget)}", "muted")),
            )
        )
    if result.comparison is not None and asked:
        blocks += library_blocks(result.comparison, result.arms)
    if len(result.arms) > 1 or result.comparison is None:
        blocks += [Heading("Measured"), *arm_blocks(result.arms)]
    elif odd := odd_blocks(result.arms):
        blocks += [Heading("Other answers"), *odd]
    if result.fits and asked:
        note = "" if asked >= probe.planned else "from the decisions so far"
        blocks += [Heading("Fits", note), *fit_blocks(result.fits)]
    if result.comparison is not None and asked:
        blocks += skill_blocks(result.comparison)
    if result.absorbers:
        rows = tuple(
            (Span(skill, "link", skill), Span(f"{count:,}"))
            for skill, count in result.absorbers[:TAKER_LIMIT]
        )
        blocks += [
            Heading("Took others' requests"),
            Table((Column("skill"), Column("times", 6, "right")), rows),
        ]
    if result.notes:
        blocks.append(Heading("To know"))
        blocks += [Paragraph(note) for note in result.notes]
    return [*blocks, Heading("Kept in"), Paragraph(probe.log, "muted")]


def library_blocks(compared: Comparison, found: Sequence[Arm]) -> list[Block]:
    """Put the library's forecast beside its measurement."""
    rates = found[0].rates
    pairs = (
        ("accuracy", compared.predicted_accuracy, rates.accuracy, "good"),
        ("hijack", compared.predicted_hijack, rates.hijack, "error"),
        ("no skill", compared.predicted_no_skill, rates.no_skill, "muted"),
        ("false trigger", compared.predicted_false_trigger, rates.false_trigger, "warning"),
    )
    blocks: list[Block] = [Heading("Predicted, and below it measured", f"profile {compared.router}")]
    for name, predicted, measured, tone in pairs:
        if predicted.value is None and measured.value is None:
            continue
        blocks += [Gauge(name, predicted, "accent"), Gauge("  measured", measured, tone)]
        if _apart(predicted, measured):
            blocks.append(Paragraph("! The two intervals do not overlap.", "warning", 12))
    if compared.rank_correlation is not None:
        said = f"{compared.rank_correlation:.2f} of predicted and measured loss"
        blocks.append(Field("rank corr.", (Span(said),)))
    return blocks


def _apart(predicted: Estimate, measured: Estimate) -> bool:
    ends = [end for one in (predicted, measured) for end in (one.low, one.high) if end is not None]
    return len(ends) == 4 and (ends[0] > ends[3] or ends[2] > ends[1])


def skill_blocks(compared: Comparison) -> list[Block]:
    """Put each skill's forecast beside its measurement, largest loss first."""
    judged = [row for row in compared.skills if row.decisions]
    if not judged:
        return []
    outside = sum(not row.agrees for row in judged)
    columns = (
        Column("skill"),
        *(Column(head, width, "right") for head, width in
          (("predicted", 9), ("measured", 20), ("", 1), ("asked", 5))),
    )  # fmt: skip
    blocks: list[Block] = [
        Heading("By skill", f"share lost; {outside:,} of {len(judged):,} forecasts outside (!)"),
        Table(columns, tuple(_skill_row(row) for row in judged[:SKILL_LIMIT])),
    ]
    if len(judged) > SKILL_LIMIT:
        blocks.append(Paragraph(f"and {plural(len(judged) - SKILL_LIMIT, 'skill')} more", "muted"))
    return blocks


def _skill_row(row: SideBySide) -> tuple[Span, ...]:
    measured = row.measured_victim
    return (
        Span(row.skill, "link", row.skill),
        Span(percent(row.predicted_victim)),
        Span(f"{percent(measured.value)} {bounds(measured.low, measured.high)}".rstrip(), "value"),
        Span("" if row.agrees else "!", "warning"),
        Span(f"{row.decisions:,}", "muted"),
    )


def fit_blocks(fits: Sequence[Fit]) -> list[Block]:
    """One row a fit: its name, value and interval, and what it means."""
    blocks: list[Block] = []
    for fit in fits:
        blocks.append(Field(fit.name, (Span(_fit(fit.value), "value"),)) if len(fit.name) < 12 else
                      Paragraph(f"{fit.name}  {_fit(fit.value)}"))  # fmt: skip
        blocks.append(Paragraph(fit.meaning, "muted", 12))
    return blocks


def _fit(value: Estimate) -> str:
    if value.value is None:
        return "not found"
    if value.low == value.high == value.value:
        return f"{value.value:.3g}"
    low, high = ("beyond reach" if end is None else f"{end:.3g}" for end in (value.low, value.high))
    return f"{value.value:.3g} [{low}, {high}]"
