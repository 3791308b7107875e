"""What optimisation hands on: edits, steps, proof, hierarchy, and the whole in one record."""

from __future__ import annotations

from typing import Literal, get_args

from skillaudit.optimize.hierarchy.records import Hierarchy as Hierarchy
from skillaudit.optimize.hierarchy.records import Node as Node
from skillaudit.optimize.hierarchy.records import Tree as Tree
from skillaudit.optimize.proof.records import LEAST_PROVED as LEAST_PROVED
from skillaudit.optimize.proof.records import LiveProof as LiveProof
from skillaudit.schema import Estimate, Record

PLAN_VERSION = "1.0"

Kind = Literal["describe", "boundary", "demote", "declare", "split", "fold", "shorten"]
"""What an edit does: give a skill another description (`describe`, `boundary`, `shorten`), make it manual-only,
declare it as a router, fold it into another, or advise its author to cut it into several (`split`, never done here)."""

StepName = Literal[
    "merge", "retire", "narrow", "boundary", "victim", "activation", "budget", "anchor", "hierarchy"
]
STEPS: tuple[StepName, ...] = get_args(StepName)
"""The order of the steps. Black holes go first: a boundary against a skill that leaves the list helps nobody."""
UNJUDGED: frozenset[StepName] = frozenset({"merge", "retire", "activation", "budget"})
"""Steps that need no request."""


class Flip(Record):
    """A request of the work half that changes hands, with the ids of its skill and of those that take it."""

    query: str
    gold: str
    before: str
    after: str


class Figures(Record):
    """What the work half says about one skill; rates in [0, 1] by top rank of the local scorer."""

    skill: str
    requests: int
    accuracy: float | None
    """Share of its requests that it gets; None without requests."""
    absorbed: int
    """Requests of other skills that it takes."""


class Effect(Record):
    """Change that one edit makes to the whole work half, given the edits before it."""

    gained: int
    """Requests that reach a right skill and did not before."""
    lost: int
    expected: float
    """Change of the expected number of requests routed right, under a soft choice."""


OWNERS = "yours to decide"
"""Stands in why an edit is refused that only the owner of the library can judge."""
OWN_CUT = "the client's own cut of these texts hardly costs more requests"
"""Why what is shortened for a client is refused."""


def is_gain(change: Estimate) -> bool:
    """Whether a change is above zero for sure."""
    return change.low is not None and change.low > 0


class Edit(Record, forbid_unknown_fields=True):
    """One change that can be accepted or refused on its own."""

    id: str
    """`narrow-3`: unique in its plan and stable for the same input."""
    kind: Kind
    step: StepName
    skills: tuple[str, ...]
    """Ids of the skills that it changes."""
    reason: str
    accept: bool = True
    refused: str = ""
    """Why it is refused by default; empty for an accepted one."""
    before: str = ""
    """Text that it replaces, exactly as the library has it."""
    after: str = ""
    """The new text; for `fold` the description of the skill that stays, of both in one."""
    into: str = ""
    """For `fold`: id of the skill that stays."""
    rivals: tuple[str, ...] = ()
    """Ids of the skills it is drawn against."""
    lost: tuple[str, ...] = ()
    """For `fold`: what only the folded skill holds, such as headings of its body."""
    figures_before: tuple[Figures, ...] = ()
    figures_after: tuple[Figures, ...] = ()
    effect: Effect | None = None
    hundred: tuple[tuple[str, float], ...] = ()
    """Requests in a hundred that this edit alone gains on the proof half, by class of routers."""
    triggers: float | None = None
    """False triggers of a hundred requests that need no skill, which it alone adds; None where that is not known."""
    flips: tuple[Flip, ...] = ()
    """The requests that change hands, at most five."""
    mends: tuple[str, ...] = ()
    """Fingerprints of the findings of the audit that it mends."""

    @property
    def spares(self) -> bool:
        """Whether it takes a skill off the list against false triggers: what that costs the skill is weighed in it."""
        return self.kind == "demote" and (self.triggers or 0.0) < 0

    @property
    def described(self) -> str:
        """Id of the skill whose description `after` is; empty for an edit without one."""
        return (self.into if self.kind == "fold" else self.skills[0]) if self.after else ""


