"""Build the Keras model of an architecture."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from vizreport.backend.contrast_normalization import ContrastNormalization
from vizreport.models.architecture import (
    INITIAL_STD,
    POOL_SIZE,
    POOL_STRIDE,
    Architecture,
    Convolution,
    recipe_scales,
    scale_width,
)


def build_network(
    architecture: Architecture, classes: int, input_size: int, width: float
) -> keras.Model:
    """Functional model of an architecture, scaled, with fresh weights.

    Weights are drawn from a normal distribution of the recipe's standard deviation (scaled by
    :func:`~vizreport.models.architecture.recipe_scales`), biases are 0.
    ``keras.utils.set_random_seed`` makes them repeatable.

    Parameters
    ----------
    architecture : Architecture
        At full size.
    classes : int
        Units of the last layer.
    input_size : int
        Side of the square input, px.
    width : float
        Factor on the maps and units of layers 1 to 7.

    Returns
    -------
    keras.Model
        From ``(N, input_size, input_size, 3)``, preprocessed pixels, to ``(N, classes)``
        probabilities. Layers are named ``conv1``, ``pool1``, ``norm1`` ... ``fc6``, ``drop6``
        ... ``fc8`` (logits) and ``prob``.

    Raises
    ------
    RequestError
        Too small an input, a width not above 0, fewer than 2 classes.
    """
    scales = recipe_scales(architecture, classes, input_size, width)
    scaled = scale_width(architecture, width)
    inputs = keras.Input((input_size, input_size, 3), name="image")
    signal = inputs
    for convolution in scaled.convolutions:
        scale = scales[f"conv{convolution.layer}"]
        signal = _convolve(signal, convolution, _initializer(scale))
    signal = layers.Flatten(name="flatten")(signal)
    for dense in scaled.dense:
        name = f"fc{dense.layer}"
        signal = layers.Dense(
            dense.units, "relu", kernel_initializer=_initializer(scales[name]), name=name
        )(signal)
        signal = layers.Dropout(0.5, name=f"drop{dense.layer}")(signal)
    logits = layers.Dense(classes, kernel_initializer=_initializer(scales["fc8"]), name="fc8")(
        signal
    )
    return keras.Model(inputs, layers.Softmax(name="prob")(logits), name=architecture.name)


def _initializer(scale: float) -> keras.initializers.Initializer:
    return keras.initializers.RandomNormal(0.0, INITIAL_STD * scale)


def _convolve(signal: Any, convolution: Convolution, initializer: Any) -> Any:
    number = convolution.layer
    if convolution.padding:  # 'same' would pad otherwise and give other sizes
        signal = layers.ZeroPadding2D(convolution.padding, name=f"pad{number}")(signal)
    signal = layers.Conv2D(
        convolution.maps,
        convolution.kernel,
        convolution.stride,
        groups=convolution.groups,
        activation="relu",
        kernel_initializer=initializer,
        name=f"conv{number}",
    )(signal)
    if convolution.normalize == "before":
        signal = ContrastNormalization(name=f"norm{number}")(signal)
    if convolution.pool:
        if convolution.pool_padding:
            signal = layers.ZeroPadding2D(convolution.pool_padding, name=f"pool{number}_pad")(
                signal
            )
        signal = layers.MaxPooling2D(POOL_SIZE, POOL_STRIDE, name=f"pool{number}")(signal)
    if convolution.normalize == "after":
        signal = ContrastNormalization(name=f"norm{number}")(signal)
    return signal
