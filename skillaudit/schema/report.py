"""What comes out: a report and everything in it."""

from __future__ import annotations

from typing import Literal

import msgspec

from skillaudit.schema.answer import Answer
from skillaudit.schema.execution import Estimate, Execution
from skillaudit.schema.finding import Finding, PlannedEdit
from skillaudit.schema.laws import LibraryCurve
from skillaudit.schema.library import LeftOut, Precision, Record, RequestSource, ScorerName, Skipped
from skillaudit.schema.own_settings import OwnSettings
from skillaudit.schema.use import Use

SCHEMA_VERSION = "1.0"


class SourceCount(Record):
    """How many requests of one source there are, and how many skills they judge."""

    source: RequestSource
    requests: int
    skills: int


Bystanding = Literal["not loaded", "excluded", "manual-only"]
"""Why a skill does not compete."""


class SetAside(Record):
    """Requests that people gave for skills that do not compete, all for one reason."""

    reason: Bystanding
    requests: int


class Coverage(Record):
    """What the forecast rests on."""

    requests: int
    no_skill_requests: int
    judged_skills: int
    unjudged: tuple[str, ...]
    """Ids of routable skills that no request speaks for."""
    sources: tuple[SourceCount, ...]
    leaked: int
    """Requests dropped because they name a skill or repeat its description."""
    aside: tuple[SetAside, ...] = ()
    """Given requests that judge nothing, as none of their skills competes; not part of `requests`."""


class Taxonomy(Record):
    """Share of all judged requests lost in each way (DESIGN section 5); the sum is the hijack rate."""

    local: float
    drift: float
    capture: float


Situation = Literal["asked", "at work"]
"""Asked to choose, as by a router or a forced evaluation; or at work, where an agent may just start."""


class ForecastRow(Record):
    """Expected rates for one class of routers, or one client, in one situation."""

    router: str
    client: str | None
    """The client whose agents it was measured in; None for a bare choice from the list."""
    situation: Situation
    accuracy: Estimate
    hijack: Estimate
    """Another skill is taken, contested ones among them."""
    no_skill: Estimate
    false_trigger: Estimate
    contested: Estimate
    """Part of the requests that another skill takes which answers them as well, by name and text."""
    source: str = ""
    """One sentence: from how many decisions, libraries and request sets, and until when."""
    extrapolates: bool = False


class Forecast(Record):
    """Expected outcome of routing this library's requests, for one router."""

    router: str
    """Name of the router profile."""
    scorer: ScorerName
    accuracy: Estimate
    hijack: Estimate
    no_skill: Estimate
    false_trigger: Estimate
    """Rate of picks among requests that should fire nothing."""
    taxonomy: Taxonomy
    coverage: Coverage
    source: str
    """One sentence: what was fitted on what, or which rule stands in."""
    fit_range: str = ""
    """One clause: the sizes and kinds of library that the profile was fitted on."""
    extrapolates: bool = False
    """True when this library lies outside the fit range."""
    contested: Estimate = Estimate(value=None, low=None, high=None)
    """Part of the requests, within the hijack rate, that another skill takes which answers them as well."""
    nearest_found: float | None = None
    """Share of the 20 nearest that the index of a large library finds; None where all was held against all."""

    @property
    def judged(self) -> Forecast:
        """The forecast without what no request judges: whom a library sends its requests to, where it has none.

        Every face shows this one; false triggers need no request of the library's own.
        """
        if self.coverage.requests:
            return self
        none = Estimate(value=None, low=None, high=None)
        return msgspec.structs.replace(self, accuracy=none, hijack=none, no_skill=none, contested=none)


class Rival(Record):
    """A near neighbour of a skill and the traffic between the two."""

    id: str
    cosine: float
    """Cosine of the two descriptors' vectors; of their words, where the scorer has no vectors."""
    loses_to: float = 0.0
    """Share of this skill's requests that the rival is expected to take."""
    takes_from: float = 0.0
    """Share of the rival's requests that this skill is expected to take."""
    shared_terms: tuple[str, ...] = ()
    own_terms: tuple[str, ...] = ()
    """Words of this skill that the rival's descriptor lacks, most telling first."""


