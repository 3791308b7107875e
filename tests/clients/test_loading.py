"""What each client loads of a repository: every case once, as people met it.

Long because each case writes the folders that it is about.
"""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.clients import listing, loading, losses, made_for, profile, profiles, select
from skillaudit.clients.loading import as_plain
from skillaudit.config import Config
from skillaudit.errors import UsageError
from skillaudit.load import load
from skillaudit.reading.limits import PATTERNS
from skillaudit.schema import Library, Origin, Site, Skill
from tests.load.trees import text, write
from tests.test_growth import SECONDS, limited


def states(library: Library, client: str) -> dict[str, str]:
    """Return, by path, why a client does not load a skill; an empty text where it does."""
    found = loading(library.skills, profile(client))
    return {
        skill.path: one.reason if one.state == "not loaded" else ""
        for skill, one in zip(library.skills, found, strict=True)
    }


def routable(root: Path, **settings: object) -> list[str]:
    chosen = select(load([root]), Config(**settings))  # type: ignore[arg-type]  # fields by name
    return [skill.id for skill in chosen.routable]


def skill_at(path: str) -> Skill:
    return Skill(id=path, name="a", description="Does it.", path=path, root=".")


def listed(root: Path, client: str) -> list[str]:
    """Return the names that a client's list has, in its order."""
    shown = listing(load([root]).skills, client)
    marks = ("- ", "    <name>", "<name>")
    lines = [line for line in shown.text.split("\n") if line.startswith(marks)]
    return [
        line.removeprefix("- ").split(": ", 1)[0].replace("<name>", "").replace("</name>", "").strip()
        for line in lines
    ]


def test_only_some_clients_look_deeper_than_one_folder(tmp_path: Path) -> None:
    write(tmp_path, "skills/outline/SKILL.md")
    write(tmp_path, "skills/creative/fiction/plot-twist/SKILL.md")
    library = load([tmp_path])
    deep = "skills/creative/fiction/plot-twist/SKILL.md"
    for client in ("claude-code", "gemini-cli"):
        assert states(library, client)[deep] == "it lies 3 folders deep, and only 1 is read"
    for client in ("codex", "openclaw", "opencode"):
        assert states(library, client)[deep] == ""


def test_folders_of_kinds_are_installed_one_by_one(tmp_path: Path) -> None:
    for path in ("skills/art/paint", "skills/art/draw", "skills/law/sue"):
        write(tmp_path, f"{path}/SKILL.md")
    assert set(states(load([tmp_path]), "claude-code").values()) == {""}


def test_a_client_reads_its_own_folders(tmp_path: Path) -> None:
    write(tmp_path, ".gemini/skills/docs/SKILL.md")
    library = load([tmp_path])
    assert states(library, "gemini-cli") == {".gemini/skills/docs/SKILL.md": ""}
    assert states(library, "claude-code") == {
        ".gemini/skills/docs/SKILL.md": "Claude Code does not read .gemini/skills"
    }
    assert listed(tmp_path, "claude-code") == []
    assert [rule.name for rule in made_for(library.skills)] == ["gemini-cli"]


@pytest.mark.parametrize("folder", ["test-data", "examples", "fixtures", "template"])
def test_samples_are_nobodys(tmp_path: Path, folder: str) -> None:
    write(tmp_path, "skills/real/SKILL.md")
    write(tmp_path, f"{folder}/demo/SKILL.md")
    assert listed(tmp_path, "claude-code") == ["real"]
    assert routable(tmp_path) == ["real"]
    assert routable(tmp_path, files="all") == [
        *(["demo"] if folder < "skills" else []),
        "real",
        *(["demo"] if folder > "skills" else []),
    ]


def test_what_is_for_show_is_left_out_and_told_once(tmp_path: Path) -> None:
    for name in ("soil-test", "prune-tree", "plan-beds"):
        write(tmp_path, f"skills/{name}/SKILL.md")
    write(tmp_path, "SKILL.md", text("garden", "Plans a garden. Use when beds are planned."))
    write(tmp_path, "template/SKILL.md", text("template", "[REQUIRED] Description of what it does."))
    write(tmp_path, "examples/demo/SKILL.md")
    write(tmp_path, "tests/fixtures/bad/SKILL.md")
    library = select(load([tmp_path]), Config())
    assert {skill.id for skill in library.routable} == {"garden", "soil-test", "prune-tree", "plan-beds"}
    (left,) = library.left_out
    assert (left.reason, left.count) == ("it lies among templates, examples or test data", 3)


