"""What agent clients show the model: dated profiles, exact lists, and who is visible where."""

from __future__ import annotations

from skillaudit.clients.listing import Listing, ListingEntry, State, listing, shown_skills
from skillaudit.clients.profiles import Budget, ClientProfile, profile, profiles
from skillaudit.clients.visibility import Visibility, VisibilityRow, visibility
from skillaudit.clients.words import losses, summary

__all__ = [
    "Budget",
    "ClientProfile",
    "Listing",
    "ListingEntry",
    "State",
    "Visibility",
    "VisibilityRow",
    "listing",
    "losses",
    "profile",
    "profiles",
    "shown_skills",
    "summary",
    "visibility",
]
