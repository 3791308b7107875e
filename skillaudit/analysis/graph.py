"""The confusion graph: who is expected to take whose requests, as a networkx digraph.

An edge a -> b of weight w says that b takes the share w of a's requests. Nodes are skill ids, in the
order of the library, so that every traversal is reproducible.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from skillaudit.schema import Pair

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = "nx.DiGraph[str]"


def confusion_graph(ids: Sequence[str], pairs: Iterable[Pair], *, smallest: float = 0.0) -> Graph:
    """Build the graph of all skills in `ids` and both directions of every pair.

    Edges carry `weight` (share of the source's requests that the target takes) and `cosine`; a
    direction whose weight is not above `smallest` is left out. Raises ValueError for a pair with an
    unknown id.
    """
    import networkx as nx

    graph: Graph = nx.DiGraph()
    graph.add_nodes_from(ids)
    for pair in pairs:
        for skill in (pair.a, pair.b):
            if skill not in graph:
                raise ValueError(f"pair names {skill!r}, which is not a skill of this library")
        for one, other, weight in ((pair.a, pair.b, pair.a_to_b), (pair.b, pair.a, pair.b_to_a)):
            if weight > smallest:
                graph.add_edge(one, other, weight=weight, cosine=pair.cosine)
    return graph


def confused_groups(graph: Graph, *, smallest: float = 0.05) -> tuple[tuple[str, ...], ...]:
    """Sets of skills joined by losses of at least `smallest` in either direction, largest set first.

    Skills that lose nothing to anybody are in no set. Members stand in library order.
    """
    import networkx as nx

    order = {node: position for position, node in enumerate(graph)}
    strong = nx.Graph(_strong(graph, smallest))
    groups = (sorted(group, key=order.__getitem__) for group in nx.connected_components(strong))
    return tuple(sorted(map(tuple, groups), key=lambda group: (-len(group), order[group[0]])))


def mutual_groups(graph: Graph, *, smallest: float = 0.05) -> tuple[tuple[str, ...], ...]:
    """Sets of skills among which requests can travel both ways (strongly connected), largest first.

    One-way losses, as to a black hole, do not join a set; so these are the skills that a single
    boundary sentence cannot part.
    """
    import networkx as nx

    order = {node: position for position, node in enumerate(graph)}
    strong = nx.DiGraph(_strong(graph, smallest))
    groups = (sorted(group, key=order.__getitem__) for group in nx.strongly_connected_components(strong))
    kept = (tuple(group) for group in groups if len(group) > 1)
    return tuple(sorted(kept, key=lambda group: (-len(group), order[group[0]])))


def lost_and_taken(graph: Graph) -> dict[str, tuple[float, float]]:
    """Give for each skill the share of its own requests that it loses, and the sum of shares that it takes."""
    lost = dict(graph.out_degree(weight="weight"))
    taken = dict(graph.in_degree(weight="weight"))
    return {node: (float(lost[node]), float(taken[node])) for node in graph}


def surroundings(graph: Graph, skill: str, *, steps: int = 1) -> Graph:
    """The part of the graph within so many losses of a skill, in either direction."""
    import networkx as nx

    near = nx.ego_graph(graph.to_undirected(as_view=True), skill, radius=steps)
    part: Graph = graph.subgraph(near).copy()
    return part


def _strong(graph: Graph, smallest: float) -> list[tuple[str, str]]:
    return [(a, b) for a, b, data in graph.edges(data=True) if data["weight"] >= smallest]
