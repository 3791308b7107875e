"""`skillaudit probe`: ask a live model what the forecast predicts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skillaudit.asking.defaults import BUDGET, TITLES
from skillaudit.cli.options import (
    FloatRange,
    form_option,
    live_options,
    make_config,
    narration,
    output_option,
    setting_options,
    sources,
)
from skillaudit.cli.output import check_writable, deliver_json, show
from skillaudit.cli.prices import price_of

if TYPE_CHECKING:
    from skillaudit.asking.engine import Preview

_OWN = (
    "study", "repeats", "limit", "precision", "budget", "no_budget", "concurrency", "timeout", "api_base", "resume",
    "log", "export", "synthesize", "save_profile", "seed",
)  # fmt: skip


@click.command("probe")
@sources
@click.option(
    "--model",
    required=True,
    metavar="MODEL",
    help="As litellm names it, such as openai/gpt-4o-mini; or local/hybrid, local/dense, local/lexical.",
)
@click.option("--study", type=click.Choice(list(TITLES)), default="accuracy", show_default=True)
@click.option(
    "--repeats",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="How often each question is put.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Most requests in one condition.")
@click.option(
    "--precision",
    type=FloatRange(0, 0.5, min_open=True),
    help="Accuracy: stop when its 90% interval is this narrow to each side, such as 0.05.",
)
@click.option(
    "--budget", type=FloatRange(min=0), help=f"Dollars, interrupted runs included.  [default: {BUDGET:.2f}]"
)
@live_options
@click.option("--resume", is_flag=True, help="Only go on with a run that the log has; never begin one.")
@click.option("--log", type=click.Path(path_type=Path), help="Where answers are kept.  [default: your own]")
@click.option(
    "--export",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write the decisions as JSONL, with pyarrow as Parquet too.",
)
@click.option(
    "--synthesize",
    metavar="MODEL",
    help="Have another model write requests for skills that none speaks for.",
)
@click.option(
    "--save-profile", metavar="NAME", help="Fit a router profile to the decisions, for --router NAME."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of orders and samples.")
@form_option
@output_option
@setting_options("probe")
def command(
    sources: tuple[str, ...],
    model: str,
    price: str | None,
    form: str,
    output: Path | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Have MODEL route the requests for the skills in SOURCE, and put the result beside the forecast.

    Every answer is kept in a log: an interrupted run goes on where it was, and no question is paid twice.
    """
    from skillaudit.asking.parquet import has_parquet
    from skillaudit.cli.diagnostics import say
    from skillaudit.probe.session import ProbeTerms, run

    own = {name: options.pop(name) for name in _OWN}
    if own["no_budget"] and own["budget"] is not None:
        raise click.UsageError("--budget and --no-budget exclude each other")
    check_writable(output)
    settings = ProbeTerms(model=model, price=price_of(price), **own)
    with narration(quiet) as progress:
        found = run(
            sources,
            make_config(sources, **options),
            settings,
            before=(lambda _: None) if quiet else announce,
            progress=progress,
        )
    if settings.export is not None and not quiet and not has_parquet():
        say("decisions were written as JSONL only; with pyarrow installed they are written as Parquet too")
    if form == "json":
        deliver_json(found, output)
        return
    from skillaudit.page.probe import document
    from skillaudit.probe.studies import STUDIES

    study = found.result.study
    show(document(found, f"{study}: {STUDIES[study].title}", budget=settings.budget), output)


def announce(preview: Preview) -> None:
    """Say what is about to be asked and what it costs, before the first call."""
    from skillaudit.cli.diagnostics import say

    known = "" if preview.questions else "; the log has every answer"
    cost = "price not known" if preview.dollars is None else f"about ${preview.dollars:.4f}"
    limit = "no budget" if preview.budget is None else f"budget ${preview.budget:.2f}"
    spent = f", ${preview.spent:.4f} of it spent before" if preview.spent else ""
    say(f"{preview.trials:,} decisions, about {preview.questions:,} calls, {cost} ({limit}{spent}){known}")
    left = None if preview.budget is None else preview.budget - preview.spent
    if left is not None and preview.dollars is not None and preview.dollars > left:
        say("that is more than the budget: the run will stop there, and a higher --budget will go on")
