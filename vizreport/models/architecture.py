"""An architecture as data, and the arithmetic of its map sizes. No TensorFlow here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal

from vizreport.errors import RequestError

# The recipe's constants hold for the full-size network (paper, section 3).
INITIAL_STD = 1e-2
RMS_LIMIT = 1e-1

POOL_SIZE = 3
POOL_STRIDE = 2


@dataclass(frozen=True)
class Convolution:
    """One convolutional layer with what follows it.

    Attributes
    ----------
    layer : int
        Number of the layer in the paper, from 1; layers keep it when others are removed.
    maps, kernel, stride, padding, groups : int
        Feature maps; side of the square filters, stride and zero padding in pixels of its input;
        groups of the channels.
    pool : bool
        3x3 max pooling of stride 2 follows.
    pool_padding : int
        Zero padding before it, which changes no maximum after a ReLU.
    normalize : {"before", "after"} or None
        Whether contrast normalisation stands before or after the pooling; None for none.
    """

    layer: int
    maps: int
    kernel: int
    stride: int = 1
    padding: int = 0
    groups: int = 1
    pool: bool = False
    pool_padding: int = 0
    normalize: Literal["before", "after"] | None = None


@dataclass(frozen=True)
class Dense:
    """One fully connected layer with ReLU and dropout 0.5: its number and its units."""

    layer: int
    units: int


@dataclass(frozen=True)
class Architecture:
    """Convolutions, then dense layers, then layer 8: a softmax over the classes."""

    name: str
    convolutions: tuple[Convolution, ...]
    dense: tuple[Dense, ...]
    input_size: int = 224


@dataclass(frozen=True)
class PlannedLayer:
    """Sizes of one layer of a network.

    Attributes
    ----------
    name : str
        ``conv1`` ... ``fc8``.
    map_size, pooled_size : int
        Side of its maps before and after pooling, in units; 1 for dense layers.
    maps : int
        Feature maps or units.
    fan_in : int
        Inputs to one unit.
    """

    name: str
    map_size: int
    pooled_size: int
    maps: int
    fan_in: int


def scale_width(architecture: Architecture, width: float) -> Architecture:
    """Multiply the maps and units of every layer but the last by ``width``.

    Each count is rounded to the nearest multiple of the groups in the architecture, at least
    once that number.

    Parameters
    ----------
    architecture : Architecture
        Layers and their sizes.
    width : float
        Such as 0.25.

    Raises
    ------
    RequestError
        ``width`` is not above 0.
    """
    if not width > 0:
        raise RequestError(f"width {width} is not above 0; pass, for example, 0.25")
    # One multiple for all layers: a layer's channels are also the next one's grouped input.
    multiple = max(convolution.groups for convolution in architecture.convolutions)

    def scale(count: int) -> int:
        return max(1, round(count * width / multiple)) * multiple

    return replace(
        architecture,
        convolutions=tuple(replace(c, maps=scale(c.maps)) for c in architecture.convolutions),
        dense=tuple(replace(d, units=scale(d.units)) for d in architecture.dense),
    )


def _map_sizes(architecture: Architecture, input_size: int) -> list[tuple[int, int]]:
    """Side of each convolution's maps before and after pooling; below 1 where nothing is left."""
    sizes = []
    size = input_size
    for convolution in architecture.convolutions:
        size = (size + 2 * convolution.padding - convolution.kernel) // convolution.stride + 1
        before = size
        if convolution.pool:
            size = (size + 2 * convolution.pool_padding - POOL_SIZE) // POOL_STRIDE + 1
        sizes.append((before, size))
    return sizes


def smallest_input_size(architecture: Architecture) -> int:
    """Smallest side of a square input, in pixels, that leaves every layer at least one unit."""
    size = 1
    while min(min(pair) for pair in _map_sizes(architecture, size)) < 1:
        size += 1
    return size


def plan(architecture: Architecture, classes: int, input_size: int) -> tuple[PlannedLayer, ...]:
    """Sizes of every layer for a square RGB input.

    Parameters
    ----------
    architecture : Architecture
        Layers and their sizes.
    classes : int
        Units of the last layer.
    input_size : int
        Side of the input, px.

    Raises
    ------
    RequestError
        ``classes`` is below 2, or ``input_size`` leaves some layer without a unit.
    """
    if classes < 2:
        raise RequestError(f"a classifier needs at least 2 classes, not {classes}")
    smallest = smallest_input_size(architecture)
    if input_size < smallest:
        raise RequestError(
            f"an input of {input_size} px is too small for {architecture.name}; the minimum is "
            f"{smallest} px"
        )
    layers = []
    maps = 3
    side = input_size
    sizes = _map_sizes(architecture, input_size)
    for convolution, (map_size, side) in zip(architecture.convolutions, sizes, strict=True):
        fan_in = convolution.kernel**2 * maps // convolution.groups
        maps = convolution.maps
        layers.append(PlannedLayer(f"conv{convolution.layer}", map_size, side, maps, fan_in))
    fan_in = side**2 * maps
    for dense in (*architecture.dense, Dense(8, classes)):
        layers.append(PlannedLayer(f"fc{dense.layer}", 1, 1, dense.units, fan_in))
        fan_in = dense.units
    return tuple(layers)


def recipe_scales(
    architecture: Architecture, classes: int, input_size: int, width: float
) -> dict[str, float]:
    """Factor on the recipe's constants for each layer of a scaled network.

    The standard deviation of the initial weights (1e-2) and the limit on the filters' RMS (1e-1)
    assume the full-size network. ``sqrt(fan-in at full size / fan-in here)`` keeps the scale of
    every layer's activations; it is 1 for the full-size network.

    Parameters
    ----------
    architecture : Architecture
        At full size.
    classes : int
        Units of the last layer.
    input_size : int
        Side of the scaled network's input, px.
    width : float
        Its factor on maps and units.

    Returns
    -------
    dict of str to float
        By layer name, ``conv1`` ... ``fc8``.
    """
    full = plan(architecture, classes, architecture.input_size)
    here = plan(scale_width(architecture, width), classes, input_size)
    return {
        layer.name: sqrt(reference.fan_in / layer.fan_in)
        for reference, layer in zip(full, here, strict=True)
    }
