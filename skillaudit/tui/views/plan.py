"""What the optimiser proposes: its forecast above, the edits to accept or refuse, one in full beside them."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from skillaudit.page.blocks import Block, Paragraph, Title
from skillaudit.page.figures import plural, signed
from skillaudit.page.lines import Span
from skillaudit.page.markdown import render as to_markdown
from skillaudit.page.plan import change, count
from skillaudit.tui.plan_documents import accepted, plan_document
from skillaudit.tui.planning import PlanRow
from skillaudit.tui.sieve import matches
from skillaudit.tui.state import ReportState
from skillaudit.tui.status import error_blocks, stage_blocks
from skillaudit.tui.views.base import ListView
from skillaudit.tui.widgets.detail import DetailPane
from skillaudit.tui.widgets.forecast_bar import ForecastBar
from skillaudit.tui.widgets.row_list import ListColumn, RowList

if TYPE_CHECKING:
    from skillaudit.optimize.records import Edit


class PlanView(ListView[PlanRow]):
    """The plan, or how one comes about."""

    TITLE = "Plan"
    COLUMNS_HELP = (
        ("✓  ✗  ·", "accepted, refused, advice that nobody but its author can follow"),
        (
            "gain",
            "expected number of requests that the plan may look at that the edit brings, with those before it; "
            "room: shortened for a client, and what the room brings is counted for all together",
        ),
        ("flips", "requests won less requests lost, by the scorer's first choice"),
        ("points", "change on the requests kept back for the proof, which chose no edit"),
        (
            "merge",
            "one skill into another; retire and narrow: made manual-only, declared as a router, or cut up",
        ),
        ("activation", "a description that says when; boundary and victim: one that tells rivals apart"),
        ("budget", "a description cut to a client's room"),
        ("tree", "categories with their number of skills; accepted, it is what an export lays out"),
    )

    def compose(self) -> ComposeResult:
        """Lay out forecast, list and detail, and the pane for when there is no plan."""
        yield ForecastBar()
        with Horizontal():
            yield RowList(self.columns(), lambda row: False)
            yield DetailPane("Detail", classes="detail")
        yield DetailPane(id="plan-status")

    @property
    def detail(self) -> DetailPane:
        """The pane beside the list."""
        return self.query_one(".detail", DetailPane)

    @property
    def status(self) -> DetailPane:
        """The pane that stands in for a plan."""
        return self.query_one("#plan-status", DetailPane)

    @property
    def planless(self) -> bool:
        """True while there is no plan to show, or an error hides it."""
        plan = self.session.plan
        return plan.found is None or plan.error is not None

    # The list.

    def columns(self) -> Sequence[ListColumn[PlanRow]]:
        """Return the columns, the skill taking what is left."""
        return (
            ListColumn("", self._sign, 1),
            ListColumn("step", self._step, 10),
            ListColumn("skill", self._title_cell),
            ListColumn("flips", self._flips, 5, "right", 44),
            ListColumn("gain", self._gain, 6, "right"),
        )

    def _sign(self, row: PlanRow) -> Span:
        if row.accepted is None:
            return Span("·" if row.edit is not None else "", "muted")
        return Span("✓", "good") if row.accepted else Span("✗", "warning")

    def _step(self, row: PlanRow) -> Span:
        steps = {"summary": "proof", "hierarchy": "tree", "anchor": "anchor", "node": ""}
        return Span(
            row.edit.step if row.edit is not None else steps[row.what], "muted" if not row.accepted else ""
        )

    def _title_cell(self, row: PlanRow) -> Span:
        if row.edit is not None:
            into = f" → {row.edit.into}" if row.edit.into else ""
            return Span(f"{row.edit.skills[0]}{into}", "" if row.accepted else "muted")
        if row.node is not None:
            sign = f"{'▾' if row.open else '▸'} " if row.node.children else "  "
            return Span(f"{'  ' * row.depth}{sign}{row.node.name}")
        if row.what == "hierarchy":
            tree = self.session.plan.found.hierarchy if self.session.plan.found is not None else None
            verdict = "" if tree is None or tree.recommended else ", not recommended"
            return Span(f"{'▾' if row.open else '▸'} categories{verdict}")
        return Span("all figures, step by step" if row.what == "summary" else "paragraph for AGENTS.md")

    def _flips(self, row: PlanRow) -> Span:
        effect = row.edit.effect if row.edit is not None and row.edit.step != "budget" else None
        net = effect.gained - effect.lost if effect is not None else 0
        return Span("" if effect is None else f"{net:+,}" if net else "0", "" if row.accepted else "muted")

    def _gain(self, row: PlanRow) -> Span:
        if row.node is not None:
            return Span(f"{count(row.node):,}" if row.node.children else "", "muted")
        if row.edit is not None and row.edit.step == "budget":
            return Span("room", "muted")
        effect = row.edit.effect if row.edit is not None else None
        return Span("" if effect is None else signed(effect.expected, 2), "" if row.accepted else "muted")

    def rows(self) -> Sequence[PlanRow]:
        """Return the rows that pass the filter."""
        query = self.session.query
        return self.session.plan.rows(self._matching if query.strip() else None)

    def _matching(self, edit: Edit) -> bool:
        words = "\n".join(
            (
                edit.id,
                edit.kind,
                change(edit),
                *edit.skills,
                edit.into,
                edit.reason,
                edit.refused,
                *edit.rivals,
            )
        )
        return matches(words.casefold(), self.session.query)

    def total(self) -> int:
        """Return the number of edits."""
        return len(self.session.plan.edits)

    def note(self) -> str:
        """Return what is accepted, and the order where it is not that of the plan."""
        plan = self.session.plan
        return f"{accepted(plan)}{' · by gain ↓' if plan.by_gain else ''}"

    def skill_of(self, row: PlanRow) -> str | None:
        """Return the skill that an edit changes, or that a leaf of the tree is."""
        if row.edit is not None:
            return row.edit.skills[0]
        return row.node.id if row.node is not None and row.node.skill else None

    def text_of(self, row: PlanRow) -> str:
        """Return an edit as one line."""
        edit = row.edit
        if edit is None:
            return self._title_cell(row).text.strip()
        stand = "advice" if row.accepted is None else "accepted" if row.accepted else "refused"
        return f"{edit.id}\t{stand}\t{edit.step}\t{edit.skills[0]}\t{edit.after or edit.reason}"

    def empty_text(self) -> str:
        """Say that there is nothing."""
        return "Nothing is proposed."

    def place(self, rows: Sequence[PlanRow]) -> int:
        """Stay on the same row, unless another skill was selected elsewhere that has an edit."""
        current = self.list.current
        selected = self.session.selected
        keys = [row.key for row in rows]
        at = keys.index(current.key) if current is not None and current.key in keys else 0
        if current is None or self.skill_of(rows[at] if rows else current) in {selected, None}:
            return at
        return next((at for at, row in enumerate(rows) if self.skill_of(row) == selected), at)

    def document(self, row: PlanRow) -> Sequence[Block]:
        """Describe the row."""
        return plan_document(self.session.plan, row)

    def plan_row(self) -> PlanRow | None:
        """The row under the cursor."""
        return self.list.current

    # The whole view.

    def update(self, session: ReportState) -> None:
        """Show the plan, or how far it is, or why there is none."""
        self.session = session
        if not self.is_mounted:
            return
        before = self.planless
        self.set_class(self.planless, "-planless")
        if self.planless:
            self.status.show(self._status_blocks())
        else:
            self._show_forecast()
            super().update(session)
        had_focus = self.status.has_focus or self.list.has_focus
        if had_focus or (before and not self.planless):
            self.take_focus()

    def _show_forecast(self) -> None:
        bar, plan = self.query_one(ForecastBar), self.session.plan
        proof = plan.found.proof if plan.found is not None else None
        if plan.found is None or proof is None:
            bar.show(None, None, "No request was kept back to judge this library: nothing is proved.")
            bar.border_title = Content("Forecast")
            return
        judged = plan.judged.proof if plan.judged is not None else None
        words = f"no forecast: {plan.forecast_error}" if plan.forecast_error is not None else "forecasting …"
        # Which requests judge depends on what is accepted: those that it quotes do not.
        before = judged.before if judged is not None else proof.before
        after, paired = None, None
        if judged is not None:
            after = judged.after
            paired = {"accuracy": judged.test.difference, "hijack": judged.test.hijack}
        bar.show(before, after, words, paired)
        requests = plural(before.requests, "request")
        bar.border_title = Content(f"As it is → with what is accepted · {requests} that chose no edit")

    def _status_blocks(self) -> Sequence[Block]:
        plan = self.session.plan
        if plan.meter is not None:
            hint = (
                "Stopping after this step …"
                if plan.meter.cancelled
                else "Nothing is written. Press esc to stop."
            )
            return stage_blocks("Making a plan", plan.meter.stages, hint)
        if plan.error is not None:
            return error_blocks(plan.error, plan.found is not None, "The plan", "i")
        if plan.stopped:
            return [
                Title("Stopped"),
                Paragraph(""),
                Paragraph("The plan was stopped; there is nothing to show."),
                Paragraph("Press i to make it again.", "muted"),
            ]
        return [
            Title("No plan yet"),
            Paragraph(""),
            Paragraph("Press i to have better descriptions, merges and a tree of categories proposed."),
            Paragraph(""),
            Paragraph(
                "Edits are chosen on one half of the requests and proved on the other, which they never saw. "
                "No model is called; a hundred skills take about a minute. Nothing is written until you export."
            ),
        ]

    def tick(self) -> None:
        """Show how far the plan is."""
        if self.planless and self.session.plan.meter is not None:
            self.status.show(self._status_blocks())

    def take_focus(self) -> None:
        """Put the focus on the list, or on what stands in for it."""
        if self.planless:
            self.screen.set_focus(self.status)
        else:
            super().take_focus()

    def next_pane(self) -> None:
        """Go from the list to the detail and back."""
        if not self.planless:
            super().next_pane()

    def step_back(self) -> bool:
        """Close the detail or an error, or stop the plan that is being made."""
        plan = self.session.plan
        if super().step_back():
            return True
        if plan.error is not None:
            plan.error = None
            self.update(self.session)
            return True
        if plan.meter is not None and not plan.meter.cancelled:
            plan.meter.cancel()
            self.tick()
            return True
        return False

    def open_row(self) -> None:
        """Fold or unfold a part of the tree; show anything else in full."""
        row = self.list.current
        if row is None or not self._fold(row, not row.open):
            super().open_row()

    @on(RowList.Folded)
    def _folded(self, event: RowList.Folded) -> None:
        row = self.list.current
        if row is None:
            return
        if not event.unfold and not row.open and "/" in row.key:
            # Folding what is folded already goes to what holds it.
            above = row.key.rpartition("/")[0]
            self.list.cursor = next((at for at, each in enumerate(self.list.rows) if each.key == above), 0)
        elif row.open != event.unfold:
            self._fold(row, event.unfold)

    def _fold(self, row: PlanRow, unfold: bool) -> bool:
        if not self.session.plan.fold(row, unfold):
            return False
        self.update(self.session)
        return True

    def row_text(self) -> str:
        """The row under the cursor, or the message of an error, as plain text."""
        error = self.session.plan.error
        if self.planless:
            return str(error) if error is not None else ""
        return super().row_text()

    def markdown(self) -> str:
        """The detail as Markdown, or the trace of an error."""
        error = self.session.plan.error
        if self.planless:
            return (
                "".join(traceback.format_exception(error))
                if error is not None
                else to_markdown(self._status_blocks())
            )
        return super().markdown()
