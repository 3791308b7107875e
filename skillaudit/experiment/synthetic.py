"""The pool of synthetic skills and the tasks that each is right for, read from the package's data."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from skillaudit.schema import Record

_MARK = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_DRAWN = {"n": (11, 980), "m": (11, 980), "small": (2, 9)}


class Template(Record):
    """One skill of the pool: what a router reads of it, and the tasks that it is right for."""

    id: str
    name: str
    description: str
    domain: str
    subtype: str
    tasks: tuple[str, ...] = ()
    """Templates with {slots}; [brackets] mark the words that make the task this skill's. A synonym has none."""

    def fits(self, task: str) -> bool:
        """Whether a task asks for this skill: it holds all marked words of one of the templates, in order."""
        return any(cue.search(task) for cue in _cues(self.tasks))


class Subtype(Record):
    """Five skills of one kind; the first is the base of its group, the next ones are its rivals."""

    domain: str
    name: str
    about: str
    skills: tuple[Template, ...]
    synonyms: tuple[Template, ...]
    """Two other ways to say what the base does: nothing in a task tells them from it."""


class Pool(Record):
    """Everything that synthetic libraries are made from."""

    domains: dict[str, str]
    """Name -> what it is about."""
    subtypes: tuple[Subtype, ...]
    slots: dict[str, tuple[str, ...]]

    @property
    def skills(self) -> tuple[Template, ...]:
        """All skills without the synonyms, domain by domain."""
        return tuple(skill for subtype in self.subtypes for skill in subtype.skills)


@cache
def pool() -> Pool:
    """Return the pool of 200 skills: 8 domains, 5 subtypes each, 5 skills each."""
    return read(files("skillaudit").joinpath("data", "synthetic.txt").read_text(encoding="utf-8"))


def read(text: str) -> Pool:
    """Read a pool; the form is explained at the head of the data. Raises ValueError with the broken line."""
    domains: dict[str, str] = {}
    slots: dict[str, tuple[str, ...]] = {}
    subtypes: list[Subtype] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("!"):
            continue
        sign, _, rest = line.partition(" ") if line[0] in "$#~" else ("", "", line)
        fields = [field.strip() for field in rest.split(" | ")]
        if len(fields) != (2 if sign else 4) or (sign not in ("$", "#") and not domains):
            raise ValueError(f"line {number} of the synthetic skills is broken: {line}")
        if sign == "$":
            slots[fields[0]] = tuple(value.strip() for value in fields[1].split(" ; "))
        elif sign == "#":
            domains[fields[0]] = fields[1]
        elif sign == "##":
            subtypes.append(
                Subtype(domain=[*domains][-1], name=fields[0], about=fields[1], skills=(), synonyms=())
            )
        else:
            subtypes[-1] = _with(subtypes[-1], sign, fields)
    return Pool(domains=domains, subtypes=tuple(subtypes), slots=slots)


def _with(subtype: Subtype, sign: str, fields: list[str]) -> Subtype:
    made = Template(
        id=re.sub(r"[^a-z0-9]+", "-", fields[0].lower()).strip("-"),
        name=fields[0],
        description=fields[1],
        domain=subtype.domain,
        subtype=subtype.name,
        tasks=tuple(fields[2:]),
    )
    if sign == "~":
        return msgspec.structs.replace(subtype, synonyms=(*subtype.synonyms, made))
    return msgspec.structs.replace(subtype, skills=(*subtype.skills, made))


def write_task(template: Template, seed: object, number: int, wording: int | None = None) -> str:
    """Return task `number` of a skill: one of its two wordings, slots filled by a seeded draw.

    `wording` 0 stays close to the descriptor, 1 does not; None takes them in turn.
    """
    rng = random.Random(f"task\0{seed}\0{template.id}\0{number}")
    chosen = template.tasks[(number if wording is None else wording) % len(template.tasks)]
    return fill(chosen, rng, pool().slots)


def vague_task(template: Template, seed: object, number: int) -> str:
    """Return a task that says of which kind the skill is, without the words that make it this skill's."""
    about = next(subtype.about for subtype in pool().subtypes if subtype.name == template.subtype)
    rng = random.Random(f"vague\0{seed}\0{template.id}\0{number}")
    rest = fill(_MARK.sub(" ", template.tasks[number % len(template.tasks)]), rng, pool().slots)
    rest = re.sub(r"\s+([,.:;?!])", r"\1", " ".join(rest.split())).strip(" ,.:;?!")
    return f"{about.rstrip('.')}: {rest}." if rest else about


def fill(task: str, rng: random.Random, slots: Mapping[str, tuple[str, ...]]) -> str:
    """Return a task template with its marks taken off and its slots filled, no value twice where it can be helped."""
    used: set[str] = set()

    def draw(match: re.Match[str]) -> str:
        slot = match[1]
        if slot == "numbers":
            return ", ".join(str(rng.randint(3, 97)) for _ in range(rng.randint(3, 5)))
        if slot in _DRAWN:
            return str(rng.randint(*_DRAWN[slot]))
        values = [value for value in slots[slot] if value not in used] or list(slots[slot])
        used.add(value := rng.choice(values))
        return value

    return _SLOT.sub(draw, _MARK.sub(r"\1", task))


@cache
def _cues(tasks: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    found = []
    for task in tasks:
        parts = [
            ".+?".join(re.escape(piece) for piece in _SLOT.sub("\0", mark).split("\0"))
            for mark in _MARK.findall(task)
        ]
        whole = ".*".join(rf"(?<!\w){part}(?!\w)" for part in parts)
        found.append(re.compile(whole, re.IGNORECASE | re.DOTALL))
    return tuple(found)
