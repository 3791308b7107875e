"""The schemas that are printed are those of what the commands write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest

from skillaudit.cli.schema import RECORDS
from tests.cli.runner import Runner
from tests.conftest import SAMPLES

CLEAN = str(SAMPLES / "clean")
LEXICAL = ("--scorer", "lexical")


def validator(skillaudit: Runner, *names: str) -> jsonschema.Draft202012Validator:
    schema = json.loads(skillaudit("schema", *names).out)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("record", RECORDS)
def test_every_record_has_a_schema_that_refuses_another_shape(skillaudit: Runner, record: str) -> None:
    found = validator(skillaudit, record)
    assert cast("dict[str, Any]", found.schema)["title"] == f"skillaudit {record}"
    with pytest.raises(jsonschema.ValidationError):
        found.validate([])
    with pytest.raises(jsonschema.ValidationError):
        found.validate({})


def test_the_default_is_the_report_and_fits_one(skillaudit: Runner) -> None:
    found = validator(skillaudit)
    found.validate(json.loads(skillaudit("report", CLEAN, "-f", "json", *LEXICAL).out))


def test_a_check_fits_the_report_its_verdict_and_its_baseline(skillaudit: Runner, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    document = json.loads(
        skillaudit("check", CLEAN, "-f", "json", "--write-baseline", str(baseline), *LEXICAL).out
    )
    validator(skillaudit).validate(document)
    validator(skillaudit, "verdict").validate(document["verdict"])
    validator(skillaudit, "baseline").validate(json.loads(baseline.read_text(encoding="utf-8")))


@pytest.mark.slow
def test_an_optimisation_and_its_plan_fit(skillaudit: Runner, tmp_path: Path) -> None:
    source = str(SAMPLES / "confusable")
    plan = tmp_path / "plan.json"
    document = json.loads(skillaudit("optimize", source, "-f", "json", "--plan", str(plan), *LEXICAL).out)
    validator(skillaudit, "optimisation").validate(document)
    validator(skillaudit, "plan").validate(json.loads(plan.read_text(encoding="utf-8")))


def test_an_unknown_record_is_a_usage_error(skillaudit: Runner) -> None:
    assert skillaudit("schema", "nosuch").code == 2
