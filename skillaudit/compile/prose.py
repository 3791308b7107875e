"""Read and re-word the prose of prompts: sentences, labels, and the agent that speaks of itself."""

from __future__ import annotations

import re

from skillaudit.text.sentences import sentences

GENERIC_LABELS = frozenset(
    {
        "when invoked", "instructions", "overview", "purpose", "expert purpose", "capabilities", "approach",
        "output", "outputs", "output format", "response format", "response approach", "examples", "example",
        "example interactions", "behavioral traits", "behavioural traits", "knowledge base", "communication protocol",
        "development workflow", "integration with other agents", "delivery notification", "progress tracking",
        "notes", "note", "key practices", "best practices", "checklist", "workflow", "process", "focus areas",
        "core responsibilities", "responsibilities", "your responsibilities", "tools", "constraints", "rules",
        "guidelines", "important", "goal", "goals", "core expertise", "expertise", "key principles", "principles",
        "core capabilities", "your role", "role", "mission", "core mission", "tone", "input", "inputs", "steps",
    }
)  # fmt: skip
"""Section labels that every prompt has, and that say nothing about its subject."""

_HEADING = re.compile(r"#{1,6}\s+(?P<label>.+?)\s*#*$")
_BOLD = re.compile(r"\*\*(?P<label>[^*\n]{3,60}?):?\*\*:?\s*$")
_LABEL = re.compile(r"(?P<label>[A-Z][A-Za-z0-9/&+.,' -]{2,50}):\s*$")
_SELF = re.compile(r"(?i:\byou(?:'re|’re| are))\s+(?P<who>(?:(?i:an?|the)\s+)\S.*)", re.DOTALL)
_ROLE = re.compile(
    r"(?i:\byou(?:'re|’re| are))\s+(?P<role>(?:(?i:an?|the)\s+)[^.,;:\n(]+?)"
    r"(?=\s+(?:who|with|that|whose|speciali[sz]\w+|focus\w*|master\w*|responsible|known|tasked|skilled|"
    r"dedicated|combining|operating|in charge)\b|[.,;:\n(]|\s+[-–—]\s|$)"
)


def first_sentence(text: str) -> str:
    """Return the first sentence of the first paragraph that is prose; empty when there is none."""
    for paragraph in re.split(r"\n\s*\n", text):
        lines = [line for line in paragraph.strip().split("\n") if not _HEADING.match(line.strip())]
        body = "\n".join(lines).strip()
        if body and not re.match(r"(?:[-*+>|]|\d{1,2}[.)]|```|~~~|<)", body):
            return next(iter(sentences(body)), "")
    return ""


def label_of(line: str) -> str:
    """Return the label of a heading line (`## X`, `**X:**`, `X:`); empty for any other line."""
    text = line.strip()
    match = _HEADING.match(text) or _BOLD.match(text) or (None if line[:1] == " " else _LABEL.match(text))
    return re.sub(r"^[\W\d_]+|[\W_]+$", "", match["label"]) if match else ""


_NO_TOPIC = re.compile(
    r"checklist|excellence|protocol|workflow|agents?\b|phase|steps?\b|(?:context|status) query|examples?\b|"
    r"format|notes?\b|rules?\b|inputs?\b|outputs?\b|capabilit|boundar|behaviou?r|traits?\b|\btasks?\b|endpoints?\b|important|"
    r"using only|principles?\b|philosophy|escalat|approach|deliverables?|integration with|"
    r"^(?:you|your|when|if|how|what|why|report|match|write|read|scope|\d)\b",
    re.IGNORECASE,
)


