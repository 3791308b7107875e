"""What tells a request from other text, and how a line about a situation becomes one."""

from __future__ import annotations

import re

from skillaudit.text.scripts import SYLLABIC

MAX_WORDS = 60
MIN_WORDS = 4
MIN_QUOTED = 3
MIN_SENTENCE = 6


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("".join(parts), re.IGNORECASE)


_WIDE_CHARACTER = re.compile(f"[{SYLLABIC}]")
_WORD = re.compile(rf"[^\W_{SYLLABIC}]+(?:['’\-./+#][^\W_{SYLLABIC}]+)*")

_PIECE = re.compile(rf"[{SYLLABIC}]|[^\W_{SYLLABIC}]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_LEAD = _pattern(
    r"^(?:(?:use|invoke|activate|apply|trigger|load|call|run)s? (?:this skill|this workflow|this|it|me)? ?",
    r"(?:when(?:ever)?|if|for|to)\b[:,]?",
    r"|(?:when(?:ever)?|if|after|once) (?=(?:the user|a user|users?|you|someone|they|i)\b))\s*",
)
_SPEAKER = _pattern(
    r"^(?:the |a |your )?(?:users?|you|someone|they|developers?|human|team|people|customers?|clients?)\s+",
    r"(?:(?:may|might|will|would|can|also|explicitly|is|are|just|specifically|currently) )*",
    r"(?:asks?|asking|wants?|wanting|needs?|needing|requests?|requesting|says?|would like|likes?|looking|try|tries",
    r"|trying|wish(?:es)?|has to|have to|must|should|like|mentions?|describes?|reports?|discuss(?:es)?|complains?",
    r"|refers? to|talks? about|brings? up|expresses)\b",
    r"(?:\s+(?:you|claude|the (?:agent|assistant|model)|for help|help|that))?",
    r"(?:\s+(?:to|for|about|with|on|how to|me to|something like|things like))?[:,]?\s+",
)
_NEED = _pattern(
    r"^(?:(?:i |you )?(?:need|needs|needing|want|wants|wanting|trying|wish|wishing|looking|asked|required)",
    r" (?:to|for)\b|(?:need|needs|want|wants|have|having|needing|wanting)\b|you['’]re\b|you are\b)\s*",
)
_QUOTED = re.compile(
    r"[“\"]([^“”\"\n]{6,400})[”\"]|「([^」\n]{3,200})」|『([^』\n]{3,200})』|«\s?([^»\n]{6,400}?)\s?»|„([^“”\n]{6,400})[“”]"
)
_SPOKEN = _pattern(
    r"^(?:user|human|you|customer|me|prompt|request|query|ask|q|用户|用戶|ユーザー|사용자|usuario|utilisateur|nutzer|usuário|utente",
    r"|пользователь)(?: (?:says|asks|prompt|request|query))?\s*[:：]\s*(.+)$",
)
_SAYS = _pattern(
    r"\b(?:user|human|customer|someone|they)s? (?:says?|asks?|types?|writes?|requests?|mentions?)\b"
)
_ARROW = re.compile(r"\s*(?:→|⇒|=>|->|➜|⟶|—>|-->)\s*")
_PLACEHOLDER = re.compile(
    r"\[[^\]]{2,40}\]|<[^>]{1,40}>|\{[^}]{1,40}\}|\$[A-Z_]{2,}|\.\.\.|…|\bTODO\b|\bXYZ\b|\b[XYZN]\b|_{3,}"
)
_CODE_LIKE = re.compile(
    r"[{};=<>|\\]|\w\(\)|\s--\w|://|^\s*[$./~]|\w/\w+/\w|\w_\w+_|(?:^|\s)/\w|^\w+: \w+$"
    r"|\.(?:py|md|sh|js|ts|jsonl?|ya?ml|toml)\b"
)
_LISTED = re.compile(r"[\"”],? ?(?:or |and )?[\"“]")
# Sentences that open like this say how to read or run the skill, or stand on what came before them.
_META = _pattern(
    r"^(?:see|read|note|important|warning|tip|caution|run|always|never|must|ensure|before|after|if|once|first|then|next",
    r"|step|install|add|set|refer|related|announce|version|author|license|source|persona|store|check|keep|dependencies",
    r"|arguments|keywords|your|you|think|unlike|without|with|by|in|at|on|as|it|they|these|those|each|every|all|both|no",
    r"|api|requires|do not|don['’]t|make sure|the following|for more|for details|core principle|works? with|examples?",
    r"|what|not|now|this(?! skill)|drawn|based|instead|tags|tone|scope",
    r"|use (?:the|this)|triggers?|inputs?|outputs?(?: format)?|prerequisites?|\W*\d)\b",
    r"|^for .*\b(?:see|use|refer)\b|\bsee [\w-]+\.?$|\b(?:this (?:file|document|reference|section)|references?/)\b",
    r"|\b(?:see also|below|above|copyright|licen[cs]ed?|SKILL\.md)\b",
)
# What a text says of itself, of its making, or of how things are done: nobody asks for that.
_STATEMENT = _pattern(
    r"^(?:originally|optimi[sz]ed|unauthori[sz]ed|contributed|built (?:on|by|with)|powered|inspired|optional",
    r"|battle-tested|production-ready|returns?|every \d+|\d+ [\w-]+ (?:skills|agents|commands))\b",
    r"|^(?!how |what |why |where |who |when |which |my |our |i )[\w.+#-]+(?: [\w.+#-]+){0,3} (?:is|are)",
    r" (?:an?|the|built|designed|based|not|illegal|also|now|always|never)\b",
    r"|\b(?:this|the) (?:skill|plugin|tool|script|agent) (?:never|always|does|is|was|must|should|will|only|runs)\b",
    r"|\b(?:is illegal|contributed by|never (?:copies|writes|uses|runs|calls|returns))\b",
    r"|(?:^|[ —–-])ask:|\b(?:skill|plugin|companion)\W*$|^the \w+ companion\b",
)
_WHOM = r"(?: (?:you|users?|claude|people|the user))?"
_ABOUT_LEAD = _pattern(
    r"^(?:(?:this|the) (?:skill|tool|workflow|guide|agent|plugin|module|framework)|it|skill|claude|the agent)",
    r"\s+(?:also )?(?:provides?(?: (?:comprehensive |detailed )?(?:guidance|instructions|patterns|templates|tools)",
    rf" (?:for|on|to))?|(?:enables?|allows?|lets){_WHOM}(?: to)?|helps?{_WHOM}(?: to| with)?|guides?{_WHOM}",
    r"(?: through)?|covers?|is for|can|teaches?|describes?|supports?|specializes in|handles?)\s+",
    r"|^(?:your|the|its) (?:goal|job|task|role|purpose|mission|aim) is to\s+",
    rf"|^you (?:help|assist){_WHOM}(?: to| with)?\s+",
    r"|^(?:comprehensive |complete |essential )?(?:guide|guidance|toolkit|patterns|templates|tools) (?:for|to)\s+",
    r"|^(?:this|the) skill (?=[a-z]+s\b)",
)
_USE_WHEN = _pattern(
    r"^(?:use|useful|activate|invoke|triggers?)(?: this(?: skill)?| it)?(?: when(?:ever)?| for| on)?",
    r"(?: you(?: need to)?)?\s*[:：]\s*",
)


