"""A small report with something in every field, for tests of the faces."""

from __future__ import annotations

from skillaudit import schema as s
from skillaudit.answer import answered


def estimate(value: float, low: float, high: float) -> s.Estimate:
    return s.Estimate(value=value, low=low, high=high)


def skill_report(name: str, **changes: object) -> s.SkillReport:
    values: dict[str, object] = {
        "id": name,
        "name": name,
        "description": f"Does {name}.",
        "path": f"{name}/SKILL.md",
        "category": None,
        "manual_only": False,
        "requests": 4,
        "victim_rate": 0.25,
        "victim_low": 0.1,
        "victim_high": 0.4,
        "absorbed": 1.5,
        "absorbed_low": 0.5,
        "absorbed_high": 3.0,
        "absorbed_share": 0.02,
        "hubness": 3,
        "clarity": 0.4,
        "radius": 0.3,
        "cluster": 0,
    }
    return s.SkillReport(**{**values, **changes})  # type: ignore[arg-type]  # fields by name


def small_report() -> s.Report:
    loss = s.RequestLoss(
        query="undo the release", gold="deploy", taken_by="helper", probability=0.7, source="mined"
    )
    finding = s.Finding(
        code="SA301",
        severity="error",
        skills=("helper",),
        message="helper takes 21% of the requests of other skills.",
        evidence="It robs 3.2 families; q = 0.01.",
        fix="Narrow helper.",
        fingerprint="0123456789abcdef",
        cost=s.Cost(harm=21.0, requests=21.0),
        location=s.Location(path="helper/SKILL.md", line=3),
    )
    report = s.Report(
        schema_version=s.SCHEMA_VERSION,
        tool_version="9.9.9",
        library=s.LibrarySummary(
            sources=("skills",),
            skills=4,
            routable=3,
            manual_only=1,
            copies=2,
            skipped=(s.Skipped(path="empty/SKILL.md", reason="the file has no content", code="empty-file"),),
        ),
        law=s.LibraryCurve(
            points=tuple(
                s.LawPoint(n=n, accuracy=estimate(value, value - 0.1, value + 0.1), hijack=0.9 - value)
                for n, value in ((5, 0.8), (10, 0.75), (20, 0.7))
            ),
            forms=(
                s.LawForm(
                    form="logarithmic",
                    parameters={"a": 0.916, "b": 0.072},
                    r_squared=0.99,
                    left_out_error=0.01,
                    chosen=True,
                ),
            ),
            floor=0.6,
            room=s.Estimate(value=60.0, low=10.0, high=None),
        ),
        client=None,
        clients=(
            s.ClientView(
                client="codex",
                title="Codex",
                date="2026-08",
                full=1,
                shortened=2,
                name_only=0,
                invisible=1,
                loaded=4,
                lost=120,
                unit="bytes",
                used=400,
                whole=520,
                budget=400,
                assumption="",
            ),
        ),
        embedding=s.EmbeddingSummary(model="all-MiniLM-L6-v2", revision="1110a243", dimension=384),
        forecast=s.Forecast(
            router="frontier",
            scorer="hybrid",
            accuracy=estimate(0.7, 0.6, 0.8),
            hijack=estimate(0.25, 0.15, 0.35),
            no_skill=estimate(0.05, 0.0, 0.1),
            false_trigger=estimate(0.3, 0.1, 0.6),
            taxonomy=s.Taxonomy(local=0.15, drift=0.04, capture=0.06),
            coverage=s.Coverage(
                requests=12,
                no_skill_requests=2,
                judged_skills=2,
                unjudged=("tables",),
                sources=(s.SourceCount(source="mined", requests=12, skills=2),),
                leaked=1,
            ),
            source="A prior over language models.",
            fit_range="2 to 512 skills",
            extrapolates=True,
        ),
        skills=(
            skill_report("deploy", lost=(loss,), rivals=(s.Rival(id="helper", cosine=0.61, loses_to=0.2),)),
            skill_report("helper", absorbed=3.5, absorbed_high=5.0, stolen=(loss,)),
            skill_report(
                "tables", victim_rate=None, victim_low=None, victim_high=None, cluster=-1, absorbed=0.0
            ),
            skill_report("manual", manual_only=True, requests=0, victim_rate=None, absorbed=0.0),
        ),
        clusters=(
            s.Cluster(
                index=0, label="deploy, release", skills=("deploy", "helper"), cohesion=0.6, confusion=0.2
            ),
        ),
        noise=1,
        hubness=s.Hubness(k=2, skewness=0.5, anti_hubs=("tables",)),
        black_holes=(
            s.BlackHole(
                skill="helper",
                absorbed=3.5,
                share=0.21,
                expected=0.8,
                q_value=0.01,
                families=3.2,
                victims=("deploy", "tables"),
                generic_phrases=("any task",),
            ),
        ),
        over_general=(),
        pairs=(s.Pair(a="deploy", b="helper", cosine=0.61, a_to_b=0.2, b_to_a=0.05, requests=(loss,)),),
        findings=(finding,),
        execution=execution(),
    )
    return answered(report)


def execution() -> s.Execution:
    step = s.ChainStep(
        skill="deploy", accuracy=estimate(0.75, 0.6, 0.9), judged=True, with_state=0.75, exposure=0.25,
        restating_gains=0.0,
    )  # fmt: skip
    middle = s.ChainStep(
        skill="helper", accuracy=estimate(0.6, 0.4, 0.8), judged=True, with_state=1.0, exposure=0.8,
        restating_gains=0.21,
    )  # fmt: skip
    last = s.ChainStep(
        skill="tables", accuracy=estimate(0.7, 0.5, 0.85), judged=False, with_state=1.0, exposure=0.3,
        restating_gains=0.135,
    )  # fmt: skip
    return s.Execution(
        chains=(
            s.ChainReport(
                steps=(step, middle, last),
                source="hand-off",
                origin="deploy/SKILL.md, body line 7",
                success=estimate(0.315, 0.1, 0.55),
                pessimistic=0.185,
                with_state=0.75,
                weak_link="helper",
                mended=0.394,
                dip="helper",
                restate_before=("helper", "tables"),
            ),
        ),
        cut=False,
        depth_by_size=s.DepthBySize(
            sizes=(5, 10, 20),
            depths=(1, 2, 3),
            success=((0.93, 0.85, 0.7), (0.865, 0.7225, 0.49), (0.804, 0.614, 0.343)),
            low=((0.85, 0.75, 0.6), (0.7225, 0.5625, 0.36), (0.614, 0.422, 0.216)),
            high=((0.97, 0.92, 0.8), (0.941, 0.846, 0.64), (0.913, 0.779, 0.512)),
            pessimistic=((0.93, 0.85, 0.7), (0.808, 0.625, 0.354), (0.726, 0.494, 0.211)),
            safe=0.8,
            dead=0.5,
        ),
        gamma=1.57,
        source="Steps by the routing forecast (llm).",
        fit_range="2 to 512 skills; gamma on libraries of 10 to 500 skills",
    )
