"""One client's rules as blocks: what it loads, how it lists, what is known and what is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from skillaudit.page.blocks import Block, Title, field
from skillaudit.page.lines import Span

if TYPE_CHECKING:
    from skillaudit.clients import ClientProfile, ListBudget
    from skillaudit.clients.profiles import Loading

_NESTED = {"listed": "and below", "there": "and below for work there", "never": "at the top alone"}
_SAME = {"both": "both are listed", "first": "the first is listed", "last": "the last is listed"}
_NAMES = {
    "written": "as written",
    "folder": "its folder's",
    "folder-required": "as written, if its folder is called the same",
    "folder-and-written": "its folder's, with the written one in brackets",
}


def client_profile_blocks(rule: ClientProfile, *, old: bool) -> Iterator[Block]:
    """Yield what is known about one client; `old` says that it is more than 180 days old."""
    yield Title(f"{rule.title} {rule.version}", (Span(rule.id, "muted"),))
    yield field("as of", rule.date + (", more than 180 days ago: it may do otherwise by now" if old else ""))
    yield field("from", rule.source)
    yield field("looks in", ", ".join(rule.roots) or "nothing")
    how = rule.loading
    if how.project:
        yield from _loading(how)
        same = _SAME[rule.same_name]
        if how.overrides:
            same = f"the first of {', '.join(how.overrides)} counts; else {same}"
        yield field("same name", same)
    yield field("list", f"in {rule.place}")
    yield field("chosen by", rule.selection)
    yield field("budget", _budget(rule.budget))
    if rule.entry_cap is not None:
        yield field(
            "one entry", f"{rule.entry_cap:,} characters at most" if rule.entry_cap else "its name alone"
        )
    for unknown in rule.unknown:
        yield field("not known", unknown, "muted")


def _loading(how: Loading) -> Iterator[Block]:
    depth = (
        "any number of folders" if how.depth is None else f"{how.depth} folder{'s' if how.depth > 1 else ''}"
    )
    yield field("in a project", f"{', '.join(how.project)}, {_NESTED[how.nested]}, {depth} deep")
    if how.plugins:
        named = f", as {how.prefix.format(plugin='PLUGIN', name='NAME')}" if how.prefix else ""
        yield field("plugins", f"by manifests of {', '.join(how.plugins)}{named}")
    yield field("name", _NAMES[how.name] + (f", without {how.replaced}" if how.replaced else ""))
    if how.needs:
        strict = (
            ["a name of words with hyphens", "a description of 1,024 bytes at most"] if how.strict else []
        )
        yield field("needs", ", ".join([*how.needs, *strict]))
    passes = [
        text
        for text, holds in (
            ("below another skill", not how.below_skill),
            ("SKILL.md as a link", not how.linked_files),
            ("skill.md in small letters", not how.any_spelling),
            ("with `paths`, until a file matches", how.globs),
        )
        if holds
    ]
    yield field("passes over", "; ".join(passes))
    if how.built_in:
        yield field("its own", ", ".join(how.built_in))
    if how.shortlist is not None:
        yield field("shortlist", f"{how.shortlist} skills for each request")


def _budget(budget: ListBudget | None) -> str:
    if budget is None:
        return "none is known"
    if budget.limit is not None:
        return f"{budget.limit:,} {budget.unit}; over it: {budget.overflow}"
    share = f"{budget.fraction or 0:.0%} of the context window"
    unknown = f"{budget.fallback or 0:,} {budget.fallback_unit or budget.unit} where it is unknown"
    return f"{share}, {unknown}; over it: {budget.overflow}"
