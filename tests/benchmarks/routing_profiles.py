"""Fit the router profiles that ship with the package, and write data/routers.json.

python -m tests.benchmarks.routing_profiles --data ../shared/data
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from skillaudit.routing.calibrate import calibrate
from skillaudit.routing.choice_fit import fit_choice, requests_of, right_or_wrong
from skillaudit.routing.decisions import UNASKED, DecisionLog
from skillaudit.routing.fitting import PRIOR_SPREAD, Normal, fit_hierarchy, fit_logistic, weak_prior
from skillaudit.routing.outcome import logistic
from skillaudit.routing.profiles import Cell, ChoiceFit, RouterProfile
from skillaudit.routing.table import Table
from skillaudit.schema import ScorerName
from tests.benchmarks.routing_data import (
    CONTRAST,
    LABELS,
    SCORERS,
    arguments,
    decide,
    local_routers,
    log_of,
    routed,
    scorer_of,
    table_of,
)

OUTPUT = Path("skillaudit/data/routers.json")
POOL = {
    "gpt-4o": "gpt-4o-2024-11-20",
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "grok-3-mini": "grok-3-mini-beta",
}
LIVE = {
    "gpt-oss-120b": "openai_gpt-oss-120b@2025-11-12-main",
    "gpt-oss-20b": "openai_gpt-oss-20b@2025-11-12-main",
}
DATES = {"gpt-4o": "2024-11-20", "gpt-4o-mini": "2024-07-18", "grok-3-mini": "2025-04-09"} | dict.fromkeys(
    LIVE, "2025-11-12"
)
POOL_TEXT = "BFCL function calls with 1 to 512 of 2,405 functions on offer"
LIVE_TEXT = "BFCL live function calls with 2 to 37 functions on offer"

Floats = npt.NDArray[np.float64]


def start(scorer: ScorerName) -> ChoiceFit:
    """A prior that says next to nothing, to fit the class from."""
    wide = tuple(tuple(float(v) for v in row) for row in np.eye(3) * 25.0)
    return ChoiceFit(
        beta=CONTRAST[scorer].beta,
        offset=CONTRAST[scorer].offset,
        coefficients=(0.0, 0.0, 0.0),
        covariance=wide,
        library_sd=0.0,
        hijack=(0.0, 0.0, 0.0),
        trigger=(0.0, 0.0),
        trigger_sd=1.0,
        temperature=20.0,
        gold_score=0.4,
    )


def blank(scorer: ScorerName) -> RouterProfile:
    """A class that knows nothing, to judge fits by: the shipped one was fitted to these very decisions."""
    return RouterProfile(name="blank", kind="choice", description="", fits={scorer: start(scorer)})


def interference(table: Table, router: str) -> tuple[Floats, Floats]:
    """What a local router's decisions rest on: a scorer has no capacity to exceed, so size drops out."""
    x, y = right_or_wrong(table, router)
    return x[:, :2], y


def level_shift(table: Table, model: str, coefficients: Floats) -> float:
    """Shift of the intercept, in logits, that makes predicted and measured accuracy of a local router equal."""
    x, y = interference(table, model)
    offset = Normal(np.zeros(1), np.eye(1) * 25.0)
    low, high = -8.0, 8.0
    target = float(np.clip(y.mean(), 0.5 / len(y), 1 - 0.5 / len(y)))
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if logistic(x @ coefficients + middle).mean() < target else (low, middle)
    return float(low + offset.mean[0])


def library_spread(scorer: ScorerName, pool: DecisionLog, labels: dict[str, DecisionLog]) -> float:
    """Standard deviation of the level between libraries, over local routers fitted on one and moved to others."""
    source = table_of(pool, scorer)
    shifts = []
    for router in (name for name in pool.models if name != scorer):
        fit = fit_logistic(*interference(source, router), weak_prior(2))
        for name, log in labels.items():
            shift = level_shift(table_of(log, scorer), router, fit.mean)
            print(f"  {scorer:8s} {router:11s} {name:18s} level shift {shift:+.2f}")
            shifts.append(shift)
    return float(np.sqrt(np.mean(np.square(shifts))))


def trigger_spread(tables: list[Table]) -> float:
    """Standard deviation over models of the logit of their false-trigger rate."""
    logits = []
    for table in tables:
        for model, outcome in table.outcomes.items():
            asked = outcome != UNASKED
            fired = table.chosen[model][asked] >= 0
            rate = (fired.sum() + 0.5) / (asked.sum() + 1.0)
            logits.append(np.log(rate / (1 - rate)))
    return float(np.std(logits))