def topics(policy: str, limit: int = 5) -> list[str]:
    """Return the labels of a prompt's sections that say something about its subject, in order."""
    found: list[str] = []
    fenced = False
    for line in policy.split("\n"):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        numbered = re.match(r"#+\s*(?:step|phase)?\s*\d", line, re.IGNORECASE)  # a step, not a subject
        label = "" if fenced or numbered else re.sub(r"\s*\(.*", "", label_of(line))
        words = label.split()
        if not label or len(words) > 5 or len(words) < 2 or label.casefold() in GENERIC_LABELS:
            continue
        if _NO_TOPIC.search(label):
            continue
        plain = " ".join(lower_first(word) for word in words)
        if plain.casefold() not in (known.casefold() for known in found):
            found.append(plain)
    return found[:limit]


def role_of(text: str) -> str:
    """Return who `You are a ...` says, with its article and without what follows the noun; else empty."""
    match = _ROLE.search(text[:600])
    return " ".join(match["role"].split()) if match else ""


def acts_as(sentence: str) -> str:
    """Turn `You are a senior reviewer with ...` into `Act as a senior reviewer with ...`; else as it is."""
    match = _SELF.match(sentence)
    return "Act as " + lower_first(match["who"]) if match else sentence


def lower_first(text: str) -> str:
    """Return `text` with a small first letter, unless its first word is an acronym or a name in capitals."""
    first = text.split(" ", 1)[0]
    if len(first) > 1 and not (first[1:].islower() or first[1:2] in ("-", "'")):
        return text
    return text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """Return `text` with a capital first letter."""
    return text[:1].upper() + text[1:]


def stopped(text: str) -> str:
    """Return `text` ended by a full stop, unless it ends a sentence already."""
    text = text.strip().rstrip(",;:")
    return text if not text or text[-1] in ".!?…" else text + "."


def shorten(text: str, limit: int) -> str:
    """Return at most `limit` characters of `text`, cut after a clause or a word and never within one."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    for mark in ("; ", ", ", " "):
        at = cut.rfind(mark)
        if at > limit // 2:
            return cut[:at].rstrip(" ,;:-–(") + "…"
    return cut.rstrip() + "…"


_HOLE = re.compile(r"\{{1,2}[ ]?(?P<name>[A-Za-z_][\w. -]{0,40}?)[ ]?\}{1,2}")
_ARTICLED = re.compile(
    r"\b(?:(?P<article>the|an?|this|that|your|our|its|each)\s+)?(?:(?P<noun>\w+)\s+)?"
    r"\{{1,2}[ ]?(?P<name>[A-Za-z_][\w. -]{0,40}?)[ ]?\}{1,2}(?P<own>['’]s)?(?P<next>\s+\w+)?",
    re.IGNORECASE,
)


def holes(text: str) -> list[str]:
    """Return the names of `{placeholders}` in a template, each once, in order."""
    return list(dict.fromkeys(match["name"] for match in _HOLE.finditer(text)))


def fill_holes(text: str) -> str:
    """Turn `{chapter_title}` into `the given chapter title`, so that a template reads as a sentence.

    A noun beside the placeholder that its name repeats is said once: `the stock {company_stock} stock`.
    """

    def spoken(match: re.Match[str]) -> str:
        name = _spoken_name(match["name"])
        words = name.casefold().split()
        own, following = match["own"] or "", match["next"] or ""
        noun = match["noun"] or ""
        if following.strip().casefold() in words and not own:
            following = ""
        article = match["article"] or ""
        if noun and noun.casefold() in words:
            noun = ""
        elif article:
            # `the project {x}` needs its article; `the {x}` does not.
            noun = f"{article} {noun}" if noun else ""
        head = f"{noun} " if noun else ""
        return f"{head}the given {name}{own}{following}"

    return _HOLE.sub(lambda m: f"the given {_spoken_name(m['name'])}", _ARTICLED.sub(spoken, text))


def show_holes(text: str) -> str:
    """Turn `{chapter_title}` into `[chapter title]`: a slot, which fits any grammar."""
    return _HOLE.sub(lambda match: f"[{_spoken_name(match['name'])}]", text)


def _spoken_name(name: str) -> str:
    return " ".join(re.split(r"[_. -]+", name)).strip()
