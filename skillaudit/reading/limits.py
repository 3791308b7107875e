"""The most that is read of anything, in one table: a stranger's file is no reason to hang or to fill memory."""

from __future__ import annotations

from typing import NamedTuple

KIB = 1024
MIB = 1024 * KIB

DEPTH = 64
"""Levels of nesting in JSON, YAML and TOML."""
KEY_PARTS = 16
"""Parts of one dotted key in TOML, whose parser reads them over and over."""
DIGITS = 400
"""Digits of one number; a double has at most 309 before its point."""
PROGRAMS = 16 * MIB
"""Bytes of the programs of one project that are parsed."""
FIELDS = 20_000
"""Opening braces of a program with f-strings, which Python 3.11 reads anew for each of their fields."""
RATIO = 200
"""Unpacked bytes per packed byte; logs of text reach 20, gzip itself a thousand."""
FREE = MIB
"""Unpacked bytes that no ratio is asked about."""
LINE = 8 * MIB
"""Bytes of one row of a JSONL file."""
LIBRARY = 1024 * MIB
"""Bytes of all skill files of one source together."""
PATTERNS = 16_384
"""Characters of all patterns of `exclude`."""
MODELS = 200
"""Models of one log of decisions, of which each is fitted by itself."""
ALL_REQUESTS = 100_000
"""Labelled requests of one library together."""
GIT_LISTING = 64 * MIB
"""Bytes of git's list of the files of one revision."""
GIT_FILE = 5_000_000
"""Bytes of one file of an earlier revision; larger ones are left out."""
GIT_TOTAL = 256 * MIB
"""Bytes of all files of an earlier revision together."""
GIT_MEMORY = 1024 * MIB
"""Bytes that git itself may take, the files that it maps left out; on Linux, where a process can be held to it."""


class Bounds(NamedTuple):
    """What one kind of file may hold."""

    what: str
    """The kind, as a sentence names it."""
    disk: int
    """Bytes as it lies there."""
    remedy: str
    """What its owner can do when it holds more."""
    unpacked: int = 0
    """Bytes after unpacking; 0 where gzip is not read."""
    values: int = 1_000_000
    """Values and keys of one JSON document, or events of one YAML document."""
    rows: int = 0
    """Rows that are used; 0 where there are none."""

    @property
    def most(self) -> int:
        """Bytes that can come out of such a file."""
        return max(self.disk, self.unpacked)


FRONTMATTER = Bounds("a frontmatter", 64 * KIB, "shorten it", values=20_000)
SKILL = Bounds("a skill file", MIB, "move what is long into files beside it")
SIDE_FILE = Bounds("a settings file of a client", 64 * KIB, "shorten it", values=20_000)
MARKETPLACE = Bounds("a marketplace", 4 * MIB, "split it", values=200_000)
LIST = Bounds(
    "a list of tools", 64 * MIB, "write it as JSONL, one tool a line", unpacked=64 * MIB, values=2_000_000
)
LIST_ROWS = Bounds(
    "a list of tools", 512 * MIB, "split it", unpacked=1024 * MIB, values=200_000, rows=500_000
)
REQUESTS = Bounds(
    "a file of requests",
    64 * MIB,
    "split it or take a sample of it",
    unpacked=64 * MIB,
    rows=100_000,
)
ROW = Bounds("a row", LINE, "write it shorter", values=100_000)
EVALS = REQUESTS._replace(what="an eval file", disk=16 * MIB, unpacked=16 * MIB, values=200_000, rows=5_000)
DECISIONS = Bounds(
    "a log of decisions", 512 * MIB, "split it", unpacked=1024 * MIB, values=200_000, rows=1_000_000
)
TRANSCRIPT = Bounds("a transcript", 4096 * MIB, "move it away", values=200_000, rows=10_000_000)
DATABASE = Bounds("a database of sessions", 256 * MIB, "name a folder of transcripts instead")
TASKS = Bounds("a file of tasks", 64 * MIB, "split it", values=10_000, rows=100_000)
CHAINS = Bounds("a file of chains", 4 * MIB, "split it", values=100_000, rows=100_000)
MAPPING = Bounds("a mapping", 4 * MIB, "compile the agents again", values=400_000)
AGENTS = Bounds("a description of agents", 4 * MIB, "give a smaller file", values=200_000)
CODE = Bounds("a program", 512 * KIB, "give a smaller file")
PLAN = Bounds("a plan", 32 * MIB, "write one with --plan NEW-FILE, of a large library in parts")
BASELINE = Bounds("a baseline", 64 * MIB, "write it anew with `--write-baseline`", values=4_000_000)
PROFILE = Bounds("a router profile", 4 * MIB, "fit it again or remove it", values=200_000)
SETTINGS = Bounds("a settings file", 256 * KIB, "keep what is long in files of its own", values=50_000)
WRITTEN_REQUESTS = Bounds("a file of written requests", 64 * MIB, "remove it", values=2_000_000)
RESULTS = Bounds("a result of an experiment", 256 * MIB, "remove it", values=8_000_000)
MODEL_SETTINGS = Bounds("a model's settings", MIB, "take a model of another source", values=100_000)
ANSWER = Bounds("an answer of a model", 4 * MIB, "ask for less", values=100_000)
RANKS = Bounds("a table of tokens", 16 * MIB, "fetch it again")
