"""The screens that come before the views for a moment: help, export, and too little room."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from skillaudit.errors import SkillAuditError
from skillaudit.page.blocks import Block, Column, Heading, Title, field, table
from skillaudit.page.layout import LABEL_WIDTH
from skillaudit.page.lines import Span, printable
from skillaudit.schema import Report
from skillaudit.tui.actions import ACTIONS, GROUP_NOTES, GROUPS, Availability, keys_text
from skillaudit.tui.export import DEFAULT_NAME, endings, write_report
from skillaudit.tui.views import ViewSpec
from skillaudit.tui.widgets.detail import DetailPane

KEYS_WIDTH = 20
WORDS = (
    ("right", "the request gets the skill that it is meant for; another, or none, are the other two ends"),
    ("false", "a request that needs no skill gets one all the same"),
    (
        "(60 to 80)",
        "where the true figure lies 9 times in 10, tested on libraries that the forecast never saw",
    ),
    ("in 100", "requests of a hundred that a finding costs, at most"),
    ("unseen", "descriptions that a client's model is not shown whole"),
    ("neighbours", "skills of the same group or family; strangers are of another"),
    (
        "black hole",
        "a skill that takes many more requests than its share from several families, or that is too broad by its text",
    ),
    ("likeness", "how alike two descriptions are: 1 the same, 0 nothing in common"),
    ("luck", "the chance that a figure like this comes about by luck alone"),
    ("frontier", "the strongest models of 2026; fast are small ones, older those of 2024 and 2025"),
    ("at work", "agents that may start without any skill, where the others are asked to choose"),
)
"""What the words mean that stand in several views."""


def help_blocks(
    view: ViewSpec | None,
    columns: tuple[tuple[str, str], ...],
    now: Availability,
    views: tuple[ViewSpec, ...],
) -> list[Block]:
    """Describe columns and keys of a view, what applies now first in each group and the rest dimmed."""
    blocks: list[Block] = [Title(f"{view.title}: {view.help}" if view else "skillaudit")]
    if columns:
        blocks.append(Heading("What you see"))
        blocks += [
            field(term, meaning) if len(term) < LABEL_WIDTH else field("", f"{term}  {meaning}")
            for term, meaning in columns
        ]
    blocks.append(Heading("Words"))
    blocks += [field(word, meaning) for word, meaning in WORDS]
    for group in GROUPS:
        rows = [
            (
                Span(keys_text(action), "accent" if action.applies(now) else "faint"),
                Span(action.help, "" if action.applies(now) else "faint"),
            )
            for action in ACTIONS
            if action.group == group
        ]
        if group == "Go":
            rows += [(Span(item.key, "accent"), Span(f"{item.title}: {item.help}")) for item in views]
        blocks.append(Heading(group, GROUP_NOTES.get(group, "")))
        blocks.append(table((Column("", KEYS_WIDTH), Column("")), rows)._replace(headed=False))
    return blocks


class HelpScreen(ModalScreen[None]):
    """Columns and keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "dismiss", "Close", show=False),
        Binding("ctrl+q", "app.quit", "Quit", show=False),
    ]

    def __init__(self, blocks: list[Block]) -> None:
        super().__init__()
        self._blocks = blocks

    def compose(self) -> ComposeResult:
        """Lay out one pane."""
        yield DetailPane("Help")

    def on_mount(self) -> None:
        """Show the text."""
        pane = self.query_one(DetailPane)
        pane.border_subtitle = "esc closes"
        pane.show(self._blocks)
        pane.focus()


