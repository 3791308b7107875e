"""Propose a better library and prove it: edits chosen on one half of the requests, judged on the other."""

from __future__ import annotations

from skillaudit.calling import make_callable
from skillaudit.optimize.flow import optimize
from skillaudit.optimize.records import Edit, Optimisation, Plan, Proof, Step

__all__ = ["Edit", "Optimisation", "Plan", "Proof", "Step", "optimize"]

make_callable(__name__, "optimize")
