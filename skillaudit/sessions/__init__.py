"""What agents keep of real work: requests, and the skills that were loaded for them. Read only, masked, local."""

from __future__ import annotations

from skillaudit.sessions.counting import Reading, reading
from skillaudit.sessions.deciding import Occasion, evidence, rows
from skillaudit.sessions.finding import READERS, client_names, find
from skillaudit.sessions.gathering import gather
from skillaudit.sessions.records import Conversation, Harvest, Load, Session, Turn

__all__ = [
    "READERS",
    "Conversation",
    "Harvest",
    "Load",
    "Occasion",
    "Reading",
    "Session",
    "Turn",
    "client_names",
    "evidence",
    "find",
    "gather",
    "reading",
    "rows",
]