class PaneScreen(ModalScreen[str | None]):
    """Shows a document for a moment; the result is the skill that a link led to."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss(None)", "Close", show=False)]

    def __init__(self, title: str, blocks: list[Block]) -> None:
        super().__init__()
        self._title = title
        self._blocks = blocks

    def compose(self) -> ComposeResult:
        """Lay out one pane."""
        yield DetailPane(self._title)

    def on_mount(self) -> None:
        """Show the text."""
        pane = self.query_one(DetailPane)
        pane.border_subtitle = "n next skill · enter goes there · esc closes"
        pane.show(self._blocks)
        pane.focus()

    @on(DetailPane.Followed)
    def _followed(self, event: DetailPane.Followed) -> None:
        event.stop()
        self.dismiss(event.target)


class AskScreen(ModalScreen[str | None]):
    """Asks for a line of text; the result is the line, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel", show=False)]

    def __init__(self, title: str, hint: str) -> None:
        super().__init__()
        self._title = title
        self._hint = hint

    def compose(self) -> ComposeResult:
        """Lay out the line and what is to be known about it."""
        with Vertical():
            yield Input(placeholder=self._hint, select_on_focus=False)
            yield Static("enter asks · esc cancels", markup=False)

    def on_mount(self) -> None:
        """Name the panel."""
        self.query_one(Vertical).border_title = self._title
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)


class ExportScreen(ModalScreen[str | None]):
    """Asks for a file name and writes the report; the result is the path."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel", show=False)]

    def __init__(self, report: Report) -> None:
        super().__init__()
        self._report = report
        self._overwrite = ""

    def compose(self) -> ComposeResult:
        """Lay out the name and what is to be known about it."""
        with Vertical():
            yield Input(DEFAULT_NAME, id="name", select_on_focus=False)
            yield Static(
                f"enter writes · esc cancels · formats: {' '.join(endings())}", id="hint", markup=False
            )

    def on_mount(self) -> None:
        """Name the panel."""
        self.query_one(Vertical).border_title = "Export the report to"
        self.query_one(Input).focus()

    def action_cancel(self) -> None:
        """Close without writing."""
        self.dismiss(None)

    @on(Input.Changed)
    def _changed(self) -> None:
        self._overwrite = ""

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        hint = self.query_one("#hint", Static)
        try:
            path = write_report(self._report, event.value, overwrite=event.value == self._overwrite)
        except FileExistsError:
            self._overwrite = event.value
            hint.update(Content(f"{printable(event.value)} is there already: enter again replaces it."))
        except SkillAuditError as error:
            hint.update(Content(printable(str(error))))
        else:
            self.dismiss(str(path))


class EditScreen(ModalScreen[str | None]):
    """Asks for another description; the result is the text, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False),
        # Enter makes no line here: a description is one line.
        Binding("enter", "take", "Take", show=False, priority=True),
    ]

    def __init__(self, skill: str, description: str) -> None:
        super().__init__()
        self._skill = skill
        self._description = description

    def compose(self) -> ComposeResult:
        """Lay out the text and what is to be known about it."""
        with Vertical():
            yield TextArea(self._description, soft_wrap=True, tab_behavior="focus")
            yield Static("enter takes it · esc cancels · nothing is written", markup=False)

    def on_mount(self) -> None:
        """Name the panel."""
        self.query_one(Vertical).border_title = Content(f"Description of {printable(self._skill)}")
        self.query_one(TextArea).focus()

    def action_cancel(self) -> None:
        """Close without a change."""
        self.dismiss(None)

    def action_take(self) -> None:
        """Take the text."""
        self.dismiss(self.query_one(TextArea).text)


class TooSmallScreen(ModalScreen[None]):
    """Says what is needed; takes no key but those that quit, since blind key presses do damage."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,ctrl+q", "app.quit", "Quit", show=False)]

    def compose(self) -> ComposeResult:
        """Lay out one line."""
        yield Static(markup=False)

    def on_mount(self) -> None:
        """Say it."""
        self.say()

    def on_resize(self) -> None:
        """Say it for the new size."""
        self.say()

    def say(self) -> None:
        """Name the size that is needed and the one there is."""
        width, height = self.app.size
        self.query_one(Static).update(f"needs 60x15, have {width}x{height}")
