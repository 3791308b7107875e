"""Predict how a router will route requests over a library, before any model is called."""

from __future__ import annotations

from skillaudit.routing.calibrate import Calibration, calibrate, save
from skillaudit.routing.decisions import DecisionLog, read_decisions, read_library
from skillaudit.routing.judging import ModelFit
from skillaudit.routing.predict import forecast
from skillaudit.routing.profiles import Cell, RouterProfile, profiles
from skillaudit.routing.records import Routing, SkillFlow
from skillaudit.routing.whatif import OneChange, SkillChange, SkillForecast, WhatIf, whatif

__all__ = [
    "Calibration",
    "Cell",
    "DecisionLog",
    "ModelFit",
    "OneChange",
    "RouterProfile",
    "Routing",
    "SkillChange",
    "SkillFlow",
    "SkillForecast",
    "WhatIf",
    "calibrate",
    "forecast",
    "profiles",
    "read_decisions",
    "read_library",
    "save",
    "whatif",
]
