"""The part of the app that acts on the library from inside: the editor, a request to try, other clients and models."""

from __future__ import annotations

import asyncio
import os
import shlex
import subprocess
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace
from textual import on
from textual.app import SuspendNotSupported
from textual.widgets import Input

from skillaudit.answer.rows import seen_by
from skillaudit.errors import SkillAuditError
from skillaudit.page.blocks import Bullet
from skillaudit.page.figures import plural
from skillaudit.page.forecast import whom
from skillaudit.page.lines import printable
from skillaudit.page.places import finding_place, line_of, origin_place, place
from skillaudit.page.ranking import document
from skillaudit.reading import limits, read_text
from skillaudit.schema import Finding, Location, Report
from skillaudit.tui.actions import Availability
from skillaudit.tui.loading import Meter, in_thread
from skillaudit.tui.screens import AskScreen, PaneScreen
from skillaudit.tui.shell import Shell
from skillaudit.tui.state import ReportState
from skillaudit.tui.watching import Look, fingerprint
from skillaudit.tui.widgets.bars import HintBar
from skillaudit.tui.widgets.detail import DetailPane

if TYPE_CHECKING:
    from skillaudit.gate.verdict import Change
    from skillaudit.pipeline.ranking import Ranking
    from skillaudit.progress import Progress

Route = Callable[[str, "Progress"], "Ranking"]
"""Ranks the skills of the library for one request."""
Switch = Callable[[str | None, str], None]
"""Has every later audit be for a client, or for the whole list, and for a class of models."""


class Hands(NamedTuple):
    """What the app needs of the engine to act on the library."""

    route: Route
    switch: Switch
    sources: tuple[str, ...]


