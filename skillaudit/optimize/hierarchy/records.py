"""A proposed tree, and how it compares."""

from __future__ import annotations

from typing import Literal

from skillaudit.schema import Record


class Node(Record, forbid_unknown_fields=True):
    """A category or a skill in a proposed tree."""

    id: str
    """Slug of the category; id of the skill at a leaf."""
    name: str
    description: str
    children: tuple[Node, ...] = ()
    skill: bool = False


class Tree(Record):
    """How one arrangement of the library routes the same requests."""

    arrangement: Literal["flat", "folders", "proposed"]
    stages: int
    """Choices on the longest way from the root to a skill."""
    largest: int
    """Options in the largest choice."""
    accuracy: float | None
    """Expected share of requests that reach a right skill: the product over the stages."""
    stage_accuracy: tuple[float, ...] = ()
    """Mean accuracy of each choice on the way, root first, given that the ones before it were right."""
    local: float | None = None
    """The same by top rank of the local scorer."""
    false_trigger: float | None = None
    """Expected share of requests that need no skill which take an option of the first choice; None where unknown."""


class Hierarchy(Record):
    """A proposed tree, and how it compares."""

    root: tuple[Node, ...]
    bound: int
    """Largest number of options that a choice may have."""
    trees: tuple[Tree, ...]
    recommended: bool
    reason: str
