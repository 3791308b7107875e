"""The options that several commands share, and the one road from them to a report."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from skillaudit.config import Config
    from skillaudit.progress import Progress
    from skillaudit.schema import Report

Function = TypeVar("Function", bound=Callable[..., Any])

sources = click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")

_AUDIT = (
    click.option(
        "--requests",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Labelled requests to judge by: JSONL with `query` and `gold`, or an eval file. Repeatable.",
    ),
    click.option(
        "--scorer",
        type=click.Choice(["hybrid", "dense", "lexical"]),
        default="hybrid",
        show_default=True,
        help="What similarity is made of; `lexical` is instant and needs no embedding model.",
    ),
    click.option("--router", metavar="NAME", help="Router profile to forecast for."),
    click.option("--client", metavar="NAME", help="Audit the text as this client cuts it, such as codex."),
    click.option("--context", type=click.IntRange(min=1), help="The client's context window in tokens."),
    click.option(
        "--order",
        type=click.Choice(["declared", "best", "worst"]),
        default="declared",
        show_default=True,
        help="Whose description a client drops first, where only it knows.",
    ),
    click.option(
        "--embedder",
        metavar="ID",
        help="Embedding model: a Hugging Face id or a local folder.  [default: all-MiniLM-L6-v2]",
    ),
    click.option("--device", metavar="NAME", help="cpu, cuda or mps.  [default: the best there is]"),
    click.option("--no-cache", is_flag=True, help="Neither read nor write the cache of vectors."),
    click.option("--quiet", "-q", is_flag=True, help="No progress on stderr."),
)


def audit_options(function: Function) -> Function:
    """Add the options that decide what an audit is made of."""
    for option in reversed(_AUDIT):
        function = option(function)
    return function


def make_config(
    *,
    requests: tuple[Path, ...] = (),
    scorer: str = "hybrid",
    router: str | None = None,
    embedder: str | None = None,
    device: str | None = None,
    no_cache: bool = False,
    client: str | None = None,
    context: int | None = None,
    order: str = "declared",
    law: bool = True,
    floor: float = 0.8,
    map: str = "pca",  # noqa: A002 - the field's own name
) -> Config:
    """Return the configuration that the shared options say."""
    from typing import cast

    from skillaudit.config import DEFAULT_EMBEDDER, Config, DropOrder, MapMethod
    from skillaudit.schema import ScorerName

    return Config(
        scorer=cast(ScorerName, scorer),
        embedder=embedder or DEFAULT_EMBEDDER,
        device=device,
        requests=requests,
        router=router,
        client=client,
        context=context,
        order=cast(DropOrder, order),
        law=law,
        floor=floor,
        map=cast(MapMethod, map),
        use_cache=not no_cache,
    )


@contextmanager
def narration(quiet: bool) -> Iterator[Progress]:
    """Yield a progress bar on an interactive stderr, and silence elsewhere."""
    from skillaudit.cli.diagnostics import Bar, Notes
    from skillaudit.progress import SILENT

    if quiet:
        yield SILENT
        return
    if not sys.stderr.isatty():
        yield Notes()
        return
    bar = Bar()
    try:
        yield bar
    finally:
        bar.close()


def audited(sources: tuple[str, ...], config: Config, *, quiet: bool) -> Report:
    """Return the audit of `sources`, with progress on stderr."""
    from skillaudit.pipeline import audit

    with narration(quiet) as progress:
        return audit(sources, config, progress)
