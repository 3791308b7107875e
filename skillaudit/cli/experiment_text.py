"""An experiment's result as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from skillaudit.experiment import EXPERIMENTS, Result
from skillaudit.experiment.chart import text
from skillaudit.experiment.published import in_words
from skillaudit.experiment.records import Verdict
from skillaudit.experiment.words import number, ranged
from skillaudit.formatters.layout import table, wrap


def render(result: Result) -> str:
    """Return the text of one result."""
    found = result.findings
    if result.not_applicable:
        head = f"{result.name}: {result.title}\nrouter {result.router}: does not apply\n"
        return "\n".join((head, *wrap(result.not_applicable))) + "\n"
    decisions = sum(row.decisions for row in result.rows)
    lines = [
        f"{result.name}: {result.title}",
        f"router {result.router}, {decisions:,} decisions, {result.seeds} seeds",
        "",
        *text(found),
        "",
    ]
    for fit in found.fits:
        lines += wrap(fit.meaning, first=f"{fit.name} = {ranged(fit.value)}: ", indent="  ")
    for verdict in found.verdicts:
        lines.append("")
        lines += wrap(verdict.hypothesis, first=f"{verdict.ruling.upper()}: ", indent="  ")
        lines += wrap(
            f"{verdict.unit}: {ranged(verdict.effect)}, p = {verdict.p:.2g} ({verdict.test})",
            first="  ",
            indent="  ",
        )
        if verdict.paper:
            lines += wrap(verdict.paper, first="  the paper: ", indent="  ")
    for note in found.notes:
        lines += ["", *wrap(note)]
    return "\n".join(lines) + "\n"


def catalogue(form: str) -> str:
    """Return the list of experiments, as `text` or `markdown`."""
    head = ("name", "what it shows", "asked of", "paper")
    rows = [
        (made.name, made.title, "models" if made.models_only else "any router", made.source)
        for made in EXPERIMENTS.values()
    ]
    if form == "markdown":
        return _piped([head, *rows])
    return "\n".join(table(head, rows, (6, 50, 10, 18), right=frozenset())) + "\n"


def summary(results: Iterable[Result]) -> str:
    """Return one line for each verdict, and for each experiment that does not apply."""
    results = tuple(results)
    order = {result.name: at for at, result in reversed(list(enumerate(results)))}
    rows: list[Sequence[str]] = [
        (result.name, result.router, verdict.ruling, ranged(verdict.effect), verdict.hypothesis)
        for result in results
        for verdict in result.findings.verdicts
    ]
    rows += [
        (result.name, result.router, "does not apply", "", result.title)
        for result in results
        if result.not_applicable
    ]
    rows.sort(key=lambda row: order[row[0]])
    return (
        "\n".join(
            table(
                ("", "router", "verdict", "effect", "hypothesis"),
                rows,
                (4, 22, 14, 25, 88),
                right=frozenset(),
            )
        )
        + "\n"
    )


def markdown(results: Iterable[Result]) -> str:
    """Return the verdicts as a Markdown table with a column for each router, the paper's own words in the last."""
    routers: dict[str, None] = {}
    claims: dict[tuple[str, str], dict[str, str]] = {}
    papers: dict[tuple[str, str], str] = {}
    for result in results:
        routers.setdefault(result.router)
        if result.not_applicable:
            claims.setdefault((result.name, result.title), {})[result.router] = "does not apply"
            papers[result.name, result.title] = in_words(result.name)
        for verdict in result.findings.verdicts:
            claim = (result.name, verdict.hypothesis)
            claims.setdefault(claim, {})[result.router] = _ruled(verdict)
            papers[claim] = verdict.paper
    rows = [
        (
            f"{name.upper()}, {said}",
            *(found.get(router, "") for router in routers),
            papers.get((name, said), ""),
        )
        for (name, said), found in claims.items()
    ]
    return _piped([("hypothesis", *routers, "the paper"), *rows])


def _piped(rows: Sequence[Sequence[str]]) -> str:
    lines = [rows[0], ("---",) * len(rows[0]), *rows[1:]]
    return "".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n" for line in lines)


def _ruled(verdict: Verdict) -> str:
    """A ruling with its effect, and no effect without one."""
    return (
        verdict.ruling
        if verdict.ruling == "no effect"
        else f"{verdict.ruling}, {number(verdict.effect.value)}"
    )
