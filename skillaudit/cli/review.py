"""`skillaudit review`: was this the right skill? Twenty answers, and the forecast is of your own agents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skillaudit.cli.options import make_config, narration, setting_options, sources
from skillaudit.cli.output import check_writable, deliver

if TYPE_CHECKING:
    from skillaudit.sessions.reviewing import Review


@click.command("review")
@sources
@click.option(
    "--transcripts",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Where to read; the clients' own folders by default.  Repeatable.",
)
@click.option(
    "--from", "clients", multiple=True, metavar="CLIENT,...", help="Read only these clients' transcripts."
)
@click.option("--since", metavar="YYYY-MM-DD", default="", help="Leave out what is older than this day.")
@click.option("--project", metavar="PATH", default="", help="Only work in this folder and below it.")
@click.option("-n", "--number", type=click.IntRange(1, 200), default=20, show_default=True, help="Questions.")
@click.option(
    "--sheet", type=click.Path(path_type=Path), metavar="FILE", help="Write the questions as Markdown."
)
@click.option(
    "--read",
    "filled",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Take the answers of a filled sheet.",
)
@click.option("--editor", is_flag=True, help="Ask in $EDITOR, all questions at once.")
@click.option("--undo", is_flag=True, help="Take the last answer back.")
@setting_options("review")
def command(
    sources: tuple[str, ...],
    transcripts: tuple[Path, ...],
    clients: tuple[str, ...],
    since: str,
    project: str,
    number: int,
    sheet: Path | None,
    filled: Path | None,
    editor: bool,
    undo: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Ask which skill was right for what you asked your agents, and fit the profile `yours` to the answers.

    In a terminal each question takes one key, or --editor opens them all in $EDITOR; elsewhere --sheet writes them
    to a file, and --read takes it back. Each answer is kept at once; what was answered or passed over is not asked
    again.
    """
    from skillaudit.cli.diagnostics import say
    from skillaudit.cli.open import has_screen
    from skillaudit.cli.sessions import checked_day
    from skillaudit.errors import UsageError
    from skillaudit.pipeline.reviewing import open_review
    from skillaudit.sessions import reviewing
    from skillaudit.sessions.finding import client_names

    config = make_config(sources, **options)
    check_writable(sheet)
    with narration(quiet) as progress:
        review = open_review(
            sources,
            config,
            transcripts,
            client_names(clients),
            since=checked_day(since),
            project=project,
            progress=progress,
        )
        asked = () if filled or undo else review.questions(number)
    if undo:
        say("the last answer is taken back" if review.reviews.undo() else "there is no answer to take back")
    elif filled is not None:
        take(review, _text(filled), str(filled))
    elif not asked:
        say("there is nothing to ask: no request of your agents is unanswered; see `skillaudit sessions`")
        return
    elif sheet is not None:
        deliver(reviewing.sheet(asked), sheet, "text")
        say(f"fill it in, then: skillaudit review {' '.join(sources)} --read {sheet}")
        return
    elif editor:
        take(review, _edited(reviewing.sheet(asked)), "the sheet")
    elif has_screen():
        from skillaudit.tui.review import run

        run(review, number)
    else:
        raise UsageError("no terminal to ask in; write the questions to a file with --sheet FILE")
    finish(review)


def take(review: Review, text: str, name: str) -> None:
    """Keep the answers of a filled sheet, and say what could not be read."""
    from skillaudit.cli.diagnostics import say
    from skillaudit.sessions.reviewing import read_sheet

    count, wrong = read_sheet(text, review.on_sheet(text), review.known, review.give)
    for one in wrong:
        say(f"{name}:{one.line}: {one.why}")
    say(f"{count:,} {'answer is' if count == 1 else 'answers are'} kept in {review.reviews.path}")


def finish(review: Review) -> None:
    """Fit and keep the profile, and say what it says."""
    from skillaudit.cli.diagnostics import say

    found = review.settle()
    if found.profile is None:
        say(f"{found.left} more requests with a right skill are needed for a profile of your own")
        return
    say(f"{found.profile.provenance}")
    say(f"saved to {found.path}; every audit uses it from now on, --router frontier takes the class instead")


def _text(path: Path) -> str:
    from skillaudit.reading import read_text
    from skillaudit.reading.limits import REQUESTS

    return read_text(path, REQUESTS)


def _edited(text: str) -> str:
    """Return the sheet as the user's editor leaves it."""
    from skillaudit.errors import UsageError

    try:
        edited = click.edit(text, extension=".md", require_save=False)
    except click.ClickException as error:
        raise UsageError(
            f"{error.format_message()}; set EDITOR, or use --sheet FILE and --read FILE"
        ) from error
    return edited or text
