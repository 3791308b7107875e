"""Measuring on a model what the forecast predicts: what is asked, what it costs, what was found."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on

from skillaudit.asking.defaults import TITLES
from skillaudit.page.blocks import Block
from skillaudit.page.lines import Span
from skillaudit.tui.probe_document import document
from skillaudit.tui.probe_form import ROWS, FormRow
from skillaudit.tui.probe_screens import ChoiceScreen, SettingScreen
from skillaudit.tui.views.base import ListView
from skillaudit.tui.widgets.row_list import ListColumn, RowList


class ProbeView(ListView[FormRow]):
    """The settings, with the run and its result beside them."""

    TITLE = "Settings"
    COLUMNS_HELP = (
        ("accuracy", "share of requests that reach their skill, with its 90% interval"),
        ("hijack", "share that another skill takes; none: share for which nothing is chosen"),
        ("predicted", "what the forecast says for the same requests"),
        ("measured", "what the model did"),
        ("!", "the forecast lies outside the measured interval"),
        *((row.name, row.help) for row in ROWS),
    )
    _shown: Sequence[Block] | None = None

    def columns(self) -> Sequence[ListColumn[FormRow]]:
        """Return the columns."""
        return (
            ListColumn("option", lambda row: Span(row.name, "muted"), 10),
            ListColumn(
                "value", lambda row: Span(row.value, "value") if row.value else Span(row.empty, "faint")
            ),
        )

    def rows(self) -> Sequence[FormRow]:
        """Return the settings."""
        return self.session.probing.form.rows

    def total(self) -> int:
        """Return their number."""
        return len(self.rows())

    def skill_of(self, row: FormRow) -> None:
        """A setting is about no skill."""
        return

    def text_of(self, row: FormRow) -> str:
        """Return the setting as it stands on a command line."""
        return f"--{row.name} {row.value}".rstrip()

    def empty_text(self) -> str:
        """There are always settings."""
        return ""

    def place(self, rows: Sequence[FormRow]) -> int:
        """Leave the cursor where it is."""
        return self.list.cursor

    def show_detail(self) -> None:
        """Describe the run; while it goes on, what is read stays where it was scrolled to."""
        blocks = document(self.session.probing)
        if blocks != self._shown:
            self._shown = blocks
            self.detail.border_title = "Run"
            top = self.detail.scroll_offset.y
            self.detail.show(blocks)
            if self.session.probing.phase == "asking":
                self.detail.scroll_to(y=top, animate=False)

    def open_row(self) -> None:
        """Ask for another value of the row under the cursor."""
        row = self.list.current
        if row is None or self._locked():
            return
        if row.name == "study":
            self.app.push_screen(ChoiceScreen("study", TITLES, row.value), self._chosen)
        else:
            self.app.push_screen(SettingScreen(row, lambda text: self._set(row.name, text)))

    def _locked(self) -> bool:
        if self.session.probing.phase != "asking":
            return False
        self.notify("A probe is running: P stops it first.", markup=False)
        return True

    def _chosen(self, study: str | None) -> None:
        if study is not None:
            self._set("study", study)

    def _set(self, name: str, text: str) -> None:
        self.session.probing.change(name, text)
        self._changed()

    def _changed(self) -> None:
        self.update(self.session)

    @on(RowList.Folded)
    def _folded(self, event: RowList.Folded) -> None:
        row = self.list.current
        if row is None or not row.choices or self._locked():
            return
        self.session.probing.step(row.name, 1 if event.unfold else -1)
        self._changed()

    def markdown(self) -> str:
        """The run as Markdown."""
        return self.detail.markdown
