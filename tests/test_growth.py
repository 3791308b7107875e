"""No text makes a function slow: a line of twenty thousand equal marks costs what its length costs, not its square.

Counted is the process's own work: a timer of virtual time, which stands while others work, ends a call that goes on
and on. A function whose work grows with the square of the length needs minutes here, an honest one a moment.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from skillaudit.analysis.generic import _ITEMS, claims, generic_phrases
from skillaudit.asking import answers
from skillaudit.compile.executors import final_answer
from skillaudit.compile.policies import show_holes_outside_code
from skillaudit.compile.prose import fill_holes, role_of, topics
from skillaudit.compile.tree import TreeError, parse
from skillaudit.laws.execution_handoffs import hand_offs
from skillaudit.load.prose import first_paragraph
from skillaudit.load.skill_file import parse_skill
from skillaudit.optimize.acting.acts import acts_of, brought
from skillaudit.optimize.apply.sections import carried, sections
from skillaudit.optimize.fitting import _acronyms, _phrases
from skillaudit.optimize.forbidding import contradicted
from skillaudit.optimize.foreign import Foreign, lost_with
from skillaudit.optimize.hierarchy.tree import tree_of
from skillaudit.optimize.words.lexicon import _CALLED, _NOT_FOR
from skillaudit.optimize.words.lists import QUOTED
from skillaudit.optimize.words.phrasing import fit, without_generic
from skillaudit.optimize.words.situations import _LEARNS, _PURPOSE
from skillaudit.optimize.words.source import brings, source_of, stems
from skillaudit.page import lines
from skillaudit.page.markdown import escape
from skillaudit.reading import JsonError, limits, parse_json
from skillaudit.reading.toml_text import parse_toml
from skillaudit.reading.yaml_text import YamlError, compose
from skillaudit.requests import mining, synthesis, wording
from skillaudit.requests.leaks import LeakFilter
from skillaudit.safety.cleaning import clean, one_line, removed_classes
from skillaudit.safety.exits import shown
from skillaudit.schema import Skill
from skillaudit.scoring.ngrams import count_ngrams
from skillaudit.text import markdown
from skillaudit.text.occasions import speaks
from skillaudit.text.sentences import sentences
from skillaudit.text.words import Keys, identifiers, terms, tokens

pytestmark = pytest.mark.slow

SIZE = 20_000
SECONDS = 4.0
"""Of the process's own time for all texts of one function; the slowest takes a quarter of it."""

ATOMS = (
    *"aA1 .,;:!?-_*`~'\"“”«」()[]{}<>|/\\#@$%^&+=\t\n\r的あ한\u200d\u202e\x1b",
    *(
        "a ",
        "a-",
        "a_",
        "-a",
        " \n",
        "* ",
        "- a\n",
        "# ",
        "#\n",
        "> ",
        "1. ",
        "a.b",
        "a. ",
        "![",
        "[a",
        "[a](",
        "<a",
        "</",
    ),
    *(
        "<!--",
        "```\n",
        "```a\n",
        "~~~\n",
        "**a",
        "__a",
        "a:",
        ": ",
        '\\"',
        "{a",
        "{{",
        "a,",
        "\n\n",
        "---\n",
        "-> ",
        "a\t",
    ),
    *("use a ", "when ", "Example: ", "answer: ", "not ", "for a, ", "<example>", "the skill ", "then use "),
)


class TooSlowError(Exception):
    """A call went on and on."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `TooSlowError` when the process itself works for longer."""

    def stop(*_: object) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def skill(body: str, description: str = "Writes reports for people.", name: str = "a-b") -> Skill:
    return Skill(id=name, name=name, description=description, body=body, path="a/SKILL.md", root=".")


def mine(text: str) -> None:
    parts = mining.read(skill(text))
    list(mining.mined(parts, "a-b"))
    list(mining.tasks(parts, "a-b"))


def leaks(text: str) -> None:
    text = text[:20_000]
    found = LeakFilter([skill("", text), skill("", "x", text[:400] or "c")])
    found.leaks(text[:4_000], "a-b")
    found.mentions(text[:4_000], "a-b")


def merge(goes: Skill, stays: Skill) -> None:
    foreign = Foreign([goes, stays])
    foreign.forbids(goes, stays)
    lost_with(goes, stays, foreign.brings(goes, stays))


def form(read: Callable[[str], Any]) -> Callable[[str], None]:
    """Return a function that reads a text and lets the form's own error pass."""

    def call(text: str) -> None:
        for start in ("", "a: ", '"'):
            with suppress(JsonError, YamlError, TreeError, ValueError):
                read(start + text)

    return call


