"""CPU and memory of an audit by the size of the library, beside those of plainer ways to the same answer.

    python -m tests.benchmarks.scale CORPUS.jsonl.gz [--sizes 1000 5000 20000 55142] [--only lexical plain steps]
        [--svg docs/scale.svg] [--counts] [--forecasts] [--changed [--bodies LIST ...]]

Each row is a process of its own from start to exit; CPU seconds are user and system time, which other work on the
machine lengthens less than it lengthens the wall clock, but does lengthen: ratios and exponents count. The program is
compiled first, as it is when it is installed.

- `lexical`: `skillaudit report --scorer lexical --no-cache -f json`.
- `plain`: the same words as a dense matrix, all against all, and one pass of Python over each row.
- `steps`: what BERTopic does by default after its embedding: UMAP to five dimensions, HDBSCAN with groups of ten,
  words by class; on the same words, projected to 384 dimensions.

`--changed` takes the steps of somebody who changes one skill: an audit, the same again, one after the change, and
in a repository of as many files `check`, `check --since HEAD`, and that after another change; it counts the skills of
which the report says something else after the change. The files say little but their descriptions, or with `--bodies`
what the rows of other lists have under `body`, in turn.

Beyond the corpus, rows are copies of it with one word in eight taken from another row.
"""

from __future__ import annotations

import argparse
import compileall
import dataclasses
import gzip
import itertools
import json
import math
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

import skillaudit
from skillaudit.analysis.neighbors import nearest
from skillaudit.progress import SILENT
from skillaudit.routing.predict import forecast
from skillaudit.routing.survey import KEPT, TOP, Survey, survey
from skillaudit.schema import Coverage, Forecast, Skill
from skillaudit.scoring import LexicalScorer

_TEXTS = """
import json, sys
import numpy as np
rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
texts = [f"{row['name']}: {row['description']}" for row in rows]
from sklearn.feature_extraction.text import HashingVectorizer
"""
_PLAIN = """
matrix = HashingVectorizer(n_features=1 << 13).transform(texts).toarray()
similar = matrix @ matrix.T
report = []
for row in range(len(texts)):
    near = sorted(range(len(texts)), key=lambda other: -similar[row, other])[1:33]
    report.append([(other, float(similar[row, other])) for other in near])
print(len(report))
"""
_STEPS = """
import warnings
warnings.simplefilter("ignore")
from hdbscan import HDBSCAN
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.random_projection import SparseRandomProjection
from umap import UMAP
words = HashingVectorizer(n_features=1 << 18).transform(texts)
vectors = SparseRandomProjection(384, random_state=0, dense_output=True).fit_transform(words).astype(np.float32)
places = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", low_memory=False).fit_transform(vectors)
labels = HDBSCAN(min_cluster_size=10, prediction_data=True).fit(places).labels_
counts = CountVectorizer().fit_transform(
    " ".join(text for text, label in zip(texts, labels) if label == group) for group in range(labels.max() + 1)
)
print(labels.max() + 1, "topics of", counts.shape[1], "words")
"""
_MOST = {"plain": 10_000, "steps": 5_000}
_COLOURS = {"lexical": "#1f6feb", "plain": "#d1242f", "steps": "#8250df"}


class Run(NamedTuple):
    """One process from start to exit."""

    contestant: str
    skills: int
    cpu: float
    megabytes: float
    recall: str = ""
    """Share of the 20 nearest that the index found, as the report says; empty without one."""


