"""What of a skill's own file may be quoted: its sentences, and the words that stand in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from skillaudit.requests.mining import read, scoped, tasks
from skillaudit.requests.wording import is_about
from skillaudit.schema import Skill
from skillaudit.text.markdown import Block, bare
from skillaudit.text.sentences import sentences
from skillaudit.text.words import stem, terms

MINUS = re.compile(
    r"\b(?:not|never|no|don[’']t|doesn[’']t|can[’']t|isn[’']t|avoid|without|unless|except|instead|warning"
    r"|kein\w*|nicht|nie|pas|jamais|nunca|não|non)\b|[不勿没]|ない",
    re.IGNORECASE,
)
"""What a sentence says that tells what a skill is not for."""
EVERYWHERE = re.compile(
    r"(?:commands?|pitfalls?|steps?|notes?|overview|references?|outputs?|troubleshooting|install\w*|set ?up|"
    r"requirements?|prerequisites?|limitations?|licen[cs]e|configuration|quick ?start|usage|workflow|tips?|"
    r"best practices|resources|related \w+|see also|introduction|features|checklist|process)\b",
    re.IGNORECASE,
)
"""Titles that say nothing of what a skill is about."""
AGAIN = 2
"""Telling words of a description, its verb among them, that a sentence beside it may say again."""
THIN = 10
"""Telling words of a description from which on it says for itself what its skill does."""
ALIKE = 4
"""Letters from which on two words with the same beginning are taken for one: `auth` and `authentication`."""
_LEAD = 4
"""Telling words that a sentence must have to say what a skill does."""
_LONGEST_ABOUT = 240
_SAME = 0.6
"""Share of a held-out request's words that make a line of the body its source."""
_CODE = re.compile(r"[{}<>|\\=$`]|\w\(|://|\w_\w|\w/\w+/|\w/.*\.\w|^[-~/.]|--")
_TALK = re.compile(
    r"\b(?:i|we|my|our|you are|skills?|must|should|see|ask|let[’']s|claude|e\.g|i\.e)\b|[→:]|\?$",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"(?:this|that|these|those|it|they|there|here|if|then|but|and|so|also|both|each|many|most|within|otherwise"
    r"|when|however|for example|note)\b",
    re.IGNORECASE,
)
"""Opens a sentence that needs the one before it, or that says when and not what."""
_INSTRUCTS = re.compile(
    r"^(?:use|load|stop|inform|indicate|close|say|tell|wait|assume|remember|prefer|pick|choose|follow|start|begin"
    r"|show|help|treat|report|return|apply|consider|include|avoid|put|go|let|make)\b"
    r"|,\s*(?:say|use|refer|see|check|ask|do|run|read)\b"
    r"|\b(?:these|those|that context|them|their|they|above|below|takes? precedence|supersedes?)\b|[#%]",
    re.IGNORECASE,
)
"""Tells whoever carries the skill out what to do next, or leans on what stands around it."""
_HELPS = re.compile(
    r"helps? (?:(?P<who>(?:the |your )?(?:users|teams|developers|engineers|customers|people|user|you)) )?"
    r"(?:to )?(?=[a-z])",
    re.IGNORECASE,
)
"""Opens a sentence on what a skill helps with, and says whom."""
_ASIDE = re.compile(r"(?:[^\s—–]+ ){3,}— (?!.*\s[-–]\s)|(?!.*\s[-–—]\s)")
"""Has no dash, or one after what could stand alone; `Route detection - scan files` is a label."""
_WHOSE = re.compile(r"\b(?:their|they|them)\b", re.IGNORECASE)
LEANS = re.compile(
    r"\b(?:it|them|that way|this way|this)\b|^(?:describe|tell|type|paste|give|choose|pick|drop|enter|upload|say)\b"
    r"|(?:,|\band) (?:then )?get\b|[→⇒]",
    re.IGNORECASE,
)
"""Points at what stands before, or asks its reader to do something."""
_KIND = re.compile(
    r"(?:[\w-]+ ){0,4}(?:toolkit|framework|library|platform|tool|system|workflow|guide)s?,? (?:for|to|that|designed)\b",
    re.IGNORECASE,
)
"""Says of what kind a skill is, and what for."""
OPENING = 6
"""Lines of prose from the top that may be quoted: what comes later is detail of one step."""
_SHORTEST_SENTENCE, _LONGEST_SENTENCE = 30, 220
MAX_SENTENCES = 60


