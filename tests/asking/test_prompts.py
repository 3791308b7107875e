"""The questions, to the character."""

from __future__ import annotations

import json

import msgspec
import pytest

from skillaudit.asking.orders import shuffled
from skillaudit.asking.prompts import Prompts, corpus
from skillaudit.asking.records import Branch, Entry, Form, StudyPlan, Trial
from skillaudit.clients import listing
from skillaudit.schema import Skill

SKILLS = (
    Skill(id="sum", name="Calculate Sum", description="Add all numbers."),
    Skill(id="mean", name="Calculate Mean", description="Average the numbers."),
    Skill(id="mail", name="Write Email", description="Compose an email."),
)
TEXTS = {"": {skill.id: Entry(name=skill.name, description=skill.description) for skill in SKILLS}}
TREE = (
    Branch(label="Maths", description="numbers", skills=("sum", "mean")),
    Branch(label="Writing", description="texts", skills=("mail",)),
)
PLAN = StudyPlan(study="accuracy", trials=(), texts=TEXTS, trees={"t": TREE}, client="claude-code")
TRIAL = Trial(condition="all", query="Add 2 and 3", gold=("sum",), offered=("mean", "sum", "mail"))


def content(trial: Trial) -> str:
    """Return the text of a one-message question."""
    (message,) = Prompts(PLAN, SKILLS).first(trial).messages
    assert message["role"] == "user"
    return message["content"]


def with_(**changes: object) -> Trial:
    """Return the trial with some fields changed."""
    return msgspec.structs.replace(TRIAL, **changes)


def test_the_flat_prompt_is_the_published_one() -> None:
    assert content(TRIAL) == (
        "Select the most appropriate skill for the given task.\n"
        "\n"
        "Task: Add 2 and 3\n"
        "\n"
        "Available Skills:\n"
        "- skill_001: Calculate Mean: Average the numbers.\n"
        "- skill_002: Calculate Sum: Add all numbers.\n"
        "- skill_003: Write Email: Compose an email.\n"
        "\n"
        "Respond with ONLY the skill ID (e.g., skill_001). Do not include any explanation."
    )


def test_labels_lead_back_to_the_skills_in_the_order_shown() -> None:
    question = Prompts(PLAN, SKILLS).first(TRIAL)
    assert question.labels == ("skill_001", "skill_002", "skill_003")
    assert question.targets == ("mean", "sum", "mail")
    assert question.none_word == ""


def test_choosing_nothing_is_offered_in_one_sentence() -> None:
    assert (
        content(with_(abstain=True)) == content(TRIAL) + " If none of them fits the task, respond with NONE."
    )


def test_the_two_stages_are_the_published_ones() -> None:
    prompts = Prompts(PLAN, SKILLS)
    trial = with_(tree="t")
    first = prompts.first(trial)
    text = first.messages[0]["content"]
    assert text.startswith(
        "Select the most appropriate skill category for this task.\n\nTask: Add 2 and 3\n\n"
    )
    assert "Available Categories:\n- " in text and "- Maths: numbers\n" in text + "\n"
    assert text.endswith("\n\nRespond with ONLY the category name.")
    branch = int(first.targets[first.labels.index("Maths")])
    assert prompts.second(trial, branch).messages[0]["content"] == (
        "Select the most appropriate skill for this task.\n"
        "\n"
        "Task: Add 2 and 3\n"
        "\n"
        'Available Skills in "Maths" category:\n'
        "- skill_001: Calculate Mean: Average the numbers.\n"
        "- skill_002: Calculate Sum: Add all numbers.\n"
        "\n"
        "Respond with ONLY the skill ID."
    )


def test_a_branch_without_a_skill_on_offer_is_not_shown() -> None:
    assert Prompts(PLAN, SKILLS).first(with_(tree="t", offered=("sum", "mean"))).labels == ("Maths",)


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("names", "- skill_002: Calculate Sum\n"),
        ("descriptions", "- skill_002: Add all numbers.\n"),
        ("list", "- skill_002: Calculate Sum: Add all numbers.\n"),
    ],
)
def test_forms_show_what_they_say(form: Form, line: str) -> None:
    assert line in content(with_(form=form))


