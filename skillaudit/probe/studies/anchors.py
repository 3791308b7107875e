"""Anchors: the same requests as they are, with half of what is concrete taken out, and with all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from skillaudit.asking.orders import shuffled
from skillaudit.asking.records import Decision, Fit, StudyPlan
from skillaudit.asking.samples import Sample, plain
from skillaudit.probe.ground import Ground
from skillaudit.probe.studies.alike import central
from skillaudit.probe.studies.common import make_plan, routed_trial, with_rivals
from skillaudit.scoring.ngrams import tokens
from skillaudit.stats.counting import effective_number

SIZE = 50
REQUESTS = 100
COMMON = 0.12
"""A word that so large a share of the descriptors has says nothing concrete."""
ABSTRACT_SHARE, ABSTRACT_LEAST = 0.05, 3
FILLER = "this"
WORDINGS = {"concrete": "as they are worded", "blurred": "with half the anchors", "vague": "without anchors"}


def plan(ground: Ground) -> StudyPlan:
    """Offer the right skill among up to 49 others, the most abstract ones always there, to each wording."""
    ids = [skill.id for skill in ground.skills]
    abstract = abstract_skills(ground)
    common = _common(ground)
    trials, kept = [], 0
    for request in ground.sample(REQUESTS):
        gold = [skill for skill in ids if skill in request.gold]
        vague = strip_anchors(request.query, common)
        blurred = strip_anchors(request.query, common, every=2)
        if vague == request.query or gold[0] in abstract:
            continue
        kept += 1
        for repeat in range(ground.repeats):
            others = [*abstract, *shuffled(ids, ground.seed, "anchors", request.query, repeat)]
            offered = with_rivals(gold, others, SIZE)
            trials += [
                routed_trial(ground, request, offered, condition, repeat, x=float(at), task=task)
                for at, (condition, task) in enumerate(zip(WORDINGS, ("", blurred, vague), strict=True))
            ]
    names = ", ".join(abstract)
    notes = (
        f"Abstract skills, by mean likeness to all others: {names}.",
        "Vague wordings are made by rule: words that few descriptors share, numbers and names become "
        f"{FILLER!r}.",
    )
    return make_plan("anchors", ground, trials, notes)


def abstract_skills(ground: Ground) -> tuple[str, ...]:
    """Return the skills that are likeliest to be black holes."""
    return central(ground, ABSTRACT_SHARE, min(ABSTRACT_LEAST, len(ground.skills) // 3))


def conclude(ground: Ground, decisions: Sequence[Decision]) -> tuple[Fit, ...]:
    """Say what abstract skills take, and how far choices gather on few skills, with and without anchors."""
    abstract = set(abstract_skills(ground))
    sample = Sample(decisions)
    if not sample.decisions:
        return ()
    taken = sample.marks([d.outcome == "hijack" and d.chosen in abstract for d in sample.decisions])
    took = {wording: sample.mean(taken, sample.where(wording)) for wording in WORDINGS}
    meaning = "share of requests that abstract skills take"
    return (
        *(sample.fit(f"taken, {name}", took[name], f"{meaning}, {said}") for name, said in WORDINGS.items()),
        sample.fit(
            "black-hole effect",
            took["vague"].less(took["concrete"]),
            "what abstract skills take more when the anchors are gone",
        ),
        sample.contrast("vague", "concrete", "accuracy", "accuracy without anchors, less that with them"),
        *_absorbers(decisions),
    )


def _absorbers(decisions: Sequence[Decision]) -> list[Fit]:
    """Effective number of skills that wrong choices went to: exp of the entropy."""
    lost = [d for d in decisions if d.outcome == "hijack" and d.gold]
    wrong = {wording: [str(d.chosen) for d in lost if d.condition == wording] for wording in WORDINGS}
    return [
        plain(
            f"absorbers, {wording}",
            effective_number(chosen),
            f"effective number of skills among which {len(chosen)} wrong choices fell",
        )
        for wording, chosen in wrong.items()
        if chosen
    ]


def _common(ground: Ground) -> frozenset[str]:
    found: Counter[str] = Counter()
    for skill in ground.skills:
        found.update(set(tokens(skill.text)))
    floor = max(2.0, COMMON * len(ground.skills))
    return frozenset(word for word, count in found.items() if count >= floor)


def strip_anchors(query: str, common: frozenset[str], every: int = 1) -> str:
    """Return a request in which every so-manieth telling word is replaced by a filler, runs of fillers by one."""
    kept: list[str] = []
    telling = 0
    for word in query.split():
        parts = tokens(word)
        if parts and all(part in common or part in _EVERYDAY for part in parts):
            kept.append(word)
            continue
        telling += 1
        if telling % every:
            kept.append(word)
        elif not kept or kept[-1] != FILLER:
            kept.append(FILLER)
    return " ".join(kept)


_WORDS = """
a an and any are as at be but by can could do does for from get give has have help how i if in into is it its just
let like make me my need no not of on one or our out please set should so some that the their them then there these
they this to up us use want was we what when where which who why will with would you your
"""
_EVERYDAY = frozenset(_WORDS.split())
