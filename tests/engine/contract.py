"""What the engine computes of one small network, the same on every backend of Keras.

KERAS_BACKEND=jax python -m tests.engine.contract results.npz
"""

from __future__ import annotations

import sys

import keras
import numpy as np
from keras import layers

from vizreport.engine import Deconvnet
from vizreport.engine.batch_statistics import (
    estimated,
    normalizing_layers,
    output_function,
    statistics_function,
)
from vizreport.engine.mining import reduction_function
from vizreport.engine.occlusion import Running, Squares, occlude
from vizreport.engine.projection.split_passes import down_function, up_function


def network() -> keras.Model:
    random = np.random.default_rng(0)
    image = keras.Input((17, 19, 3))
    x = layers.Conv2D(6, 3, strides=2, padding="same", activation="relu", name="conv1")(image)
    x = layers.MaxPooling2D(3, 2, padding="same")(x)
    y = layers.BatchNormalization()(layers.Conv2D(6, 3, padding="same", groups=2)(x))
    x = layers.Concatenate()([layers.LeakyReLU(0.1)(y), x])
    x = layers.Conv2D(8, 2, padding="same", dilation_rate=2, activation="relu", name="conv2")(x)
    # Where neither is active the two are equal: the first of them gets the signal.
    x = layers.Maximum()([x, layers.Conv2D(8, 1, activation="relu")(x)])
    x = layers.Dense(4, activation="softmax", name="classes")(layers.Flatten()(x))
    model = keras.Model(image, x)
    for weight in model.weights:
        values = random.normal(0, 0.3, weight.shape)
        weight.assign(1 + values**2 if "variance" in weight.path else values)
    return model


def results() -> dict[str, np.ndarray]:
    model = network()
    images = np.random.default_rng(1).normal(size=(3, 17, 19, 3)).astype(np.float32)
    found = Deconvnet(model)
    layer, number = found.layer("conv2"), np.arange(3)
    arrays = {rule: found.with_rule(rule).project(images, "conv2", 3) for rule in RULES}
    arrays["equals"] = found.project(images, "classes", 1)
    for way in ("crops", "windows"):
        full = np.zeros_like(images)
        for part in found.project_units(images, layer, number, number, number, number, way=way):
            part.put_into(full)
        arrays[way] = full
    tops, lefts = (part.ravel() for part in np.mgrid[0:14:4, 0:16:5])
    for way in ("plain", "incremental"):
        fill = np.zeros_like(images[0])
        scores = occlude(
            found, images[0], fill, Squares(tops, lefts, 4), layer, 2, Running(way=way)
        )
        arrays[f"{way} outputs"], arrays[f"{way} sums"] = scores.outputs, scores.activations
    ((maxima, places, means),), outputs = reduction_function(found.graph, [layer])(images)
    arrays.update(maxima=maxima, places=places, means=means, outputs=outputs)
    normalizing = normalizing_layers(found.graph)
    statistics = statistics_function(found.graph, normalizing, len(images))
    ((mean, variance),) = estimated(normalizing, statistics, [images]).values()
    anew = output_function(found.graph, normalizing)(images, [(mean, variance)])
    arrays.update({"batch mean": mean, "batch variance": variance, "other averages": anew})
    up, down = (
        up_function(found.graph, layer.node),
        down_function(found.graph, layer.node, RULES[1], 3),
    )
    kernel = model.get_layer("conv1").kernel
    kernel.assign(kernel.numpy()[::-1])  # both passes read the weights as they now are
    arrays["other weights"], _ = down(up(images), number, number, number)
    return {name: np.asarray(array) for name, array in arrays.items()}


RULES = ("deconvnet", "guided", "gradient")

if __name__ == "__main__":
    np.savez(sys.argv[1], backend=keras.backend.backend(), **results())
