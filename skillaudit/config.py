"""What a user can set, with its defaults: every setting is one field here or in `skillaudit.settings.rules`.

The command line, the keys of settings files and environment variables are made from these fields; a field
without `About` can be set by programs alone.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from skillaudit.schema import EngineName, OwnSettings, Record, ScorerName

DropOrder = Literal["best", "worst", "declared", "sessions"]
MapMethod = Literal["pca", "umap"]
Files = Literal["loaded", "all"]
FailOn = Literal["error", "warning", "info", "never"]
GateOn = Literal["value", "low", "high"]

DEFAULT_EMBEDDER = "sentence-transformers/all-MiniLM-L6-v2"

AUDITS = ("open", "report", "check", "compile", "route", "optimize", "probe", "whatif", "laws", "review")
"""The commands that audit a library."""
_JUDGED = tuple(name for name in AUDITS if name not in ("route", "review"))
_REPORTED = ("open", "report", "check", "compile")


class About(Record):
    """What is said of a setting beside its type and default."""

    help: str
    """One or two sentences for its user."""
    commands: tuple[str, ...] = AUDITS
    """The commands that offer it as an option; files and the environment can always give it."""
    name: str = ""
    """Where it is not that of the field; a name that begins with `no-` turns the field off."""
    metavar: str = ""
    short: str = ""
    """One letter for the option."""
    above: float | None = None
    """A number has to be above this; other numbers are rates from 0 to 1."""
    is_path: bool = False
    """True when the value names files, which are looked for beside the settings file."""
    flag: bool = True
    """False for tables that only a file can hold."""
    by_library: bool = False
    """True for what an audited library may say about itself: it can neither write, call, run nor read outside,
    and moves nobody's limits."""
    read: Callable[[Any], Any] | None = None
    """Reads a value that its type does not explain; raises ValueError saying what it must be."""


class Config(Record):
    """Settings of one audit; everything that can change a report is in here."""

    scorer: Annotated[
        ScorerName, About("What similarity is made of; `lexical` needs no embedding model.")
    ] = "hybrid"
    embedder: Annotated[str, About("Embedding model: a Hugging Face id or a local folder.", metavar="ID")] = (
        DEFAULT_EMBEDDER
    )
    device: Annotated[
        str | None,
        About("Where vectors are made: cpu, cuda or mps; the best there is by default.", metavar="NAME"),
    ] = None
    engine: Annotated[
        EngineName,
        About(
            "Where vectors and neighbours are worked out and models are asked: here, or on a running Ray cluster."
        ),
    ] = "local"
    requests: Annotated[
        tuple[Path, ...],
        About(
            "Labelled requests to judge by, before those of the library: JSONL with `query` and `gold`, or an "
            "eval file.",
            metavar="FILE", commands=_JUDGED, is_path=True, by_library=True,
        ),
    ] = ()  # fmt: skip
    sessions: Annotated[
        bool,
        About(
            "Learn from the transcripts that your agents keep: requests, use, and the profile `yours` once you have "
            "reviewed some.",
            commands=("open", "report", "check"),
        ),
    ] = False
    chains: Annotated[
        tuple[Path, ...],
        About(
            "Chains of skills to forecast, beside those of the bodies, one a line: `first -> second -> third`.",
            metavar="FILE", commands=_REPORTED, is_path=True, by_library=True,
        ),
    ] = ()  # fmt: skip
    router: Annotated[
        str | None,
        About("Router profile to forecast for; `local` is the scorer itself.", metavar="NAME"),
    ] = None
    client: Annotated[
        str | None,
        About("Audit the text as this client cuts it, such as codex.", metavar="NAME", by_library=True),
    ] = None
    files: Annotated[
        Files,
        About(
            "Which skill files compete: those that the clients load which the library is made for, or all on disk.",
            by_library=True,
        ),
    ] = "loaded"
    exclude: Annotated[
        tuple[str, ...],
        About(
            "Leave the skill files that match out of the competition: `drafts`, `docs/**`.",
            metavar="PATTERN", by_library=True,
        ),
    ] = ()  # fmt: skip
    shortlist: Annotated[
        int | None,
        About(
            "Forecast a client that searches: the model sees so many skills for each request.", metavar="K"
        ),
    ] = None
    context: Annotated[
        int | None, About("The client's context window in tokens; the client's usual one by default.")
    ] = None
    order: Annotated[
        DropOrder,
        About(
            "Whose description a client drops first, where only it knows; `sessions` is by its transcripts."
        ),
    ] = "declared"
    map: Annotated[
        MapMethod,
        About(
            "Layout of the 2-D map; umap shows more and takes half a minute the first time.",
            commands=("report",),
        ),
    ] = "pca"
    floor: Annotated[
        float,
        About(
            "Accuracy that you will not go below; the room left is counted until then.",
            commands=("report", "laws"),
        ),
    ] = 0.8
    use_cache: Annotated[
        bool, About("Neither read nor write the cache of vectors and reports.", name="no-cache")
    ] = True
    law: bool = True
    """Fit the library's own curve of accuracy against size."""
    cache: Path | None = None
    """Cache folder; None takes the user's own."""
    own_settings: OwnSettings = OwnSettings()
    """What the library's own settings file said; with `isolated`, its declared routers do not count either."""


class Gate(Record):
    """Limits that `check` holds a report against; None leaves a limit out."""

    max_hijack: Annotated[
        float | None, About("Fail when the predicted hijack rate is higher.", commands=("check",))
    ] = None
    min_accuracy: Annotated[
        float | None, About("Fail when the predicted accuracy is lower.", commands=("check",))
    ] = None
    max_false_trigger: Annotated[
        float | None, About("Fail when skills fire more often where none should.", commands=("check",))
    ] = None
    max_budget: Annotated[
        float | None,
        About(
            "Fail when the list needs more than this share of the client's budget; 1 just fits.",
            commands=("check",), above=0,
        ),
    ] = None  # fmt: skip
    fail_on: Annotated[FailOn, About("Lowest severity of a finding that fails.", commands=("check",))] = (
        "error"
    )
    gate_on: Annotated[
        GateOn,
        About(
            "Hold limits against the forecast, or the good or bad end of its interval.", commands=("check",)
        ),
    ] = "value"
    tolerance: Annotated[
        float,
        About("How much worse a rate may get in a change or against a baseline.", commands=("check",)),
    ] = 0.01
