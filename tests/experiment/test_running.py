"""Experiments run through the probe's engine: logged, resumed, counted, kept, and put on one page."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import IO, Any, cast

import msgspec
import numpy as np
import numpy.typing as npt
import pytest
from click.testing import CliRunner

from skillaudit.asking.engine import Limits
from skillaudit.asking.log import ProbeLog
from skillaudit.asking.prompts import Question
from skillaudit.asking.records import Decision
from skillaudit.asking.routers import CrossRouter, LocalRouter
from skillaudit.cli.experiment import command
from skillaudit.embedding.pairs import PairReader
from skillaudit.errors import UsageError
from skillaudit.experiment.errands import quoted
from skillaudit.experiment.published import in_words, published_values
from skillaudit.experiment.records import Findings, Result
from skillaudit.experiment.running import run
from skillaudit.experiment.session import names_of
from skillaudit.experiment.storage import load, save
from skillaudit.experiment.studies import EXPERIMENTS
from skillaudit.experiment.synthetic import pool
from skillaudit.experiment.tasks import Scope
from skillaudit.llm import Completion, Price
from skillaudit.page import html, markdown, text
from skillaudit.page.experiment import document, figure, summary, verdict_table
from skillaudit.page.experiment import page as page_of
from skillaudit.scoring import make_scorer
from skillaudit.scoring.ngrams import tokens
from tests.conftest import plain

SMALL = Scope(seeds=1, tasks=6)


class Knowing:
    """A router that knows the plan of an experiment, carries every step out right, and answers right for all tasks."""

    name = "simulated/knowing"
    parameters: Mapping[str, Any] = {}

    def __init__(self, name: str, price: Price | None = None) -> None:
        self.price = price or Price(prompt=0.0, completion=0.0)
        self.asked = 0
        experiment = EXPERIMENTS[name]
        errands = experiment.errands(SMALL) if experiment.errands else ()
        self._results = {errand.prompt: str(errand.answer) for errand in errands}
        plan = quoted(experiment.plan(SMALL), {errand.key: str(errand.answer) for errand in errands})
        self._right = {trial.task or trial.query: trial.gold[0] for trial in plan.trials}
        self._skills = {skill.id: skill for skill in pool().skills}

    async def answer(self, question: Question) -> Completion:
        """Answer with the result, or the label of the right skill, or of the category that holds it."""
        self.asked += 1
        if not question.labels:
            return Completion(text=self._results[question.query])
        right = self._right[question.query]
        labels = dict(zip(question.targets, question.labels, strict=True))
        if right in labels:
            return Completion(text=labels[right])
        skill = self._skills[right]
        return Completion(
            text=next(label for label in question.labels if label in (skill.domain, skill.name))
        )


def lexical() -> LocalRouter:
    """Return a router that needs no model."""
    return LocalRouter("local/lexical", lambda texts: make_scorer("lexical", texts))


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Return a small H3 by the lexical router."""
    with ProbeLog(tmp_path_factory.mktemp("log") / "log.sqlite") as log:
        return run("h3", lexical(), log, SMALL)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_router_that_knows_is_always_right(name: str, tmp_path: Path) -> None:
    with ProbeLog(tmp_path / "log.sqlite") as log:
        found = run(name, Knowing(name), log, SMALL)
    assert sum(row.right for row in found.rows) == sum(row.decisions for row in found.rows) == found.planned
    assert {verdict.ruling for verdict in found.findings.verdicts} == {
        "no effect"
    } and not found.not_applicable


@pytest.mark.parametrize(("name", "budget"), [("h2", 0.05), ("f10", 0.01), ("f10", 0.05), ("f11", 0.004)])
def test_nothing_is_asked_twice_and_a_budget_ends_a_run(name: str, budget: float, tmp_path: Path) -> None:
    router = Knowing(name, Price(prompt=1e-5, completion=0.0))
    with ProbeLog(tmp_path / "log.sqlite") as log:
        with pytest.raises(UsageError, match="higher --budget"):
            run(name, router, log, SMALL, Limits(budget=budget))
        early = router.asked
        assert early > 0
        found = run(name, router, log, SMALL, Limits(budget=100.0))
        assert found.spending.calls == router.asked - early
        again = run(name, router, log, SMALL, Limits(budget=100.0))
    assert again.spending.calls == 0
    assert again.rows == found.rows and again.findings == found.findings


def page(results: Sequence[Result]) -> str:
    return html.render(lambda _: page_of(results), title="Experiments")


@pytest.mark.parametrize("name", ["f09", "f10", "f11"])
def test_a_scorer_is_not_asked_what_only_a_model_can_show(name: str, tmp_path: Path) -> None:
    with ProbeLog(tmp_path / "log.sqlite") as log:
        found = run(name, lexical(), log, SMALL)
        assert not log.runs()
    assert found.not_applicable == EXPERIMENTS[name].models_only != ""
    assert found.findings == Findings() and not found.rows
    save(found, tmp_path / "out")
    assert load(tmp_path / "out") == (found,)
    for text_of in (page((found,)), text.render(document(found)), text.render([summary((found,))])):
        assert "does not apply" in text_of
    assert EXPERIMENTS[name].models_only in " ".join(text.render(document(found)).split())


