from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from skillaudit.errors import RequestError
from skillaudit.requests.aside import alone, not_counted
from skillaudit.requests.gathering import coverage, gather, is_proof
from skillaudit.requests.records import Candidate
from skillaudit.schema import Library, Request
from tests.requests.libraries import library, on_disk, skill


def lines(count: int, word: str = "paper") -> str:
    return "## When to use\n" + "".join(f"- Folding {word} number {i} into a ship\n" for i in range(count))


def file_of(tmp_path: Path, *rows: object) -> Path:
    path = tmp_path / "requests.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def queries(found: tuple[Request, ...]) -> dict[str, tuple[str, ...]]:
    return {request.query: request.gold for request in found}


def test_labels_become_ids(tmp_path: Path) -> None:
    shelf = library(
        skill("boats", id="a/boats", path="a/boats/SKILL.md"),
        skill("boats", id="b/boats", path="b/boats/SKILL.md"),
        skill("Paper Hats", path="hats-folder/SKILL.md"),
    )
    path = file_of(
        tmp_path,
        {"query": "one", "gold": ["boats"]},
        {"query": "two", "gold": ["b/boats"]},
        {"query": "three", "gold": ["paper-hats"]},
        {"query": "four", "gold": ["hats_folder"]},
        {"query": "five", "gold": ["plugin:boats"]},
        {"query": "six", "gold": []},
        {"query": "seven", "gold": None},
        {"query": "eight", "gold": ["Paper Hats", "kites"]},
        {"query": "nine", "gold": ["kites"]},
        {"query": " \t", "gold": ["boats"]},
        {"query": "ten", "gold": ["kites"]},
    )
    found = gather(shelf, [path])
    assert queries(found.requests) == {
        "one": ("a/boats", "b/boats"),
        "two": ("b/boats",),
        "three": ("Paper Hats",),
        "four": ("Paper Hats",),
        "five": ("a/boats", "b/boats"),
        "six": (),
        "eight": ("Paper Hats",),
    }
    assert {request.source for request in found.requests} == {"file"}
    assert found.requests[0].origin == f"{path}:1"
    assert (found.ignored, found.unknown) == (1, 2)
    kinds = [(defect.kind, defect.line) for defect in found.defects]
    assert kinds == [("request-unreadable", 10), ("request-unknown-skill", 8)]
    assert "'kites' (3 rows); correct the name" in found.defects[1].detail
    assert all(defect.path == str(path) for defect in found.defects)


def test_acceptable_skills_are_right_as_well(tmp_path: Path) -> None:
    shelf = library(skill("boats"), skill("hats"), skill("kites"))
    path = file_of(
        tmp_path,
        {"query": "one", "gold": ["hats"], "acceptable": ["boats"]},
        {"query": "two", "gold": ["hats"], "acceptable": "boats"},
        {"query": "three", "gold": [], "acceptable": ["boats"]},
        {"query": "four", "gold": ["hats"], "acceptable": ["ships"]},
        {"query": "five", "gold": ["hats"], "acceptable": [1]},
        {"query": "six", "skill": "kites", "should_trigger": True, "acceptable": ["hats"]},
    )
    found = gather(shelf, [path])
    assert queries(found.requests) == {
        "one": ("hats", "boats"),
        "two": ("hats", "boats"),
        "three": (),
        "four": ("hats",),
        "six": ("kites", "hats"),
    }
    assert [defect.line for defect in found.defects] == [5, 4]
    assert (
        "acceptable is no list of names" in found.defects[0].detail and "'ships'" in found.defects[1].detail
    )


def test_requests_for_skills_that_do_not_compete_judge_nothing_and_are_told(tmp_path: Path) -> None:
    shelf = library(
        skill("boats"),
        skill("hats", out="not loaded"),
        skill("kites", out="excluded"),
        skill("stamps", manual_only=True),
    )
    path = file_of(
        tmp_path,
        {"query": "fold me something that swims", "gold": "boats"},
        {"query": "fold me something to wear", "gold": "hats"},
        {"query": "fold me something for my head", "gold": "hats"},
        {"query": "fold me something that flies", "gold": ["kites", "stamps"]},
        {"query": "collect something", "gold": "stamps"},
        {"query": "either of the two", "gold": ["hats", "boats"]},
        {"query": "what time is it", "gold": []},
    )
    found = gather(shelf, [path])
    assert set(queries(found.requests)) == {
        "fold me something that swims",
        "either of the two",
        "what time is it",
    }
    judged = coverage(shelf, found)
    assert judged.requests == 3 and judged.judged_skills == 1 and [s.skills for s in judged.sources] == [1]
    assert {each.reason: each.requests for each in judged.aside} == {
        "not loaded": 2,
        "excluded": 1,
        "manual-only": 1,
    }
    first, second, third = not_counted(judged.aside)
    assert first.startswith("2 given requests are not counted") and "--files all" in first
    assert second.startswith("1 given request is not counted: its skills") and "--exclude" in second
    assert "manual-only" in third


