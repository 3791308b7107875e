"""Settings in force and where each comes from: flags before environment before file before default."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

import msgspec

from skillaudit.config import DEFAULT_EMBEDDER, Config, Gate
from skillaudit.errors import UsageError
from skillaudit.gate.keys import BY_NAME, KEYS, Key
from skillaudit.gate.selection import PathRule, Selection, check_selectors
from skillaudit.gate.suppressions import Suppression
from skillaudit.schema import Location, Record

FILE_NAME = "skillaudit.toml"
PREFIX = "SKILLAUDIT_"


class Setting(Record):
    """One setting in force."""

    key: str
    value: Any
    source: str
    """`default`, `skillaudit.toml:4`, `environment SKILLAUDIT_MAX_HIJACK` or `flag --max-hijack`."""


class Settings(Record):
    """All settings in force."""

    entries: tuple[Setting, ...]
    """One for each key, in the order of `KEYS`."""
    path: str | None = None
    """The configuration file that was read."""

    def __getitem__(self, key: str) -> Any:
        """Return the value of `key`."""
        return next(entry.value for entry in self.entries if entry.key == key)

    def source(self, key: str) -> str:
        """Return where the value of `key` comes from."""
        return next(entry.source for entry in self.entries if entry.key == key)

    def config(self) -> Config:
        """Return the configuration of the audit."""
        return Config(
            scorer=self["scorer"],
            embedder=self["embedder"] or DEFAULT_EMBEDDER,
            device=self["device"],
            requests=tuple(Path(name) for name in self["requests"]),
            chains=tuple(Path(name) for name in self["chains"]),
            router=self["router"],
            client=self["client"],
            context=self["context"],
            order=self["order"],
            map=self["map"],
            use_cache=not self["no-cache"],
        )

    def gate(self) -> Gate:
        """Return the limits."""
        fields = {key.name.replace("-", "_"): self[key.name] for key in KEYS if key.group == "gate"}
        fields.pop("baseline")
        return Gate(**fields)

    def selection(self) -> Selection:
        """Return which rules count; raises `UsageError` for a selector that names no rule."""
        for key in ("select", "ignore", "extend-select", "extend-ignore", "severity"):
            check_selectors(self[key], f"{self.source(key)}: {key}")
        per_path = self["per-path-ignores"]
        for rules in per_path.values():
            check_selectors(rules, f"{self.source('per-path-ignores')}: per-path-ignores")
        return Selection(
            select=(*self["select"], *self["extend-select"]),
            ignore=(*self["ignore"], *self["extend-ignore"]),
            severity=self["severity"],
            per_path=tuple(PathRule(pattern=name, ignore=rules) for name, rules in per_path.items()),
        )

    def suppressions(self) -> tuple[Suppression, ...]:
        """Return the suppressions of the configuration file."""
        name = Path(self.path).name if self.path else ""
        return tuple(
            Suppression(
                codes=entry["rules"],
                skills=entry["skills"],
                reason=entry["reason"],
                location=Location(path=name, root=".") if name else None,
            )
            for entry in self["suppress"]
        )


def find_config(start: Path) -> Path | None:
    """Return the nearest configuration file in `start` or above it.

    In one folder `skillaudit.toml` comes before `pyproject.toml`, which counts only where it has a
    `[tool.skillaudit]` table.
    """
    folder = start.resolve()
    if not folder.is_dir():
        folder = folder.parent
    for candidate in (folder, *folder.parents):
        own = candidate / FILE_NAME
        if own.is_file():
            return own
        project = candidate / "pyproject.toml"
        if project.is_file() and _table(project) is not None:
            return project
    return None


def resolve(
    flags: Mapping[str, Any] | None = None,
    *,
    start: Path | None = None,
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings in force.

    `flags` holds only what was given on the command line, under the keys' names with underscores or
    hyphens; values of None count as not given. The file is `config`, else the nearest to `start`.
    Raises `UsageError`, with file and line, for a file that cannot be read, an unknown key, naming the
    nearest one, or a value of the wrong kind.
    """
    path = config if config is not None else find_config(start) if start is not None else None
    found: dict[str, Setting] = {
        key.name: Setting(key=key.name, value=key.default, source="default") for key in KEYS
    }
    if path is not None:
        found.update((one.key, one) for one in _from_file(path))
    found.update((one.key, one) for one in _from_environment(os.environ if environ is None else environ))
    for name, value in (flags or {}).items():
        key = BY_NAME[name.replace("_", "-")]
        if value is None:
            continue
        given = _read(key, value, f"--{key.name}")
        if key.name == "severity":
            given = {**found[key.name].value, **given}
        found[key.name] = Setting(key=key.name, value=given, source=f"flag --{key.name}")
    return Settings(entries=tuple(found.values()), path=None if path is None else str(path))


