"""`skillaudit experiment`: the papers' experiments on any router."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skillaudit.asking.defaults import BUDGET
from skillaudit.cli.options import FloatRange, live_options, narration, quiet_option
from skillaudit.cli.output import deliver, show
from skillaudit.cli.prices import price_of

if TYPE_CHECKING:
    from skillaudit.asking.engine import Preview
    from skillaudit.page.blocks import Block

REPORT = "report.html"


@click.command("experiment")
@click.argument("name", metavar="NAME|all|list|report")
@click.option(
    "--router",
    "routers",
    multiple=True,
    metavar="MODEL",
    help="As litellm names it, such as openai/gpt-4o-mini; or local/hybrid, local/dense, local/lexical; "
    "cross/MODEL, a cross-encoder, which reads the word not; or simulated/b=0.05,rescue=4, whose laws "
    "are set. Repeatable.",
)
@click.option(
    "--seeds", type=click.IntRange(min=1), default=3, show_default=True, help="Libraries of each kind."
)
@click.option(
    "--tasks", type=click.IntRange(min=5), default=90, show_default=True, help="Per condition and seed."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep results, tables (JSONL, Parquet), figures, log.",
)
@click.option(
    "--log", type=click.Path(path_type=Path), help="Where answers are kept.  [default: DIR, or your own]"
)
@click.option(
    "--budget",
    type=FloatRange(min=0),
    help=f"Dollars for one experiment on one model.  [default: {BUDGET:.2f}]",
)
@live_options
@click.option(
    "--embedder", metavar="ID", help="Embedding model of local routers.  [default: all-MiniLM-L6-v2]"
)
@click.option("--device", metavar="NAME", help="cpu, cuda or mps.  [default: the best there is]")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache of vectors.")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="Markdown is a table of the verdicts.",
)
@quiet_option
def command(name: str, out: Path | None, form: str, quiet: bool, **options: Any) -> None:
    """Run an experiment of the papers on a router, and say which of its hypotheses hold there.

    \b
        skillaudit experiment list
        skillaudit experiment all --router local/hybrid --out results
        skillaudit experiment report --out results
    """
    if name == "list":
        _list(form)
    elif name == "report":
        _report(out, form, quiet)
    else:
        _run(name, out, form, quiet, options)


def _list(form: str) -> None:
    if form == "json":
        from skillaudit.experiment.studies import EXPERIMENTS

        deliver(
            _json(
                [
                    {"name": e.name, "title": e.title, "source": e.source, "models_only": e.models_only}
                    for e in EXPERIMENTS.values()
                ]
            ),
            None,
            "json",
        )
        return
    from skillaudit.experiment.studies import EXPERIMENTS
    from skillaudit.page.experiment import catalogue

    rows = [
        (made.name, made.title, "models" if made.models_only else "any router", made.source)
        for made in EXPERIMENTS.values()
    ]
    _write([catalogue(rows)], form)


def _write(blocks: Iterable[Block], form: str) -> None:
    """Write blocks in a format for people."""
    from skillaudit.page import markdown

    if form == "markdown":
        deliver(markdown.render(blocks), None)
    else:
        show(blocks)


def _report(out: Path | None, form: str, quiet: bool) -> None:
    from skillaudit.cli.diagnostics import say
    from skillaudit.experiment.storage import load
    from skillaudit.page import html
    from skillaudit.page.experiment import page, summary, verdict_table

    if out is None:
        raise click.UsageError("report reads the results in a folder; name it with --out DIR")
    results = load(out)
    deliver(html.render(lambda _: page(results), title="Experiments on skill routing"), out / REPORT, "data")
    if not quiet:
        say(f"wrote {out / REPORT}")
    if form == "json":
        deliver(_json(results), None, "json")
    else:
        _write([(verdict_table if form == "markdown" else summary)(results)], form)


def _run(name: str, out: Path | None, form: str, quiet: bool, options: dict[str, Any]) -> None:
    from skillaudit.cli.diagnostics import say
    from skillaudit.config import DEFAULT_EMBEDDER
    from skillaudit.experiment.session import ExperimentTerms, names_of, session
    from skillaudit.experiment.tasks import Scope
    from skillaudit.page.blocks import Paragraph
    from skillaudit.page.experiment import document, figure, verdict_table
    from skillaudit.page.html import svg

    names = names_of(name)
    routers = tuple(dict.fromkeys(options.pop("routers")))
    if not routers:
        raise click.UsageError(
            "name what is to route with --router, such as local/hybrid or openai/gpt-4o-mini"
        )
    settings = ExperimentTerms(
        routers=routers,
        scope=Scope(seeds=options.pop("seeds"), tasks=options.pop("tasks")),
        out=out,
        price=price_of(options.pop("price")),
        embedder=options.pop("embedder") or DEFAULT_EMBEDDER,
        use_cache=not options.pop("no_cache"),
        **options,
    )

    def announce(experiment: str, router: str, preview: Preview) -> None:
        cost = "price not known" if preview.dollars is None else f"about ${preview.dollars:.2f}"
        say(f"{experiment} on {router}: about {preview.questions:,} calls, {cost}")

    if out is not None and not quiet:
        from skillaudit.asking.parquet import has_parquet

        if not has_parquet():
            say("tables are written as JSONL alone; for Parquet too, install pyarrow")
    results = []
    with narration(quiet) as progress:
        for result in session(
            names,
            settings,
            before=(lambda *_: None) if quiet else announce,
            progress=progress,
            draw=lambda result: svg(figure(result)),
        ):
            results.append(result)
            if form == "text":
                show([*document(result), Paragraph("")])
    if form != "text":
        if form == "json":
            deliver(_json(results), None, "json")
        else:
            _write([verdict_table(results)], form)


def _json(found: Any) -> str:
    import msgspec

    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"
