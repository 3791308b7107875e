"""Requests written by a model on demand, and the checks that keep them honest."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from skillaudit.progress import SILENT, Progress
from skillaudit.reading import JsonError, parse_json
from skillaudit.reading.limits import ANSWER
from skillaudit.requests.gathering import is_proof
from skillaudit.requests.leaks import LeakFilter
from skillaudit.requests.wording import pieces, words
from skillaudit.safety.cleaning import one_line
from skillaudit.safety.prompts import Quote
from skillaudit.schema import Request, Skill
from skillaudit.text.markdown import plain

MIN_WORDS, MAX_WORDS = 15, 30
COPIED_RUN = 5
"""So many words in a row out of the description are a copied phrase."""

_SOURCE = 350
"""Characters of the body that the model sees: enough for the task, too few to retell."""

_PROMPT = """\
Write {count} different things that a person could ask an AI assistant for, where the right help is the \
one described below. The person has never heard of it and does not know what it is called.

Each request:
- is one sentence of {low} to {high} words, in the person's own voice, about their own concrete case;
- never uses the name below, or any tool, command or repository name from the text;
- says it in other words: never more than three words in a row from the text.

Of every two, the first states its case exactly, and the second says it in everyday words, as someone would who \
does not know the terms of the trade.

{rule}

{name}
{description}
{detail}

Answer with a JSON list of {count} strings and nothing else."""

_ITEM = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s*")


class Refused(NamedTuple):
    """A sentence of a model that was not taken, and why."""

    query: str
    reason: str


def prompt(skill: Skill, count: int) -> str:
    """Return what a model is asked for one skill."""
    detail = plain(" ".join(skill.body.split())[:_SOURCE]) or "none"
    quote = Quote(skill.name, skill.description, detail)
    return _PROMPT.format(
        count=count,
        low=MIN_WORDS,
        high=MAX_WORDS,
        rule=quote.rule,
        name=quote("name", skill.name),
        description=quote("description", skill.description),
        detail=quote("detail", detail),
    )


def parse(answer: str) -> list[str]:
    """Return the sentences of an answer: a JSON list, with or without a fence, or one a line."""
    start, stop = answer.find("["), answer.rfind("]")
    if 0 <= start < stop:
        try:
            found = parse_json(answer[start : stop + 1], ANSWER)
        except JsonError:
            found = None
        if isinstance(found, list):
            return [line for item in found if isinstance(item, str) and (line := one_line(item))]
    lines = (_ITEM.sub("", line).strip(" \"'“”,") for line in answer.splitlines() if _ITEM.match(line))
    return [line for line in lines if line]


def fault(query: str, skill: Skill, leaks: LeakFilter) -> str | None:
    """Say why a sentence cannot stand for a user's request; None when it can."""
    length = words(query)
    if not MIN_WORDS <= length <= MAX_WORDS:
        return f"{length} words, not {MIN_WORDS} to {MAX_WORDS}"
    if leaks.names(query, skill.id) or leaks.leaks(query, skill.id):
        return "names the skill or repeats its description"
    order, text = pieces(query), f" {' '.join(pieces(skill.description))} "
    for start in range(len(order) - COPIED_RUN + 1):
        run = " ".join(order[start : start + COPIED_RUN])
        if f" {run} " in text:
            return f"copies {run!r} from the description"
    return None


def synthesize(
    skills: Sequence[Skill],
    complete: Callable[[str], str],
    per_skill: int = 3,
    *,
    attempts: int = 2,
    refused: list[Refused] | None = None,
    progress: Progress = SILENT,
) -> tuple[Request, ...]:
    """Have a model write up to `per_skill` requests for each routable skill, exact and everyday ones in turn.

    `complete` sends a prompt and returns the answer; whatever it raises is passed on. A skill for which too
    few sentences pass the checks (length, name, copied phrases; the probe protocol of arXiv 2605.16508) is
    asked for again, `attempts` times in all. `refused`, where given, collects what was not taken.
    """
    routable = [skill for skill in skills if not skill.manual_only]
    leaks = LeakFilter(skills)
    requests: list[Request] = []
    for done, skill in enumerate(routable):
        progress.update("synthesize", done, len(routable), skill.name)
        taken: dict[str, None] = {}
        for _ in range(attempts):
            if len(taken) >= per_skill:
                break
            for query in parse(complete(prompt(skill, per_skill - len(taken)))):
                reason = fault(query, skill, leaks)
                if reason is None:
                    taken.setdefault(query)
                elif refused is not None:
                    refused.append(Refused(query, reason))
        requests += [
            Request(query=query, gold=(skill.id,), source="synthetic", home=skill.id, proof=is_proof(query))
            for query in list(taken)[:per_skill]
        ]
    progress.update("synthesize", len(routable), len(routable))
    return tuple(requests)
