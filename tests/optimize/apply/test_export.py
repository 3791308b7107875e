"""An exported library: whole, valid, loadable, routed from its root, and never outside its folder."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from skillaudit.config import Config
from skillaudit.disk.names import same
from skillaudit.errors import UsageError
from skillaudit.load import load
from skillaudit.optimize import optimize
from skillaudit.optimize.apply.export import ANCHOR_NAME, INDEX_NAME, PLAN_NAME, export
from skillaudit.optimize.apply.gateway import gateway_file
from skillaudit.optimize.apply.places import loadable
from skillaudit.optimize.flow import steps_named
from skillaudit.optimize.hierarchy.tree import tree_of
from skillaudit.optimize.plan_file import read_plan
from skillaudit.optimize.records import Edit, Node, Plan
from skillaudit.optimize.words.phrasing import slug
from skillaudit.schema import Library
from tests.optimize.apply.test_in_place import edit, snapshot

SPEC_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")


def plan(library: Library, *edits: Edit, tree: tuple[Node, ...] = (), anchor: str = "") -> Plan:
    return Plan(
        plan_version="1.0",
        sources=library.sources,
        edits=edits,
        hierarchy=tree,
        accept_hierarchy=bool(tree),
        anchor=anchor,
    )


def test_a_flat_export_holds_everything_and_leaves_the_source_alone(tree: Path, tmp_path: Path) -> None:
    (tree / "helper" / "scripts").mkdir()
    (tree / "helper" / "scripts" / "run.sh").write_bytes(b"#!/bin/sh\n")
    before = snapshot(tree)
    library = load([tree])
    edits = (edit("travel-expenses", "Claims trips."), edit("payroll-questions", "", "fold", into="helper"))
    done = export(library, plan(library, *edits, anchor="## Rules"), tmp_path / "out")
    assert snapshot(tree) == before
    after = snapshot(tmp_path / "out")
    assert done.skills == 3
    assert after["helper/SKILL.md"].startswith(before["helper/SKILL.md"].rstrip())
    assert b"## From payroll-questions" in after["helper/SKILL.md"]
    assert after["helper/scripts/run.sh"] == b"#!/bin/sh\n"
    assert "payroll-questions/SKILL.md" not in after
    assert after[ANCHOR_NAME] == b"## Rules\n"
    assert {PLAN_NAME, INDEX_NAME} <= set(after)
    again = load([tmp_path / "out"])
    assert {skill.id: skill.description for skill in again.skills}["travel-expenses"] == "Claims trips."
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".out")]


def test_the_exported_plan_can_be_read_back(tree: Path, tmp_path: Path) -> None:
    library = load([tree])
    made = edit("helper", "New text.", before=next(s.description for s in library.skills if s.id == "helper"))
    export(library, plan(library, made), tmp_path / "out")
    assert read_plan(tmp_path / "out" / PLAN_NAME, library).edits == (made,)


def test_a_tree_is_given_no_second_tree(tmp_path: Path) -> None:
    subjects = ("invoice payment", "hotel travel", "payslip pension", "chart sales")
    for at in range(40):
        folder = tmp_path / "skills" / f"skill-{at}"
        folder.mkdir(parents=True)
        text = f"---\nname: skill-{at}\ndescription: Handles {subjects[at % 4]} matter {at}.\n---\n\n# Skill {at}\n"
        (folder / "SKILL.md").write_text(text, encoding="utf-8")
    asked = tmp_path / "requests.csv"
    rows = [f"{subjects[at % 4]} matter {at} please,skill-{at}" for at in range(40)]
    asked.write_text("\n".join(["query,gold", *rows]) + "\n", encoding="utf-8")
    config = Config(scorer="lexical", use_cache=False, requests=(asked,))
    library = load([tmp_path / "skills"])
    found = optimize(library, config, only=steps_named("hierarchy"))
    assert found.hierarchy is not None
    export(library, plan(library, tree=found.hierarchy.root), tmp_path / "tree")
    made = load([tmp_path / "tree"])
    again = optimize(made, config, only=steps_named("hierarchy"))
    assert again.hierarchy is None
    assert any("is a tree already" in note for note in again.notes)
    export(made, plan(made), tmp_path / "copy")
    before, after = snapshot(tmp_path / "tree"), snapshot(tmp_path / "copy")
    assert {path: text for path, text in before.items() if path.endswith("SKILL.md")} == {
        path: text for path, text in after.items() if path.endswith("SKILL.md")
    }


def test_a_tree_is_valid_and_every_skill_is_reached_from_the_root(tree: Path, tmp_path: Path) -> None:
    library = load([tree])
    skills = library.skills
    nodes = tree_of(skills, [[[0, 1], [2, 3]]])
    assert all(not node.skill for node in nodes)
    done = export(library, plan(library, tree=nodes), tmp_path / "out")
    assert (done.skills, done.gateways) == (4, 2)
    exported = load([tmp_path / "out"])
    assert {skill.name for skill in skills} <= {skill.name for skill in exported.skills}
    kinds = {defect.kind for defect in exported.defects}
    assert kinds <= {"nested-skill"}
    for skill in exported.skills:
        assert SPEC_NAME.match(skill.name)
        assert len(skill.description) <= 1024
        assert Path(skill.path).parent.name == skill.name
    reached = set()
    for node in nodes:
        gateway = tmp_path / "out" / node.id / "SKILL.md"
        for link in re.findall(r"\]\(([^)]+)\)", gateway.read_text(encoding="utf-8")):
            child = gateway.parent / unquote(link)
            assert child.is_file()
            assert child.resolve().is_relative_to((tmp_path / "out").resolve())
            reached.add(child.parent.name)
    assert reached == {skill.name for skill in skills}
    index = json.loads((tmp_path / "out" / INDEX_NAME).read_text(encoding="utf-8"))
    assert all((tmp_path / "out" / entry["path"]).is_file() for entry in index["skills"].values())


def test_skills_in_a_tree_keep_their_bytes(tree: Path, tmp_path: Path) -> None:
    library = load([tree])
    export(library, plan(library, tree=tree_of(library.skills, [[[0, 1], [2, 3]]])), tmp_path / "out")
    for skill in library.skills:
        (found,) = (tmp_path / "out").rglob(f"{skill.name}/SKILL.md")
        assert found.read_bytes() == (tree / skill.path).read_bytes()


def test_gateway_text_cannot_break_out_of_its_line() -> None:
    child = Node(id="x", name="a](http://evil) `b`", description="<b>\n# Heading", skill=True)
    text = gateway_file(
        Node(id="group", name="# x\n---", description='say "hi"\n---\nname: evil'), [(child, "a b/c")]
    )
    assert text.count("\n---\n") == 1
    assert not re.search(r"(?<!\\)\]\(http", text)
    assert "(a%20b/c/SKILL.md)" in text


@pytest.mark.parametrize("name", ["Ünïcode Näme!", "--a--b--", "日本", "x" * 90, "../../etc", "A_b C"])
def test_slugs_are_names_of_the_specification(name: str) -> None:
    found = slug(name)
    assert found == "" or (SPEC_NAME.match(found) and len(found) <= 64)


def test_a_link_out_of_the_library_is_left_out(tree: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    (tree / "helper" / "link.txt").symlink_to(secret)
    (tree / "helper" / "folder").symlink_to(tmp_path)
    library = load([tree])
    done = export(library, plan(library), tmp_path / "out")
    assert b"secret" not in b"".join(snapshot(tmp_path / "out").values())
    assert any("link.txt" in path for path in done.skipped)


def test_an_export_needs_a_new_folder_outside(tree: Path, tmp_path: Path) -> None:
    library = load([tree])
    with pytest.raises(UsageError, match="exists"):
        export(library, plan(library), tree)
    with pytest.raises(UsageError, match="lies in the library"):
        export(library, plan(library), tree / "out")
    with pytest.raises(UsageError, match="create it first"):
        export(library, plan(library), tmp_path / "no" / "out")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="exists"):
        export(library, plan(library), tmp_path / "dangling")


def test_rows_become_folders(tmp_path: Path) -> None:
    rows = [
        {"name": "Tea Brewing", "description": "Brews: tea", "body": "# Tea"},
        {"name": "../evil", "description": "Climbs out of folders"},
        {"name": "tea brewing", "description": "Brews another tea"},
    ]
    (tmp_path / "list.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    library = load([tmp_path / "list.jsonl"])
    done = export(library, plan(library), tmp_path / "out")
    assert done.skills == 3
    again = load([tmp_path / "out"])
    assert sorted(skill.description for skill in again.skills) == sorted(row["description"] for row in rows)


def category(name: str, *children: Node) -> Node:
    return Node(id=name, name=name, description=f"All about {name}.", children=children)


def leaf(skill: str) -> Node:
    return Node(id=skill, name=skill, description=skill, skill=True)


def test_a_category_named_like_a_skills_folder_loses_nobody(tree: Path, tmp_path: Path) -> None:
    library = load([tree])
    nodes = (
        category("helper", leaf("invoice-matching"), category("travel-expenses", leaf("payroll-questions"))),
        category("rest", leaf("travel-expenses")),
    )
    done = export(library, plan(library, tree=nodes), tmp_path / "out")
    assert (done.skills, done.gateways) == (4, 3)
    found = {skill.name: skill.description for skill in load([tmp_path / "out"]).skills}
    assert {skill.name: skill.description for skill in library.skills}.items() <= (
        found | {"travel-expenses": "Helps with money matters and trips."}
    ).items()
    texts = [skill.description for skill in load([tmp_path / "out"]).skills]
    assert all(texts.count(skill.description) == 1 for skill in library.skills)
    for gateway in (tmp_path / "out").rglob("SKILL.md"):
        for link in re.findall(r"\]\(([^)]+)\)", gateway.read_text(encoding="utf-8")):
            assert (gateway.parent / unquote(link)).is_file()


def test_a_skill_in_two_categories_is_refused(tree: Path, tmp_path: Path) -> None:
    library = load([tree])
    nodes = (category("one", leaf("helper")), category("two", leaf("helper")))
    with pytest.raises(UsageError, match="helper stands in the plan's hierarchy twice"):
        export(library, plan(library, tree=nodes), tmp_path / "out")
    with pytest.raises(UsageError, match="two categories in the folder one"):
        export(library, plan(library, tree=(category("one"), category("o.ne"))), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["skills"]


def chain(levels: int) -> Node:
    """Categories one in the other, with a skill in the innermost."""
    node = leaf("helper")
    for level in range(levels):
        node = category(f"level-{level}", node)
    return node


def test_a_tree_as_deep_as_is_loaded_is_exported(tree: Path, tmp_path: Path) -> None:
    library = load([tree])
    assert export(library, plan(library, tree=(chain(15),)), tmp_path / "out").gateways == 15
    assert {skill.name for skill in library.skills} <= {
        skill.name for skill in load([tmp_path / "out"]).skills
    }


@pytest.mark.parametrize("levels", [16, 1200])
def test_a_tree_too_deep_to_be_loaded_is_refused(tree: Path, tmp_path: Path, levels: int) -> None:
    library = load([tree])
    node = chain(levels)
    with pytest.raises(UsageError, match="make it flatter"):
        export(library, plan(library, tree=(node,)), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["skills"]


def test_an_export_that_cannot_be_read_back_is_not_kept(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = load([tree])
    monkeypatch.setattr(
        "skillaudit.optimize.apply.export.places", lambda skills, tree: {skill.id: "same" for skill in skills}
    )
    with pytest.raises(UsageError, match=r"is not found|reads differently"):
        export(library, plan(library), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["skills"]


def test_an_empty_category_gets_no_gateway(tree: Path, tmp_path: Path) -> None:
    library = load([tree])
    nodes = (category("one", category("empty", leaf("nobody")), leaf("helper")),)
    assert export(library, plan(library, tree=nodes), tmp_path / "out").gateways == 1
    assert "empty" not in (tmp_path / "out" / "one" / "SKILL.md").read_text(encoding="utf-8")


def test_markdown_files_that_stand_for_skills_are_found_again(tmp_path: Path) -> None:
    flat = tmp_path / "flat"
    flat.mkdir()
    for name in ("tea", "coffee"):
        text = f"---\nname: {name}\ndescription: Brews {name} for guests.\n---\nBody\n"
        (flat / f"{name}.md").write_text(text, encoding="utf-8")
    library = load([flat])
    assert export(library, plan(library), tmp_path / "out").skills == 2
    again = load([tmp_path / "out"])
    assert [skill.name for skill in again.skills] == ["coffee", "tea"]
    assert len(list((tmp_path / "out").rglob("*.md"))) == 2


def test_a_skill_folder_without_end_is_cut_and_said(tree: Path, tmp_path: Path) -> None:
    deep = tree / "helper" / Path(*["d"] * 80)
    deep.mkdir(parents=True)
    library = load([tree])
    done = export(library, plan(library), tmp_path / "out")
    assert (tmp_path / "out" / "helper" / Path(*["d"] * 60)).is_dir()
    assert [path for path in done.skipped if path.endswith("d/d")]


def test_no_special_bit_is_copied(tree: Path, tmp_path: Path) -> None:
    (tree / "helper" / "run").write_bytes(b"x")
    (tree / "helper" / "run").chmod(0o4755)
    (tree / "helper" / "SKILL.md").chmod(0o2644)
    export(load([tree]), plan(load([tree])), tmp_path / "out")
    assert (tmp_path / "out" / "helper" / "run").stat().st_mode & 0o7777 == 0o755
    assert (tmp_path / "out" / "helper" / "SKILL.md").stat().st_mode & 0o7777 == 0o644


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("CON", "CON-skill"),
        (".hidden", "hidden"),
        (".claude", ".claude"),
        ("..", "skill"),
        ("node_modules", "node_modules-skill"),
    ],
)
def test_folder_names_are_loaded_again(name: str, wanted: str) -> None:
    assert loadable(name) == wanted
    assert loadable(wanted) == wanted


def test_twins_that_some_system_takes_for_one_get_folders_of_their_own(tmp_path: Path) -> None:
    for at, name in enumerate(
        ("Tea", "tea", "caf\u00e9", "cafe\u0301", "CON", "con-skill", "Strasse", "stra\u00dfe")
    ):
        folder = tmp_path / "skills" / name
        folder.mkdir(parents=True)
        text = f"---\nname: skill-{at}\ndescription: Does thing number {at}.\n---\nBody {at}\n"
        (folder / "SKILL.md").write_text(text, encoding="utf-8")
    library = load([tmp_path / "skills"])
    export(library, plan(library), tmp_path / "out")
    names = [path.name for path in (tmp_path / "out").iterdir() if path.is_dir()]
    assert len({same(name) for name in names}) == len(names) == 8
