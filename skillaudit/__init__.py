"""Audit a library of agent skills before any model is called."""

from __future__ import annotations

from skillaudit.version import __version__

__all__ = ["__version__"]
