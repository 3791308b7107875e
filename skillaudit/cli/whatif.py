"""`skillaudit whatif`: what adding or removing skills does to the forecast, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from skillaudit.cli.options import make_config, narration, setting_options, sources
from skillaudit.cli.output import deliver_json, put

if TYPE_CHECKING:
    from skillaudit.routing import SkillChange, WhatIf
    from skillaudit.schema import Estimate

SHOWN = 12
"""Skills listed for the whole change."""
NAMED = 3
"""Skills named for each change alone."""


@click.command("whatif")
@sources
@click.option("--add", multiple=True, metavar="DIR", help="Skills to add.  Repeatable.")
@click.option("--remove", multiple=True, metavar="NAME", help="Skill to remove, by id or name.  Repeatable.")
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@setting_options("whatif")
def command(
    sources: tuple[str, ...],
    add: tuple[str, ...],
    remove: tuple[str, ...],
    form: str,
    quiet: bool,
    **options: Any,
) -> None:
    """Forecast the library in SOURCE with skills added and removed, and say who gains and who loses."""
    from skillaudit.pipeline.whatif import what_if

    with narration(quiet) as progress:
        found = what_if(sources, make_config(sources, **options), add, remove, progress)
    if form == "json":
        deliver_json(found)
        return
    put("\n".join(render(found)))


def render(found: WhatIf) -> Iterator[str]:
    """Yield the lines of the text: the whole, each change alone, who is affected."""
    from skillaudit.formatters.layout import wrap

    yield from wrap(f"router {found.after.source}")
    yield ""
    yield "               before                  after"
    for name, before, after in (
        ("accuracy", found.before.accuracy, found.after.accuracy),
        ("hijack", found.before.hijack, found.after.hijack),
        ("no skill", found.before.no_skill, found.after.no_skill),
        ("false trigger", found.before.false_trigger, found.after.false_trigger),
    ):
        yield f"{name:<14} {_span(before):<22}  {_span(after)}"
    if found.accuracy is None:
        yield from wrap("no request speaks for a skill that stays, so the difference is not judged")
    else:
        yield from wrap(
            f"on the requests of the skills that stay: accuracy {points(found.accuracy)}, "
            f"hijack {points(found.hijack)}"
        )
    for step in found.steps:
        yield ""
        yield from wrap(
            f"{step.kind} {step.skill}: accuracy {points(step.accuracy)}, hijack {points(step.hijack)}",
            indent="  ",
        )
        for word, changes in (("hurts", step.hurt), ("helps", step.helped)):
            if changes:
                yield from wrap(_named(changes), first=f"  {word} ", indent="        ")
    yield from _affected(found)


def _affected(found: WhatIf) -> Iterator[str]:
    from skillaudit.formatters.layout import squeeze, table

    if not found.changes:
        yield ""
        yield "no skill is affected noticeably"
        return
    yield ""
    yield from table(
        ("skill", "loses before", "after", "takes before", "after"),
        (
            (
                squeeze(change.id, 30),
                _share(change.victim_before),
                _share(change.victim_after),
                _count(change.absorbed_before),
                _count(change.absorbed_after),
            )
            for change in found.changes[:SHOWN]
        ),
        (30, 12, 7, 12, 7),
        right=frozenset({1, 2, 3, 4}),
    )
    if len(found.changes) > SHOWN:
        yield f"  ... and {len(found.changes) - SHOWN:,} more (-f json has them)"
    yield "  loses: share of its own requests; takes: number of others' requests"


def _named(changes: tuple[SkillChange, ...]) -> str:
    from skillaudit.formatters.words import some

    return some(
        [f"{c.id} ({_share(c.victim_before)} to {_share(c.victim_after)} lost)" for c in changes], NAMED
    )


def points(value: float | None) -> str:
    """Return a difference of rates in points, always with its sign."""
    return "not judged" if value is None else f"{100 * value + 0.0:+.1f} points"


def _span(estimate: Estimate) -> str:
    from skillaudit.formatters.words import interval

    return interval(estimate)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}%"


def _count(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
