"""The report summed up: what happens, to whom, how sure that is, and what to do first."""

from __future__ import annotations

import msgspec

from skillaudit.answer.steps import steps
from skillaudit.answer.telling import happens, sure
from skillaudit.schema import Answer, Report

__all__ = ["answered"]


def answered(report: Report, *, forecast: bool = True) -> Report:
    """Return the report with its answer; without `forecast` the audit was stopped before there was one."""
    answer = Answer(
        judged=bool(report.forecast.coverage.requests),
        happens=happens(report, forecast),
        sure=sure(report, forecast),
        steps=steps(report, forecast),
    )
    return msgspec.structs.replace(report, answer=answer)
