"""What to do first: at most three things, each with its gain and the way to do it."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from skillaudit.answer.telling import focus
from skillaudit.clients import BY_NAME, SHORTEST
from skillaudit.schema import ClientView, Finding, NextStep, Report

MOST = 3
LEAST = 0.3
"""Requests of a hundred below which a step is not worth naming."""
ALLOWED = frozenset({"SA303"})
"""What costs and is meant to."""
MANY = 0.1
"""Part of the skills from which on what holds for each of them is worth a step, though none of them costs much."""
WORTH = {"SA006": "skills with a name of their own", "SA008": "skills that say what they are for"}
"""What is gained where a rule is met that holds for many skills."""
LONGEST = 400
"""Characters of the sources that a command repeats, so that it works as it stands; longer ones it calls SOURCE."""


class _Ranked(NamedTuple):
    stake: float
    """Requests of a hundred that are at stake."""
    step: NextStep


def steps(report: Report, forecast: bool) -> tuple[NextStep, ...]:
    """Return what to do, what has most at stake first; requests where nothing judges the library."""
    found = [
        *_count(report),
        *_mend(report),
        *_fit(report),
        *_sharpen(report),
        *_same(report),
        *_many(report),
    ]
    ranked = [one.step for one in sorted(found, key=lambda one: -one.stake)]
    if not forecast:
        return tuple(ranked[:MOST])
    coverage = report.forecast.coverage
    given = coverage.aside or any(count.source in {"sessions", "file", "evals"} for count in coverage.sources)
    if not coverage.requests and report.library.routable:
        return (_requests(report, "a forecast at all"), *ranked[: MOST - 1])
    return (
        *ranked,
        *([] if given or not report.library.routable else [_requests(report, "narrower ranges")]),
    )[:MOST]


def about(report: Report, findings: Sequence[Finding]) -> tuple[NextStep, ...]:
    """Return what to do about some findings alone, what has most at stake first."""
    told = msgspec.structs.replace(report, findings=tuple(findings))
    found = sorted((*_mend(told), *_sharpen(told)), key=lambda one: -one.stake)
    return tuple(one.step for one in found)


def _source(report: Report) -> str:
    named = shlex.join(report.library.sources)
    return named if 0 < len(named) <= LONGEST and named.isprintable() else "SOURCE"


def _requests(report: Report, gain: str) -> NextStep:
    return NextStep(
        do='Write down what users ask, one line each: {"query": "...", "gold": "SKILL"}.',
        gain=gain,
        command=f"skillaudit report {_source(report)} --requests FILE.jsonl",
    )


def _count(report: Report) -> Iterator[_Ranked]:
    """A library of which the audit covers less than half, as nobody loads the rest."""
    out, total = sum(skill.out == "not loaded" for skill in report.skills), report.library.skills
    if 2 * out > total:
        yield _Ranked(
            math.inf,
            NextStep(
                do=f"Audit all files: {out:,} of {total:,} skills are not audited, as no client that the folders are "
                "for loads them.",
                gain=f"an audit of all {total:,} skills",
                command=f"skillaudit report {_source(report)} --files all",
            ),
        )


def _mend(report: Report) -> Iterator[_Ranked]:
    """Files that some parser refuses."""
    broken = [finding for finding in report.findings if finding.cost.breaks and finding.severity == "error"]
    if not broken:
        return
    place = broken[0].location
    where = f", {place.told} first" if place is not None else ""
    count = len({skill for finding in broken for skill in finding.skills} or broken)
    yield _Ranked(
        sum(finding.cost.harm for finding in broken),
        NextStep(
            do=f"Mend the files that strict clients refuse{where}.",
            gain=f"{count:,} {'skills' if count > 1 else 'skill'} that every client loads",
            command=f"skillaudit rule {broken[0].code}",
            action="findings",
        ),
    )


def _fit(report: Report) -> Iterator[_Ranked]:
    """A list that a client cuts."""
    view = focus(report)
    if view is None or view.budget is None or not view.cuts_list:
        return
    unseen = view.shortened + view.name_only + view.unlisted
    lost = next(
        (
            f.cost.requests
            for f in report.findings
            if f.cost.client == view.title and f.cost.requests is not None
        ),
        None,
    )
    gain = f"{unseen:,} {'descriptions' if unseen > 1 else 'description'} seen whole"
    if lost is not None and lost >= LEAST:
        gain += f", about {_figure(lost)} of 100 requests"
    share = 100 * unseen / max(report.library.skills, 1)
    do = f"Shorten the list to the {view.budget:,} {view.unit} that {_whose(view)}."
    command = f"skillaudit optimize {_source(report)} --client {view.client}"
    stake = share if lost is None else lost
    if view.budget < view.shortest:
        many = view.full + unseen
        room = f"{many:,} skills do not fit in {view.budget:,} {view.unit} with {SHORTEST} characters each"
        most = max(0, view.budget - view.names) * many // max(view.whole - view.names, 1)
        if (
            view.client in BY_NAME and most
        ):  # where the names alone fill the list, no choice shows a description
            do = f"Choose what {view.title} lists whole, by name or not at all: {room}."
            more = most - view.full
            # Settings only choose whom the room is for: where it holds no more than now, nothing else is gained.
            gain = (
                f"about {most:,} descriptions seen whole in place of {view.full:,}, those that need it most"
            )
            if more <= 0:
                gain, stake = (
                    "whole descriptions for those that need them most, no more of them than now",
                    LEAST,
                )
            command += " --loadout DIR"
        else:
            do = f"Make skills manual-only in {view.title}, or arrange them in a tree: {room}."
            gain = "what stays on the list seen whole"
            command = f"skillaudit optimize {_source(report)} --only hierarchy"
    yield _Ranked(
        stake,
        NextStep(
            do=do,
            gain=gain,
            command=command,
            action="plan" if report.client == view.client else "next_client plan",
        ),
    )


def _whose(view: ClientView) -> str:
    return f"{view.title} gives it; whole it needs {view.whole:,}"


def _sharpen(report: Report) -> Iterator[_Ranked]:
    """Skills that take requests or lose them; one step a rule, about its worst finding."""
    groups: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.code not in ALLOWED and not finding.cost.client and finding.cost.harm > 0:
            groups.setdefault(finding.code, []).append(finding)
    told: set[tuple[str, ...]] = set()
    for group in groups.values():
        first = group[0]
        if len(group) == 1 and first.skills in told:  # another rule says the same of it
            continue
        told.update(finding.skills for finding in group)
        lost = sum(finding.cost.requests or 0.0 for finding in group)
        idle = max(finding.cost.false_triggers or 0.0 for finding in group)
        if lost + idle < LEAST:  # files that are refused have a step of their own, and cost neither
            continue
        more = "" if len(group) == 1 else f" The same for {len(group) - 1:,} more ({first.code})."
        gain = f"up to {_figure(lost)} of 100 requests" if lost >= 0.1 else ""
        if idle >= 0.1:
            gain += f"{', and ' if gain else 'up to '}{_figure(idle)} of 100 requests that need no skill"
        yield _Ranked(
            lost + idle,
            NextStep(
                do=f"{_whom(first)}{first.fix}{more}",
                gain=gain,
                command=f"skillaudit rule {first.code}",
                action="findings",
            ),
        )


def _same(report: Report) -> Iterator[_Ranked]:
    """Skills with one description, where no request tells what that costs."""
    same = [finding for finding in report.findings if finding.code == "SA010"]
    if report.forecast.coverage.requests or not same:
        return
    skills = list(dict.fromkeys(skill for finding in same for skill in finding.skills))
    yield _Ranked(
        100 * len(skills) / report.library.skills,
        NextStep(
            do=f"Merge skills that have one description, or say in each what only it does: {skills[0]} first.",
            gain=f"{len(skills):,} fewer skills that only a name tells apart",
            command=f"skillaudit optimize {_source(report)}",
            action="plan",
        ),
    )


def _many(report: Report) -> Iterator[_Ranked]:
    """Rules about single files that a large part of the skills breaks, and that no other step is about."""
    groups: dict[str, list[Finding]] = {}
    for finding in report.findings:
        if finding.code in WORTH and finding.severity != "info":
            groups.setdefault(finding.code, []).append(finding)
    for code, group in groups.items():
        skills = {skill for finding in group for skill in finding.skills}
        if len(skills) < MANY * report.library.skills:
            continue
        yield _Ranked(
            100 * len(skills) / report.library.skills,
            NextStep(
                do=f"{group[0].fix} {code} holds for {len(skills):,} of {report.library.skills:,} skills, "
                f"{group[0].skills[0]} first.",
                gain=f"{len(skills):,} {WORTH[code]}",
                command=f"skillaudit rule {code}",
                action="findings",
            ),
        )


def _whom(finding: Finding) -> str:
    """Name the skill where the remedy does not."""
    named = not finding.skills or any(skill in finding.fix for skill in finding.skills)
    return "" if named else f"{finding.skills[0]}: "


def _figure(value: float) -> str:
    return f"{value:.0f}" if value >= 9.5 else f"{value:.1f}"
