"""Client profiles: how each client lists skills, read from dated data."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from skillaudit.errors import UsageError
from skillaudit.schema import Record

Unit = Literal["characters", "tokens"]
Measure = Literal["code-points", "utf16", "columns"]
Overflow = Literal["stop", "drop-descriptions", "keep-most-used", "equal-share", "round-robin", "common-cap"]


class Prose(Record, forbid_unknown_fields=True):
    """Characters of the client's own words that its budget counts, by the state of the list."""

    full: int = 0
    shortened: int = 0
    names: int = 0
    note_names: int = 0
    """Warning line when every skill is listed by name alone."""
    note_shortened: int = 0
    note_omitted_full: int = 0
    """Warning line when skills are left out, without the digits of its two counts."""
    note_omitted_names: int = 0
    note_omitted_shortened: int = 0
    counted: bool = False
    """True when that warning names both counts, whose digits are then added."""


class ListBudget(Record, forbid_unknown_fields=True):
    """How much a client spends on the list, and what gives way when that is not enough."""

    unit: Unit
    measure: Measure
    """What a character is: a code point, a UTF-16 unit, or a column on a terminal."""
    counts: Literal["each-entry-and-newline", "joined-entries", "block"]
    overflow: Overflow
    limit: int | None = None
    """A fixed limit in `unit`; without it, a share of the context window."""
    fraction: float | None = None
    """Share of the context window, which is in tokens."""
    chars_per_token: int = 4
    fallback: int | None = None
    """Limit when the context window is unknown."""
    fallback_unit: Unit | None = None
    rounding: Literal["up", "nearest"] = "up"
    """How a text's length in tokens is rounded."""
    max_entries: int | None = None
    min_cap: int = 0
    max_cap: int = 0
    cap_threshold: int = 0
    """Descriptions are only shortened when the longest is over this many characters."""
    cap_suffix: str = "…"
    names_first: bool = False
    """True when skills are dropped until all names fit before any description is shortened."""
    prose: Prose = Prose()
    context_divisor: int | None = None
    """Above this part of the context window, in characters for tokens, descriptions get one more cap."""
    context_caps: tuple[int, int] = (0, 0)
    """The shortest and the longest such cap."""

    def limit_for(self, context: int | None) -> tuple[int, Unit]:
        """Return the limit and its unit for a context window of `context` tokens."""
        if self.limit is not None:
            return self.limit, self.unit
        if context is None:
            return self.fallback or 0, self.fallback_unit or self.unit
        tokens = context * (self.fraction or 0.0)
        if self.unit == "tokens":
            # The products are whole in the clients, so 0.02 * 99 must not become 1.9799999.
            return max(1, int(tokens + 1e-9)), self.unit
        return int(tokens * self.chars_per_token + 1e-9), self.unit


class Aliases(Record, forbid_unknown_fields=True):
    """Short paths that a client falls back to when absolute ones do not fit."""

    heading: str
    root: str
    """Template of one line of the table; `index` and `base`."""
    prose: int
    """Characters of the client's section without skills, with absolute paths."""
    prose_with_aliases: int
    """The same with the wording for aliases, without the table and its heading."""


class Loading(Record, forbid_unknown_fields=True):
    """Which skill files a client makes skills of, and what it calls them."""

    project: tuple[str, ...] = ()
    """Folders of a project that it lists skills from; the later one counts where it keeps the last of a name."""
    user: tuple[str, ...] = ()
    """Folders at home, without the tilde."""
    nested: Literal["listed", "there", "never"] = "never"
    """Whether such folders further down in a project count: always, for work in them, or never."""
    plugins: tuple[str, ...] = ()
    """Families of manifests whose plugins it installs."""
    marks: tuple[str, ...] = ()
    """Folders and families of manifests that say that a repository is made for it."""
    prefix: str = ""
    """Template of a plugin's skill: `plugin`, `name`."""
    depth: int | None = 1
    """Folders below such a folder down to the skill's own; None for any number."""
    root_file: bool = False
    """True where a SKILL.md in such a folder itself is a skill."""
    below_skill: bool = False
    """True where it looks for skills below a skill."""
    any_spelling: bool = False
    """True where skill.md counts too."""
    linked_files: bool = True
    """False where a SKILL.md that is a link is passed over."""
    needs: tuple[Literal["name", "description", "frontmatter", "yaml"], ...] = ()
    """What a file has to have to be a skill."""
    name: Literal["written", "folder", "folder-required", "folder-and-written"] = "written"
    """The name that counts: as written; the folder's; as written, if the folder is called the same; or the folder's
    with the written one in brackets."""
    strict: bool = False
    """True where a name that is no words with hyphens, or a description over 1,024 bytes, keeps a skill out."""
    replaced: str = ""
    """Characters of names that it replaces by hyphens."""
    name_cap: int | None = None
    manual: tuple[Literal["frontmatter", "openai.yaml"], ...] = ("frontmatter",)
    """Which words that only the user may call a skill it honours, where it honours any."""
    globs: bool = False
    """True where skills with `paths` are not listed until a file matches."""
    groups: tuple[Literal["enterprise", "user", "project", "plugin"], ...] = ()
    """In which order a list that goes by `scopes` has them."""
    overrides: tuple[Literal["enterprise", "user", "project"], ...] = ()
    """Scopes of which the first that has a name counts; empty where that does not matter."""
    built_in: tuple[str, ...] = ()
    """Skills of its own, which stand in the same list."""
    shortlist: int | None = None
    """How many skills a search picks for each request before the model sees any."""


