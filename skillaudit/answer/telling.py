"""What happens and to whom, in sentences that need no glossary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from skillaudit.requests.aside import alone, not_counted
from skillaudit.schema import ClientView, Estimate, ForecastRow, Report

MODELS = {
    "frontier": "frontier models",
    "fast": "small fast models",
    "older": "models of 2024 and 2025",
    "yours": "your own agents",
}
"""Classes of models as people call them."""
LAYOUTS = {
    ".claude": "claude-code",
    ".claude-plugin": "claude-code",
    ".codex": "codex",
    ".gemini": "gemini-cli",
    ".github": "vscode-copilot",
    ".copilot": "copilot-cli",
    ".cursor": "cursor",
    ".opencode": "opencode",
    ".openclaw": "openclaw",
}
"""Folders that say for which client a library is made."""
MEASURED = "measured: "
"""Begins the router of a report whose rates a log measured."""
DEFAULT_CLIENT = "claude-code"
NAMED = 5
"""Clients that one part of a sentence names; more are counted."""
FEW = 0.1
"""Of what a client loads, the part it may leave out for what its rules say of single files."""


def focus(report: Report) -> ClientView | None:
    """Return the client that the answer is about: the audited one, else the one that the folders name."""
    views = {view.client: view for view in report.clients}
    named = [client for client in (*report.library.made_for, *_named(report)) if client in views]
    wanted = report.client or next(iter(named), DEFAULT_CLIENT)
    return views.get(wanted)


def _named(report: Report) -> Iterator[str]:
    for text in (*report.library.sources, *(skill.path for skill in report.skills[:100])):
        for part in PurePosixPath(text).parts:
            if part in LAYOUTS:
                yield LAYOUTS[part]


def hundred(value: Estimate) -> str:
    """Write a rate as so many of a hundred, in the decimals that its interval carries."""
    if value.value is None:
        return "an unknown number"
    if value.low is None or value.high is None:
        return f"{100 * value.value:.0f}"
    decimals = 0 if value.high - value.low >= 0.05 else 1
    one, low, high = (f"{100 * end:.{decimals}f}" for end in (value.value, value.low, value.high))
    return f"{one} of 100 times ({low} to {high})"


def happens(report: Report, forecast: bool) -> tuple[str, ...]:
    """Return what happens, one sentence each; what nobody judged comes first."""
    said: list[str] = []
    judged = report.judged
    view = focus(report)
    if not forecast:
        said.append("There is no forecast yet; this is what the files say.")
    elif not report.library.routable and report.library.skills:
        said.append(
            "No skill competes for requests: each is manual-only, left out or not loaded. There is nothing to forecast."
        )
    elif not judged:
        said.append(
            "Nothing judges this library: there are no requests, and no skill gives an example of one. "
            f"Who gets its requests would be a guess and is not told{_idle(report)}."
        )
    said += _broken(report)
    if report.library.skills and report.clients and not any(one.loaded for one in report.clients):
        what = "the skill" if report.library.skills == 1 else f"any of the {report.library.skills:,} skills"
        lie = "it lies" if report.library.skills == 1 else "they lie"
        said.append(f"No client loads {what} from where {lie}.")
    else:
        said += [] if view is None else [_shown(view, report.library.skills, _bare(report))]
        said += _others(report, view)
    if judged and forecast:
        said += _chosen(report, view)
        said += _worst(report)
    return tuple(said)


def _idle(report: Report) -> str:
    """How often a skill fires where none is needed, which is forecast without the library's own requests."""
    rate = report.forecast.false_trigger
    if rate.value is None:
        return ""
    models = MODELS.get(report.forecast.router, report.forecast.router)
    return f"; where no skill is needed, {models} load one {hundred(rate)}"


def _broken(report: Report) -> Iterator[str]:
    broken = {s for f in report.findings if f.cost.breaks and f.severity == "error" for s in f.skills}
    if broken:
        many = (
            "skills have files that strict clients refuse"
            if len(broken) > 1
            else "skill has a file that strict clients refuse"
        )
        yield f"{len(broken):,} {many}: there nobody gets {'them' if len(broken) > 1 else 'it'}."


def _bare(report: Report) -> int:
    """How many skills have no description that a client could show; what a client's cut leaves empty is none."""
    return 0 if report.client else sum(not skill.description and not skill.out for skill in report.skills)


def _shown(view: ClientView, skills: int, bare: int) -> str:
    parts = []
    if bare:
        parts.append((bare, "has no description", "have no description"))
    if view.name_only > bare:
        parts.append((view.name_only - bare, "loses its description", "lose their description"))
    if view.shortened:
        parts.append((view.shortened, "has its description cut short", "have their description cut short"))
    if view.unlisted:
        parts.append((view.unlisted, "is not shown at all", "are not shown at all"))
    if passed := view.invisible - view.unlisted:
        parts.append((passed, "is not loaded", "are not loaded"))
    behind = ""
    if view.behind:
        behind = (
            f"{view.behind:,} {'others stand' if view.behind > 1 else 'other stands'} behind its gateways"
        )
    if not parts and behind:
        return f"{view.title} lists {view.full:,} of {skills:,} skills whole; {behind}."
    if not parts:
        return f"{view.title} shows {'the skill' if skills == 1 else f'all {skills:,} skills'} whole."
    told = [f"{count:,} {one if count == 1 else many}" for count, one, many in parts]
    told[0] = (
        told[0].replace(" ", f" of {skills:,} skills ", 1)
        if skills > 1
        else told[0].replace("1", "the skill", 1)
    )
    said = f"In {view.title} {', '.join(told[:-1])}{' and ' if told[1:] else ''}{told[-1]}"
    return f"{said}; {behind}." if behind else f"{said}."


