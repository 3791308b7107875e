"""Fit the router profiles that ship with the package, print how they predict libraries left out, and write them.

python -m tests.benchmarks.routing_profiles --data ../shared/data [--print-only]

One hierarchical fit (`tests.benchmarks.routing_classes`) gives the classes; models of 2024 and 2025 that were
measured on function calls start from theirs. Everything about a library left out is predicted by a fit that saw no
request of it.
Long because fit, judging and table are one program that reads from top to bottom.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from skillaudit.routing.calibrate import calibrate
from skillaudit.routing.choice_fit import Start, fit_choice, fit_router
from skillaudit.routing.decisions import NONE, UNASKED, WRONG
from skillaudit.routing.outcome import chance_right, design
from skillaudit.routing.profiles import CLASSES, Cell, ChoiceFit, LeftOutSet, RouterProfile
from skillaudit.routing.rates import coefficients
from skillaudit.routing.stand_ins import from_descriptors
from skillaudit.schema import ScorerName, Skill
from skillaudit.stats.draws import estimate, measured, normals
from skillaudit.stats.logistic import Normal, fit_logistic, fit_temperature, logistic
from skillaudit.stats.measure import log_loss
from tests.benchmarks.routing_classes import ClassFit, fit_classes
from tests.benchmarks.routing_data import CONTRAST, SCORERS, arguments, log_of, scorer_of, table_of
from tests.benchmarks.routing_sets import CAPACITY, KAPPA, OLDER, Pool, Source, asked, current, older, pool

OUTPUT = Path("skillaudit/data/routers.json")
DATES = {
    "frontier": "2026-11-29",
    "fast": "2026-06-30",
    "older": "2025-11-12",
    "gpt-4o": "2024-11-20",
    "gpt-4o-mini": "2024-07-18",
    "grok-3-mini": "2025-04-09",
    "gpt-oss-120b": "2025-11-12",
    "gpt-oss-20b": "2025-11-12",
}
POOL_TEXT = "BFCL function calls with 1 to 512 of 2,405 functions on offer"
LIVE_TEXT = "BFCL live function calls with 2 to 37 functions on offer, most with 2 to 9"
ABOUT = {
    "frontier": "the strongest models of 2026, asked to choose one skill or none",
    "fast": "small models of 2026, asked to choose one skill or none",
    "older": "models of 2024 and 2025 on function calls, whose accuracy falls with the number on offer",
}
TRAINING = {
    "frontier": "choices of two models over lists of 2 to 2,003 skills",
    "fast": "choices of one model over one toolkit of 125 and 139 skills; the level leans on the frontier's",
    "older": f"{POOL_TEXT}; {LIVE_TEXT}",
}
HIJACK_START = {"frontier": (2.0, 0.0, 0.0), "fast": (1.0, 0.0, 0.0), "older": (0.0, 0.0, 0.0)}
HIJACK_SD = {"frontier": 1.0, "fast": 0.8, "older": 0.5}
HIJACK_SPREAD = np.diag([1.0, 0.1, 0.1]) ** 2
TRIGGER_START = (-4.0, 12.0, 2.0)
TRIGGER_SPREAD = np.diag([1.5, 5.0, 1.5]) ** 2
TRIGGER_SD = {"frontier": 0.8, "fast": 1.2, "older": 1.1}
SOURCES = {"mined": (-0.12, 0.18), "body": (-0.24, 0.32)}
"""What `routing_sources` prints for the hybrid scorer: mined lines of five libraries, lines of bodies of eight."""
LIKENESS = {"hybrid": 0.5, "dense": 0.5, "lexical": 0.5}

Floats = npt.NDArray[np.float64]


def start(scorer: ScorerName, kind: str = "older") -> ChoiceFit:
    """A prior that says next to nothing, to fit a class from."""
    wide = tuple(tuple(float(v) for v in row) for row in np.eye(3) * 25.0)
    return ChoiceFit(
        beta=CONTRAST[scorer].beta,
        offset=CONTRAST[scorer].offset,
        kappa=KAPPA,
        coefficients=(0.0, 0.0, 0.0),
        covariance=wide,
        library_sd=0.5,
        set_sd=0.5,
        hijack=HIJACK_START[kind],
        hijack_sd=HIJACK_SD[kind],
        trigger=TRIGGER_START,
        trigger_sd=TRIGGER_SD[kind],
        temperature=20.0,
        gold_score=0.4,
        likeness=LIKENESS[scorer],
        sources=SOURCES,
    )


def blank(scorer: ScorerName) -> RouterProfile:
    """A class that knows nothing, to judge fits by: the shipped one was fitted to these very decisions."""
    fit = msgspec.structs.replace(start(scorer), library_sd=0.0, set_sd=0.0)
    return RouterProfile(name="blank", kind="choice", description="", fits={scorer: fit})


def class_fit(found: ClassFit, kind: str, base: ChoiceFit) -> ChoiceFit:
    """A class's coefficients and spreads in the place of another fit's."""
    normal = found.classes[CLASSES.index(kind)]
    return msgspec.structs.replace(
        base,
        coefficients=_triple(normal.mean),
        covariance=tuple(tuple(float(value) for value in row) for row in normal.covariance),
        library_sd=found.spread["library"],
        set_sd=found.spread["set"],
    )


def _triple(values: Iterable[float]) -> tuple[float, float, float]:
    a, b, c = (float(value) for value in values)
    return a, b, c


def predicted(fit: ChoiceFit, x: Floats, seed: int = 0) -> tuple[float, float, float, Floats]:
    """Accuracy that a class forecasts for decisions, the ends of its 90% interval, and each one's chance."""
    z = normals(4, seed)
    rates = logistic(coefficients(fit, z) @ x.T).mean(axis=1)
    chances = chance_right(x, fit)
    mean = float(chances.mean())
    scale = float((chances * (1 - chances)).mean()) / max(mean * (1 - mean), 1e-9)
    found = estimate(float(rates.mean()), measured(rates, z[:, 3], len(x), scale), 1.0 / len(x))
    return float(found.value or 0), float(found.low or 0), float(found.high or 0), chances


