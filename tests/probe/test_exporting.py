"""Decisions leave the log as files that the forecast can be fitted to, and as measured rates."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from skillaudit.asking.defaults import StudyName
from skillaudit.asking.log import ProbeLog
from skillaudit.asking.parquet import has_parquet
from skillaudit.asking.rates import rates
from skillaudit.asking.records import Decision
from skillaudit.errors import UsageError
from skillaudit.probe.comparing import absorbers, compare
from skillaudit.probe.exporting import LIBRARY, QUERIES, TABLE, export, measured
from skillaudit.probe.fitting import fit_profile
from skillaudit.probe.ground import Ground
from skillaudit.probe.probing import probe
from skillaudit.requests.gathering import coverage
from skillaudit.requests.records import Gathered
from skillaudit.routing.decisions import NONE, RIGHT, WRONG, read_decisions, read_library
from skillaudit.routing.predict import forecast
from skillaudit.routing.records import Routing
from skillaudit.schema import Library
from skillaudit.scoring import make_scorer
from tests.asking.test_log import decision
from tests.probe.libraries import is_right, make_ground
from tests.probe.rule import Chances, Rule, RuleRouter


def law(asked: object, has: bool) -> Chances:
    """Right in seven of ten."""
    return Chances(0.7, none=0.1, invalid=0.05) if has else Chances(0.0, none=0.6)


def run(ground: Ground, log: ProbeLog, study: StudyName = "accuracy", seed: int = 0) -> tuple[Decision, ...]:
    """Run a study and return its decisions."""
    return asyncio.run(probe(ground, study, RuleRouter(Rule(is_right, law, seed)), log))[1]


def routing_of(ground: Ground) -> Routing:
    """Forecast the ground's own requests."""
    library = Library(sources=(), skills=ground.skills)
    return forecast(
        ground.skills,
        ground.requests,
        ground.scorer,
        families=[""] * len(ground.skills),
        labels=[-1] * len(ground.skills),
        neighbors=None,
        coverage=coverage(library, Gathered(requests=ground.requests)),
    )


def test_exported_decisions_are_read_as_they_were_made(log: ProbeLog, tmp_path: Path) -> None:
    ground = make_ground(12, 2, idle=6)
    made = run(ground, log)
    export(log, tmp_path / "out")
    skills = read_library(tmp_path / "out" / LIBRARY)
    read = read_decisions(tmp_path / "out" / QUERIES, skills)
    assert len(read.decisions) == len(made) == 30 and read.models == ("rule/known",)
    by_query = {found.query: found for found in read.decisions}
    for d in made:
        found = by_query[d.query]
        assert found.offered is not None
        assert [skills[row].name for row in found.offered] == list(d.offered)
        expected = {"right": RIGHT, "hijack": WRONG}.get(d.outcome, NONE)
        assert found.outcome("rule/known") == expected
        assert [skills[row].name for row in found.gold] == list(d.gold)


def test_a_right_skill_that_was_not_shown_makes_no_false_no_skill_line(log: ProbeLog, tmp_path: Path) -> None:
    from skillaudit.asking.records import Entry

    cut = decision("k", gold=("hidden",), offered=("a",), chosen="a", outcome="hijack")
    log.record_decision("run", cut, (Entry(name="a", description="Ants."),))
    export(log, tmp_path)
    assert read_decisions(tmp_path / QUERIES, read_library(tmp_path / LIBRARY)).decisions == ()


def test_equal_decisions_make_equal_files(tmp_path: Path) -> None:
    ground = make_ground(8, 1)
    for name in ("one", "two"):
        with ProbeLog(tmp_path / name) as log:
            run(ground, log)
            export(log, tmp_path / f"{name}-out")
    for file in (LIBRARY, QUERIES):
        assert (tmp_path / "one-out" / file).read_bytes() == (tmp_path / "two-out" / file).read_bytes()


