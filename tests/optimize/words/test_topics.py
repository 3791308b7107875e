"""What a file covers, as a sentence: whole titles that can stand in a list, and none that any file has."""

from __future__ import annotations

import pytest

from skillaudit.optimize.words.source import source_of
from skillaudit.optimize.words.topics import Writing, covering, topics
from skillaudit.schema import Skill


def covers(*titles: str, prose: str = "", known: tuple[str, ...] = ()) -> str:
    told = (
        "It has, in plain words, schema changes, resolver patterns, security, ramping curves, limits, costs, "
    )
    told += "checkpoint, dead letters, consumers, retry policies, severity classification system, billing funnel, page."
    prose = f"{told} {prose}"
    body = "# T\n\n" + f"{prose}\n\n" + "".join(f"{title}\n\nText of it.\n\n" for title in titles)
    source = source_of(Skill(id="s", name="s", description="", body=body))
    return covering(topics(source, "s", Writing([source])), known)


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (("## Schema Changes", "## Resolver Patterns", "## Security & SAST"),
         "Covers schema changes, resolver patterns, and security and SAST."),
        (("## Schema Design", "## Resolver Patterns"), ""),
        (("## Schema Design", "## Resolver Patterns", "## Common Mistakes"), ""),
        (("## Schema Design", "## Resolver Patterns", "## Future Enhancements"), ""),
        (("## Schema Design", "## Write Tests First", "## Step 2: Deploy", "## When to stop", "## `run.sh`"), ""),
        (("## Workflow", "### Ramping Rules", "### dt Limits", "### Checkpoint Costs"), ""),
        (("## Workflow", "### Ramping Curves", "### dt Limits", "### Checkpoint Costs"),
         "Covers ramping curves, dt limits, and checkpoint costs."),
        (("## Severity Classification System", "## Resolver Patterns", "## Schema Changes"),
         "Covers the severity classification system, resolver patterns, and schema changes."),
        (("## Severity Classification Poll", "## Rollback Framework", "## Alert Engine", "## Kafka Consumer"), ""),
        (("## Billing Funnel", "## Resolver Patterns", "## Schema Changes"),
         "Covers the billing funnel, resolver patterns, and schema changes."),
        (("## Billing Page", "## Resolver Patterns", "## Schema Changes"), ""),
        (("## Swagger Files", "## Resolver Patterns", "## Schema Changes"), ""),
        (("## Schema Design", "## Avoid Hidden Joins", "## Never Log Secrets", "## Index Choice"), ""),
    ],
)  # fmt: skip
def test_whole_titles_make_a_sentence(titles: tuple[str, ...], expected: str) -> None:
    assert covers(*titles) == expected


def test_names_keep_their_capital() -> None:
    said = covers(
        "## Kafka Consumers", "## Dead Letters", "## Retry Policies",
        prose="Messages come from Kafka and go to Kafka again.",
    )  # fmt: skip
    assert said == "Covers Kafka consumers, dead letters, and retry policies."


def test_what_is_known_is_not_said_again() -> None:
    titles = ("## Schema Changes", "## Resolver Patterns", "## Retry Policies")
    assert covers(*titles, known=("schema", "change", "chang", "resolver")) == ""
