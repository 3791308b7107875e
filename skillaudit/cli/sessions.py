"""`skillaudit sessions`: what agents keep of real work, read where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from skillaudit.cli.options import form_option, narration, quiet_option
from skillaudit.cli.output import check_writable, deliver, deliver_json, put

if TYPE_CHECKING:
    from skillaudit.progress import Progress
    from skillaudit.sessions.deciding import Occasion
    from skillaudit.sessions.records import Harvest


@click.command("sessions")
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path), metavar="[SOURCE]...")
@click.option(
    "--from", "clients", multiple=True, metavar="CLIENT,...", help="Read only these clients' transcripts."
)
@click.option("--since", metavar="YYYY-MM-DD", default="", help="Leave out what is older than this day.")
@click.option("--project", metavar="PATH", default="", help="Only work in this folder and below it.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the decisions as JSONL, masked, for `calibrate`, `check --measured` and `--requests`.",
)
@click.option(
    "--library",
    metavar="SOURCE",
    default="",
    help="Only what concerns the skills of this library, by its names; and what you said of it in a review.",
)
@form_option
@click.option("--all", "everything", is_flag=True, help="Text: show every row of every list.")
@click.option("--dry-run", is_flag=True, help="Say what would be read, and read nothing.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write what was read before.")
@quiet_option
def command(
    sources: tuple[Path, ...],
    clients: tuple[str, ...],
    since: str,
    project: str,
    output: Path | None,
    library: str,
    form: str,
    everything: bool,
    dry_run: bool,
    no_cache: bool,
    quiet: bool,
) -> None:
    """Read the transcripts that agents keep: requests, and the skills that were loaded for them.

    SOURCE is a transcript or a folder of them; by default the folders of claude-code, codex, copilot-cli,
    gemini-cli, opencode, openclaw and pi. Nothing is changed and nothing leaves this machine; keys, tokens,
    e-mail addresses and the names of home folders are masked in everything that is written.
    """
    from skillaudit.cache import Cache
    from skillaudit.sessions.counting import reading
    from skillaudit.sessions.deciding import evidence, rows
    from skillaudit.sessions.finding import client_names, find
    from skillaudit.sessions.gathering import gather

    day = checked_day(since)
    names = client_names(clients)
    if dry_run:
        places, folders = find(sources, names)
        _dry(places, folders)
        return
    check_writable(output)
    with narration(quiet) as progress:
        cache = None if no_cache else Cache()
        harvest = gather(sources, names, cache=cache, since=day, project=project, progress=progress)
        for note in cache.notes if cache is not None else ():
            progress.update("cache", 1, 1, note)
        found = _learned(library, harvest, progress) if library else evidence(harvest)
    if output is not None:
        import msgspec

        text = "".join(msgspec.json.encode(row).decode() + "\n" for row in rows(found))
        deliver(text, output, "json")
    told = reading(harvest, found)
    if form == "json":
        deliver_json(told)
        return
    from skillaudit.page.sessions import sessions_blocks
    from skillaudit.page.text import render

    if output is None or str(output) != "-":
        put(render(sessions_blocks(told, None if everything else 20)).rstrip())


def _learned(source: str, harvest: Harvest, progress: Progress) -> tuple[Occasion, ...]:
    """What concerns one library, its skills by their names."""
    import msgspec

    from skillaudit.load import load
    from skillaudit.sessions.learning import learned
    from skillaudit.sessions.reviews import Reviews

    skills = load([source], progress=progress)
    names = {skill.id: skill.name for skill in skills.skills}

    def named(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(names[one] for one in ids))

    return tuple(
        msgspec.structs.replace(
            one,
            fired=named(one.fired),
            offered=named(one.offered),
            gold=None if one.gold is None else named(one.gold),
        )
        for one in learned(skills, harvest, Reviews()).evidence
    )


def checked_day(since: str) -> str:
    """Return an ISO day as it was given; raises UsageError for anything else."""
    from datetime import date

    from skillaudit.errors import UsageError

    try:
        return date.fromisoformat(since).isoformat() if since else ""
    except ValueError as error:
        raise UsageError(f"--since {since!r} is no day; write it as YYYY-MM-DD") from error


def _dry(places: Sequence[object], folders: Sequence[str]) -> None:
    from contextlib import suppress
    from typing import cast

    from skillaudit.page.sessions import places_blocks
    from skillaudit.page.text import render
    from skillaudit.sessions.finding import Transcript
    from skillaudit.sessions.masking import masked

    told, sizes = cast("Sequence[Transcript]", places), []
    for place in told:
        size = 0
        with suppress(OSError):
            size = place.path.stat().st_size
        sizes.append(size)
    put(render(places_blocks(told, [masked(folder) for folder in folders], sizes)).rstrip())
