"""What findings cost, in requests of a hundred, and the order that follows: the most harm first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from skillaudit.checks.rule import Facts
from skillaudit.schema import Cost, Finding

RANK = {"error": 0, "warning": 1, "info": 2}


def by_harm(findings: Sequence[Finding], evidence: Facts) -> tuple[Finding, ...]:
    """Return the findings with what they cost, those first that put most requests at stake.

    Where two put the same at stake, to a hundredth of a request in a hundred, the graver one comes first,
    then the one that hides or breaks more, then the rules' own order.
    """
    ledger = _Ledger(evidence)
    costed = [msgspec.structs.replace(finding, cost=ledger.cost(finding)) for finding in findings]
    return tuple(
        sorted(
            costed,
            key=lambda finding: (
                -round(finding.cost.harm, 2),
                RANK[finding.severity],
                -finding.cost.unseen - finding.cost.breaks,
            ),
        )
    )


class _Ledger:
    """Lookups over the evidence."""

    def __init__(self, evidence: Facts) -> None:
        self.skills = {skill.id: skill for skill in evidence.skills}
        self.total = sum(skill.requests for skill in evidence.skills)
        self.holes = {hole.skill: hole for hole in (*evidence.black_holes, *evidence.over_general)}
        self.traffic: dict[str, dict[str, float]] = {}
        for pair in evidence.pairs:
            moved = pair.a_to_b * self.asked(pair.a) + pair.b_to_a * self.asked(pair.b)
            self.traffic.setdefault(pair.a, {})[pair.b] = moved

    def asked(self, skill: str) -> int:
        """Requests that judge a skill."""
        return self.skills[skill].requests if skill in self.skills else 0

    def hundred(self, requests: float) -> float | None:
        """Return so many requests as part of a hundred; None where nothing was judged."""
        return 100 * requests / self.total if self.total else None

    def cost(self, finding: Finding) -> Cost:
        """Return what a finding costs."""
        work = _COSTS.get(finding.code)
        return (
            finding.cost
            if work is None or (finding.severity == "info" and work is _breaks)
            else work(self, finding)
        )


def _lost(requests: float | None, **others: float | int | None) -> Cost:
    triggers = others.get("false_triggers") or 0.0
    cost = Cost(harm=(requests or 0.0) + triggers, requests=requests)
    return msgspec.structs.replace(cost, **others)


def _between(ledger: _Ledger, finding: Finding) -> Cost:
    """Requests that the finding's skills take from each other."""
    inside = set(finding.skills)
    moved = sum(
        requests
        for skill in finding.skills
        for other, requests in ledger.traffic.get(skill, {}).items()
        if other in inside
    )
    return _lost(ledger.hundred(moved))


def _loses(ledger: _Ledger, finding: Finding) -> Cost:
    """Requests that a skill loses."""
    skill = ledger.skills[finding.skills[0]]
    return _lost(ledger.hundred((skill.victim_rate or 0.0) * skill.requests))


def _takes(ledger: _Ledger, finding: Finding) -> Cost:
    """Requests that a skill takes from others, and those needing nothing that fire a skill because of it."""
    taken = sum(ledger.skills[skill].absorbed for skill in finding.skills[:1] if skill in ledger.skills)
    hole = ledger.holes.get(finding.skills[0]) if finding.skills else None
    idle = None if hole is None or hole.idle is None else 100 * hole.idle
    return _lost(ledger.hundred(taken), false_triggers=idle)


def _breaks(ledger: _Ledger, finding: Finding) -> Cost:
    """All requests of skills that are dropped; one even share each where no request was judged."""
    known = [skill for skill in finding.skills if skill in ledger.skills]
    even = 100 / max(len(ledger.skills), 1)
    shares = [even if not ledger.total else ledger.hundred(ledger.asked(skill)) or 0.0 for skill in known]
    if finding.code == "SA006":  # one of the namesakes stays
        shares = sorted(shares)[:-1] or shares
    return Cost(harm=sum(shares) if known else even, breaks=max(len(shares), 1))


_COSTS: Mapping[str, Callable[[_Ledger, Finding], Cost]] = {
    **dict.fromkeys(("SA201", "SA202", "SA204"), _between),
    "SA203": _loses,
    **dict.fromkeys(("SA301", "SA302", "SA303", "SA703", "SA704", "SA705"), _takes),
    **dict.fromkeys(("SA001", "SA002", "SA006", "SA007"), _breaks),
}
