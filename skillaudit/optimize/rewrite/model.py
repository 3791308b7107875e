"""The model rewriter: a language model proposes a description, and the same checks hold it to the file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.optimize.words.phrasing import FUNCTION_WORDS, MAX_DESCRIPTION
from skillaudit.optimize.words.source import stems
from skillaudit.safety.cleaning import one_line
from skillaudit.safety.prompts import Quote
from skillaudit.schema import Skill
from skillaudit.text.words import stem

Complete = Callable[[str], str]
"""Sends one prompt to a model and returns its answer; raises ModelError."""

_FILE = 6_000
"""Characters of a skill's file that the prompt quotes."""
_EXAMPLES = 6
_OBJECT = re.compile(r"\{.*\}", re.DOTALL)

_PROMPT = """Rewrite the description of one skill in an agent's skill library. A model sees only the names and
descriptions of all skills and must choose one for a user's request. {rule}

Rules:
- Write in the language of the present description. One paragraph, at most {limit} characters.
- Begin with what the skill does. Then say "Use when ...", in words that users say.
- Say what would have brought the requests that it wrongly lost, and kept away those that it wrongly took.
- Draw the line to the rivals: "Not for X, use NAME." where requests are taken for theirs.
- Use only words that stand in the skill's own file or in a rival's name. Claim nothing that the file does not.
- No words such as "any task", "everything", "always use this".

Answer with a JSON object: {{"description": "..."}}

{texts}
{again}"""


def invented(text: str, row: int, lexicon: Lexicon, skill: Skill, rivals: Sequence[Skill]) -> tuple[str, ...]:
    """Return the telling words of a description that stand neither in the skill's file nor in a rival's name."""
    known = set(lexicon.sources[row].counts) | set(stems(skill.text))
    known |= {word for rival in rivals for word in stems(f"{rival.name} {rival.name.replace('-', ' ')}")}
    known |= {stem(word) for word in FUNCTION_WORDS}
    return tuple(dict.fromkeys(word for word in stems(text) if word not in known))


class ModelWriter:
    """Makes candidates by asking a model, at most twice a skill."""

    def __init__(
        self,
        complete: Complete,
        lexicon: Lexicon,
        skills: Sequence[Skill],
        requests: Sequence[Sequence[str]],
        limit: int = MAX_DESCRIPTION,
        lost: Sequence[Sequence[str]] = (),
        taken: Sequence[Sequence[str]] = (),
    ) -> None:
        """Take the model, the words of the library, and each skill's work requests, in parallel.

        `lost` are those that went to another skill, and `taken` those of others that came to this one, each with
        that skill's name.
        """
        self._complete = complete
        self._lexicon = lexicon
        self._skills = skills
        self._requests = requests
        self._lost = lost or [()] * len(skills)
        self._taken = taken or [()] * len(skills)
        self._limit = min(limit, MAX_DESCRIPTION)
        self.refused: list[str] = []
        """Why answers were not used, one sentence each."""

    def __call__(self, skill: Skill, row: int, rivals: Sequence[int]) -> Sequence[str]:
        """Return the model's description if it passes the checks; an empty list otherwise."""
        others = [self._skills[rival] for rival in rivals]
        again = ""
        for _ in range(2):
            text = self._read(self._complete(self._prompt(skill, row, others, again)))
            problem = self._problem(text, skill, row, others)
            if not problem:
                return [text]
            again = problem
        self.refused.append(f"{skill.id}: {problem}")
        return []

    def _prompt(self, skill: Skill, row: int, rivals: Sequence[Skill], again: str) -> str:
        rival = [f"- {rival.name}: {rival.description[:400]}" for rival in rivals]
        asked = [f"- {query[:200]}" for query in self._requests[row][:_EXAMPLES]]
        texts = {
            "name": skill.name,
            "present-description": skill.description,
            "file": "\n".join(self._lexicon.sources[row].lines)[:_FILE],
            "rivals": "\n".join(rival) or "none",
            "requests-that-were-for-this-skill": "\n".join(asked) or "none",
            "requests-that-it-wrongly-lost": "\n".join(self._lost[row][:_EXAMPLES]) or "none",
            "requests-that-it-wrongly-took": "\n".join(self._taken[row][:_EXAMPLES]) or "none",
        }
        quote = Quote(*texts.values(), again)
        return _PROMPT.format(
            limit=self._limit,
            rule=quote.rule,
            texts="\n".join(quote(name, text) for name, text in texts.items()),
            again=f"Your last answer was not used:\n{quote('reason', again)}" if again else "",
        )

    def _read(self, answer: str) -> str:
        match = _OBJECT.search(answer)
        try:
            found = json.loads(match.group()) if match else None
        except (ValueError, RecursionError):
            found = None
        text = found.get("description") if isinstance(found, dict) else None
        return one_line(text) if isinstance(text, str) else ""

    def _problem(self, text: str, skill: Skill, row: int, rivals: Sequence[Skill]) -> str:
        if not text:
            return "it was no JSON object with a description"
        if len(text) > self._limit:
            return f"it had {len(text)} characters, more than {self._limit}"
        if words := invented(text, row, self._lexicon, skill, rivals):
            return f"these words stand neither in the file nor in a rival's name: {', '.join(words[:12])}"
        return ""
