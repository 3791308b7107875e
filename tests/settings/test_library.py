"""What a library's own settings file may say: nothing that acts on anybody else."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skillaudit.settings import Settings, resolve
from skillaudit.settings.keys import KEYS
from tests.settings.test_resolving import own_folder, write

USERS_ALONE = {
    "format": '["json"]',
    "shortlist": "8",
    "fail-on": '"never"',
    "ignore": '["ALL"]',
    "extend-ignore": '["ALL"]',
    "select": '["SA001"]',
    "extend-select": '["SA001"]',
    "severity": '{SA001 = "info"}',
    "per-path-ignores": '{"*" = ["ALL"]}',
    "baseline": '"baseline.json"',
    "embedder": '"."',
    "device": '"cuda"',
    "engine": '"ray"',
    "router": '"local"',
    "scorer": '"lexical"',
    "map": '"umap"',
    "floor": "0",
    "no-cache": "true",
    "context": "10",
    "order": '"best"',
    "sessions": "true",
    "max-hijack": "1",
    "min-accuracy": "0",
    "max-false-trigger": "1",
    "max-budget": "9",
    "gate-on": '"low"',
    "tolerance": "1",
}


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a cloned repository, in which the user stands."""
    folder = tmp_path / "library"
    (folder / ".git").mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def said(folder: Path, text: str, **options: object) -> Settings:
    write(folder, text)
    return resolve(sources=["."], environ={}, **options)  # type: ignore[arg-type]  # fields by name


def test_every_key_is_the_users_alone_or_named_here() -> None:
    assert {key.name for key in KEYS if not key.about.by_library} == set(USERS_ALONE)
    assert {key.name for key in KEYS if key.about.by_library} == {
        "requests",
        "chains",
        "client",
        "suppress",
        "files",
        "exclude",
    }


@pytest.mark.parametrize("key", USERS_ALONE)
def test_what_only_the_user_can_set_keeps_its_default_and_is_named(library: Path, key: str) -> None:
    settings = said(library, f"# hello\n{key} = {USERS_ALONE[key]}\n")
    assert settings.entry(key).source == "default"
    (notice,) = settings.own.notices
    assert f"Not used: {key} (line 2): only you can set this" in notice
    assert "--config skillaudit.toml" in notice
    named = resolve(sources=["."], config=Path("skillaudit.toml"), environ={})
    assert named.entry(key).source == "skillaudit.toml:2" and named.own.notices == ()


def test_what_it_may_say_of_itself_counts_and_is_named(library: Path) -> None:
    text = (
        'client = "codex"\nrequests = ["evals/own.jsonl"]\n[[suppress]]\nrules = ["SA001"]\nreason = "so"\n'
    )
    settings = said(library, text)
    assert (settings["client"], settings["requests"]) == ("codex", ("evals/own.jsonl",))
    assert all(settings.entry(key).by_library for key in ("client", "requests", "suppress"))
    (notice,) = settings.own.notices
    assert (
        "Used: client (line 1), requests (line 2), suppress (line 3)." in notice and "Not used" not in notice
    )


def test_the_user_wins(library: Path) -> None:
    write(own_folder(), 'client = "cursor"')
    settings = said(library, 'client = "codex"')
    assert settings["client"] == "cursor" and not settings.entry("client").by_library
    assert "client (line 1): yours counts" in settings.own.notices[0]
    assert not settings.own.keys[0].applied


@pytest.mark.parametrize("name", ["~/creds", "../outside", "/etc/hostname", "link", "folder/../../x", "~"])
@pytest.mark.parametrize("key", ["requests", "chains"])
def test_files_outside_the_tree_are_not_read(library: Path, key: str, name: str) -> None:
    (library / "link").symlink_to("/etc/hostname")
    settings = said(library, f'{key} = ["inside", "{name}"]')
    assert settings[key] == ()
    assert f"and {name!r} leads out of it" in settings.own.notices[0]


