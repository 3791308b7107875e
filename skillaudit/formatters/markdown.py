"""The report as Markdown, for pull-request comments and step summaries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from skillaudit.formatters import chains
from skillaudit.formatters.findings import active, notes
from skillaudit.formatters.words import SOURCES, interval, percent, plural, some
from skillaudit.safety.exits import in_markdown as escape
from skillaudit.schema import Finding, Report

if TYPE_CHECKING:
    from skillaudit.gate import Verdict

ROWS = 15


def render(report: Report, *, verdict: Verdict | None = None) -> str:
    """Return the report as GitHub-flavoured Markdown."""
    blocks = [*_summary(report, verdict)]
    if told := notes(report, verdict):
        blocks.append("\n".join(f"- {escape(note)}" for note in told))
    blocks += _change(verdict)
    blocks += _findings(active(report, verdict))
    blocks += _victims(report)
    blocks += _black_holes(report)
    blocks += _clusters(report)
    blocks += chains.markdown(report.execution, ROWS)
    blocks += _clients(report)
    blocks += _skipped(report)
    return "\n\n".join(blocks) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are safe already."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def _summary(report: Report, verdict: Verdict | None) -> Iterator[str]:
    library, forecast = report.library, report.forecast
    title = "skillaudit" if verdict is None else f"skillaudit: {'passed' if verdict.passed else 'failed'}"
    yield f"## {title}"
    if verdict is not None and verdict.reasons:
        yield "\n".join(f"- {escape(reason)}" for reason in verdict.reasons)
    yield (
        f"{escape(', '.join(library.sources))}: {plural(library.skills, 'skill')}, {library.routable:,} routable, "
        f"{library.manual_only:,} manual-only, {library.copies:,} copies folded, {len(library.skipped):,} skipped."
    )
    rows = [
        ("right skill (accuracy)", interval(forecast.accuracy)),
        ("another skill (hijack)", interval(forecast.hijack)),
        ("no skill", interval(forecast.no_skill)),
    ]
    if forecast.false_trigger.value is not None:
        rows.append(("false trigger, when nothing should fire", interval(forecast.false_trigger)))
    yield table(("expected share of requests", "with 90% interval"), rows)
    if report.forecasts:
        yield table(
            ("router", "situation", "right", "another", "none", "false trigger"),
            (
                (
                    row.router,
                    row.situation if row.client is None else f"{row.situation}, {row.client}",
                    *(interval(e) for e in (row.accuracy, row.hijack, row.no_skill, row.false_trigger)),
                )
                for row in report.forecasts
            ),
        )
    told = ", ".join(
        f"{count.requests:,} from {SOURCES[count.source]}" for count in forecast.coverage.sources
    )
    outside = " This library lies outside that range." if forecast.extrapolates else ""
    fitted = f" Fitted on {forecast.fit_range}." if forecast.fit_range else ""
    yield (
        f"Router `{forecast.router}`, scorer `{forecast.scorer}`. {forecast.source}{fitted}{outside} "
        f"{plural(forecast.coverage.requests, 'request')}{f' ({told})' if told else ''}, "
        f"{forecast.coverage.judged_skills:,} skills judged."
    )


def _change(verdict: Verdict | None) -> Iterator[str]:
    if verdict is None:
        return
    if verdict.suppressed:
        yield f"- {plural(len(verdict.suppressed), 'finding')} not counted."
    change = verdict.change
    if change is None:
        return
    yield f"### Since {escape(change.reference)}"
    if change.silent:
        yield "Nothing that the audit can see changed."
        return
    edits = (("added", change.added), ("removed", change.removed), ("rewritten", change.rewritten))
    told = [f"- {what}: {escape(some(names, 10))}" for what, names in edits if names]
    told += [f"- renamed: {escape(one.before)} is now {escape(one.after)}" for one in change.renamed[:10]]
    if told:
        yield "\n".join(told)
    yield table(
        ("rate", "before", "after"),
        (
            (what, percent(rates.before.value), percent(rates.after.value))
            for what, rates in (("hijack", change.hijack), ("accuracy", change.accuracy))
        ),
    )
    if change.lost:
        yield table(
            ("skill", "loses to", "before", "after"),
            (
                (escape(one.victim), escape(one.absorber), percent(one.before), percent(one.after))
                for one in change.lost[:ROWS]
            ),
        )


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    if not findings:
        yield "No findings."
        return
    yield f"### {plural(len(findings), 'finding')}"
    yield table(
        ("severity", "code", "what", "fix"),
        ((f.severity, f.code, escape(f.message), escape(f.fix)) for f in findings[:ROWS]),
    )
    if len(findings) > ROWS:
        yield f"... and {len(findings) - ROWS:,} more."


def _victims(report: Report) -> Iterator[str]:
    victims = [skill for skill in report.skills if skill.victim_rate]
    if not victims:
        return
    victims.sort(key=lambda s: (-(s.victim_rate or 0.0), s.id))
    yield "### Skills that lose requests"
    yield table(
        ("skill", "loses", "90% interval", "requests", "likeliest loss"),
        (
            (
                escape(skill.id),
                percent(skill.victim_rate),
                f"{percent(skill.victim_low)} to {percent(skill.victim_high)}",
                str(skill.requests),
                escape(f"“{skill.lost[0].query}” to {skill.lost[0].taken_by}") if skill.lost else "",
            )
            for skill in victims[:ROWS]
        ),
    )
    if len(victims) > ROWS:
        yield f"... and {len(victims) - ROWS:,} more."


def _black_holes(report: Report) -> Iterator[str]:
    if not report.black_holes:
        return
    yield "### Black holes"
    yield table(
        ("skill", "takes", "expected", "families robbed", "q", "from"),
        (
            (
                escape(hole.skill) + (" (declared router)" if hole.declared else ""),
                f"{hole.absorbed:.1f} ({percent(hole.share)})",
                f"{hole.expected:.1f}",
                f"{hole.families:.1f}",
                f"{hole.q_value:.2g}",
                escape(some(hole.victims, 5)),
            )
            for hole in report.black_holes[:ROWS]
        ),
    )
    if len(report.black_holes) > ROWS:
        yield f"... and {len(report.black_holes) - ROWS:,} more."


def _clusters(report: Report) -> Iterator[str]:
    if not report.clusters:
        return
    yield f"### {plural(len(report.clusters), 'confusable cluster')}, {plural(report.noise, 'skill')} in none"
    yield table(
        ("cluster", "skills", "cosine", "taken inside", "members"),
        (
            (
                escape(cluster.label),
                str(len(cluster.skills)),
                f"{cluster.cohesion:.2f}",
                percent(cluster.confusion),
                escape(some(cluster.skills, 6)),
            )
            for cluster in report.clusters[:ROWS]
        ),
    )
    if len(report.clusters) > ROWS:
        yield f"... and {len(report.clusters) - ROWS:,} more."


def _clients(report: Report) -> Iterator[str]:
    if not report.clients:
        return
    yield "### What each client shows"
    yield table(
        ("client", "in full", "cut", "name only", "hidden", "needs", "budget"),
        (
            (
                view.title + (" (audited)" if view.client == report.client else ""),
                str(view.full),
                str(view.shortened),
                str(view.name_only),
                str(view.invisible),
                f"{view.whole:,}",
                "unknown" if view.budget is None else f"{view.budget:,} {view.unit}",
            )
            for view in report.clients
        ),
    )


def _skipped(report: Report) -> Iterator[str]:
    skipped = report.library.skipped
    if not skipped:
        return
    yield f"### {plural(len(skipped), 'file')} skipped"
    yield "\n".join(f"- {escape(entry.path)}: {escape(entry.reason)}" for entry in skipped[:ROWS])
    if len(skipped) > ROWS:
        yield f"... and {len(skipped) - ROWS:,} more."
