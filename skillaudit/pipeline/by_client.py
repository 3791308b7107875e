"""The forecast in each client that a library is made for, beside that of the whole text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from skillaudit.clients import listing, profile, shown_skills
from skillaudit.config import Config
from skillaudit.progress import Progress
from skillaudit.requests import Gathered
from skillaudit.routing import forecast
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
    whole: tuple[Sequence[Skill], Forecast],
    scorer: Callable[[Sequence[Skill]], Scorer],
    coverage: Coverage,
    progress: Progress,
) -> tuple[ForecastRow, ...]:
    """Return a row for each client that `library` is made for: its skills, its cut text.

    `whole` is what competes with its whole text, and its forecast, which holds for every client that shows just
    that; `scorer` makes a scorer of skills. No rows for a list of tools, or where one client was named.
    """
    if config.client is not None:
        return ()
    known: dict[Text, Forecast] = {_text(whole[0]): whole[1]}
    rows = []
    for client in library.made_for[:MOST]:
        made = listing(library.skills, client, context=config.context, order=config.order)
        shown = shown_skills(library.skills, made)
        if not shown:
            continue
        text = _text(shown)
        if text not in known:
            loaded = {one.id for one in made.found if one.state != "not loaded"}
            known[text] = forecast(
                shown,
                gathered.requests,
                scorer(shown),
                families=[skill.category or "" for skill in shown],
                labels=[-1] * len(shown),
                neighbors=None,
                router=config.router,
                brief=True,
                coverage=coverage,
                library=[skill for skill in library.routable if skill.id in loaded],
                progress=progress,
            ).forecast
        rows.append(_row(known[text], client, len(shown), len(library.skills)))
    return tuple(rows)


def _text(skills: Sequence[Skill]) -> Text:
    return tuple((skill.id, skill.text) for skill in skills)


def _row(found: Forecast, client: str, shown: int, files: int) -> ForecastRow:
    rule = profile(client)
    return ForecastRow(
        router=found.router,
        client=client,
        situation="asked",
        false_trigger=found.false_trigger,
        **shares(found),
        source=f"{rule.title} by its rules of {rule.date}: {shown:,} of {files:,} skills, as its list shows them.",
        extrapolates=found.extrapolates,
    )
