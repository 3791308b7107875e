"""Lists and visibility in words: who is cut, who is invisible, what is lost, what is assumed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skillaudit.clients.listing import Listing, ListingEntry
from skillaudit.clients.profiles import profile
from skillaudit.schema import Skill


def summary(listing: Listing) -> tuple[str, ...]:
    """Return sentences on a whole list: its budget, the states of its skills, and what it rests on."""
    rule = profile(listing.client)
    lines = []
    if listing.budget is None:
        lines.append(f"{rule.title} ({listing.date}): {listing.used:,} {listing.unit}, no known budget.")
    else:
        share = listing.whole / listing.budget if listing.budget else 0.0
        lines.append(
            f"{rule.title} ({listing.date}): {listing.used:,} of {listing.budget:,} {listing.unit}; "
            f"uncut it would be {listing.whole:,} ({share:.0%})."
        )
    lost = sum(entry.lost for entry in listing.entries)
    shown = listing.count("full")
    below = sum(one.state == "behind" for one in listing.found)
    behind = f"{below:,} behind gateways, " if below else ""
    lines.append(
        f"{shown:,} {'skill is' if shown == 1 else 'skills are'} shown whole, "
        f"{listing.count('shortened'):,} shortened, {listing.count('name-only'):,} by name alone, "
        f"{behind}{listing.count('invisible') - below:,} not at all; {lost:,} characters of descriptions are lost."
    )
    if listing.assumption and listing.budget is not None and listing.whole > listing.budget:
        lines.append(f"Assumed: {listing.assumption}.")
    return tuple(lines)


def losses(skills: Sequence[Skill], listing: Listing) -> Iterator[str]:
    """Yield a line for each skill that is not shown whole, with the text that is lost."""
    for skill, entry, one in zip(skills, listing.entries, listing.found, strict=True):
        if one.state == "behind":
            yield f"{skill.id}: behind a gateway of the list, which sends to it"
        elif entry.state == "invisible" and one.state == "not loaded" and entry.reason == one.reason:
            yield f"{skill.id}: not loaded: {one.reason}{f'; {one.fix}' if one.fix else ''}"
        elif entry.state == "invisible":
            yield f"{skill.id}: invisible ({entry.reason})"
        elif entry.lost:
            yield f"{skill.id}: {entry.state}, {entry.lost:,} characters lost: {_lost_text(skill, entry)}"


def _lost_text(skill: Skill, entry: ListingEntry) -> str:
    """Return the end of the description that the model does not see."""
    return skill.description[-entry.lost :] if entry.lost <= len(skill.description) else skill.description