def main() -> None:
    """Fit, print, write."""
    args = arguments(__doc__).parse_args()
    pool, live = log_of(args.data, "bfcl_pool"), log_of(args.data, "bfcl_live_multiple")
    idle = [log_of(args.data, "bfcl_irrelevance_2024"), log_of(args.data, "bfcl_live_irrelevance")]
    local_pool = decide(pool, local_routers(pool.skills))
    local_labels = {}
    for name in LABELS:
        log = routed(log_of(args.data, name))
        local_labels[name] = decide(log, local_routers(log.skills))
    fits: dict[str, dict[ScorerName, ChoiceFit]] = {}
    metrics: dict[str, dict[str, float]] = {}
    cells: dict[str, tuple[Cell, ...]] = {"llm": ()}
    for scorer in SCORERS:
        tables = {"pool": table_of(pool, scorer), "live": table_of(live, scorer)}
        idle_tables = [table_of(log, scorer) for log in idle]
        members = {name: (tables["pool"], model) for name, model in POOL.items()}
        members |= {name: (tables["live"], model) for name, model in LIVE.items()}
        hierarchy = fit_hierarchy(
            [right_or_wrong(*member) for member in members.values()],
            PRIOR_SPREAD,
            clusters=[requests_of(*member) for member in members.values()],
        )
        library_sd = library_spread(scorer, local_pool, local_labels)
        spread = trigger_spread(idle_tables)
        idle_sources = [(table, model) for table in idle_tables for model in table.outcomes]
        group = fit_choice(
            [*members.values(), *idle_sources],
            hierarchy.population,
            start(scorer),
            library_sd=library_sd,
            trigger_sd=spread,
        )
        fits.setdefault("llm", {})[scorer] = group
        for (name, source), posterior in zip(members.items(), hierarchy.members, strict=True):
            sources = [source]
            if source[1] in idle_tables[1].outcomes:
                sources.append((idle_tables[1], source[1]))
            fits.setdefault(name, {})[scorer] = fit_choice(sources, posterior, group, library_sd=library_sd)
        if scorer == "hybrid":
            for log, names in ((pool, POOL), (live, LIVE)):
                # The class has seen these decisions: held-out figures start from nothing.
                found = calibrate(log, scorer_of(scorer, log.skills), prior=blank(scorer))
                cells |= {name: _cells(found.cells, name, model) for name, model in names.items()}
                metrics |= {
                    name: {
                        "log_loss": fit.log_loss,
                        "log_loss_size_only": fit.log_loss_size_only,
                        "brier": fit.brier,
                        "auc": fit.auc or 0.5,
                        "calibration_error": fit.calibration_error,
                        "coverage": fit.coverage or 0.0,
                    }
                    for name, model in names.items()
                    for fit in found.models
                    if fit.model == model
                }
    pool_size, live_size = len(pool.decisions), len(live.decisions)
    metrics["llm"] = {key: float(np.mean([metrics[name][key] for name in POOL])) for key in metrics["gpt-4o"]}
    profiles = [
        RouterProfile(
            name="llm",
            kind="choice",
            description="a language model that nobody measured, as wide as the five measured ones differ",
            fits=fits["llm"],
            sizes=(1, 512),
            training=f"{POOL_TEXT}; {LIVE_TEXT}",
            decisions=pool_size * len(POOL) + live_size * len(LIVE),
            metrics=_rounded(metrics["llm"]),
            date="2025-11-12",
        )
    ]
    for name in (*POOL, *LIVE):
        measured = name in POOL
        profiles.append(
            RouterProfile(
                name=name,
                kind="choice",
                description=f"choice model of {name}",
                fits=fits[name],
                sizes=(1, 512) if measured else (2, 37),
                training=POOL_TEXT if measured else LIVE_TEXT,
                decisions=pool_size if measured else live_size,
                metrics=_rounded(metrics[name]),
                cells=cells[name],
                date=DATES[name],
            )
        )
    for profile in profiles:
        fit = profile.fits["hybrid"]
        print(
            profile.name, [round(v, 2) for v in fit.coefficients], round(fit.library_sd, 2), profile.metrics
        )
    tidy = [msgspec.structs.replace(p, fits={k: _tidy(v) for k, v in p.fits.items()}) for p in profiles]
    OUTPUT.write_bytes(msgspec.json.format(msgspec.json.encode(tidy), indent=1) + b"\n")


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


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {key: round(value, 4) for key, value in values.items()}


def _tidy(fit: ChoiceFit) -> ChoiceFit:
    """The fit with six significant digits, so that the file differs only where the fit does."""

    def short(value: float) -> float:
        return float(f"{value:.6g}")

    return ChoiceFit(
        beta=fit.beta,
        coefficients=(short(fit.coefficients[0]), short(fit.coefficients[1]), short(fit.coefficients[2])),
        covariance=tuple(tuple(short(value) for value in row) for row in fit.covariance),
        library_sd=short(fit.library_sd),
        hijack=(short(fit.hijack[0]), short(fit.hijack[1]), short(fit.hijack[2])),
        trigger=(short(fit.trigger[0]), short(fit.trigger[1])),
        trigger_sd=short(fit.trigger_sd),
        temperature=short(fit.temperature),
        gold_score=short(fit.gold_score),
        offset=fit.offset,
    )


if __name__ == "__main__":
    main()
