"""Get the answer to one question: from the log, or from the model, paid once whatever goes wrong."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any, Protocol

from skillaudit.asking.log import ProbeLog, answer_key
from skillaudit.asking.pacing import Budget, Pace
from skillaudit.asking.prompts import Question
from skillaudit.asking.store import NoRoomError
from skillaudit.llm import Completion, Price, RetryableError, UnreachableError, estimate_tokens

EXPECTED_TOKENS = 16
"""Length of an answer that holds an id, for estimates."""
EMPTY_TRIES = 3
"""An empty answer is asked again so often in all before it stands."""

FIRST_TRIES = 3
"""Attempts to reach a provider that has not been reached yet: a wrong address should be said soon."""


class Router(Protocol):
    """Whatever picks: a live model, or something that stands in for one."""

    @property
    def name(self) -> str:
        """What it is called in the log."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What decides its answers beside its name and the prompt."""

    @property
    def price(self) -> Price | None:
        """What it costs; None where that is not known."""

    async def answer(self, question: Question) -> Completion:
        """Answer once; raises a `ModelError`."""


class BudgetReachedError(Exception):
    """No money is left for another call."""


class GivenUpError(Exception):
    """Every attempt at one question failed."""

    def __init__(self, cause: RetryableError) -> None:
        """Keep the last failure."""
        super().__init__(str(cause))
        self.cause = cause


class Asker:
    """Asks the questions of one run."""

    def __init__(
        self, router: Router, log: ProbeLog, run: str, budget: Budget, pace: Pace, attempts: int = 6
    ) -> None:
        """Take what answers, where answers are kept, and the limits."""
        self.router, self.log, self.run, self.budget = router, log, run, budget
        self.calls = self.known = 0
        self._pace, self._attempts = pace, attempts
        self._price = router.price
        self._pending: dict[str, asyncio.Future[Completion]] = {}
        self._under_way: set[str] = set()

    def key(self, question: Question, repeat: int) -> str:
        """Return the hash that the answer is kept under."""
        return answer_key(self.router.name, question.messages, self.router.parameters, repeat)

    def expected(self, question: Question) -> float:
        """Return about how many dollars a question costs; 0 where the price is not known."""
        if self._price is None:
            return 0.0
        length = sum(estimate_tokens(message["content"]) for message in question.messages)
        return self._price.of(length, EXPECTED_TOKENS)

    async def ask(self, question: Question, key: str) -> Completion:
        """Return the answer to a question whose key is known, asking only where the log has none.

        Raises `BudgetReachedError`, `GivenUpError`, or the `ModelError` that makes further questions useless.
        """
        if (pending := self._pending.get(key)) is not None:
            self.log.flush()
            return await asyncio.shield(pending)
        found = self.log.answer(key)
        if found is not None:
            self.known += 1
            return found
        future: asyncio.Future[Completion] = asyncio.get_running_loop().create_future()
        self._pending[key] = future
        try:
            answer = await self._fetch(key, question)
        except BaseException as error:
            future.set_exception(
                error if not isinstance(error, asyncio.CancelledError) else BudgetReachedError()
            )
            future.exception()  # read, so that nobody complains when no other task waits for it
            raise
        else:
            future.set_result(answer)
            return answer
        finally:
            del self._pending[key]

    async def _fetch(self, key: str, question: Question) -> Completion:
        expected = self.expected(question)
        while not self.log.claim(key, self.run, expected):
            found = self.log.answer(key)
            if found is not None:
                self.known += 1
                return found
            await self._pace.moment()
        try:
            return await self._call(key, question, expected)
        except BaseException as error:
            with contextlib.suppress(NoRoomError):  # the claim ends with the process at the latest
                if isinstance(error, asyncio.CancelledError) and key in self._under_way:
                    self.log.leave(key, expected)
                else:
                    self.log.release(key, self.run, expected)
            raise

    async def _call(self, key: str, question: Question, expected: float) -> Completion:
        """Ask until there is an answer; the claim has booked what the one that brings it is expected to cost."""
        for attempt in range(self._attempts):
            await self._pace.ready()
            if not self.budget.reserve(expected):
                raise BudgetReachedError
            self._under_way.add(key)
            try:
                answer = await self.router.answer(question)
            except RetryableError as error:
                self._under_way.discard(key)
                # A call that timed out or came back broken may be on the bill all the same.
                wasted = expected if error.billed else 0.0
                self.budget.settle(expected, wasted)
                self.log.record_loss(self.run, key, wasted)
                if attempt + 1 >= self._patience(error):
                    raise GivenUpError(error) from error
                await self._pace.after_failure(attempt, error.retry_after)
                continue
            except asyncio.CancelledError:
                self.budget.settle(expected, expected)
                raise
            except BaseException:
                self.budget.settle(expected, 0.0)
                raise
            self._under_way.discard(key)
            cost = self._cost(answer, expected)
            self.budget.settle(expected, cost)
            if answer.pause:
                self._pace.pause(answer.pause)
            if (
                not answer.text.strip()
                and answer.finish != "content_filter"
                and attempt + 1 < min(EMPTY_TRIES, self._attempts)
            ):
                self.log.record_loss(self.run, key, cost)
                continue
            self.calls += 1
            self.log.record_answer(self.run, key, self.router.name, answer, cost - expected)
            return answer
        raise AssertionError("unreachable")

    def _patience(self, error: RetryableError) -> int:
        """Attempts that a failure is worth: few when no connection has ever come about."""
        never = isinstance(error, UnreachableError) and not self.calls and not self.known
        return min(self._attempts, FIRST_TRIES) if never else self._attempts

    def _cost(self, answer: Completion, expected: float) -> float:
        if self._price is None:
            return 0.0
        if answer.prompt_tokens is None:
            return expected
        return self._price.of(answer.prompt_tokens, answer.completion_tokens or 0)
