"""Which edit mends which finding, and which finding an edit was made for."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from skillaudit.optimize.records import STEPS, Edit, Mend, Optimisation, StepName
from skillaudit.schema import Finding, PlannedEdit, Report

CODES: dict[str, tuple[str, ...]] = {
    "fold": ("SA204", "SA010", "SA201", "SA202", "SA006"),
    "demote": ("SA301", "SA302", "SA705"),
    "declare": ("SA301", "SA303"),
    "narrow": ("SA301", "SA302", "SA705", "SA009"),
    "rewrite": ("SA202", "SA203", "SA204", "SA009"),
    "activation": ("SA504", "SA203"),
    "shorten": ("SA402", "SA008"),
}
"""Codes of findings by what an edit does; `rewrite` stands for the two steps that tell skills apart."""
STEPS_OF: dict[str, tuple[StepName, ...]] = {
    "fold": ("merge",), "demote": ("retire", "narrow"), "declare": ("narrow",), "narrow": ("narrow",),
    "rewrite": ("boundary", "victim"), "activation": ("activation",), "shorten": ("budget",),
}  # fmt: skip
"""Steps that try what `CODES` names."""
BOTH = frozenset({"SA202", "SA204", "SA010", "SA006"})
"""Findings about a pair: merging mends them only where it merges these two."""
_RULE = re.compile(r"^- `([^`]+)` or `([^`]+)`\?", re.MULTILINE)
"""A rule of an anchor paragraph."""
WHOLE = frozenset({"SA504", "SA402"})
"""Findings about the library, which name no skill or all of them."""


def codes_of(edit: Edit) -> tuple[str, ...]:
    """Return the codes of the findings that an edit may mend."""
    if edit.kind == "describe" or edit.kind == "boundary":
        step = edit.step if edit.step in ("narrow", "activation") else "rewrite"
        return CODES[step]
    return CODES.get(edit.kind, ())


def looking(code: str) -> tuple[StepName, ...]:
    """Return the steps that look for what mends a code, in their order."""
    able = {step for what, codes in CODES.items() if code in codes for step in STEPS_OF[what]}
    return tuple(step for step in STEPS if step in able)


def mends(edit: Edit, finding: Finding) -> bool:
    """Say whether an edit is one for a finding: of its kind, and on one of its skills."""
    if finding.code not in codes_of(edit):
        return False
    if finding.code in WHOLE and len(finding.skills) != 1:
        return True
    named = set(finding.skills)
    if edit.kind == "fold" and finding.code in BOTH:
        return set(edit.skills[:2]) <= named or (len(named) < 2 and bool(set(edit.skills) & named))
    return bool({edit.skills[0], edit.described} & named)


def mended(findings: Sequence[Finding], edits: Sequence[Edit], anchor: str = "") -> tuple[Mend, ...]:
    """Return for every finding the edits that mend it, accepted ones first, in the order of the findings.

    One without an edit that no step is `looking` for is its author's to mend. `anchor` is the paragraph of the plan,
    which tells some pairs apart.
    """
    ranked = sorted(edits, key=lambda edit: not edit.accept)
    told = ruled(anchor)
    return tuple(
        Mend(
            code=finding.code,
            skills=finding.skills,
            fingerprint=finding.fingerprint,
            edits=tuple(edit.id for edit in ranked if mends(edit, finding)),
            anchored=finding.code in BOTH and {_called(skill) for skill in finding.skills[:2]} in told,
            about="" if finding.skills else re.split(r"[:;.](?:\s|$)", finding.message, maxsplit=1)[0],
        )
        for finding in findings
    )


def _called(skill: str) -> str:
    """The last part of an id, which is the skill's name; a rule gives the whole id of two that share one."""
    return skill.rpartition("/")[2]


def ruled(anchor: str) -> list[set[str]]:
    """Return the pairs that an anchor paragraph tells apart, by name."""
    return [{_called(name) for name in pair} for pair in _RULE.findall(anchor)]


def linked(found: Optimisation, findings: Sequence[Finding]) -> Optimisation:
    """Return an optimisation whose edits name the findings that they mend, and the findings their edits."""
    every = mended(findings, found.edits, found.anchor)
    edits = (msgspec.structs.replace(edit, mends=_mends(every, edit)) for edit in found.edits)
    return msgspec.structs.replace(found, mends=every, edits=tuple(edits))


def with_plan(report: Report, edits: Sequence[Edit]) -> Report:
    """Return a report whose findings name the edits of a plan that mend them, and the edits their findings."""
    every = mended(report.findings, edits)
    return msgspec.structs.replace(
        report,
        findings=tuple(
            msgspec.structs.replace(finding, edits=mend.edits)
            for finding, mend in zip(report.findings, every, strict=True)
        ),
        plan=tuple(
            PlannedEdit(
                id=edit.id,
                kind=edit.kind,
                skills=edit.skills,
                into=edit.into,
                accept=edit.accept,
                refused=edit.refused,
                findings=_mends(every, edit),
            )
            for edit in edits
        ),
    )


def _mends(every: Sequence[Mend], edit: Edit) -> tuple[str, ...]:
    return tuple(mend.fingerprint for mend in every if edit.id in mend.edits)
