"""What a rule is, and what it is given to look at."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from skillaudit.laws.execution_handoffs import HandOff, MissingTarget
from skillaudit.schema import (
    BlackHole,
    ClientView,
    Cluster,
    Cost,
    Execution,
    Finding,
    Forecast,
    ForecastRow,
    Hubness,
    Library,
    Location,
    Pair,
    Record,
    Severity,
    Skill,
    SkillReport,
)


class Facts(Record, dict=True, gc=True):
    """Everything that the audit knows before it passes judgement."""

    library: Library
    client: str | None
    clients: tuple[ClientView, ...]
    forecast: Forecast
    skills: tuple[SkillReport, ...]
    clusters: tuple[Cluster, ...]
    hubness: Hubness
    black_holes: tuple[BlackHole, ...]
    over_general: tuple[BlackHole, ...]
    pairs: tuple[Pair, ...]
    rows: tuple[ForecastRow, ...] = ()
    """The forecast by class of models and client."""
    floor: float = 0.8
    """Share of right choices below which a list is not carried."""
    execution: Execution | None = None
    links: tuple[HandOff, ...] = ()
    """Hand-offs in the skills' bodies."""
    missing: tuple[MissingTarget, ...] = ()
    """Hand-offs to skills that are not there."""

    @cached_property
    def by_id(self) -> dict[str, Skill]:
        """The library's skills by id."""
        return {skill.id: skill for skill in self.library.skills}


NOTHING = Cost()


class Rule(Record):
    """One kind of finding, with the page that explains it."""

    code: str
    """Stable: it outlives names and messages."""
    slug: str
    severity: Severity
    what: str
    why: str
    fix: str
    """What to do in general; a finding's own fix is about its skills."""
    check: Callable[[Rule, Facts], Iterator[Finding]]

    def finding(
        self,
        skills: Sequence[str],
        message: str,
        *,
        evidence: str = "",
        fix: str = "",
        places: Iterable[Location] = (),
        key: str = "",
        whole: bool = False,
        severity: Severity | None = None,
        cost: Cost = NOTHING,
    ) -> Finding:
        """Return a finding of this rule about `skills`.

        `places` are where to look, the first being the main one. `key` tells apart findings of
        one rule about the same skills, such as two unknown keys in one file. `whole` says that it is one finding
        about the library, known again whichever skills it names. `cost` is what only the rule
        knows; `costs` adds what follows from the skills.
        """
        looked_at = tuple(places)
        return Finding(
            code=self.code,
            severity=severity or self.severity,
            skills=tuple(skills),
            message=message,
            evidence=evidence,
            fix=fix or self.fix,
            fingerprint=fingerprint(self.code, () if whole else skills, key),
            alias="" if whole else _alias(self.code, skills, key),
            location=looked_at[0] if looked_at else None,
            related=looked_at[1:],
            cost=cost,
        )


_QUALIFIED = re.compile(r"(?s)(?:.*/)?([^/]*?)(?:@[0-9a-f]{6,})?")
"""An id: a name that folders or a digest may tell from others."""


def fingerprint(code: str, skills: Sequence[str], key: str = "") -> str:
    """Return 16 hex digits over the code, the sorted skill ids and `key` (DESIGN section 8).

    Scores, order and line numbers are left out, so that a baseline survives small edits.
    """
    text = "\0".join([code, key, *sorted(skills)])
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _alias(code: str, skills: Sequence[str], key: str) -> str:
    """Return the fingerprint that the finding had while no other skill shared a name with its own."""
    bare = [_bare(skill) for skill in skills]
    return "" if bare == list(skills) else fingerprint(code, bare, key)


def _bare(skill: str) -> str:
    match = _QUALIFIED.fullmatch(skill)
    return match[1] if match and match[1] else skill


def places(evidence: Facts, skills: Iterable[str], limit: int = 10) -> list[Location]:
    """Return where the descriptors of the first `limit` of `skills` stand."""
    found = [evidence.by_id[skill] for skill in list(skills)[:limit] if skill in evidence.by_id]
    return [Location(path=skill.path, line=skill.description_line, root=skill.root) for skill in found]


def percent(value: float) -> str:
    """Return a share for a message: whole per cent, with a decimal below ten."""
    return f"{100 * value:.1f}%" if 0 < value < 0.095 else f"{100 * value:.0f}%"