def _from_file(path: Path) -> Iterable[Setting]:
    table = _table(path)
    if table is None:
        if path.name == "pyproject.toml":
            raise UsageError(f"{path}: there is no [tool.skillaudit] table in it")
        table = {}
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    for raw, value in table.items():
        where = f"{path.name}:{_line_of(raw, lines, path.name)}"
        key = BY_NAME.get(raw.replace("_", "-"))
        if key is None:
            from difflib import get_close_matches

            near = get_close_matches(raw.replace("_", "-"), BY_NAME, n=1)
            meant = f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(BY_NAME)}"
            raise UsageError(f"{where}: unknown key {raw!r}{meant}")
        read = _read(key, value, f"{where}: {key.name}")
        if key.is_path:
            names = (read,) if isinstance(read, str) else cast(tuple[str, ...], read)
            beside = tuple(os.path.relpath(path.parent / name) for name in names)
            read = beside[0] if isinstance(read, str) else beside
        yield Setting(key=key.name, value=read, source=where)


def _from_environment(environ: Mapping[str, str]) -> Iterable[Setting]:
    for key in KEYS:
        name = PREFIX + key.name.upper().replace("-", "_")
        text = environ.get(name)
        if not text or not key.flag or key.name == "severity":
            continue
        yield Setting(
            key=key.name, value=_read(key, _from_text(key, text), name), source=f"environment {name}"
        )


def _from_text(key: Key, text: str) -> Any:
    if isinstance(key.default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(key.default, bool):
        return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}.get(
            text.lower(), text
        )
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


def _read(key: Key, value: Any, where: str) -> Any:
    try:
        return key.read(list(value) if isinstance(value, tuple) else value)
    except ValueError as error:
        raise UsageError(f"{where} must be {error}, not {value!r}") from None


def _table(path: Path) -> dict[str, Any] | None:
    """Return the settings in a file: all of `skillaudit.toml`, or the tool's table of `pyproject.toml`."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{path}: the configuration cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not TOML: {error}") from error
    if path.name != "pyproject.toml":
        return document
    tools = document.get("tool")
    table = tools.get("skillaudit") if isinstance(tools, dict) else None
    return cast("dict[str, Any]", table) if isinstance(table, dict) else None


def _line_of(key: str, lines: list[str], name: str) -> int:
    """Return the line on which a key of the tool's table stands, or 1."""
    inside = name != "pyproject.toml"
    word = re.escape(key)
    assignment = re.compile(rf"\s*[\"']?{word}[\"']?\s*[.=]")
    header = re.compile(rf"\s*\[+\s*(?:tool\.skillaudit\.)?[\"']?{word}[\"']?\s*[.\]]")
    for number, line in enumerate(lines, start=1):
        if header.match(line) and (inside or "tool.skillaudit" in line):
            return number
        if line.lstrip().startswith("["):
            inside = inside if name != "pyproject.toml" else line.strip().startswith("[tool.skillaudit")
        elif inside and assignment.match(line):
            return number
    return 1


def dump(settings: Settings) -> str:
    """Return the settings as TOML, each with a comment that says where it comes from."""
    out = []
    for entry in settings.entries:
        if entry.value is None:
            out.append(f"# {entry.key} is not set")
            continue
        out.append(f"{entry.key} = {_toml(entry.value)}  # {entry.source}")
    return "\n".join(out) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(name)} = {_toml(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return msgspec.json.encode(value).decode()


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[\w-]+", name) else msgspec.json.encode(name).decode()
