"""Settings of what is made of findings: which rules count, what is lived with, and which formats are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from skillaudit.config import About
from skillaudit.safety.cleaning import one_line
from skillaudit.schema import Record, Severity
from skillaudit.settings.kinds import choice, texts


class Excuse(Record):
    """Findings to live with."""

    rules: tuple[str, ...]
    """Codes or slugs, whole."""
    skills: tuple[str, ...]
    """Ids that a finding must all be about; empty for any."""
    reason: str


def _severities(value: Any) -> dict[str, str]:
    grade = choice("error", "warning", "info")
    if isinstance(value, list) and all(isinstance(one, str) and "=" in one for one in value):
        value = dict(one.split("=", 1) for one in value)
    if not isinstance(value, Mapping):
        raise ValueError("rules and severities, such as SA202=error")
    return {str(rule): grade(severity) for rule, severity in value.items()}


def _per_path(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        raise ValueError('a table of patterns and rules, such as {"drafts/*" = ["SA2"]}')
    return {str(pattern): texts(rules) for pattern, rules in value.items()}


def _excuses(value: Any) -> tuple[Excuse, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise ValueError("a list of [[suppress]] tables")
    entries = []
    for entry in value:
        if set(entry) - {"rules", "skills", "reason"} or not entry.get("rules"):
            raise ValueError("tables with rules, skills and a reason, and nothing else")
        reason = entry.get("reason", "")
        if not isinstance(reason, str):
            raise ValueError("tables whose reason is a text")
        entries.append(
            Excuse(
                rules=texts(entry["rules"]),
                skills=texts(entry.get("skills", [])),
                reason=one_line(reason),
            )
        )
    return tuple(entries)


class Rules(Record):
    """What `check` makes of findings, and what `check` and `report` write."""

    select: Annotated[
        tuple[str, ...],
        About("Rules that count: codes, slugs or first letters.", commands=("check",), metavar="CODE"),
    ] = ("ALL",)
    ignore: Annotated[
        tuple[str, ...], About("Rules that do not count.", commands=("check",), metavar="CODE")
    ] = ()
    extend_select: Annotated[tuple[str, ...], About("Further rules that count.", commands=())] = ()
    extend_ignore: Annotated[tuple[str, ...], About("Further rules that do not count.", commands=())] = ()
    severity: Annotated[
        Mapping[str, Severity],
        About("Another severity for a rule.", commands=("check",), metavar="CODE=LEVEL", read=_severities),
    ] = {}
    per_path_ignores: Annotated[
        Mapping[str, tuple[str, ...]],
        About("Rules that do not count for files that match a pattern.", flag=False, read=_per_path),
    ] = {}
    suppress: Annotated[
        tuple[Excuse, ...],
        About("Findings to live with, each with a reason.", flag=False, read=_excuses, by_library=True),
    ] = ()
    baseline: Annotated[
        str | None,
        About(
            "Findings to live with; new or worse ones fail.",
            commands=("check",),
            metavar="FILE",
            is_path=True,
        ),
    ] = None
    format: Annotated[
        tuple[str, ...],
        About(
            "text, concise, github, sarif, junit, gitlab, markdown, html, json or jsonl; as an option each with :FILE "
            "to write it.",
            commands=("check", "report"), metavar="NAME[:FILE]", short="f",
        ),
    ] = ("text",)  # fmt: skip
