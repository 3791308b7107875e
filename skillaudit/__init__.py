"""Audit a library of agent skills before any model is called.

    from skillaudit import Config, audit

    report = audit(["./skills"], Config(scorer="lexical"))

`audit` returns a `Report`, `load` a `Library`, `optimize` an `Optimisation`; what they raise is a `SkillAuditError`.
Nothing else of the package is imported until one of the names is used.
"""

from __future__ import annotations

from skillaudit.version import __version__

TYPE_CHECKING = (
    False  # the module that has it takes longer than all of this, and no signal is handled meanwhile
)
if TYPE_CHECKING:
    from typing import Any

    from skillaudit.config import Config as Config
    from skillaudit.errors import SkillAuditError as SkillAuditError
    from skillaudit.load import load as load
    from skillaudit.optimize import Optimisation as Optimisation
    from skillaudit.optimize import optimize as optimize
    from skillaudit.pipeline import audit as audit
    from skillaudit.schema import Library as Library
    from skillaudit.schema import Report as Report

_HOMES = {
    "Config": "config",
    "Library": "schema",
    "Optimisation": "optimize",
    "Report": "schema",
    "SkillAuditError": "errors",
    "audit": "pipeline",
    "load": "load",
    "optimize": "optimize",
}

__all__ = [
    "Config",
    "Library",
    "Optimisation",
    "Report",
    "SkillAuditError",
    "__version__",
    "audit",
    "load",
    "optimize",
]


def __getattr__(name: str) -> Any:
    """Import a public name at its first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'skillaudit' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"skillaudit.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names, loaded or not."""
    return __all__
