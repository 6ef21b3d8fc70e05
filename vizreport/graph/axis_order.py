"""Which order of axes the layers of a network go by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
from keras import layers
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
)
from keras.src.models.functional import Functional

from vizreport.graph.transposed_operations import AXES, permutation

TO_FIRST, TO_LAST = AXES, (0, 2, 3, 1)
"""Axes of [N, H, W, C] as [N, C, H, W], and back."""

# Layers of either order in networks of either.
_UNHEEDED = (layers.Flatten, BaseImagePreprocessingLayer)


def takes_channels_first(model: keras.Model) -> bool:
    """Whether a network of one image takes it as [N, C, H, W].

    Its first operation that goes by the order of axes tells, else the input's shape.
    """
    for use in uses(model):
        order = permutation(use.operation)
        if order:
            return order == TO_LAST
        found = getattr(use.operation, "data_format", None)
        if found is not None and not isinstance(use.operation, _UNHEEDED):
            return bool(found == "channels_first")
        if has_graph(use.operation):
            return takes_channels_first(use.operation)
    return few_in_front(tuple(model.inputs[0].shape))


def few_in_front(shape: tuple[int | None, ...]) -> bool:
    """Whether an image's shape has few channels in front of many columns."""
    return shape[1] is not None and shape[1] <= 4 and (shape[-1] is None or shape[-1] > 4)


def has_channels_first(model: keras.Model) -> bool:
    """Whether some operation of a network, nested ones included, wants channels in front."""
    return any(
        has_channels_first(use.operation)
        if has_graph(use.operation)
        else getattr(use.operation, "data_format", None) == "channels_first"
        and not isinstance(use.operation, _UNHEEDED)
        for use in uses(model)
    )


def has_graph(layer: Any) -> bool:
    """Whether Keras knows what a layer is made of: a functional or Sequential model."""
    return isinstance(layer, (Functional, keras.Sequential))


def bare(model: keras.Model) -> Functional:
    """Return the functional model in a Sequential one."""
    return model._functional if isinstance(model, keras.Sequential) else model


def uses(model: keras.Model) -> Iterator[Any]:
    """Yield the uses of operations in a model, in an order in which they can be computed."""
    functional = bare(model)
    for depth in sorted(functional._nodes_by_depth, reverse=True):
        for use in functional._nodes_by_depth[depth]:
            if not isinstance(use.operation, layers.InputLayer):
                yield use