def words(text: str) -> int:
    """Length of a text in words; two characters of a script without spaces make a word."""
    return len(_WORD.findall(text)) + (len(_WIDE_CHARACTER.findall(text)) + 1) // 2


def pieces(text: str) -> list[str]:
    """Words of a text, case folded, taken apart at hyphens and capitals; a wide character is one."""
    return [piece.casefold() for piece in _PIECE.findall(_CAMEL.sub(" ", text))]


def quoted(text: str) -> list[str]:
    """Phrases in quotation marks, as a user would say them."""
    found = (next(group for group in match.groups() if group is not None) for match in _QUOTED.finditer(text))
    return [phrase for phrase in (_trim(part) for part in found) if words(phrase) >= MIN_QUOTED]


def _trim(text: str) -> str:
    return text.strip(" \t\"'“”‘’*_`,;:：·•–—-")


def spoken(text: str) -> str | None:
    """The words of a line such as `User: make me a chart`."""
    match = _SPOKEN.match(text)
    return _trim(match.group(1)) if match else None


def is_reported(text: str) -> bool:
    """Whether a line reports what a user says, so that the quotation in it is a request."""
    return bool(_SAYS.search(text))


def enumerated(text: str) -> list[str]:
    """The situations of a line such as `Use when: writing stories, planning a sprint, or estimating work`."""
    match = _USE_WHEN.match(text) if ":" in text or "：" in text else None
    if match is None:
        return []
    rest = text[match.end() :].strip()
    parts = [
        re.sub(r"^(?:or|and)\s+", "", _trim(part)).rstrip(".") for part in re.split(r"[,;]\s+|\s+or\s+", rest)
    ]
    # Single words are a list of keywords; a sentence is cut only where every part can stand alone.
    if len(parts) > 1 and all(words(part) >= 2 for part in parts):
        return [part for part in parts if words(part) >= MIN_QUOTED]
    return [rest] if len(parts) <= 2 else []


def as_request(item: str) -> str:
    """Turn a line about a situation into what is asked: no lead-in, no comment after an arrow."""
    text = _balanced(_ARROW.split(item, maxsplit=1)[0])
    for pattern in (_LEAD, _SPEAKER, _NEED):
        shorter = _trim(pattern.sub("", text, count=1))
        if words(shorter) >= MIN_QUOTED:
            text = shorter
    return _capital(text)


def as_task(sentence: str) -> str:
    """Take `This skill helps you to` off a sentence about a skill."""
    shorter = _ABOUT_LEAD.sub("", sentence, count=1).strip()
    return _capital(shorter if words(shorter) >= MIN_WORDS else sentence).rstrip(" .。")


def _balanced(text: str) -> str:
    """Cut a text at a bracket that is left open."""
    text = _trim(text)
    return _trim(text[: text.rindex("(")]) if text.count("(") > text.count(")") else text


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def is_plausible(text: str, least: int = MIN_WORDS) -> bool:
    """Whether a text is a sentence of sensible length rather than code or a template."""
    if len(text) > 500 or not least <= words(text) <= MAX_WORDS:
        return False
    if _PLACEHOLDER.search(text) or _CODE_LIKE.search(text) or _LISTED.search(text) or text.count('"') % 2:
        return False
    return sum(ch.isalpha() or ch.isspace() for ch in text) >= 0.75 * len(text)


def is_statement(text: str) -> bool:
    """Whether a line says how something is or was made, which nobody would ask for."""
    return bool(_STATEMENT.search(text))


def is_about(sentence: str) -> bool:
    """Whether a sentence says what is done, rather than how to read or run the skill."""
    return not _META.search(sentence) and not sentence.rstrip().endswith((":", "：", "?", "？"))
