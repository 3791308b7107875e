"""The targets: each takes any bytes, and may raise nothing but the program's own errors."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path, PurePath

from skillaudit.asking import answers
from skillaudit.asking.log import ProbeLog
from skillaudit.cache import Cache
from skillaudit.compile.answers import read_tasks
from skillaudit.compile.sources import read_system
from skillaudit.embedding.models import read_bert, read_dimension
from skillaudit.errors import SkillAuditError
from skillaudit.gate.baseline import read_baseline
from skillaudit.laws.execution_declared import compiled_chains, read_chains
from skillaudit.laws.execution_handoffs import hand_offs
from skillaudit.load import load
from skillaudit.load.installed import read_installed
from skillaudit.load.manifests import read_manifests
from skillaudit.load.skill_file import parse_skill
from skillaudit.optimize.apply.frontmatter import with_description
from skillaudit.optimize.plan_file import read_plan
from skillaudit.reading import JsonError, limits, open_database, parse_json
from skillaudit.reading.toml_text import parse_toml
from skillaudit.reading.yaml_text import YamlError, compose
from skillaudit.reading.yaml_text import load as load_yaml
from skillaudit.requests import mining, synthesis
from skillaudit.requests.formats import read_rows
from skillaudit.requests.leaks import LeakFilter
from skillaudit.routing.decisions import read_decisions
from skillaudit.routing.profiles import profiles
from skillaudit.schema import Library, Skill
from skillaudit.sessions.finding import READERS
from skillaudit.settings.toml_file import read_table
from skillaudit.text import markdown
from skillaudit.text.words import tokens

Target = Callable[[bytes], object]

SKILLS = (
    Skill(id="a-b", name="a-b", description="Writes reports for people.", path="a-b/SKILL.md", root="."),
    Skill(id="c", name="c", description="Reads tables of numbers.", path="c/SKILL.md", root="."),
)
MANIFESTS = (
    ".claude-plugin/marketplace.json", ".claude-plugin/plugin.json", "package.json", "skills-lock.json",
    ".claude/plugins/installed_plugins.json",
)  # fmt: skip
LIBRARY = Library(sources=(".",), skills=SKILLS)


MEMORY = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
"""Where files cost no disk, if there is such a place."""


@cache
def folder() -> Path:
    """Return a folder that goes away with the process."""
    made = Path(tempfile.mkdtemp(prefix="skillaudit-fuzz-", dir=tempfile.tempdir or MEMORY))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def saved(data: bytes, name: str) -> Path:
    """Write the bytes to a file called `name`."""
    path = folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def text_of(data: bytes) -> str:
    """Return bytes as any text, lone surrogates included."""
    return data.decode("utf-8", "surrogateescape")


def on_file(read: Callable[[Path], object], *names: str) -> Target:
    """Return a target that reads a file; its first byte chooses among several names."""

    def call(data: bytes) -> object:
        if len(names) == 1:
            return read(saved(data, names[0]))
        return read(saved(data[1:], names[data[0] % len(names)])) if data else None

    return call


def _body(data: bytes) -> object:
    skill = Skill(id="a-b", name="a-b", description="x", body=text_of(data), path="a/SKILL.md", root=".")
    parts = mining.read(skill)
    found = [*mining.mined(parts, "a-b"), *mining.tasks(parts, "a-b")]
    filter_ = LeakFilter([skill, *SKILLS[1:]])
    return [filter_.leaks(line, "a-b") or filter_.mentions(line, "a-b") for line in found]


def _forms(data: bytes) -> None:
    text = text_of(data)
    for read in (
        lambda: parse_json(text, limits.ROW),
        lambda: compose(text, limits.FRONTMATTER, aliases=True),
        lambda: load_yaml(text, limits.FRONTMATTER),
    ):
        try:
            read()
        except (JsonError, YamlError):
            continue


def _toml(data: bytes) -> object:
    try:
        return parse_toml(text_of(data))
    except ValueError:
        return None


def _manifests(data: bytes) -> object:
    if not data:
        return None
    root = folder() / "market"
    (root / "p" / "s").mkdir(parents=True, exist_ok=True)
    path = saved(data[1:], f"market/{MANIFESTS[data[0] % len(MANIFESTS)]}")
    try:
        shipping = read_manifests(root, [("p", "s")])
        return read_installed(root), shipping.owner(("p", "s")), shipping.ship(("p", "s"))
    finally:
        path.unlink()


def _transcript(data: bytes) -> None:
    readers = [reader for reader in READERS.values() if hasattr(reader, "take")]
    if data:
        reader = readers[data[0] % len(readers)]
        session = reader.begin_file(PurePath("x/one.jsonl"))
        for line in data[1:].split(b"\n"):
            with suppress(ValueError):
                reader.take(session, line)


def _sessions_database(path: Path) -> None:
    with suppress(ValueError), open_database(path, limits.DATABASE) as connection:
        list(READERS["opencode"].sessions(connection))


def _log(data: bytes) -> None:
    for left in folder().glob("log.sqlite*"):
        left.unlink()
    with ProbeLog(saved(data, "log.sqlite")) as log:
        log.runs()
        list(log.decisions())
        log.spent("run")


def _cache(data: bytes) -> None:
    place = folder() / "cache"
    place.mkdir(exist_ok=True)
    for left in place.iterdir():
        left.unlink()
    Cache(place).path.write_bytes(data)
    with Cache(place) as kept:
        kept.get_vectors("m", ["d00000", "d00001"])
        kept.get_blob("map", "k")
        kept.get_sealed("report", "k")


def _model(data: bytes) -> None:
    place = saved(data, "model/config.json").parent
    saved(data, "model/modules.json")
    read_bert(place)
    read_dimension(place)


TARGETS: dict[str, Target] = {
    "skill_file": lambda data: parse_skill(data, folder="a-b"),
    "frontmatter_edit": lambda data: with_description(data, "Writes other reports: for all."),
    "skill_body": _body,
    "markdown": lambda data: [markdown.bare(block.raw) for block in markdown.blocks(text_of(data))],
    "handoffs": lambda data: hand_offs([
        Skill(id="a-b", name="a-b", description="x", body=text_of(data), path="a/SKILL.md", root="."), *SKILLS[1:]
    ]),
    "words": lambda data: tokens(text_of(data)),
    "library_list": on_file(lambda path: load([path]), "list.json", "list.jsonl", "list.jsonl.gz"),
    "manifests": _manifests,
    "evals": on_file(lambda path: list(read_rows(path, "a-b", limits.EVALS)),
                     "evals.json", "evals.jsonl", "evals.yaml", "evals.csv"),
    "settings": on_file(read_table, "skillaudit.toml", "pyproject.toml"),
    "plan": on_file(lambda path: read_plan(path, LIBRARY), "plan.json", "plan.yaml"),
    "profile": on_file(lambda path: profiles(path.parent), "routers/mine.json"),
    "decisions": on_file(read_decisions, "log.jsonl"),
    "baseline": on_file(read_baseline, "baseline.json"),
    "chains": on_file(lambda path: read_chains(path, SKILLS), "chains.txt"),
    "mapping": on_file(lambda path: compiled_chains([str(path.parent)], SKILLS), "compiled/mapping.json"),
    "agents": on_file(read_system, "agents.yaml", "agents.json", "agents.md", "agents.py"),
    "tasks": on_file(read_tasks, "tasks.jsonl"),
    "answers": lambda data: answers.parse(text_of(data), ["a-b", "c"]),
    "written_requests": lambda data: synthesis.parse(text_of(data)),
    "probe_log": _log,
    "cache": _cache,
    "model_settings": _model,
    "transcript": _transcript,
    "sessions_database": on_file(_sessions_database, "opencode.db"),
    "forms": _forms,
    "toml": _toml,
}  # fmt: skip
"""Name -> function of bytes."""

FORMS: dict[str, tuple[str, ...]] = {
    "library_list": ("tools", "functions", "function", "name", "description", "path", "body", "category", "result"),
    "manifests": ("plugins", "name", "source", "skills", "metadata", "pluginRoot", "agents", "contributes", "pi",
                  "chatSkills", "path", "sourceType", "version", "installPath"),
    "evals": ("query", "gold", "evals", "queries", "text", "expected_skill", "should_trigger", "skill_name", "owner"),
    "plan": ("plan_version", "sources", "edits", "id", "kind", "skills", "before", "after", "accept", "hierarchy",
             "into"),
    "profile": ("name", "kind", "description", "fits", "lexical", "sizes", "beta", "coefficients", "covariance"),
    "decisions": ("query", "gold", "candidates", "candidates_idx", "candidate_descriptions", "choice", "date",
                  "timestamp"),
    "baseline": ("format", "findings", "fingerprint", "code", "severity", "skills", "count", "hijack"),
    "mapping": ("format", "system", "handovers", "source", "target", "kind", "kept"),
    "agents": ("format", "name", "agents", "edges", "protocol", "tools", "from", "to", "policy", "role", "tasks",
               "config"),
    "tasks": ("task", "answer", "regex", "test", "check"),
    "model_settings": ("model_type", "hidden_size", "num_hidden_layers", "type", "path", "layer_norm_eps"),
}  # fmt: skip
"""Target that reads JSON or YAML -> keys that mean something in it."""


def run(name: str, data: bytes) -> None:
    """Give one target one input; raises whatever is no error of the program's own."""
    try:
        TARGETS[name](data)
    except SkillAuditError as error:
        message = str(error)
        if not message or "\n" in message.strip():
            raise AssertionError(f"{name}: not one sentence: {message!r}") from error