class RequestLoss(Record):
    """One request, the skill it belongs to, and who is expected to take it."""

    query: str
    gold: str
    taken_by: str
    probability: float
    source: RequestSource
    origin: str = ""
    """File that it comes from, and its line where that is known."""


Visible = Literal["full", "shortened", "name-only", "behind", "invisible"]


class SkillReport(Record):
    """What the audit says about one skill."""

    id: str
    name: str
    description: str
    path: str
    category: str | None
    manual_only: bool
    requests: int
    """Requests that judge it."""
    victim_rate: float | None
    """Expected share of its requests that another skill takes."""
    victim_low: float | None
    victim_high: float | None
    absorbed: float
    """Expected number of other skills' requests that it takes."""
    absorbed_low: float
    absorbed_high: float
    absorbed_share: float
    """`absorbed` over all requests of other skills."""
    hubness: int
    """k-occurrence N_k: how many skills count it among their k nearest."""
    clarity: float | None
    """1 - mean cosine to the ten nearest (first paper, F07)."""
    radius: float | None
    """Mean cosine to all other skills: the sink score of the first paper."""
    cluster: int
    """Index into `Report.clusters`, or -1 for noise."""
    visibility: tuple[Visible, ...] = ()
    """State in each client's list, parallel to `Report.clients`."""
    x: float | None = None
    y: float | None = None
    """Position on the 2-D map, where it was computed."""
    rivals: tuple[Rival, ...] = ()
    lost: tuple[RequestLoss, ...] = ()
    """Requests of its own that it is likeliest to lose, worst first."""
    stolen: tuple[RequestLoss, ...] = ()
    """Requests of others that it is likeliest to take, worst first."""
    plugin: str = ""
    """The plugin that ships it."""
    server: str = ""
    """The server of a tool."""
    out: str = ""
    """Why it does not compete: `excluded`, `not loaded`, or nothing."""

    @property
    def weighed(self) -> bool:
        """Whether requests say what it loses to its rivals, or takes from them."""
        return bool(self.requests) or any(rival.loses_to or rival.takes_from for rival in self.rivals)


class Cluster(Record):
    """A group of skills that are taken for each other."""

    index: int
    label: str
    """The words that its members share and others lack."""
    skills: tuple[str, ...]
    cohesion: float
    """Mean pairwise cosine inside the group."""
    confusion: float | None = None
    """Share of the members' requests that go to another member."""
    template: bool = False
    """True when the members' descriptions are one sentence with another name filled in."""


class BlackHole(Record):
    """A skill that takes significantly more than its share from several families, or by its text alone would."""

    skill: str
    absorbed: float
    share: float
    expected: float
    """What a skill of its neighbourhood would take."""
    q_value: float
    """False-discovery-rate-adjusted p-value."""
    families: float
    """Effective number of families robbed: exp of the entropy."""
    victims: tuple[str, ...]
    """Ids of the skills it takes from, largest loss first."""
    generic_phrases: tuple[str, ...] = ()
    evidence: Literal["requests", "structure", "both"] = "requests"
    declared: bool = False
    """True when the library declares it as a router, with a reason."""
    idle: float | None = None
    """Share of the requests that need nothing which fire a skill only while it is there: by so much the rate of false
    triggers falls when it goes. None where none was judged."""


class Hubness(Record):
    """Structure of the whole library in descriptor space."""

    k: int
    skewness: float | None
    """Third standardised moment of N_k; above about 1 a few skills dominate the neighbour lists."""
    anti_hubs: tuple[str, ...]
    """Ids of skills that are on nobody's list of the 32 nearest."""


class Pair(Record):
    """Two skills that take each other's requests, or would."""

    a: str
    b: str
    a_to_b: float
    """Share of a's requests expected to go to b; 0 both ways where no request speaks for either."""
    b_to_a: float
    cosine: float = 0.0
    """Cosine of the two descriptors, as in `Rival`."""
    requests: tuple[RequestLoss, ...] = ()
    """Requests that change hands, likeliest first."""
    contested: bool = False
    """True where both answer the requests that change hands, by name and text: merge, or say where one ends."""
    merge: str = ""
    """Why the two do the same, by their names and descriptions; empty where they do not."""


