"""What tells a request from other text: headings, lead-ins, negations, lengths."""

from __future__ import annotations

import re
import unicodedata

MAX_WORDS = 60
MIN_WORDS = 4
MIN_QUOTED = 3

_WIDE = "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WIDE_CHARACTER = re.compile(f"[{_WIDE}]")
_WORD = re.compile(rf"[^\W_{_WIDE}]+(?:['’\-./+#][^\W_{_WIDE}]+)*")

_USE = re.compile(
    r"""
      \bwhen\ (?:to|should|would|you\ should)\b.{0,40}\b(?:us(?:e|ing)|appl(?:y|ies)|activate|invoke|trigger|load|offer|call|run|choose|reach)\b
    | \bwhen\ (?:this|the)\ (?:skill|workflow|tool)\ (?:activates|applies|is\ used|should|triggers)
    | \bwhen\ to\ use\b | \bwhen\ to\ apply\b
    | \b(?:use|choose|invoke|activate|apply|trigger|load)s?\b.{0,40}\b(?:when|whenever|if)\b
    | \bus(?:e|ed|eful)\b.{0,20}\bfor\s*:$
    | \b(?:use|usage|common|typical)[\ -](?:cases?|scenarios?|situations)\b | ^scenarios\b
    | \btrigger(?:s|ing)?\b | \bactivat(?:ion|es?)\b(?!\ code)
    | \b(?:example|sample|typical|natural[\ -]language|user|test)\ (?:prompts?|requests?|quer(?:y|ies)|questions|commands|phrases|utterances|interactions|asks)\b
    | \b(?:what|things)\ (?:you|users?|your\ human)\ can\ (?:ask|say|do)\b | \bcan\ ask\b | \buser\ (?:says|asks|wants|mentions|requests)\b
    | 使用(?:场景|時機|时机|情境)|(?:何时|什么时候|何時)(?:使用|触发|觸發)|适用(?:场景|于|情况)|適用(?:場景|於|情境)|触发(?:条件|词|场景|关键词|方式)?|觸發(?:條件|詞|場景)?|应用场景|示例(?:请求|提示|问题)|典型场景
    | 使うとき|使用(?:する)?(?:場面|タイミング|例)|ユースケース|トリガー|いつ使う|発動条件
    | 사용\ ?(?:시점|시기|사례|예시)|언제\ 사용|트리거|활용\ ?사례
    | \bcu[aá]ndo\ (?:usar|utilizar|activar|aplicar)|\bcasos\ de\ uso|\bdisparadores\b
    | \bquand\ (?:utiliser|l['’]utiliser|activer)|\bcas\ d['’](?:usage|utilisation)|\bd[ée]clencheurs?\b
    | \bwann\ (?:verwenden|benutzen|nutzen|einsetzen)|\banwendungsf[aä]lle|\bausl[oö]ser\b|\beinsatzf[aä]lle
    | \bquando\ (?:usar|utilizar|ativar|usare|utilizzare)|\bcasos\ de\ uso\b|\bcasi\ d['’]uso
    | когда\ (?:использовать|применять)|сценарии\ использования|примеры\ запросов|триггеры
    """,
    re.IGNORECASE | re.VERBOSE,
)
_EXAMPLES = re.compile(
    r"\bexamples?\b|\busage\b|\bprompts?\b|\bconversation|\binteractions?\b|示例|例子|例え|使用例|예시|ejemplos?|exemples?|beispiele?|exemplos?|примеры",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"""
      \b(?:not|never|avoid|without|except|exclu\w+|skip|stop)\b | n['’]t\b | \bout[\ -]of[\ -]scope\b | \bnon[\ -]?(?:goals?|triggers?)\b
    | \binstead\b | \balternatives?\b | \bvs\.?\b | \bversus\b | \bwrong\b | \bbad\b | \banti[\ -]?\w* | \bnegative\b | \blimitations?\b
    | \bother\ skills?\b | \brelated\ skills?\b | \bhand[\ -]?offs?\b | \bdelegate\b | \bred\ flags?\b | \bmistakes?\b | \bpitfalls?\b
    | 不(?:要|适|適|应|應|该|用|使用|触发)|勿|避免|禁止|非适用|しない|避ける|使わない|않|마세요|금지
    | \b(?:no|nunca|evitar|jamais|éviter|nicht|kein\w*|vermeiden|não|evitare|non|не|нельзя)\ (?:usar|utiliser|verwenden|utilizar|usare|использовать|benutzen|nutzen|einsetzen)\b
    | \bnicht\b | \bne\ pas\b | ❌ | ⛔ | 🚫 | ✗ | ✘
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NOT_ITEM = re.compile(
    r"^(?:do\ not|don['’]t|never|avoid|not\b|no\b|skip\b|unless|except|out\ of\ scope|instead|❌|⛔|🚫|✗|✘|不要|不适|不適|不用|避免|勿|ne\ pas|nicht|no\ usar)"
    r"|\bnot\ (?:for|this\ skill)\b|\b(?:use|see|prefer|try)\ (?:the\ )?[\w`/:.-]+(?:\ skill)?\ instead\b|\binstead\b.{0,40}$",
    re.IGNORECASE | re.VERBOSE,
)
_OTHER = re.compile(
    r"^(?:\W*)(?:use|choose|prefer|pick|reach\ for|select|consider)\s+(?P<what>.{1,40}?)\s*(?:\([^)]*\))?\s*(?:\b(?:when|whenever|if|for)\b|:$)",
    re.IGNORECASE | re.VERBOSE,
)
_ITSELF = re.compile(
    r"^(?:this|it|me|the\ skill|the\ tool|these?\b|when|whenever|if|for|cases?)", re.IGNORECASE | re.VERBOSE
)

_LEAD = re.compile(
    r"""
    ^(?:
        (?:use|invoke|activate|apply|trigger|load|call|run)s?\ (?:this\ skill|it|this|this\ workflow|me)?\ ?(?:when(?:ever)?|if|for|to)\b[:,]?
      | (?:when(?:ever)?|if|after|once)\ (?=(?:the\ user|a\ user|users?|you|someone|they|i)\b)
    )\s*
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SPEAKER = re.compile(
    r"""
    ^(?:the\ |a\ |your\ )?(?:users?|you|someone|they|developers?|human|team|people|customers?|clients?)\s+
    (?:may\ |might\ |will\ |would\ |can\ |also\ |explicitly\ |is\ |are\ |just\ |specifically\ |currently\ )*
    (?:asks?|asking|wants?|wanting|needs?|needing|requests?|requesting|says?|would\ like|likes?|looking|tr(?:y|ies|ying)|wish(?:es)?|has\ to|have\ to|must|should|like)\b
    (?:\s+(?:you|claude|the\ (?:agent|assistant|model)|for\ help|help))?
    (?:\s+(?:to|for|about|with|on|how\ to|me\ to|something\ like|things\ like))?[:,]?\s+
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NEED = re.compile(
    r"^(?:need(?:s|ing)?|want(?:s|ing)?|have|having|trying|wish(?:ing)?|looking|asked|required|you['’]re|you\ are)\ (?:to\b|for\b)?\s*",
    re.IGNORECASE | re.VERBOSE,
)
_QUOTED = re.compile(
    r"[“\"]([^“”\"\n]{6,400})[”\"]|「([^」\n]{3,200})」|『([^』\n]{3,200})』|«\s?([^»\n]{6,400}?)\s?»|„([^“”\n]{6,400})[“”]"
)
_SPOKEN = re.compile(
    r"^(?:user|human|you|customer|me|prompt|request|query|input|ask|q|用户|用戶|ユーザー|사용자|usuario|utilisateur|nutzer|пользователь)\s*[:：]\s*(.+)$",
    re.IGNORECASE,
)
_ARROW = re.compile(r"\s*(?:→|⇒|=>|->|➜|⟶|—>|-->)\s*")
_PLACEHOLDER = re.compile(
    r"\[[^\]]{2,40}\]|<[^>]{2,40}>|\{[^}]{1,40}\}|\$[A-Z_]{2,}|\.\.\.|…|\bTODO\b|\bXYZ\b"
)
_CODE_LIKE = re.compile(
    r"[{};=<>|\\]|\w\(\)|--\w|://|^\s*[$./~]|\w/\w+/\w|_\w+_|\.(?:py|md|sh|js|ts|json|ya?ml)\b"
)


def words(text: str) -> int:
    """Length of a text in words; two characters of a script without spaces make a word."""
    return len(_WORD.findall(text)) + (len(_WIDE_CHARACTER.findall(text)) + 1) // 2


def is_use(heading: str, own: str) -> bool:
    """Whether a heading or label announces situations in which the skill called `own` should be used."""
    return bool(_USE.search(heading)) and not _NOT.search(heading) and not names_other(heading, own)


def is_examples(heading: str) -> bool:
    """Whether a heading announces examples, whose quoted lines may be requests."""
    return bool(_EXAMPLES.search(heading)) and not _NOT.search(heading)


def is_negative(heading: str) -> bool:
    """Whether a heading or label turns away: not for, instead, alternatives."""
    return bool(_NOT.search(heading))


def names_other(label: str, own: str) -> bool:
    """Whether a label such as `Use vLLM when:` speaks of another tool than the skill called `own`."""
    match = _OTHER.match(label)
    if match is None:
        return False
    what = match.group("what").strip()
    return not _ITSELF.match(what) and squash(what) not in squash(own) and squash(own) not in squash(what)


def is_negative_item(item: str) -> bool:
    """Whether a list item says when not to use the skill."""
    return bool(_NOT_ITEM.search(item))


def squash(text: str) -> str:
    """Letters and digits only, case folded: the spelling-free form of a name."""
    return "".join(ch for ch in unicodedata.normalize("NFKC", text).casefold() if ch.isalnum())


def quoted(text: str) -> list[str]:
    """Phrases in quotation marks, as a user would say them."""
    found = []
    for match in _QUOTED.finditer(text):
        phrase = next(group for group in match.groups() if group is not None).strip()
        if words(phrase) >= MIN_QUOTED:
            found.append(phrase)
    return found


def spoken(text: str) -> str | None:
    """The words of a line such as `User: make me a chart`."""
    match = _SPOKEN.match(text)
    return match.group(1).strip() if match else None


def as_request(item: str) -> str:
    """Turn a line about a situation into what is asked: no lead-in, no comment after an arrow."""
    text = _ARROW.split(item, maxsplit=1)[0]
    text = text.strip(" \t\"'“”‘’*_`;,:：·•–—-")
    for pattern in (_LEAD, _SPEAKER, _NEED):
        shorter = pattern.sub("", text, count=1).strip(" \"'“”")
        if words(shorter) >= MIN_QUOTED:
            text = shorter
    text = text.strip(" ;,:：-–—")
    return text[:1].upper() + text[1:] if text[:1].islower() and text.isascii() else text


def is_plausible(text: str, least: int = MIN_WORDS) -> bool:
    """Whether a text is a sentence of sensible length rather than code or a template."""
    if not least <= words(text) <= MAX_WORDS or len(text) > 500:
        return False
    if _PLACEHOLDER.search(text):
        return False
    letters = sum(ch.isalpha() or ch.isspace() for ch in text)
    return letters >= 0.75 * len(text) and len(_CODE_LIKE.findall(text)) == 0


MIN_SENTENCE = 6
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_])|(?<=[。！？])")
_META = re.compile(
    r"""
      ^(?:see|read|note|important|warning|tip|caution|run|you\ are|you\ must|always|never|do\ not|don['’]t|must|ensure|make\ sure|before|after|if|once
         |first|then|next|step|install|add|set|the\ following|for\ (?:more|details)|refer|related|announce|core\ principle|example|version|author|license|source|persona|dependencies|arguments)\b
    | \b(?:this\ (?:file|document|reference|section)|references?/|see\ also|below|above|copyright|licen[cs]ed?)\b | ^\W*\d
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ABOUT_LEAD = re.compile(
    r"^(?:this\ (?:skill|tool|workflow|guide|agent|plugin)|the\ skill|it|skill)\s+(?:also\s+)?(?:provides?\ (?:guidance\ (?:for|on)|comprehensive)?|enables?|helps?(?:\ (?:you|users?|claude))?(?:\ to)?|allows?(?:\ you)?(?:\ to)?|guides?(?:\ you)?(?:\ through)?|covers?|is\ for|lets\ you|can|teaches?|describes?|supports?)\s+",
    re.IGNORECASE | re.VERBOSE,
)


def split_sentences(text: str) -> list[str]:
    """Sentences of a paragraph; a full stop inside a name or number does not end one."""
    return [part for part in (piece.strip() for piece in _SENTENCE_END.split(text)) if part]


def is_about(sentence: str) -> bool:
    """Whether a sentence says what is done, rather than how to read or run the skill."""
    return not _META.search(sentence) and not sentence.rstrip().endswith((":", "：", "?"))


def as_task(sentence: str) -> str:
    """Take `This skill helps you to` off a sentence about a skill."""
    shorter = _ABOUT_LEAD.sub("", sentence, count=1).strip()
    text = shorter if words(shorter) >= MIN_WORDS else sentence
    return (text[:1].upper() + text[1:]).rstrip(" .。")
