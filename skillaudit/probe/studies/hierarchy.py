"""Hierarchy: one flat list, against two stages by folder, and by likeness."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from skillaudit.asking.records import Decision, Fit, StudyPlan, Trial
from skillaudit.asking.samples import Sample
from skillaudit.errors import UsageError
from skillaudit.laws.curve import nested_order
from skillaudit.probe.ground import Ground, spread
from skillaudit.probe.studies.alike import confusable, folders
from skillaudit.probe.studies.common import make_plan, routed_trial
from skillaudit.scoring.part import Part

SIZE = 200
REQUESTS = 100
TREES = ("folder", "confusable")


def plan(ground: Ground) -> StudyPlan:
    """Offer at most 200 skills flat, by category folder, and by groups of similar skills."""
    if len(ground.skills) < 9:
        raise UsageError(
            f"{len(ground.skills)} skills are too few for a hierarchy study; it needs 9 at least"
        )
    rows = sorted(nested_order(ground.skills, ground.seed)[:SIZE].tolist())
    skills = tuple(ground.skills[row] for row in rows)
    ids = {skill.id for skill in skills}
    inside = [request for request in ground.routed if ids.intersection(request.gold)]
    if not inside:
        raise UsageError("no request speaks for the skills drawn; try another --seed")
    trees = {"confusable": confusable(skills, Part(ground.scorer, rows))}
    notes = []
    by_folder = folders(skills)
    if len(by_folder) > 1:
        trees["folder"] = by_folder
    else:
        notes.append("The library has no categories, so there was no tree by folder.")
    sizes = {
        name: f"{len(tree)} categories of up to {max(len(branch.skills) for branch in tree)}"
        for name, tree in trees.items()
    }
    notes += [f"Tree {name}: {size}." for name, size in sorted(sizes.items())]
    part = msgspec.structs.replace
    trials: list[Trial] = []
    for request in spread(inside, ground.limit or REQUESTS, ground.seed):
        for repeat in range(ground.repeats):
            flat = routed_trial(ground, request, ids, "flat", repeat, form="list")
            trials.append(flat)
            trials += [part(flat, condition=name, tree=name, x=1.0 + TREES.index(name)) for name in trees]
    return make_plan("hierarchy", ground, trials, notes, trees=trees)


def conclude(ground: Ground, decisions: Sequence[Decision]) -> tuple[Fit, ...]:
    """Say what each tree gains over the flat list, and what its first stage loses."""
    sample = Sample(decisions)
    fits = []
    for name in TREES:
        if not (inside := sample.where(name)).any():
            continue
        gain = f"accuracy by {name}, less that of the flat list"
        reached = "share of requests that reach their skill through both stages"
        fits.append(sample.contrast(name, "flat", f"{name} gain", gain))
        fits.append(sample.fit(f"{name} accuracy", sample.mean(sample.right, inside), reached))
    return tuple(fits)