def left_out(everything: Pool, scorer: ScorerName) -> list[LeftOutSet]:
    """Every cell of a current model, predicted from the other libraries."""
    data, cells = everything.data, []
    current_rows = data.group < CLASSES.index("older")
    for group in np.unique(everything.group[current_rows]).tolist():
        away = everything.group != group
        fitted = fit_classes(data.rows(away), CAPACITY)
        for cell in np.unique(everything.cell[everything.group == group]).tolist():
            rows = everything.cell == cell
            number = int(data.group[rows][0])
            x = np.column_stack([np.ones(rows.sum()), data.clearance[rows], data.capacity[rows]])
            value, low, high, chances = predicted(class_fit(fitted, CLASSES[number], start(scorer)), x)
            y = data.right[rows]
            others = away & (data.group == number)
            others = others if others.any() else away & current_rows
            constant = float(np.average(data.right[others], weights=data.weight[others]))
            cells.append(
                LeftOutSet(
                    cell=cell.rsplit(" ", 1)[0],
                    model=str(everything.model[rows][0]),
                    n=int(np.median(everything.size[rows])),
                    decisions=int(rows.sum()),
                    predicted=round(value, 4),
                    low=round(low, 4),
                    high=round(high, 4),
                    measured=round(float(y.mean()), 4),
                    log_loss=round(log_loss(y, chances), 4),
                    constant=round(log_loss(y, np.full(len(y), constant)), 4),
                )
            )
    return cells


