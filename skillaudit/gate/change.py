"""What a change did to a library: the report before against the report after."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from collections.abc import Container, Mapping, Sequence

import msgspec

from skillaudit.answer.steps import MOST, about
from skillaudit.checks.rule import fingerprint
from skillaudit.clients import Listing
from skillaudit.config import Gate
from skillaudit.gate.baseline import RANK, Baseline, compare, known_findings
from skillaudit.gate.judge import judge, sentence
from skillaudit.gate.rules import GATE_RULES
from skillaudit.gate.selection import Selection
from skillaudit.gate.suppressions import Suppression, apply
from skillaudit.gate.verdict import Change, Lost, RateChange, Renamed, Verdict
from skillaudit.schema import Estimate, Finding, NextStep, Report, SkillReport

LEAST_SHARE = 0.02
"""A victim is named when it loses at least this much more of its requests than before."""
NAMED = 6
"""Victims that a sentence names."""


def compare_reports(before: Report | None, after: Report, *, reference: str = "", note: str = "") -> Change:
    """Return what happened between two reports made with the same settings.

    `before` is None when there was no library yet. A skill with a new id and the description of one that
    is gone counts as renamed, and its findings and losses are compared under its new id. Whom a library sends its
    requests to has no rate where no request judges it; false triggers need none of its own.
    """
    none = Estimate(value=None, low=None, high=None)
    was, now = before.forecast.judged if before else None, after.forecast.judged
    old = {skill.id: skill for skill in before.skills} if before else {}
    new = {skill.id: skill for skill in after.skills}
    renamed = _renamed(old, new)
    names = {one.before: one.after for one in renamed}
    same = {names.get(key, key): skill for key, skill in old.items()}
    rewritten = tuple(
        key for key, skill in new.items() if key in same and _descriptor(skill) != _descriptor(same[key])
    )
    findings, gone = _new_findings(before.findings if before else (), after.findings, names)
    kept_before, kept_after = _kept(same, new)
    return Change(
        reference=reference,
        added=tuple(key for key in new if key not in same),
        removed=tuple(key for key in old if names.get(key, key) not in new),
        rewritten=rewritten,
        renamed=renamed,
        hijack=RateChange(before=was.hijack if was else none, after=now.hijack),
        accuracy=RateChange(before=was.accuracy if was else none, after=now.accuracy),
        false_trigger=RateChange(before=was.false_trigger if was else none, after=now.false_trigger),
        kept_before=kept_before,
        kept_after=kept_after,
        lost=_lost(before, after, names),
        new_findings=findings,
        gone=gone,
        note=note,
    )


def judge_change(
    change: Change,
    after: Report,
    gate: Gate,
    *,
    selection: Selection | None = None,
    suppressions: Sequence[Suppression] = (),
    baseline: Baseline | None = None,
    listing: Listing | None = None,
) -> Verdict:
    """Judge the change: limits on the whole library, findings only where they are new, and no rate worse
    than before by more than `gate.tolerance`, even where the limits hold.

    With a baseline, new findings that it knows do not count either; its rates are not looked at, since the
    change is held against what was there before it.

    Compared are the forecast's values, and the hijack rate of the skills that were there before, which
    new skills with easy requests of their own cannot dilute.
    """
    # Suppressions are matched against all findings, so that one for an old finding is not called unused.
    counted, _ = apply(after.findings, suppressions)
    own = {rule.code for rule in GATE_RULES}
    complaints = [finding for finding in counted if finding.code in own]
    report = msgspec.structs.replace(after, findings=change.new_findings)
    used = [one for one in suppressions if any(one.matches(finding) for finding in change.new_findings)]
    if baseline is not None:
        baseline = _excused(baseline, counted, apply(change.new_findings, used)[0], selection or Selection())
    verdict = judge(report, gate, selection=selection, suppressions=used, baseline=baseline, listing=listing)
    worse = _worse(change, gate.tolerance)
    missed = sum(not limit.passed for limit in verdict.limits)
    reasons = [*verdict.reasons[:missed], *map(sentence, worse), *verdict.reasons[missed:]]
    notes = [*([change.note] if change.note else []), *verdict.notes]
    if stood := _stood(counted, change.new_findings, selection or Selection(), own):
        plural = "s that were" if stood > 1 else " that was"
        notes.append(
            f"{stood:,} finding{plural} there before {'do' if stood > 1 else 'does'} not count; "
            f"`check` without --since lists {'them' if stood > 1 else 'it'}."
        )
    if complaints:
        plural = "s are" if len(complaints) > 1 else " is"
        notes.append(f"{len(complaints)} suppression{plural} idle; `check` without --since lists them.")
    return msgspec.structs.replace(
        verdict,
        passed=not reasons,
        reasons=tuple(reasons),
        notes=tuple(notes),
        worse=tuple(worse),
        change=change,
    )


def answer_change(report: Report, verdict: Verdict) -> Report:
    """Return the report with what fails its change first among what to do; as it is where nothing fails."""
    answer, change = report.answer, verdict.change
    if verdict.passed or answer is None or change is None:
        return report
    floor = RANK.get(verdict.fail_on, len(RANK))
    failing = [one for one in verdict.findings if RANK[one.severity] >= floor]
    first = list(about(report, failing or verdict.findings))
    edited = [*change.added, *change.rewritten]
    told = {skill for one in failing or verdict.findings for skill in one.skills}
    if verdict.worse and edited and not (first and told & set(edited)):
        more = f" and {len(edited) - NAMED} more" if len(edited) > NAMED else ""
        first.append(
            NextStep(
                do=f"Narrow what changed in {', '.join(edited[:NAMED])}{more}, or take it back: "
                f"{'; '.join(verdict.worse)}.",
                gain="the rates from before",
                command=f"git diff {shlex.quote(change.reference)}",
            )
        )
    commands = {step.command for step in first}
    rest = [step for step in answer.steps if step.command not in commands]
    steps = tuple((*first, *rest)[:MOST])
    return msgspec.structs.replace(report, answer=msgspec.structs.replace(answer, steps=steps))


def _stood(
    after: Sequence[Finding], new: Sequence[Finding], selection: Selection, own: Container[str]
) -> int:
    """Return how many findings of `after` that would count were there before; `own` are codes about suppressions."""
    left = Counter(finding.fingerprint for finding in new)
    stood = 0
    for finding in after:
        if left[finding.fingerprint]:
            left[finding.fingerprint] -= 1
        elif finding.code not in own and selection.keep(finding) is not None:
            stood += 1
    return stood


def _excused(
    baseline: Baseline, after: Sequence[Finding], new: Sequence[Finding], selection: Selection
) -> Baseline:
    """Return a baseline of those of the `new` findings that `baseline` knows, and of no rate.

    Findings that were there before use it up first: a second twin of a known finding is new.
    """
    every, fresh = (
        [kept for finding in findings if (kept := selection.keep(finding)) is not None]
        for findings in (after, new)
    )
    left = {known.fingerprint: known for known in baseline.findings}
    there = Counter((one.fingerprint, one.severity) for one in every)
    there.subtract((one.fingerprint, one.severity) for one in fresh)
    for (mark, severity), count in there.items():
        known = left.get(mark)
        if known is not None and RANK[severity] <= RANK[known.severity]:
            left[mark] = msgspec.structs.replace(known, count=max(0, known.count - count))
    rest = msgspec.structs.replace(baseline, findings=tuple(left.values()))
    accepted = [one.finding for one in compare(fresh, rest).accepted]
    return msgspec.structs.replace(
        rest, findings=known_findings(accepted), hijack=None, accuracy=None, false_trigger=None
    )


def _worse(change: Change, tolerance: float) -> list[str]:
    """Return in clauses which rates got worse, and whose doing that is."""
    clauses = []
    rows = (
        ("hijack rate", change.hijack.before.value, change.hijack.after.value, 1),
        ("hijack rate of the skills that were there before", change.kept_before, change.kept_after, 1),
        ("accuracy", change.accuracy.before.value, change.accuracy.after.value, -1),
        ("false-trigger rate", change.false_trigger.before.value, change.false_trigger.after.value, 1),
    )
    for what, before, after, sign in rows:
        if before is not None and after is not None and sign * (after - before) > tolerance + 1e-9:
            clauses.append(f"predicted {what} went from {before:.1%} to {after:.1%} with this change")
    if clauses and change.lost:
        clauses.append(_takeover(change))
    return clauses


def _takeover(change: Change) -> str:
    """Say who takes whose requests most, first a skill that the change brought or rewrote, and since when."""
    changed = (*change.added, *change.rewritten)
    by_absorber: dict[str, list[str]] = defaultdict(list)
    for one in change.lost:
        by_absorber[one.absorber].append(one.victim)
    absorber = next((name for name in by_absorber if name in changed), next(iter(by_absorber)))
    victims = by_absorber[absorber]
    more = f" and {len(victims) - NAMED} more" if len(victims) > NAMED else ""
    named = f"{', '.join(victims[:NAMED])}{more}"
    if absorber in change.added:
        return f"{absorber} takes requests of {named}"
    if absorber in change.rewritten:
        return f"since {absorber} changed, it takes requests of {named}"
    # Whoever takes more without a change of its own takes it for what others no longer say, or say now.
    causes = [name for name in victims if name in changed] or list(change.rewritten)
    if len(causes) == 1 and causes[0] in change.rewritten:
        return f"since {causes[0]} changed, {absorber} takes requests of {named}"
    return f"with this change {absorber} takes requests of {named}"


def _descriptor(skill: SkillReport) -> tuple[str, bool]:
    return skill.description, skill.manual_only


def _renamed(old: Mapping[str, SkillReport], new: Mapping[str, SkillReport]) -> tuple[Renamed, ...]:
    """Match ids that went with ids that came by equal, and only once used, descriptions."""
    gone = [skill for key, skill in old.items() if key not in new]
    came = [skill for key, skill in new.items() if key not in old]
    often = Counter(skill.description for skill in (*gone, *came))
    places = {skill.description: skill.id for skill in gone if skill.description}
    return tuple(
        Renamed(before=places[skill.description], after=skill.id)
        for skill in came
        if skill.description in places and often[skill.description] == 2
    )


def _new_findings(
    before: Sequence[Finding], after: Sequence[Finding], names: Mapping[str, str]
) -> tuple[tuple[Finding, ...], int]:
    """Return the findings that no finding of before stands for, and how many are gone."""
    left: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for finding in before:
        left[_key(finding, names)].append(RANK[finding.severity])
    new = []
    for finding in sorted(after, key=lambda one: -RANK[one.severity]):
        known = left[_key(finding, {})]
        if known and max(known) >= RANK[finding.severity]:
            known.remove(max(known))
        else:
            new.append(finding)
    order = {id(finding): at for at, finding in enumerate(after)}
    new.sort(key=lambda finding: order[id(finding)])
    return tuple(new), sum(map(len, left.values()))


def _key(finding: Finding, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a finding is recognised by: its fingerprint, or rule and skills where one was renamed."""
    skills = sorted(names.get(skill, skill) for skill in finding.skills)
    if not skills or finding.fingerprint == fingerprint(finding.code, ()):
        return (finding.code, finding.fingerprint)
    return (finding.code, *skills)


