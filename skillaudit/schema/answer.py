"""The answer to the question that everybody asks first: what is wrong, for whom, and what to do."""

from __future__ import annotations

from skillaudit.schema.library import Record


class NextStep(Record):
    """One thing to do, with what that gains and the way to do it."""

    do: str
    """One sentence that says what to do."""
    gain: str
    """What it gains, in a clause."""
    command: str = ""
    """Shell command that does it or leads to it; empty where there is none."""
    action: str = ""
    """Slugs of the actions, or of the view, that do it in the app, one after the other; empty where there is none."""


class Answer(Record):
    """The report in a few plain sentences; every number in them stands elsewhere in the report."""

    judged: bool
    """True where requests judge the library; without any, no rate is worth saying."""
    happens: tuple[str, ...]
    """What happens and to whom, one sentence each, the worst first."""
    sure: str
    """How sure that is, and what it rests on."""
    steps: tuple[NextStep, ...] = ()
    """At most three things to do, what gains most first."""
