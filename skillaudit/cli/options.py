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
    from skillaudit.settings.keys import Key


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

_NEAR = (
    click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path),
        help="Settings file that is yours; one that lies in SOURCE counts only for what a library may say of "
        "itself, unless it is named here, in SKILLAUDIT_CONFIG, or trusted in your own file.",
    ),
    click.option("--isolated", is_flag=True, help="Let nothing count that SOURCE says about its own audit."),
)
quiet_option = click.option("--quiet", "-q", is_flag=True, help="No progress on stderr.")
form_option = click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
output_option = click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write to a file instead of stdout."
)


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


def live_options(function: Function) -> Function:
    """Add the options that say how models are called and what that may cost."""
    for option in reversed(_LIVE):
        function = option(function)
    return function


def config_options(function: Function) -> Function:
    """Add the options that say whose settings count."""
    for option in reversed(_NEAR):
        function = option(function)
    return function


def setting_options(command: str) -> Callable[[Function], Function]:
    """Add the options of all settings that a command heeds; None or nothing stands for not given."""
    from skillaudit.settings.keys import KEYS

    options = [option_of(key) for key in KEYS if key.about.flag and command in key.about.commands]

    def add(function: Function) -> Function:
        for option in reversed([*options, config_options, quiet_option]):
            function = option(function)
        return function

    return add


def option_of(key: Key) -> Callable[[Function], Function]:
    """Return the option of one setting."""
    kind, about = key.kind, key.about
    names = [*([f"-{about.short}"] if about.short else []), f"--{key.name}"]
    told = about.help + ("  Repeatable." if kind.many else "")
    if key.default not in (None, (), {}, False):
        default = ", ".join(key.default) if isinstance(key.default, tuple) else key.default
        told += f"  [default: {default}]"
    if kind.switch:
        return click.option(*names, is_flag=True, default=None, help=told)
    values: click.ParamType[Any] = click.STRING
    if kind.choices:
        values = click.Choice(kind.choices)
    elif kind.number is int:
        values = click.IntRange(min=1)
    elif kind.number is float and kind.above is None:
        values = FloatRange(0, 1)
    elif kind.number is float:
        values = FloatRange(min=kind.above, min_open=True)
    return click.option(*names, type=values, multiple=kind.many, metavar=about.metavar or None, help=told)


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
    """Yield a progress bar on an interactive stderr; elsewhere the cache's notes, and a line now and then."""
    from skillaudit.cli.diagnostics import Notes, ProgressBar
    from skillaudit.progress import SILENT

    if quiet:
        yield SILENT
        return
    if not sys.stderr.isatty():
        yield Notes()
        return
    bar = ProgressBar()
    try:
        yield bar
    finally:
        bar.close()


def audited(
    sources: Sequence[str], config: Config, *, quiet: bool, early: Callable[[Report], None] | None = None
) -> Report:
    """Return the audit of `sources`, with progress on stderr, and on a terminal what words alone tell first.

    `early` is then given the report by words alone.
    """
    from skillaudit.cli.diagnostics import ProgressBar
    from skillaudit.cli.early import EarlyBar
    from skillaudit.load import load
    from skillaudit.pipeline import audit_library

    with narration(quiet) as progress:
        library = load(sources, progress=progress)
        heard = EarlyBar(progress, library, config, early) if isinstance(progress, ProgressBar) else progress
        return audit_library(library, config, heard)
