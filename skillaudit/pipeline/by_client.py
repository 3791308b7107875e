"""The forecast in each client that a library is made for, beside that of the whole text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from skillaudit.clients import listing, offered, profile
from skillaudit.config import Config
from skillaudit.pipeline.stages import Around, routed
from skillaudit.progress import Progress
from skillaudit.requests.records import Gathered
from skillaudit.routing.rates import shares
from skillaudit.schema import Coverage, Forecast, ForecastRow, Library, Skill
from skillaudit.scoring import Scorer

MOST = 6
"""Clients that get a row: a library that is for more is for all."""

Text = tuple[tuple[str, str], ...]


def client_rows(
    library: Library,
    gathered: Gathered,
    config: Config,
    whole: tuple[Sequence[Skill], Forecast, Mapping[str, str]],
    scorer: Callable[[Sequence[Skill]], Scorer],
    coverage: Coverage,
    progress: Progress,
) -> tuple[ForecastRow, ...]:
    """Return a row for each client that `library` is made for: its skills, its cut text.

    `whole` is what competes with its whole text, its forecast, and the gateways above it, which hold for every client
    that shows just that; `scorer` makes a scorer of skills. No rows for a list of tools, or where one client was named.
    """
    if config.client is not None:
        return ()
    known: dict[tuple[Text, Text], Forecast] = {(_text(whole[0]), tuple(whole[2].items())): whole[1]}
    rows = []
    for client in library.made_for[:MOST]:
        made = listing(library.skills, client, context=config.context, order=config.order)
        shown, parents = offered(library.skills, made)
        if not shown:
            continue
        text = _text(shown), tuple(parents.items())
        if text not in known:
            loaded = {one.id for one in made.found if one.state != "not loaded"}
            none = Around([skill.category or "" for skill in shown], [-1] * len(shown), None)
            known[text] = routed(
                shown,
                gathered.requests,
                scorer(shown),
                parents,
                none,
                router=config.router,
                brief=True,
                coverage=coverage,
                library=[skill for skill in library.routable if skill.id in loaded],
                progress=progress,
            ).forecast
        how = "its list and its gateways show" if parents else "its list shows"
        told = f"{len(shown):,} of {len(library.skills):,} skills, as {how} them."
        rows.append(_row(known[text], client, told))
    return tuple(rows)


def _text(skills: Sequence[Skill]) -> Text:
    return tuple((skill.id, skill.text) for skill in skills)


def _row(found: Forecast, client: str, told: str) -> ForecastRow:
    rule = profile(client)
    return ForecastRow(
        router=found.router,
        client=client,
        situation="asked",
        false_trigger=found.false_trigger,
        **shares(found),
        source=f"{rule.title} by its rules of {rule.date}: {told}",
        extrapolates=found.extrapolates,
    )
