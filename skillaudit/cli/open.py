"""`skillaudit SOURCE...`: the library on a screen, or as text where there is none."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from skillaudit.cli.options import audited, setting_options, settings_of, sources
from skillaudit.cli.outputs import Output, write


@click.command("open")
@sources
@click.option("--watch", is_flag=True, help="In the app, audit again whenever a file changes.")
@setting_options("open")
def command(sources: tuple[str, ...], watch: bool, quiet: bool, **options: Any) -> int:
    """Explore the library in SOURCE; without a terminal, print the text report."""
    config = settings_of(sources, **options).config()
    if has_screen():
        from skillaudit.tui import run

        return run(sources, config, watch=watch)
    write([Output("text", None)], audited(sources, config, quiet=quiet))
    return 0


def has_screen() -> bool:
    """Return whether the app has something to draw on and somebody to listen to."""
    # In a browser, through textual serve, there is no terminal and a driver is named instead.
    if os.environ.get("TEXTUAL_DRIVER"):
        return True
    if os.environ.get("TERM") == "dumb":
        return False
    # The toolkit draws on stderr: where that goes to a file, the terminal would stay dark.
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
