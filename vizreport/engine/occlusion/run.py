"""One forward pass of a batch of places, in windows as far as windows go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from vizreport.engine.occlusion.squares import Spans, Stages
from vizreport.graph.geometry import Shift, Window, pads
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
        Takes the kept clean outputs (in the order of :func:`kept_nodes`), the image and its
        replacement [1, H, W, C], the squares' first rows and columns [B] and side, the windows'
        starts [nodes, 2, B], ``sizes`` and ``margins`` of :func:`layout` and the feature map;
        returns the network's outputs [B, outputs] and the map's sum [B].
    """
    order = {index: place for place, index in enumerate((0, *stages.windowed))}
    kept = kept_nodes(graph, stages, outputs)

    def compute(
        clean: list[tf.Tensor],
        fill: tf.Tensor,
        tops: tf.Tensor,
        lefts: tf.Tensor,
        size: tf.Tensor,
        starts: tf.Tensor,
        sizes: tf.Tensor,
        margins: tf.Tensor,
        feature_map: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        cleaned = dict(zip(kept, clean, strict=True))

        def positions(index: int, axis: int) -> tf.Tensor:
            place = order[index]
            return starts[place, axis][:, None] + tf.range(sizes[place, axis])[None]

        values = {0: _occluded(cleaned[0], fill, tops, lefts, size, positions)}
        for index in stages.windowed:
            node = graph.nodes[index]
            reaches = node.step.reach or ()
            inputs = []
            for number, parent in enumerate(node.parents):
                x = values[parent]
                down, across = positions(parent, 0), positions(parent, 1)
                if _widens(node):
                    margin = margins[order[index], number]
                    x, down, across = _widened(x, cleaned[parent], down, across, margin)
                if any(map(pads, reaches)):
                    inside = _inside(graph.nodes[parent], down, across)
                    outside = x.dtype.min if node.kind == "max_pooling" else 0
                    x = tf.where(inside, x, tf.constant(outside, x.dtype))
                inputs.append(x)
            if any(isinstance(reach, Shift) for reach in reaches):
                values[index] = inputs[0]  # padding: the same positions under other numbers
            else:
                values[index] = (node.step.unpadded or node.step.forward)(*inputs)
        full = {
            index: _placed(values[index], cleaned[index], positions(index, 0), positions(index, 1))
            for index in stages.border
        }
        for index in stages.whole:
            node = graph.nodes[index]
            full[index] = node.step.forward(*(full[parent] for parent in node.parents))
        count = tf.shape(tops)[0]
        if outputs.layer in full:
            total = tf.reshape(full[outputs.layer][..., feature_map], (count, -1))
            total = tf.reduce_sum(total, axis=1)
        else:
            total = _changed_sum(
                graph.nodes[outputs.layer],
                values[outputs.layer][..., feature_map],
                cleaned[outputs.layer][..., feature_map],
                positions(outputs.layer, 0),
                positions(outputs.layer, 1),
            )
        if outputs.given_out is None:
            return tf.zeros((count, 0), total.dtype), total
        return tf.reshape(full[outputs.given_out], (count, -1)), total

    def spec(index: int) -> tf.TensorSpec:
        return tf.TensorSpec([1, *graph.nodes[index].shape], graph.dtype)

    numbers = tf.TensorSpec([None], tf.int32)
    number = tf.TensorSpec([], tf.int32)
    return tf.function(
        compute,
        input_signature=[
            [spec(index) for index in kept],
            spec(0),
            numbers,
            numbers,
            number,
            tf.TensorSpec([len(order), 2, None], tf.int32),
            tf.TensorSpec([len(order), 2], tf.int32),
            tf.TensorSpec([len(order), None, 2, 2], tf.int32),
            number,
        ],
        autograph=False,
    )


def _occluded(
    image: tf.Tensor,
    fill: tf.Tensor,
    tops: tf.Tensor,
    lefts: tf.Tensor,
    size: tf.Tensor,
    positions: Callable[[int, int], tf.Tensor],
) -> tf.Tensor:
    """Return the input's windows, the square in each replaced."""
    down, across = positions(0, 0), positions(0, 1)
    covered = (
        ((down >= tops[:, None]) & (down < tops[:, None] + size))[:, :, None]
        & ((across >= lefts[:, None]) & (across < lefts[:, None] + size))[:, None, :]
    )[..., None]
    return tf.where(covered, _cut(fill, down, across), _cut(image, down, across))


def _cut(maps: tf.Tensor, down: tf.Tensor, across: tf.Tensor) -> tf.Tensor:
    """Cut [B, h, w, C] out of one image's maps [1, H, W, C]; what is outside is any value."""
    height, width = maps.shape[1], maps.shape[2]
    place = (
        tf.clip_by_value(down, 0, height - 1)[:, :, None] * width
        + tf.clip_by_value(across, 0, width - 1)[:, None, :]
    )
    return tf.gather(tf.reshape(maps, (-1, maps.shape[3])), place)


def _widened(
    x: tf.Tensor, clean: tf.Tensor, down: tf.Tensor, across: tf.Tensor, margin: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Add a window's margins from the clean output, or take them off where negative."""
    less = tf.maximum(-margin, 0)
    h, w = tf.shape(down)[1], tf.shape(across)[1]
    x = x[:, less[0, 0] : h - less[0, 1], less[1, 0] : w - less[1, 1], :]
    down = down[:, less[0, 0] : h - less[0, 1]]
    across = across[:, less[1, 0] : w - less[1, 1]]
    more = tf.maximum(margin, 0)

    def ends(positions: tf.Tensor, axis: int) -> tuple[tf.Tensor, tf.Tensor]:
        before = positions[:, :1] - more[axis, 0] + tf.range(more[axis, 0])[None]
        after = positions[:, -1:] + 1 + tf.range(more[axis, 1])[None]
        return before, after

    left, right = ends(across, 1)
    x = tf.concat([_cut(clean, down, left), x, _cut(clean, down, right)], axis=2)
    across = tf.concat([left, across, right], axis=1)
    above, below = ends(down, 0)
    x = tf.concat([_cut(clean, above, across), x, _cut(clean, below, across)], axis=1)
    return x, tf.concat([above, down, below], axis=1), across


def _inside(node: Node, down: tf.Tensor, across: tf.Tensor) -> tf.Tensor:
    height, width = node.shape[:2]
    rows = ((down >= 0) & (down < height))[:, :, None, None]
    return rows & ((across >= 0) & (across < width))[:, None, :, None]


def _placed(x: tf.Tensor, clean: tf.Tensor, down: tf.Tensor, across: tf.Tensor) -> tf.Tensor:
    """Put windows into the clean output: [B, H, W, C]."""
    _, height, width, maps = clean.shape
    batch, h, w = tf.shape(x)[0], tf.shape(x)[1], tf.shape(x)[2]
    # Windows may lie off the grid by their own size at most: give the grid such a margin.
    grid = tf.pad(clean, [(0, 0), (h, h), (w, w), (0, 0)])
    full = tf.tile(grid, (batch, 1, 1, 1))
    rows = tf.clip_by_value(down + h, 0, height + 2 * h - 1)
    cols = tf.clip_by_value(across + w, 0, width + 2 * w - 1)
    numbers = tf.range(batch)[:, None, None] + 0 * (rows[:, :, None] + cols[:, None, :])
    place = tf.stack(
        [numbers, rows[:, :, None] + 0 * cols[:, None, :], 0 * rows[:, :, None] + cols[:, None, :]],
        axis=-1,
    )
    full = tf.tensor_scatter_nd_update(full, place, x)[:, h : h + height, w : w + width, :]
    return tf.ensure_shape(full, (None, height, width, maps))


def _changed_sum(
    node: Node, x: tf.Tensor, clean: tf.Tensor, down: tf.Tensor, across: tf.Tensor
) -> tf.Tensor:
    """Return the sum over places of a map of which only a window has changed."""
    inside = tf.cast(_inside(node, down, across)[..., 0], x.dtype)
    before = _cut(clean[..., None], down, across)[..., 0]
    return tf.reduce_sum(clean) + tf.reduce_sum((x - before) * inside, axis=(1, 2))


def batches(count: int, size: int) -> Sequence[slice]:
    """Cut ``count`` places into batches."""
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]
