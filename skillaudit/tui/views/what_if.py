"""Changes that are thought of, and the forecast with them; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.page.lines import Span
from skillaudit.tui.imagining import Imagined, outcome_document, outcome_line
from skillaudit.tui.views.base import ListView
from skillaudit.tui.widgets.row_list import ListColumn


class WhatIfView(ListView[Imagined]):
    """The list of changes, with their effect beside it."""

    TITLE = "Changes"
    COLUMNS_HELP = (
        ("out", "the skill is taken out"),
        ("edit", "its description is another"),
        ("points", "change of a rate, on the requests that both libraries are judged by"),
    )

    def columns(self) -> Sequence[ListColumn[Imagined]]:
        """Return the columns."""
        return (
            ListColumn(
                "", lambda change: Span(change.kind, "warning" if change.kind == "out" else "accent"), 4
            ),
            ListColumn("skill", lambda change: Span(change.skill)),
            ListColumn("new description", lambda change: Span(change.description or ""), keep=40),
        )

    def rows(self) -> Sequence[Imagined]:
        """Return the changes."""
        return self.session.changes.rows

    def total(self) -> int:
        """Return their number."""
        return len(self.session.changes.rows)

    def skill_of(self, row: Imagined) -> str:
        """Return the skill that is changed."""
        return row.skill

    def text_of(self, row: Imagined) -> str:
        """Return the change as one line."""
        return f"{row.kind}\t{row.skill}" + (f"\t{row.description}" if row.description else "")

    def empty_text(self) -> str:
        """Say how a change is made."""
        return "No changes yet. Go to a skill and press x to take it out, or E to edit its description."

    def show_detail(self) -> None:
        """Describe the effect of all changes together."""
        self.list.set_empty("" if self.list.current is not None else self.empty_text())
        self.list.border_subtitle = outcome_line(self.session.changes)
        self.detail.show(outcome_document(self.session.changes, busy=self.session.changes.outcome is None))

    def markdown(self) -> str:
        """The effect as Markdown."""
        return self.detail.markdown
