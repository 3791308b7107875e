"""`skillaudit laws`: the published laws of accuracy against size, beside a library's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log
from typing import TYPE_CHECKING, Any

import click

from skillaudit.cli.options import make_config, narration, setting_options
from skillaudit.cli.output import deliver_json, put

if TYPE_CHECKING:
    from skillaudit.config import Config
    from skillaudit.laws import LibraryLaw, PublishedLaw
    from skillaudit.progress import Progress
    from skillaudit.schema import LibraryCurve

SIZES = (10, 20, 50, 100, 200, 500)
"""Sizes at which every law is evaluated."""
LETTERS = "abcdefghijklmnopqrstuvw"
WIDTH, HEIGHT = 64, 20
FORMS = {"logarithmic": "a - b ln n", "capacity": "alpha / (1 + (n / kappa)^gamma) - epsilon I"}

Points = Sequence[tuple[float, float]]


@click.command("laws")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@setting_options("laws")
def command(sources: tuple[str, ...], form: str, quiet: bool, **options: Any) -> None:
    """List the published laws, with source and range; with SOURCE, the library's own beside them."""
    import msgspec

    from skillaudit.laws import published
    from skillaudit.laws.execution_law import rescue_curve
    from skillaudit.pipeline.curve import curve

    own = None
    if sources:
        config = make_config(sources, **options)
        with narration(quiet) as progress:
            own = own_law(sources, config, progress)
    if form == "json":
        rows = [
            msgspec.to_builtins(law) | {"accuracy": dict(zip(map(str, SIZES), values(law), strict=True))}
            for law in published()
        ]
        library = None if own is None else msgspec.to_builtins(curve(own)) | {"router": own.router}
        rescue = [msgspec.to_builtins(at) for at in rescue_curve()]
        found = {"published": rows, "library": library, "rescue": rescue}
        deliver_json(found)
        return
    put("\n".join(render(published(), own, None if own is None else curve(own))))


def own_law(sources: Sequence[str], config: Config, progress: Progress) -> LibraryLaw:
    """Return the law of the library in `sources`, as `audit` finds it."""
    from skillaudit.cache import Cache
    from skillaudit.laws import library_law
    from skillaudit.load import load
    from skillaudit.pipeline.flow import competing, scorer_for
    from skillaudit.requests import gather

    library = load(sources, progress=progress)
    shown = competing(library, config)
    requests = gather(library, config.requests, progress=progress).requests
    cache = Cache(config.cache) if config.use_cache else None
    try:
        scorer = scorer_for(shown, config, cache, progress)[0]
        return library_law(
            shown, requests, scorer, router=config.router, floor=config.floor, progress=progress
        )
    finally:
        if cache is not None:
            cache.close()


def values(law: PublishedLaw) -> tuple[float, ...]:
    """Return what a published law says at `SIZES`."""
    from skillaudit.laws import evaluate

    return evaluate(law.law, SIZES)


def render(laws: Sequence[PublishedLaw], own: LibraryLaw | None, curve: LibraryCurve | None) -> Iterator[str]:
    """Yield the lines of the text: a table, a plot, and where each law comes from."""
    from skillaudit.formatters.layout import squeeze, table, wrap
    from skillaudit.laws import evaluate

    rows = [
        (
            f"{letter} {squeeze(law.name, 26)}",
            [_outside(law, n, value) for n, value in zip(SIZES, values(law), strict=True)],
        )
        for letter, law in zip(LETTERS, laws, strict=False)
    ]
    drawn = [
        (letter, [(n, law.law.accuracy(n)) for n in _steps(law.sizes[0], law.sizes[1])])
        for letter, law in zip(LETTERS, laws, strict=False)
    ]
    if own is not None and own.law is not None:
        extra = [own.points[-1].interference] * len(SIZES)
        last = own.points[-1].n
        found = evaluate(own.law, SIZES, extra)
        rows.append(
            (
                "* this library",
                [
                    f"{value:.3f}" + ("" if own.points[0].n <= n <= last else "?")
                    for n, value in zip(SIZES, found, strict=True)
                ],
            )
        )
        drawn.append(("*", [(point.n, point.accuracy.value or 0.0) for point in own.points]))
    yield from table(
        ("accuracy at", *(f"{n:,}" for n in SIZES)),
        ((name, *cells) for name, cells in rows),
        (28, *(6 for _ in SIZES)),
        right=frozenset(range(1, len(SIZES) + 1)),
    )
    yield "  ? is outside the sizes that were measured"
    yield ""
    yield from plot(drawn)
    yield ""
    for letter, law in zip(LETTERS, laws, strict=False):
        form = ", ".join(f"{key} {value:.3g}" for key, value in _parameters(law).items())
        yield from wrap(
            f"{law.name}: {FORMS[law.law.form]}; {form}. {law.router}, {law.sizes[0]:,} to {law.sizes[1]:,} skills. "
            f"{law.source}. {law.note}.",
            first=f"  {letter} ",
            indent="    ",
        )
    yield ""
    yield from _rescue()
    if own is not None and curve is not None:
        yield from _own(own, curve)


