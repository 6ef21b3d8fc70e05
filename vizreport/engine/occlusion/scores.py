"""What a network says while a square hides a part of the image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops

from vizreport import backend
from vizreport.backend import Spec
from vizreport.engine.interpreter import forward
from vizreport.engine.occlusion.places import (
    Gain,
    count_multiplications,
    members,
    places_in,
    plan_grid,
)
from vizreport.engine.occlusion.run import (
    Outputs,
    batches,
    compile_places,
    covered,
    kept_nodes,
    layout,
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


def occlude(
    deconvnet: Deconvnet,
    image: np.ndarray,
    fill: np.ndarray,
    tops: np.ndarray,
    lefts: np.ndarray,
    size: int,
    layer: ReportableLayer,
    feature_map: int,
    memory: int = 2**30,
    way: str = "",
    progress: Callable[[int], None] | None = None,
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
    tops, lefts : int array [P]
        First row and column of each square.
    size : int
        Side of the square, pixels; 0 for the image as it is.
    layer : ReportableLayer
        The layer one of whose maps is summed.
    feature_map : int
        The map of it that is summed.
    memory : int
        Bytes the batches of places may take; the bound holds whatever the number of places.
    way : {"", "incremental", "plain"}
        By default incremental where that counts at least 1.3 times fewer multiplications.
        Both give the same.
    progress : callable, optional
        Told how many more places are done.

    Returns
    -------
    Scores
    """
    graph = deconvnet.graph
    tops, lefts = np.asarray(tops, np.int32), np.asarray(lefts, np.int32)
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
    if not way:
        way = "incremental" if size and plan.gain.ratio >= LEAST_GAIN else "plain"
    tell = progress or (lambda _: None)
    if way == "plain":
        plain = deconvnet.compiled(("plain", layer.node), lambda: _plain(graph, outputs))
        step = places_in(graph, None, None, stages, memory)
        for chosen in batches(len(tops), step):
            found = plain(image, fill, tops[chosen], lefts[chosen], size, feature_map)
            _keep(scores, np.arange(chosen.start, chosen.stop), found)
            tell(chosen.stop - chosen.start)
        return scores
    kept = kept_nodes(graph, stages, outputs)
    key = (layer.node, stages.windowed)
    clean_pass = deconvnet.compiled(("kept", *key), lambda: _clean(graph, kept))
    compute = deconvnet.compiled(("windows", *key), lambda: compile_places(graph, stages, outputs))
    clean = clean_pass(image)
    for group in plan.groups:
        for chosen in batches(len(group.where), group.at_once):
            where = group.where[chosen]
            found = compute(
                clean,
                fill,
                tops[where],
                lefts[where],
                size,
                group.starts[:, :, chosen],
                group.sizes,
                group.margins,
                feature_map,
            )
            _keep(scores, where, found)
            tell(len(where))
    return scores


@dataclass(frozen=True)
class _Group:
    """Places whose windows have one layout, and what the compiled function takes of them."""

    where: np.ndarray
    starts: np.ndarray
    sizes: np.ndarray
    margins: np.ndarray
    at_once: int


@dataclass(frozen=True)
class _Plan:
    stages: Stages
    gain: Gain
    groups: tuple[_Group, ...]


def _plan(
    graph: Graph, outputs: Outputs, tops: np.ndarray, lefts: np.ndarray, size: int, memory: int
) -> _Plan:
    stages, rows, cols, pairs = plan_grid(graph, outputs, tops, lefts, size)
    gain = count_multiplications(graph, stages, rows, cols, pairs)
    order, groups = (0, *stages.windowed), []
    for down in rows:
        for across in cols:
            where, i, j = members(pairs, down, across)
            tensors = layout(graph, stages, down, across)
            starts = np.stack(
                [
                    np.stack([down.starts[index][i] for index in order]),
                    np.stack([across.starts[index][j] for index in order]),
                ],
                axis=1,
            ).astype(np.int32)
            at_once = places_in(graph, down, across, stages, memory)
            groups.append(_Group(where, starts, tensors["sizes"], tensors["margins"], at_once))
    return _Plan(stages, gain, tuple(groups))


def count_gain(
    graph: Graph, layer: ReportableLayer, tops: np.ndarray, lefts: np.ndarray, size: int
) -> Gain:
    """Count the multiplications that windows save."""
    outputs = _outputs(graph, layer)
    stages, rows, cols, pairs = plan_grid(graph, outputs, np.asarray(tops), np.asarray(lefts), size)
    return count_multiplications(graph, stages, rows, cols, pairs)


def places_at_once(graph: Graph, layer: ReportableLayer, memory: int) -> int:
    """Return how many whole images fit into the memory: the plain way's batch."""
    return places_in(graph, None, None, split(graph, _outputs(graph, layer).targets), memory)


def _outputs(graph: Graph, layer: ReportableLayer) -> Outputs:
    return Outputs(None if vector_output(graph) is None else given_out(graph), layer.node)


def _count(graph: Graph, outputs: Outputs) -> int:
    return 0 if outputs.given_out is None else int(np.prod(graph.nodes[outputs.given_out].shape))


def _keep(scores: Scores, where: np.ndarray, found: tuple[Any, Any]) -> None:
    scores.outputs[where] = ops.convert_to_numpy(found[0])
    scores.activations[where] = ops.convert_to_numpy(found[1])


def _plain(graph: Graph, outputs: Outputs) -> Callable[..., tuple[Any, Any]]:
    """Compile the plain way: every occluded copy through the whole network."""

    def compute(
        image: Any, fill: Any, tops: Any, lefts: Any, size: Any, feature_map: Any
    ) -> tuple[Any, Any]:
        height, width, _ = graph.input_shape
        rows, cols = ops.arange(height)[None], ops.arange(width)[None]
        x = ops.where(covered(rows, cols, tops, lefts, size), fill, image)
        values, count = forward(graph, x, outputs.targets), ops.shape(tops)[0]
        total = ops.reshape(values[outputs.layer][..., feature_map], (count, -1))
        total = ops.sum(total, axis=1)
        if outputs.given_out is None:
            return ops.zeros((count, 0), total.dtype), total
        return ops.reshape(values[outputs.given_out], (count, -1)), total

    whole = Spec((1, *graph.input_shape), graph.dtype)
    numbers, number = Spec(("places",), "int32"), Spec((), "int32")
    return backend.compiled(
        compute, whole, whole, numbers, numbers, number, number, variables=graph.variables
    )


def _clean(graph: Graph, kept: tuple[int, ...]) -> Callable[..., list[Any]]:
    """Compile the clean image's pass."""

    def compute(x: Any) -> list[Any]:
        values = forward(graph, x, kept)
        return [values[index] for index in kept]

    image = Spec((1, *graph.input_shape), graph.dtype)
    return backend.compiled(compute, image, variables=graph.variables)
