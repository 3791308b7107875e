"""The hosts and the places outside of a skill that a line names, and whether another text knows them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from skillaudit.optimize.acting.lines import DOTTED, Line

_URL = re.compile(
    r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}://(?:[^\s/?#\"'`<>()|\\,\[]{0,80}@)?"
    r"(\[[\da-f:.%]{2,60}\]|[^\s/?#\"'`<>()|\\,\[\]]{1,255})",
    re.IGNORECASE,
)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_NUMBERS = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")
OPAQUE = re.compile(r"(?<![\w+/=.-])(?:0x[0-9a-fA-F]{40}|(?=[A-Za-z+/=]*\d)[A-Za-z0-9+/=_-]{48,})(?![\w+/-])")
_NOWHERE = re.compile(r"localhost|127\.[\d.]+|0\.0\.0\.0|(?:[\w-]+\.)*example\.(?:com|org|net)|host")
"""Hosts that are this machine, or that nobody can have."""
_SHARED = re.compile(
    r"(?:github|gitlab|codeberg|readthedocs|ngrok|herokuapp|firebaseapp|azurewebsites|amazonaws|cloudfront|blogspot"
    r"|wordpress|substack|medium|vercel|netlify|workers|pages|web|onrender|fly|railway|repl|surge|glitch|run)"
    r"\.(?:io|app|dev|com|net|co|me|sh|org|page)"
)
"""Hosts below which anybody may have one."""
_FILES_WORDS = (
    "py js ts jsx tsx md mdx json jsonl yaml yml txt sh csv tsv html htm css xml pdf png jpg jpeg gif svg sql db "
    "sqlite log toml ini cfg conf env lock go rs java rb php c h cpp cs kt swift vue ipynb zip gz tar tgz mjs cjs mp3 "
    "mp4 wav xlsx docx pptx bak pem key plist service exe dll so bin"
)
_FILES = frozenset(_FILES_WORDS.split())
_SERVES_MANY = re.compile(
    r"(?:.*\.)?(?:github|gitlab|bitbucket|codeberg|sourceforge|huggingface|medium|substack|t|bit|youtube"
    r"|x|twitter|docker|gist|pastebin|githubusercontent|reddit|notion|google)\.\w+"
)
"""Hosts whose projects or users go by the first part of the path, or by the second below some words."""
_OWNER = re.compile(r"/((?:(?:repos|users|orgs|user|r|c|p|d|packages?|projects?)/)?[\w.~@-]+)")
_SHELF = re.compile(r"/(?:packages?|projects?)/")
"""Opens a path on an index of packages, or on a host of many projects."""
_DESK_WORDS = "www api docs doc developer developers dev app help support console dashboard platform raw"
_DESK = frozenset(_DESK_WORDS.split())
_PATH = re.compile(
    r"(?<![\w.~/$}*:%-])(?:(?:\.\./)+[\w.-]*|~[\w-]{0,30}(?=/)|\$\{?HOME\}?|\$env:\w{1,30}|%[A-Z]{3,30}%|[A-Z]:(?=\\)"
    r"|/(?:root|etc|home|usr|var|opt|Users|bin|sbin|Library|proc|sys|dev|boot|srv|mnt|Applications|private|System)"
    r"(?![\w.-]))(?:[\\/][^\s\"'`,;|&<>()\[\]{}\\/*?:]*)*"
)
_KEYS = re.compile(
    r"(?<![\w./-])(?:\.env(?:\.(?:local|prod\w*|dev\w*))?|\.n\w{2}rc|\.py\w{2}rc|\.git-credentials|id_(?:rsa|dsa|ecdsa|ed25519)|wallet\.dat)"
    r"(?![\w.-])|\$\{?(\w*(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL)\w*)"
)
"""Files and variables that hold what opens something."""
_INSTALLED = re.compile(r"/skills/([^/]+)(?:/|$)")
_HARMLESS = re.compile(
    r"/dev/(?:null|std\w+|tty|urandom)|/usr/bin/env|(?:/usr(?:/local)?)?/bin/\w+|.*/homebrew\b.*"
)
_TOUCHY = re.compile(
    r"/(?:etc|proc|sys|boot|root)\b|\.(?:ssh|aws|gnupg|kube|docker)\b|LaunchAgents|/skills/|(?:CLAUDE|AGENTS|GEMINI|SKILL)\.md|cron|systemd|autostart|[Ss]tartup"
)
"""Places where one file beside another may be another matter."""


def hosts(text: str, code: str) -> Iterator[str]:
    """Yield the hosts of a line, each with the owner's name on one that serves many, and addresses of mail."""
    for match in _URL.finditer(text):
        host = match[1].rpartition("@")[2].casefold()
        host = host if host[:1] == "[" else host.partition(":")[0].strip(".*_")
        path = text[match.end() : match.end() + 80]
        many = _SHELF.match(path) or _SERVES_MANY.fullmatch(host)
        owner = _OWNER.match(path) if many else None
        if host:
            yield f"{host}/{owner[1].casefold()}" if owner else host
    yield from (match[0].casefold() for match in _MAIL.finditer(text))
    yield from (match[0] for match in _NUMBERS.finditer(text))
    for match in DOTTED.finditer(code):
        last = match[0].rpartition(".")[2].casefold()
        after = code[match.end() : match.end() + 1]
        if (
            last.isalpha()
            and len(last) > 1
            and (after == "/" or (after in ("?", ":") and last not in _FILES))
        ):
            yield match[0].casefold()


