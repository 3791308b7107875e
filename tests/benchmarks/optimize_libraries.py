"""What optimisation brings on real libraries with labelled requests, and on the same ones spoiled on purpose.

    python -m tests.benchmarks.optimize_libraries --data ../shared/data

Prints a table with the proof half's accuracy and hijack rate before and after, by step, under the local
router of a scorer and under fitted router profiles; in brackets those of the whole plan, before that half
refused the edits that harm a skill. `--references` prints for comparison how the local router
does with texts that no optimiser may write: with the requests of the work half, word for word, in the
description, and with the beginning of the body in it, both cut at the length that the specification allows.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec

from skillaudit.cache import Cache
from skillaudit.config import Config
from skillaudit.embedding.memory import Memory
from skillaudit.embedding.stage import embed
from skillaudit.load import load
from skillaudit.optimize import Optimisation, optimize
from skillaudit.optimize.proof.state import variant
from skillaudit.optimize.records import StepName
from skillaudit.optimize.words.phrasing import MAX_DESCRIPTION
from skillaudit.requests.gathering import gather
from skillaudit.schema import Library, Skill
from tests.benchmarks.optimize_degrade import degraded

LIBRARIES = {
    "metatool": ("routing/metatool/library.jsonl.gz", "metatool"),
    "uipath": ("libraries/uipath-skills.jsonl", "uipath_activation"),
    "marketing": ("libraries/marketingskills.jsonl", "marketing_evals"),
    "materials": ("libraries/materials-simulation.jsonl", "materials_evals"),
    "golang": ("libraries/samber-golang.jsonl", "golang_evals"),
}
ROUTERS = ("local", "frontier", "gpt-4o-mini", "gpt-4o")
EDITS: tuple[StepName, ...] = ("merge", "narrow", "boundary", "victim", "activation")


def library_of(data: Path, name: str) -> Library:
    """Load a library with bodies; where the data has none, the text for the model stands in for one."""
    path = data / LIBRARIES[name][0]
    if name != "metatool":
        return load([path])
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "library.jsonl"
        with gzip.open(path, "rt", encoding="utf-8") as rows, copy.open("w", encoding="utf-8") as out:
            for line in rows:
                row = json.loads(line)
                row["body"] = row.pop("description_for_model", "")
                out.write(json.dumps(row) + "\n")
        return load([copy])


def requests_of(data: Path, name: str, folder: Path) -> Path:
    """Write the labelled requests of a library as JSONL and return the file."""
    path = folder / f"{name}.jsonl"
    source = data / "routing" / LIBRARIES[name][1] / "queries.jsonl.gz"
    with gzip.open(source, "rt", encoding="utf-8") as rows, path.open("w", encoding="utf-8") as out:
        for line in rows:
            row = json.loads(line)
            if row["gold"] is not None:
                out.write(json.dumps({"query": row["query"], "gold": row["gold"]}) + "\n")
    return path


def cases(data: Path, names: Sequence[str]) -> Iterator[tuple[str, str, Library]]:
    """Yield (label, name, library): each as it is and spoiled."""
    for name in names:
        library = library_of(data, name)
        yield name, name, library
        yield f"{name}, spoiled", name, degraded(library)


def references(library: Library, requests: Path, config: Config) -> Iterator[tuple[str, float]]:
    """Yield (text, accuracy) of the local router on the proof half, for texts that quote requests or bodies."""
    gathered = [request for request in gather(library, (requests,)).requests if request.gold]
    asked: dict[str, list[str]] = {}
    for request in gathered:
        if not request.proof:
            asked.setdefault(request.gold[0], []).append(request.query)
    proof = [request for request in gathered if request.proof]
    quoting: dict[str, Callable[[Skill], str]] = {
        "own text": lambda skill: skill.description,
        "own text and requests": lambda skill: f"{skill.description} {' '.join(asked.get(skill.id, []))}",
        "own text and body": lambda skill: f"{skill.description} {skill.body}",
    }
    with Cache(config.cache) as cache:
        maker = Memory(partial(embed, model=config.embedder, device=config.device, cache=cache))
        for name, text in quoting.items():
            skills = [
                msgspec.structs.replace(skill, description=text(skill)[:MAX_DESCRIPTION])
                for skill in library.routable
            ]
            yield name, float(variant(config.scorer, skills, (), {}, proof, maker).right.mean())


def line(label: str, router: str, found: Optimisation, seconds: float) -> str:
    """Return one row of the table."""
    proof, planned = found.proof, found.planned
    assert proof is not None
    assert planned is not None
    steps = " ".join(f"{step.step} {100 * step.gain:+.1f}" for step in found.steps if step.gain is not None)
    before, after = proof.before, proof.after
    change = proof.test.difference
    idle = before.false_trigger.value, after.false_trigger.value
    fires = "" if idle[0] is None else f"  false trigger {_points(idle[0])} -> {_points(idle[1])}"
    return (
        f"{label:<20} {router:<12} {before.requests:>6} "
        f"{_points(before.accuracy.value)} -> {_points(after.accuracy.value)} "
        f"[{_points(change.low, True)} {_points(change.high, True)}] "
        f"(as planned {_points(planned.after.accuracy.value)}) "
        f"hijack {_points(before.hijack.value)} -> {_points(after.hijack.value)} "
        f"(as planned {_points(planned.after.hijack.value)})  "
        f"p {proof.test.p_value if proof.test.p_value is None else f'{proof.test.p_value:.1g}'}  "
        f"harmed {len(proof.harmed)}/{len(planned.harmed)}  edits {len(found.accepted)}/{len(found.edits)}  "
        f"{seconds:.0f} s  {steps}{fires}"
    )


def left(before: Optimisation, spoiled: Optimisation) -> str:
    """Say how much of the hijack rate that spoiling added the whole plan leaves, in points."""
    assert before.planned is not None
    assert spoiled.planned is not None
    clean = before.planned.before.hijack.value or 0.0
    added = (spoiled.planned.before.hijack.value or 0.0) - clean
    remaining = (spoiled.planned.after.hijack.value or 0.0) - clean
    return f"hijack added by spoiling {100 * added:+.1f}, left {100 * remaining:+.1f}"


def _points(value: float | None, sign: bool = False) -> str:
    if value is None:
        return "-"
    return f"{100 * value:+.1f}" if sign else f"{100 * value:.1f}"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--libraries", default=",".join(LIBRARIES))
    parser.add_argument("--routers", default=",".join(ROUTERS))
    parser.add_argument("--scorer", default="hybrid", choices=["hybrid", "dense", "lexical"])
    parser.add_argument("--cache", type=Path, default=None)
    parser.add_argument("--references", action="store_true", help="Print the comparisons and nothing else.")
    parser.add_argument("--json", type=Path, default=None, help="Write all records to this file.")
    arguments = parser.parse_args()
    records = []
    plans: dict[tuple[str, str], Optimisation] = {}
    with tempfile.TemporaryDirectory() as folder:
        for label, name, library in cases(arguments.data, arguments.libraries.split(",")):
            requests = requests_of(arguments.data, name, Path(folder))
            if arguments.references:
                config = Config(scorer=arguments.scorer, cache=arguments.cache)
                for text, accuracy in references(library, requests, config):
                    print(f"{label:<20} {text:<24} {100 * accuracy:.1f}", flush=True)
                continue
            for router in arguments.routers.split(","):
                config = Config(
                    scorer=arguments.scorer, requests=(requests,), router=router, cache=arguments.cache
                )
                start = time.perf_counter()
                found = optimize(library, config, only=EDITS)
                print(line(label, router, found, time.perf_counter() - start), flush=True)
                records.append({"label": label, "router": router, "found": found})
                if label != name:
                    print(f"{name:<20} {router:<12} {left(plans[name, router], found)}", flush=True)
                plans[label, router] = found
    if arguments.json is not None:
        arguments.json.write_bytes(msgspec.json.encode(records))


if __name__ == "__main__":
    main()