class RoutingRates(Record):
    """Outcome of routing one set of requests; accuracy + hijack + no_skill = 1."""

    accuracy: Estimate
    hijack: Estimate
    no_skill: Estimate
    requests: int
    false_trigger: Estimate = Estimate(value=None, low=None, high=None)


class Harm(Record):
    """A skill whose own accuracy on the proof half falls."""

    skill: str
    requests: int
    before: float
    after: float
    edits: tuple[str, ...]
    """Ids of the edits that touch it, or that touch the skills which now take its requests."""


class PairedTest(Record):
    """Before against after on the same requests."""

    gained: int
    """Requests that the local scorer routes right after and not before."""
    lost: int
    p_value: float | None
    """Exact McNemar test of those two, two-sided; None when no decision changes."""
    difference: Estimate
    """Change of the router's expected accuracy, by a bootstrap over skills of paired differences."""
    hijack: Estimate
    """Change of the router's expected hijack rate, likewise."""


class ClassEffect(Record):
    """What the edits do to one class of routers, on the same requests."""

    router: str
    client: str
    """Client whose listing was judged; empty for a list in full view."""
    difference: Estimate
    """Change of the share of requests that reach a right skill, paired, with its 90% interval."""


class Proof(Record):
    """What the edits do on the half of the requests that optimisation never saw."""

    router: str
    before: RoutingRates
    after: RoutingRates
    test: PairedTest
    harmed: tuple[Harm, ...] = ()
    """Skills that lose more than the tolerance all the same."""
    classes: tuple[ClassEffect, ...] = ()
    """The same change for each class of routers."""
    second: str = ""
    """Another scorer, which chose no edit; empty where there is none."""
    confirmed: Estimate = Estimate(value=None, low=None, high=None)
    """Change of accuracy that the second scorer forecasts for the same router."""

    @property
    def harmful(self) -> bool:
        """Whether requests are lost for sure, at least half a one in a hundred."""
        loss = self.test.difference
        return loss.high is not None and loss.high < 0 and (loss.value or 0.0) <= -LEAST_PROVED

    @property
    def small(self) -> bool:
        """Whether the gain is less than half a request in a hundred."""
        return (self.test.difference.value or 0.0) < LEAST_PROVED

    @property
    def proved(self) -> bool:
        """Whether at least half a request in a hundred is gained for sure, and a second scorer agrees."""
        gain, other = self.test.difference, self.confirmed.value
        return (
            gain.low is not None
            and gain.low > 0
            and not self.small
            and (not self.second or (other is not None and other > 0))
        )


class Offer(Record):
    """Refused edits that would help the library on the proof half, at a price that its author can weigh."""

    edits: tuple[str, ...]
    """Ids of the edits, to be accepted together."""
    accuracy: float | None
    hijack: float | None
    gain: float
    """Change of accuracy against the accepted edits alone."""
    triggers: float = 0.0
    """False triggers of a hundred that it adds, by the edit that spares most: they do not add up."""
    harmed: tuple[Harm, ...] = ()
    """Skills that would lose more than the tolerance."""


Stance = Literal["pinned", "name", "project", "manual", "off"]
"""How a skill stands in a client: with its description, by name, in one project alone, on call only, or not at all."""


class Seat(Record):
    """How one skill should stand."""

    skill: str
    stance: Stance
    why: str
    into: str = ""
    """Id of the skill that answers its requests, where one does the same."""
    project: str = ""
    """Folder of the only project that it is for."""


class SettingsFile(Record):
    """One file of a client's settings."""

    path: str
    """Where the client looks for it, below the user's home or a project."""
    text: str
    project: str = ""
    """Folder of the one project that it belongs into; empty for what is for all of them."""


AWAY: frozenset[Stance] = frozenset({"off", "manual", "project"})
"""Where a skill does not stand on the list of every project."""


class Loadout(Record):
    """Which skills get a client's room, with the forecast under it."""

    client: str
    seats: tuple[Seat, ...]
    settings: tuple[SettingsFile, ...]
    """Empty for a client that has none of this kind."""
    whole_before: int
    """Descriptions that the client shows whole."""
    whole_after: int
    before: RoutingRates | None = None
    """Forecast for the proof half as the client shows the library now; None without requests."""
    after: RoutingRates | None = None
    projects: str = ""
    """Why none is for one project only; empty where that is proposed, and for a client without settings."""

    @property
    def idle(self) -> bool:
        """Whether the settings only choose who is shown whole, and gain no request by it."""
        if self.before is None or self.after is None or any(seat.stance in AWAY for seat in self.seats):
            return False
        return (self.after.accuracy.value or 0.0) <= (self.before.accuracy.value or 0.0)