def errors_of(sources: Sequence[Source], kind: str, prior: ChoiceFit) -> ChoiceFit:
    """What errors of a class go to, who takes them, and when a request that needs nothing fires."""
    x: list[Floats] = []
    other, weight, idle, fired, idle_weight, scores, taken, own = [], [], [], [], [], [], [], []
    for source in sources:
        table = source.table
        own.append(table.gold_score[table.routed])
        for column, _, group in asked(source):
            if group != kind:
                continue
            outcome = table.outcomes[column]
            wrong = table.routed & ((outcome == WRONG) | (outcome == NONE)) & (table.size > 1)
            x.append(table.x[wrong])
            other.append((outcome[wrong] == WRONG).astype(np.float64))
            weight.append(np.full(int(wrong.sum()), 0.25 if source.group == "four libraries" else 1.0))
            hit = table.rivals == table.chosen[column][:, None]
            shown = table.routed & (outcome == WRONG) & hit.any(axis=1)
            scores.append((table.rival_scores + prior.likeness * table.rival_likeness)[shown])
            taken.append(hit[shown].argmax(axis=1))
            none = ~table.routed & (outcome != UNASKED)
            idle.append(np.column_stack([np.ones(none.sum()), table.best[none], table.catch_all[none]]))
            fired.append((table.chosen[column][none] >= 0).astype(np.float64))
            idle_weight.append(np.full(int(none.sum()), 0.5))
    hijack = fit_logistic(
        np.concatenate(x),
        np.concatenate(other),
        Normal(np.array(prior.hijack), HIJACK_SPREAD),
        np.concatenate(weight),
    )
    trigger = fit_logistic(
        np.concatenate(idle),
        np.concatenate(fired),
        Normal(np.array(prior.trigger), TRIGGER_SPREAD),
        np.concatenate(idle_weight),
    )
    width = min(part.shape[1] for part in scores)
    return msgspec.structs.replace(
        prior,
        hijack=_triple(hijack.mean),
        trigger=_triple(trigger.mean),
        temperature=fit_temperature(
            np.concatenate([part[:, :width] for part in scores]),
            np.minimum(np.concatenate(taken), width - 1).astype(np.int64),
            20.0,
        ),
        gold_score=float(np.median(np.concatenate(own))),
    )


def recovered(sources: Sequence[Source], kinds: Sequence[str]) -> float:
    """Share of right choices where the scorer alone ranks wrong."""
    right = []
    for source in sources:
        behind = source.table.routed & (source.table.gold_score < source.table.best)
        for column, _, group in asked(source):
            if group in kinds:
                right += (source.table.outcomes[column][behind] == 1).tolist()
    return float(np.mean(right)) if right else 0.0


def descriptor_shift(sources: Sequence[Source], scorer: ScorerName, fit: ChoiceFit) -> tuple[float, float]:
    """Logits by which real requests are harder than the descriptors that stand in for them, and how they vary."""
    by_library: dict[str, list[float]] = {}
    for source in sources:
        names = [(column, cell) for column, _, _ in asked(source) for cell in sorted(set(source.cell))]
        for column, cell in names:
            if cell.startswith(("sizes n", "names", "cut100", "sizes own-holes")):
                continue
            rows = [row for row, name in enumerate(source.cell) if name == cell and source.table.routed[row]]
            for offered in _lists(source, rows):
                skills = [source.log.skills[row] for row in offered]
                mine = [
                    r for r in rows if source.log.decisions[r].offered is None or _same(source, r, offered)
                ]
                shift = _shift(skills, scorer, fit, source.table.outcomes[column][mine] == 1)
                by_library.setdefault(source.library[mine[0]], []).append(shift)
    shifts = [float(np.mean(values)) for values in by_library.values()]
    print(
        f"  {scorer}: descriptor shifts " + " ".join(f"{k} {np.mean(v):+.2f}" for k, v in by_library.items())
    )
    # The level's own spread between libraries and request sets is in these shifts as well.
    spread = float(np.sqrt(max(float(np.var(shifts, ddof=1)) - fit.level_sd**2, 0.3**2)))
    return float(np.mean(shifts)), spread


def _same(source: Source, row: int, offered: tuple[int, ...]) -> bool:
    rows = source.log.decisions[row].offered
    return rows is not None and tuple(rows.tolist()) == offered


def _lists(source: Source, rows: Sequence[int]) -> list[tuple[int, ...]]:
    """The different lists that some decisions were made over."""
    whole = tuple(range(len(source.log.skills)))
    found = [source.log.decisions[row].offered for row in rows]
    return sorted({whole if offered is None else tuple(offered.tolist()) for offered in found})


def _shift(
    skills: Sequence[Skill], scorer: ScorerName, fit: ChoiceFit, right: npt.NDArray[np.bool_]
) -> float:
    """Shift of the level that makes the forecast from descriptors as accurate as the decisions were."""
    evidence = from_descriptors(skills, scorer_of(scorer, skills), fit.contrast, fit.gold_score)
    level = design(evidence, fit.kappa) @ np.array(fit.coefficients)
    target = (right.sum() + 1.0) / (len(right) + 1.5)
    low, high = -8.0, 8.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if logistic(level + middle).mean() < target else (low, middle)
    return low


