"""Skill descriptors (delta): what the skill does, then when to use it, from what the source says of the agent."""

from __future__ import annotations

import re
from typing import NamedTuple

from skillaudit.compile.capabilities import bare_verb
from skillaudit.compile.prose import (
    acts_as,
    fill_holes,
    first_sentence,
    lower_first,
    role_of,
    shorten,
    stopped,
    topics,
    upper_first,
)
from skillaudit.compile.system import Agent, Task
from skillaudit.load import collapse
from skillaudit.text.sentences import sentences

MAX_DESCRIPTION = 1024
_LONG = 600
"""Descriptions are kept below this where leaving out whole sentences allows it."""
_EXAMPLE = re.compile(r"<example>.*?(?:</example>|\Z)", re.DOTALL | re.IGNORECASE)
_EXAMPLES_TAIL = re.compile(
    r"(?<!\s)\s*(?:\bHere are (?:some )?examples?\b[^:]{0,40}:|\b(?:Usage )?Examples?:|Context:)\s*.*\Z",
    re.DOTALL | re.IGNORECASE,
)
_USER = re.compile(
    r"\buser:\s*[\"“'](?P<said>[^\"”\n]{8,300}?)[\"”'](?=\s*(?:assistant\b|<|\\n|\n|\Z))", re.IGNORECASE
)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>")
_TRIGGER = re.compile(
    r"(?:(?:should|must|can|may) be (?:used|invoked|called)|proactively|use[sd]?\b|using|invoke[sd]?\b|call this|"
    r"triggers?\b|trigger on|ideal (?:for|when)|perfect (?:for|when)|best (?:for|when)|when(?:ever)?\b|deploy this|"
    r"activate|consult|delegate)",
    re.IGNORECASE,
)
_SAYS_WHEN = re.compile(
    r"\b(?:use|used|invoke|invoked|trigger\w*|when|whenever|before|after|for)\b", re.IGNORECASE
)
_THIS_AGENT = re.compile(
    r"^(?P<verb>(?:please )?(?:use|invoke|call|deploy|activate|consult))\s+(?:this|the)\s+(?:[\w-]+\s+)?"
    r"(?:sub-?)?agent\s+"
    r"(?P<rest>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_AGENT_WORD = re.compile(r"\b(?P<which>this|the) (?:sub-?)?agent\b", re.IGNORECASE)
_NEED_TO = re.compile(
    r"^use (?:this (?:skill|agent) )?when(?:ever)? (?:you|the user|users|someone|the team) "
    r"(?:needs?|wants?|has|have|asks?)(?: you)? to (?P<deed>.+)$",
    re.IGNORECASE | re.DOTALL,
)


class Descriptor(NamedTuple):
    """A description with the user's sentences that stood in it as examples."""

    text: str
    examples: tuple[str, ...] = ()


def describe(
    agent: Agent, task: Task | None = None, *, after: tuple[str, ...] = (), text: str = ""
) -> Descriptor:
    """Return a description of at most 1,024 characters: capability first, then when to use the skill.

    `task` narrows it to one task of the agent, `after` names the skills whose results it reads, and `text`
    is a description that a decomposer wrote.
    """
    given = text or ("" if task else agent.description)
    bare, examples = _without_examples(given)
    what, when = _sorted_sentences(bare)
    if not what:
        what, when = _what(agent, task, when)
    if not when:
        when = _when(agent, task, what)
    if after:
        names = " or ".join(after[:3])
        when.append(f"Runs after {names}, on {'its' if len(after) == 1 else 'their'} result.")
    return Descriptor(_fitted(what, when), examples)


def of_duty(duty: str) -> str:
    """Return a description of one duty of an agent: what is done, then when to use it."""
    duty = duty.strip().rstrip(".")
    first, _, rest = re.split(r"[,;:]|\s(?:and|so that|without)\s", duty, maxsplit=1)[0].partition(" ")
    deed = f"{bare_verb(first) or lower_first(first)} {rest.strip()}"
    return f"{stopped(upper_first(duty))} Use when asked to {stopped(deed)}"


def user_requests(text: str) -> tuple[str, ...]:
    """Return the user's sentences in examples of the kind `user: "..."`, each once."""
    return tuple(dict.fromkeys(collapse(match["said"]) for match in _USER.finditer(text)))


def _without_examples(text: str) -> tuple[str, tuple[str, ...]]:
    examples = user_requests(text)
    bare = _EXAMPLES_TAIL.sub("", _EXAMPLE.sub(" ", text))
    return collapse(_TAG.sub(" ", bare)), examples


def _sorted_sentences(text: str) -> tuple[list[str], list[str]]:
    """Tell the sentences that say what from those that say when, re-worded for a skill."""
    what: list[str] = []
    when: list[str] = []
    for sentence in sentences(fill_holes(text)):
        sentence = _as_skill(sentence)
        (when if _TRIGGER.match(sentence) else what).append(stopped(upper_first(sentence)))
    if what and not when and any(_SAYS_WHEN.search(part) for part in what):
        late = [
            part for part in what if re.search(r"\b(?:use|when|whenever|proactively)\b", part, re.IGNORECASE)
        ]
        if late and len(late) < len(what):
            what = [part for part in what if part not in late]
            when = late
    return what, when


def _as_skill(sentence: str) -> str:
    match = _THIS_AGENT.match(sentence)
    if match:
        verb = "Use" if match["verb"].lower() != "invoke" else "Invoke"
        sentence = f"{verb} {match['rest']}"
        sentence = re.sub(r"^Invoke (?=when|for|before|after)", "Use ", sentence)
    sentence = re.sub(r"^Triggers? (?:on|when):?\s*", "Use when the request says ", sentence)
    sentence = re.sub(r"\bPROACTIVELY\b", "proactively", sentence)
    sentence = re.sub(r"\bMUST BE USED\b", "Must be used", sentence)
    sentence = re.sub(r"^You(?:'re| are) (?=an? )", "Acts as ", sentence)
    return _AGENT_WORD.sub(lambda m: f"{m['which']} skill", sentence)


def _what(agent: Agent, task: Task | None, when: list[str]) -> tuple[list[str], list[str]]:
    """Find out what is done, where no sentence says so: from the task, the trigger, the prompt, the role."""
    if task is not None and task.text:
        told = [
            _deed(part)
            for part in sentences(fill_holes(_plain(task.text)))
            if len(part) > 12 and part[0] != "("
        ][:2]
        if told:
            return [stopped(upper_first(shorten(part, 320))) for part in told], when
    if when and (deed := _NEED_TO.match(when[0])):
        done = stopped(upper_first(deed["deed"]))
        return [done], when[1:] or _when(agent, task, [done])
    opening = first_sentence(fill_holes(agent.policy))
    if opening and not re.match(r"You (?:will )?(?:receive|get|be given)\b", opening):
        acting = re.sub(r"^Act as ", "Acts as ", acts_as(opening))
        return [stopped(upper_first(shorten(acting, 320)))], when
    role = agent.role or agent.name.replace("_", " ").replace("-", " ")
    return [stopped(f"Does the work of the role: {role}")], when


def _deed(sentence: str) -> str:
    """Turn `You will check ...` into `Check ...`, and drop what only announces the instructions."""
    sentence = re.sub(r"^You (?:will|must|should|need to|have to)(?: also)? ", "", sentence)
    sentence = re.sub(r"^You are (?:helping (?:to )?|going to |to )", "", sentence)
    return re.sub(r",? (?:these|here) are the (?:instructions|details|requirements)\.?$", "", sentence)


def _plain(text: str) -> str:
    """Prose of a task: its first paragraph without list marks, headings, and lines that only announce."""
    # A title over a row of dashes is a heading.
    text = re.sub(r"^.*\n[ \t]*[-=_~]{3,}[ \t]*$", "\n", text.strip(), flags=re.MULTILINE)
    text = re.sub(r"(?:\b[A-Z][A-Za-z]+ )?[-=_~]{4,}", "", text)
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = [re.sub(r":$", ".", line.strip()) for line in paragraph.split("\n")]
        prose = [line for line in lines if line and not re.match(r"(?:[-*#>|]|\d{1,2}[.)]\s|```)", line)]
        if prose and len(" ".join(prose)) > 12:
            return " ".join(prose)
    return collapse(text)


def _topic_trigger(agent: Agent) -> list[str]:
    found = topics(agent.policy)
    return [f"Use for {_listed(found)}."] if len(found) > 1 else []


def _when(agent: Agent, task: Task | None, what: list[str]) -> list[str]:
    output = (task.output if task else "") or agent.output
    if output:
        wanted = next(iter(sentences(fill_holes(_plain(output)))), "")
        return [stopped(f"Use when {shorten(_wanted(wanted), 240)}")]
    if not task and (found := _topic_trigger(agent)):
        return found
    role = agent.role or role_of(agent.policy)
    if role:
        noun = (
            role
            if re.match(r"(?:an?|the)\b", role, re.IGNORECASE)
            else f"{article(role)} {lower_first(role)}"
        )
        return [stopped(f"Use when the request calls for {lower_first(noun)}")]
    return [stopped(f"Use when the request asks for {slugged(agent.name)} work")]


_MUST = re.compile(
    r"(?:(?:your|the) )?(?P<thing>(?:final |full |complete |expected )*(?:answer|output|report|response|result|code))"
    r" (?P<must>must|should|has to|needs to|will)(?P<be> be)? (?P<rest>.+)$",
    re.IGNORECASE | re.DOTALL,
)


def _wanted(output: str) -> str:
    """Say what is wanted, as a clause after `Use when`."""
    if match := _MUST.match(output):
        if match["be"]:
            return f"the result wanted is {match['rest']}"
        return f"the {match['thing'].lower()} {match['must']} {match['rest']}"
    if re.match(r"(?:An?|The|One|Your|Its|Some|All)\b", output):
        return f"the result wanted is {lower_first(output)}"
    return f"the result wanted is: {output}"


def slugged(name: str) -> str:
    """Return a name as words."""
    return re.sub(r"[-_]+", " ", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)).strip().lower()


def article(noun: str) -> str:
    """Return `a` or `an`, as the noun is spoken."""
    if re.match(r"[A-Z]{2,}\b", noun):
        return "an" if noun[0] in "AEFHILMNORSX" else "a"
    return "an" if noun[:1].lower() in "aeiou" and not re.match(r"(?i)uni|use|eu|one", noun) else "a"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def _fitted(what: list[str], when: list[str]) -> str:
    """Join the sentences, leaving out those that do not fit, but the first of each sort."""
    head, need = shorten(what[0], 480), shorten(when[0], 480)
    kept_what, kept_when = [head], [need]
    length = len(head) + len(need) + 1
    for sentence, kept in [*((s, kept_what) for s in what[1:]), *((s, kept_when) for s in when[1:])]:
        if length + len(sentence) + 1 <= _LONG:
            kept.append(sentence)
            length += len(sentence) + 1
    return " ".join((*kept_what, *kept_when))[:MAX_DESCRIPTION]
