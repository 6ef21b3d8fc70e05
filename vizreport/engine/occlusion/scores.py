"""What a network says while a square hides a part of the image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops

from vizreport import backend
from vizreport.engine.occlusion.cuts import PlaceBatch, reads
from vizreport.engine.occlusion.groups import Completed
from vizreport.engine.occlusion.places import (
    Gain,
    count_multiplications,
    members,
    places_in,
    plan_grid,
    window_sizes,
)
from vizreport.engine.occlusion.run import (
    Outputs,
    compile_clean,
    compile_places,
    compile_plain,
    kept_nodes,
)
from vizreport.engine.occlusion.squares import Stages, split
from vizreport.graph.layers import ReportableLayer
from vizreport.graph.network import Graph
from vizreport.graph.outputs import given_out, vector_output

if TYPE_CHECKING:
    from vizreport.engine import Deconvnet

# Windows are used where they save at least this many times the multiplications.
LEAST_GAIN = 1.3


@dataclass(frozen=True)
class Scores:
    """What P occluded images give.

    Attributes
    ----------
    outputs : float32 [P, n]
        The network's n outputs, or what they were turned into; no columns where the output has
        rows and columns.
    activations : float32 [P]
        Sum over places of one feature map.
    """

    outputs: np.ndarray
    activations: np.ndarray


@dataclass(frozen=True)
class Squares:
    """Squares of one size on an image.

    Attributes
    ----------
    tops, lefts : int array [P]
        First row and column of each.
    size : int
        Side, pixels; 0 for the image as it is.
    """

    tops: np.ndarray
    lefts: np.ndarray
    size: int


@dataclass(frozen=True)
class Running:
    """How places are computed.

    Attributes
    ----------
    memory : int
        Bytes the batches of places may take; the bound holds whatever the number of places.
    way : {None, "incremental", "plain"}
        By default incremental where that counts at least 1.3 times fewer multiplications, and
        so many fewer that compiling it pays.
    progress : callable, optional
        Told how many more places are done.
    maps : int
        Calls of these places, such as one an image, among which compiling is shared.
    """

    memory: int = 2**30
    way: str | None = None
    progress: Callable[[int], None] | None = None
    maps: int = 1


_DEFAULT = Running()


def occlude(
    deconvnet: Deconvnet,
    image: np.ndarray,
    fill: np.ndarray,
    squares: Squares,
    layer: ReportableLayer,
    feature_map: int,
    running: Running = _DEFAULT,
) -> Scores:
    """Run the network on copies of an image with a square replaced (Zeiler & Fergus 2013, Fig. 7).

    Parameters
    ----------
    deconvnet : Deconvnet
        Gives the network's graph; compiled functions are kept with it.
    image : float array [H, W, C]
        Preprocessed.
    fill : float array [H, W, C]
        What the square shows in place of the image, preprocessed.
    squares : Squares
        Where it is, one after the other.
    layer : ReportableLayer
        The layer one of whose maps is summed.
    feature_map : int
        The map of it that is summed.
    running : Running
        How it is computed; all ways give the same.

    Returns
    -------
    Scores
    """
    graph, size, memory = deconvnet.graph, squares.size, running.memory
    tops, lefts = np.asarray(squares.tops, np.int32), np.asarray(squares.lefts, np.int32)
    outputs = _outputs(graph, layer)
    image, fill = (np.asarray(x, graph.dtype)[None] for x in (image, fill))
    scores = Scores(
        np.zeros((len(tops), _count(graph, outputs)), np.float32),
        np.zeros(len(tops), np.float32),
    )
    # Images are often occluded at the same places: a plan is made once.
    plan: _Plan = deconvnet.compiled(
        ("places", layer.node, size, memory, tops.tobytes(), lefts.tobytes()),
        lambda: _plan(graph, outputs, tops, lefts, size, memory),
    )
    stages = plan.stages
    way = running.way or ("incremental" if size and _pays(plan, running.maps) else "plain")
    advance = running.progress or (lambda _: None)
    if way == "plain":
        plain = deconvnet.compiled(("plain", layer.node), lambda: compile_plain(graph, outputs))
        step = places_in(graph, {}, stages, memory)
        for chosen in batches(len(tops), step):
            found = plain(image, fill, tops[chosen], lefts[chosen], size, feature_map)
            _keep(scores, np.arange(chosen.start, chosen.stop), found)
            advance(chosen.stop - chosen.start)
        return scores
    kept = kept_nodes(graph, stages, plan.filled, outputs)
    key = (layer.node, stages.windowed, *plan.filled.values())
    clean_pass = deconvnet.compiled(("kept", kept), lambda: compile_clean(graph, kept))
    compute = deconvnet.compiled(
        ("windows", *key), lambda: compile_places(graph, stages, plan.filled, outputs)
    )
    clean = clean_pass(image)
    for group in plan.groups:
        for chosen in batches(len(group.where), group.at_once):
            where = group.where[chosen]
            batch = group.batch(tops[where], lefts[where], chosen)
            numbers = reads(graph, stages, plan.filled, layer.node, batch, size)
            _keep(scores, where, compute(clean, fill, numbers, feature_map))
            advance(len(where))
    return scores


def batches(count: int, size: int) -> Sequence[slice]:
    """Cut ``count`` places into batches."""
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


@dataclass(frozen=True)
class _Group:
    """Places whose windows have one size, and where each place's windows begin."""

    where: np.ndarray
    starts: dict[int, tuple[np.ndarray, np.ndarray]]
    sizes: dict[int, tuple[int, int]]
    at_once: int

    def batch(self, tops: np.ndarray, lefts: np.ndarray, chosen: slice) -> PlaceBatch:
        """Return some of the places, whose squares begin at these rows and columns."""
        starts = {
            index: (rows[chosen], cols[chosen]) for index, (rows, cols) in self.starts.items()
        }
        return PlaceBatch(tops, lefts, starts, self.sizes)


