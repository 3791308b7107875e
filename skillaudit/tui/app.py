"""The app: what each action of the registry does."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import traceback
from functools import partial
from typing import Any

from textual import on
from textual.widgets import Input

from skillaudit.page.lines import printable
from skillaudit.tui.actions import Availability
from skillaudit.tui.deeds import Doing
from skillaudit.tui.loading import Meter, in_thread
from skillaudit.tui.plan_shell import PlanShell
from skillaudit.tui.probe_shell import ProbeShell
from skillaudit.tui.review_shell import ReviewShell
from skillaudit.tui.screens import EditScreen, ExportScreen, HelpScreen, help_blocks
from skillaudit.tui.shell import STATUS
from skillaudit.tui.theme import DARK, HUES, LIGHT
from skillaudit.tui.views import VIEW_BY_ID
from skillaudit.tui.views.overview import OverviewView
from skillaudit.tui.widgets.row_list import RowList


class SkillAuditApp(PlanShell, ProbeShell, ReviewShell, Doing):
    """Explores one report; `load` makes it, in a thread, and may be asked to make it again.

    `load_with_map` makes it with another map; without it the app does not offer that.
    """

    async def run_async(self, **options: Any) -> None:
        """Run until the user leaves; a signal leaves as the user would, with 128 and its number."""
        loop = asyncio.get_running_loop()
        for number in (getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP")):
            # One that is ignored, as under `nohup`, stays so.
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                with contextlib.suppress(NotImplementedError):  # there are no such handlers on Windows
                    loop.add_signal_handler(number, self._end_by, number)
        await super().run_async(**options)

    def _end_by(self, number: int) -> None:
        self.exit(return_code=128 + number)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give themes without hues of their own something for the clusters."""
        theme = self.current_theme
        fallback = theme.foreground or theme.primary
        return {hue: getattr(theme, role) or fallback for hue, role in HUES.items()}

    # Going about.

    async def action_show(self, view_id: str) -> None:
        """Show a view."""
        if self.session is not None:
            await self.switch(view_id)

    async def action_step_view(self, step: int) -> None:
        """Show the next or the previous view."""
        ids = [view.id for view in self.available_views]
        at = ids.index(self.current) if self.current in ids else 0
        await self.action_show(ids[(at + step) % len(ids)])

    def action_next_pane(self) -> None:
        """Go between list and detail; out of the filter line, to the list."""
        if self.view is not None:
            if self.focused is not None and self.focused.id == "filter":
                self.close_filter()
                self.view.take_focus()
            else:
                self.view.next_pane()

    async def action_back(self) -> None:
        """Go back one level; at the top, say how to leave."""
        line = self.query_one("#filter", Input)
        if self.close_search():
            self.refresh_frame()
            return
        if line.has_class("-open") or (
            self.session is not None and self.view is None and self.error is not None
        ):
            await self._leave_overlay(line)
        elif self.view is not None and self.view.step_back():
            pass
        elif self.session is not None and self.session.query:
            self.set_query("")
        elif self.meter is not None:
            self.meter.cancel()
            self.watch_audit()
        else:
            self.notify("Press q to quit.", timeout=2, markup=False)
        self.refresh_frame()

    async def _leave_overlay(self, line: Input) -> None:
        if line.has_class("-open"):
            self.set_query("")
            self.close_filter()
            if self.view is not None:
                self.view.take_focus()
        else:
            self.error = None
            await self.switch("overview")

    async def action_return(self) -> None:
        """Go back to where the last link was followed."""
        session = self.session
        if session is None or not session.history:
            return
        view_id, skill = session.history.pop()
        session.reveal(skill)
        session.select(skill)
        await self.switch(view_id)

    async def action_show_skill(self) -> None:
        """Open the skill under the cursor in the list."""
        skill = self.view.skill() if self.view is not None else None
        if skill:
            await self.go_to(skill)

    async def action_show_map(self) -> None:
        """Find the skill under the cursor on the map."""
        skill = self.view.skill() if self.view is not None else None
        if skill and self.session is not None:
            self.session.history.append((self.current, skill))
            self.session.select(skill)
            await self.switch("map")

    @on(OverviewView.FindingChosen)
    async def _finding_chosen(self, event: OverviewView.FindingChosen) -> None:
        await self.switch("findings")
        if self.view is not None:
            rows = self.view.query_one(RowList)
            rows.cursor = list(rows.rows).index(event.finding)

    # Finding.

    def action_filter(self) -> None:
        """Open the filter line."""
        line = self.query_one("#filter", Input)
        with self.prevent(Input.Changed):
            line.value = self.session.query if self.session else ""
        line.add_class("-open")
        self.screen.set_focus(line)

    def set_query(self, query: str) -> None:
        """Show only what holds the words of `query`."""
        if self.session is not None and query != self.session.query:
            self.session.query = query
            self.refresh_view()

    @on(Input.Changed, "#filter")
    def _query_changed(self, event: Input.Changed) -> None:
        self.set_query(event.value)

    @on(Input.Submitted, "#filter")
    def _query_submitted(self) -> None:
        self.close_filter()
        if self.view is not None:
            self.view.take_focus()

    def action_sort(self) -> None:
        """Sort by the next column; in the plan, by gain and back."""
        if self.current == "plan" and self.plan is not None:
            self.plan.by_gain = not self.plan.by_gain
            self.refresh_view()
        elif self.session is not None:
            self.session.next_sort()
            self.refresh_view()

    def action_reverse(self) -> None:
        """Turn the order round."""
        if self.session is not None:
            self.session.reverse = not self.session.reverse
            self.refresh_view()

    # Acting.

    def action_mark(self) -> None:
        """Mark the skill under the cursor and go to the next row; in the plan, accept or refuse it."""
        if self.current == "plan":
            self.action_accept()
            return
        skill = self.view.skill() if self.view is not None else None
        if self.session is None or self.view is None or not skill:
            return
        self.session.toggle_mark(skill)
        self.refresh_view()
        if isinstance(self.focused, RowList):
            self.focused.cursor += 1

    def action_unmark(self) -> None:
        """Take all marks away."""
        if self.session is not None:
            self.session.marks.clear()
            self.refresh_view()

    def action_copy(self) -> None:
        """Copy the marked skills, or else the row under the cursor."""
        if self.current == STATUS:
            self._copy(str(self.error), "the message")
        elif self.session is not None and self.session.marks and self.current not in {"overview", "plan"}:
            self._copy(self.session.marked_text(), f"{len(self.session.marks):,} marked skills")
        elif self.view is not None:
            self._copy(self.view.row_text(), "the row")

    def action_copy_all(self) -> None:
        """Copy all that is shown about the row."""
        if self.current == STATUS:
            self._copy(self.error_trace(), "the trace")
        elif self.view is not None:
            self._copy(self.view.markdown(), "the detail as Markdown")

    def error_trace(self) -> str:
        """The whole trace of the error on show."""
        return "".join(traceback.format_exception(self.error)) if self.error is not None else ""

    def _copy(self, text: str, what: str) -> None:
        if not text:
            self.notify("Nothing to copy here.", markup=False)
            return
        self.copy_to_clipboard(text)
        if sys.platform == "darwin" and not self.is_web:
            # The terminal that comes with macOS drops the escape sequence without a word.
            subprocess.run(["pbcopy"], input=text.encode(), check=False, timeout=5)
        self.notify(f"Copied {what} ({len(text):,} characters).", markup=False)

    def action_export(self) -> None:
        """Ask for a file name and write the report; in the plan, for a folder and write the library."""
        if self.current == "plan" and self.plan is not None and self.plan.found is not None:
            self.export_plan()
            return

        def written(path: str | None) -> None:
            if path:
                self.notify(f"Wrote {printable(path)}", timeout=8, markup=False)

        if self.session is not None:
            self.push_screen(ExportScreen(self.session.report), written)

    def action_rerun(self) -> None:
        """Audit again."""
        self.start_audit()

    def action_compute_map(self) -> None:
        """Audit again with another map, and keep to it from then on."""
        if self.load_with_map is not None:
            self._load, self.load_with_map = self.load_with_map, None
            self.start_audit()

    # What-if.

    def action_take_out(self) -> None:
        """Take the skill under the cursor out of the forecast, or put it back."""
        skill = self.view.skill() if self.view is not None else None
        if self.session is not None and skill:
            self.session.changes.toggle_removed(skill)
            self._changed(f"{'Taken out' if self.session.changes.kind(skill) else 'Put back'}: {skill}")
        elif self.session is not None:
            self.notify("No skill stands here: go to one in the list of skills, then press x.", markup=False)

    def action_edit(self) -> None:
        """Think of another description of the skill under the cursor."""
        session = self.session
        skill = (
            session.index.skills.get(self.view.skill() or "") if session and self.view is not None else None
        )
        if session is None or skill is None:
            return

        def described(text: str | None) -> None:
            if text is not None:
                session.changes.describe(skill.id, text, skill.description)
                self._changed(
                    f"Changed: {skill.id}" if session.changes.kind(skill.id) else f"As it was: {skill.id}"
                )

        now = session.changes.descriptions.get(skill.id, skill.description)
        self.push_screen(EditScreen(skill.id, now), described)

    def action_forget(self) -> None:
        """Forget all changes that were thought of."""
        if self.session is not None:
            self.session.changes.clear()
            self._changed("All changes forgotten.")

    def _changed(self, what: str) -> None:
        if self.current != "what-if":
            self.notify(f"{printable(what)}. 7 shows the forecast.", timeout=3, markup=False)
        self.refresh_view()
        self.run_worker(self._imagine(), group="imagine", exclusive=True, exit_on_error=False)

    async def _imagine(self) -> None:
        session, imagine = self.session, self.imagine
        if session is None or imagine is None or not session.changes.rows:
            return
        changes, meter = session.changes, Meter()
        removed, descriptions = changes.removed, changes.descriptions
        changes.error = None
        try:
            changes.outcome = await in_thread(partial(imagine, removed, descriptions), meter)
        except asyncio.CancelledError:
            meter.cancel()
            raise
        except Exception as error:
            changes.error = error
        if self.current == "what-if":
            self.refresh_view()

    # The program.

    def action_help(self) -> None:
        """Show columns and keys."""
        spec = VIEW_BY_ID.get(self.current)
        columns = self.view.COLUMNS_HELP if self.view is not None else ()
        now: Availability = self.situation
        self.push_screen(HelpScreen(help_blocks(spec, columns, now, self.available_views)))

    def action_switch_theme(self) -> None:
        """Change between light and dark."""
        self.theme = LIGHT.name if self.current_theme.dark else DARK.name

    async def action_quit(self) -> None:
        """Leave; the audit's thread is not waited for."""
        if self.meter is not None:
            self.meter.cancel()
        self.action_stop_probe()
        self.stop_plan()
        self.exit()
