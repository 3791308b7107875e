"""The frame around the views: tabs, hints, and the audit in its thread."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Input

from skillaudit.page.forecast import whom
from skillaudit.page.lines import Line, Span, printable
from skillaudit.schema import Report
from skillaudit.tui.actions import Availability, Scope, key_name, of_scope
from skillaudit.tui.imagining import Imagine
from skillaudit.tui.loading import BASES, Basis, Ending, Loader, Meter, in_thread, load_report
from skillaudit.tui.palette import Commands, Skills
from skillaudit.tui.preferences import Preferences
from skillaudit.tui.screens import TooSmallScreen
from skillaudit.tui.state import ReportState
from skillaudit.tui.status import cancelled_blocks, error_blocks, loading_blocks, stage_text
from skillaudit.tui.theme import DARK, LIGHT, NAMED, preferred_theme
from skillaudit.tui.views import VIEW_BY_ID, VIEWS, ViewSpec, load_view
from skillaudit.tui.views.base import View
from skillaudit.tui.widgets.bars import HintBar, TabBar, TopBar
from skillaudit.tui.widgets.detail import DetailPane
from skillaudit.tui.widgets.line_view import LineDrawer, StatusLine, bindings

if TYPE_CHECKING:
    from skillaudit.gate.verdict import Change

MIN_WIDTH, MIN_HEIGHT = 60, 15
REFRESH = 0.1
"""Seconds between looks at a running audit."""
STATUS = "status"
PLAIN_PANES = frozenset({STATUS, "plan-status"})
"""Panes that only say how work goes; they have no links to go to."""
_BY_METHOD = {action.call.partition("(")[0]: action for action in of_scope("app")}


class Shell(App[None]):
    """Holds the session, the views and the running audit; what keys do with them is in `app.py`."""

    TITLE = "skillaudit"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (22, "-tall")]  # noqa: RUF012
    COMMANDS: ClassVar = {Commands, Skills}
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("app", leave_out="palette"),
        *(
            Binding(
                view.key, f"show('{view.id}')", f"view: {view.title}", show=False, priority=True, id=view.id
            )
            for view in VIEWS
        ),
    ]

    def __init__(
        self,
        load: Loader,
        *,
        sources: str = "",
        load_with_map: Loader | None = None,
        imagine: Imagine | None = None,
    ) -> None:
        super().__init__()
        self.sources = sources
        self.session: ReportState | None = None
        self.error: BaseException | None = None
        self._load = load
        self.load_with_map = load_with_map
        self.imagine = imagine
        self.meter: Meter | None = None
        self.watching = False
        self.wanted = Preferences()
        self.current = STATUS
        self.waiting: dict[str, Callable[[], None]] = {}
        """What is done once the running audit is over, in this order; its key says what it is."""
        self._making = asyncio.Lock()

    # The screen.

    def compose(self) -> ComposeResult:
        """Lay out the frame; views come when they are first shown."""
        yield TopBar()
        yield TabBar()
        with Container(id="body"):
            yield DetailPane(id=STATUS)
        yield Input(id="filter", placeholder="words to find, !word to leave out", select_on_focus=False)
        yield HintBar()

    def on_mount(self) -> None:
        """Choose the colours, paint, and only then start the audit."""
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        wanted = NAMED.get(self.wanted.theme, self.wanted.theme) or preferred_theme(os.environ)
        self.theme = wanted if wanted in self.available_themes else DARK.name
        self.query_one("#status").focus()
        self.set_interval(REFRESH, self.watch_audit)
        self.refresh_frame()
        self.call_after_refresh(self.start_audit)

    def on_resize(self, event: events.Resize) -> None:
        """Cover everything while there is too little room."""
        small = event.size.width < MIN_WIDTH or event.size.height < MIN_HEIGHT
        if small and not isinstance(self.screen, TooSmallScreen):
            self.push_screen(TooSmallScreen())
        elif not small and isinstance(self.screen, TooSmallScreen):
            self.pop_screen()

    @property
    def base(self) -> Container:
        """Where the views live."""
        return self.screen_stack[0].query_one("#body", Container)

    @property
    def situation(self) -> Availability:
        """What the availability of actions depends on."""
        session = self.session
        return Availability(
            focus=self._focused_scope(),
            view="" if self.current == STATUS else self.current,
            busy=self.busy,
            report=session is not None,
            error=self.current == STATUS and self.error is not None,
            partial=self.partial,
            query=bool(session and session.query),
            typing=isinstance(self.screen_stack[0].focused, Input),
            history=bool(session and session.history),
            can_imagine=self.imagine is not None,
            can_map=self.load_with_map is not None,
        )

    @property
    def partial(self) -> bool:
        """True when the report on show is that of an audit that was stopped."""
        return self.session is not None and self.session.index.partial

    def _focused_scope(self) -> Scope:
        focused = self.screen_stack[0].focused
        return focused.SCOPE if isinstance(focused, LineDrawer) and focused.id not in PLAIN_PANES else "app"

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        self.refresh_frame()

    @property
    def busy(self) -> bool:
        """True while an audit runs."""
        return self.meter is not None

    @property
    def available_views(self) -> tuple[ViewSpec, ...]:
        """The views whose engines are there."""
        return tuple(view for view in VIEWS if view.available(self.situation))

    @property
    def view(self) -> View | None:
        """The view on show."""
        return self._view(self.current)

    def _view(self, view_id: str) -> View | None:
        found = self.base.query(f"#{view_id}").results(View)
        return next(iter(found), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Switch off what does not apply now, and letters while text is typed."""
        known = _BY_METHOD.get(action)
        first = action == "show" or (known is not None and known.first)
        if first and len(self.screen_stack) > 1:
            # What comes first here would come before the keys of a screen on top, too.
            return False
        letter = known is None or len(key_name(known.keys[0])) == 1
        if first and letter and isinstance(self.focused, Input):
            return False
        if known is not None and not known.applies(self.situation):
            waits = self.busy and known.applies(self.situation._replace(busy=False))
            return True if waits else None  # what waits for the audit says so
        if action == "show":
            return self.session is not None and any(view.id == parameters[0] for view in self.available_views)
        return True

    # The audit.

    def start_audit(self, load: Loader | None = None) -> None:
        """Run the loader in its thread; an earlier result stays on show meanwhile."""
        if self.busy:
            self.notify("An audit is under way; esc stops it.", markup=False)
            return
        self.meter = Meter()
        self.error = None
        self.run_worker(self._audit(load or self._load, self.meter), group="audit", exit_on_error=False)
        if self.session is None:
            self._show_status()
        self.refresh_frame()

    async def _audit(self, load: Loader, meter: Meter) -> None:
        outcome = await in_thread(partial(load_report, load), meter)
        stages, self.meter = meter.stages, None
        shown = self.session
        if outcome.cancelled and shown is not None and not shown.index.partial:
            shown.pending = False
            self.notify("Stopped; the earlier result is still on show.", markup=False)
        elif outcome.cancelled and outcome.report is None:
            self._status.show(cancelled_blocks(stages))
        else:
            await self._finish(outcome, meter.change)
        if outcome.cancelled or outcome.error is not None:
            self.waiting.clear()
        while self.waiting and not self.busy:
            self.waiting.pop(next(iter(self.waiting)))()
        self.refresh_frame()

    async def _finish(self, outcome: Ending, change: Change | None) -> None:
        shown = self.session
        if outcome.error is not None:
            self.error = outcome.error
            self._status.show(error_blocks(outcome.error, earlier=self.session is not None))
            await self.switch(STATUS)
        elif shown is not None and shown.basis == "kept" and outcome.report is shown.report:
            shown.pending, shown.basis = False, ""
        elif outcome.report is not None:
            await self.show_report(outcome.report, outcome.cancelled, change=change)

    def adopt(self, session: ReportState, earlier: ReportState | None) -> None:
        """Make a new session ready to be shown, with what it takes from the one before."""
        if earlier is not None:
            session.carry_over(earlier)

    async def show_report(
        self, report: Report, partial: bool = False, *, basis: Basis = "", change: Change | None = None
    ) -> None:
        """Show a report in the view that is open, or in the overview; one with a `basis` makes way for another."""
        session = ReportState(report, partial, pending=bool(basis), basis=basis, change=change)
        earlier = self.session
        self.adopt(session, earlier)
        self.session = session
        if earlier is not None and earlier.report.skills:
            gc.unfreeze()
            gc.collect()
        # A report stays; looking through all of a large one for garbage would be felt between two keys.
        gc.freeze()
        for view in self.base.query(View):
            if view.id == self.current:
                view.update(session)
            else:
                await view.remove()
        first = self.wanted.start if VIEW_BY_ID[self.wanted.start].available(self.situation) else "overview"
        await self.switch(first if self.current == STATUS else self.current)
        ready = in_thread(lambda _: session.prepare(), Meter())
        self.run_worker(ready, group="ready", exclusive=True)

    async def _make(self, view_id: str) -> None:
        async with self._making:
            if self.session is not None and self._view(view_id) is None:
                view = load_view(VIEW_BY_ID[view_id])(self.session, id=view_id)
                view.display = False
                await self.base.mount(view)

    def watch_audit(self) -> None:
        """Show the stages of a running audit; runs on a timer, so that any rate of news costs the same."""
        if self.meter is None:
            return
        early = self.meter.early
        if early is not None and (self.session is None or self.session.pending):
            self.meter.early = None
            shown = self.show_report(early.report, early.basis == "files", basis=early.basis)
            self.run_worker(shown, group="early")
        elif self.session is None:
            self._show_status()
        elif self.session.pending and self.view is not None:
            self.view.tick()
        self._refresh_top()

    @property
    def _status(self) -> DetailPane:
        return self.base.query_one(f"#{STATUS}", DetailPane)

    def _show_status(self) -> None:
        if self.meter is not None:
            self._status.show(loading_blocks(self.sources, self.meter.stages, self.meter.cancelled))

    # The frame.

    def refresh_frame(self) -> None:
        self._refresh_top()
        base = self.screen_stack[0]
        now = self.situation
        counts = self.session.counts if self.session else {}
        base.query_one(TabBar).say(self.available_views if self.session else (), counts, now.view)
        view = self.view
        extra: tuple[tuple[str, str], ...] = ()
        if now.typing:
            extra = (("enter", "take it"), ("esc", "clear it"))
        elif now.busy and self.session is None:
            extra = (("esc", "stop"),)
        elif view is not None and view.has_class("-zoomed"):
            extra = (("esc", "back"),)
        base.query_one(HintBar).say(now, extra)

    def _refresh_top(self) -> None:
        basis = BASES[self.session.basis] if self.session is not None else ""
        mark: Line = (Span(f"  {basis}", "warning"),) if basis else ()  # first, where no width cuts it off
        left: Line = (Span("skillaudit", "title"), *mark, Span(f"  {self.sources}", "muted"))
        if self.session is not None:
            report = self.session.report
            only = ", rates only (r: all)" if self.session.audited is not None else ""
            left += (Span(f" · {report.library.skills:,} skills · {whom(report)}{only}", "muted"),)
        self.screen_stack[0].query_one(TopBar).say(left, self._top_right())

    def _top_right(self) -> Line:
        if self.meter is not None:
            stages = self.meter.stages
            text = (
                "stopping …" if self.meter.cancelled else stage_text(stages[-1]) if stages else "starting …"
            )
            return (Span(f"▸ {printable(text)}", "accent"),)
        if self.error is not None:
            return (Span("failed !!", "error"),)
        if self.watching:
            return (Span("watching", "accent"),)
        if self.partial:
            return (Span("partial: stopped early", "warning"),)
        return ()

    async def switch(self, view_id: str) -> None:
        """Show a view, making it when it is shown for the first time."""
        if view_id != STATUS:
            await self._make(view_id)
        for child in self.base.children:
            child.display = child.id == view_id
        self.current = view_id
        view = self.view
        if view is None:
            self.screen_stack[0].set_focus(self._status)
        elif self.session is not None:
            view.update(self.session)
            view.take_focus()
        self.refresh_frame()

    def close_filter(self) -> None:
        """Put the filter line away and make it say what the session filters by."""
        line = self.screen_stack[0].query_one("#filter", Input)
        line.remove_class("-open")
        with self.prevent(Input.Changed):
            line.value = self.session.query if self.session else ""

    def refresh_view(self) -> None:
        """Show the session anew in the view on show."""
        if self.view is not None and self.session is not None:
            self.view.update(self.session)
        self.refresh_frame()

    async def go_to(self, skill: str, remember: bool = True) -> None:
        """Open a skill in the list, clearing a filter that hides it; the place left is remembered."""
        session = self.session
        if session is None or skill not in session.index.skills:
            self.notify(
                f"{printable(skill)} is not a skill of this library.", severity="warning", markup=False
            )
            return
        zoomed = self.view is not None and self.view.has_class("-zoomed")
        if remember and session.selected and self.current != STATUS:
            session.history.append((self.current, session.selected))
        if session.reveal(skill):
            self.close_filter()
            self.notify("Filter cleared: it hid this skill.", markup=False)
        session.select(skill)
        await self.switch("skills")
        if self.view is not None and (zoomed or self.screen_stack[0].has_class("-narrow")):
            self.view.add_class("-zoomed")
            self.view.take_focus()

    @on(DetailPane.Followed)
    async def _followed(self, event: DetailPane.Followed) -> None:
        await self.go_to(event.target)

    @on(StatusLine.Chosen)
    async def _chosen(self, event: StatusLine.Chosen) -> None:
        if event.target in VIEW_BY_ID:
            await self.switch(event.target)
        elif event.target:
            await self.run_action(event.target)
