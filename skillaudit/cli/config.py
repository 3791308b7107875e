"""`skillaudit config`: which settings are in force, and where each comes from."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("config")
@click.argument("source", default=".")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Configuration file to read.")
def command(source: str, config_file: Path | None) -> None:
    """Print the settings that an audit of SOURCE would use, as TOML, each with where it comes from."""
    from skillaudit.cli.options import settings_of
    from skillaudit.errors import UsageError
    from skillaudit.gate import dump

    if not Path(source).exists():
        raise UsageError(f"{source}: no such file or folder; give the library whose settings are meant")
    click.echo(dump(settings_of((source,), config_file=config_file)).rstrip("\n"))
