"""The gate: what makes a check fail, and what excuses it."""

from __future__ import annotations

from skillaudit.gate.baseline import Baseline, encode, make_baseline, read_baseline
from skillaudit.gate.change import answer_change, compare_reports, judge_change
from skillaudit.gate.decisions import selection_of, suppressions_of
from skillaudit.gate.inline import inline_suppressions
from skillaudit.gate.judge import FAIL_ON, GATE_ON, judge
from skillaudit.gate.revision import Point, Revision, checkout, locate
from skillaudit.gate.rules import GATE_RULES
from skillaudit.gate.selection import PathRule, Selection, check_selectors, known_rules
from skillaudit.gate.suppressions import Suppression
from skillaudit.gate.verdict import Change, LimitResult, Lost, RateChange, Renamed, Suppressed, Verdict

__all__ = [
    "FAIL_ON",
    "GATE_ON",
    "GATE_RULES",
    "Baseline",
    "Change",
    "LimitResult",
    "Lost",
    "PathRule",
    "Point",
    "RateChange",
    "Renamed",
    "Revision",
    "Selection",
    "Suppressed",
    "Suppression",
    "Verdict",
    "answer_change",
    "check_selectors",
    "checkout",
    "compare_reports",
    "encode",
    "inline_suppressions",
    "judge",
    "judge_change",
    "known_rules",
    "locate",
    "make_baseline",
    "read_baseline",
    "selection_of",
    "suppressions_of",
]
