"""Laws of accuracy against library size: the published ones, and the library's own."""

from __future__ import annotations

from skillaudit.laws.curve import library_law
from skillaudit.laws.forms import FORMS, Form, Law, chosen_law, evaluate, fit
from skillaudit.laws.published import ExecutionLaw, PublishedLaw, execution, published

__all__ = [
    "FORMS",
    "ExecutionLaw",
    "Form",
    "Law",
    "PublishedLaw",
    "chosen_law",
    "evaluate",
    "execution",
    "fit",
    "library_law",
    "published",
]
