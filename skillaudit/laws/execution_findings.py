"""Turn forecasts of chains and hand-offs into things that somebody should look at (codes SA601 to SA605)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from skillaudit.laws.execution_chains import HandOff, MissingTarget, circles
from skillaudit.laws.execution_law import DEAD, ChainForecast
from skillaudit.schema import Record, Severity, Skill

_WORTH_MENDING = 0.10
"""Gain of the whole chain's chance that makes a weak link worth a finding."""


class ChainFinding(Record):
    """One finding about a chain, ready to become a `Finding` of the rule with this code."""

    code: str
    severity: Severity
    skills: tuple[str, ...]
    message: str
    evidence: str = ""
    fix: str = ""
    path: str = ""
    """File of the first skill, for the location."""
    line: int = 1


class ChainRule(Record):
    """What a code means in general."""

    code: str
    slug: str
    severity: Severity
    what: str
    why: str
    fix: str


CHAIN_RULES = (
    ChainRule(
        code="SA601",
        slug="fragile-chain",
        severity="warning",
        what="A chain of hand-offs is expected to go wrong at one of its steps in half of its runs.",
        why="Steps are chosen one by one, so their chances multiply: five steps at 90% make 59%.",
        fix="Fold steps that always run together, and restate the request and the result before the step named.",
    ),
    ChainRule(
        code="SA602",
        slug="weak-link",
        severity="warning",
        what="One step of a chain is much weaker than the others and decides the chance of the whole.",
        why="Mending it helps more than mending any other.",
        fix="Sharpen its description against the rivals that take its requests, or name it in the step before it.",
    ),
    ChainRule(
        code="SA603",
        slug="circular-hand-off",
        severity="warning",
        what="Skills hand the work on to each other in a circle, and none says when to stop.",
        why="A model that follows them goes round until its context is full.",
        fix="Say in one of them when the circle ends: after how many rounds, or on which result.",
    ),
    ChainRule(
        code="SA604",
        slug="missing-hand-off",
        severity="info",
        what="A skill hands the work on to a skill that the library does not have.",
        why="The model looks for it, finds none, and picks a neighbour or stops.",
        fix="Correct the name, add the skill, or say where it is installed from.",
    ),
    ChainRule(
        code="SA605",
        slug="hand-off-to-manual-skill",
        severity="warning",
        what="A skill hands the work on to one that the model may not choose by itself.",
        why="A manual-only skill is not in the model's list, so the chain ends there.",
        fix="Allow the model to choose it, or tell the user to run it.",
    ),
)
_BY_CODE = {rule.code: rule for rule in CHAIN_RULES}


def chain_findings(
    skills: Sequence[Skill],
    forecasts: Iterable[ChainForecast],
    links: Sequence[HandOff],
    missing: Iterable[MissingTarget],
    *,
    floor: float = DEAD,
) -> tuple[ChainFinding, ...]:
    """Return the findings of all five rules, in the order of their codes; `floor` is the chance of SA601."""
    by_id = {skill.id: skill for skill in skills}
    forecasts = tuple(forecasts)
    return (
        *_fragile(by_id, forecasts, floor),
        *_weak(by_id, forecasts),
        *_circular(by_id, links),
        *_missing(by_id, missing),
        *_manual(by_id, links),
    )


def _made(
    code: str,
    by_id: dict[str, Skill],
    skills: tuple[str, ...],
    message: str,
    evidence: str = "",
    fix: str = "",
    line: int = 0,
) -> ChainFinding:
    rule = _BY_CODE[code]
    first = by_id.get(skills[0])
    return ChainFinding(
        code=code,
        severity=rule.severity,
        skills=skills,
        message=message,
        evidence=evidence,
        fix=fix or rule.fix,
        path=first.path if first else "",
        line=line or (first.description_line if first else 1),
    )


def _percent(value: float) -> str:
    return f"{100 * value:.0f}%"


def _fragile(
    by_id: dict[str, Skill], forecasts: Iterable[ChainForecast], floor: float
) -> Iterator[ChainFinding]:
    for forecast in forecasts:
        if forecast.product >= floor:
            continue
        way = " -> ".join(forecast.chain.skills)
        fix = ""
        if forecast.restate_at:
            fix = f"Restate the request and the result so far before {' and '.join(forecast.restate_at)}"
            fix += "; fold steps that always run together."
        yield _made(
            "SA601", by_id, forecast.chain.skills,
            f"{way}: all {len(forecast.steps)} steps are right in {_percent(forecast.product)} of runs.",
            f"{_percent(forecast.pessimistic)} by the pessimistic law (gamma {forecast.gamma:.2f}), up to "
            f"{_percent(forecast.realised)} when each step finds the real result of the one before; "
            f"{forecast.chain.origin}.",
            fix,
        )  # fmt: skip


def _weak(by_id: dict[str, Skill], forecasts: Iterable[ChainForecast]) -> Iterator[ChainFinding]:
    seen: dict[str, tuple[ChainForecast, int]] = {}
    for forecast in forecasts:
        if forecast.mended - forecast.product < _WORTH_MENDING:
            continue
        known = seen.get(forecast.weakest)
        if known is None or forecast.mended - forecast.product > known[0].mended - known[0].product:
            seen[forecast.weakest] = (forecast, (known[1] if known else 0) + 1)
        else:
            seen[forecast.weakest] = (known[0], known[1] + 1)
    for skill, (forecast, count) in seen.items():
        step = next(step for step in forecast.steps if step.skill == skill)
        more = f", and {count - 1} more {'chain' if count == 2 else 'chains'}" if count > 1 else ""
        yield _made(
            "SA602", by_id, (skill,),
            f"{skill} is the weak link of {' -> '.join(forecast.chain.skills)}{more}: it is chosen in "
            f"{_percent(step.alone)} of cases.",
            f"As good as the other steps, it would raise the chain from {_percent(forecast.product)} to "
            f"{_percent(forecast.mended)}.",
        )  # fmt: skip


def _circular(by_id: dict[str, Skill], links: Sequence[HandOff]) -> Iterator[ChainFinding]:
    for group in circles(links):
        inside = [link for link in links if {link.source, link.target} <= set(group) and not link.returns]
        yield _made(
            "SA603", by_id, group,
            f"{', '.join(group)} hand the work on to each other in a circle, and none says when to stop.",
            "; ".join(f"{link.source}: “{link.text}”" for link in inside[:3]),
        )  # fmt: skip


def _missing(by_id: dict[str, Skill], missing: Iterable[MissingTarget]) -> Iterator[ChainFinding]:
    for target in missing:
        yield _made(
            "SA604", by_id, (target.source,),
            f"{target.source} hands the work on to `{target.name}`, which is not in this library.",
            f"“{target.text}”",
        )  # fmt: skip


def _manual(by_id: dict[str, Skill], links: Iterable[HandOff]) -> Iterator[ChainFinding]:
    for link in links:
        target = by_id.get(link.target)
        if target is not None and target.manual_only:
            yield _made(
                "SA605", by_id, (link.source, link.target),
                f"{link.source} hands the work on to {link.target}, which the model may not choose by itself.",
                f"“{link.text}”",
            )  # fmt: skip
