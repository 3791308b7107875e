"""Chains that files state: lists of names, and the mapping beside a compiled library."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from skillaudit.errors import LoadError
from skillaudit.laws.execution_declared import MAPPING, MAPPING_FORMAT, compiled_chains, read_chains
from tests.laws.test_execution_handoffs import skill

SKILLS = [skill("plan-trip"), skill("book-hotel"), skill("pack-bag")]


def declared(tmp_path: Path, text: str) -> list[tuple[str, ...]]:
    path = tmp_path / "chains.txt"
    path.write_text(text, encoding="utf-8")
    return [chain.skills for chain in read_chains(path, SKILLS)]


def test_declared_chains(tmp_path: Path) -> None:
    arrows = "# the trip\nplan-trip -> book-hotel → pack-bag\n\n"
    text = arrows + '["plan-trip", "pack-bag"]\n{"chain": ["book-hotel", "pack-bag"]}\n'
    assert declared(tmp_path, text) == [
        ("plan-trip", "book-hotel", "pack-bag"), ("plan-trip", "pack-bag"), ("book-hotel", "pack-bag"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("plan-trip -> book-hotle\n", ":1: no skill is called 'book-hotle'; did you mean 'book-hotel'?"),
        ("\nplan-trip\n", ":2: a chain needs two skills"),
        ("[1]\n", ":1: no chain in it"),
        ("[\n", ":1: not valid JSON"),
    ],
)
def test_mistakes_in_declared_chains(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(LoadError) as caught:
        declared(tmp_path, text)
    assert says in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="cannot be read"):
        read_chains(tmp_path / "none", SKILLS)


# --- the mapping of a compiled library ------------------------------------------------------------


def handover(source: object, target: object, kind: str = "handover", kept: bool = False) -> dict[str, object]:
    return {"source": source, "target": target, "kind": kind, "kept": kept}


def compiled(tmp_path: Path, data: object) -> list[tuple[str, ...]]:
    text = data if isinstance(data, str) else json.dumps(data)
    (tmp_path / MAPPING).write_text(text, encoding="utf-8")
    return [chain.skills for chain in compiled_chains([str(tmp_path)], SKILLS)]


def test_the_hand_overs_of_a_mapping_make_chains(tmp_path: Path) -> None:
    handovers = [
        handover("plan-trip", "book-hotel"),
        handover("book-hotel", "pack-bag"),
        handover("pack-bag", "plan-trip", kind="feedback"),
        handover("plan-trip", "pack-bag", kind="delegate"),
        handover("plan-trip", "pack-bag", kept=True),
        handover("gone", "pack-bag"),
        handover(1, ["pack-bag"]),
        "pack-bag",
    ]
    data = {"format": MAPPING_FORMAT, "system": "trips", "handovers": handovers}
    assert compiled(tmp_path, data) == [("plan-trip", "book-hotel", "pack-bag")]
    (chain,) = compiled_chains([str(tmp_path)], SKILLS)
    assert chain.source == "compiled" and chain.origin == "compiled from trips"


@pytest.mark.parametrize(
    "data",
    [
        "{",
        "[" * 100_000,
        [1],
        {"format": "other/1", "handovers": [handover("plan-trip", "pack-bag")]},
        {"format": MAPPING_FORMAT, "handovers": 3},
    ],
)
def test_another_file_of_that_name_is_passed_over(data: object, tmp_path: Path) -> None:
    assert compiled(tmp_path, data) == []


def test_a_mapping_behind_a_link_is_not_read(tmp_path: Path) -> None:
    data = {"format": MAPPING_FORMAT, "handovers": [handover("plan-trip", "pack-bag")]}
    (tmp_path / "real.json").write_text(json.dumps(data), encoding="utf-8")
    (tmp_path / MAPPING).symlink_to(tmp_path / "real.json")
    assert compiled_chains([str(tmp_path)], SKILLS) == ()


def test_of_several_sources_each_mapping_speaks_for_its_own(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    data = {"format": MAPPING_FORMAT, "handovers": [handover("plan-trip", "pack-bag")]}
    (tmp_path / MAPPING).write_text(json.dumps(data), encoding="utf-8")
    theirs = [replace(one, root=str(other)) for one in SKILLS]
    assert compiled_chains([str(tmp_path), str(other)], theirs) == ()
    ours = [replace(one, root=str(tmp_path)) for one in SKILLS]
    assert len(compiled_chains([str(tmp_path), str(other)], ours)) == 1