def test_a_library_of_examples_is_a_library(tmp_path: Path) -> None:
    write(tmp_path, "examples/a/SKILL.md")
    write(tmp_path, "examples/b/SKILL.md")
    assert routable(tmp_path) == ["a", "b"]


def test_patterns_leave_out(tmp_path: Path) -> None:
    for path in ("skills/a", "skills/drafts/b", "skills/c"):
        write(tmp_path, f"{path}/SKILL.md")
    assert routable(tmp_path, exclude=("drafts",)) == ["a", "c"]
    assert routable(tmp_path, exclude=("skills/c",)) == ["a", "b"]
    assert routable(tmp_path, exclude=("skills/**/b",)) == ["a", "c"]
    assert routable(tmp_path, exclude=("*/c",)) == ["a", "b"]
    library = select(load([tmp_path]), Config(exclude=("drafts",)))
    assert [entry.reason for entry in listing(library.skills, "codex").entries] == ["", "", "left out"]
    assert library.left_out[0].reason == "it matches drafts, which is left out"


def test_what_a_pattern_leaves_out_is_not_said_to_be_loaded_by_nobody(tmp_path: Path) -> None:
    for path in (".claude/skills/a", "elsewhere/b", "elsewhere/c"):
        write(tmp_path, f"{path}/SKILL.md")
    every = dict.fromkeys("abc", "excluded")
    for pattern, meant in ("**", every), ("c", {"a": "", "b": "not loaded", "c": "excluded"}):
        library = select(load([tmp_path]), Config(exclude=(pattern,)))
        assert {skill.id: skill.out for skill in library.skills} == meant
        assert sum(one.count for one in library.left_out) == sum(map(bool, meant.values()))


REGEX = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
"""What the parts of a pattern mean, as the expressions that would cost too much on a hostile one."""


@given(
    st.lists(st.sampled_from(["a", "b", "/", *REGEX]), min_size=1, max_size=8).map("".join),
    st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=4).map("/".join),
)
@settings(max_examples=400, deadline=None)
def test_patterns_mean_what_their_expressions_would(text: str, path: str) -> None:
    body = text.strip("/")
    parts = re.sub(r"\*\*/?|.", lambda token: REGEX.get(token[0], re.escape(token[0])), body)
    meant = re.search(f"{'^/' if '/' in body else '/'}{parts}(?:/|$)", f"/{path}") is not None
    library = Library(sources=(".",), skills=(skill_at(path),))
    assert (select(library, Config(exclude=(text,))).skills[0].out == "excluded") is meant


