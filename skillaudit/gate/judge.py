"""The decision: a report held against limits, findings against severities and a baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from skillaudit.clients import Listing
from skillaudit.config import Gate
from skillaudit.errors import UsageError
from skillaudit.gate.baseline import RANK, Baseline, BaselineDiff, compare
from skillaudit.gate.selection import Selection
from skillaudit.gate.suppressions import Suppression, apply
from skillaudit.gate.verdict import LimitResult, Suppressed, Verdict
from skillaudit.schema import Estimate, Finding, Report

FAIL_ON = ("error", "warning", "info", "never")
GATE_ON = ("value", "low", "high")
OPENINGS = frozenset({"predicted", "since", "with"})
"""Words that a clause of `Verdict.worse` begins with, where no skill's name does."""
_OWN = {"library": "settings file", "metadata": "skills' metadata", "comment": "comments"}
"""Where a library excuses its own findings."""


def judge(
    report: Report,
    gate: Gate,
    *,
    selection: Selection | None = None,
    suppressions: Sequence[Suppression] = (),
    baseline: Baseline | None = None,
    listing: Listing | None = None,
) -> Verdict:
    """Hold `report` against `gate`.

    Limits on rates are compared with the value of the forecast, or with an end of its 90% interval:
    `gate_on="high"` takes the end at which the risk is high (the upper end of hijack and false triggers,
    the lower of accuracy), so that it passes only what is safely inside; `"low"` the other, so that it
    fails only what is safely outside. A limit that nothing can judge fails. With a baseline, only new
    findings and findings graded higher count, and rates may not be worse than its own by more than
    `gate.tolerance`. `listing` is what `max_budget` is held against.

    Raises `UsageError` for a setting that makes no sense, such as `max_budget` without a client.
    """
    _check(gate, listing)
    counted, suppressed = apply(report.findings, suppressions)
    selection = selection or Selection()
    findings = tuple(kept for finding in counted if (kept := selection.keep(finding)) is not None)
    difference: BaselineDiff | None = None
    if baseline is not None:
        difference = compare(findings, baseline)
        findings = difference.new
        suppressed = (*suppressed, *difference.accepted)
    limits = tuple(_limits(report, gate, listing))
    worse = () if baseline is None else tuple(_ratchet(report, baseline, gate))
    reasons = [
        *(_limit_reason(limit, gate, listing) for limit in limits if not limit.passed),
        *map(sentence, worse),
        *_finding_reasons(findings, gate, new=baseline is not None),
    ]
    return Verdict(
        passed=not reasons,
        reasons=tuple(reasons),
        findings=findings,
        suppressed=suppressed,
        limits=limits,
        notes=(
            *_unjudged(report, listing),
            *_notes(suppressed, difference, report, baseline, gate),
        ),
        worse=worse,
        fail_on=gate.fail_on,
    )


def sentence(clause: str) -> str:
    """Write out a clause of `Verdict.worse`; one that begins with a skill's name keeps its letters."""
    first = clause.split(" ", 1)[0]
    return f"{clause[0].upper() if first in OPENINGS else clause[0]}{clause[1:]}."


def _check(gate: Gate, listing: Listing | None) -> None:
    if gate.fail_on not in FAIL_ON:
        raise UsageError(f"fail-on is {gate.fail_on!r}; it can be {', '.join(FAIL_ON)}")
    if gate.gate_on not in GATE_ON:
        raise UsageError(f"gate-on is {gate.gate_on!r}; it can be {', '.join(GATE_ON)}")
    if gate.max_budget is not None and listing is None:
        raise UsageError("max-budget needs a client whose budget is meant: name it with --client")
    if gate.max_budget is not None and listing is not None and listing.budget is None:
        raise UsageError(f"max-budget cannot be held: {listing.client} has no known budget")


def _limits(report: Report, gate: Gate, listing: Listing | None) -> Iterator[LimitResult]:
    forecast = report.forecast.judged
    highest = (
        ("max-hijack", gate.max_hijack, forecast.hijack),
        ("max-false-trigger", gate.max_false_trigger, forecast.false_trigger),
    )
    for name, limit, estimate in highest:
        if limit is not None:
            measured = _risk_end(estimate, gate.gate_on)
            passed = measured is not None and measured <= limit
            yield LimitResult(name=name, limit=limit, measured=measured, passed=passed)
    if gate.min_accuracy is not None:
        opposite = {"low": "high", "high": "low"}.get(gate.gate_on, gate.gate_on)
        measured = _risk_end(forecast.accuracy, opposite)
        passed = measured is not None and measured >= gate.min_accuracy
        yield LimitResult(name="min-accuracy", limit=gate.min_accuracy, measured=measured, passed=passed)
    if gate.max_budget is not None and listing is not None and listing.budget:
        share = listing.whole / listing.budget
        yield LimitResult(
            name="max-budget", limit=gate.max_budget, measured=share, passed=share <= gate.max_budget
        )


def _risk_end(estimate: Estimate, end: str) -> float | None:
    if end == "low":
        return estimate.low
    return estimate.high if end == "high" else estimate.value