def _others(report: Report, view: ClientView | None) -> Iterator[str]:
    """Which other clients cut the list, show few descriptions whole, or more or fewer than the one told of."""
    others = [other for other in report.clients if other != view]
    parts = []
    if cut := [other.title for other in others if other.cuts_list]:
        too = " too" if view is not None and view.cuts_list else ""
        parts.append(f"{_named_all(cut)} {'cut' if cut[1:] else 'cuts'} the list{too}")
    rest = [other for other in others if other.loaded and not other.cuts_list and not other.behind]
    if dark := [other for other in rest if 2 * other.full < other.loaded]:
        much = (
            "few descriptions whole, or none" if any(other.full for other in dark) else "no description whole"
        )
        titles = [other.title for other in dark]
        parts.append(f"{_named_all(titles)} {'show' if dark[1:] else 'shows'} {much}")
    told = 0 if view is None else _lacking(view)
    lacks = {other.title: _lacking(other) for other in rest if other not in dark}
    lacks = {title: lacking for title, lacking in lacks.items() if lacking not in (0, told)}
    if lacks:
        low, high = min(lacks.values()), max(lacks.values())
        most = f"all but {low:,}{f' to {high:,}' if high > low else ''}"
        parts.append(f"{_named_all(list(lacks))} {'show' if len(lacks) > 1 else 'shows'} {most} whole")
    if parts:
        yield f"{'; '.join(parts)}."


def _lacking(view: ClientView) -> int:
    """Descriptions that a client does not show whole; what it does not load is counted where it loads nearly all."""
    passed = view.invisible - view.unlisted
    return view.loaded - view.full + (passed if passed <= FEW * view.loaded else 0)


def _named_all(titles: Sequence[str]) -> str:
    shown = list(titles[:NAMED])
    last = f"{len(titles) - NAMED:,} more" if len(titles) > NAMED else shown.pop()
    return f"{', '.join(shown)} and {last}" if shown else last


def asked(report: Report, view: ClientView | None) -> tuple[list[ForecastRow], bool]:
    """Return the rows of models that choose from a client's list, and True; without any, of the whole list."""
    rows = [row for row in report.forecasts if row.situation == "asked"]
    there = [row for row in rows if view is not None and row.client == view.client]
    return (there, True) if there else ([row for row in rows if row.client is None], False)


def _chosen(report: Report, view: ClientView | None) -> Iterator[str]:
    rows, there = asked(report, view)
    known = [row for row in rows if row.accuracy.value is not None]
    known.sort(key=lambda row: row.router != report.forecast.router)  # who was asked for stands first
    if not known:
        if report.forecast.accuracy.value is not None:
            router = report.forecast.router
            pick = f"{MODELS[router]} pick" if router in MODELS else f"{router} picks"
            yield f"{pick[0].upper()}{pick[1:]} right {hundred(report.forecast.accuracy)}."
        return
    told = [f"{MODELS.get(row.router, row.router)} {hundred(row.accuracy)}" for row in known]
    told[0] = (
        told[0].replace(" ", " pick right ", 1)
        if known[0].router not in MODELS
        else (f"{MODELS[known[0].router]} pick right {hundred(known[0].accuracy)}")
    )
    whole = "Through its gateways, " if view is not None and view.behind else "Shown every skill whole, "
    lead = "" if there or report.client else whole
    text = lead + "; ".join(told) + "."
    yield text[0].upper() + text[1:]


def _worst(report: Report) -> Iterator[str]:
    """What costs most of all that one can point at."""
    for finding in report.findings:
        if (finding.cost.requests or 0.0) >= 0.5 and not finding.cost.client:
            yield f"Most is lost here: {finding.message}"
            return


def sure(report: Report, forecast: bool) -> str:
    """Say how sure the answer is."""
    coverage = report.forecast.coverage
    if not forecast:
        return "What files and lists say is certain; who is chosen was not forecast."
    aside = not_counted(coverage.aside)
    if not report.library.routable and report.library.skills:
        return " ".join(("What files and lists say is certain.", *aside))
    if not coverage.requests:
        said = "What files and lists say is certain; who is chosen cannot be forecast without requests."
        return " ".join((said, *aside))
    if report.forecast.router.startswith(MEASURED):
        return f"{report.forecast.source} The ranges hold 9 times in 10."
    yours = sum(count.requests for count in coverage.sources if count.source in {"sessions", "file", "evals"})
    judge = "request judges" if coverage.requests == 1 else "requests judge"
    said = (
        f"{coverage.requests:,} {judge} {coverage.judged_skills:,} of {report.library.routable:,} skills, "
        f"{'all' if yours >= coverage.requests else f'{yours:,}' if yours else 'none'} of them given by people; "
        "the ranges hold 9 times in 10. No model was called."
    )
    if report.forecast.extrapolates:
        said += " The library lies outside the range that the forecast was fitted on."
    beside = (text[:1].upper() + text[1:] for text in alone([count.source for count in coverage.sources]))
    return " ".join((said, *beside, *aside))