def _kept(
    same: Mapping[str, SkillReport], new: Mapping[str, SkillReport]
) -> tuple[float | None, float | None]:
    """Return the hijack rate over the skills judged in both reports, weighted by their requests of now."""
    both = [
        (same[key], skill)
        for key, skill in new.items()
        if key in same and skill.victim_rate is not None and same[key].victim_rate is not None
    ]
    weight = sum(skill.requests for _, skill in both)
    if not weight:
        return None, None
    was = sum((old.victim_rate or 0.0) * skill.requests for old, skill in both) / weight
    now = sum((skill.victim_rate or 0.0) * skill.requests for _, skill in both) / weight
    return was, now


def _lost(before: Report | None, after: Report, names: Mapping[str, str]) -> tuple[Lost, ...]:
    """Return who loses more to whom than before, the absorber with most requests first."""
    was = _traffic(before, names) if before else {}
    old = {names.get(skill.id, skill.id) for skill in before.skills} if before else set()
    requests = {skill.id: skill.requests for skill in after.skills}
    found = [
        Lost(
            victim=victim,
            absorber=absorber,
            before=was.get((victim, absorber), 0.0),
            after=share,
            requests=requests[victim],
        )
        for (victim, absorber), share in _traffic(after, {}).items()
        if victim in old and share - was.get((victim, absorber), 0.0) >= LEAST_SHARE
    ]
    total: Counter[str] = Counter()
    for one in found:
        # Whole numbers add up the same in every order.
        total[one.absorber] += round(1e6 * (one.after - one.before) * max(1, one.requests))
    found.sort(
        key=lambda one: (
            -total[one.absorber],
            one.absorber,
            -round(1e6 * (one.after - one.before) * max(1, one.requests)),
            one.victim,
        )
    )
    return tuple(found)


def _traffic(report: Report, names: Mapping[str, str]) -> dict[tuple[str, str], float]:
    """Return the share of each victim's requests that each absorber takes, as far as the report says."""
    traffic: dict[tuple[str, str], float] = {}

    def note(victim: str, absorber: str, share: float) -> None:
        key = names.get(victim, victim), names.get(absorber, absorber)
        traffic[key] = max(share, traffic.get(key, 0.0))

    for skill in report.skills:
        for rival in skill.rivals:
            note(skill.id, rival.id, rival.loses_to)
            note(rival.id, skill.id, rival.takes_from)
    for pair in report.pairs:
        note(pair.a, pair.b, pair.a_to_b)
        note(pair.b, pair.a, pair.b_to_a)
    return traffic
