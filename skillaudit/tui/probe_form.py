"""What a probe is set to: its rows, what each may hold, and the settings that they make."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, cast

from skillaudit.asking.defaults import BUDGET, TITLES, StudyName
from skillaudit.errors import UsageError

if TYPE_CHECKING:
    from skillaudit.probe.session import ProbeTerms

LOCAL = ("local/hybrid", "local/dense", "local/lexical")
"""Stand-ins that cost nothing and answer offline."""


class FormRow(NamedTuple):
    """One row of the form, named as the option of `skillaudit probe` is."""

    name: str
    value: str
    help: str
    empty: str = ""
    """What an empty value means; nothing where there must be one."""
    choices: tuple[str, ...] = ()
    """What `h` and `l` step through."""


def _model(text: str) -> str:
    if not text or text.split() != [text]:
        raise UsageError("name a model as litellm does, such as openai/gpt-4o-mini, or local/hybrid")
    return text


def _address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise UsageError(f"{text!r} is not the address of a server, such as http://localhost:8000/v1")
    return text


def _study(text: str) -> str:
    if text not in TITLES:
        raise UsageError(f"the studies are {', '.join(TITLES)}")
    return text


def _number(what: str, low: float, high: float = math.inf) -> Callable[[str], float]:
    def parse(text: str) -> float:
        try:
            value = float(text.removeprefix("$"))
        except ValueError:
            value = math.nan
        if not low <= value <= high or math.isinf(value):
            raise UsageError(f"{text!r} is not {what}")
        return value

    return parse


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 8 and int(text)):
        raise UsageError(f"{text!r} is not a whole number from 1")
    return int(text)


def _prices(text: str) -> tuple[float, float]:
    price = _number("two prices, such as 0.15,0.60 dollars per million tokens in and out", 0.0)
    parts = text.split(",")
    if len(parts) != 2:
        price("")
    return price(parts[0]) / 1e6, price(parts[1]) / 1e6


_PARSERS: dict[str, Callable[[str], object]] = {
    "model": _model,
    "study": _study,
    "budget": _number("an amount of dollars, such as 2.50", 0.0),
    "repeats": _count,
    "limit": _count,
    "precision": _number("a half-width between 0.01 and 0.5, such as 0.05", 0.01, 0.5),
    "price": _prices,
    "api-base": _address,
}
ROWS = (
    FormRow("model", LOCAL[0], "As litellm names it, such as openai/gpt-4o-mini; the local ones cost nothing.",
            choices=LOCAL),
    FormRow("study", "accuracy", "What is asked.", choices=tuple(TITLES)),
    FormRow("budget", f"{BUDGET:.2f}",
            "In dollars, what the study may cost, interrupted runs included; only calls in flight can exceed it."),
    FormRow("repeats", "3", "How often each question is put."),
    FormRow("limit", "", "Most requests in one condition.", "all requests"),
    FormRow("precision", "", "Accuracy stops when its interval is this narrow to each side, such as 0.05.",
            "ask everything"),
    FormRow("price", "", "Dollars per million tokens in and out, of a model that the price map does not list.",
            "from litellm's price map"),
    FormRow("api-base", "", "Another server that speaks the provider's protocol.", "the provider's own"),
)  # fmt: skip


class Form:
    """The rows and what they hold."""

    def __init__(self, scorer: str = "") -> None:
        """Begin with the stand-in of `scorer`, which the audit is made with."""
        self._values = {row.name: row.value for row in ROWS}
        if scorer:
            self._values["model"] = f"local/{scorer}"

    def copy(self) -> Form:
        """Return a form that later changes leave as it is."""
        other = Form()
        other._values = dict(self._values)
        return other

    @property
    def rows(self) -> list[FormRow]:
        """The rows as they stand."""
        return [row._replace(value=self._values[row.name]) for row in ROWS]

    def __getitem__(self, name: str) -> str:
        """What a row holds."""
        return self._values[name]

    def set(self, name: str, text: str) -> None:
        """Fill in one row; raises `UsageError` for what it cannot hold."""
        text = text.strip()
        if text or not next(row.empty for row in ROWS if row.name == name):
            _PARSERS[name](text)
        self._values[name] = text

    def step(self, name: str, by: int) -> bool:
        """Go to the next choice of a row, or the one before; False where it has none."""
        choices = next(row.choices for row in ROWS if row.name == name)
        if not choices:
            return False
        now = self._values[name]
        at = choices.index(now) if now in choices else -1 if by > 0 else 0
        self._values[name] = choices[(at + by) % len(choices)]
        return True

    @property
    def local(self) -> bool:
        """True for a stand-in, which sends nothing anywhere."""
        return self._values["model"].startswith("local/")

    @property
    def budget(self) -> float:
        """Dollars that the study may cost."""
        return cast("float", self._get("budget"))

    def _get(self, name: str) -> object:
        text = self._values[name]
        return _PARSERS[name](text) if text else None

    def settings(self) -> ProbeTerms:
        """Return what the engine takes; imports the engine, so it belongs into the run's thread."""
        from skillaudit.llm import Price
        from skillaudit.probe.session import ProbeTerms

        prices = cast("tuple[float, float] | None", self._get("price"))
        study = cast("StudyName", self._values["study"])
        return ProbeTerms(
            model=self._values["model"],
            study=study,
            repeats=cast("int", self._get("repeats")),
            limit=cast("int | None", self._get("limit")),
            precision=cast("float | None", self._get("precision")) if study == "accuracy" else None,
            budget=self.budget,
            price=None if prices is None else Price(prompt=prices[0], completion=prices[1]),
            api_base=self._values["api-base"] or None,
        )
