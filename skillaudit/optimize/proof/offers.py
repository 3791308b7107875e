"""What only the author can weigh: refused edits that would help the library at the price of one skill."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from skillaudit.optimize.records import Edit, Harm, Offer, Proof

MAX_OFFERS = 4
LEAST = 0.002
"""Share of all requests that an offer must bring."""
KINDS = frozenset({"demote", "fold", "describe", "boundary"})
"""Edits that the program can make, and a local scorer can judge."""


def offers(
    edits: Sequence[Edit], proof: Proof, prove: Callable[[Sequence[Edit]], Proof]
) -> tuple[Offer, ...]:
    """Return what each refused edit would bring on the proof half on top of the accepted ones, best first.

    Edits that take skills off the list are also tried all at once: where several broad skills take the same
    requests, the absence of one alone leaves them to the next. Figures are made with `prove`; they choose
    what is shown, so they are kinder than a proof.
    """
    changed = {edit.skills[0] for edit in edits if edit.accept}
    open_ = [
        edit
        for edit in edits
        if not edit.accept and edit.kind in KINDS and (edit.kind == "demote" or edit.skills[0] not in changed)
    ]
    open_.sort(key=lambda edit: (-(edit.effect.expected if edit.effect else 0.0), edit.id))
    away = [edit for edit in open_ if edit.kind == "demote"]
    bundles = [[edit] for edit in open_[:MAX_OFFERS]] + ([away] if len(away) > 1 else [])
    found = [_offer(bundle, edits, proof, prove) for bundle in bundles]
    return tuple(
        sorted(
            (offer for offer in found if offer.gain - offer.triggers / 100 >= LEAST),
            key=lambda offer: (-offer.gain, offer.edits),
        )
    )


def _offer(
    bundle: Sequence[Edit], edits: Sequence[Edit], proof: Proof, prove: Callable[[Sequence[Edit]], Proof]
) -> Offer:
    ids = {edit.id for edit in bundle}
    after = prove(
        [msgspec.structs.replace(edit, accept=True, refused="") if edit.id in ids else edit for edit in edits]
    )
    known = {harm.skill for harm in proof.harmed}
    harmed: tuple[Harm, ...] = tuple(harm for harm in after.harmed if harm.skill not in known)
    return Offer(
        edits=tuple(edit.id for edit in bundle),
        accuracy=after.after.accuracy.value,
        hijack=after.after.hijack.value,
        gain=round((after.after.accuracy.value or 0.0) - (proof.after.accuracy.value or 0.0), 4),
        triggers=min((edit.triggers or 0.0 for edit in bundle if edit.spares), default=0.0),
        harmed=harmed,
    )
