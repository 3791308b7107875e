"""The screens that a probe puts before its view: a value, a choice, and leave to spend money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from skillaudit.errors import SkillAuditError
from skillaudit.page.lines import Span, printable
from skillaudit.tui.probe_form import FormRow
from skillaudit.tui.widgets.row_list import ListColumn, RowList


class SettingScreen(ModalScreen[bool]):
    """Asks for the value of one row; the result tells whether it was taken."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel", show=False)]

    def __init__(self, setting: FormRow, take: Callable[[str], None]) -> None:
        super().__init__()
        self._setting, self._take = setting, take

    def compose(self) -> ComposeResult:
        """Lay out the value and what is to be known about it."""
        row = self._setting
        with Vertical():
            suggester = SuggestFromList(row.choices) if row.choices else None
            yield Input(row.value, placeholder=row.empty, suggester=suggester, select_on_focus=True)
            yield Static(row.help, id="help", markup=False)
            yield Static("enter takes it · esc cancels", id="hint", markup=False)

    def on_mount(self) -> None:
        """Name the panel."""
        self.query_one(Vertical).border_title = self._setting.name
        self.query_one(Input).focus()

    def action_cancel(self) -> None:
        """Close without a change."""
        self.dismiss(False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        try:
            self._take(event.value)
        except SkillAuditError as error:
            self.query_one("#hint", Static).update(Content(printable(str(error))))
        else:
            self.dismiss(True)


class ChoiceScreen(ModalScreen[str | None]):
    """Asks for one of a few; the result is its name, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "cancel", "Cancel", show=False)]

    def __init__(self, title: str, choices: Mapping[str, str], now: str) -> None:
        super().__init__()
        self._title, self._choices, self._now = title, choices, now

    def compose(self) -> ComposeResult:
        """Lay out one row a choice."""
        columns: tuple[ListColumn[tuple[str, str]], ...] = (
            ListColumn("", lambda row: Span(row[0], "value"), 12),
            ListColumn("", lambda row: Span(row[1], "muted")),
        )
        yield RowList(columns, lambda row: False, headed=False)

    def on_mount(self) -> None:
        """Put the cursor on the choice that holds."""
        rows = self.query_one(RowList)
        rows.border_title = self._title
        rows.border_subtitle = "enter chooses · esc cancels"
        rows.show(list(self._choices.items()), list(self._choices).index(self._now))
        rows.focus()

    @on(RowList.Opened)
    def _opened(self) -> None:
        row = self.query_one(RowList).current
        self.dismiss(row[0] if row is not None else None)

    def action_cancel(self) -> None:
        """Close without a change."""
        self.dismiss(None)


class LeaveScreen(ModalScreen[bool]):
    """Asks whether money may be spent; only `y` says yes, no key that is pressed for something else."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", show=False),
        Binding("n,escape,q", "answer(False)", "No", show=False),
    ]

    def __init__(self, question: str, sentences: tuple[str, ...]) -> None:
        super().__init__()
        self._question, self._sentences = question, sentences

    def compose(self) -> ComposeResult:
        """Lay out what is to be known, and the keys."""
        with Vertical():
            for sentence in self._sentences:
                yield Static(printable(sentence), markup=False)
            yield Static("y sends them · n or esc does not", id="hint", markup=False)

    def on_mount(self) -> None:
        """Name the panel."""
        self.query_one(Vertical).border_title = Content(printable(self._question))

    def action_answer(self, yes: bool) -> None:
        """Close with the answer."""
        self.dismiss(yes)
