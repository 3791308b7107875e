"""What is planned, asked and decided, and the rates of it, as frozen records."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

import msgspec

from skillaudit.asking.defaults import StudyName
from skillaudit.config import DropOrder
from skillaudit.schema import Estimate, Record

Form = Literal["list", "json", "names", "descriptions", "listing"]
"""How the skills stand in the prompt: four plain protocols, or a client's own listing."""
Outcome = Literal["right", "hijack", "none", "refusal", "invalid", "unparsable"]
"""The last four are the ways to choose no skill: said so, would not, an id that is not on offer, no id at all."""


Place = Annotated[int, msgspec.Meta(ge=0, le=2**31)]


class Entry(Record):
    """One skill as a prompt shows it."""

    name: str
    description: str

    @property
    def text(self) -> str:
        """The descriptor, `name: description`, or the name alone."""
        return f"{self.name}: {self.description}" if self.description else self.name


class Branch(Record):
    """One category of a two-stage choice."""

    label: str
    description: str
    skills: tuple[str, ...]


class Trial(Record):
    """One choice to be made: a request, and what is on offer."""

    condition: str
    """What its study calls the arm that it belongs to."""
    query: str
    gold: tuple[str, ...]
    """Ids of the right skills; empty when none should be chosen."""
    offered: tuple[str, ...]
    """Ids on offer, in the order shown."""
    x: float = 0.0
    """Level of what the study varies, such as the number of skills."""
    group: str = ""
    """Trials of one group share their chance: the skill that owns the request."""
    task: str = ""
    """What the model is told in place of `query`, where the study wraps it."""
    form: Form = "list"
    abstain: bool = False
    """Whether the prompt allows to choose nothing."""
    variant: str = ""
    """Which texts of the plan the skills are shown with."""
    tree: str = ""
    """Which tree of the plan the choice goes down; empty for one flat list."""
    repeat: int = 0
    stratum: int = 0
    """Part of the plan that it was drawn from, where not everything is asked."""
    share: float = 0.0
    """Share of the plan's trials that this part holds; 0 where everything is asked."""


class StudyPlan(Record):
    """Everything that one study wants to ask about one library."""

    study: StudyName
    trials: tuple[Trial, ...]
    texts: dict[str, dict[str, Entry]]
    """Variant -> skill id -> how it is shown."""
    trees: dict[str, tuple[Branch, ...]] = msgspec.field(default_factory=dict)
    client: str = ""
    """Client profile behind the form `listing`."""
    context: int | None = None
    """The model's window in tokens, where the client's budget depends on it."""
    order: DropOrder = "declared"
    notes: tuple[str, ...] = ()
    """What the reader of its result must know."""


class Decision(Record):
    """How one trial ended."""

    key: str
    """Hash of the questions that it took and of what they were for."""
    study: StudyName
    model: str
    condition: str
    x: float
    query: str
    gold: tuple[str, ...]
    offered: tuple[str, ...]
    """Ids that the model really saw, in that order."""
    outcome: Outcome
    """On a request that should fire nothing, `hijack` is a false trigger and `none` is right."""
    chosen: str | None
    """Id of the skill chosen."""
    position: Place
    """Place of the first right skill in the list, from 1; 0 where none was shown."""
    repeat: Place
    group: str
    answers: tuple[str, ...]
    """What the model said, stage by stage."""
    prose: bool = False
    """True when the id had to be found inside other words."""
    stratum: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    """As in its trial: what a sample that asks some trials more often than others is weighted by."""


class Shown(NamedTuple):
    """A recorded decision with the texts that were on offer."""

    run: str
    decision: Decision
    entries: tuple[Entry, ...]
    """Parallel to `decision.offered`."""

    @property
    def right(self) -> list[str]:
        """Names of the right skills as shown; one that was not shown keeps its id, so that there still is one."""
        return [self._names.get(skill, skill) for skill in self.decision.gold]

    @property
    def choice(self) -> str | None:
        """Name of the skill that was chosen."""
        return self._names.get(self.decision.chosen or "")

    @property
    def _names(self) -> dict[str, str]:
        shown = zip(self.decision.offered, self.entries, strict=True)
        return {skill: entry.name for skill, entry in shown}


class ArmRates(Record):
    """Outcome rates over decisions, each with its 90% interval."""

    decisions: int
    requests: int
    """Different requests among them."""
    accuracy: Estimate
    hijack: Estimate
    no_skill: Estimate
    """Nothing chosen, for whatever reason; with the two above it sums to 1."""
    invalid: Estimate
    """Part of `no_skill`: an id that was not on offer."""
    refusal: Estimate
    unparsable: Estimate
    false_trigger: Estimate
    """Among the requests that should fire nothing."""
    no_skill_decisions: int = 0


class Arm(Record):
    """One condition of a study."""

    condition: str
    x: float
    rates: ArmRates


class Fit(Record):
    """A number that a study is run for."""

    name: str
    value: Estimate
    meaning: str
    """One clause."""


class Spending(Record):
    """What a run took."""

    calls: int
    """Answers paid for now."""
    known: int
    """Answers that the log had already."""
    dollars: float
    """Spent on this study's questions, now and before; 0 where the price is not known."""
    priced: bool
    failed: int = 0
    """Questions that no attempt got an answer to."""
    stopped: str = ""
    """Why it ended before every question was asked: `budget`, `precision`, `cancelled`, or nothing."""
