"""The table of verdicts in the docs has every hypothesis, in the words of the experiments."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillaudit.experiment.studies import EXPERIMENTS
from tests.experiment.simulated import planned, simulate

PAGE = Path(__file__).parents[2] / "docs" / "experiments.md"


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_page_has_what_an_experiment_rules_on(name: str) -> None:
    experiment = EXPERIMENTS[name]
    lines = [
        line
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith(f"| {name.upper()}, ")
    ]
    said = [line.split(" | ")[0].removeprefix(f"| {name.upper()}, ") for line in lines]
    if experiment.models_only:
        assert said == [experiment.title]
        assert lines[0].count("does not apply") == 3
        return
    made = simulate(
        planned(name, 6), lambda trial: 0.7
    )  # a scorer carries nothing out, and the table is of scorers
    assert said == [verdict.hypothesis for verdict in experiment.conclude(made).verdicts]
