"""Every synthetic task has one right answer, and libraries are what they are said to be."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter

import pytest

from skillaudit.experiment.libraries import COMPLEXITIES, Complexity, groups, library, policy
from skillaudit.experiment.synthetic import Template, fill, pool, read, write_task
from skillaudit.llm import estimate_tokens


def worded(skill: Template) -> set[str]:
    """Return tasks of a skill in which every value of every slot occurs."""
    slots = pool().slots
    made = set()
    for task in skill.tasks:
        values = {name: slots[name] for name in re.findall(r"\{(\w+)\}", task) if name in slots}
        for turn in range(max([len(value) for value in values.values()], default=1)):
            only = {name: (value[turn % len(value)],) for name, value in values.items()}
            made.add(fill(task, random.Random(turn), only))
    return made


def test_the_pool_is_eight_by_five_by_five() -> None:
    found = pool()
    assert len(found.domains) == 8
    assert Counter(subtype.domain for subtype in found.subtypes) == dict.fromkeys(found.domains, 5)
    assert {len(subtype.skills) for subtype in found.subtypes} == {5}
    assert {len(subtype.synonyms) for subtype in found.subtypes} == {2}
    everything = [*found.skills, *itertools.chain(*(subtype.synonyms for subtype in found.subtypes))]
    assert len({skill.id for skill in everything}) == len({skill.name for skill in everything}) == 280
    assert len({skill.description for skill in everything}) == 280


@pytest.mark.slow
def test_no_two_skills_of_a_library_without_competitors_fit_the_same_task() -> None:
    skills = pool().skills
    tasks = [(skill, task) for skill in skills for task in worded(skill)]
    assert len(tasks) > 1000
    for skill, task in tasks:
        assert [other.id for other in skills if other.fits(task)] == [skill.id], task


def test_seeded_tasks_fit_their_skill_alone() -> None:
    skills = pool().skills
    for skill in skills[::3]:
        for number in range(6):
            task = write_task(skill, "seed", number)
            assert "{" not in task and not re.search(r"\[[a-z ]+\]", task)
            assert [other.id for other in skills if other.fits(task)] == [skill.id], task


def test_parameters_vary_and_are_seeded() -> None:
    skill = pool().skills[0]
    assert len({write_task(skill, 0, number) for number in range(40)}) > 35
    assert write_task(skill, 0, 3) == write_task(skill, 0, 3) != write_task(skill, 1, 3)


@pytest.mark.parametrize("similarity", ["low", "mixed", "high"])
def test_smaller_libraries_are_part_of_larger_ones(similarity: str) -> None:
    small, large = (library(size, similarity, 5) for size in (20, 60))  # type: ignore[arg-type]  # a case of a table
    assert large[:20] == small
    assert len({skill.id for skill in large}) == 60
    assert library(20, similarity, 6) != small  # type: ignore[arg-type]  # a case of a table


def test_similarity_says_which_domains_meet() -> None:
    for seed in range(4):
        low = library(40, "low", seed)
        assert set(Counter(skill.domain for skill in low).values()) == {5}
        assert len({skill.subtype for skill in low}) == 40
        assert len({skill.domain for skill in low[:8]}) == 8
        assert {skill.domain for skill in library(75, "high", seed)} == {
            "Mathematics",
            "Analysis",
            "Extraction",
        }
    with pytest.raises(ValueError, match="1 to 75"):
        library(76, "high")


@pytest.mark.parametrize("kind", ["operation", "synonym"])
def test_groups_of_three_are_a_base_and_its_rivals(kind: str) -> None:
    made = groups(40, 2, kind, 1)  # type: ignore[arg-type]  # a case of a table
    assert len({skill.id for group in made for skill in group.skills}) == 120
    assert len({group.base.subtype for group in made}) == 40
    for group in made:
        assert {skill.subtype for skill in group.skills} == {group.base.subtype}
        for rival in group.rivals:
            assert bool(rival.tasks) == (kind == "operation")
            assert not any(rival.fits(task) for task in worded(group.base))
    assert groups(10, 2, kind, 1) == made[:10]  # type: ignore[arg-type]  # a case of a table


@pytest.mark.parametrize("complexity", COMPLEXITIES)
def test_policies_have_their_length(complexity: Complexity) -> None:
    lengths = [estimate_tokens(policy(skill, complexity)) for skill in pool().skills]
    wanted = COMPLEXITIES[complexity]
    assert 0.8 * wanted < sum(lengths) / len(lengths) < 1.2 * wanted
    assert all(0.5 * wanted < length < 1.5 * wanted for length in lengths)


@pytest.mark.parametrize("line", ["Name | what | one task", "~ Name", "# Only a name"])
def test_a_broken_line_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="line 3"):
        read(f"! head\n# D | about\n{line}\n")