def test_more_given_requests_may_be_fewer_in_all_and_that_is_said(tmp_path: Path) -> None:
    shelf = library(skill("boats", body=lines(9)), skill("hats", body=lines(9, "felt")))
    mined = gather(shelf)
    given = gather(shelf, [file_of(tmp_path, {"query": "make me something that swims", "gold": "boats"})])
    assert len(given.requests) < len(mined.requests)
    assert alone([request.source for request in mined.requests]) == ()
    (said,) = alone([request.source for request in given.requests])
    assert "judged by these alone" in said


def test_eval_files_of_skills_that_do_not_compete_are_nobodys_slip(tmp_path: Path) -> None:
    rows = [Candidate("fold me a hat", ("hats",), "evals", "hats/evals.json:1", "hats")]
    found = gather(library(skill("boats"), skill("hats", out="not loaded")), asked=rows)
    assert found.requests == () and found.aside == ()


def test_named_requests_are_dropped_and_counted(tmp_path: Path) -> None:
    shelf = library(skill("paper-boats"), skill("hats"))
    path = file_of(
        tmp_path,
        {"query": "use paper-boats on this", "gold": ["paper-boats"]},
        {"query": "boats of paper please", "gold": ["paper-boats"]},
        {"query": "hats for a party", "gold": ["hats"]},
        {"query": "why is it called paper-boats", "gold": []},
    )
    found = gather(shelf, [path])
    assert list(queries(found.requests)) == [
        "boats of paper please",
        "hats for a party",
        "why is it called paper-boats",
    ]
    assert found.leaked == 1


def test_equal_requests_are_one_with_all_their_skills(tmp_path: Path) -> None:
    body = "## When to use\n- Folding a sheet into a hat\n"
    shelf = library(skill("boats", body=body), skill("hats", body=body.replace("hat", "HAT.")))
    found = gather(shelf)
    assert queries(found.requests) == {"Folding a sheet into a hat": ("boats", "hats")}
    labelled = gather(shelf, [file_of(tmp_path, {"query": "folding a sheet into a hat!", "gold": ["hats"]})])
    assert queries(labelled.requests) == {"folding a sheet into a hat!": ("hats",)}, (
        "a label overrules bodies"
    )


def test_a_line_in_many_bodies_speaks_for_none() -> None:
    body = "## When to use\n- Folding a sheet into a bird\n"
    shelf = library(
        *(skill(name, body=body) for name in ("boats", "hats", "kites")), skill("masks", body=lines(1))
    )
    found = gather(shelf)
    assert [request.home for request in found.requests] == ["masks"]
    assert found.boilerplate == 3


def test_a_skill_is_judged_by_the_best_source_that_it_has() -> None:
    text = "# Boats\nShapes a flat sheet until it swims.\n"
    shelf = library(
        skill("boats", body=text + lines(2)),
        skill("ships", body=text),
        skill("rafts", body=text, manual_only=True),
        skill("kites"),
    )
    found = gather(shelf)
    assert [(request.home, request.source) for request in found.requests] == [
        ("boats", "mined"),
        ("boats", "mined"),
        ("ships", "body"),
    ]
    cover = coverage(shelf, found)
    assert [(count.source, count.requests, count.skills) for count in cover.sources] == [
        ("mined", 2, 1),
        ("body", 1, 1),
    ]
    assert (cover.requests, cover.judged_skills, cover.no_skill_requests) == (3, 2, 0)
    assert cover.unjudged == ("kites",)


def test_what_the_user_labelled_is_not_mixed_with_mined_lines(tmp_path: Path) -> None:
    shelf = library(skill("boats", body=lines(2)), skill("hats", body=lines(2, "felt")))
    path = file_of(tmp_path, {"query": "something that swims", "gold": ["boats"]})
    found = gather(shelf, [path])
    assert [(request.home, request.source) for request in found.requests] == [
        ("", "file"),
        ("hats", "mined"),
        ("hats", "mined"),
    ]


def test_no_skill_gives_more_than_its_share() -> None:
    shelf = library(skill("boats", body=lines(40)))
    found = gather(shelf)
    assert len(found.requests) == 6
    assert found.capped == 34
    few = gather(shelf, per_skill=2)
    assert len(few.requests) == 2
    assert set(queries(few.requests)) < set(queries(found.requests)), "the choice is by hash, so it is nested"
    reordered = "## When to use\n" + "\n".join(reversed(lines(40).splitlines()[1:]))
    assert set(queries(gather(library(skill("boats", body=reordered))).requests)) == set(
        queries(found.requests)
    )


