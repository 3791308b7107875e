"""What the app asks of the core: everything about one library, imported where it is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from skillaudit.config import Config
from skillaudit.progress import Progress

if TYPE_CHECKING:
    from skillaudit.optimize.apply.export import Exported
    from skillaudit.optimize.records import Edit, Optimisation
    from skillaudit.pipeline.ranking import Ranking
    from skillaudit.routing.whatif import WhatIf
    from skillaudit.schema import Library, Report


class Worker:
    """Works on the library in `sources`; every method may run in a thread of its own."""

    def __init__(self, sources: Sequence[str | Path], config: Config) -> None:
        self._sources = sources
        self._config = config

    def audit(self, progress: Progress) -> Report:
        """Load the library anew and audit it; a stop after loading hands over what the files say."""
        return self._audit(self._config, progress)

    def audit_with_umap(self, progress: Progress) -> Report:
        """Do the same with the other map."""
        import msgspec

        return self._audit(msgspec.structs.replace(self._config, map="umap"), progress)

    def _audit(self, config: Config, progress: Progress) -> Report:
        from skillaudit.tui.apart import audit_apart

        return audit_apart(self._sources, config, progress)

    def switch(self, client: str | None, router: str) -> None:
        """Have all that follows be for a client's list, or the whole one, and for a router."""
        import msgspec

        self._config = msgspec.structs.replace(self._config, client=client, router=router)

    def route(self, query: str, progress: Progress) -> Ranking:
        """Rank the skills for one request."""
        from skillaudit.pipeline import route

        return route(self._sources, query, self._config, progress=progress)

    def imagine(
        self, removed: tuple[str, ...], descriptions: Mapping[str, str], progress: Progress
    ) -> WhatIf:
        """Forecast the library without some skills and with other descriptions of some."""
        from skillaudit.pipeline.whatif import imagine

        return imagine(self._sources, self._config, removed, descriptions, progress)

    def plan(self, progress: Progress) -> Proposed:
        """Load the library anew and make a plan for it."""
        from skillaudit.load import load
        from skillaudit.optimize import optimize
        from skillaudit.optimize.mending import linked
        from skillaudit.pipeline import audit_library

        library = load(self._sources, progress=progress)
        found = optimize(library, self._config, progress=progress)
        findings = audit_library(library, self._config, progress).findings
        return Proposed(library, self._config, linked(found, findings))


@dataclass(frozen=True, slots=True)
class Proposed:
    """A plan with the library that it was made for, whatever the folder holds by then."""

    library: Library
    config: Config
    found: Optimisation

    def judge(self, edits: Sequence[Edit], progress: Progress) -> Optimisation:
        """Prove the edits as they are accepted; the tree keeps the figures of the whole plan."""
        from skillaudit.optimize import Plan, optimize

        plan = Plan(plan_version=self.found.plan_version, sources=self.found.sources, edits=tuple(edits))
        return optimize(self.library, self.config, only=(), plan=plan, progress=progress)

    def export(self, edits: Sequence[Edit], hierarchy: bool, anchor: bool, target: Path) -> Exported:
        """Write the library with the accepted edits, and the tree and the paragraph where they are wanted."""
        import msgspec

        from skillaudit.optimize.apply.export import export
        from skillaudit.optimize.plan_file import plan_of

        plan = msgspec.structs.replace(
            plan_of(self.found, self.library),
            edits=tuple(edits),
            accept_hierarchy=hierarchy,
            anchor=self.found.anchor if anchor else "",
        )
        return export(self.library, plan, target)
