"""Every setting that a configuration file, the environment or a flag can give, and what it must be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from skillaudit.safety.cleaning import one_line
from skillaudit.schema import Record

Group = Literal["audit", "listing", "gate", "rules", "output"]


class Key(Record):
    """One setting; its name is that of its flag without the dashes."""

    name: str
    group: Group
    read: Callable[[Any], Any]
    """Turns a value from TOML into the one in force; raises ValueError saying what it must be."""
    default: Any
    help: str
    flag: bool = True
    """False for tables that only a file can hold."""
    is_path: bool = False
    """True when the value names files, which are looked for beside the configuration file."""
    by_library: bool = False
    """True for what an audited library may say about itself: it can neither write, call, run nor read outside,
    and moves nobody's limits."""


def _text(value: Any) -> str:
    if not _is_text(value):
        raise ValueError("a text")
    return str(value)


def _is_text(value: Any) -> bool:
    """Say whether a value is text that can name something: some, and no control character in it."""
    return isinstance(value, str) and bool(value) and not any(char < " " or char == "\x7f" for char in value)


def _rate(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("a number from 0 to 1")
    return float(value)


def _positive(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise ValueError("a number above 0")
    return float(value)


def _window(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise ValueError("a whole number of tokens above 0")
    return value


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, Sequence) or not all(map(_is_text, values)):
        raise ValueError("a list of texts")
    return tuple(values)


def _choice(*allowed: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in allowed:
            raise ValueError("one of " + ", ".join(repr(one) for one in allowed))
        return str(value)

    return read


def _severities(value: Any) -> dict[str, str]:
    grade = _choice("error", "warning", "info")
    if not isinstance(value, Mapping):
        raise ValueError('a table of rules and severities, such as {SA202 = "error"}')
    return {str(rule): grade(severity) for rule, severity in value.items()}


def _per_path(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        raise ValueError('a table of patterns and rules, such as {"drafts/*" = ["SA2"]}')
    return {str(pattern): _texts(rules) for pattern, rules in value.items()}


def _suppressions(value: Any) -> tuple[dict[str, Any], ...]:
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise ValueError("a list of [[suppress]] tables")
    entries = []
    for entry in value:
        unknown = set(entry) - {"rules", "skills", "reason"}
        if unknown or not entry.get("rules"):
            raise ValueError("tables with rules, skills and a reason, and nothing else")
        reason = entry.get("reason", "")
        if not isinstance(reason, str):
            raise ValueError("tables whose reason is a text")
        entries.append(
            {
                "rules": _texts(entry["rules"]),
                "skills": _texts(entry.get("skills", [])),
                "reason": one_line(reason),
            }
        )
    return tuple(entries)


KEYS: tuple[Key, ...] = (
    Key(
        name="scorer", group="audit", read=_choice("hybrid", "dense", "lexical"), default="hybrid",
        help="What similarity is made of.",
    ),
    Key(name="embedder", group="audit", read=_text, default=None, help="Embedding model: an id or a local folder."),
    Key(name="device", group="audit", read=_text, default=None, help="Where vectors are computed."),
    Key(
        name="requests", group="audit", read=_texts, default=(), is_path=True, by_library=True,
        help="Files of labelled requests.",
    ),
    Key(
        name="chains", group="audit", read=_texts, default=(), is_path=True, by_library=True,
        help="Files of chains of skills.",
    ),
    Key(name="router", group="audit", read=_text, default=None, help="Router profile to forecast for."),
    Key(name="map", group="audit", read=_choice("pca", "umap"), default="pca", help="Layout of the 2-D map."),
    Key(name="no-cache", group="audit", read=_switch, default=False, help="Neither read nor write the cache."),
    Key(
        name="client", group="listing", read=_text, default=None, by_library=True,
        help="Judge the text as this client cuts it.",
    ),
    Key(name="context", group="listing", read=_window, default=None, help="Context window in tokens."),
    Key(
        name="order", group="listing", read=_choice("best", "worst", "declared"), default="declared",
        help="Which skills are used least, for clients that cut those first.",
    ),
    Key(name="max-hijack", group="gate", read=_rate, default=None, help="Highest predicted hijack rate."),
    Key(name="min-accuracy", group="gate", read=_rate, default=None, help="Lowest predicted accuracy."),
    Key(name="max-false-trigger", group="gate", read=_rate, default=None, help="Highest false-trigger rate."),
    Key(name="max-budget", group="gate", read=_positive, default=None, help="Largest share of the client's budget."),
    Key(
        name="fail-on", group="gate", read=_choice("error", "warning", "info", "never"), default="error",
        help="Lowest severity that fails.",
    ),
    Key(
        name="gate-on", group="gate", read=_choice("value", "low", "high"), default="value",
        help="Compare limits with the value, or with the low or high end of the risk's interval.",
    ),
    Key(name="tolerance", group="gate", read=_rate, default=0.01, help="How much worse a rate may get in a change."),
    Key(name="baseline", group="gate", read=_text, default=None, help="Baseline file.", is_path=True),
    Key(name="select", group="rules", read=_texts, default=("ALL",), help="Rules that count."),
    Key(name="ignore", group="rules", read=_texts, default=(), help="Rules that do not count."),
    Key(name="extend-select", group="rules", read=_texts, default=(), help="Further rules that count."),
    Key(name="extend-ignore", group="rules", read=_texts, default=(), help="Further rules that do not count."),
    Key(name="severity", group="rules", read=_severities, default={}, help="Severities other than the rules' own."),
    Key(
        name="per-path-ignores", group="rules", read=_per_path, default={}, flag=False,
        help="Rules that do not count for files that match a pattern.",
    ),
    Key(
        name="suppress", group="rules", read=_suppressions, default=(), flag=False, by_library=True,
        help="Findings to live with, each with a reason.",
    ),
    Key(
        name="format", group="output", read=_texts, default=("text",),
        help="Formats on stdout; as a flag each with :FILE to write it.",
    ),
)  # fmt: skip

BY_NAME = {key.name: key for key in KEYS}