_ACTS = (
    "act adapt add align allow analyse analyze animate annotate answer apply archive ask assemble assess "
    "assist audit author automate benchmark book boost brew bring build bundle buy cache calculate call "
    "capture change chart check choose claim classify clean clone close coach collect combine compare compile "
    "compose compute configure connect construct control convert copy count cover create customize cut debug "
    "decide define delete deliver deploy derive describe design detect develop diagnose diagram discover "
    "document draft draw drive edit enable encode enforce enrich ensure establish estimate evaluate execute "
    "expand explain explore export express extract facilitate fetch file filter find fine-tune fit fix flag "
    "focus forecast format gather generate give group guide handle help host identify implement import "
    "improve index inform initialize inspect install integrate interpret investigate issue join keep label "
    "launch lead learn let leverage link list load locate log look lower maintain make manage map match "
    "measure merge migrate mine mix model modernize monitor move name offer open operate optimize orchestrate "
    "order organize oversee own pack parse pay perform persist pick place plan play plot polish post predict "
    "prepare present prioritize process produce profile promote protect prototype prove provide publish pull "
    "push put quantify query raise rank reach read rebuild recommend reconcile record reduce refactor refine "
    "refresh register remind render rent repair replace report reproduce request require research resolve restore "
    "restructure retrieve return review rewrite route run save scaffold scan schedule score scrape screen "
    "search secure see select sell send serve set ship sign simulate size sketch solve sort speed split stage "
    "stand start state stop store stream strengthen stress-test structure style summarise summarize supply "
    "surface sync synthesize tailor take teach tell test think tie time trace track train transcribe "
    "transform translate treat trigger troubleshoot tune turn understand unify update upgrade upload use "
    "utilize validate verify view visualize walk watch wire work wrap write"
)
VERBS = frozenset(_ACTS.split())
"""What a skill may be asked to do, as verbs."""
VERB_STEMS = frozenset(map(stem, VERBS))
_COMMON = """
analysis api app application approach apps around assessment assistant automation based basics best bit bits
case checking cli code comprehensive content core cost creation custom data design development domain engine
engineering expert experts feature features file files flow framework free full general generation generator
good guidance guidelines guides help helper idea ideas info information integration issue issues language
learning level libraries library list logic management manager marketplace master mastery methods mode model
models multi operation operations option options output package pattern patterns plan platform point power pro
process production professional professionals program programming project projects py quality question questions
related resource result results review sdk service services setup site sites software solution solutions source
specialist specialized specializing standard standards start step steps strategies strategy structure style
suite system systems task tasks team teams technique techniques template templates text time tool toolkit tools
topic topics ts type types usage value values version way ways web word words workflow workflows
"""
VAGUE = frozenset(map(stem, _COMMON.split()))
"""Words, stemmed, that many subjects share and that tell none of them by themselves."""


def stems(text: str) -> list[str]:
    """Return the telling words of a text, folded, in order."""
    return [stem(key) for key, _ in terms(text)]


def telling(words: Iterable[str]) -> set[str]:
    """Return those of some stems that name a subject: neither what is done nor what many subjects share."""
    return {
        word for word in words if word not in VAGUE and VERB_STEMS.isdisjoint({word, word.removesuffix("s")})
    }


def brings(text: str, base: str) -> int:
    """Return how many words of a text tell something that `base` does not say, in that form or in a like one.

    Words of what is done and words that tell nothing count for none, small words of two letters neither.
    """
    said = set(stems(base))
    beginnings = {word[:ALIKE] for word in said if len(word) >= ALIKE}
    fresh = {
        key: word
        for word, key in ((word, stem(key)) for key, word in terms(text))
        if key not in said and telling((key,))
    }
    return sum(
        key[:ALIKE] not in beginnings and not (len(word) < 3 and word.islower())
        for key, word in fresh.items()
    )


