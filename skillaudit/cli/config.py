"""`skillaudit config`: which settings are in force, and where each comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from skillaudit.cli.options import config_options, settings_of
from skillaudit.cli.output import deliver


@click.command("config")
@click.argument("source", default=".")
@config_options
def command(source: str, **options: Any) -> None:
    """Print the settings that an audit of SOURCE would use, as TOML, each with where it comes from."""
    from skillaudit.errors import UsageError
    from skillaudit.settings import dump

    if not Path(source).exists():
        raise UsageError(f"{source}: no such file or folder; give the library whose settings are meant")
    deliver(dump(settings_of((source,), **options)), None)
