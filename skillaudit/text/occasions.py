"""How descriptions say when to use something, language by language."""

from __future__ import annotations

import re

from skillaudit.text.caseless import Caseless

_NEAR = r"[^.。！？\n]{0,60}?"
WHEN = {
    "en": r"\buse[ds]? (?:this(?: skill)? |it )?when(?:ever)?\b"
    r"|(?:^|[.!?]\s|\n)[ \t]*when(?:ever)?\b|\bwhen(?:ever)? (?:(?:the|a|your) )?(?:users?|you|someone|asked)\b",
    "de": rf"\b(?:verwende|verwenden|nutze|nutzen|benutze|benutzen|einsetzen)\b{_NEAR}\b(?:wenn|sobald|falls)\b"
    r"|(?:^|[.!?]\s)wenn\b|\bwenn (?:du|sie|man|(?:der|die|ein|eine) (?:nutzer|benutzer|anwender)\w*)\b",
    "fr": rf"\b(?:utilise[rz]?|employe[rz]|invoque[rz])\b{_NEAR}\b(?:quand|lorsqu\w*|si)\b"
    r"|\b(?:quand|lorsque) (?:vous|tu)\b|\b(?:quand|lorsque) l['’]utilisat",
    "es": rf"\b(?:usar|usa|use|úsalo|úsala|utiliza|utilice|utilizar)\b{_NEAR}\bcuando\b|(?:^|[.!?]\s)cuando\b"
    r"|\bcuando (?:el|la|un|una|los) usuari",
    "pt": rf"\b(?:usar|usa|use|utilize|utilizar)\b{_NEAR}\bquando\b|\bquando (?:o|a|um|uma|os) (?:usuári|utilizador)",
    "it": rf"\b(?:usare|usa|usalo|utilizza|utilizzare)\b{_NEAR}\bquando\b|(?:^|[.!?]\s)quando\b|\bquando l['’]utent",
    "ru": rf"\b(?:использу\w+|использовать|применя\w+)\b{_NEAR}\b(?:когда|если)\b|(?:^|[.!?]\s)когда\b"
    r"|\b(?:когда|если) пользовател",
    "zh": r"(?:当|當|在)[^。！？\n]{1,80}?(?:时|時)(?!间|間|区|區|代|刻)|(?:时|時|时候|時候)"
    r"(?:才|请|請|应|應)?(?:使用|调用|調用|触发|觸發|启用|啟用|加载|載入)"
    r"|适用于|適用於|使用(?:场景|場景|时机|時機|情境)|何[时時]使用",
    "ja": r"(?:とき|時|場合|際)(?:に|は|には)?(?:使|利用|適用|呼び出|実行|発動)"
    r"|(?:したい|必要な|求められた|依頼された)(?:とき|時|場合|際)",
    "ko": r"(?:때|경우)(?:에)?(?:는)? ?(?:사용|이용|쓰|호출|실행|적용)|요청(?:할|하는|했을) ?(?:때|경우)",
}
"""By language, as parts of a pattern that ignores case: a call to use it when, or when who does what."""
SAID_WHEN = "|".join(WHEN.values())
"""A pattern for texts that say, in any of these languages, when something is to be used."""

_TOLD = {
    "en": ("when",),
    "de": ("wenn", "sobald", "falls"),
    "fr": ("quand", "lorsqu", "si"),
    "es": ("cuando",),
    "pt": ("quando",),
    "it": ("quando",),
    "ru": ("когда", "если"),
    "zh": ("时", "時", "适用于", "適用於", "使用"),
    "ja": ("とき", "時", "場合", "際"),
    "ko": ("때", "경우"),
}
"""Of these one stands in whatever a language's pattern matches, and is found sooner than that."""
_SPOKEN = tuple((_TOLD[language], Caseless(pattern)) for language, pattern in WHEN.items())


def says_when(text: str) -> bool:
    """Whether a text matches `SAID_WHEN`, in any case."""
    plain = text.casefold().replace("ı", "i")  # which a pattern that ignores case takes for one
    return any(any(word in plain for word in told) and when.first(text) for told, when in _SPOKEN)


_CALLED = (
    r"\b(?:use[ds]?|using|apply|applies|invoke|trigger\w*|activat\w+|load|call|run|reach for|choose|pick)\b[^.]{0,60}?"
    r"\b(?:when|whenever|if|for|on|before|after|to|with)\b|\bwhen(?:ever)? (?:the )?(?:users?|you|working|asked)\b"
    r"|\btriggers?\b|\bkeywords?:|\b(?:preferred|perfect|best|ideal|useful|suitable|meant|intended|designed|made) for\b"
    r"|^(?:when|if)\b|\bwhen(?:ever)? \w+ing\b|\b(?:any|every|each) ?time (?:i|you|the user|users?|someone)\b"
)
SAYS_WHEN = re.compile(rf"{_CALLED}|{SAID_WHEN}", re.IGNORECASE)
"""A description that says in some way when its skill is to be used, "Use for ..." among them."""
_CALLS = Caseless(_CALLED)
_QUOTE = re.compile(r"[\"“«「][^\"”»」\n]{4,400}[\"”»」]")


def speaks(description: str, when_to_use: str = "") -> bool:
    """Whether a skill says when it is to be used, in one way or another, or quotes what users say."""
    # What is told soonest comes first.
    return bool(
        when_to_use or _QUOTE.search(description) or says_when(description) or _CALLS.first(description)
    )
