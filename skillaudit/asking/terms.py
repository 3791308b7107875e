"""On which terms a router is asked: what it may cost, how many calls at once, where its server stands."""

from __future__ import annotations

from dataclasses import dataclass

from skillaudit.asking.asker import Router
from skillaudit.asking.defaults import BUDGET, CONCURRENCY, TIMEOUT
from skillaudit.asking.engine import Limits
from skillaudit.asking.routers import (
    CROSS_PREFIX,
    CrossRouter,
    LiveRouter,
    LocalRouter,
    is_local,
    parse_local,
)
from skillaudit.asking.scorers import Scorers
from skillaudit.llm import LiveModel, Price
from skillaudit.schema import EngineName


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a user says of it, for every study and experiment alike."""

    budget: float | None = None
    """Dollars; None takes `BUDGET` where the price is known."""
    no_budget: bool = False
    price: Price | None = None
    concurrency: int = CONCURRENCY
    timeout: float = TIMEOUT
    api_base: str | None = None

    def router(self, name: str, scorers: Scorers, engine: EngineName = "local") -> LiveRouter | LocalRouter:
        """Return the model, or the local stand-in, of that name; raises `UsageError` or `ModelError` for none.

        With another `engine` a model is asked from the nodes of a cluster; a stand-in answers here all the same.
        """
        if is_local(name):
            scorer, _ = parse_local(name)
            extra = {} if scorer == "lexical" else {"embedder": scorers.embedder}
            return LocalRouter(name, scorers.maker(scorer), extra)
        if name.startswith(CROSS_PREFIX):
            return CrossRouter(name, scorers.pairs(name.removeprefix(CROSS_PREFIX)))
        router = LiveRouter(LiveModel(name, api_base=self.api_base, timeout=self.timeout), self.price)
        if engine == "local":
            return router
        from skillaudit.asking.far import FarRouter

        return FarRouter(router)

    def limits(self, router: Router) -> Limits:
        """Return how much may be spent on a router."""
        usual = BUDGET if self.budget is None and router.price is not None else self.budget
        return Limits(budget=None if self.no_budget else usual, concurrency=self.concurrency)
