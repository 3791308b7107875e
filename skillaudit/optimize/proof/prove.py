"""Prove edits on the half of the requests that none was chosen by, and refuse those that harm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from skillaudit.config import Config
from skillaudit.optimize.board import Embed
from skillaudit.optimize.budget import as_shown
from skillaudit.optimize.edits import applied, folded_into, touching
from skillaudit.optimize.halves import Halves
from skillaudit.optimize.loadout import loadout, seated
from skillaudit.optimize.proof.calm import calmed
from skillaudit.optimize.proof.costs import (
    TOGETHER,
    cost_of,
    harmless,
    roomy,
    too_dear,
    unproved,
    without,
)
from skillaudit.optimize.proof.offers import offers
from skillaudit.optimize.proof.paired import harmed, paired
from skillaudit.optimize.proof.refusal import refuse_harm
from skillaudit.optimize.proof.shown import Listed, by_client, shown
from skillaudit.optimize.proof.state import Variant, expected, is_local, rates, rounded, variant
from skillaudit.optimize.records import (
    STEPS,
    ClassEffect,
    Edit,
    Harm,
    LiveProof,
    Loadout,
    Offer,
    Proof,
    RoutingRates,
    Step,
    is_gain,
)
from skillaudit.progress import Progress
from skillaudit.routing.profiles import classes
from skillaudit.routing.triggers import false_triggers, needless
from skillaudit.schema import Estimate, Request, ScorerName, Skill
from skillaudit.scoring import Scorer, make_scorer
from skillaudit.stats.intervals import UNKNOWN

Prove = Callable[[Halves, Sequence[Edit], Config], LiveProof]
"""Has a live model route the proof half before and after some edits."""
WEIGHED = (20, 100)
"""Accepted edits that are weighed one by one, those that bring most first: so many always, and at most."""
_CELLS = 20_000_000
"""Scores that weighing more than those may make anew."""
SECOND: dict[ScorerName, ScorerName] = {"hybrid": "dense", "lexical": "dense", "dense": "lexical"}
"""The scorer that has to confirm what another one chose."""


@dataclass(frozen=True, slots=True)
class Proven:
    """Edits with what the proof half says of them."""

    edits: tuple[Edit, ...]
    proof: Proof | None = None
    """None when no request of the proof half judges the library."""
    planned: Proof | None = None
    """The same before the proof half refused anything."""
    steps: tuple[Step, ...] = ()
    offers: tuple[Offer, ...] = ()
    loadout: Loadout | None = None
    """None without a client, or where there is nothing to say."""
    by_client: Mapping[str, Estimate] = field(default_factory=dict)
    """What the accepted edits gain as each current client shows the library."""


def prove(
    halves: Halves,
    config: Config,
    embed: Embed | None,
    edits: Sequence[Edit],
    refuse: bool,
    progress: Progress,
    written: bool = False,
) -> Proven:
    """Return the edits with their proof; with `refuse`, those that harm a skill are refused first.

    Where the edits are `written`, the loadout is for the library as they leave it, else for the library as it is.
    """
    if not halves.proof:
        edits = unproved(edits) if refuse else edits
        return Proven(tuple(edits), loadout=_loadout(halves, config, embed, edits, written))
    progress.update("proof", 0, 1)
    court = _Court(halves, config, embed)
    planned = proof = court.proof(edits)
    planned_edits = tuple(edits)
    if refuse and (harms := _weighty(planned.harmed, edits)):
        edits = refuse_harm(
            config.scorer, halves.skills, halves.proof, embed, edits, harms, court.harms, progress
        )
        proof = court.proof(edits)
    edits = court.weighed(edits, progress)
    same = planned is proof
    if refuse:
        kept = court.worth(without(edits, {edit.id: too_dear(edit) for edit in edits}), proof)
        kept = roomy(calmed(kept, court.fired), court.gain, court.fired)
        kept = harmless(kept, lambda some: court.proof(some).harmful)
        unchanged = [edit.accept for edit in kept] == [edit.accept for edit in edits]
        edits, same, proof = kept, same and unchanged, proof if unchanged else court.proof(kept)
        if not is_gain(planned.test.difference) and not is_gain(proof.test.difference):
            kept = unproved(edits)
            if [edit.accept for edit in kept] != [edit.accept for edit in edits]:
                edits, same, proof = kept, False, court.proof(kept)
    planned = court.confirmed(planned, planned_edits)
    proof = planned if same else court.confirmed(proof, edits)
    return Proven(
        edits=tuple(edits),
        proof=proof,
        planned=planned,
        steps=court.ablation(edits),
        offers=offers(edits, proof, court.proof) if refuse else (),
        loadout=court.loadout(_loadout(halves, config, embed, edits, written), edits if written else ()),
        by_client=court.by_client(edits),
    )


def _firing(proof: Proof, before: Estimate, after: Estimate) -> Proof:
    """Return a proof with rates of false triggers."""
    return msgspec.structs.replace(
        proof,
        before=msgspec.structs.replace(proof.before, false_trigger=before),
        after=msgspec.structs.replace(proof.after, false_trigger=after),
    )


def _weighty(harms: Sequence[Harm], edits: Sequence[Edit]) -> tuple[Harm, ...]:
    """Return the harms without those of skills that are made manual-only and take more than they lose by it."""
    gone = {edit.skills[0] for edit in edits if edit.accept and edit.spares}
    return tuple(harm for harm in harms if harm.skill not in gone)


def _loadout(
    halves: Halves, config: Config, embed: Embed | None, edits: Sequence[Edit], written: bool
) -> Loadout | None:
    if config.client is None:
        return None
    skills = halves.skills
    if written:
        after, gone, into = applied(skills, edits)
        skills = tuple(skill for skill in after if skill.id not in gone and skill.id not in into)
    texts = [skill.text for skill in skills]
    vectors = embed(texts) if embed is not None and config.scorer != "lexical" else None
    scorer = make_scorer(config.scorer, texts, vectors=vectors, embed=embed)
    return loadout(skills, () if written else edits, config, scorer.similarities)


@dataclass(slots=True)
class _Court:
    """The proof half, and the library as it stood before any edit."""

    halves: Halves
    config: Config
    embed: Embed | None
    before: Variant = field(init=False)
    needless: tuple[Request, ...] = ()
    """Requests that no skill should answer, the same before and after."""

    def __post_init__(self) -> None:
        self.before = self.after(())

    def after(self, edits: Sequence[Edit]) -> Variant:
        """Return the library with the accepted edits, as the client shows it."""
        return self.scored(self._shown(edits))

    def scored(self, listed: Listed) -> Variant:
        """Return a list scored against the proof half."""
        halves = self.halves
        return variant(self.config.scorer, *listed, halves.proof, self.embed, halves.idle)

    def by_client(self, edits: Sequence[Edit]) -> dict[str, Estimate]:
        """Return what the accepted edits gain as each current client shows the library; empty without any."""
        scorer, router = self.config.scorer, self.config.router
        return (
            by_client(
                self.halves.skills,
                edits,
                self.config,
                self.scored,
                lambda before, after: paired(before, after, scorer, router).difference,
            )
            if any(edit.accept for edit in edits)
            else {}
        )

    def _shown(self, edits: Sequence[Edit]) -> Listed:
        return shown(self.halves.skills, edits, self.config)

    def fired(self, edits: Sequence[Edit]) -> Estimate:
        """Return the rate of false triggers with some edits; without requests that need no skill, some are made."""
        skills, gone, into = self._shown(edits)
        left = [skill for skill in skills if skill.id not in gone and skill.id not in into]
        scorer = self._scorer(left)
        if not self.needless:
            self.needless = needless(left, self.halves.idle, scorer)
        return rounded(false_triggers(left, self.halves.proof, self.needless, scorer, self.config.router))

    def _scorer(self, skills: Sequence[Skill]) -> Scorer:
        texts, name = [skill.text for skill in skills], self.config.scorer
        vectors = self.embed(texts) if self.embed is not None and name != "lexical" else None
        return make_scorer(name, texts, vectors=vectors, embed=self.embed)

    def rates(self, state: Variant) -> tuple[str, RoutingRates]:
        """Return the router's name and its forecast for a state."""
        return rates(state, self.config.scorer, self.config.router)

    def proof(self, edits: Sequence[Edit]) -> Proof:
        """Return the figures before and after some edits."""
        scorer, wanted = self.config.scorer, self.config.router
        after = self.after(edits)
        router, first = self.rates(self.before)
        return Proof(
            router=router,
            before=first,
            after=self.rates(after)[1],
            test=paired(self.before, after, scorer, wanted),
            harmed=harmed(self.before, after, scorer, wanted, touching(edits)),
        )

    def gain(self, edits: Sequence[Edit]) -> float:
        """Return the share of requests that some edits gain."""
        found = paired(self.before, self.after(edits), self.config.scorer, self.config.router)
        return found.difference.value or 0.0

    def confirmed(self, proof: Proof, edits: Sequence[Edit]) -> Proof:
        """Return a proof with what every class of routers, and another scorer, make of the same edits."""
        fired = self.fired(())
        if not any(edit.accept for edit in edits):
            return _firing(proof, fired, fired)
        config, after = self.config, self.after(edits)
        changes = tuple(
            ClassEffect(
                router=profile.name,
                client=config.client or "",
                difference=paired(self.before, after, config.scorer, profile.name).difference,
            )
            for profile in classes()
            if config.scorer in profile.fits
        )
        other: ScorerName | None = None if self.embed is None else SECOND[config.scorer]
        agreed = UNKNOWN
        if other is not None:
            second = _Court(self.halves, msgspec.structs.replace(config, scorer=other), self.embed)
            router = f"local/{other}" if is_local(proof.router) else proof.router
            agreed = paired(second.before, second.after(edits), other, router).difference
        return msgspec.structs.replace(
            _firing(proof, fired, self.fired(edits)),
            classes=changes,
            second=other or "",
            confirmed=agreed,
        )

    def weighed(self, edits: Sequence[Edit], progress: Progress) -> list[Edit]:
        """Return the edits, the accepted ones with what each alone gains for every class in a hundred requests."""
        taken = [edit for edit in edits if edit.accept]
        taken.sort(key=lambda edit: -(edit.effect.expected if edit.effect else 0.0))
        room = _CELLS // max(len(self.halves.skills) * len(self.halves.proof), 1)
        weighed = taken[: max(WEIGHED[0], min(WEIGHED[1], room))]
        found = {}
        for done, edit in enumerate(weighed):
            progress.update("proof", done, len(weighed), "edits one by one")
            found[edit.id] = self._weighed(edit, self.after([edit]))
        return [found.get(edit.id, edit) for edit in edits]

    def worth(self, edits: Sequence[Edit], proof: Proof) -> list[Edit]:
        """Refuse the edits that lose by themselves, unless the whole plan is worse without them; they then say so.

        Descriptions that are rewritten alike help each other, so that they are tried together, and only the
        sentences on when to use a skill by themselves.
        """
        costs = {edit.id: why for edit in edits if (why := cost_of(edit, proof.router))}
        when = {edit.id: costs[edit.id] for edit in edits if edit.id in costs and edit.step == "activation"}
        now = self.rates(self.after(edits))[1].accuracy.value or 0.0 if costs else 0.0
        for refused in filter(None, (costs, when)):
            trial = without(edits, refused)
            if (self.rates(self.after(trial))[1].accuracy.value or 0.0) >= now:
                edits, costs = trial, {key: why for key, why in costs.items() if key not in refused}
                break
        return [
            msgspec.structs.replace(edit, reason=f"{edit.reason}; {TOGETHER}") if edit.id in costs else edit
            for edit in edits
        ]

    def _weighed(self, edit: Edit, after: Variant) -> Edit:
        triggers = edit.triggers
        if edit.kind == "fold" and self.halves.idle:
            first, last = (self.rates(state)[1].false_trigger.value for state in (self.before, after))
            triggers = None if first is None or last is None else round(100 * (last - first), 2) + 0.0
        return msgspec.structs.replace(edit, hundred=self._alone(after), triggers=triggers)

    def _alone(self, after: Variant) -> tuple[tuple[str, float], ...]:
        every = range(len(self.before.requests))
        name = self.config.scorer
        return tuple(
            (
                profile.name,
                round(
                    100
                    * (
                        expected(after, name, profile.name, every)[0]
                        - expected(self.before, name, profile.name, every)[0]
                    ),
                    2,
                )
                + 0.0,
            )
            for profile in classes()
            if name in profile.fits
        )

    def loadout(self, found: Loadout | None, written: Sequence[Edit]) -> Loadout | None:
        """Return a loadout with the forecast before it and under it, of a library into which edits are written."""
        if found is None:
            return None
        edited, manual, folds = applied(self.halves.skills, written)
        listed, away = seated(edited, found.seats, inside=True)
        away |= manual
        cut, hidden = as_shown(
            [each for each in listed if each.id not in away and each.id not in folds], self.config
        )
        text = {skill.id: skill for skill in cut}
        skills = tuple(text.get(skill.id, skill) for skill in listed)
        # What is off because another skill does the same is that one's to answer.
        into = folded_into([*folds.items(), *((seat.skill, seat.into) for seat in found.seats if seat.into)])
        after = self.scored((skills, (away - set(into)) | hidden, into))
        before = self.after(written) if written else self.before
        return msgspec.structs.replace(found, before=self.rates(before)[1], after=self.rates(after)[1])

    def harms(self, edits: Sequence[Edit]) -> tuple[Harm, ...]:
        """Return whom some edits harm."""
        config = self.config
        found = harmed(self.before, self.after(edits), config.scorer, config.router, touching(edits))
        return _weighty(found, edits)

    def ablation(self, edits: Sequence[Edit]) -> tuple[Step, ...]:
        """Return the figures after each step and all before it."""
        config, last = self.config, self.before
        lines = [_line("before", 0, self.rates(last)[1], None)]
        done: list[Edit] = []
        for step in STEPS:
            new = [edit for edit in edits if edit.step == step and edit.accept]
            if not new:
                continue
            done += new
            found = self.after(done)
            gain = paired(last, found, config.scorer, config.router).difference.value
            lines.append(_line(step, len(new), self.rates(found)[1], gain))
            last = found
        return tuple(lines)


def _line(step: str, number: int, found: RoutingRates, gain: float | None) -> Step:
    return Step(
        step=step,
        edits=number,
        accuracy=found.accuracy.value,
        hijack=found.hijack.value,
        no_skill=found.no_skill.value,
        gain=gain,
    )
