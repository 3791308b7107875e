"""`skillaudit config`: which settings are in force, and where each comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from skillaudit.cli.options import config_options, settings_of
from skillaudit.cli.output import deliver


@click.command("config")
@click.argument("source", default=".")
@click.option("--keys", is_flag=True, help="Print what can be set instead, as Markdown.")
@config_options
def command(source: str, keys: bool, **options: Any) -> None:
    """Print the settings that an audit of SOURCE would use, as TOML, each with where it comes from."""
    from skillaudit.errors import UsageError
    from skillaudit.settings import dump, keys_page

    if keys:
        deliver(keys_page(), None)
        return
    if not Path(source).exists():
        raise UsageError(f"{source}: no such file or folder; give the library whose settings are meant")
    deliver(dump(settings_of((source,), **options)), None)
