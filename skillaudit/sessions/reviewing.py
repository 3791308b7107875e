"""A review from its questions to the profile: the sheet that is filled in, the answers that are read back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from skillaudit.errors import UsageError
from skillaudit.routing.calibrate import save
from skillaudit.routing.profiles import DEFAULT_ROUTER, RouterProfile, find
from skillaudit.safety.exits import in_markdown
from skillaudit.schema import Library, Record, Skill
from skillaudit.sessions.choosing import Unsure, questions
from skillaudit.sessions.learning import Learned, learned
from skillaudit.sessions.records import Harvest
from skillaudit.sessions.reviews import Reviews, answer, request_id
from skillaudit.sessions.yours import decision_log, enough, fit

if TYPE_CHECKING:
    from skillaudit.scoring import Scorer

_MARK = re.compile(r"^## \d{1,4} <!-- (?P<request>[0-9a-f]{16}) -->", re.MULTILINE)
_NEAR = re.compile(r"\d\. `([^`]+)`")
_TICK = "\u02cb"
"""Stands for a backtick in a name, which would end its span and pose as another name."""
_ANSWER = re.compile(r"(?i)^\s*answer:(.*)$")
_HELP = """\
# Was this the right skill?

Write behind each `answer:` one of: `right` (what was loaded, or that nothing was), `none` (no skill was needed), the
number of a skill or its name (several with commas), or leave it empty to pass over it. All else may stay.
"""


class Reviewed(Record):
    """What a review came to."""

    given: int
    """Requests that are judged, of all reviews."""
    left: int
    """Judged requests with a right skill that are missing to a profile."""
    profile: RouterProfile | None
    """The profile of the user's agents; None while too few are judged."""
    path: str = ""
    """Where it is kept."""


class Wrong(NamedTuple):
    """A line of a sheet that could not be read."""

    line: int
    why: str


class Review:
    """A review of one library: asks, takes answers, and can take the last one back."""

    def __init__(
        self, library: Library, shown: Sequence[Skill], scorer: Scorer, harvest: Harvest, reviews: Reviews
    ) -> None:
        """Take a library, the skills that compete with their scorer, and what was read of transcripts."""
        self.library = library
        self._shown = tuple(shown)
        self._scorer = scorer
        self._harvest = harvest
        self.reviews = reviews
        self._names = {skill.id: skill.name for skill in library.skills}

    @property
    def known(self) -> tuple[str, ...]:
        """Ids of the skills that an answer can name."""
        return tuple(self._names)

    def questions(self, count: int = 20) -> tuple[Unsure, ...]:
        """Return the requests to ask about next, best first; raises UsageError for a scorer without classes."""
        prior = find(DEFAULT_ROUTER, self._scorer.name).fits[self._scorer.name]
        return questions(
            self._learned().evidence, self._shown, self._scorer, prior, self.reviews.asked, count
        )

    def on_sheet(self, text: str) -> tuple[Unsure, ...]:
        """Return the questions that a sheet holds, whatever would be asked now."""
        wanted = set(_MARK.findall(text))
        known = {request_id(one.query): one for one in reversed(self._learned().evidence) if one.decided}
        return tuple(
            Unsure(request=request, evidence=one, near=())
            for request, one in known.items()
            if request in wanted
        )

    def give(self, question: Unsure, gold: Sequence[str] | None) -> None:
        """Keep an answer, skills by their ids; None passes over the request."""
        names = None if gold is None else [self._names.get(skill, skill) for skill in gold]
        self.reviews.give(question.request, names)

    def settle(self) -> Reviewed:
        """Fit the profile and keep it where every audit finds it; raises UsageError where it cannot be written."""
        found = self.outcome()
        if found.profile is None:
            return found
        return msgspec.structs.replace(found, path=str(save(found.profile)))

    def outcome(self) -> Reviewed:
        """Fit the profile to all that was judged."""
        found = self._learned().evidence
        log = decision_log(found, self._shown)
        left = enough(log)
        profile = None if left else fit(found, self._shown, self._scorer)
        return Reviewed(given=len({decision.query for decision in log.decisions}), left=left, profile=profile)

    def _learned(self) -> Learned:
        return learned(self.library, self._harvest, self.reviews)


def sheet(asked: Iterable[Unsure]) -> str:
    """Return questions as a Markdown page to be filled in."""
    parts = [_HELP]
    for at, question in enumerate(asked, 1):
        one = question.evidence
        times = f", {one.count:,} times" if one.count > 1 else ""
        loaded = ", ".join(map(_span, one.fired)) or "nothing"
        near = "   ".join(f"{place}. {_span(name)}" for place, name in enumerate(question.near, 1))
        parts.append(
            f"## {at} <!-- {question.request} -->\n\n> {in_markdown(one.query[:600])}\n\n"
            f"{in_markdown(one.model) or 'the model'} in {one.client}, {one.time[:10]}{times}: loaded {loaded}\n\n"
            f"close: {near}\n\nanswer:\n"
        )
    return "\n".join(parts)


def _span(name: str) -> str:
    return f"`{name.replace('`', _TICK)}`"


def read_sheet(
    text: str,
    asked: Sequence[Unsure],
    known: Sequence[str],
    give: Callable[[Unsure, Sequence[str] | None], None],
) -> tuple[int, tuple[Wrong, ...]]:
    """Give the answers of a filled sheet; returns how many there were, and the lines that could not be read."""
    by_request = {question.request: question for question in asked}
    question: Unsure | None = None
    wrong: list[Wrong] = []
    count = 0
    for number, line in enumerate(text.splitlines(), 1):
        if mark := _MARK.match(line):
            question = by_request.get(mark["request"])
            if question is None:
                wrong.append(
                    Wrong(number, "this request is not among those that are asked; make the sheet again")
                )
        elif question is not None and line.startswith("close:"):
            question = msgspec.structs.replace(
                question, near=tuple(name.replace(_TICK, "`") for name in _NEAR.findall(line))
            )
        elif (said := _ANSWER.match(line)) and question is not None:
            try:
                gold = answer(said[1], question.evidence.fired, question.near, known)
            except UsageError as error:
                wrong.append(Wrong(number, str(error)))
                continue
            if gold is not None:
                give(question, gold)
                count += 1
            question = None
    return count, tuple(wrong)