def _rescue() -> Iterator[str]:
    """Yield the curve of what a right result does to the next step, against how hard that is."""
    from skillaudit.formatters.layout import table, wrap
    from skillaudit.laws.execution_law import rescue_curve

    def ratio(value: float | None) -> str:
        return "" if value is None else f"{value:.2f}"

    curve = rescue_curve()
    yield from table(
        ("rescue of a step of", *(f"{at.alone:.2f}" for at in curve)),
        [
            ("  P(B | state) / P(B)", *(ratio(at.ratio.value) for at in curve)),
            ("  at least", *(ratio(at.ratio.low) for at in curve)),
            ("  at most", *(ratio(at.ratio.high) for at in curve)),
        ],
        (22, *(5 for _ in curve)),
        right=frozenset(range(1, len(curve) + 1)),
    )
    yield from wrap(
        "Published is one number, about four on difficult decisions (arXiv 2605.16508, abstract), and no curve: here a "
        "right result multiplies the odds of the next step by four. `skillaudit experiment f10` measures it.",
        first="  ",
        indent="  ",
    )


def _own(own: LibraryLaw, curve: LibraryCurve) -> Iterator[str]:
    from skillaudit.formatters.layout import wrap
    from skillaudit.formatters.words import interval

    if own.law is None:
        yield from wrap(f"this library: {own.note}", first="  * ", indent="    ")
        return
    yield ""
    yield f"  * this library, for router {own.router}"
    for point in curve.points:
        yield f"    {point.n:>7,}  {interval(point.accuracy)}"
    for form in curve.forms:
        text = ", ".join(f"{name} {value:.3g}" for name, value in form.parameters.items())
        told = [] if form.r_squared is None else [f"R2 {form.r_squared:.3f}"]
        told += (
            [] if form.left_out_error is None else [f"error on the largest sizes {form.left_out_error:.3f}"]
        )
        mark = " (chosen)" if form.chosen else ""
        yield from wrap(
            f"{FORMS[form.form]}: {'; '.join([text, *told])}{mark}", first="    ", indent="      "
        )
    if curve.floor is not None and curve.room is not None:
        floor = f"{100 * curve.floor:.0f}%"
        if curve.room.value is None:
            yield f"    accuracy stays above {floor} at any size within reach"
        else:
            low, high = (
                "any number" if end is None else f"{end:,.0f}" for end in (curve.room.low, curve.room.high)
            )
            yield f"    room above {floor}: {curve.room.value:,.0f} more skills of this kind [{low}, {high}]"


def _parameters(law: PublishedLaw) -> dict[str, float]:
    from skillaudit.pipeline.curve import parameters

    return parameters(law.law)


def _outside(law: PublishedLaw, n: float, value: float) -> str:
    return f"{value:.3f}" + ("?" if law.extrapolates(n) else "")


def _steps(low: float, high: float) -> list[float]:
    """Return sizes close enough that a curve through them leaves no column out."""
    count = 2 * WIDTH
    return [low * (high / low) ** (step / count) for step in range(count + 1)]


def plot(series: Sequence[tuple[str, Points]], *, width: int = WIDTH, height: int = HEIGHT) -> Iterator[str]:
    """Yield the lines of a plot of accuracy against size on a logarithmic axis; later series cover earlier ones.

    Each series is a mark of one character and its (size, accuracy) points, sizes of 1 or more.
    """
    sizes = [n for _, points in series for n, _ in points]
    if not sizes:
        return
    low, high = min(sizes), max(sizes)
    span = log(high / low) or 1.0
    grid = [[" "] * width for _ in range(height + 1)]

    def column(n: float) -> int:
        return round((width - 1) * log(n / low) / span)

    for mark, points in series:
        for n, rate in points:
            grid[round(height * (1 - min(1.0, max(0.0, rate))))][column(n)] = mark
    for row, line in enumerate(grid):
        label = f"{100 * (height - row) / height:>4.0f}%" if row * 4 % height == 0 else " " * 5
        yield f"{label} |{''.join(line)}".rstrip()
    yield "      +" + "-" * width
    ticks = [" "] * (width + 8)
    end = 0
    for n in sorted({low, *(tick for tick in (10, 100, 1000, 10_000) if low < tick < high), high}):
        text = f"{n:,.0f}"
        at = min(column(n), width - len(text))
        if at >= end:
            ticks[at : at + len(text)] = text
            end = at + len(text) + 1
    yield "       " + "".join(ticks).rstrip() + " skills"
