"""Phrases with which a description claims everything: a hint at a black hole, never a proof of one."""

from __future__ import annotations

import re

GENERIC_PHRASES: tuple[str, ...] = (
    r"any(?: and all)? (?:task|request|question|problem|topic|project|job|situation|purpose|work|need)s?",
    r"all (?:kinds|sorts|types) of",
    r"all (?:your|other|user) (?:\w+ )?(?:task|request|question|problem|need|work|job)s?",
    r"(?:every|each) (?:task|request|question|message|conversation|session|prompt)",
    r"anything(?: else| related)?",
    r"everything(?: else| related)?",
    r"whatever (?:you|the user|users)",
    r"(?:wide|broad) (?:range|variety|array) of",
    r"(?:various|many different|multiple kinds of) tasks?",
    r"general[- ]purpose",
    r"all[- ]in[- ]one",
    r"one[- ]stop",
    r"universal(?:ly)?",
    r"catch[- ]all",
    # `Always invoke this for .x files` says when, and is what raises recall; without a limit it claims everything.
    r"always (?:use|invoke|load|trigger|call|start with|read) this(?: skill| tool)?"
    r"(?!(?: skill| tool)? (?:when|whenever|if|for|with|on|before|after|to)\b)",
    r"must (?:always )?be (?:used|invoked|loaded|called) (?:first|always|before)",
    r"before (?:any|every|each|doing anything|starting any)",
    r"use this (?:skill )?(?:first|by default|for all|for any|for every)",
    r"(?:when|if) (?:in doubt|unsure|nothing else|no other)",
    r"do(?:es)? it all",
)

_PATTERN = re.compile(r"(?<!\w)(?:" + "|".join(GENERIC_PHRASES) + r")(?!\w)", re.IGNORECASE)


def generic_phrases(text: str) -> tuple[str, ...]:
    """List the all-claiming phrases of a descriptor in lower case, each once, in order of appearance."""
    return tuple(dict.fromkeys(match.group().lower() for match in _PATTERN.finditer(text)))
