"""Reports made by hand for the tests of formats and of the gate."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.answer import answered
from skillaudit.checks.rule import fingerprint
from skillaudit.schema import (
    BlackHole,
    Cluster,
    Coverage,
    EmbeddingSummary,
    Estimate,
    Finding,
    Forecast,
    Hubness,
    LibrarySummary,
    Location,
    Pair,
    Report,
    RequestLoss,
    Rival,
    Severity,
    SkillReport,
    Skipped,
    SourceCount,
    Taxonomy,
)

FLIP = RequestLoss(query="turn this into that", gold="alpha", taken_by="beta", probability=0.6, source="file")

HOSTILE = (
    "<script>alert(1)</script>",
    "]]>",
    "::error file=x::boom",
    "\x1b[31mred\x1b[0m",
    "line\nbreak\r\nhere",
    "</script><img src=x onerror=alert(1)>",
    "\u202eevil\u2069",
    "a|b`c`*d*_e_",
    "\"quoted\" & 'single'",
    "nul\x00bell\x07\ufffe",
    "汉字 🧪",
    "<!-- --!> -->",
    "%0A::set-output name=x::y",
    "${{ secrets.X }}",
    "\u2028separator\u2029",
)


def make_skill(name: str, description: str = "", **fields: object) -> SkillReport:
    """Return a skill's part of a report."""
    values: dict[str, object] = {
        "id": name,
        "name": name,
        "description": description or f"Does {name}.",
        "path": f"skills/{name}/SKILL.md",
        "category": None,
        "manual_only": False,
        "requests": 4,
        "victim_rate": 0.25,
        "victim_low": 0.1,
        "victim_high": 0.4,
        "absorbed": 0.5,
        "absorbed_low": 0.2,
        "absorbed_high": 0.9,
        "absorbed_share": 0.05,
        "hubness": 3,
        "clarity": 0.5,
        "radius": 0.4,
        "cluster": -1,
        **fields,
    }
    return SkillReport(**values)  # type: ignore[arg-type]  # fields by name


def make_finding(
    code: str = "SA202",
    skills: Sequence[str] = ("alpha", "beta"),
    severity: Severity = "warning",
    message: str = "",
    *,
    path: str = "skills/alpha/SKILL.md",
    line: int = 3,
    related: Sequence[Location] = (Location(path="skills/beta/SKILL.md", line=4),),
    evidence: str = "12% of the requests of alpha go to beta.",
    fix: str = "Say in alpha what beta is for.",
) -> Finding:
    """Return a finding about `skills`."""
    return Finding(
        code=code,
        severity=severity,
        skills=tuple(skills),
        message=message or f"{' and '.join(skills)} are taken for each other.",
        evidence=evidence,
        fix=fix,
        fingerprint=fingerprint(code, skills),
        location=Location(path=path, line=line) if path else None,
        related=tuple(related),
    )


