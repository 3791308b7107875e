"""What the screen and the audit in its own process say to each other."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING

import msgspec

from skillaudit.config import Config
from skillaudit.schema import Report, SkillReport
from skillaudit.tui.loading import Basis

if TYPE_CHECKING:
    from skillaudit.gate.verdict import Change

_TOGETHER = 500
"""Skills in one message: each is decoded in one go, during which the screen waits."""


class Order(msgspec.Struct, tag=True):
    """What to audit."""

    sources: list[str]
    config: Config
    held: str = ""
    """Key of the report that the screen has already; of that one no skills are wanted."""


class News(msgspec.Struct, tag=True):
    """Where a stage is."""

    stage: str
    done: int
    total: int
    note: str


class Made(msgspec.Struct, tag=True):
    """The report, its skills apart; `partial` where the audit was stopped, `early` where it goes on."""

    report: Report
    partial: bool
    early: bool = False
    basis: Basis = ""
    """What an early one rests on; `kept` stands for the report that the screen has already, its skills left out."""
    change: bytes = b""
    """What changed since the last audit of these sources, packed; empty where there was none.

    Its record is the gate's, which the screen need not wait for where nothing changed.
    """


class SkillBatch(msgspec.Struct, tag=True):
    """Some of the report's skills, sent before the report."""

    skills: tuple[SkillReport, ...]


class Stopped(msgspec.Struct, tag=True):
    """The audit was stopped before there was anything."""


class Failed(msgspec.Struct, tag=True):
    """The audit raised."""

    kind: str
    message: str
    trace: str


DECODER = msgspec.msgpack.Decoder(News | Made | SkillBatch | Stopped | Failed)


def send(stream: IO[bytes], message: msgspec.Struct) -> None:
    """Write a message and its length before it."""
    body = msgspec.msgpack.encode(message, enc_hook=str)
    stream.write(len(body).to_bytes(4, "big") + body)
    stream.flush()


def read_order(stream: IO[bytes]) -> Order:
    """Read what to audit."""
    return msgspec.msgpack.decode(
        stream.read(int.from_bytes(stream.read(4), "big")), type=Order, dec_hook=_path
    )


def _path(kind: type, text: object) -> object:
    """Turn text back into the one kind of value that is sent as text."""
    return Path(str(text)) if kind is Path else text


def messages(
    report: Report,
    *,
    partial: bool,
    early: bool = False,
    basis: Basis = "",
    change: Change | None = None,
) -> list[msgspec.Struct]:
    """Return a report as messages, its skills apart."""
    packed = b"" if change is None else msgspec.msgpack.encode(change)
    starts = range(0, len(report.skills), _TOGETHER)
    parts = [SkillBatch(report.skills[start : start + _TOGETHER]) for start in starts]
    return [*parts, Made(msgspec.structs.replace(report, skills=()), partial, early, basis, packed)]
