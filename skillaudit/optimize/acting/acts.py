"""What a body has its reader do: programs called, hosts and places named, and words that may do harm.

It reads what people write, line by line, in time that grows with the length alone. Code that puts together while it
runs what it does is told by the program that it needs, not by what it does.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from skillaudit.analysis.gaming import addressed
from skillaudit.optimize.acting.lines import lines_of
from skillaudit.optimize.acting.places import (
    OPAQUE,
    bare,
    held_host,
    held_place,
    hosts,
    is_home,
    places,
    refers,
)
from skillaudit.optimize.acting.programs import FETCHES, SHELL, UNSAID, fetched, programs, spoken
from skillaudit.text.sentences import sentences

_REACHES = re.compile(
    r"(?<![\w.])(os\.(?:system|popen|exec\w*|environ|remove|unlink)|subprocess|eval|exec|__import__|requests|urllib\w*"
    r"|http\.client|httpx|aiohttp|socket|paramiko|ftplib|smtplib|child_process|execSync|spawn\w*|fetch|axios"
    r"|XMLHttpRequest|sendBeacon|WebSocket|shutil\.rmtree|pickle|marshal|ctypes|process\.env|importlib|runpy"
    r"|b64decode|atob|system(?=\()|fs\.\w+|Deno\.\w+)\b(?!\s*:)"
)
"""What code of other languages reaches beyond itself with."""
_DOES = re.compile(
    r"\b(delete|destroy|erase|wipe|purge|terminate|send|post|publish|push|transfer|buy|sell|pay|withdraw"
    r"|upload|exfiltrate)\b|(?<!\S)(--(?:force|hard|no-verify|privileged|dangerously[\w-]*|no-check[\w-]*|insecure)"
    r"|-rf|-fr|-delete|-exec)\b"
)
"""Words and flags of a command that change what cannot be changed back."""
_SECRETS = re.compile(
    r"\b(environment variables?|env(?:ironment)? vars?|credentials?|passwords?|passphrases?|private keys?|ssh keys?"
    r"|api keys?|secrets?|(?:access|auth|session) tokens?|cookies|seed phrases?|mnemonics?|keychain|\.env)\b",
    re.IGNORECASE,
)
_GIVES = re.compile(r"\b(?:send|upload|post|forward|transmit|exfiltrate|submit)\b", re.IGNORECASE)
_TO = re.compile(r"\bto\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:never|not|no|avoid|without)\b|n['’]t\b", re.IGNORECASE)
_BEHIND = re.compile(
    r"\b(?:do not|don['’]t|never|without) (?:tell|inform|notify|ask|mention|alert|warn)(?:ing)?\b(?: (?:it|this|that))?"
    r"(?: to)? (?:the )?(?:user|human|owner|anyone|them)\b",
    re.IGNORECASE,
)


def _orders(text: str) -> Iterator[str]:
    """Yield what no author of a skill tells a model: to leave its orders, to hide things, to give secrets away."""
    if said := addressed(text):
        yield f"“{said[:60]}”"
    if hidden := _BEHIND.search(text):
        yield f"“{hidden[0][:60].casefold()}”"
    gives = _GIVES.search(text)
    secret = _SECRETS.search(text) if gives and _TO.search(text, gives.end()) else None
    if gives and secret and not _NOT.search(text, 0, gives.start()):
        yield f"“{gives[0]} … {secret[0]}”".casefold()


class Acts(NamedTuple):
    """What a text has its reader do, each thing with the first line that says it."""

    programs: dict[str, str]
    hosts: dict[str, str]
    links: dict[str, str]
    """Hosts that lines name which ask for nothing."""
    places: dict[str, str]
    orders: dict[str, str]
    """Words that change what cannot be changed back, that no author of a skill says, or that nobody can read."""


def acts_of(body: str) -> Acts:
    """Read what a body has its reader do."""
    found = Acts({}, {}, {}, {}, {})
    for line in lines_of(body):
        names = found.links if refers(line) else found.hosts
        for host in hosts(line.text, line.code):
            names.setdefault(host, line.text)
        for place in places(line.text, line.code):
            found.places.setdefault(place, line.text)
        for blob in OPAQUE.findall(line.text):
            found.orders.setdefault(f"{blob[:24]}…", line.text)
        for code in filter(None, line.code.split("\n")):
            called = set(programs(code, line.language in SHELL, line.language in UNSAID))
            if line.language not in ("inline", "json") or "(" in code:
                called.update(match[1] for match in _REACHES.finditer(code))
            for act in sorted(called):
                found.programs.setdefault(act, line.text)
            for host in fetched(code) if called & FETCHES else ():
                found.hosts.setdefault(host, line.text)
            for match in _DOES.finditer(code):
                if called or match[2]:
                    found.orders.setdefault(match[0], line.text)
        for act in spoken(line) if line.language == "inline" else ():
            found.programs.setdefault(act, line.text)
        for sentence in sentences(line.text):
            for order in _orders(sentence):
                found.orders.setdefault(order, line.text)
    return found


def brought(ours: Acts, theirs: Acts, own: Collection[str] = ()) -> dict[str, str]:
    """Return what `ours` does and `theirs` does not, with the lines that say so: what harms most first.

    The folder of a skill that is called as in `own`, among a client's, is no place outside of it.
    """
    new = {word: line for word, line in ours.orders.items() if word not in theirs.orders}
    new |= {word: line for word, line in ours.programs.items() if word not in theirs.programs}
    folders = {path.rpartition("/")[0] for path in theirs.places}
    new |= {
        path: line
        for path, line in ours.places.items()
        if not (is_home(path, own) or held_place(path, theirs.places, folders))
    }
    return new | _foreign(ours.hosts, theirs)


def references(ours: Acts, theirs: Acts) -> dict[str, str]:
    """Return the hosts that `ours` alone refers to, with the lines that do."""
    return _foreign({host: line for host, line in ours.links.items() if host not in ours.hosts}, theirs)


def _foreign(hosts: Mapping[str, str], theirs: Acts) -> dict[str, str]:
    known = theirs.hosts.keys() | theirs.links.keys()
    houses = set(map(bare, known))
    return {host: line for host, line in hosts.items() if not held_host(host, known, houses)}
