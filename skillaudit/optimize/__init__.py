"""Propose a better library and prove it: edits chosen on one half of the requests, judged on the other."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from skillaudit.calling import make_callable

if TYPE_CHECKING:
    from skillaudit.optimize.flow import optimize
    from skillaudit.optimize.records import Edit, Optimisation, Plan, Proof, Step

__all__ = ["Edit", "Optimisation", "Plan", "Proof", "Step", "optimize"]

make_callable(__name__, "optimize")


def __getattr__(name: str) -> object:
    """Import what is asked for: an audit needs to know who does the same, and none of the edits."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{'flow' if name == 'optimize' else 'records'}"), name)
