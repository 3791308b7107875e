"""Routers whose laws are set, through the engine and both experiments, to the line between b and the rescue."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest

from skillaudit.asking.curves import size_fits
from skillaudit.asking.records import Fit, Spending, Trial
from skillaudit.asking.samples import Sample
from skillaudit.errors import UsageError
from skillaudit.experiment.coupling import RESCUE, with_coupling
from skillaudit.experiment.records import Findings, Result
from skillaudit.experiment.session import ExperimentTerms, session
from skillaudit.experiment.simulated import START, SimulatedRouter
from skillaudit.experiment.storage import load
from skillaudit.experiment.studies.rescue import ln_rescue, realised_of
from skillaudit.experiment.studies.size import _Curve
from skillaudit.experiment.tasks import Scope
from skillaudit.laws.coupling import RouterLaws, couple
from skillaudit.page import html, markdown, text
from skillaudit.page.experiment import document, summary, verdict_table
from skillaudit.page.experiment import page as page_of
from skillaudit.schema import Estimate
from tests.cli.runner import Runner
from tests.experiment.simulated import carry_out, errands, planned, simulate
from tests.experiment.test_recovery import value


@pytest.fixture
def skillaudit(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Runner:
    return Runner(monkeypatch, capfd)


SLOPES = tuple(0.015 + 0.009 * at for at in range(12))


def result(name: str, router: str, fit: str, number: float) -> Result:
    """Return a result with one number."""
    estimate = Estimate(value=number, low=number - 0.001, high=number + 0.001)
    return Result(
        name=name, title=name, router=router, seeds=1, tasks=5, rows=(), planned=0,
        findings=Findings(fits=(Fit(name=fit, value=estimate, meaning="a number"),)),
        spending=Spending(calls=0, known=0, dollars=0.0, priced=True),
    )  # fmt: skip


def results(slope: float) -> list[Result]:
    """Return both experiments of routers on a line, nearly."""
    made = []
    for at, b in enumerate(SLOPES):
        made.append(result("f01", f"<r{at}>", "b", b))
        made.append(result("f10", f"<r{at}>", RESCUE, 0.5 + slope * b + 0.02 * (-1) ** at))
    return made


def test_the_coupling_is_a_result_like_any_other() -> None:
    *_, found = with_coupling(results(15.0))
    assert found.name == "coupling" and found.router == "12 routers"
    assert value(found.findings, "s") == pytest.approx(15.0, abs=1.0)
    assert value(found.findings, "c") == pytest.approx(0.5, abs=0.1)
    assert value(found.findings, "left-out error") < 0.05 < value(found.findings, "left-out error without b")
    assert [verdict.ruling for verdict in found.findings.verdicts] == ["supported"]
    assert [len(line.points) for line in found.findings.series] == [12, 12]
    assert all(
        0 <= point.low <= point.y <= point.high <= 1
        for line in found.findings.series
        for point in line.points
    )
    assert "12 routers" in markdown.render([verdict_table([found])])
    assert "\n  coupling  12 routers" in text.render([summary([found])], width=100)
    said = text.render(document(found))
    assert "SUPPORTED  the slope b" in said and "12 routers, 1 seeds" in said
    told = {one.router: one.told for one in found.findings.routers}
    assert told["<r3>"] == pytest.approx(0.5 + 15 * SLOPES[3], abs=0.05)
    assert re.search(
        rf"<r3> +0\.042 \(0\.041 to 0\.043\) +1\.11 \(1\.11 to 1\.11\) +{told['<r3>']:.2f}\n", said
    )
    page = html.render(lambda _: page_of([found]), title="Experiments")
    assert page.count("&lt;r3&gt;") == 1 and "<r3>" not in page
    assert with_coupling(with_coupling(results(15.0))) == with_coupling(results(15.0)), (
        "it is not counted twice"
    )


def test_without_enough_routers_there_is_none() -> None:
    few = results(15.0)[:6]
    assert with_coupling(few) == tuple(few)
    half = [made for made in results(15.0) if made.name == "f01"]
    assert with_coupling(half) == tuple(half)


@pytest.mark.slow
def test_simulated_routers_go_through_the_engine(tmp_path: Path, skillaudit: Runner) -> None:
    names = tuple(
        f"simulated/b={b},rescue={odds}" for b, odds in ((0.02, 1), (0.05, 2), (0.08, 4), (0.11, 9))
    )
    settings = ExperimentTerms(routers=names, scope=Scope(seeds=2, tasks=60), out=tmp_path, use_cache=False)
    found = list(session(["f01", "f10"], settings))
    assert [made.name for made in found] == ["f01"] * 4 + ["f10"] * 4 + ["coupling"]
    for made, (b, odds) in zip(found[:4], ((0.02, 1), (0.05, 2), (0.08, 4), (0.11, 9)), strict=True):
        assert value(made.findings, "b") == pytest.approx(b, abs=0.03)
        assert value(made.findings, "a") == pytest.approx(START, abs=0.15)
        rescue = next(one for one in found[4:8] if one.router == made.router)
        assert value(rescue.findings, RESCUE) == pytest.approx(math.log(odds), abs=0.75)
        assert value(rescue.findings, "A done") == pytest.approx(0.9, abs=0.08)
    assert value(found[-1].findings, "s") > 0
    assert load(tmp_path)[-1] == found[-1]
    assert skillaudit("laws", "--results", tmp_path).out.endswith(text.render(document(found[-1])))
    assert (
        json.loads(skillaudit("laws", "--results", tmp_path, "-f", "json").out)["coupling"]["name"]
        == "coupling"
    )
    for path in tmp_path.glob("f10-*b-0.02*.experiment.json"):
        path.unlink()
    few = skillaudit("laws", "--results", tmp_path)
    assert few.code == 2 and "3 routers that did both f01 and f10, and a line needs 4" in few.err


@pytest.mark.parametrize("said", ["b=x", "c=1", "b", "rescue=-1", "b=nan"])
def test_a_name_that_says_something_else_is_refused(said: str) -> None:
    with pytest.raises(UsageError, match=r"b=0\.05,rescue=4"):
        SimulatedRouter(f"simulated/{said}")


def measured(b: float, odds: float, seed: int) -> RouterLaws:
    """Return what both experiments find of a router with these laws."""
    carried = carry_out(errands("f10"), lambda errand: 0.9, seed)
    done = {(d.group, d.repeat, d.x) for d in carried if d.outcome == "right"}

    def chance(trial: Trial) -> float:
        alone = START - b * math.log(len(trial.offered))
        if "step=B-after" not in trial.condition:
            return alone
        return (
            odds * alone / (1 - alone + odds * alone) if (trial.group, trial.repeat, trial.x) in done else 0.0
        )

    curve = _Curve(simulate(planned("f01"), chance, seed))
    slope = size_fits(curve.sample, curve.sizes, curve.at)[1]
    steps = Sample((*carried, *simulate(planned("f10"), chance, seed + 1)))
    rescue = steps.estimate(ln_rescue(steps, realised_of(steps)))
    return RouterLaws(router=f"{b}", b=slope.value, rescue=rescue)


@pytest.mark.slow
@pytest.mark.parametrize(("planted", "least_coupled", "most_coupled"), [(25.0, 4, 8), (0.0, 0, 1)])
def test_over_eight_seeds_a_coupling_is_found_where_there_is_one(
    planted: float, least_coupled: int, most_coupled: int
) -> None:
    found = []
    for seed in range(8):
        made = [
            measured(b, math.exp(1.2 + planted * (b - 0.065)), 1000 * seed + 10 * at)
            for at, b in enumerate(SLOPES)
        ]
        found.append(couple(made))
    assert sum((one.slope.low or 0.0) <= planted <= (one.slope.high or 0.0) for one in found) >= 6
    assert least_coupled <= sum(one.coupled for one in found) <= most_coupled
