"""One probe from the app's side: what its thread says, what it may send, and how it ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from skillaudit.progress import Cancelled, Progress
from skillaudit.tui.loading import Meter, Stage
from skillaudit.tui.probe_form import Form

if TYPE_CHECKING:
    from skillaudit.asking.engine import Preview
    from skillaudit.asking.records import Arm, Decision
    from skillaudit.config import Config
    from skillaudit.probe.records import ProbeResult

Before = Callable[["Preview"], None]
Decided = Callable[["Decision"], None]
Probe = Callable[[Form, Before, Decided, Progress], "ProbeResult"]
"""Probes the library as a form says: `before` hears what it will cost, `decided` of each decision."""


def prober(sources: Sequence[str | Path], config: Config) -> Probe:
    """Return what probes the library in `sources`."""

    def probe(form: Form, before: Before, decided: Decided, progress: Progress) -> ProbeResult:
        # Imported in the run's thread: the screen does not wait for it.
        from skillaudit.probe.session import run

        return run(sources, config, form.settings(), before=before, decided=decided, progress=progress)

    return probe


Phase = Literal["preparing", "waiting", "asking", "over"]
EVERY = 0.5
"""Seconds between two looks at the rates: their intervals take time, and the screen shares the interpreter."""


class Run(Meter):
    """One run: written by its thread, read by the screen. Nothing that costs is sent before `allow`."""

    def __init__(
        self,
        form: Form,
        clock: Callable[[], float] = time.monotonic,
        library: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__()
        self.form = form.copy()
        self.library = library
        """Id and description of each skill, as the audit on show had them when the run began."""
        self.outdated = False
        """True when the last audit found another library than `library`."""
        self.phase: Phase = "preparing"
        self.preview: Preview | None = None
        self.arms: tuple[Arm, ...] = ()
        """Rates of the decisions so far."""
        self.decided = 0
        self.result: ProbeResult | None = None
        self.error: BaseException | None = None
        self._decisions: list[Decision] = []
        self._clock, self._counted_at = clock, -EVERY
        self._allowed = threading.Event()

    def carry_out(self, probe: Probe) -> None:
        """Run the engine to its end, whatever that is; for the run's thread."""
        try:
            self.update("model", 0, 0)
            self.result = probe(self.form, self.before, self.hear, self)
        except Cancelled:
            pass
        except BaseException as error:
            self.error = error
        if self.result is None:
            self._count()
        self.phase = "over"

    def before(self, preview: Preview) -> None:
        """Take the estimate and, unless the model is a stand-in, wait for leave to go on."""
        self.preview = preview
        if not self.form.local:
            self.phase = "waiting"
            self._allowed.wait()
        if self.cancelled:
            raise Cancelled
        self.phase = "asking"

    def allow(self) -> None:
        """Let the questions be sent."""
        self._allowed.set()

    def cancel(self) -> None:
        """Ask the run to stop; one that waits for leave sends nothing."""
        super().cancel()
        self._allowed.set()

    def hear(self, decision: Decision) -> None:
        """Count a decision; the rates follow by time."""
        self._decisions.append(decision)
        self.decided = len(self._decisions)
        now = self._clock()
        if now - self._counted_at >= EVERY:
            self._count()
            self._counted_at = self._clock()

    def _count(self) -> None:
        if self._decisions:
            from skillaudit.asking.rates import arms

            self.arms = arms(self._decisions)

    @property
    def asked(self) -> Stage | None:
        """How many questions are decided, of how many, and the money as a note."""
        return next((stage for stage in self.stages if stage.name == "probe"), None)


class Probing:
    """The form and the last run; kept when the library is audited again."""

    def __init__(self, scorer: str = "") -> None:
        self.form = Form(scorer)
        self.run: Run | None = None

    @property
    def phase(self) -> str:
        """Where the run is; empty when none goes on."""
        return "" if self.run is None or self.run.phase == "over" else self.run.phase

    def change(self, name: str, text: str) -> None:
        """Fill in one row; an estimate made before no longer holds and is dropped."""
        self.form.set(name, text)
        self.drop()

    def step(self, name: str, by: int) -> bool:
        """Go to another choice of a row; False where it has none."""
        stepped = self.form.step(name, by)
        if stepped:
            self.drop()
        return stepped

    def compare(self, library: tuple[tuple[str, str], ...]) -> None:
        """Note whether the last run is of the library that an audit has just found."""
        if self.run is not None:
            self.run.outdated = self.run.library != library

    def drop(self) -> None:
        """Give up a run that has sent nothing yet."""
        if self.run is not None and self.run.phase in {"preparing", "waiting"}:
            self.run.cancel()
            self.run = None
