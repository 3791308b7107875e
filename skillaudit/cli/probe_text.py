"""A probe's result as text."""

from __future__ import annotations

from collections.abc import Iterator

from skillaudit.asking.records import Arm, Fit, Spending
from skillaudit.formatters.layout import table, wrap
from skillaudit.formatters.words import interval, percent, plural
from skillaudit.probe import STUDIES
from skillaudit.probe.records import Comparison, ProbeResult

BAR = 20
ROWS = 12


def render(probe: ProbeResult) -> str:
    """Return the text of a probe."""
    result = probe.result
    lines = [f"{result.study}: {STUDIES[result.study].title}", f"model {result.model}", ""]
    lines += _arms(result.arms) if result.arms else ["No question was asked."]
    for fit in result.fits:
        lines += ["", *_fit(fit)] if fit is result.fits[0] else _fit(fit)
    if result.comparison is not None and result.arms:
        lines += ["", *_comparison(result.comparison, result.arms)]
    if result.absorbers:
        taken = ", ".join(f"{skill} {count}" for skill, count in result.absorbers[:6])
        lines += ["", *wrap(taken, first="Took others' requests: ", indent="  ")]
    lines += [line for note in result.notes for line in ("", *wrap(note))]
    lines += ["", *wrap(_spent(probe.spending))]
    if probe.profile:
        lines += wrap(
            f"Saved as router profile {probe.profile}; forecast for it with --router {probe.profile}."
        )
    lines.append(f"log {probe.log}")
    return "\n".join(lines) + "\n"


def _arms(arms: tuple[Arm, ...]) -> Iterator[str]:
    head = ("", "accuracy", "", "hijack", "no skill", "asked")
    rows = []
    for arm in arms:
        rate = arm.rates
        filled = round(BAR * (rate.accuracy.value or 0.0))
        rows.append(
            (
                arm.condition,
                interval(rate.accuracy),
                "█" * filled + "·" * (BAR - filled),
                percent(rate.hijack.value),
                percent(rate.no_skill.value),
                f"{rate.decisions:,}",
            )
        )
    yield from table(head, rows, (18, 20, BAR, 7, 8, 7), right=frozenset({1, 3, 4, 5}))
    for arm in arms:
        rate = arm.rates
        parts = [
            (name, estimate)
            for name, estimate in (
                ("an id that was not on offer", rate.invalid),
                ("refused", rate.refusal),
                ("no readable id", rate.unparsable),
            )
            if estimate.value
        ]
        if parts:
            yield from wrap(
                "; ".join(f"{name} {interval(estimate)}" for name, estimate in parts),
                first=f"  {arm.condition}: among no skill, ",
                indent="    ",
            )
        if rate.no_skill_decisions:
            yield (
                f"  {arm.condition}: false triggers {interval(rate.false_trigger)} of {rate.no_skill_decisions:,}"
            )


def _fit(fit: Fit) -> list[str]:
    value = fit.value
    if value.value is None:
        return wrap(fit.meaning, first=f"{fit.name} not found: ", indent="  ")
    low, high = ("beyond reach" if end is None else f"{end:.3g}" for end in (value.low, value.high))
    return wrap(fit.meaning, first=f"{fit.name} = {value.value:.3g} [{low}, {high}]: ", indent="  ")


def _comparison(comparison: Comparison, arms: tuple[Arm, ...]) -> Iterator[str]:
    measured = arms[0].rates
    yield f"Forecast ({comparison.router}) beside measurement"
    rows = [
        ("accuracy", interval(comparison.predicted_accuracy), interval(measured.accuracy)),
        ("hijack", interval(comparison.predicted_hijack), interval(measured.hijack)),
        ("no skill", interval(comparison.predicted_no_skill), interval(measured.no_skill)),
        ("false trigger", interval(comparison.predicted_false_trigger), interval(measured.false_trigger)),
    ]
    yield from table(("", "predicted", "measured"), rows, (14, 22, 22), right=frozenset({1, 2}))
    if comparison.rank_correlation is not None:
        yield f"  rank correlation over skills {comparison.rank_correlation:.2f}"
    worst = [row for row in comparison.skills if row.decisions][:ROWS]
    if worst:
        outside = sum(not row.agrees for row in comparison.skills)
        yield ""
        yield f"Share of a skill's requests that go elsewhere; {plural(outside, 'forecast')} outside the interval"
        yield from table(
            ("skill", "predicted", "measured", "asked"),
            (
                (
                    row.skill,
                    percent(row.predicted_victim),
                    interval(row.measured_victim) + ("" if row.agrees else " !"),
                    str(row.decisions),
                )
                for row in worst
            ),
            (34, 9, 23, 5),
            right=frozenset({1, 2, 3}),
        )


def _spent(spending: Spending) -> str:
    text = f"{plural(spending.calls, 'call')}; {plural(spending.known, 'answer')} stood in the log already"
    return (
        f"{text}; ${spending.dollars:.4f} spent." if spending.priced else f"{text}; the price is not known."
    )