def measured(contestant: str, skills: int, command: list[str]) -> Run:
    """Run `command` and return its user and system time and its peak memory; raise SystemExit when it fails."""
    process = os.posix_spawn(command[0], command, {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"})
    _, status, usage = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"failed: {' '.join(command)[:200]}")
    return Run(contestant, skills, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def recall_of(report: Path) -> str:
    """Return what a report says of its index; that stands before the skills."""
    with report.open(encoding="utf-8") as file:
        above = itertools.takewhile(lambda line: not line.startswith('  "skills"'), file)
        said = (re.search(r"finds ([\d.]+%) of the", line) for line in above)
        return next((match[1] for match in said if match), "")


def commands(library: Path) -> dict[str, list[str]]:
    """Return the command of each contestant."""
    python, out = sys.executable, str(library.with_suffix(".out"))
    audit = [python, "-m", "skillaudit", "report", str(library), "--scorer", "lexical", "--no-cache"]
    return {
        "lexical": [*audit, "-f", "json", "-o", out, "-q"],
        "plain": [python, "-c", _TEXTS + _PLAIN, str(library)],
        "steps": [python, "-c", _TEXTS + _STEPS, str(library)],
    }


def libraries(corpus: Path, sizes: Sequence[int], folder: Path) -> dict[int, Path]:
    """Write the first rows of a shuffle of `corpus` as a library of each size."""
    with gzip.open(corpus, "rt", encoding="utf-8") as file:
        rows = [{key: row[key] for key in ("name", "description")} for row in map(json.loads, file)]
    rng = np.random.default_rng(1)
    rows = [rows[at] for at in rng.permutation(len(rows))]
    written = {}
    for size in sizes:
        written[size] = folder / f"library-{size}.jsonl"
        with written[size].open("w", encoding="utf-8") as file:
            for at in range(size):
                row = rows[at % len(rows)] if at < len(rows) else perturbed(rows, at, rng)
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return written


def perturbed(rows: Sequence[dict[str, str]], at: int, rng: np.random.Generator) -> dict[str, str]:
    """Return a copy of a row, one word in eight another's."""
    row = rows[at % len(rows)]
    other = rows[int(rng.integers(len(rows)))]["description"].split() or ["other"]
    words = row["description"].split()
    for place in np.flatnonzero(rng.random(len(words)) < 1 / 8).tolist():
        words[place] = other[int(rng.integers(len(other)))]
    return {"name": f"{row['name']}-{at // len(rows)}", "description": " ".join(words)}


def exponent(first: Run, last: Run) -> float:
    """Return the power of the size by which CPU grows between two runs."""
    return math.log(last.cpu / first.cpu) / math.log(last.skills / first.skills)


def table(runs: Sequence[Run]) -> list[str]:
    """Return the rows of a Markdown table, each with the growth since the size before and the ratio to the audit."""
    lines = [
        "| skills | way | CPU s | ms a skill | MB | growth | / audit | recall |",
        "|---|---|---|---|---|---|---|---|",
    ]
    audits = {run.skills: run.cpu for run in runs if run.contestant == "lexical"}
    before: dict[str, Run] = {}
    for run in runs:
        grown = f"{exponent(before[run.contestant], run):.2f}" if run.contestant in before else ""
        ratio = f"{run.cpu / audits[run.skills]:.1f}" if run.skills in audits else ""
        lines.append(
            f"| {run.skills:,} | {run.contestant} | {run.cpu:.1f} | {1000 * run.cpu / run.skills:.2f} | "
            f"{run.megabytes:,.0f} | {grown} | {ratio} | {run.recall} |"
        )
        before[run.contestant] = run
    return lines


def counted(library: Path) -> str:
    """Return a row of what the scorer has to multiply: every two skills, and by the index alone."""
    with library.open(encoding="utf-8") as file:
        texts = [f"{row['name']}: {row['description']}" for row in map(json.loads, file)]
    index = LexicalScorer(texts)._index
    exact, rough = (
        float((np.bincount(rows.indices).astype(np.float64) ** 2).sum()) / len(texts)
        for rows in (index.rows, index.heaviest())
    )
    return f"| {len(texts):,} | {index.rows.nnz / len(texts):.0f} | {exact:,.0f} | {rough:,.0f} |"


def forecasts(library: Path) -> str:
    """Return a row of what is forecast from the neighbours that the index finds, and from those all against all."""
    with library.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    skills = [
        Skill(id=f"s{at}", name=row["name"], description=row["description"]) for at, row in enumerate(rows)
    ]
    scorer = LexicalScorer([skill.text for skill in skills])
    around = survey(scorer, len(skills), SILENT)
    if around is None:
        raise SystemExit(f"{len(skills):,} skills are held against each other anyway")

    def told(found: Survey) -> Forecast:
        return forecast(
            skills,
            (),
            scorer,
            families=[""] * len(skills),
            labels=[-1] * len(skills),
            neighbors=None,
            coverage=Coverage(
                requests=0, no_skill_requests=0, judged_skills=0, unjudged=(), sources=(), leaked=0
            ),
            brief=True,
            survey=found,
        ).forecast

    exact = nearest(scorer.similarities, len(skills), KEPT)
    hits = (around.neighbors.indices[:, :TOP, None] == exact.indices[:, None, :TOP]).any(axis=2).mean()
    both = (told(around), told(dataclasses.replace(around, neighbors=exact, recall=1.0)))
    rates = [(one.accuracy.value or 0.0, one.hijack.value or 0.0, one.no_skill.value or 0.0) for one in both]
    apart = max(abs(ours - theirs) for ours, theirs in zip(*rates, strict=True))
    cells = " | ".join(f"{ours:.4f}, {theirs:.4f}" for ours, theirs in zip(*rates, strict=True))
    return f"| {len(skills):,} | {around.recall:.3f} | {hits:.3f} | {cells} | {apart:.4f} |"


_NEW = "Draws a chart of sales by month for the finance team when the quarter ends."


def bodies_of(lists: Sequence[Path]) -> list[str]:
    """Return the bodies in lists of skills; one short one without lists."""
    found = []
    for path in lists:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as file:
            found += [row["body"] for row in map(json.loads, file) if row.get("body")]
    return found or ["Do it."]


def changed(library: Path, bodies: Sequence[str]) -> Iterator[str]:
    """Yield a row for each step around the change of one skill, and what the change moves in the report."""
    os.environ["SKILLAUDIT_CACHE"] = str(library.with_suffix(".cache"))
    lexical, out = ["--scorer", "lexical", "-q"], library.with_suffix(".out")
    audit = [sys.executable, "-m", "skillaudit"]
    report = [*audit, "report", str(library), *lexical, "-f", "json", "-o", str(out)]
    lines = library.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    yield _step(measured("report", len(rows), report))
    before = {skill["id"]: skill for skill in json.loads(out.read_bytes())["skills"]}
    yield _step(measured("report, unchanged", len(rows), report))
    middle = len(rows) // 2
    lines[middle] = json.dumps({**rows[middle], "description": _NEW})
    library.write_text("\n".join(lines) + "\n", encoding="utf-8")
    yield _step(measured("report, one changed", len(rows), report))
    after = {skill["id"]: skill for skill in json.loads(out.read_bytes())["skills"]}
    moved = [{key for key in new if new[key] != before.get(name, {}).get(key)} for name, new in after.items()]
    files = library.with_suffix(".files")
    for at, row in enumerate(rows):
        file = files / "skills" / f"skill-{at}" / "SKILL.md"
        file.parent.mkdir(parents=True)
        file.write_text(_skill(at, row["description"], bodies), encoding="utf-8", errors="replace")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *command], cwd=files, check=True
        )
    gate = ["--tolerance", "1", "--fail-on", "never"]
    check = [*audit, "check", str(files / "skills"), *lexical, "-f", "json", "-o", str(out), *gate]
    yield _step(measured("check", len(rows), check))
    file = files / "skills" / f"skill-{middle}" / "SKILL.md"
    file.write_text(_skill(middle, _NEW, bodies), encoding="utf-8", errors="replace")
    yield _step(measured("check --since HEAD", len(rows), [*check, "--since", "HEAD"]))
    again = _NEW.replace("month", "region")
    file.write_text(_skill(middle, again, bodies), encoding="utf-8", errors="replace")
    yield _step(measured("check --since HEAD, again", len(rows), [*check, "--since", "HEAD"]))
    yield _step(measured("check --since HEAD, unchanged", len(rows), [*check, "--since", "HEAD"]))
    beside = sum(bool(fields - {"x", "y"}) for fields in moved)
    placed = sum(not fields.isdisjoint(("x", "y")) for fields in moved)
    yield f"skills with another place on the map: {placed:,}; of which something else is said: {beside:,}"


