"""Rules about the size of the library and what the forecast rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from skillaudit.checks.rule import Facts, Rule, percent, places
from skillaudit.clients.gateways import parents_of
from skillaudit.schema import ClientView, Cost, Finding, ForecastRow, Location
from skillaudit.text.occasions import speaks

CAPACITY = 83.5
"""The lower of the two published capacities: library size at which accuracy has halved (Li 2026,
section 5.2: kappa 91.8 for GPT-4o-mini and 83.5 for GPT-4o, on synthetic libraries)."""
NAMED = 6


def _size(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    parents = parents_of(evidence.library.routable)
    lists = Counter(parents.get(skill.id, "") for skill in evidence.library.routable)
    size = max(lists.values(), default=0)
    if size > CAPACITY:
        yield rule.finding(
            (),
            f"{size:,} skills compete in one flat list; models of 2024 and 2025 get worse with every one of them.",
            evidence="Published capacities of flat lists are 83.5 and 91.8 skills, on synthetic libraries; of "
            "the strongest models of 2026 one lost nothing between 48 and 2,000 real skills.",
        )


def _carriers(evidence: Facts) -> tuple[list[ForecastRow], list[ForecastRow]]:
    """Classes of models that carry the library at the floor, and those that do not, best first.

    None where no request judges the library.
    """
    judged = evidence.forecast.coverage.requests
    rows = [row for row in evidence.rows if judged and row.client is None and row.situation == "asked"]
    known = [row for row in rows if row.accuracy.value is not None]
    known.sort(key=lambda row: -(row.accuracy.value or 0.0))
    able = [row for row in known if (row.accuracy.value or 0.0) >= evidence.floor]
    return able, known[len(able) :]


def _right(row: ForecastRow) -> str:
    value, low, high = (
        100 * (end or 0.0) for end in (row.accuracy.value, row.accuracy.low, row.accuracy.high)
    )
    return f"{row.router} {value:.0f}% ({low:.0f} to {high:.0f})"


def _model(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    able, unable = _carriers(evidence)
    if able and unable:
        yield rule.finding(
            (),
            f"{', '.join(_right(row) for row in able)} carry this library; "
            f"{', '.join(_right(row) for row in unable)} do not.",
            evidence=f"Expected share of requests that get their skill, held against {evidence.floor:.0%}.",
        )


def _alternatives(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    able, unable = _carriers(evidence)
    if unable and not able:
        yield rule.finding(
            (),
            f"No class of models picks the right skill for {evidence.floor:.0%} of the requests; the best, "
            f"{_right(unable[0])}.",
            evidence=f"{len(evidence.library.routable):,} skills compete in one list.",
        )


def _overflow(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    over = [view for view in evidence.clients if view.cuts_list]
    costs = {view.client: _unseen(evidence, view) for view in over}
    alone = [
        view for view in over if view.client == evidence.client or costs[view.client].requests is not None
    ]
    others = sorted((view for view in over if view not in alone), key=lambda view: -costs[view.client].unseen)
    for views in (*([view] for view in alone), others):
        if views:
            yield rule.finding(
                (),
                _no_room(views, len(evidence.library.skills)),
                evidence=" ".join(map(_room, views)),
                key=views[0].client if len(views) == 1 else "several clients",
                severity="warning" if views[0].client == evidence.client else None,
                cost=costs[views[0].client],
            )


def _hurt(view: ClientView) -> str:
    """Say how many skills a client's list shortens or leaves out; empty for none."""
    counts = (
        (view.invisible, "not shown at all"),
        (view.name_only, "shown by name only"),
        (view.shortened, "cut short"),
    )
    return ", ".join(f"{count:,} {what}" for count, what in counts if count)


def _no_room(views: Sequence[ClientView], skills: int) -> str:
    first, *more = views
    if not more:
        return f"{first.title} has no room for this library: of {skills:,} skills, {_hurt(first)}."
    told = "; ".join(f"in {view.title} {_hurt(view)}" for view in views)
    return f"{len(views)} clients have no room for this library: of {skills:,} skills, {told}."


def _room(view: ClientView) -> str:
    said = (
        f"{view.title}'s list needs {view.whole:,} {view.unit} of {view.budget:,}; {view.lost:,} characters of "
        f"descriptions are lost. Rules as of {view.date}."
    )
    return said + (f" Assumed: {view.assumption}." if view.assumption else "")


def _unseen(evidence: Facts, view: ClientView) -> Cost:
    """What a client hides, and the requests that this costs where the forecast was made for it as well."""
    right = {
        row.client: row.accuracy.value
        for row in reversed(evidence.rows)
        if evidence.forecast.coverage.requests
        and row.situation == "asked"
        and row.client in (None, view.client)
    }
    whole, cut = right.get(None), right.get(view.client)
    lost = None if whole is None or cut is None else max(0.0, 100 * (whole - cut))
    unseen = view.shortened + view.name_only + view.invisible
    return Cost(harm=lost or 0.0, requests=lost, unseen=unseen, client=view.title)


