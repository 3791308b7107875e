"""The part of the app that makes a plan: start, stop, accept and refuse, the forecast that follows, export."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from skillaudit.page.figures import plural
from skillaudit.page.lines import Line, Span, printable
from skillaudit.progress import Cancelled
from skillaudit.tui.actions import Availability
from skillaudit.tui.loading import Meter, in_thread
from skillaudit.tui.plan_screens import NewFolderScreen
from skillaudit.tui.planning import ANCHOR, TREE, Planner, PlanTab
from skillaudit.tui.shell import Shell
from skillaudit.tui.state import ReportState
from skillaudit.tui.status import stage_text

if TYPE_CHECKING:
    from skillaudit.optimize.apply.export import Exported


class PlanShell(Shell):
    """Makes one plan at a time, in a thread, and forecasts what is accepted of it in another."""

    planner: Planner | None = None
    """Makes a plan for the library; without it the tab stays hidden."""

    @property
    def plan(self) -> PlanTab | None:
        """The plan of the session."""
        return self.session.plan if self.session is not None else None

    @property
    def situation(self) -> Availability:
        """What the availability of actions depends on, the plan's part included."""
        plan = self.plan
        return super().situation._replace(
            can_plan=self.planner is not None and not self.partial,
            plan=plan is not None and plan.found is not None,
            planning=plan is not None and plan.meter is not None,
        )

    def adopt(self, session: ReportState, earlier: ReportState | None) -> None:
        """Give a new session its plan, too: the earlier one if its library is the same."""
        super().adopt(session, earlier)
        kept = earlier is not None and earlier.same_library(session)
        if earlier is not None and kept:
            session.plan = earlier.plan
            return
        session.plan = PlanTab(self.planner)
        if earlier is not None and earlier.plan.meter is not None:
            earlier.plan.meter.cancel()
        if earlier is not None and earlier.plan.found is not None:
            self.notify("The library has changed: its plan was dropped.", markup=False)

    # Making it.

    async def action_make_plan(self) -> None:
        """Have a plan made, and show it."""
        plan = self.plan
        if plan is None or self.planner is None or plan.meter is not None:
            return
        if self.waiting:  # whose list it is made for changes with the audit's end
            self.waiting["plan"] = self._plan_now
            self.notify("The plan is made once the audit is over.", markup=False)
            return
        plan.meter, plan.error, plan.stopped = Meter(), None, False
        self.run_worker(self._make_plan(plan, plan.meter, self.planner), group="plan", exit_on_error=False)
        if self.current == "plan":
            self.show_plan()
        else:
            await self.switch("plan")

    def _plan_now(self) -> None:
        self.run_worker(self.action_make_plan(), group="later")

    async def _make_plan(self, plan: PlanTab, meter: Meter, planner: Planner) -> None:
        try:
            plan.take(await in_thread(planner, meter))
        except Cancelled:
            plan.stopped = True
        except Exception as error:
            plan.error = error
        finally:
            meter.cancel()
            plan.meter = None
        if plan is self.plan:
            self._tell(plan)
            self.show_plan()

    def _tell(self, plan: PlanTab) -> None:
        if self.current == "plan":
            if plan.stopped and plan.found is not None:
                self.notify("Stopped; the earlier plan is still on show.", markup=False)
        elif plan.error is not None:
            self.notify("No plan could be made; see Plan.", severity="warning", markup=False)
        elif plan.found is not None and not plan.stopped:
            self.notify(f"The plan is made: {plural(len(plan.found.edits), 'edit')}.", markup=False)

    def show_plan(self) -> None:
        """Show the plan anew where it is on show."""
        if self.current in {"plan", "skills"}:
            self.refresh_view()
        else:
            self.refresh_frame()

    def watch_audit(self) -> None:
        """Show the stages of what is running."""
        super().watch_audit()
        plan = self.plan
        if plan is not None and (plan.meter is not None or plan.judging is not None):
            self._refresh_top()
            if self.current == "plan" and self.view is not None:
                self.view.tick()

    def _top_right(self) -> Line:
        said, plan = super()._top_right(), self.plan
        if (said and self.busy) or plan is None:
            return said
        if plan.meter is not None:
            latest = plan.meter.latest
            text = f"plan: {stage_text(latest._replace(note=''))}" if latest else "plan: starting …"
            return (Span(f"▸ {printable('stopping …' if plan.meter.cancelled else text)}", "accent"),)
        if plan.judging is not None:
            return (Span("▸ forecasting …", "accent"),)
        return said

    # Accepting and refusing.

    def action_accept(self) -> None:
        """Accept what the row under the cursor stands for, or refuse it, and go to the next row."""
        plan, view = self.plan, self.view
        row = view.plan_row() if view is not None else None
        if plan is None or row is None or view is None:
            return
        hindrance = plan.toggle(row)
        if hindrance:
            self.notify(printable(hindrance), severity="warning", markup=False)
            return
        self._accepted(plan)

    def action_accept_all(self) -> None:
        """Refuse every edit, or take what the plan itself accepts."""
        plan = self.plan
        if plan is not None and plan.found is not None:
            back = plan.toggle_all()
            self.notify("Accepted as the plan proposes." if back else "All edits are refused.", markup=False)
            self._accepted(plan)

    def _accepted(self, plan: PlanTab) -> None:
        self.show_plan()
        if plan.judged is None and plan.judging is None:
            self.run_worker(self._judge(plan), group="plan-forecast", exit_on_error=False)
        elif plan.judging is not None:
            plan.judging.cancel()

    async def _judge(self, plan: PlanTab) -> None:
        """Forecast what is accepted, one state at a time, until the one on show is known."""
        plan.forecast_error = None
        while plan.judged is None and plan.proposal is not None:
            proposal, wanted, edits = plan.proposal, plan.wanted, plan.edits
            plan.judging = Meter()
            try:
                judged = await in_thread(partial(proposal.judge, edits), plan.judging)
            except Cancelled:
                continue
            except Exception as error:
                plan.forecast_error = error
                break
            finally:
                plan.judging.cancel()
                plan.judging = None
            if proposal is plan.proposal:
                plan.learn(wanted, judged)
        if plan is self.plan:
            self.show_plan()

    # Writing.

    def export_plan(self) -> None:
        """Ask for a new folder and write the library with what is accepted."""
        plan = self.plan
        if plan is None or plan.proposal is None:
            return
        proposal, edits = plan.proposal, plan.edits
        hierarchy, anchor = plan.accepts(TREE), plan.accepts(ANCHOR)

        def write(target: Path) -> Exported:
            return proposal.export(edits, hierarchy, anchor, target)

        def written(done: Exported | None) -> None:
            if done is not None:
                plan.exported = done
                left = f"; {plural(len(done.problems), 'skill')} not changed" if done.problems else ""
                self.notify(f"Wrote {printable(str(done.folder))}{left}.", timeout=8, markup=False)
                self.show_plan()

        parts = [plural(sum(edit.accept for edit in edits), "edit"), *(["the tree"] if hierarchy else [])]
        self.push_screen(NewFolderScreen(write, f"the library with {' and '.join(parts)}"), written)

    def stop_plan(self) -> None:
        """Tell the threads of a plan that the app is left."""
        plan = self.plan
        for meter in (plan.meter, plan.judging) if plan is not None else ():
            if meter is not None:
                meter.cancel()