def test_half_of_the_requests_is_proof() -> None:
    many = [f"request number {i}" for i in range(2000)]
    share = sum(map(is_proof, many)) / len(many)
    assert 0.45 < share < 0.55
    assert is_proof("Fold a boat!") == is_proof("fold  a boat")
    # pinned: a split that moves makes before and after incomparable
    pinned = {
        "fold a boat": True,
        "mend a kite": True,
        "buy glue": False,
        "cut card": True,
        "dry the paint": False,
    }
    assert {query: is_proof(query) for query in pinned} == pinned
    found = gather(library(skill("boats", body=lines(6))))
    assert all(request.proof == is_proof(request.query) for request in found.requests)


def test_eval_files_beside_the_skills(tmp_path: Path) -> None:
    shelf = on_disk(tmp_path / "skills", "boats", "hats", "kites", "masks")
    root = tmp_path / "skills"
    write = {
        "boats/evals/evals.json": json.dumps(
            {"skill_name": "boats", "evals": [{"prompt": "shape me something that swims"}]}
        ),
        "hats/trigger_tests.yaml": "skill: hats\nshould_trigger_prompts:\n- prompt: something for my head\n",
        "evals/kites.json": json.dumps([{"query": "it should fly", "should_trigger": True}]),
        "evals/masks/trigger_tests.yaml": "skill: masks\nshould_trigger_prompts: [hide my face]\n",
        "hats/evals/evals.json": "{broken",
    }
    for name, text in write.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    found = gather(shelf)
    assert {request.query: (request.gold, request.source, request.home) for request in found.requests} == {
        "shape me something that swims": (("boats",), "evals", "boats"),
        "something for my head": (("hats",), "evals", "hats"),
        "it should fly": (("kites",), "evals", "kites"),
        "hide my face": (("masks",), "evals", "masks"),
    }
    assert [(d.kind, d.skill, d.path) for d in found.defects] == [
        ("request-file", "hats", "hats/evals/evals.json")
    ]
    assert found.requests[0].origin == "boats/evals/evals.json:1"


def test_no_link_leads_out_of_the_library(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "evals.json").write_text('[{"query": "a secret", "should_trigger": true}]', encoding="utf-8")
    shelf = on_disk(tmp_path / "skills", "boats")
    (tmp_path / "skills" / "boats" / "evals").symlink_to(outside, target_is_directory=True)
    assert not gather(shelf).requests


def test_sources_that_are_files_have_no_neighbours(tmp_path: Path) -> None:
    source = tmp_path / "library.jsonl"
    source.write_text("{}", encoding="utf-8")
    (tmp_path / "evals").mkdir()
    (tmp_path / "evals" / "boats.json").write_text(
        '[{"query": "a boat", "should_trigger": true}]', encoding="utf-8"
    )
    assert not gather(library(skill("boats", path="library.jsonl:1", root=str(source)))).requests


def test_an_unreadable_file_of_the_user_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"none\.jsonl"):
        gather(library(skill("boats")), [tmp_path / "none.jsonl"])


def test_requests_are_clean_text(tmp_path: Path) -> None:
    path = file_of(tmp_path, {"query": "fold \x1b[31m a\n\n boat \u202e now", "gold": ["boats"]})
    (request,) = gather(library(skill("boats")), [path]).requests
    assert request.query.split() == ["fold", "a", "boat", "now"]
    assert "\x1b" not in request.query
    assert "\u202e" not in request.query


def test_an_empty_library() -> None:
    empty = Library(sources=(), skills=())
    found = gather(empty)
    assert not found.requests
    assert coverage(empty, found).requests == 0


def test_everything_gathered_survives_json(tmp_path: Path) -> None:
    found = gather(
        library(skill("boats", body=lines(3))), [file_of(tmp_path, "not a row", {"query": "x", "gold": []})]
    )
    assert msgspec.json.decode(msgspec.json.encode(found), type=type(found)) == found


def test_counts_of_equal_requests_are_added_where_somebody_counted(tmp_path: Path) -> None:
    shelf = library(skill("boats"), skill("hats"))
    path = file_of(
        tmp_path,
        {"query": "fold it", "gold": ["boats"], "count": 3},
        {"query": "Fold it.", "gold": ["boats"], "count": 2},
        {"query": "wear it", "gold": ["hats"]},
        {"query": "wear it", "gold": ["hats"]},
    )
    asked = [Candidate("fold it", ("boats",), "sessions", "claude-code", "", 7)]
    assert [request.weight for request in gather(shelf, [path]).requests] == [5, 1]
    found = gather(shelf, [path], asked=asked)
    assert [request.weight for request in found.requests] == [7, 1]
    assert {request.weight for request in found.once_each().requests} == {1}
