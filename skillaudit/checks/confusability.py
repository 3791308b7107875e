"""Rules about skills that take each other's requests."""

from __future__ import annotations

from collections.abc import Iterator, Set
from functools import cache

from skillaudit.analysis.names import named, set_apart
from skillaudit.checks.rule import Facts, Rule, percent, places
from skillaudit.schema import Cluster, Finding, Pair, RequestLoss

CLONE_COHESION = 0.9
"""Mean cosine of a group above which its descriptors differ by little more than a name; in
ordinary groups of real libraries it lies near 0.6."""
CLONE_SKILLS = 4
PAIR_LOSS = 0.25
"""Share of a skill's requests that one rival must take to be worth a finding of its own."""
PAIR_MAY = 0.06
"""Share from which it is worth a note. Today's strongest models lose no more to one rival: over eight libraries, of the
pairs with so much one in eight requests did go to the rival, and a quarter of all that went wrong was among them."""
NOTES = 10
"""Notes on pairs, those that lose most."""
TWIN_COSINE = {"dense": 0.75, "hybrid": 0.75, "lexical": 0.35}
"""Cosine from which two descriptors of one cluster are twins, by scorer. On vectors it separates the
pairs that a reader of ten real libraries takes for doubles from those that share a subject only. By words, the
frontier models of eight libraries sent 6 of 122 requests of such a skill to the other, and 1 of 150 where a name
sets the two apart."""
VICTIM_LOSS = 0.5
VICTIM_LOW = 0.25
VICTIM_MAY = 0.3
"""Loss from which a skill has a note, however few requests judge it."""


def clone_families(evidence: Facts) -> list[Cluster]:
    """Return the clusters whose members are copies of one descriptor."""
    return [
        cluster
        for cluster in evidence.clusters
        if len(cluster.skills) >= CLONE_SKILLS and (cluster.template or cluster.cohesion >= CLONE_COHESION)
    ]