def test_parquet_is_written_where_it_can_be(
    log: ProbeLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(make_ground(8, 1), log)
    written = export(log, tmp_path)
    assert ((tmp_path / TABLE) in written) == has_parquet()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not has_parquet()


def test_parquet_holds_what_was_decided(log: ProbeLog, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    made = run(make_ground(8, 1, idle=2), log)
    export(log, tmp_path)
    rows = parquet.read_table(tmp_path / TABLE).to_pylist()
    assert {row["run"] for row in rows} == set(log.runs())
    fields = ("key", "study", "model", "condition", "x", "query", "outcome", "chosen", "position", "repeat")
    found = {row["key"]: row for row in rows}
    assert len(rows) == len(found) == len(made)
    for d in made:
        row = found[d.key]
        assert [row[name] for name in fields] == [getattr(d, name) for name in fields]
        assert [tuple(row[name]) for name in ("gold", "offered", "answers")] == [d.gold, d.offered, d.answers]
    assert not list(tmp_path.glob("*.part"))
    empty = tmp_path / "empty"
    export(log, empty, ["no such run"])
    assert parquet.read_schema(empty / TABLE) == parquet.read_schema(tmp_path / TABLE)


def test_an_empty_log_makes_empty_files(log: ProbeLog, tmp_path: Path) -> None:
    for path in export(log, tmp_path):
        assert path.is_file()
    assert read_library(tmp_path / LIBRARY) == ()


def test_a_profile_is_fitted_to_a_probe(log: ProbeLog) -> None:
    made = run(make_ground(60, 4, idle=20), log, "decay")
    runs = list(log.runs())
    profile = fit_profile(log, runs, lambda texts: make_scorer("lexical", texts), "mine")
    assert profile.name == "mine" and profile.decisions == len(made)
    assert profile.sizes == (5, 60) and set(profile.fits) == {"lexical"}
    # The rule is right in seven of ten whatever is on offer, and errs by a hijack in half of the rest.
    fit = profile.fits["lexical"]
    typical = 1 / (1 + np.exp(-np.dot(fit.coefficients, (1.0, 0.2, np.log1p(30 / 90)))))
    assert 0.6 < typical < 0.8


def test_measured_rates_are_those_of_the_latest_accuracy_study(tmp_path: Path) -> None:
    path = tmp_path / "log"
    ground = make_ground(12, 3, idle=6)
    with ProbeLog(path) as log:
        run(ground, log, "decay")
        made = run(ground, log)
    found = measured(path, skills=ground.skills)
    assert found.rates == rates(sorted(made, key=lambda d: d.key)) and found.model == "rule/known"
    assert found.changed == ()
    other = msgspec.structs.replace(ground.skills[3], description="Something else now.")
    new = msgspec.structs.replace(ground.skills[0], id="new", name="new")
    changed = measured(path, skills=(*ground.skills[:3], other, new)).changed
    assert changed == (other.id, "new")
    assert measured(path, model="rule/known").model == "rule/known"


def test_measured_rates_are_those_of_the_library_in_question(tmp_path: Path) -> None:
    path = tmp_path / "log"
    here, elsewhere = make_ground(12, 3), make_ground(30, 1)
    with ProbeLog(path) as log:
        made = run(here, log)
        run(elsewhere, log)
    found = measured(path, skills=here.skills)
    # The other library's names include all of these, with the same descriptions: the latest of equals.
    assert found.changed == () and found.rates != rates(sorted(made, key=lambda d: d.key))
    own = tuple(
        msgspec.structs.replace(skill, description=f"{skill.description} Here.") for skill in here.skills
    )
    with ProbeLog(path) as log:
        made = run(replace(here, skills=own), log)
        run(elsewhere, log, seed=1)
    found = measured(path, skills=own)
    assert found.changed == () and found.rates == rates(sorted(made, key=lambda d: d.key))


def test_measured_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such log"):
        measured(tmp_path / "none")
    with ProbeLog(tmp_path / "log"):
        pass
    with pytest.raises(UsageError, match="no accuracy study of m"):
        measured(tmp_path / "log", model="m")


def test_a_cut_description_is_the_same_skill() -> None:
    from skillaudit.asking.records import Entry
    from skillaudit.probe.exporting import _same
    from skillaudit.schema import Skill

    skill = Skill(id="a", name="a", description="Turns tables into charts.")
    assert _same(skill, {Entry(name="a", description="Turns tab…")})
    assert _same(skill, {Entry(name="a", description="")})
    assert not _same(skill, {Entry(name="a", description="Draws charts.")})
    assert not _same(skill, set())


def test_forecast_and_measurement_stand_side_by_side(log: ProbeLog) -> None:
    ground = make_ground(20, 4, idle=5)
    made = run(ground, log)
    found = compare(routing_of(ground), made)
    routed = [d for d in made if d.gold]
    assert sum(row.decisions for row in found.skills) == len(routed) == 80
    for row in found.skills:
        own = [d for d in routed if d.group == row.skill]
        assert row.measured_victim.value == pytest.approx(sum(d.outcome == "hijack" for d in own) / len(own))
        taken = sum(d.chosen == row.skill and d.outcome == "hijack" for d in routed)
        assert row.measured_absorbed == pytest.approx(taken / 76)
        assert row.predicted_victim is not None and 0 <= row.predicted_victim <= 1
    assert dict(absorbers(made)).items() >= {
        (r.skill, round(r.measured_absorbed * 76)) for r in found.skills if r.measured_absorbed
    }
    assert found.rank_correlation is not None and -1 <= found.rank_correlation <= 1


def test_a_forecast_outside_the_interval_is_marked(log: ProbeLog) -> None:
    ground = make_ground(10, 12)
    routing = routing_of(ground)
    lost = [
        decision(f"{n}", query=f"q{n}", gold=(ground.skills[0].id,), group=ground.skills[0].id, outcome="hijack",
                 chosen=ground.skills[1].id)
        for n in range(12)
    ]  # fmt: skip
    rows = {row.skill: row for row in compare(routing, lost).skills}
    assert not rows[ground.skills[0].id].agrees
    assert rows[ground.skills[1].id].measured_absorbed == 1.0