def test_the_table_of_verdicts_has_a_column_for_each_router(result: Result) -> None:
    verdict = result.findings.verdicts[0]
    effect = msgspec.structs.replace(verdict.effect, value=-0.25)
    strong = msgspec.structs.replace(
        verdict, ruling="supported", effect=effect, hypothesis="a | b costs", paper="-0.2 | more"
    )
    weak = msgspec.structs.replace(strong, ruling="no effect")
    one, other = (
        msgspec.structs.replace(
            result, router=router, findings=msgspec.structs.replace(result.findings, verdicts=(ruled,))
        )
        for router, ruled in (("x/one", strong), ("x/two", weak))
    )
    none = msgspec.structs.replace(
        one, name="f11", title="who recovers", findings=Findings(), not_applicable="No."
    )
    table = markdown.render([verdict_table((one, other, none))])
    assert plain(table).splitlines() == [
        "| hypothesis | x/one | x/two | the paper |",
        "| --- | --- | --- | --- |",
        "| H3, a \\| b costs | supported, -0.25 (-0.0789 to 0.304) | no effect | -0.2 \\| more |",
        f"| F11, who recovers | does not apply |  | {in_words('f11')} |",
    ]


def test_a_scorer_routes_what_it_can_and_the_rest_is_said(tmp_path: Path) -> None:
    with ProbeLog(tmp_path / "log.sqlite") as log:
        found = run("f12", lexical(), log, SMALL)
    assert len(found.findings.verdicts) == 1 and not found.not_applicable
    assert EXPERIMENTS["f12"].models_part in found.findings.notes
    assert {tuple(row.factors) for row in found.rows} == {("rival",)}


