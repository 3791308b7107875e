"""Every client's transcripts become the same turns; what others than the user say is none of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skillaudit.sessions.finding import READERS
from skillaudit.sessions.gathering import gather
from skillaudit.sessions.records import Harvest
from tests.sessions import transcripts
from tests.sessions.transcripts import SKILLS

STEPS = (
    ("list", SKILLS),
    ("ask", "please plot the sales of this year"),
    ("load", "alpha"),
    ("ask", "what does this function do?"),
    ("answer",),
)


def opencode(home: Path, name: str, steps: Any) -> Path:
    return transcripts.opencode(home, {name: [step for step in steps if step[0] != "list"]})


def openclaw(home: Path, name: str, steps: Any) -> Path:
    return transcripts.openclaw(home, {name: steps})


WRITERS: dict[str, Callable[[Path, str, Any], Path]] = {
    "claude-code": transcripts.claude_code,
    "codex": transcripts.codex,
    "copilot-cli": transcripts.copilot_cli,
    "gemini-cli": transcripts.gemini_cli,
    "opencode": opencode,
    "openclaw": openclaw,
    "pi": transcripts.pi,
}
LISTS = ("claude-code", "codex", "copilot-cli", "openclaw", "pi")
"""Clients whose logs hold the listing."""
CALLS = ("claude-code", "codex", "copilot-cli", "openclaw", "pi")
"""Clients whose logs tell a skill that the user called by name."""


def read(home: Path, *clients: str, **options: Any) -> Harvest:
    return gather([home], clients or tuple(READERS), **options)


def turns(found: Harvest) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (turn.query, [(load.name, load.how) for load in turn.loads])
        for conversation in found.conversations
        for turn in conversation.turns
    ]


@pytest.mark.parametrize("client", WRITERS)
def test_a_turn_has_the_words_the_skill_and_who_answered(
    client: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    WRITERS[client](tmp_path, "one", STEPS)
    monkeypatch.setenv("HOME", str(tmp_path))
    found = gather([], [client])
    assert turns(found) == [
        ("please plot the sales of this year", [("alpha", "model")]),
        ("what does this function do?", []),
    ]
    assert found.unread == ()
    (conversation,) = found.conversations
    first, second = conversation.turns
    assert conversation.client == client
    assert first.model and first.answered and second.answered
    assert first.time.startswith("20") and first.time.endswith("Z")
    assert (first.before, second.before) == ((), ("alpha",))
    assert conversation.offered(first) == (SKILLS if client in LISTS else ())


@pytest.mark.parametrize("client", CALLS)
def test_a_skill_that_the_user_calls_is_told_from_one_that_the_model_takes(
    client: str, tmp_path: Path
) -> None:
    WRITERS[client](tmp_path, "one", (("list", SKILLS), ("call", "beta", "for version two"), ("answer",)))
    ((words, loads),) = turns(gather([next(tmp_path.iterdir())], [client]))
    assert "for version two" in words
    assert loads == [("beta", "command")]


@pytest.mark.parametrize("client", ["claude-code", "gemini-cli", "opencode"])
def test_a_load_that_fails_is_none(client: str, tmp_path: Path) -> None:
    WRITERS[client](
        tmp_path, "one", (("ask", "plot the sales please"), ("load", "gamma", "failed"), ("answer",))
    )
    assert turns(gather([_root(client, tmp_path)], [client])) == [("plot the sales please", [])]


def _root(client: str, home: Path) -> Path:
    return home / str(READERS[client].HOME)


@pytest.mark.parametrize("client", ["claude-code", "codex", "openclaw", "pi"])
def test_after_a_compaction_no_skill_stands_in_the_context(client: str, tmp_path: Path) -> None:
    steps = (*STEPS, ("compact",), ("ask", "now write the notes"), ("answer",))
    WRITERS[client](tmp_path, "one", steps)
    (conversation,) = gather([_root(client, tmp_path)], [client]).conversations
    assert [turn.query for turn in conversation.turns][-1] == "now write the notes"
    assert len(conversation.turns) == 3
    assert conversation.turns[-1].before == ()


def test_claude_code_names_a_hook_that_made_the_model_load(tmp_path: Path) -> None:
    steps = (("list", SKILLS), ("ask", "plot the sales"), ("hook", "Use skill: alpha"), ("load", "alpha"))
    transcripts.claude_code(tmp_path, "one", (*steps, ("ask", "and now the notes"), ("load", "beta")))
    assert [loads for _, loads in turns(read(tmp_path / ".claude"))] == [
        [("alpha", "hook")],
        [("beta", "model")],
    ]


def test_claude_code_lists_by_lines_where_there_are_no_names(tmp_path: Path) -> None:
    path = transcripts.claude_code(
        tmp_path, "one", (("list", (("acme:deploy", "Ships: fast."),)), ("ask", "ship it now"))
    )
    path.write_text(
        path.read_text(encoding="utf-8").replace('"names":["acme:deploy"]', '"x":1'), encoding="utf-8"
    )
    (conversation,) = read(tmp_path / ".claude").conversations
    assert conversation.listings == ((("acme:deploy", "Ships: fast."),),)


def test_claude_code_named_the_skill_otherwise_before(tmp_path: Path) -> None:
    path = transcripts.claude_code(tmp_path, "one", (("ask", "plot the sales"), ("load", "alpha")))
    older = path.read_text(encoding="utf-8").replace('"input":{"skill":', '"input":{"command":')
    path.write_text(older, encoding="utf-8")
    assert turns(read(tmp_path / ".claude")) == [("plot the sales", [("alpha", "model")])]


def test_claude_code_takes_words_that_waited_and_no_command_of_its_own(tmp_path: Path) -> None:
    path = transcripts.claude_code(tmp_path, "one", (("ask", "plot the sales"), ("compact",), ("answer",)))
    queued = {"type": "queued_command", "prompt": "and also the notes", "commandMode": "prompt"}
    with path.open("a", encoding="utf-8") as file:
        json.dump({"type": "attachment", "uuid": "q", "attachment": queued}, file, separators=(",", ":"))
        file.write("\n")
    assert [words for words, _ in turns(read(tmp_path / ".claude"))] == [
        "plot the sales",
        "and also the notes",
    ]


def test_a_fork_counts_once(tmp_path: Path) -> None:
    path = transcripts.claude_code(tmp_path, "one", STEPS)
    text = path.read_text(encoding="utf-8")
    fork = text.replace('"sessionId":"one"', '"sessionId":"two"')
    path.with_name("two.jsonl").write_text(fork, encoding="utf-8")
    found = read(tmp_path / ".claude")
    assert len(turns(found)) == 2
    assert found.repeated == 2


def test_a_fork_of_codex_that_repeats_its_parent_counts_once_and_one_that_does_not_has_its_listing(
    tmp_path: Path,
) -> None:
    transcripts.codex(tmp_path, "one", STEPS)
    again = (*STEPS, ("ask", "and the notes of the release"), ("load", "beta"))
    transcripts.codex(tmp_path, "two", again, meta={"forked_from_id": "one"})
    late = (("ask", "one more for the road"), ("load", "beta"))
    transcripts.codex(tmp_path, "three", late, meta={"forked_from_id": "one"})
    found = read(tmp_path / ".codex")
    assert sorted(words for words, _ in turns(found)) == [
        "and the notes of the release",
        "one more for the road",
        "please plot the sales of this year",
        "what does this function do?",
    ]
    assert found.repeated == 2
    assert all(conversation.offered(conversation.turns[0]) == SKILLS for conversation in found.conversations)


def test_codex_loads_by_reading_and_not_by_writing(tmp_path: Path) -> None:
    steps = (("list", SKILLS), ("ask", "mend the skill alpha"), ("edit", "alpha"), ("answer",))
    transcripts.codex(tmp_path, "one", (*steps, ("ask", "read what is not listed"), ("load", "gamma")))
    assert [loads for _, loads in turns(read(tmp_path / ".codex"))] == [[], []]


def test_sub_agents_do_not_count(tmp_path: Path) -> None:
    main = transcripts.claude_code(tmp_path, "one", STEPS)
    main.with_name("agent-1.jsonl").write_bytes(main.read_bytes())
    side = main.read_text(encoding="utf-8").replace('"isSidechain":false', '"isSidechain":true')
    main.with_name("two.jsonl").write_text(side, encoding="utf-8")
    transcripts.codex(tmp_path, "sub", STEPS, meta={"source": {"subagent": "review"}})
    transcripts.gemini_cli(tmp_path, "sub", STEPS[1:], kind="subagent")
    transcripts.opencode(tmp_path, {"a": STEPS[1:], "b": STEPS[1:]}, parents={"b": "a"})
    keys = {"x": "agent:main:subagent:9", "y": "agent:main:cron:job"}
    transcripts.openclaw(tmp_path, {"w": STEPS, "x": STEPS, "y": STEPS}, keys=keys)
    transcripts.copilot_cli(
        tmp_path, "c", (("ask", "plot the sales"), ("agent", "look at this"), ("answer",))
    )
    found = [
        read(tmp_path / READERS[client].HOME, client)
        for client in ("claude-code", "codex", "gemini-cli", "opencode", "openclaw", "copilot-cli")
    ]
    assert [len(turns(harvest)) for harvest in found] == [2, 0, 0, 2, 2, 1]
    assert [harvest.by_agents for harvest in found] == [1, 1, 1, 1, 2, 0]


def test_an_older_session_of_gemini_is_one_document(tmp_path: Path) -> None:
    transcripts.gemini_cli(tmp_path, "one", STEPS[1:], whole=True)
    assert len(turns(read(tmp_path / ".gemini", "gemini-cli"))) == 2


def test_what_openclaw_packs_is_counted(tmp_path: Path) -> None:
    transcripts.openclaw(tmp_path, {"one": (*STEPS, ("packed",))})
    (unread,) = read(tmp_path / ".openclaw", "openclaw").unread
    assert (unread.what, unread.count) == ("packed", 1)


def test_clients_are_told_apart_by_what_they_write(tmp_path: Path) -> None:
    for at, (client, writer) in enumerate(WRITERS.items()):
        path = writer(tmp_path / "made" / client, "one", STEPS)
        name = path.name if path.suffix in (".db", ".sqlite") else f"{at}.jsonl"
        (tmp_path / "given" / client).mkdir(parents=True)
        (tmp_path / "given" / client / name).write_bytes(path.read_bytes())
        if (log := path.with_name(f"{path.name}-wal")).exists():
            (tmp_path / "given" / client / log.name).write_bytes(log.read_bytes())
    found = read(tmp_path / "given")
    assert sorted(conversation.client for conversation in found.conversations) == sorted(WRITERS)


@pytest.mark.parametrize(
    ("client", "variable", "inside"),
    [
        ("claude-code", "CLAUDE_CONFIG_DIR", ""),
        ("codex", "CODEX_HOME", ""),
        ("copilot-cli", "COPILOT_HOME", ""),
        ("openclaw", "OPENCLAW_STATE_DIR", ""),
        ("opencode", "XDG_DATA_HOME", "opencode"),
        ("pi", "PI_CODING_AGENT_DIR", ""),
    ],
)
def test_a_folder_that_was_moved_is_found(
    client: str, variable: str, inside: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    WRITERS[client](tmp_path, "one", STEPS)
    folder = tmp_path / str(READERS[client].HOME)
    monkeypatch.setenv(variable, str(folder.parent if inside else folder))
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    assert len(turns(gather([], [client]))) == 2


def test_since_and_project_choose(tmp_path: Path) -> None:
    transcripts.claude_code(tmp_path, "old", STEPS, day="2026-01-05")
    transcripts.claude_code(tmp_path, "new", STEPS, day="2026-11-05", project="/tmp/q/deep")
    assert len(turns(read(tmp_path / ".claude", since="2026-11-01"))) == 2
    assert len(turns(read(tmp_path / ".claude", project="/tmp/q"))) == 2
    assert len(turns(read(tmp_path / ".claude", project="/tmp/qq"))) == 0
