"""CPU a call: a probe against bare `litellm.acompletion`, 64 at a time, on the same prompts and server.

    python -m tests.benchmarks.probe_overhead [--skills 50] [--calls 400] [--concurrency 64] [--rounds 12]

The server runs in a process of its own, so that its time is not counted. Both sides take turns, each going first as
often as the other; every round of the probe starts with an empty log. Printed: CPU milliseconds a call (user and system
time of this process) for both sides, round by round and as the median, and their ratio; on a busy machine a single
round says little, the median of the rounds and of what our part adds says more.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import multiprocessing
import os
import statistics
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from skillaudit.asking.log import ProbeLog
from skillaudit.asking.prompts import Prompts
from skillaudit.asking.routers import LiveRouter
from skillaudit.llm import LiveModel, Price
from skillaudit.probe.ground import Ground
from skillaudit.probe.probing import ProbeLimits, probe
from skillaudit.probe.studies import STUDIES
from tests.probe.libraries import is_right, make_ground
from tests.probe.rule import Chances, Rule
from tests.probe.server import Server

GOAL = 1.2
"""Most that a probe may cost beside litellm alone."""


def serve(pipe: Connection) -> None:
    """Run the server until told to stop."""
    with Server(Rule(is_right, lambda asked, has: Chances(0.8))) as server:
        pipe.send(server.url)
        pipe.recv()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--skills", type=int, default=50)
    parser.add_argument("--calls", type=int, default=400)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=12)
    options = parser.parse_args()
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,))
    process.start()
    url = ours.recv()
    ground = make_ground(options.skills, -(-options.calls // options.skills), limit=options.calls)
    model = LiveModel("openai/known", api_base=url)
    model.check()
    asyncio.run(_bare(model, ground, 8, 8))  # the first calls load what litellm loads late
    asyncio.run(_probe(model, ground, 64, Path(tempfile.mkdtemp())))
    rows: list[tuple[float, float]] = []
    for at in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            bare = probed = 0.0
            for side in ("bare", "probe") if at % 2 else ("probe", "bare"):
                gc.collect()
                if side == "bare":
                    bare = asyncio.run(_bare(model, ground, options.calls, options.concurrency))
                else:
                    probed = asyncio.run(_probe(model, ground, options.concurrency, Path(folder)))
        rows.append((bare, probed))
        print(
            f"round {at + 1}: bare {bare:.2f} ms, probe {probed:.2f} ms, ratio {probed / bare:.3f}",
            flush=True,
        )
    bare, probed = (statistics.median(column) for column in zip(*rows, strict=True))
    ratios = [row[1] / row[0] for row in rows]
    added = statistics.median(row[1] - row[0] for row in rows)
    above = sum(ratio > GOAL for ratio in ratios)
    print(
        f"median: bare {bare:.2f} ms, probe {probed:.2f} ms, added {added:.2f} ms, ratio "
        f"{statistics.median(ratios):.3f}; {above} of {len(rows)} rounds above {GOAL}; load {os.getloadavg()[0]:.1f}"
    )
    ours.send("stop")
    process.join()


async def _bare(model: LiveModel, ground: Ground, calls: int, concurrency: int) -> float:
    """CPU milliseconds a call of litellm alone, on prompts that are written beforehand."""
    plan = STUDIES["accuracy"].plan(ground)
    prompts = Prompts(plan, ground.skills)
    messages = [list(prompts.first(trial).messages) for trial in plan.trials[:calls]]
    import litellm

    queue = iter(messages)

    async def work() -> None:
        for message in queue:
            response = await litellm.acompletion(
                model=model.name,
                messages=message,
                timeout=60,
                max_retries=0,
                api_key="unused",
                max_tokens=512,
                temperature=0.0,
                api_base=model.parameters["api_base"],
            )
            assert response.choices[0].message.content

    started = time.process_time()
    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(work())
    spent = time.process_time() - started
    await model.aclose()
    return 1000 * spent / len(messages)


async def _probe(model: LiveModel, ground: Ground, concurrency: int, folder: Path) -> float:
    """CPU milliseconds a call of a whole study: plan, prompts, log, answers, result."""
    router = LiveRouter(model, Price(prompt=1e-6, completion=1e-6))
    started = time.process_time()
    with ProbeLog(folder / "log.sqlite") as log:
        found, _ = await probe(
            ground, "accuracy", router, log, ProbeLimits(budget=100.0, concurrency=concurrency)
        )
    spent = time.process_time() - started
    await router.aclose()
    return 1000 * spent / found.spending.calls


if __name__ == "__main__":
    main()
