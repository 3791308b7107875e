"""A stopped audit: what the files say is there, nothing is forecast, and every format can write it."""

from __future__ import annotations

import pytest

from skillaudit import formatters
from skillaudit.config import Config
from skillaudit.errors import UsageError
from skillaudit.pipeline.partial import STOPPED, files_report
from skillaudit.schema import Defect, Library, Skill, Skipped

LIBRARY = Library(
    sources=("./skills",),
    skills=(
        Skill(id="pdf-forms", name="pdf-forms", description="Fill in PDF forms.", path="pdf-forms/SKILL.md"),
        Skill(id="deploy", name="deploy", description="Ship it.", path="deploy/SKILL.md", manual_only=True),
    ),
    skipped=(Skipped(path="drafts/SKILL.md", reason="empty file", code="empty-file"),),
    defects=(Defect(skill="deploy", kind="description-too-short", path="deploy/SKILL.md", line=3),),
)


def test_the_files_speak_and_nothing_is_forecast() -> None:
    report = files_report(LIBRARY, Config(scorer="lexical"))
    assert [(finding.code, finding.skills) for finding in report.findings] == [
        ("SA001", ()),
        ("SA008", ("deploy",)),
    ]
    assert (report.library.skills, report.library.routable, report.library.skipped) == (2, 1, LIBRARY.skipped)
    forecast = report.forecast
    assert forecast.source == STOPPED and forecast.scorer == "lexical" and forecast.coverage.requests == 0
    rates = (forecast.accuracy, forecast.hijack, forecast.no_skill, forecast.false_trigger)
    assert all((rate.value, rate.low, rate.high) == (None, None, None) for rate in rates)
    assert [skill.id for skill in report.skills] == ["pdf-forms", "deploy"]
    assert all((skill.victim_rate, skill.x, skill.cluster) == (None, None, -1) for skill in report.skills)
    assert report.skills[1].manual_only and len(report.skills[0].visibility) == len(report.clients) > 0
    assert (report.clusters, report.pairs, report.black_holes, report.law) == ((), (), (), None)


def test_what_a_client_has_no_room_for_is_a_finding_all_the_same() -> None:
    skills = tuple(
        Skill(id=f"s{at}", name=f"s{at}", description="word " * 100, path=f"s{at}/SKILL.md")
        for at in range(60)
    )
    report = files_report(Library(sources=("./skills",), skills=skills), Config(client="codex"))
    codes = {(finding.code, finding.severity) for finding in report.findings}
    assert ("SA402", "warning") in codes and not codes & {("SA501", "info"), ("SA502", "info")}
    assert report.client == "codex"


@pytest.mark.parametrize("form", sorted(formatters.FORMATS))
def test_every_format_can_write_it(form: str) -> None:
    assert formatters.render(form, files_report(LIBRARY, Config()))


def test_an_unknown_router_is_refused() -> None:
    with pytest.raises(UsageError):
        files_report(LIBRARY, Config(router="nobody"))