def _clones(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    for cluster in clone_families(evidence):
        first = cluster.skills[0]
        yield rule.finding(
            cluster.skills,
            f"{len(cluster.skills):,} skills share one description but for a word or two (alike in: {cluster.label}); "
            f"{first} and {cluster.skills[1]} are two of them.",
            evidence=f"Mean likeness of the descriptions {cluster.cohesion:.2f}, where 1 is the same.",
            fix="Fold them into one skill that asks which case applies, or say in each what only it can do.",
            places=places(evidence, cluster.skills),
            key=first,
        )


def _pairs(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    cloned = {member: cluster.index for cluster in clone_families(evidence) for member in cluster.skills}
    notes = sorted(
        (pair for pair in evidence.pairs if PAIR_MAY <= _loss(pair) < PAIR_LOSS),
        key=lambda pair: (-_loss(pair), pair.a, pair.b),
    )
    told = {(pair.a, pair.b) for pair in notes[:NOTES]}
    templates = {defect.skill for defect in evidence.library.defects if defect.kind == "placeholder"}
    for pair in evidence.pairs:
        if _loss(pair) < PAIR_LOSS and (pair.a, pair.b) not in told:
            continue
        if pair.a in cloned and cloned[pair.a] == cloned.get(pair.b):
            continue
        loser, taker = (pair.a, pair.b) if pair.a_to_b >= pair.b_to_a else (pair.b, pair.a)
        loss, back = _loss(pair), min(pair.a_to_b, pair.b_to_a)
        both = f", and {percent(back)} go the other way" if back >= 0.1 else ""
        lost = [one for one in pair.requests if (one.gold, one.taken_by) == (loser, taker)]
        example = f" For example: {_flip(lost[0])}." if lost else ""
        yield rule.finding(
            (pair.a, pair.b),
            f"{taker} {'is expected to' if loss >= PAIR_LOSS else 'may'} take {percent(loss)} of the requests of "
            f"{loser}{both}.",
            evidence=f"Likeness of the descriptions {pair.cosine:.2f}, where 1 is the same.{example}",
            fix=_told_apart(pair, loser, taker, templates),
            places=places(evidence, (loser, taker)),
            severity=None if loss >= PAIR_LOSS else "info",
        )


def _told_apart(pair: Pair, loser: str, taker: str, templates: Set[str]) -> str:
    if left := templates & {taker, loser}:
        return f"Say what {min(left)} does in place of what a template left there, or take it out of the library."
    merge = f"Merge them: {pair.merge}. Or say" if pair.merge else "Say"
    return f"{merge} in {loser} what only it does, and in each “not for ..., use {taker}” (and the reverse)."


def _loss(pair: Pair) -> float:
    """Share of its requests that the skill of a pair which loses more loses to the other."""
    return max(pair.a_to_b, pair.b_to_a)


def _twins(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    bar = TWIN_COSINE[evidence.forecast.scorer]
    cloned = {cluster.index for cluster in clone_families(evidence)}
    found: dict[int, dict[tuple[str, str], float]] = {}
    cluster_of = {skill.id: skill.cluster for skill in evidence.skills}
    inside_of: dict[int, list[str]] = {}
    for skill in evidence.skills:
        inside_of.setdefault(skill.cluster, []).append(skill.id)
    about = cache(lambda of: named(evidence.by_id[of]))
    merges = {(min(pair.a, pair.b), max(pair.a, pair.b)): pair.merge for pair in evidence.pairs}
    for skill in evidence.skills:
        for rival in skill.rivals:
            inside = skill.cluster >= 0 and cluster_of.get(rival.id) == skill.cluster
            if inside and skill.cluster not in cloned and rival.cosine >= bar:
                pair = (min(skill.id, rival.id), max(skill.id, rival.id))
                known = found.setdefault(skill.cluster, {})
                if pair in known or not set_apart(about(skill.id), about(rival.id)):
                    known[pair] = rival.cosine
    for pairs in sorted(filter(None, found.values()), key=lambda pairs: (-max(pairs.values()), min(pairs))):
        (a, b), cosine = min(pairs.items(), key=lambda item: (-item[1], item[0]))
        others = [member for member in inside_of[cluster_of[a]] if member not in (a, b)]
        more = (
            f"; with them stand {', '.join(others[:4])}{' and more' if len(others) > 4 else ''}"
            if others
            else ""
        )
        yield rule.finding(
            (a, b, *others),
            f"{a} and {b} say much the same{more}.",
            evidence=f"Likeness {cosine:.2f}, where 1 is the same; "
            f"{len(pairs)} pair{'s' if len(pairs) > 1 else ''} at {bar:.2f} or more.",
            fix=_merged_or_told(a, b, merges.get((a, b), "")),
            places=places(evidence, (a, b, *others)),
        )


def _merged_or_told(a: str, b: str, why: str) -> str:
    """Advise a merge first only where a plan proposes one."""
    apart = f"say in each of {a} and {b} what only it does and name the other for the rest"
    if why:
        return f"Merge {a} and {b}: {why}. Or {apart}."
    return f"{apart[:1].upper()}{apart[1:]}; merge them where nothing is left."


def _flip(loss: RequestLoss) -> str:
    return f"“{loss.query}” goes to {loss.taken_by} and not to {loss.gold}"


def _victims(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    told = {pair.a for pair in evidence.pairs if pair.a_to_b >= max(PAIR_LOSS, pair.b_to_a)}
    told |= {pair.b for pair in evidence.pairs if pair.b_to_a >= max(PAIR_LOSS, pair.a_to_b)}
    victims = [skill for skill in evidence.skills if (skill.victim_rate or 0.0) >= VICTIM_MAY]
    for skill in sorted(victims, key=lambda s: (-(s.victim_rate or 0.0), s.id)):
        rate = skill.victim_rate or 0.0
        sure = rate >= VICTIM_LOSS and (skill.victim_low or 0.0) >= VICTIM_LOW and skill.requests >= 2
        if not sure and skill.id in told:
            continue
        takers = sorted((r for r in skill.rivals if r.loses_to > 0), key=lambda r: (-r.loses_to, r.id))
        names = ", ".join(f"{r.id} {percent(r.loses_to)}" for r in takers[:3])
        example = f" For example: {_flip(skill.lost[0])}." if skill.lost else ""
        judged = f"{skill.requests} requests judged it" if skill.requests > 1 else "One request judged it"
        yield rule.finding(
            (skill.id,),
            f"{skill.id} {'is expected to' if sure else 'may'} lose {percent(rate)} of its requests "
            f"to other skills.",
            evidence=f"{judged}. Taken by: {names or 'many, each a little'}.{example}",
            fix=f"Lead the description of {skill.id} with what it does, in the words of the requests that it loses.",
            places=places(evidence, (skill.id,)),
            severity=None if sure else "info",
        )


RULES = (
    Rule(
        code="SA201",
        slug="clone-family",
        severity="warning",
        what="Four or more skills whose descriptions are the same sentence but for a word or two.",
        why="A model that chooses among them has one word to go by, and pays for every one of them in the "
        "listing; accuracy falls with the number of look-alikes, not with the number of skills.",
        fix="Fold the family into one skill, or put it behind one gateway skill that lists its members.",
        check=_clones,
    ),
    Rule(
        code="SA202",
        slug="confusable-pair",
        severity="warning",
        what="A skill is expected to lose a quarter or more of its requests to one rival. From 6% on, which is what "
        "today's models lose to the worst of rivals, it is a note.",
        why="Competition next door is the first way in which routing fails as a library grows.",
        fix="Write reciprocal boundaries: what each does that the other does not, each naming the other.",
        check=_pairs,
    ),
    Rule(
        code="SA204",
        slug="near-twins",
        severity="warning",
        what="A cluster of confusable skills, two of which have descriptions that say much the same, and neither is "
        "named for something that only its own description speaks of.",
        why="Where users' words fit both, the choice is a coin toss, and the loser's owner never hears of it. "
        "Requests that name what only one of them does may still find it, so this is an exposure, not a loss.",
        fix="Merge them, or write reciprocal boundaries: what each does that the other does not.",
        check=_twins,
    ),
    Rule(
        code="SA203",
        slug="victim",
        severity="warning",
        what="A skill is expected to lose half or more of its requests, to whichever rivals. It is a note where "
        "less is lost, or where too few requests judge it to be sure.",
        why="Its users ask for it in words that other descriptions answer better than its own.",
        fix="Use the users' own words in the description, capability first.",
        check=_victims,
    ),
)
