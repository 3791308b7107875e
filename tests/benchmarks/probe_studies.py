"""Run every study on real libraries with local scorers, and hold the findings against the papers' directions.

    python -m tests.benchmarks.probe_studies ../shared/data [--model local/hybrid] [--only NAME] [--limit 100]

Four trees of SKILL.md with requests mined from their bodies, and one library with labelled requests. The rescue
study is left out: a scorer weighs words and cannot follow which step is meant. A direction is found where the 90%
interval lies on the papers' side of zero, contradicted where it lies on the other side, else open.
"""

from __future__ import annotations

import argparse
import sys
import tarfile
import tempfile
from pathlib import Path

from skillaudit.asking.defaults import StudyName
from skillaudit.config import Config
from skillaudit.errors import SkillAuditError
from skillaudit.probe.records import ProbeResult
from skillaudit.probe.session import ProbeTerms, run

TREES = ("marketingskills", "kdense-scientific", "microsoft-agent-skills", "wshobson-agents")
LABELLED = "metatool"
DIRECTIONS: tuple[tuple[StudyName, str, int, str], ...] = (
    ("decay", "b", 1, "accuracy falls with ln N (2605.16508, 2601.04748)"),
    ("competition", "one rival", -1, "one rival at the same size costs accuracy (2601.04748)"),
    ("competition", "two rivals", -1, "two rivals cost more (2601.04748)"),
    ("competition", "high", -1, "likeness costs accuracy at the same size (2605.16508)"),
    ("policy", "longest", 0, "longer instructions change nothing (2601.04748)"),
    ("hierarchy", "folder gain", 1, "two stages by folder beat one list (2601.04748)"),
    ("hierarchy", "confusable gain", 1, "two stages by likeness beat one list (2601.04748)"),
    ("anchors", "black-hole effect", 1, "abstract skills take more from vague requests (Evolvent)"),
    ("protocol", "names", -1, "names alone route less"),
    ("protocol", "descriptions", -1, "descriptions alone route less"),
)


def verdict(low: float, high: float, side: int) -> str:
    """Say on which side of zero an interval lies, as seen from the expected one."""
    if side == 0:
        return "found" if low <= 0 <= high else "contradicted"
    if low * side > 0 and high * side > 0:
        return "found"
    return "contradicted" if low * side < 0 and high * side < 0 else "open"


def rows(name: str, result: ProbeResult) -> None:
    """Print the arms of a study and its directions."""
    study = result.result.study
    arms = "  ".join(f"{arm.condition} {arm.rates.accuracy.value or 0:.2f}" for arm in result.result.arms)
    print(f"{name:<24} {study:<12} {arms}")
    fits = {fit.name: fit.value for fit in result.result.fits}
    for of, fit, side, says in DIRECTIONS:
        value = fits.get(fit)
        if of != study or value is None or value.value is None or value.low is None or value.high is None:
            continue
        found = verdict(value.low, value.high, side)
        print(f"{'':<24}   {fit} {value.value:+.3f} [{value.low:+.3f}, {value.high:+.3f}] {found}: {says}")
    if study == "decay":
        numbers = {key: value.value for key, value in fits.items() if value.value is not None}
        print(
            f"{'':<24}   a {numbers['a']:.3f}, R2 {numbers['R2']:.3f}, kappa {numbers.get('kappa', 0):.0f}, gamma "
            f"{numbers.get('gamma', 0):.2f}, R2 capacity {numbers.get('R2 capacity', 0):.3f}, left out: line "
            f"{numbers.get('left-out error, logarithmic', 0):.3f}, capacity "
            f"{numbers.get('left-out error, capacity', 0):.3f}"
        )
    sys.stdout.flush()


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="local/hybrid")
    parser.add_argument("--only")
    parser.add_argument("--study", help="only this one")
    parser.add_argument("--limit", type=int, default=100)
    options = parser.parse_args()
    scorer = options.model.removeprefix("local/").partition(":")[0]
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        libraries: list[tuple[str, Path, Config]] = []
        for name in TREES:
            with tarfile.open(options.data / "trees" / f"{name}.tar.gz") as tar:
                tar.extractall(scratch / name, filter="data")
            libraries.append((name, scratch / name, Config(scorer=scorer)))
        labelled = options.data / "routing" / LABELLED
        requests = (labelled / "queries.jsonl.gz",)
        libraries.append((LABELLED, labelled / "library.jsonl.gz", Config(scorer=scorer, requests=requests)))
        for name, source, config in libraries:
            if options.only not in (None, name):
                continue
            for study in dict.fromkeys(["accuracy", *(direction[0] for direction in DIRECTIONS)]):
                if options.study not in (None, study):
                    continue
                settings = ProbeTerms(
                    model=options.model,
                    study=study,
                    repeats=3 if study == "decay" else 1,
                    limit=options.limit,
                    log=scratch / "log.sqlite",
                )
                try:
                    rows(name, run([source], config, settings))
                except SkillAuditError as error:
                    print(f"{name:<24} {study:<12} not possible: {error}", flush=True)


if __name__ == "__main__":
    main()
