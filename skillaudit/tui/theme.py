"""The app's two themes, and which of them suits the terminal; the only place that names colours."""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

DARK = Theme(
    name="skillaudit-dark",
    primary="#5da9e9",
    secondary="#8f9bb3",
    accent="#4cc9c0",
    warning="#f2a33a",
    error="#ff7a66",
    success="#8ccf7e",
    foreground="#d8dee9",
    background="#11151c",
    surface="#171c25",
    panel="#232a36",
    dark=True,
    variables={
        "block-cursor-background": "#2f5d8c",
        "block-cursor-foreground": "#ffffff",
        "hue-0": "#5da9e9", "hue-1": "#f2a33a", "hue-2": "#4cc9c0", "hue-3": "#e48bd0",
        "hue-4": "#c9d65b", "hue-5": "#a99bff", "hue-6": "#ff8f7a", "hue-7": "#8ccf7e",
        "hue-8": "#b5daff", "hue-9": "#c98a4a", "hue-10": "#a3ebe5", "hue-11": "#c07ab0",
        "hue-12": "#9aa54e", "hue-13": "#8a80e0", "hue-14": "#ffc8bc", "hue-15": "#63a85d",
    },
)  # fmt: skip
LIGHT = Theme(
    name="skillaudit-light",
    primary="#1f5fa8",
    secondary="#56617a",
    accent="#00716b",
    warning="#9a5b00",
    error="#b3261e",
    success="#2e6b1f",
    foreground="#1b2230",
    background="#fbfbfa",
    surface="#f3f4f5",
    panel="#e2e6ea",
    dark=False,
    variables={
        "block-cursor-background": "#1f5fa8",
        "block-cursor-foreground": "#ffffff",
        "hue-0": "#1f5fa8", "hue-1": "#9a5b00", "hue-2": "#00716b", "hue-3": "#95307f",
        "hue-4": "#5f6b00", "hue-5": "#5745c0", "hue-6": "#b3402a", "hue-7": "#2e6b1f",
        "hue-8": "#0b3a6e", "hue-9": "#6b3f00", "hue-10": "#004844", "hue-11": "#64185a",
        "hue-12": "#3c4500", "hue-13": "#6d59d2", "hue-14": "#6f2416", "hue-15": "#3f7a2b",
    },
)  # fmt: skip

HUES = {"hue-0": "primary", "hue-1": "warning", "hue-2": "accent", "hue-3": "error", "hue-4": "success",
        "hue-5": "secondary", "hue-6": "foreground", "hue-7": "primary"}  # fmt: skip
HUES |= {f"hue-{hue + 8}": HUES[f"hue-{hue}"] for hue in range(8)}
"""What stands for the hues of clusters in a theme that has none of its own."""


NAMED = {"dark": DARK.name, "light": LIGHT.name}


def preferred_theme(environ: Mapping[str, str]) -> str:
    """Return the name of the theme to start with.

    `TEXTUAL_THEME` decides; else `COLORFGBG` (`foreground;background`, as several terminals set
    it) tells a light background, 7 or 15; else dark.
    """
    chosen = environ.get("TEXTUAL_THEME")
    if chosen:
        return chosen
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return LIGHT.name if background in {"7", "15"} else DARK.name
