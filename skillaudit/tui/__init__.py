"""The terminal app: explores a report, computes nothing of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from skillaudit.config import Config

if TYPE_CHECKING:
    from skillaudit.probe import ProbeResult
    from skillaudit.progress import Progress
    from skillaudit.tui.probe_form import Form
    from skillaudit.tui.probe_run import Before, Decided


def run(sources: Sequence[str | Path], config: Config) -> int:
    """Open the app on the library in `sources` and return the exit code once the user leaves."""
    from skillaudit.tui.app import SkillAuditApp
    from skillaudit.tui.engine import Engine

    engine = Engine(sources, config)

    def probe(form: Form, before: Before, decided: Decided, progress: Progress) -> ProbeResult:
        from skillaudit.probe.session import run

        settings = form.settings()
        return run(sources, config, settings, before=before, decided=decided, progress=progress)

    app = SkillAuditApp(
        engine.audit,
        sources=", ".join(str(source) for source in sources),
        load_with_map=engine.audit_with_umap if config.map != "umap" else None,
        imagine=engine.imagine,
    )
    app.planner = engine.plan
    app.probe = probe
    app.run()
    return app.return_code or 0
