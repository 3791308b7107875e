"""What words alone tell, said on stderr before many vectors are made."""

from __future__ import annotations

from skillaudit.cli.diagnostics import ProgressBar, say
from skillaudit.config import Config
from skillaudit.schema import Library


class EarlyBar:
    """Draws a bar; before the vectors of many texts it says what a forecast by words alone comes to."""

    def __init__(self, bar: ProgressBar, library: Library, config: Config) -> None:
        """Take the bar, and the audit that its news is of."""
        self._bar = bar
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
        said = render(answer_blocks(words_report(*self._audit)))
        self._bar.close()
        say(f"By words alone, until {texts:,} texts are embedded:")
        for line in said.strip("\n").splitlines():
            say(line)
        say("")
