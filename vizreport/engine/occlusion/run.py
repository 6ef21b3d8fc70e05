"""One forward pass of a batch of places, in windows as far as windows go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from keras import ops

from vizreport import backend
from vizreport.backend import Spec
from vizreport.engine.interpreter import climb
from vizreport.engine.occlusion.squares import Spans, Stages
from vizreport.engine.windows import Windows, cut, inside_grid
from vizreport.graph.geometry import Window
from vizreport.graph.network import Graph, Node


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


def kept_nodes(graph: Graph, stages: Stages, outputs: Outputs) -> tuple[int, ...]:
    """Return the nodes whose clean outputs the windows are completed from."""
    kept = {0, *stages.border}
    if outputs.layer in stages.windowed:
        kept.add(outputs.layer)
    for index in stages.windowed:
        if _widens(graph.nodes[index]):
            kept.update(graph.nodes[index].parents)
    return tuple(sorted(kept))


def _widens(node: Node) -> bool:
    """Whether a node may need more of its parents than their windows."""
    slides = any(isinstance(reach, Window) for reach in node.step.reach or ())
    return slides or len(node.parents) > 1


def layout(graph: Graph, stages: Stages, rows: Spans, cols: Spans) -> dict[str, np.ndarray]:
    """Bring windows of one group into tensors that the compiled function takes.

    Returns
    -------
    dict
        ``sizes`` int32 [nodes, 2] and ``margins`` int32 [nodes, 2, 2, 2]: node, which parent,
        axis, before or after. Nodes stand in the order input, then ``stages.windowed``.
    """
    order = (0, *stages.windowed)
    most = max([1, *(len(graph.nodes[index].parents) for index in order)])
    sizes = np.array([[rows.sizes[i], cols.sizes[i]] for i in order], np.int32)
    margins = np.zeros((len(order), most, 2, 2), np.int32)
    for place, index in enumerate(order):
        for number, parent in enumerate(graph.nodes[index].parents):
            margins[place, number] = rows.margins[index, parent], cols.margins[index, parent]
    return {"sizes": sizes, "margins": margins}


def compile_places(graph: Graph, stages: Stages, outputs: Outputs) -> Callable[..., Any]:
    """Compile the pass for a batch of places.

    Returns
    -------
    callable
        Takes the kept clean outputs (in the order of :func:`kept_nodes`), the image's replacement
        [1, H, W, C], the squares' first rows and columns [B] and side, the windows' starts
        [nodes, 2, B], ``sizes`` and ``margins`` of :func:`layout` and the feature map; returns
        the network's outputs [B, outputs] and the map's sum [B].
    """
    kept = kept_nodes(graph, stages, outputs)

    def compute(
        clean: list[Any],
        fill: Any,
        tops: Any,
        lefts: Any,
        size: Any,
        starts: Any,
        sizes: Any,
        margins: Any,
        feature_map: Any,
    ) -> tuple[Any, Any]:
        cleaned = dict(zip(kept, clean, strict=True))
        windows = _windows(graph, stages, cleaned, starts, sizes, margins)
        rows, cols = windows.positions(0)
        hidden = ops.where(
            covered(rows, cols, tops, lefts, size),
            cut(fill, rows, cols),
            cut(cleaned[0], rows, cols),
        )
        values: dict[int, Any] = {0: hidden}
        climb(graph, stages.windowed, values, windows)
        full = {
            index: _placed(values[index], cleaned[index], *windows.positions(index))
            for index in stages.border
        }
        climb(graph, stages.whole, full)
        count = ops.shape(tops)[0]
        if outputs.layer in full:
            total = ops.reshape(full[outputs.layer][..., feature_map], (count, -1))
            total = ops.sum(total, axis=1)
        else:
            total = _changed_sum(
                graph.nodes[outputs.layer],
                values[outputs.layer][..., feature_map],
                cleaned[outputs.layer][..., feature_map],
                *windows.positions(outputs.layer),
            )
        if outputs.given_out is None:
            return ops.zeros((count, 0), total.dtype), total
        return ops.reshape(full[outputs.given_out], (count, -1)), total

    def spec(index: int) -> Spec:
        return Spec((1, *graph.nodes[index].shape), graph.dtype)

    nodes, numbers, number = 1 + len(stages.windowed), Spec(("places",), "int32"), Spec((), "int32")
    return backend.compiled(
        compute,
        [spec(index) for index in kept],
        spec(0),
        numbers,
        numbers,
        number,
        Spec((nodes, 2, "places"), "int32"),
        Spec((nodes, 2), "int32", static=True),
        Spec((nodes, None, 2, 2), "int32", static=True),
        number,
        variables=graph.variables,
    )


def _windows(
    graph: Graph, stages: Stages, clean: dict[int, Any], starts: Any, sizes: Any, margins: Any
) -> Windows:
    order = {index: place for place, index in enumerate((0, *stages.windowed))}
    return Windows(
        graph,
        clean,
        None,
        {index: (starts[place, 0], starts[place, 1]) for index, place in order.items()},
        {index: (sizes[place, 0], sizes[place, 1]) for index, place in order.items()},
        {
            (index, number): tuple(
                (margins[place, number, axis, 0], margins[place, number, axis, 1])
                for axis in (0, 1)
            )
            for index, place in order.items()
            for number in range(len(graph.nodes[index].parents))
            if _widens(graph.nodes[index])
        },
    )


def covered(rows: Any, cols: Any, tops: Any, lefts: Any, size: Any) -> Any:
    """Whether a square covers positions: bool [B, h, w, 1].

    Parameters
    ----------
    rows, cols : int32 [B, h] and [B, w]
        Positions in the image, px; each place has its own window of them.
    tops, lefts : int32 [B]
        First row and column of each square.
    size : int32
        Side of the squares.
    """
    down = (rows >= tops[:, None]) & (rows < tops[:, None] + size)
    across = (cols >= lefts[:, None]) & (cols < lefts[:, None] + size)
    return down[:, :, None, None] & across[:, None, :, None]


def _placed(x: Any, clean: Any, rows: Any, cols: Any) -> Any:
    """Put windows into the clean output: [B, H, W, C]."""
    _, height, width, maps = clean.shape
    batch, h, w, _ = ops.shape(x)
    # Windows may lie off the grid by their own size at most: give the grid such a margin.
    grid = ops.pad(clean, [(0, 0), (h, h), (w, w), (0, 0)])
    full = ops.broadcast_to(grid, (batch, *ops.shape(grid)[1:]))
    down = ops.clip(rows + h, 0, height + 2 * h - 1)[:, :, None]
    across = ops.clip(cols + w, 0, width + 2 * w - 1)[:, None, :]
    numbers = ops.arange(batch)[:, None, None] + 0 * (down + across)
    place = ops.stack([numbers, down + 0 * across, 0 * down + across], axis=-1)
    flat = ops.reshape(place, (-1, 3)), ops.reshape(x, (-1, maps))
    full = ops.scatter_update(full, *flat)[:, h : h + height, w : w + width, :]
    return ops.reshape(full, (-1, height, width, maps))


def _changed_sum(node: Node, x: Any, clean: Any, rows: Any, cols: Any) -> Any:
    """Return the sum over places of a map of which only a window has changed."""
    inside = ops.cast(inside_grid(node, rows, cols)[..., 0], x.dtype)
    before = cut(clean[..., None], rows, cols)[..., 0]
    return ops.sum(clean) + ops.sum((x - before) * inside, axis=(1, 2))


def batches(count: int, size: int) -> Sequence[slice]:
    """Cut ``count`` places into batches."""
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]
