"""Third-party libraries, where they lie at hand: nothing lost, nothing crashing, values as published."""

from __future__ import annotations

import gzip
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from skillaudit.load import DEFECT_KINDS, SKIP_CODES, load
from skillaudit.safety.cleaning import one_line
from tests.load.trees import data_folder, write

DATA = data_folder()
pytestmark = pytest.mark.skipif(DATA is None, reason="no third-party data at hand")
TREES = sorted(path.name.removesuffix(".tar.gz") for path in DATA.glob("trees/*")) if DATA else []
LIBRARIES = sorted(path.name for path in DATA.glob("libraries/*")) if DATA else []

CALM = {"anthropics-skills": 4, "marketingskills": 0, "obra-superpowers": 1}
"""How many defects a well-kept library has at most."""


def rows(name: str) -> list[dict[str, Any]]:
    assert DATA is not None
    path = next(DATA.glob(f"libraries/{name}.jsonl*"))
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in text.splitlines()]


def unpack(archive: Path, folder: Path) -> Path:
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder


@pytest.mark.parametrize("name", TREES)
def test_a_tree_reads_as_published(name: str, tmp_path: Path) -> None:
    assert DATA is not None
    library = load([unpack(DATA / "trees" / f"{name}.tar.gz", tmp_path) / name])
    published = {row["path"]: row for row in rows(name)}
    files = sum(1 for path in tmp_path.rglob("*") if path.name.lower() == "skill.md")
    copies = sum(len(skill.copies) for skill in library.skills)
    assert len(library.skills) + copies + len(library.skipped) == files
    for skill in library.skills:
        row = published[skill.path]
        if row["description"]:
            # The published text was collapsed, not cleaned.
            assert (skill.name, skill.description) == (one_line(row["name"]), one_line(row["description"]))
    assert len({skill.id for skill in library.skills}) == len(library.skills)
    assert {defect.kind for defect in library.defects} <= set(DEFECT_KINDS)
    assert len(library.defects) <= CALM.get(name, len(library.defects))


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_list_reads_as_published(name: str) -> None:
    assert DATA is not None
    library = load([DATA / "libraries" / name])
    copies = sum(len(skill.copies) for skill in library.skills)
    published = rows(name.split(".")[0])
    assert len(library.skills) + copies + len(library.skipped) == len(published)
    assert {item.code for item in library.skipped} <= {"no-description"}
    for skill in library.skills:
        row = published[skill.name_line - 1]
        assert skill.name == one_line(row["name"])
        assert row["description"] == "" or skill.description == one_line(row["description"])
    assert len(library.defects) <= CALM.get(name.split(".")[0], len(library.defects))


def test_malformed_files_are_loaded_or_skipped_with_a_reason(tmp_path: Path) -> None:
    assert DATA is not None
    unpack(DATA / "quirks" / "malformed.tar.gz", tmp_path)
    entries = [json.loads(line) for line in (DATA / "quirks" / "index.jsonl").read_text("utf-8").splitlines()]
    laid: dict[str, dict[str, Any]] = {}
    for entry in entries:
        path = "/".join((entry["file"].split(".")[0], *entry["path"].split("/")[-2:]))
        write(tmp_path / "laid", path, (tmp_path / "malformed" / entry["file"]).read_bytes())
        laid[path] = entry
    library = load([tmp_path / "laid"])
    skills = {path: skill for skill in library.skills for path in (skill.path, *skill.copies)}
    skipped = {item.path: item for item in library.skipped}
    assert set(skills) | set(skipped) == set(laid)
    assert {item.code for item in skipped.values()} == {"empty-file"}
    assert set(SKIP_CODES) >= {item.code for item in skipped.values()}
    names = [
        skills[path].name == one_line(entry["lenient_name"])
        for path, entry in laid.items()
        if entry["lenient_name"]
    ]
    assert sum(names) >= len(names) - 1
    texts = [
        skills[path].description == one_line(entry["lenient_description"])
        for path, entry in laid.items()
        if entry["lenient_description"]
    ]
    # The rest are better here: no block mark, no NUL, no Python repr, no dangling quote.
    assert sum(texts) >= len(texts) - 12
    sick = {defect.skill for defect in library.defects}
    assert sum(skills[path].id in sick for path in skills) >= len(skills) - 9
