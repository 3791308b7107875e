"""What can be said of a library before its audit ends: what its files say, and the forecast by words alone."""

from __future__ import annotations

import msgspec

from skillaudit.answer import answered
from skillaudit.checks import Facts, check
from skillaudit.clients import select, visibility
from skillaudit.config import Config
from skillaudit.pipeline.assemble import bystander, summary
from skillaudit.routing.profiles import default_router, find
from skillaudit.schema import (
    SCHEMA_VERSION,
    Coverage,
    EmbeddingSummary,
    Estimate,
    Forecast,
    Hubness,
    Library,
    Report,
    Taxonomy,
)
from skillaudit.version import __version__

STOPPED = "Nothing: the audit was stopped before a forecast was made."
MANY_TEXTS = 500
"""Texts to embed from which on the forecast by words alone comes first: several seconds of work."""
_NONE = Estimate(value=None, low=None, high=None)


def files_report(library: Library, config: Config) -> Report:
    """Return a report with the findings of the files and what clients show, all forecast left out.

    Every rate is None; skills come without figures, in no cluster and on no map. Raises UsageError for an
    unknown router.
    """
    library = select(library, config)
    views = visibility(library.skills, context=config.context, order=config.order)
    evidence = Facts(
        library=library,
        client=config.client,
        clients=views.columns,
        forecast=_no_forecast(config),
        skills=tuple(
            msgspec.structs.replace(bystander(skill), visibility=view.states)
            for skill, view in zip(library.skills, views.rows, strict=True)
        ),
        clusters=(),
        hubness=Hubness(k=0, skewness=None, anti_hubs=()),
        black_holes=(),
        over_general=(),
        pairs=(),
    )
    report = Report(
        schema_version=SCHEMA_VERSION,
        tool_version=__version__,
        library=summary(library),
        client=config.client,
        clients=evidence.clients,
        embedding=EmbeddingSummary(model="none"),
        forecast=evidence.forecast,
        skills=evidence.skills,
        clusters=(),
        noise=0,
        hubness=evidence.hubness,
        black_holes=(),
        over_general=(),
        pairs=(),
        findings=check(evidence),
        own_settings=config.own_settings,
    )
    return answered(report, forecast=False)


def _no_forecast(config: Config) -> Forecast:
    return Forecast(
        router=find(config.router or default_router(config.scorer), config.scorer).name,
        scorer=config.scorer,
        accuracy=_NONE,
        hijack=_NONE,
        no_skill=_NONE,
        false_trigger=_NONE,
        taxonomy=Taxonomy(local=0.0, drift=0.0, capture=0.0),
        coverage=Coverage(
            requests=0, no_skill_requests=0, judged_skills=0, unjudged=(), sources=(), leaked=0
        ),
        source=STOPPED,
    )


def words_report(library: Library, config: Config) -> Report:
    """Return the report by words alone, which needs no vectors."""
    from skillaudit.pipeline.flow import audit_library

    return audit_library(library, msgspec.structs.replace(config, scorer="lexical", map="pca", router=None))
