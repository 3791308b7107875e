"""What a heading or label announces: uses, prompts, examples, what the skill does, what it is not for."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

Scope = Literal["use", "prompts", "examples", "about", "not", ""]


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_USE = _any(
    r"\bwhen (?:to|should|would|you should) .{0,40}\b(?:us(?:e|ing)|apply|activate|invoke|trigger|offer|reach)\b",
    r"\bwhen (?:this|the) (?:skill|workflow|tool) (?:activates|applies|is used|should|triggers)",
    r"\bwhen to (?:use|apply|activate|invoke|trigger|offer|load|call)\b",
    r"\b(?:use|choose|invoke|activate|apply|trigger|load)s?\b.{0,40}\b(?:when|whenever|if)\b",
    r"\b(?:use|used|useful)\b.{0,20}\bfor *[:：]?$",
    r"\b(?:use|common|typical) (?:cases?|scenarios?|situations)$|^use[ -]cases?\b|^scenarios$",
    r"\btrigger(?:ing)?[ -](?:phrases?|conditions?|words?|terms?|keywords?|criteria|examples?|prompts?)\b",
    r"\bactivation (?:conditions?|criteria|triggers?|phrases?)\b|^activates? (?:when|on|for)\b",
    r"使用(?:场景|時機|时机|情境)|(?:何时|什么时候|何時)(?:使用|触发|觸發)|适用(?:场景|于|情况)|適用(?:場景|於|情境)",
    r"触发(?:条件|词|场景|关键词)|觸發(?:條件|詞|場景)|应用场景|典型场景",
    r"使うとき|使用(?:する)?(?:場面|タイミング)|ユースケース|いつ使う|発動条件|トリガー(?:条件|フレーズ)",
    r"사용 ?(?:시점|시기|사례)|언제 사용|트리거 (?:조건|문구)|활용 ?사례",
    r"\bcu[aá]ndo (?:usar|utilizar|activar|aplicar)|\bcasos de uso",
    r"\bquand (?:utiliser|l['’]utiliser|activer)|\bcas d['’](?:usage|utilisation)",
    r"\bwann (?:verwenden|benutzen|nutzen|einsetzen)|\banwendungsf[aä]lle|\beinsatzf[aä]lle",
    r"\bquando (?:usar|utilizar|ativar|usare|utilizzare)|\bcasi d['’]uso",
    r"когда (?:использовать|применять)|сценарии использования",
)
_PROMPTS = _any(
    r"\b(?:examples?|sample|typical|natural[ -]language|user|test|conversational|trigger|quick)"
    r"[ -](?:user[ -])?(?:prompts?|requests?|quer(?:y|ies)|questions|phrases|utterances|interactions|asks)\b",
    r"\b(?:example|sample|typical|quick|user|conversational)[ -](?:conversations?|usage|inputs?|dialog(?:ue)?s?)\b",
    r"\busage examples?\b|\bexamples? (?:of )?usage\b|^(?:skill |auto(?:matic)? )?triggers?$|^activation$",
    r"\bcan (?:ask|say)\b|\buser (?:says|asks|requests|might say|may say)\b",
    r"\bthings to (?:ask|say|try)\b|^try (?:asking|saying)\b",
    r"示例(?:请求|提示|问题|对话)|触发方式|使用示例|使用例|プロンプト例|トリガー$",
    r"사용 ?예시|예시 ?(?:요청|프롬프트)|트리거$",
    r"ejemplos? de (?:uso|prompts?|peticiones)|exemples? (?:de prompts?|d['’]utilisation)",
    r"beispiel(?:anfragen|prompts?)|exemplos? de uso|примеры (?:запросов|использования)",
)
_EXAMPLES = _any(
    r"\bexamples?\b", r"示例|例子|예시", r"\b(?:ejemplos?|exemples?|beispiele?|exemplos?)\b|примеры"
)
_ABOUT = _any(
    r"^(?:overview|purpose|introduction|about|summary|description|goals?|mission|objective|core function)\b",
    r"\bwhat (?:this|the|it) .{0,30}\b(?:do|does|is for|provides|covers)\b|\bwhat (?:this|it) does\b",
    r"^(?:core |key |main )?(?:capabilit(?:y|ies)|features|functions|functionality|tasks|operations)$",
    r"^(?:概述|简介|功能|核心功能|概要|機能|개요|기능|обзор|назначение|возможности)",
    r"^(?:resumen|descripción|aperçu|présentation|überblick|funktionen|visão geral)",
)
_NOT = _any(
    r"^(?:key |why )?(?:metrics|performance|stat(?:istic)?s|adoption|benefits|advantages|outputs?|deliverables|"
    r"steps|process|requirements|prerequisites|setup|installation|notes?|facts)\b",
    r"\b(?:not|never|avoid|without|except|exclu\w+|skip|stop|instead|alternatives?|vs\.?|versus|wrong|bad|negative)\b",
    r"n['’]t\b|\bout[ -]of[ -]scope\b|\bnon[ -]?(?:goals?|triggers?)\b|\banti[ -]?\w*|\blimitations?\b|\bproactive\b",
    r"\b(?:other|related) skills?\b|\bhand[ -]?offs?\b|\bdelegate\b|\bred flags?\b|\bmistakes?\b|\bpitfalls?\b",
    r"不(?:要|适|適|应|應|该|用|使用|触发)|勿|避免|禁止|非适用|しない|避ける|使わない|않|마세요|금지",
    r"\bwhen (?:the |a )?users? (?:says?|asks?)\b.{0,20}[\"“'].+[\"”']",  # what is then done stands below
    r"\bnicht\b|\bkeine?\b|\bvermeiden\b|\bne pas\b|\bjamais\b|\béviter\b",
    r"\bno (?:usar|utilizar)\b|\bnunca\b|\bevitar\b|\bnão\b|\bevitare\b",
    r"\bnon (?:usare|utilizzare)\b|\bне\b|\bнельзя\b|[❌⛔🚫✗✘]",
)
_NOT_ITEM = _any(
    r"^(?:do not|don['’]t|never|avoid|not\b|no\b|skip\b|unless|except|out of scope|instead|[❌⛔🚫✗✘])",
    r"^(?:ne pas|nicht|no usar|不要|不适|不適|不用|避免|勿)",
    r"\bnot (?:for|this skill)\b|\binstead\b.{0,40}$",
    r"\b(?:use|see|prefer|try) (?:the )?[\w`/:.-]+(?: skill)? instead\b",
)
_OTHER = re.compile(
    r"^\W*(?:use|choose|prefer|pick|reach for|select|consider)\s+(.{1,40}?)\s*(?:\([^)]*\))?\s*"
    r"(?:\b(?:when|whenever|if|for)\b|[:：]$)",
    re.IGNORECASE,
)
_ITSELF = re.compile(r"(?:this|it|me|the skill|the tool|these?|when|whenever|if|for|cases?)\b", re.IGNORECASE)
_NUMBERING = re.compile(r"^(?:step\s+)?[\dIVX]+(?:\.\d+)*[.):]\s*", re.IGNORECASE)


def squash(text: str) -> str:
    """Letters and digits only, case folded: the spelling-free form of a name."""
    return "".join(ch for ch in unicodedata.normalize("NFKC", text).casefold() if ch.isalnum())


def scope_of(label: str, own: str) -> Scope:
    """What a heading or label of the skill called `own` announces; empty when it announces nothing.

    Turning away wins over everything, and `Use vLLM when:` in another skill turns away too.
    """
    scope, named = _announced(label)
    if named and scope != "not":
        name = squash(own)
        if named not in name and name not in named:
            return "not"
    return scope


@lru_cache(maxsize=1 << 15)
def _announced(label: str) -> tuple[Scope, str]:
    """Return what a label announces in any skill, and what it says to use, squashed: most stand in many skills."""
    label = _NUMBERING.sub("", label).strip(" :：*_")
    if len(label) > 120:
        return "", ""
    match = _OTHER.match(label)
    named = "" if match is None or _ITSELF.match(match.group(1)) else squash(match.group(1))
    if _NOT.search(label):
        return "not", named
    if _USE.search(label):
        return "use", named
    if _PROMPTS.search(label):
        return "prompts", named
    if _EXAMPLES.search(label):
        return "examples", named
    return "about" if _ABOUT.search(label) else "", named


def is_negative_item(item: str) -> bool:
    """Whether a list item says when not to use the skill."""
    return bool(_NOT_ITEM.search(item))


_POINTER = re.compile(
    r"\(#\d+(?:\s*[-–]\s*#?\d+)?\)|^\W*(?:see|refer to|go to|read|consult)(?: also)?\b[^.]*\]\("
    r"|^\W*\[[^\]]*\]\([^)]*\)\W*$|\]\([^)\s]*(?:SKILL\.md|\.\./[\w-]+/?)\)",
    re.IGNORECASE,
)


def is_pointer(raw: str) -> bool:
    """Whether an item of a list only sends its reader on: to a number of another list, a file, or another skill."""
    return bool(_POINTER.search(raw))