def test_the_json_form_is_json() -> None:
    text = content(with_(form="json"))
    rows = json.loads(text.partition("Available Skills:\n")[2].partition("\n\nRespond")[0])
    assert rows[1] == {"id": "skill_002", "name": "Calculate Sum", "description": "Add all numbers."}
    assert text.endswith('Respond with ONLY a JSON object such as {"id": "skill_001"}.')


def test_a_task_stands_in_for_the_request() -> None:
    assert "Task: Do it\n" in content(with_(task="Do it"))
    assert Prompts(PLAN, SKILLS).first(with_(task="Do it")).query == "Do it"


def test_a_thousand_skills_have_labels_of_equal_length() -> None:
    many = tuple(Skill(id=str(at), name=f"n{at}", description="d") for at in range(1000))
    plan = StudyPlan(
        study="accuracy", trials=(), texts={"": {s.id: Entry(name=s.name, description="d") for s in many}}
    )
    labels = Prompts(plan, many).first(with_(offered=tuple(s.id for s in many))).labels
    assert labels[0] == "skill_0001" and labels[-1] == "skill_1000"


@pytest.mark.parametrize("client", ["claude-code", "codex", "openclaw", "cursor"])
def test_a_client_shows_its_own_listing_cut_by_its_own_budget(client: str) -> None:
    skills = tuple(
        Skill(id=f"s{at}", name=f"skill-{at}", description=f"Does {at}. " * 60) for at in range(60)
    )
    plan = StudyPlan(study="accuracy", trials=(), texts={"": {}}, client=client, context=8000)
    trial = with_(form="listing", offered=tuple(skill.id for skill in skills), abstain=True)
    question = Prompts(plan, skills).first(trial)
    made = listing(skills, client, context=8000)
    system, user = question.messages
    assert made.text in system["content"] and user == {"role": "user", "content": TRIAL.query}
    visible = {entry.id for entry in made.entries if entry.state != "invisible"}
    assert set(question.targets) == visible
    assert question.texts == tuple(
        {entry.id: entry.text for entry in made.entries}[target] for target in question.targets
    )
    assert question.none_word == "NONE"


def test_positions_follow_the_order_in_which_the_client_lists() -> None:
    skills = tuple(Skill(id=name, name=name, description="d") for name in ("zebra", "Ant", "mole"))
    for client in ("copilot-cli", "claude-code", "codex"):
        plan = StudyPlan(study="accuracy", trials=(), texts={"": {}}, client=client)
        question = Prompts(plan, skills).first(with_(form="listing", offered=("zebra", "Ant", "mole")))
        text = question.messages[0]["content"]
        places = [text.index(f"{label}") for label in question.labels]
        assert places == sorted(places)


def test_a_skill_called_none_moves_the_word_for_nothing() -> None:
    skills = (Skill(id="none", name="none", description="d"),)
    plan = StudyPlan(study="accuracy", trials=(), texts={"": {}}, client="claude-code")
    question = Prompts(plan, skills).first(with_(form="listing", offered=("none",)))
    assert (
        question.none_word == "NO_SKILL" and "NO_SKILL when no skill fits" in question.messages[0]["content"]
    )


def test_shuffles_depend_on_their_seed_alone() -> None:
    items = [str(at) for at in range(50)]
    assert shuffled(items, 1, "a") == shuffled(items, 1, "a")
    assert shuffled(items, 1, "a") != shuffled(items, 2, "a") != shuffled(items, 2, "b")
    assert sorted(shuffled(items, 1)) == sorted(items)


def test_the_corpus_holds_every_text_that_a_question_can_show() -> None:
    plan = msgspec.structs.replace(PLAN, trials=(TRIAL, with_(form="names"), with_(tree="t")))
    texts, prompts = corpus(plan), Prompts(plan, SKILLS)
    for trial in plan.trials:
        questions = [prompts.first(trial)] + ([prompts.second(trial, 0)] if trial.tree else [])
        for question in questions:
            assert set(question.texts) <= set(texts[question.variant])