@dataclass(frozen=True)
class _Plan:
    stages: Stages
    filled: Completed
    gain: Gain
    groups: tuple[_Group, ...]


def _pays(plan: _Plan, maps: int) -> bool:
    """Whether windows save enough."""
    saved = (plan.gain.plain - plan.gain.windows) * maps
    compiling = backend.TRACE_COST * len(plan.stages.windowed)
    return plan.gain.ratio >= LEAST_GAIN and saved >= compiling


def _plan(
    graph: Graph, outputs: Outputs, tops: np.ndarray, lefts: np.ndarray, size: int, memory: int
) -> _Plan:
    grid = plan_grid(graph, outputs, tops, lefts, size)
    groups = []
    for down in grid.rows:
        for across in grid.cols:
            where, i, j = members(grid, down, across)
            starts = {
                index: (down.starts[index][i], across.starts[index][j]) for index in down.starts
            }
            sizes = window_sizes(down, across)
            at_once = places_in(graph, sizes, grid.stages, memory)
            groups.append(_Group(where, starts, sizes, at_once))
    return _Plan(grid.stages, grid.filled, count_multiplications(graph, grid), tuple(groups))


def count_gain(
    graph: Graph, layer: ReportableLayer, tops: np.ndarray, lefts: np.ndarray, size: int
) -> Gain:
    """Count the multiplications that windows save."""
    outputs = _outputs(graph, layer)
    grid = plan_grid(graph, outputs, np.asarray(tops), np.asarray(lefts), size)
    return count_multiplications(graph, grid)


def places_at_once(graph: Graph, layer: ReportableLayer, memory: int) -> int:
    """Return how many whole images fit into the memory: the plain way's batch."""
    return places_in(graph, {}, split(graph, _outputs(graph, layer).targets), memory)


def _outputs(graph: Graph, layer: ReportableLayer) -> Outputs:
    return Outputs(None if vector_output(graph) is None else given_out(graph), layer.node)


def _count(graph: Graph, outputs: Outputs) -> int:
    return 0 if outputs.given_out is None else int(np.prod(graph.nodes[outputs.given_out].shape))


def _keep(scores: Scores, where: np.ndarray, found: tuple[Any, Any]) -> None:
    scores.outputs[where] = ops.convert_to_numpy(found[0])
    scores.activations[where] = ops.convert_to_numpy(found[1])
