"""What the command palette offers: every action that applies now, the views, skills and themes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from skillaudit.page.lines import printable
from skillaudit.tui.actions import of_scope

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from skillaudit.tui.app import SkillAuditApp

SKILL_HITS = 30


class Commands(Provider):
    """Actions, views and themes."""

    @property
    def skillaudit(self) -> SkillAuditApp:
        """The app."""
        return cast("SkillAuditApp", self.app)

    def commands(self) -> list[tuple[str, str, Callable[[], Any]]]:
        """Return name, help and effect of each command that applies now."""
        app, now = self.skillaudit, self.skillaudit.situation
        out: list[tuple[str, str, Callable[[], Any]]] = [
            (action.name, action.help, partial(app.run_action, action.call))
            for action in of_scope("app")
            if action.applies(now) and action.id not in {"palette", "back"}
        ]
        if now.report and app.open_review is not None:
            what = "Say which skill was right for what you asked your agents; the forecast is theirs from then on."
            out.append(("review: judge what your agents chose", what, app.action_review))
        if now.report:
            out += [
                (f"view: {view.title}", view.help, partial(app.action_show, view.id))
                for view in app.available_views
            ]
        return out

    async def discover(self) -> Hits:
        """List all commands before anything is typed."""
        for name, text, effect in self.commands():
            yield DiscoveryHit(Content(name), effect, text=name, help=text)

    async def search(self, query: str) -> Hits:
        """List the commands and themes that match."""
        matcher = self.matcher(query)
        app = self.skillaudit
        themes: list[tuple[str, str, Callable[[], Any]]] = [
            (f"theme: {name}", "Change the colours.", partial(setattr, app, "theme", name))
            for name in sorted(app.available_themes)
        ]
        for name, text, effect in self.commands() + themes:
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, matcher.highlight(name), effect, text=name, help=text)


class Skills(Provider):
    """Skills by name."""

    async def search(self, query: str) -> Hits:
        """List the first skills whose id holds all words of the query."""
        app = cast("SkillAuditApp", self.app)
        session = app.session
        words = query.casefold().split()
        if session is None or not words:
            return
        found = 0
        for skill in session.report.skills:
            folded = skill.id.casefold()
            if not all(word in folded for word in words):
                continue
            name = f"skill: {printable(skill.id)}"
            # Names that begin with the query come first.
            score = 0.6 if folded.startswith(words[0]) else 0.4
            yield Hit(
                score,
                Content(name),
                partial(app.go_to, skill.id),
                text=name,
                help=printable(skill.description)[:120],
            )
            found += 1
            if found >= SKILL_HITS:
                return
