"""Deterministic reports to show: none, one skill, a small library, hostile text, and a large one.

Long because it is data, which belongs together.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence

import msgspec

from skillaudit.answer import answered
from skillaudit.schema import (
    SCHEMA_VERSION,
    BlackHole,
    ClientView,
    Cluster,
    Coverage,
    EmbeddingSummary,
    Estimate,
    Finding,
    Forecast,
    Hubness,
    LawForm,
    LawPoint,
    LibraryCurve,
    LibrarySummary,
    Location,
    Pair,
    Report,
    RequestLoss,
    Rival,
    SkillReport,
    Skipped,
    SourceCount,
    Taxonomy,
    Visible,
)

GROUPS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "pdf · forms · pages",
        (
            ("pdf-forms", "Fill in the fields of PDF forms and save them, keeping the layout of every page."),
            ("pdf-split", "Split a PDF into single pages or ranges of pages, and merge several into one."),
            ("pdf-tables", "Extract tables from PDF reports into spreadsheets, with their heads."),
            ("pdf-redact", "Black out names, numbers and addresses in a PDF before it is sent on."),
            ("pdf-sign", "Add a signature field to a PDF and check the signatures that are there."),
        ),
    ),
    (
        "deploy · release · rollback",
        (
            ("deploy-canary", "Roll a release out to a small share of the traffic and watch its errors."),
            ("deploy-rollback", "Bring the last good release back when a deploy goes wrong."),
            ("deploy-preview", "Put up a throw-away preview of a branch for reviewers to click through."),
            ("release-notes", "Write release notes from the merged changes since the last tag."),
            ("feature-flags", "Turn features on and off for groups of users without a deploy."),
        ),
    ),
    (
        "sql · query · schema",
        (
            ("sql-tuning", "Find out why a query is slow from its plan, and propose indexes."),
            ("sql-migrations", "Write schema migrations that can be applied without locking a busy table."),
            ("sql-explain", "Explain in plain words what a query does, join by join."),
            ("data-quality", "Check a table for duplicates, gaps and values that cannot be."),
            ("warehouse-costs", "Show which queries cost most in the warehouse and who runs them."),
        ),
    ),
    (
        "meeting · mail · notes",
        (
            ("meeting-notes", "Turn a transcript into notes with decisions, owners and dates."),
            ("mail-triage", "Sort an inbox into what needs an answer today and what can wait."),
            ("agenda-draft", "Draft an agenda from open questions, with a time for each."),
            ("minutes-diff", "Say what has changed between the minutes of two meetings."),
            ("calendar-find", "Find an hour in which everybody who matters is free."),
        ),
    ),
    (
        "incident · alert · log",
        (
            ("incident-timeline", "Build the timeline of an incident from chat, alerts and deploys."),
            ("log-search", "Search logs by service and time, and group the lines that are alike."),
            ("alert-tuning", "Find alerts that nobody acts on, and propose better thresholds."),
            ("postmortem", "Write the first draft of a postmortem without blaming anybody."),
        ),
    ),
)
SINGLES: tuple[tuple[str, str], ...] = (
    ("assistant-helper", "Use this skill whenever the user needs help with any task, question or document."),
    ("brand-voice", "Rewrite a text in the voice of the brand, from its list of dos and don'ts."),
    ("unit-tests", "Write unit tests for a function, edge cases first."),
    ("threat-model", "List what could be attacked in a design, and what is worth guarding."),
    ("router", "Routes a request to the team that owns it."),
    ("legacy-import", "Import the yearly export of the old system. Only for people, never on its own."),
)


def fraction(*words: object) -> float:
    """Return a number in [0, 1) that depends on the words alone."""
    digest = hashlib.sha256(" ".join(map(str, words)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


CLIENTS = (
    ClientView(
        client="wide",
        title="Wide Client",
        date="2026-08-01",
        full=29,
        shortened=0,
        name_only=0,
        invisible=0,
        loaded=29,
        lost=0,
        unit="characters",
        used=2_310,
        whole=2_310,
        budget=None,
        assumption="",
    ),
    ClientView(
        client="narrow",
        title="Narrow Client",
        date="2026-07-15",
        full=20,
        shortened=6,
        name_only=2,
        invisible=1,
        loaded=29,
        lost=480,
        unit="tokens",
        used=600,
        whole=712,
        budget=600,
        assumption="the window holds 200,000 tokens",
    ),
)


LAW = LibraryCurve(
    points=tuple(
        LawPoint(
            n=n,
            accuracy=Estimate(value=0.99 - 0.045 * math.log(n), low=0.9 - 0.05 * math.log(n), high=0.995),
            hijack=0.03 * math.log(n),
        )
        for n in (5, 8, 12, 18, 24, 29)
    ),
    forms=(
        LawForm(
            form="logarithmic",
            parameters={"a": 0.99, "b": 0.045},
            r_squared=0.99,
            left_out_error=0.01,
            chosen=True,
        ),
    ),
    floor=0.8,
    crossing=Estimate(value=68.0, low=31.0, high=4_100.0),
    room=Estimate(value=39.0, low=2.0, high=4_071.0),
)


def estimate(value: float, half: float = 0.06) -> Estimate:
    """Return an estimate with an interval of twice `half`."""
    return Estimate(value=value, low=max(value - half, 0.0), high=min(value + half, 1.0))


def forecast(skills: int, judged: int, requests: int) -> Forecast:
    """Return a forecast of a library of that size."""
    hijack = min(0.02 + 0.03 * math.log(max(skills, 1)), 0.9)
    return Forecast(
        router="prior-large",
        scorer="hybrid",
        accuracy=estimate(0.96 - hijack),
        hijack=estimate(hijack),
        no_skill=estimate(0.04, 0.015),
        false_trigger=estimate(0.11, 0.05),
        taxonomy=Taxonomy(local=hijack * 0.55, drift=hijack * 0.15, capture=hijack * 0.3),
        coverage=Coverage(
            requests=requests,
            no_skill_requests=requests // 20,
            judged_skills=judged,
            unjudged=(),
            sources=(
                SourceCount(source="evals", requests=requests // 4, skills=judged // 4),
                SourceCount(source="mined", requests=requests - requests // 4, skills=judged),
            ),
            leaked=7,
        ),
        source="A class prior fitted on decisions of large models over libraries of 10 to 400 skills.",
        fit_range="10 to 400 skills, English",
        extrapolates=skills > 400,
    )


def report_of(
    skills: Sequence[SkillReport],
    *,
    clusters: Sequence[Cluster] = (),
    black_holes: Sequence[BlackHole] = (),
    clients: Sequence[ClientView] = (),
    law: LibraryCurve | None = None,
    over_general: Sequence[BlackHole] = (),
    pairs: Sequence[Pair] = (),
    findings: Sequence[Finding] = (),
    skipped: Sequence[Skipped] = (),
    source: str = "./skills",
) -> Report:
    """Wrap records into a whole report."""
    judged = [skill for skill in skills if skill.victim_rate is not None]
    manual = sum(skill.manual_only for skill in skills)
    requests = sum(skill.requests for skill in skills)
    if skills:
        outlook = forecast(len(skills), len(judged), requests)
    else:
        none = Estimate(value=None, low=None, high=None)
        outlook = Forecast(
            router="prior-large",
            scorer="hybrid",
            accuracy=none,
            hijack=none,
            no_skill=none,
            false_trigger=none,
            taxonomy=Taxonomy(local=0.0, drift=0.0, capture=0.0),
            coverage=Coverage(
                requests=0, no_skill_requests=0, judged_skills=0, unjudged=(), sources=(), leaked=0
            ),
            source="Nothing to judge.",
        )
    report = Report(
        schema_version=SCHEMA_VERSION,
        tool_version="0.0.0",
        library=LibrarySummary(
            sources=(source,),
            skills=len(skills),
            routable=len(skills) - manual,
            manual_only=manual,
            copies=2 if len(skills) > 1 else 0,
            skipped=tuple(skipped),
        ),
        client=None,
        clients=tuple(clients),
        embedding=EmbeddingSummary(model="all-MiniLM-L6-v2", revision="c9745ed", dimension=384),
        forecast=outlook,
        skills=tuple(skills),
        clusters=tuple(clusters),
        noise=sum(skill.cluster == -1 and not skill.manual_only for skill in skills),
        hubness=Hubness(
            k=10,
            skewness=1.42 if len(skills) > 2 else None,
            anti_hubs=tuple(s.id for s in skills if not s.hubness),
        ),
        black_holes=tuple(black_holes),
        over_general=tuple(over_general),
        pairs=tuple(pairs),
        findings=tuple(findings),
        law=law,
    )
    return answered(report)


def skill_report(
    name: str,
    description: str,
    cluster: int,
    place: tuple[float, float] | None,
    rivals: Sequence[str] = (),
    *,
    manual_only: bool = False,
    category: str | None = None,
) -> SkillReport:
    """Return one skill with figures that follow from its name."""
    rate = None if manual_only else round(0.55 * fraction(name, "rate") ** 2, 4)
    absorbed = 0.0 if manual_only else round(9 * fraction(name, "absorbed") ** 3, 2)
    own = tuple(word.strip(".,").lower() for word in description.split() if len(word) > 5)[:4]
    return SkillReport(
        id=name,
        name=name,
        description=description,
        path=f"{name}/SKILL.md",
        category=category,
        manual_only=manual_only,
        requests=0 if manual_only else 4 + int(14 * fraction(name, "requests")),
        victim_rate=rate,
        victim_low=None if rate is None else max(rate - 0.08, 0.0),
        victim_high=None if rate is None else min(rate + 0.1, 1.0),
        absorbed=absorbed,
        absorbed_low=absorbed * 0.6,
        absorbed_high=absorbed * 1.5,
        absorbed_share=absorbed / 300,
        hubness=int(22 * fraction(name, "hub")),
        clarity=round(0.3 + 0.5 * fraction(name, "clarity"), 3),
        radius=round(0.1 + 0.3 * fraction(name, "radius"), 3),
        cluster=cluster,
        x=place[0] if place else None,
        y=place[1] if place else None,
        rivals=tuple(
            Rival(
                id=rival,
                cosine=round(0.82 - 0.07 * at, 3),
                loses_to=round((rate or 0.0) * 0.5 / (at + 1), 4),
                takes_from=round(0.2 * fraction(rival, name) / (at + 1), 4),
                shared_terms=(name.split("-")[0], "page"),
                own_terms=own,
            )
            for at, rival in enumerate(rivals)
        ),
        lost=tuple(
            RequestLoss(
                query=f"could you {description.split()[0].lower()} what came in this morning, no. {at + 1}",
                gold=name,
                taken_by=rival,
                probability=round(0.7 - 0.2 * at, 2),
                source="mined",
            )
            for at, rival in enumerate(rivals[:2])
        ),
        stolen=tuple(
            RequestLoss(
                query=f"please deal with this for {rival}",
                gold=rival,
                taken_by=name,
                probability=round(0.4 - 0.1 * at, 2),
                source="evals",
            )
            for at, rival in enumerate(rivals[:2])
        ),
    )


def empty() -> Report:
    """Return the report on a folder without skills."""
    return report_of(())


def broken() -> Report:
    """Return the report on a folder in which nothing could be read."""
    return report_of(
        (),
        skipped=[
            Skipped(path=f"skill-{at}/SKILL.md", reason="no name and no description", code="no-descriptor")
            for at in range(6)
        ],
    )


def one() -> Report:
    """Return the report on a single skill."""
    name, description = GROUPS[0][1][0]
    return report_of([skill_report(name, description, -1, None)])


def small(positions: bool = True) -> Report:
    """Return the report on 30 skills in five clusters, with one black hole and a declared router."""
    skills: list[SkillReport] = []
    clusters: list[Cluster] = []
    pairs: list[Pair] = []
    for index, (label, members) in enumerate(GROUPS):
        ids = [name for name, _ in members]
        angle = 2 * math.pi * index / len(GROUPS)
        for at, (name, description) in enumerate(members):
            spread = (fraction(name, "x") - 0.5, fraction(name, "y") - 0.5)
            place = (5 * math.cos(angle) + 3 * spread[0], 5 * math.sin(angle) + 3 * spread[1])
            rivals = [*[other for other in ids if other != name][:3], "assistant-helper"]
            skills.append(
                skill_report(
                    name,
                    description,
                    index,
                    place if positions else None,
                    rivals,
                    category=label.split(" ")[0],
                )
            )
            if at:
                pairs.append(
                    Pair(
                        a=ids[at - 1],
                        b=name,
                        cosine=0.7,
                        a_to_b=round(0.3 * fraction(name, "ab"), 4),
                        b_to_a=round(0.3 * fraction(name, "ba"), 4),
                        requests=(
                            RequestLoss(
                                query=f"which of {ids[at - 1]} and {name} is this",
                                gold=name,
                                taken_by=ids[at - 1],
                                probability=0.6,
                                source="mined",
                            ),
                        ),
                    )
                )
        clusters.append(
            Cluster(
                index=index,
                label=label,
                skills=tuple(ids),
                cohesion=round(0.55 + 0.06 * index, 3),
                confusion=round(0.31 - 0.05 * index, 3),
            )
        )
    for name, description in SINGLES:
        place = (8 * fraction(name, "x") - 4, 8 * fraction(name, "y") - 4)
        manual = name == "legacy-import"
        skills.append(
            skill_report(
                name,
                description,
                -1,
                place if positions else None,
                ("pdf-forms", "mail-triage"),
                manual_only=manual,
            )
        )
    holes = [
        BlackHole(
            skill="assistant-helper",
            absorbed=21.4,
            share=0.083,
            expected=2.1,
            q_value=0.0004,
            families=4.3,
            victims=("pdf-forms", "mail-triage", "sql-explain", "meeting-notes", "log-search"),
            generic_phrases=("any task", "whenever the user needs help"),
            evidence="both",
        ),
        BlackHole(
            skill="router",
            absorbed=9.0,
            share=0.03,
            expected=2.0,
            q_value=0.01,
            families=3.1,
            victims=("deploy-canary",),
            declared=True,
        ),
    ]
    states: dict[str, Visible] = {
        "pdf-sign": "shortened",
        "log-search": "name-only",
        "postmortem": "invisible",
    }
    skills = [
        msgspec.structs.replace(skill, visibility=("full", states.get(skill.id, "full"))) for skill in skills
    ]
    over_general = [
        BlackHole(
            skill="unit-tests",
            absorbed=1.0,
            share=0.004,
            expected=0.9,
            q_value=1.0,
            families=3.4,
            victims=("pdf-split", "sql-explain"),
            generic_phrases=("edge cases",),
            evidence="structure",
        )
    ]
    findings = [
        Finding(
            code="SA201",
            severity="error",
            skills=("assistant-helper",),
            message="assistant-helper takes 8.3% of all requests meant for others",
            evidence="21.4 requests expected, 2.1 would be normal for its place; 4.3 families robbed (q = 0.0004).",
            fix="Say what it is not for, or make it manual-only.",
            fingerprint="8d1f02ab",
            location=Location(path="assistant-helper/SKILL.md", line=3),
        ),
        Finding(
            code="SA202",
            severity="error",
            skills=("pdf-forms", "pdf-sign"),
            message="pdf-forms and pdf-sign take each other's requests",
            evidence="21% of pdf-forms' requests go to pdf-sign, 9% the other way.",
            fix="Say in each when the other is right.",
            fingerprint="1c9e77d0",
            location=Location(path="pdf-forms/SKILL.md", line=3),
            related=(Location(path="pdf-sign/SKILL.md", line=3),),
        ),
        *(
            Finding(
                code="SA301",
                severity="warning",
                skills=(name,),
                message=f"{name} has a description that starts with the same words as its neighbour",
                fix="Lead with what it alone does.",
                fingerprint=f"00{at}",
                location=Location(path=f"{name}/SKILL.md", line=3),
            )
            for at, name in enumerate(("deploy-canary", "deploy-preview", "sql-explain", "log-search"))
        ),
        Finding(
            code="SA402",
            severity="info",
            skills=("brand-voice",),
            message="no request speaks for brand-voice",
            fix="Add example requests under `When to use`.",
            fingerprint="77aa",
        ),
    ]
    return report_of(
        skills,
        clusters=clusters,
        black_holes=holes,
        over_general=over_general,
        clients=CLIENTS,
        law=LAW,
        pairs=pairs,
        findings=findings,
        skipped=[Skipped(path="drafts/SKILL.md", reason="empty file", code="empty-file")],
    )


HOSTILE: tuple[tuple[str, str], ...] = (
    ("[/foo]", "closes a tag that was never opened [/bold] [@click=app.quit]click[/]"),
    ("esc-\x1b[31mred", "clears the screen \x1b[2J and rings \x07, then sets a title \x1b]0;owned\x07"),
    ("bidi-\u202egnp.exe", "reads \u2066backwards\u2069 after an override \u202etxt.exe"),
    ("família-🧑‍🚒-emoji", "emoji 🔥🔥🔥 and flags 🇨🇭 in the middle of a description"),
    ("数据库-查询", "对数据库运行查询,并用简单的语言解释结果。" * 3),
    ("| pipe | `code`", "# not a heading\n| a | b |\n<script>alert(1)</script>"),
    ("x" * 120, "y" * 400),
    ("$error[bold", "variables like $primary and unbalanced [ brackets ] ]]"),
)


def hostile() -> Report:
    """Return a report whose texts try to break the screen, as if nothing had cleaned them."""
    ids = [name for name, _ in HOSTILE]
    skills = [
        skill_report(name, description, 0, (float(at), float(at % 3)), [*ids[:at], *ids[at + 1 :]][:3])
        for at, (name, description) in enumerate(HOSTILE)
    ]
    return report_of(
        skills,
        clusters=[
            Cluster(index=0, label="[red]label\x1b[0m", skills=tuple(ids), cohesion=0.5, confusion=0.2)
        ],
        black_holes=[
            BlackHole(
                skill="[/foo]",
                absorbed=3.0,
                share=0.1,
                expected=0.5,
                q_value=0.01,
                families=3.0,
                victims=tuple(ids[1:]),
                generic_phrases=("[/b]", "\x1b[1m"),
            )
        ],
        findings=[
            Finding(
                code="SA201",
                severity="error",
                skills=("[/foo]",),
                message="[/foo] takes \x1b[31mtoo much\u202e",
                evidence="[link=x]",
                fix="[/]",
                location=Location(path="[/foo]/SKILL.md\x1b[2J"),
            )
        ],
        skipped=[Skipped(path="bad\x1b]0;t\x07/SKILL.md", reason="name is [/red]")],
        source="./[skills]",
    )


def large(count: int = 10_000) -> Report:
    """Return a report on `count` skills in clusters of 20."""
    skills: list[SkillReport] = []
    members: dict[int, list[str]] = {}
    for at in range(count):
        cluster = at // 20 if at % 7 else -1
        name = f"skill-{at:05d}"
        members.setdefault(cluster, []).append(name)
        angle = 0.7 * cluster
        place = (
            math.cos(angle) * (1 + cluster % 13) + fraction(name, "x"),
            math.sin(angle) * (1 + cluster % 13) + fraction(name, "y"),
        )
        skills.append(
            skill_report(
                name,
                f"Does task number {at} of kind {cluster % 11}.",
                cluster,
                place,
                (f"skill-{at ^ 1:05d}",),
            )
        )
    clusters = [
        Cluster(
            index=index,
            label=f"kind {index}",
            skills=tuple(ids),
            cohesion=0.6,
            confusion=round(fraction(index), 3),
        )
        for index, ids in sorted(members.items())
        if index >= 0
    ]
    findings = [
        Finding(
            code="SA301",
            severity=("error", "warning", "info")[at % 3],
            skills=(f"skill-{at:05d}",),
            message=f"skill-{at:05d} is told apart from its neighbour by nothing",
            fingerprint=f"{at:08x}",
        )
        for at in range(0, count, 3)
    ]
    return report_of(skills, clusters=clusters, findings=findings)
