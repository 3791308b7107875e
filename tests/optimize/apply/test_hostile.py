"""Exports of any library: every skill is there exactly once with its files, or there is one sentence and no folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.errors import LoadError, UsageError
from skillaudit.load import load
from skillaudit.load.place import file_of
from skillaudit.optimize.apply.export import export
from skillaudit.optimize.records import Node, Plan
from skillaudit.schema import Library

PARTS = (
    *(
        "tea",
        "Tea",
        "te\u200ba",
        "te\u202ea",
        "tea-2",
        "tea.",
        "tea ",
        "..tea",
        "CON",
        "con.txt",
        "aux",
        "-",
        "a:b",
    ),
    *(
        "caf\u00e9",
        "cafe\u0301",
        "\u00b2",
        "skills",
        ".claude",
        ".hidden",
        "node_modules",
        "SKILL",
        "plugins",
    ),
    *(
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
        "\udce9",
        "x" * 230,
        "\n",
        "group",
        "one",
    ),
)
FOLDERS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=3).map(tuple)


def category(name: str, children: tuple[Node, ...]) -> Node:
    return Node(id=name, name=name, description=name, children=children)


def trees(skills: tuple[str, ...]) -> st.SearchStrategy[tuple[Node, ...]]:
    """Trees over some of the skills, some of them twice, with categories of any name."""
    leaves = st.sampled_from(skills).map(lambda id_: Node(id=id_, name=id_, description=id_, skill=True))
    names = st.sampled_from(("tea", "tea-2", "con", "one", "group", "..", "caf\u00e9", "x"))
    return st.recursive(
        st.lists(leaves, max_size=4).map(tuple),
        lambda inner: st.lists(st.builds(category, names, inner), min_size=1, max_size=3).map(tuple),
        max_leaves=8,
    ).filter(lambda nodes: all(not node.skill for node in nodes))


def written(root: Path, folders: list[tuple[str, ...]]) -> Library | None:
    """Write a skill into each folder, with a file of its own beside it, and load them."""
    for at, parts in enumerate(folders):
        folder = root.joinpath(*parts)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        text = f"---\nname: skill-{at % 4}\ndescription: Does thing number {at}.\n---\nBody {at}\n"
        (folder / "SKILL.md").write_text(text, encoding="utf-8")
        (folder / "own.txt").write_text(text, encoding="utf-8")
    try:
        return load([root])
    except LoadError:
        return None


@settings(max_examples=30, deadline=None)
@given(st.lists(FOLDERS, min_size=1, max_size=7, unique=True), st.data())
def test_nobody_is_lost(folders: list[tuple[str, ...]], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as place:
        root, target = Path(place) / "library", Path(place) / "out"
        library = written(root, folders)
        if library is None:
            return
        tree = data.draw(trees(tuple(skill.id for skill in library.skills)) | st.just(()))
        plan = Plan(
            plan_version="1.0", sources=library.sources, edits=(), hierarchy=tree, accept_hierarchy=bool(tree)
        )
        try:
            export(library, plan, target)
        except UsageError as error:
            assert "\n" not in str(error).replace(str(target), "")
            assert os.listdir(place) == ["library"]  # noqa: PTH208
            return
        found = load([target]).skills
        texts = {skill.description for skill in library.skills}
        own = [skill for skill in found if skill.description in texts]
        assert sorted(skill.description for skill in own) == sorted(texts)
        for skill in own:
            file = file_of(skill)
            assert file is not None and file.is_relative_to(target.resolve())
            assert (file.parent / "own.txt").read_bytes() == file.read_bytes()