def test_a_folder_called_tilde_is_not_the_home_folder(library: Path) -> None:
    write(library / "~", 'requests = ["own.jsonl"]')
    settings = resolve(sources=[str(library / "~")], environ={})
    assert settings["requests"] == (str(library / "~" / "own.jsonl"),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("max-hijak = 1", "'max-hijak' (line 1): no such key"),
        ("trust = ['/']", "'trust' (line 1): no such key"),
        ("client = 'nobody'", "client (line 1): it must be one of"),
        ("suppress = 3", "suppress (line 1): it must be a list of"),
        ('requests = ["a\\u0000b"]', "requests (line 1): it must be a list of texts"),
        ("a = [", "cannot be read"),
        ("a = " + "[" * 9000, "cannot be read"),
        ("#" * 300_000, "cannot be read"),
        ("".join(f"k{n} = 1\n" for n in range(101)), "cannot be read"),
    ],
)
def test_a_broken_file_ends_no_audit(library: Path, text: str, told: str) -> None:
    settings = said(library, text)
    assert {entry.source for entry in settings.entries} == {"default"}
    (notice,) = settings.own.notices
    assert told in notice and notice.isprintable() and len(notice) < 1000


def test_many_keys_are_counted(library: Path) -> None:
    (notice,) = said(library, "".join(f"k{n} = 1\n" for n in range(100))).own.notices
    assert "and 88 more: no such key" in notice


def test_isolated_lets_nothing_of_it_count(library: Path) -> None:
    settings = said(library, 'client = "codex"', isolated=True)
    assert settings["client"] is None and settings.own.isolated
    assert settings.own.notices == (
        "Nothing counts that the library says about its own audit, skillaudit.toml included (--isolated).",
    )


def test_isolated_says_so_where_no_file_is(library: Path) -> None:
    settings = resolve(sources=["."], isolated=True, environ={})
    assert settings.config().own_settings.isolated
    assert settings.own.notices == ("Nothing counts that the library says about its own audit (--isolated).",)


def test_it_does_not_speak_for_other_trees(library: Path, tmp_path: Path) -> None:
    write(library, 'client = "codex"')
    settings = resolve(sources=[".", str(tmp_path)], environ={})
    assert settings["client"] is None
    assert "is of another tree" in settings.own.notices[0]


def test_a_hostile_name_shows_as_what_it_is(library: Path) -> None:
    folder = library / "$(touch x)\x1b[2J\n::stop"
    write(folder, 'format = ["text"]')
    (notice,) = resolve(sources=[str(folder)], environ={}).own.notices
    assert notice.isprintable()
    assert shlex.quote("$(touch x)\\x1b[2J\\n::stop/skillaudit.toml") in notice


def as_toml(value: object) -> str:
    """Return a value as TOML has it, nothing as a date."""
    text = json.dumps(value, separators=(", ", " = "))
    return text.replace("null", "1979-05-27").replace("Infinity", "inf").replace("NaN", "nan")


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["SA001", "~/x", ".."]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["rules", "skills", "reason", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
LINES = st.tuples(
    st.sampled_from([*(key.name for key in KEYS), "trust", "x"]) | st.text(max_size=4), VALUES
).map(lambda pair: f"{json.dumps(pair[0])} = {as_toml(pair[1])}")
FILES = (
    st.lists(LINES, max_size=5).map("\n".join)
    | st.text(max_size=60)
    | st.lists(
        st.sampled_from(["[", "]", "{", "}", "=", ".", '"', "'", "\n", "a", "1", "suppress"]), max_size=60
    ).map("".join)
)


@given(text=FILES)
@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
def test_no_file_of_a_library_stops_an_audit_or_sets_what_is_the_users(tmp_path: Path, text: str) -> None:
    (tmp_path / "skillaudit.toml").write_text(text, encoding="utf-8", errors="replace")
    found = resolve(sources=[str(tmp_path)], environ={})
    assert {entry.key for entry in found.entries if entry.by_library} <= {
        key.name for key in KEYS if key.about.by_library
    }
    assert all(entry.by_library or entry.source == "default" for entry in found.entries)
    assert all(notice.isprintable() and len(notice) < 3000 for notice in found.own.notices)
    assert found.config().own_settings == found.own
    found.gate(), found.rules()