class ClientProfile(Record, forbid_unknown_fields=True):
    """How one version of one client lists skills."""

    name: str
    title: str
    version: str
    date: str
    """Year and month of the facts."""
    current: bool
    """True for the version that a bare name means."""
    roots: tuple[str, ...]
    """Where it looks, first wins."""
    same_name: Literal["both", "first", "last"]
    honours_manual_only: bool
    place: str
    """Where in the prompt the list stands."""
    selection: str
    """What the model does to choose."""
    base: str
    """Folder that the skills are assumed to be installed in, for clients that show paths."""
    order: Literal["declared", "name", "collated", "scopes", "path", "category"]
    """`name` by code point, `collated` as a dictionary would; `scopes` by what it was installed as, then collated;
    `path` by its file in small letters; `category` by the folders above its own, then by name."""
    escape: Literal["none", "xml", "angle"]
    """What is escaped: nothing, what XML asks for, or the angle brackets alone."""
    open: str
    entry: str
    """Template with `name`, `description`, `location`, `number`."""
    entry_bare: str
    """The same without a description."""
    close: str
    source: str
    unknown: tuple[str, ...]
    separator: str = "\n"
    heading: str = ""
    """Template of the line above the first skill of each `category`."""
    short_base: str = ""
    """What stands for the folder in locations, where the list says so above."""
    location_escape: Literal["", "xml"] = ""
    """How locations are escaped, where names and descriptions are not."""
    location: str | None = None
    """A fixed word that stands in place of the path."""
    location_prefix: str = ""
    omitted_note: str = ""
    """Template of the line that says what was left out: `shown`, `total`, `omitted`, `base`."""
    when_to_use: str | None = None
    """What joins `when_to_use` to the description; None where it is not shown."""
    entry_cap: int | None = None
    """Characters of one description; 0 where none is shown."""
    entry_cap_suffix: str = "…"
    loading: Loading = Loading()
    budget: ListBudget | None = None
    aliases: Aliases | None = None

    @property
    def id(self) -> str:
        """The name, with its version where that is not the current one."""
        return self.name if self.current else f"{self.name}@{self.version}"

    @property
    def order_matters(self) -> bool:
        """True when what is cut depends on use, which nobody outside can know."""
        return self.budget is not None and self.budget.overflow in {"drop-descriptions", "keep-most-used"}


class _ClientFile(Record, forbid_unknown_fields=True):
    format: int
    clients: tuple[ClientProfile, ...]


@cache
def profiles() -> tuple[ClientProfile, ...]:
    """Return all client profiles, current ones and older versions, as the data file has them."""
    data = resources.files("skillaudit").joinpath("data/clients.json").read_bytes()
    return msgspec.json.decode(data, type=_ClientFile).clients


def profile(client: str) -> ClientProfile:
    """Return the profile called `client`: a name, or `name@version` for an older one.

    Raises `UsageError` with the nearest name for a client that is not known.
    """
    known = {entry.id: entry for entry in profiles()}
    found = known.get(client)
    if found is None:
        from difflib import get_close_matches

        today = [one.id for one in known.values() if one.current and client == f"{one.name}@{one.version}"]
        near = today or get_close_matches(client.casefold(), known, n=1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        raise UsageError(f"unknown client {client!r}; {meant}known are {', '.join(known)}")
    return found
