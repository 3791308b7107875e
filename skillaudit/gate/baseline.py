"""Baselines: what is already known to be wrong, so that only more of it fails.

A baseline is a multiset of fingerprints with their severities, beside the rates of the forecast. It can
only be used up: findings that go away make it smaller at the next writing, never larger by themselves.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from skillaudit.errors import UsageError
from skillaudit.gate.verdict import Suppressed
from skillaudit.reading import decode_record, named, read_bytes
from skillaudit.reading.limits import BASELINE
from skillaudit.schema import Finding, Record, Report, Severity

FORMAT = 1
RANK = {"info": 0, "warning": 1, "error": 2}


class Known(Record, forbid_unknown_fields=True):
    """One fingerprint that is accepted, as often as `count` says."""

    fingerprint: str
    code: str
    severity: Severity
    skills: tuple[str, ...]
    alias: str = ""
    count: Annotated[int, msgspec.Meta(ge=1)] = 1


class Baseline(Record, forbid_unknown_fields=True):
    """The accepted state of a library."""

    format: int
    findings: tuple[Known, ...]
    hijack: float | None = None
    accuracy: float | None = None
    false_trigger: float | None = None


class _Format(Record):
    """What every baseline says first."""

    format: int


class BaselineDiff(Record):
    """Findings against a baseline."""

    new: tuple[Finding, ...]
    """What the baseline does not hold, or holds fewer times, or at a lower severity."""
    accepted: tuple[Suppressed, ...]
    gone: tuple[Known, ...]
    """What the baseline still holds although it has been mended; `count` says how often."""
    milder: tuple[Known, ...]
    """What the baseline holds at a higher severity than it has now."""


def make_baseline(report: Report, findings: Sequence[Finding]) -> Baseline:
    """Return the baseline that accepts `findings` and the forecast of `report`."""
    forecast = report.forecast
    return Baseline(
        format=FORMAT,
        findings=known_findings(findings),
        hijack=forecast.hijack.value,
        accuracy=forecast.accuracy.value,
        false_trigger=forecast.false_trigger.value,
    )


def known_findings(findings: Sequence[Finding]) -> tuple[Known, ...]:
    """Return the entries of a baseline that accepts `findings`, by rule and skills."""
    worst: dict[str, Finding] = {}
    for finding in findings:
        known = worst.get(finding.fingerprint)
        if known is None or RANK[finding.severity] > RANK[known.severity]:
            worst[finding.fingerprint] = finding
    counts = Counter(finding.fingerprint for finding in findings)
    entries = (
        Known(
            fingerprint=key,
            code=finding.code,
            severity=finding.severity,
            skills=tuple(sorted(finding.skills)),
            alias=finding.alias,
            count=counts[key],
        )
        for key, finding in worst.items()
    )
    return tuple(sorted(entries, key=lambda known: (known.code, known.skills, known.fingerprint)))


def encode(baseline: Baseline) -> str:
    """Return a baseline as JSON text, one known finding a few lines, so that diffs can be read."""
    return msgspec.json.format(msgspec.json.encode(baseline), indent=2).decode() + "\n"


def read_baseline(path: Path) -> Baseline:
    """Return the baseline in the file at `path`.

    Raises `UsageError` for a file that is missing, is not a baseline, or is of a later format.
    """
    data = read_bytes(path, BASELINE)
    # The format comes first: what another one holds is none of this version's business.
    number = decode_record(data, _Format, BASELINE, named(path)).format
    if number != FORMAT:
        raise UsageError(
            f"{named(path)}: the baseline has format {number}, this version reads {FORMAT}; write it anew"
        )
    return decode_record(data, Baseline, BASELINE, named(path))


def compare(findings: Sequence[Finding], baseline: Baseline) -> BaselineDiff:
    """Return what is new, accepted and gone, fingerprints counted as often as they occur.

    A second skill of one name changes the id of the first, and so the fingerprint of its findings: what the
    baseline does not know by its fingerprint, it may know by that of the name, or the other way round. Where a
    fingerprint occurs more often than accepted, its gravest occurrences are the new ones.
    """
    left = {known.fingerprint: known.count for known in baseline.findings}
    by_key = {known.fingerprint: known for known in baseline.findings}
    new: list[int] = []
    accepted: list[int] = []
    worst_seen: dict[str, int] = defaultdict(int)
    prints = _prints(findings, baseline)
    mildest_first = sorted(range(len(findings)), key=lambda at: RANK[findings[at].severity])
    for at in mildest_first:
        finding, key = findings[at], prints[at]
        known = by_key.get(key)
        worst_seen[key] = RANK[finding.severity]
        if known is None or not left[key] or RANK[finding.severity] > RANK[known.severity]:
            new.append(at)
        else:
            left[key] -= 1
            accepted.append(at)
    gone = tuple(
        msgspec.structs.replace(known, count=left[known.fingerprint])
        for known in baseline.findings
        if left[known.fingerprint]
    )
    return BaselineDiff(
        new=tuple(findings[at] for at in sorted(new)),
        accepted=tuple(
            Suppressed(finding=findings[at], by="baseline", reason="known in the baseline")
            for at in sorted(accepted)
        ),
        gone=gone,
        milder=tuple(
            known
            for known in baseline.findings
            if known.fingerprint in worst_seen and worst_seen[known.fingerprint] < RANK[known.severity]
        ),
    )


def _prints(findings: Sequence[Finding], baseline: Baseline) -> list[str]:
    """Return the fingerprint under which the baseline may know each finding, its own one first."""
    left = Counter({known.fingerprint: known.count for known in baseline.findings})
    by_alias: dict[str, list[str]] = defaultdict(list)
    for known in baseline.findings:
        by_alias[known.alias].append(known.fingerprint)
    known_prints = set(left)
    left.subtract(finding.fingerprint for finding in findings if finding.fingerprint in known_prints)
    prints = []
    for finding in findings:
        others = [finding.alias] if finding.alias else by_alias.get(finding.fingerprint, [])
        chosen = finding.fingerprint
        if chosen not in known_prints:
            chosen = next((other for other in others if left[other] > 0), chosen)
            left[chosen] -= 1
        prints.append(chosen)
    return prints
