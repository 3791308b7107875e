"""An engine for the Probe tab that goes on only when it is told to, and a result that is always the same."""

from __future__ import annotations

import threading

from skillaudit.asking.engine import Preview
from skillaudit.asking.rates import arms
from skillaudit.asking.records import Decision, Fit, Outcome, Spending
from skillaudit.probe.records import Comparison, ProbeResult, SideBySide, StudyResult
from skillaudit.progress import Progress
from skillaudit.schema import Estimate
from skillaudit.tui.probe_form import Form
from skillaudit.tui.probe_run import Before, Decided
from tests.tui.reports import estimate

NONE = Estimate(value=None, low=None, high=None)


def decision(
    at: int, outcome: Outcome = "right", condition: str = "all", gold: str = "pdf-forms"
) -> Decision:
    """Return one decision."""
    return Decision(
        key=str(at), study="accuracy", model="local/hybrid", condition=condition, x=float(len(condition)),
        query=f"request {at}", gold=(gold,), offered=("pdf-forms", "pdf-split"), outcome=outcome,
        chosen=gold if outcome == "right" else "pdf-split", position=1, repeat=0, group=gold, answers=("a",),
    )  # fmt: skip


def preview(dollars: float | None = 0.0312, spent: float = 0.0) -> Preview:
    """Return an estimate."""
    return Preview(trials=1_234, questions=1_100, dollars=dollars, budget=2.5, spent=spent)


def decisions(right: int, hijacked: int) -> list[Decision]:
    """Return so many of both."""
    return [decision(at, "right" if at < right else "hijack") for at in range(right + hijacked)]


def result(
    model: str = "openai/gpt-4o-mini", stopped: str = "", found: list[Decision] | None = None
) -> ProbeResult:
    """Return a result with everything in it."""
    heard = decisions(30, 10) if found is None else found
    row = SideBySide(
        skill="pdf-split", decisions=20, predicted_victim=0.05, measured_victim=estimate(0.35, 0.15),
        predicted_absorbed=0.1, measured_absorbed=0.2, agrees=False,
    )  # fmt: skip
    fine = SideBySide(
        skill="pdf-forms", decisions=20, predicted_victim=0.2, measured_victim=estimate(0.15, 0.1),
        predicted_absorbed=0.1, measured_absorbed=0.1, agrees=True,
    )  # fmt: skip
    compared = Comparison(
        router="gpt-4o-mini", predicted_accuracy=estimate(0.838, 0.06), predicted_hijack=estimate(0.14, 0.05),
        predicted_no_skill=estimate(0.022, 0.01), predicted_false_trigger=NONE, skills=(row, fine),
        rank_correlation=0.71,
    )  # fmt: skip
    return ProbeResult(
        result=StudyResult(
            study="accuracy",
            model=model,
            arms=arms(heard),
            fits=(
                Fit(
                    name="position", value=estimate(0.012, 0.09), meaning="last third of the list, less first"
                ),
                Fit(name="a name that is long", value=NONE, meaning="nothing to be said"),
            ),
            absorbers=(("pdf-split", 7),),
            notes=("Something that the reader must know.",),
            comparison=compared,
        ),
        spending=Spending(calls=36, known=4, dollars=0.0123, priced=True, stopped=stopped),
        planned=40,
        log="probe-1.sqlite",
    )


class Engine:
    """Announces `preview`, decides `heard`, and ends once `gate` is open or a stop is asked for."""

    def __init__(self, heard: int = 40, error: Exception | None = None) -> None:
        self.gate, self.deciding = threading.Event(), threading.Event()
        self.asked: list[Form] = []
        """Forms of the runs that were let through to the questions."""
        self.begun: list[Form] = []
        self.heard, self.error = heard, error
        self.preview = preview()
        self.early: Exception | None = None

    def __call__(self, form: Form, before: Before, decided: Decided, progress: Progress) -> ProbeResult:
        """Run as the real engine does: a stop while questions are asked still has a result."""
        self.begun.append(form)
        progress.update("load", 3, 3)
        if self.early is not None:
            raise self.early
        before(self.preview)
        self.asked.append(form)
        heard = decisions(30, 10)[: self.heard]
        for at, one in enumerate(heard):
            decided(one)
            progress.update("probe", at + 1, 1_234, "$0.0123")
        self.deciding.set()
        if self.error is not None:
            raise self.error
        self.gate.wait(20)
        return result(form["model"])
