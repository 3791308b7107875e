"""`skillaudit laws`: the published laws of accuracy against size, beside a library's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skillaudit.cli.options import form_option, make_config, narration, setting_options
from skillaudit.cli.output import deliver_json, show

if TYPE_CHECKING:
    from skillaudit.config import Config
    from skillaudit.experiment.records import Result
    from skillaudit.laws.published import PublishedLaw
    from skillaudit.progress import Progress
    from skillaudit.schema import LibraryCurve

SIZES = (10, 20, 50, 100, 200, 500)
"""Sizes at which every law is evaluated."""


@click.command("laws")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--measured",
    type=click.Path(path_type=Path),
    metavar="LOG",
    help="The law of a library as `skillaudit probe --study decay` measured it.",
)
@click.option(
    "--results",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Also whether b tells the rescue, of the routers that `skillaudit experiment f01` and `f10` wrote to DIR.",
)
@click.option("--model", help="Which model, where several are in the LOG.")
@form_option
@setting_options("laws")
def command(
    sources: tuple[str, ...],
    measured: Path | None,
    results: Path | None,
    model: str | None,
    form: str,
    quiet: bool,
    **options: Any,
) -> None:
    """List the published laws, with source and range; with SOURCE, the library's own beside them."""
    import msgspec

    from skillaudit.laws.execution_law import rescue_curve
    from skillaudit.laws.published import published

    own = None
    if sources and measured is not None:
        raise click.UsageError("--measured is the law of the library that was probed; leave SOURCE out")
    if model is not None and measured is None:
        raise click.UsageError("--model is for --measured, which is not given")
    if measured is not None:
        from skillaudit.probe.law import measured_law

        own = measured_law(measured, model=model, floor=make_config(**options).floor)
    if sources:
        config = make_config(sources, **options)
        with narration(quiet) as progress:
            own = own_law(sources, config, progress)
    coupled = None if results is None else _coupling(results)
    if form == "json":
        rows = [
            msgspec.to_builtins(law) | {"accuracy": dict(zip(map(str, SIZES), values(law), strict=True))}
            for law in published()
        ]
        deliver_json({"published": rows, "library": own, "rescue": rescue_curve(), "coupling": coupled})
        return
    from skillaudit.page.blocks import Paragraph
    from skillaudit.page.laws import document

    show(document(published(), SIZES, rescue_curve(), own))
    if coupled is not None:
        from skillaudit.page.experiment import document as experiment

        show([Paragraph(""), *experiment(coupled)])


def _coupling(folder: Path) -> Result:
    """Return the line of rescue against b over the routers of a folder of results."""
    from skillaudit.errors import UsageError
    from skillaudit.experiment.coupling import NAME, measured
    from skillaudit.experiment.storage import load
    from skillaudit.laws.coupling import LEAST

    found = load(folder)
    coupled = next((result for result in found if result.name == NAME), None)
    if coupled is None:
        raise UsageError(
            f"{folder} has {len(measured(found))} routers that did both f01 and f10, and a line needs {LEAST}; run "
            "`skillaudit experiment` for more"
        )
    return coupled


def own_law(sources: Sequence[str], config: Config, progress: Progress) -> LibraryCurve:
    """Return the law of the library in `sources`, as `audit` finds it."""
    from skillaudit.cache import Cache
    from skillaudit.clients import select
    from skillaudit.load import load
    from skillaudit.pipeline.growth import law_of
    from skillaudit.pipeline.making import competing, doors, scorer_for
    from skillaudit.requests.gathering import gather
    from skillaudit.sessions.weighing import in_order_of_use

    library = select(load(sources, progress=progress), config)
    requests = gather(library, config.requests, progress=progress).requests
    cache = Cache(config.cache) if config.use_cache else None
    try:
        library = in_order_of_use(library, config.order, cache=cache, progress=progress)
        shown = competing(library, config)
        scorer = scorer_for(shown, config, cache, progress)[0]
        return law_of(
            shown,
            requests,
            scorer,
            doors(library, config),
            router=config.router,
            floor=config.floor,
            progress=progress,
        )
    finally:
        if cache is not None:
            cache.close()


def values(law: PublishedLaw) -> tuple[float, ...]:
    """Return what a published law says at `SIZES`."""
    from skillaudit.laws.forms import evaluate

    return evaluate(law.law, SIZES)
