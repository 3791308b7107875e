"""Which scripts are written without spaces: one table of ranges, for the character classes of patterns."""

from __future__ import annotations

UNSPACED = (
    "\u0e00-\u0fff"  # Thai, Lao, Tibetan
    "\u1000-\u109f"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u2e80-\u2fdf\u3005-\u3007"  # radicals and marks of Han
    "\u3040-\u31ff"  # kana, Bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
"""Scripts whose words nothing separates."""
HANGUL = "\uac00-\ud7af"
"""Spaced, but each character is a syllable with a meaning, as of Han."""
SYLLABIC = UNSPACED + HANGUL
"""Scripts in which a character counts as a word."""