def test_no_pattern_takes_longer_than_it_is_long() -> None:
    paths = ("a" * 2_000, "ab" * 1_000, "a/" * 1_000 + "a", "s" * 2_000)
    library = Library(sources=(".",), skills=tuple(skill_at(path) for path in paths))
    for pattern in ("*a", "**/", "**/a/", "?*", "**a", "*a/", "a*"):
        with limited(SECONDS):
            select(library, Config(exclude=(pattern * (PATTERNS // len(pattern) - 1) + "x",)))
    with pytest.raises(UsageError, match="exclude: more than 16,384 characters"):
        select(library, Config(exclude=("x" * 10_000, "y" * 10_000)))


def test_a_page_called_skill_is_a_page(tmp_path: Path) -> None:
    write(tmp_path, "skills/review/SKILL.md")
    write(tmp_path, "skills/review/rubrics/skill.md", "# Skill rubric\n\nGive points.\n")
    library = load([tmp_path])
    assert [skill.id for skill in library.skills] == ["review"]
    assert [item.code for item in library.skipped] == ["reference"]


def test_strays_in_a_folder_of_skills(tmp_path: Path) -> None:
    write(tmp_path, ".claude/skills/SKILL.md", text("stray", "Stands in the way of others, always."))
    for path in ("good/SKILL.md", "flat.md", "README.md", "typo/SKILLS.md"):
        write(tmp_path, f".claude/skills/{path}")
    write(tmp_path, ".claude/skill/x/SKILL.md")
    library = load([tmp_path])
    assert {item.path: item.code for item in library.skipped} == {
        ".claude/skills/flat.md": "flat-file",
        ".claude/skills/typo/SKILLS.md": "misspelt",
    }
    assert states(library, "claude-code") == {
        ".claude/skill/x/SKILL.md": "Claude Code does not read .claude/skill",
        ".claude/skills/SKILL.md": "it stands in the folder of skills itself",
        ".claude/skills/good/SKILL.md": "",
    }
    assert not [defect for defect in library.defects if defect.kind == "nested-skill"]
    assert routable(tmp_path) == ["good"]


def test_below_a_skill_only_some_clients_look(tmp_path: Path) -> None:
    write(tmp_path, ".agents/skills/a/SKILL.md")
    write(tmp_path, ".agents/skills/a/sub/SKILL.md")
    library = load([tmp_path])
    assert states(library, "codex")[".agents/skills/a/sub/SKILL.md"] == ""
    for client in ("openclaw", "gemini-cli"):
        assert states(library, client)[".agents/skills/a/sub/SKILL.md"] == "it lies below another skill"


def test_the_installed_version_of_a_plugin_counts(tmp_path: Path) -> None:
    home = tmp_path / ".claude"
    for version in ("1.0.0", "1.2.0"):
        write(
            home,
            f"plugins/cache/acme/helper/{version}/skills/lint/SKILL.md",
            text("lint", f"Lints as {version} did, with care."),
        )
    write(home, "skills/lint/SKILL.md", text("lint", "Lints as 1.2.0 did, with care."))
    record = {
        "version": 2,
        "plugins": {"helper@acme": [{"scope": "user", "version": "1.2.0", "installPath": "/x/1.2.0"}]},
    }
    write(home, "plugins/installed_plugins.json", json.dumps(record))
    library = load([home])
    assert [(item.code, item.reason) for item in library.skipped] == [
        (
            "stale-version",
            "1 skill file of version 1.0.0 of the plugin helper@acme, of which 1.2.0 is installed",
        )
    ]
    (skill,) = library.skills
    assert {skill.site.kind, skill.others[0].kind} == {"client", "plugin"}
    (one,) = loading(library.skills, profile("claude-code"))
    assert {one.name, *one.twice} == {"lint", "helper:lint"}
    assert one.reason.startswith("it is loaded twice, also by")
    shown = listing(library.skills, "claude-code")
    told = "Lints as 1.2.0 did, with care."
    assert f"- helper:lint: {told}" in shown.text and f"- lint: {told}" in shown.text
    assert [entry.state for entry in shown.entries] == ["full"] and shown.used > 2 * len(told)


def test_without_a_record_the_newest_version_counts(tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0"):
        write(
            tmp_path,
            f".claude/plugins/cache/acme/helper/{version}/skills/lint/SKILL.md",
            text("lint", f"Lints as {version} did."),
        )
    (skill,) = load([tmp_path]).skills
    assert (skill.origin.plugin, skill.origin.marketplace, skill.origin.version) == (
        "helper",
        "acme",
        "1.10.0",
    )


def test_paths_are_for_matching_work(tmp_path: Path) -> None:
    write(
        tmp_path,
        ".claude/skills/db/SKILL.md",
        text("db", "Writes migrations for the database.", paths='["**/migrations/**"]'),
    )
    write(tmp_path, ".claude/skills/go/SKILL.md")
    assert listed(tmp_path, "claude-code") == ["go"]
    assert states(load([tmp_path]), "claude-code")[".claude/skills/db/SKILL.md"] == (
        "it is offered only for work on files like **/migrations/**"
    )
    assert routable(tmp_path) == ["go"]


def test_links_to_folders_and_to_files(tmp_path: Path) -> None:
    write(tmp_path, "shared/beta/SKILL.md", text("dir-link", "Does what the link is called after."))
    write(tmp_path, "shared/gamma/SKILL.md", text("file-link", "Does another thing with a linked file."))
    (tmp_path / ".agents/skills/file-link").mkdir(parents=True)
    (tmp_path / ".agents/skills/dir-link").symlink_to("../../shared/beta")
    (tmp_path / ".agents/skills/file-link/SKILL.md").symlink_to("../../../shared/gamma/SKILL.md")
    library = load([tmp_path])
    assert not [defect for defect in library.defects if defect.kind == "name-differs-from-folder"]
    assert states(library, "codex") == {
        ".agents/skills/dir-link/SKILL.md": "",
        ".agents/skills/file-link/SKILL.md": "its SKILL.md is a link",
    }
    assert set(states(library, "gemini-cli").values()) == {""}


def test_an_empty_submodule_is_told(tmp_path: Path) -> None:
    write(tmp_path, "skills/a/SKILL.md")
    write(tmp_path, ".gitmodules", '[submodule "s"]\n\tpath = skills/shared\n\turl = https://example.com/x\n')
    (tmp_path / "skills/shared").mkdir()
    (item,) = load([tmp_path]).skipped
    assert (item.path, item.code) == ("skills/shared", "submodule")
    assert "git submodule update --init skills/shared" in item.reason


def test_two_servers_with_one_name_compete(tmp_path: Path) -> None:
    for server in ("tracker", "wiki"):
        write(
            tmp_path,
            f"{server}.json",
            json.dumps({"tools": [{"name": "search", "description": f"Searches the {server}."}]}),
        )
    library = load([tmp_path / "tracker.json", tmp_path / "wiki.json"])
    assert [(skill.id, skill.origin.server) for skill in library.skills] == [
        ("tracker/search", "tracker"),
        ("wiki/search", "wiki"),
    ]
    assert not library.skipped


def test_two_plugins_with_one_name_compete(tmp_path: Path) -> None:
    for plugin in ("chart", "poem"):
        write(tmp_path, f"{plugin}/.claude-plugin/plugin.json", json.dumps({"name": plugin}))
        write(
            tmp_path,
            f"{plugin}/skills/generate/SKILL.md",
            text("generate", f"Generates a {plugin}. Use when one is wanted."),
        )
    library = load([tmp_path / "chart", tmp_path / "poem"])
    assert [skill.id for skill in library.skills] == ["chart/generate", "poem/generate"]
    assert not [defect for defect in library.defects if defect.kind == "duplicate-name"]
    names = [one.name for one in loading(library.skills, profile("claude-code"))]
    assert names == ["chart:generate", "poem:generate"]
    assert "- chart:generate: Generates a chart." in listing(library.skills, "claude-code").text


def test_nested_skills_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for place in (".claude", "apps/web/.claude", "apps/api/.claude"):
        write(
            tmp_path,
            f"{place}/skills/release/SKILL.md",
            text("release", f"Releases what {place} holds, step by step."),
        )
    assert sorted(listed(tmp_path, "claude-code")) == ["apps/api:release", "apps/web:release", "release"]
    assert not [defect for defect in load([tmp_path]).defects if defect.kind == "duplicate-name"]
    (tmp_path / "apps/web/.claude").rename(tmp_path / "apps/web/.agents")
    (tmp_path / ".claude").rename(tmp_path / ".agents")
    doubles = [defect.path for defect in load([tmp_path]).defects if defect.kind == "duplicate-name"]
    assert sorted(doubles) == [".agents/skills/release/SKILL.md", "apps/web/.agents/skills/release/SKILL.md"]


def test_scopes_override(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    write(home, ".claude/skills/lint/SKILL.md", text("lint", "Lints as I like it, and not otherwise."))
    write(tmp_path, "work/.claude/skills/lint/SKILL.md", text("lint", "Lints as the project likes it."))
    library = load([tmp_path / "work", home / ".claude"])
    assert [skill.origin.scope for skill in library.skills] == ["", "user"]
    reasons = [one.reason for one in loading(library.skills, profile("claude-code"))]
    assert reasons == ["the user's own skill of this name counts", ""]
    assert loading(library.skills, profile("codex"))[0].state == "not loaded"


def test_a_client_that_calls_skills_by_their_folder(tmp_path: Path) -> None:
    write(tmp_path, ".claude/skills/diff/SKILL.md", text("other-name", "Says another name than its folder."))
    assert listed(tmp_path, "claude-code") == ["diff (other-name)"]


def test_what_is_not_loaded_is_told_with_what_to_do(tmp_path: Path) -> None:
    write(tmp_path, ".gemini/skills/docs/SKILL.md")
    skills = load([tmp_path]).skills
    assert list(losses(skills, listing(skills, "claude-code"))) == [
        "docs: not loaded: Claude Code does not read .gemini/skills; copy it to .claude/skills/docs"
    ]


def test_what_a_strict_client_needs(tmp_path: Path) -> None:
    write(tmp_path, ".agents/skills/none/SKILL.md", "---\nname: none\n---\n\nThe body says it.\n")
    write(
        tmp_path, ".agents/skills/anon/SKILL.md", "---\ndescription: Has no name of its own.\n---\n\nBody.\n"
    )
    library = load([tmp_path])
    assert states(library, "codex") == {
        ".agents/skills/anon/SKILL.md": "",
        ".agents/skills/none/SKILL.md": "it has no description",
    }
    assert states(library, "gemini-cli")[".agents/skills/anon/SKILL.md"] == "it has no name"


def test_a_client_that_holds_names_to_the_specification(tmp_path: Path) -> None:
    write(
        tmp_path, ".crush/skills/good/SKILL.md", text("Good", "Is called like its folder, but for a capital.")
    )
    write(tmp_path, ".crush/skills/far/SKILL.md", text("near", "Is called otherwise than its folder is."))
    write(tmp_path, ".crush/skills/odd/SKILL.md", text("odd_one", "Has an underscore in its name."))
    write(tmp_path, ".crush/skills/long/SKILL.md", text("long", "Says too much. " * 80))
    reasons = [one.reason for one in loading(load([tmp_path]).skills, profile("crush"))]
    assert reasons == [
        "its name is not that of its folder",
        "",
        "its description is longer than 1,024 bytes",
        "its name is not made of letters, digits and hyphens",
    ]


def test_a_client_that_calls_a_skill_without_a_name_by_its_folder(tmp_path: Path) -> None:
    write(tmp_path, ".cline/skills/anon/SKILL.md", "# How\n\nBegin.\n")
    write(tmp_path, ".cline/skills/deep/er/SKILL.md", text("er", "Lies too deep for it."))
    write(
        tmp_path, ".clinerules/skills/old/SKILL.md", text("renamed", "Is called otherwise than its folder.")
    )
    found = loading(load([tmp_path]).skills, profile("cline"))
    assert sorted(one.name for one in found if one.state != "not loaded") == ["anon", "renamed"]


def test_a_client_that_looks_at_any_depth_and_needs_no_description(tmp_path: Path) -> None:
    write(tmp_path, ".goose/skills/a/SKILL.md", text("a", "Reads files. Use it to read any file."))
    write(tmp_path, ".goose/skills/a/b/c/SKILL.md", text("c", "Lies below another one."))
    write(tmp_path, ".goose/skills/d/SKILL.md", "---\nname: d\n---\n\n# How\n\nBegin.\n")
    write(tmp_path, ".goose/skills/e/SKILL.md", "---\ndescription: Has no name.\n---\n\n# How\n\nBegin.\n")
    found = states(load([tmp_path]), "goose")
    assert {path.rpartition("skills/")[2]: reason for path, reason in found.items() if reason} == {
        "e/SKILL.md": "it has no name"
    }


def test_a_client_that_lists_by_category_and_cuts_at_sixty_characters(tmp_path: Path) -> None:
    write(tmp_path, ".hermes/skills/office/pdf/SKILL.md", text("pdf", "Fills in forms. " * 5))
    write(tmp_path, ".hermes/skills/office/art/SKILL.md", text("art", "Paints."))
    write(tmp_path, ".hermes/skills/solo/SKILL.md", text("solo", "Stands alone."))
    assert listing(load([tmp_path]).skills, "hermes").text == (
        "<available_skills>\n"
        "  office:\n"
        "    - art: Paints.\n"
        "    - pdf: Fills in forms. Fills in forms. Fills in forms. Fills in ...\n"
        "  solo:\n"
        "    - solo: Stands alone.\n"
        "</available_skills>"
    )


def test_a_library_of_which_its_client_loads_nothing_competes_whole(tmp_path: Path) -> None:
    """A folder around a checkout: an audit of nothing helps nobody."""
    for path in (
        "checkout/.cursor/skills/tea",
        "checkout/.cursor/plugins/p/skills/mead",
        "checkout/template/new",
    ):
        write(tmp_path, f"{path}/SKILL.md")
    library = load([tmp_path])
    assert [rule.name for rule in made_for(library.skills)] == ["cursor"]
    assert not any(one.listed for one in loading(library.skills, profile("cursor")))
    assert routable(tmp_path) == ["mead", "tea"] and routable(tmp_path, client="cursor") == []
    assert routable(tmp_path, exclude=("mead",)) == ["tea"]
    write(tmp_path, ".cursor/skills/cider/SKILL.md")
    assert routable(tmp_path) == ["cider"]


PLAIN = Skill(
    id="a",
    name="a-b",
    description="Does it.",
    path="skills/a/SKILL.md",
    site=Site(path="a/SKILL.md", below="a"),
)
SITES = {
    "path": ("", "a/skill.md", "a/Skill.MD", "a.md"),
    "kind": ("client", "plugin", "elsewhere", "sample"),
    "root": (".claude/skills", "skills"),
    "inside": ("app",),
    "below": ("", "a/b", "a/b/c/d/e/f/g"),
    "linked": ("file", "folder"),
    "nested": (True,),
    "ships": (("claude",), ("codex", "github")),
    "passed": (("claude",), ("cursor", "open")),
    "origin": (Origin(plugin="p"), Origin(scope="user")),
}
FIELDS = {
    "name": ("x:y", "Größe", "x" * 70, "b"),
    "description": ("", "x" * 1_025),
    "path": ("list.jsonl:3", "skills/b/SKILL.md"),
    "others": (
        (Site(kind="client", root=".claude/skills", below="c"),),
        (Site(kind="plugin", origin=Origin(plugin="p"), ships=("claude",)),),
    ),
    "lacks": (("name",), ("yaml", "description"), ("frontmatter",)),
    "globs": (("*.py",),),
}
OTHERWISE = [(table, key, value) for table in (SITES, FIELDS) for key in table for value in table[key]]


def changed(skill: Skill, table: object, key: str, value: object) -> Skill:
    if table is FIELDS:
        return msgspec.structs.replace(skill, **{key: value})
    return msgspec.structs.replace(skill, site=msgspec.structs.replace(skill.site, **{key: value}))


def test_what_is_plain_for_one_client_is_so_for_each() -> None:
    """A skill that differs from a plain one in any two things is loaded as if none were known to be plain."""
    skills = [PLAIN]
    for one, other in itertools.product(OTHERWISE, repeat=2):
        made = changed(changed(PLAIN, *one), *other)
        skills.append(msgspec.structs.replace(made, id=f"{len(skills)}", name=f"{made.name}{len(skills)}"))
    plain = [as_plain(skill) for skill in skills]
    assert len(skills) / 10 < sum(one is not None for one in plain) < len(skills) / 2
    for rule in profiles():
        written = msgspec.structs.replace(rule.loading, name="written")
        for client in (rule, msgspec.structs.replace(rule, loading=written)):
            assert loading(skills, client, plain) == loading(skills, client)


def test_a_skill_in_a_folder_of_its_own_is_plain_and_so_is_a_row() -> None:
    row = Skill(id="r", name="r", description="Does it.", path="list.jsonl:3")
    assert [one and (one.name, one.below) for one in map(as_plain, (PLAIN, row))] == [("a-b", "a"), ("r", "")]
