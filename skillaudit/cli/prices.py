"""The price of a model as the command line takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from skillaudit.llm import Price


def price_of(text: str | None) -> Price | None:
    """Return the price that `--price IN,OUT` says, in dollars per million tokens; click fails for anything else."""
    from skillaudit.llm import Price

    if text is None:
        return None
    try:
        prompt, completion = (float(part) / 1e6 for part in text.split(","))
    except ValueError:
        prompt = completion = -1.0
    if not (0 <= prompt < float("inf") and 0 <= completion < float("inf")):
        raise click.BadParameter(
            f"{text!r} is not two prices, such as 0.15,0.60 dollars per million tokens in and out",
            param_hint="--price",
        )
    return Price(prompt=prompt, completion=completion)
