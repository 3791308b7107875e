"""Read logs of recorded routing decisions.

A log is JSON lines, gzip or plain, one request a line: `query`; `gold`, a list of the right names (empty:
nothing should fire); `acceptable`, names that are no mistake either; `choice`, {model: name or null}; and what
was on offer, as `candidates_idx` (rows of the library), `candidates` (names), or neither for the whole library.
`candidate_descriptions` beside `candidates` stands in for a library file. `date` or `timestamp`, an ISO day or
time or seconds since 1970, says when it was recorded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from skillaudit import reading
from skillaudit.errors import RequestError
from skillaudit.reading import JsonError, named, parse_json
from skillaudit.reading.limits import DECISIONS, MODELS
from skillaudit.safety.cleaning import clean_data
from skillaudit.schema import Skill

Ints = npt.NDArray[np.int64]

NONE, RIGHT, WRONG, UNASKED = 0, 1, 2, -1
"""Outcomes of a decision: nothing or an invalid id, a right skill, another skill, model not asked."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One request as it was put to one or more models."""

    query: str
    gold: tuple[int, ...]
    """Library rows that are right; empty when nothing should fire."""
    offered: Ints | None
    """Library rows on offer in the order shown; None for the whole library."""
    chosen: Mapping[str, int]
    """Per model the library row chosen, -1 for nothing or an invalid id."""

    def outcome(self, model: str) -> int:
        """`NONE`, `RIGHT`, `WRONG`, or `UNASKED`."""
        row = self.chosen.get(model)
        if row is None:
            return UNASKED
        return NONE if row < 0 else RIGHT if row in self.gold else WRONG


@dataclass(frozen=True, slots=True)
class DecisionLog:
    """Recorded decisions over one library."""

    skills: tuple[Skill, ...]
    decisions: tuple[Observation, ...]
    date: str = ""
    """Day of the latest decision, ISO; empty where no line says when it was recorded."""

    @property
    def models(self) -> tuple[str, ...]:
        """Every model that decided anything, sorted."""
        return tuple(sorted({model for decision in self.decisions for model in decision.chosen}))


