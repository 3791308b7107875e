"""Which gains are worth an edit."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest

from skillaudit.optimize.bench import Bench
from skillaudit.optimize.board import Columns, Delta
from skillaudit.schema import Request, Skill

SKILLS = [Skill(id=name, name=name, description=f"Handles {name}.") for name in ("invoices", "travel")]
REQUESTS = [
    Request(query=f"handle {skill.id} {n}", gold=(skill.id,), source="file")
    for skill in SKILLS
    for n in (1, 2, 3)
]


@pytest.mark.parametrize(
    ("soft", "hard", "worth"),
    [
        ((0.3,), (1,), False),
        ((0.3, 0.3), (1, 1), False),  # 1.41 standard errors
        ((0.3, 0.3, 0.3), (0, 0, 0), True),  # 1.73
        ((0.3, 0.3, 0.3), (0, 0, -1), False),  # a request that was right is right no more
        ((0.03, 0.03, 0.03), (0, 0, 0), False),  # 0.045 requests: not worth a reader's time
        ((0.5, 0.5, 0.5, -0.3), (0, 0, 0, 0), False),  # 1.31
    ],
)
def test_a_gain_convinces_when_it_is_large_and_not_the_doing_of_two_requests(
    soft: Sequence[float], hard: Sequence[int], worth: bool
) -> None:
    columns = Columns(
        "lexical", [skill.text for skill in SKILLS], [request.query for request in REQUESTS], None
    )
    bench = Bench.of(SKILLS, REQUESTS, columns, 20.0, 300)
    delta = Delta(soft=np.zeros(6), hard=np.zeros(6, dtype=np.int64))
    delta.soft[: len(soft)], delta.hard[: len(hard)] = soft, hard
    assert bool(bench.convincing(delta)) is worth


def test_a_request_whose_words_a_description_quotes_proves_nothing() -> None:
    asked = "Match open invoices to payments for me please? We have a large backlog of them since the spring."
    requests = [*REQUESTS, Request(query=asked, gold=("invoices",), source="file")]
    columns = Columns("lexical", [skill.text for skill in SKILLS], [each.query for each in requests], None)
    bench = Bench.of(SKILLS, requests, columns, 20.0, 300)
    delta = Delta(soft=np.full(7, 0.2), hard=np.zeros(7, dtype=np.int64))
    plain = bench.unquoted({0: "Handles invoices and open payments."}, delta)
    quoting = 'Handles invoices. Use for requests such as "Match open invoices to payments for me please?".'
    assert plain.soft[6] == pytest.approx(0.2)
    assert bench.unquoted({0: quoting}, delta).soft[6] == 0.0


def test_what_is_used_and_asked_often_counts_for_more() -> None:
    skills = [
        Skill(id=name, name=name, description=f"Draws {name}.", used=used)
        for name, used in (("charts", 7.0), ("plots", 0.0))
    ]
    requests = [
        Request(query=f"draw me {gold} {often}", gold=(gold,), source="file", weight=often)
        for gold, often in (("charts", 1.0), ("plots", 1.0), ("plots", 3.0))
    ]
    columns = Columns("lexical", [skill.text for skill in skills], [each.query for each in requests], None)
    assert Bench.of(skills, requests, columns, 60.0, 1024).board.weights.tolist() == [2.0, 0.25, 0.75]
    even = [msgspec.structs.replace(skill, used=0.0) for skill in skills]
    assert Bench.of(even, requests[:2], columns, 60.0, 1024).board.weights.tolist() == [1.0, 1.0]
