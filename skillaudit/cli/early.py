"""What words alone tell, said on stderr, and on the page that is asked for, before many vectors are made."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from skillaudit.cli.diagnostics import ProgressBar, say
from skillaudit.config import Config
from skillaudit.schema import Library, Report


class EarlyBar:
    """Draws a bar; before the vectors of many texts it says what a forecast by words alone comes to."""

    def __init__(
        self,
        bar: ProgressBar,
        library: Library,
        config: Config,
        show: Callable[[Report], None] | None = None,
    ) -> None:
        """Take the bar, the audit that its news is of, and what else shows a report that is not the last."""
        self._bar = bar
        self._show = show
        self._audit = (library, config)
        self._said = config.scorer == "lexical"

    def update(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Pass on the news of a stage."""
        self._bar.update(stage, done, total, note)
        if stage == "embed" and not self._said:
            self._said = True
            self._tell(total - done)

    def _tell(self, texts: int) -> None:
        from skillaudit.page.answer import answer_blocks
        from skillaudit.page.text import render
        from skillaudit.pipeline.partial import MANY_TEXTS, words_report

        if texts <= MANY_TEXTS:
            return
        report = words_report(*self._audit)
        said = render(answer_blocks(report))
        self._bar.close()
        basis = f"By words alone, until {texts:,} texts are embedded"
        if self._show is not None:
            notices = (*report.own_settings.notices, f"{basis}: load this again when the audit has ended.")
            own = msgspec.structs.replace(report.own_settings, notices=notices)
            self._show(msgspec.structs.replace(report, own_settings=own))
        say(f"{basis}:")
        for line in said.strip("\n").splitlines():
            say(line)
        say("")