def bare(host: str) -> str:
    """Return a host without what the desks of one house differ in: `docs.x.com` and `api.x.com` are `x.com`."""
    first, _, rest = host.partition(".")
    return rest if first in _DESK and "." in rest and not _SHARED.fullmatch(rest) else host


def held_host(host: str, known: Collection[str], houses: Collection[str]) -> bool:
    """Whether a host, one above it, or another desk of its house is known, or it is nowhere."""
    if host in known or _NOWHERE.fullmatch(host.rpartition("@")[2]):
        return True
    if "/" in host or "@" in host:
        return False
    labels = host.split(".")[-8:]
    above = (".".join(labels[at:]) for at in range(1, len(labels) - 1))
    return bare(host) in houses or any(each in known and not _SHARED.fullmatch(each) for each in above)


def places(text: str, code: str) -> Iterator[str]:
    """Yield the places outside of a skill that a line names, and the keys of its user that code of it reads."""
    yield from (f"${match[1]}" if match[1] else match[0] for match in _KEYS.finditer(code))
    for match in _PATH.finditer(text):
        path = match[0].replace("\\", "/").rstrip("/.")
        path = re.sub(r"^(?:\$\{?HOME\}?|/home/[^/]+|/Users/[^/]+|/root|~[\w-]*)(?=/|$)", "~", path)
        if path and path != "~" and not _HARMLESS.fullmatch(path):
            yield path


def is_touchy(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return folder in ("", "~") or name.startswith(".") or _TOUCHY.search(path) is not None


def is_home(path: str, own: Collection[str]) -> bool:
    """Whether a path leads into the folder that a skill called as in `own` has among a client's."""
    home = _INSTALLED.search(path)
    return home is not None and home[1] in own


def held_place(path: str, known: Collection[str], folders: Collection[str]) -> bool:
    """Whether a path, or another one in its folder, is known; in the home itself and in touchy folders it must be."""
    folder = path.rpartition("/")[0]
    return path in known or (
        not is_touchy(path) and (folder in folders or folder in known or path in folders)
    )


_SAYS_DO = re.compile(
    r"\b(?:send|upload|post|forward|submit|fetch|download|install|run|execute|open|visit|follow|read|load|call|get"
    r"|use|go|see|query|request|connect|import|clone|pull|push|register|sign|log|pay|transfer|check|must|should|always"
    r"|first|before|then|instructions?|rules?|you)\b",
    re.IGNORECASE,
)
"""Words of a line that tells its reader to do something with an address; a line without one is a reference."""
_LINK = re.compile(r"\]\([^()\s]*\)|(?<!\w)\w{1,20}://\S+")
REFERENCE = 12
"""Words of a line that does no more than name an address."""


def refers(line: Line) -> bool:
    """Whether a line of prose names an address and asks for nothing."""
    if line.language != "inline" or line.code:
        return False
    said = _LINK.sub(" ", line.text)
    return len(said.split()) <= REFERENCE and not _SAYS_DO.search(said)
