"""One probe from the app's side, without an app."""

from __future__ import annotations

import threading

import pytest

from skillaudit.errors import ModelError
from skillaudit.page.figures import dollars
from skillaudit.page.markdown import render as to_markdown
from skillaudit.tui.probe_document import document
from skillaudit.tui.probe_form import Form
from skillaudit.tui.probe_run import EVERY, Probing, Run
from tests.conftest import plain
from tests.tui.probe_stand_in import Engine, decision, preview


def live() -> Form:
    """A form for a model that costs."""
    form = Form()
    form.set("model", "openai/gpt-4o-mini")
    return form


def text(run: Run) -> str:
    """What is shown of a run."""
    probing = Probing()
    probing.form, probing.run = run.form.copy(), run
    return plain(to_markdown(document(probing)))


def test_a_stand_in_needs_no_leave() -> None:
    engine, run = Engine(), Run(Form())
    engine.gate.set()
    run.carry_out(engine)
    assert run.result is not None and run.phase == "over" and run.decided == 40


def test_a_model_that_costs_is_not_asked_without_leave() -> None:
    engine, run = Engine(), Run(live())
    thread = threading.Thread(target=run.carry_out, args=(engine,))
    thread.start()
    run.cancel()
    thread.join(20)
    assert engine.begun and not engine.asked and run.result is None and run.phase == "over"
    assert "Stopped before anything was asked" in text(run)


def test_with_leave_it_is_asked() -> None:
    engine, run = Engine(), Run(live())
    engine.gate.set()
    run.allow()
    run.carry_out(engine)
    assert len(engine.asked) == 1 and run.result is not None


def test_a_stop_counts_even_when_leave_was_given() -> None:
    engine, run = Engine(), Run(live())
    run.allow()
    run.cancel()
    run.carry_out(engine)
    assert not engine.asked


def test_a_run_keeps_the_form_that_it_began_with() -> None:
    form = live()
    run = Run(form)
    form.set("budget", "100")
    assert run.form.budget == 2.5


def test_rates_are_counted_by_time() -> None:
    now = [0.0]
    run = Run(Form(), clock=lambda: now[0])
    run.hear(decision(0))
    run.hear(decision(1, "hijack"))
    assert run.decided == 2 and run.arms[0].rates.decisions == 1
    now[0] = EVERY
    run.hear(decision(2, "hijack"))
    assert run.arms[0].rates.decisions == 3
    assert run.arms[0].rates.accuracy.value == pytest.approx(1 / 3)


def test_an_error_keeps_what_was_decided() -> None:
    run = Run(Form())
    run.carry_out(Engine(heard=7, error=ModelError("no key for x; set X_API_KEY")))
    said = text(run)
    assert "set X\\_API\\_KEY." in said and "7 decisions until then" in said and "accuracy: 100% (" in said


def test_a_fault_of_ours_is_called_one() -> None:
    run = Run(Form())
    run.carry_out(Engine(heard=0, error=ValueError("[/foo]")))
    assert "ValueError" in text(run) and "fault in skillaudit" in text(run)


def test_the_estimate_names_calls_cost_and_budget() -> None:
    run = Run(live())
    run.preview, run.phase = preview(spent=0.25), "waiting"
    said = text(run)
    for part in (
        "1,234",
        "about 1,100; the log holds the other answers",
        "about $0.0312",
        "$2.50, $0.2500 of it",
    ):
        assert part in said
    assert "more than the budget" not in said
    run.preview = preview(dollars=2.4, spent=0.25)
    assert "more than the budget" in text(run)


def test_progress_shows_money_rates_and_what_is_left() -> None:
    run = Run(live(), clock=lambda: 0.0)
    run.phase, run.preview = "asking", preview()
    run.hear(decision(0))
    run.update("probe", 1, 1_234, "$0.0001")
    said = text(run)
    assert "1 of 1,234" in said and "$0.0001 of $2.50" in said and "accuracy: 100% (" in said
    run.hear(decision(1, condition="another"))
    run._count()
    assert "| another | 100" in text(run)


def test_the_result_puts_forecast_and_measurement_side_by_side() -> None:
    run = Run(live())
    run.allow()
    engine = Engine()
    engine.gate.set()
    run.carry_out(engine)
    said = text(run)
    assert "- accuracy: 84% (78 to 90)\n- measured: 75" in said
    assert "| pdf-split | 5.0% | 35% (20 to 50) | ! | 20 |" in said
    assert "| pdf-forms | 20.0% | 15% (5 to 25) |  | 20 |" in said
    assert "1 of 2 forecasts outside" in said and "position: 0.012" in said
    assert "not found" in said and "| pdf-split | 7 |" in said and "must know" in said
    assert "36 calls, 4 answers from the log" in said and "$0.0123 of $2.50" in said


def test_another_setting_drops_an_estimate_and_marks_a_result() -> None:
    probing, engine = Probing(), Engine()
    engine.gate.set()
    probing.run = Run(probing.form)
    probing.run.carry_out(engine)
    probing.change("repeats", "1")
    assert probing.run is not None and "This run had other settings" in to_markdown(document(probing))
    probing.run = waiting = Run(live())
    waiting.phase = "waiting"
    assert probing.step("study", 1) and probing.run is None and waiting.cancelled


@pytest.mark.parametrize(
    ("value", "said"), [(0, "$0.00"), (0.00012, "$0.0001"), (0.5, "$0.5000"), (12.345, "$12.35")]
)
def test_money_is_written_with_what_counts(value: float, said: str) -> None:
    assert dollars(value) == said
