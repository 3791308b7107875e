"""What a user can set, with its defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from skillaudit.schema import OwnSettings, Record, ScorerName

DropOrder = Literal["best", "worst", "declared"]
MapMethod = Literal["pca", "umap"]

DEFAULT_EMBEDDER = "sentence-transformers/all-MiniLM-L6-v2"


class Config(Record):
    """Settings of one audit; everything that can change a report is in here."""

    scorer: ScorerName = "hybrid"
    embedder: str = DEFAULT_EMBEDDER
    """A Hugging Face id or a local folder."""
    device: str | None = None
    """`cpu`, `cuda`, `mps`, or None to take the best there is."""
    requests: tuple[Path, ...] = ()
    """Files of labelled requests that come before the mined ones."""
    chains: tuple[Path, ...] = ()
    """Files of chains of skills, beside those that the skills' own bodies make."""
    router: str | None = None
    """Router profile; None takes the default for the scorer."""
    client: str | None = None
    """Audit what this client shows the model: cut text, invisible skills left out; None takes all text."""
    context: int | None = None
    """Context window in tokens that a client's budget is derived from; None takes the client's default."""
    order: DropOrder = "declared"
    """Whose description a client drops first, where that cannot be known."""
    map: MapMethod = "pca"
    """How the 2-D map is laid out: `pca` at once, `umap` better and slow the first time."""
    law: bool = True
    """Fit the library's own curve of accuracy against size."""
    floor: float = 0.8
    """Accuracy that the user will not go below; room is counted until it is crossed."""
    own_settings: OwnSettings = OwnSettings()
    """What the library's own settings file said; with `isolated`, its declared routers do not count either."""
    cache: Path | None = None
    """Cache folder; None takes the user's own."""
    use_cache: bool = True


class Gate(Record):
    """Limits that `check` holds a report against; None leaves a limit out."""

    max_hijack: float | None = None
    min_accuracy: float | None = None
    fail_on: str = "error"
    """Lowest severity of a finding that fails: `error`, `warning`, `info` or `never`."""
    max_false_trigger: float | None = None
    max_budget: float | None = None
    """Largest share of a client's budget that the list may need; 1 just fits."""
    gate_on: str = "value"
    """What a limit is compared with: the `value`, or the `low` or `high` end of the risk's interval."""
    tolerance: float = 0.01
    """How much worse a rate may get against a baseline or an earlier revision."""