FUNCTIONS: dict[str, Callable[[str], Any]] = {
    "clean": lambda text: (clean(text), one_line(text), removed_classes(text)),
    "skill file": lambda text: parse_skill(f"---\nname: a\ndescription: b\n---\n{text}".encode(), folder="a"),
    "frontmatter": lambda text: parse_skill(f"---\nname: a\n{text}\n---\nbody".encode(), folder="a"),
    "description": lambda text: parse_skill(f"---\nname: a\ndescription: {text}\n---\n".encode(), folder="a"),
    "start of a file": lambda text: parse_skill(text.encode(), folder="a"),
    "first paragraph": lambda text: (first_paragraph(text), first_paragraph(f"# {text}x")),
    "markdown": lambda text: (list(markdown.blocks(text)), list(markdown.blocks(f"# {text}x"))),
    "plain": lambda text: (markdown.bare(text[:4_000]), markdown.plain(text[:4_000] + "x")),
    "mining": mine,
    "leaks": leaks,
    "identifiers": identifiers,
    "wording": lambda text: (wording.pieces(text), wording.quoted(text), sentences(text)),
    "requests": lambda text: (
        wording.spoken(text[:4_000]), wording.as_request(text[:4_000]), wording.is_plausible(text[:4_000]),
        wording.enumerated(text[:4_000]), wording.is_about(text[:4_000]), wording.is_statement(text),
    ),
    "synthesis": synthesis.parse,
    "tokens": lambda text: (tokens(text), list(terms(text)), Keys().of(text)),
    "generic phrases": lambda text: (generic_phrases(text), claims.__wrapped__(text)),
    "n-grams": lambda text: count_ngrams([text]),
    "hand-offs": lambda text: hand_offs([skill(f"{text} a-b"), skill("", name="a")]),
    "quoting": lambda text: (stems(text), source_of(skill(text)), brings(text[:4_000], text)),
    "naming a group": lambda text: tree_of(
        [Skill(id=name, name=name + text[:100], description=text) for name in "ab"], [[[0, 1]]]
    ),
    "descriptions": lambda text: (without_generic(text[:20_000]), fit(text[:20_000], 900)),
    "answers": lambda text: answers.parse(text, ["a-b", "c"]),
    "final answer": final_answer,
    "agents' prose": lambda text: (sentences(text), topics(text), role_of(text), fill_holes(text)),
    "lines": lambda text: (lines.printable(text), lines.wrap(text, 80), lines.clip(text, 80), lines.fit(text, 80)),
    "exits": lambda text: (escape(text), shown(text)),
    "JSON": form(lambda text: parse_json(text, limits.REQUESTS)),
    "YAML": form(lambda text: compose(text, limits.REQUESTS)),
    "TOML": form(parse_toml),
    "agents' YAML": form(lambda text: parse(text.encode(), "x")),
    "code in prompts": show_holes_outside_code,
    "what is forbidden": lambda text: contradicted(skill(text), skill(f"`a create b`\n{text}", name="c-d")),
    "what is said": lambda text: (speaks(text), _ITEMS.split(text)),
    "what is done": lambda text: brought(acts_of(text[:8_000]), acts_of(f"`curl {text[:4_000]}`")),
    "what code does": lambda text: brought(
        acts_of(f"```bash\n{text[:8_000]}\n```"), acts_of(f"```py\n{text[:4_000]}\n```")
    ),
    "what a merge brings": lambda text: merge(skill(text[:4_000]), skill(f"# a\n{text[:2_000]}", name="c-d")),
    "what is carried": lambda text: carried(text, {part.key for part in sections(f"# a\n{text}")}, "a", bool),
    "fitting": lambda text: (QUOTED.sub("", text), list(_phrases(text)), list(_acronyms(text)), _NOT_FOR.search(text)),
    "occasions": lambda text: (
        _CALLED.match(text), _PURPOSE.search(text), _LEARNS.match(text), _LEARNS.match(f"learning {text}"),
    ),
}  # fmt: skip


@pytest.mark.skipif(not hasattr(signal, "ITIMER_VIRTUAL"), reason="no timer of a process's own time")
@pytest.mark.parametrize("name", FUNCTIONS)
def test_hostile_lines_cost_no_more_than_their_length(name: str) -> None:
    call, atom = FUNCTIONS[name], ""
    try:
        with limited(SECONDS):
            for atom in ATOMS:
                call(atom * (SIZE // len(atom)))
    except TooSlowError:
        pytest.fail(f"{name} is slow on {atom!r} many times over")


def test_the_limit_itself_would_be_noticed() -> None:
    def square(text: str) -> int:
        return sum(text[at:].count("x") for at in range(len(text)) for _ in range(40))

    with pytest.raises(TooSlowError), limited(0.2):
        square("a" * SIZE)
