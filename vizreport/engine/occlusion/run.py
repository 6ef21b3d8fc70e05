"""One forward pass of a batch of places: in windows as far as windows go, or plain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from keras import ops

from vizreport import backend
from vizreport.backend import Spec
from vizreport.engine.interpreter import climb, forward
from vizreport.engine.occlusion.cuts import Cuts, completions, read
from vizreport.engine.occlusion.groups import Completed
from vizreport.engine.occlusion.squares import Stages
from vizreport.graph.network import Graph


@dataclass(frozen=True)
class Outputs:
    """What is wanted of the network for each place.

    Attributes
    ----------
    given_out : int or None
        Node of what the network gives out; None where that has rows and columns.
    layer : int
        Node of the layer one of whose maps is summed.
    """

    given_out: int | None
    layer: int

    @property
    def targets(self) -> list[int]:
        """Nodes whose outputs are wanted."""
        return [self.layer, *([] if self.given_out is None else [self.given_out])]

    def given(self, values: dict[int, Any], total: Any) -> tuple[Any, Any]:
        """Return the network's outputs [B, outputs] beside the sum of the layer's map [B]."""
        count = ops.shape(total)[0]
        if self.given_out is None:
            return ops.zeros((count, 0), total.dtype), total
        return ops.reshape(values[self.given_out], (count, -1)), total


def kept_nodes(
    graph: Graph, stages: Stages, filled: Completed, outputs: Outputs
) -> tuple[int, ...]:
    """Return the nodes whose clean outputs the windows are completed from."""
    kept = {0, *stages.border}
    if outputs.layer in stages.windowed:
        kept.add(outputs.layer)
    kept.update(graph.nodes[index].parents[number] for index, number in completions(filled))
    return tuple(sorted(kept))


def compile_places(
    graph: Graph, stages: Stages, filled: Completed, outputs: Outputs
) -> Callable[..., Any]:
    """Compile the pass for a batch of places in windows.

    Returns
    -------
    callable
        Takes the kept clean outputs (in the order of :func:`kept_nodes`), what replaces the image
        [1, H, W, C], what is read of each place as :func:`~.cuts.reads` numbers it, and the
        feature map; returns the network's outputs [B, outputs] and the map's sum [B].
    """
    kept, filling = kept_nodes(graph, stages, filled, outputs), list(completions(filled))

    def compute(
        clean: list[Any], fill: Any, numbers: list[Any], feature_map: Any
    ) -> tuple[Any, Any]:
        cleaned = dict(zip(kept, clean, strict=True))
        first, *middle, last = numbers
        needed = dict(zip(filling, middle[: len(filling)], strict=True))
        values: dict[int, Any] = {0: read(cleaned[0], fill, first)}
        climb(graph, stages.windowed, values, Cuts(graph, cleaned, needed))
        full = {
            index: read(cleaned[index], values[index], whole)
            for index, whole in zip(stages.border, middle[len(filling) :], strict=True)
        }
        climb(graph, stages.whole, full)
        if outputs.layer in full:
            return outputs.given(full, _sum(full[outputs.layer], feature_map))
        before = cleaned[outputs.layer][..., feature_map]
        now = values[outputs.layer][..., feature_map]
        change = ops.sum(now - backend.gathered(ops.reshape(before, (-1,)), last), axis=(1, 2))
        return outputs.given(full, ops.sum(before) + change)

    def spec(index: int) -> Spec:
        return Spec((1, *graph.nodes[index].shape), graph.dtype)

    def numbers_of(rows: int | None = None, cols: int | None = None) -> Spec:
        return Spec(("places", rows, cols), "int32")

    whole = [numbers_of(*graph.nodes[index].shape[:2]) for index in stages.border]
    return backend.compiled(
        compute,
        [spec(index) for index in kept],
        spec(0),
        [numbers_of(), *(numbers_of() for _ in filling), *whole, numbers_of()],
        Spec((), "int32"),
        variables=graph.variables,
    )


def compile_plain(graph: Graph, outputs: Outputs) -> Callable[..., tuple[Any, Any]]:
    """Compile the plain way: every occluded copy through the whole network.

    Returns
    -------
    callable
        Takes the image and what replaces it [1, H, W, C], the squares' first rows and columns [B]
        and side, and the feature map; returns the same as :func:`compile_places`.
    """

    def compute(
        image: Any, fill: Any, tops: Any, lefts: Any, size: Any, feature_map: Any
    ) -> tuple[Any, Any]:
        height, width, _ = graph.input_shape
        down = _covered(ops.arange(height)[None], tops[:, None], size)
        across = _covered(ops.arange(width)[None], lefts[:, None], size)
        x = ops.where(down[:, :, None, None] & across[:, None, :, None], fill, image)
        values = forward(graph, x, outputs.targets)
        return outputs.given(values, _sum(values[outputs.layer], feature_map))

    whole = Spec((1, *graph.input_shape), graph.dtype)
    numbers, number = Spec(("places",), "int32"), Spec((), "int32")
    return backend.compiled(
        compute, whole, whole, numbers, numbers, number, number, variables=graph.variables
    )


def compile_clean(graph: Graph, kept: tuple[int, ...]) -> Callable[..., list[Any]]:
    """Compile the clean image's pass, which returns the outputs that are kept."""

    def compute(x: Any) -> list[Any]:
        values = forward(graph, x, kept)
        return [values[index] for index in kept]

    image = Spec((1, *graph.input_shape), graph.dtype)
    return backend.compiled(compute, image, variables=graph.variables)


def _covered(positions: Any, start: Any, size: Any) -> Any:
    return (positions >= start) & (positions < start + size)


def _sum(x: Any, feature_map: Any) -> Any:
    """Return the sum over places of one map: [B]."""
    return ops.sum(ops.reshape(x[..., feature_map], (ops.shape(x)[0], -1)), axis=1)
