"""The JSON report: what others rely on."""

from __future__ import annotations

import json

import jsonschema
import msgspec
import pytest

from skillaudit.config import Gate
from skillaudit.formatters import json as written
from skillaudit.formatters.json import pieces, read, render, schema
from skillaudit.gate import judge
from tests.reports import small_report


def test_round_trip() -> None:
    report = small_report()
    assert read(render(report)) == report


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_pieces_are_the_whole(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written, "_TOGETHER", 2)
    report = small_report()
    skills = [
        msgspec.structs.replace(report.skills[0], id=f"s{at}", description='\n  "skills": []\u00df')
        for at in range(count)
    ]
    report = msgspec.structs.replace(report, skills=tuple(skills))
    for verdict in (None, judge(report, Gate(max_hijack=0.1))):
        document = msgspec.to_builtins(report)
        if verdict is not None:
            document["verdict"] = msgspec.to_builtins(verdict)
        whole = msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
        assert "".join(pieces(report, verdict=verdict)) == whole


def test_a_report_fits_its_published_schema() -> None:
    jsonschema.Draft202012Validator(schema()).validate(json.loads(render(small_report())))


def test_the_schema_refuses_another_shape() -> None:
    document = json.loads(render(small_report()))
    document["forecast"]["accuracy"]["value"] = "high"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema()).validate(document)
    with pytest.raises(msgspec.ValidationError):
        read(json.dumps(document))


def test_the_fields_that_others_rely_on() -> None:
    document = json.loads(render(small_report()))
    assert document["schema_version"]
    assert {"skills", "routable", "skipped"} <= document["library"].keys()
    assert {"router", "scorer"} <= document["forecast"].keys()
    for rate in ("accuracy", "hijack", "no_skill"):
        assert document["forecast"][rate].keys() == {"value", "low", "high"}
    for skill in document["skills"]:
        assert {"id", "victim_rate", "absorbed", "hubness", "rivals"} <= skill.keys()
    assert {"clusters", "black_holes", "findings"} <= document.keys()
    assert {"code", "severity", "skills", "message", "fingerprint"} <= document["findings"][0].keys()


def test_the_verdict_stands_beside_the_report() -> None:
    report = small_report()
    document = json.loads(render(report, verdict=judge(report, Gate(max_hijack=0.1))))
    assert document["verdict"]["passed"] is False
