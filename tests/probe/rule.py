"""A router whose parameters are known: it answers prompts right, wrong or not at all, by chance."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from skillaudit.asking.prompts import Question
from skillaudit.errors import ModelError
from skillaudit.llm import Completion, Price

_TASK = re.compile(r"Task: (.*)")
_SKILLS = re.compile(r"Available Skills(?: in \"(.*)\" category)?:\n(.*?)\n\nRespond", re.DOTALL)
_CATEGORIES = re.compile(r"Available Categories:\n(.*?)\n\nRespond", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """What a prompt says, read back from its text."""

    prompt: str
    task: str
    kind: str
    """`skill` or `category`."""
    options: tuple[tuple[str, str], ...]
    """(label, text)."""
    in_category: str

    @property
    def size(self) -> int:
        """Options on offer."""
        return len(self.options)


def lines(text: str) -> tuple[tuple[str, str], ...]:
    """Return (label, text) of the lines of a list."""
    parts = (line[2:].partition(": ") for line in text.split("\n") if line.startswith("- "))
    return tuple((label, rest) for label, _, rest in parts)


def read(messages: Iterable[Mapping[str, Any]]) -> Asked:
    """Read a prompt back: the papers' forms, or a list in the system message."""
    messages = list(messages)
    prompt = "\n".join(str(message["content"]) for message in messages)
    if len(messages) == 2:
        options = lines(str(messages[0]["content"]))
        return Asked(prompt, str(messages[1]["content"]), "skill", options, "")
    task = _TASK.search(prompt)
    assert task, prompt
    if found := _CATEGORIES.search(prompt):
        return Asked(prompt, task[1], "category", lines(found[1]), "")
    listed = _SKILLS.search(prompt)
    assert listed, prompt
    if listed[2].startswith("["):
        rows = json.loads(listed[2])
        options = tuple((row["id"], f"{row['name']}: {row['description']}") for row in rows)
    else:
        options = lines(listed[2])
    return Asked(prompt, task[1], "skill", options, listed[1] or "")


def uniform(*parts: object) -> float:
    """A number in [0, 1) that depends on the parts alone."""
    digest = hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


@dataclass(frozen=True)
class Chances:
    """What happens to one request; the rest of 1 is a wrong option."""

    right: float
    none: float = 0.0
    invalid: float = 0.0
    refusal: float = 0.0
    taker: str = ""
    """Start of the text of the option that wrong choices go to; any, where empty."""


Law = Callable[[Asked, bool], Chances]
"""From what was asked, and whether a right option is on offer, to the chances."""


class Rule:
    """Answers prompts; `is_right(asked, label, text)` says which options are right."""

    def __init__(self, is_right: Callable[[Asked, str, str], bool], law: Law, seed: int = 0) -> None:
        self._is_right, self._law, self._seed = is_right, law, seed

    def answer(self, messages: Iterable[Mapping[str, Any]]) -> str:
        """Return the answer to one prompt, the same for the same prompt."""
        asked = read(messages)
        right = [label for label, text in asked.options if self._is_right(asked, label, text)]
        wrong = [(label, text) for label, text in asked.options if label not in right]
        chances = self._law(asked, bool(right))
        draw = uniform(self._seed, "what", asked.prompt)
        for chance, said in (
            (chances.right if right else 0.0, right[0] if right else ""),
            (chances.none, "NONE"),
            (chances.invalid, "skill_9999"),
            (chances.refusal, "I'm sorry, I can't help with that."),
        ):
            if draw < chance:
                return said
            draw -= chance
        takers = [label for label, text in wrong if chances.taker and text.startswith(chances.taker)]
        pool = takers or [label for label, _ in wrong]
        return pool[int(uniform(self._seed, "who", asked.prompt) * len(pool))] if pool else "NONE"


class RuleRouter:
    """A router that answers by a rule in this process, and fails where a script says so.

    `faults` are errors or answers, used up in order before the rule is asked; None lets a call through.
    """

    def __init__(
        self,
        rule: Rule,
        *,
        price: Price | None = None,
        faults: Iterable[ModelError | Completion | None] = (),
        on_call: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.name = "rule/known"
        self.parameters: dict[str, Any] = {"temperature": 0.0}
        self.price = Price(prompt=0.0, completion=0.0) if price is None else price
        self.calls = 0
        self.asked: list[str] = []
        self._rule, self._faults, self._on_call = rule, iter(faults), on_call

    async def answer(self, question: Question) -> Completion:
        """Answer one question."""
        self.calls += 1
        self._on_call(self.calls)
        fault = next(self._faults, None)
        if isinstance(fault, ModelError):
            raise fault
        if fault is not None:
            return fault
        self.asked.append("\n".join(message["content"] for message in question.messages))
        return Completion(
            text=self._rule.answer(question.messages), finish="stop", prompt_tokens=1000, completion_tokens=10
        )