def _limit_reason(limit: LimitResult, gate: Gate, listing: Listing | None) -> str:
    if limit.name == "max-budget" and listing is not None and limit.measured is not None:
        return (
            f"The list needs {limit.measured:.2f} of the budget of {listing.client} "
            f"({listing.whole:,} of {listing.budget or 0:,} {listing.unit}); the limit is {limit.limit:g}."
        )
    what = {
        "max-hijack": "hijack rate",
        "max-false-trigger": "false-trigger rate",
        "min-accuracy": "accuracy",
    }[limit.name]
    if limit.measured is None:
        return f"The {what} cannot be judged: there are no requests for it, and {limit.name} is set."
    end = "" if gate.gate_on == "value" else f" (the {gate.gate_on}-risk end of its interval)"
    side = "below" if limit.name.startswith("min") else "above"
    return (
        f"Predicted {what} {limit.measured:.1%}{end} is {side} the limit of {limit.limit:.1%} ({limit.name})."
    )


def _ratchet(report: Report, baseline: Baseline, gate: Gate) -> Iterator[str]:
    forecast = report.forecast.judged
    for what, now, then, sign in (
        ("hijack rate", forecast.hijack.value, baseline.hijack, 1),
        ("accuracy", forecast.accuracy.value, baseline.accuracy, -1),
        ("false-trigger rate", forecast.false_trigger.value, baseline.false_trigger, 1),
    ):
        if now is None or then is None:
            continue
        # Half a rounding error of slack keeps a change of exactly the tolerance inside it.
        if sign * (now - then) > gate.tolerance + 1e-9:
            yield f"predicted {what} went from {then:.1%} to {now:.1%} since the baseline"


def _unjudged(report: Report, listing: Listing | None) -> Iterator[str]:
    """Say that no rate was forecast: that fails where a limit on one is set, and passes in silence nowhere."""
    skills = report.library.skills
    if not skills or report.forecast.judged.accuracy.value is not None:
        return
    one = skills == 1
    why = "no request judges the skill" if one else f"no request judges any of {skills:,} skills"
    if not report.library.routable:
        none = "the skill does not compete" if one else f"none of {skills:,} skills competes"
        why = f"{none} for requests"
    if listing is not None and listing.count("invisible") == len(listing.entries):
        why = f"{listing.client} shows the model {'no skill' if one else f'none of {skills:,} skills'}"
    if report.forecast.judged.false_trigger.value is None:
        yield f"No rate was forecast, as {why}: what was judged is files and lists."
    else:
        yield f"Only false triggers were forecast, as {why}: beside them, files and lists were judged."


def _other_end(report: Report, gate: Gate) -> Iterator[str]:
    """What the risky end of each interval would do, where limits are held against the point."""
    if gate.gate_on != "value":
        return
    strict = _limits(report, msgspec.structs.replace(gate, gate_on="high", max_budget=None), None)
    passed = {limit.name for limit in _limits(report, gate, None) if limit.passed}
    for limit in strict:
        if limit.name in passed and not limit.passed and limit.measured is not None:
            yield (
                f"{limit.name} {limit.limit:.1%} holds for the point of the forecast, not for the high-risk end of its "
                f'90% interval, {limit.measured:.1%}; gate_on = "high" judges by that.'
            )


def _finding_reasons(findings: Sequence[Finding], gate: Gate, *, new: bool) -> Iterator[str]:
    if gate.fail_on == "never":
        return
    failing = [one for one in findings if RANK[one.severity] >= RANK[gate.fail_on]]
    for severity in ("error", "warning", "info"):
        group = [one for one in failing if one.severity == severity]
        if group:
            codes = ", ".join(sorted({one.code for one in group}))
            noun = {"error": "error", "warning": "warning", "info": "note"}[severity]
            plural = "" if len(group) == 1 else "s"
            yield f"{len(group)} {'new ' if new else ''}{noun}{plural} ({codes}): {group[0].message}"


def _notes(
    suppressed: Sequence[Suppressed],
    difference: BaselineDiff | None,
    report: Report,
    baseline: Baseline | None,
    gate: Gate,
) -> Iterator[str]:
    yield from _other_end(report, gate)
    by_hand = sum(one.by == "config" for one in suppressed)
    if by_hand:
        yield f"{by_hand} finding{'s are' if by_hand > 1 else ' is'} suppressed with a reason."
    own = Counter(_OWN[one.by] for one in suppressed if one.by in _OWN)
    if own:
        where = ", ".join(f"{count} by its {what}" for what, count in sorted(own.items()))
        does = "findings do" if own.total() > 1 else "finding does"
        yield f"{own.total()} {does} not count because the library itself says so, with reasons: {where}."
    if difference is None or baseline is None:
        return
    if difference.accepted:
        plural = "s" if len(difference.accepted) > 1 else ""
        yield f"{len(difference.accepted)} finding{plural} known in the baseline."
    spare = sum(known.count for known in difference.gone) + len(difference.milder)
    if spare:
        are = "are" if spare > 1 else "is"
        yield (
            f"The baseline can shrink: {spare} of its findings {are} gone or milder. "
            "Write it anew with --write-baseline."
        )
    now, then = report.forecast.hijack.value, baseline.hijack
    if now is not None and then is not None and then - now > gate.tolerance:
        yield f"The baseline can shrink: its hijack rate is {then:.1%}, now {now:.1%} is predicted."
