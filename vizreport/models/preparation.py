"""What a network does to a picture before its first filters, and what it is given hence."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from vizreport.errors import RequestError
from vizreport.graph.network import Node, Use
from vizreport.graph.trace import walk
from vizreport.models.input_range import PixelStatistics, Preparation, expected_range
from vizreport.models.preprocessing_choice import (
    ChosenPreprocessing,
    PreprocessingRequest,
    choose_preprocessing,
    input_size,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from vizreport.models.sidecar import Sidecar

_ARITHMETIC = {"affine", "slice", "concatenate"}
_WITHOUT_EFFECT = {"input", "identity", "resizing", "cropping"}


def choose_for(
    model: keras.Model,
    checkpoint: Path,
    sidecar: Sidecar | None,
    asked: PreprocessingRequest,
    pixels: Callable[[tuple[int, int]], PixelStatistics | None] = lambda size: None,
) -> ChosenPreprocessing:
    """Choose the preprocessing of a loaded network.

    Parameters
    ----------
    model : keras.Model
        What it does to pixels itself is found out.
    checkpoint : Path
        Where it was loaded from.
    sidecar : Sidecar or None
        Its preprocessing and class names; None where no file lies beside the checkpoint.
    asked : PreprocessingRequest
        Preset and single options of the user.
    pixels : callable, optional
        Takes the input's (height, width); see
        :func:`vizreport.models.input_range.expected_range`.

    Raises
    ------
    RequestError
        As :func:`vizreport.models.preprocessing_choice.choose_preprocessing`, or if the result
        does not fit the network's input.
    """
    _, height, width, channels = model.input_shape
    size = input_size(checkpoint, (height, width), sidecar, asked.parts)
    expected = None
    if asked.preset is not None or sidecar is None or not sidecar.prepares:
        found = preparation(model, size)
        expected = None if found is None else expected_range(found, lambda: pixels(size))
    chosen = choose_preprocessing(checkpoint, size, channels, sidecar, asked, expected)
    gives = chosen.preprocessing.input_channels
    if channels is not None and channels != gives:
        raise RequestError(
            f"{checkpoint} takes {channels} channels, but its preprocessing gives {gives}; set "
            "--channels"
        )
    rows, cols = chosen.preprocessing.input_size
    if (height, width) != (None, None) and (rows, cols) != (height, width):
        raise RequestError(
            f"{checkpoint} takes images of {height}x{width}, but its preprocessing gives "
            f"{rows}x{cols}; set --input-size"
        )
    return chosen


def preparation(model: keras.Model, size: tuple[int, int]) -> Preparation | None:
    """Return what a network does to the pixels before its first filters; None where nothing.

    Arithmetic of layers (Rescaling, Normalization) and of ``keras.ops``, channels taken apart and
    put together, and a batch normalisation that nothing but that stands in front of. Resizing,
    cropping and augmentation leave colours as they are.

    Parameters
    ----------
    model : keras.Model
        Not changed.
    size : (int, int)
        Height and width of the input, px.

    Raises
    ------
    RequestError
        If the model's graph cannot be walked.
    """
    nodes, uses = walk(model)
    front = _front(nodes)
    inside = [node for node in _ancestors(nodes, front) if node.kind in _ARITHMETIC]
    channels = model.input_shape[-1]
    slope, shift = _colours(nodes, front, (*size, channels))
    if np.array_equal(slope, np.eye(channels)) and not shift.any():
        inside = []
    none = np.zeros(0)
    first = _use(uses, inside[0]) if inside else None
    if first is not None and isinstance(first.operation, keras.layers.Normalization):
        mean, variance = _statistics(first.operation.mean, first.operation.variance)
        if not first.operation.invert:
            return Preparation(_names(inside), slope, shift, mean, variance)
    behind = [node for node in nodes if front in node.parents]
    only_order = (np.abs(slope).sum(axis=1) == 1).all() and not shift.any()
    if only_order and len(behind) == 1 and behind[0].kind == "batch_normalization":
        use = _use(uses, behind[0])
        if use is not None:
            mean, variance = _statistics(use.operation.moving_mean, use.operation.moving_variance)
            return Preparation((behind[0].layer,), slope, shift, mean, variance)
    return Preparation(_names(inside), slope, shift, none, none) if inside else None


def _front(nodes: Sequence[Node]) -> int:
    """Return the last node on the only way of the picture: all that follows takes it from there."""
    children: defaultdict[int, list[Node]] = defaultdict(list)
    for node in nodes:
        for parent in node.parents:
            children[parent].append(node)
    front, inside = 0, {0}
    for node in nodes[1:]:
        if node.kind not in _ARITHMETIC | _WITHOUT_EFFECT or not set(node.parents) <= inside:
            continue
        inside.add(node.index)
    for index in sorted(inside):
        taken = [i for i in inside if i < index and any(c.index > index for c in children[i])]
        if not taken:
            front = index
    return front


def _ancestors(nodes: Sequence[Node], target: int) -> list[Node]:
    needed = {target}
    for index in range(target, -1, -1):
        if index in needed:
            needed.update(nodes[index].parents)
    return [nodes[index] for index in sorted(needed)]


def _colours(
    nodes: Sequence[Node], front: int, shape: tuple[int, int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Run black and each pure colour through the nodes in front: [C', C] and [C']."""
    channels = shape[-1]
    # Values as pixels have them, so that rounding stays small beside what is added to them.
    colours = 255 * np.concatenate([np.zeros((1, channels)), np.eye(channels)])
    x = ops.convert_to_tensor(
        np.broadcast_to(colours[:, None, None], (channels + 1, *shape)), "float32"
    )
    values: dict[int, Any] = {0: x}
    for node in _ancestors(nodes, front)[1:]:
        values[node.index] = node.step.forward(*(values[parent] for parent in node.parents))
    y = np.asarray(values[front], np.float64)
    black, *pure = y.reshape(len(y), -1, y.shape[-1]).mean(axis=1)
    return (np.stack(pure, axis=1) - black[:, None]) / 255, black


def _use(uses: Sequence[Use], node: Node) -> Use | None:
    return next((use for use in uses if node.index in use.outputs), None)


def _statistics(mean: Any, variance: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return one number for each channel, or one for all."""
    arrays = (np.asarray(keras.ops.convert_to_numpy(x), np.float64) for x in (mean, variance))
    means, variances = (array.reshape(-1, array.shape[-1]).mean(axis=0) for array in arrays)
    return means, variances


def _names(nodes: Sequence[Node]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(node.layer for node in nodes))
