"""`skillaudit listing`: exactly what a client shows the model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from skillaudit.cli.options import output_option, sources
from skillaudit.cli.output import check_writable, deliver, show

if TYPE_CHECKING:
    from skillaudit.config import DropOrder


@click.command("listing")
@sources
@click.option("--client", metavar="NAME", help="Client to list for; without it, a table of all clients.")
@click.option("--context", type=click.IntRange(min=1), help="Context window in tokens.")
@click.option(
    "--order",
    type=click.Choice(["declared", "best", "worst", "sessions"]),
    default="declared",
    show_default=True,
    help="Whose description the client drops first, where only it knows; sessions: by its transcripts.",
)
@click.option(
    "--files",
    type=click.Choice(["loaded", "all"]),
    default="loaded",
    show_default=True,
    help="Files that count: those that a client loads, or all on disk as if each were installed.",
)
@output_option
def command(
    sources: tuple[str, ...],
    client: str | None,
    context: int | None,
    order: str,
    files: str,
    output: Path | None,
) -> None:
    """Print the list of skills as a client shows it to the model; what was cut is told on stderr."""
    from skillaudit.cli.diagnostics import say
    from skillaudit.clients import listing, select, visibility
    from skillaudit.clients.words import losses, summary
    from skillaudit.config import Config
    from skillaudit.load import load
    from skillaudit.page.library import visibility_blocks
    from skillaudit.sessions.weighing import in_order_of_use

    check_writable(output)
    drop = cast("DropOrder", order)
    library = load(sources)
    library = select(library, Config(files="all")) if files == "all" else library
    skills = in_order_of_use(library, drop).skills
    if client is None:
        show(visibility_blocks(visibility(skills, context=context, order=drop)), output)
        return
    shown = listing(skills, client, context=context, order=drop)
    deliver(shown.text.rstrip("\n") + "\n", output)
    for line in (*summary(shown), *losses(skills, shown)):
        say(line)
