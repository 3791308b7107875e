"""What every face offers alike: the studies, and what a run may spend when nothing is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

StudyName = Literal[
    "accuracy", "decay", "competition", "policy", "hierarchy", "anchors", "protocol", "rescue"
]
TITLES: Mapping[str, str] = {
    "accuracy": "how often the right skill is chosen",
    "decay": "what more and more skills on offer cost",
    "competition": "what rivals and likeness cost",
    "policy": "what instructions in the list change",
    "hierarchy": "what two stages gain over one list",
    "anchors": "what abstract skills take from vague requests",
    "protocol": "what the form of the prompt changes",
    "rescue": "what a finished step is worth to the next",
}
"""The studies, and what each finds out."""
BUDGET = 2.50
"""Dollars for one study, or one experiment, on one model."""
CONCURRENCY = 16
TIMEOUT = 60.0
