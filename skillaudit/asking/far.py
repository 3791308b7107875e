"""A live model that the nodes of a Ray cluster ask, each the server that it reaches; paced, paid and logged here.

Where every node runs a server of the model, at one address such as `http://localhost:8000/v1`, all of them answer. One
provider answers no faster for being asked from several machines. Keys are those that a node's own environment holds.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from skillaudit import extras
from skillaudit.asking.prompts import Question
from skillaudit.asking.routers import LiveRouter
from skillaudit.errors import MissingError, ModelError
from skillaudit.llm import Completion, LiveModel, Messages, RetryableError
from skillaudit.spread import TRIES, joined, same_version
from skillaudit.version import __version__


class FarRouter(LiveRouter):
    """Sends each question to the node that has the fewest; a lost worker costs the questions that it was at.

    The driver alone holds budget, pace and log. What a lost worker had asked counts as paid, since it may be, and is
    asked again like a call that timed out, out of the same budget.
    """

    def __init__(self, router: LiveRouter) -> None:
        """Take the model, and send a worker to every node with processors to its name.

        Raises MissingError where Ray is not installed or no cluster runs.
        """
        self._model, self._price = router._model, router._price
        self._ray = joined()
        self._workers: dict[str, Any] = {}
        self._at = Counter[str]()
        self._lost = Counter[str]()
        self._send()

    async def answer(self, question: Question) -> Completion:
        """Have one node ask the model once; raises a `ModelError`."""
        if not self._workers:
            self._send()
        node = min(self._workers, key=lambda node: (self._at[node], node))
        worker = self._workers[node]
        self._at[node] += 1
        try:
            told = await worker.ask.remote(__version__, question.messages)
        except self._ray.exceptions.RayActorError as error:
            if self._workers.get(node) is worker:
                del self._workers[node]
                self._lost[node] += 1
                self._send()
            raise RetryableError("a worker of the cluster was lost", billed=True) from error
        finally:
            self._at[node] -= 1
        if isinstance(told, Exception):
            raise told
        return Completion(**told)

    async def aclose(self) -> None:
        """Call the workers back."""
        for worker in self._workers.values():
            self._ray.kill(worker)
        self._workers.clear()

    def _send(self) -> None:
        """Send a worker to each node that is up, has none, and did not lose too many."""
        scheduling = self._ray.util.scheduling_strategies
        for facts in self._ray.nodes():
            node = facts["NodeID"]
            if (
                facts["Alive"]
                and facts["Resources"].get("CPU")
                and node not in self._workers
                and self._lost[node] < TRIES
            ):
                place = scheduling.NodeAffinitySchedulingStrategy(node, soft=False)
                # It waits for answers, and takes no processor from those that compute.
                kind = self._ray.remote(num_cpus=0, scheduling_strategy=place)(_Worker)
                self._workers[node] = kind.remote(self._model)
        if not self._workers:
            raise ModelError("no node of the cluster is left to ask from; start one with `ray start`")


class _Worker:
    """Asks a model from where it runs, many questions at once."""

    def __init__(self, model: LiveModel) -> None:
        self._model = model

    async def ask(self, version: str, messages: Messages) -> dict[str, Any] | Exception:
        """Return the fields of an answer, or why there is none."""
        try:
            same_version(version)
            extras.require("live", "A node of the cluster")
            found = await self._model.complete(messages)
        except MissingError as error:  # a `ModelError` among them
            return error
        return {name: getattr(found, name) for name in found.__struct_fields__}
