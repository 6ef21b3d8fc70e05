"""The network in training: its weights, its limits, and the pass with its own dropout."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf

from vizreport.models.architecture import RMS_LIMIT, recipe_scales
from vizreport.models.variants import build_variant, variant_architecture


def build(
    name: str, classes: int, input_size: int, width: float, mixed_precision: bool = False
) -> keras.Model:
    """Build a network; computing in bfloat16 with float32 weights if ``mixed_precision``.

    bfloat16 and not float16: the recipe's pixels of +-128 squared and summed over maps by the
    contrast normalisation pass the largest float16, and bfloat16 needs no scaling of the loss.

    Parameters
    ----------
    name : str
        Of :data:`vizreport.models.variants.VARIANTS`.
    classes : int
        Units of the last layer.
    input_size : int
        Side of the square input, px.
    width : float
        Factor on the maps and units of layers 1 to 7.
    mixed_precision : bool
        Whether to compute in bfloat16.

    Raises
    ------
    RequestError
        No such network, too small an input, a width not above 0, fewer than 2 classes.
    """
    with _precision("mixed_bfloat16" if mixed_precision else "float32"):
        return build_variant(name, classes, input_size, width)


@contextmanager
def _precision(policy: str) -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def rms_limits(name: str, classes: int, input_size: int, width: float) -> dict[str, float]:
    """Largest RMS of a filter for each convolution: 1e-1, scaled as the initial weights are.

    Paper, section 3; the scaling keeps a narrow network's activations in the range of the
    full-size network's (:func:`vizreport.models.architecture.recipe_scales`).

    Returns
    -------
    dict of str to float
        By layer name, ``conv1`` ...
    """
    scales = recipe_scales(variant_architecture(name), classes, input_size, width)
    return {layer: RMS_LIMIT * scale for layer, scale in scales.items() if layer.startswith("conv")}


def renormalize(kernel: Any, limit: Any) -> Any:
    """Scale each filter whose root mean square exceeds the limit down to it (paper, section 3).

    Parameters
    ----------
    kernel : tensor [rows, cols, channels, filters]
        Of a convolution.
    limit : float
        Largest root mean square that stays as it is.

    Returns
    -------
    tensor
        Of the same shape.
    """
    rms = tf.sqrt(tf.reduce_mean(tf.square(kernel), (0, 1, 2)))
    return kernel * tf.minimum(1.0, limit / tf.maximum(rms, 1e-30))


def dropout_masks(model: keras.Model, seed: Any, first: Any, rows: int, total: int) -> list[Any]:
    """Which units each dropout layer keeps, for some rows of a step's batch.

    The masks are drawn for the whole batch, of which each device takes its rows: the same masks
    on one device and on many. Keras's own dropout draws separately for each device and keeps a
    count, which could not be resumed in the middle.

    Parameters
    ----------
    model : keras.Model
        From ``build``.
    seed : int32 tensor [2]
        Of the step.
    first : int32 tensor
        Place of the rows in the batch.
    rows, total : int
        Rows here and of the whole batch.

    Returns
    -------
    list of bool tensors [rows, units]
    """
    masks = []
    for number, layer in enumerate(_dropouts(model)):
        units = layer.output.shape[1]
        drawn = tf.random.experimental.stateless_fold_in(seed, number, alg="philox")
        uniform = tf.random.stateless_uniform((total, units), drawn, alg="philox")
        masks.append(tf.slice(uniform, (first, 0), (rows, units)) >= layer.rate)
    return masks


def _dropouts(model: keras.Model) -> list[keras.layers.Dropout]:
    return [layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)]


def training_logits(model: keras.Model, images: Any, masks: list[Any]) -> Any:
    """Class scores before the softmax, with dropout.

    Parameters
    ----------
    model : keras.Model
        A chain of layers that ends in a softmax, as ``build`` makes it.
    images : tensor [n, h, w, 3]
        Preprocessed.
    masks : list of bool tensors [n, units]
        From ``dropout_masks``.

    Returns
    -------
    float32 tensor [n, C]
    """
    signal, rest = images, iter(masks)
    for layer in model.layers[1:-1]:
        if isinstance(layer, keras.layers.Dropout):
            signal = tf.where(next(rest), signal / (1 - layer.rate), tf.zeros_like(signal))
        else:
            signal = layer(signal)
    return tf.cast(signal, tf.float32)
