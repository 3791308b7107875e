"""What somebody should look at: findings, where they stand, what they cost, and the edits that mend them."""

from __future__ import annotations

from typing import Literal

from skillaudit.schema.library import Record

Severity = Literal["error", "warning", "info"]


class Location(Record):
    """A place in a file of the library."""

    path: str
    line: int = 1
    root: str = ""
    """The source that the path is relative to, as the user wrote it; empty for the only source."""

    @property
    def told(self) -> str:
        """The place as `path:line`; a row of a list has its line in its path already."""
        row = self.path.partition("#")[0].endswith(f":{self.line}")
        return self.path if row else f"{self.path}:{self.line}"


class Cost(Record):
    """What a finding costs, as far as the audit can tell; nothing where it can tell nothing."""

    harm: float = 0.0
    """Requests and false triggers of a hundred that are at stake: what findings are ordered by."""
    requests: float | None = None
    """Requests of a hundred that are expected to be lost; None where that was not judged."""
    false_triggers: float | None = None
    """Requests of a hundred that need nothing, and that this is expected to answer."""
    unseen: int = 0
    """Descriptions that the model of a client does not see whole."""
    client: str = ""
    """Title of the client whose model does not see them."""
    breaks: int = 0
    """Skills that some client, parser or upload refuses."""


class Finding(Record):
    """One thing that somebody should look at."""

    code: str
    severity: Severity
    skills: tuple[str, ...]
    message: str
    evidence: str = ""
    fix: str = ""
    fingerprint: str = ""
    """Hash of the code and the sorted skill ids: stable when scores and lines move."""
    alias: str = ""
    """The same over the names alone, where ids hold more; baselines know the finding by either."""
    location: Location | None = None
    related: tuple[Location, ...] = ()
    cost: Cost = Cost()
    edits: tuple[str, ...] = ()
    """Ids of the edits that mend it, in the `plan` of the report, accepted ones first; empty where none was found."""


class PlannedEdit(Record):
    """An edit of a plan, and the findings that it mends."""

    id: str
    kind: str
    skills: tuple[str, ...]
    """Ids of the skills that it changes."""
    accept: bool
    findings: tuple[str, ...] = ()
    """Fingerprints of the findings."""
    into: str = ""
    """Id of the skill that stays, where it folds one into another."""
    refused: str = ""
    """Why the plan did not accept it; empty where it did, or where a person took it back."""
