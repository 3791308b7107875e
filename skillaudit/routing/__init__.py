"""Predict how a router will route requests over a library, before any model is called."""

from __future__ import annotations

from skillaudit.routing.predict import forecast
from skillaudit.routing.profiles import RouterProfile, profiles
from skillaudit.routing.records import Routing, SkillFlow

__all__ = ["RouterProfile", "Routing", "SkillFlow", "forecast", "profiles"]
