"""Every format that can carry a line says what the library says about its own audit."""

from __future__ import annotations

import re

import pytest

from skillaudit.config import Gate
from skillaudit.formatters import FORMATS, render
from skillaudit.gate import Suppression, judge
from skillaudit.gate.verdict import Verdict
from skillaudit.page.library import library_blocks
from skillaudit.schema import OwnSettings
from tests.formatters.reports import make_report
from tests.formatters.test_findings_formats import sarif_of

NOTICE = "lib/x.toml comes with the library. Not used: fail-on"
COUNTED = "1 finding does not count because the library itself says so"
REPORT = make_report(own_settings=OwnSettings(file="lib/x.toml", notices=(NOTICE,)))
EXCUSED = judge(REPORT, Gate(), suppressions=[Suppression(codes=("SA301",), reason="so", where="comment")])
TELLING = sorted(set(FORMATS) - {"gitlab"})


def told(form: str, verdict: Verdict | None) -> str:
    """Return a format's words in one line, without what escapes them."""
    return re.sub(r"[\s\\]+", " ", render(form, REPORT, verdict=verdict)).replace("\\", "")


@pytest.mark.parametrize("form", TELLING)
@pytest.mark.parametrize("verdict", [None, EXCUSED], ids=["report", "check"])
def test_a_format_tells_that_the_library_spoke(form: str, verdict: Verdict | None) -> None:
    text = told(form, verdict).replace(" -", "-")
    assert NOTICE in text
    assert (COUNTED in text) == (verdict is not None)


def test_sarif_with_notices_is_valid() -> None:
    (run,) = sarif_of(REPORT)["runs"]
    (told_of,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told_of["message"]["text"] == NOTICE


def test_the_app_tells_it_beside_the_library() -> None:
    assert NOTICE in str(library_blocks(REPORT)) and NOTICE in str(library_blocks(REPORT, partial=True))
