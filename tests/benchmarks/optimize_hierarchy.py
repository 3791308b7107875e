"""A proposed tree against the flat list and the libraries' own folders, by size and router.

    python -m tests.benchmarks.optimize_hierarchy --data ../shared/data

Skills of all the libraries in the data are put into one list, drawn by the hash of their text, those that
requests judge first. Requests are labelled ones, at most six a skill, and those that bodies hold; each
tree is recommended by one half of them and judged on the other. Prints a line for each size, router and
arrangement, then time and memory.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path

import msgspec

from skillaudit.cache import Cache
from skillaudit.config import Config
from skillaudit.embedding.memory import Embed, Memory
from skillaudit.embedding.stage import embed
from skillaudit.load import load
from skillaudit.optimize.bench import Bench
from skillaudit.optimize.board import SHARPNESS, Columns, rows_for
from skillaudit.optimize.hierarchy.propose import arrange
from skillaudit.optimize.records import Hierarchy
from skillaudit.optimize.words.phrasing import MAX_DESCRIPTION
from skillaudit.progress import SILENT
from skillaudit.requests.gathering import gather
from skillaudit.schema import Library, Request, Skill
from tests.benchmarks.optimize_libraries import LIBRARIES, library_of, requests_of

SIZES = (200, 1_000, 5_000)
ROUTERS = (
    "local",
    "frontier",
    "fast",
    "older",
    "gpt-4o",
    "gpt-4o-mini",
    "grok-3-mini",
    "gpt-oss-120b",
    "gpt-oss-20b",
)
PER_SKILL = 6


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()


def pooled(data: Path) -> tuple[list[Skill], list[Request]]:
    """Return the skills of all libraries, each text once, and the requests that judge them."""
    skills: dict[str, Skill] = {}
    requests: list[Request] = []
    labelled = {Path(path).name.split(".")[0] for path, _ in LIBRARIES.values()}
    with tempfile.TemporaryDirectory() as folder:
        sources: list[tuple[str, Library, tuple[Path, ...]]] = [
            (name, library_of(data, name), (requests_of(data, name, Path(folder)),)) for name in LIBRARIES
        ]
        for path in sorted((data / "libraries").iterdir()):
            if path.name.split(".")[0] not in labelled:
                sources.append((path.name.split(".")[0], load([path]), ()))
        for name, library, files in sources:
            new = [skill for skill in library.routable if skill.text not in skills]
            kept = {skill.id: f"{name}/{skill.id}" for skill in new}
            for skill in new:
                folder_of = f"{name}/{skill.category}" if skill.category else name
                skills[skill.text] = msgspec.structs.replace(skill, id=kept[skill.id], category=folder_of)
            seen: Counter[str] = Counter()
            for request in sorted(gather(library, files).requests, key=lambda each: _hash(each.query)):
                gold = tuple(kept[each] for each in request.gold if each in kept)
                if not gold or seen[gold[0]] == PER_SKILL:
                    continue
                seen[gold[0]] += 1
                requests.append(msgspec.structs.replace(request, gold=gold, home=gold[0]))
    return list(skills.values()), requests


def drawn(skills: list[Skill], requests: list[Request], size: int) -> tuple[list[Skill], list[Request]]:
    """Return `size` skills, those that requests judge first, and the requests for them."""
    judged = {gold for request in requests for gold in request.gold}
    order = sorted(skills, key=lambda skill: (skill.id not in judged, _hash(skill.text)))
    chosen = order[:size]
    names = {skill.id for skill in chosen}
    return chosen, [request for request in requests if not names.isdisjoint(request.gold)]


def arranged(
    skills: list[Skill], requests: list[Request], router: str, scorer: str, maker: Embed | None
) -> Hierarchy | None:
    """Return the tree of a library as it is, without any edit."""
    name = Config(scorer=scorer).scorer  # type: ignore[arg-type]  # a case of a table
    work = rows_for(skills, [request for request in requests if not request.proof])[0]
    held_out = rows_for(skills, [request for request in requests if request.proof])[0]
    texts = [skill.text for skill in skills]
    columns = Columns(name, texts, [request.query for request in work], maker)
    bench = Bench.of(skills, work, columns, SHARPNESS[name], MAX_DESCRIPTION)
    return arrange(skills, bench, work, held_out, name, router, maker, SILENT)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--routers", default=",".join(ROUTERS))
    parser.add_argument("--scorer", default="hybrid", choices=["hybrid", "dense", "lexical"])
    parser.add_argument("--cache", type=Path, default=None)
    arguments = parser.parse_args()
    config = Config(cache=arguments.cache)
    skills, requests = pooled(arguments.data)
    print(f"{len(skills):,} skills, {len(requests):,} requests")
    cache = Cache(config.cache)
    maker: Embed | None = None
    if arguments.scorer != "lexical":
        maker = Memory(partial(embed, model=config.embedder, device=config.device, cache=cache))
    for size in map(int, arguments.sizes.split(",")):
        chosen, asked = drawn(skills, requests, size)
        if maker is not None:  # the time below is that of the tree
            maker([*(skill.text for skill in chosen), *(request.query for request in asked)])
        for router in arguments.routers.split(","):
            start = time.process_time()
            found = arranged(chosen, asked, router, arguments.scorer, maker)
            seconds = time.process_time() - start
            if found is None:
                print(f"{len(chosen):>6} {router:<13} one choice is enough")
                continue
            _print(len(chosen), router, found, seconds)
    cache.close()


def _print(size: int, router: str, found: Hierarchy, seconds: float) -> None:
    flat = found.trees[0].accuracy or 0.0
    for tree in found.trees:
        stages = " x ".join(f"{100 * value:.1f}" for value in tree.stage_accuracy)
        accuracy = tree.accuracy or 0.0
        print(
            f"{size:>6} {router:<13} {tree.arrangement:<9} choices {tree.stages} largest {tree.largest:>5} "
            f"accuracy {100 * accuracy:5.1f} ({100 * (accuracy - flat):+.1f}) "
            f"top rank {100 * (tree.local or 0.0):5.1f}  by choice {stages}"
        )
    verdict = "recommended" if found.recommended else "not recommended"
    within = all(tree.largest <= found.bound for tree in found.trees if tree.arrangement == "proposed")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{size:>6} {router:<13} {verdict}; every choice within {found.bound}: {'yes' if within else 'no'}; "
        f"{seconds:.1f} s of processor, {memory:.0f} MiB at most",
        flush=True,
    )


if __name__ == "__main__":
    main()
