"""Turns texts into unit vectors: whole texts in, one row each out, from the cache where it has them."""

from __future__ import annotations

from skillaudit.embedding.stage import describe, embed

__all__ = ["describe", "embed"]
