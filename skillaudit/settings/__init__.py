"""Settings: one table of keys, whose word counts for what, and what is in force."""

from __future__ import annotations

from skillaudit.settings.describing import keys_page
from skillaudit.settings.places import nearest, own_file
from skillaudit.settings.record import Setting, Settings, dump
from skillaudit.settings.resolving import FILE_VARIABLE, resolve

__all__ = ["FILE_VARIABLE", "Setting", "Settings", "dump", "keys_page", "nearest", "own_file", "resolve"]