class Doing(Shell):
    """Opens files, tries requests, watches the library, and changes whose list is looked at."""

    hands: Hands | None = None
    """Without it the library is only looked at."""
    watch_from_start = False
    sixteen = False
    """True where the terminal has sixteen colours."""
    _seen: Look | None = None
    _next: tuple[str | None, str]
    """The list and the choice that wait for the audit, while `waiting` has a switch."""

    def on_mount(self) -> None:
        """Make the line to search with; watch from the start, where that is wanted."""
        line = Input(id="search", placeholder="words to find in the detail", select_on_focus=False)
        self.mount(line, before=self.query_one(HintBar))
        # Greys come out alike where there are sixteen colours.
        self.set_class(self.sixteen, "-sixteen")
        if self.watch_from_start:
            self.call_after_refresh(self.action_watch)

    @property
    def situation(self) -> Availability:
        """What the availability of actions depends on, the hands included."""
        return super().situation._replace(can_act=self.hands is not None)

    def adopt(self, session: ReportState, earlier: ReportState | None) -> None:
        """Say what changed since the last audit."""
        super().adopt(session, earlier)
        if session.change is not None:
            self.notify(f"Since the last audit: {told(session.change)}.", markup=False)

    # Searching a detail.

    def action_search(self) -> None:
        """Search what the pane beside the list, or in focus, says."""
        line = self.query_one("#search", Input)
        if self._pane() is not None:
            line.add_class("-open")
            self.screen.set_focus(line)

    def _pane(self) -> DetailPane | None:
        panes = (
            [] if self.view is None else [pane for pane in self.view.query(DetailPane) if pane.region.width]
        )
        return next((pane for pane in panes if pane.has_focus), panes[0] if panes else None)

    def close_search(self) -> bool:
        """Put the search away; False where there is none."""
        line = self.screen_stack[0].query_one("#search", Input)
        if not line.has_class("-open"):
            return False
        with self.prevent(Input.Changed):
            line.value = ""
        line.remove_class("-open")
        if (pane := self._pane()) is not None:
            pane.seek("")
            self.screen.set_focus(pane)
        return True

    @on(Input.Changed, "#search")
    def _sought(self, event: Input.Changed) -> None:
        if (pane := self._pane()) is not None:
            pane.seek(event.value)

    @on(Input.Submitted, "#search")
    def _sought_again(self, event: Input.Submitted) -> None:
        pane = self._pane()
        if pane is not None and not pane.seek(event.value, onwards=True):
            self.notify("Not found here.", timeout=2, markup=False)

    # The editor.

    def action_open_editor(self) -> None:
        """Open the file of the row in the editor, at its line; audit again where it was changed."""
        found = self._place()
        if found is None:
            self.notify("There is no file to open here.", markup=False)
            return
        path, line = found
        before = fingerprint([str(path)])
        command = editor_command(os.environ, path, line)
        try:
            with self.suspend():
                code = subprocess.run(command, check=False).returncode
        except SuspendNotSupported:
            self.notify("The editor needs a terminal of its own; this screen has none.", markup=False)
            return
        except OSError as error:
            said = f"{command[0]}: {error.strerror or error}; set EDITOR to a program that is there."
            self.notify(printable(said), severity="error", markup=False)
            return
        if code:
            self.notify(f"{printable(command[0])} ended with {code}.", severity="warning", markup=False)
        if fingerprint([str(path)]) != before:
            self.start_audit()

    def _place(self) -> tuple[Path, int] | None:
        """File and line of the row under the cursor, where there is such a file."""
        session, view = self.session, self.view
        if session is None or view is None:
            return None
        if (request := self._request()) is not None:
            found, sentence = origin_place(request.origin, session.report), request.text
            if (path := self._file(found[0])) is not None:
                return path, found[1] or _line(path, sentence)
        finding = view.finding()
        skill = session.index.skills.get(view.skill() or "")
        if isinstance(finding, Finding):
            found = finding_place(finding, session.report, here=True)
        elif skill is not None and skill.path:
            found = place(Location(path=skill.path), session.report, here=True)
        else:
            return None
        path = self._file(found[0])
        return None if path is None else (path, found[1])

    def _request(self) -> Bullet | None:
        """The request whose link the cursor is on, where it is known what file it is in."""
        pane = next(iter(self.view.query(DetailPane).filter(".detail")), None) if self.view else None
        block = pane.current if pane is not None and pane.has_focus else None
        return block if isinstance(block, Bullet) and block.origin else None

    def _file(self, name: str) -> Path | None:
        """Return the file that a report calls so, where it is there."""
        sources = () if self.session is None else self.session.report.library.sources
        folders = [Path(source) for source in sources]
        paths = (root / name for root in (Path(), *folders, *(folder.parent for folder in folders)))
        path = next((path for path in paths if path.is_file()), None)
        return None if path is None else path.absolute()

    # One request.

    def action_try(self) -> None:
        """Ask for a request, and show who would answer it and why."""

        def asked(text: str | None) -> None:
            if text and text.strip():
                self.run_worker(self._try(text), group="try", exclusive=True, exit_on_error=False)

        self.push_screen(AskScreen("Try a request", "what a user would say"), asked)

    async def _try(self, text: str) -> None:
        if self.hands is None:
            return
        try:
            ranking = await in_thread(partial(self.hands.route, text), Meter())
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self.notify(printable(str(error)), severity="error", markup=False)
            return

        async def left(skill: str | None) -> None:
            if skill:
                await self.go_to(skill)

        self.push_screen(PaneScreen("Who answers", list(document(ranking))), left)

    # Whose list, whose choice.

    def action_next_client(self) -> None:
        """Look at the list of the next client; after the last one, at every skill whole; audit where no row has it."""
        session = self.session
        if session is not None:
            clients = [None, *(view.client for view in session.report.clients)]
            client, router = self._looked_at(session)
            self._switch(_after(clients, client), router)

    def action_next_model(self) -> None:
        """Look at the choices of the next class of models."""
        session = self.session
        if session is not None:
            rows = [row.router for row in session.report.forecasts if row.situation == "asked"]
            client, router = self._looked_at(session)
            self._switch(client, _after(sorted(dict.fromkeys(rows)), router) or router)

    def _looked_at(self, session: ReportState) -> tuple[str | None, str]:
        """Return whose list and choice are on show, or wait to be."""
        shown = session.report.client, session.report.forecast.router
        return self._next if "switch" in self.waiting else shown

    def _switch(self, client: str | None, router: str) -> None:
        if self.hands is None or self.session is None:
            return
        if self.busy:
            self._next = client, router
            self.waiting["switch"] = partial(self._switch, client, router)
            report = self.session.report
            told = whom(replace(report, client=client, forecast=replace(report.forecast, router=router)))
            self.notify(f"{printable(told)}: once the audit is over; esc stops it.", timeout=3, markup=False)
            return
        self.hands.switch(client, router)
        audited = self.session.audited or self.session.report
        seen = None if self.partial else seen_by(audited, client, router)
        if seen is None:
            self.start_audit()
        else:
            self.run_worker(self._look_at(seen, audited), group="look", exclusive=True, exit_on_error=False)

    async def _look_at(self, seen: Report, audited: Report) -> None:
        """Show the rates of a row that the audit has; its lists stay."""
        await self.show_report(seen)
        if self.session is not None and seen is not audited:
            self.session.audited = audited
            self.notify(
                f"These rates are known; lists stay those of {whom(audited)}. r audits anew.", markup=False
            )
        self.refresh_frame()

    # Watching.

    def action_watch(self) -> None:
        """Audit again whenever a file of the library changes, or stop that."""
        self.watching = not self.watching
        self._seen = None
        if self.watching:
            self.run_worker(self._watch(), group="watch", exclusive=True, exit_on_error=False)
        self.notify("Watching the library's files." if self.watching else "No longer watching.", markup=False)
        self.refresh_frame()

    async def _watch(self) -> None:
        while self.watching and self.hands is not None:
            await self.look(self.hands.sources)
            await asyncio.sleep(1.0)

    async def look(self, sources: tuple[str, ...]) -> None:
        """Look at the files once, and audit where they are not as they were."""
        seen = await asyncio.to_thread(fingerprint, sources)
        if self.busy:
            return
        if self._seen is not None and seen != self._seen:
            self.start_audit()
        self._seen = seen


