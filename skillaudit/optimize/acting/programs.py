"""The programs that a line calls, with what they are told to run, to bring or to fetch from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skillaudit.optimize.acting.lines import DOTTED, INLINE, Line

_SHELL_WORDS = (
    "bash sh shell zsh fish console terminal shell-session shellscript powershell ps1 pwsh bat batch cmd"
)
SHELL = frozenset(_SHELL_WORDS.split())
"""Languages of fences whose lines are commands."""
UNSAID = frozenset(["", "text", "txt", "plaintext"])
"""What may be commands and may be anything."""
_FETCHES_WORDS = (
    "curl wget http https httpie nc ncat netcat ssh scp sftp rsync ftp telnet socat iwr irm invoke-webrequest "
    "invoke-restmethod certutil bitsadmin aria2c lynx"
)
FETCHES = frozenset(_FETCHES_WORDS.split())
"""Programs that talk to the host that their line names."""
_OTHERS = "perl ruby php node deno bun lua osascript powershell pwsh cmd mshta"
INTERPRETS = {
    **dict.fromkeys(["bash", "sh", "zsh", "dash", "ksh", "fish"], "bash"),
    **dict.fromkeys(["python", "python2", "python3"], "python"),
    **{name: name for name in _OTHERS.split()},
    "source": "source",
}
"""Programs that run what they are given, by what they are called here."""
_STORES = "brew conda gem cargo snap docker podman clawhub clawdhub choco winget"
_INSTALLS = {
    **dict.fromkeys(["npm", "npx", "pnpm", "yarn", "bunx"], "npm"),
    **dict.fromkeys(["pip", "pip3", "pipx", "uv", "uvx", "poetry"], "pip"),
    **dict.fromkeys(["apt", "apt-get", "yum", "dnf", "apk", "pacman"], "apt"),
    **{name: name for name in _STORES.split()},
}
"""Programs that bring other programs, whose arguments are what they bring."""
_ALL = frozenset(["install", "i", "add", "get", "tap", "pull", "remove", "uninstall"])
"""Steps of such a program of which every argument is brought; of any other one, and of none, the first is."""
_STEPS_WORDS = (
    "run exec upgrade update cask build tool dlx create init ci start dev test search list show info latest login "
    "compose pip sync venv up down ps logs stop images publish inspect"
)
_STEPS = _ALL | frozenset(_STEPS_WORDS.split())
_HARMS_WORDS = (
    "eval exec rm rmdir shred dd mkfs truncate chown chattr kill pkill killall crontab systemctl launchctl schtasks "
    "reg regsvr32 rundll32 useradd usermod passwd visudo iptables mount umount iex invoke-expression start-process "
    "base64 xxd openssl gpg printenv git hg"
)
_HARMS = frozenset(_HARMS_WORDS.split())
KNOWN = FETCHES | _HARMS | set(INTERPRETS) | set(_INSTALLS)
"""Programs that count wherever a line calls them; any other one only where a line of commands begins with it."""
_FLAG = re.compile(r"\s-{1,2}\w|\||>")
_RUNS = re.compile(
    r"(?:(?:~|\.{1,2}|/[\w.-]+)/|scripts/|bin/)[\w./-]*|[\w/-]+\.(?:sh|py|js|mjs|cjs|ts|rb|pl|php|ps1|bat|exe)"
)
"""A path that is run by being named; `/review` is a command of a client."""
_GIVEN = re.compile(r"-(?:c|e|m|enc\w*|[Cc]ommand|)|<")
"""Says that an interpreter is given its text and not a file."""
_PACKAGE = re.compile(r"[@\w][\w./@:+-]*")
_SWITCHES = re.compile(
    r"-[sSLfkvqIOgJnNi46#-]+|--(?:silent|fail|location|insecure|quiet|head|verbose|compressed)"
)
"""Flags of a program that fetches after which no value comes."""
_HOST_END = re.compile(r"[/:?#]")
MARK = re.compile(r"^(?:(?:[-*+>$%]|\d{1,3}[.)]) )*")
"""What stands before the words of an item or of a line typed at a prompt."""
_PROSE = re.compile(
    r"^\w+ (?:is|are|was|to|the|a|an|and|or|of|for|in|on|with|that|it|this|you|not|has|can)\b|[.:!?]$"
)
_SPOKEN = re.compile(
    rf"(?<![\w./@-])({'|'.join(sorted(KNOWN, key=len, reverse=True))}) +-{{1,2}}\w"
    rf"|\| *(?:sudo +)?({'|'.join(INTERPRETS)})\b"
)
_QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_NEXT = re.compile(r"(\|\|?|&&?|;|[$<]?\(|`|\{ )")
_ASSIGNS = re.compile(r"[A-Za-z_]\w*=\S*[ ]*")
_WORD = re.compile(r"(?:[~.]{0,2}/)?[A-Za-z_][\w.+/@-]*")
_BEFORE_WORDS = (
    "sudo doas env time nohup command builtin xargs timeout nice then do else if while until ! not & exec"
)
_BEFORE = frozenset(_BEFORE_WORDS.split())
"""What stands before the program that is called, and flags and numbers with it."""
_ANYTHING_WORDS = (
    "for case esac fi done in function return local declare set unset cd echo printf true false exit wait read shift "
    "break continue pwd ls cat test let and or not from import def class with try except print const var async await "
    "mkdir touch date head tail grep egrep rg sed awk sort uniq wc find which cut tr less more diff file stat du df "
    "sleep basename dirname seq jq yq unzip zip tar gzip export chmod ln tee cp mv type alias column tput clear whoami "
    "uname id hostname man tree xdg-open open the a an to if then else this that your you it is use see when"
)
_ANYTHING = frozenset(_ANYTHING_WORDS.split())
"""Words that begin a line and say nothing of what is done to whom."""
_SCRIPT = re.compile(r"\S*(?:/[\w.-]+|\.[A-Za-z]\w{0,4})")
_READ = re.compile(r".*\.(?:md|txt|json|jsonl|ya?ml|csv|toml|html?|pdf|png|jpe?g|svg|log|db)", re.IGNORECASE)
"""Files that nothing runs."""
_PROSE_FILE = re.compile(r".*\.(?:md|mdx|txt|rst|csv|pdf|png|jpe?g|gif|svg|webp)", re.IGNORECASE)


def programs(code: str, strict: bool, bare: bool) -> Iterator[str]:
    """Yield what one line of code calls: a program, or a program with what it is told to run or to bring.

    Others than known programs are taken where the line is one of commands: always if `strict`, with a flag, a pipe or
    a path if `bare`.
    """
    code = code[2:] if code[:2] in ("$ ", "> ", "% ") else code
    if code.startswith("#"):
        return
    inside = [quoted[1:-1] for quoted in _QUOTED.findall(code)]
    shown = _QUOTED.sub(lambda match: match[0] if "$(" in match[0] or "`" in match[0] else '""', code)
    others = strict or (bare and _FLAG.search(shown) is not None)
    for part, any_word in ((shown, others), *((text, False) for text in inside)):
        pieces = _NEXT.split(part)
        for at in range(0, len(pieces), 2):
            joints = pieces[at - 1] if at else "", pieces[at + 1] if at + 1 < len(pieces) else ""
            yield from _called(pieces[at].split(), joints, any_word)


def _called(words: list[str], joints: tuple[str, str], any_word: bool) -> Iterator[str]:
    at = 0
    while at < len(words) and (
        words[at] in _BEFORE or _ASSIGNS.fullmatch(words[at]) or (at and words[at][0] in "-0123456789")
    ):
        if words[at] in ("sudo", "doas"):
            yield "sudo"
        at += 1
    if at == len(words):
        return
    word = words[at].strip("\"'")
    name = word.rsplit("/", 1)[-1].casefold()
    if name in KNOWN:
        yield from _known(name, words[at + 1 :], joints)
    elif _RUNS.fullmatch(word):
        if name and not _READ.fullmatch(name):
            yield name
    elif any_word and words[at + 1 : at + 2] not in (["="], [":"]) and _is_program(word, name):
        yield name


def is_prose(path: str) -> bool:
    """Whether a file beside a skill is one that is read or looked at, and tells no program what to do."""
    return _PROSE_FILE.fullmatch(path) is not None and "requirements" not in path


def _is_program(word: str, name: str) -> bool:
    return (
        name not in _ANYTHING
        and (word[:1].islower() or "-" in word)
        and _WORD.fullmatch(word) is not None
        and not _READ.fullmatch(name)
    )


def _known(name: str, rest: list[str], joints: tuple[str, str]) -> Iterator[str]:
    plain = [word.strip("\"'") for word in rest if word[:1] not in "-<>&|" and word.strip("\"'")]
    if name in INTERPRETS:
        flag = next((word for word in rest[:3] if _GIVEN.fullmatch(word)), "")
        script = plain[0] if plain and _SCRIPT.fullmatch(plain[0]) else ""
        if joints[0] == "|":
            yield f"| {INTERPRETS[name]}"
        if not (flag or script) and joints[1] in ("<(", "$("):
            flag = joints[1]
        if flag or script:
            yield f"{INTERPRETS[name]} {flag or script}"[:80]
        elif name != "source" and joints[0] != "|":
            yield INTERPRETS[name]
    elif name in _INSTALLS:
        at = next((at for at, word in enumerate(plain) if word not in _STEPS), len(plain))
        brought = plain[at:] if _ALL.intersection(plain[:at]) else plain[at : at + 1]
        for word in brought[:12]:
            if _PACKAGE.fullmatch(word):
                yield f"{_INSTALLS[name]} {word[:1] + word[1:].partition('@')[0]}"[:80]
        if not brought:
            yield _INSTALLS[name]
    else:
        yield name


def spoken(line: Line) -> Iterator[str]:
    """Yield the known programs that a line of prose calls: as its first word, with a flag, or at a pipe's end."""
    plain = INLINE.sub(" ", line.text)
    begins = MARK.sub("", plain, count=1)
    if begins.split(" ", 1)[0] in KNOWN and not _PROSE.search(begins):
        yield from programs(begins, strict=False, bare=False)
    for match in _SPOKEN.finditer(plain) if not plain.startswith("|") else ():
        yield f"| {INTERPRETS[match[2]]}" if match[2] else INTERPRETS.get(match[1], match[1])


def fetched(code: str) -> Iterator[str]:
    """Yield the addresses without a scheme that a program fetches from, and the variables that stand for one."""
    told = _QUOTED.sub(lambda match: match[0][1:-1] if " " not in match[0] else '""', code)
    before = ""
    for word in told.split():
        given = before[:1] == "-" and before != "--url" and not _SWITCHES.fullmatch(before)
        host = _HOST_END.split(word.rpartition("@")[2], maxsplit=1)[0]
        if not given and "://" not in word and (host.isdigit() or host[:1] == "$" or DOTTED.fullmatch(host)):
            yield host.casefold()
        before = word
