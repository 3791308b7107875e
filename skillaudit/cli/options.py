"""The options that several commands share, and the one road from them to a report."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from skillaudit.config import Config
    from skillaudit.progress import Progress
    from skillaudit.schema import Report
    from skillaudit.settings import Settings


class FloatRange(click.FloatRange):
    """A number within limits, which infinity and what is no number never are."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number; click fails the option for anything else."""
        number = float(super().convert(value, param, ctx))
        if not isfinite(number):
            self.fail(f"{value!r} is not a finite number.", param, ctx)
        return number


Function = TypeVar("Function", bound=Callable[..., Any])

sources = click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")

_AUDIT = {
    "requests": click.option(
        "--requests",
        multiple=True,
        type=click.Path(path_type=str),
        metavar="FILE",
        help="Labelled requests to judge by: JSONL with `query` and `gold`, or an eval file. Repeatable.",
    ),
    "chains": click.option(
        "--chains",
        multiple=True,
        type=click.Path(path_type=str),
        metavar="FILE",
        help="Chains of skills to forecast, one a line: `first -> second -> third`. Repeatable.",
    ),
    "scorer": click.option(
        "--scorer",
        type=click.Choice(["hybrid", "dense", "lexical"]),
        help="What similarity is made of; `lexical` is instant and needs no embedding model.  [default: hybrid]",
    ),
    "router": click.option(
        "--router", metavar="NAME", help="Router profile to forecast for; `local` is the scorer itself."
    ),
    "client": click.option(
        "--client", metavar="NAME", help="Audit the text as this client cuts it, such as codex."
    ),
    "context": click.option(
        "--context", type=click.IntRange(min=1), help="The client's context window in tokens."
    ),
    "order": click.option(
        "--order",
        type=click.Choice(["declared", "best", "worst"]),
        help="Whose description a client drops first, where only it knows.  [default: declared]",
    ),
    "embedder": click.option(
        "--embedder",
        metavar="ID",
        help="Embedding model: a Hugging Face id or a local folder.  [default: all-MiniLM-L6-v2]",
    ),
    "device": click.option(
        "--device", metavar="NAME", help="cpu, cuda or mps.  [default: the best there is]"
    ),
    "no_cache": click.option(
        "--no-cache", is_flag=True, default=None, help="Neither read nor write the cache of vectors."
    ),
    "config_file": click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path),
        help="Settings file that is yours; one that lies in SOURCE counts only for what a library may say of "
        "itself, unless it is named here, in SKILLAUDIT_CONFIG, or trusted in your own file.",
    ),
    "isolated": click.option(
        "--isolated", is_flag=True, help="Let nothing count that SOURCE says about its own audit."
    ),
    "quiet": click.option("--quiet", "-q", is_flag=True, help="No progress on stderr."),
}


_LIVE = (
    click.option("--no-budget", is_flag=True, help="Spend what it takes."),
    click.option(
        "--price", metavar="IN,OUT", help="Dollars per million tokens of a model not in the price map."
    ),
    click.option(
        "--concurrency", type=click.IntRange(1, 512), default=16, show_default=True, help="Calls at a time."
    ),
    click.option(
        "--timeout",
        type=FloatRange(min=0, min_open=True),
        default=60.0,
        show_default=True,
        help="Seconds that one call may take.",
    ),
    click.option("--api-base", metavar="URL", help="Another server that speaks the provider's protocol."),
)


def config_options(function: Function) -> Function:
    """Add the options that say whose settings count."""
    return _AUDIT["config_file"](_AUDIT["isolated"](function))


def live_options(function: Function) -> Function:
    """Add the options that say how models are called and what that may cost."""
    for option in reversed(_LIVE):
        function = option(function)
    return function


def audit_options(function: Function) -> Function:
    """Add the options that decide what an audit is made of; None stands for not given."""
    return audit_options_but()(function)


def audit_options_but(*unused: str) -> Callable[[Function], Function]:
    """Add the options of an audit except those that a command has no use for, by their parameters' names."""
    options = [option for name, option in _AUDIT.items() if name not in unused]

    def add(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return add


def settings_of(
    sources: Sequence[str] = (), *, config_file: Path | None = None, isolated: bool = False, **flags: Any
) -> Settings:
    """Return the settings in force for `sources`.

    Raises UsageError for a file or value that cannot be honoured.
    """
    from skillaudit.settings import resolve

    given = {name: value for name, value in flags.items() if value not in (None, ())}
    return resolve(given, sources=sources, config=config_file, isolated=isolated)


def make_config(sources: Sequence[str] = (), **options: Any) -> Config:
    """Return the configuration that the options and `settings_of` say, for what prints no report.

    What the library's own file came to is said on stderr.
    """
    settings = settings_of(sources, **options)
    tell(settings)
    return settings.config()


def tell(settings: Settings) -> None:
    """Say on stderr what the library's own settings file came to."""
    from skillaudit.cli.diagnostics import say

    for notice in settings.own.notices:
        say(f"note: {notice}")


@contextmanager
def narration(quiet: bool) -> Iterator[Progress]:
    """Yield a progress bar on an interactive stderr, and the cache's notes alone elsewhere."""
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


def audited(sources: Sequence[str], config: Config, *, quiet: bool) -> Report:
    """Return the audit of `sources`, with progress on stderr."""
    from skillaudit.pipeline import audit

    with narration(quiet) as progress:
        return audit(sources, config, progress)
