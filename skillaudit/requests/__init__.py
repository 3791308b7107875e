"""Requests: the sentences that a library is judged by, and where they come from."""

from __future__ import annotations

from skillaudit.requests.gathering import coverage, gather, is_proof
from skillaudit.requests.records import Gathered
from skillaudit.requests.synthesis import Refused, synthesize

__all__ = ["Gathered", "Refused", "coverage", "gather", "is_proof", "synthesize"]
