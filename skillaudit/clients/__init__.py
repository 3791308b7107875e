"""What agent clients show the model: dated profiles, exact lists, and who is visible where."""

from __future__ import annotations

from skillaudit.clients.listing import BY_NAME, SHORTEST, Listing, ListingEntry, State, listing
from skillaudit.clients.loading import Loaded, LoadState, loading
from skillaudit.clients.profiles import ClientProfile, ListBudget, profile, profiles
from skillaudit.clients.selection import made_for, select
from skillaudit.clients.shown import offered, shown_skills
from skillaudit.clients.visibility import Visibility, VisibilityRow, visibility
from skillaudit.clients.words import losses, summary

__all__ = [
    "BY_NAME",
    "SHORTEST",
    "ClientProfile",
    "ListBudget",
    "Listing",
    "ListingEntry",
    "LoadState",
    "Loaded",
    "State",
    "Visibility",
    "VisibilityRow",
    "listing",
    "loading",
    "losses",
    "made_for",
    "offered",
    "profile",
    "profiles",
    "select",
    "shown_skills",
    "summary",
    "visibility",
]
