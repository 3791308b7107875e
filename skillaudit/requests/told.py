"""What people say is right: requests asked of agents, the user's files, and eval files beside the skills."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from skillaudit.errors import RequestError
from skillaudit.load.place import source_of
from skillaudit.progress import SILENT, Progress
from skillaudit.reading.limits import ALL_REQUESTS, EVALS, REQUESTS
from skillaudit.requests.beside import eval_files
from skillaudit.requests.records import Candidate, LabelledLine, Told
from skillaudit.safety.cleaning import clean, collapse, one_line
from skillaudit.schema import Defect, Library, RequestSource, Skill

if TYPE_CHECKING:
    from skillaudit.requests.names import Names

_MAX_QUERY = 4_000


def tell(
    library: Library,
    files: Sequence[Path] = (),
    *,
    asked: Sequence[Candidate] = (),
    progress: Progress = SILENT,
) -> Told:
    """Return what was `asked` of agents, the rows of `files`, and those of the eval files beside the skills.

    Raises `RequestError` when one of `files` cannot be read.
    """
    rows = _Rows(library, asked)
    for path in files:
        rows.file(Path(path), "file", clean(str(path)))
    found = list(eval_files(library))
    for done, (path, skill) in enumerate(found):
        progress.update("requests", done, len(found), "eval files")
        shown = clean(path.relative_to(source_of(skill) or path.parent).as_posix())
        try:
            rows.file(path, "evals", shown, skill)
        except RequestError as error:
            detail = str(error).removeprefix(clean(str(path))).lstrip(": ")
            rows.defects.append(Defect(kind="request-file", skill=skill.id, path=shown, detail=detail))
    return Told(
        drafts=tuple(rows.drafts), ignored=rows.ignored, unknown=rows.unknown, defects=tuple(rows.defects)
    )


class _Rows:
    """Collects labelled rows and what is wrong with them."""

    def __init__(self, library: Library, asked: Sequence[Candidate]) -> None:
        self.library = library
        self.drafts: list[Candidate] = list(asked)
        self.defects: list[Defect] = []
        self.ignored = self.unknown = 0

    @cached_property
    def names(self) -> Names:
        """The skills by what a request file may call them; indexed when the first row asks."""
        from skillaudit.requests.names import Names

        return Names(self.library.skills)

    def file(self, path: Path, source: RequestSource, shown: str, home: Skill | None = None) -> None:
        """Take the rows of one file."""
        # Most libraries have no such file: what reads one is not imported for them.
        from skillaudit.requests.formats import Unusable, read_rows

        strangers: dict[str, list[int]] = {}
        for row in read_rows(path, home.name if home else "", EVALS if home else REQUESTS):
            if len(self.drafts) >= ALL_REQUESTS:
                detail = f"more than {ALL_REQUESTS:,} requests in all; the rest is not read: take a sample"
                self._defect("request-unreadable", home, shown, row.line, detail)
                break
            if isinstance(row, Unusable):
                self._defect("request-unreadable", home, shown, row.line, row.detail)
            else:
                self._row(row, source, shown, home, strangers)
        for name, lines in strangers.items():
            more = f" ({len(lines)} rows)" if len(lines) > 1 else ""
            detail = f"no skill is called {name!r}{more}; correct the name or add the skill"
            self._defect("request-unknown-skill", home, shown, lines[0], detail)

    def _row(
        self,
        row: LabelledLine,
        source: RequestSource,
        shown: str,
        home: Skill | None,
        strangers: dict[str, list[int]],
    ) -> None:
        if row.gold is None:
            self.ignored += 1
            return
        query = collapse(clean(row.query[:_MAX_QUERY]))
        if not query:
            self._defect(
                "request-unreadable", home, shown, row.line, "the request is blank; write a sentence"
            )
            return
        gold: dict[str, None] = {}
        for name in map(one_line, row.gold):
            ids = self.names.find(name, home)
            if not ids:
                strangers.setdefault(name, []).append(row.line)
            gold.update(dict.fromkeys(ids))
        if row.gold and not gold:
            self.unknown += 1
            return
        if (
            gold
        ):  # what is acceptable is right as well, and the request stays with the skill that it is meant for
            for name in map(one_line, row.acceptable):
                ids = self.names.find(name, home)
                if not ids:
                    strangers.setdefault(name, []).append(row.line)
                gold.update(dict.fromkeys(ids))
        named = one_line(row.home)
        own = home.id if home else next(iter(self.names.find(named, None)), "") if named else ""
        times = row.times if source == "file" else 0.0
        self.drafts.append(Candidate(query, tuple(gold), source, f"{shown}:{row.line}", own, times))

    def _defect(self, kind: str, home: Skill | None, path: str, line: int, detail: str) -> None:
        self.defects.append(
            Defect(kind=kind, skill=home.id if home else "", path=path, line=line, detail=detail)
        )