def _step(run: Run) -> str:
    return f"| {run.skills:,} | {run.contestant} | {run.cpu:.1f} |"


def _skill(number: int, description: str, bodies: Sequence[str]) -> str:
    """A skill with one of the bodies, and a comment that tells it from others with the same."""
    head = f"---\nname: skill-{number}\ndescription: {json.dumps(description)}\n---\n"
    return f"{head}\n{bodies[number % len(bodies)]}\n\n<!-- {number} -->\n"


def plot(runs: Sequence[Run]) -> str:
    """Return CPU seconds by skills as an SVG, both axes logarithmic."""
    across = [math.log10(run.skills) for run in runs]
    up = [math.log10(run.cpu) for run in runs]
    left, bottom = math.floor(min(across) * 2) / 2, math.floor(min(up))
    right, top = math.ceil(max(across) * 2) / 2, math.ceil(max(up))

    def place(skills: float, cpu: float) -> tuple[float, float]:
        x = 60 + 480 * (math.log10(skills) - left) / (right - left)
        return round(x, 1), round(290 - 260 * (math.log10(cpu) - bottom) / (top - bottom), 1)

    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 340" font-family="sans-serif" font-size="12">',
        '<rect width="640" height="340" fill="white"/>',
    ]
    for power in range(bottom, top + 1):
        y = place(10**left, 10.0**power)[1]
        parts.append(
            f'<path d="M60 {y}H540" stroke="#ddd"/><text x="52" y="{y + 4}" text-anchor="end">{10.0**power:g} s</text>'
        )
    for size in sorted({run.skills for run in runs}):
        x = place(size, 10.0**bottom)[0]
        parts.append(f'<text x="{x}" y="308" text-anchor="middle">{size:,}</text>')
    for contestant, colour in _COLOURS.items():
        points = [place(run.skills, run.cpu) for run in runs if run.contestant == contestant]
        if points:
            path = " ".join(f"{x},{y}" for x, y in points)
            parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
            parts += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in points]
            parts.append(
                f'<text x="{points[-1][0] + 8}" y="{points[-1][1] + 4}" fill="{colour}">{contestant}</text>'
            )
    parts.append('<text x="300" y="330" text-anchor="middle">skills</text></svg>')
    return "\n".join(parts) + "\n"