class LibrarySummary(Record):
    """What was loaded."""

    sources: tuple[str, ...]
    skills: int
    routable: int
    manual_only: int
    copies: int
    skipped: tuple[Skipped, ...]
    left_out: tuple[LeftOut, ...] = ()
    """Skills that do not compete because no client that the library is made for loads them, or the user left them
    out; by client and reason."""
    out: int = 0
    """How many these are."""
    made_for: tuple[str, ...] = ()
    """Clients that the library's folders and manifests are for; empty where they name none, and all of it competes."""


class ClientView(Record):
    """What one client's list shows of this library."""

    client: str
    title: str
    date: str
    """When the client's rules were read."""
    full: int
    shortened: int
    name_only: int
    invisible: int
    lost: int
    """Characters of descriptions that the model does not see."""
    unit: str
    used: int
    """What the client counts against its budget, in `unit`."""
    whole: int
    """What it would count if nothing were cut."""
    budget: int | None
    """None for a client without one."""
    assumption: str
    """What the figures rest on that cannot be known from outside; empty for nothing."""
    loaded: int = 0
    """Skills that the client makes something of, whole or not."""
    made_for: bool = False
    """True where the library's folders or manifests are for this client."""
    behind: int = 0
    """Skills in no list that a listed gateway sends to; they are not among the invisible."""
    left_out: tuple[LeftOut, ...] = ()
    """What it does not load, or not whole, and why; skills left out by the user are not among them."""
    names: int = 0
    """What it would count, about, if every description were empty."""
    shortest: int = 0
    """What it would count, about, if every description were cut to 100 characters."""

    @property
    def unlisted(self) -> int:
        """Skills that it loads, and whose names do not even stand in its list."""
        return max(0, self.loaded - self.full - self.shortened - self.name_only)

    @property
    def cuts_list(self) -> bool:
        """True where the list is over its budget and loses by it, not where one text is too long alone."""
        hurt = self.shortened or self.name_only or self.unlisted
        return self.budget is not None and self.whole > self.budget and bool(hurt)


class EmbeddingSummary(Record):
    """What the vectors are."""

    model: str
    """Model id, or `none` for the lexical scorer."""
    revision: str = ""
    dimension: int = 0
    precision: Precision = "single"
    """Of the products behind them: `half` on CUDA, where cosines differ from the others by some 0.0001."""


class Report(Record):
    """Everything that a face may show."""

    schema_version: str
    tool_version: str
    library: LibrarySummary
    embedding: EmbeddingSummary
    forecast: Forecast
    skills: tuple[SkillReport, ...]
    clusters: tuple[Cluster, ...]
    noise: int
    """Skills in no cluster."""
    hubness: Hubness
    black_holes: tuple[BlackHole, ...]
    over_general: tuple[BlackHole, ...]
    """Skills near to many families by structure alone, beside those in `black_holes`."""
    pairs: tuple[Pair, ...]
    findings: tuple[Finding, ...]
    client: str | None = None
    """The client whose cut text was audited; None for the whole text."""
    clients: tuple[ClientView, ...] = ()
    """Who shows how much of this library."""
    law: LibraryCurve | None = None
    """The library's own law; None where it was not asked for."""
    forecasts: tuple[ForecastRow, ...] = ()
    """One row a class of routers, and one a client, the router of `forecast` first."""
    execution: Execution | None = None
    """Chains of skills and the depth that the library carries; None where there is neither chain nor curve."""
    answer: Answer | None = None
    """What happens, to whom, how sure that is and what to do first; None where nobody summed the report up."""
    use: Use | None = None
    """How the user's own agents use it; None where no transcripts were asked for."""
    own_settings: OwnSettings = OwnSettings()
    """What the library says about its own audit, and what of it counts; every face shows its notices."""
    plan: tuple[PlannedEdit, ...] | None = None
    """The edits of the plan that it was read with; None without one."""

    @property
    def judged(self) -> bool:
        """Whether any request judges the library: without, no face tells who takes how many requests from whom."""
        return self.forecast.coverage.requests > 0
