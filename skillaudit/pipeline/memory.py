"""Reports that were made before: the same input gives the same report, so it need not be made again."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import msgspec

import skillaudit
from skillaudit.cache import Cache
from skillaudit.config import Config
from skillaudit.laws.execution_law import Chain
from skillaudit.requests import Gathered
from skillaudit.routing import RouterProfile
from skillaudit.routing.profiles import default_router
from skillaudit.schema import EmbeddingSummary, Library, Report

_KIND = "report"
_LAST = "last-report"
_MOST_BYTES = 1 << 28
"""Of an unpacked report."""
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


def recall(cache: Cache, key: str) -> Report | None:
    """Return the report that was kept under `key`, or None."""
    kept = cache.get_sealed(_KIND, key)
    if kept is None:
        return None
    try:
        unpacking = zlib.decompressobj()
        report = unpacking.decompress(kept, _MOST_BYTES)
        return msgspec.msgpack.decode(report, type=Report) if unpacking.eof else None
    except (zlib.error, msgspec.MsgspecError, ValueError, RecursionError):
        return None


def keep(cache: Cache, key: str, report: Report) -> None:
    """Keep `report` under `key`."""
    cache.put_sealed(_KIND, key, zlib.compress(msgspec.msgpack.encode(report), 1))


def remember(cache: Cache, library: Library, config: Config, key: str) -> None:
    """Note that the report under `key` is the last one of this library with these settings."""
    cache.put_sealed(_LAST, _place(library.sources, config), key.encode())


def last_key(cache: Cache, sources: Sequence[str], config: Config) -> str:
    """Return the key of the last report of these sources with these settings; empty where there was none."""
    return (cache.get_sealed(_LAST, _place(sources, config)) or b"").decode(errors="replace")


def _place(sources: Sequence[str], config: Config) -> str:
    """Return a digest of where a library lies and how it is audited."""
    config = msgspec.structs.replace(config, router=config.router or default_router(config.scorer))
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