def fold_of(text: str, folds: int) -> int:
    """Which of `folds` parts a text falls in, by its hash."""
    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % folds


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, object) of a JSON-lines file, gzip or plain; raises `RequestError`."""
    for number, line in reading.read_lines(path, DECISIONS, error=RequestError):
        place = f"{named(path)}:{number}"
        if line is None:
            raise RequestError(f"{place}: the line is longer than 8 MiB; split the request")
        if not line.strip():
            continue
        try:
            value = clean_data(parse_json(line.decode("utf-8"), DECISIONS))
        except ValueError as error:
            why = str(error) if isinstance(error, JsonError) else "no UTF-8"
            raise RequestError(f"{place}: not JSON lines ({why}); write one object a line") from None
        if not isinstance(value, dict):
            raise RequestError(f"{place}: expected a JSON object, found {type(value).__name__}")
        yield number, value


def read_library(path: Path) -> tuple[Skill, ...]:
    """Read `name` and `description` of every line, in order; names may repeat, ids do not.

    `fn_name`, where a line has it, is the name that the model saw, and wins.
    """
    skills = []
    for row, (number, value) in enumerate(read_lines(path)):
        key = "fn_name" if value.get("fn_name") else "name"
        skills.append(
            library_skill(row, _text(value, key, path, number), str(value.get("description") or ""))
        )
    return tuple(skills)


def read_decisions(path: Path, library: Sequence[Skill] | None = None) -> DecisionLog:
    """Read a log of decisions; without `library` the lines must carry `candidate_descriptions`.

    Lines whose gold is null, or whose gold is not on offer, cannot be judged and are left out. Raises
    `RequestError` with file and line for anything that is not in the format.
    """
    skills = list(library or ())
    rows_of: dict[str, list[int]] = {}
    for row, skill in enumerate(skills):
        rows_of.setdefault(skill.name, []).append(row)
    inline: dict[tuple[str, str], int] = {}
    decisions = []
    models: set[str] = set()
    day = ""
    for number, value in read_lines(path):
        query = _text(value, "query", path, number)
        day = max(day, _day(value, path, number))
        gold = value.get("gold")
        if gold is None:
            continue
        if not isinstance(gold, list):
            raise RequestError(f"{path}:{number}: `gold` must be a list of names")
        choice = value.get("choice") or {}
        if not isinstance(choice, dict):
            raise RequestError(f"{path}:{number}: `choice` must be an object of model: name or null")
        models.update(choice)
        if len(models) > MODELS:
            raise RequestError(f"{path}:{number}: more than {MODELS} models; split the log by model")
        if library is None:
            offered: Ints | None = _inline(value, skills, inline, path, number)
        else:
            offered = _offered(value, rows_of, len(skills), path, number)
        on_offer: dict[str, list[int]] = rows_of
        if offered is not None:
            on_offer = {}
            for row in offered.tolist():
                on_offer.setdefault(skills[row].name, []).append(row)
        fair = value.get("acceptable") or []
        if not isinstance(fair, list):
            raise RequestError(f"{path}:{number}: `acceptable` must be a list of names")
        decision = judged(query, gold, choice, offered, on_offer, fair)
        if decision is not None:
            decisions.append(decision)
    return DecisionLog(skills=tuple(skills), decisions=tuple(decisions), date=day)


def judged(
    query: str,
    gold: Sequence[Any],
    choice: Mapping[str, Any],
    offered: Ints | None,
    on_offer: Mapping[str, Sequence[int]],
    acceptable: Sequence[Any] = (),
) -> Observation | None:
    """Return a decision whose right skills and choices are known by name; None where no right one was on offer.

    `on_offer` holds the library rows of each name among `offered`: skills that share a name cannot be told apart.
    An `acceptable` skill counts as right; where nothing is needed, as nothing.
    """
    if gold and not any(str(name) in on_offer for name in gold):
        return None
    right = tuple(dict.fromkeys(row for name in (*gold, *acceptable) for row in on_offer.get(str(name), ())))
    chosen = {str(model): _chosen(name, on_offer, right) for model, name in choice.items()}
    if gold:
        return Observation(query=query, gold=right, offered=offered, chosen=chosen)
    chosen = {model: -1 if row in right else row for model, row in chosen.items()}
    return Observation(query=query, gold=(), offered=offered, chosen=chosen)


def _day(value: Mapping[str, Any], path: Path, number: int) -> str:
    """ISO day on which a decision was recorded; empty where the line does not say."""
    for key in ("date", "timestamp"):
        moment = value.get(key)
        if moment is None:
            continue
        try:
            if isinstance(moment, str):
                return date.fromisoformat(moment[:10]).isoformat()
            if isinstance(moment, int | float) and not isinstance(moment, bool):
                return datetime.fromtimestamp(moment, UTC).date().isoformat()
        except (ValueError, OverflowError, OSError):
            pass
        raise RequestError(f"{path}:{number}: `{key}` must be an ISO day or time, or seconds since 1970")
    return ""


def _chosen(name: Any, on_offer: Mapping[str, Sequence[int]], right: tuple[int, ...]) -> int:
    """Row that a recorded answer stands for; -1 when it is null or names nothing on offer."""
    rows = on_offer.get(str(name), ()) if name is not None else []
    return next((row for row in rows if row in right), rows[0] if rows else -1)


def _offered(
    value: dict[str, Any], rows_of: Mapping[str, list[int]], size: int, path: Path, number: int
) -> Ints | None:
    index = value.get("candidates_idx")
    if index is not None:
        rows = index if isinstance(index, list) else [None]
        if not all(type(row) is int and 0 <= row < size for row in rows):
            raise RequestError(
                f"{path}:{number}: `candidates_idx` must hold rows of the library, below {size}"
            )
        return np.array(rows, dtype=np.int64)
    names = value.get("candidates")
    if names is None:
        return None
    if not isinstance(names, list):
        raise RequestError(f"{path}:{number}: `candidates` must be a list of names")
    unknown = [name for name in names if str(name) not in rows_of]
    if unknown:
        raise RequestError(
            f"{path}:{number}: {unknown[0]!r} is not in the library; give the library it was asked with"
        )
    return np.array([row for name in dict.fromkeys(map(str, names)) for row in rows_of[name]], dtype=np.int64)


def _inline(
    value: dict[str, Any], skills: list[Skill], known: dict[tuple[str, str], int], path: Path, number: int
) -> Ints:
    """Rows of candidates that bring their descriptions along; adds new ones to `skills`."""
    names, texts = value.get("candidates"), value.get("candidate_descriptions")
    if not isinstance(names, list) or not isinstance(texts, list) or len(names) != len(texts):
        raise RequestError(
            f"{path}:{number}: without a library file each line needs `candidates` and, in the same order, "
            "`candidate_descriptions`"
        )
    rows = []
    for name, text in zip(names, texts, strict=True):
        key = (str(name), str(text))
        if key not in known:
            known[key] = len(skills)
            skills.append(library_skill(len(skills), *key))
        rows.append(known[key])
    return np.array(rows, dtype=np.int64)


def library_skill(row: int, name: str, description: str) -> Skill:
    """Return the skill in a row of a log's library; names may repeat, ids do not."""
    return Skill(id=f"{row}:{name}", name=name, description=" ".join(description.split()))


def _text(value: dict[str, Any], key: str, path: Path, number: int) -> str:
    text = value.get(key)
    if not isinstance(text, str) or not text.strip():
        raise RequestError(f"{path}:{number}: `{key}` is missing or not text")
    return text