class Overlap:
    """Counts words that request and descriptor share; reading `not`, those of a boundary clause count against it."""

    def __init__(self, *, reads_not: bool) -> None:
        self.source = SimpleNamespace(key=f"overlap {reads_not}")
        self._mark = "Not for" if reads_not else "\0"

    def scores(self, query: str, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Shared words, less those that only the clause has."""
        asked, found = set(tokens(query)), []
        for one in texts:
            claimed, excluded = (set(tokens(part)) for part in one.partition(self._mark)[::2])
            found.append(len(asked & claimed) - len(asked & (excluded - claimed)))
        return np.array(found, dtype=np.float32)


def test_a_reader_of_not_is_helped_by_boundary_clauses_and_another_is_not(tmp_path: Path) -> None:
    gain = {}
    for reads_not in (False, True):
        router = CrossRouter(f"cross/{reads_not}", cast("PairReader", Overlap(reads_not=reads_not)))
        with ProbeLog(tmp_path / "log.sqlite") as log:
            found = run("f06", router, log, Scope(seeds=1, tasks=20)).findings
        values = {one.name: one.value.value or 0.0 for one in found.fits}
        gain[reads_not] = values["boundary"] - values["before"]
    assert gain[True] > 0 > gain[False]


def test_rows_count_every_decision_of_every_condition(result: Result) -> None:
    assert len(result.rows) == 15
    for row in result.rows:
        assert row.right + row.hijack + row.no_skill == row.decisions == 6
        assert row.offered == float(row.factors["size"])


def test_results_come_back_from_their_folder(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skillaudit.experiment.storage.has_parquet", lambda: False)
    made = save(result, tmp_path / "out", figure=html.svg(figure(result)))
    assert [path.name for path in made] == [
        "h3-local-lexical.experiment.json",
        "h3-local-lexical.jsonl",
        "h3-local-lexical.svg",
    ]
    assert load(tmp_path / "out") == (result,)
    rows = [json.loads(line) for line in made[1].read_text().splitlines()]
    assert rows[0].items() >= {"router": "local/lexical", "size": 10, "policy": "complex", "seed": 0}.items()
    assert len(rows) == 15 and {len(row) for row in rows} == {10}
    made[0].write_text("{}")
    with pytest.raises(UsageError, match="not a result of an experiment"):
        load(tmp_path / "out")
    with pytest.raises(UsageError, match="holds no results"):
        load(tmp_path / "empty")


def test_every_decision_has_its_row(tmp_path: Path) -> None:
    decisions: list[Decision] = []
    with ProbeLog(tmp_path / "log.sqlite") as log:
        found = run("f12", Knowing("f12"), log, SMALL, after=decisions.extend)
    made = {path.name: path for path in save(found, tmp_path / "out", decisions)}
    again = {path.name: path for path in save(found, tmp_path / "again", decisions)}
    name = "f12-simulated-knowing.decisions.jsonl.gz"
    assert made[name].read_bytes() == again[name].read_bytes()
    rows = [json.loads(line) for line in gzip.decompress(made[name].read_bytes()).splitlines()]
    assert len(rows) == len(decisions) == found.planned
    for row in found.rows:
        own = [r for r in rows if row.factors.items() <= r.items() and r["seed"] == row.seed]
        assert len(own) == row.decisions and all(r["outcome"] == "right" for r in own)
    routed, done = ([row for row in rows if bool(row["offered"]) == some] for some in (True, False))
    assert all(row["chosen"] == row["gold"] and row["position"] >= 1 for row in routed)
    assert done and all(row["chosen"] is None and row["gold"].isdigit() for row in done)
    assert load(tmp_path / "out") == (found,)


class Arrow(ModuleType):
    """Stands in for pyarrow and its parquet module; writes the columns as JSON."""

    string, int64, float64 = (staticmethod(lambda kind=kind: kind) for kind in (str, int, float))
    list_ = staticmethod(lambda kind: list)
    schema: Any = staticmethod(dict)

    @property
    def Table(self) -> Arrow:  # noqa: N802 - pyarrow's name
        """The module itself makes tables."""
        return self

    def from_pylist(self, rows: list[dict[str, Any]], schema: dict[str, type]) -> dict[str, list[Any]]:
        """Check that every value is of its column's kind."""
        for row in rows:
            assert all(value is None or type(value) is schema[name] for name, value in row.items())
        return {name: [row.get(name) for row in rows] for name in schema}

    def write_table(self, table: dict[str, list[Any]], file: IO[bytes]) -> None:
        """Write the columns."""
        file.write(json.dumps(table).encode())


def test_the_table_is_also_parquet_where_that_can_be(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skillaudit.experiment.storage.has_parquet", lambda: False)
    assert not [path for path in save(result, tmp_path) if path.suffix == ".parquet"]
    monkeypatch.setattr("skillaudit.experiment.storage.has_parquet", lambda: True)
    for name in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, name, Arrow(name))
    rows = list(result.rows)
    rows[0] = msgspec.structs.replace(rows[0], factors={"size": "all", "extra": "1"})
    made = save(msgspec.structs.replace(result, rows=tuple(rows)), tmp_path)
    (path,) = [path for path in made if path.suffix == ".parquet"]
    table = json.loads(path.read_bytes())
    assert table["size"] == ["all", *(row.factors["size"] for row in rows[1:])]
    assert table["extra"] == [1, *([None] * 14)]
    assert table["right"] == [row.right for row in rows]


def test_the_page_holds_all_and_escapes_names(result: Result) -> None:
    evil = msgspec.structs.replace(result, router="<script>x</script>")
    made = page((result, evil))
    assert "<script>x" not in made and "&lt;script&gt;" in made
    assert made.count("<svg") == 2
    assert result.findings.verdicts[0].hypothesis in made
    for value in published_values("h3"):
        assert value.source in made


def test_names_are_checked() -> None:
    assert names_of("all") == tuple(EXPERIMENTS)
    assert names_of("H2") == ("h2",)
    with pytest.raises(UsageError, match="did you mean h1"):
        names_of("h11")


def test_the_command_runs_lists_and_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("experiment.storage", "probe.exporting"):
        monkeypatch.setattr(f"skillaudit.{place}.has_parquet", lambda: False)
    out = str(tmp_path / "out")
    asked = [
        "h2",
        "--router",
        "local/lexical",
        "--seeds",
        "1",
        "--tasks",
        "5",
        "--out",
        out,
        "--no-cache",
    ]
    ran = CliRunner().invoke(command, asked)
    assert ran.exit_code == 0, ran.output
    assert "for Parquet too, install pyarrow" in ran.stderr
    assert CliRunner().invoke(command, [*asked, "-q"]).stderr == ""
    assert "local/lexical, 100 decisions" in ran.output and "the paper" in ran.output
    reported = CliRunner().invoke(command, ["report", "--out", out, "-f", "json", "-q"])
    (found,) = msgspec.json.decode(reported.output, type=list[Result])
    assert found.router == "local/lexical"
    assert (tmp_path / "out" / "report.html").read_text().startswith("<!DOCTYPE html>")
    tabled = CliRunner().invoke(command, ["report", "--out", out, "-f", "markdown", "-q"])
    head, rule, *rows = tabled.output.splitlines()
    assert head == "| hypothesis | local/lexical | the paper |" and rule == "| --- | --- | --- |"
    assert len(rows) == 2 and all(row.startswith("| H2, rivals that") for row in rows)
    for form in ("text", "json", "markdown"):
        listed = CliRunner().invoke(command, ["list", "-f", form])
        assert all(name in listed.output for name in EXPERIMENTS)


@pytest.mark.parametrize(
    ("asked", "message"), [(["h1"], "--router"), (["report"], "--out"), (["h1", "--price", "x"], "--router")]
)
def test_what_is_missing_is_said(asked: list[str], message: str) -> None:
    found = CliRunner().invoke(command, asked)
    assert found.exit_code == 2
    assert message in found.output
