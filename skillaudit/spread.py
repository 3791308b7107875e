"""Work over chunks, here or on the machines of a Ray cluster: the same results in the same order.

Everything is computed on one thread for each chunk, since the sums of a product shared out among threads differ in the
last bit; processors of another kind may still differ in it.

A cluster is one that runs already; `$RAY_ADDRESS` names it, else the one of this machine is taken. Every node needs
this version of the program, and the weights where vectors are made.
"""

from __future__ import annotations

import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from skillaudit import extras
from skillaudit.errors import MissingError
from skillaudit.schema import EngineName
from skillaudit.version import __version__

Shared = TypeVar("Shared")
Chunk = TypeVar("Chunk")
Made = TypeVar("Made")

AHEAD = 2
"""Chunks that wait for each processor of the cluster: enough to keep it busy, few enough to hold in memory."""
TRIES = 8
"""How often a chunk is given out again whose worker or node was lost."""


def spread(
    work: Callable[[Shared, Chunk], Made],
    shared: Shared,
    chunks: Iterable[Chunk],
    engine: EngineName = "local",
) -> Iterator[Made]:
    """Yield `work(shared, chunk)` for each chunk, in order; what all chunks need is sent to a node once.

    `work` has to be a function of a module. A lost worker costs the chunk that it was at. Raises MissingError where
    Ray is not installed or no cluster runs, and what `work` raises.
    """
    if engine == "local":
        yield from (work(shared, chunk) for chunk in chunks)
        return
    ray = joined()
    task = ray.remote(max_retries=TRIES)(_made)
    held = ray.put((work, shared))
    under_way: deque[Any] = deque()
    most = AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1)))
    try:
        for chunk in chunks:
            if len(under_way) >= most:
                yield _told(ray, under_way.popleft())
            under_way.append(task.remote(__version__, held, chunk))
        while under_way:
            yield _told(ray, under_way.popleft())
    finally:
        for one in under_way:
            ray.cancel(one)


def joined() -> Any:
    """Return Ray, having joined the cluster that runs; raises MissingError where there is neither."""
    extras.require("ray", "A Ray cluster")
    import ray

    if not ray.is_initialized():
        try:
            # Its workers import first from where the driver stood at this moment, which may be a stranger's library.
            with contextlib.chdir(Path(__file__).parents[1]):
                ray.init(address="auto", log_to_driver=False, logging_level=logging.ERROR)
        except ConnectionError:
            raise MissingError(
                "--engine ray found no cluster: start one with `ray start`, or name it in RAY_ADDRESS"
            ) from None
    return ray


def same_version(version: str) -> None:
    """Raise MissingError on a node where another version of the program is installed."""
    if version != __version__:
        raise MissingError(
            f"a node of the cluster has version {__version__}, not {version}; install the same everywhere"
        )


def _made(version: str, held: tuple[Callable[[Any, Any], Any], Any], chunk: Any) -> Any:
    """Do one chunk on a node."""
    same_version(version)
    from threadpoolctl import threadpool_limits

    work, shared = held
    with threadpool_limits(limits=1, user_api="blas"):
        return work(shared, chunk)


def _told(ray: Any, one: Any) -> Any:
    """Return a result, or raise what the work raised rather than Ray's account of it."""
    try:
        return ray.get(one)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from None
