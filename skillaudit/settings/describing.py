"""All keys on one page, for people who write a settings file."""

from __future__ import annotations

from typing import Any

import msgspec

from skillaudit.config import AUDITS, Config, Gate
from skillaudit.settings.keys import KEYS, TABLES, Key
from skillaudit.settings.rules import Rules

_ABOUT = {
    Gate: (
        "Limits",
        "What `skillaudit check` holds a report against. A limit that is not set fails nothing.",
    ),
    Rules: (
        "Rules and formats",
        "What is made of findings, and what is written. The tables look like this:\n\n"
        "```toml\n"
        'severity = {SA202 = "error"}\n'
        'per-path-ignores = {"drafts/*" = ["SA2"]}\n\n'
        "[[suppress]]\n"
        'rules = ["SA202"]\n'
        'skills = ["pdf", "pdf-forms"]  # may be left out\n'
        'reason = "one calls the other"\n'
        "```",
    ),
    Config: ("The audit", "Everything that can change a report."),
}
_HEAD = """\
# Keys of a settings file

This page is what `skillaudit config --keys` prints. A key stands in `skillaudit.toml`, or in `[tool.skillaudit]` of
`pyproject.toml`; the option of a command has the same name, and so has the environment variable:
`max-hijack = 0.1`, `--max-hijack 0.1`, `SKILLAUDIT_MAX_HIJACK=0.1`. Lists are separated by commas there.

Options come before the environment, that before the file that `--config` or `SKILLAUDIT_CONFIG` names, that before your
own `skillaudit.toml` in the folder for programs' settings. A file that merely lies in the audited library counts only
for the keys marked *library*, below all of these, and never outside its tree; every output says what it did.
`--isolated` leaves it out. In your own file, `trust = ["~/projects/skills"]` lists folders whose files are yours.
"""
_COLUMNS = ("| key | value | default | commands | what it does |", "|---|---|---|---|---|")


def keys_page() -> str:
    """Return the page as Markdown: a table of keys for each part, with what each is, takes and starts from."""
    lines = [_HEAD]
    for table in TABLES:
        title, about = _ABOUT[table]
        lines += [f"## {title}", "", about, "", *_COLUMNS]
        lines += [_row(key) for key in KEYS if key.table is table]
        lines.append("")
    return "\n".join(lines)


def _row(key: Key) -> str:
    about = key.about
    commands = "every audit" if about.commands == AUDITS else ", ".join(about.commands)
    if not about.flag:
        commands = ""
    mark = " *library*" if about.by_library else ""
    cells = (f"`{key.name}`{mark}", _value(key), _default(key.default), commands, about.help)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _value(key: Key) -> str:
    kind = key.kind
    if kind.choices:
        return ", ".join(f"`{one}`" for one in kind.choices)
    if kind.switch:
        return "`true` or `false`"
    if kind.number is int:
        return "a whole number above 0"
    if kind.number is float:
        return "a number from 0 to 1" if kind.above is None else f"a number above {kind.above:g}"
    if isinstance(key.default, dict) or not key.about.flag:
        return "a table"
    return "a list of texts" if kind.many else "a text"


def _default(value: Any) -> str:
    return "none" if value is None else f"`{msgspec.json.encode(value).decode()}`"
