"""A report with the rates of another of its rows in front."""

from __future__ import annotations

import msgspec

from skillaudit.answer import answered
from skillaudit.schema import Report, Taxonomy


def seen_by(report: Report, client: str | None, router: str) -> Report | None:
    """Return the report with the rates for a client's list and a class of models in front.

    Who takes from whom, and every list, stay as they were audited; what is not known for the row is left out. None
    where the report has no such row.
    """
    if (client, router) == (report.client, report.forecast.router):
        return report
    row = next(
        (
            row
            for row in report.forecasts
            if row.situation == "asked" and row.router == router and (row.client or report.client) == client
        ),
        None,
    )
    if row is None:
        return None
    forecast = msgspec.structs.replace(
        report.forecast,
        router=row.router,
        accuracy=row.accuracy,
        hijack=row.hijack,
        no_skill=row.no_skill,
        false_trigger=row.false_trigger,
        contested=row.contested,
        taxonomy=Taxonomy(local=0.0, drift=0.0, capture=0.0),
        source=row.source or report.forecast.source,
        extrapolates=row.extrapolates,
    )
    return answered(
        msgspec.structs.replace(report, client=client, forecast=forecast, law=None, execution=None)
    )
