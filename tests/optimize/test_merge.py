"""Which skills do the same, and what becomes of their files."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from skillaudit.analysis.neighbors import nearest
from skillaudit.load import load
from skillaudit.optimize.apply.export import export
from skillaudit.optimize.apply.files import changes
from skillaudit.optimize.apply.in_place import apply, undo
from skillaudit.optimize.apply.merged import redirected
from skillaudit.optimize.bench import Bench
from skillaudit.optimize.board import Columns
from skillaudit.optimize.joining import joined
from skillaudit.optimize.merge import NEARLY, SAME, Verdicts, fold_duplicates
from skillaudit.optimize.programs import two_programs
from skillaudit.optimize.records import PLAN_VERSION, Edit, Plan
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.optimize.words.source import source_of
from skillaudit.schema import Skill

SLO = "Define service level objectives, error budgets and burn-rate alerts for a production service."


def verdict(
    first: tuple[str, str], second: tuple[str, str], cosine: float, others: tuple[str, ...] = ()
) -> str:
    """What is said of two skills whose descriptors have this cosine, each nearest to the other."""
    names = (first, second, *((name, "Something else entirely.") for name in others))
    skills = [Skill(id=name, name=name, description=text) for name, text in names]
    texts = [skill.text for skill in skills]
    bench = Bench.of(skills, [], Columns("lexical", texts, [], None), 60.0, 1024)
    vectors = np.zeros((len(skills), 2), dtype=np.float32)
    vectors[0] = (1.0, 0.0)
    vectors[1] = (cosine, (1 - cosine**2) ** 0.5)
    lexicon = Lexicon([source_of(skill) for skill in skills], texts, [()] * len(skills))
    return Verdicts(bench.skills, vectors, lexicon.sources).by_text(0, 1, True)


@pytest.mark.parametrize(
    ("first", "second", "cosine", "same"),
    [
        (("n8n", "Run n8n workflows."), ("n8n-automation", "Control n8n from the chat."), 0.75, True),
        (("n8n", "Run n8n workflows."), ("n8n-automation", "Control n8n from the chat."), 0.5, False),
        (("slo-implement", SLO), ("slo-implementation", "Set objectives and alerts."), 0.8, True),
        (("prompt-engineer", "Expert prompts."), ("prompt-engineering", "Guide to prompts."), 0.72, True),
        (("github-python", "Python on GitHub."), ("github-java", "Java on GitHub."), 0.95, False),
        (("cloud-waf-cost", "Review the cost of a cloud."), ("cloud-waf-speed", "See to the speed."), 0.95, False),
        (("cirq", "Circuits. For others use qiskit."), ("cirq-expert", "Circuits."), 0.95, True),
        (("cirq", "Circuits. For help use cirq-expert."), ("cirq-expert", "Circuits."), 0.95, False),
        (("detecting-kerberoasting", "Detect it."), ("performing-kerberoasting", "Do it."), 0.9, False),
        (("text-to-speech", "Convert text and speech."), ("speech-to-text", "Convert text and speech."), 0.97, False),
        (("sdk-events-java", "Events SDK for Java."), ("sdk-events-py", "Publish events."), 0.95, False),
        (("flow-preview", "Write flows."), ("flow", "Write flows."), 0.9, False),
        (("agent-mail", "Automate Agent Mail daily."), ("news-api", "Automate News API daily."), 0.9, False),
        (("card-staging", "Automate Card Staging tasks."), ("card", "Automate Card tasks."), 0.95, False),
        (("shop-search", "Automate Shop Search; search first."), ("shop", "Automate Shop; search first."), 0.95, False),
        (("docsuper", "Automate Doc Super tasks."), ("docdrive", "Automate Doc Drive tasks."), 0.95, False),
        (("seo-audit", "Audit; see programmatic-seo."), ("programmatic-seo", "Pages at scale."), 0.9, False),
    ],
)  # fmt: skip
def test_who_does_the_same(
    first: tuple[str, str], second: tuple[str, str], cosine: float, same: bool
) -> None:
    assert bool(verdict(first, second, cosine)) is same


HUB = "github.com/"


@pytest.mark.parametrize(
    ("one", "other", "two"),
    [
        ({"programs": ("td",)}, {"programs": ("todoist",)}, True),
        ({"programs": ("td", "fzf")}, {"programs": ("td",)}, False),
        ({"programs": ("td",)}, {}, False),
        ({"programs": ("td",)}, {"description": "Tasks via the todoist CLI wrapper."}, True),
        ({"programs": ("td",)}, {"description": "Use the td (Todoist CLI) for tasks."}, False),
        ({"programs": ("td",)}, {"body": "Call the `td` CLI."}, False),
        ({"homepage": f"{HUB}a/todoist"}, {"homepage": f"{HUB}b/todoist-cli"}, True),
        ({"homepage": f"{HUB}a/todoist"}, {"homepage": "todoist.com"}, True),
        ({"homepage": "docs.todoist.com/api"}, {"homepage": "todoist.com"}, False),
        ({"homepage": "todoist.com/a"}, {"homepage": "todoist.com/b"}, False),
        ({"homepage": "index.example/package/a"}, {"homepage": "index.example/package/b"}, True),
        ({"homepage": f"{HUB}a/todoist"}, {}, False),
    ],
)
def test_skills_for_two_programs_are_not_one(
    one: dict[str, object], other: dict[str, object], two: bool
) -> None:
    a, b = (
        msgspec.structs.replace(Skill(id=f"{at}/tasks", name="tasks", description=SLO), **said)
        for at, said in enumerate((one, other))
    )
    assert two_programs(a, b) is two_programs(b, a) is two
    longer = msgspec.structs.replace(b, description=f"{b.description} Weekly reviews.")
    alike = np.array([(1.0, 0.0), (0.95, 0.3)], dtype=np.float32)
    found = Verdicts([a, longer], alike, [source_of(a), source_of(longer)]).by_text(0, 1, True)
    assert bool(found) is not two


def test_copies_are_one_wherever_they_live() -> None:
    a, b = (
        Skill(id=f"{at}/tasks", name="tasks", description=SLO, homepage=f"{HUB}{at}/tasks")
        for at in ("ann", "bob")
    )
    assert two_programs(a, b) and Verdicts([a, b], None).by_text(0, 1, True) == SAME
    ours, theirs = (
        msgspec.structs.replace(skill, programs=(word,)) for skill, word in ((a, "td"), (b, "todoist"))
    )
    assert not Verdicts([ours, theirs], None).by_text(0, 1, True)


def test_one_text_under_two_names_is_one_skill_unless_a_template_was_filled_in() -> None:
    assert verdict(("cleanup-tech-debt", SLO), ("refactoring-tech-debt", SLO), 0.6) == SAME
    filled = (
        "Automate {} boards, cards, comments, labels, lists, members, reminders, exports and archives daily."
    )
    pair = [(name.lower(), filled.format(name)) for name in ("Trello", "Asana")]
    assert verdict(pair[0], pair[1], 0.98) == ""
    detects = "Detect {}injection in handlers, queries, forms, headers, cookies, paths, logs, jobs, mails and hooks."
    assert not verdict(
        ("sql-injection", detects.format("SQL ")), ("code-injection", detects.format("")), 0.95
    ).startswith(SAME)


TODO = "TODO: Complete and informative explanation of what the skill does and when to use it"


@pytest.mark.parametrize(
    "empty",
    [f"[{TODO}]", "{'TODO': '" + TODO[6:] + "'}", "", "For any task.", "Fit tests."],
)  # fmt: skip
def test_what_no_description_says_makes_no_two_skills_one(empty: str) -> None:
    """The files of two folders may be the same; words of a template say nothing about the skill."""
    body = "# Steps\n\nList servers, volumes and networks first; then resize, snapshot or label them.\n"
    one = Skill(id="fit-tests", name="fit-tests", description=empty, body=body)
    for other, same in (
        (msgspec.structs.replace(one, id="b", name="fit-test", body=body * 2), False),
        (msgspec.structs.replace(one, id="b"), True),
    ):
        skills = [one, other]
        found = Verdicts(skills, np.ones((2, 1), np.float32), [source_of(skill) for skill in skills])
        assert bool(found.of(0, 1, True)[0]) is same


RUBE = (
    "Automate {} tasks via Rube MCP (Composio): records, lists and reports. Search tools first for schemas."
)


def test_skills_named_for_two_things_are_not_merged_unasked() -> None:
    """`composio` and `search` stand in both descriptions, and `activecampaign` is what tells them apart."""

    def said(names: tuple[str, ...], texts: tuple[str, ...]) -> tuple[str, str]:
        skills = [
            Skill(id=name, name=name, description=text) for name, text in zip(names, texts, strict=True)
        ]
        return Verdicts(skills, None, [source_of(skill) for skill in skills]).of(0, 1, True)

    names = ("active-campaign-automation", "composio-search-automation")
    texts = tuple(map(RUBE.format, ("ActiveCampaign", "Composio Search")))
    why, refused = said(names, texts)
    assert (
        why.startswith(NEARLY)
        and "one is named for active campaign, the other for composio search" in refused
    )
    more = ("Trello", "Asana", "Notion")
    assert said((*names, *map(str.lower, more)), (*texts, *map(RUBE.format, more))) == ("", "")
    assert said(names, (texts[0], texts[0])) == (SAME, "")
    assert not said(("the-sims", "thesims"), (SLO, SLO.replace("for a", "of one")))[1]


def test_descriptions_are_joined_in_one_sentence_or_left() -> None:
    stays = Skill(
        id="modal", name="modal", description="Run code in serverless containers. Use when deploying models."
    )
    goes = Skill(
        id="modal-gpu", name="modal-gpu", description="Rent graphics cards by the second for training."
    )
    assert joined(stays, goes) == (
        "Run code in serverless containers; also rent graphics cards by the second for training. "
        "Use when deploying models."
    )
    same = Skill(id="x", name="x", description="Run code in serverless containers.")
    assert joined(stays, same) == stays.description


def test_a_joined_description_ends_every_sentence_and_repeats_no_template() -> None:
    stays = Skill(
        id="a", name="code-context-restore", description="Use when working with code context restore"
    )
    swapped = Skill(
        id="b", name="session-memory-restore", description="Use when working with session memory restore"
    )
    assert joined(stays, swapped) == stays.description
    other = Skill(
        id="c", name="session-memory", description="Use when a crashed terminal has lost its history"
    )
    assert joined(stays, other) == f"{stays.description}. {other.description}."


@pytest.mark.parametrize(
    ("stays", "goes", "after"),
    [
        ("Checks plugins of a marketplace for mistakes.", "Use when generating or creating new content.", 1),
        ("Checks plugins of a marketplace for mistakes.", "Trigger with phrases like 'create' or 'scaffold'.", 1),
        ("Automate Forms tasks by proxy.", "Automate Forms tasks by proxy: answers, builder, sharing and flows.", 2),
        ("Run code in containers.", "Toolkit of graphics cards, rented by the second.", 1),
        ("Run code in containers.", "Run training on graphics cards that are rented by the second.", 1),
        ("Use this for anything with PDF files.", "Rent graphics cards by the second for training.", 1),
        ("Plan work in files.", "Turns notes to use them for tracking, storage, memory and rest.", 1),
        ("Plan work in files.", "Nothing yet: a placeholder for tracking, storage, memory and rest.", 1),
    ],
)  # fmt: skip
def test_no_description_is_joined_that_nobody_would_write(stays: str, goes: str, after: int) -> None:
    one, other = (Skill(id="forms", name="forms", description=text) for text in (stays, goes))
    assert joined(one, other) == (stays, goes)[after - 1]


def test_what_a_whole_library_says_is_joined_to_no_description() -> None:
    stays, goes = (
        Skill(id=name, name=name, description=text)
        for name, text in (
            ("a", "Run code in containers."),
            ("b", "Use when a cluster of the company is down."),
        )
    )
    assert joined(stays, goes, ()) == f"{stays.description} {goes.description}"
    assert joined(stays, goes, {goes.description}) == stays.description


CLOUD = "Servers of Hetzner Cloud: list, create, resize and snapshot servers, volumes and networks."
STEPS = "List servers, volumes and networks first; then resize, snapshot or label what was asked for.\n\n"


@pytest.mark.parametrize(
    ("ours", "theirs", "why"),
    [
        (f"{STEPS}- `servers list`\n", f"{STEPS}- `hcloud servers delete <id>`\n", ""),
        (f"{STEPS}**NEVER execute delete commands.**\n", f"{STEPS}- `hcloud servers delete <id>`\n", "forbids"),
        (f"{STEPS}All access is read-only.\n", f"{STEPS}```bash\nhcloud servers create x\n```\n", "forbids"),
        ("Never delete.\n", "Snapshots cost money: `hcloud servers delete <id>`\n", "forbids"),
        (f"{STEPS}Never delete a server.\n", f"{STEPS}Never delete a server.\n`hcloud delete x`\n", ""),
        (f"{STEPS}Never delete a server.\n", f"{STEPS}Create, never delete: `hcloud list`.\n", ""),
        ("Ask for a token, paste it.\n", "Snapshots cost money; label every single one.\n", "little in common"),
    ],
)  # fmt: skip
def test_files_that_contradict_each_other_or_share_nothing_are_the_owners_to_merge(
    ours: str, theirs: str, why: str
) -> None:
    skills = [
        Skill(id=f"{at}/hetzner", name="hetzner", description=text, body=body)
        for at, text, body in (("a", CLOUD, ours), ("b", f"{CLOUD} Billing too.", theirs))
    ]
    texts = [skill.text for skill in skills]
    bench = Bench.of(skills, [], Columns("lexical", texts, [], None), 60.0, 1024)
    lexicon = Lexicon([source_of(skill) for skill in skills], texts, [()] * len(skills))
    scores = np.eye(2, dtype=np.float32)
    fold_duplicates(bench, lexicon, nearest(lambda start, stop: scores[start:stop], 2, 1))
    (edit,) = bench.edits
    assert edit.accept is not bool(why)
    assert why in edit.refused
    assert bench.undecided == ({0, 1} if why else set())


BODY = "".join(
    f"Send {word} to the inbox, then sort and label it. " for word in ("mail", "notes", "drafts", "logs")
)


@pytest.mark.parametrize(
    ("first", "second", "one", "ticked"),
    [
        (("agent-mail", "Automate Agent Mail by proxy."), ("news-api", "Automate News API by proxy."), False, False),
        (("inbox-java", "Sort an inbox."), ("inbox-py", "Sort an inbox."), False, False),
        (("error-tracing", "Sort an inbox."), ("error-debugging", "Sort an inbox."), True, True),
    ],
)  # fmt: skip
def test_files_alike_are_no_copies_where_their_names_are_what_differs(
    first: tuple[str, str], second: tuple[str, str], one: bool, ticked: bool
) -> None:
    skills = [
        Skill(id=name, name=name, description=text, body=f"{BODY}{name} {name}")
        for name, text in (first, second)
    ]
    why, refused = Verdicts(skills, None, [source_of(skill) for skill in skills]).by_files(0, 1)
    assert (bool(why), bool(why) and not refused) == (one, ticked)


def test_one_description_of_two_files_is_not_one_skill() -> None:
    skills = [
        Skill(id=name, name=name, description=SLO, body=f"{name} {what} {what} {what}")
        for name, what in (
            ("watch-health", "Probes of disks and load."),
            ("watch-locks", "Rollbacks, long waits."),
        )
    ]
    verdicts = Verdicts(skills, None, [source_of(skill) for skill in skills])
    assert verdicts.by_text(0, 1, True) == SAME
    assert verdicts.differ(0, 1)
    assert not verdicts.differ(0, 0)


@pytest.mark.parametrize(
    ("good", "junk"),
    [
        ("google-workspace", "asdasdasd"),
        ("google-workspace", "a"),
        ("gws", "gws-mail"),
        ("workspace", "agent-workspace"),
    ],
)
@pytest.mark.parametrize("step", [1, -1])
def test_of_two_names_for_one_text_the_one_that_tells_stays(good: str, junk: str, step: int) -> None:
    """Of names whose words the texts or both names have, the shorter one."""
    text = "Google Workspace on the command line: mail, calendars, drives, contacts, sheets and documents."
    skills = [Skill(id=name, name=name, description=text) for name in (good, junk)[::step]]
    texts = [skill.text for skill in skills]
    bench = Bench.of(skills, [], Columns("lexical", texts, [], None), 60.0, 1024)
    lexicon = Lexicon([source_of(skill) for skill in skills], texts, [()] * len(skills))
    same = np.ones((2, 1), dtype=np.float32)
    scores = same @ same.T
    fold_duplicates(bench, lexicon, nearest(lambda start, stop: scores[start:stop], 2, 1), same)
    assert [(edit.accept, edit.into) for edit in bench.edits] == [(True, good)]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "skills"
    for name, body in (
        ("n8n", "# n8n\n\nRun workflows.\n"),
        ("n8n-automation", "# Automation\n\nSee `scripts/run.py` and [ways](references/ways.md).\n"),
        ("other", "# Other\n\nHand over to n8n-automation when done.\n"),
    ):
        (root / name).mkdir(parents=True)
        (root / name / "SKILL.md").write_text(f"---\nname: {name}\ndescription: About {name}.\n---\n{body}")
    for path in ("scripts/run.py", "references/ways.md"):
        file = root / "n8n-automation" / path
        file.parent.mkdir()
        file.write_text("content of " + path)
    return root


FOLD = Edit(
    id="merge-1", kind="fold", step="merge", skills=("n8n-automation", "n8n"), reason="one", into="n8n",
    before="About n8n.", after="About n8n; also its automation.",
)  # fmt: skip


def test_a_merge_moves_bodies_files_and_names(tree: Path, tmp_path: Path) -> None:
    library = load([tree])
    export(library, Plan(plan_version=PLAN_VERSION, sources=(), edits=(FOLD,)), tmp_path / "out")
    text = (tmp_path / "out/n8n/SKILL.md").read_text()
    assert "description: About n8n; also its automation." in text
    assert "Run workflows." in text
    assert "## From n8n-automation" in text
    assert "`n8n-automation/scripts/run.py`" in text
    assert "(n8n-automation/references/ways.md)" in text
    assert (
        tmp_path / "out/n8n/n8n-automation/references/ways.md"
    ).read_text() == "content of references/ways.md"
    assert not (tmp_path / "out/n8n-automation").exists()
    assert "Hand over to n8n when done." in (tmp_path / "out/other/SKILL.md").read_text()


def test_in_place_links_lead_to_where_the_files_stay_and_all_is_undone(tree: Path) -> None:
    before = {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}
    made, problems = changes(load([tree]).skills, [FOLD])
    assert not problems
    apply(made)
    text = (tree / "n8n/SKILL.md").read_text()
    assert "`../n8n-automation/scripts/run.py`" in text
    assert not (tree / "n8n-automation/SKILL.md").exists()
    assert (tree / "n8n-automation/scripts/run.py").exists()
    undo(tree)
    assert {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()} == before


def test_only_names_that_are_no_plain_words_are_redirected() -> None:
    names = {"slo-implement": "slo", "performance": "web"}
    data = b"---\nname: slo-implement\n---\nslo-implement, slo-implement-x, a/slo-implement/b, performance"
    assert redirected(data, names).endswith(b"slo, slo-implement-x, a/slo-implement/b, performance")
    assert redirected(data, names).startswith(b"---\nname: slo-implement\n")


def test_sentences_of_wide_scripts_are_joined_without_a_blank() -> None:
    stays, goes = (
        Skill(id=name, name=name, description=text)
        for name, text in (
            ("pdf-tools", "处理PDF文件：合并、拆分、提取文字和表格。当用户提到PDF时使用。"),
            ("pdf-forms", "填写表单，签名，盖章，核对税号与发票抬头。"),
        )
    )
    text = joined(stays, goes)
    assert "。 " not in text and text.startswith(stays.description.partition("。")[0])
    short = msgspec.structs.replace(stays, description="处理PDF文件。拆分")
    assert "拆分." not in joined(short, goes)


def test_all_is_said_of_nothing_but_all() -> None:
    """Lines that speak for requests of the proof half count too, and code."""
    shared = "1. 用Excel打开文件，检查编码。\n2. 删除重复的行。\n"
    skills = [
        Skill(
            id=name,
            name=name,
            description=f"处理{what}的Excel文件。",
            body=f"# 用\n\n## 何时使用\n\n- {line}\n\n## 步骤\n\n{shared}",
        )
        for name, what, line in (
            ("excel-a", "公式", "写一个公式计算税额"),
            ("excel-b", "图表", "做一张销售透视图"),
        )
    ]
    held = [source_of(skills[0], ("写一个公式计算税额",)), source_of(skills[1], ("做一张销售透视图",))]
    shared_part = Verdicts(skills, None, held).shared(0, 1)
    assert shared_part is not None and 0.4 < shared_part < 1
    near = [msgspec.structs.replace(skills[0], body=f"{BODY * 40}{word}") for word in ("Once.", "Twice.")]
    why, _ = Verdicts(near, None, [source_of(one) for one in near]).by_files(0, 1)
    assert why.startswith("99% of the words")
