"""The activation step: a description that does not say when its skill is to be used is given that sentence.

Agents at work lose far more requests by loading nothing than by loading another skill, and no forced choice shows
it. In the one library that was measured before and after its descriptions were rewritten that way (21 skills,
1,953 tries), live agents loaded the right skill on 68 instead of 48 requests in a hundred.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from skillaudit.optimize.bench import Bench
from skillaudit.optimize.board import Delta
from skillaudit.optimize.rewrite.candidates import able_of, about_of, asked_for, when_of
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.optimize.words.phrasing import ended
from skillaudit.optimize.words.situations import TITLE, cues
from skillaudit.optimize.words.source import brings, is_thin
from skillaudit.progress import SILENT, Progress

LONGEST = 700
"""Characters of a description to which nothing is added: a client would cut it, and a reader skip it."""
FRESH = 3
"""Words that a sentence on what a skill does has to bring to its description."""
REASON = "its description does not say when to use it, which its own file does"
WHAT = "its description hardly says what it does, which its own file does"


def say_when(
    bench: Bench, lexicon: Lexicon, progress: Progress = SILENT, apart: Collection[int] = ()
) -> None:
    """Add a sentence on when to use a skill to every description without one, where no other skill loses by it.

    One that hardly says what its skill does is given that, too. The rows of `apart` are left alone.
    """
    drafts: list[tuple[int, str, str, tuple[str, ...]]] = []
    names = [skill.name for skill in bench.skills]
    for row, skill in enumerate(bench.skills):
        if row in bench.gone or row in apart or skill.declared_router:
            continue
        more = when_of(skill, row, lexicon, skill.description)
        more = more or (asked_for(row, lexicon, skill.description) if not skill.when_to_use else "")
        what = ""
        if is_thin(skill.description, TITLE):
            options = (about_of(row, lexicon, skill.description), able_of(row, lexicon, skill.description))
            base = f"{skill.name} {skill.description}"
            what = next((each for each in options if brings(each, base) >= FRESH), "")
        text = " ".join(filter(None, (ended(skill.description), ended(what), more)))
        fits = skill.description and len(text) <= min(LONGEST, bench.limit) and bench.allows(row, text)
        if fits and (what or (more and cues(text, names) > cues(skill.description, names))):
            drafts.append((row, text, WHAT if what else REASON, tuple(filter(None, (what, more)))))
    holders = Counter(sentence for *_, added in drafts for sentence in added)
    # What two descriptions would say alike tells neither from the other.
    drafts = [draft for draft in drafts if all(holders[sentence] == 1 for sentence in draft[3])]
    progress.update("optimize", 0, len(drafts), "activation")
    scores = bench.columns.full([bench.text(row, text) for row, text, *_ in drafts])
    for at, (row, text, reason, _) in enumerate(drafts):
        delta = bench.board.try_column(row, scores[:, at])
        theirs = bench.board.owner != row
        refused = bench.harm(row, Delta(delta.soft * theirs, delta.hard * theirs))
        bench.describe("describe", "activation", row, text, reason, scores[:, at], refused=refused)
