"""Contributions of maps below against finite differences of Keras' own layers."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from tests.engine.float64 import floats, randomise
from tests.engine.networks import squeezenet
from vizreport.engine import Deconvnet
from vizreport.engine.contributions import contributions, layers_below
from vizreport.engine.projection.units import Units

SIZE = (45, 54)


@pytest.fixture(scope="module")
def model() -> keras.Model:
    """Fire modules, then dense layers; in float64, every bias but the scores' 0."""
    with floats("float64"):
        image = keras.Input((*SIZE, 3))
        x = layers.Flatten()(squeezenet(image))
        x = layers.Dense(6, activation="relu", name="full")(x)
        made = randomise(keras.Model(image, layers.Dense(3, name="scores")(x)), 3)
    for layer in made.layers:
        if layer.name != "scores" and getattr(layer, "bias", None) is not None:
            layer.bias.assign(np.zeros(layer.bias.shape))
    return made


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(4).normal(size=(3, *SIZE, 3))


def above(model: keras.Model, lower: str, upper: str) -> keras.Model:
    return keras.Model(model.get_layer(lower).output, model.get_layer(upper).output)


def check(model: keras.Model, images: np.ndarray, lower: str, upper: str, adds_up: bool) -> None:
    deconvnet = Deconvnet(model)
    layer, below = deconvnet.layer(upper), deconvnet.layer(lower)
    everything = keras.Model(model.input, model.get_layer(upper).output)(images).numpy()
    strongest = everything.reshape(len(images), -1, everything.shape[-1]).argmax(axis=1)
    numbers, maps = (part.ravel() for part in np.indices(strongest.shape))
    rows, cols = np.divmod(strongest.ravel(), layer.cols)
    found, values = contributions(
        deconvnet, images, layer, [below], Units.of(numbers, rows, cols, maps)
    )
    grid = everything.reshape(len(images), layer.rows, layer.cols, -1)
    np.testing.assert_allclose(values, grid[numbers, rows, cols, maps], atol=1e-12)
    half = above(model, lower, upper)
    held = keras.Model(model.input, model.get_layer(lower).output)(images).numpy()
    assert found.shape == (len(numbers), held.shape[-1])
    assert (np.abs(found).max(axis=1) > 1e-3).sum() > len(numbers) / 4
    for m in range(held.shape[-1]):
        scale = np.ones(held.shape[-1])
        scale[m] += 1e-6
        moved = [half(held * way).numpy() for way in (scale, 2 - scale)]
        slope = ((moved[0] - moved[1]) / 2e-6).reshape(grid.shape)
        np.testing.assert_allclose(found[:, m], slope[numbers, rows, cols, maps], atol=1e-7)
    if adds_up:  # no bias lies between: the contributions add up to the activation
        np.testing.assert_allclose(found.sum(axis=1), values, atol=1e-12)


@pytest.mark.parametrize(
    ("lower", "upper", "adds_up"),
    [
        ("conv1", "fire2", True),  # on crops
        ("fire2", "fire4", True),  # a fire module and a pooling passed through
        ("fire4", "full", True),
        ("full", "scores", False),
    ],
)
def test_contributions_are_the_slopes_of_keras_layers(
    model: keras.Model, images: np.ndarray, lower: str, upper: str, adds_up: bool
) -> None:
    check(model, images, lower, upper, adds_up)


def test_what_is_below(model: keras.Model) -> None:
    deconvnet = Deconvnet(model)

    def below(upper: str, *among: str) -> list[str]:
        chosen = [deconvnet.layer(name) for name in among]
        return [
            layer.name for layer in layers_below(deconvnet.graph, deconvnet.layer(upper), chosen)
        ]

    assert below("fire4", "conv1", "fire2", "fire4", "scores") == ["fire2"]
    assert below("fire3", "conv1", "fire3_1x1", "fire3_3x3") == ["fire3_1x1", "fire3_3x3"]
    # A branch that is not among them is followed to what lies below it.
    assert below("fire3", "conv1", "fire3_1x1") == ["conv1", "fire3_1x1"]
    assert below("conv1", "conv1", "fire2") == []


def test_a_way_around_a_layer_does_not_count_twice(model: keras.Model, images: np.ndarray) -> None:
    deconvnet = Deconvnet(model)
    layer = deconvnet.layer("fire3")
    both = [deconvnet.layer(name) for name in ("fire2", "fire3_1x1")]
    number, place = np.zeros(7, int), np.full(7, 3)
    found, values = contributions(
        deconvnet, images, layer, both, Units.of(number, place, place, np.arange(7))
    )
    np.testing.assert_allclose(found.sum(axis=1), values, atol=1e-12)
    # The first three maps of the concatenation are the branch itself.
    np.testing.assert_allclose(found[:3, 7:], np.diag(values[:3]), atol=1e-12)
    assert np.abs(found[:3, :7]).max() == 0
