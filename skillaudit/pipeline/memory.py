"""Reports that were made before: the same input gives the same report, so it need not be made again."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

import skillaudit
from skillaudit.cache import Cache
from skillaudit.config import Config
from skillaudit.disk.names import expanded
from skillaudit.errors import UsageError
from skillaudit.laws.execution_declared import MAPPING
from skillaudit.reading import read_bytes
from skillaudit.reading.limits import REQUESTS
from skillaudit.schema import EmbeddingSummary, Library, Report, SkillReport

if TYPE_CHECKING:
    from skillaudit.laws.execution_law import Chain
    from skillaudit.requests.lines import Said
    from skillaudit.requests.records import Told
    from skillaudit.routing.profiles import RouterProfile

T = TypeVar("T")
_KIND, _SKILLS = "report", "report-skills"
_LAST = "last-report"
_STATE = "report-of-state"
_LINES = "lines-of-bodies"
_MOST_BYTES = 1 << 29
"""Of an unpacked report."""
_MOST_LINES = 1 << 25
_TOGETHER = 500
"""Skills in one part: each is decoded in one go, during which a screen waits."""
_PLACES = frozenset({"cache", "use_cache", "engine", "requests", "chains", "sessions"})
"""Fields of the configuration that say where things are, not what the report says."""


def report_key(
    library: Library,
    told: Told,
    config: Config,
    profile: RouterProfile,
    embedding: EmbeddingSummary,
    chains: Sequence[Chain] = (),
) -> str:
    """Return a hex digest of everything that a report depends on, the program itself included.

    What is found in the bodies of skills depends on the library alone; only what people `told` is besides.
    Where a skill's file lies is none of that.
    """
    digest = hashlib.blake2b(digest_size=20)
    skills = tuple(msgspec.structs.replace(skill, place=(b"", b"")) for skill in library.skills)
    library = msgspec.structs.replace(library, skills=skills)
    for record in (library, told, profile, embedding, tuple(chains)):
        digest.update(msgspec.msgpack.encode(record))
    digest.update(repr(_settings(config)).encode())
    digest.update(_program())
    return digest.hexdigest()


def state_key(
    sources: Sequence[str],
    state: str,
    config: Config,
    profile: RouterProfile,
    embedding: EmbeddingSummary,
) -> str:
    """Return a hex digest of everything that the report on `sources` depends on, by the `state` that they were in.

    A state is a text that no other content of theirs has. What speaks besides is read: requests, chains, and the
    mapping of a compiled library. Empty where transcripts count, which grow by themselves.
    """
    if not state or config.sessions or config.order == "sessions":
        return ""
    beside = [*config.requests, *config.chains, *(expanded(source) / MAPPING for source in sources)]
    digest = hashlib.blake2b(
        repr((sources, state, _settings(config), beside)).encode("utf-8", "surrogatepass")
    )
    for record in (profile, embedding):
        digest.update(msgspec.msgpack.encode(record))
    for path in beside:
        with suppress(UsageError):
            digest.update(hashlib.blake2b(read_bytes(path, REQUESTS)).digest())
        digest.update(b"\0")
    digest.update(_program())
    return digest.hexdigest()


def recall_state(cache: Cache, key: str) -> Report | None:
    """Return the report that was remembered for a state, or None."""
    found = cache.get_sealed(_STATE, key) if key else None
    return None if found is None else recall(cache, found.decode(errors="replace"))


def recall_head(cache: Cache, key: str) -> Report | None:
    """Return the report that was kept under `key` without its skills, or None."""
    packed = cache.get_sealed(_KIND, key) if key else None
    try:
        return None if packed is None else _unpacked(packed, Report, _MOST_BYTES)[0]
    except ValueError:
        return None


def recall_skills(cache: Cache, key: str) -> Iterator[tuple[SkillReport, ...]]:
    """Yield its skills, some at a time; raises ValueError where they are not there, or broken."""
    if (found := cache.get_sealed(_SKILLS, key)) is None:
        raise ValueError("gone")
    packed, at, left = memoryview(found), 0, _MOST_BYTES
    while at < len(packed):
        size = int.from_bytes(packed[at : at + 4], "big")
        skills, left = _unpacked(packed[at + 4 : at + 4 + size], tuple[SkillReport, ...], left)
        yield skills
        at += 4 + size


def recall(cache: Cache, key: str) -> Report | None:
    """Return the whole report that was kept under `key`, or None."""
    if (head := recall_head(cache, key)) is None:
        return None
    try:
        skills = tuple(skill for part in recall_skills(cache, key) for skill in part)
    except ValueError:
        return None
    return msgspec.structs.replace(head, skills=skills)


def keep(cache: Cache, key: str, report: Report) -> None:
    """Keep `report` under `key`: all but its skills, which a screen shows at once, and the skills in parts."""
    parts = (report.skills[at : at + _TOGETHER] for at in range(0, len(report.skills), _TOGETHER))
    frames = [_packed(part) for part in parts]
    cache.put_sealed(_SKILLS, key, b"".join(len(frame).to_bytes(4, "big") + frame for frame in frames))
    cache.put_sealed(_KIND, key, _packed(msgspec.structs.replace(report, skills=())))


def recall_lines(cache: Cache, sources: Sequence[str]) -> dict[str, Said]:
    """Return the lines of the bodies that these sources held when they were audited last."""
    from skillaudit.requests.lines import Said  # with all its patterns, which a report that is kept needs not

    packed = cache.get_sealed(_LINES, _lines_key(sources))
    try:
        return {} if packed is None else _unpacked(packed, dict[str, Said], _MOST_BYTES)[0]
    except ValueError:
        return {}


def keep_lines(cache: Cache, sources: Sequence[str], said: dict[str, Said]) -> None:
    """Keep the lines of bodies for the next audit of these sources, unless they would crowd out all else."""
    packed = _packed(said)
    if len(packed) <= _MOST_LINES:
        cache.put_sealed(_LINES, _lines_key(sources), packed)


def _lines_key(sources: Sequence[str]) -> str:
    text = repr([str(Path(source).absolute()) for source in sources])
    return hashlib.blake2b(text.encode(errors="surrogateescape") + _program(), digest_size=20).hexdigest()


def _packed(value: object) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(value), 1)


def _unpacked(packed: bytes | memoryview, kind: type[T], most: int) -> tuple[T, int]:
    """Return a value and how many bytes more may be unpacked; raises ValueError for what is none."""
    unpacking = zlib.decompressobj()
    try:
        plain = unpacking.decompress(packed, most)
        if not unpacking.eof:
            raise ValueError("cut off, or too long")
        return msgspec.msgpack.decode(plain, type=kind), most - len(plain)
    except (zlib.error, msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from error


def remember(cache: Cache, library: Library, config: Config, key: str, state: str = "") -> None:
    """Note that the report under `key` is the last one of this library with these settings, and that of a state."""
    cache.put_sealed(_LAST, _place(library.sources, config), key.encode())
    if state:
        cache.put_sealed(_STATE, state, key.encode())


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
