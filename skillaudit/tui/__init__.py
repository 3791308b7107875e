"""The terminal app: explores a report, computes nothing of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from skillaudit.config import Config


def run(sources: Sequence[str | Path], config: Config, *, watch: bool = False) -> int:
    """Open the app on the library in `sources` and return the exit code once the user leaves.

    With `watch` it audits again whenever a file changes. Raises UsageError for a settings file of the app that
    cannot be honoured.
    """
    # Twice the toolkit's rate, which each answer to a key waits for once or twice; an idle screen costs nothing.
    os.environ.setdefault("TEXTUAL_FPS", "120")
    from skillaudit.pipeline.reviewing import open_review
    from skillaudit.tui.actions import rebind
    from skillaudit.tui.preferences import read_preferences

    wanted = read_preferences()
    rebind(wanted.keys)
    from skillaudit.tui.app import SkillAuditApp
    from skillaudit.tui.deeds import Hands
    from skillaudit.tui.engine import Worker
    from skillaudit.tui.probe_run import prober

    engine = Worker(sources, config)
    app = SkillAuditApp(
        engine.audit,
        sources=", ".join(str(source) for source in sources),
        load_with_map=engine.audit_with_umap if config.map != "umap" else None,
        imagine=engine.imagine,
    )
    app.wanted = wanted
    app.hands = Hands(engine.route, engine.switch, tuple(str(source) for source in sources))
    app.watch_from_start = watch
    app.sixteen = app.console.color_system == "standard"
    app.planner = engine.plan
    app.probe = prober(sources, config)
    app.open_review = partial(open_review, sources, config)
    app.run()
    return app.return_code or 0
