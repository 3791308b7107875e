"""The numbers of real audits that golden files pin, and the command that writes these files anew.

`python -m tests.numbers` writes all of them, `python -m tests.numbers clean hostile` two: look at the diff,
each line is one thing that the audit says about a sample library.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from skillaudit.compile.account import as_library, chains
from skillaudit.compile.compiler import compile_system
from skillaudit.compile.sources import read_system
from skillaudit.config import Config
from skillaudit.pipeline import audit, audit_library
from skillaudit.schema import Estimate, LibraryCurve, Report, ScorerName, SkillReport
from tests.conftest import SAMPLES

GOLDEN = Path(__file__).parent / "golden" / "audits"


class Pinned(NamedTuple):
    """One audit whose numbers are pinned, its paths below the samples."""

    sources: tuple[str, ...]
    requests: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()
    router: str | None = None
    client: str | None = None
    law: bool = False
    scorer: ScorerName = "lexical"


PINNED = {
    "black_hole": Pinned(("black_hole",), ("black_hole/requests.jsonl",)),
    "chained": Pinned(("chained/skills",), chains=("chained/chains.txt",), law=True),
    "clean": Pinned(("clean",), ("clean/requests.jsonl",)),
    "confusable": Pinned(("confusable",), ("confusable/requests.jsonl",), law=True),
    "hostile": Pinned(("hostile",)),
    "local": Pinned(("hostile",), router="local", law=True),
    "multi_agent": Pinned(("multi_agent/crew",)),
    "multilingual": Pinned(("multilingual",), ("multilingual/requests.jsonl",)),
    "no_requests": Pinned(("tools/mcp-tools-list.json",), scorer="hybrid"),
    "oversized": Pinned(("oversized",), ("oversized/requests.jsonl",), client="claude-code"),
    "tools": Pinned(("tools/openai-functions.json",), ("tools/openai-requests.jsonl",)),
}
"""Every sample once, with the lexical scorer; beside them the local router, whose ties count, a client's cut
list, and the default scorer where descriptors have to stand in for requests. No law of `tools`: its accuracy hardly
falls, so that the size at which it crosses a floor hangs on the last digit of a sum."""


@cache
def audited(name: str) -> Report:
    """Return the audit that `name` pins."""
    pinned = PINNED[name]
    sources, requests, steps = (
        tuple(SAMPLES / path for path in paths) for paths in (pinned.sources, pinned.requests, pinned.chains)
    )
    config = Config(
        scorer=pinned.scorer, requests=requests, chains=steps, router=pinned.router, client=pinned.client,
        law=pinned.law, use_cache=False,
    )  # fmt: skip
    if name == "multi_agent":
        made = compile_system(read_system(sources[0]))
        return audit_library(as_library(made), config, compiled=chains(made))
    return audit(sources, config)


def numbers(report: Report) -> dict[str, dict[str, Any]]:
    """Return what a report says in numbers, by section and name, each a number, a text, or a list of them."""
    forecast, hubness = report.forecast, report.hubness
    lost = forecast.taxonomy
    labels = {cluster.index: cluster.label for cluster in report.clusters}
    found: dict[str, dict[str, Any]] = {
        "forecast": {
            name: _ends(getattr(forecast, name))
            for name in ("accuracy", "hijack", "no_skill", "false_trigger")
        }
        | {
            "lost to local, drift, capture": [lost.local, lost.drift, lost.capture],
            "requests, for nothing, skills judged, leaked": [
                forecast.coverage.requests, forecast.coverage.no_skill_requests,
                forecast.coverage.judged_skills, forecast.coverage.leaked,
            ],
            "extrapolates": forecast.extrapolates,
        },
        "skills: lost, taken, share, k-occurrence, clarity, radius, cluster": {
            skill.id: _skill(skill, labels) for skill in report.skills
        },
        "clusters: skills, cohesion, confusion": {
            cluster.label: [len(cluster.skills), cluster.cohesion, cluster.confusion]
            for cluster in report.clusters
        },
        "structure": {"k": hubness.k, "skewness": hubness.skewness, "noise": report.noise},
        "black holes: taken, expected, share, q, families, victims": {
            hole.skill: [
                hole.absorbed, hole.expected, hole.share, hole.q_value, hole.families, len(hole.victims),
                hole.evidence,
            ]
            for hole in (*report.black_holes, *report.over_general)
        },
        "pairs: there, back, cosine": {
            f"{pair.a} | {pair.b}": [pair.a_to_b, pair.b_to_a, pair.cosine] for pair in report.pairs[:10]
        },
        "findings": {
            f"{finding.code} {', '.join(finding.skills)}": finding.severity for finding in report.findings
        },
        "clients: full, cut, name only, hidden, lost, whole": {
            view.client: [view.full, view.shortened, view.name_only, view.invisible, view.lost, view.whole]
            for view in report.clients
        },
    }  # fmt: skip
    if report.law is not None:
        found["law"] = _law(report.law)
    if report.execution is not None:
        found["chains: success, pessimistic, with state, mended, weak link"] = {
            " > ".join(step.skill for step in chain.steps): [
                *_ends(chain.success), chain.pessimistic, chain.with_state, chain.mended, chain.weak_link,
            ]
            for chain in report.execution.chains
        }  # fmt: skip
    return found


def _skill(skill: SkillReport, labels: dict[int, str]) -> list[Any]:
    return [
        skill.victim_rate, skill.victim_low, skill.victim_high, skill.absorbed, skill.absorbed_low,
        skill.absorbed_high, skill.absorbed_share, skill.hubness, skill.clarity, skill.radius,
        labels.get(skill.cluster, ""),
    ]  # fmt: skip


def _ends(estimate: Estimate | None) -> list[float | None]:
    return [None, None, None] if estimate is None else [estimate.value, estimate.low, estimate.high]


def _law(law: LibraryCurve) -> dict[str, Any]:
    found: dict[str, Any] = {
        f"{point.n} skills": [*_ends(point.accuracy), point.hijack] for point in law.points
    }
    for form in law.forms:
        found[form.form] = [
            *form.parameters.values(), form.r_squared, form.left_out_error, "chosen" if form.chosen else "",
        ]  # fmt: skip
    return found | {
        "a": _ends(law.a), "b": _ends(law.b), "crossing": _ends(law.crossing), "room": _ends(law.room)
    }  # fmt: skip


def short(value: Any) -> Any:
    """Round a number to five significant digits, and those of a list."""
    if isinstance(value, list):
        return [short(one) for one in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value


def write(names: Sequence[str]) -> None:
    """Write the golden files of `names`, one line for each thing that an audit says."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name in names:
        sections = []
        for section, rows in numbers(audited(name)).items():
            lines = [
                f"  {json.dumps(key, ensure_ascii=False)}: {json.dumps(short(value), ensure_ascii=False)}"
                for key, value in rows.items()
            ]
            sections.append(f"{json.dumps(section)}: {{\n" + ",\n".join(lines) + "\n}")
        text = "{\n" + ",\n".join(sections) + "\n}\n"
        (GOLDEN / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(sys.argv[1:] or list(PINNED))
