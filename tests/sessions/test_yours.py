"""What the profile `yours` makes of agents that never leave a request without a skill."""

from __future__ import annotations

import pytest

from skillaudit.progress import SILENT
from skillaudit.routing.decisions import library_skill
from skillaudit.routing.profiles import find
from skillaudit.routing.rates import Rates
from skillaudit.routing.reading import Reader
from skillaudit.schema import Request
from skillaudit.scoring import make_scorer
from skillaudit.sessions.deciding import Occasion
from skillaudit.sessions.yours import ALWAYS, always_loads, decision_log, fit

WORDS = ("charts", "invoices", "trips", "notes", "mails", "maps", "songs", "taxes")
SKILLS = tuple(
    library_skill(at, word, f"Makes {word} out of what it is given.") for at, word in enumerate(WORDS)
)
SCORER = make_scorer("lexical", [skill.text for skill in SKILLS])


def decisions(count: int, without: int = 0) -> list[Occasion]:
    """Judged requests: every fourth went to a wrong skill, the last of these `without` any."""
    found = []
    for at in range(count):
        right, wrong = SKILLS[at % 8].id, SKILLS[(at + 1) % 8].id
        fired = () if at >= count - without else (wrong if at % 4 == 0 else right,)
        found.append(
            Occasion(
                id=str(at), query=f"make {WORDS[at % 8]} number {at}", fired=fired, how="model" if fired else None,
                gold=(right,), gold_from="review",
            )
        )  # fmt: skip
    return found


def forecast(found: list[Occasion]) -> Rates:
    asked = [Request(query=one.query, gold=one.gold or (), source="file") for one in decisions(2000)]
    reader = Reader(
        SKILLS,
        asked,
        SCORER,
        known=None,
        library=SKILLS,
        catch_all=0.0,
        strangers=False,
        near=None,
        progress=SILENT,
    )
    return reader.view(fit(found, SKILLS, SCORER).at([skill.name for skill in SKILLS])).rates(0)


@pytest.mark.parametrize("count", [20, 50])
def test_nothing_may_be_as_rare_as_never_where_no_request_was_left_without_a_skill(count: int) -> None:
    rates = forecast(decisions(count))
    assert rates.no_skill.low == 0
    values = [rates.accuracy.value, rates.hijack.value, rates.no_skill.value]
    assert sum(value for value in values if value is not None) == pytest.approx(1)
    assert rates.no_skill.high is not None and rates.no_skill.high > 0.02
    seen = forecast(decisions(count, without=count // 2))
    assert seen.no_skill.low is not None and seen.no_skill.low > 0


def test_the_belief_grows_with_different_requests_and_ends_with_the_first_that_got_nothing() -> None:
    few, many = (always_loads(decision_log(decisions(count), SKILLS)) for count in (8, 50))
    assert ALWAYS < few < many < 1
    assert always_loads(decision_log(decisions(8) * 5, SKILLS)) == few
    assert always_loads(decision_log(decisions(50, without=1), SKILLS)) == 0
    assert fit(decisions(8), SKILLS, SCORER).fits["lexical"].always == few
    assert find(None, "lexical").fits["lexical"].always == 0
