"""Two steps in numbers, the second more or less dependent on the first, with their right results by construction."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import prod
from typing import Literal, NamedTuple

from skillaudit.schema import Record

Level = Literal["easy", "hard"]
Dependency = Literal["tight", "loose", "independent"]

WEIGHTS: dict[Dependency, float] = {"tight": 1.0, "loose": 0.4, "independent": 0.1}
"""How much of the second step hangs on the first, after the companion code of arXiv 2605.16508."""
ANSWER = "Respond with ONLY the result, as a plain number."


class _Operation(NamedTuple):
    skill: str
    words: str
    """How a task asks for it; `{}` is the list."""
    of: Callable[[list[int]], int]
    numbers: int
    easy: tuple[int, int]
    hard: tuple[int, int]
    step: int = 1
    """2 where only even numbers have a whole result."""


def _middle(values: list[int]) -> int:
    return sorted(values)[len(values) // 2]


_OPERATIONS = (
    _Operation("Add Numbers", "add up {}", sum, 5, (2, 30), (1200, 98000)),
    _Operation("Multiply Numbers", "multiply {}", prod, 2, (2, 50), (120, 980)),
    _Operation("Median of Numbers", "find the median of {}", _middle, 5, (2, 40), (1200, 9800)),
    _Operation(
        "Area of Triangle",
        "compute the area of a triangle with base and height {}",
        lambda v: v[0] * v[1] // 2,
        2,
        (2, 98),
        (120, 980),
        step=2,
    ),
)


class Handoff(Record):
    """A task of two steps."""

    first_skill: str
    second_skill: str
    first: str
    """Step 1 in words, with its numbers."""
    second: str
    """Step 2 in words; a dependent one speaks of the result of step 1."""
    result: int
    """Of step 1."""
    wrong: int
    """A result that step 1 does not have, on the other side of whatever step 2 asks about."""
    final: int
    """Of step 2 after the right result."""

    @property
    def whole(self) -> str:
        """Both steps in words."""
        return f"Step 1: {_capital(self.first)}. Step 2: {_capital(self.second)}."


def handoff(
    number: int,
    seed: int,
    dependency: Dependency = "tight",
    levels: tuple[Level, Level] = ("easy", "easy"),
) -> Handoff:
    """Return task `number` of a seed; which two operations it has depends on the number alone."""
    rng = random.Random(f"handoff\0{number}\0{seed}\0{dependency}\0{levels}")
    one = _OPERATIONS[number % 4]
    # Whatever comes of step 1 changes a sum and a product, but not always a median.
    other = _OPERATIONS[(1, 0, number // 4 % 2, number // 4 % 2)[number % 4]]
    values, more = _drawn(one, levels[0], rng), _drawn(other, levels[1], rng)
    result = one.of(values)
    wrong = max(1, result + rng.choice((-1, 1)) * max(3, result // rng.randint(2, 5)))
    second, final = other.words.format(_listed(more)), other.of(more)
    if dependency == "tight":
        # The result takes the place of one number, so that nothing can be done without it.
        more[-1] = result
        second = other.words.format(f"{_listed(more[:-1])} and the result of step 1")
        final = other.of(more)
    elif dependency == "loose":
        bound = (result + wrong) // 2
        over = result > bound
        second = f"{second}, and add {100} if the result of step 1 is over {bound}"
        final += 100 * over
    return Handoff(
        first_skill=one.skill,
        second_skill=other.skill,
        first=one.words.format(_listed(values)),
        second=second,
        result=result,
        wrong=wrong,
        final=final,
    )


def _drawn(operation: _Operation, level: Level, rng: random.Random) -> list[int]:
    low, high = operation.easy if level == "easy" else operation.hard
    return rng.sample(range(low, high, operation.step), operation.numbers)


def _listed(values: list[int]) -> str:
    return ", ".join(map(str, values))


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
