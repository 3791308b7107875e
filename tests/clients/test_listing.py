"""Lists of each client, against lists written out by hand from its rule.

Long because the lists are written out whole.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.clients import listing, profile, profiles, shown_skills
from skillaudit.clients.entries import collation_key
from skillaudit.config import DropOrder
from skillaudit.errors import UsageError
from skillaudit.schema import Skill

from .libraries import REAL, many, real, skill

BETA = skill("beta", 'Writes <b> & "c".')
ALPHA = skill("alpha", "Reads files.")
HAND = skill("hand", "Only by hand.", manual_only=True)
SMALL = [BETA, ALPHA, HAND]

BY_HAND = {
    "claude-code": (
        "The following skills are available for use with the Skill tool:\n"
        "\n"
        "- alpha: Reads files.\n"
        '- beta: Writes &lt;b&gt; & "c".'
    ),
    "claude-code@2.0.70": (
        "<available_skills>\n"
        '<skill>\n<name>\nbeta\n</name>\n<description>\nWrites <b> & "c".\n</description>\n'
        "<location>\nuser\n</location>\n</skill>\n"
        "<skill>\n<name>\nalpha\n</name>\n<description>\nReads files.\n</description>\n"
        "<location>\nuser\n</location>\n</skill>\n"
        "</available_skills>"
    ),
    "codex": (
        "## Skills\n"
        "A skill is a set of local instructions to follow that is stored in a `SKILL.md` file. Below is the list of "
        "skills that can be used. Each entry includes a name, description, and a short path that can be expanded into "
        "an absolute path using the skill roots table.\n"
        "### Skill roots\n"
        "- `r0` = `/home/user/.agents/skills`\n"
        "### Available skills\n"
        "- alpha: Reads files. (file: r0/alpha/SKILL.md)\n"
        '- beta: Writes <b> & "c". (file: r0/beta/SKILL.md)'
    ),
    "codex@2026-08": (
        "## Skills\n"
        "### Available skills\n"
        "- alpha: Reads files. (file: /home/user/.codex/skills/alpha/SKILL.md)\n"
        '- beta: Writes <b> & "c". (file: /home/user/.codex/skills/beta/SKILL.md)\n'
        "### How to use skills"
    ),
    "openclaw": (
        "<available_skills>\n"
        "  <skill>\n"
        "    <name>alpha</name>\n"
        "    <description>Reads files.</description>\n"
        "    <location>~/.openclaw/workspace/skills/alpha/SKILL.md</location>\n"
        "  </skill>\n"
        "  <skill>\n"
        "    <name>beta</name>\n"
        "    <description>Writes &lt;b&gt; &amp; &quot;c&quot;.</description>\n"
        "    <location>~/.openclaw/workspace/skills/beta/SKILL.md</location>\n"
        "  </skill>\n"
        "</available_skills>"
    ),
    "gemini-cli": (
        "<available_skills>\n"
        "  <skill>\n"
        "    <name>alpha</name>\n"
        "    <description>Reads files.</description>\n"
        "    <location>/home/user/.gemini/skills/alpha/SKILL.md</location>\n"
        "  </skill>\n"
        "  <skill>\n"
        "    <name>beta</name>\n"
        '    <description>Writes <b> & "c".</description>\n'
        "    <location>/home/user/.gemini/skills/beta/SKILL.md</location>\n"
        "  </skill>\n"
        "  <skill>\n"
        "    <name>hand</name>\n"
        "    <description>Only by hand.</description>\n"
        "    <location>/home/user/.gemini/skills/hand/SKILL.md</location>\n"
        "  </skill>\n"
        "</available_skills>"
    ),
    "copilot-cli": (
        "<available_skills>\n"
        "<skill>\n"
        "  <name>alpha</name>\n"
        "  <description>Reads files.</description>\n"
        "  <location>Custom</location>\n"
        "</skill>\n"
        "<skill>\n"
        "  <name>beta</name>\n"
        "  <description>Writes &lt;b&gt; &amp; &quot;c&quot;.</description>\n"
        "  <location>Custom</location>\n"
        "</skill>\n"
        "</available_skills>"
    ),
    "vscode-copilot": (
        "<skills>\n"
        "<skill>\n"
        "<name>beta</name>\n"
        '<description>Writes <b> & "c".</description>\n'
        "<file>/home/user/.copilot/skills/beta/SKILL.md</file>\n"
        "</skill>\n"
        "<skill>\n"
        "<name>alpha</name>\n"
        "<description>Reads files.</description>\n"
        "<file>/home/user/.copilot/skills/alpha/SKILL.md</file>\n"
        "</skill>\n"
        "</skills>"
    ),
    "cursor": (
        "<available_skills>\n"
        '<agent_skill fullPath="/home/user/.cursor/skills/beta/SKILL.md">Writes <b> & "c".</agent_skill>\n'
        "\n"
        '<agent_skill fullPath="/home/user/.cursor/skills/alpha/SKILL.md">Reads files.</agent_skill>\n'
        "</available_skills>"
    ),
    "opencode": (
        "<available_skills>\n"
        "  <skill>\n"
        "    <name>alpha</name>\n"
        "    <description>Reads files.</description>\n"
        "    <location>/home/user/.claude/skills/alpha/SKILL.md</location>\n"
        "  </skill>\n"
        "  <skill>\n"
        "    <name>beta</name>\n"
        '    <description>Writes <b> & "c".</description>\n'
        "    <location>/home/user/.claude/skills/beta/SKILL.md</location>\n"
        "  </skill>\n"
        "  <skill>\n"
        "    <name>hand</name>\n"
        "    <description>Only by hand.</description>\n"
        "    <location>/home/user/.claude/skills/hand/SKILL.md</location>\n"
        "  </skill>\n"
        "</available_skills>"
    ),
    "crush": (
        "<available_skills>\n"
        "  <skill>\n"
        "    <name>alpha</name>\n"
        "    <description>Reads files.</description>\n"
        "    <location>/home/user/.config/crush/skills/alpha/SKILL.md</location>\n"
        "  </skill>\n"
        "  <skill>\n"
        "    <name>beta</name>\n"
        "    <description>Writes &lt;b&gt; &amp; &quot;c&quot;.</description>\n"
        "    <location>/home/user/.config/crush/skills/beta/SKILL.md</location>\n"
        "  </skill>\n"
        "</available_skills>"
    ),
    "goose": (
        "You have these skills at your disposal, when it is clear they can help you solve a problem or you are asked "
        "to use them:\n"
        "• alpha - Reads files.\n"
        '• beta - Writes <b> & "c".\n'
        "• hand - Only by hand."
    ),
    "cline": "Available skills: beta, alpha, hand.",
    "hermes": (
        "<available_skills>\n"
        "  alpha:\n"
        "    - alpha: Reads files.\n"
        "  beta:\n"
        '    - beta: Writes <b> & "c".\n'
        "  hand:\n"
        "    - hand: Only by hand.\n"
        "</available_skills>"
    ),
    "paper": ('Available Skills:\n- skill_001: beta: Writes <b> & "c".\n- skill_002: alpha: Reads files.'),
}


NAMES_ALONE = {"cline"}
"""Clients that show no description of any skill."""


@pytest.mark.parametrize("client", sorted(BY_HAND))
def test_a_short_list_is_shown_whole(client: str) -> None:
    shown = listing(SMALL, client)
    assert shown.text == BY_HAND[client]
    assert [entry.id for entry in shown.entries] == ["beta", "alpha", "hand"]
    states = [entry.state for entry in shown.entries]
    state = "name-only" if client in NAMES_ALONE else "full"
    assert states == [state, state, state if "hand" in shown.text else "invisible"]
    assert client in NAMES_ALONE or sum(entry.lost for entry in shown.entries[:2]) == 0


def test_every_current_client_has_a_list_written_by_hand() -> None:
    assert {entry.id for entry in profiles() if entry.current} <= set(BY_HAND)


def test_manual_only_skills_are_named_as_such() -> None:
    assert listing(SMALL, "claude-code").entries[2].reason == "manual-only"
    assert listing([skill("a", "")], "codex").entries[0].reason == "it has no description"


def test_an_unknown_client_gets_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="did you mean 'codex'"):
        listing(SMALL, "codexx")


def test_nothing_to_list() -> None:
    for entry in profiles():
        shown = listing([], entry.id)
        assert shown.entries == ()
        assert shown.text == entry.open.replace("{base}", entry.base) + entry.close


# --- Claude Code ------------------------------------------------------------------------------


def test_claude_code_cuts_an_entry_at_its_cap_and_joins_when_to_use() -> None:
    long = skill("a", "x" * 1500, when_to_use="y" * 100)
    entry = listing([long], "claude-code").entries[0]
    assert entry.description == "x" * 1500 + " - " + "y" * 32 + "…"
    assert (entry.state, len(entry.description), entry.lost) == ("shortened", 1536, 68)


def test_an_entry_of_exactly_the_cap_is_left_alone() -> None:
    entry = listing([skill("a", "x" * 1536)], "claude-code").entries[0]
    assert (entry.state, entry.lost) == ("full", 0)


def test_a_skill_without_a_folder_of_its_own_is_installed_under_its_name() -> None:
    shown = listing(
        [skill("a", "d", path="list.jsonl:3"), skill("b", "d", path="docs/b.md")], "codex@2026-08"
    )
    assert "(file: /home/user/.codex/skills/a/SKILL.md)" in shown.text
    assert "(file: /home/user/.codex/skills/b/SKILL.md)" in shown.text


def test_claude_code_drops_whole_descriptions_and_keeps_every_name() -> None:
    # Each line is "- skill-000: " and 87 characters: 100 with 13 before; 81 of them and 80 newlines: 8,180.
    library = many(81, 87)
    shown = listing(library, "claude-code", context=200_000)
    assert shown.budget == 8000
    assert shown.whole == 81 * 100 + 80
    # Dropping a description saves ": " and 87 characters; three leave 8180 - 267 = 7913.
    assert shown.used == 8180 - 3 * 89
    assert [entry.state for entry in shown.entries] == ["full"] * 78 + ["name-only"] * 3
    assert shown.text.endswith("\n- skill-078\n- skill-079\n- skill-080")
    assert "less" in shown.assumption


def test_claude_code_order_of_dropping_is_bounded_from_both_sides() -> None:
    library = [skill("long", "x" * 1500), *many(60, 100)]
    orders: tuple[DropOrder, ...] = ("best", "worst", "declared")
    kept = [listing(library, "claude-code", order=order).count("full") for order in orders]
    # 60 lines of 113, one of 1508, 60 newlines: 348 too many. The best case drops the long one alone;
    # short ones save 102 each, so four of them go otherwise.
    assert kept == [60, 57, 57]
    assert listing(library, "codex").assumption == ""


def test_claude_code_takes_a_shorter_description_after_one_that_did_not_fit() -> None:
    library = [skill("a", "x" * 1500), skill("b", "y" * 20), *many(60, 110)]
    shown = listing(library, "claude-code", context=200_000)
    states = [entry.state for entry in shown.entries]
    assert states[:2] == ["full", "full"] and "name-only" in states
    left = 8000 - shown.used
    assert all(
        left < len(one.description) + 2
        for one, state in zip(library, states, strict=True)
        if state == "name-only"
    )


def test_claude_code_counts_wide_characters_twice() -> None:
    assert listing([skill("a", "汉字")], "claude-code").used == len("- a: ") + 4


def test_older_claude_code_gives_each_description_an_equal_share() -> None:
    library = many(100, 200)
    shown = listing(library, "claude-code@2.1.30", context=200_000)
    # Names of 9 and 4 each, 99 newlines: 1,399 of 8,000; 6,601 for 100 descriptions: 66 each.
    assert {len(entry.description) for entry in shown.entries} == {66}
    assert shown.used == 100 * (13 + 66) + 99 <= 8000
    assert listing(many(400, 200), "claude-code@2.1.30").count("name-only") == 400


# --- Codex ------------------------------------------------------------------------------------


def test_codex_deals_out_characters_in_turn() -> None:
    # Two names fill the 8,000 characters but for seven; short folders leave nothing for aliases to save.
    frame = len("- : (file: /b/x/SKILL.md)\n")
    library = [
        skill("a" * (4000 - frame), "abcdef", path="x/SKILL.md"),
        skill("b" * (3993 - frame), "uvwxyz", path="y/SKILL.md"),
    ]
    shown = listing(library, "codex@2026-08", base="/b")
    # A description costs its characters and the blank before it: 2 + 3 for three, 1 + 1 for one.
    assert [entry.description for entry in shown.entries] == ["abc", "uv"]
    assert shown.used == 8000
    assert shown.text.count("\n") == 4
    assert f": abc (file: /b/x/SKILL.md)\n- {'b' * (3993 - frame)}: uv (file" in shown.text


def test_codex_gives_what_short_descriptions_leave_to_long_ones() -> None:
    library = [skill("short", "x"), *many(120, 100)]
    shown = listing(library, "codex", context=200_000)
    assert shown.entries[0].state == "full"
    lengths = [len(entry.description) for entry in shown.entries[1:]]
    assert max(lengths) - min(lengths) <= 4
    assert shown.unit == "tokens" and shown.budget == 4000
    assert 3990 <= shown.used <= 4000


def test_codex_lists_names_by_short_paths_and_then_leaves_out() -> None:
    shown = listing(many(400, 50), "codex", context=100_000)
    line = "- skill-000: (file: r0/skill-000/SKILL.md)\n"
    fit = 2000 // math.ceil(len(line) / 4)
    assert (shown.count("name-only"), shown.count("invisible")) == (fit, 400 - fit)
    assert shown.used == fit * math.ceil(len(line) / 4)
    assert (
        "### Skill roots\n- `r0` = `/home/user/.agents/skills`\n### Available skills\n" + line in shown.text
    )


def test_codex_caps_descriptions() -> None:
    entry = listing([skill("a", "x" * 1100)], "codex").entries[0]
    assert entry.description == "x" * 1021 + "..."


def test_older_codex_took_short_paths_where_they_showed_more() -> None:
    library = many(400, 50)
    shown = listing(library, "codex@2026-08", context=100_000)
    # 13 characters of frame, the path and the name twice; short paths make room for more.
    line = "- skill-000: (file: r0/skill-000/SKILL.md)\n"
    table = "### Skill roots\n- `r0` = `/home/user/.codex/skills`\n"
    overhead = math.ceil((2453 + len(table)) / 4) - math.ceil(2296 / 4)
    fit = (2000 - overhead) // math.ceil(len(line) / 4)
    assert shown.count("name-only") == fit
    assert shown.count("invisible") == 400 - fit
    assert shown.used == overhead + fit * math.ceil(len(line) / 4)
    assert shown.text.startswith("## Skills\n" + table + "### Available skills\n" + line)


def test_codex_without_a_window_counts_characters() -> None:
    shown = listing(many(120, 300), "codex")
    assert (shown.budget, shown.unit) == (8000, "characters")
    assert listing(many(120, 300), "codex", context=99).budget == 1


# --- Copilot CLI, OpenClaw, Cursor ------------------------------------------------------------


def test_copilot_cli_stops_at_the_first_that_does_not_fit() -> None:
    library = [*many(50, 400), skill("zz", "tiny")]
    shown = listing(library[::-1], "copilot-cli")
    # Tags and newlines: 8 + 18 + 31 + 31 + 8 and the name's 9, with the newline after.
    entry = len("<skill>\n  <name>skill-000</name>\n  <description></description>\n")
    entry += len("  <location>Custom</location>\n</skill>\n")
    fit = 15_000 // (entry + 400)
    assert shown.used == fit * (entry + 400)
    assert shown.count("full") == fit
    assert shown.entries[0].id == "zz" and shown.entries[0].state == "invisible"
    assert f"<!-- Showing {fit} of 51 skills due to token limits -->\n</available_skills>" in shown.text


def test_openclaw_shortens_all_alike_and_lists_150_at_most() -> None:
    library = [skill(f"skill-{number:03d}", "x" * 400) for number in range(100)]
    shown = listing(library, "openclaw")
    lengths = {len(entry.description) for entry in shown.entries}
    assert len(lengths) == 1
    cap = lengths.pop()
    name = "skill-000"
    entry = (
        f"  <skill>\n    <name>{name}</name>\n    <description></description>\n"
        f"    <location>~/.openclaw/workspace/skills/{name}/SKILL.md</location>\n  </skill>\n"
    )
    note = len("⚠️ Skills catalog using compact format (descriptions shortened).")
    note += len(" Run `openclaw skills check` to audit.\n")
    frame = len("<available_skills>\n</available_skills>") + 340 + note
    assert shown.used == frame + 100 * (len(entry) + cap)
    assert shown.used <= 18_000 < shown.used + 100
    assert all(entry.description.endswith("...") for entry in shown.entries)
    assert listing(many(200, 10), "openclaw").count("invisible") >= 50


def test_openclaw_cuts_once_more_for_a_small_window() -> None:
    shown = listing(many(60, 400), "openclaw", context=64_000)
    assert {len(entry.description) for entry in shown.entries} <= {63, 64}  # a blank before the dots goes
    assert listing(many(3, 400), "openclaw", context=64_000).count("full") == 3


def test_openclaw_names_are_dropped_before_descriptions_return() -> None:
    shown = listing(many(160, 400), "openclaw", base="/" + "b" * 120)
    assert shown.used <= 18_000
    assert shown.count("invisible") > 10
    assert {entry.state for entry in shown.entries} == {"name-only", "invisible"}


def test_cursor_shows_paths_and_cuts_with_dots() -> None:
    library = many(60, 600)
    shown = listing(library, "cursor")
    assert shown.budget == 4000 and shown.unit == "tokens"
    assert 3900 < shown.used <= 4000
    assert all(entry.name == "" and entry.text.startswith("skill-0") for entry in shown.entries)
    assert shown.count("shortened") == 60
    few = listing(many(2000, 600), "cursor")
    assert few.count("invisible") > 0 and few.count("name-only") > 0
    assert f"Additional skills omitted from this initial list ({few.count('invisible')})." in few.text


def test_a_library_of_120_is_shortened_by_codex_and_cut_by_name_in_copilot_cli() -> None:
    library = many(120, 300)
    codex = listing(library, "codex", context=200_000)
    assert codex.count("shortened") == 120
    copilot = listing(library, "copilot-cli")
    visible = [entry.id for entry in copilot.entries if entry.state == "full"]
    assert visible == [one.id for one in library[: len(visible)]] and len(visible) < 120
    assert all(entry.state == "invisible" for entry in copilot.entries[len(visible) :])


def test_analysis_sees_the_cut_text() -> None:
    library = many(120, 300)
    shown = listing(library, "copilot-cli")
    seen = shown_skills(library, shown)
    assert [one.id for one in seen] == [entry.id for entry in shown.entries if entry.state != "invisible"]
    codex = listing(library, "codex")
    cut = shown_skills(library, codex)
    assert [one.text.removesuffix(": ") for one in cut] == [entry.text for entry in codex.entries]
    assert all(len(one.description) < 300 for one in cut)


def test_same_names_follow_the_client_rule() -> None:
    twins = [skill("twin", "First.", id="a/twin"), skill("twin", "Second.", id="b/twin")]
    assert [e.state for e in listing(twins, "openclaw").entries] == ["invisible", "full"]
    assert [e.state for e in listing(twins, "vscode-copilot").entries] == ["full", "invisible"]
    assert [e.state for e in listing(twins, "codex").entries] == ["full", "full"]
    three = [*twins, skill("twin", "Third.", id="c/twin")]
    assert [e.state for e in listing(three, "openclaw").entries] == ["invisible", "invisible", "full"]
    assert [e.state for e in listing(three, "vscode-copilot").entries] == ["full", "invisible", "invisible"]


def test_dictionary_order() -> None:
    names = ["b", "a-b", "ab", "A", "a", "a1", "a_b", "é", "f"]
    assert sorted(names, key=collation_key) == ["a", "A", "a_b", "a-b", "a1", "ab", "b", "é", "f"]


# --- every client -----------------------------------------------------------------------------

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=60)


@given(
    st.lists(st.tuples(st.text("abcdefgh-", min_size=1, max_size=8), TEXT), max_size=40),
    st.sampled_from([entry.id for entry in profiles()]),
    st.sampled_from([None, 1_000, 20_000]),
)
def test_lists_stay_within_their_budget_unless_names_alone_do_not(
    rows: list[tuple[str, str]], client: str, context: int | None
) -> None:
    library = [
        Skill(id=str(n), name=name, description=text, path=f"{name}/SKILL.md")
        for n, (name, text) in enumerate(rows)
    ]
    shown = listing(library, client, context=context)
    rule = profile(client)
    assert len(shown.entries) == len(library)
    if shown.budget is not None and rule.budget is not None:
        names_stay = rule.budget.overflow in {"drop-descriptions", "keep-most-used", "equal-share"}
        nothing_left = all(entry.state in {"invisible", "name-only"} for entry in shown.entries)
        assert shown.used <= shown.budget or (names_stay and nothing_left) or shown.count("name-only") == 0
    for one, entry in zip(library, shown.entries, strict=True):
        assert entry.lost <= len(one.description)
        assert (entry.state == "invisible") == (entry.text == "" and entry.reason != "")


@pytest.mark.parametrize("name", REAL)
def test_real_libraries_fill_the_budget_to_the_character(name: str) -> None:
    library = real(name)
    codex = listing(library, "codex", context=200_000)
    lines = [line for line in codex.text.split("\n") if line.startswith("- ") and "SKILL.md)" in line]
    used = sum(math.ceil(len(line.encode() + b"\n") / 4) for line in lines)
    assert (codex.used, codex.budget) == (used, 4000)
    assert used <= 4000 and (codex.whole <= 4000 or used > 3975)

    claude = listing(library, "claude-code", context=200_000)
    body = claude.text.partition("\n\n")[2]
    if body.isascii():
        assert claude.used == len(body)
    assert claude.used <= 8000 or claude.count("full") + claude.count("shortened") == 0

    copilot = listing(library, "copilot-cli")
    entries = copilot.text.removeprefix("<available_skills>\n").removesuffix("\n</available_skills>")
    entries = entries.partition("\n<!-- Showing")[0]
    assert copilot.used == len((entries + "\n").encode("utf-16-le")) // 2 <= 15_000

    claw = listing(library, "openclaw")
    assert claw.used == len(claw.text.encode("utf-16-le")) // 2 + claw.prose <= 18_000