def make_report(
    skills: Sequence[SkillReport] | None = None,
    findings: Sequence[Finding] | None = None,
    *,
    hijack: float | None = 0.12,
    accuracy: float | None = 0.8,
    **fields: object,
) -> Report:
    """Return a small report with something in every part of it."""
    if skills is None:
        loss = RequestLoss(
            query="turn this into that", gold="alpha", taken_by="beta", probability=0.6, source="mined"
        )
        rival = Rival(
            id="beta", cosine=0.8, loses_to=0.3, takes_from=0.1, shared_terms=("turn",), own_terms=("a",)
        )
        skills = (
            make_skill("alpha", cluster=0, x=0.0, y=0.0, rivals=(rival,), lost=(loss,), category="one"),
            make_skill("beta", cluster=0, x=1.0, y=0.5, stolen=(loss,), absorbed=2.0, category="two"),
            make_skill(
                "gamma", x=-1.0, y=2.0, victim_rate=None, victim_low=None, victim_high=None, requests=0
            ),
        )
    if findings is None:
        findings = (
            make_finding(
                "SA301", ("beta",), "error", "beta takes 20% of all requests.", path="skills/beta/SKILL.md"
            ),
            make_finding(),
            make_finding("SA501", ("gamma",), "info", "No request judges gamma.", path="", related=()),
        )
    values: dict[str, object] = {
        "schema_version": "1.0",
        "tool_version": "0.0.1",
        "library": LibrarySummary(
            sources=("library",),
            skills=len(skills),
            routable=len(skills),
            manual_only=0,
            copies=0,
            skipped=(Skipped(path="skills/broken", reason="empty file", code="empty-file"),),
        ),
        "embedding": EmbeddingSummary(model="test/model", revision="r1", dimension=384),
        "forecast": Forecast(
            router="prior",
            scorer="hybrid",
            accuracy=_estimate(accuracy),
            hijack=_estimate(hijack),
            no_skill=Estimate(value=0.08, low=0.04, high=0.12),
            false_trigger=Estimate(value=0.3, low=0.2, high=0.4),
            taxonomy=Taxonomy(local=0.06, drift=0.04, capture=0.02),
            coverage=Coverage(
                requests=8,
                no_skill_requests=2,
                judged_skills=2,
                unjudged=("gamma",),
                sources=(SourceCount(source="mined", requests=8, skills=2),),
                leaked=1,
            ),
            source="A prior for this class of model.",
            fit_range="3 to 512 skills",
        ),
        "skills": tuple(skills),
        "clusters": (
            Cluster(index=0, label="turn, that", skills=("alpha", "beta"), cohesion=0.8, confusion=0.2),
        ),
        "noise": max(0, len(skills) - 2),
        "hubness": Hubness(k=10, skewness=1.4, anti_hubs=("gamma",)),
        "black_holes": (
            BlackHole(
                skill="beta",
                absorbed=2.0,
                share=0.2,
                expected=0.5,
                q_value=0.01,
                families=3.2,
                victims=("alpha", "gamma"),
                generic_phrases=("any task",),
            ),
        ),
        "over_general": (),
        "pairs": (Pair(a="alpha", b="beta", cosine=0.8, a_to_b=0.3, b_to_a=0.1, requests=(FLIP,)),),
        "findings": tuple(findings),
        **fields,
    }
    return answered(Report(**values))  # type: ignore[arg-type]  # fields by name


def make_hostile_report(texts: Sequence[str] = HOSTILE) -> Report:
    """Return a report whose names, paths, messages and requests are full of markup and controls."""
    skills = []
    findings = []
    for number, text in enumerate(texts):
        loss = RequestLoss(query=text, gold=text, taken_by=text, probability=0.5, source="file")
        skills.append(
            make_skill(
                text,
                text,
                id=f"{number} {text}",
                path=f"skills/{text}/SKILL.md",
                category=text,
                cluster=0,
                x=float(number),
                y=float(number % 3),
                lost=(loss,),
                stolen=(loss,),
                rivals=(Rival(id=text, cosine=0.5, shared_terms=(text,)),),
            )
        )
        findings.append(
            make_finding(
                "SA202",
                (text, f"{text}!"),
                "error",
                text,
                path=f"skills/{text}/SKILL.md",
                related=(Location(path=text, line=2),),
                evidence=text,
                fix=text,
            )
        )
    first = texts[0]
    flips = tuple(
        RequestLoss(query=text, gold=text, taken_by=text, probability=0.5, source="file") for text in texts
    )
    return make_report(
        skills,
        findings,
        clusters=(Cluster(index=0, label=first, skills=tuple(texts), cohesion=0.5),),
        black_holes=(
            BlackHole(
                skill=first,
                absorbed=1.0,
                share=0.1,
                expected=0.1,
                q_value=0.01,
                families=3.0,
                victims=tuple(texts),
                generic_phrases=tuple(texts),
            ),
        ),
        pairs=(Pair(a=first, b=texts[-1], cosine=0.5, a_to_b=0.1, b_to_a=0.1, requests=flips),),
    )


def _estimate(value: float | None) -> Estimate:
    if value is None:
        return Estimate(value=None, low=None, high=None)
    return Estimate(value=value, low=max(0.0, value - 0.04), high=min(1.0, value + 0.04))
