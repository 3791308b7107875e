"""Laws of accuracy against library size: the published ones, and the library's own."""

from __future__ import annotations

from skillaudit.laws.curve import CurvePoint, FormFit, LibraryLaw, library_law
from skillaudit.laws.forms import FORMS, Form, Law, evaluate, fit
from skillaudit.laws.published import ExecutionLaw, PublishedLaw, execution, published

__all__ = [
    "FORMS",
    "CurvePoint",
    "ExecutionLaw",
    "Form",
    "FormFit",
    "Law",
    "LibraryLaw",
    "PublishedLaw",
    "evaluate",
    "execution",
    "fit",
    "library_law",
    "published",
]