def _unjudged(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    unjudged = evidence.forecast.coverage.unjudged
    if unjudged:
        shown = ", ".join(unjudged[:NAMED])
        more = f" and {len(unjudged) - NAMED:,} more" if len(unjudged) > NAMED else ""
        yield rule.finding(
            unjudged,
            f"No request judges {len(unjudged):,} of {len(evidence.library.routable):,} skills that compete: "
            f"{shown}{more}.",
            places=places(evidence, unjudged, 1),
            whole=True,
        )


_REQUEST_KINDS = frozenset({"request-file", "request-unreadable", "request-unknown-skill"})


def _bad_requests(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    for defect in evidence.library.defects:
        if defect.kind in _REQUEST_KINDS:
            yield rule.finding(
                (defect.skill,) if defect.skill else (),
                f"{defect.path}, line {defect.line}: {defect.detail.rstrip('.')}.",
                places=[Location(path=defect.path, line=defect.line)],
                key=f"{defect.kind} {defect.path} {defect.detail}",
            )


def _seldom(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    work = next((row for row in evidence.rows if row.situation == "at work"), None)
    shy = [
        skill.id for skill in evidence.library.routable if not speaks(skill.description, skill.when_to_use)
    ]
    if work is None or not shy:
        return
    none = work.no_skill
    rate = ""
    if evidence.forecast.coverage.requests and none.low is not None and none.high is not None:
        rate = f", {percent(none.low)} to {percent(none.high)},"
    shown = ", ".join(shy[:NAMED]) + (f" and {len(shy) - NAMED} more" if len(shy) > NAMED else "")
    yield rule.finding(
        shy,
        f"{len(shy)} of {len(evidence.library.routable)} descriptions neither quote what users say nor say when to "
        f"use the skill: {shown}.",
        evidence=f"Agents at work lose most requests by loading nothing{rate} and no text tells how many. Over 20 "
        "skills of one library those that quote users were loaded in 85% of their requests, the others in 63%.",
        places=places(evidence, shy, 1),
        whole=True,
    )


def _outside(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    if evidence.forecast.extrapolates and evidence.forecast.coverage.requests:
        yield rule.finding(
            (),
            f"The forecast extrapolates: router {evidence.forecast.router} was fitted on "
            f"{evidence.forecast.fit_range}.",
        )


RULES = (
    Rule(
        code="SA401",
        slug="flat-and-large",
        severity="info",
        what="More skills compete in one list than the published capacity of a flat choice.",
        why="Older and smaller models are nearly level up to a capacity and fall fast beyond it, sooner where skills "
        "are alike. Today's strongest models lose next door, not to size; the list still costs tokens.",
        fix="Group confusable skills behind gateway skills, or make the rarely used ones manual-only.",
        check=_size,
    ),
    Rule(
        code="SA403",
        slug="match-the-model",
        severity="info",
        what="Some classes of models are expected to pick the right skill often enough, others are not.",
        why="How many and how similar skills a model tells apart differs from model to model (Li 2026, guidelines).",
        fix="Run this library on a class that carries it, or give the others fewer skills.",
        check=_model,
    ),
    Rule(
        code="SA404",
        slug="consider-alternatives",
        severity="warning",
        what="No class of models is expected to pick the right skill often enough from one flat list.",
        why="Beyond what any model carries, another way to choose does more than better words (Li 2026, guidelines).",
        fix="List only what a search finds for the request, put skills behind categories (`skillaudit optimize` "
        "predicts the gain), or give groups of them to agents of their own.",
        check=_alternatives,
    ),
    Rule(
        code="SA402",
        slug="over-budget",
        severity="info",
        what="A client's list has a budget, and this library does not fit: descriptions are cut, or skills "
        "left out. It is a warning for the client that the audit is for (--client).",
        why="The model never sees what is cut, and the cut clauses are often those that tell siblings apart.",
        fix="Shorten descriptions, make rarely used skills manual-only, or group skills behind gateway skills.",
        check=_overflow,
    ),
    Rule(
        code="SA501",
        slug="unjudged",
        severity="info",
        what="Skills that compete and for which there is no request: no file names them and their bodies hold no "
        "example of what a user would say.",
        why="The forecast says nothing about them; they may be victims without anybody seeing it.",
        fix="Write a “When to use” section with example requests, or give labelled requests with --requests.",
        check=_unjudged,
    ),
    Rule(
        code="SA503",
        slug="bad-requests",
        severity="warning",
        what="Lines of a request or eval file that cannot be read, or that name a skill the library lacks.",
        why="They judge nothing; a renamed skill makes its whole eval file silent.",
        fix="Mend the line, or use the skill's present name.",
        check=_bad_requests,
    ),
    Rule(
        code="SA504",
        slug="seldom-loaded",
        severity="info",
        what="Descriptions that neither quote what a user would say nor say when to use the skill.",
        why="An agent at work that believes it can do the task unaided loads no skill at all: requests to rewrite, fix "
        "or review the user's own files were lost most. What went with being loaded: users' own words in quotes, "
        "“Use when ...”, a word on what belongs to which neighbour. The evidence is thin: 59 skills and requests.",
        fix="Say “Use when the user asks ...” in the words of users, what the skill knows that the agent does not, and "
        "where its neighbours begin. Count loads in transcripts: no forecast can.",
        check=_seldom,
    ),
    Rule(
        code="SA502",
        slug="extrapolation",
        severity="info",
        what="The library lies outside the sizes or kinds that the router profile was fitted on.",
        why="The interval covers what was seen, not what was not.",
        fix="Probe a live model on this library, and let its decisions replace the prior.",
        check=_outside,
    ),
)
