"""The prompt that asks where the new library goes, and writes it there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from skillaudit.errors import SkillAuditError
from skillaudit.page.lines import printable
from skillaudit.tui.loading import Meter, in_thread

if TYPE_CHECKING:
    from skillaudit.optimize.apply.export import Exported

Write = Callable[[Path], "Exported"]
DEFAULT_FOLDER = "better-skills"
HINT = "enter writes a copy into this new folder · esc cancels · the library stays as it is"


class NewFolderScreen(ModalScreen["Exported | None"]):
    """Asks for a folder that is not there yet; the result is what was written."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel", show=False)]

    def __init__(self, write: Write, what: str) -> None:
        super().__init__()
        self._write = write
        self._what = what
        self._writing = False

    def compose(self) -> ComposeResult:
        """Lay out the name and what is to be known about it."""
        with Vertical():
            yield Input(DEFAULT_FOLDER, id="name", select_on_focus=False)
            yield Static(HINT, id="hint", markup=False)

    def on_mount(self) -> None:
        """Name the panel."""
        self.query_one(Vertical).border_title = Content(f"Write {self._what} to")
        self.query_one(Input).focus()

    def action_cancel(self) -> None:
        """Close without writing; what is being written is finished first."""
        if not self._writing:
            self.dismiss(None)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        if name and not self._writing:
            self._writing = True
            self._say("Writing …")
            self.run_worker(self._carry_out(Path(name)), exit_on_error=False)

    async def _carry_out(self, target: Path) -> None:
        try:
            done = await in_thread(lambda _: self._write(target), Meter())
        except (SkillAuditError, OSError) as error:
            self._say(str(error))
        except Exception as error:
            self._say(f"{type(error).__name__}: {error}. This is a fault in skillaudit, not in your library.")
        else:
            self.dismiss(done)
        finally:
            self._writing = False

    def _say(self, text: str) -> None:
        self.query_one("#hint", Static).update(Content(printable(text)))