class Step(Record):
    """One line of the ablation: the library after this step and all before it, on the proof half."""

    step: str
    edits: int
    accuracy: float | None
    hijack: float | None
    no_skill: float | None
    gain: float | None
    """Change of accuracy against the line before, request by request as in `PairedTest`."""
    note: str = ""


class Mend(Record):
    """One finding of the audit, and what mends it."""

    code: str
    skills: tuple[str, ...]
    fingerprint: str
    edits: tuple[str, ...]
    """Ids of edits, accepted ones first; empty where none was found."""
    about: str = ""
    """What the finding says first, where it names no skill."""
    anchored: bool = False
    """Whether the anchor paragraph tells its two skills apart."""


class SaysWhen(Record):
    """How many descriptions say when to use their skill or quote users, which is what agents at work load skills by."""

    before: int
    skills_before: int
    after: int
    """With the accepted edits."""
    skills_after: int


class Room(Record):
    """How many descriptions one client shows whole, of how many skills on its list."""

    client: str
    before: int
    skills_before: int
    after: int
    """With the accepted edits."""
    skills_after: int
    gained: Estimate = Estimate(value=None, low=None, high=None)
    """Change of the share of requests that reach a right skill on this list, under the router that judges."""

    @property
    def short(self) -> bool:
        """Whether it cuts or leaves out some, before or after."""
        return self.before < self.skills_before or self.after < self.skills_after


class Optimisation(Record):
    """Everything that `optimize` found."""

    plan_version: str
    sources: tuple[str, ...]
    router: str
    scorer: str
    rewriter: str
    client: str
    """Client whose budget was kept; empty for none."""
    work_requests: int
    proof_requests: int
    edits: tuple[Edit, ...]
    steps: tuple[Step, ...]
    proof: Proof | None
    """None when no request of the proof half judges the library."""
    planned: Proof | None
    """The same before the proof half refused anything: the figure that no selection has touched."""
    offers: tuple[Offer, ...] = ()
    """Refused edits that would help, best first."""
    anchor: str = ""
    """Paragraph for AGENTS.md or CLAUDE.md."""
    hierarchy: Hierarchy | None = None
    notes: tuple[str, ...] = ()
    loadout: Loadout | None = None
    """None without a client, or where it shows everything."""
    mends: tuple[Mend, ...] = ()
    """The findings of the audit with their edits."""
    says_when: SaysWhen | None = None
    rooms: tuple[Room, ...] = ()
    """One for each current client; empty for a plan without accepted edits."""
    live: LiveProof | None = None
    """What a live model makes of the accepted edits; None where none was asked."""
    tried: tuple[StepName, ...] = ()
    """Steps that ran; empty for a plan that was handed in."""

    @property
    def accepted(self) -> tuple[Edit, ...]:
        """The edits that an export makes."""
        return tuple(edit for edit in self.edits if edit.accept)

    @property
    def undecided(self) -> tuple[Edit, ...]:
        """The refused edits that are the owner's to decide."""
        offered = {edit for offer in self.offers for edit in offer.edits}
        return tuple(e for e in self.edits if not e.accept and (e.id in offered or OWNERS in e.refused))

    @property
    def gains(self) -> bool:
        """Whether requests are gained for sure: by a live model where one was asked, else as planned or as ticked."""
        proofs = [proof.test for proof in (self.planned, self.proof) if proof is not None]
        return any(is_gain(found.difference) for found in ([self.live] if self.live is not None else proofs))


class Plan(Record, forbid_unknown_fields=True):
    """The part of an optimisation that a person reads, edits and hands back."""

    plan_version: str
    sources: tuple[str, ...]
    edits: tuple[Edit, ...]
    anchor: str = ""
    hierarchy: tuple[Node, ...] = ()
    accept_hierarchy: bool = False
    library: str = ""
    """Digest of the library that it was made for."""
