"""The part of the app that runs a probe: start, leave to spend, progress, stop."""

from __future__ import annotations

from functools import partial

from textual.timer import Timer

from skillaudit.page.figures import dollars
from skillaudit.page.lines import Line, Span, printable
from skillaudit.tui.actions import Availability
from skillaudit.tui.loading import in_thread
from skillaudit.tui.probe_document import short
from skillaudit.tui.probe_run import Probe, Run
from skillaudit.tui.probe_screens import LeaveScreen
from skillaudit.tui.shell import Shell
from skillaudit.tui.status import stage_text

LOOK = 0.25
"""Seconds between looks at a running probe."""


class ProbeShell(Shell):
    """Runs one probe at a time, in its thread, while the views stay as they are."""

    probe: Probe | None = None
    """Probes the library; without it the tab stays hidden."""
    _look: Timer | None = None

    @property
    def situation(self) -> Availability:
        """What the availability of actions depends on, the probe's part included."""
        phase = self.session.probing.phase if self.session is not None else ""
        return super().situation._replace(can_probe=self.probe is not None, probe=phase)

    def action_probe(self) -> None:
        """Estimate the cost; once the estimate is there, ask for leave to spend it."""
        if self.session is None or self.probe is None:
            return
        probing = self.session.probing
        if probing.phase == "waiting" and probing.run is not None:
            self._ask_for_leave(probing.run)
            return
        probing.run = run = Run(probing.form, library=self.session.described)
        self.run_worker(self._probe(self.probe, run), group="probe", exit_on_error=False)
        self._look = self._look or self.set_interval(LOOK, self.watch_probe)
        if self.screen_stack[0].has_class("-narrow") and self.view is not None:
            # What comes is in the other pane.
            self.view.add_class("-zoomed")
            self.view.take_focus()
        self.watch_probe()

    async def _probe(self, probe: Probe, run: Run) -> None:
        try:
            await in_thread(lambda _: run.carry_out(probe), run)
        finally:
            run.cancel()
            self._probe_over(run)

    def _probe_over(self, run: Run) -> None:
        session = self.session
        if session is None or session.probing.run is not run:
            return  # Dropped for another.
        if self._look is not None:
            self._look.stop()
            self._look = None
        if self.current != "probe":
            self.notify("The probe failed." if run.error else "The probe is over.", markup=False)
        self.watch_probe()

    def _ask_for_leave(self, run: Run) -> None:
        preview, form = run.preview, run.form
        if preview is None or preview.dollars is None:
            return
        end = " The run stops there, before its end." if short(preview, form) else ""
        sentences = (
            f"About {preview.questions:,} calls for about {dollars(preview.dollars)}.",
            f"The budget is {dollars(form.budget)}, of which {dollars(preview.spent)} is spent.{end}",
        )
        self.push_screen(LeaveScreen(f"Send to {form['model']}?", sentences), partial(self._answered, run))

    def _answered(self, run: Run, yes: bool | None) -> None:
        if yes and self.session is not None and self.session.probing.run is run:
            run.allow()
        self.watch_probe()

    def action_stop_probe(self) -> None:
        """Stop the probe, or drop its estimate; every answer is kept."""
        run = self.session.probing.run if self.session is not None else None
        if run is not None:
            run.cancel()
            self.watch_probe()

    def watch_probe(self) -> None:
        """Show how far the probe is; runs on a timer, so that any rate of news costs the same."""
        self.refresh_frame()
        if self.current == "probe" and self.view is not None and self.session is not None:
            self.view.update(self.session)

    def _top_right(self) -> Line:
        said = super()._top_right()
        run = self.session.probing.run if self.session is not None else None
        if said or run is None or run.phase == "over":
            return said
        text = {"preparing": "probe: preparing", "waiting": "probe: estimate is ready"}.get(run.phase, "")
        asked = run.asked
        if asked is not None and not text:
            text = stage_text(asked)
        return (Span(f"▸ {printable('stopping …' if run.cancelled else text or 'probe')}", "accent"),)
