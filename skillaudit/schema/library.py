"""What goes in: skills, libraries, requests."""

from __future__ import annotations

from typing import Literal, dataclass_transform

import msgspec

ScorerName = Literal["hybrid", "dense", "lexical"]
EngineName = Literal["local", "ray"]
Precision = Literal["single", "half"]
RequestSource = Literal["sessions", "file", "evals", "mined", "body", "synthetic", "descriptor"]
"""Where a request comes from, in falling order of trust; `descriptor` is the stand-in of last resort."""


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Record(msgspec.Struct, frozen=True, gc=False):
    """Base of all records: immutable, compared by value, convertible to JSON.

    None holds itself, so garbage is not looked for among them.
    """


SiteKind = Literal["library", "client", "plugin", "elsewhere", "sample"]
"""A plain library to be installed, a client's own folder, a plugin that ships it, or a place that nobody loads from:
anywhere else in a repository, or templates, examples and test data."""


class Origin(Record):
    """Where a skill comes from, beyond its file; empty where that says nothing."""

    plugin: str = ""
    marketplace: str = ""
    version: str = ""
    server: str = ""
    """The MCP server of a tool."""
    scope: Literal["", "user", "enterprise"] = ""
    """Whose folder it was installed in; empty for a project's."""


class Site(Record):
    """One place where a skill's text stands, as a client would come by it."""

    path: str = ""
    kind: SiteKind = "library"
    root: str = ""
    """The client's folder that it lies below, such as `.claude/skills`."""
    inside: str = ""
    """Folder of the source that the root lies in; empty at the top."""
    below: str = ""
    """Folders from the root down to the skill's own; empty for a file in the root itself, or where unknown."""
    linked: Literal["", "file", "folder"] = ""
    nested: bool = False
    """True below another skill's folder."""
    ships: tuple[str, ...] = ()
    """Kinds of manifest that ship it: `claude`, `codex`, `github`, `gemini` and so on."""
    passed: tuple[str, ...] = ()
    """Kinds of manifest that ship other skills of its source, and not this one."""
    origin: Origin = Origin()


class Skill(Record):
    """One routable or manual-only skill, with its text already cleaned for display."""

    id: str
    """Unique in its library: the name, qualified by its folder where two skills share a name."""
    name: str
    description: str
    """One line, white space collapsed, control and bidi characters removed."""
    body: str = ""
    path: str = ""
    """POSIX path of the file relative to its root, or `file.jsonl:12` for a row."""
    root: str = ""
    """The source argument that it was found under, as the user wrote it."""
    place: tuple[bytes, bytes] = (b"", b"")
    """Source and path below it, byte for byte; what is read and written goes by these. Empty for a row of a list."""
    category: str | None = None
    when_to_use: str = ""
    """Text of the `when_to_use` key, which some clients append to the description."""
    is_tool: bool = False
    """True for a function of a list of tools, which no client puts into its list of skills."""
    manual_only: bool = False
    """True when the model may not choose it by itself; such a skill does not compete."""
    used: float = 0.0
    """Weight of its use by the user's agents, where that was asked for."""
    used_in: str = ""
    """Folder of the only project that they used it in, where chance would not bring that; as transcripts keep it."""
    manual_by: tuple[str, ...] = ()
    """Where it says so: `frontmatter`, by `disable-model-invocation`, and `openai.yaml`, by Codex's policy."""
    user_invocable: bool = True
    declared_router: bool = False
    """True when its own metadata says that it is a router or meta skill."""
    copies: tuple[str, ...] = ()
    """Paths of identical copies that were folded into this one."""
    name_line: int = 1
    description_line: int = 1
    digest: str = ""
    """Hex digest of name, description and body."""
    site: Site = Site()
    others: tuple[Site, ...] = ()
    """Sites of its identical copies, parallel to `copies`."""
    lacks: tuple[str, ...] = ()
    """What a strict client does not find in it: `name`, `description`, `yaml`, `frontmatter`."""
    globs: tuple[str, ...] = ()
    """Patterns of its `paths` key: some clients offer it only for work on files that match."""
    programs: tuple[str, ...] = ()
    """Programs that it needs, by `metadata`, without those that are for anything, such as `curl`; case folded."""
    homepage: str = ""
    """Host and path of its `homepage`, or of its repository; case folded."""
    names_us: bool = False
    """True where its file holds the word skillaudit: it may excuse findings. Not known of a row."""
    out: Literal["", "excluded", "not loaded"] = ""
    """Why it does not compete: the user left it out, or no client that the library is made for loads it."""

    @property
    def origin(self) -> Origin:
        """Where it comes from."""
        return self.site.origin

    @property
    def text(self) -> str:
        """The descriptor that a router reads: `name: description`."""
        return f"{self.name}: {self.description}"


class Skipped(Record):
    """Something that was looked at and not loaded as a skill, and why."""

    path: str
    reason: str
    """One clause for people, such as `empty file` or `same name as a.md, which comes first`."""
    code: str = ""
    """Stable slug of the reason, such as `empty-file`, `shadowed`, `symlink-outside-root`."""


class Defect(Record):
    """Something wrong with a file that was loaded all the same; a rule turns it into a finding."""

    kind: str
    """Stable slug, such as `yaml-invalid` or `name-differs-from-folder`."""
    skill: str
    """Id of the skill it belongs to."""
    path: str
    line: int = 1
    detail: str = ""
    content: str = ""
    """Digest of what was found, where a defect of the same kind may be a worse one."""


class LeftOut(Record):
    """Skills that do not compete, all for one reason."""

    client: str
    """The client that says so; empty for the user, or where no client is meant."""
    reason: str
    fix: str = ""
    """What to do where they are meant to be used."""
    skills: tuple[str, ...] = ()
    """Ids of the first of them."""
    count: int = 0
    lost: bool = True
    """False for skills that the client loads with less than their files say."""


class Library(Record):
    """An ordered set of skills, with everything that was skipped or was wrong on the way."""

    sources: tuple[str, ...]
    skills: tuple[Skill, ...]
    skipped: tuple[Skipped, ...] = ()
    defects: tuple[Defect, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    """What does not compete, largest group first."""
    made_for: tuple[str, ...] = ()
    """Clients that the library's folders and manifests are for; empty where they name none."""

    @property
    def routable(self) -> tuple[Skill, ...]:
        """The skills that compete for requests, in order."""
        return tuple(skill for skill in self.skills if not skill.manual_only and not skill.out)


class Request(Record):
    """A user's sentence with the skills that would be right for it (none: nothing should fire)."""

    query: str
    gold: tuple[str, ...]
    """Ids of the right skills; empty when no skill should be chosen."""
    source: RequestSource
    origin: str = ""
    """File and line that it comes from."""
    home: str = ""
    """Id of the skill whose file it was written in, where that is known."""
    proof: bool = False
    """True for the half that optimisation never sees; split by a hash of the query."""
    weight: float = 1.0
    """How often it comes, above 0: rates count it so; only the ratios between requests matter."""