def main() -> int:
    """Print the table, and write the plot where one is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 5_000, 20_000, 55_142])
    parser.add_argument("--only", nargs="+", default=list(_COLOURS), choices=list(_COLOURS))
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--counts", action="store_true", help="count multiplications instead")
    parser.add_argument("--changed", action="store_true", help="change one skill instead")
    parser.add_argument(
        "--bodies", type=Path, nargs="+", default=[], help="lists whose bodies the skills get"
    )
    parser.add_argument("--forecasts", action="store_true", help="forecast by index and exactly instead")
    options = parser.parse_args()
    compileall.compile_dir(Path(skillaudit.__file__).parent, quiet=1)
    print(f"load average {os.getloadavg()[0]:.1f}, {len(os.sched_getaffinity(0))} cores\n", flush=True)
    runs = []
    with tempfile.TemporaryDirectory() as scratch:
        for size, library in libraries(options.corpus, sorted(options.sizes), Path(scratch)).items():
            if options.changed:
                for line in changed(library, bodies_of(options.bodies)):
                    print(line, flush=True)
                continue
            if options.counts or options.forecasts:
                print(counted(library) if options.counts else forecasts(library), flush=True)
                continue
            for name, command in commands(library).items():
                if name in options.only and size <= _MOST.get(name, size):
                    run = measured(name, size, command)
                    if name == "lexical":
                        run = run._replace(recall=recall_of(library.with_suffix(".out")))
                    runs.append(run)
                    print(table(runs)[-1], flush=True)
    print("", *(table(runs) if runs else ()), sep="\n")
    if options.svg:
        options.svg.write_text(plot(runs), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
