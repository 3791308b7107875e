"""What comes out about chains of skills, and the estimate that all of the report is written in."""

from __future__ import annotations

from typing import Literal

from skillaudit.schema.library import Record


class Estimate(Record):
    """A number with its 90% interval; `None` when there is nothing to judge it by."""

    value: float | None
    low: float | None
    high: float | None


Zone = Literal["safe", "between", "dead"]
ChainSource = Literal["declared", "compiled", "hand-off"]


class ChainStep(Record):
    """One skill of a chain."""

    skill: str
    accuracy: Estimate
    """Chance that the skill is chosen for its own request, no step before it having left a result."""
    judged: bool
    """False where no request judges the skill, so that the library's accuracy stands in; its interval is the
    wider for how the skills differ."""
    with_state: float
    """The same once the step before has left a right result that helps as much as was published."""
    exposure: float
    """Error weighted by place: twice in the middle, where steps err most, once at the ends. It ranks steps."""
    restating_gains: float
    """What the whole chain gains when request and result are restated before this step."""


class ChainReport(Record):
    """Skills that are meant to run one after another, and how likely all of them are chosen right."""

    steps: tuple[ChainStep, ...]
    source: ChainSource
    """Declared in a file, compiled from agents, or handed on in the skills' own bodies."""
    origin: str
    """Where it says so: a file and line, or the compiled system."""
    success: Estimate
    """Chance of all steps before any state exists: the product of the steps, with its 90% interval."""
    pessimistic: float
    """The same with the published exponent gamma, for steps that are chosen from a plan."""
    with_state: float
    """The chance when every step finds a right result of the one before, which helps as much as was published."""
    weak_link: str
    """The skill whose mending helps most."""
    mended: float
    """`success`, were the weak link as good as the median of the other steps."""
    dip: str
    """The step in the middle that is most exposed; empty for a chain of two."""
    restate_before: tuple[str, ...]
    """Skills before which restating request and result helps most, best first."""


class DepthBySize(Record):
    """Predicted success of a chain of k average steps in a library of n of these skills, before any state."""

    sizes: tuple[int, ...]
    depths: tuple[int, ...]
    success: tuple[tuple[float, ...], ...]
    """One row for each depth, one value for each size."""
    low: tuple[tuple[float, ...], ...]
    high: tuple[tuple[float, ...], ...]
    """Ends of the 90% interval."""
    pessimistic: tuple[tuple[float, ...], ...]
    """With the published exponent gamma."""
    safe: float
    """A cell is safe where even the pessimistic value reaches this."""
    dead: float
    """A cell is dead where the success lies below this."""

    def zone(self, row: int, column: int) -> Zone:
        """Say where the cell of a depth and a size lies: `safe` even by the pessimistic value, `dead` by both."""
        if self.pessimistic[row][column] >= self.safe:
            return "safe"
        return "dead" if self.success[row][column] < self.dead else "between"


class Execution(Record):
    """Chains of skills, and how deep a chain this library carries (DESIGN section 5)."""

    chains: tuple[ChainReport, ...]
    """Least likely first."""
    cut: bool
    """True when there are more ways through the hand-offs than are listed: 12 deep, 20 from one start, 500 in all."""
    depth_by_size: DepthBySize | None
    """None without the library's own curve of accuracy against size."""
    gamma: float
    """Exponent of the pessimistic values: 6.7 b + 1.09."""
    source: str
    """What the figures rest on."""
    fit_range: str
    """What that was fitted on."""
    judged: bool = True
    """False where no request judges the library: the chances are guesses then, and no face shows them."""