def _line(path: Path, sentence: str) -> int:
    """Return the line of a file that a sentence was taken from; the first where that is not seen."""
    try:
        return line_of(read_text(path, limits.REQUESTS).splitlines(), sentence)
    except SkillAuditError:
        return 1


def _after(items: Sequence[str | None], item: str | None) -> str | None:
    """Return what comes after `item`, round the end."""
    at = items.index(item) if item in items else -1
    return items[(at + 1) % len(items)] if items else None


def told(change: Change) -> str:
    """Return what changed in a few words."""
    found = [
        f"{plural(len(skills), 'skill')} {what}"
        for skills, what in (
            (change.added, "added"),
            (change.removed, "gone"),
            (change.rewritten, "rewritten"),
        )
        if skills
    ]
    return ", ".join([*found, f"{plural(len(change.new_findings), 'new finding')}, {change.gone:,} gone"])


def editor_command(environ: os._Environ[str] | dict[str, str], path: Path, line: int) -> list[str]:
    """Return the command that opens `path` at `line`, by VISUAL, EDITOR, or vi."""
    editor = environ.get("VISUAL") or environ.get("EDITOR") or "vi"
    try:
        words = shlex.split(editor) or ["vi"]
    except ValueError:
        words = [editor]
    name = Path(words[0]).stem.lower()
    if name in {"code", "codium", "cursor", "windsurf"}:
        return [*words, "--wait", "--goto", f"{path}:{line}"]
    if name in {"hx", "helix", "zed", "subl"}:
        return [*words, f"{path}:{line}"]
    return [*words, f"+{line}", str(path)]
