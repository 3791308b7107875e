"""Plans as files: what is written reads back, and what does not fit the library is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from skillaudit.config import Config
from skillaudit.errors import UsageError
from skillaudit.load import load
from skillaudit.optimize import Optimisation, optimize
from skillaudit.optimize.edits import applied
from skillaudit.optimize.plan_file import digest, dump, plan_of, read_plan
from skillaudit.optimize.records import Edit, Plan
from skillaudit.schema import Library, Skill
from tests.optimize.conftest import write_library, write_requests


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    asked = write_requests(tmp_path_factory.mktemp("asked") / "requests.jsonl")
    return Config(scorer="lexical", router="local", requests=(asked,), use_cache=False)


@pytest.fixture(scope="module")
def made(config: Config, tmp_path_factory: pytest.TempPathFactory) -> tuple[Library, Optimisation, Plan]:
    library = load([write_library(tmp_path_factory.mktemp("tree") / "skills")])
    found = optimize(library, config)
    return library, found, plan_of(found, library)


@pytest.mark.parametrize("name", ["plan.json", "plan.yaml"])
def test_a_plan_reads_back(made: tuple[Library, Optimisation, Plan], tmp_path: Path, name: str) -> None:
    library, _, plan = made
    path = tmp_path / name
    path.write_text(dump(plan, yaml=name.endswith("yaml")), encoding="utf-8")
    assert read_plan(path, library) == plan


def test_refusing_by_hand_is_proved(
    made: tuple[Library, Optimisation, Plan], config: Config, tmp_path: Path
) -> None:
    library, found, plan = made
    data = yaml.safe_load(dump(plan, yaml=True))
    for edit in data["edits"]:
        edit["accept"] = False
    path = tmp_path / "plan.yml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    proved = optimize(library, config, only=(), plan=read_plan(path, library))
    assert proved.proof is not None
    assert found.proof is not None
    assert proved.proof.after == proved.proof.before == found.proof.before
    at_work = msgspec.structs.replace(config, router="frontier")
    proof = optimize(library, at_work, only=(), plan=read_plan(path, library)).proof
    assert proof is not None and proof.after == proof.before and proof.before.false_trigger.value is not None
    kept = optimize(library, config, only=(), plan=plan)
    assert kept.proof == found.proof


BAD: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "stands there twice": lambda plan: {"edits": [plan["edits"][0], plan["edits"][0]]},
    "no skill": lambda plan: {"edits": [{**plan["edits"][0], "skills": ["nobody"]}]},
    "no longer the one": lambda plan: {
        "edits": [{**plan["edits"][0], "kind": "describe", "accept": True, "before": "Other", "after": "New"}]
    },
    "one line of text": lambda plan: {
        "edits": [{**plan["edits"][0], "kind": "describe", "accept": True, "after": "a\nb"}]
    },
    "the limit is 1,024": lambda plan: {
        "edits": [{**plan["edits"][0], "kind": "describe", "accept": True, "after": "x" * 1025}]
    },
    "must name the skill that stays": lambda plan: {
        "edits": [{**plan["edits"][0], "kind": "fold", "accept": True, "into": ""}]
    },
    "author's work": lambda plan: {"edits": [{**plan["edits"][0], "kind": "split", "accept": True}]},
    "version 9": lambda plan: {"plan_version": "9"},
    "not a plan": lambda plan: {"extra": 1},
}


@pytest.mark.parametrize("said", BAD)
def test_what_does_not_fit_is_refused(
    made: tuple[Library, Optimisation, Plan], tmp_path: Path, said: str
) -> None:
    library, _, plan = made
    data: dict[str, Any] = msgspec.to_builtins(plan)
    path = tmp_path / "plan.json"
    path.write_bytes(msgspec.json.encode({**data, **BAD[said](data)}))
    with pytest.raises(UsageError, match=said):
        read_plan(path, library)


@pytest.mark.parametrize(
    ("name", "text"), [("plan.json", "{"), ("plan.json", ""), ("plan.yaml", "a: [1"), ("plan.yaml", "- 1")]
)
def test_broken_files_are_named(tmp_path: Path, tree: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=name) as refused:
        read_plan(tmp_path / name, load([tree]))
    assert re.search(r"--plan NEW-FILE|correct that line", str(refused.value))
    with pytest.raises(UsageError, match="cannot be read"):
        read_plan(tmp_path / "missing.json", load([tree]))


def test_a_clause_may_follow_a_text_that_was_corrected_by_hand(
    made: tuple[Library, Optimisation, Plan], tmp_path: Path
) -> None:
    library, _, plan = made
    first = next(edit for edit in plan.edits if edit.after)
    corrected = msgspec.structs.replace(first, accept=True, kind="describe", after="Corrected by hand.")
    clause = msgspec.structs.replace(
        first, id="clause-1", accept=True, before="As planned.", after="As planned. Not for tea: use helper."
    )
    path = tmp_path / "plan.json"
    path.write_text(dump(msgspec.structs.replace(plan, edits=(corrected, clause))), encoding="utf-8")
    edits = read_plan(path, library).edits
    (changed,) = [skill for skill in applied(library.skills, edits)[0] if skill.id == first.skills[0]]
    assert changed.description == "Corrected by hand. Not for tea: use helper."


def test_a_description_that_changed_since_refuses_an_edit_that_only_appends(
    made: tuple[Library, Optimisation, Plan], tmp_path: Path
) -> None:
    library, _, plan = made
    first = next(edit for edit in plan.edits if edit.after and edit.kind != "fold")
    adds = msgspec.structs.replace(first, accept=True, after=f"{first.before} Not for tea: use helper.")
    path = tmp_path / "plan.json"
    path.write_text(dump(msgspec.structs.replace(plan, edits=(adds,))), encoding="utf-8")
    assert read_plan(path, library).edits == (adds,)
    other = tuple(
        msgspec.structs.replace(skill, description="About bread.") if skill.id == first.skills[0] else skill
        for skill in library.skills
    )
    with pytest.raises(UsageError, match=f"{first.skills[0]} is no longer the one .*plan again"):
        read_plan(path, msgspec.structs.replace(library, skills=other))


def test_a_merge_is_refused_whose_skill_that_stays_reads_differently(
    made: tuple[Library, Optimisation, Plan], tmp_path: Path
) -> None:
    library, _, plan = made
    goes, stays = library.skills[:2]
    fold = msgspec.structs.replace(
        plan.edits[0], kind="fold", accept=True, skills=(goes.id, stays.id), into=stays.id, after="Both."
    )
    path = tmp_path / "plan.json"
    for before in (stays.description, "Another text."):
        edit = msgspec.structs.replace(fold, before=before)
        path.write_text(dump(msgspec.structs.replace(plan, edits=(edit,))), encoding="utf-8")
        if before == stays.description:
            assert read_plan(path, library).edits == (edit,)
    with pytest.raises(UsageError, match="no longer the one"):
        read_plan(path, library)


def test_a_merge_that_was_made_is_recognised_whatever_the_skill_that_stays_is_called(
    made: tuple[Library, Optimisation, Plan], tmp_path: Path
) -> None:
    tree, _, plan = made
    gone = msgspec.structs.replace(tree.skills[0], id="old/tea", name="tea")
    stays = msgspec.structs.replace(tree.skills[1], id="new/tea", name="tea")
    library = msgspec.structs.replace(tree, skills=(gone, stays, *tree.skills[2:]))
    merge = Edit(
        id="merge-1", kind="fold", step="merge", skills=(gone.id, stays.id), reason="alike", into=stays.id,
        before=stays.description, after="Of both in one.",
    )  # fmt: skip
    hide = Edit(id="narrow-1", kind="demote", step="narrow", skills=(library.skills[2].id,), reason="broad")
    path = tmp_path / "plan.json"
    path.write_text(dump(msgspec.structs.replace(plan, edits=(merge, hide))), encoding="utf-8")
    assert read_plan(path, library).edits == (merge, hide)

    def left(*, manual_only: bool) -> Library:
        kept = msgspec.structs.replace(stays, id="tea", description="Of both in one.")
        hidden = msgspec.structs.replace(library.skills[2], manual_only=manual_only)
        return msgspec.structs.replace(library, skills=(kept, hidden, *library.skills[3:]))

    with pytest.raises(UsageError, match="this plan has been applied"):
        read_plan(path, left(manual_only=True))
    with pytest.raises(UsageError, match="no skill"):
        read_plan(path, left(manual_only=False))
    elsewhere = msgspec.structs.replace(merge, skills=("a", "b"), into="b", before="", after="")
    path.write_text(dump(msgspec.structs.replace(plan, edits=(elsewhere,))), encoding="utf-8")
    with pytest.raises(UsageError, match="no skill 'a'"):
        read_plan(path, library)
    onwards = (
        msgspec.structs.replace(elsewhere, id="merge-2"),
        msgspec.structs.replace(elsewhere, skills=("b", "c"), into=stays.id),
    )
    own = msgspec.structs.replace(plan, edits=onwards, library=digest(library.skills))
    path.write_text(dump(own), encoding="utf-8")
    with pytest.raises(UsageError, match="no skill 'a'"):
        read_plan(path, library)
    both = msgspec.structs.replace(stays, body="Of tea.\n\n## From b\n\nB.\n\n## From a\n\nA.\n")
    with pytest.raises(UsageError, match="this plan has been applied"):
        read_plan(path, msgspec.structs.replace(library, skills=(gone, both, *tree.skills[2:])))
    refused = tuple(msgspec.structs.replace(edit, accept=False) for edit in (merge, hide))
    path.write_text(dump(msgspec.structs.replace(plan, edits=refused)), encoding="utf-8")
    assert read_plan(path, library).edits == refused


def test_a_merge_of_twins_alone_is_recognised(
    made: tuple[Library, Optimisation, Plan], tmp_path: Path
) -> None:
    library, _, plan = made
    gone, stays = library.skills[:2]
    merge = Edit(
        id="merge-1", kind="fold", step="merge", skills=(gone.id, stays.id), reason="alike", into=stays.id
    )
    path = tmp_path / "plan.json"
    path.write_text(dump(msgspec.structs.replace(plan, edits=(merge,))), encoding="utf-8")
    assert read_plan(path, library).edits == (merge,)
    with pytest.raises(UsageError, match="this plan has been applied"):
        read_plan(path, msgspec.structs.replace(library, skills=library.skills[1:]))
    with pytest.raises(UsageError, match="no skill"):
        read_plan(path, msgspec.structs.replace(library, skills=library.skills[2:]))


def test_a_plan_is_applied_only_where_the_skill_that_it_names_has_the_text(
    made: tuple[Library, Optimisation, Plan], tmp_path: Path
) -> None:
    library, _, plan = made
    one, other = library.skills[:2]
    path = tmp_path / "plan.json"

    def gives(skill: Skill, text: str) -> Edit:
        return Edit(
            id=skill.id, kind="describe", step="victim", skills=(skill.id,), reason="by hand",
            before=skill.description, after=text,
        )  # fmt: skip

    twin, swap = gives(one, other.description), gives(other, one.description)
    for edits in ((twin,), (twin, swap)):
        path.write_text(dump(msgspec.structs.replace(plan, edits=edits)), encoding="utf-8")
        assert read_plan(path, library).edits == edits
        texts = {edit.skills[0]: edit.after for edit in edits}
        after = tuple(
            msgspec.structs.replace(skill, description=texts.get(skill.id, skill.description))
            for skill in library.skills
        )
        with pytest.raises(UsageError, match="this plan has been applied"):
            read_plan(path, msgspec.structs.replace(library, skills=after))