def restates(text: str, base: str) -> bool:
    """Whether a sentence opens with a verb that `base` has in some form, and says two more of its words again."""
    said = set(stems(base))
    first = (text.split() or [""])[0]
    return opens_with_verb(text) and bool(said & set(stems(first))) and len(said & set(stems(text))) > AGAIN


def is_thin(description: str, least: int = THIN) -> bool:
    """Whether a description says too little for itself of what its skill does, in fewer than `least` telling words."""
    return len(set(stems(description))) < least


def is_narrower(text: str, before: str) -> bool:
    """Whether `text` speaks of less than `before`: it has fewer different telling words."""
    return len({key for key, _ in terms(text)}) < len({key for key, _ in terms(before)})


@dataclass(frozen=True, slots=True)
class Source:
    """What may be quoted of one skill: its file, without the lines that held-out requests were taken from."""

    lines: tuple[str, ...]
    """Plain lines of the body, headings first, then items and prose."""
    counts: Mapping[str, int]
    """Telling words of the whole file, folded, with how often they stand there."""
    about: str = ""
    """First sentence of the body that says what the skill does, a held-out one too; empty where none can be quoted."""
    sentences: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Whole sentences of the body that could stand in a description, in order, with their telling words."""
    titles: tuple[tuple[int, str], ...] = ()
    """Depth and text of every heading of the body, held-out ones too, in order."""


def source_of(
    skill: Skill, held_out: Sequence[str] = (), read: Callable[[Skill], Sequence[Block]] = read
) -> Source:
    """Say what may be quoted of `skill`; lines that repeat a request of `held_out` are left out.

    Requests are mined from bodies, so a rewriter that read all of a body would be shown the answers. `read`
    gives the parts of the body.
    """
    hidden = [set(stems(query)) for query in held_out]
    headings: dict[str, None] = {}
    items: list[str] = []
    prose: list[str] = []
    parts = read(skill)
    for part, scope in scoped(parts, skill.name):
        if scope == "not":
            continue  # what the skill is not for belongs to others
        headings.update(dict.fromkeys(bare(title) for _, title in part.headings))
        (prose if part.kind == "prose" else items).append(bare(part.raw))
    if skill.when_to_use:
        items.insert(0, skill.when_to_use)
    kept = [
        [line for line in lines if line and not _repeats(line, hidden)] for lines in (headings, items, prose)
    ]
    every = [line for lines in kept for line in lines]
    counts = Counter(word for line in (*every, skill.text) for word in stems(line))
    return Source(
        lines=tuple(every),
        counts=counts,
        about=_about(parts, skill.name),
        sentences=_sentences(kept[2], counts),
        titles=tuple(dict.fromkeys(title for part in parts for title in part.headings)),
    )


def _sentences(prose: Sequence[str], counts: Mapping[str, int]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in prose[:OPENING]:
        for sentence in sentences(line):
            if len(found) == MAX_SENTENCES:
                return found
            plain = (
                _SHORTEST_SENTENCE <= len(sentence) <= _LONGEST_SENTENCE
                and sentence[-1] in ".。！!"
                and not sentence[0].islower()
                and not (MINUS.search(sentence) or _TALK.search(sentence) or _CODE.search(sentence))
                and not (_POINTS_BACK.match(sentence) or _INSTRUCTS.search(sentence))
                and is_about(sentence)
                and is_clause(sentence)
            )
            words = frozenset(stems(sentence)) if plain else frozenset()
            if len(words) >= _LEAD and sum(counts[word] > 1 for word in words) >= len(words) / 2:
                found.setdefault(sentence, words)
    return found


_STATES = re.compile(
    r"(?<=\w) (?:is|are|provides?|covers?|helps?|lets?|enables?|supports?(?! (?:with|for|of)\b)|turns?|handles?"
    r"|gives?|makes?|shows?|matches|match|matched|needs?|uses?|runs?|represents?)\b",
    re.IGNORECASE,
)


def is_clause(sentence: str) -> bool:
    """Whether a sentence has a verb and stands by itself, as a label before a dash or a bare noun does not."""
    if re.search(r"\s[-–—]\s|:\s", sentence):
        return False
    return bool(_STATES.search(sentence)) or opens_with_verb(sentence)


def opens_with_verb(sentence: str) -> bool:
    """Whether the first word of a sentence is a verb of what a skill may do, in its plain form or with an s."""
    first = (sentence.split() or [""])[0].casefold().strip(",")
    return bool(
        {first, first.removesuffix("s"), first.removesuffix("es"), first.removesuffix("ies") + "y"} & VERBS
    )


def _about(parts: Sequence[Block], name: str) -> str:
    for said in (*_of_itself(parts, name), *tasks(parts, name)):
        task, whole = _helping(said)
        long_enough = len(set(stems(task))) >= _LEAD and len(task) < _LONGEST_ABOUT
        if (
            ":" in task
            or MINUS.search(task)
            or _CODE.search(task)
            or _INSTRUCTS.search(whole)
            or LEANS.search(whole)
            or not _acts(task)
        ):
            continue
        if long_enough:
            return _named(task, parts)
    return ""


def _helping(task: str) -> tuple[str, str]:
    """Return a sentence and what of it may not lean on others: `Help plan a launch` says `Plan a launch`.

    Of `help users plan their launch` the whole is kept, and `their` leans on nobody.
    """
    if (match := _HELPS.match(task)) is None:
        return task, task
    rest, who = task[match.end() :], match["who"]
    if who is None:
        done = rest[:1].upper() + rest[1:]
        return (done, done) if opens_with_verb(done) else (task, task)
    return f"Helps {who.lower()} {rest}", _WHOSE.sub("", rest)


def _acts(task: str) -> bool:
    """Whether a sentence says what is done or what kind of thing does it; else it may talk about anything."""
    verb = re.sub(r"^\w+ly ", "", task).split(" ", 1)[0].casefold().strip(",")
    if re.match(r"(?:\w+ ){0,2}\w+s (?:are|is|was|were|have|has|can)\b", task):
        return False
    if verb in VERBS and _ASIDE.match(task):
        return True
    if re.search(r"\s[-–—]\s", task):
        return False
    return opens_with_verb(task) or (_KIND.match(task) or re.match(r"\w+[./]\w", task)) is not None


def _named(task: str, parts: Sequence[Block]) -> str:
    """Return a sentence that opens with a name such as `context.Context` as its file writes it."""
    small = task[:1].lower() + task[1:]
    opens = re.match(r"\w+[./]\w", task) is not None
    return small if opens and any(bare(part.raw).startswith(small) for part in parts) else task


def _of_itself(parts: Sequence[Block], name: str) -> Iterator[str]:
    """Yield what a file says of its skill by its name: `Chart Maker enables you to draw charts`, from the verb on."""
    named = r"[\s_-]+".join(re.escape(word) for word in re.split(r"[\W_]+", name) if word)
    opening = re.compile(
        rf"(?:the |this )?{named}(?: (?:skill|agent|tool|plugin))? (?:(?:enables?|allows?|lets|helps?)"
        r"(?: (?:you|users?|teams?|engineers|developers))?(?: to)?(?= [a-z])|(?=(?:provides?|offers?|creates?"
        r"|generates?|manages?|analyzes?|automates?|designs?|builds?|validates?|implements?|turns?)\b))",
        re.IGNORECASE,
    )
    for part, scope in scoped(parts, name):
        if part.kind == "prose" and scope != "not":
            for sentence in sentences(bare(part.raw)):
                if (match := opening.match(sentence)) is not None:
                    said = sentence[match.end() :].strip(" .")
                    yield said[:1].upper() + said[1:]


def _repeats(line: str, hidden: Sequence[set[str]]) -> bool:
    words = set(stems(line))
    return bool(words) and any(
        query and len(words & query) >= _SAME * min(len(query), len(words)) and len(words & query) > 1
        for query in hidden
    )
