"""The terminal app: explores a report, computes nothing of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from skillaudit.config import Config

if TYPE_CHECKING:
    from skillaudit.probe import ProbeResult
    from skillaudit.progress import Progress
    from skillaudit.routing import WhatIf
    from skillaudit.schema import Report
    from skillaudit.tui.probe_form import Form
    from skillaudit.tui.probe_run import Before, Decided


def run(sources: Sequence[str | Path], config: Config) -> int:
    """Open the app on the library in `sources` and return the exit code once the user leaves."""
    import msgspec

    from skillaudit.tui.app import SkillAuditApp

    with_umap = msgspec.structs.replace(config, map="umap")

    def load(progress: Progress) -> Report:
        # Imported in the thread: the first screen does not wait for it.
        from skillaudit.pipeline import audit

        return audit(sources, config, progress)

    def load_with_umap(progress: Progress) -> Report:
        from skillaudit.pipeline import audit

        return audit(sources, with_umap, progress)

    def imagine(removed: tuple[str, ...], descriptions: Mapping[str, str], progress: Progress) -> WhatIf:
        from skillaudit.pipeline.whatif import imagine

        return imagine(sources, config, removed, descriptions, progress)

    def probe(form: Form, before: Before, decided: Decided, progress: Progress) -> ProbeResult:
        from skillaudit.probe.session import run

        settings = form.settings()
        return run(sources, config, settings, before=before, decided=decided, progress=progress)

    better = load_with_umap if config.map != "umap" else None
    title = ", ".join(str(source) for source in sources)
    app = SkillAuditApp(load, sources=title, load_with_map=better, imagine=imagine)
    app.probe = probe
    app.run()
    return app.return_code or 0
