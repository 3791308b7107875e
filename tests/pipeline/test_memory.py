"""Reports that are remembered: equal to fresh ones, and forgotten with whatever they depend on."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from skillaudit.cache import Cache
from skillaudit.config import Config
from skillaudit.laws.execution_law import Chain
from skillaudit.pipeline import audit, making, memory
from skillaudit.pipeline.memory import keep, keep_lines, recall, recall_lines, report_key, state_key
from skillaudit.requests.lines import Said
from skillaudit.requests.told import tell
from skillaudit.routing.profiles import RouterProfile, find
from skillaudit.schema import EmbeddingSummary, Library, OwnSettings, Report
from skillaudit.text.markdown import Block, blocks
from tests.reports import small_report


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Report]:
    """Return the list of reports that were made from the beginning."""
    reports: list[Report] = []
    original = making.make_report

    def counted(*args: object) -> Report:
        report = original(*args)  # type: ignore[arg-type]  # a case of a table
        reports.append(report)
        return report

    monkeypatch.setattr(making, "make_report", counted)
    return reports


def test_an_unchanged_library_is_not_audited_again(
    write_skill: Callable[..., Path], tmp_path: Path, made: list[Report]
) -> None:
    root = write_skill("csv-import", "Imports CSV files into the warehouse.").parent.parent
    config = Config(scorer="lexical", cache=tmp_path / "cache")
    first = audit([root], config)
    assert audit([root], config) == first
    assert len(made) == 1


def test_whatever_a_report_depends_on_makes_a_new_one(
    write_skill: Callable[..., Path], tmp_path: Path, made: list[Report]
) -> None:
    path = write_skill("csv-import", "Imports CSV files into the warehouse.")
    root = path.parent.parent
    config = Config(scorer="lexical", cache=tmp_path / "cache")
    audit([root], config)
    changes = [
        msgspec.structs.replace(config, law=False),
        msgspec.structs.replace(config, client="codex"),
        msgspec.structs.replace(config, router="local"),
    ]
    for number, changed in enumerate(changes, 2):
        audit([root], changed)
        assert len(made) == number
    path.write_text(path.read_text(encoding="utf-8").replace("CSV", "TSV"), encoding="utf-8")
    audit([root], config)
    requests = tmp_path / "requests.jsonl"
    requests.write_text('{"query": "load this table", "gold": ["csv-import"]}\n', encoding="utf-8")
    asked = msgspec.structs.replace(config, requests=(requests,))
    audit([root], asked)
    requests.write_text('{"query": "load that table", "gold": ["csv-import"]}\n', encoding="utf-8")
    audit([root], asked)
    assert len(made) == 7
    beside = path.parent / "evals" / "evals.json"
    beside.parent.mkdir()
    for number, query in enumerate(("load this table", "load that table"), 8):
        beside.write_text(f'[{{"query": "{query}", "should_trigger": true}}]', encoding="utf-8")
        audit([root], config)
        assert len(made) == number
    audit([root], config)
    assert len(made) == 9


def test_only_bodies_that_changed_are_read_again(
    write_skill: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = "## When to use\n\n- Load the {} of last month\n"
    paths = [write_skill(f"skill-{at}", f"Loads {at}.", body.format(f"file {at}")) for at in range(3)]
    paths.append(
        write_skill("plain", "Sorts the letters.", "This skill sorts the letters of a text by weight.")
    )
    root, config = paths[0].parent.parent, Config(scorer="lexical", cache=tmp_path / "cache", law=False)
    read: list[str] = []

    def counted(text: str) -> Iterator[Block]:
        read.append(text)
        return blocks(text)

    monkeypatch.setattr("skillaudit.requests.mining.blocks", counted)

    def reads() -> int:
        """Audit with what is kept; return how many bodies that read, and see that it told what a first one tells."""
        read.clear()
        report = audit([root], config)
        found = len(read)
        assert report == audit([root], msgspec.structs.replace(config, use_cache=False))
        return found

    def edit(path: Path, old: str, new: str) -> None:
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    assert reads() == 4
    edit(paths[0], "Loads 0.", "Loads nothing.")
    assert reads() == 0, "a description is not its body"
    edit(paths[0], "last month", "last year")
    assert reads() == 1
    edit(paths[1], "name: skill-1", "name: skill-one")
    assert reads() == 1, "what speaks of the skill by its name"
    paths[2].unlink()
    assert reads() == 0
    with Cache(config.cache) as cache:
        keep_lines(cache, [str(root)], {"a": Said(mined=("one",))})
        assert recall_lines(cache, [str(root)]) == {"a": Said(mined=("one",))}
        assert recall_lines(cache, [str(root.parent)]) == {}
        cache.put_blob(memory._LINES, memory._lines_key([str(root)]), b"forged")
        assert recall_lines(cache, [str(root)]) == {}
        cache.put_sealed(memory._LINES, memory._lines_key([str(root)]), b"garbage")
        assert recall_lines(cache, [str(root)]) == {}
        monkeypatch.setattr(memory, "_MOST_LINES", 10)
        keep_lines(cache, [str(root)], {"a": Said(mined=("one",))})
        assert recall_lines(cache, [str(root)]) == {}


OTHER = {
    "scorer": "dense",
    "embedder": "elsewhere/other-model",
    "device": "cpu",
    "router": "local",
    "client": "codex",
    "files": "all",
    "shortlist": 8,
    "exclude": ("drafts",),
    "context": 50_000,
    "order": "worst",
    "map": "umap",
    "law": False,
    "floor": 0.5,
    "own_settings": OwnSettings(isolated=True),
}
"""A value for each setting that no default has."""


@pytest.mark.parametrize("name", OTHER)
def test_every_setting_is_in_the_key(name: str) -> None:
    library = Library(sources=("skills",), skills=())
    told = tell(library)
    embedding = EmbeddingSummary(model="none")
    config = Config()
    other = msgspec.structs.replace(config, **{name: OTHER[name]})
    profile = find(None, "lexical")
    keys = {report_key(library, told, one, profile, embedding) for one in (config, other)}
    assert len(keys) == 2


def test_places_are_in_the_key_by_what_lies_there(tmp_path: Path) -> None:
    places = {"cache", "use_cache", "engine", "requests", "chains", "sessions"}
    assert set(Config.__struct_fields__) == places | set(OTHER)
    library = Library(sources=("skills",), skills=())
    empty = tell(library)
    file = tmp_path / "requests.jsonl"
    file.write_text('{"query": "load this table", "gold": []}\n', encoding="utf-8")
    asked = tell(library, (file,))
    embedding, profile = EmbeddingSummary(model="none"), find(None, "lexical")
    keys = {
        report_key(library, empty, Config(), profile, embedding),
        report_key(library, asked, Config(), profile, embedding),
        report_key(
            library, empty, Config(), profile, embedding, (Chain(skills=("one", "two"), source="declared"),)
        ),
    }
    assert len(keys) == 3


def test_a_report_is_found_by_a_state_and_all_that_speaks_besides(tmp_path: Path) -> None:
    requests, chains, folder = tmp_path / "requests.jsonl", tmp_path / "chains.txt", tmp_path / "skills"
    folder.mkdir()
    embedding, lexical = EmbeddingSummary(model="none"), find(None, "lexical")
    plain = Config(requests=(requests,), chains=(chains,))

    def key(
        state: str = "a", config: Config = plain, profile: RouterProfile = lexical, name: str = str(folder)
    ) -> str:
        return state_key((name,), state, config, profile, embedding)

    keys = [key()]
    for path in (requests, chains, folder / "mapping.json"):
        path.write_text("[]", encoding="utf-8")
        keys.append(key())
    other = msgspec.structs.replace(plain, floor=0.5)
    keys += [key("b"), key(config=other), key(profile=find("local", "lexical")), key(name="elsewhere")]
    assert len(set(keys)) == len(keys) and "" not in keys
    assert key("") == key(config=msgspec.structs.replace(plain, sessions=True)) == ""
    assert key(config=msgspec.structs.replace(plain, order="sessions")) == ""


def test_without_a_cache_nothing_is_remembered(write_skill: Callable[..., Path], made: list[Report]) -> None:
    root = write_skill("csv-import").parent.parent
    for _ in range(2):
        audit([root], Config(scorer="lexical", use_cache=False))
    assert len(made) == 2


def test_what_cannot_be_read_counts_as_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Cache(tmp_path) as cache:
        keep(cache, "a", small_report())
        assert recall(cache, "a") == small_report()
        assert recall(cache, "b") is None
        cache.put_sealed("report", "c", b"garbage")
        assert recall(cache, "c") is None
        head = msgspec.msgpack.encode(msgspec.structs.replace(small_report(), skills=()))
        cache.put_sealed("report", "d", zlib.compress(head))
        assert recall(cache, "d") is None, "its skills were evicted"
        keep(cache, "d", msgspec.structs.replace(small_report(), skills=()))
        assert recall(cache, "d") is not None
        monkeypatch.setattr(memory, "_MOST_BYTES", len(head) - 1)
        assert recall(cache, "d") is None, "a bomb"
        monkeypatch.undo()
        cache.put_sealed("report", "e", zlib.compress(b"\x91" * 100_000))
        assert recall(cache, "e") is None, "nested without end"


def test_a_report_that_somebody_else_wrote_is_forgotten(tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        keep(cache, "a", small_report())
        forged = msgspec.msgpack.encode(small_report())
        cache.put_blob("report", "a", zlib.compress(forged))
        assert recall(cache, "a") is None
