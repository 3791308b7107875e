"""The report for people at a terminal: 80 columns, the worst five things first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from skillaudit.formatters import chains
from skillaudit.formatters.findings import active
from skillaudit.formatters.layout import WIDTH, squeeze, table, wrap
from skillaudit.formatters.words import SOURCES, interval, percent, plural, some, span
from skillaudit.schema import Finding, Report, SkillReport

if TYPE_CHECKING:
    from skillaudit.gate import Verdict
    from skillaudit.gate.verdict import Change

WORST = 5
FORMS = {"logarithmic": "a - b ln n", "capacity": "alpha / (1 + (n / kappa)^gamma) - epsilon I"}
ROWS = 12


def render(report: Report, *, verdict: Verdict | None = None, rows: int | None = ROWS) -> str:
    """Return the report as plain text.

    `rows` bounds every list after the first five findings; None shows everything. What is left
    out is always counted.
    """
    lines: list[str] = []
    if verdict is not None:
        lines += [*_verdict(verdict), ""]
    lines += [*_header(report), ""]
    for notice in report.own_settings.notices:
        lines += [*wrap(notice, first="NOTE  ", indent="      "), ""]
    lines += [*_forecast(report), ""]
    findings = list(active(report, verdict))
    lines += _worst(report, findings)
    for section in _SECTIONS:
        block = list(section(report, rows))
        if block:
            lines += ["", *block]
    rest = list(_findings(findings[WORST:], rows))
    if rest:
        lines += ["", *rest]
    return "\n".join(lines) + "\n"


def _verdict(verdict: Verdict) -> Iterator[str]:
    yield "PASSED" if verdict.passed else "FAILED"
    for reason in verdict.reasons:
        yield from wrap(reason, indent="    ", first="  - ")
    if verdict.change is not None:
        yield from _change(verdict.change)
    for note in verdict.notes:
        yield from wrap(note, indent="    ", first="  . ")
    if verdict.suppressed:
        yield from wrap(
            f"{plural(len(verdict.suppressed), 'finding')} not counted: "
            + some(
                list(
                    dict.fromkeys(
                        f"{one.finding.code} ({one.reason or one.by})" for one in verdict.suppressed
                    )
                ),
                4,
            ),
            indent="    ",
            first="  . ",
        )


def _change(change: Change) -> Iterator[str]:
    if change.silent:
        yield f"  . nothing that the audit can see changed since {change.reference}"
        return
    for what, names in (
        ("added", change.added),
        ("removed", change.removed),
        ("rewritten", change.rewritten),
    ):
        if names:
            yield from wrap(f"{what} since {change.reference}: {some(names, 6)}", indent="    ", first="  . ")
    for one in change.renamed[:6]:
        yield from wrap(f"renamed: {one.before} is now {one.after}", indent="    ", first="  . ")
    for what, rates in (("hijack", change.hijack), ("accuracy", change.accuracy)):
        yield f"  . {what} {percent(rates.before.value)} before, {percent(rates.after.value)} after"
    for lost in change.lost[:6]:
        yield from wrap(
            f"{lost.victim} loses {percent(lost.after)} to {lost.absorber} ({percent(lost.before)} before)",
            indent="    ",
            first="  . ",
        )


def _header(report: Report) -> Iterator[str]:
    library = report.library
    yield from wrap(f"skillaudit {report.tool_version}: {', '.join(library.sources)}", indent="  ")
    parts = [plural(library.skills, "skill"), f"{library.routable:,} routable"]
    if library.manual_only:
        parts.append(f"{library.manual_only:,} manual-only")
    if library.copies:
        parts.append(plural(library.copies, "identical copy", "identical copies") + " folded")
    if library.skipped:
        parts.append(f"{len(library.skipped):,} skipped")
    yield from wrap(", ".join(parts), indent="  ")


def _forecast(report: Report) -> Iterator[str]:
    forecast = report.forecast
    yield "FORECAST  expected share of requests, with 90% intervals"
    judged = forecast.accuracy.value is not None
    if judged:
        yield f"  right skill     {interval(forecast.accuracy)}"
        yield f"  another skill   {interval(forecast.hijack)}   (hijack)"
        yield f"  no skill        {interval(forecast.no_skill)}"
        if forecast.false_trigger.value is not None:
            yield f"  false trigger   {interval(forecast.false_trigger)}   (when nothing should fire)"
        lost = forecast.taxonomy
        yield (
            f"  lost to         rivals next door {percent(lost.local)}, other families {percent(lost.drift)}, "
            f"black holes {percent(lost.capture)}"
        )[:WIDTH]
        if report.forecasts:
            yield "  by class of router and by client, right / another / none / false trigger:"
            for row in report.forecasts:
                name = row.router if row.client is None else f"{row.router} in {row.client}"
                yield (
                    f"    {squeeze(name, 24):<24} {interval(row.accuracy)} / {percent(row.hijack.value)} / "
                    f"{percent(row.no_skill.value)} / {percent(row.false_trigger.value)}"
                )
    yield from wrap(
        f"router {forecast.router}, scorer {forecast.scorer}. {forecast.source}", first="  ", indent="  "
    )
    if forecast.fit_range:
        outside = "; this library lies OUTSIDE that range" if forecast.extrapolates else ""
        yield from wrap(f"fitted on {forecast.fit_range}{outside}.", first="  ", indent="  ")
    coverage = forecast.coverage
    told = ", ".join(f"{count.requests:,} from {SOURCES[count.source]}" for count in coverage.sources)
    yield from wrap(
        f"judged by {plural(coverage.requests, 'request')}{f' ({told})' if told else ''}; "
        f"{coverage.judged_skills:,} of {plural(report.library.routable, 'routable skill')} judged; "
        f"{coverage.leaked:,} dropped for naming a skill or repeating its description.",
        first="  ",
        indent="  ",
    )


def _worst(report: Report, findings: Sequence[Finding]) -> Iterator[str]:
    if not findings:
        yield f"CLEAN  {plural(report.library.skills, 'skill')}, no findings."
        return
    yield f"WORST FIRST  {min(WORST, len(findings))} of {plural(len(findings), 'finding')}"
    for finding in findings[:WORST]:
        yield from _finding(finding)


def _finding(finding: Finding) -> Iterator[str]:
    head = f"  {finding.severity.upper():<7} {finding.code}  "
    yield from wrap(finding.message, first=head, indent="    ")
    if finding.evidence:
        yield from wrap(finding.evidence, first="    why: ", indent="         ")
    if finding.fix:
        yield from wrap(finding.fix, first="    fix: ", indent="         ")


def _more(total: int, rows: int | None) -> Iterator[str]:
    if rows is not None and total > rows:
        yield f"  ... and {total - rows:,} more (--all shows them)"


def _law(report: Report, rows: int | None) -> Iterator[str]:
    law = report.law
    if law is None or not law.points:
        return
    chosen = next(form for form in law.forms if form.chosen)
    values = ", ".join(f"{name} {value:.3g}" for name, value in chosen.parameters.items())
    fitted = "" if chosen.r_squared is None else f"; R2 {chosen.r_squared:.3f}"
    yield "LAW  expected accuracy with n of these skills on offer"
    step = max(1, (len(law.points) + 5) // 6)
    shown = law.points[::-1][::step][::-1]
    yield "  n         " + "".join(f"{point.n:>10,}" for point in shown)
    yield "  accuracy  " + "".join(f"{percent(point.accuracy.value):>10}" for point in shown)
    yield from wrap(f"{FORMS[chosen.form]}: {values}{fitted}.", first="  ", indent="  ")
    if law.floor is not None and law.room is not None:
        floor = f"{100 * law.floor:.0f}%"
        if law.room.value is None:
            yield f"  accuracy stays above {floor} at any size within reach"
        else:
            yield from wrap(
                f"room above {floor}: {law.room.value:,.0f} more skills of this kind "
                f"[{_size(law.room.low)}, {_size(law.room.high)}]",
                first="  ",
                indent="  ",
            )


def _size(value: float | None) -> str:
    return "any number" if value is None else f"{value:,.0f}"


def _victims(report: Report, rows: int | None) -> Iterator[str]:
    victims = sorted(
        (skill for skill in report.skills if skill.victim_rate), key=lambda s: (-(s.victim_rate or 0.0), s.id)
    )
    if not victims:
        return
    yield "VICTIMS  skills whose requests go to others"
    yield from table(
        ("skill", "loses", "90%", "asked", "mostly to"),
        (
            (
                squeeze(skill.id, 28),
                percent(skill.victim_rate),
                span(skill.victim_low, skill.victim_high),
                str(skill.requests),
                squeeze(_taker(skill), 24),
            )
            for skill in victims[:rows]
        ),
        (28, 6, 7, 5, 24),
        right=frozenset({1, 2, 3}),
    )
    yield from _more(len(victims), rows)


def _taker(skill: SkillReport) -> str:
    takers = sorted(skill.rivals, key=lambda rival: -rival.loses_to)
    return takers[0].id if takers and takers[0].loses_to > 0 else ""


def _absorbers(report: Report, rows: int | None) -> Iterator[str]:
    absorbers = sorted((s for s in report.skills if s.absorbed >= 0.5), key=lambda s: (-s.absorbed, s.id))
    if not absorbers:
        return
    yield "ABSORBERS  skills that take others' requests"
    yield from table(
        ("skill", "takes", "90% interval", "share", "hubness"),
        (
            (
                squeeze(skill.id, 34),
                f"{skill.absorbed:.1f}",
                f"{skill.absorbed_low:.1f} - {skill.absorbed_high:.1f}",
                percent(skill.absorbed_share),
                str(skill.hubness),
            )
            for skill in absorbers[:rows]
        ),
        (34, 6, 15, 6, 7),
        right=frozenset({1, 2, 3, 4}),
    )
    yield from _more(len(absorbers), rows)


def _black_holes(report: Report, rows: int | None) -> Iterator[str]:
    if not report.black_holes:
        return
    yield "BLACK HOLES  skills that swallow requests of many families"
    for hole in report.black_holes[:rows]:
        declared = " (declared as a router)" if hole.declared else ""
        yield from wrap(
            f"{hole.skill}{declared}: takes {hole.absorbed:.1f} requests, {percent(hole.share)} of the others' "
            f"(expected {hole.expected:.1f}), from {hole.families:.1f} families; q = {hole.q_value:.2g}; "
            f"from {some(hole.victims, 6)}",
            first="  ",
            indent="    ",
        )
    yield from _more(len(report.black_holes), rows)


def _over_general(report: Report, rows: int | None) -> Iterator[str]:
    if not report.over_general:
        return
    yield "OVER-GENERAL  near to many families by their descriptors; no request shows it yet"
    for hole in report.over_general[:rows]:
        yield from wrap(
            f"{hole.skill}: among the nearest of {plural(len(hole.victims), 'skill')} (expected "
            f"{hole.expected:.0f}) of {hole.families:.1f} families; q = {hole.q_value:.2g}",
            first="  ",
            indent="    ",
        )
    yield from _more(len(report.over_general), rows)


def _clusters(report: Report, rows: int | None) -> Iterator[str]:
    if not report.clusters:
        return
    yield (
        f"CLUSTERS  {plural(len(report.clusters), 'group')} of confusable skills, "
        f"{plural(report.noise, 'skill')} in none"
    )
    for cluster in report.clusters[:rows]:
        confusion = "" if cluster.confusion is None else f", {percent(cluster.confusion)} taken inside"
        yield from wrap(
            f"{cluster.label} ({plural(len(cluster.skills), 'skill')}, cosine {cluster.cohesion:.2f}{confusion}): "
            f"{some(cluster.skills, 8)}",
            first="  ",
            indent="    ",
        )
    yield from _more(len(report.clusters), rows)


def _pairs(report: Report, rows: int | None) -> Iterator[str]:
    if not report.pairs:
        return
    yield "PAIRS  who takes whose requests"
    for pair in report.pairs[:rows]:
        yield from wrap(
            f"{pair.a} -> {pair.b} {percent(pair.a_to_b)}, back {percent(pair.b_to_a)} (cosine {pair.cosine:.2f})",
            first="  ",
            indent="    ",
        )
        for query in pair.requests[:1]:
            yield from wrap(f"“{query}”", first="      ", indent="       ")
    yield from _more(len(report.pairs), rows)


def _chains(report: Report, rows: int | None) -> Iterator[str]:
    yield from chains.text(report.execution, rows)


def _structure(report: Report, rows: int | None) -> Iterator[str]:
    hubness = report.hubness
    if hubness.skewness is None:
        return
    yield f"STRUCTURE  skewness of k-occurrence (k = {hubness.k}): {hubness.skewness:.2f}"
    if hubness.anti_hubs:
        yield from wrap(
            f"{plural(len(hubness.anti_hubs), 'skill')} in nobody's neighbourhood: "
            f"{some(hubness.anti_hubs, len(hubness.anti_hubs) if rows is None else rows)}",
            first="  ",
            indent="  ",
        )


def _clients(report: Report, rows: int | None) -> Iterator[str]:
    if not report.clients:
        return
    yield "VISIBLE  what each client's list shows (- is a budget that nobody knows)"
    yield from table(
        ("client", "full", "cut", "name only", "hidden", "needs", "of"),
        (
            (
                ("> " if view.client == report.client else "") + view.title,
                str(view.full),
                str(view.shortened),
                str(view.name_only),
                str(view.invisible),
                f"{view.whole:,}",
                "-" if view.budget is None else f"{view.budget:,} {view.unit[:5]}",
            )
            for view in report.clients
        ),
        (21, 5, 5, 9, 6, 8, 12),
        right=frozenset({1, 2, 3, 4, 5, 6}),
    )


def _findings(findings: Sequence[Finding], rows: int | None) -> Iterator[str]:
    if not findings:
        return
    yield "ALL OTHER FINDINGS  (skillaudit rule CODE explains one)"
    if rows is not None:
        counts: dict[tuple[str, str], list[str]] = {}
        for finding in findings:
            counts.setdefault((finding.code, finding.severity), []).extend(finding.skills[:1])
        for (code, severity), skills in counts.items():
            yield from wrap(
                f"{len(skills) or 1:>5} x {code} {severity}: {some(list(dict.fromkeys(skills)), 4)}",
                first="  ",
                indent="          ",
            )
        yield "  (--all shows each)"
        return
    for finding in findings:
        yield from _finding(finding)


def _skipped(report: Report, rows: int | None) -> Iterator[str]:
    skipped = report.library.skipped
    if not skipped:
        return
    yield f"SKIPPED  {plural(len(skipped), 'file')} not loaded"
    for entry in skipped[:rows]:
        yield from wrap(f"{entry.path}: {entry.reason}", first="  ", indent="    ")
    yield from _more(len(skipped), rows)


_SECTIONS = (
    _law,
    _victims,
    _absorbers,
    _black_holes,
    _over_general,
    _clusters,
    _pairs,
    _chains,
    _structure,
    _clients,
    _skipped,
)
