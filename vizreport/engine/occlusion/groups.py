"""Which places are computed together: in windows of one size, wherever each begins.

The windows of a group are as large as the largest of its places needs, and moved onto the grid
where they would end beyond it: what is recomputed in vain comes out as it was. More groups save
multiplications, but each is a call of its own, with fewer places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizreport import backend
from vizreport.engine.occlusion.squares import COMPLETING, Changed, Stages, completed, follow
from vizreport.graph.network import Graph, Node

Completed = dict[int, tuple[int, ...]]
"""For each windowed node the numbers of the parents whose windows are completed from the clean
image to compute it."""


@dataclass(frozen=True)
class Spans:
    """Windows along one axis for places whose windows have the same sizes.

    Attributes
    ----------
    places : int array [P]
        Which of the places asked for.
    starts : dict of int array [P]
        First position of each node's window.
    sizes : dict of int
        Length of each node's window.
    """

    places: np.ndarray
    starts: dict[int, np.ndarray]
    sizes: dict[int, int]


def grouped(
    graph: Graph, stages: Stages, places: tuple[np.ndarray, np.ndarray], size: int
) -> tuple[list[Spans], list[Spans], Completed]:
    """Divide the rows and the columns of squares into groups, so that all cost the least.

    Two groups of one axis are joined as long as that makes the whole cheaper. What a group and
    what copying a value cost, in multiplications, is measured (``backend.GROUP_COST`` and so on).

    Parameters
    ----------
    graph : Graph
        Says how far each step reaches, and what it costs.
    stages : Stages
        Which nodes are computed in windows.
    places : (int array [R], int array [C])
        First rows and first columns of the squares; each row is taken with each column.
    size : int
        Side of the squares.

    Returns
    -------
    rows, cols : list of Spans
    completed : dict of tuple
        For each windowed node the numbers of the parents whose windows are completed.
    """
    order = (0, *stages.windowed)
    changed = follow(graph, stages, places, size)
    filled = {index: completed(graph.nodes[index], changed) for index in stages.windowed}
    cost = np.array(
        [_cost(graph, graph.nodes[index], filled.get(index, ())) for index in order], float
    )
    weights = sum(graph.nodes[index].step.weights for index in (*stages.windowed, *stages.whole))
    group = backend.GROUP_COST + backend.WEIGHT_COST * weights
    axes = [_Axis.exact(np.stack([high - low + 1 for low, high in c.values()], 1)) for c in changed]
    while True:
        joins = [
            axes[axis].best_join(cost * axes[1 - axis].total(), group * len(axes[1 - axis].members))
            for axis in (0, 1)
        ]
        axis = int(joins[1][0] < joins[0][0])
        if joins[axis][0] >= 0:
            break
        axes[axis] = axes[axis].joined(*joins[axis][1:])
    rows, cols = (
        [_spans(graph, order, axis, changed[axis], members) for members in axes[axis].members]
        for axis in (0, 1)
    )
    return rows, cols, filled


def _cost(graph: Graph, node: Node, filled: tuple[int, ...]) -> float:
    """Return what a position of a node's windows costs, in multiplications."""
    strides = [int(reach.stride) for reach in node.step.reach or ()]
    copied = sum(graph.nodes[node.parents[number]].shape[-1] for number in filled)
    copied = copied * COMPLETING * int(np.prod(strides))
    if len(node.parents) > 1:
        copied += node.shape[-1]
    return float(node.step.weights + backend.VALUE_COST * copied)


@dataclass(frozen=True)
class _Axis:
    """Groups along one axis.

    Attributes
    ----------
    members : list of int array
        The places of each group.
    sizes : int array [G, N]
        Length of each node's window.
    """

    members: list[np.ndarray]
    sizes: np.ndarray

    @classmethod
    def exact(cls, lengths: np.ndarray) -> _Axis:
        """Group places [P, N] whose windows are all alike."""
        sizes, which = np.unique(lengths, axis=0, return_inverse=True)
        which = which.reshape(-1)
        return cls([np.flatnonzero(which == group) for group in range(len(sizes))], sizes)

    @property
    def counts(self) -> np.ndarray:
        """Number of places of each group."""
        return np.array([len(members) for members in self.members])

    def total(self) -> np.ndarray:
        """Return the lengths of all places' windows, for each node [N]."""
        return np.asarray(self.counts @ self.sizes)

    def best_join(self, cost: np.ndarray, saved: float) -> tuple[float, int, int]:
        """Return by how much the cheapest join of two groups changes the cost, and which.

        ``cost`` is that of each node's windows for a position along this axis, ``saved`` what one
        group less saves.
        """
        if len(self.members) == 1:
            return np.inf, 0, 0
        counts = self.counts
        alone = counts * (self.sizes @ cost)
        together = np.maximum(self.sizes[:, None], self.sizes[None]) @ cost
        change = (counts[:, None] + counts) * together - alone[:, None] - alone
        np.fill_diagonal(change, np.inf)
        first, second = np.unravel_index(change.argmin(), change.shape)
        return float(change[first, second]) - saved, int(first), int(second)

    def joined(self, first: int, second: int) -> _Axis:
        """Return the groups with two of them made one."""
        rest = [group for group in range(len(self.members)) if group not in (first, second)]
        both = np.sort(np.concatenate([self.members[first], self.members[second]]))
        sizes = np.maximum(self.sizes[first], self.sizes[second])
        return _Axis(
            [*(self.members[group] for group in rest), both], np.array([*self.sizes[rest], sizes])
        )


def _spans(
    graph: Graph,
    order: tuple[int, ...],
    axis: int,
    changed: Changed,
    members: np.ndarray,
) -> Spans:
    starts, sizes = {}, {}
    for index in order:
        low, high = (ends[members] for ends in changed[index])
        sizes[index] = int((high - low + 1).max())
        last = graph.nodes[index].shape[axis] - sizes[index]
        starts[index] = np.minimum(low, last).astype(np.int32)
    return Spans(members, starts, sizes)