def summary(cells: Sequence[LeftOutSet]) -> str:
    """Errors, coverage and width of some cells in one line."""
    inside = np.mean([cell.low <= cell.measured <= cell.high for cell in cells])
    counts = [cell.decisions for cell in cells]
    return (
        f"{len(cells)} cells: error {np.mean([abs(c.predicted - c.measured) for c in cells]):.3f}, "
        f"inside {inside:.2f}, "
        f"width {np.mean([c.high - c.low for c in cells]):.3f}, "
        f"log-loss {np.average([c.log_loss for c in cells], weights=counts):.3f} "
        f"(constant {np.average([c.constant for c in cells], weights=counts):.3f})"
    )


def show(cells: Sequence[LeftOutSet]) -> None:
    """Print the table of libraries left out."""
    for cell in cells:
        mark = " " if cell.low <= cell.measured <= cell.high else "!"
        print(
            f"  {cell.cell:26s} {cell.model:18s} N={cell.n:5d} n={cell.decisions:4d} predicted {cell.predicted:.3f} "
            f"[{cell.low:.3f}, {cell.high:.3f}]{mark} measured {cell.measured:.3f}"
        )


def counts(everything: Pool, kind: str) -> dict[str, Any]:
    """How many decisions, libraries and request sets a class rests on, and the sizes of its lists."""
    rows = everything.data.group == CLASSES.index(kind)
    return {
        "decisions": int(rows.sum()),
        "libraries": len(np.unique(everything.data.library[rows])),
        "request_sets": len(np.unique(everything.data.request_set[rows])),
        "sizes": (int(everything.size[rows].min()), int(everything.size[rows].max())),
    }


def main() -> int:
    """Fit, print, write."""
    parser = arguments(__doc__)
    parser.add_argument("--print-only", action="store_true", help="leave the shipped file as it is")
    args = parser.parse_args()
    fits: dict[str, dict[ScorerName, ChoiceFit]] = {}
    metrics: dict[str, dict[str, float]] = {}
    cells: dict[str, tuple[Cell, ...]] = {}
    out: list[LeftOutSet] = []
    provenance: dict[str, dict[str, Any]] = {}
    for scorer in SCORERS:
        now, then = current(args.data, scorer), older(args.data, scorer)
        everything = pool([*now, *then])
        fitted = fit_classes(everything.data, CAPACITY)
        print(scorer, {name: round(value, 3) for name, value in fitted.spread.items()})
        if scorer == "hybrid":
            out = left_out(everything, scorer)
            provenance = {kind: counts(everything, kind) for kind in CLASSES}
        for kind in CLASSES:
            base = start(scorer, kind)
            old = kind == "older"
            group = _older_errors(args.data, scorer, then, base) if old else errors_of(now, kind, base)
            group = class_fit(fitted, kind, group)
            group = msgspec.structs.replace(
                group,
                recovered=recovered([*now, *then], ["frontier", "fast"] if kind != "older" else ["older"]),
            )
            fits.setdefault(kind, {})[scorer] = group
            print(
                f"  {kind:9s} level {group.coefficients[0]:.2f}, slope {group.coefficients[1]:.2f}, capacity "
                f"{group.coefficients[2]:.2f}; trigger {[round(v, 2) for v in group.trigger]}, hijack "
                f"{[round(v, 2) for v in group.hijack]}, temperature {group.temperature:.1f}"
            )
        shift = descriptor_shift(now, scorer, fits["frontier"][scorer])
        for kind in CLASSES:
            fits[kind][scorer] = msgspec.structs.replace(fits[kind][scorer], descriptor=shift)
        for source in then:
            for column, model, _ in asked(source):
                one = fit_router(
                    source.table,
                    column,
                    np.ones(len(source.table.size), dtype=bool),
                    [Start("older", 1.0, fits["older"][scorer])],
                )
                fits.setdefault(model, {})[scorer] = fit_choice(
                    [(source.table, column)], one.right, fits["older"][scorer]
                )
                provenance[model] = {
                    "decisions": int((source.table.outcomes[column] != UNASKED).sum()),
                    "libraries": 1,
                    "request_sets": 1,
                    "sizes": (int(source.table.size.min()), int(source.table.size.max())),
                }
            if scorer == "hybrid":
                _held_out(source, scorer, metrics, cells)
    show(out)
    for title, chosen in (
        ("frontier, skill lists", [c for c in out if c.model == "frontier-2026-11"]),
        ("all current models", out),
    ):
        print(f"{title}: {summary(chosen)}")
    metrics["older"] = {
        key: float(np.mean([metrics[name][key] for name in ("gpt-4o", "gpt-4o-mini", "grok-3-mini")]))
        for key in metrics["gpt-4o"]
    }
    if not args.print_only:
        _write(fits, metrics, cells, out, provenance)
    return 0


