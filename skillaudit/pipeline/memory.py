"""Reports that were made before: the same input gives the same report, so it need not be made again."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

import skillaudit
from skillaudit.cache import Cache
from skillaudit.config import Config
from skillaudit.schema import EmbeddingSummary, Library, Report, SkillReport

if TYPE_CHECKING:
    from skillaudit.laws.execution_law import Chain
    from skillaudit.requests import Gathered
    from skillaudit.routing import RouterProfile

T = TypeVar("T")
_KIND = "report"
_LAST = "last-report"
_MOST_BYTES = 1 << 29
"""Of an unpacked report."""
_TOGETHER = 500
"""Skills in one part: each is decoded in one go, during which a screen waits."""
_PLACES = frozenset({"cache", "use_cache", "requests", "chains", "sessions"})
"""Fields of the configuration that say where things are, not what the report says."""


def report_key(
    library: Library,
    gathered: Gathered,
    config: Config,
    profile: RouterProfile,
    embedding: EmbeddingSummary,
    chains: Sequence[Chain] = (),
) -> str:
    """Return a hex digest of everything that a report depends on, the program itself included."""
    digest = hashlib.blake2b(digest_size=20)
    for record in (library, gathered, profile, embedding, tuple(chains)):
        digest.update(msgspec.msgpack.encode(record))
    digest.update(repr(_settings(config)).encode())
    digest.update(_program())
    return digest.hexdigest()


class Kept:
    """A report as it lies in the cache: its head, which is all but the skills, and its skills in parts.

    Each is packed by itself, so that a screen can show the head at once and the skills as they come. `head` and
    `parts` raise ValueError for what is none.
    """

    def __init__(self, packed: bytes) -> None:
        self._packed = packed
        self._left = _MOST_BYTES

    def head(self) -> Report:
        """Return the report without its skills."""
        return self._decode(next(self._frames(), b""), Report)

    def parts(self) -> Iterator[tuple[SkillReport, ...]]:
        """Yield the skills, some at a time."""
        frames = self._frames()
        next(frames, None)
        for frame in frames:
            yield self._decode(frame, tuple[SkillReport, ...])

    def _frames(self) -> Iterator[memoryview]:
        packed, at = memoryview(self._packed), 0
        while at < len(packed):
            size = int.from_bytes(packed[at : at + 4], "big")
            yield packed[at + 4 : at + 4 + size]
            at += 4 + size

    def _decode(self, frame: bytes | memoryview, kind: type[T]) -> T:
        unpacking = zlib.decompressobj()
        try:
            plain = unpacking.decompress(frame, self._left)
            self._left -= len(plain)
            if not unpacking.eof:
                raise ValueError("a part that is cut off, or too long")
            return msgspec.msgpack.decode(plain, type=kind)
        except (zlib.error, msgspec.MsgspecError, RecursionError) as error:
            raise ValueError(str(error)) from error


def kept(cache: Cache, key: str) -> Kept | None:
    """Return the report that was kept under `key` as it lies there, or None."""
    packed = cache.get_sealed(_KIND, key) if key else None
    return None if packed is None else Kept(packed)


def recall(cache: Cache, key: str) -> Report | None:
    """Return the report that was kept under `key`, or None."""
    found = kept(cache, key)
    if found is None:
        return None
    try:
        head = found.head()
        return msgspec.structs.replace(head, skills=tuple(skill for part in found.parts() for skill in part))
    except ValueError:
        return None


def recall_head(cache: Cache, key: str) -> Report | None:
    """Return the same without its skills, for who has them already."""
    found = kept(cache, key)
    try:
        return None if found is None else found.head()
    except ValueError:
        return None


def keep(cache: Cache, key: str, report: Report) -> None:
    """Keep `report` under `key`."""
    starts = range(0, len(report.skills), _TOGETHER)
    parts = (
        msgspec.structs.replace(report, skills=()),
        *(report.skills[at : at + _TOGETHER] for at in starts),
    )
    frames = [zlib.compress(msgspec.msgpack.encode(part), 1) for part in parts]
    cache.put_sealed(_KIND, key, b"".join(len(frame).to_bytes(4, "big") + frame for frame in frames))


def remember(cache: Cache, library: Library, config: Config, key: str) -> None:
    """Note that the report under `key` is the last one of this library with these settings."""
    cache.put_sealed(_LAST, _place(library.sources, config), key.encode())


def last_key(sources: Sequence[str], config: Config) -> str:
    """Return the key of the last report of these sources with these settings; empty where none is kept."""
    if not config.use_cache:
        return ""
    with Cache(config.cache) as cache:
        return (cache.get_sealed(_LAST, _place(sources, config)) or b"").decode(errors="replace")


def _place(sources: Sequence[str], config: Config) -> str:
    """Return a digest of where a library lies and how it is asked to be audited."""
    text = repr(([str(Path(source).absolute()) for source in sources], _settings(config)))
    return hashlib.blake2b(text.encode(errors="surrogateescape"), digest_size=20).hexdigest()


def _settings(config: Config) -> list[tuple[str, object]]:
    return [(name, getattr(config, name)) for name in config.__struct_fields__ if name not in _PLACES]


@cache
def _program() -> bytes:
    """Return a digest of the installed package, so that no change of the program meets an old report."""
    root = Path(skillaudit.__file__).parent
    digest = hashlib.blake2b(skillaudit.__version__.encode(), digest_size=20)
    for path in sorted(_files(root)):
        facts = path.stat()
        digest.update(f"{path.relative_to(root)} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.digest()


def _files(root: Path) -> Iterator[Path]:
    yield from root.rglob("*.py")
    yield from (root / "data").iterdir()
