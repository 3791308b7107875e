"""The terminal app: explores a report, computes nothing of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from skillaudit.config import Config

if TYPE_CHECKING:
    from skillaudit.progress import Progress
    from skillaudit.schema import Report


def run(sources: Sequence[str | Path], config: Config) -> int:
    """Open the app on the library in `sources` and return the exit code once the user leaves."""
    import msgspec

    from skillaudit.tui.app import SkillAuditApp

    with_map = msgspec.structs.replace(config, map=True)

    def load(progress: Progress) -> Report:
        # Imported in the thread: the first screen does not wait for it.
        from skillaudit.pipeline import audit

        return audit(sources, config, progress)

    def load_with_map(progress: Progress) -> Report:
        from skillaudit.pipeline import audit

        return audit(sources, with_map, progress)

    app = SkillAuditApp(
        load, sources=", ".join(str(source) for source in sources), load_with_map=load_with_map
    )
    app.run()
    return app.return_code or 0