def _older_errors(data: Path, scorer: ScorerName, then: Sequence[Source], base: ChoiceFit) -> ChoiceFit:
    """The same for models of function calls, which were also asked with nothing that fits on offer."""
    idle = [
        table_of(log_of(data, name), scorer) for name in ("bfcl_irrelevance_2024", "bfcl_live_irrelevance")
    ]
    known = [(source.table, column) for source in then for column, _, _ in asked(source)]
    known += [(table, model) for table in idle for model in table.outcomes]
    posterior = Normal(np.array(base.coefficients), np.array(base.covariance))
    return fit_choice(known, posterior, base, trigger_sd=base.trigger_sd)


def _held_out(
    source: Source,
    scorer: ScorerName,
    metrics: dict[str, dict[str, float]],
    cells: dict[str, tuple[Cell, ...]],
) -> None:
    """Figures of each measured model on requests that its fit never saw, starting from nothing."""
    found = calibrate(source.log, scorer_of(scorer, source.log.skills), prior=blank(scorer))
    for column, model, _ in asked(source):
        fit = next(fit for fit in found.models if fit.model == column)
        cells[model] = _cells(found.cells, model, column)
        metrics[model] = {
            "log_loss": fit.log_loss,
            "log_loss_size_only": fit.log_loss_size_only,
            "brier": fit.brier,
            "auc": fit.auc or 0.5,
            "calibration_error": fit.calibration_error,
            "coverage": fit.coverage or 0.0,
        }


def _write(
    fits: dict[str, dict[ScorerName, ChoiceFit]],
    metrics: dict[str, dict[str, float]],
    cells: dict[str, tuple[Cell, ...]],
    out: Sequence[LeftOutSet],
    provenance: dict[str, dict[str, Any]],
) -> None:
    profiles = []
    for name in (*CLASSES, *OLDER.values()):
        mine = [cell for cell in out if ("fast" if cell.model == "haiku-4.5" else "frontier") == name]
        known = dict(metrics.get(name, {}))
        if mine:
            known |= {
                "error": float(np.mean([abs(c.predicted - c.measured) for c in mine])),
                "coverage": float(np.mean([c.low <= c.measured <= c.high for c in mine])),
                "width": float(np.mean([c.high - c.low for c in mine])),
            }
        profiles.append(
            RouterProfile(
                name=name,
                kind="choice",
                description=ABOUT.get(name, f"choice model of {name}"),
                fits={scorer: _tidy(fit) for scorer, fit in fits[name].items()},
                training=TRAINING.get(name, LIVE_TEXT if "oss" in name else POOL_TEXT),
                metrics={key: round(value, 4) for key, value in known.items()},
                cells=cells.get(name, ()),
                left_out=tuple(mine),
                date=DATES[name],
                **provenance[name],
            )
        )
    OUTPUT.write_bytes(msgspec.json.format(msgspec.json.encode(profiles), indent=1) + b"\n")


def _cells(found: Sequence[Cell], name: str, model: str) -> tuple[Cell, ...]:
    """The cells of one model under the profile's name, with four digits."""
    return tuple(
        msgspec.structs.replace(
            cell,
            model=name,
            **{
                key: round(value, 4)
                for key, value in msgspec.structs.asdict(cell).items()
                if isinstance(value, float)
            },
        )
        for cell in found
        if cell.model == model
    )


def _tidy(fit: ChoiceFit) -> ChoiceFit:
    """The fit with six significant digits, so that the file differs only where the fit does."""

    def short(value: Any) -> Any:
        if isinstance(value, float):
            return float(f"{value:.6g}")
        if isinstance(value, tuple):
            return tuple(short(item) for item in value)
        return value

    return msgspec.structs.replace(
        fit, **{name: short(value) for name, value in msgspec.structs.asdict(fit).items()}
    )


if __name__ == "__main__":
    sys.exit(main())
