"""Hierarchies: bounded, whole, named by their members, and predicted stage by stage."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from skillaudit.optimize.hierarchy.groups import grouped, levels_for
from skillaudit.optimize.hierarchy.propose import _calming, _doubtful, _reason, loses_nothing, uncovered
from skillaudit.optimize.hierarchy.stages import Arrangement, predicted
from skillaudit.optimize.hierarchy.tree import folders_of, tree_of
from skillaudit.optimize.records import Node, Tree
from skillaudit.optimize.words.phrasing import slug
from skillaudit.schema import Request, Skill

TOPICS = ("invoice payment", "hotel travel", "payslip pension", "chart sales", "server log")


def skills_of(count: int) -> list[Skill]:
    return [
        Skill(
            id=f"skill-{at}",
            name=f"skill-{at}",
            description=f"Handles {TOPICS[at % len(TOPICS)]} matter {at}.",
            category=TOPICS[at % len(TOPICS)].split()[0],
        )
        for at in range(count)
    ]


def vectors(count: int, seed: int, dimension: int = 12) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(max(2, count // 15), dimension))
    points = centres[rng.integers(0, len(centres), count)] + 0.4 * rng.normal(size=(count, dimension))
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True), dtype=np.float32)


def leaves(tree: Sequence[Node], above: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    """The ids of the categories above each skill, root first."""
    found: dict[str, tuple[str, ...]] = {}
    for node in tree:
        found |= {node.id: above} if node.skill else leaves(node.children, (*above, node.id))
    return found


def walked(
    arrangement: Arrangement, tree: Sequence[Node], requests: Sequence[Request], router: str = "local"
) -> Tree:
    """Route one set of requests down a tree."""
    return predicted(arrangement, tree, [requests], "lexical", router, None)[0]


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 260), st.integers(2, 30), st.integers(0, 5))
def test_no_choice_is_larger_than_its_bound(count: int, bound: int, seed: int) -> None:
    points = vectors(count, seed)
    levels = grouped(lambda start, stop: points[start:stop] @ points.T, count, bound)
    size = count
    for groups in levels:
        assert sorted(member for group in groups for member in group) == list(range(size))
        assert max(map(len, groups)) <= bound
        size = len(groups)
    assert size <= bound
    assert bool(levels) == (count > bound)


def test_alike_skills_share_a_leaf() -> None:
    points = vectors(120, 3)
    levels = grouped(lambda start, stop: points[start:stop] @ points.T, 120, 30)
    (groups,) = levels
    similar = points @ points.T
    inside = np.mean([similar[np.ix_(group, group)].mean() for group in groups])
    assert inside > similar.mean() + 0.3


def test_the_same_library_gives_the_same_tree() -> None:
    points = vectors(100, 1)

    def block(start: int, stop: int) -> NDArray[np.float32]:
        return points[start:stop] @ points.T

    assert grouped(block, 100) == grouped(block, 100)


@pytest.mark.parametrize(("count", "levels"), [(30, 1), (31, 2), (900, 2), (901, 3), (5000, 3)])
def test_as_many_levels_as_needed(count: int, levels: int) -> None:
    assert levels_for(count, 30) == levels


def test_categories_are_named_and_described_by_their_members() -> None:
    skills = skills_of(20)
    groups = [[at for at in range(20) if at % 5 == topic] for topic in range(5)]
    tree = tree_of(skills, [groups])
    assert len({node.id for node in tree}) == 5
    for node, topic in zip(tree, TOPICS, strict=True):
        assert node.name in topic.split()
        assert all(child.name.replace("-", " ") in node.description for child in node.children)
        assert slug(node.id) == node.id
        assert len(node.description) <= 1024
        assert node.id not in {skill.name for skill in skills}
    assert leaves(tree)["skill-7"] == (tree[2].id,)


def category_of(members: Sequence[Skill], others: Sequence[Skill] = ()) -> Node:
    """The category of some members, in a library with others."""
    groups = [
        [*range(len(members))],
        *([[*range(len(members), len(members) + len(others))]] if others else []),
    ]
    return tree_of([*members, *others], [groups])[0]


def named(*names: str, description: str = "Runs.") -> list[Skill]:
    return [Skill(id=name, name=name, description=description) for name in names]


def test_a_category_reads_as_a_person_writes_it() -> None:
    members = [
        *named("terraform-modules", "terraform-state", "terraform-tests", description="Handles Terraform."),
        Skill(id="reviews", name="reviews", description="Reads plans of Terraform."),
    ]
    node = category_of(members, skills_of(12))
    assert node.id == "terraform"
    assert node.description == (
        "Terraform: Terraform modules, Terraform state, Terraform tests and reviews. "
        "Load it for any of these, to find the right one of 4 skills."
    )


def test_every_member_is_spoken_of_and_none_in_pieces() -> None:
    members = [
        Skill(id=f"s{at}", name=f"name{at}", description=f"Prints label{at}. " + "Common filler text. " * 9)
        for at in range(30)
    ]
    text = category_of(members, skills_of(30)).description
    assert len(text) <= 1024
    assert all(f"name{at}" in text for at in range(30))
    assert "filler" not in text


def test_what_has_no_room_is_counted() -> None:
    members = named(*(f"{'very-long-' * 5}name-{at}" for at in range(30)))
    text = category_of(members, skills_of(9)).description
    assert len(text) <= 1024
    said = len(re.findall(r"name \d+", text))
    assert said > 10
    assert f"{30 - said} more. Load it" in text


@pytest.mark.parametrize("word", ["a", "说", "</"])
def test_a_name_beyond_every_bound_is_none_of_a_category(word: str) -> None:
    members = [Skill(id=str(at), name=word * 3000, description=word * 3000) for at in range(2)]
    node = tree_of(members, [[[0, 1]]])[0]
    assert len(node.description) <= 1024
    assert "right one of 2" in node.description or "2 个" in node.description
    assert 0 < len(node.id) <= 64


def test_a_name_that_tells_nothing_is_told() -> None:
    members = [
        Skill(id="qux", name="qux", description="Comprehensive cheminformatics toolkit for molecules."),
        Skill(id="zap", name="zap", description="Deploys molecules everywhere for molecules."),
    ]
    text = category_of(members, skills_of(30)).description
    assert "qux (cheminformatics toolkit)" in text
    assert "zap. Load" in text


def test_words_are_written_as_the_library_writes_them() -> None:
    members = named("ai-seo", "seo-audit", description="An audit of SEO for iOS, by AI.")
    assert category_of(members, skills_of(9)).description.startswith("SEO: AI SEO and SEO audit.")


def test_a_word_that_opens_all_names_is_said_once() -> None:
    members = named("uipath-invoice-mining", "uipath-invoice-owner", "uipath-agents")
    others = named(*(f"uipath-{topic}" for topic in ("mail", "forms", "robots", "queues")))
    node = category_of(members, others)
    assert node.id == "uipath-invoice"
    assert node.description.startswith("Uipath invoice: invoice mining, invoice owner and agents.")


def test_a_folder_names_its_category() -> None:
    members = [
        Skill(id=name, name=name, description="Runs.", category="plugins/03-fine-tuning")
        for name in ("lora", "adapters", "merging")
    ]
    others = [
        Skill(id=f"o{at}", name=f"o{at}", description="Walks.", category="plugins/walks") for at in range(5)
    ]
    assert category_of(members, others).id == "fine-tuning"


def test_a_category_speaks_its_members_language() -> None:
    members = [
        Skill(
            id=name, name=name, description="Prüft die Rechnung und das Konto für den Kunden, wenn es fehlt."
        )
        for name in ("konto", "rechnung")
    ]
    assert "um den richtigen von 2 Skills zu finden" in category_of(members, skills_of(9)).description


def test_a_choice_of_one_category_is_left_out() -> None:
    skills = skills_of(8)
    tree = tree_of(skills, [[[0, 5], [1, 6], [2, 3, 4, 7]], [[0, 1], [2]]])
    assert len(tree) == 2
    assert all(child.skill for child in tree[1].children)
    assert len(leaves(tree)["skill-0"]) == 2
    assert len(leaves(tree)["skill-7"]) == 1


def test_names_tell_and_differ() -> None:
    skills = [
        Skill(id=name, name=name, description=f"See also: use {topic} tools to find {topic}.")
        for name, topic in (("a", "ledger"), ("b", "ledger"), ("c", "harbour"), ("d", "harbour"))
    ]
    skills.append(Skill(id="ledger", name="ledger", description="Keeps a ledger."))
    tree = tree_of(skills, [[[0, 1], [2, 3], [4]], [[0, 2], [1]]])
    ids = [node.id for node in (*tree, *tree[0].children) if not node.skill]
    assert len(set(ids)) == len(ids)
    assert "ledger" not in ids
    assert not any(word in node for node in ids for word in ("see", "use", "find", "tool"))


def test_folders_are_the_librarys_own() -> None:
    assert folders_of(skills_of(10)) == [[0, 5], [1, 6], [2, 7], [3, 8], [4, 9]]
    assert folders_of([Skill(id="a", name="a", description="a")]) is None


def test_a_trees_accuracy_is_the_product_of_its_stages() -> None:
    skills = skills_of(10)
    groups = [[at for at in range(10) if at % 5 == topic] for topic in range(5)]
    tree = tree_of(skills, [groups])
    requests = [
        Request(query=f"{TOPICS[at % 5]} matter {at} please", gold=(f"skill-{at}",), source="file")
        for at in range(10)
    ]
    found = walked("proposed", tree, requests)
    assert (found.stages, found.largest, len(found.stage_accuracy)) == (2, 5, 2)
    assert found.local is not None
    assert found.accuracy == pytest.approx(found.stage_accuracy[0] * found.stage_accuracy[1], abs=0.02)
    flat = tuple(Node(id=s.id, name=s.name, description=s.description, skill=True) for s in skills)
    one = walked("flat", flat, requests)
    assert (one.stages, one.largest, one.accuracy) == (1, 10, one.local)


def test_a_wrong_first_choice_cannot_be_mended() -> None:
    leaf = Node(id="x", name="x", description="coffee", skill=True)
    other = Node(id="y", name="y", description="y", skill=True)
    tree = (
        Node(id="a", name="tea", description="tea", children=(leaf,)),
        Node(id="b", name="coffee", description="coffee", children=(other,)),
    )
    requests = [Request(query="coffee", gold=("x",), source="file")]
    found = walked("proposed", tree, requests)
    assert found.accuracy == found.local == 0.0
    assert found.stage_accuracy == (0.0, 1.0)


def test_parts_walked_together_are_those_walked_alone() -> None:
    skills = skills_of(20)
    tree = tree_of(skills, [[[at for at in range(20) if at % 5 == topic] for topic in range(5)]])
    requests = [
        Request(query=f"{TOPICS[at % 5]} matter {at} please", gold=(f"skill-{at}",), source="file")
        for at in range(20)
    ]
    parts: tuple[list[Request], ...] = (requests[:7], requests[7:], [])
    for router in ("local", "frontier"):
        together = predicted("proposed", tree, parts, "lexical", router, None)
        alone = [walked("proposed", tree, part, router) for part in parts[:2]]
        assert list(together[:2]) == alone
        assert together[2].accuracy is None


def test_a_gain_that_the_scorer_does_not_see_says_so() -> None:
    def tree(arrangement: Any, local: float) -> Tree:
        return Tree(arrangement=arrangement, stages=2, largest=9, accuracy=0.5, local=local)

    assert "live model" in _reason(0.3, [tree("flat", 0.6), tree("proposed", 0.2)])
    assert _doubtful([tree("flat", 0.6), tree("proposed", 0.2)])
    assert not _doubtful([tree("flat", 0.6), tree("proposed", 0.58)])
    assert "live model" not in _reason(0.3, [tree("flat", 0.6), tree("proposed", 0.58)])
    assert "gains nothing" in _reason(0.0, [tree("flat", 0.6), tree("proposed", 0.2)])


def test_what_a_tree_spares_stands_beside_what_it_costs() -> None:
    def tree(arrangement: Any, accuracy: float, fired: float | None) -> Tree:
        return Tree(arrangement=arrangement, stages=2, largest=9, accuracy=accuracy, false_trigger=fired)

    flat, calm = tree("flat", 0.94, 0.093), tree("proposed", 0.89, 0.035)
    assert _calming([flat, calm]) == (
        "; false triggers would fall from 9.3% to 3.5%, which costs 5.0 points of accuracy"
    )
    assert _calming([calm, flat]) == _calming([flat, tree("proposed", 0.89, None)]) == ""


def test_a_category_covers_what_it_hides_or_is_not_recommended() -> None:
    skills = {
        "invoices": Skill(id="invoices", name="invoices", description="Match open invoices with transfers."),
        "tea": Skill(id="tea", name="tea", description="Brew green leaves."),
    }
    leaves = tuple(Node(id=name, name=name, description="", skill=True) for name in skills)
    root = (Node(id="money", name="money", description="Invoices and transfers.", children=leaves),)
    assert uncovered(root, skills) == ("tea",)
    assert uncovered((Node(id="x", name="tea", description="Invoices.", children=leaves),), skills) == ()


@pytest.mark.parametrize(("router", "nothing"), [("frontier", True), ("older", False), ("local", False)])
def test_a_tree_has_nothing_to_give_a_model_that_loses_nothing_to_a_long_list(
    router: str, nothing: bool
) -> None:
    assert loses_nothing(router, "lexical") is nothing
