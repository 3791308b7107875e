"""Findings and the edits that mend them, in words: each names the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from skillaudit.page.blocks import Block, Column, Heading, field, table
from skillaudit.page.figures import plural, some
from skillaudit.page.lines import Span

if TYPE_CHECKING:
    from skillaudit.optimize.records import Edit, Mend, Optimisation
    from skillaudit.schema import Finding, PlannedEdit

MENDED = 4
"""Findings that are named for one edit."""
PAIR = 2
"""Skills that are named of a finding; more are counted."""
_OF_TWO = frozenset({"SA202", "SA204"})
"""Findings that are about their first two skills, whoever stands by."""
_HOLES = frozenset({"SA301", "SA302"})
"""Findings about a skill that takes from others: whichever takes enough to be told has an edit, refused or not."""
_BY_CLIENT = frozenset({"SA402"})
"""What only a plan for one client's list mends."""
SEARCHED = (
    "no edit: neither names nor files make the two one, and no text that was tried surely gains a request without "
    "costing another skill"
)
"""Why a pair has no edit, where all steps looked that make one."""
Change = TypeVar("Change", "Edit", "PlannedEdit")


def mended_blocks(found: Optimisation, edit: Edit) -> list[Block]:
    """Name the findings that an edit mends."""
    told = [
        f"{mend.code} {some(_named(mend, edit), PAIR)}".strip()
        for mend in found.mends
        if edit.id in mend.edits
    ]
    told = list(dict.fromkeys(told))  # two lists of clients are two findings of one code
    said = "; ".join(told[:MENDED]) + (f" and {len(told) - MENDED} more" if len(told) > MENDED else "")
    return [field("mends" if edit.accept else "would mend", said)] if told else []


def _named(mend: Mend, edit: Edit) -> list[str]:
    """Return the skills of a finding to name with an edit: the pair that it is about, else those that it touches."""
    touched = [skill for skill in dict.fromkeys((*edit.skills, edit.described)) if skill in mend.skills]
    pair = mend.skills[:PAIR]
    return list(pair) if mend.code in _OF_TWO and not set(pair).isdisjoint(touched) else touched


def mend_blocks(found: Optimisation) -> list[Block]:
    """Show the findings of the audit, each with the edit that mends it."""
    if not found.mends:
        return []
    known = {edit.id: edit for edit in found.edits}
    rows, by_hand, searched = [], Counter[str](), False
    for mend in found.mends:
        said = mending(mend, known, lambda edit: edit.id, 3)
        none = unmended(mend.code, found, found.client, mend.anchored)
        if not said and none is None:
            by_hand[mend.code] += 1
            continue
        searched = searched or (not said and none == SEARCHED)
        none = "no edit" if none == SEARCHED else none  # what holds for many pairs is told once, below
        tone = Span(said, "value") if said else Span(none or "", "muted")
        rows.append((Span(mend.code), Span(some(mend.skills, PAIR) or mend.about or "the library"), tone))
    blocks: list[Block] = [Heading("Findings", "and the edits that mend them")]
    if rows:
        blocks.append(table((Column("finding", 7), Column("skills"), Column("mended by")), rows))
    if searched:
        blocks.append(field("no edit", SEARCHED.removeprefix("no edit: ")))
    if by_hand:
        told = ", ".join(f"{count:,} {code}" for code, count in by_hand.items())
        blocks.append(field("by hand", told))
    return blocks


def mending(
    one: Mend | Finding, known: Mapping[str, Change], write: Callable[[Change], str], most: int
) -> str:
    """Say which edits mend a finding, and where it is about many skills, how many of them; empty without an edit.

    What was not accepted mends nothing: it is counted, and where there is nothing else, the first says why.
    """
    edits = [known[edit] for edit in one.edits if known[edit].accept]
    refused = [known[edit] for edit in one.edits if not known[edit].accept]
    if not edits:
        first = (
            f"{write(edit)}, not accepted" + (f": {edit.refused}" if edit.refused else "") for edit in refused
        )
        return next(first, "") + (f"; {len(refused) - 1:,} more not accepted" if refused[1:] else "")
    told = "; ".join(map(write, edits[:most]))
    told += f" and {len(edits) - most:,} more" if len(edits) > most else ""
    if len(one.skills) > PAIR and one.code not in _OF_TWO:
        touched = {skill for edit in edits for skill in edit.skills}.intersection(one.skills)
        told += f": {len(touched):,} of {plural(len(one.skills), 'skill')}"
    return told + (f"; {len(refused):,} more not accepted" if refused else "")


def unmended(
    code: str, found: Optimisation | None = None, client: str | None = None, anchored: bool = False
) -> str | None:
    """Say why a finding has no edit; None where no step of a plan tries to mend its kind.

    Of a plan that was only read it is not known which steps looked. `client` is the one that was asked for;
    `anchored` says that the plan's anchor paragraph tells the two skills apart.
    """
    from skillaudit.optimize.mending import BOTH, looking
    from skillaudit.optimize.records import UNJUDGED

    if code in _BY_CLIENT and not client:
        return "with --client NAME"
    steps = looking(code)
    if not steps:
        return None
    if anchored:
        return "no edit; the anchor paragraph (--all) tells the two apart"
    if found is None or not found.tried:
        return "no edit of this plan"
    left = [step for step in steps if step not in found.tried]
    tried = "nothing was found" if len(left) < len(steps) else "not tried"
    if not left:
        if code in _HOLES:
            return "no edit: of the requests that the plan is made by it takes few or none"
        return SEARCHED if code in BOTH else tried
    if not found.work_requests and UNJUDGED.isdisjoint(left):
        return f"{tried}: {some(left, None)} {'needs' if len(left) == 1 else 'need'} requests"
    return f"{tried}: --only left out {some(left, None)}"
