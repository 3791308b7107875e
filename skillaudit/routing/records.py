"""What the routing forecast hands on: rates, flows between skills, black holes."""

from __future__ import annotations

from skillaudit.schema import BlackHole, Forecast, ForecastRow, Pair, Record, RequestLoss


class SkillFlow(Record):
    """Requests that one skill is expected to lose to others, and to take from them."""

    id: str
    requests: int
    """Requests that judge it."""
    victim_rate: float | None
    """Expected share of its requests that another skill takes; None when no request judges it."""
    victim_low: float | None
    victim_high: float | None
    absorbed: float
    """Expected number of other skills' requests that it takes."""
    absorbed_low: float
    absorbed_high: float
    absorbed_share: float
    """`absorbed` over all requests of other skills, in [0, 1]."""
    lost: tuple[RequestLoss, ...] = ()
    """At most five requests of its own, likeliest to be lost first."""
    stolen: tuple[RequestLoss, ...] = ()
    """At most five requests of others, likeliest to be taken first."""


class Routing(Record):
    """Outcome of `forecast`: the library's rates and everything that explains them."""

    forecast: Forecast
    flows: tuple[SkillFlow, ...]
    """One per skill, in the order of the skills."""
    pairs: tuple[Pair, ...]
    """Pairs with the most expected traffic, worst first."""
    black_holes: tuple[BlackHole, ...]
    rows: tuple[ForecastRow, ...] = ()
    """The same requests for every class of routers and for agents at work; none with `brief`."""
