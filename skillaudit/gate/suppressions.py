"""Suppressions: findings that somebody decided to live with, for a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from skillaudit.gate.rules import HIDES, UNEXPLAINED, UNKNOWN, UNUSED
from skillaudit.gate.selection import known_rules
from skillaudit.gate.verdict import Suppressed
from skillaudit.schema import Finding, Location, Record


class Suppression(Record):
    """One decision not to count findings of some rules about some skills."""

    codes: tuple[str, ...]
    """Codes or slugs, whole; prefixes are not honoured, so that nothing is hidden by accident."""
    reason: str
    skills: tuple[str, ...] = ()
    """Ids that the finding must all be about; empty for any."""
    within: frozenset[str] | None = None
    """Ids that the finding may be about at all: a source excuses nothing of another; None for any."""
    where: Literal["config", "library", "metadata", "comment"] = "config"
    location: Location | None = None
    """Where it is written."""

    def matches(self, finding: Finding) -> bool:
        """Say whether it covers `finding`."""
        names = {finding.code, known_rules().get(finding.code, finding.code)}
        about = set(finding.skills)
        here = self.within is None or about <= self.within
        return here and bool(names & set(self.codes)) and set(self.skills) <= about


def apply(
    findings: Sequence[Finding], suppressions: Sequence[Suppression]
) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...]]:
    """Split findings into what counts and what is suppressed.

    Suppressions that matched nothing, have no reason, or name no rule become findings themselves, and so
    does what a suppression of the library's own hides of errors.
    """
    counted: list[Finding] = []
    suppressed: list[Suppressed] = []
    used: set[int] = set()
    for finding in findings:
        covering = [at for at, one in enumerate(suppressions) if one.reason and one.matches(finding)]
        used.update(covering)
        if covering:
            one = suppressions[covering[0]]
            suppressed.append(Suppressed(finding=finding, by=one.where, reason=one.reason))
            if finding.severity == "error" and one.where != "config":
                counted.append(_hidden(finding, one))
        else:
            counted.append(finding)
    for at, one in enumerate(suppressions):
        if at not in used:
            counted.append(_complaint(one))
    return tuple(counted), tuple(suppressed)


def _hidden(finding: Finding, one: Suppression) -> Finding:
    """Show an error that a suppression of the library's own hides."""
    places = (one.location,) if one.location else ()
    message = f"A suppression of the library's own hides {finding.code}: {finding.message}"
    key = f"{finding.code}\0{finding.fingerprint}"
    return HIDES.finding(
        finding.skills, message, evidence=f"Its reason: {one.reason}", key=key, places=places
    )


def _complaint(one: Suppression) -> Finding:
    codes = ", ".join(one.codes)
    about = f" about {', '.join(one.skills)}" if one.skills else ""
    key = f"{one.where}\0{codes}"
    places = (one.location,) if one.location else ()
    rules = known_rules()
    unknown = [code for code in one.codes if code not in rules and code not in rules.values()]
    if unknown:
        message = f"The suppression of {codes}{about} names no rule: {', '.join(unknown)}."
        return UNKNOWN.finding(one.skills, message, key=key, places=places)
    if not one.reason:
        message = f"The suppression of {codes}{about} gives no reason and is not honoured."
        return UNEXPLAINED.finding(one.skills, message, key=key, places=places)
    message = f"The suppression of {codes}{about} matches no finding."
    return UNUSED.finding(one.skills, message, key=key, places=places, evidence=f"Its reason: {one.reason}")
